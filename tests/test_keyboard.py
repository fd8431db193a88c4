"""The window without a mouse or a screen: every stop of the Tab key has a name, and they follow the eye."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QTabWidget
from pytestqt.qtbot import QtBot

from programs import Run, opened
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.help import AboutDialog, GuideDialog, KeysDialog
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.notes.dialog import NoteDialog
from t3monitor.ui.trend.legend.style_popup import StylePopup
from t3monitor.ui.trend.view import TrendView
from tab_stops import names, stops
from values import NOW_S, device, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
IN1 = PointKey(237219, PointType.INPUT, 1)


async def nothing(*_: Any) -> dict[Any, Any]:
    return {}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window = MainWindow(
        TrendView(nothing, lambda: float(NOW_S), spawn=lambda load: load.close()), ActivityPane(tmp_path)
    )
    qtbot.addWidget(window)
    window.apply_snapshot(snapshot(device()))
    window.trend.state.add([IN1])
    window.activity_action.trigger()
    window.show()
    QCoreApplication.processEvents()
    return window


def test_every_stop_of_the_window_has_a_name_and_they_follow_the_eye(window: MainWindow) -> None:
    found = names(window)
    in_order = (
        *("Sync once", "Panels", "Search points", "Inputs", "Points"),
        *("24 h", "Export", "Trend", "Plotted points", "Search the log", "Log lines"),
    )
    places = [found.index(name) for name in in_order]
    assert places == sorted(places)
    assert next(place for place, name in enumerate(found) if name.startswith("State of the link")) < places[1]
    assert found.index("Progress of the sync cycle") > places[-1]


def test_in_no_menu_of_the_window_two_entries_have_one_letter(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(link=LinkName.WEBAPI, auto_start=False)) as program:
            bar = program.window.menuBar()
            menus = [menu for action in bar.actions() if isinstance(menu := action.menu(), QMenu)]
            assert len(menus) == 4
            for actions in (bar.actions(), *(menu.actions() for menu in menus)):
                letters = [QKeySequence.mnemonic(its.text()).toString() for its in actions if not its.isSeparator()]
                assert len(letters) == len(set(letters)), letters

    run(scenario())


def test_every_stop_of_what_opens_above_the_window_has_a_name(window: MainWindow, qtbot: QtBot) -> None:
    window.trend.more.show_xy()
    assert window.trend.more.xy
    note = Note(NOW_S, None, None, "", "", NOW_S, NOW_S)
    for above in (
        window.trend.toolbar.popup,
        window.trend.more.xy,
        NoteDialog(note, {}, None, NOW_S, window),
        window.trend.more.day_dialog([IN1]),
        StylePopup(window),
        GuideDialog(window),
        KeysDialog(window),
        window.trend.more.expression_dialog(),
        AboutDialog(window),
    ):
        above.setWindowFlags(Qt.WindowType.Window)  # the off-screen platform cannot show a popup
        above.show()
        QCoreApplication.processEvents()
        assert len(names(above)) > 1
        above.close()


def test_whatever_has_the_keys_shows_it(window: MainWindow, qtbot: QtBot) -> None:
    apply_theme(QApplication.instance(), LIGHT)  # type: ignore[arg-type]  # the test has one
    with qtbot.waitActive(window):
        window.activateWindow()
    unmarked = []
    for stop in stops(window):
        if stop.isEnabled():
            window.setFocus()
            before = stop.grab().toImage()
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
            if stop.grab().toImage() == before and stop is not window.trend:  # whose plots do
                unmarked.append(stop.accessibleName())
    assert not unmarked
    window.trend.setFocus()
    assert window.trend.plots.property("focused")


def test_no_two_things_in_the_window_have_one_letter(window: MainWindow) -> None:
    tabs = window.findChild(QTabWidget)
    assert isinstance(tabs, QTabWidget)
    buttons = (its for its in window.findChildren(QAbstractButton) if not window.welcome.isAncestorOf(its))
    texts = [
        *(action.text() for action in window.menuBar().actions()),
        *(tabs.tabText(place) for place in range(tabs.count())),
        *(button.text() for button in buttons),
    ]
    letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text.replace("&&", "")]
    assert len(letters) > 6
    assert sorted(set(letters)) == sorted(letters)


def test_one_key_leads_to_the_plot(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window.points.table, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert window.trend.hasFocus()


def test_the_window_begins_with_the_points_and_its_first_page_with_the_way_that_needs_nothing(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    assert window.focusWidget() is window.points.table
    window.show_welcome(shown=True)
    assert window.focusWidget() is window.welcome.demo
    window.show_welcome(shown=False)
    assert window.focusWidget() is window.points.table


def test_enter_leads_from_a_panel_to_its_points_and_from_a_point_into_the_trend(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.trend.state.remove_all()
    window.devices.choose(237219)
    window.devices.tree.setFocus()
    qtbot.keyClick(window.devices.tree, Qt.Key.Key_Return)
    assert window.points.table.hasFocus()
    qtbot.keyClick(window.points.table, Qt.Key.Key_Return)
    assert window.trend.state.points == [IN1]


def test_the_plot_is_told_in_words_when_it_has_come_to_rest(window: MainWindow) -> None:
    window.set_now(NOW_S, 0.0, 30)
    window.apply_snapshot(snapshot(device()))
    window.trend.spoken.tell()
    said = window.trend.accessibleDescription()
    assert "following the present" in said
    assert "Panel 1 L1" in said
    assert "20.50 °C" in said
    window.trend.state.set_hidden(IN1, True)
    assert window.trend.accessibleDescription() == said, "not while it moves"
    window.trend.spoken.tell()
    assert window.trend.accessibleDescription().endswith("hidden: 1")
