"""Daily values: what stays of samples that are no longer kept, for each point and day of the computer's zone.

Samples go a block at a time, and what goes is added to its days in the same transaction: a day and the samples of it
that are still there are together all that was known. What is added is what `t3monitor.store.history.statistics` says.
"""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from sqlite3 import Cursor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.holes import is_hole
from t3monitor.model.local_days import days_of
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey, is_in_use
from t3monitor.model.units import has_states, is_counter, is_measured
from t3monitor.store.history.faults import faults_of
from t3monitor.store.history.series import Floats, Holes
from t3monitor.store.history.statistics import counted_in, without_dropouts
from t3monitor.store.layouts import LayoutPoint
from t3monitor.store.schema import point_tables, trendlog_days

_COLUMNS = tuple(column.name for column in trendlog_days.c)
_LENGTH = "(day_end - day_start)"
_MERGED = {
    "digital_analog": "excluded.digital_analog",
    "label": "excluded.label",
    "minimum": "min(minimum, excluded.minimum)",
    "maximum": "max(maximum, excluded.maximum)",
    "mean": "(mean * known_s + excluded.mean * excluded.known_s) / (known_s + excluded.known_s)",
    "known_s": f"min(known_s + excluded.known_s, {_LENGTH})",  # readings that came late may lie over others
    "runtime_s": f"min(runtime_s + excluded.runtime_s, {_LENGTH})",
    "increase": "increase + excluded.increase",
    "counted_at": "excluded.counted_at",
    "counted_to": "excluded.counted_to",
}
_ADD = (
    f"INSERT INTO TRENDLOG_DAYS ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - names
    " ON CONFLICT (serial_number, point_type, point_index, day_start, units, range) DO UPDATE SET "
    + ", ".join(f"{name} = {value}" for name, value in _MERGED.items())
)
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'TRENDLOG_DAYS'"
_ANY_DAY = "SELECT 1 FROM TRENDLOG_DAYS LIMIT 1"
_DAYS = """
    SELECT day_start, day_end, units, range, digital_analog, label, minimum, maximum, mean, known_s, runtime_s, increase
    FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ? AND point_index = ?
      AND day_end > ? AND day_start <= ? ORDER BY day_start"""


class Day(NamedTuple):
    """A row of TRENDLOG_DAYS without its point; what of it is None has no sense for the point."""

    start_s: int
    end_s: int
    units: str
    range: int
    digital: bool  # one of two states
    label: str
    minimum: float
    maximum: float
    mean: float | None
    known_s: float
    runtime_s: float | None
    increase: float | None


class Readings(NamedTuple):
    """What a vector held in consecutive frames of one layout, by time."""

    points: tuple[LayoutPoint, ...]
    used: list[int]  # positions of points in use; the others have no daily values
    times: Floats
    spacings: Floats  # after what time each next one was expected
    until: Floats  # until when each holds: not at all if another one of its time counts
    values: Floats  # by position, of points in use, and reading; NaN: missing
    next_s: int | None  # the time of the reading after them


def has_days(cursor: Cursor) -> bool:
    """Whether there are any daily values in a file, which may be of an earlier schema."""
    return bool(cursor.execute(_HAS_TABLE).fetchone() and cursor.execute(_ANY_DAY).fetchone())


def days_of_point(cursor: Cursor, key: PointKey, start_s: float, end_s: float) -> list[Day]:
    """The daily values of days that reach into a time, oldest first."""
    rows = cursor.execute(_DAYS, (key.serial_number, key.point_type.value, key.point_index, start_s, end_s))
    days = [Day(*row) for row in rows]
    return [day._replace(digital=has_states(digital=day.digital == 0, range_=day.range)) for day in days]


def add_to_days(cursor: Cursor, serial_number: int, point_type: str, readings: Readings, zone: tzinfo | None) -> None:
    """Adds readings that go to the daily values of the points in use; ``zone`` None is the computer's."""
    if readings.until[-1] <= readings.times[0]:
        return
    faulty = _faulty(cursor, serial_number, readings) if point_type == PointType.INPUT else {}
    rows = [
        (serial_number, point_type, point_index, start_s, end_s, *values)
        for start_s, end_s in days_of(readings.times[0], readings.until.max(), zone)
        for point_index, *values in _of_day(cursor, (serial_number, point_type), readings, faulty, start_s, end_s)
    ]
    cursor.executemany(_ADD, rows)


def _of_day(
    cursor: Cursor,
    vector: tuple[int, str],
    readings: Readings,
    faulty: Mapping[int, Holes],
    start_s: int,
    end_s: int,
) -> Iterator[tuple[object, ...]]:
    """The point's number, and the columns after the day, of each position of which something is known in a day."""
    first = int(np.searchsorted(readings.until, start_s, side="right"))
    last = int(np.searchsorted(readings.times, end_s))
    if first >= last:
        return
    begins, ends = np.maximum(readings.times[first:last], start_s), np.minimum(readings.until[first:last], end_s)
    used = readings.used
    values = readings.values[used, first:last]
    seconds = np.where(np.isnan(values), 0.0, ends - begins)
    for row, position in enumerate(used):
        if holes := faulty.get(readings.points[position].point_index):
            seconds[row] -= np.where(seconds[row] > 0, _overlap(begins, ends, holes), 0.0)
    known = seconds > 0
    held = np.where(known, values, 0.0)
    known_s = seconds.sum(axis=1).tolist()
    totals, runtimes = (held * seconds).sum(axis=1).tolist(), ((held != 0) * seconds).sum(axis=1).tolist()
    lows = np.where(known, values, np.inf).min(axis=1, initial=np.inf).tolist()
    highs = np.where(known, values, -np.inf).max(axis=1, initial=-np.inf).tolist()
    for row, position in enumerate(used):
        if not known_s[row]:
            continue
        point = readings.points[position]
        digital = has_states(digital=point.digital_analog == 0, range_=point.range)
        measured = is_measured(digital=digital, range_=point.range)
        counted: tuple[object, ...] = (None, None, None)
        if measured and is_counter(point.units):
            counted = _counted(cursor, vector, readings, position, first + np.flatnonzero(known[row]), start_s)
        yield (
            point.point_index,
            point.units,
            point.range,
            point.digital_analog,
            point.label,
            lows[row],
            highs[row],
            totals[row] / known_s[row] if measured or digital else None,
            known_s[row],
            None if measured else runtimes[row],
            *counted,
        )


def _counted(
    cursor: Cursor,
    vector: tuple[int, str],
    readings: Readings,
    position: int,
    holding: NDArray[np.intp],
    start_s: int,
) -> tuple[float, int, float]:
    """How much more a counter counted on a day, up to which reading that is counted, and the value up to which."""
    point, times = readings.points[position], readings.times
    first_s, newest_s = times[holding[0]], int(times[holding[-1]])
    before = cursor.execute(
        "SELECT day_start, counted_at, counted_to FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ?"
        " AND point_index = ? AND units = ? AND range = ? AND day_start <= ? ORDER BY day_start DESC LIMIT 1",
        (*vector, point.point_index, point.units, point.range, start_s),
    ).fetchone()
    same_day = before is not None and before[0] == start_s
    if same_day and before[1] > first_s:  # it came late: the step over its time is counted already
        return 0.0, before[1], before[2]
    there = np.flatnonzero(~np.isnan(readings.values[position]))
    values, places = readings.values[position, there], np.searchsorted(there, holding)
    steps_into_day = first_s == start_s  # of what holds from before, the value is among these
    if places[0] and steps_into_day and readings.until[there[places[0] - 1]] == start_s:
        places = np.append(places[0] - 1, places)
    elif before and (same_day or (steps_into_day and not is_hole(start_s - before[1], readings.spacings[holding[0]]))):
        values, places = np.append(before[2], values), np.append(0, places + 1)
    if not values[-1] and readings.next_s is not None:  # whether it failed is told by the one after it
        after = cursor.execute(
            "SELECT value FROM TRENDLOG_DATA WHERE serial_number = ? AND point_type = ? AND point_index = ?"
            " AND logging_time = ?",
            (*vector, point.point_index, readings.next_s),
        ).fetchone()
        values = np.append(values, after or ())
    increase, counted_to = counted_in(without_dropouts(values, places))
    return increase, newest_s, counted_to


def used_positions(cursor: Cursor, serial_number: int, point_type: str, points: tuple[LayoutPoint, ...]) -> list[int]:
    """The positions of points that somebody configured; of the others nobody wants to know how they were years ago."""
    table = point_tables[PointType(point_type)].name
    full_labels = dict(
        cursor.execute(f"SELECT point_index, full_label FROM {table} WHERE serial_number = ?", (serial_number,))  # noqa: S608 - a name
    )
    return [
        position
        for position, point in enumerate(points)
        if is_in_use(point.point_id, point.range, point.label, full_labels.get(point.point_index, ""))
    ]


def _faulty(cursor: Cursor, serial_number: int, readings: Readings) -> dict[int, Holes]:
    """When the sensors of inputs in use were open or shorted."""
    found: dict[int, Holes] = {}
    for index in (readings.points[position].point_index for position in readings.used):
        if faults := faults_of(cursor, PointKey(serial_number, PointType.INPUT, index)):
            starts, ends, _ = zip(*faults, strict=True)
            found[index] = Holes(np.array(starts), np.array(ends))
    return found


def _overlap(begins: Floats, ends: Floats, holes: Holes) -> Floats:
    """How much of each time lies in holes."""
    shared = np.minimum(ends[:, None], holes.ends) - np.maximum(begins[:, None], holes.starts)
    return np.asarray(np.maximum(shared, 0.0).sum(axis=1))
