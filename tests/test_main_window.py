"""The main window by itself: what it hands to its panes, and what its menus ask for."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QToolBar
from pytestqt.qtbot import QtBot

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleStarted,
    DatabaseSalvaged,
    PanelCounts,
    PanelUpserted,
    RetryScheduled,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
    TransactionStarted,
)
from t3monitor.model.freshness import PanelState
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.session import Session
from t3monitor.ui.activity.ledger_model import LedgerColumn
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.points.columns import Column
from t3monitor.ui.trend.shown import ZoneChoice
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, report, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window


async def nothing(*_: Any) -> dict[Any, Any]:
    return {}


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window = MainWindow(
        TrendView(nothing, lambda: float(NOW_S), spawn=lambda load: load.close()), ActivityPane(tmp_path)
    )
    qtbot.addWidget(window)
    return window


def watch(window: MainWindow, *names: str) -> None:
    """The T3000 computers of these names are watched."""
    sites = [{"name": name, "url": f"http://10.0.0.{number}:9103"} for number, name in enumerate(names)]
    put_into_force(window, Settings(link="webapi").with_values(sites=sites))


def put_into_force(window: MainWindow, settings: Settings) -> None:
    window.apply_settings(Session(Paths(Path("config"), Path("data"), Path("logs")), settings))


def happen(window: MainWindow, *events: SyncEvent) -> None:
    for event in events:
        window.apply_event(event)


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
    watch(window, "Office", "Plant")
    happen(window, started("Office"), ended("Office"), started("Plant"))
    happen(window, ended("Plant", Outcome.TIMEOUT, "T3000 gave no answer within 30 s"))
    assert window.indicator.state.text() == "▲ 1 of 2 live"
    assert window.phase_bar.sentence == "Plant: last cycle failed (timeout): T3000 gave no answer within 30 s"
    assert groups(window) == [("Office", "● live"), ("Plant", "▲ timeout")]
    cycles = window.activity.cycles.model
    assert [cycles.index(row, LedgerColumn.SITE).data() for row in range(cycles.rowCount())] == ["Plant", "Office"]


def test_a_removed_site_leaves_the_tree_and_a_single_one_needs_no_state(window: MainWindow) -> None:
    watch(window, "Office", "Plant")
    window.devices.apply(snapshot(device(1, 1, site="Office")))
    happen(window, started("Office"), ended("Office"))
    assert groups(window) == [("Office", "● live"), ("Plant", "○ stopped")]
    watch(window, "Office")
    assert groups(window) == [("Office", "")]


def test_what_is_forgotten_is_forgotten_in_the_tree_too(window: MainWindow) -> None:
    watch(window, "Office", "Plant")
    happen(window, started("Plant"), ended("Plant", Outcome.TIMEOUT, "No answer"))
    window.clear()
    assert groups(window) == [("Office", "○ stopped"), ("Plant", "◐ waiting")]


def empty_table(window: MainWindow) -> str:
    (label,) = (label for label in window.points.table.findChildren(QLabel) if label.text())
    return label.text()


def test_an_empty_table_says_what_keeps_points_from_coming(window: MainWindow) -> None:
    assert empty_table(window) == "No points yet: start syncing, or sync once"
    watch(window, "Office", "Plant")
    happen(window, started("Office"), started("Plant"))
    assert empty_table(window) == "Waiting for the first answer of T3000"
    cooldown, nobody = "T3000 ignores calls less than 15 s apart; 7 s to go", "Nothing answers at http://10.0.0.9:9103"
    happen(window, ended("Office", Outcome.NO_NEW_DATA, cooldown), ended("Plant", Outcome.UNREACHABLE, nobody))
    assert empty_table(window) == f"Office: {cooldown}\nPlant: {nobody}"
    watch(window, "Plant")
    assert empty_table(window) == nobody
    window.points.set_notice("Giving the simulated building a day of history…")
    assert empty_table(window) == "Giving the simulated building a day of history…"


def test_a_narrow_window_shows_how_the_last_cycle_ended_rather_than_how_fast_the_database_grows(
    window: MainWindow,
) -> None:
    window.show()
    window.set_database_size(1_800_000, 400_000.0)

    def shown(width: int) -> list[str]:
        window.resize(width, 700)
        return [label.text() for label in window.statusBar().findChildren(QLabel) if "db " in label.text()]

    assert shown(1280) == ["db 1.8 MB, +0.4 MB a day"]
    assert shown(960) == ["db 1.8 MB"]
    (label,) = (label for label in window.statusBar().findChildren(QLabel) if label.text() == "db 1.8 MB")
    assert "+0.4 MB a day" in label.toolTip()


def test_a_shorter_interval_brings_the_next_cycle_nearer_and_time_counts_it_down(window: MainWindow) -> None:
    happen(window, started(""), ended(""))
    put_into_force(window, Settings(link="demo", sync_interval_secs=10))
    assert window.indicator.countdown.text() == "next cycle in 10 s"
    window.set_now(NOW_S, window.progress.now_s + 4, 10)
    assert window.indicator.countdown.text() == "next cycle in 6 s"


def test_no_step_of_a_cycle_is_left_out_of_the_status_bar(window: MainWindow) -> None:
    """However fast they come: a cycle of a few milliseconds goes through all of them."""
    panel = PanelCounts(1, 2, 7, "AHU-1", 1, 1, 1)
    described: list[str] = []
    events = [
        CycleStarted("sqlite:///x.db", False, 30, 3),
        CallStarted(1, 4),
        AnswerDecoded(snapshot(device()), 100),
        TransactionStarted(),
        PanelUpserted(panel),
        Committed(snapshot(device()), "sqlite:///x.db", 1),
        ended(""),
    ]
    for event in events:
        window.apply_event(event)
        said = window.phase_bar.accessibleDescription()
        described.append(said.partition("● ")[2].partition(",")[0].partition(".")[0])
    assert described == ["Fetch", "Fetch", "Store", "Store 0/1", "Store 0/1", "Validate", "Wait 30 s"]


def test_the_trend_is_read_in_the_time_of_the_site_that_the_settings_tell(window: MainWindow) -> None:
    sites = [{"name": "Roof", "url": "a"}, {"name": "Plant", "url": "b", "zone": "America/New_York"}]
    put_into_force(window, Settings(link="webapi").with_values(sites=sites))
    window.apply_snapshot(snapshot(device(site="Roof"), device(237220, site="Plant")))
    state, axis = window.trend.state, window.trend.plots.foot.time_axis
    state.add([PointKey(237219, PointType.INPUT, 1)])
    assert state.zone is None
    state.add([PointKey(237220, PointType.INPUT, 1)])
    assert str(state.zone) == "America/New_York"
    summer_s = datetime(2025, 7, 4, 12, tzinfo=UTC).timestamp()
    state.show_range(TimeRange(summer_s, summer_s + 7200))
    assert axis.zone_text == "EDT"
    assert axis.ticks[0].text == "08:00"
    state.set_cursor(summer_s + 1800)
    assert axis.cursor_text.startswith("2025-07-04 08:30:00")
    state.set_zone(ZoneChoice.UTC)
    assert axis.zone_text == "UTC"
    assert axis.cursor_text.startswith("2025-07-04 12:30:00")
    state.undo()
    put_into_force(window, Settings(link="webapi").with_values(sites=[{"name": "Plant", "url": "b"}]))
    assert state.zone is None


def test_a_panel_is_live_in_tree_table_and_legend_only_while_readings_keep_coming(window: MainWindow) -> None:
    def age() -> str:
        """In the tree, of which table and legend say the same."""
        in_tree = str(window.devices.model.index_of(237219).siblingAtColumn(DeviceColumn.AGE).data())
        assert window.points.model.text(0, Column.AGE) == in_tree
        (entry,) = window.trend.readout.entries()
        assert (entry.state is PanelState.HELD) is in_tree.startswith("held")
        return in_tree

    point = PointKey(237219, PointType.INPUT, 1)
    window.trend.state.add([point])
    window.set_now(NOW_S, 0.0, 30)
    happen(window, CycleStarted("sqlite:///x.db", False, 30, 3))
    window.apply_snapshot(snapshot(device()))
    assert age() == "held 5 s"
    happen(window, CycleFinished(report(), None))
    assert age() == "held 5 s", "one cycle on request promises no further one"
    happen(window, started(""))
    assert age() == "held 5 s", "nothing has answered yet"
    for outcome, shown in (
        (Outcome.OK, "5 s"),
        (Outcome.TIMEOUT, "held 5 s"),
        (Outcome.NO_NEW_DATA, "5 s"),
        (Outcome.NOT_READY, "held 5 s"),
        (Outcome.PARTIAL, "5 s"),
    ):
        happen(window, CycleFinished(report(outcome, "Because"), 30.0))
        assert age() == shown
    happen(window, CycleStarted("sqlite:///x.db", True, 30, 3), RetryScheduled(2, 4, 4.0, "T3000 is starting (-2)"))
    assert age() == "held 5 s", "while it is not ready"
    happen(window, CycleFinished(report(), 30.0), ServiceStopped(""))
    assert age() == "held 5 s"
    tip = window.points.model.index(0, Column.AGE).data(Qt.ItemDataRole.ToolTipRole)
    assert "nothing newer comes" in str(tip)


@pytest.mark.parametrize("width", [800, 960, 1280, 1920])
def test_what_the_link_says_is_whole_at_every_width_and_captions_come_back(window: MainWindow, width: int) -> None:
    watch(window, "A T3000 computer of a long name")
    window.show()
    window.resize(1920, 600)
    happen(window, started("A T3000 computer of a long name"))
    window.resize(width, 600)
    for outcome in Outcome:
        happen(window, ended("A T3000 computer of a long name", outcome, "Because"))
        for _ in range(3):  # from label to indicator to tool bar
            QCoreApplication.processEvents()
        for part in (window.indicator.state, window.indicator.countdown):
            assert part.isVisible()
            assert part.width() >= part.sizeHint().width()
            assert window.rect().contains(part.mapTo(window, part.rect().bottomRight()))
    (bar,) = window.findChildren(QToolBar)
    has_captions = bar.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert has_captions is {800: False, 1920: True}.get(width, has_captions)


def test_a_click_on_state_or_status_explains_the_cycle_that_failed_and_says_what_to_do(
    window: MainWindow, qtbot: QtBot
) -> None:
    watch(window, "Office", "Plant")
    window.show()
    happen(window, started("Office"), ended("Plant", Outcome.TIMEOUT, "No answer"), ended("Office"))
    details = window.activity.cycles.details
    window.indicator.state.click()
    assert details.isVisible()
    assert details.text().startswith("Plant: ✕ timeout: No answer\nWhat to do: see whether T3000 hangs")
    qtbot.mouseClick(window.phase_bar, Qt.MouseButton.LeftButton)
    assert details.text().startswith("Office: ✓ ok"), "that of the site whose last cycle is shown"


def test_the_trend_takes_the_whole_window_by_a_key_until_a_point_is_looked_for(
    window: MainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.keyClick(window.trend, Qt.Key.Key_F11)
    assert [pane.isVisible() for pane in (window.devices, window.points, window.trend)] == [False, False, True]
    assert window.save_state()["trend_alone"] is True
    window.points.search.setText("fan")
    qtbot.keyClick(window.trend, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.points.isVisible()
    qtbot.waitUntil(window.points.search.hasFocus)
    assert window.points.search.selectedText() == "fan"


def test_figures_of_a_stretch_take_their_height_from_points_and_plot_alike_until_somebody_moves_the_border(
    window: MainWindow, qtbot: QtBot
) -> None:
    def heights(window: MainWindow) -> tuple[int, int]:
        return window.points.height(), window.trend.height()

    with qtbot.waitExposed(window):
        window.show()
    before = heights(window)
    assert before[0] == pytest.approx(before[1], abs=1)
    window.trend.figures.height_changed.emit(160)
    points, trend = heights(window)
    assert trend - 160 == pytest.approx(points, abs=1), "plot and points are as high as each other"
    saved = window.save_state()
    window.trend.figures.height_changed.emit(0)
    assert heights(window) == before
    window.panes.right.splitterMoved.emit(300, 1)
    moved = window.save_state()
    for state, is_own in ((saved, False), (moved, True), ({"splitters": saved["splitters"]}, True), ({}, False)):
        window.restore_state(state)
        before = heights(window)
        window.trend.figures.height_changed.emit(100)
        assert (heights(window) == before) is is_own
        window.trend.figures.height_changed.emit(0)


def test_the_drawer_leaves_a_low_window_height_for_the_plot_until_somebody_moves_its_border(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(800, 600)
    with qtbot.waitExposed(window):
        window.show()
    window.activity.show_cycle()
    drawer = window.panes
    window.activity_action.trigger()
    QCoreApplication.processEvents()
    assert 120 < window.activity.height() < 0.32 * drawer.height()
    window.resize(1280, 800)
    QCoreApplication.processEvents()
    assert 180 < window.activity.height() < 0.3 * drawer.height()
    window.resize(800, 600)
    QCoreApplication.processEvents()
    assert window.activity.height() < 0.32 * drawer.height(), "also of a window that was made lower"
    drawer.setSizes([250, 250])
    drawer.splitterMoved.emit(250, 1)
    moved = window.activity.height()
    for _ in range(2):
        window.activity_action.trigger()
    assert window.activity.height() == moved


def test_a_low_window_holds_drawer_and_figures_and_still_has_curves(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(800, 600)
    with qtbot.waitExposed(window):
        window.show()
    happen(window, CycleFinished(report(), 30.0))
    window.activity_action.trigger()
    window.activity.show_cycle()
    window.trend.figures.show()
    QCoreApplication.processEvents()
    assert window.trend.figures.isVisible()
    least_px = window.panes.minimumSizeHint().height()
    assert least_px <= 507, "what 600 have beside menus, tool bar and status bar, so that it need not grow"
    assert window.trend.plot.height() > 80


def test_in_a_low_window_points_give_way_for_the_plot(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(960, 600)
    with qtbot.waitExposed(window):
        window.show()
    assert window.points.height() == pytest.approx(window.trend.height(), abs=1)
    window.activity_action.trigger()
    QCoreApplication.processEvents()
    assert window.trend.height() >= 210 > window.points.height()
    window.resize(1280, 1000)
    QCoreApplication.processEvents()
    assert window.points.height() == pytest.approx(window.trend.height(), abs=1)


def test_a_click_on_the_strip_and_the_cycle_it_opens_tell_the_same_time(window: MainWindow) -> None:
    started_s = datetime(2025, 10, 31, 23, 15, tzinfo=UTC).timestamp()
    happen(window, CycleFinished(report(started_at=started_s, finished_at=started_s + 1), 30.0))
    window.trend.state.set_zone(ZoneChoice.UTC)
    window.trend.cycles_asked.emit(started_s)
    assert window.activity.cycles.view.currentIndex().siblingAtColumn(LedgerColumn.TIME).data() == "2025-10-31 23:15:00"


def test_undo_reaches_the_trend_from_every_pane_but_not_while_somebody_types(window: MainWindow, qtbot: QtBot) -> None:
    in1, in2 = (PointKey(237219, PointType.INPUT, index) for index in (1, 2))
    window.show()
    undo = Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
    for pane in (window.points.table, window.devices.tree, window.activity.cycles.view, window.trend):
        window.trend.state.add([in1])
        window.trend.state.add([in2])
        qtbot.keyClick(pane, *undo)
        assert window.trend.state.points == [in1], pane
        window.trend.state.remove_all()
    window.trend.state.add([in1])
    window.points.search.setText("supply")
    qtbot.keyClick(window.points.search, *undo)
    assert window.trend.state.points == [in1]


def find_panels(window: MainWindow) -> QAction:
    (action,) = (action for action in window.findChildren(QAction) if action.text() == "Look for &panels again")
    return action


def test_panels_are_looked_for_on_request_where_the_link_can_do_it(window: MainWindow, qtbot: QtBot) -> None:
    action = find_panels(window)
    put_into_force(window, Settings(link="demo"))
    assert not action.isEnabled()
    assert "Only T3000's web service" in action.statusTip()
    watch(window, "Office")
    assert "reload its stored values" in action.statusTip()
    with qtbot.waitSignal(window.find_panels_asked):
        action.trigger()


def test_where_a_damaged_database_is_stays_in_sight_until_it_is_understood(window: MainWindow) -> None:
    window.show()
    assert window.salvaged_banner.isHidden()
    happen(window, DatabaseSalvaged("The database x.db was damaged and is set aside as x.db.damaged-1: …"))
    assert "set aside as x.db.damaged-1" in window.salvaged_banner.label.text()
    assert window.salvaged_banner.isVisible()
    window.salvaged_banner.button.click()
    assert not window.salvaged_banner.isVisible()


@pytest.mark.parametrize("damaged", [{"splitters": "x"}, {"splitters": [1]}, {"trend": {"splitter": [1e300, 2]}}])
def test_a_window_opens_whatever_was_made_of_its_remembered_state(window: MainWindow, damaged: dict[str, Any]) -> None:
    window.show()
    window.restore_state(damaged)
    QCoreApplication.processEvents()
    assert window.trend.plot.isVisible()
