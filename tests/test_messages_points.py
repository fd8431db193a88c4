"""Decoding of the points and texts of LOGGING_DATA answers; expected values are those of docs/t3000.md 4 to 6."""

from typing import Any

import pytest

from answers import (
    documented_answer,
    documented_panel,
    documented_point,
    real_answer,
    real_panel,
    real_point,
    without,
)
from decoding import INPUT, OUTPUT, VARIABLE, decode, documented_only_point, labelled, only_device, only_point
from t3monitor.model.point_types import PointType

# Points


BAD_POINTS: dict[str, Any] = {
    "null": None,
    "a number": 21500,
    "a list": [],
    "an empty object": {},
    "no value": without(real_point(number=2), "value"),
    "a null value": real_point(number=2, value=None),
    "an empty value": real_point(number=2, value=""),
    "NaN as text": real_point(number=2, value="NaN"),
    "infinity as text": real_point(number=2, value="-Infinity"),
    "a value that is a word": real_point(number=2, value="on"),
    "a value that is a list": real_point(number=2, value=[21500]),
    "a value that is true": real_point(number=2, value=True),
    "a value without end": real_point(number=2, value=10**400),
    "a value of more than 32 bits": real_point(number=2, value=2**32 + 1),
    "a value that no panel can have": real_point(number=2, value=3.4028235e38),
    "an id of another type": real_point(number=2, id="OUT2"),
    "an id with number zero": real_point(number=2, id="IN0"),
    "an id with a leading zero": real_point(number=2, id="IN02"),
    "an id without number": real_point(number=2, id="IN"),
    "an id in small letters": real_point(number=2, id="in2"),
    "an id that runs on": real_point(number=2, id="IN2\x00"),
    "an id that is a number": real_point(number=2, id=2),
    "neither id nor index": without(real_point(number=2), "id", "index"),
    "an index below the first": without(real_point(number=2, index=-1), "id"),
    "an unknown type": real_point(number=2, type="MONITOR"),
    "no type": without(real_point(number=2), "type"),
    "a range that is no number": real_point(number=2, range="10K Type2"),
    "a range that is no whole number": real_point(number=2, range=2.5),
    "a range beyond the database": real_point(number=2, range=2**63),
    "a control below the database": real_point(number=2, control=-(2**63) - 1),
    "a control that is a word": real_point(number=2, control="on"),
    "a kind that is neither digital nor analog": real_point(number=2, digital_analog="yes"),
    "an index that is no number": without(real_point(number=2, index="two"), "id"),
}


@pytest.mark.parametrize("bad", BAD_POINTS.values(), ids=BAD_POINTS)
def test_a_bad_point_is_skipped_and_counted_and_the_others_survive(bad: Any) -> None:
    snapshot = decode(real_answer(real_panel(points=[real_point(number=1), bad, real_point(number=3)]), real_panel(9)))
    first, second = snapshot.panels
    assert [point.point_id for point in first.inputs] == ["IN1", "IN3"]
    assert second.point_count == 3
    assert len(snapshot.skipped_points) == 1
    assert "panel 5" in snapshot.skipped_points[0]
    assert snapshot.skipped_panels == ()


@pytest.mark.parametrize("value", [3.4e38, 1.7e308, -1e300])
def test_in_the_documented_shape_too_a_value_fits_32_bits(value: float) -> None:
    snapshot = decode(documented_answer(documented_panel(inputs=[documented_point(value=value)])))
    assert snapshot.panels[0].inputs == ()
    assert snapshot.skipped_points[0].endswith(f"its value {value:g} does not fit T3000's 32 bits")


@pytest.mark.parametrize(
    ("kind", "member", "sent"),
    [
        (INPUT, "label", 7),
        (INPUT, "description", ["Supply air"]),
        (INPUT, "filter", "x"),
        (INPUT, "filter", 10**30),
        (INPUT, "decom", True),
        (INPUT, "calibration_h", 2**62),
        (INPUT, "pid", "five"),
        (INPUT, "auto_manual", "manual"),
        (OUTPUT, "high_voltage", 1.5),
        (OUTPUT, "hw_switch_status", {}),
        (VARIABLE, "unused", []),
    ],
)
def test_a_member_that_a_point_can_do_without_counts_as_missing_if_it_is_wrong(
    kind: PointType, member: str, sent: Any
) -> None:
    point = only_point(real_point(kind, **{member: sent}))
    assert point == only_point(without(real_point(kind), member))
    assert point.value == 21.5


def test_a_point_listed_twice_counts_once_and_the_first_of_them_is_kept() -> None:
    points = [real_point(number=1, value=1000), real_point(number=2), real_point(number=1, value=2000)]
    snapshot = decode(real_answer(real_panel(points=points)))
    assert [(point.point_id, point.value) for point in snapshot.panels[0].inputs] == [("IN1", 1.0), ("IN2", 21.5)]
    assert len(snapshot.skipped_points) == 1
    assert "IN1" in snapshot.skipped_points[0]


def test_points_of_different_types_may_have_the_same_number() -> None:
    snapshot = decode(real_answer(real_panel(points=[real_point(kind, 1) for kind in PointType])))
    assert (snapshot.point_count, snapshot.skipped_points) == (3, ())


@pytest.mark.parametrize(
    ("sent", "value"),
    [(21500, 21.5), (8000, 8.0), (500, 0.5), (1, 0.001), (-40000, -40.0), (2**31 - 1, 2147483.647), (0, 0.0)],
)
@pytest.mark.parametrize("kind", PointType)
def test_an_analog_value_is_sent_in_thousandths(kind: PointType, sent: int, value: float) -> None:
    assert only_point(real_point(kind, value=sent)).value == value


@pytest.mark.parametrize("kind", PointType)
def test_zero_is_a_value(kind: PointType) -> None:
    point = only_point(real_point(kind, value=0, control=0))
    assert (point.value, point.status) == (0.0, None if kind is VARIABLE else 0)


@pytest.mark.parametrize("kind", PointType)
@pytest.mark.parametrize(("control", "value"), [(0, 1), (1, 0), (0, 1000), (1, 1000), (0, 0), (1, -5)])
def test_the_state_of_a_digital_point_is_its_control_and_not_its_value(
    kind: PointType, control: int, value: int
) -> None:
    point = only_point(real_point(kind, digital_analog=0, range=1, control=control, value=value))
    assert (point.value, point.control, point.units) == (control, control, "")
    assert point.state_word == ("On" if control else "Off")


def test_the_state_of_a_custom_digital_range_is_its_control_too() -> None:
    assert only_point(real_point(digital_analog=0, range=23, control=1, value=0)).value == 1.0


@pytest.mark.parametrize("digital_analog", [1, 2, 255])
def test_a_point_that_is_not_digital_is_analog(digital_analog: int) -> None:
    point = only_point(real_point(digital_analog=digital_analog))
    assert (point.digital_analog, point.value, point.units) == (1, 21.5, "°C")


@pytest.mark.parametrize(("value", "state"), [(0, 0), (1, 1), (1.0, 1), ("0", 0)])
def test_the_state_of_a_digital_point_without_control_is_its_value(value: Any, state: int) -> None:
    point = documented_only_point(INPUT, documented_point(digital_analog=0, range=1, value=value))
    assert (point.value, point.control) == (state, state)


@pytest.mark.parametrize("range_", [0, 31, 100, 105, 255])
def test_a_digital_point_without_a_digital_range_has_a_number(range_: int) -> None:
    point = only_point(real_point(digital_analog=0, range=range_, control=1, value=2500))
    assert (point.value, point.state_word) == (2.5, None)


@pytest.mark.parametrize("digital_analog", [0, 1])
@pytest.mark.parametrize("range_", [101, 102, 103, 104])
def test_a_multistate_value_is_the_number_of_its_state(range_: int, digital_analog: int) -> None:
    point = only_point(real_point(VARIABLE, digital_analog=digital_analog, range=range_, control=1, value=3000))
    assert (point.value, point.units, point.state_word) == (3.0, "", None)


@pytest.mark.parametrize(
    ("decom", "status", "jumper"),
    [
        (0, 0, 0),
        (1, 1, 0),
        (2, 2, 0),
        (64, 0, 4),
        (65, 1, 4),
        (66, 2, 4),
        (0x10, 0, 1),
        (0x21, 1, 2),
        (0x32, 2, 3),
        (0x50, 0, 5),
        (0x81, 1, 8),
    ],
)
def test_decom_of_an_input_holds_its_status_and_its_jumper(decom: int, status: int, jumper: int) -> None:
    point = only_point(real_point(INPUT, decom=decom, range=3))
    assert (point.status, point.jumper) == (status, jumper)


@pytest.mark.parametrize(("range_", "digital_analog"), [(0, 1), (0, 0), (255, 1), (99, 1), (105, 0), (31, 0)])
def test_an_input_whose_range_is_unused_or_invalid_is_normal_whatever_decom_says(
    range_: int, digital_analog: int
) -> None:
    point = only_point(real_point(INPUT, decom=0x41, range=range_, digital_analog=digital_analog))
    assert (point.status, point.jumper, point.fault) == (0, 4, "")


@pytest.mark.parametrize(("range_", "digital_analog"), [(30, 1), (30, 0), (1, 0), (101, 1), (20, 1)])
def test_an_input_with_any_range_of_t3000_can_be_open(range_: int, digital_analog: int) -> None:
    assert only_point(real_point(INPUT, decom=1, range=range_, digital_analog=digital_analog)).fault == "Open"


def test_decom_of_an_output_is_its_status_and_no_alarm() -> None:
    point = only_point(real_point(OUTPUT, decom=1))
    assert (point.status, point.jumper, point.fault) == (1, None, "")


def test_a_variable_has_no_status() -> None:
    assert only_point(real_point(VARIABLE)).status is None


@pytest.mark.parametrize(
    ("sign", "high", "low", "calibration"),
    [(0, 0, 12, 1.2), (1, 0, 12, -1.2), (0, 1, 0, 25.6), (1, 1, 2, -25.8), (0, 255, 255, 6553.5), (1, 0, 0, 0.0)],
)
def test_calibration_has_a_sign_and_two_bytes_of_tenths(sign: int, high: int, low: int, calibration: float) -> None:
    point = only_point(real_point(calibration_sign=sign, calibration_h=high, calibration_l=low))
    assert point.calibration == calibration
    assert str(point.calibration) == str(calibration)  # no minus zero
    assert point.value == 21.5  # the device has applied it already


def test_an_input_keeps_its_filter_as_sent() -> None:
    assert [only_point(real_point(filter=filter_)).filter for filter_ in (0, 5, 255)] == [0, 5, 255]


def test_voltages_of_an_analog_output_are_tenths_and_zero_is_not_set() -> None:
    point = only_point(real_point(OUTPUT, low_voltage=20, high_voltage=105))
    assert (point.low_voltage, point.high_voltage) == (2.0, 10.5)
    point = only_point(real_point(OUTPUT, low_voltage=0, high_voltage=0))
    assert (point.low_voltage, point.high_voltage) == (None, None)


def test_a_digital_output_has_no_voltages() -> None:
    point = only_point(real_point(OUTPUT, digital_analog=0, low_voltage=20, high_voltage=100))
    assert (point.low_voltage, point.high_voltage) == (None, None)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_output_keeps_the_position_of_its_switch(position: int) -> None:
    assert only_point(real_point(OUTPUT, hw_switch_status=position)).hw_switch_status == position


def test_a_variable_keeps_its_unused_byte() -> None:
    assert only_point(real_point(VARIABLE, unused=2)).unused == 2


def test_a_type_has_only_the_members_that_t3000_sends_for_it() -> None:
    everything = {
        "decom": 1,
        "filter": 5,
        "calibration_h": 1,
        "calibration_l": 1,
        "low_voltage": 10,
        "high_voltage": 100,
        "hw_switch_status": 1,
        "unused": 1,
    }
    own = {
        INPUT: {"status", "calibration", "filter", "jumper"},
        OUTPUT: {"status", "low_voltage", "high_voltage", "hw_switch_status"},
        VARIABLE: {"unused"},
    }
    optional = set().union(*own.values())
    for kind in PointType:
        point = only_point(real_point(kind, **everything))
        assert {name for name in optional if getattr(point, name) is not None} == own[kind]


def test_auto_manual_and_the_panel_number_are_kept() -> None:
    point = only_point(real_point(auto_manual=1, pid=17))
    assert (point.auto_manual, point.panel) == (1, 17)
    assert documented_only_point(INPUT, documented_point(panel=17)).panel == 17


def test_a_point_that_names_no_panel_is_of_the_panel_it_stands_in() -> None:
    assert only_point(without(real_point(), "pid")).panel == 5


@pytest.mark.parametrize("member", ["value", "range", "control", "digital_analog", "decom", "index", "pid"])
def test_a_number_sent_as_text_is_the_number(member: str) -> None:
    wire = real_point(value=21500)
    assert only_point(wire | {member: str(wire[member])}) == only_point(wire)


# Text

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(("kind", "size"), [(INPUT, 21), (OUTPUT, 19), (VARIABLE, 21)])
def test_a_description_is_cut_at_its_field_size(kind: PointType, size: int) -> None:
    assert only_point(real_point(kind, description=ALPHABET)).full_label == ALPHABET[:size]
    assert only_point(real_point(kind, description=ALPHABET[:size])).full_label == ALPHABET[:size]


@pytest.mark.parametrize("kind", PointType)
def test_a_label_is_cut_at_nine_characters(kind: PointType) -> None:
    assert only_point(real_point(kind, label=ALPHABET)).label == "ABCDEFGHI"


def test_a_panel_name_that_fills_its_field_ends_at_the_flag_behind_it() -> None:
    # What follows it in memory: a flag byte, the panel number, a user name.
    device = only_device(real_answer(real_panel(panel_name="Boiler house, east 1\x01\x05admin")))
    assert device.panel_name == "Boiler house, east 1"


@pytest.mark.parametrize("control", ["\x00", "\x01", "\t", "\n", "\r", "\x1f", "\x7f", "\x80", "\x9f"])
def test_text_is_cut_at_the_first_control_character(control: str) -> None:
    point = only_point(real_point(label=f"SAT{control}5", description=f"Supply{control}SAT\x00"))
    assert (point.label, point.full_label) == ("SAT", "Supply")
    assert only_device(real_answer(real_panel(panel_name=f"AHU{control}admin"))).panel_name == "AHU"


def test_text_that_begins_with_a_control_character_is_empty() -> None:
    point = only_point(real_point(label="\x05IN1", description="\x00old"))
    assert (point.label, point.full_label) == ("", "")


@pytest.mark.parametrize("mark", [*"\u202a\u202e\u2066\u2069\u200e\u200f\u2028\u2029"])
def test_marks_of_direction_and_line_separators_are_taken_out_of_names(mark: str) -> None:
    point = only_point(real_point(label=f"S{mark}AT", description=f"{mark}Supply{mark} air"))
    assert (point.label, point.full_label) == ("SAT", "Supply air")
    skipped = decode(real_answer(real_panel(0, panel_name=f"AHU{mark}5"), real_panel())).skipped_panels
    assert "'AHU5'" in skipped[0]


def test_text_of_the_neighbour_field_is_cut_off() -> None:
    # A description that fills its 21 bytes runs on into the label and the value bytes.
    point = only_point(real_point(description="Supply air temp. east" + "SATEAST" + "\x00\x00T\x53", label="SATEAST"))
    assert (point.full_label, point.label) == ("Supply air temp. east", "SATEAST")


def test_blanks_around_text_are_no_part_of_it() -> None:
    point = only_point(real_point(label=" SAT  ", description="Supply air  \x00"))
    assert (point.label, point.full_label) == ("SAT", "Supply air")
    assert only_device(real_answer(real_panel(panel_name=" AHU 5 "))).panel_name == "AHU 5"


def test_null_text_and_missing_text_are_empty() -> None:
    assert only_point(real_point(label=None, description=None))[4:6] == ("", "")
    assert only_point(without(real_point(), "label", "description"))[4:6] == ("", "")
    assert only_device(real_answer(real_panel(panel_name=None, panel_ipaddress=None))).panel_name == ""


def test_text_keeps_letters_of_every_script() -> None:
    point = only_point(real_point(label="Zürich", description="供气温度 °C"))
    assert (point.label, point.full_label) == ("Zürich", "供气温度 °C")


DIRTY_LABELS: dict[str, tuple[bytes, str]] = {
    "a byte of an ANSI code page": (b"Z\xfcrich", "Z\ufffdrich"),
    "the begin of a character": (b"Zur\xc3", "Zur\ufffd"),
    "an escaped lone surrogate": (b"Zur\\ud800ich", "Zur?ich"),
    "a raw control character": (b"Zur\x02ich", "Zur"),
    "a raw line end": (b"Zur\r\nich", "Zur"),
    "a raw zero": (b"Zur\x00ich", "Zur"),
    "an escaped zero": (b"Zur\\u0000ich", "Zur"),
}


@pytest.mark.parametrize(("sent", "label"), DIRTY_LABELS.values(), ids=DIRTY_LABELS)
def test_dirty_text_is_repaired_and_harms_nothing_beside_it(sent: bytes, label: str) -> None:
    snapshot = decode(labelled(sent))
    assert [point.label for point in snapshot.panels[0].inputs] == ["P1", label, "P3"]
    assert [point.value for point in snapshot.panels[0].inputs] == [21.5] * 3
    assert (snapshot.skipped_panels, snapshot.skipped_points) == ((), ())


@pytest.mark.parametrize(
    "sent",
    [
        *(b"NaN", b"Infinity", b"-Infinity", b"1e999"),
        # As C runtimes of Microsoft print them, older ones first, one of them with a German comma.
        *(b"-1.#IND", b"1.#INF", b"-1.#INF00", b"1.#QNAN", b"1.#SNAN", b"-1.#IND000000", b"1.#J", b"-1,#IND"),
        *(b"nan", b"-nan(ind)", b"nan(ind)", b"-nan(snan)", b"inf", b"-inf", b"+INF"),
    ],
)
@pytest.mark.parametrize("label", ["P3", "<dirty>"])
def test_a_value_that_is_no_json_number_costs_its_point_alone(sent: bytes, label: str) -> None:
    points = [real_point(number=1), real_point(number=2, value="<value>"), real_point(number=3, label=label)]
    points.append(real_point(number=4, value="<large>"))
    body = real_answer(real_panel(points=points)).replace(b'"<value>"', sent).replace(b"<dirty>", b"Z\xfcrich")
    body = body.replace(b'"<large>"', b"1e999")
    snapshot = decode(body)
    assert [point.point_id for point in snapshot.panels[0].inputs] == ["IN1", "IN3"]
    assert len(snapshot.skipped_points) == 2


def test_a_text_that_reads_like_no_number_stays_a_text() -> None:
    points = [real_point(number=1, label="-1.#IND"), real_point(number=2, label="inf,nan"), real_point(number=3)]
    body = real_answer(real_panel(points=points)).replace(b"21500}]", b"nan}]")
    snapshot = decode(body)
    assert [point.label for point in snapshot.panels[0].inputs] == ["-1.#IND", "inf,nan"]
    assert len(snapshot.skipped_points) == 1


def test_a_raw_surrogate_is_replaced() -> None:
    label = decode(labelled(b"Zur\xed\xa0\x80i")).panels[0].inputs[1].label
    assert label.encode("utf-8").decode("utf-8") == label
    assert (label[:3], label[-1]) == ("Zur", "i")


def test_a_dirty_panel_name_is_repaired() -> None:
    body = real_answer(real_panel(panel_name="<name>"), real_panel(2)).replace(b"<name>", b"Geb\xe4ude\x00\x01")
    assert [device.panel_name for device in decode(body).panels] == ["Geb\ufffdude", "AHU5"]


def test_a_reason_is_one_line_whatever_the_answer_holds() -> None:
    points = [real_point(number=1, id="IN\n\x00" * 200)]
    (reason,) = decode(real_answer(real_panel(points=points))).skipped_points
    assert reason.isprintable()
    assert len(reason) < 500
