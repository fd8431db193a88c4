"""EDE, layout 2.3: its four tables cell by cell, as the format says, and nothing in them that nobody told."""

import csv
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

from t3monitor.exchange.ede import Project, ede_files, ede_tables
from t3monitor.model.bacnet import ENGINEERING_UNITS, BacnetObject, ObjectType, object_of, state_texts, unit_of
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.units import _INPUT_ANALOG, _OUTPUT_ANALOG, _VARIABLE_ANALOG
from values import device, point

IN, OUT, VAR = PointType
PROJECT = Project("Library", date(2026, 11, 9), "T3 Monitor 1.2")


def digital(kind: PointType, number: int, range_: int, **fields: object) -> Point:
    return point(kind, number, digital_analog=0, range=range_, units="", **fields)


PANEL = device(
    inputs=(point(IN, 1, full_label="Supply air", label="SAT"), digital(IN, 2, 13, full_label="Damper")),
    outputs=(digital(OUT, 3, 1, full_label="Fan", label="=FAN"), digital(OUT, 4, 23, words=((0, "Shut"), (1, "Up")))),
    variables=(
        point(VAR, 7, full_label="", label="SP", range=1),
        digital(VAR, 8, 1, full_label="a;b\nc", label=""),
        point(VAR, 9, range=0),
        point(VAR, 10, range=101, units="", words=((1, "Low"),)),
    ),
)


def cells(table: bytes) -> list[list[str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    assert table.count(b"\n") == table.count(b"\r\n")
    return list(csv.reader(StringIO(table.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_head_and_the_columns_are_those_of_layout_2_3() -> None:
    head = cells(ede_tables([PANEL], PROJECT)["EDE"])[:8]
    assert head == [
        ["# Engineering-Data-Exchange - B.I.G.-EU"],
        ["PROJECT_NAME", "Library"],
        ["VERSION_OF_REFERENCEFILE", "1"],
        ["TIMESTAMP_OF_LAST_CHANGE", "09.11.2026"],
        ["AUTHOR_OF_LAST_CHANGE", "T3 Monitor 1.2"],
        ["VERSION_OF_LAYOUT", "2.3"],
        ["#mandatory", "mandatory", "mandatory", "mandatory", "mandatory", *["optional"] * 11],
        [
            *("# keyname", "device obj.-instance", "object-name", "object-type", "object-instance", "description"),
            *("present-value-default", "min-present-value", "max-present-value", "settable", "supports COV"),
            *("hi-limit", "low-limit", "state-text-reference", "unit-code", "vendor-specific-address"),
        ],
    ]


def test_each_point_is_the_object_that_its_panel_has_for_it() -> None:
    rows = cells(ede_tables([PANEL], PROJECT)["EDE"])[8:]
    assert {len(row) for row in rows} == {16}
    assert [row[:6] for row in rows] == [
        ["237219/IN1", "", "Supply air", "0", "1", "SAT"],
        ["237219/IN2", "", "Damper", "3", "2", "L2"],
        ["237219/OUT3", "", "Fan", "4", "3", "'=FAN"],
        ["237219/OUT4", "", "OUT 4", "4", "4", "L4"],
        ["237219/VAR7", "", "SP", "2", "7", "SP"],
        ["237219/VAR8", "", "a;b c", "5", "8", ""],
        ["237219/VAR10", "", "VAR 10", "2", "10", "L10"],
    ]
    assert [row[13:] for row in rows] == [
        ["", "62", "IN1"],
        ["1", "", "IN2"],
        ["2", "", "OUT3"],
        ["", "", "OUT4"],  # which of the site's words is the active one is not known
        ["", "62", "VAR7"],
        ["2", "", "VAR8"],
        ["", "95", "VAR10"],
    ]
    assert {cell for row in rows for cell in row[6:13]} == {""}  # defaults and limits that nobody told


def test_the_device_of_a_panel_is_the_one_that_t3000_named() -> None:
    named = replace(PANEL, settings=PanelSettings(object_instance=4711))
    rows = cells(ede_tables([named, PANEL], PROJECT)["EDE"])[8:]
    assert [row[1] for row in rows] == ["4711"] * 7 + [""] * 7


def test_state_texts_begin_with_that_of_the_inactive_state() -> None:
    assert cells(ede_tables([PANEL], PROJECT)["StateTexts"]) == [
        ["#State Text Reference"],
        ["#Reference Number", "Text 1 or Inactive-Text", "Text 2 or Active-Text"],
        ["1", "Close", "Open"],  # of range 13, Open/Close, whose control is the opposite of what the panel tells
        ["2", "Off", "On"],
    ]


def test_codes_of_units_and_object_types_are_those_of_the_standard() -> None:
    tables = ede_tables([], PROJECT)
    assert cells(tables["ObjTypes"]) == [
        ["#Encoding of BACnet Object Types"],
        ["#Code", "Object Type", ""],
        ["0", "Analog Input", ""],
        ["1", "Analog Output", ""],
        ["2", "Analog Value", ""],
        ["3", "Binary Input", ""],
        ["4", "Binary Output", ""],
        ["5", "Binary Value", ""],
    ]
    units = cells(tables["Units"])
    assert units[:2] == [["#Encoding of BACnet Engineering Units"], ["#Code", "Unit Text", ""]]
    assert len(units) == len(ENGINEERING_UNITS) + 2
    assert ["62", "degrees-celsius", ""] in units
    assert ["53", "pascals", ""] in units


def test_every_unit_of_t3000_has_a_code_but_those_that_the_standard_lacks_or_a_site_names() -> None:
    ranges = {IN: _INPUT_ANALOG, OUT: _OUTPUT_ANALOG, VAR: _VARIABLE_ANALOG}
    without = {
        (kind, range_)
        for kind, known in ranges.items()
        for range_, (_, unit) in known.items()
        if unit_of(point(kind, 1, range=range_, units=unit)) is None
    }
    tables = {(IN, range_) for range_ in range(20, 25)} | {(VAR, range_) for range_ in range(34, 39)}
    assert without == tables | {(IN, 32)}  # particles in a cubic centimetre


def test_a_variable_without_a_range_is_no_object_and_others_are_by_their_numbers() -> None:
    assert object_of(point(VAR, 9, range=0)) is None
    assert object_of(digital(VAR, 9, 0)) is None
    assert object_of(point(IN, 9, range=0)) == BacnetObject(ObjectType.ANALOG_INPUT, 9)
    assert object_of(digital(OUT, 64, 1)) == BacnetObject(ObjectType.BINARY_OUTPUT, 64)


def test_words_of_inverse_ranges_are_turned_and_a_sites_own_are_not_guessed() -> None:
    assert state_texts(digital(IN, 1, 2)) == ("Close", "Open")
    assert state_texts(digital(IN, 1, 13)) == ("Close", "Open")
    assert state_texts(digital(IN, 1, 23)) is None
    assert state_texts(digital(IN, 1, 23, words=((0, "Shut"), (1, "Up")))) is None
    assert state_texts(point(IN, 1, range=1)) is None


def test_the_other_tables_are_named_after_the_first(tmp_path: Path) -> None:
    files = ede_files(tmp_path / "Library_EDE.csv", [PANEL], PROJECT)
    assert [file.name for file in files] == [
        *("Library_EDE.csv", "Library_StateTexts.csv", "Library_Units.csv", "Library_ObjTypes.csv"),
    ]
    assert [file.name for file in ede_files(tmp_path / "a.csv", [], PROJECT)][:2] == ["a.csv", "a_StateTexts.csv"]
    for name in ("a", "a_EDE"):
        assert [file.name for file in ede_files(tmp_path / name, [], PROJECT)][:2] == ["a_EDE.csv", "a_StateTexts.csv"]
