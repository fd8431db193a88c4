"""Readings that belong together: between them no more than a week is without any."""

from collections.abc import Iterable

import numpy as np

from t3monitor.store.history.series import Series
from t3monitor.ui.trend.time.time_range import TimeRange

APART_S = 7 * 86_400.0  # a stop over a weekend or some holidays parts nothing


def connected(parts: Iterable[Series]) -> list[TimeRange]:
    """The stretches in which any of these has readings, oldest first; each is more than a week away from the next."""
    known = [its for part in parts if part.times_utc_s.size for its in _known(part)]
    found: list[TimeRange] = []
    for start_s, end_s in sorted(known):
        if found and start_s - found[-1].end_s <= APART_S:
            found[-1] = TimeRange(found[-1].start_s, max(found[-1].end_s, end_s))
        else:
            found.append(TimeRange(start_s, end_s))
    return found


def around(stretches: Iterable[TimeRange], shown: TimeRange) -> TimeRange | None:
    """From the first to the last of those of which something is in that time; of none the one that is nearest to it."""

    def away_s(its: TimeRange) -> float:
        return max(its.start_s - shown.end_s, shown.start_s - its.end_s, 0.0)

    ordered = sorted(stretches, key=away_s)
    chosen = [its for its in ordered if away_s(its) == 0.0] or ordered[:1]
    return TimeRange(min(its.start_s for its in chosen), max(its.end_s for its in chosen)) if chosen else None


def _known(series: Series) -> list[tuple[float, float]]:
    """Readings between holes that part what is before them from what is after."""
    parts = series.holes.ends - series.holes.starts > APART_S
    starts = np.append(series.times_utc_s[0], series.holes.ends[parts])
    ends = np.append(series.holes.starts[parts], series.ends_utc_s[-1])
    is_there = starts <= ends  # not so after a hole that goes on
    return list(zip(starts[is_there].tolist(), ends[is_there].tolist(), strict=True))
