"""The readings of one panel and point type in a stretch of time, hot and packed, in one order; for any thread."""

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
from sqlalchemy import bindparam, case, func, literal_column, null, select

from t3monitor.model.holes import GAPS_TO_TELL, UNKNOWN_SPACING_S, is_hole
from t3monitor.model.units import has_states, is_measured
from t3monitor.store.history.blocks import NOWHERE, Blocks, Flags, Ints, Pieces, Segments, Vector
from t3monitor.store.history.filling import filled
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import sync_runs, trendlog_frames, trendlog_layout_points, trendlog_layouts
from t3monitor.store.statements import sql_text

_ROWS_AT_ONCE = 512
_frame, _run, _layout, _place = trendlog_frames.c, sync_runs.c, trendlog_layouts.c, trendlog_layout_points.c
_of_vector = _frame.serial_number == bindparam("serial_number"), _frame.point_type == bindparam("point_type")
_times = select(_frame.logging_time).distinct().where(*_of_vector)
_TIMES_BEFORE = sql_text(_times.where(_frame.logging_time < bindparam("start")).order_by(_frame.logging_time.desc()))
_TIMES_AFTER = sql_text(_times.where(_frame.logging_time > bindparam("end")).order_by(_frame.logging_time))
_PLACES = sql_text(
    select(
        _place.layout_id,
        _place.point_index,
        _place.position,
        _place.label,
        _place.range,
        _place.units,
        _place.digital_analog,
    )
    .join(trendlog_layouts, _layout.id == _place.layout_id)
    .where(_layout.serial_number == bindparam("serial_number"), _layout.point_type == bindparam("point_type"))
)

# The first cycle that had it: a later one may have been given the same once more.
_DELAY = """
    SELECT max(0, min(run.finished_at) - frame.logging_time)
    FROM TRENDLOG_FRAMES AS frame JOIN SYNC_RUNS AS run ON run.id = frame.run_id
    WHERE frame.serial_number = ?1 AND frame.point_type = ?2 AND frame.logging_time = (
        SELECT max(logging_time) FROM TRENDLOG_FRAMES
        WHERE serial_number = ?1 AND point_type = ?2 AND logging_time <= ?3)"""


def delay_of_last(cursor: Cursor, vector: Vector, until_s: float) -> float:
    """How long after its time the last reading up to a time was there, in seconds; 0 if no cycle tells it."""
    (delay_s,) = cursor.execute(_DELAY, (*vector, until_s)).fetchone()
    return delay_s or 0.0


def frames_statement(cursor: Cursor) -> str:
    """Reads the hot frames of a vector; empty if the file has no frames at all.

    A file of an earlier schema has no packed ones, and perhaps no spacings.
    """
    columns = {name for _, name, *_ in cursor.execute(f"PRAGMA table_info({trendlog_frames.name})")}
    return _frames(*(column.name in columns for column in (_frame.expected_spacing, _frame.seq))) if columns else ""


@cache
def _frames(has_spacings: bool, may_be_packed: bool) -> str:
    frames = trendlog_frames.alias("hot")
    hot = frames.c
    spacing = hot.expected_spacing if has_spacings else null()
    of_run = select(_run.sync_interval).where(_run.id == hot.run_id).scalar_subquery()
    intervals = (*((hot.sync_interval,) if may_be_packed else ()), of_run, literal_column(f"{UNKNOWN_SPACING_S}"))
    statement = (
        select(
            hot.logging_time,
            spacing,
            case((spacing.is_(None), func.coalesce(*intervals))),
            hot.layout_id,
            hot.run_id,
            hot.vals,
        )
        .where(
            hot.serial_number == bindparam("serial_number"),
            hot.point_type == bindparam("point_type"),
            hot.logging_time.between(bindparam("start"), bindparam("end")),
            *((hot.seq.is_(None),) if may_be_packed else ()),
        )
        .order_by(hot.logging_time, hot.run_id)
    )
    sql = sql_text(statement)
    # Else SQLite walks over all packed frames of that time.
    return sql.replace("AS hot ", 'AS hot INDEXED BY "TRENDLOG_FRAMES_HOT" ', 1) if may_be_packed else sql


class Kind(NamedTuple):
    """What must not change along a line."""

    units: str
    digital: bool
    range: int | None  # None: does not matter, as for measured numbers


class Place(NamedTuple):
    """Where a point stands in a layout, and what the layout knows of it."""

    position: int
    label: str
    range: int
    units: str
    digital_analog: int

    @property
    def digital(self) -> bool:
        """Whether it shows one of two states."""
        return has_states(digital=self.digital_analog == 0, range_=self.range)

    @property
    def range_text(self) -> str:
        """The range as it stands in ``POINT_CHANGES``."""
        return f"{self.range}" if self.digital_analog else f"{self.range} digital"

    @property
    def kind(self) -> Kind:
        """What its line is of."""
        return Kind(self.units, self.digital, self.range if self.digital else None)

    @property
    def is_measured(self) -> bool:
        """Whether it has a number rather than a state."""
        return is_measured(digital=self.digital, range_=self.range)


class _Hot(NamedTuple):
    """Frames that are not packed; a row may have the time of another one."""

    times: Floats
    spacings: Floats
    intervals: Floats
    layouts: Ints
    runs: Ints
    columns: dict[int, Floats]  # by point


class Rows:
    """Readings of a vector, one of each time, oldest first; a row may stand for several ones of a block."""

    def __init__(self, blocks: Blocks, pieces: Pieces, hot: _Hot, start_s: float, end_s: float) -> None:
        """Those between two times, the one before and the one after."""
        self.pieces = pieces
        self._blocks, self._hot = blocks, hot
        self._places: Any = slice(None)
        times = ends = self.column(blocks.times_of(pieces.blocks, pieces.firsts), hot.times)
        if not pieces.are_single:
            ends = self.column(blocks.times_of(pieces.blocks, pieces.lasts), hot.times)
        spacings = self.column(blocks.spacings_of(pieces.blocks, pieces.lasts), hot.spacings)
        if not (times[1:] > times[:-1]).all():
            order = np.lexsort((self._read_runs(), times))
            self._places = order[np.append(np.diff(times[order]) != 0, True)]  # of equal times the last
            times, ends, spacings = times[self._places], ends[self._places], spacings[self._places]
        if np.isnan(hot.spacings).any():
            spacings = filled(times, spacings, self.column(0, hot.intervals))
        first = max(0, int(np.searchsorted(times, start_s)) - 1)
        last = int(np.searchsorted(times, end_s, side="right")) + 1
        within = slice(first, last)
        self._places = within if isinstance(self._places, slice) else self._places[within]
        self.times, self.ends, self.spacings = times[within], ends[within], spacings[within]
        next_times = self.times[1:]
        before_hole = np.flatnonzero(is_hole(next_times - self.ends[:-1], self.spacings[:-1]))
        self.until = np.append(next_times, np.inf)  # when the next row or a hole begins
        self.until[before_hole] = self.ends[before_hole] + self.spacings[before_hole]

    def column(self, of_pieces: Any, of_hot: Any) -> Floats:
        """One column of the rows."""
        packed = len(self.pieces.blocks)
        found = np.empty(packed + len(self._hot.times))
        found[:packed], found[packed:] = of_pieces, of_hot
        return cast(Floats, found[self._places])

    @cached_property
    def counts(self) -> Floats:
        """Of how many readings each is."""
        return self.column(self.pieces.lasts - self.pieces.firsts + 1, 1)

    @cached_property
    def layouts(self) -> Floats:
        """Of each."""
        return self.column(self._blocks.layouts[self.pieces.blocks], self._hot.layouts)

    @cached_property
    def runs(self) -> Floats:
        """By which cycle each came: later ones have greater ids, whatever the time that a clock told."""
        return self._read_runs()

    def _read_runs(self) -> Floats:
        return self.column(self._blocks.runs[self.pieces.blocks], self._hot.runs)


class Values(NamedTuple):
    """What a point had in some rows; NaN: nothing."""

    means: Floats
    lows: Floats
    highs: Floats


class VectorReadings:
    """What was read of a vector; times, spacings and hot frames once for all of its points."""

    def __init__(
        self, cursor: Cursor, statement: str, vector: Vector, indexes: Sequence[int], start_s: float, end_s: float
    ) -> None:
        """Reads the readings from ``start_s`` to ``end_s``, and so many before and after as decide on holes."""
        self.places = _read_places(cursor, vector, indexes)
        before = cursor.execute(_TIMES_BEFORE, (*vector, start_s)).fetchmany(GAPS_TO_TELL + 1)
        after = cursor.execute(_TIMES_AFTER, (*vector, end_s)).fetchone()
        first_s, last_s = self._within = before[-1][0] if before else start_s, after[0] if after else end_s
        self.delay_s = delay_of_last(cursor, vector, last_s)
        self._cursor = cursor
        self._hot = _read_hot(cursor, statement, vector, indexes, self.places, first_s, last_s)
        may_be_packed = _frame.seq.name in statement
        self._blocks = Blocks.read(cursor, vector, first_s, last_s) if may_be_packed else Blocks.none(vector)
        self._segments: dict[int, Segments] = {}
        self._values: dict[int, Floats] = {}
        self._unbroken: dict[float, Flags] = {}
        self._rows: dict[Any, Rows] = {}

    @property
    def reading_count(self) -> int:
        """How many there are, with some before and after."""
        return int(self._blocks.counts.sum()) + len(self._hot.times)

    @property
    def layouts(self) -> set[int]:
        """Of any of them."""
        return {*self._blocks.layouts.tolist(), *self._hot.layouts.tolist()}

    def layouts_of(self, index: int) -> set[int]:
        """All layouts that have the point."""
        return {layout for layout, points in self.places.items() if index in points}

    def pieces(self, index: int, within_s: float) -> Pieces | None:
        """What of the blocks no longer than that may be rows for a point; None if that is nothing.

        Of a measured value a block whose header tells all about its readings, of a state the readings of one value side
        by side: without a hole inside, and without a reading of another block between them.
        """
        if within_s not in self._unbroken:
            self._unbroken[within_s] = self._find_unbroken(within_s)
        unbroken = self._unbroken[within_s]
        if not unbroken.any():
            return None
        segments = self._segments_of(index)
        measured = [layout for layout, points in self.places.items() if index in points and points[index].is_measured]
        is_measured = np.isin(self._blocks.layouts, measured)
        whole = unbroken & segments.summed_up & (segments.constant | is_measured)
        in_runs = unbroken & ~whole & ~is_measured
        counts = self._blocks.counts
        return Pieces.whole(counts, whole).merged(segments.runs(in_runs), Pieces.single(counts, ~whole & ~in_runs))

    def _find_unbroken(self, within_s: float) -> Flags:
        blocks, hot = self._blocks, self._hot
        first_s, last_s = self._within  # of what is beyond, blocks may be missing
        chosen = (blocks.last_times - blocks.first_times <= within_s) & ~np.isnan(hot.spacings).any()
        chosen &= (blocks.first_times >= first_s) & (blocks.last_times <= last_s)
        hot_before = np.searchsorted(hot.times, blocks.first_times)
        chosen &= hot_before == np.searchsorted(hot.times, blocks.last_times, side="right")
        return blocks.unbroken(chosen) if chosen.any() else chosen

    def rows(self, pieces: Pieces | None, start_s: float, end_s: float) -> Rows:
        """The rows between two times, and the ones next to them; without ``pieces``, each reading is one."""
        key = pieces and (pieces.blocks.tobytes(), pieces.firsts.tobytes()), start_s, end_s
        if key not in self._rows:
            if pieces is None:
                pieces = Pieces.single(self._blocks.counts, np.ones(len(self._blocks), dtype=bool))
            self._rows[key] = Rows(self._blocks, pieces, self._hot, start_s, end_s)
        return self._rows[key]

    def values(self, index: int, rows: Rows) -> Values:
        """What a point had in these rows."""
        counts, pieces, hot = self._blocks.counts, rows.pieces, self._hot.columns[index]
        segments = self._segments_of(index)
        if pieces.are_single:
            if index not in self._values:
                self._values[index] = segments.every_value()
            values = rows.column(self._values[index], hot)
            return Values(values, values, values)
        is_part = (pieces.firsts > 0) | (pieces.lasts < counts[pieces.blocks] - 1) | ~segments.summed_up[pieces.blocks]
        read = segments.values(pieces.blocks[is_part], pieces.firsts[is_part])
        columns = []
        for of_blocks in (segments.means, segments.lows, segments.highs):
            column = of_blocks[pieces.blocks]
            column[is_part] = read
            columns.append(rows.column(column, hot))
        return Values(*columns)

    def _segments_of(self, index: int) -> Segments:
        if index not in self._segments:
            self._segments[index] = Segments(self._cursor, self._blocks, self._positions(index))
        return self._segments[index]

    def _positions(self, index: int) -> Ints:
        found = np.full(len(self._blocks), NOWHERE)
        for layout, points in self.places.items():
            if index in points:
                found[self._blocks.layouts == layout] = points[index].position
        return found


_decode = msgspec.json.Decoder().decode  # untyped: twice as fast, and numpy refuses what is no number


def _read_hot(
    cursor: Cursor,
    statement: str,
    vector: Vector,
    indexes: Sequence[int],
    all_places: dict[int, dict[int, Place]],
    start_s: float,
    end_s: float,
) -> _Hot:
    cursor.execute(statement, (*vector, start_s, end_s))
    chunks = [np.empty((5 + len(indexes), 0))]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        times, spacings, intervals, layouts, runs, texts = zip(*rows, strict=True)
        frames = [_decode(text) for text in texts]
        columns: list[list[float | None]] = [[] for _ in indexes]
        for layout, group in groupby(zip(layouts, frames, strict=True), itemgetter(0)):
            alike = [frame for _, frame in group]
            places = all_places.get(layout, {})
            for index, column in zip(indexes, columns, strict=True):
                if place := places.get(index):
                    position = place.position
                    column += [frame[position] for frame in alike]
                else:
                    column += [None] * len(alike)
        chunks.append(
            np.array([times, spacings, intervals, layouts, runs, *columns], dtype=np.float64)
        )  # None becomes NaN
    table = np.concatenate(chunks, axis=1)
    times, spacings, intervals = table[:3]
    layouts, runs = table[3:5].astype(np.int64)
    return _Hot(times, spacings, intervals, layouts, runs, dict(zip(indexes, table[5:], strict=True)))


def _read_places(cursor: Cursor, vector: Vector, indexes: Sequence[int]) -> dict[int, dict[int, Place]]:
    """Where the points stand in each layout of the vector."""
    wanted = frozenset(indexes)
    places: dict[int, dict[int, Place]] = {}
    for layout_id, index, position, label, range_, units, digital_analog in cursor.execute(_PLACES, vector):
        if index in wanted:
            places.setdefault(layout_id, {})[index] = Place(position, label, range_, units, digital_analog)
    return places
