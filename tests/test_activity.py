"""The activity pane: the log's lines with their filters and their scrolling, and the page of cycles."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    CallStarted,
    CycleFinished,
    CycleReport,
    RetryScheduled,
    ServiceStarted,
    SyncEvent,
)
from t3monitor.model.notes import Note
from t3monitor.model.zones import zone_text
from t3monitor.store.ledger import Cycles
from t3monitor.ui.activity import log_model
from t3monitor.ui.activity.ledger_model import LedgerColumn
from t3monitor.ui.activity.log_model import LogColumn, LogFilter, LogLine, LogModel, level_text
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.kit.outcomes import way_out
from t3monitor.ui.kit.texts import clock_text, local_time_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.progress.texts import way_out_text
from values import NOW_S, report

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

CALLED = CallStarted(1, 4)
RETRIED = RetryScheduled(2, 4, 2.0, "T3000 is starting (-2)")
STARTED = ServiceStarted(30)
REASON = "T3000 gave no answer within 30 s"


def finished(outcome: Outcome = Outcome.OK, reason: str | None = None, **fields: Any) -> CycleFinished:
    return CycleFinished(report(outcome, reason, **fields), None)


def line(number: int, level: int = logging.INFO) -> LogLine:
    return LogLine(NOW_S + number, level, f"line {number}")


@pytest.fixture
def pane(qtbot: QtBot, tmp_path: Path) -> ActivityPane:
    pane = ActivityPane(tmp_path / "T3WebLog", utc_s=lambda: NOW_S)
    qtbot.addWidget(pane)
    pane.resize(800, 240)
    pane.show()
    return pane


def tell(pane: ActivityPane, *events: SyncEvent) -> None:
    for event in events:
        pane.take(event)
    pane.flush()


def shown(pane: ActivityPane) -> list[str]:
    model = pane.log.view.model()
    return [model.index(row, LogColumn.TEXT).data() for row in range(model.rowCount())]


def test_events_become_the_documents_lines_with_local_time_and_level(
    pane: ActivityPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_model, "_has_glyphs", lambda _emoji: True)
    tell(pane, CALLED, RETRIED)
    rows = [[pane.log.model.index(row, column).data() for column in LogColumn] for row in range(2)]
    clock = local_time_text(NOW_S)[-8:]
    assert rows == [
        [clock, "Info", "🔄 Starting HandleWebViewMsg(15) call"],
        [clock, "▲ Warning", "⚠️ T3000 is starting (-2); try 2 of 4 in 2 s"],
    ]


def test_an_emoji_that_no_font_has_is_left_out_of_sight_but_not_of_the_copy(
    pane: ActivityPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_model, "_has_glyphs", lambda _emoji: False)
    tell(pane, CALLED)
    assert shown(pane) == ["Starting HandleWebViewMsg(15) call"]
    pane.log.copy.click()
    stamp = local_time_text(NOW_S)
    assert QGuiApplication.clipboard().text() == f"[{stamp}] 🔄 Starting HandleWebViewMsg(15) call"


def test_every_level_has_a_word_and_a_colour_of_the_theme(pane: ActivityPane, qapp: QApplication) -> None:
    assert [level_text(level) for level in (logging.INFO, logging.WARNING, logging.ERROR)] == [
        "Info",
        "▲ Warning",
        "✕ Error",
    ]
    pane.log.model.append_lines([line(1, logging.ERROR)])
    index = pane.log.model.index(0, LogColumn.TEXT)
    assert index.data(Qt.ItemDataRole.ForegroundRole) == LIGHT.bad
    apply_theme(qapp, DARK)
    assert index.data(Qt.ItemDataRole.ForegroundRole) == DARK.bad


def test_the_oldest_lines_are_dropped_in_blocks_when_there_are_too_many(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_model, "CAPACITY", 10)
    monkeypatch.setattr(log_model, "_BLOCK", 4)
    model = LogModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    model.append_lines(line(number) for number in range(10))
    model.append_lines([line(10)])
    assert [model.row(row).text for row in (0, model.rowCount() - 1)] == ["line 4", "line 10"]
    assert model.rowCount() == 7
    model.append_lines(line(number) for number in range(11, 100))
    assert [model.row(row).text for row in range(model.rowCount())] == [f"line {number}" for number in range(90, 100)]


def test_lines_are_filtered_by_level_and_text(pane: ActivityPane) -> None:
    proxy = pane.log.view.model()
    assert isinstance(proxy, LogFilter)
    QAbstractItemModelTester(proxy, QAbstractItemModelTester.FailureReportingMode.Warning, proxy)
    pane.log.model.append_lines([line(1), line(2, logging.WARNING), line(3, logging.ERROR)])
    pane.log.levels.setCurrentIndex(1)
    assert shown(pane) == ["line 2", "line 3"]
    pane.log.levels.setCurrentIndex(2)
    pane.log.model.append_lines([line(4), line(5, logging.ERROR)])
    assert shown(pane) == ["line 3", "line 5"]
    pane.log.search.setText(" LINE 5 ")
    assert shown(pane) == ["line 5"]
    pane.log.levels.setCurrentIndex(0)
    pane.log.search.clear()
    assert len(shown(pane)) == 5


def test_the_end_is_followed_until_the_user_scrolls_up(pane: ActivityPane) -> None:
    bar = pane.log.view.verticalScrollBar()
    pane.log.model.append_lines(line(number) for number in range(100))
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    bar.setValue(20)
    assert not pane.log.follow.isChecked()
    pane.log.model.append_lines(line(number) for number in range(100, 200))
    assert bar.value() == 20
    bar.setValue(bar.maximum())
    assert pane.log.follow.isChecked()
    pane.log.model.append_lines(line(number) for number in range(200, 300))
    assert bar.value() == bar.maximum()


def test_the_follow_button_goes_back_to_the_end(pane: ActivityPane) -> None:
    bar = pane.log.view.verticalScrollBar()
    pane.log.model.append_lines(line(number) for number in range(100))
    bar.setValue(0)
    pane.log.follow.click()
    assert bar.value() == bar.maximum()


def test_the_end_stays_in_sight_when_the_pane_becomes_lower(pane: ActivityPane) -> None:
    bar = pane.log.view.verticalScrollBar()
    pane.log.model.append_lines(line(number) for number in range(100))
    pane.resize(800, 160)
    assert bar.value() == bar.maximum()
    assert pane.log.follow.isChecked()


def test_what_is_read_stays_in_its_place_when_old_lines_are_dropped(
    pane: ActivityPane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_model, "CAPACITY", 100)
    monkeypatch.setattr(log_model, "_BLOCK", 10)
    pane.log.model.append_lines(line(number) for number in range(100))
    bar = pane.log.view.verticalScrollBar()
    bar.setValue(50)
    top = pane.log.view.indexAt(pane.log.view.viewport().rect().topLeft()).siblingAtColumn(LogColumn.TEXT).data()
    pane.log.model.append_lines([line(100)])
    pane.log.view.executeDelayedItemsLayout()
    after = pane.log.view.indexAt(pane.log.view.viewport().rect().topLeft()).siblingAtColumn(LogColumn.TEXT).data()
    assert (top, after) == ("line 50", "line 50")


def test_selected_lines_are_copied_by_key_as_they_stand_in_the_file(pane: ActivityPane, qtbot: QtBot) -> None:
    pane.log.model.append_lines(line(number) for number in range(5))
    pane.log.view.selectRow(3)
    pane.log.view.setFocus()
    qtbot.keyClick(pane.log.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == f"[{local_time_text(NOW_S + 3)}] line 3"
    pane.log.view.clearSelection()
    pane.log.search.setText("line 2")
    pane.log.copy.click()
    assert QGuiApplication.clipboard().text() == f"[{local_time_text(NOW_S + 2)}] line 2"


def test_the_log_folder_is_opened_or_named(pane: ActivityPane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        asked.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    pane.log.folder.click()
    assert asked == []
    assert str(tmp_path / "T3WebLog") in pane.log.note.text()
    (tmp_path / "T3WebLog").mkdir()
    pane.log.folder.click()
    assert [Path(url.toLocalFile()) for url in asked] == [tmp_path / "T3WebLog"]
    assert pane.log.note.text() == ""


def stored(*reports: CycleReport, among: int = 0) -> Cycles:
    """As the database tells of them, newest first."""
    count = among or len(reports)
    return Cycles([*reports], count, count, max(each.run_id or 0 for each in reports))


def test_an_empty_page_says_in_a_sentence_what_will_be_there(pane: ActivityPane) -> None:
    assert "Nothing has happened yet" in pane.log.notice.text
    tell(pane, STARTED)
    assert pane.log.notice.text == ""
    pane.log.levels.setCurrentIndex(2)
    assert pane.log.notice.text == "No line has this level and this text."
    assert "No cycle has ended yet" in pane.cycles.notice.text
    tell(pane, finished())
    assert pane.cycles.notice.text == ""
    pane.cycles.failed_only.click()
    assert pane.cycles.notice.text == "Reading the cycles…", "there may be older ones"
    pane.cycles.load(Cycles([], 0, 1, 1))
    assert pane.cycles.notice.text == "No cycle failed."


def test_which_cycles_are_wanted_is_asked_for_and_those_that_are_not_shown_are_counted(
    pane: ActivityPane, qtbot: QtBot
) -> None:
    cycles = pane.cycles
    cycles.load(stored(report(run_id=9), among=9))
    assert cycles.count.text() == "Cycles shown: 1 · older, not shown: 8"
    with qtbot.waitSignal(cycles.others_wanted):
        cycles.failed_only.click()
    cycles.load(Cycles([report(Outcome.TIMEOUT, REASON, run_id=2)], 1, 9, 9))
    tell(pane, finished(run_id=10))
    assert cycles.count.text() == "Cycles shown: 1 · good, not shown: 9"
    with qtbot.waitSignal(cycles.others_wanted):
        pane.show_cycle()
    cycles.load(stored(report(run_id=10), report(run_id=9), among=10))
    assert cycles.view.currentIndex().row() == 0
    assert cycles.details.text() == "✓ ok"


def test_a_cycle_that_ends_is_a_row_on_top_of_the_stored_ones(pane: ActivityPane) -> None:
    pane.cycles.load(stored(report(run_id=1)))
    events: tuple[SyncEvent, ...] = (CALLED, finished(Outcome.TIMEOUT, REASON, run_id=2))
    tell(pane, *events)
    view = pane.cycles.view.model()
    assert [view.index(row, LedgerColumn.OUTCOME).data() for row in range(view.rowCount())] == ["✕ timeout", "✓ ok"]


def test_the_newest_cycle_is_explained_in_full_on_request(pane: ActivityPane) -> None:
    newest = report(Outcome.TIMEOUT, REASON, run_id=2, phases_ms={"fetch": 30000.0})
    pane.cycles.load(stored(newest, report(run_id=1)))
    assert not pane.cycles.details.isVisible()
    pane.show_cycle()
    assert pane.cycles.details.isVisible()
    assert pane.cycles.details.text() == f"✕ timeout: {REASON}\n{way_out_text(newest)}\nfetch 30.0 s"
    assert pane.cycles.details.accessibleDescription() == pane.cycles.details.text(), "its name does not hide it"
    assert "raise the timeout" in way_out_text(newest)
    tell(pane, finished(run_id=3))
    assert REASON in pane.cycles.details.text(), "the selection stays with its cycle"


def test_reasons_have_room_in_a_narrow_window_at_the_cost_of_counts(pane: ActivityPane) -> None:
    pane.cycles.load(stored(report(Outcome.TIMEOUT, REASON)))
    pane.show_cycle()
    view = pane.cycles.view
    for width, is_hidden in ((1600, False), (800, True), (1600, False)):
        pane.resize(width, 240)
        QApplication.processEvents()
        assert pane.fontMetrics().horizontalAdvance(REASON) < view.columnWidth(LedgerColumn.REASON)
        assert view.isColumnHidden(LedgerColumn.BYTES) is is_hidden
        assert not view.isColumnHidden(LedgerColumn.DURATION)


def test_cycles_are_copied_for_a_spreadsheet(pane: ActivityPane, qtbot: QtBot) -> None:
    failed = report(Outcome.TIMEOUT, "=no answer", run_id=2, elapsed_ms=30_000.4, samples=1536)
    pane.cycles.load(stored(failed, report(run_id=1)))
    pane.show_cycle(failed)
    qtbot.keyClick(pane.cycles.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    titles, cells = (line.split("\t") for line in QGuiApplication.clipboard().text().splitlines())
    row = dict(zip(titles, cells, strict=True))
    zone = zone_text(NOW_S - 1, None)
    assert row[f"Time, {zone}"] == local_time_text(NOW_S - 1)
    assert (row["Duration, ms"], row["Samples"], row["Reason"]) == ("30000", "1536", "'=no answer")


def test_cycles_and_notes_are_told_in_the_times_of_the_trend_and_the_log_in_those_of_its_file(
    pane: ActivityPane,
) -> None:
    def told(page: Any) -> tuple[str, str]:
        model = page.view.model()
        return model.headerData(0, Qt.Orientation.Horizontal), model.index(0, 0).data()

    before_s, after_s = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC).timestamp() for hour in (5, 6))  # 01:30 twice
    pane.cycles.load(stored(*(report(run_id=2 - place, started_at=at) for place, at in enumerate((after_s, before_s)))))
    pane.notes.show_notes([Note(round(before_s), None, None, "Filter", "", 0, 0)], can_undo=False)
    pane.log.model.append_lines([LogLine(before_s, logging.INFO, "line")])
    log = told(pane.log)
    assert log == (f"Time, {zone_text(before_s, None)}", clock_text(before_s))
    QAbstractItemModelTester(pane.cycles.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    pane.set_zone(ZoneInfo("America/New_York"))
    assert told(pane.cycles) == ("Time, EDT/EST", "2026-11-01 01:30:00 EST")
    assert "Began 2026-11-01 01:30:00 EST" in pane.cycles.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert told(pane.notes) == ("From, EDT", "2026-11-01 01:30:00 EDT")
    width = pane.cycles.view.columnWidth(LedgerColumn.TIME)
    assert pane.fontMetrics().horizontalAdvance(told(pane.cycles)[1]) < width, "it is not cut"
    pane.set_zone(UTC)
    assert told(pane.cycles) == ("Time, UTC", "2026-11-01 06:30:00")
    assert told(pane.log) == log


def test_what_to_do_is_said_of_every_outcome_with_which_not_all_is_well() -> None:
    assert [outcome for outcome in Outcome if not way_out(outcome)] == [Outcome.OK]


def test_the_cycle_of_a_time_is_explained_whether_it_is_here_or_must_be_read(pane: ActivityPane, qtbot: QtBot) -> None:
    def cycle(number: int) -> CycleReport:
        at_s = NOW_S + 30.0 * number
        return report(run_id=number, started_at=at_s - 10, finished_at=at_s)

    cycles = pane.cycles
    cycles.load(stored(cycle(9), cycle(8), cycle(7), among=9))
    with qtbot.assertNotEmitted(cycles.others_wanted):
        pane.show_cycle_at(NOW_S + 30 * 7 + 1.0)
    assert cycles.view.currentIndex().row() == 1, "the first that ended after it"
    with qtbot.waitSignal(cycles.others_wanted):
        pane.show_cycle_at(NOW_S + 30 * 3 - 5.0)
    assert cycles.model.around_s == NOW_S + 30 * 3 - 5.0
    cycles.load(Cycles([cycle(4), cycle(3), cycle(2)], 9, 9, 9, reaches_newest=False))
    assert cycles.view.currentIndex().row() == 1, "it ran then"
    tell(pane, CycleFinished(cycle(10), None))
    assert [cycles.model.row(row).run_id for row in range(cycles.model.rowCount())] == [4, 3, 2]
    assert cycles.count.text() == "Cycles shown: 3 · others, not shown: 7"
    with qtbot.waitSignal(cycles.others_wanted):
        cycles.newest.click()
    cycles.load(stored(cycle(10), cycle(9), among=10))
    assert cycles.view.currentIndex().row() == 0
    assert cycles.newest.isHidden()


def test_a_double_click_on_a_cycle_or_enter_asks_for_its_time_in_the_trend(pane: ActivityPane, qtbot: QtBot) -> None:
    cycles = pane.cycles
    cycles.load(stored(report(run_id=2, finished_at=NOW_S + 7.0), report(run_id=1)))
    chosen: list[float] = []
    cycles.time_chosen.connect(chosen.append)
    pane.show_cycle()
    cycles.view.doubleClicked.emit(cycles.model.index(1, 3))
    qtbot.keyClick(cycles.view, Qt.Key.Key_Return)
    assert chosen == [NOW_S, NOW_S + 7.0]


def test_cycles_further_down_stay_in_their_place_when_one_ends(pane: ActivityPane) -> None:
    pane.cycles.load(stored(*(report(run_id=run_id) for run_id in range(100, 0, -1))))
    pane.show_cycle()
    bar = pane.cycles.view.verticalScrollBar()
    bar.setValue(40)
    tell(pane, finished(run_id=101))
    assert bar.value() == 41
    bar.setValue(0)
    tell(pane, finished(run_id=102))
    assert bar.value() == 0


def test_the_site_of_a_cycle_is_shown_where_there_is_more_than_one(pane: ActivityPane) -> None:
    def is_hidden() -> bool:
        return pane.cycles.view.isColumnHidden(LedgerColumn.SITE)

    pane.cycles.load(stored(report(run_id=1, site="Office")))
    assert is_hidden()
    tell(pane, finished(Outcome.TIMEOUT, REASON, run_id=2, site="Plant"))
    assert not is_hidden()
    pane.show_cycle()
    assert pane.cycles.details.text().startswith(f"Plant: ✕ timeout: {REASON}\n")
    pane.cycles.model.clear()
    assert is_hidden()


def test_a_site_that_only_cycles_out_of_sight_are_of_is_named_too(pane: ActivityPane) -> None:
    pane.cycles.load(stored(report(Outcome.TIMEOUT, REASON, run_id=1, site="Office")))
    pane.cycles.failed_only.click()
    tell(pane, finished(run_id=2, site="Plant"))
    assert not pane.cycles.view.isColumnHidden(LedgerColumn.SITE)


def test_the_close_button_asks_to_be_closed(pane: ActivityPane, qtbot: QtBot) -> None:
    (button,) = [tool for tool in pane.findChildren(QToolButton) if tool.accessibleName() == "Close the activity pane"]
    with qtbot.waitSignal(pane.close_requested):
        button.click()


def test_every_control_of_the_log_can_be_reached_by_keyboard_and_has_a_name(pane: ActivityPane) -> None:
    log = pane.log
    for control in (log.levels, log.search, log.follow, log.copy, log.folder, log.view):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert control.accessibleName() or control.text()
