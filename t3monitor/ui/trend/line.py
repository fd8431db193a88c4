"""What is drawn of a series: its readings as one line that breaks at its holes; lanes and curves are made of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.series import Floats, Series


class Line(NamedTuple):
    """Places of a line, which begins anew after one whose value is NaN."""

    times_s: Floats
    values: Floats
    alone: NDArray[np.intp]  # places of readings between two holes


def drawn_line(series: Series, now_s: float) -> Line:
    """The line of a series: before a hole, and as the newest as of now, a reading is drawn for as long as it holds."""
    times, values = series.times_utc_s, series.values
    is_seen = np.isin(series.holes.ends, times)  # others are too narrow: their ends were thinned out
    starts = series.holes.starts[is_seen]
    after = np.searchsorted(times, series.holes.ends[is_seen])  # the readings with which they end
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
