"""The client of a T3000 that is a model: no HTTP, and time passes only where it is waited for."""

import http.client
import json
from email.utils import formatdate

from answers import JsonObject
from clock import FakeClock
from t3monitor.model.errors import InterruptedCycleError
from t3monitor.t3000.actions import Route
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.exchange import Phase, Reply, Stamp
from t3monitor.t3000.webapi.failures import failure
from t3000_model import BROKEN_OFF, T3000Model

LIMIT_BYTES = 16_000_000


class ModelClient(Client):
    """Calls a model in virtual time: a call takes its time of the clock, but no more than its limit.

    A call that is given up raises what the real client raises, and T3000 goes on with it.
    """

    def __init__(self, model: T3000Model, clock: FakeClock, url: str = "http://127.0.0.1:9103") -> None:
        super().__init__(url, LIMIT_BYTES)
        self.model = model
        self.sent: list[tuple[float, JsonObject]] = []  # when, and the request object
        self.fetched: list[tuple[float, Route]] = []
        self._clock = clock

    def _send(self, path: str, body: bytes | None, timeout_s: float) -> Reply:
        sent_s = self._clock.utc_s()
        reply = self._answered(path, body, timeout_s)
        date = formatdate(self.model.t3000_utc_s(), usegmt=True)
        self.stamp = Stamp(date, sent_s, self._clock.utc_s())
        return reply._replace(date=date)

    def _answered(self, path: str, body: bytes | None, timeout_s: float) -> Reply:
        if self._interrupted:
            raise InterruptedCycleError("The call of T3000 was interrupted")
        if body is None:
            self.fetched.append((self._clock.now_s, Route(path)))
        else:
            self.sent.append((self._clock.now_s, json.loads(body)))
        if not self.model.is_running:
            raise self._failed(ConnectionRefusedError(), Phase.CONNECT, timeout_s)
        if body is None:
            return self._page(Route(path))
        if not self.model.build.has_ffi_route:
            return Reply(404, "text/plain", "", b"")
        until_s, status, answer = self.model.begin(json.loads(body))
        given_up_s = self._clock.now_s + timeout_s
        self._clock.now_s = min(until_s, given_up_s)
        if until_s > given_up_s:
            raise self._failed(TimeoutError(), Phase.TALK, timeout_s)
        if status == BROKEN_OFF:
            raise self._failed(http.client.RemoteDisconnected(), Phase.TALK, timeout_s)
        return _reply(status, answer)

    def _page(self, route: Route) -> Reply:
        if route is Route.HEALTH:
            return Reply(200, "text/plain; charset=utf-8", "", b"T3000 WebView Service OK")
        pages = {"/api/t3_device/devices": self.model.devices, "/api/server/time": self.model.server_time}
        return _reply(200, pages[route.value]()) if route.value in pages else Reply(404, "text/plain", "", b"")

    def _failed(self, error: Exception, phase: Phase, timeout_s: float) -> Exception:
        return failure(error, phase, self.target, timeout_s, 0, LIMIT_BYTES)


def _reply(status: int, answer: JsonObject) -> Reply:
    body = json.dumps(answer, sort_keys=True, separators=(",", ":")).encode("ascii")
    return Reply(status, "application/json", "", body)
