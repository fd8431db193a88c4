"""The difference of two points as a series of its own; for any thread."""

from collections.abc import Iterable
from itertools import product

import numpy as np

from t3monitor.model.units import is_measured
from t3monitor.store.history.series import Holes, Series


def differences(minuends: Iterable[Series], subtrahends: Iterable[Series], end_s: float) -> tuple[Series, ...]:
    """What is left of a minuend without a subtrahend of its unit, of each two; states have no difference.

    Both are whole, not thinned, up to the first reading of each after ``end_s``, if there is one.
    """
    pairs = product(filter(_is_measured, minuends), filter(_is_measured, subtrahends))
    found = [_difference(*pair, end_s) for pair in pairs if pair[0].units == pair[1].units]
    return tuple(series for series in found if series.times_utc_s.size)


def _is_measured(series: Series) -> bool:
    return is_measured(digital=series.digital, range_=series.range)


def _difference(minuend: Series, subtrahend: Series, end_s: float) -> Series:
    """A value for each reading of either while the other one is known; where one is not known there is a hole."""
    parts = minuend, subtrahend
    told_s = max(end_s, min(part.times_utc_s[-1] for part in parts))  # later readings were read of one of them alone
    unknown = _joined([_unknown(part, told_s) for part in parts])
    times = np.union1d(*(part.times_utc_s for part in parts))
    times = times[times <= told_s]
    times = times[unknown.starts[np.searchsorted(unknown.ends, times, side="right")] > times]
    first, second = (part.values[np.searchsorted(part.times_utc_s, times, side="right") - 1] for part in parts)
    between = np.isfinite(unknown.starts)
    return Series(
        times,
        first - second,
        Holes(unknown.starts[between], unknown.ends[between]),
        minuend.units,
        minuend.range,
        digital=False,
        label=f"{minuend.label} − {subtrahend.label}",
        spacing_s=min(part.spacing_s for part in parts),
        delay_s=max(part.delay_s for part in parts),
    )


def _unknown(series: Series, told_s: float) -> Holes:
    """When it is not known, as far as it was read: before its first reading too, and after its last if it ends."""
    starts, ends = series.holes
    until_s = series.known_until(told_s)
    end = [until_s] if until_s < told_s else []
    return Holes(
        np.concatenate(([-np.inf], starts, end)),
        np.concatenate((series.times_utc_s[:1], np.where(ends > told_s, np.inf, ends), np.full(len(end), np.inf))),
    )


def _joined(parts: Iterable[Holes]) -> Holes:
    """The stretches of all, with those that touch or overlap as one; the last one begins or ends at infinity."""
    starts, ends = (np.append(np.concatenate(edges), np.inf) for edges in zip(*parts, strict=True))
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    begins = np.flatnonzero(np.append(True, starts[1:] > ends[:-1]))
    return Holes(starts[begins], ends[np.append(begins[1:] - 1, len(ends) - 1)])
