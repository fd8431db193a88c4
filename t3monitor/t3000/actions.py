"""The closed list of what may be sent to T3000, in one place: nothing that changes anything on a panel.

T3000 does whatever a request says, without asking who calls (docs/t3000.md 8.6), and some of its actions write to
panels. So no link makes up a request by itself: what goes out over the web service is built here from an `Action` and
whole numbers, the request text of the settings is checked here, and the web service's other pages are those of `Route`
and the history, which is asked for with POST and reads nothing but T3000's database.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, NoReturn

from t3monitor.model.errors import RefusedError
from t3monitor.t3000.text import message


class Action(IntEnum):
    """The actions of ``BacnetWebView_HandleWebViewMsg`` that write nothing to a panel (docs/t3000.md 2, 3, 4, 7).

    The first two load into T3000's memory what T3000 itself has saved of a panel, over what it had read.
    """

    GET_PANEL_DATA = 0
    GET_PANELS_LIST = 4
    LOGGING_DATA = 15
    GET_WEBVIEW_LIST = 17


class Route(StrEnum):
    """The pages of T3000's web service that are fetched with GET (docs/t3000.md 8.3)."""

    HEALTH = "/api/health"
    DEVICES = "/api/t3_device/devices"
    SERVER_TIME = "/api/server/time"


LONGEST_HISTORY = 50_000  # rows, which is where T3000 itself ends where no limit is given
_ALL_TREND_LOGS = 0  # T3000 looks at the number only where it keeps its history in a server's database


class LoggedStretch(NamedTuple):
    """Of which panel, from and up to which of T3000's local times, and how many rows at most, T3000's log is wanted."""

    serial_number: int
    panel_id: int
    since: datetime
    until: datetime
    limit: int


_FREELY_ASKED = (Action.GET_PANELS_LIST, Action.LOGGING_DATA, Action.GET_WEBVIEW_LIST)  # by a text of the settings
_MEMBERS = frozenset(("panelId", "serialNumber", "objectinstance", "entryType", "entryIndexStart", "entryIndexEnd"))
_SERIAL_NUMBER = "serialNumber"


def request_body(action: Action, members: Mapping[str, int]) -> bytes:
    """The request object of an action; a serial number may be given in either sign.

    Raises RefusedError for an action that is not on the list, and for a member that is no whole number of 32 bits or
    has no business in a request, whatever the types say.
    """
    if type(action) is not Action:
        raise RefusedError(f"T3 Monitor sends only calls that read, and {action!r} is none of them")
    request = {"action": int(action)}
    for name, value in members.items():
        if name not in _MEMBERS or type(value) is not int:
            raise RefusedError(f"T3 Monitor does not send {message(repr(name))}: {message(repr(value))} to T3000")
        # T3000 takes a number beyond 2^31 for an error of ours (docs/t3000.md 4.5).
        request[name] = (value + 2**31) % 2**32 - 2**31 if name == _SERIAL_NUMBER else value
        if not -(2**31) <= request[name] < 2**31:
            raise RefusedError(f"T3 Monitor does not send {name} {value}: T3000 takes 32 bits")
    return json.dumps(request, separators=(",", ":")).encode("ascii")


def history_request(asked: LoggedStretch) -> tuple[str, bytes]:
    """Path and body of the question for what T3000 has logged of a panel, of which the newest rows come.

    Raises RefusedError, whatever the types say, for what is no number or no time of day without a zone.
    """
    serial_number, panel_id, since, until, limit = asked
    for name, value, least, most in (
        ("serial_number", serial_number, -(2**31), 2**32 - 1),
        ("panel_id", panel_id, 0, 255),
        ("limit", limit, 1, LONGEST_HISTORY),
    ):
        if type(value) is not int or not least <= value <= most:
            raise RefusedError(f"T3 Monitor does not send {name} {message(repr(value))} to T3000")
    for at in (since, until):
        if type(at) is not datetime or at.tzinfo is not None:
            raise RefusedError(f"T3 Monitor does not send the time {message(repr(at))} to T3000")
    signed = (serial_number + 2**31) % 2**32 - 2**31
    request = {
        "serial_number": signed,
        "panel_id": panel_id,
        "trendlog_id": f"{_ALL_TREND_LOGS}",
        "start_time": since.isoformat(" ", "seconds"),
        "end_time": until.isoformat(" ", "seconds"),
        "limit": limit,
    }
    path = f"{Route.DEVICES}/{signed}/trendlogs/{_ALL_TREND_LOGS}/history"
    return path, json.dumps(request, separators=(",", ":")).encode("ascii")


def check_request(text: str) -> None:
    """Raises RefusedError for a request text of the settings that might do more than read.

    T3000 looks at a text that begins with a brace and ignores every other (docs/t3000.md 2.1). JSON that two readers
    may understand differently is refused too.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return
    try:
        request = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            f"The request in the settings begins as JSON but is none ({message(str(error))}): correct it"
        ) from None
    action = request.get("action")
    if type(action) is not int or action not in _FREELY_ASKED:
        shown = message(json.dumps(action)) if "action" in request else "no action"
        allowed = ", ".join(f"{known.value} ({known.name})" for known in _FREELY_ASKED)
        raise RefusedError(
            f"The request in the settings asks for {shown}, and T3 Monitor sends only actions that read: {allowed}"
        )


def _unrepeated(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a member stands in it twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
