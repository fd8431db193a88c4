"""How much a counter counted in each of many times; for any thread."""

import numpy as np

from t3monitor.store.history.series import Floats, Series
from t3monitor.store.history.statistics import counted_up, without_dropouts


def increases(series: Series, edges_s: Floats, now_s: float) -> Floats:
    """How much a counter counted between each edge and the next, at least; NaN where nothing is known of that time.

    It is what `statistics` says of each of these times, over resets, the wrap of 32 bits and holes: an increase that
    nobody saw, since there was a hole where two times meet, is of neither. Within a stretch it is taken for even.
    """
    times, values = _readings(series)
    if not times.size:
        return np.full(max(0, len(edges_s) - 1), np.nan)
    counted, _ = counted_up(without_dropouts(values, np.arange(len(values))))
    starts, ends = edges_s[:-1], edges_s[1:]
    first, last = np.searchsorted(times, starts), np.searchsorted(times, ends) - 1
    which = np.searchsorted(series.holes.ends, starts)  # the first one that ends there or later
    begins_in_hole = np.append(series.holes.starts, np.inf)[which] <= starts
    ends_before = (first == len(times)) & (series.known_until(now_s) <= starts)
    first = np.where(begins_in_hole | (first == 0), first, first - 1)
    is_known = (first <= last) & ~ends_before
    if series.thinned:
        return np.where(is_known, np.diff(np.interp(edges_s, times, counted)), np.nan)
    of = np.clip(np.stack((first, last)), 0, len(times) - 1)
    return np.where(is_known, counted[of[1]] - counted[of[0]], np.nan)


def _readings(series: Series) -> tuple[Floats, Floats]:
    """Times and values of the readings; of a stretch, of its first and last one.

    A counter rises in it, or was set to zero: then the largest came before the smallest.
    """
    if series.stretches is None:
        return series.times_utc_s, series.values
    lows, highs = series.stretches.lows, series.stretches.highs
    before = np.append(-np.inf, highs[:-1])
    is_reset = (lows < before) & (highs >= before)
    times = np.column_stack((series.times_utc_s, series.stretches.ends)).ravel()
    return times, np.where(is_reset[:, None], np.column_stack((highs, lows)), np.column_stack((lows, highs))).ravel()
