"""Daily values of another T3 Monitor's database, of days whose samples it no longer keeps; of the keeper's thread.

A day and those samples of it that are still there are together all that was known. So a day is taken only where ours
has no sample of its panel and type before its end, and nothing of its point and time.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Cursor
from typing import Any

from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.layouts import LayoutPoint, Source, find_or_insert

_POINTS = "SELECT DISTINCT point_index FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ?"
_OF_POINT = " FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ? AND point_index = ?"
_OLDEST_SAMPLE = "SELECT min(logging_time) FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ?"
_ANY_LAYOUT = "SELECT 1 FROM TRENDLOG_LAYOUTS WHERE serial_number = ? AND point_type = ?"


Told = tuple[int, Source, tuple[LayoutPoint, ...]]  # of a layout: the panel's number, and what stands in it


def points_with_days(cursor: Cursor, vector: Vector) -> list[int]:
    """The numbers of points of which there are daily values."""
    return [index for (index,) in cursor.execute(_POINTS, vector).fetchall()]


def rows_of(cursor: Cursor, vector: Vector, point_index: int, since_s: float) -> list[tuple[Any, ...]]:
    """The daily values of a point that end after a time."""
    query = f"SELECT *{_OF_POINT} AND day_end > ? ORDER BY day_start"
    return cursor.execute(query, (*vector, point_index, since_s)).fetchall()


def add_others(
    cursor: Cursor,
    vector: Vector,
    rows: Sequence[tuple[Any, ...]],
    layouts: Iterable[Told],
    *,
    dry: bool = False,
) -> int:
    """Adds daily values of a point; returns how many. ``layouts``: of its panel and type, where ours knows of none."""
    if not rows:
        return 0
    (oldest_s,) = cursor.execute(_OLDEST_SAMPLE, vector).fetchone()
    there = cursor.execute(f"SELECT day_start, day_end{_OF_POINT}", rows[0][:3]).fetchall()
    new = [
        row
        for row in rows
        if (oldest_s is None or row[4] <= oldest_s) and not any(row[3] < end and start < row[4] for start, end in there)
    ]
    if new and not dry:
        if not cursor.execute(_ANY_LAYOUT, vector).fetchone():
            for panel_id, source, points in layouts:
                find_or_insert(cursor, *vector, panel_id, points, source=source)
        cursor.executemany(statements.INSERT_DAY, new)
    return len(new)
