"""Whatever a T3000 or something else replies, the web link answers or raises a named outcome."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from answers import real_panel, real_point
from t3monitor.model.errors import MonitorError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.exchange import Reply
from t3monitor.t3000.webapi.link import WebApiLink

anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)


def spoiled(good: dict[str, Any]) -> some.SearchStrategy[dict[str, Any]]:
    """A good object of which some members are anything else, or missing."""
    return some.fixed_dictionaries({}, optional={name: some.just(value) | anything for name, value in good.items()})


devices = spoiled(
    {
        "serialNumber": 237219,
        "panelId": 5,
        "panelNumber": 5,
        "objectInstance": 1005,
        "buildingName": "AHU",
        "ipAddress": "192.168.1.5",
        "modbusAddress": 5,
    }
)
listed = spoiled({"serial_number": 237219, "panel_number": 5, "object_instance": 1005, "panel_name": "AHU"})
live = spoiled({"panelId": 5, "serialNumber": 237219, "entryType": 1, "device_data": [real_point(), {"index": "x"}, 7]})
panels = spoiled(real_panel(points=[*(real_point(kind) for kind in PointType), {"type": 7}, None]))
data = live | some.lists(panels, max_size=3) | some.lists(listed, max_size=3) | anything
answers = spoiled(
    {
        "action": "LOGGING_DATA_RES",
        "data": None,
        "error": "no",
        "debug": "no",
        "code": "T3000_WARMUP",
        "status": "error",
    }
).flatmap(lambda answer: data.map(lambda chosen: {**answer, "data": chosen}))
bodies = some.binary() | (answers | anything).map(lambda value: json.dumps(value).encode())
replies = some.builds(
    Reply, some.sampled_from([200] * 8 + [100, 302, 404, 413, 500, 503]), some.text(), some.text(), bodies
)
device_pages = some.builds(
    Reply,
    some.just(200),
    some.just("application/json"),
    some.just(""),
    some.lists(devices, max_size=3).map(lambda rows: json.dumps({"devices": rows}).encode()) | bodies,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reading=some.sampled_from(["live", "logging_data", "auto"]),
    page=device_pages,
    calls=some.lists(replies, min_size=1),
)
def test_whatever_is_replied_ends_in_an_answer_or_a_named_outcome(
    monkeypatch: pytest.MonkeyPatch, reading: Any, page: Reply, calls: list[Reply]
) -> None:
    now_s = 0.0
    waiting = calls.copy()

    def send(_client: Client, path: str, body: bytes | None, _timeout_s: float) -> Reply:
        return page if body is None else waiting.pop(0) if len(waiting) > 1 else waiting[0]

    monkeypatch.setattr(Client, "_send", send)
    link = WebApiLink("http://127.0.0.1:1", reading, monotonic_s=lambda: now_s)
    for _ in range(4):
        with contextlib.suppress(MonitorError):
            AnswerDecoder().decode(link.fetch(1).body, 1)
        now_s += 16
        link.run_errand(1)
        link.panel_settings(5, 1)
        now_s += 16
