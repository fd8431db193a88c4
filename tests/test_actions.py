"""The closed list of what may be sent to T3000; that nothing else leaves the program is looked at on the wire."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from t3monitor.config.settings import Settings
from t3monitor.model.errors import RefusedError
from t3monitor.t3000.actions import Action, LoggedStretch, check_request, history_request, request_body
from t3monitor.t3000.library import LibraryLink
from t3monitor.t3000.webapi import client as client_module
from t3monitor.t3000.webapi.client import Client
from t3000_stand_in import StandIn

READING = {4, 15, 17}
SENT = {0, *READING}  # 0 loads what T3000 has saved of a panel, and is none for a text of the settings
LONGEST = 1_000_000


class Writing(IntEnum):
    WRITE_ENTRIES = 16
    LOGGING_DATA = 15


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


def test_the_list_holds_the_actions_that_write_nothing_to_a_panel_and_no_other() -> None:
    assert {action.value for action in Action} == SENT


@pytest.mark.parametrize(
    "action",
    [
        *range(31),
        -1,
        True,
        False,
        15.0,
        "15",
        "LOGGING_DATA",
        "WRITE_ENTRIES",
        None,
        [15],
        {"action": 16},
        *Writing,
    ],
)
def test_what_is_no_action_of_the_list_does_not_reach_the_wire(stand_in: StandIn, action: Any) -> None:
    before = len(stand_in.requests)
    with pytest.raises(RefusedError, match="only calls that read"):
        Client(stand_in.url, LONGEST).call(action, 5)
    assert len(stand_in.requests) == before


@pytest.mark.parametrize(
    "members",
    [
        {"message": {"action": 16}},
        {"message": 1},
        {"Action": 16},
        {"action\0": 16},
        {"panelId": {"action": 16}},
        {"panelId": "5"},
        {"panelId": True},
        {"panelId": 5.0},
        {"panelId": None},
        {"panelId": [5]},
        {"panelId": 2**31},
        {"entryType": -(2**31) - 1},
        {"fields": 1},
        {"": 1},
    ],
)
def test_a_member_that_is_not_foreseen_does_not_reach_the_wire(stand_in: StandIn, members: dict[str, Any]) -> None:
    before = len(stand_in.requests)
    with pytest.raises(RefusedError, match="does not send"):
        Client(stand_in.url, LONGEST).call(Action.LOGGING_DATA, 5, **members)
    assert len(stand_in.requests) == before


def test_a_member_cannot_take_the_place_of_the_action(stand_in: StandIn) -> None:
    before = len(stand_in.requests)
    with pytest.raises(RefusedError):
        request_body(Action.LOGGING_DATA, {"action": 16})
    with pytest.raises(TypeError):
        Client(stand_in.url, LONGEST).call(Action.LOGGING_DATA, 5, action=16)  # type: ignore[arg-type]
    assert len(stand_in.requests) == before


@pytest.mark.parametrize("route", ["/api/t3_device/devices/1", "/api/t3000/ffi/call", "/", "", "/api/health?x=1"])
def test_no_page_is_fetched_but_those_of_the_list(stand_in: StandIn, route: Any) -> None:
    before = len(stand_in.requests)
    with pytest.raises(ValueError, match="not a valid Route"):
        Client(stand_in.url, LONGEST).get(route, 5)
    assert len(stand_in.requests) == before


@given(
    some.one_of(some.sampled_from(Action), some.integers(), some.text(), some.floats(), some.booleans()),
    some.dictionaries(
        some.one_of(some.sampled_from(["action", "message", "panelId", "serialNumber"]), some.text()),
        some.one_of(
            some.integers(),
            some.text(),
            some.booleans(),
            some.floats(),
            some.dictionaries(some.text(), some.integers()),
        ),
    ),
)
def test_whatever_is_asked_for_a_body_that_is_built_holds_a_reading_action_and_whole_numbers(
    action: Any, members: Any
) -> None:
    try:
        body = request_body(action, members)
    except RefusedError:
        return
    request = json.loads(body)
    assert request.pop("action") in SENT
    assert all(type(value) is int for value in request.values())
    assert "message" not in request


def test_a_request_is_compact_and_its_serial_number_signed() -> None:
    body = request_body(Action.LOGGING_DATA, {"panelId": 5, "serialNumber": 2**32 - 7})
    assert body == b'{"action":15,"panelId":5,"serialNumber":-7}'
    assert request_body(Action.GET_PANELS_LIST, {}) == b'{"action":4}'


# --- the question for T3000's own history

STRETCH = LoggedStretch(237219, 5, datetime(2026, 11, 27, 6), datetime(2026, 11, 27, 7, 30, 1, 999), 20_000)


def test_the_history_is_asked_for_by_whole_numbers_and_local_times_alone() -> None:
    path, body = history_request(STRETCH._replace(serial_number=2**32 - 7))
    assert path == "/api/t3_device/devices/-7/trendlogs/0/history"
    assert json.loads(body) == {
        "serial_number": -7,
        "panel_id": 5,
        "trendlog_id": "0",
        "start_time": "2026-11-27 06:00:00",
        "end_time": "2026-11-27 07:30:01",
        "limit": 20_000,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"serial_number": "1/reboot?x="},
        {"serial_number": 2**32},
        {"serial_number": True},
        {"panel_id": "5"},
        {"panel_id": 256},
        {"panel_id": None},
        {"limit": 0},
        {"limit": 50_001},
        {"limit": 1.0},
        {"since": "2026-11-27 06:00:00"},
        {"since": datetime(2026, 11, 27, 6, tzinfo=UTC)},
        {"until": "' OR 1"},
        {"until": None},
    ],
)
def test_a_question_for_the_history_that_is_not_foreseen_does_not_reach_the_wire(
    stand_in: StandIn, wrong: dict[str, Any]
) -> None:
    before = len(stand_in.requests)
    with pytest.raises(RefusedError, match="does not send"):
        Client(stand_in.url, LONGEST).history(STRETCH._replace(**wrong), 5)
    assert len(stand_in.requests) == before


def test_the_history_is_the_only_page_besides_the_calls_that_is_asked_for_with_post() -> None:
    source = Path(client_module.__file__).read_text()
    assert source.count("self._send(") == 3
    assert source.count("self._send(_FFI_CALL, body, timeout_s)") == 1
    assert source.count("self._send(path, body, timeout_s)") == 1
    assert source.count("self._send(Route(route).value, None, timeout_s)") == 1


# --- the request text of the library link


@pytest.mark.parametrize(
    "text",
    [
        "",
        Settings().request,
        '{"action":15}',
        '{ "action" : 17, "panelId" : 3, "note": "as you like" }',
        '{"action":4,"message":{"action":4}}',
        "LOGGING_DATA",
        "15",
        '[{"action":16}]',
    ],
)
def test_a_request_text_that_reads_is_let_through(text: str) -> None:
    check_request(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((f'{{"action":{action}}}', f"asks for {action},") for action in range(31) if action not in READING),
        ('{"action":"15"}', 'asks for "15",'),
        ('{"action":"WRITE"}', 'asks for "WRITE",'),
        ('{"action":true}', "asks for true,"),
        ('{"action":15.0}', "asks for 15.0,"),
        ('{"action":1.5e1}', "asks for 15.0,"),
        ('{"action":null}', "asks for null,"),
        ('{"action":[15]}', "asks for [15],"),
        ("{}", "asks for no action,"),
        ('{"message":{"action":15}}', "asks for no action,"),
        ('{"Action":15}', "asks for no action,"),
        ('{"action":15,"action":16}', "a member stands in it twice"),
        ('{"action":15,"\\u0061ction":16}', "a member stands in it twice"),
        ('{"action":15,"m":{"a":1,"a":2}}', "a member stands in it twice"),
        ('{"action":15}{"action":16}', "begins as JSON but is none"),
        ('{"action":15} x', "begins as JSON but is none"),
        ('{"action":15,/*x*/"panelId":5}', "begins as JSON but is none"),
        ('{"action":15,"x":NaN}', "NaN is no number"),
        ("{action:16}", "begins as JSON but is none"),
        ('{"action":16', "begins as JSON but is none"),
        ('{"action":15,"a":' + "[" * 100_000, "begins as JSON but is none"),
        (' \n{"action":16}', "asks for 16,"),
        ('\ufeff{"action":16}', "begins as JSON but is none"),
    ],
)
def test_a_request_text_that_may_do_more_than_read_is_refused_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_request(text)
    assert reason in str(caught.value)
    assert str(caught.value).startswith("The request in the settings ")


def test_the_library_does_not_see_a_request_that_is_refused(
    t3000_library: Path, t3000_does: Callable[[str], None]
) -> None:
    t3000_does("echo")
    link = LibraryLink(t3000_library, request='{"action":16}', buffer_bytes=4096)
    with pytest.raises(RefusedError, match="asks for 16"):
        link.fetch(5)
    assert link._process is None
    link.close()
