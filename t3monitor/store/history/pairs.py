"""Two series against each other; for any thread."""

from typing import NamedTuple

import numpy as np

from t3monitor.store.history.series import Floats, Series


class Pairs(NamedTuple):
    """What two points had at the same times."""

    times_utc_s: Floats
    xs: Floats
    ys: Floats


def pairs(x: Series, y: Series, start_s: float, end_s: float, now_s: float) -> Pairs:
    """A pair for each reading of either between two times while the other's newest one is no older than its spacing.

    In a hole of either there is none. Of stretches it is their means that are paired.
    """
    times = np.union1d(x.times_utc_s, y.times_utc_s)
    times = times[(times >= start_s) & (times <= min(end_s, now_s))]
    places = [np.searchsorted(each.times_utc_s, times, side="right") - 1 for each in (x, y)]
    known = np.ones(len(times), dtype=bool)
    for each, place in zip((x, y), places, strict=True):
        known &= place >= 0
        ends = each.ends_utc_s[np.maximum(place, 0)] if each.times_utc_s.size else np.full(len(times), -np.inf)
        known &= times - ends <= each.spacing_s
        known &= np.append(each.holes.starts, np.inf)[np.searchsorted(each.holes.ends, times, side="right")] > times
    return Pairs(times[known], *(each.values[place[known]] for each, place in zip((x, y), places, strict=True)))
