"""How far T3000's clock is ahead of ours: measured at its web service, and held."""

import contextlib
import json
from collections.abc import Iterator

import pytest

from clock import FakeClock
from t3monitor.model.errors import NoNewDataError
from t3monitor.t3000.webapi.clock import Held, Measured, http_date_s, server_time_s
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_model import make_panels
from t3000_stand_in import DEVICES, SERVER_TIME, Mood, StandIn

PATIENCE_S = 10
NOW_S = 1_761_960_900


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_S)


@pytest.fixture
def stand_in(clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(make_panels(2), clock.monotonic_s, clock.utc_s) as stand_in:
        yield stand_in


@pytest.fixture
def link(stand_in: StandIn, clock: FakeClock) -> Iterator[WebApiLink]:
    link = WebApiLink(stand_in.url, "logging_data", monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
    yield link
    link.close()


def set_ahead(stand_in: StandIn, clock: FakeClock, seconds: float) -> None:
    stand_in.t3000.clock_ahead_s = seconds


def ahead_s(link: WebApiLink, clock: FakeClock, wait_s: float = 30) -> float | None:
    """As the next fetch says."""
    clock.now_s += wait_s
    link.run_errand(PATIENCE_S)
    clock.now_s += wait_s
    return link.fetch(PATIENCE_S).clock_ahead_s


def begin(link: WebApiLink, clock: FakeClock) -> float | None:
    """Reads until the link has something to tell."""
    for _ in range(4):
        with contextlib.suppress(NoNewDataError):
            return ahead_s(link, clock)
    raise AssertionError("nothing was read")


def asked(stand_in: StandIn) -> int:
    return sum(request.path == SERVER_TIME for request in stand_in.requests)


# What is told


@pytest.mark.parametrize(
    "text",
    ["2025-11-01 09:35:00", "2025-11-01T09:35:00", " 2025-11-01 09:35:00.25 "],
)
def test_the_page_about_the_time_tells_local_time_and_its_offset(text: str) -> None:
    page = json.dumps({"server_time": text, "utc_offset_seconds": 28_800, "timezone": "CST"}).encode()
    assert server_time_s(page) == pytest.approx(1_761_960_900, abs=0.3)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"not found",
        b"[]",
        b'{"server_time":"today","utc_offset_seconds":0}',
        b'{"server_time":"2025-11-01 09:35:00"}',
        b'{"server_time":"2025-11-01 09:35:00","utc_offset_seconds":"east"}',
        b'{"server_time":null,"utc_offset_seconds":0}',
    ],
)
def test_a_page_that_tells_no_time_is_none(page: bytes) -> None:
    assert server_time_s(page) is None


def test_the_date_of_a_reply_is_a_time_and_anything_else_none() -> None:
    assert http_date_s("Sat, 01 Nov 2025 01:35:00 GMT") == 1_761_960_900
    for text in ("", "yesterday", "Sat, 99 Nov 2025 01:35:00 GMT"):
        assert http_date_s(text) is None


def test_what_is_told_in_the_middle_of_a_quick_talk_is_the_difference() -> None:
    assert Measured(1000.0, 990.0, 991.0).ahead_s == 10.0
    assert Measured(1000.0, 990.0, 992.5).ahead_s is None
    assert Measured(1000.0, 990.0, 980.0).ahead_s is None, "our clock was set meanwhile"
    assert Measured(None, 990.0, 991.0).ahead_s is None


def test_a_difference_is_held_while_it_moves_less_than_two_seconds() -> None:
    held = Held()
    assert held.take(10.0)
    assert not held.take(11.9)
    assert not held.take(None)
    assert held.ahead_s == 10.0
    assert held.take(12.0)
    assert held.ahead_s == 12.0


# When it is asked


def test_the_difference_comes_with_the_answer(link: WebApiLink, stand_in: StandIn, clock: FakeClock) -> None:
    set_ahead(stand_in, clock, 3600)
    assert begin(link, clock) == pytest.approx(3600, abs=1)
    assert asked(stand_in) == 1


def test_where_a_build_has_no_such_page_the_date_of_its_reply_tells(
    link: WebApiLink, stand_in: StandIn, clock: FakeClock
) -> None:
    stand_in.tells_time = False
    set_ahead(stand_in, clock, -600)
    assert begin(link, clock) == pytest.approx(-600, abs=1)


def test_it_is_asked_again_every_ten_minutes(link: WebApiLink, stand_in: StandIn, clock: FakeClock) -> None:
    begin(link, clock)
    for _ in range(9):
        ahead_s(link, clock)
    assert asked(stand_in) == 1
    ahead_s(link, clock)
    assert asked(stand_in) == 2


@pytest.mark.parametrize("tells_time", [True, False])
def test_a_clock_that_is_set_is_noticed_at_once_by_the_date_of_the_replies(
    link: WebApiLink, stand_in: StandIn, clock: FakeClock, tells_time: bool
) -> None:
    stand_in.tells_time = tells_time
    set_ahead(stand_in, clock, 600)
    assert begin(link, clock) == pytest.approx(600, abs=1)
    set_ahead(stand_in, clock, 0)
    assert ahead_s(link, clock) == pytest.approx(0, abs=1)
    clock.utc_offset_s -= 3600  # ours, while T3000's goes on
    set_ahead(stand_in, clock, 3600)
    assert ahead_s(link, clock) == pytest.approx(3600, abs=1)


def test_a_clock_that_drifts_slowly_keeps_its_difference(link: WebApiLink, stand_in: StandIn, clock: FakeClock) -> None:
    set_ahead(stand_in, clock, 600)
    first = begin(link, clock)
    set_ahead(stand_in, clock, 601)
    assert ahead_s(link, clock, 300) == first


def test_a_time_that_cannot_be_asked_costs_no_answer(link: WebApiLink, stand_in: StandIn, clock: FakeClock) -> None:
    set_ahead(stand_in, clock, 600)
    begin(link, clock)
    clock.now_s += 600
    stand_in.mood = Mood.WELL
    stand_in.tells_time = False
    assert ahead_s(link, clock) == pytest.approx(600, abs=1)


def test_live_readings_are_of_our_own_time(stand_in: StandIn, clock: FakeClock) -> None:
    set_ahead(stand_in, clock, 600)
    link = WebApiLink(stand_in.url, "live", monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
    assert link.fetch(PATIENCE_S).clock_ahead_s is None
    link.close()


def test_the_doctor_says_the_difference(link: WebApiLink, stand_in: StandIn, clock: FakeClock) -> None:
    assert link.check_clock(PATIENCE_S) == "T3000's clock agrees with this computer's"
    set_ahead(stand_in, clock, 600)
    clock.now_s += 600
    assert link.check_clock(PATIENCE_S) == (
        "T3000's clock is 10 minutes ahead of this computer's; its readings are corrected by that"
    )
    assert not any(request.path == DEVICES or request.body for request in stand_in.requests), "no call of T3000"
