"""What a point did in a stretch of time, and how much of that time is known; for any thread.

Known is the time in which a reading holds by the one rule for holes (`t3monitor.model.holes`) and its sensor was
neither open nor shorted; nothing is said of the rest, and it is never filled in. The share is the PercentGood of OPC UA
Part 13.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.units import is_counter, is_measured
from t3monitor.store.history.series import Floats, Holes, Series, known_shares

KNOWN_PLAIN = 0.99  # share of the time: from here on nobody need be told how much is known
KNOWN_WELL = 0.9  # below, what is said is partial: of the time known
_WRAP = 2**32 / 1000  # T3000 gives thousandths, in 32 bits with a sign
_DIP = 0.1  # a counter that falls by less of its value was not set to zero
_ROUNDING = 1e-6  # of values in thousandths


class StateTime(NamedTuple):
    """How a point was in one of its states; seconds, starts and longest are "at least" where not all time is known."""

    state: float
    seconds: float
    starts: int | None  # how often it changed to it; None: not told by stretches
    shortest_s: float | None  # of the times in it of which begin and end are known; None: of none
    longest_s: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the known time between ``start_s`` and ``end_s``; a figure is None where nothing is known or it has no sense.

    Of two states the mean is the share of the second one; more states than two have no mean.
    """

    known: float  # share of the time
    known_s: float
    start_s: float
    end_s: float  # not after the present
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None  # weighted by time, as are deviation and integral
    deviation: float | None = None
    integral: float | None = None  # the value times hours
    states: tuple[StateTime, ...] = ()  # of a point that has some, those that it was in
    increase: float | None = None  # of a counter, at least, over resets and the wrap of 32 bits
    over_limit: float | None = None  # how far above the high limit, times hours
    over_limit_s: float | None = None  # how long it was above
    under_limit: float | None = None  # how far below the low limit, times hours
    under_limit_s: float | None = None
    reversals: int | None = None  # how often its movement turned back, at least
    asked_s: float = 0.0  # of the time, in which the condition held or may have

    @property
    def missing_s(self) -> float:
        """How much of the time that is asked for is not known."""
        return max(0.0, self.asked_s - self.known_s)

    @property
    def runtime_s(self) -> float | None:
        """How long the point was not in its first state; None if it has no states or nothing is known."""
        return sum(state.seconds for state in self.states if state.state) if self.states else None


class Condition(NamedTuple):
    """When a condition is known not to hold, and when that is not known; see `condition`."""

    otherwise: Holes
    unknown: Holes


def statistics(
    series: Series,
    start_s: float,
    end_s: float,
    now_s: float,
    faulty: Holes | None = None,
    *,
    only: Condition | None = None,
    high: float | None = None,
    low: float | None = None,
    dead_band: float | None = None,
) -> Statistics:
    """What the readings that hold between two times say; ``faulty``: when the sensor was open or shorted.

    Time of which nothing is told yet, as of ``now_s``, is left out. The series reaches over both ends by a reading, as
    `HistoryReader` gives it.

    A change at ``start_s`` counts, one at ``end_s`` does not: starts and increases of adjacent times add up. Whether a
    zero is a counter's reset or a reading that failed is told by the readings beside it: of a zero just before the time
    only if the series begins another reading earlier.

    ``only``: of no other time than that in which the condition holds. The time in which it is not known whether it does
    is asked for, and not known. A change, a step of a counter and a reversal count if they are in the time asked for.

    ``high``, ``low``: limits; of what is above or below, degree-hours are told.

    ``dead_band``: a reversal is counted as soon as a value has come back from its farthest one by more than this, after
    it had moved by more than this the other way. A hole ends a movement, so it is the least number of reversals.

    Of readings, and of stretches of equal ones, all is exact. Of other stretches the known time is exact, and the
    extremes are but for readings beside the time in its first and last stretch; mean, integral and the times of states
    are as good as the means of the stretches, in which each reading has the same weight. What they do not tell is left
    out: deviation, increase, degree-hours, reversals, starts, shortest and longest.
    """
    end_s = min(end_s, series.told_until(now_s))
    only = only or Condition(Holes.none(), Holes.none())
    whole = _held(series, start_s, end_s, now_s, faulty, only)
    held = whole.asked
    seconds = held.seconds * _shares(series)[held.places]
    known_s = float(seconds.sum())
    asked_s = max(0.0, end_s - start_s - _length_within(only.otherwise, start_s, end_s))
    if not known_s:
        return Statistics(0.0, 0.0, start_s, max(start_s, end_s), asked_s=asked_s)
    values = held.values
    lows, highs = _bounds(series)
    is_exact = lows is highs or bool((lows == highs).all())
    # Not by `@`: BLAS has its threads wait for each other, a hundred times as long on a busy machine.
    mean = float((values * seconds).sum()) / known_s
    found = Statistics(
        min(1.0, known_s / asked_s),
        known_s,
        start_s,
        end_s,
        float(lows[held.places].min()),
        float(highs[held.places].max()),
        asked_s=asked_s,
    )
    if is_measured(digital=series.digital, range_=series.range):
        over_limit, over_limit_s = _beyond(values, seconds, high if is_exact else None)
        under_limit, under_limit_s = _beyond(-values, seconds, -low if low is not None and is_exact else None)
        return replace(
            found,
            over_limit=over_limit,
            over_limit_s=over_limit_s,
            under_limit=under_limit,
            under_limit_s=under_limit_s,
            mean=mean,
            deviation=float(np.sqrt(((values - mean) ** 2 * seconds).sum() / known_s)) if is_exact else None,
            integral=mean * known_s / 3600,
            increase=_increase(series, whole) if is_exact and is_counter(series.units) else None,
            reversals=None if dead_band is None or not is_exact else _reversals(whole, dead_band),
        )
    if is_exact:
        return replace(found, mean=mean if series.digital else None, states=_states(series, whole))
    if series.digital:
        shares = (0.0, 1 - mean), (1.0, mean)
        states = tuple(StateTime(state, share * known_s, None, None, None) for state, share in shares if share)
        return replace(found, mean=mean, states=states)
    return found


def _beyond(values: Floats, seconds: Floats, limit: float | None) -> tuple[float | None, float | None]:
    """How far above a limit values are, times hours, and for how long."""
    if limit is None:
        return None, None
    return float((np.maximum(values - limit, 0.0) * seconds).sum()) / 3600, float(seconds[values > limit].sum())


def means(series: Series, edges_s: Floats, now_s: float, faulty: Holes) -> Floats:
    """The means by time, of the time known, from each of these times to the next one; NaN where nothing is known."""
    held = _held(series, float(edges_s[0]), float(edges_s[-1]), now_s, faulty)
    shares = _shares(series)[held.places]
    known_s = _up_to(edges_s, held, shares)
    with np.errstate(invalid="ignore"):
        return np.diff(_up_to(edges_s, held, held.values * shares)) / np.where(
            np.diff(known_s) > 0, np.diff(known_s), np.nan
        )


def _up_to(times_s: Floats, held: "_Held", heights: Floats) -> Floats:
    """What all pieces before each of these times, so high each, cover."""
    if not held.begins.size:
        return np.zeros(len(times_s))
    places = np.searchsorted(held.begins, times_s, side="right") - 1
    whole = np.append(0.0, np.cumsum(held.seconds * heights))
    part_s = np.minimum(times_s, held.ends[places]) - held.begins[places]
    return np.where(places < 0, 0.0, whole[places] + part_s * heights[places])


def condition(
    parts: Sequence[Series], state: float, start_s: float, end_s: float, now_s: float, faulty: Holes | None = None
) -> Condition:
    """When a series, given in its parts, is in a state between two times, as of now.

    What its stretches of readings say of a time in which it was in several states is not known.
    """
    pieces = [np.empty((4, 0))]
    for part in parts:
        held = _held(part, start_s, end_s, now_s, faulty)
        lows, highs = (bound[held.places] for bound in _bounds(part))
        its_state = lows != 0 if part.digital else np.round(lows)
        pieces.append(np.stack((held.begins, held.ends, its_state, lows == highs)))
    begins, ends, states, is_sure = np.concatenate(pieces, axis=1)
    order = np.flatnonzero(is_sure)[np.argsort(begins[is_sure != 0], kind="stable")]
    begins, ends, is_other = begins[order], ends[order], states[order] != state
    before, after = np.append(start_s, ends), np.append(begins, end_s)
    return Condition(Holes(begins[is_other], ends[is_other]), Holes(before[before < after], after[before < after]))


def _bounds(series: Series) -> tuple[Floats, Floats]:
    """The smallest and the largest value of each reading or stretch."""
    return (series.values, series.values) if series.stretches is None else series.stretches[1:3]


def _shares(series: Series) -> Floats:
    """How much is known of the time of each reading or stretch, beside its holes: of days, their known time."""
    if series.stretches is None:
        return np.ones(len(series.values))
    told = known_shares(series.times_utc_s, series.ends_utc_s, series.holes)
    return np.minimum(1.0, np.divide(series.stretches.known, told, out=np.ones(len(told)), where=told > 0))


class _Held(NamedTuple):
    """Pieces of known time, oldest first, in each of which one reading or stretch holds."""

    begins: Floats
    ends: Floats
    places: NDArray[np.intp]  # of it in the series
    values: Floats
    follows: NDArray[np.bool_]  # known time without a gap before it, also before the stretch of time
    is_asked: NDArray[np.bool_]  # the condition holds

    @property
    def seconds(self) -> Floats:
        return self.ends - self.begins

    @property
    def asked(self) -> "_Held":
        """Those in which the condition holds."""
        return self if self.is_asked.all() else _Held._make(column[self.is_asked] for column in self)


def _held(
    series: Series, start_s: float, end_s: float, now_s: float, faulty: Holes | None, only: Sequence[Holes] = ()
) -> _Held:
    times = series.times_utc_s
    last_s = [series.known_until(now_s)] if times.size else []
    unknown = [series.holes] if faulty is None else [series.holes, faulty]
    edges = np.concatenate((times, last_s, *(edge for holes in (*unknown, *only) for edge in holes)))
    edges.sort(kind="stable")  # mostly in order
    known = np.diff(edges) > 0
    for holes in unknown:
        known &= ~holes.have(edges[:-1])
    if times.size:
        known &= (edges[:-1] >= times[0]) & (edges[:-1] < last_s)
    begins, ends = edges[:-1][known], edges[1:][known]
    follows = np.append(False, begins[1:] == ends[:-1])[: len(begins)]
    follows &= begins >= start_s  # of the piece that is cut at the start nobody asks what came before
    within = (ends > start_s) & (begins < end_s)
    follows, begins, ends = follows[within], begins[within], ends[within]
    places = np.searchsorted(times, begins, side="right") - 1
    follows[:1] &= times[places[:1]] == begins[:1]  # nor if it is but the condition that begins there
    return _Held(
        np.maximum(begins, start_s),
        np.minimum(ends, end_s),
        places,
        series.values[places],
        follows,
        ~np.any([np.zeros(len(begins), dtype=bool), *(holes.have(begins) for holes in only)], axis=0),
    )


def _length_within(holes: Holes, start_s: float, end_s: float) -> float:
    return float((np.clip(holes.ends, start_s, end_s) - np.clip(holes.starts, start_s, end_s)).sum())


def _states(series: Series, held: _Held) -> tuple[StateTime, ...]:
    values = held.values
    # A run is known time without a gap in one state. The reading before the first one may tell that it began there.
    before = np.append(series.values[max(held.places[0] - 1, 0)], values[:-1])
    is_other = values != before
    is_start = is_other & (held.follows | (np.arange(len(values)) > 0))  # in a hole between them, whenever it was
    changes = held.follows & is_other
    turns = np.append(True, held.is_asked[1:] != held.is_asked[:-1])
    first = np.flatnonzero(turns | changes | ~held.follows)
    run_values, run_s, is_asked = values[first], np.add.reduceat(held.seconds, first), held.is_asked[first]
    begun = changes[first]
    ended = np.append(begun[1:], False)
    return tuple(
        StateTime(
            float(state),
            float(run_s[own].sum()),
            int(is_start[held.is_asked & (values == state)].sum()),
            float(run_s[whole].min()) if (whole := own & begun & ended).any() else None,
            float(run_s[own].max()),
        )
        for state in np.unique(values[held.is_asked])
        for own in (is_asked & (run_values == state),)
    )


def _reversals(held: _Held, dead_band: float) -> int:
    """How often a value turned back, by more than the dead band."""
    dead_band += _ROUNDING
    is_news = np.append(True, held.values[1:] != held.values[:-1]) | ~held.follows
    found, way = 0, 0
    lowest = highest = float(held.values[0])  # whatever came before
    for value, follows, is_asked in zip(
        held.values[is_news].tolist(), held.follows[is_news].tolist(), held.is_asked[is_news].tolist(), strict=True
    ):
        if not follows:
            way, lowest, highest = 0, value, value
        falls, rises = highest - value > dead_band, value - lowest > dead_band
        if rises and way <= 0:
            found += way < 0 and is_asked
            way, highest = 1, value
        elif falls and way >= 0:
            found += way > 0 and is_asked
            way, lowest = -1, value
        highest = max(highest, value) if way >= 0 else highest
        lowest = min(lowest, value) if way <= 0 else lowest
    return found


def _increase(series: Series, held: _Held) -> float:
    """How much a counter counted: at least, since a hole may hide that it was set to zero and counted on."""
    places, first = np.unique(held.places, return_index=True)
    is_asked = held.is_asked[first]
    if held.follows[0]:  # the step to the first one belongs to the stretch
        places, is_asked = np.append(places[0] - 1, places), np.append(False, is_asked)
    counted, _ = counted_up(without_dropouts(series.values, places))
    return float(np.diff(counted)[is_asked[1:]].sum())


def counted_in(values: Floats) -> tuple[float, float]:
    """How much a counter counted from the first of these readings on, and the value up to which that is counted."""
    counted, highest = counted_up(values)
    return float(counted[-1]), highest


def counted_up(values: Floats) -> tuple[Floats, float]:
    """How much a counter had counted at each of these readings since the first, and the value up to which that is."""
    falls = np.flatnonzero(np.diff(values) < 0) + 1
    crossings = np.flatnonzero((values[:-1] < 0) & (values[1:] >= 0)) + 1
    counted, highest = np.zeros(len(values)), float(values[0])
    total = 0.0
    edges = np.concatenate(([0], np.union1d(falls, crossings), [len(values)]))
    for begin, end in pairwise(edges.tolist()):  # each rises
        run = values[begin:end]
        first, last = float(run[0]), float(run[-1])
        wrapped = first - highest + _WRAP
        if highest > 0 > first and wrapped < _WRAP / 2:
            counted[begin:end] = total + wrapped + (run - first)
        elif first >= 0 and (highest < 0 or first < (1 - _DIP) * highest):  # set to zero
            counted[begin:end] = total + run
        else:  # the first run, or a dip
            counted[begin:end] = total + np.maximum(0.0, run - highest)
            last = max(last, highest)
        total, highest = float(counted[end - 1]), last
    return counted, highest


def without_dropouts(values: Floats, places: NDArray[np.intp]) -> Floats:
    """The values of these readings without single zeros between two that belong together."""
    before, after = values[np.maximum(places - 1, 0)], values[np.minimum(places + 1, len(values) - 1)]
    dropout = (values[places] == 0) & (before != 0) & (after >= before)
    return np.where(dropout, before, values[places])
