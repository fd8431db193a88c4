"""The one place where a database is opened for reading: by its URL, for one short transaction; for any thread."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, inspect, literal, null, select
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import DefaultClause

from t3monitor.config.database_url import read_only_uri
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import behind_links, database_file, has_journal, is_there

BUSY_TIMEOUT_S = 3.0  # closing the program takes less than 5 s, also while another one locks the file
_STEPS = 10_000  # of SQLite's virtual machine, a millisecond or less
_NO_WAL_CAN_BE_MADE = sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY


_of_thread = threading.local()


def give_up_when(is_unwanted: Callable[[], bool] | None) -> None:
    """Has whatever this thread reads from now on end with a DatabaseError as soon as nobody wants it any more."""
    _of_thread.is_unwanted = is_unwanted


def threads(count: int) -> ThreadPoolExecutor:
    """Threads that read for this one, and give up when it does."""
    return ThreadPoolExecutor(count, "reader", give_up_when, (getattr(_of_thread, "is_unwanted", None),))


@contextmanager
def reading(url: str, *, foreign: bool = False) -> Iterator[Connection]:
    """A transaction that sees one committed state, cannot write and keeps no writer out.

    Keep it short, since it keeps SQLite from emptying its -wal. A file that is missing or empty reads as a database
    without tables. ``foreign``: it may be another program's, beside which nothing is made. Raises DatabaseError.
    """
    path = database_file(url)
    _of_thread.open = partial(open_read_only, path, foreign=foreign)
    with database_sentences(path, opening=foreign), _engine().connect() as connection, connection.begin():
        yield connection


def stored_rows(connection: Connection, table: Table) -> Select[Any] | None:
    """What a file, perhaps one of an earlier schema, holds of a table; None if it has no such table.

    A column that the file does not have yet holds its default in every row.
    """
    try:
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    except NoSuchTableError:
        return None
    return select(
        *(column if column.name in there else _default(column.server_default).label(column.name) for column in table.c)
    ).select_from(table)


def _default(default: Any) -> Any:
    return literal(default.arg) if isinstance(default, DefaultClause) else null()


@cache
def _engine() -> Engine:
    """That of all files, so that statements are compiled once; it keeps no connection open."""
    engine = create_engine("sqlite://", creator=lambda: _of_thread.open(), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def open_read_only(path: Path, *, foreign: bool = False) -> sqlite3.Connection:
    """A connection of the driver's.

    SQLite makes a -wal to read a WAL file with; where it cannot or may not, a file without one is read as it is.
    """
    if not (is_there(path) and path.is_file()):
        return _connect("file::memory:")
    uri = read_only_uri(behind_links(path))
    as_it_is = f"{uri}&immutable=1"
    if foreign and not has_journal(path):
        return _connect(as_it_is)
    reader = _connect(uri)
    try:
        reader.execute("PRAGMA schema_version")  # the file is not opened before
    except sqlite3.Error as error:
        reader.close()
        if error.sqlite_errorcode & 0xFF not in _NO_WAL_CAN_BE_MADE or has_journal(path):
            raise
        return _connect(as_it_is)
    return reader


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    if is_unwanted := getattr(_of_thread, "is_unwanted", None):
        connection.set_progress_handler(is_unwanted, _STEPS)
    return connection
