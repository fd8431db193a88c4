"""The time in sight: presets, arrows, mouse and keys, the calendar, typed times, and the way back."""

import asyncio
from datetime import date, datetime

import pytest
from PySide6.QtCore import QDate, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from t3monitor.ui.trend.shown import ZoneChoice
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import Preset, TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    FAN,
    HOURS,
    SAT,
    Clock,
    History,
    Settle,
    clock,
    file,
    history,
    offscreen_popup,
    panel,
    settle,
    view,
)
from values import NOW_S, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


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


def test_no_time_to_come_is_on_the_axis_beside_the_word_for_the_present(view: TrendView, clock: Clock) -> None:
    view.state.set_zone(ZoneChoice.UTC)
    view.state.show_preset(Preset.MONTH)
    clock.now_s += 86_400 - clock.now_s % 86_400 - 3600  # an hour before midnight, which is less than the sliver
    view._follow_timer.timeout.emit()
    view.draw_now()
    assert view.state.drawn_range.end_s > clock.now_s + 3600
    ticks = view.plots.foot.time_axis.ticks
    assert len(ticks) > 3
    assert ticks[-1].utc_s <= clock.now_s


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


def test_the_mouse_drags_and_the_wheel_zooms_what_is_under_it(view: TrendView, settle: Settle) -> None:
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
def test_enter_over_unchanged_times_goes_on_to_follow_the_present_also_in_another_zone(
    view: TrendView, qtbot: QtBot
) -> None:
    view.toolbar.shown_time.click()
    popup = view.toolbar.popup
    popup.zone.activated.emit(popup.zone.findData(ZoneChoice.UTC))
    qtbot.keyClick(popup.zone, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert view.state.shown.zone is ZoneChoice.UTC
    assert view.state.follows


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
