"""Live reading of panels that do not answer, or that T3000 has forgotten, in virtual time."""

import itertools

import pytest

from live_site import GROUPS_IN_USE, INPUT, SERIAL, USED, VARIABLE, LiveSite, new_groups, site, small_site
from t3monitor.model.errors import LinkTimeoutError, NoNewDataError, NotReadyError
from t3monitor.t3000.link import Answer
from t3000_model import make_panels

# --- panels that do not answer


def test_a_dead_panel_costs_the_wait_of_one_group_and_the_others_nothing_after_that() -> None:
    live = site(4)
    live.fetch()
    live.t3000.panels[1].reachable = False
    assert live.fetch().failed_panels != ()
    assert 12 <= live.took_s <= 19
    for _ in range(3):
        answer = live.fetch()
        assert live.took_s < 4
        assert [device.panel_id for device in live.decoded(answer).panels] == [1, 3, 4]
        assert [device.serial_number for device in answer.silent] == [SERIAL + 2]
        assert answer.failed_panels[0].startswith(
            "panel 2 'AHU-2' was not read: it gives T3000 no answer (T3000's scan"
        )


def silent_asks(live: LiveSite, panel_id: int, cycles: int) -> list[float]:
    """When a panel was asked in so many cycles."""
    before = len(live.client.sent)
    for _ in range(cycles):
        live.fetch_patiently()
    return [at_s for at_s, call in live.client.sent[before:] if call.get("panelId") == panel_id]


def test_a_silent_panel_is_asked_again_after_1_2_5_and_then_every_10_minutes() -> None:
    live = small_site(2)
    live.fetch()
    live.t3000.panels[1].reachable = False
    asked = silent_asks(live, 2, 64)
    waits = [later - earlier - 12 for earlier, later in itertools.pairwise(asked)]
    for wait, least in zip(waits, (60, 120, 300, 600, 600), strict=True):
        assert least - 2 <= wait <= least + 40


def test_all_probes_together_take_at_most_a_tenth_of_the_time() -> None:
    live = small_site(11)
    live.fetch()
    for panel in live.t3000.panels[1:]:
        panel.reachable = False
    for _ in range(12):  # each of them is found out once
        live.fetch_patiently()
    before, began_s = len(live.client.sent), live.clock.now_s
    for _ in range(70):
        live.fetch()
    dead = sum(12 for _, call in live.client.sent[before:] if call["panelId"] > 1)
    assert dead <= 0.1 * (live.clock.now_s - began_s) + 12
    assert dead >= 5 * 12


def test_after_one_silent_panel_no_second_suspect_is_asked_in_that_cycle() -> None:
    live = site(6)
    live.fetch()
    for panel in live.t3000.panels[:3]:
        panel.reachable = False
    for _ in range(3):
        live.fetch_patiently()
    for panel in live.t3000.panels[:3]:
        panel.last_checked = "2026-11-28T00:00:00+00:00"  # the scan says that they are there, which is wrong
    live.calls()
    live.fetch()
    assert len([panel for panel in live.panels_asked() if panel <= 3]) == 1
    assert live.took_s < 19


@pytest.mark.parametrize("sign", ["isOnline", "lastChecked"])
def test_a_panel_that_the_scan_finds_again_is_asked_at_once_and_read_whole(sign: str) -> None:
    live = site(2)
    panel = live.t3000.panels[1]
    live.fetch()
    panel.reachable = False
    if sign == "isOnline":
        panel.is_online = 0
    for _ in range(12):
        live.fetch()
    panel.reachable, panel.is_online = True, 1
    if sign == "lastChecked":
        panel.last_checked = "2026-11-28T00:00:00+00:00"
    answer = live.fetch()
    assert answer.failed_panels == ()
    assert len(new_groups(answer, SERIAL + 2)) == 27


def test_a_scan_that_finds_a_dead_panel_again_and_again_does_not_have_it_asked_in_each_cycle() -> None:
    live = small_site(2)
    panel = live.t3000.panels[1]
    live.fetch()
    panel.reachable = False
    live.fetch()
    before, began_s = len(live.client.sent), live.clock.now_s
    for cycle in range(60):
        panel.last_checked = f"2026-11-28T00:{cycle:02}:00+00:00"
        live.fetch()
    asked = sum(call.get("panelId") == 2 for _, call in live.client.sent[before:])
    assert 12 * asked <= 0.1 * (live.clock.now_s - began_s) + 24
    assert asked > 5


def test_a_dead_panel_that_comes_back_by_itself_is_found_by_a_probe_between_two_cycles() -> None:
    live = site(4)
    live.fetch()
    live.t3000.panels[1].reachable = False
    live.fetch()
    live.t3000.panels[1].reachable = True
    for _ in range(4):
        answer = live.fetch()
    assert answer.failed_panels == ()
    assert SERIAL + 2 in answer.groups


def test_a_site_that_is_dead_as_a_whole_comes_back_without_anybody_doing_anything() -> None:
    for reading in ("live", "auto"):
        live = small_site(3, reading=reading)
        live.t3000.gate_open = False
        live.fetch()
        for panel in live.t3000.panels:
            panel.reachable = False
        for _ in range(40):
            assert isinstance(live.fetch_patiently(), NoNewDataError)
        for panel in live.t3000.panels:
            panel.reachable = True
        assert _is_read_within(live, cycles=60)
        assert len(live.read().panels) == 3


def test_probes_that_are_given_up_count_as_long_as_t3000_is_busy_with_them() -> None:
    live = small_site(5)
    live.fetch()
    live.timeout_s = 5
    for panel in live.t3000.panels[1:]:
        panel.reachable = False
    for _ in range(40):
        live.fetch_patiently()
    before, began_s = len(live.client.sent), live.clock.now_s
    for _ in range(70):
        live.fetch_patiently()
    dead = sum(12 for _, call in live.client.sent[before:] if call["panelId"] > 1)
    assert 0 < dead <= 0.1 * (live.clock.now_s - began_s) + 12


def test_a_panel_that_t3000_finds_first_of_all_is_read_in_the_next_cycle() -> None:
    live = site(1)
    live.t3000.device_rows = []
    live.t3000.scan_s = 10_000
    live.t3000.restart()
    live.clock.now_s = live.due_s = 10
    for _ in range(2):
        live.fetch_patiently()
    live.t3000.device_rows = None
    live.t3000.panels[0].scan_s = 0
    assert isinstance(live.fetch_patiently(), Answer)


def test_the_first_reading_asks_all_panels_that_are_alive_although_some_are_dead() -> None:
    live = site(6, interval_s=10)
    for panel in live.t3000.panels[:3]:
        panel.reachable = False
    assert [device.panel_id for device in live.read().panels] == [4, 5, 6]


def test_many_dead_panels_at_the_first_start_do_not_keep_the_others_from_being_read() -> None:
    live = site(12)
    for panel in live.t3000.panels[:9]:
        panel.reachable = False
    answers = [live.fetch_patiently() for _ in range(6)]
    last = answers[-1]
    assert isinstance(last, Answer)
    assert [device.panel_id for device in live.decoded(last).panels] == [10, 11, 12]
    assert live.took_s < 30 + 19


def test_a_group_that_a_panel_does_not_tell_is_named_and_not_waited_for_in_each_cycle() -> None:
    live = site(1)
    live.t3000.panels[0].missing_groups = {(INPUT, 1), (VARIABLE, 12)}
    answer = live.fetch()
    assert answer.failed_panels == ()
    assert answer.missing_points == (
        "panel 1 'AHU-1' did not tell T3000 IN11 to IN20",
        "panel 1 'AHU-1' did not tell T3000 VAR121 to VAR128",
    )
    assert live.decoded(answer).panels[0].point_count == 256 - 18
    answer = live.fetch()
    assert live.took_s < 2
    assert "panel 1 'AHU-1' did not tell T3000 IN11 to IN20" in answer.missing_points
    live.t3000.panels[0].missing_groups = set()
    for _ in range(24):
        answer = live.fetch()
    assert "panel 1 'AHU-1' did not tell T3000 IN11 to IN20" not in answer.missing_points


def test_a_panel_whose_first_group_alone_is_silent_is_not_taken_for_dead_for_ever() -> None:
    live = site(2)
    live.t3000.panels[0].missing_groups = {(INPUT, 0)}
    for _ in range(6):
        answer = live.fetch()
    assert answer.failed_panels == ()
    assert live.decoded(answer).panels[0].point_count == 246


def test_a_group_that_shares_its_call_with_no_other_is_named_and_waited_for_between_the_cycles_alone() -> None:
    live = site(1)
    live.fetch()
    live.t3000.panels[0].missing_groups = {(INPUT, 1)}  # input group 0 is asked for first, by itself
    live.fetch()
    for _ in range(40):
        answer = live.fetch()
        assert live.took_s < 4
        assert answer.missing_points == ("panel 1 'AHU-1' did not tell T3000 IN11 to IN20",)
    live.t3000.panels[0].missing_groups = set()
    for _ in range(22):
        answer = live.fetch()
    assert answer.missing_points == ()
    assert (INPUT, 1) in new_groups(answer, SERIAL + 1)


@pytest.mark.parametrize(("timeout_s", "silent"), [(30, (3, 5, 8)), (5, (3,))])
def test_groups_that_make_a_call_take_too_long_keep_no_other_panel_from_being_read(
    timeout_s: float, silent: tuple[int, ...]
) -> None:
    live = site(4)
    live.timeout_s = timeout_s
    live.t3000.panels[1].missing_groups = {(VARIABLE, place) for place in silent}
    for _ in range(3):
        answer = live.fetch()
    assert answer.failed_panels == ()
    assert [device.panel_id for device in live.decoded(answer).panels] == [1, 2, 3, 4]
    answer = live.fetch()
    assert live.took_s < 4
    assert len(answer.missing_points) == len(silent)


def test_groups_that_are_not_in_use_are_asked_for_of_panels_alone_that_answered_in_the_same_cycle() -> None:
    live = LiveSite(make_panels(10, used=(20, 20, 20), alike=False), interval_s=15)
    live.t3000.group_s = 0.48
    for _ in range(13):
        live.fetch()
    live.t3000.panels[6].reachable = False
    for _ in range(6):
        answer = live.fetch()
        assert live.took_s < 15 + 12
        assert bool(answer.failed_panels) or live.took_s <= 15
    assert answer.failed_panels[0].startswith("panel 7 'AHU-7' was not read")


# --- calls that are given up


def test_after_a_call_that_was_given_up_nobody_else_is_blamed_and_the_panel_is_named() -> None:
    live = site(4)
    live.fetch()
    live.t3000.silent_group_s = 19
    live.timeout_s = 5
    live.t3000.panels[1].reachable = False
    answer = live.fetch()
    assert answer.failed_panels[0].startswith("panel 2 'AHU-2' was not read: T3000 on 127.0.0.1:9103 took the call")
    for sentence in answer.failed_panels[1:]:
        assert "was not asked: T3000 still waits for panel 2 'AHU-2'" in sentence
    for _ in range(3):
        answer = live.fetch()
    assert [device.panel_id for device in live.decoded(answer).panels] == [1, 3, 4]
    assert [sentence[:15] for sentence in answer.failed_panels] == ["panel 2 'AHU-2'"]


def test_two_dead_panels_whose_calls_are_given_up_cost_the_others_no_cycle_but_those_in_which_they_are_found() -> None:
    live = site(6)
    live.fetch()
    live.timeout_s = 5
    for panel in live.t3000.panels[2:]:
        panel.reachable = False
    for _ in range(12):
        answer = live.fetch_patiently()
        assert isinstance(answer, Answer)
        assert {1, 2} <= {device.panel_id for device in live.decoded(answer).panels}
    assert [sentence[:15] for sentence in answer.failed_panels] == [
        f"panel {number} 'AHU-{number}'" for number in range(3, 7)
    ]
    assert "it gives T3000 no answer within 5 s (T3000's scan" in answer.failed_panels[0]


def test_a_t3000_that_hangs_costs_each_cycle_one_call_and_blames_one_panel() -> None:
    live = site(4)
    live.fetch()
    live.t3000._free_s = live.clock.now_s + 200
    live.timeout_s = 10
    for _ in range(3):
        live.calls()
        error = live.fetch_patiently()
        assert isinstance(error, LinkTimeoutError)
        assert len(live.calls(17)) == 1
    assert "T3000 still waits for panel" in str(error)
    assert "if that stays so, restart T3000" in str(error)
    live.timeout_s = 30
    for _ in range(5):
        answer = live.fetch_patiently()
    assert isinstance(answer, Answer)
    assert answer.failed_panels == ()


# --- a T3000 that has forgotten its panels


def test_a_forgotten_panel_is_brought_back_with_action_0_and_read_whole_at_once() -> None:
    live = site(2)
    live.fetch()
    live.t3000._is_clicked = False
    live.t3000._settings.pop(2)
    live.calls()
    answer = live.fetch()
    assert answer.failed_panels == ()
    assert len(new_groups(answer, SERIAL + 2)) == 27
    asked = [(call["action"], call.get("entryIndexEnd")) for call in live.calls() if call["panelId"] == 2]
    assert asked[:3] == [(17, 9), (0, None), (17, 9)]
    assert [action for action, _ in asked].count(0) == 1


def test_t3000_that_restarts_unseen_is_whole_again_within_two_cycles_after_its_scan() -> None:
    live = LiveSite(make_panels(6, used=USED))
    live.fetch()
    live.fetch()
    live.t3000.restart()
    found_s = live.clock.now_s + live.t3000.scan_s
    cycles_after = 0
    while cycles_after < 2:
        answer = live.fetch_patiently()
        cycles_after += live.due_s - 30 >= found_s
    assert isinstance(answer, Answer)
    assert answer.failed_panels == ()
    assert len(live.decoded(answer).panels) == 6
    assert all(set(GROUPS_IN_USE) <= set(new_groups(answer, SERIAL + number)) for number in range(1, 7))
    actions = {call["action"] for call in live.calls()}
    assert actions == {0, 17}


def test_a_panel_that_the_scan_has_not_found_is_tried_again_each_minute() -> None:
    live = small_site(2)
    live.fetch()
    live.t3000.panels[1].scan_s = 10_000
    live.t3000.restart()
    tries = list(_times(live, 0, cycles=24, panel_id=2))
    waits = {round(later - earlier) for earlier, later in itertools.pairwise(tries)}
    assert len(tries) > 8
    assert all(45 <= wait <= 75 for wait in waits)
    answer = live.fetch()
    assert answer.failed_panels == (
        "panel 2 'AHU-2' was not read: T3000's scan does not find it; look at its power and its network",
    )


def _times(live: LiveSite, action: int, *, cycles: int, panel_id: int) -> list[float]:
    before = len(live.client.sent)
    for _ in range(cycles):
        live.fetch_patiently()
    return [
        at_s for at_s, call in live.client.sent[before:] if call["action"] == action and call.get("panelId") == panel_id
    ]


def test_a_panel_without_a_saved_file_is_asked_for_after_1_5_and_10_minutes_and_says_what_to_click() -> None:
    live = small_site(2)
    live.fetch()
    live.t3000.panels[1].has_saved_file = False
    live.t3000.scan_s = 0
    live.t3000.restart()
    tries = _times(live, 0, cycles=80, panel_id=2)
    waits = [round(later - earlier) for earlier, later in itertools.pairwise(tries)]
    assert [least <= wait <= least + 30 for wait, least in zip(waits, (50, 290, 590, 590), strict=False)] == [True] * 4
    assert live.fetch().failed_panels == (
        "panel 2 'AHU-2' was not read: T3000 has forgotten it and has nothing saved of it; "
        "click it once in T3000's tree",
    )
    live.t3000.click(live.t3000.panels[1])
    assert _is_read_within(live, cycles=22)


def _is_read_within(live: LiveSite, cycles: int) -> bool:
    """Whether no panel fails any more."""
    return any(isinstance(answer := live.fetch_patiently(), Answer) and not answer.failed_panels for _ in range(cycles))


def test_after_a_restart_of_t3000_the_sentence_tells_of_that_and_not_of_a_dead_panel() -> None:
    live = site(3)
    live.t3000.panels[0].reachable = False
    live.fetch()
    live.t3000.restart()
    error = live.fetch_patiently()
    assert "panel 2 'AHU-2' was not read: T3000 was started anew" in str(error)


def test_a_panel_that_the_scan_does_not_find_for_minutes_is_one_to_look_at() -> None:
    live = site(3)
    live.fetch()
    live.t3000.panels[0].reachable = False
    live.t3000.restart()
    for _ in range(20):
        answer = live.fetch_patiently()
    assert isinstance(answer, Answer)
    assert answer.failed_panels[0].startswith("panel 1 'AHU-1' was not read: T3000's scan does not find it")
    assert answer.failed_panels[0].endswith("look at its power and its network")


def test_a_forgotten_panel_that_somebody_clicks_is_read_within_a_minute_or_so() -> None:
    live = small_site(2)
    live.fetch()
    live.t3000.panels[1].has_saved_file, live.t3000.scan_s = False, 0
    live.t3000.restart()
    for _ in range(40):
        live.fetch_patiently()
    live.t3000.click(live.t3000.panels[1])
    assert _is_read_within(live, cycles=3)


def test_whether_a_panel_is_brought_back_is_told_by_action_17_and_not_by_action_0() -> None:
    live = site(2)
    live.fetch()
    live.t3000.panels[1].prog_refused = True
    live.t3000.scan_s = 0
    live.t3000.restart()
    live.fetch_patiently()
    answer = live.fetch()
    assert [device.panel_id for device in live.decoded(answer).panels] == [1]
    assert "T3000 has forgotten it and does not take it up again" in answer.failed_panels[0]


def test_action_0_never_comes_before_t3000_has_warmed_up_and_action_4_not_at_all() -> None:
    live = site(3)
    live.fetch()
    live.t3000.scan_s = 0
    live.t3000.restart()
    live.calls()
    with pytest.raises(NotReadyError):
        live.fetch()
    assert {call["action"] for call in live.calls()} == {17}
    live.clock.now_s += 5
    live.due_s = live.clock.now_s
    assert live.fetch().failed_panels == ()
    assert {call["action"] for call in live.calls()} == {0, 17}


def test_action_0_never_comes_between_a_background_read_and_its_collection() -> None:
    live = site(2, reading="auto")
    live.t3000.read_all()
    live.t3000.build.knows_live = False
    live.fetch()
    assert 15 in {call["action"] for call in live.calls()}
    live.t3000.build.knows_live = True
    live.t3000._is_clicked = False
    live.t3000._settings.pop(2)
    live.clock.now_s = live.due_s = 700
    order = []
    for _ in range(8):
        live.fetch_patiently()
        order += [call["action"] for call in live.calls()]
    posted = False
    for action, panel_id in [(call["action"], call.get("panelId")) for _, call in live.client.sent]:
        assert not (action == 0 and posted)
        posted = (action == 15 and panel_id != -1) or (posted and action != 15)
    assert 0 in order or posted
