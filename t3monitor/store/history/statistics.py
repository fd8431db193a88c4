"""What a point did in a stretch of time, and how much of that time is known; for any thread.

Known is the time in which a reading holds by the one rule for holes (`t3monitor.model.holes`) and its sensor was
neither open nor shorted; nothing is said of the rest, and it is never filled in. The share is the PercentGood of OPC UA
Part 13.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.units import is_counter, is_measured
from t3monitor.store.history.series import Floats, Holes, Series

KNOWN_PLAIN = 0.99  # share of the time: from here on nobody need be told how much is known
KNOWN_WELL = 0.9  # below, what is said is partial: of the time known
_WRAP = 2**32 / 1000  # T3000 gives thousandths, in 32 bits with a sign
_DIP = 0.1  # a counter that falls by less of its value was not set to zero


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

    @property
    def missing_s(self) -> float:
        """How much of the time is not known."""
        return max(0.0, self.end_s - self.start_s - self.known_s)

    @property
    def runtime_s(self) -> float | None:
        """How long the point was not in its first state; None if it has no states or nothing is known."""
        return sum(state.seconds for state in self.states if state.state) if self.states else None


def statistics(series: Series, start_s: float, end_s: float, now_s: float, faulty: Holes | None = None) -> Statistics:
    """What the readings that hold between two times say; ``faulty``: when the sensor was open or shorted.

    Time of which nothing is told yet, as of ``now_s``, is left out. The series reaches over both ends by a reading, as
    `HistoryReader` gives it.

    A change at ``start_s`` counts, one at ``end_s`` does not: starts and increases of adjacent times add up. Whether a
    zero is a counter's reset or a reading that failed is told by the readings beside it: of a zero just before the time
    only if the series begins another reading earlier.

    Of readings, and of stretches of equal ones, all is exact. Of other stretches the known time is exact, and the
    extremes are but for readings beside the time in its first and last stretch; mean, integral and the times of states
    are as good as the means of the stretches, in which each reading has the same weight. What they do not tell is left
    out: deviation, increase, starts, shortest and longest.
    """
    end_s = min(end_s, series.told_until(now_s))
    held = _held(series, start_s, end_s, now_s, Holes.none() if faulty is None else faulty)
    known_s = float(held.seconds.sum())
    if not known_s:
        return Statistics(0.0, 0.0, start_s, max(start_s, end_s))
    values, seconds = held.values, held.seconds
    lows, highs = (series.values, series.values) if series.stretches is None else series.stretches[1:3]
    is_exact = lows is highs or bool((lows == highs).all())
    mean = float(values @ seconds) / known_s
    found = Statistics(
        min(1.0, known_s / (end_s - start_s)),
        known_s,
        start_s,
        end_s,
        float(lows[held.places].min()),
        float(highs[held.places].max()),
    )
    if is_measured(digital=series.digital, range_=series.range):
        return replace(
            found,
            mean=mean,
            deviation=float(np.sqrt((values - mean) ** 2 @ seconds / known_s)) if is_exact else None,
            integral=mean * known_s / 3600,
            increase=_increase(series, held) if is_exact and is_counter(series.units) else None,
        )
    if is_exact:
        return replace(found, mean=mean if series.digital else None, states=_states(series, held))
    if series.digital:
        shares = (0.0, 1 - mean), (1.0, mean)
        states = tuple(StateTime(state, share * known_s, None, None, None) for state, share in shares if share)
        return replace(found, mean=mean, states=states)
    return found


class _Held(NamedTuple):
    """Pieces of known time, oldest first, in each of which one reading or stretch holds."""

    begins: Floats
    ends: Floats
    places: NDArray[np.intp]  # of it in the series
    values: Floats
    follows: NDArray[np.bool_]  # known time without a gap before it, also before the stretch of time

    @property
    def seconds(self) -> Floats:
        return self.ends - self.begins


def _held(series: Series, start_s: float, end_s: float, now_s: float, faulty: Holes) -> _Held:
    times, holes = series.times_utc_s, series.holes
    last_s = [series.known_until(now_s)] if times.size else []
    edges = np.unique(np.concatenate((times, last_s, holes.starts, holes.ends, faulty.starts, faulty.ends)))
    known = np.diff(edges) > 0
    for unknown in (holes, faulty):
        next_ends = np.searchsorted(unknown.ends, edges[:-1], side="right")
        known &= np.append(unknown.starts, np.inf)[next_ends] > edges[:-1]
    if times.size:
        known &= (edges[:-1] >= times[0]) & (edges[:-1] < last_s)
    begins, ends = edges[:-1][known], edges[1:][known]
    follows = np.append(False, begins[1:] == ends[:-1])[: len(begins)]
    follows &= begins >= start_s  # of the piece that is cut at the start nobody asks what came before
    within = (ends > start_s) & (begins < end_s)
    places = np.searchsorted(times, begins[within], side="right") - 1
    return _Held(
        np.maximum(begins[within], start_s),
        np.minimum(ends[within], end_s),
        places,
        series.values[places],
        follows[within],
    )


def _states(series: Series, held: _Held) -> tuple[StateTime, ...]:
    values = held.values
    # A run is known time without a gap in one state. The reading before the first one may tell that it began there.
    before = np.append(series.values[max(held.places[0] - 1, 0)], values[:-1])
    changes = held.follows & (values != before)
    first = np.flatnonzero(np.append(True, changes[1:] | ~held.follows[1:]))
    run_values, run_s = values[first], np.add.reduceat(held.seconds, first)
    begun = changes[first]
    ended = np.append(begun[1:], False)
    is_start = begun.copy()
    is_start[1:] |= run_values[1:] != run_values[:-1]  # in a hole between them, whenever it was
    return tuple(
        StateTime(
            float(state),
            float(run_s[own].sum()),
            int(is_start[own].sum()),
            float(run_s[whole].min()) if (whole := own & begun & ended).any() else None,
            float(run_s[own].max()),
        )
        for state in np.unique(values)
        for own in (run_values == state,)
    )


def _increase(series: Series, held: _Held) -> float:
    """How much a counter counted: at least, since a hole may hide that it was set to zero and counted on."""
    places = np.unique(held.places)
    if held.follows[0]:  # the step to the first one belongs to the stretch
        places = np.append(places[0] - 1, places)
    counted, _ = counted_in(without_dropouts(series.values, places))
    return counted


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
