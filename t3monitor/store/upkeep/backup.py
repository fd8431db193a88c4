"""Copies of a database that is recorded to meanwhile: each is there whole or not at all, and was looked at before."""

import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import cast

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.databases import TakenError, must_be_free
from t3monitor.model.errors import MonitorError
from t3monitor.store.files import beside, database_file, is_there, size_of
from t3monitor.store.migrate import present_revision
from t3monitor.store.pages import damage, must_be_whole
from t3monitor.store.reading import reading
from t3monitor.store.work import LongWork

_SLICE_PAGES = 256  # a megabyte
_ROOM_BYTES = 10_000_000  # that stays free behind a copy
_TARGET_FAILED = sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM


class BackupError(MonitorError):
    """The copy cannot be made; the database is as it was."""


def back_up(url: str, copy: Path, work: LongWork, *, rests: bool = False) -> int:
    """Copies a database as it is now to a file that is not there yet; returns its size in bytes.

    It reads one committed state and keeps nobody from writing; meanwhile the -wal is not emptied. ``rests``: every
    other moment it leaves the disk to others. Raises BackupError, DatabaseError or CancelledWorkError.
    """
    path = database_file(url)
    present_revision(url)
    partial = copy.with_name(f"{copy.name}.partial")
    try:
        if is_there(copy):
            raise BackupError(f"{copy} is there already, and was not touched; choose another name")
        must_be_free(copy)  # where it would be taken for the -wal of one
        _check_room(path, copy.parent)
        _remove(partial)
        _copy(url, partial, work, rests=rests)
        if found := damage(sqlite_url(partial), work, sealed=True):
            must_be_whole(url, work)  # else it is the database that is damaged
            raise BackupError(f"The copy of {path} came out damaged ({found[0]}) and was removed; check both disks")
        size = partial.stat().st_size
        partial.rename(copy)
    except TakenError as error:
        raise BackupError(f"{copy} cannot be written: {error.strerror}") from error
    except OSError as error:
        raise _failed(copy, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            _remove(partial)
    return size


def room_for(path: Path, folder: Path) -> tuple[int, int]:
    """How many bytes a copy of the database takes, and how many are free on the disk of a folder; raises OSError."""
    return size_of(path), shutil.disk_usage(folder).free


def _check_room(path: Path, folder: Path) -> None:
    needed, free = room_for(path, folder)
    if free < needed + _ROOM_BYTES:
        raise BackupError(
            f"The copy needs {needed / 1e6:.0f} MB, and {folder} has {free / 1e6:.0f} MB free; free some space, or "
            "choose another folder"
        )


def _copy(url: str, partial: Path, work: LongWork, *, rests: bool) -> None:
    began_s = time.monotonic()

    def told(_status: int, left: int, pages: int) -> None:
        nonlocal began_s
        work.tell(1 - left / pages if pages else 1.0)
        if rests and left:
            work.rest(time.monotonic() - began_s)
            began_s = time.monotonic()

    with reading(url) as connection:
        source = cast(sqlite3.Connection, connection.connection.driver_connection)
        source.execute("SELECT 1 FROM sqlite_master").fetchone()  # else it would begin anew with each write of others
        try:
            with closing(sqlite3.connect(partial)) as target:
                source.backup(target, pages=_SLICE_PAGES, progress=told)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, also for who reads it
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in _TARGET_FAILED and not _is_written(error.sqlite_errorcode):
                raise
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                raise BackupError(f"The disk of {partial.parent} is full; free some space, or take another") from error
            raise _failed(partial.with_suffix(""), str(error)) from error


def _is_written(code: int) -> bool:
    """Whether it is an error of writing, as only the copy is written."""
    return code in (
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_CLOSE,
    )


def _failed(copy: Path, reason: str) -> BackupError:
    return BackupError(f"{copy} cannot be written ({reason}); check the folder and its permissions, or choose another")


def _remove(partial: Path) -> None:
    for file in (partial, beside(partial, "journal")):
        file.unlink(missing_ok=True)
