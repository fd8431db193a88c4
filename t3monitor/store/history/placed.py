"""Readings of one time where another time is shown, part by part (`t3monitor.model.day_shifts`); for any thread."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from t3monitor.model.day_shifts import Part
from t3monitor.store.history.series import Holes, Series, Stretches, known_shares

_LATER_S = 1e12  # than any reading: nothing is to be expected any more


def placed(series: Series, parts: Sequence[Part]) -> Series | None:
    """The series as it stands on the time axis; None if nothing of it does.

    It is whole, not thinned, but for days whose samples are no longer kept. What is cut off takes no reading along: one
    that holds where a part begins stands there as well, and what has no counterpart is a hole. Readings before the
    first and after the last part stand where these would have them.
    """
    pieces = [_piece(series, part) for part in _outer(parts)]
    times, ends, values, lows, highs, known = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    if not times.size:
        return None
    starts_ends = np.array([*_holes(series, _outer(parts))], dtype=float).reshape(-1, 2)
    holes = _joined(starts_ends[starts_ends[:, 1] > times[0]])
    found = replace(series, times_utc_s=times, values=values, holes=holes)
    if series.stretches is None:
        return found
    return replace(found, stretches=Stretches(ends, lows, highs, np.minimum(known, known_shares(times, ends, holes))))


def _outer(parts: Sequence[Part]) -> list[Part]:
    """The first and the last one without an end: what is beside the time that was asked for belongs to them."""
    outer = list(parts)
    outer[0] = outer[0]._replace(start_s=-np.inf)
    outer[-1] = outer[-1]._replace(end_s=np.inf)
    return outer


def _piece(series: Series, part: Part) -> tuple[np.ndarray, ...]:
    start_s, end_s = part.start_s - part.by_s, part.end_s - part.by_s
    first, last = np.searchsorted(series.times_utc_s, (start_s, end_s))
    own = np.arange(first, last)
    times = series.times_utc_s[first:last]
    if (held := series.place_at(start_s, _LATER_S)) is not None and held < first:
        own, times = np.append(held, own), np.append(start_s, times)
    values = series.values[own]
    ends = np.maximum(times, np.minimum(series.ends_utc_s[own], end_s))
    if series.stretches is None:
        lows = highs = known = values
    else:
        lows, highs, known = (column[own] for column in series.stretches[1:])
    return times + part.by_s, ends + part.by_s, values, lows, highs, known


def _holes(series: Series, parts: Sequence[Part]) -> Iterator[tuple[float, float]]:
    before_s = -np.inf
    for part in parts:
        if np.isfinite(before_s) and before_s < part.start_s:
            yield before_s, part.start_s
        starts = np.maximum(series.holes.starts, part.start_s - part.by_s) + part.by_s
        ends = np.minimum(series.holes.ends, part.end_s - part.by_s) + part.by_s
        yield from zip(starts[starts < ends].tolist(), ends[starts < ends].tolist(), strict=True)
        before_s = part.end_s


def _joined(holes: np.ndarray) -> Holes:
    """Those that adjoin as one."""
    starts, ends = holes.T
    begins = np.flatnonzero(np.append(True, starts[1:] > ends[:-1])[: len(starts)])
    return Holes(starts[begins], np.append(ends[begins[1:] - 1], ends[-1:]))
