"""T3000's own time of the newest stored reading of each panel and type, by which a repeated one is told."""

from collections.abc import Iterable
from sqlite3 import Cursor

from sqlalchemy import select

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.reading import reading
from t3monitor.store.schema import devices, reading_times

OwnTimes = dict[Vector, tuple[int, int]]  # T3000's time and the time it is stored with, both UTC epoch seconds


def read_reading_times(url: str, site: str) -> OwnTimes:
    """Those of the panels that ``site`` told of last: another T3000's clock is another one. Raises DatabaseError."""
    query = (
        select(reading_times)
        .join(devices, devices.c.serial_number == reading_times.c.serial_number)
        .where(devices.c.site == site)
    )
    with reading(url) as connection:
        return {
            (row.serial_number, PointType(row.point_type)): (row.t3000_time, row.logging_time)
            for row in connection.execute(query)
        }


def write_reading_times(cursor: Cursor, times: Iterable[tuple[Vector, tuple[int, int]]]) -> None:
    """Replaces those of these vectors."""
    cursor.executemany(
        statements.UPSERT_READING_TIME,
        [(serial, kind.value, own_s, stored_s) for (serial, kind), (own_s, stored_s) in times],
    )
