"""Statistics of a stretch of time, compared with what an independent count of each second gives."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from t3monitor.store.history.series import Holes, Series
from t3monitor.store.history.statistics import StateTime, condition, statistics
from t3monitor.store.history.thinning import thinned

SPACING_S = 30
ON_OFF, KWH = 1, 10  # ranges: of a digital point, of a variable
LONG_AFTER_S = 1_000_000.0


def series(readings: Sequence[tuple[float, float]], units: str = "°C", range_: int = 3, **fields: Any) -> Series:
    """Readings of one spacing, with their holes by the rule."""
    times, values = np.array(readings, dtype=float).reshape(-1, 2).T
    is_hole = np.diff(times) > 2.5 * SPACING_S
    holes = Holes(times[:-1][is_hole] + SPACING_S, times[1:][is_hole])
    return Series(times, values, holes, units, range_, fields.get("digital", False), "", SPACING_S)


def states(readings: Sequence[tuple[float, float]]) -> Series:
    return series(readings, "", ON_OFF, digital=True)


def counter(*values: float) -> Series:
    return series([(place * SPACING_S, value) for place, value in enumerate(values)], "kWH", KWH)


def increase(*values: float) -> float | None:
    found = statistics(counter(*values), 0, len(values) * SPACING_S, LONG_AFTER_S).increase
    return None if found is None else round(found, 6)


def faults(*times: tuple[float, float]) -> Holes:
    starts, ends = np.array(times, dtype=float).reshape(-1, 2).T
    return Holes(starts, ends)


# -- how much is known ---------------------------------------------------------------------------------------------


def test_the_time_between_readings_is_known() -> None:
    found = statistics(series([(0, 1), (30, 2), (75, 3), (105, 3)]), 0, 105, LONG_AFTER_S)
    assert (found.known, found.known_s, found.missing_s) == (1, 105, 0)


def test_a_hole_is_not_known_and_nothing_is_filled_in() -> None:
    found = statistics(series([(0, 10), (30, 20), (1000, 90), (1030, 90)]), 0, 1030, LONG_AFTER_S)
    assert found.known_s == 90  # up to 60 s, and from 1000 s on
    assert found.known == pytest.approx(90 / 1030)
    assert found.mean == pytest.approx((10 * 30 + 20 * 30 + 90 * 30) / 90)
    assert found.integral == pytest.approx((10 * 30 + 20 * 30 + 90 * 30) / 3600)


def test_the_newest_reading_holds_as_the_rule_for_holes_says() -> None:
    assert statistics(series([(0, 1)]), 0, 60, now_s=60).known == 1
    assert statistics(series([(0, 1)]), 0, 60, now_s=600).known == 0.5


def test_time_to_come_is_not_counted() -> None:
    found = statistics(series([(0, 1), (30, 1)]), 0, 1000, now_s=60)
    assert (found.known, found.end_s) == (1, 60)


def test_a_stretch_without_any_known_time_has_no_number() -> None:
    for found in (
        statistics(series([]), 0, 60, LONG_AFTER_S),
        statistics(series([(0, 1)]), 100, 200, LONG_AFTER_S),
        statistics(series([(0, 1)]), -100, 0, LONG_AFTER_S),
        statistics(series([(0, 1)]), 10, 10, LONG_AFTER_S),
        statistics(series([(0, 1)]), 100, 200, now_s=50),
    ):
        assert (found.known, found.known_s) == (0, 0)
        assert (found.mean, found.minimum, found.maximum, found.deviation, found.integral) == (None,) * 5
        assert (found.increase, found.runtime_s, found.states) == (None, None, ())


def test_the_time_in_which_a_sensor_was_open_is_not_known() -> None:
    readings = [(0, 20.0), (30, 850.0), (60, 850.0), (90, 21.0), (120, 21.0)]
    found = statistics(series(readings), 0, 120, LONG_AFTER_S, faults((30, 90)))
    assert (found.known, found.minimum, found.maximum, found.mean) == (0.5, 20, 21, 20.5)
    assert statistics(series(readings), 0, 120, LONG_AFTER_S, faults((30, math.inf))).known_s == 30


# -- states --------------------------------------------------------------------------------------------------------


def test_states_have_their_times_starts_shortest_and_longest() -> None:
    found = statistics(states([(0, 0), (30, 1), (60, 1), (90, 0), (120, 1), (150, 0), (180, 0)]), 0, 180, LONG_AFTER_S)
    assert found.states == (StateTime(0, 90, 2, 30, 30), StateTime(1, 90, 2, 30, 60))
    assert (found.runtime_s, found.mean, found.deviation, found.integral) == (90, 0.5, None, None)


def test_the_first_and_the_last_time_in_a_state_are_cut_and_are_no_shortest() -> None:
    found = statistics(states([(0, 1), (30, 1), (60, 0), (90, 1), (120, 1)]), 50, 100, LONG_AFTER_S)
    assert found.states == (StateTime(0, 30, 1, 30, 30), StateTime(1, 20, 1, None, 10))


def test_a_state_that_is_another_one_after_a_hole_began_in_it() -> None:
    found = statistics(states([(0, 0), (1000, 1), (1030, 1)]), 0, 1030, LONG_AFTER_S)
    assert found.states == (StateTime(0, 30, 0, None, 30), StateTime(1, 30, 1, None, 30))
    same = statistics(states([(0, 1), (1000, 1), (1030, 1)]), 0, 1030, LONG_AFTER_S)
    assert same.states == (StateTime(1, 60, 0, None, 30),)


def test_a_start_at_the_edge_of_two_stretches_belongs_to_the_second_one() -> None:
    line = states([(0, 0), (30, 1), (60, 1)])
    before, after = statistics(line, 0, 30, LONG_AFTER_S), statistics(line, 30, 60, LONG_AFTER_S)
    assert [state.starts for state in before.states] == [0]
    assert [state.starts for state in after.states] == [1]


def test_states_of_more_than_two_have_no_mean() -> None:
    found = statistics(series([(0, 1), (30, 3), (60, 3)], "", 101), 0, 60, LONG_AFTER_S)
    assert (found.mean, found.runtime_s) == (None, 60)
    assert [state[:3] for state in found.states] == [(1, 30, 0), (3, 30, 1)]


# -- counters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((2147483.600, -2147482.948), 0.748),  # the wrap of 32 bits
        ((2147483.600, -2147482.948, -2147482.0), 1.696),
        ((5000, 0, 3), 3),  # set to zero
        ((5000, 3), 3),
        ((5000, 0, 0, 3), 3),
        ((5000, 0, 5000), 0),  # a single zero: nothing happened
        ((5000, 0, 5001), 1),
        ((-2147480, 0, -2147479), 1),
        ((-2147480, 0, 3), 3),
        ((5000, 0), 0),
        ((0, 5000), 5000),
        ((5000, 4999.9, 5000.2), 0.2),  # rounding, not a reset
        ((5000, 4999.9, 4999.8), 0),
        ((5000, 4999.5, 4999.0, 4999.8), 0),
        ((5, -3, 2), 2),  # it also counts back: what came back from below zero is not known
        ((1, 2, 2, 4), 3),
        ((7,), 0),
    ],
)
def test_the_increase_of_a_counter(values: tuple[float, ...], expected: float) -> None:
    assert increase(*values) == expected


@pytest.mark.parametrize("units", ["kWH", "kWh", "counts", "Counts", "pulses"])
def test_these_units_are_counted(units: str) -> None:
    assert statistics(series([(0, 1), (30, 3)], units, KWH), 0, 60, LONG_AFTER_S).increase == 2


def test_a_temperature_has_no_increase() -> None:
    assert statistics(series([(0, 1), (30, 3)]), 0, 60, LONG_AFTER_S).increase is None


def test_a_counter_is_known_to_have_counted_in_a_hole() -> None:
    line = series([(0, 100), (1000, 180), (1030, 181)], "kWH", KWH)
    assert statistics(line, 0, 1060, LONG_AFTER_S).increase == 81
    assert statistics(line, 500, 1060, LONG_AFTER_S).increase == 1  # of what came before, nobody knows when


def test_a_step_at_the_edge_of_two_stretches_belongs_to_the_second_one() -> None:
    line = counter(1, 3, 7)
    assert [statistics(line, *edges, LONG_AFTER_S).increase for edges in ((0, 30), (30, 60), (0, 60))] == [0, 2, 2]


def test_readings_of_a_faulty_sensor_count_nothing() -> None:
    line = series([(0, 100), (30, 900), (60, 101), (90, 102)], "counts", 15)
    assert statistics(line, 0, 90, LONG_AFTER_S, faults((30, 60))).increase == 1


# -- over a limit, and back and forth ------------------------------------------------------------------------------


def test_degree_hours_are_what_is_above_or_below_a_limit_times_hours() -> None:
    line = series([(0, 24), (30, 26), (60, 23.5), (1000, 30), (1030, 24)])
    found = statistics(line, 0, 1060, LONG_AFTER_S, high=24)
    assert found.over_limit == pytest.approx((2 * 30 + 6 * 30) / 3600)
    assert (found.over_limit_s, found.under_limit, found.under_limit_s) == (60, None, None)
    found = statistics(line, 0, 1060, LONG_AFTER_S, high=100, low=24)
    assert found.under_limit == pytest.approx(0.5 * 30 / 3600)
    assert (found.over_limit, found.over_limit_s, found.under_limit_s) == (0, 0, 30)
    assert statistics(line, 0, 1060, LONG_AFTER_S).over_limit is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((50, 50, 50), 0),
        ((0, 30, 60), 0),  # one movement
        ((0, 30, 60, 30), 1),
        ((60, 30, 0, 30, 0), 2),
        ((50, 51, 50, 51), 0),  # as far as the dead band is none
        ((50, 51.5, 50.4, 51.6, 50.5), 3),
        ((0, 60, 59.5, 59, 58.5), 1),  # in small steps, too
        ((1.2, 2.2, 1.2), 0),  # their binary fractions are more than 1 apart
    ],
)
def test_a_reversal_is_a_movement_back_beyond_the_dead_band(values: tuple[float, ...], expected: int) -> None:
    line = series([(place * 30.0, value) for place, value in enumerate(values)], "%Open")
    assert statistics(line, 0, 1000, LONG_AFTER_S, dead_band=1).reversals == expected
    assert statistics(line, 0, 1000, LONG_AFTER_S).reversals is None


def test_a_hole_ends_a_movement() -> None:
    line = series([(0, 0), (30, 60), (1000, 30), (1030, 0), (1060, 30)], "%Open")
    assert statistics(line, 0, 1100, LONG_AFTER_S, dead_band=1).reversals == 1


# -- only while something is so ------------------------------------------------------------------------------------


def test_only_the_time_counts_in_which_the_condition_holds() -> None:
    only = condition([states([(0, 0), (30, 1), (60, 1), (90, 0), (120, 0)])], 1, 0, 120, LONG_AFTER_S)
    found = statistics(series([(0, 10), (30, 20), (60, 30), (90, 90)]), 0, 120, LONG_AFTER_S, only=only)
    assert (found.mean, found.minimum, found.maximum) == (25, 20, 30)
    assert (found.known, found.known_s, found.asked_s, found.missing_s) == (1, 60, 60, 0)


def test_a_condition_that_is_not_known_makes_what_is_told_less_known() -> None:
    only = condition([states([(0, 0), (30, 1), (60, 1), (1000, 0), (1030, 0)])], 1, 0, 1030, LONG_AFTER_S)
    line = series([(at_s, 5.0) for at_s in range(0, 1060, 30)])
    found = statistics(line, 0, 1030, LONG_AFTER_S, only=only)
    assert (found.known_s, found.missing_s) == (60, 910)  # it may have held up to 1000 s
    assert found.asked_s == 970


def test_a_condition_that_never_held_has_no_number() -> None:
    only = condition([states([(0, 0), (30, 0), (60, 0)])], 1, 0, 60, LONG_AFTER_S)
    found = statistics(series([(0, 1), (30, 1), (60, 1)]), 0, 60, LONG_AFTER_S, only=only)
    assert (found.known, found.asked_s, found.mean) == (0, 0, None)


def test_a_condition_begins_with_the_time_and_not_with_a_start() -> None:
    only = condition([states([(0, 0), (30, 1), (60, 1)])], 1, 0, 60, LONG_AFTER_S)
    fan = states([(0, 0), (15, 1), (45, 1), (60, 1)])
    assert statistics(fan, 0, 60, LONG_AFTER_S, only=only).states == (StateTime(1, 30, 0, None, 30),)
    only = condition([states([(0, 0), (20, 1), (50, 1)])], 1, 0, 60, LONG_AFTER_S)
    assert statistics(states([(0, 0), (10, 1), (40, 1)]), 20, 60, LONG_AFTER_S, only=only).states[0].starts == 0


def test_a_start_while_it_is_not_known_whether_the_condition_holds_is_none_under_it() -> None:
    only = condition([states([(0, 1), (30, 1), (200, 1), (230, 1)])], 1, 0, 230, LONG_AFTER_S)
    fan = states([(at_s, at_s >= 90) for at_s in range(0, 260, 30)])
    assert [state[:3] for state in statistics(fan, 0, 230, LONG_AFTER_S, only=only).states] == [(0, 60, 0), (1, 30, 0)]


def test_reversals_count_that_are_seen_under_the_condition() -> None:
    line = series([(0, 0), (30, 60), (60, 0), (90, 60), (120, 0)], "%Open")  # at 60, 90, 120 s
    for begin_s, end_s, expected in ((50, 80, 1), (80, 110, 1), (70, 125, 2), (10, 55, 0)):
        only = condition(
            [states([(0, 0), (begin_s / 2, 0), (begin_s, 1), (end_s, 0), (130, 0)])], 1, 0, 130, LONG_AFTER_S
        )
        assert statistics(line, 0, 130, LONG_AFTER_S, only=only, dead_band=1).reversals == expected


def test_steps_of_a_counter_count_whose_reading_is_under_the_condition() -> None:
    only = condition([states([(0, 0), (30, 1), (60, 1), (90, 0), (120, 0)])], 1, 0, 120, LONG_AFTER_S)
    assert statistics(counter(1, 3, 7, 12), 0, 120, LONG_AFTER_S, only=only).increase == 6
    assert statistics(counter(1, 3, 7, 12), 30, 120, LONG_AFTER_S, only=only).increase == 6


def test_what_stretches_say_of_several_states_is_no_condition() -> None:
    occupied = states([(place * 30.0, float(place % 7 == 0)) for place in range(300)])
    assert condition([in_stretches(occupied)], 1, 0, 9000, 9000).unknown.starts.size
    assert not condition([occupied], 1, 0, 9000, 9000).unknown.starts.size


# -- of stretches --------------------------------------------------------------------------------------------------


def in_stretches(whole: Series) -> Series:
    times = whole.times_utc_s
    found = thinned(whole, np.ones(len(times)), float(times[0]), float(times[-1]), 40)
    assert found.stretches is not None
    return found


def restless(**fields: Any) -> Series:
    """An hour of readings that all differ, a hole of two minutes in it, another hour."""
    times = [*range(0, 3600, SPACING_S), *range(3720, 7200, SPACING_S)]
    return series([(at_s, math.sin(at_s)) for at_s in times], **fields)


def test_stretches_of_equal_readings_tell_what_their_readings_tell() -> None:
    readings = [(place * 30.0, float(place // 50)) for place in range(1000)] + [(40_000.0, 30.0)]
    for whole in (series(readings, "kWH", KWH), states([(at_s, value % 2) for at_s, value in readings])):
        for times in ((0, 40_030), (100, 20_017)):
            exact = statistics(whole, *times, LONG_AFTER_S)
            found = statistics(in_stretches(whole), *times, LONG_AFTER_S)
            assert found.deviation == pytest.approx(exact.deviation)  # but for its last digit
            assert replace(found, deviation=exact.deviation) == exact


def test_stretches_tell_how_much_is_known_and_the_extremes_as_their_readings_do() -> None:
    exact = statistics(restless(), 0, 7200, now_s=7200)
    found = statistics(in_stretches(restless()), 0, 7200, now_s=7200)
    assert exact.missing_s == 120
    assert found.known_s == exact.known_s
    assert (found.minimum, found.maximum) == (exact.minimum, exact.maximum)
    assert found.mean == pytest.approx(exact.mean, abs=0.02)
    assert found.integral == pytest.approx(exact.integral, abs=0.04)
    assert (found.deviation, found.increase) == (None, None)
    assert statistics(in_stretches(restless(units="kWH")), 0, 7200, 7200).increase is None


def test_stretches_of_states_tell_for_how_long_but_not_how_often() -> None:
    whole = states([(place * 30.0, float(place % 3 == 0)) for place in range(300)])
    found = statistics(in_stretches(whole), 0, 9000, now_s=9000)
    assert [state[0] for state in found.states] == [0, 1]
    assert [state.seconds for state in found.states] == pytest.approx([6000, 3000])
    assert found.runtime_s == pytest.approx(3000)
    assert {state[2:] for state in found.states} == {(None, None, None)}


# -- against a count of each second --------------------------------------------------------------------------------

_GAPS = some.lists(some.sampled_from([1, 29, 30, 30, 30, 31, 75, 76, 200]), max_size=12)
_TIMES = some.builds(lambda gaps: list(np.cumsum([0, *gaps])), _GAPS)


@some.composite
def _readings(draw: some.DrawFn, values: some.SearchStrategy[float]) -> list[tuple[float, float]]:
    return [(float(at_s), draw(values)) for at_s in draw(_TIMES)]


def _by_second(
    readings: Sequence[tuple[float, float]], start_s: int, end_s: int, faulty: Sequence[tuple[float, float]]
) -> list[float | None]:
    """What held in each second, None if nothing did: the rule for holes, word by word."""
    seconds: list[float | None] = []
    for second in range(start_s, end_s):
        held = None
        for (at_s, value), (next_s, _) in zip(readings, [*readings[1:], (LONG_AFTER_S, 0.0)], strict=True):
            until_s = next_s if next_s - at_s <= 2.5 * SPACING_S else at_s + SPACING_S
            if at_s <= second < until_s and not any(since_s <= second < to_s for since_s, to_s in faulty):
                held = value
        seconds.append(held)
    return seconds


@given(
    readings=_readings(some.sampled_from([-5.0, 0.0, 20.0, 21.5])),
    start_s=some.integers(-50, 400),
    length_s=some.integers(1, 400),
    fault=some.tuples(some.integers(-50, 500), some.integers(0, 100)),
)
def test_means_are_those_of_each_second(
    readings: list[tuple[float, float]], start_s: int, length_s: int, fault: tuple[int, int]
) -> None:
    faulty = [(float(fault[0]), float(sum(fault)))] if fault[1] else []
    found = statistics(series(readings), start_s, start_s + length_s, LONG_AFTER_S, faults(*faulty))
    values = [value for value in _by_second(readings, start_s, start_s + length_s, faulty) if value is not None]
    assert found.known_s == pytest.approx(len(values))
    assert found.known == pytest.approx(len(values) / length_s)
    if not values:
        assert found.mean is None
        return
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert found.deviation == pytest.approx(float(np.std(values)), abs=1e-6)
    assert found.integral == pytest.approx(sum(values) / 3600)


@given(
    readings=_readings(some.sampled_from([0.0, 1.0])), start_s=some.integers(-50, 400), length_s=some.integers(1, 400)
)
def test_states_are_those_of_each_second(readings: list[tuple[float, float]], start_s: int, length_s: int) -> None:
    found = statistics(states(readings), start_s, start_s + length_s, LONG_AFTER_S)
    before, *seconds, after = _by_second(readings, start_s - 1, start_s + length_s + 1, ())
    times: dict[float, list[tuple[int, bool]]] = {0.0: [], 1.0: []}  # length of each run, and whether it is whole
    starts = {0.0: 0, 1.0: 0}
    last_known = before
    place = 0
    while place < length_s:
        state = seconds[place]
        length = 1
        while place + length < length_s and seconds[place + length] == state:
            length += 1
        if state is not None:
            begins = (before if place == 0 else seconds[place - 1]) not in (None, state)
            ends = place + length < length_s and seconds[place + length] is not None
            times[state].append((length, begins and ends))
            starts[state] += last_known not in (None, state)
            last_known = state
        elif place == 0:
            last_known = None  # what came before the hole is of an earlier stretch
        place += length
    expected = [
        StateTime(
            state,
            sum(length for length, _ in runs),
            starts[state],
            min((length for length, whole in runs if whole), default=None),
            max(length for length, _ in runs),
        )
        for state, runs in times.items()
        if runs
    ]
    assert list(found.states) == expected
    assert after in (None, 0.0, 1.0)


@given(
    steps=some.lists(some.sampled_from([0.0, 0.001, 1.0, 250.0]), min_size=2, max_size=20),
    first=some.integers(2**31 - 600_000, 2**31 + 10_000),
)
def test_a_counter_that_wraps_anywhere_counts_what_it_counted(steps: list[float], first: int) -> None:
    thousandths = np.cumsum([first, *(round(step * 1000) for step in steps)])
    values = [((int(count) + 2**31) % 2**32 - 2**31) / 1000 for count in thousandths]
    for before, after in pairwise(values):
        if before < 0 <= after or before == 0 or after == 0:
            return  # where it crosses zero from below it may as well have been set to zero
    assert increase(*values) == pytest.approx(sum(steps), abs=1e-3)


def _is_hole(line: Series, edge_s: int) -> bool:
    """Whether a hole is there, or ends there: what changed in it is of the stretch that has all of it."""
    return line.holes.at(edge_s) is not None or edge_s in line.holes.ends


def test_what_was_before_the_stretch_is_no_movement_of_it() -> None:
    line = series([(0, 0), (29, 20), (30, 0), (31, 0)], "%Open")
    assert statistics(line, 29, 31, LONG_AFTER_S, dead_band=1).reversals == 0
    assert statistics(line, 28, 31, LONG_AFTER_S, dead_band=1).reversals == 1


@given(readings=_readings(some.sampled_from([0.0, 1.0])), edge_s=some.integers(0, 400))
def test_starts_and_times_of_adjacent_stretches_add_up(readings: list[tuple[float, float]], edge_s: int) -> None:
    line = states(readings)
    whole, *parts = (
        statistics(line, start_s, end_s, LONG_AFTER_S) for start_s, end_s in ((0, 500), (0, edge_s), (edge_s, 500))
    )
    assert sum(part.known_s for part in parts) == pytest.approx(whole.known_s)
    assert sum(part.runtime_s or 0 for part in parts) == pytest.approx(whole.runtime_s or 0)
    is_hole = _is_hole(line, edge_s)
    starts = sum(state.starts for part in parts for state in part.states)
    assert starts <= sum(state.starts for state in whole.states)
    assert is_hole or starts == sum(state.starts for state in whole.states)


@given(readings=_readings(some.sampled_from([5.0, 6.0, 100.0, 2.0])), edge_s=some.integers(0, 400))
def test_increases_of_adjacent_stretches_add_up(readings: list[tuple[float, float]], edge_s: int) -> None:
    line = series(readings, "kWH", KWH)
    if _is_hole(line, edge_s):
        return
    whole, *parts = (
        statistics(line, start_s, end_s, LONG_AFTER_S).increase or 0.0
        for start_s, end_s in ((0, 3000), (0, edge_s), (edge_s, 3000))
    )
    assert sum(parts) == pytest.approx(whole)


@given(
    readings=_readings(some.sampled_from([0.0, 20.0, 20.8, 21.5, 40.0])),
    of_condition=_readings(some.sampled_from([0.0, 1.0])),
    start_s=some.integers(-50, 300),
    length_s=some.integers(1, 400),
    fault=some.tuples(some.integers(-50, 400), some.integers(0, 100)),
)
def test_what_is_told_under_a_condition_is_that_of_each_second(
    readings: list[tuple[float, float]],
    of_condition: list[tuple[float, float]],
    start_s: int,
    length_s: int,
    fault: tuple[int, int],
) -> None:
    end_s = start_s + length_s
    faulty = [(float(fault[0]), float(sum(fault)))] if fault[1] else []
    only = condition([states(of_condition)], 1, start_s, end_s, LONG_AFTER_S)
    line = series(readings, "%Open")
    found = statistics(
        line, start_s, end_s, LONG_AFTER_S, faults(*faulty), only=only, high=20.5, low=19.25, dead_band=1
    )
    seconds = _by_second(readings, start_s, end_s, faulty)
    holds = _by_second(of_condition, start_s, end_s, ())
    values = [value for value, state in zip(seconds, holds, strict=True) if value is not None and state == 1]
    assert found.asked_s == pytest.approx(sum(state != 0 for state in holds))
    assert found.known_s == pytest.approx(len(values))
    if not values:
        assert (found.mean, found.over_limit, found.reversals) == (None, None, None)
        return
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert (found.minimum, found.maximum) == (min(values), max(values))
    assert found.deviation == pytest.approx(float(np.std(values)), abs=1e-6)
    assert found.over_limit == pytest.approx(sum(max(0.0, value - 20.5) for value in values) / 3600)
    assert found.over_limit_s == pytest.approx(sum(value > 20.5 for value in values))
    assert found.under_limit == pytest.approx(sum(max(0.0, 19.25 - value) for value in values) / 3600)
    assert found.under_limit_s == pytest.approx(sum(value < 19.25 for value in values))
    assert found.reversals == _turns(seconds, holds)


def _turns(seconds: Sequence[float | None], holds: Sequence[float | None]) -> int:
    """Second by second: where the value has come back by more than 1 from its farthest one."""
    found, since = 0, 0  # the second from which on the present movement is looked at
    was: str | None = None
    for second, value in enumerate(seconds):
        if value is None or (second and seconds[second - 1] is None):  # a hole ends a movement
            since, was = second, None
        if value is None:
            continue
        seen = [known for known in seconds[since : second + 1] if known is not None]
        ways = {"up": value - min(seen) > 1, "down": max(seen) - value > 1}
        news = next((way for way, is_it in ways.items() if is_it and way != was), None)
        if news:
            found += was is not None and holds[second] == 1
            since, was = second, news
    return found


@given(
    readings=_readings(some.sampled_from([0.0, 1.0])),
    of_condition=_readings(some.sampled_from([1.0, 2.0, 3.0])),
    start_s=some.integers(-50, 300),
    length_s=some.integers(1, 400),
)
def test_starts_under_a_condition_are_those_of_each_second(
    readings: list[tuple[float, float]], of_condition: list[tuple[float, float]], start_s: int, length_s: int
) -> None:
    end_s = start_s + length_s
    only = condition([series(of_condition, "", 101)], 2, start_s, end_s, LONG_AFTER_S)
    found = statistics(states(readings), start_s, end_s, LONG_AFTER_S, only=only)
    before, *seconds = _by_second(readings, start_s - 1, end_s, ())
    holds = _by_second(of_condition, start_s, end_s, ())
    starts, spent = {0.0: 0, 1.0: 0}, {0.0: 0, 1.0: 0}
    last = before
    for second, state in enumerate(seconds):
        if state is not None:
            starts[state] += last not in (None, state) and holds[second] == 2
            spent[state] += holds[second] == 2
            last = state
        elif second == 0:
            last = None
    assert [(its.state, its.seconds, its.starts) for its in found.states] == [
        (state, spent[state], starts[state]) for state in spent if spent[state]
    ]
