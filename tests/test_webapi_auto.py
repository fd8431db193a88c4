"""The strategy `auto`: live where that works, else T3000's background readings."""

from collections.abc import Iterator

import pytest

from clock import FakeClock
from live_site import LiveSite
from t3monitor.model.errors import LinkTimeoutError, NoNewDataError, NotReadyError, RefusedError, UnreachableError
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_model import make_panels
from t3000_stand_in import Mood, StandIn

PATIENCE_S = 10
SHORT_S = 0.15


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stand_in(clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(make_panels(2), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.read_all()
        yield stand_in


@pytest.fixture
def link(stand_in: StandIn, clock: FakeClock) -> Iterator[WebApiLink]:
    link = WebApiLink(stand_in.url, monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
    yield link
    link.close()


def sentence(link: WebApiLink, kind: type[Exception], timeout_s: float = PATIENCE_S) -> str:
    with pytest.raises(kind) as caught:
        link.fetch(timeout_s)
    assert type(caught.value).__mro__[1] is kind or type(caught.value) is kind
    return str(caught.value)


def actions(stand_in: StandIn) -> set[int]:
    """The actions since it was asked last."""
    found = {call["action"] for call in stand_in.calls}
    stand_in.requests.clear()
    return found


def after_collecting(link: WebApiLink, clock: FakeClock) -> str:
    """The note of the first answer that is not made of background readings any more, within a minute."""
    until_s = clock.now_s + 60
    while clock.now_s < until_s:
        if link.errand_due_s is not None:
            clock.now_s = max(clock.now_s, link.errand_due_s)
            link.run_errand(PATIENCE_S)
        if not (note := link.fetch(PATIENCE_S).note).startswith("T3000's background"):
            return note
    return ""


def test_live_reading_serves_where_it_works(stand_in: StandIn, link: WebApiLink) -> None:
    assert link.fetch(PATIENCE_S).note == "read live from each panel"
    assert actions(stand_in) == {17}
    assert link.errand_due_s is None


def test_one_panel_that_answers_is_enough(stand_in: StandIn, link: WebApiLink) -> None:
    stand_in.t3000.panels[0].reachable = False
    answer = link.fetch(PATIENCE_S)
    assert answer.note == "read live from each panel"
    assert len(answer.failed_panels) == 1


def test_background_readings_serve_where_live_reading_fails_and_the_note_says_why(
    stand_in: StandIn, link: WebApiLink
) -> None:
    stand_in.t3000.build.knows_live = False
    assert link.fetch(PATIENCE_S).note == (
        "T3000's background readings, since live reading failed: None of 2 panels gave values: panel 1 'AHU-1' was not "
        "read: T3000 ignored the call: this build may not know live reading"
    )
    assert link.errand_due_s is not None


def test_live_reading_is_tried_again_after_ten_minutes(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.build.knows_live = False
    link.fetch(PATIENCE_S)
    stand_in.t3000.build.knows_live = True
    actions(stand_in)
    while clock.now_s < 580:
        assert link.errand_due_s is not None
        clock.now_s = link.errand_due_s
        link.run_errand(PATIENCE_S)
        assert link.fetch(PATIENCE_S).note.startswith("T3000's background readings")
    assert actions(stand_in) == {15}
    clock.now_s = 601
    assert after_collecting(link, clock) == "read live from each panel"
    assert link.errand_due_s is None
    assert [call["panelId"] for call in stand_in.actions(15)][-1] == -1


def test_while_neither_works_live_reading_is_tried_as_soon_as_a_silent_panel_is_worth_it(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.gate_open = False
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    text = sentence(link, NoNewDataError)
    assert text.startswith("T3000 ignored the call: another program called it less than 15 s ago, or its background")
    assert "; live reading failed too: None of 2 panels gave values: panel 1 'AHU-1' was not read" in text
    for panel in stand_in.t3000.panels:
        panel.reachable = True
    clock.now_s += 60
    assert link.fetch(PATIENCE_S).note == "read live from each panel"


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        (Mood.STARTING, NotReadyError),
        (Mood.NOT_LOADED, UnreachableError),
        (Mood.OTHER_PROGRAM, UnreachableError),
        (Mood.HANG, LinkTimeoutError),
    ],
)
def test_what_would_stop_any_call_is_no_reason_to_fall_back(
    stand_in: StandIn, link: WebApiLink, mood: Mood, kind: type[Exception]
) -> None:
    stand_in.mood = mood
    sentence(link, kind, SHORT_S)
    assert 15 not in actions(stand_in)


def test_live_reading_that_times_out_twice_is_a_reason(stand_in: StandIn, link: WebApiLink) -> None:
    stand_in.moods = [Mood.HANG] * 2
    sentence(link, LinkTimeoutError, SHORT_S)
    assert link.fetch(SHORT_S).note.startswith("T3000's background readings, since live reading failed: None of 2")


def test_a_refusal_of_both_is_a_refusal(stand_in: StandIn, link: WebApiLink) -> None:
    stand_in.mood = Mood.CODE_MINUS_1
    assert "live reading failed too" in sentence(link, RefusedError)


def test_values_that_action_4_saved_while_a_reading_was_awaited_are_not_taken_for_it(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.build.knows_live = False
    link.fetch(PATIENCE_S)
    while clock.now_s < 590:  # the last of these calls has had a panel read that was not shown since
        assert link.errand_due_s is not None
        clock.now_s = link.errand_due_s
        link.run_errand(PATIENCE_S)
    clock.now_s += 14
    link.forget_panels()
    actions(stand_in)
    after_collecting(link, clock)  # tries live reading again, which asks for the panels
    assert 4 in actions(stand_in)
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    for _ in range(4):
        clock.now_s = max(clock.now_s, link.errand_due_s or 0.0)
        link.run_errand(PATIENCE_S)
    devices = AnswerDecoder().decode(link.fetch(PATIENCE_S).body, int(clock.utc_s())).panels
    assert [device.inputs[0].value for device in devices if device.inputs[0].value < 0] == []


@pytest.mark.parametrize(("interval_s", "cooldown_s"), [(10, 15), (30, 15), (30, 60)])
def test_where_live_reading_is_not_known_all_panels_have_their_turns_in_the_background(
    interval_s: int, cooldown_s: int
) -> None:
    live = LiveSite(make_panels(4), reading="auto", interval_s=interval_s)
    live.t3000.build.knows_live, live.t3000.build.cooldown_s = False, cooldown_s
    while live.clock.now_s < 300 + 60 * cooldown_s:
        live.fetch_patiently()
    asked = [call["panelId"] for at_s, call in live.client.sent if call["action"] == 15 and at_s > 300]
    counts = [asked.count(number) for number in (1, 2, 3, 4)]
    assert min(counts) > 0.6 * max(counts)
