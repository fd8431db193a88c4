"""The client of the model that stands in for T3000, its restarts, and the model over HTTP."""

import json
import threading
import urllib.request
from typing import Any

import pytest

from answers import JsonObject
from clock import FakeClock
from t3monitor.model.errors import InterruptedCycleError, LinkTimeoutError, UnreachableError
from t3monitor.t3000.actions import Action, Route
from t3monitor.t3000.webapi.client import Client
from t3000_client import ModelClient
from t3000_model import BROKEN_OFF
from t3000_panels import make_panels
from t3000_site import COLLECT, INPUTS, MISMATCH, Site, asked, live
from t3000_stand_in import FFI_CALL, SERVER_TIME, StandIn

# --- its client, and restarts


def test_the_client_of_the_model_keeps_what_it_sent_and_when() -> None:
    site = Site()
    client = ModelClient(site.t3000, site.clock)
    client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[0]))
    answer = client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[1]))
    assert [(at_s, request["panelId"]) for at_s, request in client.sent] == [(0.0, 1), (0.12, 2)]
    assert json.loads(bytes(answer.data))["panelId"] == 2  # type: ignore[arg-type]
    client.check_health(1)


def test_the_client_of_the_model_gives_up_as_the_real_one_does() -> None:
    site = Site()
    site.panels[0].reachable = False
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(LinkTimeoutError, match="took the call and gave no answer within 2 s"):
        client.call(Action.GET_WEBVIEW_LIST, 2, **asked(site.panels[0]))
    site.begin(live(site.panels[0], INPUTS, 0, 63))
    with pytest.raises(LinkTimeoutError, match="FFI lock timed out"):
        client.call(Action.GET_WEBVIEW_LIST, 100, **asked(site.panels[0]))
    assert site.clock.now_s == 62


def test_the_work_of_the_client_of_the_model_can_be_interrupted() -> None:
    site = Site()
    client = ModelClient(site.t3000, site.clock)
    with client.work():
        client.interrupt()
        with pytest.raises(InterruptedCycleError):
            client.get(Route.DEVICES, 1)
    assert client.get(Route.DEVICES, 1)


def test_a_restart_breaks_off_the_call_in_progress() -> None:
    site = Site()
    site.panels[0].reachable = False
    site.t3000.restart_at(5)
    timed = site.begin(live(site.panels[0]))
    assert (timed.until_s, timed.status) == (5, BROKEN_OFF)
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(UnreachableError, match="broke the connection off without an answer"):
        client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[0]))
    assert site.clock.now_s == 5
    assert site.live(site.panels[1])["code"] == "T3000_WARMUP"
    assert site.begin(COLLECT).until_s == 5  # the lock of the run before is gone


def test_nothing_listens_while_t3000_is_down() -> None:
    site = Site()
    site.t3000.restart_at(5, down_s=20)
    site.clock.now_s = 6
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(UnreachableError, match="Nothing listens"):
        client.get(Route.DEVICES, 1)
    assert site.begin(COLLECT).status == BROKEN_OFF
    site.clock.now_s = 25
    assert client.get(Route.DEVICES, 1)


def test_a_restart_that_is_due_happens_unseen() -> None:
    site = Site()
    site.t3000.restart_at(5)
    site.clock.now_s = 300
    site.finish(COLLECT)
    site.clock.now_s = 310
    assert site.live(site.panels[0]) == MISMATCH
    assert "error" not in site.load(site.panels[0])


# --- over HTTP


def post(stand_in: StandIn, request: JsonObject) -> tuple[Any, JsonObject]:
    call = urllib.request.Request(
        stand_in.url + FFI_CALL, json.dumps(request).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=10) as reply:
        return reply.headers, json.loads(reply.read())


def test_over_http_an_answer_moves_the_clock_of_a_test_to_when_it_leaves_t3000() -> None:
    site = Site()
    site.panels[0].reachable = False
    with StandIn(site.panels, site.clock.monotonic_s, site.clock.utc_s) as stand_in:
        post(stand_in, live(site.panels[0]))
        assert site.clock.now_s == 12
        post(stand_in, live(site.panels[1]))
        assert site.clock.now_s == pytest.approx(12.12)


def test_over_http_the_date_and_the_time_page_are_by_t3000s_clock() -> None:
    clock = FakeClock()
    with StandIn(make_panels(1), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.clock_ahead_s = 3600
        headers, _ = post(stand_in, COLLECT)
        assert headers["Date"] == "Sat, 01 Nov 2025 02:35:00 GMT"
        page = json.loads(stand_in.page(SERVER_TIME) or b"")
        assert page["server_time"] == "2025-11-01T03:35:00"


def test_over_http_a_call_is_broken_off_by_a_restart() -> None:
    panels = make_panels(1)
    with StandIn(panels, wait_until=lambda until_s: stand_in.t3000.restart()) as stand_in, pytest.raises(OSError):
        post(stand_in, live(panels[0]))


def test_over_http_the_first_call_after_a_restart_that_nobody_saw_is_answered() -> None:
    clock = FakeClock()
    panels = make_panels(1)
    with StandIn(panels, clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.restart_at(5)
        clock.now_s = 6
        assert post(stand_in, live(panels[0]))[1]["code"] == "T3000_WARMUP"


def test_over_http_the_device_list_comes_while_a_call_waits_for_a_panel() -> None:
    waits, may_go_on = threading.Event(), threading.Event()

    def wait_until(until_s: float) -> None:
        waits.set()
        assert may_go_on.wait(10)

    with StandIn(make_panels(1), wait_until=wait_until) as stand_in:
        call = threading.Thread(target=post, args=(stand_in, COLLECT))
        call.start()
        assert waits.wait(10)
        try:
            assert Client(stand_in.url, 1_000_000).get(Route.DEVICES, 10)
        finally:
            may_go_on.set()
            call.join(10)
