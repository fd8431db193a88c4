"""When history is asked for, what becomes of answers that are late or fail, and what is said of points without any."""

import asyncio
from pathlib import Path

import pytest
import qasync
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.recording import Recording
from t3monitor.store.history.reader import HistoryReader
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
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
    lines,
    message,
    panel,
    settle,
    view,
)
from values import NOW_S, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


def test_history_is_asked_for_beyond_what_is_in_sight_and_no_finer_than_the_screen(
    view: TrendView, settle: Settle, history: History
) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    ((keys, start_s, end_s, max_points),) = history.asked
    assert keys == [SAT, CO2]
    assert (start_s, end_s) == (NOW_S - 2 * 86400, NOW_S + 86400)
    assert view.plot.width_px * 2 <= max_points <= 10_000


def test_history_that_is_loaded_is_not_asked_for_again(view: TrendView, settle: Settle, history: History) -> None:
    view.state.add([SAT])
    settle(view)
    view.state.show_range(TimeRange(NOW_S - 2 * 86400 + 60, NOW_S - 86400 + 60))
    settle(view)
    view.state.show_range(TimeRange(NOW_S - 3600, NOW_S))  # a day of 5 minutes fits: finer brings nothing
    settle(view)
    assert len(history.asked) == 1


def test_what_live_values_continue_is_not_loaded_again_while_it_is_followed(
    view: TrendView, settle: Settle, history: History, clock: Clock
) -> None:
    view.state.add([SAT])
    settle(view)
    clock.now_s += 1.5 * 86400  # beyond what was asked for
    view._follow_timer.timeout.emit()
    settle(view)
    assert len(history.asked) == 1


def test_more_history_is_loaded_as_it_comes_into_sight(view: TrendView, settle: Settle, history: History) -> None:
    view.state.add([SAT])
    settle(view)
    view.toolbar.back.click()
    view.toolbar.back.click()
    assert len(history.asked) == 1, "it waits a moment for the next move"
    settle(view)
    assert len(history.asked) == 2
    assert history.asked[1][1:3] == (NOW_S - 4 * 86400, NOW_S - 86400)


def test_a_finer_view_of_thinned_history_loads_it_finer(
    view: TrendView, settle: Settle, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.ui.trend.series.coverage._SAMPLES_PER_PX", 0.02)
    view.state.add([SAT])
    settle(view)
    assert view.traces[SAT].series[0].thinned
    view.state.show_range(TimeRange(NOW_S - 7200, NOW_S))
    settle(view)
    assert len(history.asked) == 2
    assert not view.traces[SAT].series[0].thinned


def test_an_older_answer_than_the_last_request_is_not_drawn(view: TrendView, settle: Settle, history: History) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    history.held = [first, second]
    view.state.add([SAT])
    settle(view)
    view.state.add([CO2])
    settle(view)
    assert [asked[0] for asked in history.asked] == [[SAT], [SAT, CO2]]
    first.set()
    settle(view)
    assert lines(view.plot, SAT) == []
    second.set()
    settle(view)
    assert drawn(view, SAT)[0].size
    assert drawn(view, CO2)[0].size
    assert len(history.asked) == 2


def test_a_slow_answer_is_not_superseded_by_the_passing_of_time(
    view: TrendView, settle: Settle, history: History, clock: Clock
) -> None:
    slow = asyncio.Event()
    history.held = [slow]
    view.state.add([SAT])
    settle(view)
    for _ in range(5):
        clock.now_s += 10
        view._follow_timer.timeout.emit()
        settle(view)
    assert len(history.asked) == 1
    slow.set()
    settle(view)
    assert drawn(view, SAT)[0].size


def test_an_error_is_one_line_and_goes_with_the_next_success(view: TrendView, settle: Settle, history: History) -> None:
    history.error = DatabaseError("The database x.db is locked by another program; close that, or wait")
    view.state.add([SAT])
    settle(view)
    assert view.problem.isVisible()
    assert view.problem.text() == "The database x.db is locked by another program; close that, or wait"
    assert message(view) == ""
    history.error = None
    view.describe(snapshot(panel(NOW_S + 300)))
    settle(view)
    assert not view.problem.isVisible()
    assert drawn(view, SAT)[0].size > 10


def test_a_bug_while_loading_is_logged_and_told(
    view: TrendView, settle: Settle, history: History, caplog: pytest.LogCaptureFixture
) -> None:
    history.error = ZeroDivisionError("boom")
    view.state.add([SAT])
    settle(view)
    assert view.problem.text() == "History cannot be loaded; the log tells why"
    assert "boom" in caplog.text


def test_points_without_history_in_sight_are_named(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, PointKey(SERIAL, PointType.INPUT, 60)])
    view.describe(snapshot(panel(NOW_S)))
    settle(view)
    assert message(view) == ""
    view.state.show_range(TimeRange(NOW_S - 40 * 86400, NOW_S - 39 * 86400))
    settle(view)
    assert message(view) == "No history for this time: AHU-1 SAT, 237219 IN60"


def test_an_empty_plot_says_which_points_are_not_recorded(view: TrendView, settle: Settle) -> None:
    settings = PointKey(99, PointType.VARIABLE, 1)
    view.state.add([SAT, settings])
    settle(view)
    view.describe(snapshot(panel(NOW_S)))
    view.state.show_range(TimeRange(NOW_S - 2000.0 * 86400, NOW_S - 1999.0 * 86400))
    settle(view)
    view.set_recording(Recording.of([99], ["INPUT", "OUTPUT", "VARIABLE"]))
    assert message(view).split("\n") == [
        "No history for this time: AHU-1 SAT",
        "Not recorded, its values are shown but not stored: 99 VAR1",
    ]
    view.set_recording(Recording.of([], ["OUTPUT"]))
    assert message(view) == "Not recorded, its values are shown but not stored: AHU-1 SAT, 99 VAR1"


def test_history_is_loaded_again_when_very_many_live_values_have_come(
    view: TrendView, settle: Settle, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.ui.trend.series.coverage._APPENDED_AT_MOST", 3)
    view.state.add([SAT])
    settle(view)
    for number in range(1, 5):
        assert len(history.asked) == 1
        view.describe(snapshot(panel(NOW_S + number * INTERVAL_S)))
        settle(view)
    assert len(history.asked) > 1


def test_reloading_forgets_what_another_database_held(
    view: TrendView, settle: Settle, history: History, tmp_path: Path
) -> None:
    view.state.add([SAT])
    settle(view)
    history._reader = HistoryReader(sqlite_url(tmp_path / "another.db"))
    view.reload()
    settle(view)
    assert lines(view.plot, SAT) == []
    assert message(view) == "No history for this time: 237219 IN1"


def test_reloading_forgets_the_present_values_of_another_building(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    view.describe(snapshot(panel(NOW_S)))
    view.set_now(NOW_S + 301, 30)
    view.reload()
    settle(view)
    row = LegendRow(view.legend, SAT)
    assert (row.label, row.small, row.value) == ("SAT", "237219", "")


def test_history_is_loaded_on_the_loop_of_the_program(
    qapp: QApplication, qtbot: QtBot, history: History, clock: Clock
) -> None:
    view = TrendView(history.load, clock)
    qtbot.addWidget(view)
    loop = qasync.QEventLoop(qapp)
    loaded = asyncio.Event()
    view.loader.loaded.connect(lambda *_: loaded.set())

    async def use() -> None:
        view.state.add([SAT])
        await asyncio.wait_for(loaded.wait(), 10)

    with loop:
        loop.run_until_complete(use())
    assert drawn(view, SAT)[0].size
