"""What is drawn of a series: its readings as one line that breaks at its holes, with a band where it is of many."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.history.series import Floats, Series


class Line(NamedTuple):
    """Places of a line, which begins anew after one whose value is NaN; its readings lie between lows and highs."""

    times_s: Floats
    values: Floats
    lows: Floats
    highs: Floats
    alone: NDArray[np.intp]  # places of readings between two holes

    def coarse(self, step_s: float) -> "Line":
        """One place for each multiple of a time, so that what shares a pixel is drawn once.

        Breaks of less than this time go. The multiples are those of all time: the line stands still while it is moved.
        Returns itself if there is little to save.
        """
        times, is_break = self.times_s, np.isnan(self.values)
        breaks = np.flatnonzero(is_break[:-1])
        breaks = breaks[times[breaks + 1] - times[breaks] > step_s]
        part = np.floor(times / step_s)
        begins = np.append(True, part[1:] != part[:-1])
        begins[breaks] = begins[breaks + 1] = True
        long = np.flatnonzero(np.diff(times) > step_s)  # its ends are drawn as they are, not as what is beside them
        begins[long] = begins[np.minimum(long + 2, len(times) - 1)] = True
        first = np.flatnonzero(begins)
        if len(first) > 0.8 * len(times):
            return self
        counts = np.add.reduceat(~is_break, first, dtype=float)
        with np.errstate(over="ignore", invalid="ignore"):  # of values like 1.7e308, which are off all axes
            sums = np.add.reduceat(np.where(is_break, 0.0, self.values), first)
        return Line(
            times[first],
            np.divide(sums, counts, out=np.full(len(first), np.nan), where=counts > 0),
            np.fmin.reduceat(self.lows, first),
            np.fmax.reduceat(self.highs, first),
            np.unique(np.searchsorted(first, self.alone, side="right") - 1),
        )


def drawn_line(series: Series, now_s: float) -> Line:
    """The line of a series: before a hole, and as the newest as of now, a reading is drawn for as long as it holds.

    A stretch is drawn at its mean, from its first reading to its last.
    """
    times, first = _places(series)
    is_seen = np.isin(series.holes.ends, series.times_utc_s)  # others are in stretches
    starts = series.holes.starts[is_seen]
    after = first[np.searchsorted(series.times_utc_s, series.holes.ends[is_seen])]  # the places with which they end
    begins = np.zeros(len(times) + 1, dtype=bool)
    begins[[0, *after, len(times)]] = True
    alone = np.flatnonzero(begins[:-1] & begins[1:])
    tail_s = np.array([until_s for until_s in (series.known_until(now_s),) if until_s > times[-1]])

    def drawn(of: Floats) -> Floats:
        values = of if len(first) == len(times) else np.repeat(of, np.diff(np.append(first, len(times))))
        breaks = np.column_stack((values[after - 1], np.full(len(after), np.nan)))
        return np.append(np.insert(values, np.repeat(after, 2), breaks.ravel()), np.full(len(tail_s), values[-1]))

    means = drawn(np.where(np.isfinite(series.values), series.values, np.nan))
    lows, highs = (means, means) if series.stretches is None else map(drawn, series.stretches[1:3])
    return Line(
        np.append(np.insert(times, np.repeat(after, 2), np.repeat(starts, 2)), tail_s),
        means,
        lows,
        highs,
        alone + 2 * np.searchsorted(after, alone, side="right"),
    )


def _places(series: Series) -> tuple[Floats, NDArray[np.intp]]:
    """Times to draw, and the first place of each reading or stretch."""
    times = series.times_utc_s
    if series.stretches is None:
        return times, np.arange(len(times))
    ends = series.stretches.ends
    has_two = np.column_stack((np.ones(len(times), dtype=bool), ends > times))
    counts = has_two.sum(axis=1)
    return np.column_stack((times, ends))[has_two], np.cumsum(counts) - counts
