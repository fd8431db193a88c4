"""The client of one T3000 web service: sends what `actions` allows, and answers with data or a named outcome."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from t3monitor.model.errors import (
    BadReplyError,
    InterruptedCycleError,
    LinkError,
    RefusedError,
    UnreachableError,
)
from t3monitor.t3000.actions import Action, LoggedStretch, Route, history_request, request_body
from t3monitor.t3000.text import message
from t3monitor.t3000.webapi.exchange import Exchange, Reply, Stamp, Target
from t3monitor.t3000.webapi.failures import FAILURES, failure, is_redirect, redirected
from t3monitor.t3000.webapi.replies import Answer, StrangeReplyError, answer_of

_FFI_CALL = "/api/t3000/ffi/call"
_OK, _NOT_FOUND, _NOT_ALLOWED = 200, 404, 405
_HEALTHY = b"T3000 WebView Service OK"
_HEALTH_TIMEOUT_S = 5.0  # it is asked when something went wrong already


class Client:
    """Used from one thread, except `interrupt`. Every call is a connection of its own.

    ``stamp`` is that of the last reply.
    """

    def __init__(self, url: str, longest_answer_bytes: int, utc_s: Callable[[], float] = time.time) -> None:
        self.target = Target(url)
        self.stamp = Stamp("", 0.0, 0.0)
        self._utc_s = utc_s
        self._limit = longest_answer_bytes
        self._lock = threading.Lock()  # guards the following
        self._working = False
        self._interrupted = False
        self._exchange: Exchange | None = None

    @contextmanager
    def work(self) -> Iterator[None]:
        """A piece of work of several calls, which an interruption ends as a whole."""
        with self._lock:
            self._working, self._interrupted = True, False
        try:
            yield
        finally:
            with self._lock:
                self._working = self._interrupted = False

    def interrupt(self) -> None:
        """From any thread: ends the work in progress, if any, also between two calls."""
        with self._lock:
            self._interrupted = self._working
            if self._exchange:
                self._exchange.give_up()

    def call(self, action: Action, timeout_s: float, **members: int) -> Answer:
        """T3000's answer to an action, which may be an error of its own or empty; raises LinkError."""
        body = request_body(action, members)
        reply = self._send(_FFI_CALL, body, timeout_s)
        try:
            return answer_of(reply, action)
        except StrangeReplyError as strange:
            raise self._explanation(reply, str(strange), timeout_s) from None

    def get(self, route: Route, timeout_s: float) -> bytes | None:
        """A page of the web service; None if it has none or fails to make it. Raises LinkError."""
        reply = self._send(Route(route).value, None, timeout_s)
        return reply.body if reply.status == _OK else None

    def history(self, asked: LoggedStretch, timeout_s: float) -> bytes | None:
        """What T3000 logged of a panel, as it stands; None if the web service has no such page. Raises LinkError."""
        path, body = history_request(asked)
        reply = self._send(path, body, timeout_s)
        if reply.status in (_NOT_FOUND, _NOT_ALLOWED):
            return None
        if reply.status != _OK:
            raise RefusedError(
                f"T3000's web service failed to read its history (HTTP {reply.status}): {_body_text(reply)}; "
                "look whether T3000's own trend log shows it"
            )
        return reply.body

    def check_health(self, timeout_s: float) -> None:
        """Raises LinkError if it is not T3000's web service that answers."""
        body = self.get(Route.HEALTH, timeout_s)
        if body is None or not body.startswith(_HEALTHY):
            raise self._not_t3000("it does not know T3000's health page")

    def _send(self, path: str, body: bytes | None, timeout_s: float) -> Reply:
        exchange = Exchange(self.target, path, body, self._limit)
        with self._lock:
            if self._interrupted:
                raise _interruption()
            self._exchange = exchange
        sent_s = self._utc_s()
        try:
            reply = exchange.run(timeout_s)
            self.stamp = Stamp(reply.date, sent_s, self._utc_s())
        except FAILURES as error:
            if self._interrupted:
                raise _interruption() from None
            raise failure(error, exchange, self.target, timeout_s, self._limit) from None
        finally:
            with self._lock:
                self._exchange = None
        if self._interrupted:
            raise _interruption()
        if is_redirect(reply):
            raise redirected(reply, self.target)
        return reply

    def _explanation(self, reply: Reply, strange: str, timeout_s: float) -> LinkError:
        """What a strange reply means, which depends on whether T3000's web service is what answers."""
        try:
            self.check_health(min(timeout_s, _HEALTH_TIMEOUT_S))
        except LinkError:
            return self._not_t3000(strange)
        if reply.status in (_NOT_FOUND, _NOT_ALLOWED):
            return UnreachableError(
                f"T3000 on {self.target.place} is of a build before September 2025, "
                f"which cannot be read from outside (HTTP {reply.status}): update T3000"
            )
        if reply.status == _OK:
            return BadReplyError(
                f"T3000's web service answered with {strange}; the next cycle asks again, update T3000 if it stays so"
            )
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return RefusedError(
                f"T3000's web service failed ({strange}): {_body_text(reply)}; restart T3000 if it stays so"
            )
        return RefusedError(
            f"T3000's web service refused the call ({strange}): {_body_text(reply)}; update T3000, or T3 Monitor"
        )

    def _not_t3000(self, strange: str) -> UnreachableError:
        return UnreachableError(
            f"Something else than T3000 answers on {self.target.place} ({strange}): "
            "correct the URL in the settings, or end the program that has taken the port"
        )


def _interruption() -> InterruptedCycleError:
    return InterruptedCycleError("The call of T3000 was interrupted")


def _body_text(reply: Reply) -> str:
    return message(reply.body[:2000].decode("utf-8", "replace")) or "it gave no reason"
