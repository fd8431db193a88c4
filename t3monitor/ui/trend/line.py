"""What is drawn of a series: its readings as one line that breaks at its holes; lanes and curves are made of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.history.series import Floats, Series


class Line(NamedTuple):
    """Places of a line, which begins anew after one whose value is NaN."""

    times_s: Floats
    values: Floats
    alone: NDArray[np.intp]  # places of readings between two holes


def drawn_line(series: Series, now_s: float) -> Line:
    """The line of a series: before a hole, and as the newest as of now, a reading is drawn for as long as it holds.

    Of a stretch, its extremes are drawn within its time.
    """
    times, values, first = _places(series)
    is_seen = np.isin(series.holes.ends, series.times_utc_s)  # others are in stretches
    starts = series.holes.starts[is_seen]
    after = first[np.searchsorted(series.times_utc_s, series.holes.ends[is_seen])]  # the places with which they end
    begins = np.zeros(len(times) + 1, dtype=bool)
    begins[[0, *after, len(times)]] = True
    alone = np.flatnonzero(begins[:-1] & begins[1:])
    breaks = np.column_stack((values[after - 1], np.full(len(after), np.nan)))
    tail_s = np.array([until_s for until_s in (series.known_until(now_s),) if until_s > times[-1]])
    return Line(
        np.append(np.insert(times, np.repeat(after, 2), np.repeat(starts, 2)), tail_s),
        np.append(np.insert(values, np.repeat(after, 2), breaks.ravel()), np.full(len(tail_s), values[-1])),
        alone + 2 * np.searchsorted(after, alone, side="right"),
    )


def _places(series: Series) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Times and values to draw, and the first place of each reading or stretch."""
    times, means, stretches = series.times_utc_s, series.values, series.stretches
    if stretches is None:
        return times, means, np.arange(len(times))
    ends, lows, highs, _ = stretches
    rises = np.append(means[1:], means[-1:]) >= np.append(means[:1], means[:-1])  # so a slope has no teeth
    has_two = np.column_stack((np.ones(len(times), dtype=bool), ends > times))
    at = np.column_stack((times, ends))[has_two]
    of = np.column_stack((np.where(rises, lows, highs), np.where(rises, highs, lows)))[has_two]
    counts = has_two.sum(axis=1)
    return at, of, np.cumsum(counts) - counts
