"""What of an answer cannot be read is left out with a sentence; an answer that says nothing has an outcome."""

import json
from typing import Any

import pytest

from answers import documented_answer, documented_panel, real_answer, real_panel, real_point, without
from decoding import decode, labelled, only_device
from t3monitor.model.errors import BadReplyError, NoNewDataError, RefusedError

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


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (real_point(value="x"), "its value is a text, not a number"),
        (real_point(value=[1]), "its value is a list, not a number"),
        (5, "it is a whole number, not an object"),
    ],
)
def test_what_is_wrong_with_a_point_is_said_in_words(point: Any, said: str) -> None:
    (sentence,) = decode(real_answer(real_panel(points=[point]))).skipped_points
    assert sentence.endswith(f"point 1 of the answer cannot be used: {said}")


def test_what_an_answer_lacks_is_named() -> None:
    (sentence,) = decode(real_answer(real_panel(1), without(real_panel(), "panel_serial_number"))).skipped_panels
    assert sentence == "panel 2 of the answer cannot be read: it has no panel_serial_number"
