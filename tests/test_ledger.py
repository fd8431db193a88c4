"""The ledger: reading it back from the database, and its table."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from sqlalchemy.dialects import sqlite

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError, Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store.database import Database
from t3monitor.store.ledger import Cycles, read_cycles
from t3monitor.store.schema import STORED_NOTHING
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.activity import ledger_model
from t3monitor.ui.activity.ledger_model import LedgerColumn, LedgerModel, result_text
from t3monitor.ui.kit.outcomes import outcome_colour, outcome_text, outcome_word
from t3monitor.ui.kit.texts import duration_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from values import NOW_S, report

TIMEOUT = "T3000 gave no answer within 30 s"


def ledger_file(folder: Path, *reports: CycleReport) -> Path:
    path = folder / "history.db"
    database = Database(f"sqlite:///{path}")
    writer = Writer(database)
    for each in reports:
        writer.record_failure(each, 30)
    database.close()
    return path


@pytest.fixture
def model(qapp: QApplication) -> LedgerModel:
    model = LedgerModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    return model


def texts(model: LedgerModel, row: int) -> list[str]:
    return [model.index(row, column).data() for column in LedgerColumn]


def test_cycles_are_read_newest_first_with_all_that_was_stored(tmp_path: Path) -> None:
    first = report(
        started_at=NOW_S - 31.5,
        finished_at=NOW_S - 1.5,
        outcome=Outcome.TIMEOUT,
        reason=TIMEOUT,
        phases_ms={"fetch": 30000.0},
        attempts=1,
        bytes=7,
        devices=1,
        skipped=2,
        points=3,
        samples=4,
    )
    path = ledger_file(tmp_path, first, report())
    newest, oldest = read_cycles(sqlite_url(path), 10).reports
    assert (newest.run_id, newest.outcome) == (2, Outcome.OK)
    assert (oldest.run_id, oldest.outcome, oldest.reason) == (1, Outcome.TIMEOUT, TIMEOUT)
    assert (oldest.started_at, oldest.finished_at, oldest.elapsed_ms) == (NOW_S - 31.5, NOW_S - 1.5, 30000.0)
    assert oldest.phases_ms == {"fetch": 30000.0}
    assert (oldest.attempts, oldest.bytes, oldest.devices) == (1, 7, 1)
    assert (oldest.skipped, oldest.points, oldest.samples) == (2, 3, 4)


def test_no_more_cycles_are_read_than_asked_for(tmp_path: Path) -> None:
    path = ledger_file(tmp_path, report(), report(), report())
    cycles = read_cycles(sqlite_url(path), 2)
    assert [cycle.run_id for cycle in cycles.reports] == [3, 2]
    assert (cycles.wanted, cycles.all, cycles.newest) == (3, 3, 3)


def test_failed_cycles_are_found_however_many_good_ones_came_after_them(tmp_path: Path) -> None:
    bad = [Outcome.TIMEOUT, Outcome.PARTIAL, Outcome.FAILED, Outcome.NO_NEW_DATA]
    path = ledger_file(tmp_path, *map(report, bad), *[report()] * 20)
    cycles = read_cycles(sqlite_url(path), 2, failed_only=True)
    assert [cycle.outcome for cycle in cycles.reports] == [Outcome.NO_NEW_DATA, Outcome.FAILED]
    assert (cycles.wanted, cycles.all, cycles.newest) == (3, 24, 24)


def test_cycles_about_a_time_are_found_however_old_it_is(tmp_path: Path) -> None:
    times = [(NOW_S + 30.0 * number, NOW_S + 30.0 * number + 10) for number in range(10)]
    path = ledger_file(tmp_path, *(report(started_at=start_s, finished_at=end_s) for start_s, end_s in times))
    cycles = read_cycles(sqlite_url(path), 4, around_s=NOW_S + 65.0)  # while the third one ran
    assert [cycle.run_id for cycle in cycles.reports] == [4, 3, 2, 1]
    assert (cycles.wanted, cycles.newest, cycles.reaches_newest) == (10, 10, False)
    cycles = read_cycles(sqlite_url(path), 4, around_s=NOW_S + 265.0)
    assert [cycle.run_id for cycle in cycles.reports] == [10, 9, 8, 7]
    assert cycles.reaches_newest


def test_failed_cycles_are_found_and_counted_without_walking_through_the_good_ones(tmp_path: Path) -> None:
    path = ledger_file(tmp_path, report())
    where = str(STORED_NOTHING.compile(dialect=sqlite.dialect()))
    with closing(sqlite3.connect(path)) as connection:
        for statement in (f"SELECT count(*) FROM SYNC_RUNS WHERE {where}", f"SELECT * FROM SYNC_RUNS WHERE {where}"):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement} ORDER BY id DESC LIMIT 9").fetchall()
            assert [step[3] for step in plan] == ["SCAN SYNC_RUNS USING INDEX SYNC_RUNS_STORED_NOTHING"]


def test_a_missing_file_and_one_without_a_ledger_have_no_cycles(tmp_path: Path) -> None:
    assert read_cycles(sqlite_url(tmp_path / "none.db"), 10) == Cycles([])
    assert not (tmp_path / "none.db").exists()
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE T (x)")
    assert read_cycles(sqlite_url(tmp_path / "other.db"), 10) == Cycles([])


def test_reading_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(DatabaseError, match="not an SQLite database"):
        read_cycles(sqlite_url(tmp_path / "notes.db"), 10)


def test_reading_keeps_no_writer_out_and_changes_nothing(tmp_path: Path) -> None:
    path = ledger_file(tmp_path, report())
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE SYNC_RUNS SET reason = 'half written'")
        assert [cycle.reason for cycle in read_cycles(sqlite_url(path), 10).reports] == [None]
        writer.execute("COMMIT")
    assert [cycle.reason for cycle in read_cycles(sqlite_url(path), 10).reports] == ["half written"]


def test_an_outcome_of_a_later_version_and_broken_phases_are_still_a_row(tmp_path: Path) -> None:
    path = ledger_file(tmp_path, report(phases_ms={"fetch": 1.0}))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE SYNC_RUNS SET outcome = 'exploded', phases_ms = '[1]'")
        connection.commit()
    (cycle,) = read_cycles(sqlite_url(path), 10).reports
    assert cycle.outcome is Outcome.FAILED
    assert cycle.phases_ms == {}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_mark_and_a_word(outcome: Outcome) -> None:
    mark, _, word = outcome_text(outcome).partition(" ")
    assert mark in "✓▲✕"
    assert word == outcome_word(outcome) == outcome.value.replace("_", " ")


def test_a_duration_is_in_milliseconds_up_to_a_second() -> None:
    assert [duration_text(spent) for spent in (0.4, 143.2, 999.4, 999.6, 30012.0)] == [
        "0 ms",
        "143 ms",
        "999 ms",
        "1.0 s",
        "30.0 s",
    ]


def test_a_row_says_how_the_cycle_went(qapp: QApplication) -> None:
    model = LedgerModel()
    model.add(report(elapsed_ms=143.2, attempts=2, devices=6, skipped=1, points=1536, samples=1536, bytes=331204))
    row = texts(model, 0)
    assert row[1:] == ["", "✓ ok", "", "143 ms", "2", "6", "1", "1,536", "1,536", "331,204"]
    alignment = model.index(0, LedgerColumn.BYTES).data(Qt.ItemDataRole.TextAlignmentRole)
    assert alignment & Qt.AlignmentFlag.AlignRight


def test_the_site_of_a_cycle_is_a_column_and_part_of_its_explanation(qapp: QApplication) -> None:
    model = LedgerModel()
    model.add(report(site="Office"))
    assert not model.has_several_sites(), "a single site goes without saying"
    model.add(report(Outcome.TIMEOUT, TIMEOUT, site="Plant"))
    assert model.has_several_sites()
    assert [texts(model, row)[LedgerColumn.SITE] for row in (0, 1)] == ["Plant", "Office"]
    assert result_text(model.row(0)) == f"Plant: ✕ timeout: {TIMEOUT}"
    assert f"Plant: ✕ timeout: {TIMEOUT}" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_the_tooltip_has_both_times_the_reason_and_the_phases(qapp: QApplication) -> None:
    model = LedgerModel()
    model.add(report(Outcome.TIMEOUT, TIMEOUT, phases_ms={"fetch": 30000.0, "parse": 2.0}))
    tooltip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert TIMEOUT in tooltip
    assert "fetch 30.0 s, parse 2 ms" in tooltip
    assert tooltip.count(":") >= 4, "two times of day"


def test_live_cycles_come_on_top_of_the_stored_ones_and_are_not_doubled_by_loading(model: LedgerModel) -> None:
    model.add(report(run_id=None, started_at=NOW_S + 4))  # it could not be stored then
    model.add(report(run_id=5, started_at=NOW_S + 5))
    model.load(Cycles([report(run_id=4, started_at=NOW_S + 4), report(run_id=3)], 2, 2, 4))
    model.add(report(run_id=6, started_at=NOW_S + 6))
    assert [model.row(row).run_id for row in range(model.rowCount())] == [6, 5, 4, 3]
    assert (model.wanted, model.all) == (4, 4)
    model.clear()
    assert (model.rowCount(), model.wanted, model.all) == (0, 0, 0)


def test_the_table_keeps_the_newest_cycles_only_and_counts_the_others(
    model: LedgerModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_model, "CAPACITY", 3)
    model.load(Cycles([report(run_id=run_id) for run_id in (4, 3, 2)], 4, 4, 4))
    model.add(report(run_id=5, started_at=NOW_S + 5))
    assert [model.row(row).run_id for row in range(model.rowCount())] == [5, 4, 3]
    assert (model.wanted, model.all) == (5, 5)


def test_failed_only_leaves_the_cycles_that_stored_nothing(model: LedgerModel) -> None:
    cycles = enumerate((Outcome.OK, Outcome.TIMEOUT, Outcome.PARTIAL, Outcome.NO_NEW_DATA))
    for place, outcome in cycles:
        model.add(report(outcome, started_at=NOW_S + place))
    model.show_failed(only=True)
    model.add(report(Outcome.DATABASE, started_at=NOW_S + 8))
    model.add(report(Outcome.OK, started_at=NOW_S + 9))
    words = [model.index(row, LedgerColumn.OUTCOME).data() for row in range(model.rowCount())]
    assert words == ["✕ database", "▲ no new data", "✕ timeout"]


def test_failed_only_counts_what_was_stored_between_two_readings_once(model: LedgerModel) -> None:
    model.add(report(run_id=40, started_at=NOW_S + 4))  # in the database when it is read
    model.show_failed(only=True)
    model.add(report(Outcome.TIMEOUT, run_id=41, started_at=NOW_S + 5))
    model.load(Cycles([report(Outcome.TIMEOUT, run_id=7)], 1, 40, 40))
    assert [model.row(row).run_id for row in range(model.rowCount())] == [41, 7]
    assert (model.wanted, model.all) == (2, 41)


def test_until_all_cycles_are_read_again_the_newest_of_those_at_hand_is_on_top(model: LedgerModel) -> None:
    model.show_failed(only=True)
    model.load(Cycles([report(Outcome.TIMEOUT, run_id=1)], 1, 1, 1))
    model.add(report(run_id=2, started_at=NOW_S + 2))
    model.show_failed(only=False)
    assert [model.row(row).run_id for row in range(model.rowCount())] == [2, 1]
    assert not model.is_loaded


def test_a_colour_is_that_of_the_theme_in_force(qapp: QApplication) -> None:
    model = LedgerModel()
    model.add(report(Outcome.TIMEOUT, TIMEOUT))
    for theme in (DARK, LIGHT):
        apply_theme(qapp, theme)
        colour = model.index(0, LedgerColumn.OUTCOME).data(Qt.ItemDataRole.ForegroundRole)
        assert colour == theme.bad == outcome_colour(Outcome.TIMEOUT)
