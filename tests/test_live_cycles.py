"""Whole cycles of live reading into a real database, in virtual time: what is recorded, shown and remembered."""

import json
from pathlib import Path

import pytest

from live_cycles import LiveCycles, site_panels
from t3monitor.model.errors import Outcome
from t3monitor.model.point_types import PointType
from t3000_model import make_panels

IN_USE = 20 + 20 + 10  # points of the groups in use


@pytest.fixture
def site(tmp_path: Path) -> LiveCycles:
    return LiveCycles(tmp_path, site_panels(2))


def test_the_groups_in_use_are_recorded_and_all_points_are_in_the_present_state(site: LiveCycles) -> None:
    reports = site.run(3)
    assert [report.outcome for report in reports] == [Outcome.OK] * 3
    assert [report.samples for report in reports] == [2 * IN_USE] * 3
    assert reports[0].points == 512
    assert all(2 * IN_USE <= report.points <= 2 * IN_USE + 30 for report in reports[1:])
    assert site.value("SELECT count(*) FROM TRENDLOG_DATA") == 3 * 2 * IN_USE
    assert site.value("SELECT count(*) FROM INPUT_POINTS") == 128
    assert site.value("SELECT count(*) FROM TRENDLOG_LAYOUTS") == 6
    assert site.value("SELECT count(*) FROM TRENDLOG_FRAMES WHERE vals LIKE '%null%'") == 0
    assert site.rows("SELECT DISTINCT expected_spacing FROM TRENDLOG_FRAMES") == [(30,)]


def test_a_reading_is_stored_with_the_time_of_its_oldest_group(site: LiveCycles) -> None:
    site.run(2)
    times = site.rows("SELECT logging_time FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time")
    began_s = int(site.clock.utc_offset_s)
    assert [time_s - began_s for (time_s,) in times] == [0, 3, 30, 30]
    value = site.rows("SELECT value FROM TRENDLOG_DATA WHERE point_id = 'IN1' AND panel_id = 1 ORDER BY logging_time")
    assert value == [(0.0,), (30.0,)]


def test_a_sweep_changes_the_present_state_and_not_the_history(tmp_path: Path) -> None:
    site = LiveCycles(tmp_path, site_panels(1))
    site.run(1)
    site.t3000.panels[0].members["VAR100"] = {"value": 7000}
    site.run(11, sync_interval_secs=60)
    assert site.value("SELECT value FROM VARIABLE_POINTS WHERE point_id = 'VAR100' AND panel = 1") == 7.0
    assert site.value("SELECT count(*) FROM TRENDLOG_DATA WHERE point_id = 'VAR100'") == 0


def test_null_means_that_t3000_left_a_point_out_and_makes_no_layout(site: LiveCycles) -> None:
    site.run(2)
    site.t3000.panels[0].missing_groups = {(PointType.INPUT, 1)}
    site.run(2)
    assert site.value("SELECT count(*) FROM TRENDLOG_LAYOUTS") == 6
    frames = site.rows("SELECT vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' AND serial_number = 237220")
    assert [json.loads(vals).count(None) for (vals,) in frames] == [0, 0, 10, 10]
    assert [len(json.loads(vals)) for (vals,) in frames] == [20] * 4


def test_a_point_that_is_put_into_use_or_out_of_it_makes_one_layout(site: LiveCycles) -> None:
    site.run(2)
    site.t3000.panels[0].used = (21, 12, 10)
    site.run(11, sync_interval_secs=60)
    assert site.value("SELECT count(*) FROM TRENDLOG_LAYOUTS") == 7
    site.t3000.panels[0].used = (20, 12, 10)
    site.run(13, sync_interval_secs=60)  # for ten minutes it may also be a group of another panel, which looks the same
    layouts = "SELECT count(*) FROM TRENDLOG_LAYOUT_POINTS GROUP BY layout_id ORDER BY layout_id"
    assert [count for (count,) in site.rows(layouts)][6:] == [30, 30], (
        "with IN21 in use, and in the answer that ended it"
    )
    newest = site.rows(
        "SELECT vals FROM TRENDLOG_FRAMES WHERE serial_number = 237220 AND point_type = 'INPUT' ORDER BY run_id DESC"
    )
    assert len(json.loads(newest[0][0])) == 20
    assert None not in json.loads(newest[0][0])


def test_after_a_restart_of_ours_nothing_vanishes_and_no_panel_is_read_whole(site: LiveCycles) -> None:
    site.run(2)
    site.client.sent.clear()
    site.snapshots.clear()
    (report,) = site.run(1)
    assert report.points < 200
    assert report.samples == 2 * IN_USE
    assert [device.point_count for device in site.snapshots[0].panels] == [256, 256]
    assert site.value("SELECT count(*) FROM TRENDLOG_LAYOUTS") == 6
    assert {call["action"] for _, call in site.client.sent} == {17}


def test_panels_whose_turn_has_not_come_stay_in_sight_with_their_age(tmp_path: Path) -> None:
    site = LiveCycles(tmp_path, make_panels(12, used=(64, 64, 128), alike=False))
    site.run(1)
    site.snapshots.clear()
    reports = site.run(4)
    assert [report.outcome for report in reports] == [Outcome.OK] * 4
    assert all(report.devices < 12 for report in reports[1:])
    assert all(report.elapsed_ms <= 30_000 for report in reports[1:])
    for snapshot in site.snapshots:
        assert [device.point_count for device in snapshot.panels] == [256] * 12
        assert snapshot.silent == ()
    ages = [site.snapshots[-1].received_at - (device.read_at or 0) for device in site.snapshots[-1].panels]
    assert max(ages) > 30


def test_live_points_all_records_everything(site: LiveCycles) -> None:
    reports = site.run(2, live_points="all")
    assert [report.samples for report in reports] == [512, 512]
    site.run(1)
    newest = site.rows("SELECT vals FROM TRENDLOG_FRAMES ORDER BY run_id DESC, serial_number, point_type LIMIT 6")
    assert [len(json.loads(vals)) for (vals,) in newest] == [20, 20, 10] * 2
    assert not any(None in json.loads(vals) for (vals,) in newest)


def test_a_dead_panel_keeps_the_cycles_partial_also_those_that_do_not_ask_it(site: LiveCycles) -> None:
    site.run(1)
    site.t3000.panels[1].reachable = False
    reports = site.run(5)
    assert [report.outcome for report in reports] == [Outcome.PARTIAL] * 5
    assert [report.devices for report in reports] == [1] * 5
    assert [report.samples for report in reports] == [IN_USE] * 5
    assert all("panel 2 'AHU-2' was not read: it gives T3000 no answer" in (report.reason or "") for report in reports)
    (status,) = site.rows("SELECT status, input_logging_time, last_seen FROM DEVICES WHERE panel_id = 2")
    assert status[0] == "Offline"
    assert status[1] is not None


def test_a_listed_panel_that_never_answered_is_offline_and_has_no_times(tmp_path: Path) -> None:
    site = LiveCycles(tmp_path, site_panels(2))
    site.t3000.panels[1].reachable = False
    site.run(2)
    (row,) = site.rows(
        "SELECT panel_name, status, input_logging_time, output_logging_time, variable_logging_time, last_seen"
        " FROM DEVICES WHERE panel_id = 2"
    )
    assert row == ("AHU-2", "Offline", None, None, None, None)


def test_words_of_the_site_are_stored_with_their_time_and_survive_a_restart_of_ours(tmp_path: Path) -> None:
    site = LiveCycles(tmp_path, site_panels(1))
    panel = site.t3000.panels[0]
    panel.members["IN2"] = {"range": 23, "digital_analog": 0, "control": 1}
    panel.members["IN3"] = {"range": 21}
    panel.members["VAR1"] = {"range": 101, "value": 2000}
    panel.digital_words = {23: ("Shut", "Run")}
    panel.analog_units = {21: "l/s"}
    panel.multistate = {101: [(1, "Night", 1), (1, "Day", 2)]}
    site.run(2)
    for _ in range(2):
        device = site.snapshots[-1].panels[0]
        assert device.inputs[1].value_text == "Run"
        assert device.inputs[2].units == "l/s"
        assert device.variables[0].value_text == "Day"
        site.run(1)
    assert [call["action"] for _, call in site.client.sent].count(0) == 1
    assert site.value("SELECT count(*) FROM RANGE_WORDS") == 3


def test_a_failure_of_t3000_in_the_middle_of_a_round_loses_nothing_that_was_read(site: LiveCycles) -> None:
    site.run(1)

    def vanish(panel: object, kind: PointType) -> None:
        if kind is PointType.OUTPUT:
            site.t3000.on_live = lambda *_: None
            site.t3000.restart_at(site.clock.now_s + 0.01, down_s=5)

    site.t3000.scan_s = 0
    site.t3000.on_live = vanish
    reports = site.run(3)
    assert reports[0].outcome is Outcome.UNREACHABLE
    assert reports[-1].outcome is Outcome.OK
    stored = [
        time_s
        for (time_s,) in site.rows(
            "SELECT DISTINCT logging_time FROM TRENDLOG_FRAMES WHERE serial_number = 237220 AND point_type = 'INPUT'"
        )
    ]
    assert len(stored) == 3
