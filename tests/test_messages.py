"""Decoding of LOGGING_DATA answers: panels, answers without any, and one answer after another (docs/t3000.md 4, 5)."""

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
from decoding import (
    INPUT,
    OUTPUT,
    RECEIVED_S,
    VARIABLE,
    decode,
    documented_only_point,
    labelled,
    only_device,
    only_point,
)
from t3monitor.model.errors import BadReplyError, NoNewDataError, RefusedError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import PanelSettings, Snapshot
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
