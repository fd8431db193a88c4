"""What is stored of a site that is read live, in whole cycles and in virtual time, where something goes wrong."""

import threading
from pathlib import Path
from typing import Any

import pytest

from live_cycles import STEP_S, USED, LiveCycles, site_panels
from t3monitor.model.errors import DatabaseError, Outcome
from t3monitor.store.writing.writer import CycleTransaction
from t3000_model import PanelModel

SERIAL = 237219


@pytest.fixture
def live(tmp_path: Path) -> LiveCycles:
    return LiveCycles(tmp_path, site_panels(2))


def test_what_a_cycle_read_and_could_not_store_is_in_the_tables_after_the_next(
    live: LiveCycles, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = CycleTransaction.record
    fails = iter((True, False))

    def locked(transaction: CycleTransaction, *told: Any) -> None:
        if next(fails):
            raise DatabaseError("The database is locked")
        record(transaction, *told)

    monkeypatch.setattr(CycleTransaction, "record", locked)
    reports = live.run(2)
    assert [report.outcome for report in reports] == [Outcome.DATABASE, Outcome.OK]
    for table, points in (("INPUT_POINTS", 64), ("OUTPUT_POINTS", 64), ("VARIABLE_POINTS", 128)):
        assert live.rows(f"SELECT count(*) FROM {table}") == [(2 * points,)]
    assert reports[1].points < 150
    runs = live.rows("SELECT id, started_at, samples FROM SYNC_RUNS ORDER BY id")
    assert [started_at for _, started_at, _ in runs] == [report.started_at for report in reports]
    for run_id, started_at, samples in runs:  # each reading with its own time
        [(first, last)] = live.rows(
            f"SELECT min(logging_time), max(logging_time) FROM TRENDLOG_FRAMES WHERE run_id = {run_id}"
        )
        assert int(started_at) <= first <= last < started_at + STEP_S
        assert samples > 0


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
    panels = site_panels(2)
    twin = PanelModel(9, panels[0].serial_number, 2009, "TWIN", "10.0.0.9", used=USED, labels="T")
    for panel, words in ((panels[0], ("Shut", "Run")), (twin, ("Theirs", "Too"))):
        panel.members["IN2"] = {"range": 23, "digital_analog": 0}
        panel.digital_words = {23: words}
    live = LiveCycles(tmp_path, [*panels, twin])
    live.t3000.scan_interval_s = 350  # it is the twin that T3000 knows when its list is read again, after ten minutes
    reports = live.run(13, sync_interval_secs=60)
    assert "two controllers have the serial number" in (reports[-1].reason or "")
    assert any(call["action"] == 0 and call["panelId"] == 9 for _, call in live.client.sent)
    assert live.rows("SELECT words FROM RANGE_WORDS") == [('[[0, "Shut"], [1, "Run"]]',)]


def test_a_silent_panel_is_asked_again_where_all_cycles_are_asked_for_by_hand(tmp_path: Path) -> None:
    live = LiveCycles(tmp_path, site_panels(3))
    service = live.service()
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
