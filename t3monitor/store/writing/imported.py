"""Readings that other programs recorded, written beside our own; of the keeper's thread.

They came with no cycle: of two readings of one time the recorded one counts.
"""

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.causes import EventKind
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.point_types import PointType
from t3monitor.store import statements
from t3monitor.store.layouts import LayoutPoint, Source, find_or_insert
from t3monitor.store.schema import IMPORTED_RUN
from t3monitor.store.writing.rows import json_array

_THERE = """SELECT logging_time, min(run_id) FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND logging_time BETWEEN ? AND ? GROUP BY logging_time"""
_POINTS_THERE = """SELECT point_index FROM TRENDLOG_DATA
    WHERE serial_number = ? AND point_type = ? AND logging_time = ?"""
_EVENT = "SELECT 1 FROM SYNC_EVENTS WHERE kind = ? AND detail = ?"


class ImportedFrame(NamedTuple):
    """What points of a panel and type had at a time (UTC epoch seconds); ``points`` may be more than have values."""

    serial_number: int
    point_type: PointType
    panel_id: int
    source: Source  # of its layout: an import has layouts of its own
    logging_time: int
    spacing_s: int
    points: tuple[LayoutPoint, ...]
    values: dict[int, float]  # by point number


def store_imported(cursor: Cursor, frames: Collection[ImportedFrame], at: float, detail: str) -> int:
    """Writes what is not there yet; returns how many samples that is.

    With the first of them goes the row of SYNC_EVENTS that tells of the import, at ``at`` and with ``detail``.
    """
    added = add_frames(cursor, frames)
    event = EventKind.IMPORT.value, detail
    if added and not cursor.execute(_EVENT, event).fetchone():
        cursor.execute(statements.INSERT_EVENT, (None, at, "", *event))
    return added


def add_frames(cursor: Cursor, frames: Collection[ImportedFrame]) -> int:
    """Writes what is not there yet; returns how many samples that is."""
    rows: list[tuple[object, ...]] = []
    added = 0
    in_order = sorted(frames, key=itemgetter(0, 1))
    for vector, members in groupby(in_order, itemgetter(0, 1)):
        for row, samples in _rows(cursor, vector, list(members)):
            rows.append(row)
            added += samples
    cursor.executemany(statements.INSERT_FRAME, rows)
    return added


def _rows(
    cursor: Cursor, vector: tuple[int, PointType], frames: list[ImportedFrame]
) -> Iterable[tuple[tuple[object, ...], int]]:
    """Rows of TRENDLOG_FRAMES, and how many samples each of them has."""
    times = [frame.logging_time for frame in frames]
    runs: dict[int, int] = dict(cursor.execute(_THERE, (*vector, min(times), max(times))))
    there: dict[int, set[int]] = {}
    for frame in frames:
        time_s = frame.logging_time
        if time_s in runs and time_s not in there:
            there[time_s] = {index for (index,) in cursor.execute(_POINTS_THERE, (*vector, time_s))}
        known = there.setdefault(time_s, set())
        new = {index: value for index, value in frame.values.items() if index not in known}
        if not new:
            continue
        known.update(new)
        run_id = min(IMPORTED_RUN, runs.get(time_s, 0) - 1)  # where a time has several, the next lower one
        runs[time_s] = run_id
        layout = find_or_insert(cursor, *vector, frame.panel_id, frame.points, source=frame.source)
        vals = json_array([new.get(point.point_index) for point in layout.points])
        key = frame.serial_number, frame.point_type.value, time_s, run_id
        yield (*key, layout.id, vals, frame.spacing_s, UNKNOWN_SPACING_S, None), len(new)
