"""How far T3000's clock is ahead of this computer's, by what its web service tells (docs/t3000.md 8)."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec

from t3monitor.model.errors import LinkError
from t3monitor.model.times import clocks_agree, difference_text
from t3monitor.t3000.actions import Route
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.exchange import Stamp
from t3monitor.t3000.wire_json import WireError, read

MEASURED_EVERY_S = 600.0
_AGAIN_AFTER_FAILURE_S = 60.0
_TIMEOUT_S = 5.0
_LONGEST_TALK_S = 2.0  # of what took longer nobody knows when in it T3000 looked at its clock
_SAME_WITHIN_S = 2.0  # both sources tell whole seconds
_HALF_A_SECOND = 0.5  # on average since the second began


class _ServerTime(msgspec.Struct):
    server_time: str
    utc_offset_seconds: int


_read_server_time = msgspec.json.Decoder(_ServerTime, strict=False)


class Measured(NamedTuple):
    """T3000's time of day as a reply told it, and ours around it; UTC epoch seconds."""

    told_s: float | None
    sent_s: float
    received_s: float

    @property
    def ahead_s(self) -> float | None:
        """How far T3000's clock is ahead, to a second or so; None if the reply does not tell it well."""
        if self.told_s is None or not 0 <= self.received_s - self.sent_s <= _LONGEST_TALK_S:
            return None
        return self.told_s + _HALF_A_SECOND - (self.sent_s + self.received_s) / 2


def server_time_s(body: bytes) -> float | None:
    """UTC epoch seconds of a ``/api/server/time`` page, which tells local time without zone; None if it does not."""
    try:
        page = read(_read_server_time, body)
        local = datetime.fromisoformat(page.server_time.strip()).replace(tzinfo=UTC)
        return local.timestamp() - page.utc_offset_seconds
    except (WireError, ValueError, OverflowError):
        return None


def utc_offset_s(body: bytes) -> int | None:
    """How far T3000's local time is ahead of UTC by a ``/api/server/time`` page; None if it does not tell it."""
    try:
        return read(_read_server_time, body).utc_offset_seconds
    except WireError:
        return None


def http_date_s(text: str) -> float | None:
    """UTC epoch seconds of an HTTP ``Date``; None if it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


class Held:
    """A measured difference that stays what it was while it moves less than two seconds."""

    def __init__(self) -> None:
        self.ahead_s: float | None = None

    def take(self, ahead_s: float | None) -> bool:
        """Takes a new measurement, None for none; returns whether the difference moved."""
        if ahead_s is None or (self.ahead_s is not None and abs(ahead_s - self.ahead_s) < _SAME_WITHIN_S):
            return False
        self.ahead_s = ahead_s
        return True


class T3000Clock:
    """Measures when the link is first used, every ten minutes, and when a reply tells that one of the clocks was set.

    The page about the time is asked, which is T3000's own; the date of the replies serves where a build has no such
    page, and to notice a step: it may be that of a gateway in between.
    """

    def __init__(self, client: Client, monotonic_s: Callable[[], float]) -> None:
        self._client = client
        self._monotonic_s = monotonic_s
        self._held = Held()
        self._by_date = Held()
        self._due_s = float("-inf")

    @property
    def ahead_s(self) -> float | None:
        """How far T3000's clock is ahead of ours; None: not known."""
        return self._held.ahead_s

    def measure(self, timeout_s: float) -> float | None:
        """The difference, measured anew where it is time for that; raises InterruptedCycleError, and no LinkError."""
        has_stepped = self._by_date.take(_by_date(self._client.stamp).ahead_s)
        if has_stepped or self._monotonic_s() >= self._due_s:
            self._due_s = self._monotonic_s() + _AGAIN_AFTER_FAILURE_S
            with contextlib.suppress(LinkError):
                self._ask(min(timeout_s, _TIMEOUT_S))
        return self.ahead_s

    def check(self, timeout_s: float) -> str:
        """A sentence about the difference."""
        ahead_s = self.measure(timeout_s)
        if ahead_s is None:
            return "T3000's web service does not tell the time of its clock"
        if clocks_agree(ahead_s):
            return "T3000's clock agrees with this computer's"
        return f"T3000's clock is {difference_text(ahead_s)} this computer's; its readings are corrected by that"

    def _ask(self, timeout_s: float) -> None:
        body = self._client.get(Route.SERVER_TIME, timeout_s)
        stamp = self._client.stamp
        self._by_date.take(_by_date(stamp).ahead_s)
        told_s = None if body is None else server_time_s(body)
        ahead_s = Measured(told_s, stamp.sent_s, stamp.received_s).ahead_s
        if ahead_s is None:
            ahead_s = _by_date(stamp).ahead_s
        self._held.take(ahead_s)
        if ahead_s is not None:
            self._due_s = self._monotonic_s() + MEASURED_EVERY_S


def _by_date(stamp: Stamp) -> Measured:
    return Measured(http_date_s(stamp.date), stamp.sent_s, stamp.received_s)
