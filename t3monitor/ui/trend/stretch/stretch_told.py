"""What a series did between two times, by all its readings, and why the rest is not known; plain data, any thread."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from t3monitor.model.causes import Cause
from t3monitor.model.units import is_position
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Floats, Holes, Series
from t3monitor.store.history.statistics import Condition, Statistics, condition, statistics
from t3monitor.ui.trend.holes.missing import CAUSES, Explained, faults, missing
from t3monitor.ui.trend.stretch.stretch import Bounds
from t3monitor.ui.trend.time.time_range import TimeRange

_DEAD_BAND = 1.0  # unless a user chose another one


@dataclass(frozen=True, slots=True)
class Times:
    """Of when it is to be told; UTC epoch seconds on the time axis."""

    between: TimeRange
    a_s: float | None
    b_s: float | None
    now_s: float  # on the axis of the series


@dataclass(frozen=True, slots=True)
class Part:
    """What a series did while it had one unit."""

    series: Series  # without its readings
    told: Statistics
    at_a: float | None  # None: there is no cursor, or no reading then
    at_b: float | None
    is_exact: bool  # by readings, or by stretches of equal ones


@dataclass(frozen=True, slots=True)
class Told:
    """What a series did, in each of its units, and how much of the time that is asked for is known."""

    start_s: float
    end_s: float  # not after that up to which it is told
    asked_s: float
    known_s: float
    missing: tuple[tuple[Cause | None, float], ...]  # seconds, the most first; None: nobody has found out why
    doubtful_s: float  # it was read, but it is not known whether the condition held
    parts: tuple[Part, ...]  # those with known time: of none there is no number

    @property
    def known(self) -> float:
        """The share of the time that is known."""
        return min(1.0, self.known_s / self.asked_s) if self.asked_s else 0.0


def tell(
    parts: Sequence[Series],
    holes: Sequence[ExplainedHole],
    times: Times,
    only: Condition | None = None,
    bounds: Mapping[str, Bounds] | None = None,
) -> Told:
    """What a series, given in its parts, did; ``holes`` are those that were explained of this time."""
    start_s, end_s = times.between
    now_s, bounds = times.now_s, bounds or {}
    end_s = max(start_s, min([end_s, now_s, *(part.told_until(now_s) for part in parts)]))
    at_fault = faults(Explained.of(holes).pieces)
    found = [
        statistics(
            part,
            start_s,
            end_s,
            now_s,
            at_fault,
            only=only,
            high=its.high,
            low=its.low,
            dead_band=dead_band(its) if is_position(part.units, part.range) else None,
        )
        for part in parts
        for its in (bounds.get(part.units, Bounds()),)
    ]
    otherwise = only.otherwise if only else Holes.none()
    asked_s = end_s - start_s - float(np.diff(_spent(otherwise, np.array([start_s, end_s])))[0])
    known_s = sum(told.known_s for told in found)
    lacking = _missing(parts, holes, (start_s, end_s, now_s), otherwise)
    rest_s = max(0.0, asked_s - known_s - sum(lacking.values()))
    if only is None and rest_s >= 1:  # of days that are kept as such it is known only how much of them was
        lacking[None if all(map(_exact, parts)) else Cause.NO_LONGER_KEPT] += rest_s
        rest_s = 0.0
    its_parts = (
        Part(
            _bare(part),
            told,
            _at(part, times.a_s, times, at_fault),
            _at(part, times.b_s, times, at_fault),
            _exact(part),
        )
        for part, told in zip(parts, found, strict=True)
    )
    return Told(
        start_s,
        end_s,
        asked_s,
        known_s,
        tuple(sorted(lacking.items(), key=lambda item: -item[1])),
        rest_s,
        tuple(part for part in its_parts if part.told.known_s),
    )


def dead_band(bounds: Bounds) -> float:
    """How far a valve or damper has to come back, in its unit: less is no movement."""
    return _DEAD_BAND if bounds.dead_band is None else bounds.dead_band


def times_of(parts: Sequence[Series], holes: Sequence[ExplainedHole], state: float, times: Times) -> Condition:
    """When a series is in a state."""
    return condition(parts, state, *times.between, times.now_s, faults(Explained.of(holes).pieces))


def _missing(
    parts: Sequence[Series], holes: Sequence[ExplainedHole], times: tuple[float, float, float], otherwise: Holes
) -> dict[Cause | None, float]:
    """How long nothing was read in the time that is asked for, by cause."""
    pieces = missing(parts, Explained.of(holes), *times).pieces
    starts, ends = np.clip(pieces.starts, *times[:2]), np.clip(pieces.ends, *times[:2])
    seconds = (ends - starts) - (_spent(otherwise, ends) - _spent(otherwise, starts))
    found: dict[Cause | None, float] = defaultdict(float)
    for cause, lasted_s in zip(pieces.causes.tolist(), seconds.tolist(), strict=True):
        if lasted_s > 0:
            found[CAUSES[cause]] += lasted_s
    return found


def _spent(holes: Holes, times_s: Floats) -> Floats:
    """How much of these holes lies before each of these times."""
    if not holes.starts.size:
        return np.zeros(len(times_s))
    before = np.concatenate(([0.0], np.cumsum(holes.ends - holes.starts)))
    which = np.searchsorted(holes.starts, times_s, side="right")
    to_come = np.where(which > 0, np.maximum(0.0, holes.ends[np.maximum(which - 1, 0)] - times_s), 0.0)
    return before[which] - to_come


def _at(series: Series, time_s: float | None, times: Times, at_fault: Holes) -> float | None:
    """Its value at a cursor in this time; there is none where the sensor was faulty."""
    start_s, end_s = times.between
    if time_s is None or not start_s <= time_s <= min(end_s, times.now_s) or at_fault.at(time_s) is not None:
        return None
    place = series.place_at(time_s, times.now_s)
    return None if place is None else float(series.values[place])


def _exact(series: Series) -> bool:
    return series.stretches is None or bool((series.stretches.lows == series.stretches.highs).all())


def _bare(series: Series) -> Series:
    nothing = np.empty(0)
    return replace(series, times_utc_s=nothing, values=nothing, holes=Holes.none(), stretches=None)
