"""What each pixel column of the strip under the plot shows of the holes of all shown series; plain data."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.causes import HoleClass
from t3monitor.store.history.series import Floats
from t3monitor.ui.trend.holes.bands import alike, widened
from t3monitor.ui.trend.holes.missing import CLASS_OF, CLASSES, Codes, Pieces

# What reaches farthest is the worst: the monitor's absence is everybody's.
_FARTHEST = HoleClass.MONITOR, HoleClass.T3000, HoleClass.DATABASE, HoleClass.PANEL, HoleClass.POINT, HoleClass.UNKNOWN
BY_WORST: Codes = np.array([CLASSES.index(hole_class) for hole_class in _FARTHEST], dtype=np.int8)


class Columns(NamedTuple):
    """Of each column: by class, the share of the time of all series that is missing, and the worst class, if any."""

    shares: NDArray[np.float64]
    worst: Codes  # below 0: nothing is missing


class MissingTime:
    """How much is missing up to any time, by class, of so many series."""

    def __init__(self, parts: Sequence[Pieces]) -> None:
        self._series = len(parts)
        self._edges: dict[int, tuple[_Sums, _Sums]] = {}
        rows = [(pieces, len(series), CLASS_OF[pieces.causes]) for series, pieces in alike(parts)]
        for place in BY_WORST.tolist():
            of_class = [(pieces.taken(classes == place), count) for pieces, count, classes in rows]
            counts = [np.full(len(pieces.starts), count) for pieces, count in of_class]
            if sum(map(len, counts)):
                self._edges[place] = (
                    _Sums(np.concatenate([pieces.starts for pieces, _ in of_class]), np.concatenate(counts)),
                    _Sums(np.concatenate([pieces.ends for pieces, _ in of_class]), np.concatenate(counts)),
                )

    def columns(self, first_s: float, s_per_column: float, count: int, least: int) -> Columns:
        """So many columns from a time on; a hole marks ``least`` of them, however short it is."""
        shares = np.zeros((len(CLASSES), count))
        worst = np.full(count, -1, dtype=np.int8)
        edges: Floats = first_s + s_per_column * np.arange(count + 1, dtype=np.float64)
        for place, (starts, ends) in reversed(self._edges.items()):
            begun, begun_s = starts.up_to(edges, "left")
            ended, ended_s = ends.up_to(edges, "right")
            shares[place] = np.diff(begun_s - ended_s) / (self._series * s_per_column)
            is_there = begun[1:] > ended[:-1]
            runs = np.flatnonzero(np.diff(is_there, prepend=False, append=False)).astype(np.float64)
            worst[_marked(runs[::2], runs[1::2], count, least)] = place
        return Columns(shares, worst)


ByClass = Mapping[int, tuple[Floats, Floats]]  # begins and ends, by the place of their class


def by_class(pieces: Pieces) -> ByClass:
    """The pieces of each class, the worst last."""
    classes = CLASS_OF[pieces.causes]
    which = {place: classes == place for place in BY_WORST[::-1].tolist()}
    return {place: (pieces.starts[its], pieces.ends[its]) for place, its in which.items() if its.any()}


def band_columns(pieces: ByClass, first: int, count: int, s_per_column: float, least: int) -> Codes:
    """The worst class of a band in each of so many columns, below 0: none; no band is narrower than ``least``."""
    found = np.full(count, -1, dtype=np.int8)
    for place, edges in pieces.items():
        starts, ends = (edge / s_per_column - first for edge in edges)
        found[_marked(starts, ends, count, least)] = place
    return found


def _marked(starts: Floats, ends: Floats, count: int, least: int) -> NDArray[np.bool_]:
    """Which columns these mark, given in columns; none of them fewer than ``least``."""
    starts, ends = widened(starts, ends, least)
    begins, ends_at = (np.floor(edges + 0.5).astype(int) for edges in (starts, ends))
    ends_at = np.maximum(ends_at, begins + least)
    begun, ended = (np.bincount(np.clip(edges, 0, count), minlength=count + 1) for edges in (begins, ends_at))
    return np.cumsum(begun - ended)[:count] > 0


class _Sums:
    """Times, each counted so often, as a function: how much has passed since those that are over, in sum."""

    def __init__(self, times_s: Floats, counts: NDArray[np.int64]) -> None:
        order = np.argsort(times_s, kind="stable")
        self._times, counts = times_s[order], counts[order]
        self._base_s = float(self._times[0])  # sums of epoch seconds would be inexact
        self._counts = np.append(0, np.cumsum(counts))
        self._sums = np.append(0.0, np.cumsum(counts * (self._times - self._base_s)))

    def up_to(self, at_s: Floats, side: Literal["left", "right"]) -> tuple[NDArray[np.int64], Floats]:
        """How many are over, and since when in sum, in seconds; one of just now is with "right"."""
        over = np.searchsorted(self._times, at_s, side)
        return self._counts[over], self._counts[over] * (at_s - self._base_s) - self._sums[over]
