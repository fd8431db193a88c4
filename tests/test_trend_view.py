import asyncio
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
import qasync
from PySide6.QtCore import QDate, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.holes import HOLE_AFTER_SPACINGS
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.recording import Recording
from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.kit.texts import clock_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.points.mime import POINTS_MIME_TYPE, encode_point_keys
from t3monitor.ui.trend.legend.legend_model import Column
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.lanes import stretches
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import Preset, TimeRange
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, point, report, snapshot

SERIAL = 237219
SAT, CO2, VALVE, LIGHT_LUX, FAN, OCC = (PointKey(SERIAL, PointType.INPUT, number) for number in range(1, 7))
INTERVAL_S = 300
HOURS = 6  # of history before the present
HOLE_S = (NOW_S - 3 * 3600, NOW_S - 2 * 3600)  # nothing was read then


def inputs(time_s: float) -> tuple[Point, ...]:
    """A panel's inputs at a time: a wave, two other units, a second wave, two states."""
    wave = math.sin(time_s / 3000)
    return (
        point(PointType.INPUT, 1, round(20 + 5 * wave, 1), label="SAT", full_label="Supply air temperature"),
        point(PointType.INPUT, 2, round(600 + 200 * wave), label="CO2", units="PPM", range=28),
        point(PointType.INPUT, 3, round(50 + 50 * wave), label="VLV", units="%", range=16),
        point(PointType.INPUT, 4, round(300 + 90 * wave), label="LUX", units="Lux", range=34),
        point(PointType.INPUT, 5, float(wave > 0), label="FAN", units="", range=1, digital_analog=0),
        point(PointType.INPUT, 6, float(wave > 0.5), label="OCC", units="", range=10, digital_analog=0),
    )


def panel(time_s: int) -> Any:
    return device(SERIAL, panel_name="AHU-1", inputs=inputs(time_s), input_logging_time=time_s)


class Clock:
    """The present, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = float(NOW_S)

    def __call__(self) -> float:
        return self.now_s


class History:
    """What the window's owner gives the view: `HistoryReader` behind a coroutine function, watched by the test."""

    def __init__(self, file: Path) -> None:
        self._reader = HistoryReader(sqlite_url(file))
        self.asked: list[tuple[list[PointKey], float, float, int]] = []
        self.held: list[asyncio.Event] = []  # a load waits for the first of these, if there is one
        self.error: Exception | None = None

    async def load(
        self, keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        self.asked.append((list(keys), start_s, end_s, max_points))
        if self.held:
            await self.held.pop(0).wait()
        if self.error:
            raise self.error
        return self._reader.read_many(keys, start_s, end_s, max_points)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("trend") / "history.db"
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    for time_s in range(NOW_S - HOURS * 3600, NOW_S + 1, INTERVAL_S):
        if not HOLE_S[0] < time_s < HOLE_S[1]:
            with writer.cycle(INTERVAL_S) as transaction:
                transaction.log(panel(time_s))
                transaction.record(report())
    database.close()
    return file


@pytest.fixture
def history(file: Path) -> History:
    return History(file)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settle(loop: asyncio.AbstractEventLoop) -> Callable[[TrendView], None]:
    """Lets everything happen that is to happen by now, without waiting for the debouncing."""

    def settle(view: TrendView) -> None:
        for _ in range(3):
            view.loader.flush()
            loop.run_until_complete(asyncio.sleep(0))
            QApplication.sendPostedEvents()

    return settle


@pytest.fixture
def view(qtbot: QtBot, history: History, clock: Clock, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    view = TrendView(history.load, clock, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.state.show_preset(Preset.DAY)
    view.state.restore(view.state.shown)
    view.resize(1000, 500)
    view.show()
    QApplication.processEvents()
    yield view
    view.loader.cancel()


Settle = Callable[[TrendView], None]

offscreen_popup = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing the keyboard)")


def lines(plot: TrendPlot, key: SeriesKey) -> list[tuple[np.ndarray, np.ndarray]]:
    """Times and values of the lines that are drawn for a point, as they are drawn."""
    found = []
    for (of, _), curve in plot._curves.items():
        if of == key:
            tail = curve.tail(plot._now_s + curve.shift_s)
            ends = ([tail[1]], [tail[2]]) if tail and tail[1] > tail[0] else ([], [])
            found.append((np.append(curve.line.times_s, ends[0]), np.append(curve.line.values, ends[1])))
    return found


def drawn(view: TrendView, key: SeriesKey) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of the one line of a point."""
    ((times, values),) = lines(view.plot, key)
    return times, values


def message(view: TrendView) -> str:
    return view.message.text() if view.message.isVisible() else ""


def heading(view: TrendView) -> str:
    """What stands over the values in the list."""
    return str(view.legend.model().headerData(Column.VALUE, Qt.Orientation.Horizontal))


def lane_names(view: TrendView) -> list[str]:
    return [lane.name for lane in view.plot.lanes]


def test_an_empty_plot_says_how_to_fill_it(view: TrendView, settle: Settle, history: History) -> None:
    settle(view)
    assert message(view) == "Double-click or drag a point here to plot it"
    assert not view.legend.isVisible()
    assert history.asked == []


def test_an_added_point_is_loaded_and_drawn_with_its_hole(view: TrendView, settle: Settle, file: Path) -> None:
    view.state.add([SAT])
    assert message(view) == "Loading history…"
    settle(view)
    (stored,) = HistoryReader(sqlite_url(file)).read(SAT, 0, NOW_S, 10_000)
    times, values = drawn(view, SAT)
    line = drawn_line(stored, NOW_S)
    np.testing.assert_array_equal(times, line.times_s)
    np.testing.assert_allclose(values, line.values)
    assert times[np.isnan(values)].tolist() == [HOLE_S[0] + INTERVAL_S]
    assert message(view) == ""
    assert view.state.points == [SAT]


def test_history_is_asked_for_beyond_what_is_in_sight_and_no_finer_than_the_screen(
    view: TrendView, settle: Settle, history: History
) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    ((keys, start_s, end_s, max_points),) = history.asked
    assert keys == [SAT, CO2]
    assert (start_s, end_s) == (NOW_S - 2 * 86400, NOW_S + 86400)
    assert view.plot.width_px * 2 <= max_points <= 10_000


def test_a_point_is_added_once(view: TrendView, settle: Settle, history: History) -> None:
    view.state.add([SAT, SAT])
    view.state.add([SAT])
    settle(view)
    assert view.state.points == [SAT]
    assert len(history.asked) == 1


def test_each_unit_has_an_axis_the_first_on_the_left(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, VALVE])
    settle(view)
    assert [(axis.unit, axis.on_left) for axis in view.plot.value_axes.values()] == [
        ("°C", True),
        ("ppm", False),
        ("%", False),
    ]
    places = [axis.sceneBoundingRect().center().x() for axis in view.plot.value_axes.values()]
    assert places[0] < places[1] < places[2]


def test_every_value_in_sight_is_within_its_axis(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    for key, unit in ((SAT, "°C"), (CO2, "ppm")):
        _, values = drawn(view, key)
        scale = view.plot.axes.fit.scales[unit]
        assert scale.lowest <= np.nanmin(values) < np.nanmax(values) <= scale.highest


def test_points_of_one_unit_share_an_axis_that_goes_with_the_last_of_them(view: TrendView, settle: Settle) -> None:
    other = PointKey(SERIAL, PointType.OUTPUT, 1)  # °C too
    view.state.add([SAT, CO2, other])
    settle(view)
    assert list(view.plot.value_axes) == ["°C", "ppm"]
    view.state.remove(SAT)
    assert list(view.plot.value_axes) == ["ppm", "°C"]
    view.state.remove(other)
    assert list(view.plot.value_axes) == ["ppm"]


def test_digital_points_are_lanes_and_no_curves(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, FAN, OCC])
    settle(view)
    assert lane_names(view) == ["FAN", "OCC"]
    assert lines(view.plot, FAN) == []
    assert list(view.plot.value_axes) == ["°C"]


def test_a_lane_shows_each_state_from_its_first_sample_to_the_next_change(file: Path) -> None:
    (fan,) = HistoryReader(sqlite_url(file)).read(FAN, 0, NOW_S, 10_000)
    found = stretches(fan, NOW_S)
    covered = float(np.sum(found.ends - found.starts))
    assert covered == HOURS * 3600 - (HOLE_S[1] - HOLE_S[0]) + INTERVAL_S, "the hole is no state"
    for start, end, state in zip(found.starts, found.ends, found.states, strict=True):
        inside = fan.values[(fan.times_utc_s >= start) & (fan.times_utc_s < end)]
        assert (inside == float(state)).all()


def test_the_newest_state_holds_until_now_unless_it_is_old(file: Path) -> None:
    (fan,) = HistoryReader(sqlite_url(file)).read(FAN, 0, NOW_S, 10_000)
    assert stretches(fan, NOW_S + 200).ends[-1] == NOW_S + 200
    assert stretches(fan, NOW_S + 9000).ends[-1] == NOW_S + INTERVAL_S


def test_the_first_view_is_the_last_24_hours_and_follows(view: TrendView) -> None:
    assert view.state.preset is Preset.DAY
    assert view.state.time_range == TimeRange(NOW_S - 86400, NOW_S)
    assert view.state.follows
    assert view.toolbar.presets[Preset.DAY].isChecked()
    assert view.toolbar.follow.isChecked()
    assert not view.toolbar.forward.isEnabled()


def test_a_preset_shows_its_length_up_to_now(view: TrendView) -> None:
    for preset in Preset:
        view.toolbar.presets[preset].click()
        assert view.state.time_range == TimeRange(NOW_S - preset.length_s, NOW_S)
        assert [its for its, button in view.toolbar.presets.items() if button.isChecked()] == [preset]
        assert view.state.follows


def test_following_keeps_the_present_at_the_right_edge(view: TrendView, clock: Clock) -> None:
    clock.now_s += 100
    view.describe(snapshot(panel(NOW_S + 90)))
    assert view.state.time_range.end_s == NOW_S, "nothing is plotted: the timer moves it"
    view._follow_timer.timeout.emit()
    assert view.state.time_range == TimeRange(NOW_S + 100 - 86400, NOW_S + 100)


def test_the_follow_timer_runs_only_while_it_is_followed_in_sight(view: TrendView) -> None:
    assert view._follow_timer.isActive()
    view.state.set_follow(False)
    assert not view._follow_timer.isActive()
    view.state.set_follow(True)
    assert view._follow_timer.isActive()
    view.hide()
    assert not view._follow_timer.isActive()


def test_arrows_go_by_what_is_shown_and_forward_ends_at_the_present(view: TrendView) -> None:
    view.toolbar.back.click()
    assert view.state.time_range == TimeRange(NOW_S - 2 * 86400, NOW_S - 86400)
    assert not view.state.follows
    assert view.state.preset is Preset.DAY
    view.toolbar.back.click()
    view.toolbar.forward.click()
    assert view.state.time_range.end_s == NOW_S - 86400
    view.toolbar.forward.click()
    assert view.state.time_range.end_s == NOW_S
    assert view.state.follows


def test_dragging_moves_the_time_and_ends_following(view: TrendView, qtbot: QtBot) -> None:
    view.plot.dragged.emit(-3600.0)
    qtbot.waitUntil(lambda: not view.toolbar.follow.isChecked())
    assert view.state.time_range == TimeRange(NOW_S - 86400 - 3600, NOW_S - 3600)
    assert not view.state.follows


def test_the_wheel_zooms_around_the_mouse(view: TrendView, qtbot: QtBot) -> None:
    view.state.set_follow(False)
    view.plot.zoomed.emit(0.5, NOW_S - 21600.0)
    assert view.state.time_range == TimeRange(NOW_S - 21600 - 32400, NOW_S - 21600 + 10800)
    assert not view.state.follows
    assert view.state.preset is None


def send_mouse(view: TrendView, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    viewport = view.plot.viewport()
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, at, QPointF(viewport.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def test_the_mouse_drags_and_the_wheel_zooms_what_is_under_it(
    view: TrendView, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", 0)  # the test's hand is quicker
    view.state.add([SAT, FAN])
    settle(view)
    for box in (view.plot._curve_box, view.plot._lane_box):
        view.state.set_follow(True)
        place = box.sceneBoundingRect()
        left, right = QPointF(place.left() + 100, place.center().y()), QPointF(place.left() + 300, place.center().y())
        send_mouse(view, QEvent.Type.MouseButtonPress, left, Qt.MouseButton.LeftButton)
        for step in range(1, 11):
            send_mouse(view, QEvent.Type.MouseMove, left + (right - left) * step / 10, Qt.MouseButton.LeftButton)
        send_mouse(view, QEvent.Type.MouseButtonRelease, right, Qt.MouseButton.LeftButton)
        view.draw_now()
        moved_px = (NOW_S - view.state.time_range.end_s) / 86400 * place.width()
        assert moved_px == pytest.approx(200, abs=25), "some pixels pass until a press is taken for a drag"
        assert view.state.time_range.length_s == pytest.approx(86400)

        under_mouse_s = view.state.time_range.start_s + view.state.time_range.length_s * 300 / place.width()
        wheel = QWheelEvent(
            right,
            QPointF(view.plot.viewport().mapToGlobal(right)),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.plot.viewport(), wheel)
        view.draw_now()
        assert view.state.time_range.length_s == pytest.approx(86400 / 1.25)
        share = (under_mouse_s - view.state.time_range.start_s) / view.state.time_range.length_s
        assert share * place.width() == pytest.approx(300, abs=2)
        view.state.show_preset(Preset.DAY)


@offscreen_popup
def test_the_right_button_opens_the_menu(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    at = view.plot._curve_box.sceneBoundingRect().center()
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        send_mouse(view, kind, at, Qt.MouseButton.RightButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Follow the present" in [action.text() for action in menu.actions()]
    menu.close()


def test_zooming_stops_at_a_minute_and_at_five_years(view: TrendView) -> None:
    for _ in range(60):
        view.state.zoom(0.5)
    assert view.state.time_range.length_s == pytest.approx(60)
    for _ in range(60):
        view.state.zoom(2)
    assert view.state.time_range.length_s == pytest.approx(5 * 366 * 86400)


def test_nobody_gets_lost_in_a_time_without_history(view: TrendView) -> None:
    for windows in (-9000, 100_000):
        view.state.show_range(TimeRange(NOW_S + windows * 86400.0, NOW_S + (windows + 1) * 86400.0))
        assert datetime(1999, 12, 30).timestamp() < view.state.time_range.start_s
        assert view.state.time_range.end_s < datetime(2100, 1, 3).timestamp()
        assert view.state.time_range.length_s == 86400
    view.restore_state({"follow": False, "end_s": 1e300})
    assert view.state.time_range == TimeRange(NOW_S - 86400, NOW_S)


@offscreen_popup
def test_a_typed_time_is_shown_by_enter(view: TrendView, qtbot: QtBot) -> None:
    view.toolbar.shown_time.click()
    popup = view.toolbar.popup
    assert popup.isVisible()
    shown = TimeRange(datetime(2025, 10, 29, 6, 0).timestamp(), datetime(2025, 10, 29, 8, 0).timestamp())
    popup.start.setText("2025-10-29 06:00")
    popup.end.setText("8:00")
    qtbot.keyClick(popup.end, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert view.state.time_range == shown
    assert not view.state.follows


@offscreen_popup
def test_what_is_typed_wrongly_is_said_in_a_sentence_and_changes_nothing(view: TrendView, qtbot: QtBot) -> None:
    before = view.state.shown
    view.toolbar.shown_time.click()
    popup = view.toolbar.popup
    for start, end, said in (
        ("2025-10-29 6:00", "5:00", "after the beginning"),
        ("soon", "5:00", "“soon” is no time"),
        ("2099-01-01", "2099-01-02", "still to come"),
    ):
        popup.start.setText(start)
        popup.end.setText(end)
        qtbot.keyClick(popup.start, Qt.Key.Key_Return)
        assert said in popup.message.text()
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert view.state.shown == before


@offscreen_popup
def test_yesterday_is_two_clicks_or_one_key_away(view: TrendView, qtbot: QtBot) -> None:
    yesterday = view.state.calendar.around(Span.DAY, NOW_S, -1)
    view.toolbar.shown_time.click()
    next(offer for offer in view.toolbar.popup.offers if offer.text() == "Yesterday").click()
    assert view.state.time_range == yesterday
    qtbot.keyClick(view, Qt.Key.Key_T)
    assert view.state.span is Span.DAY
    assert view.state.follows
    qtbot.keyClick(view, Qt.Key.Key_Y)
    assert view.state.time_range == yesterday


def test_the_tool_bar_has_room_beside_t3000(view: TrendView) -> None:
    assert view.toolbar.minimumSizeHint().width() <= 640, "of a window of 960 px, half of Full HD"
    view.resize(640, 400)
    QApplication.processEvents()
    buttons = view.toolbar.findChildren(QToolButton)
    assert all(button.geometry().right() < 640 and button.width() >= 20 for button in buttons)
    assert view.toolbar.shown_time.width() >= 160


@offscreen_popup
def test_two_clicks_in_the_calendar_choose_the_days_between(view: TrendView) -> None:
    view.toolbar.shown_time.click()
    popup = view.toolbar.popup
    popup.calendar.clicked.emit(QDate(2025, 10, 27))
    assert popup.range == view.state.calendar.days(date(2025, 10, 27))
    popup.calendar.clicked.emit(QDate(2025, 10, 29))
    assert popup.range == view.state.calendar.days(date(2025, 10, 27), 3)
    popup.hide()


def test_fit_data_shows_all_readings_of_the_points(view: TrendView, qtbot: QtBot, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    view.state.show_range(TimeRange(NOW_S - 90 * 86400.0, NOW_S - 80 * 86400.0))
    qtbot.keyClick(view, Qt.Key.Key_F)
    settle(view)
    assert view.state.follows, "the newest reading is of now"
    assert view.state.time_range.start_s == pytest.approx(NOW_S - HOURS * 3600 * 1.02)


def test_a_new_site_shows_what_there_is_until_another_time_is_chosen(
    qtbot: QtBot, history: History, clock: Clock, loop: asyncio.AbstractEventLoop, settle: Settle
) -> None:
    view = TrendView(history.load, clock, spawn=loop.create_task)
    qtbot.addWidget(view)
    assert view.state.time_range.length_s == 86400, "nothing is known yet"
    view.state.add([SAT])
    settle(view)
    assert view.state.time_range.length_s == pytest.approx(HOURS * 3600 * 1.02)
    view.state.show_preset(Preset.DAY)
    assert view.state.time_range.length_s == 86400
    view.loader.cancel()


def test_keys_move_zoom_and_follow(view: TrendView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.state.time_range.end_s == NOW_S - 8640
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.state.time_range.end_s == NOW_S
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.state.time_range.length_s == pytest.approx(86400 / 1.5)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.state.time_range.length_s == pytest.approx(86400)
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert view.state.time_range.end_s == pytest.approx(NOW_S - 86400)
    assert not view.state.follows
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.state.time_range.end_s == NOW_S
    assert view.state.follows


def test_a_click_into_the_plot_gives_the_view_the_keys(view: TrendView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.toolbar.back.setFocus()
    qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert QApplication.focusWidget() is view


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


def test_the_list_names_the_site_of_a_point_where_there_are_several(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    row = LegendRow(view.legend, SAT)
    here = replace(panel(NOW_S), site="Office")
    view.describe(snapshot(here))
    assert row.small == "AHU-1 · Supply air temperature"
    view.describe(snapshot(here, device(2, 2, site="Plant")))
    assert row.small == "AHU-1 · Office · Supply air temperature"
    assert row.tip.startswith("AHU-1 SAT\nOffice\nSupply air temperature")


def test_a_point_that_is_not_recorded_says_so_in_the_list(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    view.describe(snapshot(panel(NOW_S)))
    settle(view)
    row = LegendRow(view.legend, SAT)
    view.set_recording(Recording.of([SERIAL], ["INPUT"]))
    assert row.small == "not recorded · AHU-1 · Supply air temperature"
    assert "shown but not stored" in row.tip
    view.set_recording(Recording.of([], ["INPUT"]))
    assert row.small == "AHU-1 · Supply air temperature"
    assert row.tip.startswith("AHU-1 SAT\nSupply air temperature\nIn sight")


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


def test_the_legend_tells_names_and_present_values(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, FAN])
    settle(view)
    row = LegendRow(view.legend, SAT)
    assert (row.label, row.small, row.value) == ("SAT", "237219", "")
    view.describe(snapshot(panel(NOW_S)))
    assert (row.label, row.small) == ("SAT", "AHU-1 · Supply air temperature")
    assert row.value == f"{inputs(NOW_S)[0].value:.2f} °C"
    assert LegendRow(view.legend, FAN).value in ("On", "Off")
    spoken = row.data(Column.NAME, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith(f"AHU-1 SAT, AHU-1 · Supply air temperature, Now {row.value}")
    assert row.data(Column.REMOVE, Qt.ItemDataRole.AccessibleTextRole) == "Remove AHU-1 SAT"


def test_what_is_chosen_in_the_list_is_drawn_and_its_figures_are_those_of_the_time_in_sight(
    view: TrendView, settle: Settle
) -> None:
    unread = PointKey(SERIAL, PointType.VARIABLE, 9)
    view.state.add([SAT, CO2, FAN, unread])
    settle(view)
    view.legend.style_chosen.emit(SAT, Style(3, 1, 2))
    view.legend.moved.emit(CO2, SAT, 0)
    view.legend.grouped_changed.emit(True)
    view.legend.pointed_at.emit(SAT)
    assert [drawn.key for drawn in view.traces.drawn(NOW_S)] == [CO2, SAT, FAN, unread]
    assert view.traces.drawn(NOW_S)[1].style == Style(3, 1, 2)
    assert view.plot._active == SAT
    rows = [row if isinstance(row, str) else row.key for row in view.legend.model().rows]
    assert rows == ["ppm", CO2, "°C", SAT, "States", FAN, unread]

    assert LegendRow(view.legend, SAT).figures == [""] * 4, "nothing is computed while something may move"
    view.readout.figures.compute_now()
    (series,) = view.traces[SAT].series
    lowest, _, highest, known = LegendRow(view.legend, SAT).figures
    assert (lowest, highest) == (f"{series.values.min():.2f}", f"{series.values.max():.2f}")
    assert known == "◔ 21 %", "5 h and a little of 24"
    assert LegendRow(view.legend, unread).figures == ["", "", "", "◔ 0 %"]


def test_a_value_that_is_not_of_the_present_says_so_in_the_legend(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    view.describe(snapshot(panel(NOW_S)))
    row = LegendRow(view.legend, SAT)
    value = row.value
    view.set_now(NOW_S + 299, 30)
    assert (row.value, row.value_is_muted) == (value, False)
    view.set_now(NOW_S + 301, 30)
    assert (row.value, row.value_is_muted) == (f"◐ {value}", True)
    assert row.small == "stale · AHU-1 · Supply air temperature"
    view.describe(snapshot())
    assert row.value == f"○ {value}"
    assert row.small == "no answer · AHU-1 · Supply air temperature"
    view.describe(snapshot(panel(NOW_S)))
    view.set_now(NOW_S, 30)
    assert (row.value, row.value_is_muted) == (value, False)
    assert row.small == "AHU-1 · Supply air temperature"


def test_the_crosshair_reads_every_point_at_its_time(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, FAN])
    settle(view)
    at_s = NOW_S - 3600
    view.plot.hovered.emit(float(at_s + 100))  # between two samples: the one before counts
    sat, co2, _, _, fan, _ = inputs(at_s)
    assert LegendRow(view.legend, SAT).value == f"{sat.value:.2f} °C"
    assert LegendRow(view.legend, CO2).value == f"{co2.value:.2f} ppm"
    assert LegendRow(view.legend, FAN).value == fan.value_text
    assert view.plot.time_axis.cursor_text
    assert heading(view) == clock_text(at_s + 100)
    view.state.show_preset(Preset.WEEK)
    view.plot.hovered.emit(float(at_s))
    assert heading(view) == f"{datetime.fromtimestamp(at_s):%m-%d} {clock_text(at_s, seconds=False)}"
    view.plot.hovered.emit(None)
    assert LegendRow(view.legend, SAT).value == ""
    assert heading(view) == "Now"
    assert view.plot.time_axis.cursor_text == ""


def test_the_crosshair_says_that_there_is_no_reading_in_holes(view: TrendView, settle: Settle, clock: Clock) -> None:
    view.state.add([SAT, FAN])
    settle(view)
    for hole_s in (HOLE_S[0] + 1200, NOW_S - HOURS * 3600 - 60):
        view.state.set_cursor(float(hole_s))
        assert LegendRow(view.legend, SAT).value == "no reading"
        assert LegendRow(view.legend, FAN).value == "no reading"
    clock.now_s += 7200  # since then nothing was read
    view.state.set_follow(True)
    view.state.set_cursor(NOW_S + 3600.0)
    assert LegendRow(view.legend, SAT).value == "no reading"


def test_the_mouse_over_the_plot_moves_the_crosshair(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    box = view.plot._curve_box.sceneBoundingRect()
    view.plot.scene().sigMouseMoved.emit(QPointF(box.center().x(), box.center().y()))
    assert view.state.cursor_s == pytest.approx(NOW_S - 43200 + 432, abs=200), "beside the present there is a sliver"
    view.plot.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert view.state.cursor_s is None
    view.plot.scene().sigMouseMoved.emit(box.center())
    QApplication.sendEvent(view.plot, QEvent(QEvent.Type.Leave))
    assert view.state.cursor_s is None


def test_keys_move_the_crosshair_from_sample_to_sample(view: TrendView, settle: Settle, qtbot: QtBot) -> None:
    view.state.add([SAT])
    settle(view)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S - INTERVAL_S
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.state.cursor_s is None


def test_a_hidden_point_stays_in_the_legend_but_leaves_the_plot(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, FAN])
    settle(view)
    for key in (CO2, FAN):
        LegendRow(view.legend, key).click(Column.SHOWN)
    assert lines(view.plot, CO2) == []
    assert list(view.plot.value_axes) == ["°C"]
    assert lane_names(view) == []
    assert view.state.points == [SAT, CO2, FAN]
    LegendRow(view.legend, CO2).click(Column.SHOWN)
    assert drawn(view, CO2)[0].size
    assert message(view) == ""
    for key in (SAT, CO2):
        LegendRow(view.legend, key).click(Column.SHOWN)
    assert message(view) == "All points are hidden: tick one in the list"


def test_a_point_is_removed_by_its_button_and_by_the_menu(view: TrendView, settle: Settle, qtbot: QtBot) -> None:
    view.state.add([SAT, CO2, FAN])
    view.describe(snapshot(panel(NOW_S)))
    settle(view)
    with qtbot.waitSignal(view.points_changed):
        LegendRow(view.legend, CO2).click(Column.REMOVE)
    assert view.state.points == [SAT, FAN]
    menu = view.context_menu()
    (removing,) = [action.menu() for action in menu.actions() if action.text() == "Remove"]
    assert [action.text() for action in removing.actions()] == ["AHU-1 SAT", "AHU-1 FAN"]
    removing.actions()[1].trigger()
    assert view.state.points == [SAT]
    view.state.remove_all()
    assert view.state.points == []
    assert message(view) == "Double-click or drag a point here to plot it"


def test_a_point_that_was_removed_and_added_again_has_its_history(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    before = drawn(view, CO2)[0].size
    view.state.remove(CO2)
    view.state.add([CO2])
    settle(view)
    assert drawn(view, CO2)[0].size == before


def test_what_was_removed_comes_back_with_undo_and_goes_with_redo(
    view: TrendView, settle: Settle, qtbot: QtBot
) -> None:
    view.state.add([SAT, CO2])
    view.state.set_hidden(CO2, True)
    settle(view)
    before = drawn(view, SAT)[0].size
    LegendRow(view.legend, SAT).click(Column.REMOVE)
    view.state.remove_all()
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settle(view)
    assert [(chosen.key, chosen.hidden) for chosen in view.state.series] == [(SAT, False), (CO2, True)]
    assert drawn(view, SAT)[0].size == before
    QApplication.processEvents()
    assert LegendRow(view.legend, CO2).y - LegendRow(view.legend, SAT).y > 0, "each where it was"
    qtbot.keyClick(view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert view.state.points == [CO2]


def test_undo_by_key_and_menu_shows_the_time_before(view: TrendView, qtbot: QtBot) -> None:
    def entries() -> list[QAction]:
        return [action for action in view.context_menu().actions() if "do\tCtrl" in action.text()]

    assert [(entry.text(), entry.isEnabled()) for entry in entries()] == [
        ("Undo\tCtrl+Z", False),
        ("Redo\tCtrl+Y", False),
    ]
    assert not view.toolbar.undo.isEnabled()
    view.toolbar.presets[Preset.WEEK].click()
    view.toolbar.back.click()
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.toolbar.follow.isChecked()
    assert view.state.time_range == TimeRange(NOW_S - 7 * 86400, NOW_S)
    entries()[0].trigger()
    assert view.toolbar.presets[Preset.DAY].isChecked()
    entries()[1].trigger()
    assert view.toolbar.presets[Preset.WEEK].isChecked()
    view.toolbar.undo.click()
    assert view.toolbar.presets[Preset.DAY].isChecked()
    view.toolbar.redo.click()
    assert view.toolbar.presets[Preset.WEEK].isChecked()


def test_after_a_click_into_the_list_the_keys_are_the_plots(view: TrendView, settle: Settle, qtbot: QtBot) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    view.activateWindow()
    view.toolbar.back.setFocus()
    LegendRow(view.legend, SAT).click(Column.REMOVE)
    assert view.state.points == [CO2]
    assert QApplication.focusWidget() is view
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.state.points == [SAT, CO2]


def test_lanes_of_equal_names_tell_their_panels(view: TrendView, settle: Settle) -> None:
    other = PointKey(SERIAL, PointType.INPUT, 6)
    view.state.add([FAN, other])
    settle(view)
    alike = tuple(entry._replace(label="FAN") for entry in inputs(NOW_S))
    view.describe(snapshot(device(SERIAL, panel_name="AHU-1", inputs=alike, input_logging_time=NOW_S)))
    assert lane_names(view) == ["AHU-1 FAN (IN5)", "AHU-1 FAN (IN6)"]


def test_dragged_points_are_taken_and_other_things_are_not(view: TrendView, settle: Settle) -> None:
    def drag(mime: QMimeData) -> bool:
        mouse = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        entering = QDragEnterEvent(QPoint(300, 200), *mouse)
        entering.ignore()
        QApplication.sendEvent(view, entering)
        if entering.isAccepted():
            QApplication.sendEvent(view, QDropEvent(QPointF(300, 200), *mouse))
        return entering.isAccepted()

    text, broken = QMimeData(), QMimeData()
    text.setText("IN1")
    broken.setData(POINTS_MIME_TYPE, b"[[1, 2")
    assert not drag(text)
    assert not drag(broken)
    assert view.state.points == []
    assert drag(encode_point_keys([SAT, FAN]))
    assert view.state.points == [SAT, FAN]
    assert not view.plot.acceptDrops(), "the plot would swallow what is meant for the view"


def test_state_survives_json_and_a_restart(
    view: TrendView, settle: Settle, history: History, clock: Clock, loop: asyncio.AbstractEventLoop, qtbot: QtBot
) -> None:
    view.state.add([SAT, FAN, CO2])
    view.state.set_hidden(FAN, True)
    view.state.show_preset(Preset.WEEK)
    saved = json.loads(json.dumps(view.save_state()))
    clock.now_s += 1000
    other = TrendView(history.load, clock, spawn=loop.create_task)
    qtbot.addWidget(other)
    other.restore_state(saved)
    assert other.state.points == [SAT, FAN, CO2]
    assert [chosen.hidden for chosen in other.state.series] == [False, True, False]
    assert other.state.preset is Preset.WEEK
    assert other.state.follows
    assert other.state.time_range == TimeRange(NOW_S + 1000 - 7 * 86400, NOW_S + 1000)
    settle(other)


def test_a_time_in_the_past_is_restored_as_it_was(view: TrendView, clock: Clock) -> None:
    view.state.show_range(TimeRange(NOW_S - 9000.0, NOW_S - 4000.0))
    saved = json.loads(json.dumps(view.save_state()))
    view.state.set_follow(True)
    view.state.show_preset(Preset.MONTH)
    clock.now_s += 500
    view.restore_state(saved)
    assert view.state.time_range == TimeRange(NOW_S - 9000, NOW_S - 4000)
    assert not view.state.follows


def test_a_state_that_makes_no_sense_is_left_out(view: TrendView) -> None:
    senseless: list[dict[str, Any]] = [
        {},
        {"points": 7, "hidden": None, "preset": [], "length_s": "long", "end_s": "x", "follow": 0, "splitter": [1]},
        {"points": [[1], ["a", "INPUT", 1], [1, "PUMP", 1], {"a": 1}], "length_s": -5, "preset": "3y"},
        {"length_s": math.inf, "end_s": math.nan, "follow": False, "preset": True},
        {"length_s": 1e30, "end_s": None, "follow": False, "splitter": ["a", "b"]},
        {"splitter": [1e300, 2]},
    ]
    for state in senseless:
        view.restore_state(state)
        assert view.state.points == [], state
        assert view.state.follows, state
        assert view.state.time_range.end_s == NOW_S, state
    assert 60 <= view.state.time_range.length_s <= 5 * 366 * 86400


def test_another_theme_changes_the_colours_and_keeps_the_lines(
    view: TrendView, settle: Settle, qapp: QApplication
) -> None:
    apply_theme(qapp, LIGHT)
    view.state.add([SAT, FAN])
    settle(view)
    count = drawn(view, SAT)[0].size
    light = view.grab().toImage().pixelColor(300, 200)
    apply_theme(qapp, DARK)
    QApplication.sendPostedEvents()
    dark = view.grab().toImage().pixelColor(300, 200)
    assert light.lightness() > 200 > 60 > dark.lightness()
    assert view.plot.lanes[0].colour == DARK.curves[1]
    assert drawn(view, SAT)[0].size == count


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


def test_a_sample_between_two_holes_is_a_dot(view: TrendView, settle: Settle, tmp_path: Path, history: History) -> None:
    file = tmp_path / "sparse.db"
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    for time_s in (NOW_S - 9000, NOW_S - 6000, NOW_S - 5700, NOW_S - 1000):
        with writer.cycle(INTERVAL_S) as transaction:
            transaction.log(panel(time_s))
            transaction.record(report())
    database.close()
    history._reader = HistoryReader(sqlite_url(file))
    view.state.add([SAT])
    settle(view)
    (curve,) = view.plot._curves.values()
    assert curve.line.times_s[curve.line.alone].tolist() == [NOW_S - 9000, NOW_S - 1000]


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
