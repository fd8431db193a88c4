"""The service: when cycles run, how it is started, stopped and asked, and what listeners hear."""

import json
import logging
import sqlite3
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from service_site import ANSWER, NOT_READY, WHOLE, Open, site
from t3monitor.model.errors import LinkTimeoutError, Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleReport,
    CycleStarted,
    PanelAsked,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    ServiceInitialized,
    SyncEvent,
    TransactionStarted,
    TrendLogsRead,
    Validated,
)
from t3monitor.sync.flow_log import FlowLog
from t3monitor.t3000.messages import AnswerDecoder

__all__ = ["site"]


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
