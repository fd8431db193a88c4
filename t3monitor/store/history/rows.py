"""Packed and hot readings of a panel and type as rows in one order of time, and what a point had in them."""

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.holes import is_hole
from t3monitor.store.history.blocks import Blocks
from t3monitor.store.history.coded import Flags
from t3monitor.store.history.filling import filled
from t3monitor.store.history.hot import Hot
from t3monitor.store.history.segments import Runs, Segments
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import IMPORTED_RUN


class Rows(NamedTuple):
    """Readings of a vector, one of each time, oldest first; a row may stand for several ones of a block.

    Of what was imported there may be rows of one time before each other, and before one that was recorded.
    """

    times: Floats
    ends: Floats
    spacings: Floats
    until: Floats  # when the next row or a hole begins
    counts: Floats  # of readings
    layouts: Floats
    runs: Floats  # by which cycle each came: later ones have greater ids, whatever the time that a clock told

    def within(self, start_s: float, end_s: float) -> slice:
        """Those between two times, the one before and the one after."""
        first = max(0, int(np.searchsorted(self.times, start_s)) - 1)
        return slice(first, int(np.searchsorted(self.times, end_s, side="right")) + 1)

    def part(self, within: slice) -> "Rows":
        """Some of them, as if there were no more."""
        rows = Rows(*(column[within] for column in self))
        until = rows.until.copy()
        until[-1:] = np.inf
        return rows._replace(until=until)

    def those(self, kept: NDArray[Any]) -> "Rows":
        """Some of them, as if the others between them were not there."""
        rows = Rows(*(column[kept] for column in self))
        return rows._replace(until=_until(rows.times, rows.ends, rows.spacings))


class Values(NamedTuple):
    """What a point had in some rows; NaN: nothing."""

    means: Floats
    lows: Floats
    highs: Floats


class PointReadings(NamedTuple):
    """The rows of a vector, and what a point had in them."""

    rows: Rows
    values: Values
    are_single: bool  # each row is one reading

    def between(self, start_s: float, end_s: float) -> "PointReadings":
        """Those between two times, the one before and the one after."""
        within = self.rows.within(start_s, end_s)
        values = Values(*(column[within] for column in self.values))
        return PointReadings(self.rows.part(within), values, self.are_single)

    def with_imported(self, layouts: NDArray[np.int64]) -> "PointReadings":
        """With one row of each time, and those alone without a value that end what was recorded of the point.

        An imported row tells of no other points than those it has, and one that was recorded ends nothing imported.
        """
        times, is_known, is_imported = (
            self.rows.times,
            ~np.isnan(self.values.means),
            np.isin(self.rows.layouts, layouts),
        )
        last_known = np.maximum.accumulate(np.where(is_known, np.arange(len(times)), -1))
        follows_imported = (last_known >= 0) & is_imported[last_known]
        kept = np.flatnonzero(is_known | ~(is_imported | follows_imported))
        order = np.lexsort((kept, is_known[kept], times[kept]))
        kept = np.sort(kept[order[np.append(np.diff(times[kept][order]) != 0, True)[: len(kept)]]])
        if len(kept) == len(times):
            return self
        return PointReadings(self.rows.those(kept), Values(*(column[kept] for column in self.values)), self.are_single)


def _until(times: Floats, ends: Floats, spacings: Floats) -> Floats:
    """When the next row or a hole begins."""
    until = np.append(times[1:], np.inf)[: len(times)]
    before_hole = np.flatnonzero(is_hole(until - ends, spacings)[:-1])
    until[before_hole] = ends[before_hole] + spacings[before_hole]
    return until


class Order:
    """What of the blocks and of the hot readings are rows, and in what order."""

    def __init__(self, blocks: Blocks, whole: Flags, runs: Runs, single: Flags, hot: Hot) -> None:
        """Whole blocks are a row each, and so are runs in others, and single readings of others."""
        self._blocks, self._whole, self._runs, self._single = blocks, whole, runs, single
        self._places: Any = slice(None)
        self.are_single = not (whole.any() or len(runs.blocks))
        every_time = blocks.every_time(single)
        first = blocks.first_times[whole], blocks.times_of(runs.blocks, runs.firsts), every_time
        times = ends = self._column(first, hot.times)
        if not self.are_single:
            last = blocks.last_times[whole], blocks.times_of(runs.blocks, runs.lasts), every_time
            ends = self._column(last, hot.times)
        common = blocks.common_spacings
        spacings = self._column((common[whole], common[runs.blocks], blocks.every_spacing(single)), hot.spacings)
        if not (times[1:] > times[:-1]).all():
            cycles = self._column(self._of_blocks(blocks.runs), hot.runs)
            order = np.lexsort((cycles, times))
            # Of equal times the last; of what was imported that depends on the point.
            self._places = order[np.append(np.diff(times[order]) != 0, True) | (cycles[order] <= IMPORTED_RUN)]
            times, ends, spacings = times[self._places], ends[self._places], spacings[self._places]
        if np.isnan(hot.spacings).any():
            spacings = filled(times, spacings, self._column(self._of_blocks(np.zeros(len(blocks))), hot.intervals))
        counts = blocks.counts[whole], runs.lasts - runs.firsts + 1, np.ones(len(every_time))
        self.rows = Rows(
            times,
            ends,
            spacings,
            _until(times, ends, spacings),
            self._column(counts, np.ones(len(hot.times))),
            self._column(self._of_blocks(blocks.layouts), hot.layouts),
            self._column(self._of_blocks(blocks.runs), hot.runs),
        )

    def readings(self, segments: Segments, hot: Floats) -> PointReadings:
        """What a point had in the rows."""
        others = self._runs.values, segments.every_value(self._single)
        means = lows = highs = self._column((segments.means[self._whole], *others), hot)
        if not self.are_single:
            lows, highs = (
                self._column((column[self._whole], *others), hot) for column in (segments.lows, segments.highs)
            )
        return PointReadings(self.rows, Values(means, lows, highs), self.are_single)

    def _of_blocks(self, column: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """What is alike for all readings of a block."""
        single = np.repeat(column[self._single], self._blocks.counts[self._single])
        return column[self._whole], column[self._runs.blocks], single

    def _column(self, of_blocks: tuple[NDArray[Any], ...], of_hot: NDArray[Any]) -> Floats:
        """Of the rows: what holds for whole blocks, runs and single readings, and for hot readings."""
        return cast(Floats, np.concatenate((*of_blocks, of_hot), dtype=np.float64)[self._places])
