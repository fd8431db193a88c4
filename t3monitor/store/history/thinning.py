"""Many readings as so few stretches of time that a screen can show them, and nothing is lost that could be seen."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.history.series import Floats, Series, Stretches, known_shares

FEWEST = 40
_AT_THE_ENDS = 6  # stretches that are cut by the time asked for, and readings before and after it


def stretch_s(start_s: float, end_s: float, max_points: int) -> float:
    """How long stretches are in which a screen shows so much time, if there are no holes.

    It is a power of two, and stretches begin at multiples of it: they stand still while the user pans, and when he
    zooms, two become one.
    """
    parts = max(max_points, FEWEST) - _AT_THE_ENDS
    return float(2.0 ** np.ceil(np.log2(max(end_s - start_s, 1e-9) / parts)))


def thinned(series: Series, counts: Floats, start_s: float, end_s: float, max_points: int) -> Series:
    """The series itself if it is short enough, else at most ``max_points`` (but at least 40) stretches of it.

    ``counts``: of how many readings each of its places is, of which none that is in several stretches. Equal values are
    one stretch, if all fit in that way. Else it begins anew with each multiple of a time, and after each hole; if there
    are too many, after those that are longer than this time.
    """
    times, values = series.times_utc_s, series.values
    max_points = max(max_points, FEWEST)
    if series.stretches is None and len(times) <= max_points:
        return series
    holes_s = _holes_before(series)
    if series.stretches is None or (series.stretches.lows == series.stretches.highs).all():
        begins = np.append(True, values[1:] != values[:-1]) | (holes_s > 0)
        if np.count_nonzero(begins) <= max_points:
            return _joined(series, counts, np.flatnonzero(begins))
    length_s = stretch_s(start_s, end_s, max_points)
    hole_s = 0.0 if np.count_nonzero(holes_s) <= max_points // 2 else length_s
    while (end_s - start_s) / length_s + np.count_nonzero(holes_s > hole_s) > max_points - _AT_THE_ENDS:
        length_s *= 2
        hole_s = hole_s and length_s
    part = np.floor(times / length_s)
    begins = np.append(True, part[1:] != part[:-1]) | (holes_s > hole_s)
    return _joined(series, counts, np.flatnonzero(begins))


def shortened(series: Series, start_s: float, end_s: float, max_points: int) -> tuple[Series, Floats]:
    """A part of a longer series, so short that `thinned` makes of all parts what it would make of all readings.

    Also of how many readings each of its places is, of which none is in several of the stretches of the longer one.
    """
    times, values = series.times_utc_s, series.values
    max_points = max(max_points, FEWEST)
    if len(times) <= max_points or series.stretches is not None:
        return series, np.ones(len(times))
    holes_s, length_s = _holes_before(series), stretch_s(start_s, end_s, max_points)
    part = np.floor(times / length_s)
    begins = np.append(True, part[1:] != part[:-1])
    alike = begins | (holes_s > 0) | np.append(False, values[1:] != values[:-1])
    if np.count_nonzero(alike) > 2 * max_points:  # then all of them are not told by their equal values
        alike = begins | (holes_s > (0.0 if np.count_nonzero(holes_s) <= max_points else length_s))
    first = np.flatnonzero(alike)
    short = _joined(series, np.ones(len(times)), first)
    assert short.stretches is not None  # noqa: S101 - as it was made
    unknown_yet = short.stretches._replace(known=np.ones(len(first)))  # it depends on what comes next
    return replace(short, stretches=unknown_yet), np.diff(np.append(first, len(times))).astype(float)


def _holes_before(series: Series) -> Floats:
    """How long the hole before each place is."""
    holes_s = np.zeros(len(series.times_utc_s))
    closed = np.isfinite(series.holes.ends)
    after = np.searchsorted(series.times_utc_s, series.holes.ends[closed])
    is_in = after < len(holes_s)
    holes_s[after[is_in]] = (series.holes.ends - series.holes.starts)[closed][is_in]
    return holes_s


def _joined(series: Series, counts: Floats, first: NDArray[np.intp]) -> Series:
    """The series in stretches that begin at these places."""
    times, values = series.times_utc_s[first], series.values
    last = np.append(first[1:], len(values)) - 1
    ends = series.ends_utc_s[last]
    lows, highs = (values, values) if series.stretches is None else (series.stretches.lows, series.stretches.highs)
    lows, highs = np.minimum.reduceat(lows, first), np.maximum.reduceat(highs, first)
    with np.errstate(over="ignore", invalid="ignore"):  # of values like 1.7e308
        means = np.add.reduceat(values * counts, first) / np.add.reduceat(counts, first)
    known = known_shares(times, ends, series.holes)
    if series.stretches is not None:  # of days less may be known than their holes tell
        length_s = np.append(series.times_utc_s[1:], series.ends_utc_s[-1]) - series.times_utc_s + 1e-9
        told_s = np.add.reduceat(series.stretches.known * length_s, first)
        known = np.minimum(known, told_s / np.add.reduceat(length_s, first))
    return replace(
        series,
        times_utc_s=times,
        values=np.clip(means, lows, highs),  # a sum of equal values may be off in its last digit
        stretches=Stretches(ends, lows, highs, known),
    )
