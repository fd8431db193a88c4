"""Which of many readings a screen needs to show the same line."""

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.series import Floats, Holes

_Indexes = NDArray[np.intp]
_FEWEST = 40


def thinned(
    times: Floats, values: Floats, holes: Holes, start: float, end: float, max_points: int, *, digital: bool
) -> _Indexes:
    """At most ``max_points`` (but at least 40) of the readings, chosen so that the line looks the same.

    ``start`` and ``end`` are what the readings are taken to cover. Of a measured value, each of many equal stretches of
    time keeps its smallest and largest reading; of a state, every change is kept if they fit. Both ends of a hole that
    is wider than a stretch are kept.
    """
    max_points = max(max_points, _FEWEST)
    chosen = np.arange(len(times))
    if len(times) <= max_points:
        return chosen
    hole_s = np.zeros(len(times))  # before each reading
    closed = np.isfinite(holes.ends)
    hole_s[np.searchsorted(times, holes.ends[closed])] = (holes.ends - holes.starts)[closed]
    if digital:
        chosen = _changes(values, hole_s > 0)
        if len(chosen) <= max_points:
            return chosen
        times, values = times[chosen], values[chosen]
        hole_s = hole_s[chosen]
    # A stretch needs two readings, and two more where a hole ends and the next one begins in it: four at most.
    span_s = max(end - start, 1e-9)
    wide = int(np.count_nonzero(hole_s > span_s / (max_points // 2)))
    stretch_s = span_s / max(max_points // 2 - wide - 3, max_points // 4 - 2)
    return chosen[_extremes(times, values, hole_s > stretch_s, stretch_s)]


def _changes(values: Floats, after_hole: NDArray[np.bool_]) -> _Indexes:
    """Readings without which a step line would look different: each change, and both ends of each hole."""
    kept = np.ones(len(values), dtype=bool)
    kept[1:-1] = (values[1:-1] != values[:-2]) | after_hole[1:-1] | after_hole[2:]
    return np.flatnonzero(kept)


def _extremes(times: Floats, values: Floats, after_hole: NDArray[np.bool_], stretch_s: float) -> _Indexes:
    """Smallest and largest reading of each stretch of each piece between holes, and the ends of the pieces."""
    stretch = np.floor(times / stretch_s)  # of absolute time: they stand still while the user pans
    new_piece = after_hole.copy()
    new_piece[0] = True
    first = np.flatnonzero(new_piece | np.r_[True, stretch[1:] != stretch[:-1]])
    group = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(times)]))
    piece_ends = np.flatnonzero(new_piece | np.r_[new_piece[1:], True])
    lowest = _first_of_group(values == np.minimum.reduceat(values, first)[group], group)
    highest = _first_of_group(values == np.maximum.reduceat(values, first)[group], group)
    return np.unique(np.concatenate((lowest, highest, piece_ends)))


def _first_of_group(wanted: NDArray[np.bool_], group: NDArray[np.intp]) -> _Indexes:
    found = np.flatnonzero(wanted)
    return found[np.r_[True, group[found][1:] != group[found][:-1]]]
