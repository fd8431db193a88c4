"""What on the disk is a database, or belongs to one: nothing else is ever put in its place."""

import errno
import os
from pathlib import Path

# How SQLite's files begin: a database, the -wal of either kind of processor, a journal.
_BEGINS = b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_BESIDE = "-wal", "-shm", "-journal", "-lock", "-late.json"  # SQLite's files and this program's


class TakenError(OSError):
    """What is there is never replaced; ``strerror`` says why, and the way out."""


def must_be_free(path: Path) -> None:
    """Raises TakenError where a database is, whosever it is, or what belongs to one, or what is no file at all."""
    if path.exists() and not path.is_file():
        raise TakenError(errno.EINVAL, "that is no file; choose another name", str(path))
    owners = [path.with_name(path.name.removesuffix(ending)) for ending in _BESIDE if path.name.endswith(ending)]
    if any(map(_is_database, (*owners, path))):
        raise TakenError(
            errno.EEXIST, "that is a database or belongs to one, and is left as it is; choose another name", str(path)
        )


def _is_database(path: Path) -> bool:
    """What has a -wal is not looked into: it may be open here, and on POSIX systems that would take its locks."""
    if not path.is_file():
        return False
    if Path(f"{os.path.realpath(path)}-wal").exists():
        return True
    with path.open("rb") as file:
        return file.read(max(map(len, _BEGINS))).startswith(_BEGINS)
