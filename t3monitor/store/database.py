"""Opening the database file: its URL, the connection's pragmas, and the transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Cursor
from typing import Any, cast

from sqlalchemy import Connection, Engine, Transaction, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.failures import database_sentences, is_locked
from t3monitor.store.files import database_file
from t3monitor.store.migrate import migrate_to_newest
from t3monitor.store.reading import BUSY_TIMEOUT_S

_CHECKPOINT_PAGES = 4000  # 16 MB: pages that change in every cycle are copied into the file once for many cycles


class Database:
    """An open database of the newest schema.

    A connection is used by one thread at a time; `writing` transactions lock out other writers from their begin, so
    that reading before writing cannot fail half-way.
    """

    def __init__(self, url: str, tries_again: Callable[[], bool] | None = None) -> None:
        """Opens, creates or migrates the file; raises DatabaseError (locked) or DatabaseUnusableError.

        ``tries_again`` is asked whenever a transaction finds the file locked by another program, and may wait before it
        answers; without it 3 s are waited.
        """
        self._tries_again = tries_again
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
    def writing(self) -> Iterator[Cursor]:
        """A transaction that may write: committed at the end of the block, rolled back whole on an error.

        It gives the driver's own cursor, which takes thousands of rows as they are.
        """
        self._check_file()
        with database_sentences(self.path), self._engine.connect() as connection, self._begun(connection):
            yield cast(Cursor, connection.connection.cursor())

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def _begun(self, connection: Connection) -> Transaction:
        """A transaction that locks out other writers."""
        if self._tries_again is None:
            return connection.begin()
        writer = connection.execution_options(**{_IMPATIENT: True})
        while True:
            try:
                return writer.begin()
            except OperationalError as error:
                if not is_locked(error) or not self._tries_again():
                    raise

    def _check_file(self) -> None:
        """An open connection goes on with a file that is no longer there; what it writes would be lost."""
        if _identity(self.path) != self._identity:
            raise DatabaseUnusableError(
                f"The database {self.path} was removed or replaced while it was open; the next cycle opens it anew"
            )


_IMPATIENT = "t3monitor_impatient"


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
    busy_timeout_s = 0 if connection.get_execution_options().get(_IMPATIENT, False) else BUSY_TIMEOUT_S
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
