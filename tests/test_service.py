import json
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from answers import few_points
from clock import FakeClock
from scripted_link import ScriptedLink, Step
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import (
    BusyError,
    CrashedError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    Outcome,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleReport,
    CycleStarted,
    LateStored,
    PanelAsked,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    ServiceInitialized,
    ServiceStopped,
    SyncEvent,
    TransactionStarted,
    TrendLogsRead,
    Validated,
)
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.simulation.building import Building
from t3monitor.store.database import Database
from t3monitor.sync.flow_log import FlowLines, FlowLog
from t3monitor.sync.service import SyncService
from t3monitor.t3000.messages import AnswerDecoder

WHOLE = Building(panels=2).answer(1_761_960_895)
ANSWER = few_points(WHOLE)
POINTS = 2 * 3 * 8
NOT_READY = NotReadyError("T3000 is starting (-2)")


class Site:
    """A service on a scripted link, with everything that it told."""

    def __init__(self, folder: Path, *steps: Step, **settings: Any) -> None:
        self.file = folder / "history.db"
        self.link = ScriptedLink(*(steps or (ANSWER,)))
        self.links_opened: list[str | None] = []
        self.clock = FakeClock()
        self.events: list[SyncEvent] = []
        self.settings = Settings(link=LinkName.DEMO, database=f"sqlite:///{self.file}").with_values(**settings)
        self.service = SyncService(self.settings, self.open_link, lambda current: current.database, self.clock)
        self.service.add_listener(self.events.append)
        self.thread = threading.Thread(target=self.service.run, name="sync", daemon=True)

    def open_link(self, settings: Settings) -> ScriptedLink:
        self.links_opened.append(settings.link)
        return self.link

    def after(self, cycles: int, do: Callable[[], Any]) -> None:
        """Has something done, in the service's thread, when so many cycles are over."""

        def listen(event: SyncEvent) -> None:
            if isinstance(event, CycleFinished) and len(self.reports) == cycles:
                do()

        self.service.add_listener(listen)

    def run(self, cycles: int) -> list[CycleReport]:
        """Starts the service and closes it after so many cycles."""
        self.after(cycles, self.service.close)
        self.service.start()
        self.thread.start()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.reports

    def once(self) -> CycleReport:
        """One cycle on request, in a service that is not started."""
        future = self.service.sync_once()
        self.thread.start()
        try:
            return future.result(20)
        finally:
            self.close()

    def close(self) -> None:
        while self.thread.is_alive():
            self.service.close()
            self.thread.join(0.05)

    @property
    def reports(self) -> list[CycleReport]:
        return [event.report for event in self.events if isinstance(event, CycleFinished)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


Open = Callable[..., Site]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Open]:
    sites: list[Site] = []

    def make(*steps: Step, **settings: Any) -> Site:
        sites.append(Site(tmp_path, *steps, **settings))
        return sites[-1]

    yield make
    for made in sites:
        made.close()


def test_a_good_cycle_is_stored_whole_and_reported(site: Open) -> None:
    building = site(WHOLE)
    report = building.once()
    assert (report.outcome, report.reason, report.attempts, report.run_id) == (Outcome.OK, None, 1, 1)
    assert (report.devices, report.points, report.samples, report.skipped) == (2, 512, 512, 0)
    assert report.bytes == len(WHOLE)
    assert list(report.phases_ms) == ["fetch", "parse", "begin", "upsert", "trendlog", "commit", "validate"]
    assert building.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(512,)]
    [(run_id, outcome, attempts, bytes_, devices, points, samples, phases)] = building.rows(
        "SELECT id, outcome, attempts, bytes, devices, points, samples, phases_ms FROM SYNC_RUNS"
    )
    assert (run_id, outcome, attempts, bytes_, devices, points, samples) == (1, "ok", 1, len(WHOLE), 2, 512, 512)
    assert list(json.loads(phases)) == ["fetch", "parse", "begin", "upsert", "trendlog"]


def test_the_steps_of_a_cycle_happen_in_the_order_of_the_document(site: Open) -> None:
    building = site()
    building.once()
    steps = [type(event) for event in building.events if not isinstance(event, TrendLogsRead)]
    assert steps == [
        CycleStarted,
        ServiceInitialized,
        CallStarted,
        AnswerDecoded,
        TransactionStarted,
        *(PanelUpserted, PanelLogged) * 2,
        Committed,
        Validated,
        CycleFinished,
    ]
    assert [(event.panel.position, event.panel.total) for event in building.of(PanelUpserted)] == [(1, 2), (2, 2)]


def test_a_listener_is_told_with_the_commit_what_was_stored_and_where(site: Open) -> None:
    building = site(ANSWER, LinkTimeoutError("T3000 gave no answer within 30 s"))
    building.run(2)
    (committed,), (decoded,) = building.of(Committed), building.of(AnswerDecoded)
    good, failed = building.of(CycleFinished)
    assert committed.snapshot is decoded.snapshot
    assert (committed.panels, committed.database) == (2, building.service.database_in_use)
    assert good.snapshot is committed.snapshot
    assert failed.snapshot is None


def test_the_first_cycle_runs_at_once_and_the_next_ones_every_interval(site: Open) -> None:
    building = site(sync_interval_secs=60)
    began: list[float] = []
    building.service.add_listener(
        lambda event: began.append(building.clock.now_s) if isinstance(event, CallStarted) else None
    )
    building.run(3)
    assert began == [0, 60, 120]


def test_a_cycle_longer_than_the_interval_leaves_out_slots_instead_of_running_without_pause(site: Open) -> None:
    building = site(sync_interval_secs=10)

    def slow() -> bytes:
        began.append(building.clock.now_s)
        building.clock.now_s += 25
        return ANSWER

    began: list[float] = []
    building.link.steps = [slow]
    building.run(3)
    assert began == [0, 30, 60]


def test_a_jump_of_the_wall_clock_changes_no_schedule(site: Open) -> None:
    building = site(sync_interval_secs=30)
    began: list[float] = []

    def jump() -> bytes:
        began.append(building.clock.now_s)
        building.clock.utc_offset_s -= 3600
        return ANSWER

    building.link.steps = [jump]
    building.run(3)
    assert began == [0, 30, 60]


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


def test_sync_once_works_while_the_service_is_stopped_and_does_not_start_it(site: Open) -> None:
    building = site()
    building.once()
    assert len(building.reports) == 1
    assert building.of(CycleFinished)[0].next_in_s is None


def test_sync_once_asked_for_during_a_cycle_joins_that_cycle(site: Open) -> None:
    building = site()
    joined: list[Future[CycleReport]] = []

    def ask_again() -> bytes:
        joined.append(building.service.sync_once())
        return ANSWER

    building.link.steps = [ask_again]
    first = building.once()
    assert joined[0].result(5) == first
    assert building.link.fetches == 1


def test_stop_ends_a_call_that_hangs_and_the_service_can_be_started_again(site: Open) -> None:
    building = site()
    building.link.steps = [building.link.hang, ANSWER]
    building.service.start()
    building.thread.start()
    assert building.link.hanging.wait(5)
    building.service.stop()
    report = building.service.sync_once().result(5)
    if report.outcome is Outcome.INTERRUPTED:  # it joined the cycle that was being stopped
        report = building.service.sync_once().result(5)
    assert report.outcome is Outcome.OK
    assert building.reports[0].outcome is Outcome.INTERRUPTED
    assert building.rows("SELECT outcome FROM SYNC_RUNS")[0] == ("interrupted",)


def test_close_ends_the_wait_for_a_retry_at_once(site: Open) -> None:
    building = site(NOT_READY)
    building.service.add_listener(lambda event: building.service.close() if isinstance(event, RetryScheduled) else None)
    building.service.start()
    building.thread.start()
    building.thread.join(5)
    assert not building.thread.is_alive()
    assert [report.outcome for report in building.reports] == [Outcome.INTERRUPTED]
    assert building.link.closed


def test_settings_changed_while_running_count_from_the_next_cycle_without_a_restart(site: Open) -> None:
    building = site(sync_interval_secs=3600)
    began: list[float] = []
    building.service.add_listener(
        lambda event: began.append(building.clock.now_s) if isinstance(event, CallStarted) else None
    )
    changed = building.settings.with_values(sync_interval_secs=20, retry_attempts=0)
    building.after(1, lambda: building.service.apply(changed))
    building.run(3)
    assert began == [0, 20, 40]
    assert [event.attempts for event in building.of(CallStarted)] == [4, 1, 1]
    assert building.links_opened == ["demo"]
    assert building.rows("SELECT sync_interval FROM SYNC_RUNS") == [(3600,), (20,), (20,)]


def test_a_shorter_interval_asked_for_during_a_call_counts_from_then(site: Open) -> None:
    building = site(sync_interval_secs=3600)

    def apply() -> bytes:
        began.append(building.clock.now_s)
        building.service.apply(building.settings.with_values(sync_interval_secs=20))
        return ANSWER

    began: list[float] = []
    building.link.steps = [apply]
    building.run(3)
    assert began == [0, 20, 40]


def test_a_start_during_the_cycle_that_a_stop_ends_runs_a_cycle_at_once(site: Open) -> None:
    building = site(sync_interval_secs=3600)
    began: list[float] = []

    def restart() -> bytes:
        began.append(building.clock.now_s)
        if len(began) == 1:
            building.service.stop()
            building.service.start()
        return ANSWER

    building.link.steps = [restart]
    building.run(2)
    assert began == [0, 0]


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


def test_another_link_or_database_is_opened_for_the_next_cycle(site: Open, tmp_path: Path) -> None:
    building = site()
    other = tmp_path / "other.db"
    changed = building.settings.with_values(link="replay", replay="x", database=f"sqlite:///{other}")
    building.after(1, lambda: building.service.apply(changed))
    building.run(2)
    assert building.links_opened == ["demo", "replay"]
    assert building.rows("SELECT count(*) FROM SYNC_RUNS") == [(1,)]
    with closing(sqlite3.connect(other)) as connection:
        assert connection.execute("SELECT count(*) FROM SYNC_RUNS").fetchone() == (1,)


def test_a_listener_that_fails_harms_neither_the_cycle_nor_the_other_listeners(
    site: Open, caplog: pytest.LogCaptureFixture
) -> None:
    building = site()
    heard: list[SyncEvent] = []

    def fail(event: SyncEvent) -> None:
        raise ValueError("a listener")

    building.service.add_listener(fail)
    building.service.add_listener(heard.append)
    assert building.once().outcome is Outcome.OK
    assert heard == building.events


def test_panel_settings_complete_the_panels_and_are_asked_for_once(site: Open) -> None:
    building = site()
    building.link.settings = PanelSettings("10.0.0.7", 502, 9, 4)
    building.run(2)
    found = building.rows("SELECT DISTINCT port, modbus_address, bacnet_mstp_mac_id FROM DEVICES")
    assert found == [(502, 9, 4)]


def test_an_answer_is_stored_although_the_panel_settings_cannot_be_read(site: Open) -> None:
    building = site()
    building.link.settings = LinkTimeoutError("T3000 gave no answer")
    assert building.once().outcome is Outcome.OK
    assert building.rows("SELECT count(*) FROM DEVICES") == [(2,)]


def test_a_panel_that_refuses_its_settings_does_not_keep_the_others_from_theirs(site: Open) -> None:
    building = site()
    refused: list[int] = []

    def settings(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        if not refused:
            refused.append(panel_id)
            raise RefusedError("T3000 refused the panel settings")
        return PanelSettings("10.0.0.7", 502, 9, 4)

    building.link.panel_settings = settings  # type: ignore[method-assign]
    building.run(2)
    assert sorted(building.rows("SELECT port FROM DEVICES"), key=str) == [(502,), (None,)]
    assert len(refused) == 1


def test_a_panel_that_refused_its_settings_is_asked_again_after_ten_minutes(site: Open) -> None:
    building = site(sync_interval_secs=200)
    asked: list[tuple[float, int, int]] = []

    def settings(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        asked.append((building.clock.now_s, panel_id, serial_number))
        if building.clock.now_s < 300:
            raise RefusedError("T3000 has the settings of no panel there")
        return PanelSettings(port=502)

    building.link.panel_settings = settings  # type: ignore[method-assign]
    building.run(6)
    panels = [(device.panel_id, device.serial_number) for device in AnswerDecoder().decode(ANSWER, 1).panels]
    assert asked == [(at_s, *panel) for at_s in (0, 600) for panel in panels]
    assert building.rows("SELECT port FROM DEVICES") == [(502,), (502,)]


def with_time(time_s: int) -> bytes:
    """The same answer, read at another time."""
    return ANSWER.replace(b"1761960", str(time_s)[:7].encode())


@pytest.mark.parametrize(("link", "noted"), [("library", True), ("replay", False)])
def test_a_library_whose_times_stand_still_is_noted_and_stored_all_the_same(site: Open, link: str, noted: bool) -> None:
    building = site(link=link, sync_interval_secs=60)
    reports = building.run(8)
    assert {report.outcome for report in reports} == {Outcome.OK}
    assert [report.samples for report in reports] == [POINTS] * 8
    note = "T3000 reads no panel anew for this request"
    notes = [event.snapshot.note for event in building.of(AnswerDecoded)]
    assert notes == [""] * 6 + [note if noted else ""] * 2  # longer than 5 minutes


def test_one_panel_that_is_read_is_enough_and_reading_again_ends_the_note(site: Open) -> None:
    building = site(*[ANSWER] * 8, with_time(1_762_000_895), link="library", sync_interval_secs=60)
    building.run(15)
    notes = [bool(event.snapshot.note) for event in building.of(AnswerDecoded)]
    assert notes == [False] * 6 + [True] * 2 + [False] * 6 + [True]


def test_all_panel_settings_together_take_no_longer_than_one_answer(site: Open) -> None:
    building = site(timeout_seconds=10)
    asked: list[float] = []

    def slow(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        asked.append(timeout_s)
        building.clock.now_s += 12
        return PanelSettings(port=502)

    building.link.panel_settings = slow  # type: ignore[method-assign]
    building.run(1)
    assert asked == [10]
    assert sorted(building.rows("SELECT port FROM DEVICES"), key=str) == [(502,), (None,)]


def test_trend_logs_are_read_once_5_seconds_after_the_first_good_cycle_a_panel_every_half_second(site: Open) -> None:
    building = site(NoNewDataError("nothing"), ANSWER, sync_interval_secs=30)
    building.link.trend_log_answers = (TrendLog("MON1", "AHU", 900, True, 5, 3, 0.4),)
    ended: list[float] = []
    building.service.add_listener(
        lambda event: ended.append(building.clock.now_s) if isinstance(event, TrendLogsRead) else None
    )
    building.run(4)
    assert len(building.link.trend_logs_asked) == 2
    assert ended == [30 + 5 + 0.5]
    assert building.of(TrendLogsRead)[0].trend_logs == 2
    assert building.rows("SELECT count(*) FROM TRENDLOGS") == [(2,)]


def test_a_link_that_asks_panel_by_panel_is_followed(site: Open) -> None:
    def ask_two() -> bytes:
        building.link.on_panel(1, 2)
        building.link.on_panel(2, 2)
        return ANSWER

    building = site(ask_two)
    building.run(1)
    assert [(event.position, event.total) for event in building.of(PanelAsked)] == [(1, 2), (2, 2)]


def test_a_site_whose_panels_another_one_tells_of_has_its_cycles_all_the_same(site: Open) -> None:
    building = site()
    building.service.claims.of_site("Other", AnswerDecoder().decode(ANSWER, int(building.clock.utc_s())), 30)
    first, second = building.run(2)
    assert (first.outcome, first.devices, second.outcome) == (Outcome.OK, 0, Outcome.OK)
    assert building.link.trend_logs_asked == []


def test_a_link_without_trend_logs_is_asked_once_and_says_so_in_one_line(site: Open) -> None:
    building = site(sync_interval_secs=30)
    building.run(3)
    assert len(building.link.trend_logs_asked) == 1
    [event] = building.of(TrendLogsRead)
    lines = FlowLines().of(event)
    assert [level for level, _ in lines] == [logging.INFO]


def test_the_log_follows_the_document_line_by_line(site: Open, caplog: pytest.LogCaptureFixture) -> None:
    building = site(WHOLE, sync_interval_secs=30)
    building.service.add_listener(FlowLog())
    caplog.set_level(logging.INFO, logger="t3monitor.ffi")
    building.run(1)
    written = [
        line for record in caplog.records if record.name == "t3monitor.ffi" for line in record.message.split("\n")
    ]
    serials = [serial for (serial,) in building.rows("SELECT serial_number FROM DEVICES ORDER BY panel_id")]
    names = [name for (name,) in building.rows("SELECT panel_name FROM DEVICES ORDER BY panel_id")]
    panels = [
        line
        for position, (serial, name) in enumerate(zip(serials, names, strict=True), start=1)
        for line in (
            f"📱 Device {position}/2: Serial={serial}, Name='{name}'",
            "🔧 Processing 64 INPUT points...",
            "✅ INPUT points completed",
            "🔧 Processing 64 OUTPUT points...",
            "✅ OUTPUT points completed",
            "🔧 Processing 128 VARIABLE points...",
            "✅ VARIABLE points completed",
            "📊 Trend logs inserted (256 entries)",
            f"🎯 Device {serial} completed",
        )
    ]
    called = written[6]
    assert called.startswith("[=== LOGGING_DATA C++ FFI Call [")
    assert written == [
        "🚀 Starting T3000 LOGGING_DATA sync service with 30-second intervals",
        "⚡ Running immediate sync on startup, then continuing with periodic sync...",
        "🏃 Performing immediate startup sync...",
        "⚙️ Config: Timeout 30s, Retry 3x",
        "✅ Database connection established",
        "🔄 Starting HandleWebViewMsg(15) call",
        called,
        f"📋 FFI Response - 2 devices found, {len(WHOLE)} characters received",
        "💾 Database transaction started",
        *panels,
        "💾 Committing transaction (2 devices)",
        "✅ Transaction committed successfully",
        "🔍 Validation: Checking data persistence",
        *(
            f"📊 Validation results: Device {serial}: 1 record(s) in DEVICES table; "
            "64 INPUT points; 64 OUTPUT points; 128 VARIABLE points;"
            for serial in serials
        ),
        "🎉 SYNC CYCLE COMPLETED - Next in 30s",
        "⏰ Waiting 30 seconds until next sync cycle",
    ]
