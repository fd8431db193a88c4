"""The Help menu: the list of keys is what the window does, and About names the versions."""

from pathlib import Path
from string import ascii_uppercase, digits
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QFont, QGuiApplication, QKeyEvent, QKeySequence
from pytestqt.qtbot import QtBot

from t3monitor import __version__
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.help import AboutDialog, GuideDialog, KeysDialog, keys_text
from t3monitor.ui.keys import table_keys, trend_keys, window_keys
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.trend.actions import act_on_key
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState
from values import NOW_S

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
# All that a hand may press with the trend in focus.
CANDIDATES = [
    *"Left Right Up Down PgUp PgDown Home End + - Esc Space Tab Del Backspace Return Shift+Up Shift+Down".split(),
    *ascii_uppercase,
    *digits,
    *(f"Ctrl+{letter}" for letter in ascii_uppercase),
]


async def nothing(*_: Any) -> dict[Any, Any]:
    return {}


def test_the_list_has_every_key_of_the_windows_actions(qtbot: QtBot, tmp_path: Path) -> None:
    from t3monitor.ui.trend.view import TrendView

    window = MainWindow(
        TrendView(nothing, lambda: float(NOW_S), spawn=lambda load: load.close()), ActivityPane(tmp_path)
    )
    qtbot.addWidget(window)
    shortcuts = {
        key.toString(QKeySequence.SequenceFormat.PortableText)
        for action in window.findChildren(QAction)
        for key in action.shortcuts()
    }
    listed = {key for keys in (*window_keys(), *table_keys()) for key in keys.keys}
    assert shortcuts <= listed
    assert {key for keys in window_keys() for key in keys.keys} <= shortcuts


def test_the_list_has_every_key_of_the_trend_and_no_other() -> None:
    def is_heard(key: str) -> bool:
        state = TrendState(lambda: float(NOW_S), lambda _: None)
        state.add([PointKey(1, PointType.INPUT, 1)])
        state.set_cursor(NOW_S - 60)
        pressed = QKeySequence(key)[0]
        event = QKeyEvent(QEvent.Type.KeyPress, pressed.key(), pressed.keyboardModifiers())
        return act_on_key(event, state, Traces(), lambda: None, lambda: None, lambda _: None)

    listed = {key for keys in trend_keys() for key in keys.keys}
    assert {key for key in {*CANDIDATES, *listed} if is_heard(key)} == listed


def test_the_dialogs_show_keys_and_versions(qtbot: QtBot) -> None:
    keys, about = KeysDialog(), AboutDialog()
    for dialog in (keys, about):
        qtbot.addWidget(dialog)
        dialog.show()
    assert keys.list.findItems("Shift+F6", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert all(keys_text(its) for its in (*window_keys(), *table_keys(), *trend_keys()))
    about.copy.click()
    assert f"T3 Monitor {__version__}" in QGuiApplication.clipboard().text()
    assert "Python" in QGuiApplication.clipboard().text()


def test_the_guide_is_read_in_the_window_and_its_links_lead_on(qtbot: QtBot) -> None:
    guide = GuideDialog()
    qtbot.addWidget(guide)
    text = guide.pages.toPlainText()
    assert "Find a point" in text
    assert "\ufffc" not in text, "a picture"
    assert "1 November 2026 in New York" not in text, "nor the table of one"
    guide.show()
    qtbot.waitUntil(lambda: guide.pages.verticalScrollBar().maximum() > 0)
    guide.pages.setSource(QUrl("#compare-days"))
    at_the_top = guide.pages.cursorForPosition(QPoint(20, 12))
    assert at_the_top.block().text() == "Compare days"
    assert at_the_top.charFormat().fontWeight() > QFont.Weight.Normal, "it looks like a heading"
    guide.pages.setSource(QUrl("outcomes.md"))
    assert "no new data" in guide.pages.toPlainText().replace("_", " ")
