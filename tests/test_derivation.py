from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from t3monitor.model.causes import Cause, EventKind, HoleClass, sentence
from t3monitor.store.causes.derivation import (
    Event,
    Order,
    Told,
    absences,
    by_coverage,
    in_force,
    pieces,
    without_pauses,
)

SPACING_S = 30.0
PARTS = {
    "point": Told(0, 0, Order.LEFT_OUT, Cause.POINT_MISSING),
    "panel": by_coverage(0, 0, "panel_missing", None),
    "database": by_coverage(0, 0, "database", "locked"),
    "t3000": by_coverage(0, 0, "timeout", "no answer"),
    "monitor": by_coverage(0, 0, "not_recorded", None),
    "ledger": Told(0, 0, Order.LEDGER, Cause.TIMEOUT, "from the ledger"),
}


def row(start_s: float, end_s: float, cause: str = "timeout", reason: str = "") -> Told:
    return by_coverage(start_s, end_s, cause, reason)


def causes(*told: Told, start_s: float = 0, end_s: float = 1000) -> list[tuple[float, float, str]]:
    return [(*piece[:2], piece.cause.value) for piece in pieces(start_s, end_s, SPACING_S, in_force(told))]


def away(
    *events: tuple[float, str, str], last_sign_s: float = -inf, is_recorded: bool = True
) -> list[tuple[float, float, str]]:
    found = absences((Event(*event) for event in events), lambda _: last_sign_s, is_recorded=is_recorded)
    return [(told.start_s, told.end_s, told.cause.value) for told in found]


@pytest.mark.parametrize(("first", "second"), list(pairwise(PARTS)))
def test_of_two_that_tell_of_the_same_time_the_first_one_in_the_order_counts(first: str, second: str) -> None:
    both = [PARTS[name]._replace(start_s=0, end_s=1000) for name in (second, first)]
    assert pieces(0, 1000, SPACING_S, in_force(both)) == [(0, 1000, *both[1][3:])]
    assert in_force(both) == in_force(reversed(both))


@pytest.mark.parametrize("cause", ["panel_missing", "database", "timeout", "not_recorded"])
def test_no_row_stands_for_the_time_in_which_the_program_was_away(cause: str) -> None:
    slept = Told(300, 600, Order.ABSENCE, Cause.ASLEEP)
    assert causes(row(0, 1000, cause), slept) == [(0, 300, cause), (300, 600, "asleep"), (600, 1000, cause)]


def test_between_two_cycles_in_time_the_program_may_be_away() -> None:
    pause, away = Told(300, 345, Order.ABSENCE, Cause.NOT_RUNNING), Told(300, 346, Order.ABSENCE, Cause.NOT_RUNNING)
    for others in ([row(0, 1000)], [row(0, 260), row(390, 1000)], [row(0, 255)], [row(390, 1000)]):
        told = list(without_pauses([pause, away], others, lambda _: SPACING_S))
        assert told == [others[0]._replace(start_s=300, end_s=345), away]
    for others in ([], [row(0, 254), row(391, 1000)]):
        assert list(without_pauses([pause, away], others, lambda _: SPACING_S)) == [pause, away], (
            "nothing else tells of the time"
        )


def test_a_pause_in_time_belongs_to_the_cycle_before_it_up_to_the_one_after_it() -> None:
    """The reading after it may have come later than the program."""
    pause = Told(300, 345, Order.ABSENCE, Cause.NOT_RUNNING)
    before, after = row(0, 299), row(346, 500, "database")
    for others, found in (
        ([before], [(290, 350, "timeout")]),
        ([before, after], [(290, 346, "timeout"), (346, 350, "database")]),
        ([after], [(290, 350, "database")]),
    ):
        told = [*others, *without_pauses([pause], others, lambda _: SPACING_S)]
        assert causes(*told, start_s=290, end_s=350) == found


def test_a_faulty_sensor_counts_before_the_absence_of_the_program() -> None:
    faulty = Told(0, 1000, Order.FAULT, Cause.SENSOR_OPEN)
    assert causes(Told(300, 600, Order.ABSENCE, Cause.ASLEEP), faulty) == [(0, 1000, "sensor_open")]


def test_a_hole_of_which_nothing_was_recorded_has_no_cause() -> None:
    assert causes() == [(0, 1000, "unknown")]
    assert causes(row(-100, 0), row(1000, 1100)) == [(0, 1000, "unknown")]


def test_a_row_that_begins_before_the_hole_and_one_that_ends_after_it_are_cut_at_its_ends() -> None:
    assert causes(row(-500, 400), row(400, 2000, "not_ready")) == [(0, 400, "timeout"), (400, 1000, "not_ready")]


def test_a_row_that_ends_in_the_hole_leaves_the_rest_without_a_cause() -> None:
    assert causes(row(-500, 400)) == [(0, 400, "timeout"), (400, 1000, "unknown")]
    assert causes(row(600, 2000)) == [(0, 600, "unknown"), (600, 1000, "timeout")]


def test_a_row_of_the_panel_lies_over_one_of_its_site_and_leaves_what_sticks_out() -> None:
    told = row(0, 500), row(200, 700, "panel_missing"), row(700, 1000)
    assert causes(*told) == [(0, 200, "timeout"), (200, 700, "panel_missing"), (700, 1000, "timeout")]


def test_of_two_rows_of_one_class_the_later_one_counts() -> None:
    assert causes(row(0, 1000), row(400, 600, "not_ready")) == [
        (0, 400, "timeout"),
        (400, 600, "not_ready"),
        (600, 1000, "timeout"),
    ]


@pytest.mark.parametrize(("silence_s", "joined"), [(1, True), (29, True), (45, True), (46, False)])
def test_what_a_cycle_tells_holds_up_to_the_next_one_but_not_for_longer(silence_s: float, joined: bool) -> None:
    between = [] if joined else [(400, 400 + silence_s, "unknown")]
    assert causes(row(0, 400), row(400 + silence_s, 1000, "not_ready")) == [
        (0, 400 + silence_s if joined else 400, "timeout"),
        *between,
        (400 + silence_s, 1000, "not_ready"),
    ]


@pytest.mark.parametrize(("silence_s", "joined"), [(45, True), (46, False)])
def test_the_ends_of_a_hole_belong_to_what_is_told_beside_them(silence_s: float, joined: bool) -> None:
    told = row(silence_s, 1000 - silence_s)
    expected = [
        (0, silence_s, "unknown"),
        (silence_s, 1000 - silence_s, "timeout"),
        (1000 - silence_s, 1000, "unknown"),
    ]
    assert causes(told) == ([(0, 1000, "timeout")] if joined else expected)


def test_one_cause_with_two_reasons_is_two_pieces_and_with_one_reason_it_is_one() -> None:
    told = row(0, 400, reason="a"), row(410, 700, reason="a"), row(700, 1000, reason="b")
    assert pieces(0, 1000, SPACING_S, in_force(told)) == [(0, 700, Cause.TIMEOUT, "a"), (700, 1000, Cause.TIMEOUT, "b")]


def test_a_cause_of_a_later_version_is_not_known() -> None:
    assert causes(by_coverage(0, 1000, "solar_wind", "a reason")) == [(0, 1000, "unknown")]


def test_the_program_was_not_running_from_its_end_to_the_next_start() -> None:
    assert away((0, "started", ""), (100, "quit", ""), (400, "started", "")) == [(100, 400, "not_running")]
    assert away((100, "quit", "")) == [(100, inf, "not_running")]
    assert away((100, "quit", "for another database")) == [(100, inf, "stopped")]  # the program goes on


def test_a_program_that_did_not_quit_ended_unexpectedly_after_its_last_sign_of_life() -> None:
    starts = (0, "started", ""), (500, "started", "")
    assert away(*starts, last_sign_s=130) == [(130, 500, "ended_unexpectedly")]
    assert away(*starts) == [(0, 500, "ended_unexpectedly")]  # at least that start was one
    slept = (0, "started", ""), (200, "slept", "50"), (500, "started", "")
    assert away(*slept, last_sign_s=130) == [(150, 200, "asleep"), (200, 500, "ended_unexpectedly")]


def test_each_of_two_starts_without_a_quit_has_its_own_unexpected_end() -> None:
    starts = (0, "started", ""), (500, "started", ""), (900, "started", "")
    assert away(*starts) == [(0, 500, "ended_unexpectedly"), (500, 900, "ended_unexpectedly")]


def test_the_first_start_tells_nothing_of_the_time_before_it() -> None:
    assert away((500, "started", "")) == []


def test_a_program_that_nobody_runs_any_more_has_ended_unexpectedly() -> None:
    assert away((0, "started", ""), last_sign_s=130, is_recorded=False) == [(130, inf, "ended_unexpectedly")]
    assert away((0, "started", ""), last_sign_s=130) == []
    assert away((0, "started", ""), (200, "quit", ""), is_recorded=False) == [(200, inf, "not_running")]
    assert away((0, "started", ""), (200, "stopped", ""), is_recorded=False) == [(200, inf, "stopped")]


@pytest.mark.parametrize("end", ["resumed", "started", "quit"])
def test_recording_was_stopped_until_it_was_resumed_started_or_ended(end: str) -> None:
    events = (0, "started", ""), (100, "stopped", "the user"), (400, end, "")
    told = absences((Event(*event) for event in events), lambda _: -inf, is_recorded=True)
    assert told[0] == (100, 400, Order.ABSENCE, Cause.STOPPED, "the user")
    assert [known.cause for known in told[1:]] == ([Cause.NOT_RUNNING] if end == "quit" else [])


def test_a_second_stop_changes_nothing() -> None:
    assert away((100, "stopped", ""), (200, "stopped", ""), (400, "resumed", "")) == [(100, 400, "stopped")]


def test_a_computer_slept_for_so_long_before_it_woke() -> None:
    assert away((1000, "slept", "300")) == [(700, 1000, "asleep")]


def test_a_clock_that_was_set_forward_hides_time_and_one_that_was_set_back_none() -> None:
    assert away((1000, "clock_stepped", "300")) == [(700, 1000, "clock_stepped")]
    assert in_force(absences([Event(1000, "clock_stepped", "-300")], lambda _: -inf, is_recorded=True)) == []


def test_events_count_in_the_order_in_which_they_happened_though_the_clock_was_set_back() -> None:
    events = (1000, "started", ""), (500, "clock_stepped", "-600"), (600, "quit", ""), (700, "started", "")
    assert (600, 700, "not_running") in away(*events)


def test_events_at_equal_times_leave_nothing() -> None:
    told = away((100, "quit", ""), (100, "started", ""), (100, "stopped", ""), (100, "resumed", ""))
    assert all(start_s == end_s for start_s, end_s, _ in told)
    assert causes(Told(400, 400, Order.ABSENCE, Cause.STOPPED)) == [(0, 1000, "unknown")]


def test_an_event_of_a_later_version_is_passed_over() -> None:
    assert away((100, "eclipse", "x"), (200, "slept", "for long")) == [(200, 200, "asleep")]


def test_each_cause_has_a_class_and_a_sentence_without_a_full_stop() -> None:
    for cause in Cause:
        assert isinstance(cause.hole_class, HoleClass)
        assert sentence(cause)[0].isupper()
        assert not sentence(cause).endswith(".")
        assert "<b>Panel</b>" in sentence(cause, "<b>Panel</b>")  # text, not HTML


_TIMES = some.integers(-200, 1200).map(float)
_ROWS = some.builds(
    lambda first, length, cause: row(first, first + length, cause),
    _TIMES,
    some.integers(0, 500),
    some.sampled_from(["panel_missing", "not_reread", "database", "timeout", "not_ready", "not_recorded"]),
)
_EVENTS = some.builds(
    Event, _TIMES, some.sampled_from([kind.value for kind in EventKind]), some.sampled_from(["", "100", "-100"])
)


@given(rows=some.lists(_ROWS, max_size=8), events=some.lists(_EVENTS, max_size=6))
def test_pieces_tile_the_hole_and_each_has_a_cause_that_was_told_of_it(rows: list[Told], events: list[Event]) -> None:
    told = [*rows, *absences(events, lambda _: -inf, is_recorded=True)]
    found = pieces(0, 1000, SPACING_S, in_force(told))
    assert found[0].start_s == 0
    assert found[-1].end_s == 1000
    assert all(before.end_s == after.start_s for before, after in pairwise(found))
    assert all(piece.start_s < piece.end_s for piece in found)
    assert all(before[2:] != after[2:] for before, after in pairwise(found))
    for piece in found:
        own = [known for known in told if known.start_s < piece.end_s and piece.start_s < known.end_s]
        if piece.cause is Cause.UNKNOWN:
            assert not any(known.start_s < known.end_s for known in own)
            assert piece.end_s - piece.start_s > 1.5 * SPACING_S
        else:
            assert piece.cause in {known.cause for known in own}


@given(rows=some.lists(_ROWS, max_size=8), at_s=some.integers(0, 999))
def test_what_is_in_force_at_a_time_is_the_first_of_those_that_tell_of_it(rows: list[Told], at_s: int) -> None:
    of_it = [known for known in rows if known.start_s <= at_s < known.end_s]
    held = [known for known in in_force(rows) if known.start_s <= at_s < known.end_s]
    assert len(held) == bool(of_it)
    if of_it:
        assert held[0].order == min(known.order for known in of_it)
