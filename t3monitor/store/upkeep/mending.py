"""Sees to it that a history of which pages were lost is whole again: less is in it, but nothing that was not read.

Times of packed readings stand twice, in their rows and in their block, so one is made of the other. A value stands
once: where a segment may be lost, that of an earlier one would be in force, so a segment of missing values is put
there.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from t3monitor.store.database import Database
from t3monitor.store.history.codec import encode_whole
from t3monitor.store.layouts import LayoutPoint, RowVector, fingerprint_of, points_of_layout
from t3monitor.store.schema import point_tables
from t3monitor.store.upkeep.checking import frames_of_block, packed_frames, segment_problem
from t3monitor.store.work import LongWork

_VECTORS = "SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS"
_SIZES = "SELECT layout_id, max(position) + 1 FROM TRENDLOG_LAYOUT_POINTS GROUP BY layout_id"
_LAYOUTS = "SELECT id, serial_number, point_type, panel_id, fingerprint, data_source, created_by FROM TRENDLOG_LAYOUTS"
_POINT = "point_id, point_index, label, range, units, digital_analog"
_PRESENT_POINTS = f"SELECT {_POINT} FROM {{table}} WHERE serial_number = ? ORDER BY point_index"  # noqa: S608
_LAYOUT_POINT = "INSERT OR IGNORE INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_OUT_OF_PLACE = (
    "DELETE FROM TRENDLOG_FRAMES WHERE layout_id NOT IN (SELECT id FROM TRENDLOG_LAYOUTS)",
    "DELETE FROM TRENDLOG_FRAMES WHERE seq IS NULL AND NOT json_valid(vals)",
    """DELETE FROM TRENDLOG_FRAMES WHERE seq IS NULL AND json_array_length(vals) <> (
        SELECT max(position) + 1 FROM TRENDLOG_LAYOUT_POINTS AS point
        WHERE point.layout_id = TRENDLOG_FRAMES.layout_id)""",
    "DELETE FROM TRENDLOG_BLOCKS WHERE layout_id NOT IN (SELECT id FROM TRENDLOG_LAYOUTS)",
)
_PACK = """UPDATE TRENDLOG_FRAMES SET seq = ?, vals = ''
    WHERE serial_number = ? AND point_type = ? AND logging_time = ? AND seq IS NULL AND run_id <= ?"""
_FRAME = """INSERT OR IGNORE INTO TRENDLOG_FRAMES (serial_number, point_type, logging_time, run_id, layout_id, vals,
    expected_spacing, sync_interval, seq) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?)"""
_BLOCKS = """SELECT first_seq, count, layout_id, sync_interval, last_run, base, step, width, times, spacing_base,
    spacing_step, spacing_width, spacings FROM TRENDLOG_BLOCKS
    WHERE serial_number = ? AND point_type = ? ORDER BY first_seq"""
_BLOCK = "INSERT INTO TRENDLOG_BLOCKS VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NO_FRAME = """DELETE FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND logging_time = ? AND run_id = ?"""
_NO_BLOCK = "DELETE FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ? AND first_seq = ?"
_SEGMENTS = """SELECT position, first_seq, base, step, scale, width, nullable, top, total, known, codes
    FROM TRENDLOG_SEGMENTS WHERE serial_number = ? AND point_type = ?"""
_NO_SEGMENT = """DELETE FROM TRENDLOG_SEGMENTS
    WHERE serial_number = ? AND point_type = ? AND position = ? AND first_seq = ?"""
_MISSING = "INSERT INTO TRENDLOG_SEGMENTS VALUES (?, ?, ?, ?, 0, 0, 1, 0, 1, 0, 0, 0, NULL)"


class LostValues(NamedTuple):
    """Segments of a point may be lost that begin with one of these readings."""

    position: int
    first: int
    last: int


class Unknown(NamedTuple):
    """Readings of which some values are not known any more."""

    vector: RowVector
    first_s: int
    last_s: int
    samples: int


def mend(target: Database, lost: Mapping[RowVector, list[LostValues]], work: LongWork) -> list[Unknown]:
    """Mends the history of every vector; of which readings values are not known any more.

    Raises DatabaseError or CancelledWorkError.
    """
    unknown: list[Unknown] = []
    with target.writing() as cursor:
        mend_layouts(cursor)
        for statement in _OUT_OF_PLACE:
            cursor.execute(statement)
        vectors = cursor.execute(_VECTORS).fetchall()
        sizes = dict(cursor.execute(_SIZES).fetchall())
    for vector in vectors:
        work.tell(work.share)
        with target.writing() as cursor:
            _decide(cursor, vector)
            _mend_blocks(cursor, vector)
            _mend_frames(cursor, vector)
            unknown += _mend_segments(cursor, vector, sizes, lost.get(vector, []))
    return unknown


def mend_layouts(cursor: sqlite3.Cursor) -> None:
    """Where points of a layout are lost, the present ones of its panel are, if they are those of its fingerprint."""
    for layout, serial, kind, panel, fingerprint, *told in cursor.execute(_LAYOUTS).fetchall():
        source = told[0], told[1]
        if fingerprint_of(panel, points_of_layout(cursor, layout), source) == fingerprint:
            continue
        table = next((table.name for its_kind, table in point_tables.items() if its_kind == kind), None)
        if table is None:
            continue
        points = _points(cursor, _PRESENT_POINTS.format(table=table), serial)
        if fingerprint_of(panel, points, source) == fingerprint:
            rows = [(layout, position, *point) for position, point in enumerate(points)]
            cursor.executemany(_LAYOUT_POINT, rows)


def _points(cursor: sqlite3.Cursor, query: str, of: int) -> tuple[LayoutPoint, ...]:
    return tuple(LayoutPoint(*row) for row in cursor.execute(query, (of,)))


def _decide(cursor: sqlite3.Cursor, vector: RowVector) -> None:
    """Where a block and its readings tell different times, what most readings say counts."""
    frames = packed_frames(cursor, vector)
    for first, count, layout, interval, _, *columns in cursor.execute(_BLOCKS, vector).fetchall():
        begin, behind = np.searchsorted(frames[:, 0], (first, first + count)).tolist()
        its_frames = frames[begin:behind]
        try:
            told = frames_of_block(first, count, layout, interval, *columns)
        except ValueError:
            cursor.execute(_NO_BLOCK, (*vector, first))
            continue
        others = its_frames[(its_frames[:, :5] != told[its_frames[:, 0] - first]).any(axis=1)]
        if 2 * len(others) > count:
            cursor.execute(_NO_BLOCK, (*vector, first))
        else:
            cursor.executemany(_NO_FRAME, [(*vector, frame[1], frame[5]) for frame in others.tolist()])


def _mend_blocks(cursor: sqlite3.Cursor, vector: RowVector) -> None:
    """Makes blocks of packed readings that have none: each begins where segments do, or another layout or interval."""
    frames = packed_frames(cursor, vector)
    is_alone = np.ones(len(frames), dtype=bool)
    for first, count, *_ in cursor.execute(_BLOCKS, vector):
        begin, behind = np.searchsorted(frames[:, 0], (first, first + count)).tolist()
        is_alone[begin:behind] = False
    alone = frames[is_alone].tolist()
    begins = {first for _, first, *_ in cursor.execute(_SEGMENTS, vector)}
    for _, block in groupby(zip(alone, _blocks_of(alone, begins), strict=True), key=itemgetter(1)):
        seqs, times, layouts, intervals, spacings, runs = zip(*(frame for frame, _ in block), strict=True)
        row = (*vector, seqs[0], len(seqs), layouts[0], intervals[0], min(times), max(times), max(runs))
        cursor.execute(_BLOCK, (*row, *encode_whole(times), *encode_whole(spacings)))


def _blocks_of(frames: Iterable[list[int]], begins: set[int]) -> Iterator[int]:
    """The number of its block for each."""
    number, before = 0, None
    for frame in frames:
        is_next = before is not None and frame[0] == before[0] + 1 and frame[2:4] == before[2:4]
        number += frame[0] in begins or not is_next
        yield number
        before = frame


def _mend_frames(cursor: sqlite3.Cursor, vector: RowVector) -> None:
    """Gives blocks the readings that they count."""
    seqs = packed_frames(cursor, vector)[:, 0]
    for first, count, layout, interval, run, *columns in cursor.execute(_BLOCKS, vector).fetchall():
        begin, behind = np.searchsorted(seqs, (first, first + count)).tolist()
        if behind - begin == count:
            continue
        told = frames_of_block(first, count, layout, interval, *columns)
        for seq, time_s, *_, spacing_s in told[~np.isin(told[:, 0], seqs[begin:behind])].tolist():
            # It may be there as it was before it was packed: in a backup.
            if not cursor.execute(_PACK, (seq, *vector, time_s, run)).rowcount:
                cursor.execute(_FRAME, (*vector, time_s, run, layout, spacing_s, interval, seq))


def _mend_segments(
    cursor: sqlite3.Cursor, vector: RowVector, sizes: Mapping[int, int], lost: Iterable[LostValues]
) -> Iterator[Unknown]:
    """Has the values missing of which it is not known what they were."""
    blocks = cursor.execute(_BLOCKS, vector).fetchall()
    counts = {block[0]: block[1] for block in blocks}
    unknown = {(values.position, first) for values in lost for first in counts if values.first <= first <= values.last}
    widths: dict[tuple[int, int], Any] = {}
    for position, first, *segment in cursor.execute(_SEGMENTS, vector).fetchall():
        if first not in counts or segment_problem(segment, counts[first]):
            unknown.add((position, first))
            cursor.execute(_NO_SEGMENT, (*vector, position, first))
        else:
            widths[position, first] = segment[3]
    in_force: dict[int, Any] = {}
    for first, count, layout, _, _, *columns in blocks:
        missing = 0
        for position in range(sizes.get(layout, 0)):
            place = position, first
            if place in widths:
                in_force[position] = widths[place]
            elif in_force.get(position, -1) != 0 or place in unknown:
                cursor.execute(_MISSING, (*vector, position, first))
                in_force[position] = 0
                missing += 1
        if missing:
            times = frames_of_block(first, count, layout, 0, *columns)[:, 1]
            yield Unknown(vector, int(times.min()), int(times.max()), missing * count)
