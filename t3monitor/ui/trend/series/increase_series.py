"""A counter as its increase in each hour or day, as a series of its own."""

from dataclasses import replace
from datetime import tzinfo

import numpy as np

from t3monitor.model.local_days import days_of
from t3monitor.model.units import written_unit
from t3monitor.model.zones import offset_s
from t3monitor.store.history.increases import increases
from t3monitor.store.history.series import Floats, Holes, Series
from t3monitor.ui.trend.plot.axis_choices import Per

_HOUR_S = 3600


def increase_series(series: Series, per: Per, zone: tzinfo | None, now_s: float) -> Series:
    """One value for each hour or day of a zone up to the present, which holds for that time."""
    end_s = series.known_until(now_s)
    edges = _edges(float(series.times_utc_s[0]), end_s, per, zone)
    values = increases(series, edges, now_s)
    known = ~np.isnan(values)
    starts, ends = edges[:-1], edges[1:]
    next_starts = np.append(starts[known][1:], np.inf if now_s > edges[-1] else edges[-1])
    gaps = next_starts > ends[known]
    return replace(
        series,
        times_utc_s=starts[known],
        values=values[known],
        holes=Holes(ends[known][gaps], next_starts[gaps]),
        units=per.unit(written_unit(series.units)),
        spacing_s=float(ends[known][-1] - starts[known][-1]) if known.any() else series.spacing_s,
        stretches=None,
        delay_s=0.0,
    )


def _edges(first_s: float, end_s: float, per: Per, zone: tzinfo | None) -> Floats:
    if per is Per.DAY:
        days = list(days_of(first_s, end_s, zone))
        return np.array([begin for begin, _ in days] + [end for _, end in days[-1:]], dtype=float)
    ahead_s = offset_s(first_s, zone) % _HOUR_S  # zones of half an hour
    first = np.floor((first_s + ahead_s) / _HOUR_S)
    return np.arange(first, np.ceil((end_s + ahead_s) / _HOUR_S) + 1) * _HOUR_S - ahead_s
