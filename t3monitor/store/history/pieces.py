"""A long time read piece by piece, each made short at once, so that memory is needed for one piece; for any thread."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from t3monitor.store.history.series import Floats, Holes, Series, Stretches, known_shares
from t3monitor.store.history.thinning import shortened, stretch_s, thinned

_PIECE_S = 2.0**21  # 24 days

Read = Callable[[float, float], Sequence[Series]]


def in_pieces(
    read: Read, start_s: float, end_s: float, max_points: int, back_s: float = 0.0, edges: Sequence[float] = ()
) -> tuple[Series, ...]:
    """What ``read`` says of a time, whole, in at most so many stretches (see `thinned`).

    ``read`` gives the series between two times, each whole and with the reading before and after, as the database has
    them. ``back_s``: how much time before a piece it has to read as well; pieces are not shorter than that, but for
    those that end at ``edges``.
    """
    lines: dict[tuple[object, ...], _Line] = {}
    least_s = max(_PIECE_S, back_s, stretch_s(start_s, end_s, max_points))
    for begin_s, until_s in _pieces(start_s, end_s, least_s, edges):
        is_first, is_last = begin_s == start_s, until_s == end_s
        for series in read(begin_s, until_s):
            line = lines.pop(series.kind, None) or _Line()
            lines[series.kind] = line  # that of the newest reading is the last one
            times = series.times_utc_s
            first = 0 if is_first else int(np.searchsorted(times, begin_s))
            last = len(times) if is_last else int(np.searchsorted(times, until_s))
            line.add(series, *shortened(_cut(series, first, last), start_s, end_s, max_points))
    return tuple(
        thinned(whole, counts, start_s, end_s, max_points)
        for whole, counts in (line.whole() for line in lines.values())
        if whole.times_utc_s.size
    )


def _pieces(start_s: float, end_s: float, least_s: float, edges: Sequence[float]) -> Iterator[tuple[float, float]]:
    """The parts of a time; they begin at multiples of a power of two, as stretches do."""
    length_s = 2.0 ** np.ceil(np.log2(least_s))
    inner = np.arange(np.floor(start_s / length_s) + 1, np.ceil(end_s / length_s)) * length_s
    return pairwise([start_s, *sorted({*inner.tolist(), *(at_s for at_s in edges if start_s < at_s < end_s)}), end_s])


@dataclass
class _Line:
    """The pieces of a series."""

    pieces: list[Series] = field(default_factory=list)
    counts: list[Floats] = field(default_factory=list)
    holes: list[Holes] = field(default_factory=list)  # of which one may be told by two of them

    def add(self, series: Series, piece: Series, counts: Floats) -> None:
        self.holes.append(series.holes)
        self.pieces.append(piece)
        self.counts.append(counts)

    def whole(self) -> tuple[Series, Floats]:
        """All of it, and of how many readings each of its places is."""
        order = np.argsort(np.concatenate([piece.times_utc_s for piece in self.pieces]), kind="stable")

        def all_of(column: Callable[[Series], Floats]) -> Floats:
            return np.concatenate([column(piece) for piece in self.pieces])[order]

        times = all_of(lambda piece: piece.times_utc_s)
        holes = _holes(self.holes, times)
        stretches = None
        if any(piece.thinned for piece in self.pieces):
            ends, lows, highs = all_of(lambda piece: piece.ends_utc_s), all_of(_lows), all_of(_highs)
            known = np.minimum(all_of(_known), known_shares(times, ends, holes))
            stretches = Stretches(ends, lows, highs, known)
        values = all_of(lambda piece: piece.values)
        whole = replace(self.pieces[-1], times_utc_s=times, values=values, holes=holes, stretches=stretches)
        return whole, np.concatenate(self.counts)[order]


def _cut(series: Series, first: int, last: int) -> Series:
    stretches = series.stretches and Stretches(*(column[first:last] for column in series.stretches))
    times, values = series.times_utc_s[first:last], series.values[first:last]
    return replace(series, times_utc_s=times, values=values, stretches=stretches)


def _lows(series: Series) -> Floats:
    return series.values if series.stretches is None else series.stretches.lows


def _highs(series: Series) -> Floats:
    return series.values if series.stretches is None else series.stretches.highs


def _known(series: Series) -> Floats:
    return np.ones(len(series.values)) if series.stretches is None else series.stretches.known


def _holes(parts: Sequence[Holes], times: Floats) -> Holes:
    """Each once, and up to the next reading, which another piece may have, or another combination of units."""
    starts, ends = (np.concatenate(edges) for edges in zip(*parts, strict=True))
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    ends, first = np.unique(
        np.minimum(ends, np.append(times, np.inf)[np.searchsorted(times, starts)]), return_index=True
    )
    starts = starts[first]
    is_between = (starts > times[:1]) & (starts < ends) if times.size else np.zeros(0, dtype=bool)
    return Holes(starts[is_between], ends[is_between])
