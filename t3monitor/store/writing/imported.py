"""Readings that other programs recorded, written beside our own; of the keeper's thread.

They came with no cycle of ours: of two readings of one time that which was recorded here counts.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.causes import EventKind
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.layouts import LayoutPoint, Source, find_or_insert
from t3monitor.store.schema import (
    CREATED_BY_OTHER_MONITOR,
    DATA_SOURCE_OTHER_MONITOR,
    IMPORTED_RUN,
    MERGED_RUN,
)
from t3monitor.store.writing.rows import json_array

_THERE = """SELECT logging_time, min(run_id), max(run_id) FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND logging_time BETWEEN ? AND ? GROUP BY logging_time"""
_POINTS_THERE = """SELECT point_index FROM TRENDLOG_DATA
    WHERE serial_number = ? AND point_type = ? AND logging_time = ?"""
_BESIDE_RECORDED = DATA_SOURCE_OTHER_MONITOR, CREATED_BY_OTHER_MONITOR  # of points that ours of that time does not have
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
    sync_interval_s: int = UNKNOWN_SPACING_S
    is_recorded: bool = False  # by a T3 Monitor: that it lacks a point says that T3000 gave none


class _New(NamedTuple):
    """What of a frame is not there yet, and as what it is to be stored."""

    frame: ImportedFrame
    run_id: int
    source: Source
    values: dict[int, float]
    samples: int


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
    for frame, run_id, source, values, samples in _new(cursor, frames):
        vector = frame.serial_number, frame.point_type
        layout = find_or_insert(cursor, *vector, frame.panel_id, frame.points, source=source)
        vals = json_array([values.get(point.point_index) for point in layout.points])
        rows.append(
            (*vector, frame.logging_time, run_id, layout.id, vals, frame.spacing_s, frame.sync_interval_s, None)
        )
        added += samples
    cursor.executemany(statements.INSERT_FRAME, rows)
    return added


def new_samples(cursor: Cursor, frames: Collection[ImportedFrame]) -> int:
    """How many samples `store_imported` would write."""
    return sum(new.samples for new in _new(cursor, frames))


def _new(cursor: Cursor, frames: Collection[ImportedFrame]) -> Iterator[_New]:
    in_order = sorted(frames, key=lambda frame: (*frame[:2], frame.logging_time, not frame.is_recorded))
    for vector, members in groupby(in_order, itemgetter(0, 1)):
        yield from _new_of_vector(cursor, vector, list(members))


def _new_of_vector(cursor: Cursor, vector: Vector, frames: list[ImportedFrame]) -> Iterator[_New]:
    lowest: dict[int, int] = {}  # run_id, by time
    recorded: set[int] = set()  # times
    for time_s, low, high in cursor.execute(_THERE, (*vector, frames[0].logging_time, frames[-1].logging_time)):
        lowest[time_s] = low
        if high > IMPORTED_RUN:
            recorded.add(time_s)
    there: dict[int, set[int]] = {}
    for frame in frames:
        time_s = frame.logging_time
        if time_s in lowest and time_s not in there:
            there[time_s] = {index for (index,) in cursor.execute(_POINTS_THERE, (*vector, time_s))}
        known = there.setdefault(time_s, set())
        new = {index: value for index, value in frame.values.items() if index not in known}
        known.update(new)
        if frame.is_recorded and time_s not in recorded:
            recorded.add(time_s)
            lowest[time_s] = min(MERGED_RUN, lowest.get(time_s, 0))
            yield _New(frame, MERGED_RUN, frame.source, frame.values, len(new))
        elif new:  # where a time has several, the next lower one
            lowest[time_s] = min(IMPORTED_RUN, lowest.get(time_s, 0) - 1)
            source = _BESIDE_RECORDED if frame.is_recorded else frame.source
            yield _New(frame, lowest[time_s], source, new, len(new))
