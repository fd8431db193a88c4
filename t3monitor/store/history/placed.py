"""Readings of one time where another time is shown, part by part (`t3monitor.model.day_shifts`); for any thread."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from t3monitor.model.day_shifts import Part
from t3monitor.store.history.pieces import Read, in_pieces
from t3monitor.store.history.series import Holes, Series

_LATER_S = 1e12  # than any reading: nothing is to be expected any more


def placed(read: Read, parts: Sequence[Part], start_s: float, end_s: float, max_points: int) -> tuple[Series, ...]:
    """The series as they stand on a stretch of the time axis, in at most so many stretches (see `thinned`).

    ``read`` is as `in_pieces` has it, by the times at which the readings were taken. What is cut off takes no reading
    along: one that holds where a part begins stands there as well, and what has no counterpart is a hole.
    """

    def piece(begin_s: float, until_s: float) -> Sequence[Series]:
        part = next((part for part in parts if part.start_s <= begin_s < part.end_s), None)
        if part is None:
            return ()
        begins = begin_s == part.start_s > start_s
        ends = until_s == part.end_s < end_s
        found = read(begin_s - part.by_s, until_s - part.by_s)
        return [_within(series.shifted(part.by_s), part, begins=begins, ends=ends) for series in found]

    edges = [edge for part in parts for edge in (part.start_s, part.end_s)]
    return in_pieces(piece, start_s, end_s, max_points, edges=edges)


def _within(series: Series, part: Part, *, begins: bool, ends: bool) -> Series:
    """A series with the holes of a part; where that begins with the reading that holds then, at its end with a hole.

    That hole is none if the next part begins there with a reading.
    """
    times, until_s = series.times_utc_s, series.known_until(_LATER_S)
    held = series.place_at(part.start_s, _LATER_S) if begins and until_s > part.start_s else None
    if held is not None:
        times = times.copy()
        times[held] = part.start_s
        ends |= held == len(times) - 1  # it holds no longer for standing later
    hole_starts, hole_ends = np.maximum(series.holes.starts, part.start_s), series.holes.ends
    inside = (hole_starts < part.end_s) & (hole_ends > part.start_s)
    hole_starts, hole_ends = hole_starts[inside], hole_ends[inside]
    if ends and until_s > part.start_s:
        hole_starts = np.append(hole_starts, min(part.end_s, until_s))
        hole_ends = np.append(hole_ends, np.inf)
    stretches = series.stretches and series.stretches._replace(ends=np.maximum(series.stretches.ends, times))
    return replace(series, times_utc_s=times, holes=Holes(hole_starts, hole_ends), stretches=stretches)
