"""Baselines: frozen as the database knows the points, and what differs from them later."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from io import StringIO
from math import inf
from pathlib import Path
from typing import Any

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.exchange.differences_csv import Compared, differences_csv
from t3monitor.exchange.table import Separators
from t3monitor.model.baselines import Aspect, BaselineEdit, Frozen, differences
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.baselines import BaselineError, read_baseline, read_baselines, write_baseline
from t3monitor.store.database import Database
from t3monitor.store.present_state import read_present_state
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, point, report

IN, OUT, VAR = PointType
NEVER: dict[str, Any] = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"))


def panel(*inputs: Point, serial: int = 237219, **fields: Any) -> Panel:
    return device(serial, **{"inputs": inputs, "outputs": (), "variables": (), **fields})


def state(*panels: Panel, at_s: float = NOW_S) -> Frozen:
    return Frozen.of(Snapshot(NOW_S, panels), at_s, 30)


def told(then: Panel | Frozen, now: Panel | Frozen, band: float = 1.0) -> list[tuple[str, str, str, str]]:
    frozen = (its if isinstance(its, Frozen) else state(its) for its in (then, now))
    return [
        (its.point.point_id if its.point else "", its.what.value, its.then, its.now)
        for its in differences(*frozen, band)
    ]


def values(kind: PointType, was: float, has: float, band: float = 1.0, **fields: Any) -> bool:
    names = {IN: "inputs", OUT: "outputs", VAR: "variables"}
    then, now = (panel(**{names[kind]: (point(kind, 1, value, **fields),)}) for value in (was, has))
    found = told(then, now, band)
    assert {what for _, what, _, _ in found} <= {"value"}
    return bool(found)


@pytest.mark.parametrize(
    ("kind", "range_", "units", "was", "same", "other"),
    [
        (IN, 3, "°C", 1.2, 2.2, 2.3),
        (IN, 4, "°F", 70.0, 68.0, 67.9),
        (IN, 27, "%", 40.0, 45.0, 45.1),
        (OUT, 2, "%Open", 50.0, 45.0, 44.9),
        (IN, 28, "PPM", 600.0, 700.0, 701.0),
        (VAR, 4, "Pa", 200.0, 210.0, 210.5),
        (VAR, 4, "Pa", 0.0, 0.0, 0.1),
        (VAR, 20, "s", 3600.0, 3660.0, 3661.0),
    ],
)
def test_a_value_differs_beyond_the_band_of_its_unit(
    kind: PointType, range_: int, units: str, was: float, same: float, other: float
) -> None:
    assert not values(kind, was, same, range=range_, units=units)
    assert values(kind, was, other, range=range_, units=units)
    if was:
        assert not values(kind, was, other, band=2, range=range_, units=units)
        assert values(kind, was, same, band=0, range=range_, units=units)
    assert not values(kind, was, was + 1e6, band=inf, range=range_, units=units)


def test_states_differ_at_once_and_counters_only_where_they_went_back() -> None:
    assert values(IN, 0, 1, range=1, units="", digital_analog=0)
    assert values(VAR, 1, 2, range=101, units="")
    assert not values(VAR, 100, 5000, range=26, units="Counts")
    assert values(VAR, 5000, 100, range=26, units="Counts")


def test_each_setting_that_differs_is_told_in_words() -> None:
    was = point(IN, 1, 20.0, label="SAT", full_label="Supply", calibration=0.0, filter=5, jumper=0, status=0)
    has = was._replace(label="RAT", full_label="", calibration=0.5, filter=3, jumper=3, auto_manual=1)
    assert told(panel(was), panel(has)) == [
        ("IN1", "mode", "Auto", "Manual"),
        ("IN1", "label", "SAT", "RAT"),
        ("IN1", "full label", "Supply", ""),
        ("IN1", "calibration", "0", "0.5"),
        ("IN1", "filter", "5", "3"),
        ("IN1", "signal", "Thermistor", "0-10 V"),
    ]
    switched = (panel(outputs=(point(OUT, 1, 0, hw_switch_status=number),)) for number in (1, 2))
    assert told(*switched) == [("OUT1", "switch", "AUTO", "MAN-ON")]


def test_another_range_is_told_and_its_values_are_not_compared() -> None:
    celsius, fahrenheit = point(IN, 1, 20.0, range=3), point(IN, 1, 68.0, range=4, units="°F")
    assert told(panel(celsius), panel(fahrenheit)) == [("IN1", "range", "10K Type2, °C", "10K Type2, °F")]
    alike = (panel(point(IN, 1, 5.0, range=number, units="%")) for number in (16, 17))
    assert told(*alike) == [("IN1", "range", "0-100, %, range 16", "0-100, %, range 17")]


def test_words_and_units_that_one_of_both_does_not_know_are_no_difference() -> None:
    unknown = point(VAR, 1, 1.0, range=101, units="")
    low, high = (unknown._replace(words=((1, word),)) for word in ("Low", "Slow"))
    frozen = {its: panel(variables=(its,)) for its in (unknown, low, high)}
    assert told(frozen[unknown], frozen[low]) == []
    assert told(frozen[low], frozen[unknown]) == []
    assert told(frozen[low], frozen[high]) == [("VAR1", "words", "1 Low", "1 Slow")]
    table = point(IN, 1, 5.0, range=20, units="")
    assert told(panel(table), panel(table._replace(units="gpm"))) == []
    kilograms, gallons = panel(table._replace(units="kg")), panel(table._replace(units="gpm", value=50.0))
    assert told(kilograms, gallons) == [("IN1", "unit", "kg", "gpm")], "values of different units are not compared"


def test_a_faulty_sensor_is_a_status_and_its_value_says_nothing() -> None:
    good, shorted = point(IN, 1, 20.0, status=0), point(IN, 1, 150.0, status=2)
    assert told(panel(good), panel(shorted)) == [("IN1", "status", "Normal", "Shorted")]
    assert told(panel(shorted), panel(good)) == [("IN1", "status", "Shorted", "Normal")]


def test_a_panel_that_is_offline_is_said_to_be_and_its_values_are_not_of_now() -> None:
    then = panel(point(IN, 1, 20.0, label="SAT"))
    now = panel(point(IN, 1, 90.0, label="RAT"), time_s=NOW_S - 7200)
    assert told(then, now) == [
        ("", "online", "online", "offline, last read 2 hours before"),
        ("IN1", "label", "SAT", "RAT"),
    ]
    assert told(now, state(now, at_s=NOW_S + 7200)) == [], "it was offline, and is"


def test_what_was_never_read_is_no_zero() -> None:
    never, read = panel(**NEVER), panel(point(IN, 1, 20.0), point(IN, 2, 0.0, range=0, label="", full_label=""))
    assert told(never, read) == [("", "online", "never read", "online"), ("IN1", "point", "never read", "in use")]
    assert told(read, never) == [("", "online", "online", "never read"), ("IN1", "point", "in use", "never read")]


def test_points_that_nobody_uses_are_not_compared() -> None:
    spare = point(IN, 1, 0.0, range=0, label="IN1", full_label="")
    assert told(panel(spare), panel(spare.with_value(50.0)._replace(filter=3))) == []
    assert told(panel(spare), panel(spare._replace(range=3))) == [("IN1", "range", "Unused, °C", "10K Type2, °C")]


def test_a_renumbered_or_renamed_panel_is_no_other_panel() -> None:
    then = panel(point(IN, 1, 20.0))
    now = panel(point(IN, 1, 25.0), panel_id=9, panel_name="Roof")
    assert told(then, now) == [
        ("", "panel name", "Panel 1", "Roof"),
        ("", "panel number", "1", "9"),
        ("IN1", "value", "20.00 °C", "25.00 °C"),
    ]


def test_another_controller_at_a_panels_number_is_said_to_be_one() -> None:
    old, new = panel(point(IN, 1, 20.0)), panel(point(IN, 1, 25.0), serial=240001)
    expected = [("", "panel", "serial number 237219", "serial number 240001")]
    assert told(old, new) == expected
    gone = replace(old, **dict.fromkeys(NEVER, NOW_S - 9 * 86_400))
    assert told(old, state(gone, new)) == expected, "the database still knows the old one"
    both = state(old, new)
    assert told(old, both) == [("", "panel", "not known", "there")], "two panels with one number, both online"


def test_a_panel_that_is_gone_is_missing() -> None:
    first, second = panel(point(IN, 1)), panel(point(IN, 1), serial=5, panel_id=2)
    assert told(state(first, second), first) == [("", "panel", "there", "missing")]


def test_the_difference_of_a_measured_value_is_a_number() -> None:
    then, now = panel(point(IN, 1, 20.0)), panel(point(IN, 1, 17.5))
    (found,) = differences(state(then), state(now))
    assert (found.what, found.delta) == (Aspect.VALUE, -2.5)
    assert found.key == (237219, IN, 1)


def test_values_are_numbers_in_the_file_and_their_unit_is_beside_them() -> None:
    clock = point(VAR, 1, 3600.0, range=20, units="s")
    then = panel(point(IN, 1, -12.5), point(IN, 2, 0, range=1, digital_analog=0, units=""), variables=(clock,))
    now = panel(
        point(IN, 1, -3.25),
        point(IN, 2, 1, range=1, digital_analog=0, units=""),
        variables=(clock._replace(value=7323.0),),
    )
    found = differences(state(then), state(now))
    table = differences_csv(found, Compared("a", NOW_S, "b", NOW_S), Separators(",", ";"), UTC).decode("utf-8-sig")
    assert [row[6:] for row in csv.reader(StringIO(table, newline=""), delimiter=";")] == [
        ["What", "a, 2025-11-01 01:35:00 UTC+00:00", "b, 2025-11-01 01:35:00 UTC+00:00", "Difference", "Unit"],
        ["value", "-12,5", "-3,25", "9,25", "°C"],
        ["value", "Off", "On", "", ""],
        ["value", "1:00:00", "2:02:03", "1:02:03", ""],
    ]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "x.db"))
    yield database
    database.close()


def store(database: Database, *panels: Panel) -> None:
    with Writer(database).cycle(30) as transaction:
        for its in panels:
            transaction.upsert(its, NOW_S)
        transaction.record(report())


ALL = device(
    inputs=(point(IN, 1, 20.5, status=1, calibration=0.5, filter=5, jumper=4),),
    outputs=(point(OUT, 3, 1.0, hw_switch_status=2, range=1, digital_analog=0, units=""),),
    variables=(point(VAR, 128, -3.25), point(VAR, 7, 0.0, range=0, label="", full_label="")),
)


def test_what_was_frozen_is_read_back_as_it_was(database: Database) -> None:
    store(database, ALL, panel(point(IN, 2, 1.0), serial=5, panel_id=2, time_s=NOW_S - 86_400))
    write_baseline(database, BaselineEdit("freeze", "Commissioning", author="ann"), NOW_S, 30)
    frozen = read_baseline(database.url, "Commissioning")
    now = Frozen.of(read_present_state(database.url, lambda: NOW_S), NOW_S, 30)
    assert list(differences(frozen, now, 0)) == []
    assert list(differences(now, frozen, 0)) == []
    assert (frozen.taken_at, frozen.online) == (NOW_S, {237219})
    assert {(its.serial_number, its.panel_name, its.point_count) for its in frozen.panels} == {
        (237219, "Panel 1", 4), (5, "Panel 2", 1)
    }  # fmt: skip
    (listed,) = read_baselines(database.url)
    assert listed == ("Commissioning", NOW_S, "ann", 2, 5)


def test_what_happens_later_changes_no_baseline(database: Database) -> None:
    store(database, ALL)
    write_baseline(database, BaselineEdit("freeze", "first"), NOW_S, 30)
    store(database, replace(ALL, inputs=(ALL.inputs[0]._replace(label="New", value=99.0),)))
    write_baseline(database, BaselineEdit("freeze", "second"), NOW_S + 5, 30)
    first, second = (read_baseline(database.url, name) for name in ("first", "second"))
    assert [(its.what, its.then, its.now) for its in differences(first, second)] == [(Aspect.LABEL, "L1", "New")]
    assert [its.name for its in read_baselines(database.url)] == ["second", "first"]


def test_a_baseline_is_renamed_and_deleted_by_its_name(database: Database) -> None:
    store(database, ALL)
    for name in ("a", "b"):
        write_baseline(database, BaselineEdit("freeze", name), NOW_S, 30)
    write_baseline(database, BaselineEdit("rename", "a", "c"), NOW_S, 30)
    write_baseline(database, BaselineEdit("delete", "b"), NOW_S, 30)
    assert [its.name for its in read_baselines(database.url)] == ["c"]
    with database.writing() as cursor:
        for table in ("BASELINE_PANELS", "BASELINE_POINTS"):
            (left,) = cursor.execute(f"SELECT count(DISTINCT baseline_id) FROM {table}").fetchone()
            assert left == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (BaselineEdit("freeze", "a"), "There is a baseline “a” already"),
        (BaselineEdit("freeze", "  "), "needs a name"),
        (BaselineEdit("rename", "a", "a"), "There is a baseline “a” already"),
        (BaselineEdit("rename", "x", "y"), "has no baseline “x”"),
        (BaselineEdit("delete", "x"), "has no baseline “x”"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(
    database: Database, edit: BaselineEdit, words: str
) -> None:
    store(database, ALL)
    write_baseline(database, BaselineEdit("freeze", "a"), NOW_S, 30)
    with pytest.raises(BaselineError, match=words):
        write_baseline(database, edit, NOW_S, 30)
    assert [its.name for its in read_baselines(database.url)] == ["a"]
    assert len(read_baseline(database.url, "a").panels) == 1


def test_a_database_without_panels_has_nothing_to_freeze(database: Database) -> None:
    with pytest.raises(BaselineError, match="no panel"):
        write_baseline(database, BaselineEdit("freeze", "a"), NOW_S, 30)
    assert read_baselines(database.url) == ()
    with pytest.raises(BaselineError, match="has no baseline"):
        read_baseline(database.url, "a")
