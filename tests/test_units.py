"""Range names, units and state words, as docs/t3000.md 6 lists them."""

import pytest

from state_words_of_ranges import DIGITAL
from t3monitor.model.point_types import PointType, parse_point_id
from t3monitor.model.units import has_states, is_defined, range_name, state_words, unit, value_text, written_unit

INPUT, OUTPUT, VARIABLE = PointType
# What docs/t3000.md 6 gives no name of its own has its unit for a name, or any name that is not neutral (None).
ANALOG: dict[PointType, dict[int, tuple[str | None, str]]] = {
    INPUT: {
        1: ("Y3K", "°C"),
        2: ("Y3K", "°F"),
        3: ("10K Type2", "°C"),
        4: ("10K Type2", "°F"),
        5: ("G3K", "°C"),
        6: ("G3K", "°F"),
        7: ("10K Type3", "°C"),
        8: ("10K Type3", "°F"),
        9: ("PT 1K", "°C"),
        10: ("PT 1K", "°F"),
        11: ("0-5", "Volts"),
        12: ("0-100", "Amps"),
        13: ("4-20", "ma"),
        14: ("4-20", "psi"),
        15: ("Pulse slow 1 Hz", "counts"),
        16: ("0-100", "%"),
        17: ("0-100", "%"),
        18: ("0-100", "%"),
        19: ("0-10", "Volts"),
        20: ("Table 1", ""),
        21: ("Table 2", ""),
        22: ("Table 3", ""),
        23: ("Table 4", ""),
        24: ("Table 5", ""),
        25: ("Pulse fast 100 Hz", "counts"),
        26: ("Frequency", "Hz"),
        27: ("Humidity", "%"),
        28: ("CO2", "PPM"),
        29: ("RPM", "RPM"),
        30: ("TVOC", "PPB"),
        31: (None, "ug/m3"),
        32: (None, "#/cm3"),
        33: (None, "dB"),
        34: (None, "Lux"),
    },
    OUTPUT: {
        1: ("0-10", "Volts"),
        2: ("0-100", "%Open"),
        3: ("4-20", "psi"),
        4: ("0-100", "%"),
        5: ("0-100", "%Cls"),
        6: ("4-20", "ma"),
        7: ("0-100", "%PWM"),
        8: ("2-10 Volts", "%"),
    },
    VARIABLE: {
        1: ("°C", "°C"),
        2: ("°F", "°F"),
        3: ("FPM", "FPM"),
        4: ("Pa", "Pa"),
        5: ("KPa", "KPa"),
        6: ("PSI", "PSI"),
        7: ("inWC", "inWC"),
        8: ("W", "W"),
        9: ("kW", "kW"),
        10: ("kWH", "kWH"),
        11: ("V", "V"),
        12: ("kV", "kV"),
        13: ("A", "A"),
        14: ("mA", "mA"),
        15: ("CFM", "CFM"),
        16: ("s", "s"),
        17: ("min", "min"),
        18: ("h", "h"),
        19: ("d", "d"),
        20: ("Time", "s"),
        21: ("Ω", "Ω"),
        22: ("%", "%"),
        23: ("%RH", "%RH"),
        24: ("PPM", "PPM"),
        25: ("Counts", "Counts"),
        26: ("%Open", "%Open"),
        27: ("kg", "kg"),
        28: ("L/h", "L/h"),
        29: ("GPH", "GPH"),
        30: ("GAL", "GAL"),
        31: ("CF", "CF"),
        32: ("BTU", "BTU"),
        33: ("m³/h", "m³/h"),
        34: ("Custom 1", ""),
        35: ("Custom 2", ""),
        36: ("Custom 3", ""),
        37: ("Custom 4", ""),
        38: ("Custom 5", ""),
    },
}
ALL_ANALOG = [(kind, range_, *words) for kind, ranges in ANALOG.items() for range_, words in ranges.items()]


@pytest.mark.parametrize(("kind", "range_", "name", "text"), ALL_ANALOG)
def test_an_analog_range_has_the_name_and_the_unit_of_its_type(
    kind: PointType, range_: int, name: str | None, text: str
) -> None:
    assert unit(kind, digital=False, range_=range_) == text
    shown = range_name(kind, digital=False, range_=range_)
    assert shown == name if name else shown and not shown.startswith("Range")


@pytest.mark.parametrize(("range_", "words"), DIGITAL.items())
@pytest.mark.parametrize("kind", PointType)
def test_a_digital_range_has_the_same_two_words_on_every_type(kind: PointType, range_: int, words: str) -> None:
    assert state_words(range_) == tuple(words.split("/"))
    assert range_name(kind, digital=True, range_=range_) == words
    assert unit(kind, digital=True, range_=range_) == ""
    assert has_states(digital=True, range_=range_)
    assert not has_states(digital=False, range_=range_)


@pytest.mark.parametrize("range_", range(23, 31))
def test_a_custom_digital_range_has_two_different_neutral_words(range_: int) -> None:
    words = state_words(range_)
    assert words is not None
    off, on = words
    number = str(range_ - 22)
    assert off != on
    assert number in off
    assert number in on
    assert range_name(INPUT, digital=True, range_=range_) == f"{off}/{on}"


def test_no_two_custom_digital_ranges_have_the_same_words() -> None:
    assert len({state_words(range_) for range_ in range(23, 31)}) == 8


@pytest.mark.parametrize("digital", [False, True])
@pytest.mark.parametrize("kind", PointType)
def test_a_multistate_has_a_number_for_a_name_and_neither_unit_nor_two_states(kind: PointType, digital: bool) -> None:
    names = [range_name(kind, digital=digital, range_=range_) for range_ in range(101, 105)]
    assert names == ["Multistate 1", "Multistate 2", "Multistate 3", "Multistate 4"]
    assert {unit(kind, digital=digital, range_=range_) for range_ in range(101, 105)} == {""}
    assert not any(has_states(digital=digital, range_=range_) for range_ in range(101, 105))


@pytest.mark.parametrize("digital", [False, True])
@pytest.mark.parametrize("kind", PointType)
def test_range_zero_is_unused_and_has_neither_unit_nor_states(kind: PointType, digital: bool) -> None:
    assert range_name(kind, digital=digital, range_=0) == "Unused"
    assert unit(kind, digital=digital, range_=0) == ""
    assert not has_states(digital=digital, range_=0)


@pytest.mark.parametrize(
    ("kind", "digital", "range_"),
    [
        *[(INPUT, False, range_) for range_ in (35, 39, 40, 100, 105, 255, -1)],
        *[(OUTPUT, False, range_) for range_ in (9, 33, 100, 255)],
        *[(VARIABLE, False, range_) for range_ in (39, 100, 105, 255)],
        *[(kind, True, range_) for kind in PointType for range_ in (31, 34, 100, 105, 255, -1)],
    ],
)
def test_a_range_nobody_knows_is_named_by_its_number_and_has_no_unit(
    kind: PointType, digital: bool, range_: int
) -> None:
    assert range_name(kind, digital=digital, range_=range_) == f"Range {range_}"
    assert unit(kind, digital=digital, range_=range_) == ""
    assert not has_states(digital=digital, range_=range_)


@pytest.mark.parametrize("kind", PointType)
def test_the_defined_ranges_are_those_of_t3000(kind: PointType) -> None:
    every = range(-1, 300)
    multistate = {101, 102, 103, 104}
    assert {range_ for range_ in every if is_defined(kind, digital=False, range_=range_)} == {
        *ANALOG[kind]
    } | multistate
    assert {range_ for range_ in every if is_defined(kind, digital=True, range_=range_)} == {*range(1, 31)} | multistate


def test_the_same_number_is_another_range_on_another_type() -> None:
    assert [unit(kind, digital=False, range_=3) for kind in PointType] == ["°C", "psi", "FPM"]
    assert range_name(VARIABLE, digital=True, range_=3) == "Stop/Start"


# Point ids


@pytest.mark.parametrize(
    ("point_id", "parsed"),
    [("IN1", (INPUT, 1)), ("OUT64", (OUTPUT, 64)), ("VAR128", (VARIABLE, 128)), ("IN9999", (INPUT, 9999))],
)
def test_an_id_is_its_types_prefix_and_a_number(point_id: str, parsed: tuple[PointType, int]) -> None:
    assert parse_point_id(point_id) == parsed


@pytest.mark.parametrize(
    "point_id",
    [
        "",
        "IN",
        "1",
        "IN0",
        "IN01",
        "IN-1",
        "IN1.5",
        "in1",
        "IN 1",
        " IN1",
        "IN1\n",
        "INPUT1",
        "PRG1",
        "IN10000",
        "IN１",
    ],
)
def test_what_is_no_id_is_none(point_id: str) -> None:
    assert parse_point_id(point_id) is None


def test_every_type_knows_its_prefix_and_how_many_points_a_panel_lists() -> None:
    assert [(kind.value, kind.prefix, kind.per_panel) for kind in PointType] == [
        ("INPUT", "IN", 64),
        ("OUTPUT", "OUT", 64),
        ("VARIABLE", "VAR", 128),
    ]


def test_units_are_written_as_engineers_write_them_beside_t3000s_own_words() -> None:
    shown = {
        word: written_unit(word) for word in ("Volts", "ma", "Amps", "PPM", "KPa", "kWH", "°F", "inWC", "%RH", "bar")
    }
    assert list(shown.values()) == ["V", "mA", "A", "ppm", "kPa", "kWh", "°F", "inWC", "%RH", "bar"]
    text = value_text(47.5, "%", point_type=PointType.INPUT, digital=False, range_=27)
    assert text == "47.50 %RH"
    assert value_text(47.5, "%", point_type=PointType.OUTPUT, digital=False, range_=4) == "47.50 %"
