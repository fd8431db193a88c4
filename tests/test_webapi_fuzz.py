"""Whatever a T3000 or something else replies, the web link answers or raises a named outcome."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clock import FakeClock
from t3monitor.model.errors import MonitorError
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.exchange import Reply
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_model import T3000Model, make_panels
from t3000_panels import ESP32

MISSING = object()

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)
# Where in an answer something is put, by the position of the member at each level, and what.
changes = some.lists(
    some.tuples(some.lists(some.integers(0, 12), max_size=5), anything | some.just(MISSING)), max_size=3
)
rude = some.builds(
    Reply,
    some.sampled_from([200, 200, 200, 302, 404, 413, 500, 503]),
    some.text(),
    some.text(),
    some.binary() | anything.map(lambda value: json.dumps(value).encode()),
)
replies = some.lists(changes | changes | changes | rude, min_size=1, max_size=10)


def changed(answer: Any, path: list[int], value: Any) -> Any:
    """The answer with a value in the place of what stands at the end of a path, or as far as the path goes."""
    if not path or not isinstance(answer, dict | list) or not answer:
        return value
    places = sorted(answer) if isinstance(answer, dict) else list(range(len(answer)))
    place = places[path[0] % len(places)]
    inner = changed(answer[place], path[1:], value)
    if isinstance(answer, dict):
        return {
            key: inner if key == place else old for key, old in answer.items() if key != place or inner is not MISSING
        }
    return [inner if key == place else old for key, old in enumerate(answer) if key != place or inner is not MISSING]


@given(reading=some.sampled_from(["live", "logging_data", "auto"]), listed=changes, told=replies)
def test_whatever_is_replied_ends_in_an_answer_or_a_named_outcome(
    monkeypatch: pytest.MonkeyPatch, reading: Any, listed: Any, told: list[Any]
) -> None:
    clock = FakeClock()
    usual, small = make_panels(2)
    small.product_class, small.counts = ESP32, (10, 10, 10)
    t3000 = T3000Model([usual, small], clock.monotonic_s, clock.utc_s)
    t3000.read_all()
    waiting = told.copy()

    def send(_client: Client, path: str, body: bytes | None, _timeout_s: float) -> Reply:
        answer: Any = t3000.devices() if body is None else t3000.call(json.loads(body))
        change = listed if body is None else waiting.pop(0) if waiting else []
        if isinstance(change, Reply):
            return change
        for place, value in change:
            answer = changed(answer, place, value)
        return Reply(200, "application/json", "", b"" if answer is MISSING else json.dumps(answer).encode())

    monkeypatch.setattr(Client, "_send", send)
    link = WebApiLink("http://127.0.0.1:1", reading, monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
    for _ in range(5):
        with contextlib.suppress(MonitorError):
            AnswerDecoder().decode(link.fetch(1).body, int(clock.utc_s()))
        clock.now_s += 16
        link.run_errand(1)
        link.panel_settings(1, 1, 1)
        clock.now_s += 16
