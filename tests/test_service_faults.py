"""Whatever goes wrong costs the running cycle at most, is in the ledger, and heals alone."""

import json
import logging
import sqlite3
import sys
from contextlib import closing

import pytest

from answers import few_points
from scripted_link import Step
from service_site import ANSWER, NOT_READY, POINTS, Open, site
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import (
    BusyError,
    CrashedError,
    LinkTimeoutError,
    NoNewDataError,
    Outcome,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.events import CycleFinished, CycleStarted, LateStored, RetryScheduled, ServiceStopped, SyncEvent
from t3monitor.simulation.building import Building
from t3monitor.store.database import Database
from t3monitor.sync.flow_log import FlowLines

__all__ = ["site"]


def test_a_starting_t3000_is_asked_again_after_2_4_and_6_seconds(site: Open) -> None:
    building = site(NOT_READY, NOT_READY, NOT_READY, ANSWER)
    report = building.once()
    assert (report.outcome, report.attempts) == (Outcome.OK, 4)
    assert building.clock.waits[:3] == [2, 4, 6]
    retries = [(event.attempt, event.attempts, event.wait_s) for event in building.of(RetryScheduled)]
    assert retries == [(2, 4, 2), (3, 4, 4), (4, 4, 6)]


BUSY = "T3000 is busy: wait until it is done"


def test_a_busy_t3000_is_asked_again_within_the_cycle_when_it_takes_a_call(site: Open) -> None:
    building = site(BusyError(BUSY, 15.1), ANSWER, sync_interval_secs=30)
    [report] = building.run(1)
    assert (report.outcome, report.attempts) == (Outcome.OK, 2)
    assert [event.wait_s for event in building.of(RetryScheduled)] == [15.1]
    assert building.clock.waits[0] == 15.1


def test_a_t3000_that_stays_busy_does_not_cost_the_next_cycle_its_turn(site: Open) -> None:
    building = site(BusyError(BUSY, 15.1), BusyError(BUSY, 15.1), ANSWER, sync_interval_secs=30)
    first, second = building.run(2)
    assert (first.outcome, first.reason, first.attempts) == (Outcome.REFUSED, BUSY, 2)
    assert (second.outcome, second.started_at - first.started_at) == (Outcome.OK, 30)


def test_a_t3000_that_does_not_get_ready_fails_the_cycle_and_the_next_one_tries_again(site: Open) -> None:
    building = site(NOT_READY, NOT_READY, ANSWER, retry_attempts=1)
    first, second = building.run(2)
    assert (first.outcome, first.reason, first.attempts) == (Outcome.NOT_READY, "T3000 is starting (-2)", 2)
    assert second.outcome is Outcome.OK
    assert building.rows("SELECT id, outcome, attempts FROM SYNC_RUNS") == [(1, "not_ready", 2), (2, "ok", 1)]


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (LinkTimeoutError("T3000 gave no answer within 30 s"), Outcome.TIMEOUT),
        (CrashedError("The library crashed (SIGSEGV)"), Outcome.CRASHED),
        (RefusedError("T3000 refused the call (-1)"), Outcome.REFUSED),
        (UnreachableError("No such library"), Outcome.UNREACHABLE),
        (NoNewDataError("T3000 returned an empty answer"), Outcome.NO_NEW_DATA),
        (b"not JSON", Outcome.BAD_REPLY),
        (b"{}", Outcome.NO_NEW_DATA),
        (RuntimeError("a bug"), Outcome.FAILED),
    ],
)
def test_a_failed_cycle_is_in_the_ledger_and_the_service_lives_on(site: Open, step: Step, outcome: Outcome) -> None:
    building = site(step, ANSWER)
    first, second = building.run(2)
    assert (first.outcome, first.attempts, first.run_id) == (outcome, 1, 1)
    assert first.reason
    assert (first.devices, first.points, first.samples) == (0, 0, 0)
    assert second.outcome is Outcome.OK
    ledger = building.rows("SELECT outcome, reason FROM SYNC_RUNS")
    assert ledger == [(outcome.value, first.reason), ("ok", None)]


def test_nothing_but_a_starting_t3000_is_asked_again_within_a_cycle(site: Open) -> None:
    building = site(LinkTimeoutError("T3000 gave no answer"), ANSWER)
    assert building.once().attempts == 1
    assert building.link.fetches == 1


def test_a_panel_with_serial_0_is_left_out_and_leaves_no_row(site: Open) -> None:
    panels = json.loads(ANSWER)
    panels["data"][0]["panel_serial_number"] = 0
    building = site(json.dumps(panels).encode())
    report = building.once()
    assert (report.outcome, report.devices, report.skipped) == (Outcome.PARTIAL, 1, 1)
    assert report.reason is not None
    assert "serial number 0" in report.reason
    for table in ("DEVICES", "INPUT_POINTS", "OUTPUT_POINTS", "VARIABLE_POINTS", "TRENDLOG_FRAMES", "TRENDLOG_DATA"):
        assert building.rows(f"SELECT count(*) FROM {table} WHERE serial_number = 0") == [(0,)]


def test_a_locked_database_fails_the_cycle_which_is_in_the_ledger_later(site: Open) -> None:
    building = site()
    other = sqlite3.connect(building.file, check_same_thread=False)
    building.after(1, lambda: other.execute("BEGIN IMMEDIATE"))
    building.after(2, other.rollback)
    first, second, third = building.run(3)
    other.close()
    assert [first.outcome, second.outcome, third.outcome] == [Outcome.OK, Outcome.DATABASE, Outcome.OK]
    assert second.run_id is None
    assert building.rows("SELECT id, outcome FROM SYNC_RUNS") == [(1, "ok"), (2, "database"), (3, "ok")]


def test_a_lock_that_is_there_from_the_start_is_waited_for_once_in_a_cycle(
    site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._LOCK_SLICE_S", 1.0)
    monkeypatch.setattr("t3monitor.store.reading.BUSY_TIMEOUT_S", 0.0)  # by the computer's own clock
    building = site()
    Database(sqlite_url(building.file)).close()
    other = sqlite3.connect(building.file, check_same_thread=False, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    building.after(1, other.close)
    ended_s = []
    building.service.add_listener(
        lambda event: ended_s.append(building.clock.now_s) if isinstance(event, CycleFinished) else None
    )
    first, second = building.run(2)
    assert [first.outcome, second.outcome] == [Outcome.DATABASE, Outcome.OK]
    assert ended_s[0] == pytest.approx(3, abs=0.1)
    assert building.rows("SELECT outcome, finished_at - started_at < 4 FROM SYNC_RUNS") == [("database", 1), ("ok", 1)]


def test_14_cycles_with_a_lock_of_12_s_are_14_readings_with_their_own_times(site: Open) -> None:
    building = site(sync_interval_secs=1)
    controllers = Building(panels=2)
    building.link.steps = [lambda: few_points(controllers.answer(int(building.clock.utc_s())))]
    other = sqlite3.connect(building.file, check_same_thread=False)
    building.after(3, lambda: other.execute("BEGIN IMMEDIATE"))

    def end_lock(event: SyncEvent) -> None:
        if isinstance(event, CycleStarted) and building.clock.now_s >= 14:
            other.rollback()

    building.service.add_listener(end_lock)
    reports = building.run(14)
    other.close()
    outcomes = [report.outcome for report in reports]
    assert outcomes[:3] == outcomes[-1:] * 3 == [Outcome.OK] * 3
    assert outcomes.count(Outcome.DATABASE) > 5
    assert building.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(14 * POINTS,)]
    stored = building.rows(
        "SELECT started_at, samples, min(logging_time) >= CAST(started_at AS INTEGER) - 10 FROM SYNC_RUNS"
        " JOIN TRENDLOG_FRAMES ON run_id = id GROUP BY id"
    )
    assert stored == [(report.started_at, POINTS, 1) for report in reports]


def test_a_database_out_of_reach_fails_each_cycle_and_heals_alone(site: Open) -> None:
    building = site()
    folder = building.file.parent
    away = folder.with_name("away")
    building.after(1, lambda: folder.rename(away))
    building.after(5, lambda: away.rename(folder))
    reports = building.run(6)
    assert [report.outcome for report in reports] == [Outcome.OK, *[Outcome.DATABASE] * 4, Outcome.OK]
    assert all("what was read waits to be stored" in str(report.reason) for report in reports[1:5])
    assert not building.of(ServiceStopped)
    assert [event.cycles for event in building.of(LateStored)] == [4]
    assert FlowLines().of(building.of(LateStored)[0]) == [
        (logging.INFO, "💾 Stored late: 4 cycles, with the times of the readings")
    ]
    assert building.rows("SELECT outcome, samples FROM SYNC_RUNS") == [(report.outcome, POINTS) for report in reports]
    assert building.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(6 * POINTS,)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_another_file_in_the_place_of_the_database_stops_no_running_service_but_one_that_is_started(site: Open) -> None:
    building = site()

    def put_text_there() -> None:
        building.file.unlink()
        building.file.write_bytes(b"no database" * 100)

    def start_again() -> None:
        building.service.stop()
        building.service.start()

    def close(event: SyncEvent) -> None:
        if isinstance(event, ServiceStopped) and event.reason:
            building.service.close()

    building.after(1, put_text_there)
    building.after(4, start_again)
    building.service.add_listener(close)
    building.service.start()
    building.thread.start()
    building.thread.join(10)
    assert [report.outcome for report in building.reports] == [Outcome.OK, *[Outcome.DATABASE] * 4]
    assert [report.attempts for report in building.reports] == [1, 1, 1, 1, 0]
    assert "put it aside" in building.of(ServiceStopped)[-1].reason


def test_a_database_that_cannot_be_opened_stops_the_service_without_a_call_of_t3000(site: Open) -> None:
    building = site()
    building.file.write_bytes(b"no database" * 100)
    building.service.start()
    building.service.add_listener(lambda event: building.service.close() if isinstance(event, ServiceStopped) else None)
    building.thread.start()
    building.thread.join(10)
    assert [report.outcome for report in building.reports] == [Outcome.DATABASE]
    assert "is not an SQLite database" in building.of(ServiceStopped)[0].reason
    assert building.link.fetches == 0


def test_cycles_that_found_no_database_are_in_the_ledger_of_the_next_one_that_opens(
    site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.reading.BUSY_TIMEOUT_S", 0.0)
    monkeypatch.setattr("t3monitor.store.database.BUSY_TIMEOUT_S", 0.0)
    building = site()
    other = sqlite3.connect(building.file, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    building.after(2, other.rollback)
    reports = building.run(3)
    other.close()
    assert [report.outcome for report in reports] == [Outcome.DATABASE, Outcome.DATABASE, Outcome.OK]
    assert building.rows("SELECT id, outcome FROM SYNC_RUNS") == [(1, "database"), (2, "database"), (3, "ok")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_a_database_that_is_removed_is_noticed_and_made_anew(site: Open) -> None:
    building = site()
    building.after(1, lambda: [file.unlink() for file in building.file.parent.glob("history.db*")])
    reports = building.run(3)
    assert [report.outcome for report in reports] == [Outcome.OK, Outcome.DATABASE, Outcome.OK]
    assert "was removed or replaced while it was open" in str(reports[1].reason)
    assert building.rows("SELECT outcome FROM SYNC_RUNS") == [("database",), ("ok",)]
    assert building.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(2 * POINTS,)]


def test_a_validation_that_fails_is_mended_by_the_next_cycle(site: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    building = site()

    def damage() -> None:
        with closing(sqlite3.connect(building.file)) as other, other:
            other.execute("DELETE FROM INPUT_POINTS")

    building.after(1, damage)
    assert [report.outcome for report in building.run(2)] == [Outcome.OK, Outcome.OK]
    assert building.rows("SELECT count(*) FROM INPUT_POINTS") == [(16,)]


def test_a_path_that_is_no_text_does_not_keep_its_cycle_out_of_the_ledger(site: Open) -> None:
    building = site(UnreachableError("\udcffnope does not exist"))
    report = building.once()
    assert report.outcome is Outcome.UNREACHABLE
    assert building.rows("SELECT reason FROM SYNC_RUNS") == [("\\udcffnope does not exist",)]
