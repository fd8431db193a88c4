"""What is shown is put in and taken away, comes back by undo, and is remembered."""

import asyncio
import json
import math
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.ui.points.mime import POINTS_MIME_TYPE, encode_point_keys
from t3monitor.ui.trend.legend.legend_model import Column
from t3monitor.ui.trend.time.time_range import Preset, TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
    FAN,
    SAT,
    Clock,
    History,
    Settle,
    clock,
    drawn,
    file,
    history,
    message,
    panel,
    settle,
    view,
)
from values import NOW_S, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


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
