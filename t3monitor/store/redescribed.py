"""Reads a damaged file in which the description of tables is lost, header and all, by that of a new one.

In files that can give space back SQLite keeps the roots of all tables together, in the order in which they were made.
So those of a file that the same migrations made stand at the same pages; and those of any two that were compacted.
"""

import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from t3monitor.config.database_url import sqlite_url
from t3monitor.store.database import Database

_PAGE = 4096
_BRANCH = 0x05
_HEADER = 100  # of the file, before the first page's own
_BYTES = bytes(range(256))


def redescribed(damaged: Path, copy: Path) -> bool:
    """Makes a copy whose tables are described anew; whether they are what they should be. Raises OSError."""
    for description in _descriptions(copy):
        shutil.copyfile(damaged, copy)
        _describe(copy, description)
        if _is_right(copy):
            return True
    return False


def _descriptions(copy: Path) -> Iterator[bytes]:
    """Files of the newest schema with nothing in them: as it is made, and compacted."""
    empty, compact = copy.with_name(f"{copy.name}-empty"), copy.with_name(f"{copy.name}-compact")
    try:
        Database(sqlite_url(empty)).close()
        yield empty.read_bytes()
        with closing(sqlite3.connect(empty, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(compact),))
        yield compact.read_bytes()
    finally:
        for file in (empty, compact):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _describe(copy: Path, description: bytes) -> None:
    """Gives it the first page of another file, and the pages that this one has the descriptions in, behind its own."""
    first = bytearray(description[:_PAGE])
    with copy.open("r+b") as file:
        pages = (file.seek(0, 2) + _PAGE - 1) // _PAGE
        if first[_HEADER] == _BRANCH:
            (cells,) = struct.unpack_from(">H", first, _HEADER + 3)
            places = [struct.unpack_from(">H", first, _HEADER + 12 + 2 * cell)[0] for cell in range(cells)]
            for place in (*places, _HEADER + 8):
                (leaf,) = struct.unpack_from(">I", first, place)
                file.seek(pages * _PAGE)
                file.write(description[(leaf - 1) * _PAGE : leaf * _PAGE])
                pages += 1
                struct.pack_into(">I", first, place, pages)
        first[18:20] = b"\1\1"  # it has no -wal
        struct.pack_into(">I", first, 28, pages)
        struct.pack_into(">II", first, 32, 0, 0)  # pages that are free
        first[92:96] = first[24:28]  # by which the number of pages counts
        file.seek(0)
        file.write(first)


def _is_right(copy: Path) -> bool:
    """Whether tables whose content is known are where they should be."""
    with suppress(sqlite3.Error, ValueError), closing(sqlite3.connect(copy)) as connection:
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        ((content,),) = connection.execute("SELECT b FROM TRENDLOG_BYTES").fetchall()
        return isinstance(revision, str) and revision.isdigit() and content == _BYTES
    return False
