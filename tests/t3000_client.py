"""The client of a T3000 that is a model: no HTTP, and time passes only where it is waited for."""

import http.client
import json
from email.utils import formatdate
from functools import cache, partial
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

import msgspec

from answers import JsonObject
from clock import FakeClock
from t3monitor.t3000.actions import Route
from t3monitor.t3000.webapi import client as real
from t3monitor.t3000.webapi.exchange import Exchange, GivenUpError, Phase, Reply
from t3000_log import HISTORY
from t3000_model import BROKEN_OFF, T3000Model

LIMIT_BYTES = 16_000_000


class ModelClient(real.Client):
    """Calls a model in virtual time: a call takes its time of the clock, but no more than its limit.

    It is the real client but for the exchange itself. T3000 goes on with a call that is given up.
    """

    def __init__(self, model: T3000Model, clock: FakeClock, url: str = "http://127.0.0.1:9103") -> None:
        super().__init__(url, LIMIT_BYTES, clock.utc_s)
        self.model = model
        self.clock = clock
        self.sent: list[tuple[float, JsonObject]] = []  # when, and the request object
        self.fetched: list[tuple[float, Route]] = []
        self.histories: list[tuple[float, JsonObject]] = []  # when, and the question for what T3000 logged
        self.tells_time = self.tells_history = True
        self.history_status = 200

    def _send(self, path: str, body: bytes | None, timeout_s: float) -> Reply:
        with patch.object(real, "Exchange", partial(_ModelExchange, self)):
            return super()._send(path, body, timeout_s)


class _ModelExchange(Exchange):
    def __init__(self, client: ModelClient, *args: Any) -> None:
        super().__init__(*args)
        self._client = client

    def run(self, timeout_s: float) -> Reply:
        client, model, clock = self._client, self._client.model, self._client.clock
        request = None if self._body is None else json.loads(self._body)
        asked = HISTORY.fullmatch(self._path)
        if request is None:
            client.fetched.append((clock.now_s, Route(self._path)))
        elif asked:
            client.histories.append((clock.now_s, request))
        else:
            client.sent.append((clock.now_s, request))
        self.phase = Phase.CONNECT
        if not model.is_running:
            raise ConnectionRefusedError
        self.phase = Phase.TALK
        if request is None:
            return self._page(Route(self._path))
        if not model.build.has_ffi_route:
            return self._made(404, b"", "text/plain")
        if asked and (not client.tells_history or client.history_status != HTTPStatus.OK):
            return self._made(client.history_status if client.tells_history else 404, b"", "text/plain")
        until_s, status, answer = model.history(int(asked[1]), asked[2], request) if asked else model.begin(request)
        given_up_s = clock.now_s + timeout_s
        clock.now_s = min(until_s, given_up_s)
        if until_s > given_up_s:
            raise GivenUpError
        if status == BROKEN_OFF:
            raise http.client.RemoteDisconnected
        return self._made(status, _line(answer))

    def _page(self, route: Route) -> Reply:
        model = self._client.model
        match route:
            case Route.HEALTH:
                return self._made(200, b"T3000 WebView Service OK", "text/plain; charset=utf-8")
            case Route.DEVICES:
                return self._made(200, _line(model.devices()))
            case Route.SERVER_TIME if not self._client.tells_time:
                return self._made(404, b"", "text/plain")
            case Route.SERVER_TIME:
                return self._made(200, _line(model.server_time()))

    def _made(self, status: int, body: bytes, content_type: str = "application/json") -> Reply:
        return Reply(status, content_type, "", body, _http_date(int(self._client.model.t3000_utc_s())))


@cache
def _http_date(utc_s: int) -> str:
    return formatdate(utc_s, usegmt=True)


def _line(answer: JsonObject) -> bytes:
    return msgspec.json.encode(answer, order="deterministic")
