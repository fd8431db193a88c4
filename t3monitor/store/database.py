"""Opening the database file: its URL, the connection's pragmas, and the transactions."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Cursor
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import database_file
from t3monitor.store.migrate import migrate_to_newest
from t3monitor.store.reading import BUSY_TIMEOUT_S

_IMPATIENT_TURN_S = 0.5  # another site's cycle is stored in less
_CHECKPOINT_PAGES = 4000  # 16 MB: pages that change in every cycle are copied into the file once for many cycles


class Database:
    """An open database of the newest schema.

    A connection is used by one thread at a time; `writing` transactions lock out other writers from their begin, so
    that reading before writing cannot fail half-way.
    """

    def __init__(self, url: str) -> None:
        """Opens, creates or migrates the file; raises DatabaseError (locked) or DatabaseUnusableError."""
        self.url, self.path = url, database_file(url)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusableError(
                f"The folder {self.path.parent} of the database cannot be made ({error.strerror}); choose another one"
            ) from error
        self._engine = _engine(self.path)
        try:
            with database_sentences(self.path, opening=True):
                migrate_to_newest(self._engine, url)
        except BaseException:
            self.close()
            raise
        self._identity = _identity(self.path)

    @contextmanager
    def writing(self, *, patient: bool = True) -> Iterator[Cursor]:
        """A transaction that may write: committed at the end of the block, rolled back whole on an error.

        It gives the driver's own cursor, which takes thousands of rows as they are. Waiting for another site and for
        another program takes 3 s together; without patience a file that another program locks is an error at once.
        """
        self._check_file()
        until_s = time.monotonic() + (BUSY_TIMEOUT_S if patient else _IMPATIENT_TURN_S)
        with self._turn(until_s), database_sentences(self.path), self._engine.connect() as connection:
            left_s = until_s - time.monotonic() if patient else 0.0
            writer = connection.execution_options(**{_PATIENCE: left_s})
            with writer.begin():
                yield cast(Cursor, connection.connection.cursor())

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @contextmanager
    def _turn(self, until_s: float) -> Iterator[None]:
        """The services of several sites take turns: SQLite would refuse the second of them, or let it wait too long."""
        turn = _turns.setdefault(self.path, threading.Lock())
        if not turn.acquire(timeout=max(0.0, until_s - time.monotonic())):
            raise DatabaseError(
                f"The database {self.path} is being written to by another site; the next cycle tries anew"
            )
        try:
            yield
        finally:
            turn.release()

    def _check_file(self) -> None:
        """An open connection goes on with a file that is no longer there; what it writes would be lost."""
        if _identity(self.path) != self._identity:
            raise DatabaseUnusableError(
                f"The database {self.path} was removed or replaced while it was open; the next cycle opens it anew"
            )


_turns: dict[Path, threading.Lock] = {}  # of this program's writers, by file
_PATIENCE = "t3monitor_patience"  # seconds


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _engine(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    cursor.close()


def _begin(connection: Connection) -> None:
    patience_s = connection.get_execution_options().get(_PATIENCE, BUSY_TIMEOUT_S)
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {max(0, int(patience_s * 1000))}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
