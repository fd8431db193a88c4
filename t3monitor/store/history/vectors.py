"""The readings of one panel and point type in a stretch of time, hot and packed, in one order; for any thread."""

from collections.abc import Sequence
from sqlite3 import Cursor

import numpy as np
from sqlalchemy import bindparam, select

from t3monitor.model.holes import GAPS_TO_TELL
from t3monitor.store.history.blocks import Blocks
from t3monitor.store.history.coded import Flags, Ints
from t3monitor.store.history.hot import read_hot
from t3monitor.store.history.places import read_places
from t3monitor.store.history.rows import Order, PointReadings, Rows
from t3monitor.store.history.segments import NOWHERE, Runs, Segments
from t3monitor.store.history.series import Floats
from t3monitor.store.layouts import RowVector
from t3monitor.store.schema import DATA_SOURCE_FFI_SYNC, trendlog_frames
from t3monitor.store.statements import sql_text

_frame = trendlog_frames.c
_of_vector = _frame.serial_number == bindparam("serial_number"), _frame.point_type == bindparam("point_type")
_times = select(_frame.logging_time).distinct().where(*_of_vector)
_TIMES_BEFORE = sql_text(_times.where(_frame.logging_time < bindparam("start")).order_by(_frame.logging_time.desc()))
_TIMES_AFTER = sql_text(_times.where(_frame.logging_time > bindparam("end")).order_by(_frame.logging_time))

_IMPORTED = f"""SELECT id FROM TRENDLOG_LAYOUTS
    WHERE serial_number = ? AND point_type = ? AND data_source <> {DATA_SOURCE_FFI_SYNC}"""  # noqa: S608 - of a constant

_NEXT_WITHIN_S = 9000  # of imported readings up to an hour apart the one before and the one after are found

# The first cycle that had it: a later one may have been given the same once more.
_DELAY = """
    SELECT max(0, min(run.finished_at) - frame.logging_time)
    FROM TRENDLOG_FRAMES AS frame JOIN SYNC_RUNS AS run ON run.id = frame.run_id
    WHERE frame.serial_number = ?1 AND frame.point_type = ?2 AND frame.logging_time = (
        SELECT max(logging_time) FROM TRENDLOG_FRAMES
        WHERE serial_number = ?1 AND point_type = ?2 AND logging_time <= ?3)"""


def delay_of_last(cursor: Cursor, vector: RowVector, until_s: float) -> float:
    """How long after its time the last reading up to a time was there, in seconds; 0 if no cycle tells it."""
    (delay_s,) = cursor.execute(_DELAY, (*vector, until_s)).fetchone()
    return delay_s or 0.0


class VectorReadings:
    """What was read of a vector; times, spacings and hot frames once for all of its points."""

    def __init__(
        self, cursor: Cursor, statement: str, vector: RowVector, indexes: Sequence[int], start_s: float, end_s: float
    ) -> None:
        """Reads the readings from ``start_s`` to ``end_s``, and so many before and after as decide on holes."""
        self.places = read_places(cursor, vector, indexes)
        before = cursor.execute(_TIMES_BEFORE, (*vector, start_s)).fetchmany(GAPS_TO_TELL + 1)
        after = cursor.execute(_TIMES_AFTER, (*vector, end_s)).fetchone()
        first_s, last_s = before[-1][0] if before else start_s, after[0] if after else end_s
        self.delay_s = delay_of_last(cursor, vector, last_s)
        may_be_packed = _frame.seq.name in statement
        # What others recorded tells in each vector of the points that they logged together, and nothing of the rest.
        imported = cursor.execute(_IMPORTED, vector).fetchall() if may_be_packed else []
        self._imported = np.array(imported, dtype=np.int64).ravel()
        if imported:
            first_s, last_s = min(first_s, start_s - _NEXT_WITHIN_S), max(last_s, end_s + _NEXT_WITHIN_S)
        self._within = first_s, last_s
        self._cursor = cursor
        self._hot = read_hot(cursor, statement, vector, indexes, self.places, first_s, last_s)
        self._blocks = Blocks.read(cursor, vector, first_s, last_s) if may_be_packed else Blocks.none(vector)
        self._segments: dict[int, Segments] = {}
        self._unbroken: dict[float, Flags] = {}
        self._orders: dict[bytes, Order] = {}

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

    def rows(self) -> Rows:
        """Each reading that was recorded, not imported."""
        rows = self._order(np.zeros(len(self._blocks), dtype=bool)).rows
        return rows.those(~np.isin(rows.layouts, self._imported)) if len(self._imported) else rows

    def of(self, index: int) -> PointReadings:
        """All that a point had, reading by reading."""
        return self._readings(self._order(np.zeros(len(self._blocks), dtype=bool)), index)

    def every_row(self) -> tuple[Rows, dict[int, Floats]]:
        """Each row, what was imported beside what was recorded, and what its points had in it by their numbers."""
        order = self._order(np.zeros(len(self._blocks), dtype=bool))
        columns = {
            index: order.readings(self._segments_of(index), hot).values.means
            for index, hot in self._hot.columns.items()
        }
        return order.rows, columns

    def summed_up(self, index: int, within_s: float, edges: Sequence[float] = ()) -> PointReadings | None:
        """What a point had, with less rows of blocks no longer than that; None: there are none of which this holds.

        No row is of both sides of an edge.

        Of a measured value a block whose header tells all about its readings is one row, of a state the readings of one
        value side by side: without a hole inside, and without a reading of another block between them.
        """
        if within_s not in self._unbroken:
            self._unbroken[within_s] = self._find_unbroken(within_s)
        unbroken = self._unbroken[within_s]
        for edge_s in edges:
            unbroken = unbroken & ~((self._blocks.first_times < edge_s) & (self._blocks.last_times >= edge_s))
        segments = self._segments_of(index)
        layouts = [layout for layout, points in self.places.items() if index in points and points[index].is_measured]
        is_measured = np.isin(self._blocks.layouts, layouts)
        whole = unbroken & segments.summed_up & (segments.constant | is_measured)
        in_runs = unbroken & ~whole & ~is_measured
        if not (whole | in_runs).any():
            return None
        if in_runs.any():
            segments.read_codes(~whole)
            order = Order(self._blocks, whole, segments.runs(in_runs), ~whole & ~in_runs, self._hot)
        else:
            order = self._order(whole)
        return self._readings(order, index)

    def _readings(self, order: Order, index: int) -> PointReadings:
        readings = order.readings(self._segments_of(index), self._hot.columns[index])
        return readings.with_imported(self._imported) if len(self._imported) else readings

    def _order(self, whole: Flags) -> Order:
        """Of whole blocks and the single readings of all others."""
        key = whole.tobytes()
        if key not in self._orders:
            self._orders[key] = Order(self._blocks, whole, Runs.none(), ~whole, self._hot)
        return self._orders[key]

    def _find_unbroken(self, within_s: float) -> Flags:
        blocks, hot = self._blocks, self._hot
        first_s, last_s = self._within  # of what is beyond, blocks may be missing
        chosen = (blocks.last_times - blocks.first_times <= within_s) & ~np.isnan(hot.spacings).any()
        chosen &= (blocks.first_times >= first_s) & (blocks.last_times <= last_s)
        hot_before = np.searchsorted(hot.times, blocks.first_times)
        chosen &= hot_before == np.searchsorted(hot.times, blocks.last_times, side="right")
        return blocks.unbroken(chosen) if chosen.any() else chosen

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
