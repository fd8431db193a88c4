"""Sentences for what SQLite says when it cannot do what was asked."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from t3monitor.model.errors import DatabaseDamagedError, DatabaseError, DatabaseLockedError, DatabaseUnusableError
from t3monitor.store.files import READ_ONLY

_FULL_BELOW_BYTES = 1_000_000  # SQLite calls some of a full disk's failures disk errors
_LOCKED = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED
_WAY_OUT = "put it aside together with the -wal and -shm of its name, or restore a copy in their place"
_DAMAGED = (
    "the recorder puts it aside with the -wal and -shm of its name and carries over what can be read; or restore a "
    "backup in its place"
)
_UNUSABLE = {
    sqlite3.SQLITE_NOTADB: f"is not an SQLite database, or is damaged; {_WAY_OUT}, or choose another file",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written to",
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: "may not be accessed; check its permissions",
    sqlite3.SQLITE_AUTH: "may not be accessed; check its permissions",
}
_PASSING = {
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "cannot be read or written (disk error); check the disk or the network drive",
}


@contextmanager
def database_sentences(path: Path, *, opening: bool = False) -> Iterator[None]:
    """Turns an SQLite error of the block into a DatabaseError whose text names the file, the cause and the way out.

    Those that will not pass by themselves become DatabaseUnusableError, when ``opening`` the unknown ones too.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _translated(path, getattr(error, "orig", None) or error, opening=opening) from error
    except sqlite3.Error as error:
        raise _translated(path, error, opening=opening) from error
    except OSError as error:
        raise DatabaseUnusableError(
            f"The database {path} cannot be opened ({error.strerror}); check its path and its permissions"
        ) from error


def damaged(path: Path, finding: str) -> DatabaseDamagedError:
    """What to raise where a check of the pages found something."""
    error = DatabaseDamagedError(f"The database {path} is damaged ({finding}); {_DAMAGED}")
    error.finding = finding
    return error


def is_full(path: Path) -> bool:
    """Whether the disk of a file is; False where that cannot be told."""
    try:
        return shutil.disk_usage(path.parent).free < _FULL_BELOW_BYTES
    except OSError:
        return False


def _translated(path: Path, error: BaseException, *, opening: bool) -> DatabaseError:
    primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # extended codes carry details above
    if primary_code == sqlite3.SQLITE_IOERR and is_full(path):
        primary_code = sqlite3.SQLITE_FULL
    if primary_code in _LOCKED:
        return DatabaseLockedError(f"The database {path} is locked by another program; close that, or wait")
    if primary_code == sqlite3.SQLITE_CORRUPT:
        return damaged(path, str(error))
    if text := _UNUSABLE.get(primary_code):
        return DatabaseUnusableError(f"The database {path} {text}")
    if text := _PASSING.get(primary_code):
        return DatabaseError(f"The database {path} {text}")
    if opening:
        return DatabaseUnusableError(f"The database {path} cannot be opened: {error}; choose another file")
    return DatabaseError(f"The database {path} failed: {error}")
