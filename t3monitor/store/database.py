"""Opening the database file: its URL, the connection's pragmas, and the transactions."""

import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Cursor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from t3monitor.model.errors import DatabaseError, DatabaseLockedError, DatabaseUnusableError
from t3monitor.store.failures import database_sentences, is_full
from t3monitor.store.files import (
    APPLICATION_ID,
    FileStates,
    behind_links,
    database_file,
    file_states,
    is_half_copied,
    is_whole_without_wal,
    must_be_file,
    must_be_writable,
    set_aside,
    set_aside_strange_wal,
    wal_belongs,
)
from t3monitor.store.migrate import migrate_to_newest
from t3monitor.store.pages import check_pages
from t3monitor.store.reading import BUSY_TIMEOUT_S, open_read_only

T = TypeVar("T")

_log = logging.getLogger(__name__)

_OPENING_CHECK_S = 1.0  # what is damaged beyond that is found by `doctor`
_CHECKPOINT_PAGES = 3500  # 14 MB: pages that change in every cycle are copied into the file once for many cycles
_SLICE_PAGES = 256  # a megabyte
_WAL_BYTES = 14_000_000  # kept when it was copied


class Database:
    """An open database of the newest schema.

    A connection is used by one thread at a time; `writing` transactions lock out other writers from their begin, so
    that reading before writing cannot fail half-way. When its file or -wal is no longer the one that it opened, it
    closes itself with a DatabaseUnusableError: open it anew.
    """

    def __init__(
        self,
        url: str,
        tries_again: Callable[[], bool] | None = None,
        goes_on: Callable[["Database", float], bool] = lambda *_: True,
    ) -> None:
        """Opens, creates or migrates the file; raises DatabaseLockedError or DatabaseUnusableError.

        ``tries_again`` is asked whenever another program's lock is in the way, and may wait before it answers; without
        it 3 s are waited. ``goes_on`` is asked while the file of an older program is migrated, with the share of it
        that is copied aside, and may do something else before it answers.
        """
        self._tries_again, self._goes_on = tries_again, goes_on
        self.url, self.path = url, database_file(url)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusableError(
                f"The folder {self.path.parent} of the database cannot be made ({error.strerror}); choose another one"
            ) from error
        self._engine = _engine(self.path, waits_for_locks=tries_again is None)
        self._watch: SqliteConnection | None = None
        self._ending: list[Callable[[], None]] = []
        self.connections = 0  # until now, one after the other: each knows only of its own time what others commit
        self._schema_version = self._number = 0  # of the tables; of the last transaction
        self._left = FileStates(None, None)  # as the last transaction left the files
        self._lost = ""  # what became of them
        try:
            self._patiently(self._prepare, opening=True)
        except BaseException:
            self._disconnect()
            raise

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A transaction that may write: committed at the end of the block, rolled back whole on an error.

        It gives the driver's own cursor, which takes thousands of rows as they are.
        """
        with database_sentences(self.path):
            self._check_files()
            connection = self._patiently(self._engine.connect)
            with connection, self._patiently(connection.begin):
                cursor = cast(Cursor, connection.connection.cursor())
                self._check_tables(cursor)
                number = _pragma(cursor, "user_version") + 1  # by which a -wal is known to belong to its file
                cursor.execute(f"PRAGMA user_version = {number}")
                cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                yield cursor
            self._number = number
            self._left = file_states(self.path)

    def spare_bytes(self) -> int:
        """How much of the file is free for what is written next. Raises DatabaseError."""
        with database_sentences(self.path), closing(self._engine.raw_connection()) as connection:
            cursor = cast(Cursor, connection.cursor())
            return _pragma(cursor, "freelist_count") * _pragma(cursor, "page_size")

    def copy_wal(self) -> int:
        """Copies the -wal into the file and empties it; returns what is left of it, in bytes.

        A reader with an open transaction keeps it from being emptied. Raises DatabaseError.
        """
        with database_sentences(self.path):
            self._check_files()
            self._copy_wal()
            self._left = file_states(self.path)
        return self._left.wal.size if self._left.wal else 0

    def take_content_of(self, copy: Path, tell: Callable[[float], None]) -> None:
        """Has what a copy of it holds in its place, in one transaction; ``tell`` hears how far it is, and may raise.

        Raises DatabaseError.
        """
        with database_sentences(self.path):
            self._check_files()
            with closing(sqlite3.connect(copy)) as source, closing(self._engine.raw_connection()) as connection:
                source.execute(f"PRAGMA user_version = {self._number + 1}")  # as every transaction is numbered
                source.backup(
                    cast(SqliteConnection, connection.driver_connection),
                    pages=_SLICE_PAGES,
                    progress=lambda _status, left, pages: tell(1 - left / pages) if left else None,  # else it is done
                )
                cursor = cast(Cursor, connection.cursor())
                self._schema_version, self._number = _pragma(cursor, "schema_version"), _pragma(cursor, "user_version")
            self._left = file_states(self.path)

    def before_close(self, act: Callable[[], None]) -> None:
        """Has something ended before it is closed that has connections of its own open."""
        self._ending.append(act)

    def close(self) -> None:
        """Closes every connection, which copies the -wal into the file and removes it."""
        while self._ending:
            self._ending.pop()()
        if self._watch and not self._lost:
            try:
                with database_sentences(self.path):
                    self._check_files()
            except DatabaseError as error:
                _log.warning("⚠️ %s", error)
        self._disconnect()
        wal = file_states(self.path).wal
        if wal and wal.size and is_full(self.path):
            _log.warning(
                "⚠️ The disk is full: what the database %s got last is in the -wal beside it; keep the two together, "
                "and free some space",
                self.path,
            )

    def _patiently(self, do: Callable[[], T], *, opening: bool = False) -> T:
        while True:
            try:
                with database_sentences(self.path, opening=opening):
                    return do()
            except DatabaseLockedError:
                if self._tries_again is None or not self._tries_again():
                    raise

    def _prepare(self) -> None:
        must_be_file(self.path)
        must_be_writable(self.path)  # SQLite would say so at the first row that is written, and again at each
        set_aside_strange_wal(self.path)
        migrate_to_newest(self._engine, self.url, lambda copied: self._goes_on(self, copied))
        check_pages(self.url, _OPENING_CHECK_S)
        self._attach()

    def _attach(self) -> None:
        """Opens the connections; the one that only watches keeps SQLite from writing when the other is closed."""
        with closing(self._engine.raw_connection()) as connection:  # which makes it a WAL file
            cursor = cast(Cursor, connection.cursor())
            self._schema_version, self._number = _pragma(cursor, "schema_version"), _pragma(cursor, "user_version")
        self.connections += 1
        self._watch = open_read_only(self.path)
        self._left = file_states(self.path)

    def _detach(self) -> None:
        """Closes the connections without copying the -wal into the file."""
        self._engine.dispose()
        self._disconnect()

    def _disconnect(self) -> None:
        if self._watch:
            self._watch.close()
            self._watch = None
        self._engine.dispose()

    def _copy_wal(self, mode: str = "TRUNCATE") -> bool:
        """Copies what no reader holds up; whether that is all.

        A full disk ends it half-way. What is in the file then is ours as well, and the rest is still in the -wal.
        """
        try:
            with closing(self._engine.raw_connection()) as connection:
                cursor = connection.cursor()
                _, pages, copied_pages = cursor.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        finally:
            self._left = self._left._replace(file=file_states(self.path).file)
        return bool(pages == copied_pages)

    def _check_files(self) -> None:
        """Finds out that the file or its -wal is not what the last transaction left; nothing has been written then.

        An open connection goes on with what is no longer there, and would ruin what took its place.
        """
        if self._lost:
            raise DatabaseUnusableError(self._lost)
        now, left = file_states(self.path), self._left
        if now.file is None or not now.file.is_of(left.file):
            with suppress(sqlite3.Error):
                self._copy_wal("PASSIVE")  # into the file that is open still, and may only have been renamed
            ours = now.wal is not None and now.wal.is_of(left.wal)
            self._detach()
            self._lose("was removed or replaced while it was open", set_aside(self.path) if ours else "")
        if now.file != left.file:  # another program has copied the -wal into it, or written over it
            self._detach()
            is_copied = now.wal == left.wal and sys.platform != "win32"  # which may tell a time of change late
            is_copied &= not is_half_copied(self.path)
            if now.wal is None or not wal_belongs(self.path, is_copied=is_copied):
                self._lose("was overwritten while it was open", set_aside(self.path))
            number = self._number
            self._attach()
            if self._number != number:
                self._lose("was overwritten while it was open", "")
        elif left.wal and (now.wal is None or not now.wal.is_of(left.wal)):
            if not self._copy_wal():  # as long as it is open, nothing of it is lost
                raise DatabaseError(
                    f"The -wal of the database {self.path} was removed while another program reads it; close that one"
                )
            strange = set_aside(self.path) if now.wal else ""
            self._disconnect()
            self._lose("lost its -wal while it was open, which was copied into the file before", strange)
        elif left.wal and now.wal and now.wal.size < left.wal.size:
            self._detach()
            if not is_whole_without_wal(self.path, self._number):
                set_aside(self.path, ["shm"])
                self._lose("had its -wal cut short by another program: up to a minute of it may be missing", "")
            self._attach()  # another program emptied what had been copied

    def _check_tables(self, cursor: Cursor) -> None:
        """Finds out that another program restored a copy into the open file."""
        if _pragma(cursor, "schema_version") != self._schema_version:
            self._lose("had its tables changed by another program", "")

    def _lose(self, what: str, aside: str) -> None:
        left_over = f"; the -wal of before is set aside as {aside}" if aside else ""
        self._lost = f"The database {self.path} {what}{left_over}; the next cycle opens it anew"
        raise DatabaseUnusableError(self._lost)


def _pragma(cursor: Cursor, name: str) -> int:
    value: int
    (value,) = cursor.execute(f"PRAGMA {name}").fetchone()
    return value


def _engine(path: Path, *, waits_for_locks: bool = True) -> Engine:
    url = URL.create("sqlite", database=str(behind_links(path)))  # on Windows SQLite's -wal would be beside the link
    timeout_s = BUSY_TIMEOUT_S if waits_for_locks else 0
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, connect_args={"timeout": timeout_s})
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver guesses
    cursor = connection.cursor()
    if not _pragma(cursor, "page_count"):  # of a new file; another program's lock would be in the way of this
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    cursor.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
