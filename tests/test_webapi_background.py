"""T3000's background readings over the web link: one call per cooldown, most of them between two cycles."""

import json
from collections.abc import Iterator

import pytest
from msgspec import Raw

from answers import JsonObject, real_panel
from clock import FakeClock
from t3monitor.model.errors import (
    BadReplyError,
    BusyError,
    InterruptedCycleError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.snapshot import Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.cached import CachedPanels
from t3monitor.t3000.webapi.link import WebApiLink
from t3monitor.t3000.webapi.mirror import Mirror
from t3000_model import Build, make_panels
from t3000_stand_in import Mood, StandIn

PATIENCE_S = 10
SHORT_S = 0.15
COLLECT = -1


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stand_in(clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(make_panels(2), clock.monotonic_s, clock.utc_s) as stand_in:
        yield stand_in


@pytest.fixture
def link(stand_in: StandIn, clock: FakeClock) -> Iterator[WebApiLink]:
    link = open_link(stand_in, clock)
    yield link
    link.close()


def open_link(stand_in: StandIn, clock: FakeClock, reading: str = "logging_data") -> WebApiLink:
    return WebApiLink(stand_in.url, reading, monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)  # type: ignore[arg-type]


def decoded(answer: Answer, clock: FakeClock) -> Snapshot:
    return AnswerDecoder().decode(answer.body, int(clock.utc_s()))


def ages(answer: Answer, clock: FakeClock, decoder: AnswerDecoder | None = None) -> dict[int, int]:
    """How long ago each panel was read; a decoder of answers before it has less to do."""
    devices = (decoder or AnswerDecoder()).decode(answer.body, int(clock.utc_s())).panels
    return {device.panel_id: int(clock.utc_s()) - device.input_logging_time for device in devices}


def run_errands(link: WebApiLink, clock: FakeClock, count: int) -> None:
    """As the service does: each errand at its time."""
    for _ in range(count):
        due_s = link.errand_due_s
        assert due_s is not None
        clock.now_s = max(clock.now_s, due_s)
        link.run_errand(PATIENCE_S)


def logging_calls(stand_in: StandIn) -> list[int]:
    return [call["panelId"] for call in stand_in.actions(15)]


def sentence(link: WebApiLink, kind: type[Exception] = NoNewDataError, timeout_s: float = PATIENCE_S) -> str:
    with pytest.raises(kind) as caught:
        link.fetch(timeout_s)
    return str(caught.value)


# --- reading and collecting


def test_the_first_call_of_a_link_collects_what_t3000_has(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    clock.now_s = 40
    answer = link.fetch(PATIENCE_S)
    assert stand_in.calls == [{"action": 15, "panelId": -1, "serialNumber": 0}]
    assert ages(answer, clock) == {1: 40, 2: 40}
    assert (answer.repeats, answer.note, answer.failed_panels) == (True, "T3000's background readings", ())
    assert [device.point_count for device in decoded(answer, clock).panels] == [256, 256]


def test_panels_are_read_by_errands_between_the_cycles(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    assert link.errand_due_s is None
    assert sentence(link).startswith("T3000 has read no panel in the background yet: it is asked for one after the oth")
    run_errands(link, clock, 4)
    answer = link.fetch(PATIENCE_S)
    assert logging_calls(stand_in) == [COLLECT, 1, 2, 1, 2]
    assert ages(answer, clock).keys() == {1, 2}
    assert all(age <= 3 * 15 for age in ages(answer, clock).values())
    assert answer.turn_s == 2 * 15, "each panel with every second call"


def test_a_fetch_without_a_free_turn_and_without_news_says_how_long_to_wait_and_calls_nobody(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    clock.now_s = 8.2
    before = len(stand_in.requests)
    assert sentence(link) == "T3000 ignores calls less than 15 s apart; 7 s to go"
    assert len(stand_in.requests) == before


def test_a_fetch_after_an_errand_serves_its_news_without_a_call(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    run_errands(link, clock, 1)
    before = len(stand_in.requests)
    assert link.fetch(PATIENCE_S).body
    assert len(stand_in.requests) == before
    assert "s to go" in sentence(link)


def test_a_fetch_with_a_free_turn_takes_it(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.read_all()
    for _ in range(3):
        link.fetch(PATIENCE_S)
        clock.now_s += 30
    assert logging_calls(stand_in) == [COLLECT, 1, 2]


def test_no_call_is_made_before_t3000_takes_it(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    run_errands(link, clock, 20)
    assert len(logging_calls(stand_in)) == 21
    assert stand_in.t3000.ignored == 0
    assert clock.now_s == pytest.approx(20 * 15.1)


def test_a_frozen_logging_time_stays_frozen_although_values_change(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    run_errands(link, clock, 12)
    answer = link.fetch(PATIENCE_S)
    assert ages(answer, clock) == {1: int(clock.now_s), 2: int(clock.now_s)}


def test_a_point_that_stands_still_keeps_its_bytes_from_answer_to_answer(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    decoder = AnswerDecoder()
    before = decoder.decode(link.fetch(PATIENCE_S).body, 1)
    run_errands(link, clock, 1)
    after = decoder.decode(link.fetch(PATIENCE_S).body, 2)
    assert all(old is new for old, new in zip(before.panels[1].points(), after.panels[1].points(), strict=True))


@pytest.mark.parametrize("day", ["2025-12-01", "2026-03-01"])
def test_a_serial_number_beyond_2_to_the_31_is_one_panel_in_either_sign(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock, day: str
) -> None:
    stand_in.t3000.build = Build.of(day)
    stand_in.t3000.panels[0].serial_number = 2**32 - 7
    sentence(link)
    run_errands(link, clock, 20)
    serials = [device.serial_number for device in decoded(link.fetch(PATIENCE_S), clock).panels]
    assert sorted(serials) == [237221, 2**32 - 7]
    assert {call["serialNumber"] for call in stand_in.actions(15)} >= {-7}


def test_types_that_were_never_read_in_this_run_are_left_out(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.call({"action": 4})  # somebody else's: saved values, no logging times
    assert "has read no panel in the background yet" in sentence(link)


# --- ten panels


def test_with_ten_panels_and_15_s_the_oldest_is_within_one_call_of_the_best_possible(clock: FakeClock) -> None:
    best_s = 17 * 15
    with StandIn(make_panels(10), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.read_all()
        link = open_link(stand_in, clock)
        link.fetch(PATIENCE_S)
        worst_s, decoder = 0, AnswerDecoder()
        for errand in range(36):
            run_errands(link, clock, 1)
            moment_s, clock.now_s = clock.now_s, clock.now_s + 15  # just before the next errand
            if errand >= 20:
                worst_s = max(worst_s, *ages(link.fetch(PATIENCE_S), clock, decoder).values())
            clock.now_s = moment_s
        link.close()
    assert worst_s <= best_s + 15


def test_panels_that_are_off_are_named_and_do_not_hold_up_the_others(clock: FakeClock) -> None:
    with StandIn(make_panels(6), clock.monotonic_s, clock.utc_s) as stand_in:
        for panel in stand_in.t3000.panels[3:]:
            panel.reachable = False
        link = open_link(stand_in, clock)
        sentence(link)
        run_errands(link, clock, 30)
        answer = link.fetch(PATIENCE_S)
        assert ages(answer, clock).keys() == {1, 2, 3}
        assert max(ages(answer, clock).values()) <= 9 * 15
        assert [text.split(" was ")[0] for text in answer.failed_panels] == [
            "panel 4 'AHU-4'",
            "panel 5 'AHU-5'",
            "panel 6 'AHU-6'",
        ]
        assert "has nothing of it so far" in answer.failed_panels[0]
        link.close()


# --- builds


@pytest.mark.parametrize("day", ["2025-12-01", "2026-01-15", "2026-02-01", "2026-03-01"])
def test_every_build_is_read(stand_in: StandIn, link: WebApiLink, clock: FakeClock, day: str) -> None:
    stand_in.t3000.build = Build.of(day)
    sentence(link)
    run_errands(link, clock, 14)
    answer = link.fetch(PATIENCE_S)
    assert max(ages(answer, clock).values()) <= 5 * stand_in.t3000.build.cooldown_s
    assert ages(answer, clock).keys() == {1, 2}


def test_builds_that_show_all_panels_in_every_answer_need_no_collecting_calls(clock: FakeClock) -> None:
    with StandIn(make_panels(4), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.build = Build.of("2026-02-01")
        stand_in.t3000.read_all()
        link = open_link(stand_in, clock)
        link.fetch(PATIENCE_S)
        run_errands(link, clock, 16)
        calls = logging_calls(stand_in)
        link.close()
    assert COLLECT not in calls[7:]
    assert calls[-4:] == [*range(calls[-4], 5), *range(1, calls[-4])]


def test_a_cooldown_of_60_s_is_learned(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.build.cooldown_s = 60
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    run_errands(link, clock, 1)
    assert "this build ignores calls less than 60 s apart" in sentence(link)
    while link.errand_due_s is not None and clock.now_s < 60:
        run_errands(link, clock, 1)
    link.fetch(PATIENCE_S)
    clock.now_s += 27.5
    assert sentence(link) == "T3000 ignores calls less than 60 s apart; 33 s to go"


# --- why there is nothing


def test_a_closed_gate_is_told_from_a_cooldown_by_the_second_call_and_says_what_to_click(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.gate_open = False
    assert sentence(link).startswith("T3000 ignored the call: another program called it less than 15 s ago, or its ba")
    clock.now_s = 16
    assert sentence(link).startswith(
        "T3000's background reading is off until the Trend Log beta window was opened once"
    )
    stand_in.t3000.gate_open = True
    stand_in.t3000.read_all()
    run_errands(link, clock, 1)
    assert link.fetch(PATIENCE_S).body


def test_a_call_that_another_program_made_just_before_is_waited_out(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    stand_in.t3000.call({"action": 15, "panelId": 1, "serialNumber": 1})
    sentence(link)
    run_errands(link, clock, 1)
    assert link.fetch(PATIENCE_S).body


def test_a_restart_of_t3000_is_found_out(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    stand_in.t3000.restart()
    while clock.now_s < 62:
        run_errands(link, clock, 1)
    assert sentence(link).startswith("T3000 was restarted and its background reading is off again")


@pytest.mark.parametrize(
    ("mood", "kind", "words"),
    [
        (Mood.STARTING, NotReadyError, "T3000 is starting (-2)"),
        (Mood.HANG, LinkTimeoutError, "gave no answer within 0.15 s"),
        (Mood.LOCKED, LinkTimeoutError, "restart T3000"),
        (Mood.CODE_MINUS_1, RefusedError, "error code: -1"),
        (Mood.BRIDGE_ERROR, RefusedError, "T3000 answered with an error: Exception in BacnetWebView"),
        (Mood.CUT_OFF, BadReplyError, "broke off"),
        (Mood.OLD_BUILD, UnreachableError, "before September 2025"),
        (Mood.CLOSED, UnreachableError, "broke the connection off"),
    ],
)
def test_what_is_wrong_with_the_call_is_the_outcome_at_once_and_costs_no_turn(
    stand_in: StandIn, link: WebApiLink, mood: Mood, kind: type[Exception], words: str
) -> None:
    stand_in.mood = mood
    assert words in sentence(link, kind, SHORT_S if mood is Mood.HANG else PATIENCE_S)
    stand_in.mood = Mood.WELL
    stand_in.t3000.read_all()
    assert link.fetch(PATIENCE_S).body


def test_an_errand_raises_nothing_and_its_error_shows_only_if_it_lasts(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    stand_in.moods = [Mood.CODE_MINUS_1]
    run_errands(link, clock, 1)
    assert link.errand_due_s == pytest.approx(clock.now_s + 15)
    assert link.fetch(PATIENCE_S).body
    stand_in.mood = Mood.CODE_MINUS_1
    run_errands(link, clock, 1)
    assert "error code: -1" in sentence(link, RefusedError)


def test_an_errand_before_its_time_does_nothing(stand_in: StandIn, link: WebApiLink) -> None:
    link.run_errand(PATIENCE_S)
    sentence(link)
    before = len(stand_in.requests)
    link.run_errand(PATIENCE_S)
    assert len(stand_in.requests) == before


def test_an_errand_can_be_interrupted(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    clock.now_s = 20
    stand_in.mood = Mood.REDIRECT  # whatever it answers, it is interrupted before that
    original = stand_in.next_mood

    def interrupt() -> Mood:
        link.interrupt()
        return original()

    stand_in.next_mood = interrupt  # type: ignore[method-assign]
    with pytest.raises(InterruptedCycleError):
        link.run_errand(PATIENCE_S)


def test_a_panel_that_t3000_cannot_begin_to_read_has_a_sentence_of_its_own(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    stand_in.t3000.config_busy = True
    run_errands(link, clock, 1)
    answer = link.fetch(PATIENCE_S)
    assert ages(answer, clock).keys() == {1, 2}
    assert answer.failed_panels == (
        "panel 1 'AHU-1' was not read: T3000 is busy with a panel's configuration, or does not reach this one",
    )
    stand_in.t3000.config_busy = False
    run_errands(link, clock, 2)
    assert link.fetch(PATIENCE_S).failed_panels == ()


def test_a_collecting_call_that_meets_a_busy_t3000_is_made_again(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    stand_in.t3000.config_busy = True
    assert sentence(link, BusyError).startswith("T3000 is busy with the configuration of a panel and shows no values")
    assert sentence(link) == "T3000 ignores calls less than 15 s apart; 15 s to go"
    clock.now_s += 15.2
    with pytest.raises(BusyError) as caught:
        link.fetch(PATIENCE_S)
    assert caught.value.again_in_s == pytest.approx(15.1)
    stand_in.t3000.config_busy = False
    run_errands(link, clock, 1)
    assert link.fetch(PATIENCE_S).body
    assert logging_calls(stand_in) == [COLLECT, COLLECT, COLLECT]


# --- which panels there are, and action 4


def test_without_a_device_list_the_panels_are_those_that_t3000_shows(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.device_rows = []
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    run_errands(link, clock, 4)
    assert not stand_in.actions(4)
    assert logging_calls(stand_in) == [COLLECT, 1, 2, 1, 2]


def test_action_4_is_asked_after_a_collecting_call_that_showed_no_panel(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.device_rows = []
    assert sentence(link).startswith("T3000 knows of no panel")
    run_errands(link, clock, 6)
    assert [call["action"] for call in stand_in.calls[:3]] == [15, 4, 15]
    assert len(stand_in.actions(4)) == 1
    assert ages(link.fetch(PATIENCE_S), clock).keys() == {1, 2}


def test_action_4_on_demand_never_comes_between_a_read_and_its_collection(clock: FakeClock) -> None:
    with StandIn(make_panels(6), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.read_all()
        link = open_link(stand_in, clock)
        link.fetch(PATIENCE_S)
        run_errands(link, clock, 2)
        link.forget_panels()
        run_errands(link, clock, 2)
        link.close()
        order = [(call["action"], call.get("panelId")) for call in stand_in.calls]
    assert order == [(15, COLLECT), (15, 1), (15, 2), (15, COLLECT), (4, None), (15, order[-1][1])]
    assert order[-1][1] != COLLECT


def test_values_that_action_4_has_put_in_the_place_of_readings_are_not_taken_for_them(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    clock.now_s = 100
    stand_in.t3000.read_all()
    link.fetch(PATIENCE_S)
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    link.forget_panels()
    run_errands(link, clock, 8)
    assert stand_in.actions(4)
    devices = decoded(link.fetch(PATIENCE_S), clock).panels
    assert [device.inputs[0].value for device in devices] == [100, 100]
    for panel in stand_in.t3000.panels:
        panel.reachable = True
    run_errands(link, clock, 8)
    devices = decoded(link.fetch(PATIENCE_S), clock).panels
    assert all(device.inputs[0].value > 200 for device in devices)


def test_a_panel_of_the_answer_that_cannot_be_read_is_named_and_the_others_are_kept(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.read_all()
    stand_in.t3000.panels[0].serial_number = 0
    stand_in.t3000.read_all()
    answer = link.fetch(PATIENCE_S)
    assert ages(answer, clock).keys() == {2}
    assert answer.failed_panels == ("panel 1 has serial number 0",)


# Two controllers of one serial number


def cached(*panels: JsonObject) -> Raw:
    return Raw(json.dumps(list(panels)).encode())


def mirrored(mirror: Mirror) -> Snapshot:
    return AnswerDecoder().decode([panel.as_sent() for panel in mirror.held()], 1)


def test_two_controllers_in_one_answer_are_both_handed_on_until_there_is_one_again() -> None:
    mirror = Mirror()
    panels = CachedPanels(mirror)
    other = real_panel(panel_id=9, panel_name="VAV9")
    panels.take(cached(real_panel(), other))
    both = mirrored(mirror)
    assert [device.panel_id for device in (*both.panels, *both.doubles)] == [5, 9]
    panels.take(cached(other))
    assert [device.panel_id for device in mirrored(mirror).panels] == [9]
    assert mirrored(mirror).doubles == ()


def test_what_another_controller_has_not_read_is_not_taken_from_the_one_before() -> None:
    mirror = Mirror()
    panels = CachedPanels(mirror)
    panels.take(cached(real_panel()))
    panels.take(cached(real_panel(panel_name="VAV9", input_logging_time=0)))
    (other,) = mirrored(mirror).panels
    assert (other.panel_name, len(other.inputs), len(other.outputs)) == ("VAV9", 0, 1)


def test_what_the_same_controller_has_not_read_anew_stays_as_it_was() -> None:
    mirror = Mirror()
    panels = CachedPanels(mirror)
    panels.take(cached(real_panel(panel_name="AHU5")))
    panels.take(cached(real_panel(panel_name="AHU5\x00rest", input_logging_time=0)))
    (same,) = mirrored(mirror).panels
    assert (len(same.inputs), len(same.outputs)) == (1, 1)
