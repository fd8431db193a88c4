import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError, Outcome
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, PanelSettings, PointGroup
from t3monitor.model.trendlogs import TrendLog
from t3monitor.model.words import RangeWords
from t3monitor.store.database import Database
from t3monitor.store.present_state import read_present_state
from t3monitor.store.words import read_words
from t3monitor.store.writing.rows import json_array
from t3monitor.store.writing.validation import count_back
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, point, points, report, snapshot

DOCUMENTED_QUERY = """
    SELECT * FROM TRENDLOG_DATA
    WHERE data_source = 1  -- FFI_SYNC data
      AND serial_number = 12345
      AND point_type = 'INPUT'
    ORDER BY logging_time DESC
    LIMIT 1000;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database)


def store(writer: Writer, *devices: Panel, received_at: int = NOW_S) -> int:
    with writer.cycle(30) as transaction:
        for stored in devices:
            transaction.upsert(stored, received_at)
            transaction.log(stored)
        transaction.record(report())
    return transaction.run_id


def rows(file: Path, sql: str, *parameters: Any) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql, parameters).fetchall()


def dicts(file: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def test_every_point_of_a_panel_has_one_row_of_present_state(writer: Writer, file: Path) -> None:
    store(writer, device())
    assert rows(file, "SELECT point_index, point_id, value, units FROM INPUT_POINTS") == [
        (1, "IN1", 20.5, "°C"),
        (2, "IN2", 21.0, "°C"),
        (3, "IN3", 0.0, "°C"),
    ]
    assert rows(file, "SELECT count(*) FROM OUTPUT_POINTS") == [(2,)]
    assert rows(file, "SELECT count(*) FROM VARIABLE_POINTS") == [(2,)]


def test_a_point_row_holds_what_only_its_type_carries(writer: Writer, file: Path) -> None:
    store(
        writer,
        device(
            inputs=(point(PointType.INPUT, 1, status=2, calibration=-1.5, filter=5, jumper=4),),
            outputs=(point(PointType.OUTPUT, 1, status=1, low_voltage=2.0, high_voltage=10.0, hw_switch_status=2),),
            variables=(point(PointType.VARIABLE, 1, unused=2),),
        ),
    )
    assert rows(file, "SELECT status, calibration, filter, jumper FROM INPUT_POINTS") == [(2, -1.5, 5, 4)]
    output = rows(file, "SELECT status, low_voltage, high_voltage, hw_switch_status FROM OUTPUT_POINTS")
    assert output == [(1, 2.0, 10.0, 2)]
    assert rows(file, "SELECT status, unused FROM VARIABLE_POINTS") == [(None, 2)]


def test_a_point_that_did_not_change_is_not_written_again(writer: Writer, file: Path) -> None:
    first = device()
    store(writer, first)
    changed = replace(
        first, inputs=(first.inputs[0]._replace(value=22.0), *first.inputs[1:]), input_logging_time=NOW_S + 25
    )
    store(writer, changed, received_at=NOW_S + 30)
    assert rows(file, "SELECT point_id, value, logging_time, updated_at FROM INPUT_POINTS") == [
        ("IN1", 22.0, NOW_S + 25, NOW_S + 30),
        ("IN2", 21.0, NOW_S - 5, NOW_S),
        ("IN3", 0.0, NOW_S - 5, NOW_S),
    ]


def test_an_equal_point_that_is_another_object_is_not_written_again(writer: Writer, file: Path) -> None:
    store(writer, device())
    store(writer, device(inputs=points(PointType.INPUT, 20.5, 9.0, 0.0)), received_at=NOW_S + 30)
    assert rows(file, "SELECT updated_at FROM INPUT_POINTS") == [(NOW_S,), (NOW_S + 30,), (NOW_S,)]
    assert rows(file, "SELECT DISTINCT updated_at FROM VARIABLE_POINTS") == [(NOW_S,)]


def test_an_unchanged_point_is_not_written_by_the_next_program_either(file: Path) -> None:
    for received_at in (NOW_S, NOW_S + 30):
        database = Database(f"sqlite:///{file}")
        store(Writer(database), device(), received_at=received_at)
        database.close()
    assert rows(file, "SELECT DISTINCT updated_at FROM INPUT_POINTS") == [(NOW_S,)]
    assert rows(file, "SELECT first_seen, last_seen FROM DEVICES") == [(NOW_S, NOW_S + 30)]


def test_what_another_program_wrote_in_between_is_overwritten_by_the_next_reading(file: Path) -> None:
    first, second = Database(f"sqlite:///{file}"), Database(f"sqlite:///{file}")
    ours, theirs = Writer(first), Writer(second)
    panel = device()
    store(ours, panel)
    store(theirs, replace(panel, inputs=points(PointType.INPUT, 1.0, 2.0, 3.0)))
    store(ours, panel)
    first.close()
    second.close()
    assert rows(file, "SELECT value FROM INPUT_POINTS") == [(20.5,), (21.0,), (0.0,)]


def test_what_another_program_wrote_and_copied_into_the_file_is_overwritten_by_the_next_reading(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    ours, panel = Writer(database), device()
    store(ours, panel)
    store(ours, panel)
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE INPUT_POINTS SET value = 7")
        other.commit()
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
    store(ours, panel)
    database.close()
    assert rows(file, "SELECT value FROM INPUT_POINTS") == [(20.5,), (21.0,), (0.0,)]


def test_what_is_known_of_a_panel_is_not_forgotten_when_an_answer_lacks_it(writer: Writer, file: Path) -> None:
    known = PanelSettings("192.168.1.5", 502, 7, 3, 42)
    store(writer, device(settings=known, building_name="Main", address="192.168.1.5"))
    store(writer, device(panel_name="Renamed"))
    assert dicts(file, "SELECT * FROM DEVICES") == [
        {
            "serial_number": 237219,
            "panel_id": 1,
            "panel_name": "Renamed",
            "building_name": "Main",
            "address": "192.168.1.5",
            "status": "Online",
            "ip_address": "192.168.1.5",
            "port": 502,
            "modbus_address": 7,
            "bacnet_mstp_mac_id": 3,
            "input_logging_time": NOW_S - 5,
            "output_logging_time": NOW_S - 4,
            "variable_logging_time": NOW_S - 3,
            "first_seen": NOW_S,
            "last_seen": NOW_S,
            "site": "",
            "object_instance": 42,
        }
    ]


def test_a_panel_whose_newest_reading_is_old_is_stale_although_it_was_synced(writer: Writer, file: Path) -> None:
    store(writer, device(time_s=NOW_S - 3600))
    assert rows(file, "SELECT status FROM DEVICES") == [("Stale",)]


def test_the_documented_query_gives_one_row_per_sample_newest_first(writer: Writer, file: Path) -> None:
    store(writer, device(12345, time_s=1000))
    store(writer, device(12345, time_s=1030), device(99999, time_s=1030))
    found = dicts(file, DOCUMENTED_QUERY)
    assert [(row["logging_time"], row["point_id"], row["value"]) for row in found] == [
        (1030, "IN1", 20.5),
        (1030, "IN2", 21.0),
        (1030, "IN3", 0.0),
        (1000, "IN1", 20.5),
        (1000, "IN2", 21.0),
        (1000, "IN3", 0.0),
    ]
    assert found[0] == {
        "serial_number": 12345,
        "panel_id": 1,
        "point_id": "IN1",
        "point_type": "INPUT",
        "point_index": 1,
        "logging_time": 1030,
        "value": 20.5,
        "range": 3,
        "units": "°C",
        "data_source": 1,
        "sync_interval": 30,
        "created_by": "ffi_sync_service",
    }


def test_a_value_of_the_history_is_a_real_number_also_when_it_is_whole(writer: Writer, file: Path) -> None:
    values = (0.0, 1.0, -3.0, 100.05, 1e300, -0.5)
    store(writer, device(inputs=points(PointType.INPUT, *values)))
    found = rows(file, "SELECT value, typeof(value) FROM TRENDLOG_DATA WHERE point_type = 'INPUT'")
    assert found == [(value, "real") for value in values]


def test_the_documented_query_walks_the_history_in_key_order(writer: Writer, file: Path) -> None:
    store(writer, device(12345))
    plan = " | ".join(row[3] for row in rows(file, "EXPLAIN QUERY PLAN " + DOCUMENTED_QUERY))
    assert plan.startswith("SEARCH frame USING PRIMARY KEY (serial_number=? AND point_type=?)")
    assert "TEMP B-TREE" not in plan, "it would sort the whole history to give the newest rows"


def test_one_point_of_the_history_is_found_through_the_key_and_not_by_a_scan(writer: Writer, file: Path) -> None:
    store(writer, device(12345))
    sql = "SELECT value FROM TRENDLOG_DATA WHERE serial_number = 12345 AND point_type = 'INPUT' AND point_index = 2"
    assert rows(file, sql) == [(21.0,)]
    plan = " | ".join(row[3] for row in rows(file, "EXPLAIN QUERY PLAN " + sql))
    assert "SCAN frame" not in plan


def test_equal_readings_are_logged_again_and_never_replaced(writer: Writer, file: Path) -> None:
    store(writer, device())
    store(writer, device())
    assert rows(file, "SELECT count(*) FROM TRENDLOG_DATA WHERE point_id = 'IN1'") == [(2,)]


def test_equal_layouts_are_stored_once(writer: Writer, file: Path) -> None:
    store(writer, device())
    store(writer, device(time_s=NOW_S + 25))
    assert rows(file, "SELECT count(*), count(DISTINCT fingerprint) FROM TRENDLOG_LAYOUTS") == [(3, 3)]


def test_a_new_unit_makes_a_new_layout_and_old_samples_keep_theirs(writer: Writer, file: Path) -> None:
    store(writer, device(time_s=1000))
    store(writer, device(time_s=1030, inputs=points(PointType.INPUT, 68.9, 69.8, 32.0, units="°F", range=4)))
    found = rows(file, "SELECT logging_time, value, units FROM TRENDLOG_DATA WHERE point_id = 'IN1' ORDER BY 1")
    assert found == [(1000, 20.5, "°C"), (1030, 68.9, "°F")]


def test_a_unit_that_is_set_back_uses_its_first_layout_again(writer: Writer, file: Path) -> None:
    celsius, fahrenheit = points(PointType.INPUT, 20.0), points(PointType.INPUT, 68.0, units="°F")
    for time_s, inputs in ((1000, celsius), (1030, fahrenheit), (1060, celsius)):
        store(writer, device(time_s=time_s, inputs=inputs))
    layouts = rows(file, "SELECT layout_id FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time")
    assert layouts[0] == layouts[2] != layouts[1]


@pytest.mark.parametrize("in_parts", [False, True])
def test_a_panel_that_has_another_number_is_recorded_with_it(writer: Writer, file: Path, in_parts: bool) -> None:
    first = device(groups=dict.fromkeys(PointType, (PointGroup(1, 10, 1000, True, True),)) if in_parts else {})
    for time_s, panel_id in ((1000, 1), (1030, 9), (1060, 1)):
        panel = replace(first, panel_id=panel_id, input_logging_time=time_s)  # its points are the same objects
        with writer.cycle(30) as transaction:
            transaction.upsert(panel, time_s)
            transaction.log(panel, whole=panel if in_parts else None)
            transaction.record(report())
    found = rows(file, "SELECT logging_time, panel_id FROM TRENDLOG_DATA WHERE point_id = 'IN1' ORDER BY 1")
    assert found == [(1000, 1), (1030, 9), (1060, 1)]


@pytest.mark.parametrize("new_program", [False, True])
def test_points_that_an_answer_leaves_out_are_missing_samples_not_a_new_layout(file: Path, new_program: bool) -> None:
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    full = device(time_s=1000)
    store(writer, full)
    if new_program:
        writer = Writer(database)
    store(writer, device(time_s=1030, inputs=(full.inputs[0], full.inputs[2])))
    store(writer, device(time_s=1060))
    database.close()
    frames = rows(file, "SELECT vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time")
    assert [vals for (vals,) in frames] == ["[20.5,21,0]", "[20.5,null,0]", "[20.5,21,0]"]
    assert rows(file, "SELECT count(*) FROM TRENDLOG_LAYOUTS WHERE point_type = 'INPUT'") == [(1,)]
    found = rows(file, "SELECT point_id FROM TRENDLOG_DATA WHERE logging_time = 1030 AND point_type = 'INPUT'")
    assert found == [("IN1",), ("IN3",)]


def test_values_that_changed_stand_in_the_history_as_all_of_them_do(writer: Writer, file: Path) -> None:
    readings = (20.5, 21.0, 0.0), (-3.0, 21.0, 1e-7), (-3.0, 0.001, 1e16), (4.0, 5.0, 6.0)
    for time_s, values in enumerate(readings, start=1000):
        store(writer, device(time_s=time_s, inputs=points(PointType.INPUT, *values)))
    frames = rows(file, "SELECT vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time")
    assert [vals for (vals,) in frames] == [json_array(list(values)) for values in readings]


def test_a_value_that_changed_stands_at_its_place_also_where_a_point_is_missing(writer: Writer, file: Path) -> None:
    store(writer, device(time_s=1000))
    one, _, three = points(PointType.INPUT, 20.5, 21.0, 0.0)
    for time_s, value in ((1030, 0.0), (1060, 7.0)):
        store(writer, device(time_s=time_s, inputs=(one, three.with_value(value))))
    frames = rows(file, "SELECT vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time")
    assert [vals for (vals,) in frames] == ["[20.5,21,0]", "[20.5,null,0]", "[20.5,null,7]"]


def test_a_panel_without_points_of_a_type_has_no_frame_for_it(writer: Writer, file: Path) -> None:
    store(writer, device(outputs=()))
    assert rows(file, "SELECT DISTINCT point_type FROM TRENDLOG_FRAMES") == [("INPUT",), ("VARIABLE",)]


def test_an_error_in_a_cycle_leaves_nothing_of_it(writer: Writer, file: Path) -> None:
    store(writer, device(1))
    with pytest.raises(ZeroDivisionError), writer.cycle(30) as transaction:
        transaction.upsert(device(2), NOW_S)
        transaction.log(device(2))
        transaction.record(report())
        raise ZeroDivisionError
    assert rows(file, "SELECT serial_number FROM DEVICES") == [(1,)]
    assert rows(file, "SELECT DISTINCT serial_number FROM TRENDLOG_FRAMES") == [(1,)]
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(1,)]


def test_what_was_rolled_back_is_written_by_the_next_cycle(writer: Writer, file: Path) -> None:
    first = device(time_s=1000)
    changed = replace(first, inputs=points(PointType.INPUT, 1.0, 2.0, 3.0, units="°F"))
    store(writer, first)
    with pytest.raises(ZeroDivisionError), writer.cycle(30) as transaction:
        transaction.upsert(changed, NOW_S)
        transaction.log(changed)
        raise ZeroDivisionError
    store(writer, changed)
    assert rows(file, "SELECT value FROM INPUT_POINTS") == [(1.0,), (2.0,), (3.0,)]
    layouts = rows(file, "SELECT units FROM TRENDLOG_DATA WHERE point_id = 'IN1'")
    assert layouts == [("°C",), ("°F",)]


def test_a_failed_cycle_has_its_row_in_the_ledger(writer: Writer, file: Path) -> None:
    failed = report(Outcome.TIMEOUT, "T3000 gave no answer within 30 s", attempts=1, phases_ms={"fetch": 30000.0})
    assert writer.record_failure(failed, 30) == 1
    assert rows(file, "SELECT id, outcome, reason, attempts, points, phases_ms, sync_interval FROM SYNC_RUNS") == [
        (1, "timeout", "T3000 gave no answer within 30 s", 1, 0, '{"fetch": 30000.0}', 30)
    ]


@pytest.mark.parametrize("new_program", [False, True])
def test_a_cycle_after_the_ledger_was_emptied_is_later_than_those_whose_readings_are_left(
    writer: Writer, database: Database, file: Path, new_program: bool
) -> None:
    for minute in range(3):
        store(writer, device(time_s=NOW_S + 60 * minute))
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("DELETE FROM SYNC_RUNS")
    newer = Writer(database) if new_program else writer
    assert store(newer, device(time_s=NOW_S + 120)) == 4
    assert newer.record_failure(report(Outcome.TIMEOUT, "No answer"), 30) == 5
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("DELETE FROM SYNC_RUNS")
        other.execute("DELETE FROM TRENDLOG_FRAMES")
        other.execute(
            """INSERT INTO TRENDLOG_BLOCKS
            VALUES (1, 'INPUT', 0, 240, 1, 30, 0, 9, 7, 0, 1, 0, NULL, 30, 0, 0, NULL),
                   (1, 'INPUT', 240, 240, 1, 30, 0, 9, 6, 0, 1, 0, NULL, 30, 0, 0, NULL)"""
        )
    assert store(Writer(database) if new_program else writer, device()) == 8


def test_a_cycle_that_validation_found_wanting_has_its_row_corrected(writer: Writer, file: Path) -> None:
    run_id = store(writer, device())
    assert writer.record_failure(report(Outcome.DATABASE, "Validation failed"), 30, run_id) == run_id
    assert rows(file, "SELECT id, outcome, reason FROM SYNC_RUNS") == [(run_id, "database", "Validation failed")]


def test_validation_counts_the_points_of_each_panel_back(database: Database, writer: Writer) -> None:
    stored = device(1), device(2, outputs=())
    run_id = store(writer, *stored)
    assert count_back(database.url, snapshot(*stored), run_id) == {
        1: {PointType.INPUT: 3, PointType.OUTPUT: 2, PointType.VARIABLE: 2},
        2: {PointType.INPUT: 3, PointType.OUTPUT: 0, PointType.VARIABLE: 2},
    }


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM DEVICES", "device 237219 is not in the database"),
        ("DELETE FROM INPUT_POINTS WHERE point_index = 2", "holds 2 INPUT points after the commit, 3 were stored"),
        ("DELETE FROM TRENDLOG_FRAMES WHERE point_type = 'OUTPUT'", "holds 5 samples of this cycle"),
        ("UPDATE TRENDLOG_FRAMES SET vals = '[1,null,2]' WHERE point_type = 'INPUT'", "holds 6 samples"),
    ],
)
def test_validation_notices_what_is_missing(database: Database, writer: Writer, damage: str, sentence: str) -> None:
    run_id = store(writer, device())
    with database.writing() as cursor:
        cursor.execute(damage)
    with pytest.raises(DatabaseError, match=sentence):
        count_back(database.url, snapshot(device()), run_id)


def test_trend_log_configuration_is_replaced_whole(writer: Writer, file: Path) -> None:
    writer.write_trend_logs(5, 2, [TrendLog("MON1", "AHU", 900, True, 5, 3, 0.4)] * 1, NOW_S)
    writer.write_trend_logs(5, 2, [TrendLog("MON2", "VAV", 60, False, 1, 1, 0.0)], NOW_S + 1)
    assert rows(file, "SELECT * FROM TRENDLOGS") == [(5, "MON2", 2, "VAV", 60, "OFF", 1, 1, 0.0, NOW_S + 1)]


# Panels that do not answer, and what was never read


NEVER: dict[str, Any] = {
    **dict.fromkeys(("inputs", "outputs", "variables"), ()),
    **{f"{kind}_logging_time": None for kind in ("input", "output", "variable")},
}
TIMES = "SELECT status, input_logging_time, variable_logging_time, first_seen, last_seen FROM DEVICES"


def test_a_panel_that_never_answered_is_offline_and_was_never_seen(writer: Writer, file: Path) -> None:
    with writer.cycle(30) as transaction:
        transaction.upsert_silent(device(**NEVER), NOW_S)
        transaction.record(report())
    assert rows(file, TIMES) == [("Offline", None, None, NOW_S, None)]
    store(writer, device(), received_at=NOW_S + 30)
    assert rows(file, TIMES) == [("Online", NOW_S - 5, NOW_S - 3, NOW_S, NOW_S + 30)]


def test_a_panel_that_falls_silent_keeps_its_times_name_and_points(writer: Writer, file: Path) -> None:
    store(writer, device(address="10.0.0.5"))
    with writer.cycle(30) as transaction:
        transaction.upsert_silent(device(panel_name="", **NEVER), NOW_S + 30)
        transaction.record(report())
    assert rows(file, TIMES) == [("Offline", NOW_S - 5, NOW_S - 3, NOW_S, NOW_S)]
    assert rows(file, "SELECT panel_name, address FROM DEVICES") == [("Panel 1", "10.0.0.5")]
    assert rows(file, "SELECT count(*) FROM INPUT_POINTS") == [(3,)]


def test_a_type_that_is_not_read_any_more_keeps_the_time_that_is_known(writer: Writer, file: Path) -> None:
    store(writer, device())
    store(writer, device(inputs=(), input_logging_time=None), received_at=NOW_S + 30)
    assert rows(file, TIMES) == [("Online", NOW_S - 5, NOW_S - 3, NOW_S, NOW_S + 30)]
    assert rows(file, "SELECT count(*) FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT'") == [(1,)]


def test_a_panel_is_as_fresh_as_what_is_used_of_it(writer: Writer, file: Path) -> None:
    unused = points(PointType.OUTPUT, 0.0, label="", full_label="", range=0)
    store(writer, device(outputs=unused, output_logging_time=NOW_S - 5000))
    assert rows(file, "SELECT status FROM DEVICES") == [("Online",)]
    store(writer, device(output_logging_time=NOW_S - 5000))
    assert rows(file, "SELECT status FROM DEVICES") == [("Stale",)]


def test_a_point_of_a_panel_read_in_parts_has_the_time_of_its_group(writer: Writer, file: Path) -> None:
    groups = {PointType.INPUT: (PointGroup(1, 2, NOW_S - 50, True, True), PointGroup(3, 10, NOW_S - 900, False, False))}
    store(writer, device(groups=groups))
    assert rows(file, "SELECT logging_time FROM INPUT_POINTS ORDER BY point_index") == [
        (NOW_S - 50,),
        (NOW_S - 50,),
        (NOW_S - 900,),
    ]
    assert rows(file, "SELECT DISTINCT logging_time FROM VARIABLE_POINTS") == [(NOW_S - 3,)]


def test_a_count_of_what_was_never_read_is_right(writer: Writer, database: Database) -> None:
    panel = device(outputs=(), output_logging_time=None)
    run_id = store(writer, panel)
    counted = count_back(database.url, snapshot(panel), run_id)
    assert counted[panel.serial_number][PointType.OUTPUT] == 0


def test_a_row_of_the_future_does_not_decide_which_layout_was_used_last(writer: Writer, file: Path) -> None:
    whole = points(PointType.INPUT, 1.0, 2.0, 3.0)
    renamed = (whole[0]._replace(label="Old"), *whole[1:])
    store(writer, device(inputs=renamed, input_logging_time=NOW_S + 10**8))
    store(writer, device(inputs=whole, input_logging_time=NOW_S))
    store(writer, device(inputs=whole[:2], input_logging_time=NOW_S + 30))
    assert rows(file, "SELECT vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY run_id")[-1] == (
        "[1,2,null]",
    )


# Words


def test_words_are_stored_with_the_time_from_which_they_hold_and_only_where_they_changed(
    writer: Writer, file: Path
) -> None:
    first = RangeWords({23: ((0, "Shut"), (1, "Ajar"))}, {20: "kPa"}, {101: ((1, "Low"),)})
    second = RangeWords({23: ((0, ""), (1, "Open"))}, {20: "", 21: "m³"}, {101: ((2, "High"),)})
    for since, words in ((NOW_S, first), (NOW_S + 30, first), (NOW_S + 60, second), (NOW_S + 90, second)):
        with writer.cycle(30) as transaction:
            transaction.take_words(237219, words, since)
            transaction.record(report())
    assert rows(file, f"SELECT kind, range, words, since - {NOW_S} FROM RANGE_WORDS ORDER BY id") == [
        ("digital", 23, '[[0, "Shut"], [1, "Ajar"]]', 0),
        ("multistate", 101, '[[1, "Low"]]', 0),
        ("table", 20, '"kPa"', 0),
        ("digital", 23, '[[0, "Shut"], [1, "Open"]]', 60),
        ("multistate", 101, '[[1, "Low"], [2, "High"]]', 60),
        ("table", 21, '"m³"', 60),
    ]
    assert read_words(sqlite_url(file)) == {
        237219: RangeWords({23: ((0, "Shut"), (1, "Open"))}, {20: "kPa", 21: "m³"}, {101: ((1, "Low"), (2, "High"))})
    }


def test_words_that_somebody_has_edited_into_nonsense_are_none(writer: Writer, file: Path) -> None:
    with writer.cycle(30) as transaction:
        transaction.take_words(1, RangeWords({23: ((0, "Shut"), (1, "Ajar"))}, {20: "kPa"}), NOW_S)
        transaction.record(report())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE RANGE_WORDS SET words = '[[0]' WHERE kind = 'digital'")
    assert read_words(sqlite_url(file)) == {1: RangeWords({}, {20: "kPa"}, {})}


def test_a_missing_file_has_no_words(tmp_path: Path) -> None:
    assert read_words(sqlite_url(tmp_path / "x.db")) == {}


def test_words_make_no_new_layout_and_a_unit_does(writer: Writer, file: Path) -> None:
    plain = points(PointType.INPUT, 1.0, range=23, digital_analog=0, units="")
    store(writer, device(inputs=plain))
    named = (plain[0]._replace(words=((0, "Shut"), (1, "Ajar"))),)
    store(writer, device(inputs=named, input_logging_time=NOW_S + 1))
    layouts = "SELECT count(*) FROM TRENDLOG_LAYOUTS WHERE point_type = 'INPUT'"
    assert rows(file, layouts) == [(1,)]
    store(writer, device(inputs=points(PointType.INPUT, 1.0, range=20, units=""), input_logging_time=NOW_S + 2))
    store(writer, device(inputs=points(PointType.INPUT, 1.0, range=20, units="kPa"), input_logging_time=NOW_S + 3))
    assert rows(file, layouts) == [(3,)]
    assert rows(file, "SELECT units FROM INPUT_POINTS WHERE point_index = 1") == [("kPa",)]


def test_the_present_state_is_read_in_the_words_of_the_panel(writer: Writer, file: Path) -> None:
    inputs = (
        point(PointType.INPUT, 1, 1.0, range=23, digital_analog=0, units=""),
        point(PointType.INPUT, 2, 5.0, range=20, units=""),
        point(PointType.INPUT, 3, 2.0, range=101, units=""),
    )
    with writer.cycle(30) as transaction:
        transaction.upsert(device(inputs=inputs), NOW_S)
        transaction.take_words(
            237219, RangeWords({23: ((0, "Shut"), (1, "Ajar"))}, {20: "kPa"}, {101: ((2, "High"),)}), NOW_S
        )
        transaction.record(report())
    known = read_present_state(sqlite_url(file))
    assert known is not None
    assert [shown.value_text for shown in known.panels[0].inputs] == ["Ajar", "5.000 kPa", "High"]
