"""The files of a database: the one that its URL names, and the -wal and -shm that SQLite keeps beside it.

The -wal holds the newest transactions until they are copied into the file. SQLite does not see whether the two belong
together: with the -wal of another file it ruins one. So every transaction of this program is numbered in the header of
the first page, which is in the -wal with it; the file has the number of the newest that was copied.
"""

import logging
import os
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.database_url import sqlite_path
from t3monitor.config.files import open_file
from t3monitor.model.errors import DatabaseUnusableError

APPLICATION_ID = int.from_bytes(b"T3Mn")
READ_ONLY = "is read-only; give yourself write permission or choose another file"
_SHOWN_LETTERS = 200  # of a URL that is none
_MAGIC = b"SQLite format 3\0"
_FIRST_PAGE = struct.Struct(">16s24xI16xI4xI")  # magic, schema_version, user_version, application_id
_BEGIN_BYTES = 4_000_000  # in which the tables are described
_OUR_TABLE = b"TRENDLOG_LAYOUT_POINTS"
_TABLES_FROM = 100  # in the first page; what is before changes with each transaction
_WAL_HEADER = struct.Struct(">8xI4x8s8x")  # page size, salts
_FRAME_HEADER = struct.Struct(">II8s8x")  # page number, of the last of a transaction pages of the file, salts
_COPIED_FRAMES = struct.Struct("=96xI28xI")  # in the -shm: how many frames are copied, how many were to be
_log = logging.getLogger(__name__)


class FileState(NamedTuple):
    """By what a file is known; a change of the first two puts another file in its place."""

    device: int
    inode: int
    size: int
    changed_ns: int

    def is_of(self, other: "FileState | None") -> bool:
        """Whether it is the same file, whatever is in it."""
        return other is not None and self[:2] == other[:2]


class FileStates(NamedTuple):
    """A database and its -wal as they are found; None: there is none."""

    file: FileState | None
    wal: FileState | None


class _Stamp(NamedTuple):
    """On a first page: the number of the transaction, and how often the tables were changed, VACUUM included."""

    number: int
    schema: int


class _Transaction(NamedTuple):
    """In a -wal: its stamp, None if it is of another program, the pages that it wrote, how many there are."""

    stamp: _Stamp | None
    pages: dict[int, bytes]
    file_pages: int


def database_file(url: str) -> Path:
    """The file of a database URL that a user typed; raises DatabaseUnusableError if it names none."""
    path = sqlite_path(url)
    if path is None:
        shown = repr(url if len(url) <= _SHOWN_LETTERS else f"{url[:_SHOWN_LETTERS]}…")
        named = shown.replace("\\\\", "\\")  # a path of Windows is shown as it is
        raise DatabaseUnusableError(
            f"{named} is no database this program can use; write it as sqlite:///FILE, for example "
            "sqlite:///history.db or sqlite:////var/lib/history.db, with %3F for a ? in the name"
        )
    return path


def is_there(path: Path) -> bool:
    """Whether there is anything of that name; raises OSError where the system keeps that to itself.

    From Python 3.14 on `Path.exists` and its like say no then.
    """
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):  # the last of a NUL in the name
        path.stat()
        return True
    return False


def must_be_file(path: Path) -> None:
    """Raises DatabaseUnusableError for a folder, a pipe or a device; a file may be there or not. Raises OSError."""
    if is_there(path) and not path.is_file():
        raise DatabaseUnusableError(f"{path} is no file; name the file of a database")


def must_be_writable(path: Path) -> None:
    """Raises DatabaseUnusableError where a file that is there, or the -wal beside it, cannot be written."""
    if is_there(path) and not (
        os.access(path, os.W_OK) and (beside(path, "wal").exists() or os.access(behind_links(path).parent, os.W_OK))
    ):
        raise DatabaseUnusableError(f"The database {path} {READ_ONLY}")


def has_journal(path: Path) -> bool:
    """Whether there are transactions beside the file, which it needs to be read right."""
    return any(beside(path, ending).exists() for ending in ("wal", "journal"))


def size_of(path: Path) -> int:
    """How many bytes a database takes, with its -wal; raises OSError."""
    wal = _state(beside(path, "wal"))
    return path.stat().st_size + (wal.size if wal else 0)


def file_states(path: Path) -> FileStates:
    """How the files of a database stand now."""
    return FileStates(_state(path), _state(beside(path, "wal")))


def wal_belongs(path: Path, *, is_copied: bool = False) -> bool:
    """Whether the -wal continues the file that it stands beside, as far as its transactions are numbered.

    ``is_copied``: whoever copied the -wal into the file came to the end, and somebody wrote to that: then what was
    copied must be there. Not for a file that this process has open: on POSIX systems that would take SQLite's locks
    from it.
    """
    copied = _copied(path)
    transactions = list(_transactions(beside(path, "wal")))
    if copied != _copied(path):  # somebody copies it into the file right now
        return True
    if copied is None:
        return False
    stamps = [transaction.stamp for transaction in transactions if transaction.stamp is not None]
    if not stamps:
        return True
    if copied.schema > max(stamp.schema for stamp in stamps):  # VACUUM INTO counts on from the file that it copies
        return False
    numbers = [stamp.number for stamp in stamps]
    if not copied.number and not _has_tables_of(path, transactions):
        return False
    if is_copied:
        return copied.number in numbers and _holds(path, transactions, copied.number)
    return min(numbers) - 1 <= copied.number <= max(numbers)  # what was restored through SQLite counts on from its own


def is_whole_without_wal(path: Path, number: int) -> bool:
    """Whether the transaction of that number is in the file itself; not for a file that this process has open."""
    copied = _copied(path)
    return copied is not None and copied.number == number and not is_half_copied(path)


def is_half_copied(path: Path) -> bool:
    """Whether whoever copied the -wal into the file last did not come to the end: the disk got full, or it goes on.

    By what SQLite keeps in the -shm; for what is open as `wal_belongs`.
    """
    try:
        with beside(path, "shm").open("rb") as file:
            copied, begun = _COPIED_FRAMES.unpack(file.read(_COPIED_FRAMES.size))
    except (OSError, struct.error):
        return False
    return bool(begun > copied)


def is_ours_in_ruins(path: Path) -> bool:
    """Whether what is no SQLite file any more was a database of this program; not for one that is open."""
    try:
        with open_file(path) as file:
            begin = file.read(_BEGIN_BYTES)
    except OSError:
        return False
    return not begin.startswith(_MAGIC) and _OUR_TABLE in begin and b"\0" in begin


def set_aside_strange_wal(path: Path) -> None:
    """Keeps SQLite from writing into the file what its -wal holds of another one; raises OSError."""
    wal = file_states(path).wal
    if wal and wal.size and not wal_belongs(path):
        _log.warning("⚠️ The -wal beside the database %s is not its own; it is now %s", path, set_aside(path))


def set_aside(path: Path, endings: Collection[str] = ("wal", "shm")) -> str:
    """Renames what the next to open the file would take for its own; returns the new name of the -wal, if there is one.

    Raises OSError.
    """
    there = [file for ending in endings if (file := beside(path, ending)).exists()]
    number = next(n for n in count(1) if not any(_aside(file, n).exists() for file in there))
    for file in there:
        file.rename(_aside(file, number))
    return _aside(there[0], number).name if there and there[0].name.endswith("-wal") else ""


def put_in_place(new: Path, path: Path) -> str:
    """Has the new one in the place of a damaged one, which nobody of this program has open; the name of that one now.

    There is always a file of that name. Raises OSError.
    """
    number = next(n for n in count(1) if not is_there(path.with_name(f"{path.name}.damaged-{n}")))
    aside = path.with_name(f"{path.name}.damaged-{number}")
    try:
        os.link(path, aside)
    except OSError:  # where the file system knows no second names
        path.rename(aside)
    for ending in ("wal", "shm"):
        with suppress(FileNotFoundError):
            beside(path, ending).rename(beside(aside, ending))
    new.replace(path)
    return aside.name


def _aside(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.aside-{number}")


def beside(path: Path, ending: str) -> Path:
    """What is kept beside a database, whatever link to it is named: its wal, shm or journal, its late.json."""
    file = behind_links(path)
    return file.with_name(f"{file.name}-{ending}")


def behind_links(path: Path) -> Path:
    """The file that a link names, to its end; any other path as it is, so that a drive of Windows keeps its letter."""
    is_link = os.path.islink(path)  # noqa: PTH114 - it raises nothing, whatever the name
    return Path(os.path.realpath(path)) if is_link else path


def _state(path: Path) -> FileState | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileState(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _copied(path: Path) -> _Stamp | None:
    """The stamp of the newest transaction in the file, of number 0 for none; None if it is no SQLite file."""
    try:
        with path.open("rb") as file:
            page = file.read(_FIRST_PAGE.size)
    except FileNotFoundError:
        return None
    return (_stamp(page) or _Stamp(0, 0)) if page.startswith(_MAGIC) and len(page) == _FIRST_PAGE.size else None


def _stamp(first_page: bytes) -> _Stamp | None:
    magic, schema, number, application_id = _FIRST_PAGE.unpack_from(first_page)
    return _Stamp(number, schema) if (magic, application_id) == (_MAGIC, APPLICATION_ID) else None


def _transactions(wal: Path) -> Iterator[_Transaction]:
    """What is in a -wal, oldest first."""
    with wal.open("rb") as file:
        header = file.read(_WAL_HEADER.size)
        if len(header) < _WAL_HEADER.size:
            return
        page_size, salts = _WAL_HEADER.unpack(header)
        stamp, pages = None, {}
        while len(frame := file.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
            page, file_pages, its_salts = _FRAME_HEADER.unpack(frame)
            content = file.read(page_size)
            if its_salts != salts or len(content) < page_size:  # of the time before it was emptied; cut short
                return
            pages[page] = content
            if page == 1:
                stamp = _stamp(content)
            if file_pages:  # this frame ends a transaction
                yield _Transaction(stamp, pages, file_pages)
                stamp, pages = None, {}


def _has_tables_of(path: Path, transactions: list[_Transaction]) -> bool:
    """Whether the tables of the file are those of its -wal, unless another program has changed them in that first.

    Asked where no number tells: before the first is copied a file has none, as that of another program has none.
    """
    first_pages = [(transaction.stamp, page) for transaction in transactions if (page := transaction.pages.get(1))]
    stamp, page = first_pages[0]
    if stamp is None:
        return True
    with path.open("rb") as file:
        tables = file.read(len(page))[_TABLES_FROM:]
    return any(page[_TABLES_FROM:] == tables for _, page in first_pages)


def _holds(path: Path, transactions: list[_Transaction], last: int) -> bool:
    """Whether the file is as the transactions up to number ``last`` left it."""
    pages: dict[int, bytes] = {}
    count_then = 0
    for transaction in transactions:
        pages |= transaction.pages
        count_then = transaction.file_pages
        if transaction.stamp and transaction.stamp.number == last:
            break
    with path.open("rb") as file:
        for page, content in pages.items():
            file.seek((page - 1) * len(content))
            if page <= count_then and file.read(len(content)) != content:  # those behind went when it was compacted
                return False
    return True
