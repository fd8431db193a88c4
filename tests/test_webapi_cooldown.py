"""What is learned of T3000's cooldown and gate from the calls it answers and ignores."""

import pytest

from t3monitor.t3000.webapi.cooldown import Cooldown

OFF = (
    "T3000's background reading is off until the Trend Log beta window was opened once: open a trend log in T3000 and "
    "its Graphic Beta window once, which is needed after each start of T3000; if that changes nothing, another program "
    "takes every call: close its trend chart"
)


@pytest.fixture
def cooldown() -> Cooldown:
    return Cooldown()


def call(
    cooldown: Cooldown, at_s: float, *, length_s: float, accepted_s: float, others_s: tuple[float, ...] = ()
) -> bool:
    """A call as T3000 takes it, which accepted ours last at a time and those of others at other times."""
    last_s = max((accepted_s, *(time_s for time_s in others_s if time_s <= at_s)))
    taken = at_s - last_s >= length_s
    cooldown.accepted(at_s) if taken else cooldown.ignored(at_s)
    return taken


def test_the_first_call_may_be_made_at_once(cooldown: Cooldown) -> None:
    assert cooldown.free_at_s <= 0


def test_after_an_accepted_call_the_seconds_to_go_are_said(cooldown: Cooldown) -> None:
    cooldown.accepted(100.0)
    assert cooldown.free_at_s == pytest.approx(115.1)
    assert cooldown.sentence(108.2) == "T3000 ignores calls less than 15 s apart; 7 s to go"
    assert cooldown.sentence(115.05) == "T3000 ignores calls less than 15 s apart; 1 s to go"


def test_the_first_call_ignored_leaves_it_open_why_and_a_second_one_15_s_later_tells(cooldown: Cooldown) -> None:
    cooldown.ignored(100.0)
    assert cooldown.sentence(100.0) == (
        "T3000 ignored the call: another program called it less than 15 s ago, or its background reading is off; "
        "the next call in 15 s will tell"
    )
    assert cooldown.free_at_s == pytest.approx(115.1)
    cooldown.ignored(115.1)
    assert cooldown.sentence(115.1) == OFF


def test_the_seconds_to_go_are_never_more_than_the_cooldown_whatever_the_clock_says() -> None:
    for moment in range(2000):
        cooldown, at_s = Cooldown(), 1000 + 0.37 * moment
        cooldown.ignored(at_s)
        assert cooldown.sentence(at_s).endswith("the next call in 15 s will tell")
        cooldown.accepted(at_s)
        assert cooldown.sentence(at_s).endswith("; 15 s to go")


def test_a_gate_that_opens_is_noticed_by_the_next_call(cooldown: Cooldown) -> None:
    cooldown.ignored(0.0)
    cooldown.ignored(15.1)
    cooldown.accepted(30.2)
    assert cooldown.sentence(31.0) == "T3000 ignores calls less than 15 s apart; 15 s to go"


def test_60_s_are_learned_from_calls_ignored_before_and_accepted_after(cooldown: Cooldown) -> None:
    accepted_s, calls = 0.0, 0
    cooldown.accepted(0.0)
    while calls < 3:
        now_s = cooldown.free_at_s
        if call(cooldown, now_s, length_s=60, accepted_s=accepted_s):
            assert now_s - accepted_s < 66
            accepted_s, calls = now_s, calls + 1
        elif calls == 0:
            assert cooldown.sentence(now_s).startswith(
                "T3000 ignored a call more than 15 s after the last one: this build ignores calls less than 60 s apart"
            )
    assert cooldown.length_s == 60
    assert cooldown.free_at_s == pytest.approx(accepted_s + 60.1)
    assert cooldown.sentence(accepted_s + 27.5) == "T3000 ignores calls less than 60 s apart; 33 s to go"


def test_another_program_that_takes_a_turn_does_not_make_the_cooldown_long(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    assert not call(cooldown, cooldown.free_at_s, length_s=15, accepted_s=0, others_s=(9.0, 15.05))
    while not call(cooldown, cooldown.free_at_s, length_s=15, accepted_s=0, others_s=(15.05,)):
        pass
    assert cooldown.length_s == 15
    assert cooldown.free_at_s < 15.05 + 15 + 5 + 15.2


def test_a_cooldown_that_only_looked_long_is_found_out_to_be_short(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    for at_s in range(16, 60, 5):
        cooldown.ignored(at_s)
    cooldown.accepted(61.0)
    assert cooldown.length_s == 60
    calls, accepted_s = 0, 61.0
    while cooldown.length_s == 60:
        calls += 1
        assert call(cooldown, cooldown.free_at_s, length_s=15, accepted_s=accepted_s)
        accepted_s = cooldown.free_at_s - cooldown.length_s - 0.1
        assert calls < 12


def test_calls_ignored_for_more_than_a_minute_after_one_was_accepted_mean_a_restart(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    while cooldown.free_at_s <= 61:
        cooldown.ignored(cooldown.free_at_s)
    cooldown.ignored(cooldown.free_at_s)
    assert cooldown.sentence(70).startswith("T3000 was restarted and its background reading is off again: open a trend")


def test_on_a_60_s_build_another_program_is_told_from_a_restart(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    cooldown.ignored(40.0)
    cooldown.accepted(61.0)
    cooldown.ignored(121.1)
    assert cooldown.sentence(122) == (
        "T3000 ignored a call more than 60 s after ours: another program calls it too; the next try is in 5 s"
    )
    cooldown.ignored(190.0)
    assert cooldown.sentence(190).startswith("T3000 was restarted")


def test_after_a_long_pause_one_call_ignored_may_be_another_program_s_doing(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    cooldown.ignored(600.0)
    assert cooldown.sentence(600.0).startswith("T3000 ignored the call: another program called it less than 15 s ago")
    cooldown.ignored(cooldown.free_at_s)
    assert cooldown.sentence(620.0).startswith("T3000 was restarted and its background reading is off again")


def test_one_call_ignored_before_a_long_pause_does_not_make_the_cooldown_long(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    cooldown.ignored(16.0)
    cooldown.accepted(600.0)
    assert cooldown.length_s == 15


def test_a_long_cooldown_that_is_tried_again_and_is_long_is_waited_out(cooldown: Cooldown) -> None:
    cooldown.accepted(0.0)
    cooldown.ignored(40.0)
    accepted_s, calls = 61.0, 1
    cooldown.accepted(61.0)
    while calls < 25:
        now_s = cooldown.free_at_s
        if call(cooldown, now_s, length_s=60, accepted_s=accepted_s):
            accepted_s, calls = now_s, calls + 1
        else:
            assert now_s - accepted_s == pytest.approx(15.1)
            assert cooldown.sentence(now_s) == "T3000 ignores calls less than 60 s apart; 45 s to go"
            assert cooldown.free_at_s == pytest.approx(accepted_s + 60.1)
    assert cooldown.length_s == 60
