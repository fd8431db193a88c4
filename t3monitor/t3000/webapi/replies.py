"""From an HTTP reply of T3000's web service to T3000's own answer, or to its outcome (docs/t3000.md 8.2)."""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from t3monitor.model.errors import (
    BadReplyError,
    LinkError,
    LinkTimeoutError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.t3000.actions import Action
from t3monitor.t3000.text import message
from t3monitor.t3000.webapi.exchange import Reply
from t3monitor.t3000.wire_json import WireError, read

_OK, _SERVER_ERROR = 200, 500
_REFUSALS = {400, 413, 415, 422}  # axum's words for a request that it does not pass on
_WARM_UP_CODES = {"T3000_WARMUP", "T3000_PANELS_WARMUP"}
_OWN_ACTIONS = {
    Action.GET_PANEL_DATA: "GET_PANEL_DATA_RES",
    Action.GET_PANELS_LIST: "GET_PANELS_LIST_RES",
    Action.LOGGING_DATA: "LOGGING_DATA_RES",
}
_SHOWN_BYTES = 2000


class StrangeReplyError(Exception):
    """T3000's web service would hardly reply like that; the text says what came instead."""


class HeldUpError(LinkTimeoutError):
    """T3000 is still busy with an earlier call, which is no fault of the panel that is asked for now."""


class Answer(Struct):
    """What T3000 answered: its ``data``, or an ``error`` of its own, or nothing (``debug``).

    ``ranges`` are the site's own words, beside a panel's saved values.
    """

    action: Raw | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    ranges: Raw | UnsetType = UNSET
    debug: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    code: Raw | UnsetType = UNSET
    status: Raw | UnsetType = UNSET

    @property
    def is_empty(self) -> bool:
        """Whether the call was ignored: by the cooldown, the gate, or because this build does not know the action."""
        return self.debug is not UNSET

    @property
    def error_text(self) -> str:
        """T3000's own error as part of a sentence; empty if there is none."""
        return _text(self.error)


_read_answer = msgspec.json.Decoder(Answer)
_read_text = msgspec.json.Decoder(str)


def answer_of(reply: Reply, action: Action) -> Answer:
    """T3000's answer to an action; it may hold an error of T3000's own, whose weight is the caller's to judge.

    Raises NotReadyError, LinkTimeoutError, UnreachableError, RefusedError or BadReplyError for a reply that says so,
    StrangeReplyError for one that hardly comes from T3000.
    """
    if reply.status == _SERVER_ERROR:
        raise _service_error(reply)
    if reply.status in _REFUSALS:
        raise RefusedError(
            f"T3000's web service refused the call (HTTP {reply.status}): {_shown(reply)}; update T3000, or T3 Monitor"
        )
    if reply.status != _OK:
        raise StrangeReplyError(f"HTTP {reply.status}")
    answer = _decoded(reply)
    if _text(answer.status) == "success":
        text = _text(answer.data)
        raise BadReplyError(
            f"T3000's answer is not JSON, its web service passed it on as text: {text or 'nothing'}; "
            "the next cycle asks again, restart T3000 if it stays so"
        )
    if _text(answer.code) in _WARM_UP_CODES:
        raise NotReadyError("T3000 is starting, its web service is warming up: wait, that takes a few seconds")
    named = _text(answer.action)
    if named and named != _OWN_ACTIONS.get(action, named):
        raise BadReplyError(
            f"T3000 answered {named} instead of {_OWN_ACTIONS[action]}: the next cycle asks again, restart T3000 if it "
            "stays so"
        )
    if not named and all(member is UNSET for member in (answer.data, answer.debug, answer.error)):
        raise StrangeReplyError(_shown(reply))
    return answer


def _decoded(reply: Reply) -> Answer:
    try:
        return read(_read_answer, reply.body)
    except WireError:
        kind = reply.content_type.partition(";")[0].strip() or "something"
        raise StrangeReplyError(f"{message(kind)} that is no JSON object: {_shown(reply)}") from None


def _service_error(reply: Reply) -> LinkError:
    """What an error of the web service itself means; it knows T3000's return codes only by these texts."""
    try:
        text = _text(read(_read_answer, reply.body).error)
    except WireError:
        text = ""
    if not text:
        raise StrangeReplyError(f"HTTP {reply.status}")
    text = text.removeprefix('ServerError("').removesuffix('")')
    if "MFC application not initialized" in text:
        return NotReadyError(f"T3000 is starting (-2): {text}; wait, it takes calls once its main window is there")
    if "FFI lock timed out" in text:
        return HeldUpError(f"An earlier call holds T3000 up ({text}): if that stays so, restart T3000")
    if "not loaded" in text:
        return UnreachableError(
            f"T3000's web service does not find its way into T3000.exe ({text}): "
            "start T3000 from its own folder, and update it if it is from before September 2025"
        )
    return RefusedError(f"T3000 refused the call: {text}; restart T3000 if it stays so")


def _text(raw: Raw | UnsetType) -> str:
    """A member that should be text, as part of a sentence; any other JSON value as it stands, null as empty."""
    if raw is UNSET or bytes(raw) == b"null":
        return ""
    try:
        return message(read(_read_text, raw))
    except WireError:
        return message(bytes(raw)[:_SHOWN_BYTES].decode("utf-8", "replace"))


def _shown(reply: Reply) -> str:
    return message(reply.body[:_SHOWN_BYTES].decode("utf-8", "replace")) or "nothing"
