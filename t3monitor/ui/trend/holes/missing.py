"""What the shown series lack, when and why, as arrays; plain data. Times are UTC epoch seconds.

*When* is what their samples say, by which lines, lanes, crosshair and statistics go as well; *why* is what was found
out about it, and may come later. So a hole is the same everywhere, at every zoom, live or loaded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.causes import SENSOR_FAULTS, Cause, HoleClass
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Floats, Holes, Series

Codes = NDArray[np.int8]

CAUSES: tuple[Cause | None, ...] = (*Cause, None)  # a cause is known by its place in arrays; None: not read yet
CLASSES = tuple(HoleClass)  # likewise
CLASS_OF: Codes = np.array([CLASSES.index(cause.hole_class if cause else HoleClass.UNKNOWN) for cause in CAUSES], "b")
_CODES = {cause: code for code, cause in enumerate(CAUSES)}
MOMENT_S = 1.5  # in which a single reading is over
_IS_FAULT = np.array([cause in SENSOR_FAULTS for cause in CAUSES])


class Pieces(NamedTuple):
    """Times without a reading, each of one cause, oldest first; they do not overlap. The last end may be infinite."""

    starts: Floats
    ends: Floats
    causes: Codes

    @classmethod
    def none(cls) -> "Pieces":
        """No piece."""
        return cls(np.empty(0), np.empty(0), np.empty(0, dtype=np.int8))

    def taken(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Pieces":
        """Some of them."""
        return Pieces(self.starts[which], self.ends[which], self.causes[which])

    def until(self, now_s: float) -> "Pieces":
        """Those that have begun by now, up to now."""
        begun = self.taken(slice(int(np.searchsorted(self.starts, now_s))))
        return begun._replace(ends=np.minimum(begun.ends, now_s))

    def places(self, start_s: float, end_s: float) -> range:
        """The places of those that reach into a time."""
        return range(int(np.searchsorted(self.ends, start_s, side="right")), int(np.searchsorted(self.starts, end_s)))

    def reaching(self, start_s: float, end_s: float) -> "Pieces":
        """Those that reach into a time."""
        places = self.places(start_s, end_s)
        return self.taken(slice(places.start, places.stop))


class Explained(NamedTuple):
    """Why a series has no reading, as it was found out: oldest first, without overlaps; as arrays beside it."""

    holes: tuple[ExplainedHole, ...]
    pieces: Pieces
    goes_on: bool = False  # the last one, a fault of the sensor, which readings do not end

    @classmethod
    def of(cls, holes: Sequence[ExplainedHole] = (), until_s: float = np.inf) -> "Explained":
        """What was found out up to a time."""
        starts = np.fromiter((hole.start_s for hole in holes), np.float64, len(holes))
        ends = np.fromiter((hole.end_s for hole in holes), np.float64, len(holes))
        codes = np.fromiter((_CODES[hole.cause] for hole in holes), np.int8)
        goes_on = bool(len(holes) and _IS_FAULT[codes[-1]] and ends[-1] >= until_s)
        return cls(tuple(holes), Pieces(starts, ends, codes), goes_on)

    def within(self, start_s: float, end_s: float) -> list[ExplainedHole]:
        """What is known between two times, cut there."""
        places = self.pieces.places(start_s, end_s) if start_s < end_s else ()
        return [self.holes[place].within(start_s, end_s) for place in places]

    def renewed(self, start_s: float, end_s: float, newer: "Explained") -> "Explained":
        """With what was found out anew of a time; what goes on over its begin or end is one."""
        first = int(np.searchsorted(self.pieces.ends, start_s))
        last = max(first, int(np.searchsorted(self.pieces.starts, end_s, side="right")))
        touched = self.holes[first:last]  # which reach into it, or up to it
        before = [hole.within(-np.inf, start_s) for hole in touched[:1] if hole.start_s < start_s]
        after = [hole.within(end_s, np.inf) for hole in touched[-1:] if hole.end_s > end_s]
        between = Explained.of(_joined([*before, *newer.holes, *after]))
        parts = self._taken(slice(first)), between, self._taken(slice(last, None))
        return Explained(
            tuple(hole for part in parts for hole in part.holes),
            Pieces(
                np.concatenate([part.pieces.starts for part in parts]),
                np.concatenate([part.pieces.ends for part in parts]),
                np.concatenate([part.pieces.causes for part in parts]),
            ),
            newer.goes_on if last == len(self.holes) else self.goes_on,
        )

    def _taken(self, which: slice) -> "Explained":
        return Explained(self.holes[which], self.pieces.taken(which))


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """What one series lacks."""

    pieces: Pieces
    which: NDArray[np.intp]  # what was found out about each piece, as its place there; below 0: nothing yet
    explained: Explained
    holes: Holes
    between_s: tuple[float, float]

    def told(self, place: int) -> ExplainedHole | None:
        """What was found out about a piece; None if nothing was yet."""
        which = int(self.which[place])
        return None if which < 0 else self.explained.holes[which]

    def place_at(self, time_s: float) -> int | None:
        """The piece in which a time lies."""
        return Holes(*self.pieces[:2]).at(time_s)

    def told_at(self, time_s: float) -> ExplainedHole | None:
        """What was found out about a time without a reading."""
        place = self.place_at(time_s)
        return None if place is None else self.told(place)


def faults(pieces: Pieces) -> Holes:
    """When the sensor was open or shorted."""
    return Holes(*pieces.taken(_IS_FAULT[pieces.causes])[:2])


def filled(pieces: Pieces) -> Floats:
    """When holes begin that single readings of T3000's own history filled: a moment after each of these."""
    starts: Floats = pieces.starts[pieces.causes == _CODES[Cause.FILLED]]
    return starts


def are_filled(times_s: Floats, begins_s: Floats) -> NDArray[np.bool_]:
    """Which of single readings are T3000's own, by when such holes begin."""
    following = np.append(begins_s, np.inf)[np.searchsorted(begins_s, times_s)]
    is_filled: NDArray[np.bool_] = following - times_s <= MOMENT_S
    return is_filled


def with_filled_as_one(pieces: Pieces) -> Pieces:
    """As a band shows them: what single readings of T3000's fill is one time, not one between any two of them."""
    starts, ends, causes = pieces
    is_filled = causes == _CODES[Cause.FILLED]
    goes_on = is_filled[1:] & is_filled[:-1] & (starts[1:] - ends[:-1] <= MOMENT_S)
    first, last = np.append(True, ~goes_on)[: len(starts)], np.append(~goes_on, True)[: len(starts)]
    return Pieces(starts[first], ends[last], causes[first])


def without_reading(series: Sequence[Series], start_s: float, end_s: float, now_s: float) -> Holes:
    """When none of these, of which one goes on where another ends, has a reading between two times, as of now.

    The last one goes on, up to ``end_s``, if there is none now.
    """
    return everywhere([_without_reading(each, start_s, end_s, now_s) for each in series], start_s, end_s)


def _without_reading(series: Series, start_s: float, end_s: float, now_s: float) -> Holes:
    starts, ends = series.holes
    until_s = series.known_until(now_s)
    is_over = until_s < series.told_until(now_s)
    closed = np.isfinite(ends)
    tail_s = [until_s] if is_over else []
    return _within(
        np.concatenate(([-np.inf], starts[closed], tail_s)),
        np.concatenate((series.times_utc_s[:1], ends[closed], [np.inf] * len(tail_s))),
        start_s,
        end_s,
    )


def _within(starts: Floats, ends: Floats, start_s: float, end_s: float) -> Holes:
    starts, ends = np.maximum(starts, start_s), np.minimum(ends, end_s)
    there = starts < ends
    return Holes(starts[there], ends[there])


def everywhere(parts: Sequence[Holes], start_s: float, end_s: float) -> Holes:
    """What lies in all of them; of none, the whole time."""
    if len(parts) < 2:
        return parts[0] if parts else _within(np.array([start_s]), np.array([end_s]), start_s, end_s)
    edges = edges_of([edge for part in parts for edge in part])
    in_all = np.all([_place(part, edges[:-1]) >= 0 for part in parts], axis=0)
    return Holes(*_runs(edges, in_all))


def missing(
    series: Sequence[Series],
    explained: Explained,
    start_s: float,
    end_s: float,
    now_s: float,
    like: Missing | None = None,
) -> Missing:
    """What a series, given in its parts, lacks between two times, as of now.

    Faults of its sensor are among it, though there are readings then. What was told of a hole counts as long as it
    goes on, until something else is found out. ``like`` is what another one lacks: mostly the same, of one panel.
    """
    holes = without_reading(series, start_s, end_s, now_s)
    is_like = like and like.between_s == (start_s, end_s) and _are_equal(holes, like.holes)
    is_told_alike = like and like.explained.goes_on == explained.goes_on
    if like and is_like and is_told_alike and _are_equal(explained.pieces, like.explained.pieces):
        return replace(like, explained=explained)
    told = Holes(*explained.pieces[:2])
    if explained.goes_on:
        told = Holes(told.starts, np.append(told.ends[:-1], np.inf))
    edges = edges_of([*holes, *(np.clip(edge, start_s, end_s) for edge in told)])
    begins = edges[:-1]
    hole, which = _place(holes, begins), _place(told, begins)
    if len(which):
        last = np.maximum.accumulate(np.where(which >= 0, np.arange(len(which)), 0))
        goes_on = (which < 0) & (hole >= 0) & (hole[last] == hole)
        which = np.where(goes_on, which[last], which)
    causes = np.append(explained.pieces.causes, np.int8(_CODES[None]))[which]
    there = (hole >= 0) | ((which >= 0) & _IS_FAULT[causes])
    first = there & np.append(True, (which[1:] != which[:-1]) | ~there[:-1])[: len(there)]
    last_one = there & np.append((which[1:] != which[:-1]) | ~there[1:], True)[: len(there)]
    return Missing(
        Pieces(begins[first], edges[1:][last_one], causes[first]), which[first], explained, holes, (start_s, end_s)
    )


def edges_of(parts: Sequence[Floats]) -> Floats:
    """All times of these, which are sorted, each once."""
    edges: Floats = np.sort(np.concatenate(parts), kind="stable")
    first: NDArray[np.bool_] = np.append(True, edges[1:] != edges[:-1])[: len(edges)]
    return edges[first]


def _are_equal(some: Iterable[NDArray[Any]], others: Iterable[NDArray[Any]]) -> bool:
    return all(np.array_equal(column, other) for column, other in zip(some, others, strict=True))


def _place(holes: Holes, times_s: Floats) -> NDArray[np.intp]:
    """In which of them each time lies, below 0: in none."""
    starts, ends = holes
    if not len(starts):
        return np.full(len(times_s), -1, dtype=np.intp)
    place = np.searchsorted(starts, times_s, side="right") - 1
    return np.where((place >= 0) & (times_s < ends[place]), place, -1)


def _runs(edges: Floats, there: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Begin and end of each run of intervals between edges that are there."""
    change = np.diff(np.concatenate(([False], there, [False])).astype(np.int8))
    return edges[np.flatnonzero(change > 0)], edges[np.flatnonzero(change < 0)]


def _joined(holes: Sequence[ExplainedHole]) -> list[ExplainedHole]:
    """Those that were cut in two as one."""
    joined: list[ExplainedHole] = []
    for hole in holes:
        last = joined[-1] if joined else None
        if last and (last.end_s, last.cause, last.sentence) == (hole.start_s, hole.cause, hole.sentence):
            joined[-1] = last._replace(end_s=hole.end_s, run_ids=tuple(dict.fromkeys(last.run_ids + hole.run_ids)))
        else:
            joined.append(hole)
    return joined
