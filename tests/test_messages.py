"""Both shapes of an answer decode to the same panels and points (docs/t3000.md 4)."""

from typing import Any

import pytest

from answers import (
    DOCUMENT_EXAMPLE,
    LOGGED_S,
    JsonObject,
    documented_answer,
    documented_panel,
    documented_point,
    full_panel,
    real_answer,
    real_panel,
    real_point,
    without,
)
from decoding import INPUT, OUTPUT, RECEIVED_S, VARIABLE, decode, documented_only_point, only_device, only_point
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import PanelSettings
from t3monitor.t3000.messages import AnswerDecoder

# The documented shape


def test_the_example_of_the_document_decodes_to_what_it_shows() -> None:
    snapshot = decode(DOCUMENT_EXAMPLE)
    (device,) = snapshot.panels
    assert (device.serial_number, device.panel_id, device.address) == (12345, 1, "192.168.1.100")
    assert [time_s for _, _, time_s in device.vectors()] == [1729512016] * 3
    assert device.settings == PanelSettings("192.168.1.100", 502, 1, 1)
    (point,) = device.points()
    assert point == Point(
        point_type=INPUT,
        point_index=1,
        point_id="IN1",
        panel=1,
        full_label="Temperature Sensor 1",
        label="",
        value=72.5,
        units="°F",
        range=2,
        auto_manual=0,
        control=0,
        digital_analog=1,
        status=1,
        jumper=0,
    )
    assert (snapshot.received_at, snapshot.skipped_panels, snapshot.skipped_points) == (RECEIVED_S, (), ())


def test_the_panel_of_the_documents_example_has_the_name_that_its_log_lines_show() -> None:
    assert only_device(DOCUMENT_EXAMPLE).panel_name == "Building A Controller"


SAME_POINTS: dict[str, tuple[PointType, JsonObject, JsonObject]] = {
    "an input in °F that is open": (
        INPUT,
        {"value": 72500, "range": 2, "decom": 1},
        {"value": 72.5, "range": 2, "units": "Deg.F", "status": 1},
    ),
    "a shorted input in °C with a label": (
        INPUT,
        {"value": -12250, "range": 3, "decom": 2, "label": "SAT"},
        {"value": -12.25, "range": 3, "units": "Deg.C", "status": 2, "label": "SAT"},
    ),
    "an unused input": (
        INPUT,
        {"value": 0, "range": 0, "decom": 0},
        {"value": 0.0, "range": 0, "units": "Unused", "status": 0},
    ),
    "a digital input that is on": (
        INPUT,
        {"value": 0, "range": 1, "decom": 0, "digital_analog": 0, "control": 1},
        {"value": 1, "range": 1, "units": "", "status": 0, "digital_analog": 0, "control": 1},
    ),
    "a calibrated input": (
        INPUT,
        {"value": 500, "range": 28, "decom": 0, "calibration_h": 1, "calibration_l": 2, "calibration_sign": 1},
        {"value": 0.5, "range": 28, "calibration_h": 1, "calibration_l": 2, "calibration_sign": 1},
    ),
    "an analog output by hand": (
        OUTPUT,
        {"value": 45000, "range": 4, "auto_manual": 1, "high_voltage": 100, "hw_switch_status": 2},
        {"value": 45, "range": 4, "auto_manual": 1, "high_voltage": 100, "hw_switch_status": 2, "units": "%"},
    ),
    "a digital output that is off": (
        OUTPUT,
        {"value": 1000, "range": 5, "digital_analog": 0, "control": 0},
        {"value": 0, "range": 5, "digital_analog": 0, "control": 0, "units": ""},
    ),
    "a variable": (
        VARIABLE,
        {"value": 1, "range": 22},
        {"value": 0.001, "range": 22, "units": "%"},
    ),
    "a multistate variable": (
        VARIABLE,
        {"value": 3000, "range": 101},
        {"value": 3.0, "range": 101, "units": ""},
    ),
}


@pytest.mark.parametrize(("kind", "real", "documented"), SAME_POINTS.values(), ids=SAME_POINTS)
def test_both_shapes_of_a_point_decode_to_the_same(kind: PointType, real: JsonObject, documented: JsonObject) -> None:
    # Index 6 in thousandths and index 7 in units are the point that both call by the number 7.
    wire = real_point(kind, 7, pid=1, label="", description="Point 7") | real
    beside = without(wire, "index", "pid", "description", "type", "command", "unit", "value", "decom") | documented
    shown = documented_point(kind, 7, status=wire.get("decom", 0)) | beside
    assert (wire["index"], shown["index"]) == (6, 7)
    assert documented_only_point(kind, shown) == only_point(wire)


def test_both_shapes_of_a_panel_decode_to_the_same() -> None:
    real = real_answer(
        real_panel(
            12345,
            [],
            panel_id=1,
            panel_name="Controller A",
            panel_ipaddress="192.168.1.100",
            input_logging_time=1729512016,
            output_logging_time=1729512016,
            variable_logging_time=1729512016,
        )
    )
    known = {"port": None, "modbus_address": None, "bacnet_mstp_mac_id": None}
    assert only_device(documented_answer(documented_panel(inputs=[], **known))) == only_device(real)


def test_the_list_a_documented_point_stands_in_tells_its_type() -> None:
    panel = documented_panel(
        inputs=[documented_point(INPUT, 2)],
        outputs=[documented_point(OUTPUT, 2, range=4)],
        variables=[documented_point(VARIABLE, 2, range=4)],
    )
    device = only_device(documented_answer(panel))
    units = {point.point_id: point.units for point in device.points()}
    assert units == {"IN2": "°F", "OUT2": "%", "VAR2": "Pa"}


def test_a_documented_point_in_the_list_of_another_type_is_skipped() -> None:
    snapshot = decode(documented_answer(documented_panel(inputs=[documented_point(OUTPUT, 1), documented_point()])))
    assert [point.point_id for point in snapshot.panels[0].points()] == ["IN1"]
    assert len(snapshot.skipped_points) == 1
    assert "OUT1" in snapshot.skipped_points[0]


def test_an_index_counts_from_one_in_the_documented_shape_and_from_zero_in_the_real_one() -> None:
    documented = without(documented_point(INPUT, 1, index=4), "id")
    real = without(real_point(INPUT, 1, index=4), "id")
    assert documented_only_point(INPUT, documented).point_id == "IN4"
    assert only_point(real).point_id == "IN5"


def test_the_id_counts_where_the_index_says_otherwise() -> None:
    assert only_point(real_point(INPUT, 9, index=9)).point_index == 9
    assert documented_only_point(INPUT, documented_point(INPUT, 9, index=8)).point_index == 9


def test_a_documented_unit_text_is_used_where_the_range_tells_none() -> None:
    assert documented_only_point(INPUT, documented_point(range=20, units="Deg.C")).units == "°C"
    assert documented_only_point(INPUT, documented_point(range=20, units="gal/min")).units == "gal/min"


def test_the_range_counts_where_a_documented_unit_text_contradicts_it() -> None:
    # The database of T3000's own service calls 10K Type2 °C "Feet per Min" (docs/t3000.md 6.6).
    assert documented_only_point(INPUT, documented_point(range=3, units="Feet per Min")).units == "°C"


# Panels


def test_a_panel_of_the_real_shape_has_all_its_points_in_order() -> None:
    device = only_device(real_answer(full_panel()))
    assert [len(points) for _, points, _ in device.vectors()] == [64, 64, 128]
    for kind, points, _ in device.vectors():
        assert [point.point_index for point in points] == list(range(1, kind.per_panel + 1))
        assert {point.point_type for point in points} == {kind}
    assert device.point_count == 256


def test_points_stand_in_the_order_of_their_numbers_whatever_the_answers_order() -> None:
    points = [real_point(OUTPUT, 2), real_point(INPUT, 10), real_point(INPUT, 9), real_point(OUTPUT, 1)]
    device = only_device(real_answer(real_panel(points=points)))
    assert [point.point_id for point in device.points()] == ["IN9", "IN10", "OUT1", "OUT2"]


def test_a_panel_keeps_its_number_name_address_and_times() -> None:
    device = only_device(
        real_answer(
            real_panel(
                237451,
                panel_id=3,
                panel_name="T3-TB",
                panel_ipaddress="10.0.0.3",
                input_logging_time=1761960879,
                output_logging_time=1761960880,
                variable_logging_time=1761960882,
            )
        )
    )
    assert (device.serial_number, device.panel_id) == (237451, 3)
    assert (device.panel_name, device.address) == ("T3-TB", "10.0.0.3")
    assert [time_s for _, _, time_s in device.vectors()] == [1761960879, 1761960880, 1761960882]


@pytest.mark.parametrize("sent", [1729512016, "1729512016", 1729512016.0, " 1729512016 ", "1729512016.9"])
def test_a_logging_time_may_be_a_number_or_its_text(sent: Any) -> None:
    assert only_device(real_answer(real_panel(input_logging_time=sent))).input_logging_time == 1729512016


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "  ",
        None,
        -1,
        "-1729512016",
        "never",
        "2025-10-21T12:00:16Z",
        "nan",
        "inf",
        1729512016000,
        2**63,
        10**40,
        "9" * 5000,
        1e300,
    ],
)
def test_an_unknown_or_absurd_logging_time_is_the_time_of_receipt(sent: Any) -> None:
    device = only_device(real_answer(real_panel(input_logging_time=sent, output_logging_time=sent)))
    assert (device.input_logging_time, device.output_logging_time) == (RECEIVED_S, RECEIVED_S)
    assert device.variable_logging_time != RECEIVED_S


@pytest.mark.parametrize("sent", [0, "0", 0.0, -0.0, " 0 ", "0.0"])
def test_a_type_that_t3000_never_read_has_no_points_and_no_time(sent: Any) -> None:
    device = only_device(real_answer(real_panel(input_logging_time=sent, variable_logging_time=sent)))
    assert (device.inputs, device.input_logging_time) == ((), None)
    assert (device.variables, device.variable_logging_time) == ((), None)
    assert [point.point_id for point in device.outputs] == ["OUT1"]
    assert device.own_times == (None, LOGGED_S + 1, None)


@pytest.mark.parametrize("sent", [0, "0"])
def test_in_the_documented_shape_a_time_of_zero_is_the_time_of_receipt(sent: Any) -> None:
    device = only_device(documented_answer(documented_panel(input_logging_time=sent)))
    assert (len(device.inputs), device.input_logging_time, device.own_times[0]) == (1, RECEIVED_S, None)


def test_the_points_of_a_type_are_there_once_it_was_read() -> None:
    decoder = AnswerDecoder()
    before = decoder.decode(real_answer(real_panel(input_logging_time=0)), RECEIVED_S).panels[0]
    after = decoder.decode(real_answer(real_panel()), RECEIVED_S).panels[0]
    assert (len(before.inputs), len(after.inputs)) == (0, 1)


def test_a_panel_without_logging_times_was_read_when_it_was_received() -> None:
    panel = without(real_panel(), "input_logging_time", "output_logging_time", "variable_logging_time")
    assert [time_s for _, _, time_s in only_device(real_answer(panel)).vectors()] == [RECEIVED_S] * 3


@pytest.mark.parametrize(
    ("sent", "serial_number"),
    [
        (237219, 237219),
        ("237219", 237219),
        (1, 1),
        (2**31 - 1, 2**31 - 1),
        (2**31, 2**31),
        (2**32 - 1, 2**32 - 1),
        (-1, 2**32 - 1),
        (-(2**31), 2**31),
    ],
)
def test_a_serial_number_of_32_bits_is_taken_modulo_two_to_the_32nd(sent: Any, serial_number: int) -> None:
    assert only_device(real_answer(real_panel(sent))).serial_number == serial_number
    assert only_device(documented_answer(documented_panel(sent))).serial_number == serial_number


@pytest.mark.parametrize("sent", [2**32, 2**32 + 237219, -(2**31) - 1, -(2**32), 10**30])
def test_a_serial_number_that_fits_no_32_bits_is_skipped_and_never_wrapped(sent: Any) -> None:
    snapshot = decode(real_answer(real_panel(sent, panel_id=7, panel_name="Lost"), real_panel(237451)))
    assert [device.serial_number for device in snapshot.panels] == [237451]
    (sentence,) = snapshot.skipped_panels
    assert sentence == f"panel 7 'Lost' cannot be told from others: its serial number {sent} does not fit 32 bits"


@pytest.mark.parametrize("sent", [0, "0"])
def test_a_panel_with_serial_zero_is_skipped_and_counted(sent: Any) -> None:
    snapshot = decode(real_answer(real_panel(sent, panel_id=7, panel_name="Lost"), real_panel(237451)))
    assert [device.serial_number for device in snapshot.panels] == [237451]
    assert snapshot.point_count == 3
    assert len(snapshot.skipped_panels) == 1
    assert "7" in snapshot.skipped_panels[0]
    assert "Lost" in snapshot.skipped_panels[0]


def test_an_answer_of_panels_with_serial_zero_alone_is_an_empty_snapshot() -> None:
    snapshot = decode(real_answer(real_panel(0), real_panel(0)))
    assert (snapshot.panels, len(snapshot.skipped_panels)) == ((), 2)


def test_a_serial_number_that_repeats_is_that_of_another_controller() -> None:
    first, second = real_panel(-1, panel_name="First"), real_panel(2**32 - 1, panel_name="Second")
    snapshot = decode(real_answer(first, second, real_panel(5)))
    assert [(device.serial_number, device.panel_name) for device in snapshot.panels] == [
        (2**32 - 1, "First"),
        (5, "AHU5"),
    ]
    assert [(device.serial_number, device.panel_name) for device in snapshot.doubles] == [(2**32 - 1, "Second")]
    assert snapshot.skipped_panels == ()


def test_what_one_controller_sent_does_not_show_in_what_another_of_its_serial_number_sends() -> None:
    one = real_panel(points=[real_point(value=1000), real_point(number=2, label="OAT")])
    other = real_panel(points=[real_point(value=2000), real_point(number=2, label="RAT")], panel_name="Other")
    decoder = AnswerDecoder()
    for answer in (real_answer(one, other), real_answer(other, one), real_answer(other), real_answer(one)):
        assert decoder.decode(answer, RECEIVED_S) == decode(answer)
