"""What is stored of a site that is read live, in whole cycles and in virtual time, where something goes wrong."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clock import FakeClock
from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseError, Outcome
from t3monitor.model.events import AnswerDecoded, CycleFinished, CycleReport, SyncEvent
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.writer import CycleTransaction
from t3monitor.sync.service import SyncService
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_client import ModelClient
from t3000_model import PanelModel, T3000Model, make_panels

SERIAL = 237219
USED = (20, 12, 10)
STEP_S = 30


class LiveCycles:
    """A T3000 whose panels are read live; each `run` is one of our program, from its start to its end."""

    def __init__(self, folder: Path, panels: list[PanelModel]) -> None:
        self.file = folder / "history.db"
        self.panels = panels
        self.clock = FakeClock()
        self.t3000 = T3000Model(panels, self.clock.monotonic_s, self.clock.utc_s)
        self.client = ModelClient(self.t3000, self.clock)
        self.snapshots: list[Snapshot] = []

    def run(self, cycles: int, after: Callable[[int], None] = lambda _: None) -> list[CycleReport]:
        """The reports of so many cycles; ``after`` is called with the number of each that has ended."""
        settings = Settings(link="webapi", web_reading="live", sync_interval_secs=STEP_S)
        service = SyncService(settings, lambda _: self._link(), lambda _: f"sqlite:///{self.file}", self.clock)
        reports: list[CycleReport] = []

        def listen(event: SyncEvent) -> None:
            if isinstance(event, AnswerDecoded):
                self.snapshots.append(event.snapshot)
            if isinstance(event, CycleFinished):
                reports.append(event.report)
                after(len(reports))
                if len(reports) == cycles:
                    service.close()

        service.add_listener(listen)
        service.start()
        thread = threading.Thread(target=service.run, name="sync", daemon=True)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        self.clock.now_s += STEP_S
        return reports

    def _link(self) -> WebApiLink:
        return WebApiLink(
            "http://127.0.0.1:9103",
            "live",
            monotonic_s=self.clock.monotonic_s,
            utc_s=self.clock.utc_s,
            client=self.client,
        )

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def live(tmp_path: Path) -> LiveCycles:
    return LiveCycles(tmp_path, make_panels(2, used=USED, alike=False))


def test_what_a_cycle_read_and_could_not_store_is_in_the_tables_after_the_next(
    live: LiveCycles, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = CycleTransaction.record
    fails = iter((True, False))

    def locked(transaction: CycleTransaction, report: CycleReport) -> None:
        if next(fails):
            raise DatabaseError("The database is locked")
        record(transaction, report)

    monkeypatch.setattr(CycleTransaction, "record", locked)
    reports = live.run(2)
    assert [report.outcome for report in reports] == [Outcome.DATABASE, Outcome.OK]
    for table, points in (("INPUT_POINTS", 64), ("OUTPUT_POINTS", 64), ("VARIABLE_POINTS", 128)):
        assert live.rows(f"SELECT count(*) FROM {table}") == [(2 * points,)]
    assert reports[1].points < 150
    times = live.rows("SELECT logging_time FROM TRENDLOG_FRAMES")
    assert min(times)[0] >= int(reports[1].started_at)  # history has no times of before for values of now


def test_a_point_whose_value_cannot_be_read_is_null_and_makes_no_new_layout(live: LiveCycles) -> None:
    def after(cycle: int) -> None:
        live.panels[0].members = {f"IN{cycle % 7 + 1}": {"value": "x"}, "OUT3": {"value": "x"}} if cycle > 2 else {}

    live.run(14, after)
    live.run(4)
    assert live.rows("SELECT count(*) FROM TRENDLOG_LAYOUTS") == [(6,)]
    vectors = live.rows(
        f"SELECT vals FROM TRENDLOG_FRAMES WHERE serial_number = {SERIAL + 1} AND point_type = 'INPUT' ORDER BY run_id"
    )
    assert [vals.count("null") for (vals,) in vectors[3:]] == [1] * 15
    assert all(len(vals.split(",")) == 20 for (vals,) in vectors)


def test_a_group_that_goes_out_of_use_makes_a_layout_without_its_points(live: LiveCycles) -> None:
    def after(cycle: int) -> None:
        if cycle == 2:
            live.panels[0].used = (10, 12, 10)

    live.run(5, after)
    (vals,) = live.rows(
        f"SELECT vals FROM TRENDLOG_FRAMES WHERE serial_number = {SERIAL + 1} AND point_type = 'INPUT'"
        " ORDER BY run_id DESC LIMIT 1"
    )[0]
    assert len(vals.split(",")) == 10


def test_words_of_another_controller_with_the_serial_number_of_a_known_one_are_not_stored(tmp_path: Path) -> None:
    panels = make_panels(2, used=USED, alike=False)
    twin = PanelModel(9, panels[0].serial_number, 2009, "TWIN", "10.0.0.9", used=USED, labels="T")
    for panel, words in ((panels[0], ("Shut", "Run")), (twin, ("Theirs", "Too"))):
        panel.members["IN2"] = {"range": 23, "digital_analog": 0}
        panel.digital_words = {23: words}
    live = LiveCycles(tmp_path, [*panels, twin])
    live.t3000.scan_interval_s = 700
    reports = live.run(60)
    assert "two controllers have the serial number" in (reports[-1].reason or "")
    assert any(call["action"] == 0 and call["panelId"] == 9 for _, call in live.client.sent)
    assert live.rows("SELECT words FROM RANGE_WORDS") == [('[[0, "Shut"], [1, "Run"]]',)]


def test_a_silent_panel_is_asked_again_where_all_cycles_are_asked_for_by_hand(tmp_path: Path) -> None:
    live = LiveCycles(tmp_path, make_panels(3, used=USED, alike=False))
    service = SyncService(
        Settings(link="webapi", web_reading="live"),
        lambda _: live._link(),
        lambda _: f"sqlite:///{live.file}",
        live.clock,
    )
    thread = threading.Thread(target=service.run, name="sync", daemon=True)
    thread.start()
    outcomes = []
    for cycle in range(12):
        live.panels[1].reachable = cycle != 1
        outcomes.append(service.sync_once().result(20).outcome)
        live.clock.now_s += STEP_S
    service.close()
    thread.join(20)
    assert outcomes[:3] == [Outcome.OK, Outcome.PARTIAL, Outcome.PARTIAL]
    assert outcomes[-1] is Outcome.OK
