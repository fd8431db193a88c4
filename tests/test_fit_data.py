"""Fit data: the readings connected with what is in sight, and once more all of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from t3monitor.model.series_keys import StoredKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.connected import APART_S, around, connected
from t3monitor.ui.trend.time.fit_data import FitData
from t3monitor.ui.trend.time.time_range import TimeRange
from trend_views import SAT
from values import NOW_S

DAY_S = 86_400.0


def series(*known: tuple[float, float], is_over: bool = False) -> Series:
    """Readings from when to when, in days; whether it is known that none follows."""
    times = np.array(known, dtype=float).ravel() * DAY_S
    starts, ends = (times[1:-1:2], times[2::2]) if not is_over else (times[1::2], np.append(times[2::2], np.inf))
    return Series(times, np.ones(len(times)), Holes(starts, ends), "°C", 3, False, "X", 300.0)


def days(stretches: Sequence[TimeRange]) -> list[tuple[float, float]]:
    return [(its.start_s / DAY_S, its.end_s / DAY_S) for its in stretches]


def test_a_week_without_any_reading_parts_what_is_before_from_what_is_after() -> None:
    assert days(connected([series((0, 1), (8, 9))])) == [(0, 9)]
    assert days(connected([series((0, 1), (8.1, 9))])) == [(0, 1), (8.1, 9)]
    others = [series((0, 1), (20, 21)), series((5, 14))]
    assert days(connected(others)) == [(0, 21)], "another point has readings between"
    assert days(connected([series((30, 31)), series((0, 1), (9, 10), is_over=True)])) == [(0, 1), (9, 10), (30, 31)]
    assert connected([]) == []


def test_what_is_in_sight_is_shown_whole_or_else_what_is_nearest() -> None:
    stretches = [TimeRange(0, 10), TimeRange(100, 110), TimeRange(200, 210)]
    assert around(stretches, TimeRange(105, 107)) == TimeRange(100, 110)
    assert around(stretches, TimeRange(108, 250)) == TimeRange(100, 210)
    assert around(stretches, TimeRange(20, 30)) == TimeRange(0, 10)
    assert around(stretches, TimeRange(300, 400)) == TimeRange(200, 210)
    assert around([], TimeRange(0, 1)) is None


@given(some.lists(some.lists(some.integers(0, 120), min_size=2, max_size=8, unique=True), max_size=4))
def test_every_reading_is_in_a_stretch_and_no_two_stretches_are_near(points: list[list[int]]) -> None:
    all_known = [list(zip(its[::2], its[1::2], strict=False)) for its in map(sorted, points)]
    found = connected([series(*known) for known in all_known])
    assert all(after.start_s - before.end_s > APART_S for before, after in pairwise(found))
    for start, end in (its for known in all_known for its in known):
        assert sum(its.start_s <= start * DAY_S and end * DAY_S <= its.end_s for its in found) == 1
    edges = {edge * DAY_S for known in all_known for its in known for edge in its}
    assert {edge for its in found for edge in its} <= edges, "no time is made up"


@pytest.fixture
def fitted(loop: asyncio.AbstractEventLoop) -> tuple[TrendState, Callable[[], None]]:
    """A trend of one point with an hour long ago and three days up to now, and Fit data."""
    now = NOW_S / DAY_S

    async def load(keys: Sequence[StoredKey], *_asked: float) -> Mapping[StoredKey, tuple[Series, ...]]:
        return {key: (series((now - 30, now - 29.9), (now - 3, now)),) for key in keys}

    state = TrendState(lambda: float(NOW_S), lambda _: None)
    fit = FitData(load, loop.create_task, state, lambda: float(NOW_S), pytest.fail)

    def press() -> None:
        fit.show()
        while fit.is_busy:
            loop.run_until_complete(asyncio.sleep(0))

    state.add([SAT])
    return state, press


def test_an_hour_of_a_month_ago_is_shown_when_it_is_asked_for_once_more(
    fitted: tuple[TrendState, Callable[[], None]],
) -> None:
    state, press = fitted
    press()
    assert state.follows
    assert state.time_range.length_s / DAY_S == pytest.approx(3 * 1.02)
    press()
    assert state.time_range.length_s / DAY_S == pytest.approx(30 * 1.02)
    state.undo()
    state.zoom(0.5)
    press()
    assert state.time_range.length_s / DAY_S == pytest.approx(3 * 1.02), "something else was in sight meanwhile"


def test_from_the_old_readings_on_those_are_fitted(fitted: tuple[TrendState, Callable[[], None]]) -> None:
    state, press = fitted
    state.show_range(TimeRange(NOW_S - 40 * DAY_S, NOW_S - 29.95 * DAY_S))
    press()
    assert not state.follows
    assert state.time_range.start_s == pytest.approx(NOW_S - 30 * DAY_S, abs=DAY_S)
    assert state.time_range.end_s == pytest.approx(NOW_S - 29.9 * DAY_S, abs=DAY_S)
