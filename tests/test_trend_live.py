"""Live values in the trend: they continue lines and lanes that history began."""

import asyncio

import numpy as np
import pytest

from t3monitor.model.holes import HOLE_AFTER_SPACINGS
from t3monitor.model.point_types import PointType
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    FAN,
    HOLE_S,
    INTERVAL_S,
    SAT,
    SERIAL,
    Clock,
    History,
    Settle,
    clock,
    drawn,
    file,
    history,
    inputs,
    lines,
    panel,
    settle,
    view,
)
from values import NOW_S, device, point, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


def test_live_values_continue_the_line_at_their_logging_times(view: TrendView, settle: Settle, clock: Clock) -> None:
    view.state.add([SAT, FAN])
    settle(view)
    before = drawn(view, SAT)[0].tolist()
    clock.now_s += 310
    view.describe(snapshot(panel(NOW_S + 300)))
    times, values = drawn(view, SAT)
    assert times.tolist() == [*before, NOW_S + 300, NOW_S + 310], "it holds up to the present"
    assert values[-2:].tolist() == [pytest.approx(inputs(NOW_S + 300)[0].value)] * 2
    assert view.traces[FAN].series[0].times_utc_s[-1] == NOW_S + 300
    assert view.state.time_range.end_s == NOW_S + 310


def test_a_reading_that_was_plotted_already_is_not_plotted_again(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    before = drawn(view, SAT)[0].size
    for time_s in (NOW_S, NOW_S - 300, NOW_S + 300, NOW_S + 300):
        view.describe(snapshot(panel(time_s)))
    assert drawn(view, SAT)[0].size == before + 1


def test_the_line_breaks_before_a_live_value_that_comes_late(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    view.describe(snapshot(panel(NOW_S + 3600)))
    times, values = drawn(view, SAT)
    assert np.isnan(values[-2])
    assert times[-2:].tolist() == [NOW_S + INTERVAL_S, NOW_S + 3600]


def test_a_live_value_in_another_unit_begins_another_line_and_axis(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    fahrenheit = point(PointType.INPUT, 1, 68.0, units="°F", range=4)
    view.describe(snapshot(device(SERIAL, inputs=(fahrenheit,), input_logging_time=NOW_S + 300)))
    assert list(view.plot.value_axes) == ["°C", "°F"]
    assert [values[-1] for _, values in lines(view.plot, SAT)] == [pytest.approx(inputs(NOW_S)[0].value), 68.0]


def test_live_values_are_not_joined_to_history_that_ends_in_the_past(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    view.state.show_range(TimeRange(NOW_S - 5 * 3600, NOW_S - 4 * 3600))
    settle(view)
    view.loader.forget()
    view._want_history()
    settle(view)
    view.describe(snapshot(panel(NOW_S + 300)))
    assert drawn(view, SAT)[0][-1] <= HOLE_S[1] + HOLE_AFTER_SPACINGS * INTERVAL_S
    view.state.set_follow(True)
    settle(view)
    assert drawn(view, SAT)[0][-1] == NOW_S + 300


def test_a_live_value_that_came_while_loading_is_not_lost(view: TrendView, settle: Settle, history: History) -> None:
    slow = asyncio.Event()
    history.held = [slow]
    view.state.add([SAT])
    settle(view)
    view.describe(snapshot(panel(NOW_S + 300)))
    slow.set()
    settle(view)
    assert drawn(view, SAT)[0][-2:].tolist() == [NOW_S, NOW_S + 300]
