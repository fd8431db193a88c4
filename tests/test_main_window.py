"""The main window by itself: what it hands to its panes, and what its menus ask for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleFinished, ServiceStarted
from t3monitor.ui.activity.ledger_model import LedgerColumn
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, report, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window


async def nothing(*_: Any) -> dict[Any, Any]:
    return {}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window = MainWindow(TrendView(nothing, lambda: float(NOW_S)), ActivityPane(tmp_path))
    qtbot.addWidget(window)
    return window


def ended(site: str, outcome: Outcome = Outcome.OK, reason: str = "") -> CycleFinished:
    told = replace(report(outcome, reason), site=site)
    return CycleFinished(told, 30.0, site=site)


def started(site: str) -> ServiceStarted:
    return ServiceStarted(30, site=site)


def groups(window: MainWindow) -> list[tuple[str, str]]:
    model = window.devices.model
    return [
        (str(model.index(row, DeviceColumn.NAME).data()), str(model.index(row, DeviceColumn.AGE).data()))
        for row in range(1, model.rowCount())
    ]


def test_what_services_tell_reaches_activity_status_bar_tool_bar_and_tree(window: MainWindow) -> None:
    window.set_sites(("Office", "Plant"), "2 T3000 computers")
    window.apply_events([started("Office"), ended("Office"), started("Plant")])
    window.apply_events([ended("Plant", Outcome.TIMEOUT, "T3000 gave no answer within 30 s")])
    assert window.indicator.state.text() == "▲ 1 of 2 live"
    assert window.phase_bar.sentence == "Plant: last cycle failed (timeout): T3000 gave no answer within 30 s"
    assert groups(window) == [("Office", "● live"), ("Plant", "▲ timeout")]
    cycles = window.activity.cycles.model
    assert [cycles.index(row, LedgerColumn.SITE).data() for row in range(cycles.rowCount())] == ["Plant", "Office"]


def test_a_removed_site_leaves_the_tree_and_a_single_one_needs_no_state(window: MainWindow) -> None:
    window.set_sites(("Office", "Plant"), "2 T3000 computers")
    window.devices.apply(snapshot(device(1, 1, site="Office")))
    window.apply_events([started("Office"), ended("Office")])
    assert groups(window) == [("Office", "● live"), ("Plant", "○ stopped")]
    window.set_sites(("Office",), "Office")
    assert groups(window) == [("Office", "")]


def test_what_is_forgotten_is_forgotten_in_the_tree_too(window: MainWindow) -> None:
    window.set_sites(("Office", "Plant"), "2 T3000 computers")
    window.apply_events([started("Plant"), ended("Plant", Outcome.TIMEOUT, "No answer")])
    window.forget_progress()
    assert groups(window) == [("Office", "○ stopped"), ("Plant", "◐ waiting")]


def empty_table(window: MainWindow) -> str:
    (label,) = (label for label in window.points.table.findChildren(QLabel) if label.text())
    return label.text()


def test_an_empty_table_says_what_keeps_points_from_coming(window: MainWindow) -> None:
    assert empty_table(window) == "No points yet: start syncing, or sync once"
    window.set_sites(("Office", "Plant"), "2 T3000 computers")
    window.apply_events([started("Office"), started("Plant")])
    assert empty_table(window) == "Waiting for the first answer of T3000"
    cooldown, nobody = "T3000 ignores calls less than 15 s apart; 7 s to go", "Nothing answers at http://10.0.0.9:9103"
    window.apply_events([ended("Office", Outcome.NO_NEW_DATA, cooldown), ended("Plant", Outcome.UNREACHABLE, nobody)])
    assert empty_table(window) == f"Office: {cooldown}\nPlant: {nobody}"
    window.set_sites(("Plant",), "10.0.0.9:9103")
    assert empty_table(window) == nobody
    window.points.set_notice("Giving the simulated building a day of history…")
    assert empty_table(window) == "Giving the simulated building a day of history…"


def test_a_shorter_interval_brings_the_next_cycle_nearer_and_time_counts_it_down(window: MainWindow) -> None:
    window.apply_events([started(""), ended("")])
    window.set_interval(10)
    assert window.indicator.countdown.text() == "next cycle in 10 s"
    window.set_now(window.progress.now_s + 4)
    assert window.indicator.countdown.text() == "next cycle in 6 s"


def find_panels(window: MainWindow) -> QAction:
    (action,) = (action for action in window.findChildren(QAction) if action.text() == "Look for &panels again")
    return action


def test_panels_are_looked_for_on_request_where_the_link_can_do_it(window: MainWindow, qtbot: QtBot) -> None:
    action = find_panels(window)
    assert not action.isEnabled()
    assert "Only T3000's web service" in action.statusTip()
    window.set_can_find_panels(True)
    assert "reload its stored values" in action.statusTip()
    with qtbot.waitSignal(window.find_panels_asked):
        action.trigger()
