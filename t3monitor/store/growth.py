"""How large a database is, and how fast it grows; for any thread."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from t3monitor.model.errors import DatabaseError
from t3monitor.store.files import database_file
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import sync_runs

_DAY_S = 86_400.0
_LAST_DAYS = 7
_DAYS_TO_TELL = 2.0  # before that most of the file is what every file has, and readings that are not packed yet


class Size(NamedTuple):
    """Of a database file."""

    bytes: int
    bytes_a_day: float | None = None  # as far as that can be told


def read_size(url: str, now_s: float) -> Size | None:
    """The size of a database, and what it takes for a cycle times the cycles of the last days; None if there is none.

    A database that cannot be read has a size none the less.
    """
    try:
        size = database_file(url).stat().st_size
    except (OSError, DatabaseError):
        return None
    try:
        with reading(url) as connection:
            return Size(size, _bytes_a_day(connection, size, now_s))
    except DatabaseError:
        return Size(size)


def _bytes_a_day(connection: Connection, size: int, now_s: float) -> float | None:
    if stored_rows(connection, sync_runs) is None:
        return None
    started_at = sync_runs.c.started_at
    # Each of them walks through the index of these times alone, of which a year has 20 MB.
    (began_s,) = connection.execute(select(func.min(started_at))).one()
    if began_s is None or now_s - began_s < _DAYS_TO_TELL * _DAY_S:
        return None
    days = min(_LAST_DAYS, (now_s - began_s) / _DAY_S)
    count = select(func.count()).select_from(sync_runs)
    cycles = connection.execute(count).scalar_one()
    last = connection.execute(count.where(started_at.between(now_s - days * _DAY_S, now_s))).scalar_one()
    return float(size / cycles * last / days)
