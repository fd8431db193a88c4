"""The theme: what it draws that the style does not, and that a window takes another one."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.reader import Series
from t3monitor.ui.activity.log_model import LogLine
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.kit.theme import DARK, LIGHT, Theme, apply_theme
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, snapshot


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_boxes_and_rings_have_an_outline_and_are_filled_when_ticked(
    qtbot: QtBot, qapp: QApplication, theme: Theme, kind: type[QAbstractButton]
) -> None:
    apply_theme(qapp, theme)
    button = kind()
    qtbot.addWidget(button)
    assert theme.muted.name() in drawn_colours(button)
    assert theme.accent.name() not in drawn_colours(button)
    button.setChecked(True)
    assert theme.accent.name() in drawn_colours(button)
    if kind is QCheckBox:
        assert theme.accent_text.name() in drawn_colours(button), "the tick is drawn"


def test_a_window_in_another_theme_looks_like_one_that_began_with_it(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    def window() -> MainWindow:
        window = MainWindow(TrendView(no_history, lambda: float(NOW_S), spawn=never), ActivityPane(tmp_path))
        qtbot.addWidget(window)
        window.banner.say("Nothing is recorded")
        window.devices.filter_button.setChecked(True)
        window.activity_action.trigger()
        window.activity.log.model.append_lines([LogLine(NOW_S, level, "line") for level in (10, 30, 40)])
        silent = device(9, panel_id=9, panel_name="Roof")
        window.devices.apply(snapshot(device(), silent))
        window.devices.apply(snapshot(device()))
        window.points.apply(snapshot(device()))
        window.trend.state.add([PointKey(device().serial_number, PointType.INPUT, 1)])
        window.trend.describe(snapshot(device()))
        for pane in (window.devices, window.points, window.trend):
            pane.set_now(NOW_S + 400, 30)
        window.resize(700, 450)
        window.show()
        return window

    apply_theme(qapp, LIGHT)
    changed = window()
    first = pictures(changed)
    apply_theme(qapp, DARK)
    began_with_it = window()
    pictures(began_with_it)  # the first one lays it out
    assert pictures(changed) == pictures(began_with_it) != first


async def no_history(*_: object) -> dict[PointKey, tuple[Series, ...]]:
    return {}


def never(coroutine: Coroutine[Any, Any, None]) -> None:
    coroutine.close()


def pictures(window: MainWindow) -> list[QImage]:
    """The window, and the page of the first start, which takes its place."""
    window.trend.state.set_cursor(None)  # where the mouse happens to be
    found = []
    for welcome in (False, True):
        window.show_welcome(shown=welcome)
        found.append(window.grab().toImage())
    return found
