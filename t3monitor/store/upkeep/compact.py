"""Writes a database anew, without the space that is free in it."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.store.database import Database
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import size_of
from t3monitor.store.pages import must_be_whole
from t3monitor.store.reading import open_read_only, reading
from t3monitor.store.upkeep.backup import room_for
from t3monitor.store.work import LongWork

_ROOM_BYTES = 10_000_000
_WATCH_S = 0.2


def compact(database: Database, work: LongWork) -> tuple[float, float]:
    """Makes an open database as small as it can be; returns how many MB it had before and has now.

    A compact copy is made beside it, looked at, and put in its place in one transaction: until then nothing is changed,
    and who has the file open goes on with it. Nobody else may write meanwhile. Raises DatabaseError, or
    CancelledWorkError.
    """
    path = database.path.resolve()  # else the copy would be beside a link to it
    copy = path.with_name(f"{path.name}.compact.partial")
    with database_sentences(path):
        before = size_of(path)
        try:
            copy.unlink(missing_ok=True)
            _copy(database, copy, _checked_room(database), work)
            work.tell(0.5)
            must_be_whole(sqlite_url(copy), work)
            database.take_content_of(copy, lambda share: work.tell(0.5 + share / 2))
        finally:
            for file in (copy, copy.with_name(f"{copy.name}-journal")):
                with suppress(OSError):
                    file.unlink(missing_ok=True)
    with suppress(DatabaseError):  # a reader; then it becomes smaller when that has ended
        database.copy_wal()
    after = size_of(path)
    return before / 1e6, after / 1e6


def _checked_room(database: Database) -> int:
    """How large it will be: the copy needs that once, and its way into the file once more."""
    with reading(database.url) as connection:
        pages, empty, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    compacted: int = (pages - empty) * size
    needed = 2 * compacted + _ROOM_BYTES
    _, free = room_for(database.path, database.path.resolve().parent)
    if free < needed:
        raise DatabaseError(
            f"To compact the database {database.path} takes {needed / 1e6:.0f} MB for a while, and its disk has "
            f"{free / 1e6:.0f} MB free; free some space"
        )
    return compacted


def _copy(database: Database, copy: Path, size: int, work: LongWork) -> None:
    with closing(open_read_only(database.path)) as source, work.on(source), _watched(copy, size, work):
        if not source.execute("PRAGMA auto_vacuum").fetchone()[0]:  # a file of an old program
            source.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of the copy
        source.execute("VACUUM INTO ?", (str(copy),))


@contextmanager
def _watched(copy: Path, size: int, work: LongWork) -> Iterator[None]:
    """Tells how much of it is written; SQLite says nothing meanwhile."""
    is_written = threading.Event()

    def watch() -> None:
        while not is_written.wait(_WATCH_S):
            with suppress(OSError):
                work.share = min(1.0, copy.stat().st_size / size) / 2

    watcher = threading.Thread(target=watch, name="watcher", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_written.set()
        watcher.join()
