"""What a point shows of itself: its value with unit, its state, its faults and who decides its value."""

from typing import Any

import pytest

from state_words_of_ranges import DIGITAL
from t3monitor.model.point_types import PointType
from t3monitor.model.points import HW_SWITCH_WORDS, INPUT_STATUS_WORDS, JUMPER_WORDS, Point
from t3monitor.model.units import unit

INPUT, OUTPUT, VARIABLE = PointType


def point(kind: PointType = INPUT, value: float = 0.0, **fields: Any) -> Point:
    """An analog point in use, its unit that of its range."""
    range_ = fields.get("range", 1)
    members: dict[str, Any] = {
        "point_index": 1,
        "point_id": f"{kind.prefix}1",
        "panel": 5,
        "full_label": "Supply air",
        "label": "SAT",
        "units": unit(kind, digital=fields.get("digital_analog", 1) == 0, range_=range_),
        "range": range_,
        "auto_manual": 0,
        "control": 0,
        "digital_analog": 1,
        **fields,
    }
    return Point(point_type=kind, value=value, **members)


@pytest.mark.parametrize(
    ("kind", "range_", "value", "text"),
    [
        (INPUT, 3, 21.5, "21.50 °C"),
        (INPUT, 4, 72.456, "72.46 °F"),
        (INPUT, 3, -12.0, "-12.00 °C"),
        (INPUT, 28, 850.0, "850.00 ppm"),
        (INPUT, 31, 12.3, "12.30 µg/m³"),
        (INPUT, 19, 0.0, "0.000 V"),
        (INPUT, 20, 5.0, "5.000"),
        (INPUT, 0, 5.0, "5.000"),
        (INPUT, 255, 5.0, "5.000"),
        (OUTPUT, 4, 45.125, "45.12 %"),
        (OUTPUT, 2, 100.0, "100.00 %Open"),
        (VARIABLE, 1, 21.5, "21.50 °C"),
        (INPUT, 12, 0.004, "0.004 A"),
        (VARIABLE, 7, 0.012, "0.012 inWC"),
        (VARIABLE, 22, 0.001, "0.001 %"),
        (VARIABLE, 33, 1234.5, "1234.50 m³/h"),
        (VARIABLE, 34, 5.0, "5.000"),
        (VARIABLE, 0, 5.0, "5.000"),
    ],
)
def test_a_number_has_the_decimals_of_its_unit_whatever_shows_it(
    kind: PointType, range_: int, value: float, text: str
) -> None:
    assert point(kind, value, range=range_).value_text == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00:00"),
        (5, "0:00:05"),
        (59.4, "0:00:59"),
        (59.6, "0:01:00"),
        (3599.9, "1:00:00"),
        (3725, "1:02:05"),
        (86_400, "24:00:00"),
        (2_147_483.647, "596:31:24"),
        (-3725, "-1:02:05"),
    ],
)
def test_a_time_variable_is_shown_as_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert point(VARIABLE, seconds, range=20).value_text == text


def test_range_twenty_is_a_time_only_on_an_analog_variable() -> None:
    assert point(INPUT, 90.0, range=20).value_text == "90.000"
    assert point(VARIABLE, 0.0, range=20, digital_analog=0).value_text == "Heat"


@pytest.mark.parametrize(("range_", "words"), DIGITAL.items())
@pytest.mark.parametrize("kind", PointType)
def test_a_digital_point_shows_the_word_of_its_state(kind: PointType, range_: int, words: str) -> None:
    off, on = words.split("/")
    for value, word in ((0.0, off), (1.0, on)):
        shown = point(kind, value, range=range_, digital_analog=0)
        assert (shown.state_word, shown.value_text, shown.range_name) == (word, word, words)


@pytest.mark.parametrize("range_", [0, 31, 255])
def test_a_digital_point_without_a_digital_range_shows_a_number(range_: int) -> None:
    shown = point(INPUT, 2.5, range=range_, digital_analog=0)
    assert (shown.state_word, shown.value_text) == (None, "2.500")


@pytest.mark.parametrize("digital_analog", [0, 1])
@pytest.mark.parametrize("range_", [101, 102, 103, 104])
def test_a_multistate_shows_the_number_of_its_state(range_: int, digital_analog: int) -> None:
    shown = point(VARIABLE, 3.0, range=range_, digital_analog=digital_analog)
    assert (shown.state_word, shown.value_text) == (None, "State 3")
    assert shown.range_name == f"Multistate {range_ - 100}"


def test_an_analog_point_has_no_state_word() -> None:
    assert point(INPUT, 1.0, range=1).state_word is None


@pytest.mark.parametrize(
    ("kind", "fields", "overridden"),
    [
        (INPUT, {"auto_manual": 0}, False),
        (INPUT, {"auto_manual": 1}, True),
        (VARIABLE, {"auto_manual": 1}, True),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": 1}, False),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": None}, False),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": 0}, True),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": 2}, True),
        (OUTPUT, {"auto_manual": 1, "hw_switch_status": 1}, True),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": 3}, False),
        (OUTPUT, {"auto_manual": 0, "hw_switch_status": 255}, False),
    ],
)
def test_a_point_is_overridden_by_manual_or_by_its_hardware_switch(
    kind: PointType, fields: dict[str, Any], overridden: bool
) -> None:
    assert point(kind, **fields).is_overridden is overridden


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        (INPUT, {"status": 0}, ""),
        (INPUT, {"status": 1}, "Open"),
        (INPUT, {"status": 2}, "Shorted"),
        (INPUT, {"status": None}, ""),
        (INPUT, {"status": 7}, ""),
        (INPUT, {"status": 1, "range": 0}, ""),
        (INPUT, {"status": 1, "digital_analog": 0}, "Open"),
        (OUTPUT, {"status": 1}, ""),
        (OUTPUT, {"status": 2}, ""),
        (VARIABLE, {"status": 1}, ""),
    ],
)
def test_only_an_input_in_use_has_a_fault(kind: PointType, fields: dict[str, Any], fault: str) -> None:
    assert point(kind, **fields).fault == fault


@pytest.mark.parametrize(
    ("fields", "in_use"),
    [
        ({}, True),
        ({"range": 1, "label": "", "full_label": ""}, True),
        ({"range": 0, "label": "SAT", "full_label": ""}, True),
        ({"range": 0, "label": "", "full_label": "Supply air"}, True),
        ({"range": 0, "label": "", "full_label": ""}, False),
    ],
)
def test_a_point_is_in_use_if_it_has_a_range_or_a_name(fields: dict[str, Any], in_use: bool) -> None:
    assert point(INPUT, 5.0, **fields).in_use is in_use


def test_the_words_for_status_switch_and_jumper_are_t3000s() -> None:
    assert INPUT_STATUS_WORDS == {0: "Normal", 1: "Open", 2: "Shorted"}
    assert HW_SWITCH_WORDS == {0: "MAN-OFF", 1: "AUTO", 2: "MAN-ON"}
    assert JUMPER_WORDS == {0: "Thermistor", 1: "4-20 mA", 2: "0-5 V", 3: "0-10 V", 4: "Thermistor", 5: "PT 1K"}


def test_a_digital_point_holds_a_state_and_an_analog_one_a_number() -> None:
    assert point(digital_analog=0).is_digital
    assert not point(digital_analog=1).is_digital
