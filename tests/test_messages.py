"""Decoding of LOGGING_DATA answers; expected values are those of docs/t3000.md 4 to 6."""

import json
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
from t3monitor.model.errors import BadReplyError, NoNewDataError, RefusedError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.t3000.messages import AnswerDecoder

INPUT, OUTPUT, VARIABLE = PointType
RECEIVED_S = 1_761_960_900


def decode(body: bytes) -> Snapshot:
    return AnswerDecoder().decode(body, RECEIVED_S)


def only_device(body: bytes) -> Panel:
    (device,) = decode(body).panels
    return device


def only_point(wire: JsonObject) -> Point:
    """The one point of an answer of the real shape."""
    (point,) = only_device(real_answer(real_panel(points=[wire]))).points()
    return point


def documented_only_point(kind: PointType, wire: JsonObject) -> Point:
    lists = {INPUT: "inputs", OUTPUT: "outputs", VARIABLE: "variables"}
    (point,) = only_device(documented_answer(documented_panel(**{"inputs": [], lists[kind]: [wire]}))).points()
    return point


def labelled(label: bytes) -> bytes:
    """An answer of two inputs of which the second has this label, byte for byte."""
    points = [real_point(number=1), real_point(number=2, label="<label>"), real_point(number=3)]
    return real_answer(real_panel(points=points)).replace(b"<label>", label)


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


BAD_PANELS: dict[str, Any] = {
    "null": None,
    "a number": 5,
    "a text": "AHU5",
    "a list": [real_panel()],
    "an empty object": {},
    "no serial": without(real_panel(), "panel_serial_number"),
    "a null serial": real_panel(None),
    "a serial that is no number": real_panel("AHU5"),
    "a serial that is no whole number": real_panel(1.5),
    "a panel number that is no number": real_panel(panel_id="five"),
    "a panel number beyond the database": real_panel(panel_id=2**64),
    "points that are no list": real_panel(device_data={"IN1": real_point()}),
    "no points at all": without(real_panel(), "device_data"),
}


@pytest.mark.parametrize("bad", BAD_PANELS.values(), ids=BAD_PANELS)
def test_a_bad_panel_is_skipped_and_counted_and_the_others_survive(bad: Any) -> None:
    snapshot = decode(real_answer(real_panel(1), bad, real_panel(2)))
    assert [device.serial_number for device in snapshot.panels] == [1, 2]
    assert snapshot.point_count == 6
    assert len(snapshot.skipped_panels) == 1
    assert snapshot.skipped_panels[0].startswith("panel 2 ")


UNKNOWN_PANEL_MEMBERS = [
    ("panel_name", 5),
    ("panel_ipaddress", ["192.168.1.100"]),
    ("building_name", {}),
    ("input_logging_time", True),
    ("output_logging_time", [1729512016]),
    ("port", "abc"),
    ("modbus_address", 2**64),
    ("bacnet_mstp_mac_id", 1.5),
]


@pytest.mark.parametrize(("member", "sent"), UNKNOWN_PANEL_MEMBERS)
def test_a_member_that_a_panel_can_do_without_counts_as_missing_if_it_is_wrong(member: str, sent: Any) -> None:
    for panel, answer in ((real_panel(), real_answer), (documented_panel(), documented_answer)):
        info = panel.get("device_info", panel)
        info[member] = None
        missing = decode(answer(panel))
        info[member] = sent
        assert decode(answer(panel)) == missing
        assert (len(missing.panels), missing.skipped_panels) == (1, ())


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {},
        {"input_points": []},
        documented_panel() | {"device_info": None},
        documented_panel() | {"input_points": "none"},
        documented_panel(panel_id=None),
    ],
    ids=str,
)
def test_a_bad_documented_panel_is_skipped_and_counted_and_the_others_survive(bad: Any) -> None:
    snapshot = decode(documented_answer(bad, documented_panel(2)))
    assert [device.serial_number for device in snapshot.panels] == [2]
    assert len(snapshot.skipped_panels) == 1


def test_an_answer_without_a_readable_panel_is_a_bad_reply_that_says_why() -> None:
    with pytest.raises(BadReplyError, match="panel_serial_number"):
        decode(real_answer(without(real_panel(), "panel_serial_number"), 5))


# Answers without panels

NOTHING_NEW = {
    "no bytes": b"",
    "white space": b" \r\n",
    "an empty object": b"{}",
    "the debug text": b'{"debug":"HandleWebViewMsg returned empty response"}',
    "no data": b'{"action":"LOGGING_DATA_RES"}',
    "null data": b'{"action":"LOGGING_DATA_RES","data":null}',
    "empty data": b'{"action":"LOGGING_DATA_RES","data":[]}',
    "null devices": b'{"action":"LOGGING_DATA_RES","devices":null}',
    "empty devices": b'{"action":"LOGGING_DATA_RES","devices":[],"timestamp":"2025-10-21T12:00:16Z"}',
    "null error": b'{"action":"LOGGING_DATA_RES","error":null}',
}


@pytest.mark.parametrize("body", NOTHING_NEW.values(), ids=NOTHING_NEW)
def test_an_answer_without_panels_is_no_new_data(body: bytes) -> None:
    with pytest.raises(NoNewDataError):
        decode(body)


def test_the_debug_text_is_part_of_the_reason() -> None:
    with pytest.raises(NoNewDataError, match="HandleWebViewMsg returned empty response"):
        decode(NOTHING_NEW["the debug text"])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"action":"LOGGING_DATA_RES","error":"Panel is offline ."}', "Panel is offline ."),
        (b'{"error":"MFC application not initialized"}', "MFC application not initialized"),
        (b'{"action":"LOGGING_DATA_RES","data":[],"error":"Panel is offline ."}', "Panel is offline ."),
        (b'{"error":{"code":5}}', '{"code":5}'),
        (b'{"error":"two\\nlines\\u0000and more"}', "two lines and more"),
        (b'{"error":"Ger\xe4t fehlt"}', "Ger\ufffdt fehlt"),
    ],
)
def test_an_error_is_refused_with_its_text(body: bytes, text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        decode(body)
    assert text in str(refused.value)


def test_an_endless_error_text_is_cut() -> None:
    with pytest.raises(RefusedError) as refused:
        decode(json.dumps({"error": "x" * 100_000}).encode())
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("member", ["label", "description", "id"])
def test_a_text_that_is_exactly_error_fails_nothing(member: str) -> None:
    points = [real_point(number=1), real_point(number=2, **{member: "error"})]
    snapshot = decode(real_answer(real_panel(points=points, panel_name="error")))
    assert snapshot.panels[0].panel_name == "error"
    assert snapshot.point_count == (1 if member == "id" else 2)


def test_panels_count_although_an_error_stands_beside_them() -> None:
    assert len(decode(real_answer(real_panel(), error="Panel is offline .")).panels) == 1


@pytest.mark.parametrize("action", ["GET_PANELS_LIST_RES", "LOGGING_DATA", "logging_data_res", 15, [15]])
def test_the_answer_to_another_action_is_a_bad_reply_that_names_it(action: Any) -> None:
    named = action if isinstance(action, str) else json.dumps(action, separators=(",", ":"))
    with pytest.raises(BadReplyError) as bad:
        decode(real_answer(real_panel(), action=action))
    assert named in str(bad.value)
    assert ("no text" in str(bad.value)) is not isinstance(action, str)


@pytest.mark.parametrize("action", [None, ""])
def test_an_answer_that_names_no_action_is_taken_for_what_it_holds(action: Any) -> None:
    assert len(decode(real_answer(real_panel(), action=action)).panels) == 1


BAD_REPLIES = {
    "plain text": b"Panel is offline .",
    "a list": b"[]",
    "a list of panels": b"[" + real_answer(real_panel()) + b"]",
    "a number": b"15",
    "a text": b'"LOGGING_DATA_RES"',
    "null": b"null",
    "a zero byte": b"\x00",
    "two answers": real_answer(real_panel()) * 2,
    "data that is an object": b'{"action":"LOGGING_DATA_RES","data":{}}',
    "data that is a number": b'{"action":"LOGGING_DATA_RES","data":1}',
    "a HTML page": b"<html><body>404 Not Found</body></html>",
    "endless nesting": b'{"data":' + b"[" * 200_000,
    "complete endless nesting": b'{"data":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
}


@pytest.mark.parametrize("body", BAD_REPLIES.values(), ids=BAD_REPLIES)
def test_what_is_no_answer_at_all_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReplyError):
        decode(body)


def test_what_is_no_json_is_said_to_be_none_and_another_shape_is_not() -> None:
    with pytest.raises(BadReplyError, match="the library or the recording sent something that is no JSON"):
        decode(b"Panel is offline .")
    with pytest.raises(BadReplyError) as bad:
        decode(b"[]")
    assert "no JSON" not in str(bad.value)


@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
@pytest.mark.parametrize("label", [b"P2", b"Z\xfcrich"], ids=["clean", "dirty"])
def test_a_member_nested_too_deeply_costs_nothing_beside_it(brackets: tuple[bytes, bytes], label: bytes) -> None:
    opening, closing = brackets
    spare = opening * 5000 + b'"]\\"["' + closing * 5000
    body = labelled(label).replace(b'"panel_id":5', b'"novelty":' + spare + b',"panel_id":5')
    assert body.count(spare) == 1
    snapshot = decode(body)
    assert (snapshot.point_count, snapshot.skipped_panels, snapshot.skipped_points) == (3, (), ())


def test_points_nested_too_deeply_cost_their_panel_alone() -> None:
    body = real_answer(real_panel(1), real_panel(2, device_data="<points>"))
    snapshot = decode(body.replace(b'"<points>"', b"[" * 5000 + b"]" * 5000))
    assert [device.point_count for device in snapshot.panels] == [3, 0]
    assert len(snapshot.skipped_points) == 1


def test_an_answer_cut_off_anywhere_is_a_bad_reply() -> None:
    body = real_answer(real_panel(), real_panel(2))
    for end in range(1, len(body), 7):
        with pytest.raises(BadReplyError):
            decode(body[:end])


def test_members_that_nobody_knows_are_ignored() -> None:
    panel = real_panel(points=[real_point(novelty=[1, {"a": None}])], floor={"room": 5})
    assert len(list(only_device(real_answer(panel, msgId="x")).points())) == 1


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


# One answer after another


def decoded(*answers: bytes) -> list[Snapshot]:
    decoder = AnswerDecoder()
    return [decoder.decode(body, RECEIVED_S) for body in answers]


def points_of(*wire: Any, **members: Any) -> bytes:
    return real_answer(real_panel(points=list(wire), **members))


def test_a_point_that_stands_still_is_the_same_object() -> None:
    panel = full_panel()
    before = real_answer(panel)
    panel["device_data"][70]["value"] += 1000
    old, new = (snapshot.panels[0] for snapshot in decoded(before, real_answer(panel)))
    differ = [(a, b) for a, b in zip(old.points(), new.points(), strict=True) if a is not b]
    assert [(a.point_id, a.value, b.point_id, b.value) for a, b in differ] == [("OUT7", 21.5, "OUT7", 22.5)]
    assert new.inputs is old.inputs
    assert new.variables is old.variables


def test_a_point_that_lost_the_members_behind_its_value_is_read_anew() -> None:
    wire = without(real_point(), "decom")
    before = points_of(wire).replace(b'"value":21500', b'"value":21500,"decom":2')
    old, new = (snapshot.panels[0].inputs[0] for snapshot in decoded(before, points_of({**wire, "value": 22000})))
    assert (old.value, old.status) == (21.5, 2)
    assert (new.value, new.status) == (22.0, None)


def test_points_that_change_stay_at_their_places_in_whatever_order_they_are_listed() -> None:
    def answer(value: int) -> bytes:
        return points_of(
            *(real_point(INPUT, number, value=value) for number in (3, 1)),
            *(real_point(OUTPUT, number, value=value) for number in (1, 2)),
            real_point(INPUT, 2, value=7000),
        )

    for snapshot, value in zip(decoded(answer(5000), answer(6000)), (5.0, 6.0), strict=True):
        assert [(point.point_id, point.value) for point in snapshot.panels[0].points()] == [
            *(("IN1", value), ("IN2", 7.0), ("IN3", value)),
            *(("OUT1", value), ("OUT2", value)),
        ]


def test_an_equal_answer_gives_the_same_points_and_tuples() -> None:
    old, new = (snapshot.panels[0] for snapshot in decoded(*[real_answer(full_panel())] * 2))
    assert [new.inputs, new.outputs, new.variables] == [old.inputs, old.outputs, old.variables]
    assert new.inputs is old.inputs
    assert new.outputs is old.outputs
    assert new.variables is old.variables


def test_identity_survives_an_answer_without_data() -> None:
    decoder = AnswerDecoder()
    old = decoder.decode(real_answer(real_panel()), RECEIVED_S).panels[0]
    for body in (b'{"debug":"x"}', b'{"error":"x"}', b"no JSON", real_answer(5)):
        with pytest.raises((NoNewDataError, RefusedError, BadReplyError)):
            decoder.decode(body, RECEIVED_S)
    assert decoder.decode(real_answer(real_panel()), RECEIVED_S).panels[0].inputs is old.inputs


def test_panels_keep_their_points_apart() -> None:
    answers = [real_answer(real_panel(1), real_panel(2, points=[real_point(value=v)])) for v in (1000, 2000)]
    old, new = decoded(*answers)
    assert new.panels[0].inputs is old.panels[0].inputs
    assert [snapshot.panels[1].inputs[0].value for snapshot in (old, new)] == [1.0, 2.0]


def test_panels_may_change_places() -> None:
    one, two = real_panel(1, points=[real_point(value=1000)]), real_panel(2, points=[real_point(value=2000)])
    old, new = decoded(real_answer(one, two), real_answer(two, one))
    assert [device.serial_number for device in new.panels] == [2, 1]
    assert new.panels[0].inputs is old.panels[1].inputs
    assert new.panels[1].inputs is old.panels[0].inputs


CHANGES: dict[str, tuple[bytes, bytes]] = {
    "a point appears at the end": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
    ),
    "a point appears in the middle": (
        points_of(real_point(number=1), real_point(number=3)),
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
    ),
    "a point vanishes": (
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
        points_of(real_point(number=1), real_point(number=3)),
    ),
    "all points vanish": (points_of(real_point()), points_of()),
    "a point changes its number": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=3), real_point(number=2)),
    ),
    "a point changes its type": (
        points_of(real_point(INPUT, 1), real_point(INPUT, 2)),
        points_of(real_point(INPUT, 1), real_point(OUTPUT, 2)),
    ),
    "two points change places": (
        points_of(real_point(number=1, value=1), real_point(number=2, value=2)),
        points_of(real_point(number=2, value=2), real_point(number=1, value=1)),
    ),
    "a point becomes unreadable": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1, value=None), real_point(number=2)),
    ),
    "a point becomes readable": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=2)),
    ),
    "a point stays unreadable while another changes": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1, value=None), real_point(number=2, value=5)),
    ),
    "a point becomes unreadable for another reason": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1, id="X1"), real_point(number=2)),
    ),
    "a point becomes the double of another": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=1, value=5)),
    ),
    "a double changes": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1), real_point(number=1, value=6)),
    ),
    "the first of two doubles changes": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1, value=7), real_point(number=1, value=5)),
    ),
    "a double is a double no more": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1), real_point(number=2, value=5)),
    ),
    "the panel number changes": (points_of(real_point(), panel_id=5), points_of(real_point(), panel_id=6)),
    "the panel number changes and the points do not name it": (
        points_of(without(real_point(), "pid"), panel_id=5),
        points_of(without(real_point(), "pid"), panel_id=6),
    ),
    "the panel name changes": (points_of(real_point()), points_of(real_point(), panel_name="New")),
    "a panel becomes unreadable": (
        real_answer(real_panel(1), real_panel(2)),
        real_answer(real_panel(1), real_panel(2, panel_id=None)),
    ),
    "a panel loses its serial": (real_answer(real_panel(1), real_panel(2)), real_answer(real_panel(0), real_panel(2))),
    "a range changes": (points_of(real_point(range=3)), points_of(real_point(range=4))),
    "the shape changes": (
        real_answer(real_panel(12345, points=[real_point(value=72500)])),
        documented_answer(documented_panel(12345, panel_id=5)),
    ),
    "the shape changes back": (
        documented_answer(documented_panel(12345, panel_id=5)),
        real_answer(real_panel(12345, points=[real_point(value=72500)])),
    ),
    "a documented point moves to another list": (
        documented_answer(documented_panel(inputs=[without(documented_point(), "id")])),
        documented_answer(documented_panel(inputs=[], outputs=[without(documented_point(), "id")])),
    ),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_what_was_decoded_before_changes_nothing_but_identity(before: bytes, after: bytes) -> None:
    assert decoded(before, after, before, after) == [decode(before), decode(after), decode(before), decode(after)]


@pytest.mark.parametrize(
    "change",
    [
        "a point changes its number",
        "a point changes its type",
        "a point becomes unreadable",
        "a point becomes readable",
        "a point becomes the double of another",
        "a double is a double no more",
        "the panel name changes",
    ],
)
def test_a_point_that_stands_still_is_the_same_object_whatever_happens_beside_it(change: str) -> None:
    old, new = (snapshot.panels[0] for snapshot in decoded(*CHANGES[change]))
    still = [point for point in new.points() if point in set(old.points())]
    assert still
    known = {id(point) for point in old.points()}
    assert all(id(point) in known for point in still)


def test_the_points_of_a_renumbered_panel_carry_the_new_number() -> None:
    wire = without(real_point(), "pid")
    _, new = decoded(points_of(wire, panel_id=5), points_of(wire, panel_id=6))
    assert (new.panels[0].panel_id, new.panels[0].inputs[0].panel) == (6, 6)
