"""Opening the database file: its URL, the connection's pragmas, and the transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Cursor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from t3monitor.model.errors import DatabaseLockedError, DatabaseUnusableError
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import database_file
from t3monitor.store.migrate import migrate_to_newest
from t3monitor.store.reading import BUSY_TIMEOUT_S

T = TypeVar("T")

_CHECKPOINT_PAGES = 4000  # 16 MB: pages that change in every cycle are copied into the file once for many cycles


class Database:
    """An open database of the newest schema.

    A connection is used by one thread at a time; `writing` transactions lock out other writers from their begin, so
    that reading before writing cannot fail half-way.
    """

    def __init__(self, url: str, tries_again: Callable[[], bool] | None = None) -> None:
        """Opens, creates or migrates the file; raises DatabaseLockedError or DatabaseUnusableError.

        ``tries_again`` is asked whenever another program's lock is in the way, and may wait before it answers; without
        it 3 s are waited.
        """
        self._tries_again = tries_again
        self.url, self.path = url, database_file(url)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusableError(
                f"The folder {self.path.parent} of the database cannot be made ({error.strerror}); choose another one"
            ) from error
        self._engine = _engine(self.path, waits_for_locks=tries_again is None)
        try:
            self._patiently(lambda: migrate_to_newest(self._engine, url), opening=True)
        except BaseException:
            self.close()
            raise
        self._identity = _identity(self.path)

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A transaction that may write: committed at the end of the block, rolled back whole on an error.

        It gives the driver's own cursor, which takes thousands of rows as they are.
        """
        self._check_file()
        connection = self._patiently(self._engine.connect)
        with database_sentences(self.path), connection, self._patiently(connection.begin):
            yield cast(Cursor, connection.connection.cursor())

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def _patiently(self, do: Callable[[], T], *, opening: bool = False) -> T:
        while True:
            try:
                with database_sentences(self.path, opening=opening):
                    return do()
            except DatabaseLockedError:
                if self._tries_again is None or not self._tries_again():
                    raise

    def _check_file(self) -> None:
        """An open connection goes on with a file that is no longer there; what it writes would be lost."""
        if _identity(self.path) != self._identity:
            raise DatabaseUnusableError(
                f"The database {self.path} was removed or replaced while it was open; the next cycle opens it anew"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _engine(path: Path, *, waits_for_locks: bool = True) -> Engine:
    url, timeout_s = URL.create("sqlite", database=str(path)), BUSY_TIMEOUT_S if waits_for_locks else 0
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, connect_args={"timeout": timeout_s})
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
    connection.exec_driver_sql("BEGIN IMMEDIATE")
