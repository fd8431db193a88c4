"""The list of points as CSV: each setting in its cell, what was never read without a value."""

import csv
from dataclasses import replace
from datetime import UTC
from io import StringIO

from t3monitor.exchange.point_list import panels_of, point_list_csv, with_points
from t3monitor.exchange.table import Separators
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, PointGroup
from values import NOW_S, device, point, snapshot

IN, OUT, VAR = PointType
GERMAN = Separators(",", ";")


def rows(*panels: Panel, separators: Separators = GERMAN) -> list[dict[str, str]]:
    table = point_list_csv(panels, separators, UTC).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(table, newline=""), delimiter=separators.cells))


def told(row: dict[str, str], *titles: str) -> tuple[str, ...]:
    return tuple(row[title] for title in titles)


def test_each_setting_of_a_point_has_a_cell() -> None:
    faulty = point(IN, 1, -12.5, full_label="Supply air", label="SAT", calibration=0.5, filter=5, jumper=4, status=1)
    by_hand = point(
        OUT, 2, 55.25, range=4, units="%", auto_manual=1, hw_switch_status=2, low_voltage=2.0, high_voltage=10.0
    )
    panel = device(inputs=(faulty,), outputs=(by_hand,), variables=())
    first, second = rows(panel)
    names = told(first, "Panel", "Panel number", "Serial number", "Point", "Full label", "Label")
    assert names == ("Panel 1", "1", "237219", "IN1", "Supply air", "SAT")
    settings = told(first, "Signal kind", "Range", "Unit", "States", "Mode", "HW switch", "Value", "Status")
    assert settings == ("analog", "10K Type2", "°C", "", "Auto", "", "-12,5", "Open")
    assert told(first, "Calibration", "Filter", "Signal", "Low V", "High V") == ("0,5", "5", "Thermistor", "", "")
    assert told(second, "Mode", "HW switch", "Value", "Unit", "Status") == (
        "Manual", "MAN-ON", "55,25", "%", "Overridden"
    )  # fmt: skip
    assert told(second, "Calibration", "Low V", "High V") == ("", "2", "10")
    assert told(second, "Read at", "UTC offset", "Remark") == ("2025-11-01 01:34:56", "UTC+00:00", "")


def test_states_are_words_and_so_is_what_they_are_called() -> None:
    site = point(VAR, 1, 1.0, range=23, digital_analog=0, units="", words=((1, "Boost"),))
    neutral = point(VAR, 2, 0.0, range=1, digital_analog=0, units="")
    stage = point(VAR, 3, 2.0, range=101, units="", words=((1, "Low"), (2, "High")))
    clock = point(VAR, 4, 3723.0, range=20, units="s")
    found = rows(device(inputs=(), outputs=(), variables=(site, neutral, stage, clock)))
    assert [told(row, "Value", "States", "Unit") for row in found] == [
        ("Boost", "0 Custom 1 off, 1 Boost", ""),
        ("Off", "0 Off, 1 On", ""),
        ("High", "1 Low, 2 High", ""),
        ("1:02:03", "", ""),
    ]


def test_what_was_never_read_has_no_value_and_no_time() -> None:
    group = PointGroup(1, 1, None, in_use=True, is_new=False)
    panel = device(inputs=(point(IN, 1, 0.0),), outputs=(), variables=(), groups={IN: (group,)})
    (row,) = rows(panel)
    assert told(row, "Point", "Value", "Read at", "UTC offset", "Remark") == ("IN1", "", "", "", "never read")


def test_a_panel_without_a_point_says_why() -> None:
    never = device(
        2, 2, inputs=(), outputs=(), variables=(),
        input_logging_time=None, output_logging_time=None, variable_logging_time=None,
    )  # fmt: skip
    unused = device(3, 3, inputs=(point(IN, 1, range=0, label="", full_label=""),), outputs=(), variables=())
    found = rows(*panels_of(snapshot(unused, silent=(never,))))
    assert [told(row, "Panel number", "Point", "Remark") for row in found] == [
        ("2", "", "never read"),
        ("3", "", "no point in use"),
    ]


def test_no_name_becomes_a_formula_or_a_number() -> None:
    named = point(IN, 1, full_label="=1+1", label="1-2")
    (row,) = rows(device(panel_name="@AHU", inputs=(named,), outputs=(), variables=()))
    assert told(row, "Panel", "Full label", "Label") == ("'@AHU", "'=1+1", "'1-2")


def test_sites_have_a_column_where_there_are_any() -> None:
    panel = device(inputs=(point(IN, 1, 20.5),), outputs=(), variables=())
    assert "Site" not in rows(panel)[0]
    (row,) = rows(replace(panel, site="North"), separators=Separators())
    assert told(row, "Site", "Panel", "Value") == ("North", "Panel 1", "20.5")


def test_panels_stand_by_site_and_number_with_the_points_in_use() -> None:
    spare = point(IN, 2, range=0, label="", full_label="")
    first, second = device(9, 1), device(4, 2, inputs=(point(IN, 1), spare))
    listed = panels_of(snapshot(second, first))
    assert [panel.serial_number for panel in listed] == [9, 4]
    assert listed[1].inputs == (point(IN, 1),)
    assert with_points(first, lambda its: its.point_index == 1).point_count == 3
    assert listed[0].input_logging_time == NOW_S - 5
