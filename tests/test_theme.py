"""The theme: what it draws that the style does not, and that a window takes another one."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.reader import Series
from t3monitor.ui.activity.log_model import LogLine
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.kit.layout import splitter
from t3monitor.ui.kit.search import SearchBox
from t3monitor.ui.kit.theme import DARK, LIGHT, Theme, apply_theme
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.points.filter_bar import PointsFilterBar
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


def luminance(colour: QColor) -> float:
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_borders_of_what_is_to_be_found_are_drawn_with_a_contrast_of_three_to_one(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    apply_theme(qapp, theme)
    around = theme.window, theme.base
    panes = splitter(Qt.Orientation.Vertical, (QWidget(), 1), (QWidget(), 1))
    filters = PointsFilterBar(SearchBox(""))
    outlined = QLineEdit(), QSpinBox(), QComboBox(), QPushButton("OK"), filters, panes
    for widget in outlined:
        qtbot.addWidget(widget)
        widget.resize(160, 40)
        widget.show()
        widget.clearFocus()
        image = widget.grab().toImage()
        x = filters.findChildren(QToolButton)[0].x() + 20 if widget is filters else 60
        column = [image.pixelColor(x, y) for y in range(image.height())]
        seen = max(min(contrast(colour, other) for other in around) for colour in column)
        assert seen >= 3, type(widget).__name__
    assert all(contrast(theme.accent, other) >= 3 for other in around), "the mark of the focus"
    bar = QWidget()
    qtbot.addWidget(bar)
    button = QToolButton(bar, autoRaise=True)
    button.setText("Sync once")
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    button.clearFocus()
    assert theme.accent.name() not in drawn_colours(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert theme.accent.name() in drawn_colours(button)
    assert all(contrast(theme.muted, other) >= 4.5 for other in around), "text"


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
