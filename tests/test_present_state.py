import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.store.database import Database
from t3monitor.store.layouts import LayoutPoint, find_or_insert
from t3monitor.store.present_state import every_panel, read_present_state
from t3monitor.store.schema import CREATED_BY_CAPTURE, DATA_SOURCE_CAPTURE
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, point, report


def store(file: Path, *snapshots: Snapshot) -> None:
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    for stored in snapshots:
        with writer.cycle(30) as transaction:
            for panel in stored.panels:
                transaction.upsert(panel, stored.received_at)
                transaction.log(panel)
            transaction.record(report())
    database.close()


def listed(serial_number: int) -> Panel:
    """A panel as T3000's list tells of it."""
    never: dict[str, None] = dict.fromkeys(f"{kind}_logging_time" for kind in ("input", "output", "variable"))
    return device(serial_number, inputs=(), outputs=(), variables=(), **never)


def test_what_was_stored_is_read_back_as_it_was(tmp_path: Path) -> None:
    panel = device(
        inputs=(point(PointType.INPUT, 1, 20.5, status=1, calibration=0.5, filter=5, jumper=4),),
        outputs=(point(PointType.OUTPUT, 3, 1.0, low_voltage=2.0, high_voltage=10.0, hw_switch_status=2),),
        variables=(point(PointType.VARIABLE, 128, -3.25, unused=2),),
        settings=PanelSettings("192.168.1.5", 502, 7, 3, 4194302),
        address="192.168.1.5",
        building_name="Main",
    )
    written = Snapshot(NOW_S, (panel, device(5, panel_id=9, settings=PanelSettings())))
    store(tmp_path / "x.db", written)
    assert read_present_state(sqlite_url(tmp_path / "x.db")) == written


def test_a_panel_that_no_longer_answers_is_still_known(tmp_path: Path) -> None:
    gone, there = device(1, panel_id=1), device(2, panel_id=2)
    store(tmp_path / "x.db", Snapshot(NOW_S, (gone, there)), Snapshot(NOW_S + 30, (replace(there),)))
    known = read_present_state(sqlite_url(tmp_path / "x.db"))
    assert known is not None
    assert [panel.serial_number for panel in known.panels] == [1, 2]
    assert known.received_at == NOW_S + 30


def test_what_t3000_told_once_of_a_panel_is_kept_while_it_tells_nothing(tmp_path: Path) -> None:
    told = device(settings=PanelSettings("192.168.1.5", 502, 7, 3, 4711))
    store(tmp_path / "x.db", Snapshot(NOW_S, (told,)), Snapshot(NOW_S + 30, (replace(told, settings=PanelSettings()),)))
    known = read_present_state(sqlite_url(tmp_path / "x.db"))
    assert known is not None
    assert known.panels[0].settings == told.settings


def test_a_missing_file_and_an_empty_database_know_nothing(tmp_path: Path) -> None:
    assert read_present_state(sqlite_url(tmp_path / "x.db")) is None
    store(tmp_path / "x.db")
    assert read_present_state(sqlite_url(tmp_path / "x.db")) is None


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"This is a letter." * 500)
    with pytest.raises(DatabaseUnusableError, match="is not an SQLite database"):
        read_present_state(sqlite_url(tmp_path / "x.db"))


def test_a_panel_that_never_answered_is_silent_and_one_that_fell_silent_is_not(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with Writer(database).cycle(30) as transaction:
        transaction.upsert(device(1), NOW_S)
        for silent in (listed(1), listed(2)):
            transaction.upsert_silent(silent, NOW_S + 30)
        transaction.record(report())
    database.close()
    known = read_present_state(sqlite_url(tmp_path / "x.db"))
    assert known is not None
    assert known.panels == (device(1),)
    assert known.silent == (listed(2),)


def test_types_that_were_never_read_have_no_time(tmp_path: Path) -> None:
    panel = device(outputs=(), output_logging_time=None)
    store(tmp_path / "x.db", Snapshot(NOW_S, (panel,)))
    known = read_present_state(sqlite_url(tmp_path / "x.db"))
    assert known is not None
    assert known.panels == (panel,)


def test_what_a_wrong_clock_of_ours_once_stored_was_received_no_later_than_now(tmp_path: Path) -> None:
    store(tmp_path / "x.db", Snapshot(NOW_S + 86_400, (device(),)))
    known = read_present_state(sqlite_url(tmp_path / "x.db"), lambda: NOW_S)
    assert known is not None
    assert known.received_at == NOW_S


def test_of_a_panel_that_only_its_history_knows_the_newest_labels_are_told_and_no_value(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "x.db")
    assert every_panel(url) == {}
    store(tmp_path / "x.db", Snapshot(NOW_S, (device(5, inputs=(point(PointType.INPUT, 1, 20.5),)),)))
    sources = DATA_SOURCE_CAPTURE, CREATED_BY_CAPTURE
    with closing(sqlite3.connect(tmp_path / "x.db")) as file, file:
        for serial, label in ((7, "old"), (7, "new"), (5, "other")):
            points = tuple(LayoutPoint(f"IN{index}", index, f"{label}{index}", 3, "°C", 1) for index in (1, 2))
            find_or_insert(file.cursor(), serial, PointType.INPUT, 4, points, source=sources)
    known = every_panel(url)
    assert known.keys() == {5, 7}
    assert [(its.label, its.is_past) for its in known[5].inputs] == [("L1", False), ("other2", True)]
    assert [(its.label, its.units, its.is_past) for its in known[7].inputs] == [
        *(("new1", "°C", True), ("new2", "°C", True)),
    ]
    assert (known[7].panel_name, known[7].panel_id, known[7].read_at) == ("Panel 4", 4, None)
    assert [panel.serial_number for panel in read_present_state(url).panels] == [5], "the present state has none of it"
