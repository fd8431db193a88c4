"""T3000's own time of the newest stored reading of each panel and type, by which a repeated one is told."""

from collections.abc import Iterable
from sqlite3 import Cursor

from t3monitor.model.point_types import PointType
from t3monitor.store import statements
from t3monitor.store.database import Database

Vector = tuple[int, PointType]  # serial number and type
OwnTimes = dict[Vector, tuple[int, int]]  # T3000's time and the time it is stored with, both UTC epoch seconds


def read_reading_times(database: Database, site: str) -> OwnTimes:
    """Those of the panels that ``site`` told of last: another T3000's clock is another one. Raises DatabaseError."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT serial_number, point_type, t3000_time, logging_time FROM READING_TIMES"
            " JOIN DEVICES USING (serial_number) WHERE site = ?",
            (site,),
        )
        return {(serial, PointType(kind)): (own_s, stored_s) for serial, kind, own_s, stored_s in rows}


def write_reading_times(cursor: Cursor, times: Iterable[tuple[Vector, tuple[int, int]]]) -> None:
    """Replaces those of these vectors."""
    cursor.executemany(
        statements.UPSERT_READING_TIME,
        [(serial, kind.value, own_s, stored_s) for (serial, kind), (own_s, stored_s) in times],
    )
