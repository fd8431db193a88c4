"""Live reading: panels through T3000 at the moment of the call, group by group, in virtual time."""

import itertools

import pytest

from live_site import INPUT, OUTPUT, VARIABLE, LiveSite, new_groups
from t3monitor.model.errors import LinkTimeoutError, MonitorError, NoNewDataError, NotReadyError, UnreachableError
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.live import NoPanelReadableError
from t3000_model import PanelModel, make_panels
from t3000_panels import ThermostatModel

SERIAL = 237219
USED = (20, 12, 10)  # of each panel: 2 groups of inputs, 2 of outputs, 1 of variables
GROUPS_IN_USE = [(INPUT, 0), (INPUT, 1), (OUTPUT, 0), (OUTPUT, 1), (VARIABLE, 0)]
ALL_GROUPS = [(kind, place) for kind, count in ((INPUT, 7), (OUTPUT, 7), (VARIABLE, 13)) for place in range(count)]


def site(panels: int = 4, **options: object) -> LiveSite:
    return LiveSite(make_panels(panels, used=USED, alike=False), **options)  # type: ignore[arg-type]


# --- what is read


def test_a_panel_is_read_whole_when_it_is_first_seen_and_its_groups_in_use_after_that() -> None:
    live = site(1)
    answer = live.fetch()
    assert sorted(set(live.groups_asked())) == sorted(ALL_GROUPS)
    assert len(new_groups(answer, SERIAL + 1)) == 27
    device = live.decoded(answer).panels[0]
    assert (device.panel_name, device.point_count) == ("AHU-1", 256)

    answer = live.fetch()
    assert sorted(live.groups_asked()[:5]) == sorted(GROUPS_IN_USE)
    assert new_groups(answer, SERIAL + 1, in_use=True) == GROUPS_IN_USE
    device = live.decoded(answer).panels[0]
    assert device.point_count == 256
    assert device.inputs[0].value == 30


def test_a_group_carries_the_time_of_its_arrival_and_a_type_that_of_its_oldest_group_in_use() -> None:
    live = site(1)
    live.fetch()
    answer = live.fetch()
    began_s = int(live.clock.utc_offset_s) + 30
    inputs = answer.groups[SERIAL + 1][INPUT]
    assert [group.read_at for group in inputs[:2]] == [began_s, began_s]
    assert [group.in_use for group in inputs] == [True, True, *[False] * 5]
    assert inputs[6].read_at is not None
    assert inputs[6].read_at < began_s
    device = live.decoded(answer).panels[0]
    assert device.input_logging_time == min(group.read_at or 0 for group in inputs[:2])


def test_one_group_is_asked_first_and_neighbours_share_a_call() -> None:
    live = site(1)
    live.fetch()
    live.calls()
    live.fetch()
    asked = [(call["entryType"], call["entryIndexStart"], call["entryIndexEnd"]) for call in live.calls(17)]
    assert asked[:4] == [(1, 0, 9), (1, 10, 19), (0, 0, 19), (2, 0, 9)]


def test_live_points_all_takes_every_group_as_one_in_use() -> None:
    live = site(1, reads_all=True)
    live.fetch()
    answer = live.fetch()
    assert new_groups(answer, SERIAL + 1) == ALL_GROUPS
    assert all(group.in_use for groups in answer.groups[SERIAL + 1].values() for group in groups)


def test_groups_that_are_not_in_use_are_read_again_within_ten_minutes_and_in_even_portions() -> None:
    live = site(2)
    live.fetch()
    portions = []
    for _ in range(50):
        live.calls()
        answer = live.fetch()
        portions.append(len([group for group in live.groups_asked() if group not in GROUPS_IN_USE]))
        ages = [
            live.clock.utc_s() - group.read_at
            for groups in answer.groups.values()
            for of_type in groups.values()
            for group in of_type
            if group.read_at
        ]
        assert max(ages) <= 600 + 5
    assert set(portions) == {3}  # 44 groups in 20 cycles


def test_a_point_that_is_put_into_use_is_found_by_the_sweep_and_read_in_each_cycle_after_that() -> None:
    live = site(1)
    live.fetch()
    live.t3000.panels[0].used = (30, 12, 10)
    for _ in range(22):
        answer = live.fetch()
    assert (INPUT, 2) in new_groups(answer, SERIAL + 1)
    assert answer.groups[SERIAL + 1][INPUT][2].in_use


def test_a_group_that_turns_into_use_counts_as_such_from_the_answer_after_the_sweep_on() -> None:
    live = site(1)
    live.fetch()
    live.t3000.panels[0].used = (30, 12, 10)
    for _ in range(22):
        group = live.fetch().groups[SERIAL + 1][INPUT][2]
        if group.is_new:
            break
    assert not group.in_use


def test_who_fetches_hears_which_panel_is_asked() -> None:
    live = site()
    heard = []
    live.link.on_panel = lambda position, total: heard.append((position, total))
    live.fetch()
    assert heard == [(position, 4) for position in range(1, 5)]


def test_a_point_that_stands_still_keeps_its_bytes() -> None:
    live = site(1)
    before, after = live.read(), live.read()
    pairs = zip(before.panels[0].outputs[12:], after.panels[0].outputs[12:], strict=True)
    assert all(old is new for old, new in pairs)


@pytest.mark.parametrize("serial", [2**31 + 5, 2**32 - 1])
def test_a_serial_number_beyond_2_to_the_31_is_asked_for_with_its_sign(serial: int) -> None:
    live = site()
    live.t3000.panels[0].serial_number = serial
    assert serial in [device.serial_number for device in live.read().panels]
    assert live.calls()[0]["serialNumber"] == serial - 2**32


# --- turns


def test_where_an_interval_does_not_hold_all_panels_they_take_turns_the_oldest_first() -> None:
    live = LiveSite(make_panels(40, used=(64, 64, 128)), interval_s=30)
    live.fetch()
    turns = []
    for _ in range(8):
        live.calls()
        answer = live.fetch()
        turns.append(live.panels_asked())
        assert live.took_s <= 30
        assert answer.failed_panels == ()
    asked = [panel for turn in turns for panel in turn]
    assert sorted(asked[:40]) == list(range(1, 41))
    assert f"panels: each is read every {answer.turn_s:g} s" in answer.note


def test_a_plan_never_overruns_its_interval_and_says_how_old_a_panel_gets() -> None:
    live = LiveSite(make_panels(12, used=(64, 64, 128)), interval_s=15)
    live.fetch()
    for _ in range(10):
        answer = live.fetch()
        assert live.took_s <= 15
    assert "15 s hold 4 of 12 panels: each is read every 45 s" in answer.note
    assert answer.turn_s == 45


def test_what_the_window_shows_is_read_first() -> None:
    live = site(4)
    live.fetch()
    live.link.prefer([PointKey(SERIAL + 3, VARIABLE, 4)])
    live.calls()
    live.fetch()
    calls = live.calls(17)
    assert [call["panelId"] for call in calls[:4]] == [3] * 4
    assert (calls[1]["entryType"], calls[1]["entryIndexStart"]) == (2, 0)


# --- our program is started anew


def recalled(live: LiveSite) -> Snapshot:
    snapshot = live.read()
    live.reopen(snapshot)
    return snapshot


def test_after_a_restart_of_ours_the_points_in_use_are_known_and_no_panel_is_read_whole() -> None:
    live = site(2)
    recalled(live)
    answer = live.fetch()
    assert len(set(live.groups_asked(1))) < 10
    assert new_groups(answer, SERIAL + 1, in_use=True) == GROUPS_IN_USE


def test_a_panel_that_moved_while_we_were_away_is_read_whole() -> None:
    live = site(2)
    known = live.read()
    live.t3000.panels[0].panel_id = 77
    live.t3000.click(live.t3000.panels[0])
    live.reopen(known)
    live.fetch()
    assert len(set(live.groups_asked(77))) == 27


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
    live = site(4)
    live.fetch()
    live.t3000.panels[1].reachable = False
    asked = silent_asks(live, 2, 110)
    waits = [later - earlier - 12 for earlier, later in itertools.pairwise(asked)]
    for wait, least in zip(waits[:6], (60, 120, 300, 600, 600, 600), strict=True):
        assert least - 2 <= wait <= least + 40


def test_all_probes_together_take_at_most_a_tenth_of_the_time() -> None:
    live = site(12)
    live.fetch()
    for panel in live.t3000.panels[2:]:
        panel.reachable = False
    for _ in range(12):  # each of them is found out once
        live.fetch_patiently()
    before, began_s = len(live.client.sent), live.clock.now_s
    for _ in range(100):
        live.fetch()
    dead = sum(12 for _, call in live.client.sent[before:] if call["panelId"] > 2)
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
    live = site(4)
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
    live = site(4)
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
        live = site(3, reading=reading)
        live.t3000.gate_open = False
        live.fetch()
        for panel in live.t3000.panels:
            panel.reachable = False
        for _ in range(40):
            assert isinstance(live.fetch_patiently(), NoNewDataError)
        for panel in live.t3000.panels:
            panel.reachable = True
        answers = [live.fetch_patiently() for _ in range(60)]
        last = answers[-1]
        assert isinstance(last, Answer)
        assert len(live.decoded(last).panels) == 3
        assert last.failed_panels == ()


def test_probes_that_are_given_up_count_as_long_as_t3000_is_busy_with_them() -> None:
    live = site(6)
    live.fetch()
    live.timeout_s = 5
    for panel in live.t3000.panels[2:]:
        panel.reachable = False
    for _ in range(40):
        live.fetch_patiently()
    before, began_s = len(live.client.sent), live.clock.now_s
    for _ in range(100):
        live.fetch_patiently()
    dead = sum(12 for _, call in live.client.sent[before:] if call["panelId"] > 2)
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
    live = site(2)
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
    live = LiveSite(make_panels(40, used=(20, 20, 20), alike=False), interval_s=15)
    for _ in range(13):
        live.fetch()
    live.t3000.panels[12].reachable = False
    for _ in range(6):
        answer = live.fetch()
        assert live.took_s < 15 + 12
        assert bool(answer.failed_panels) or live.took_s <= 15
    assert answer.failed_panels[0].startswith("panel 13 'AHU-13' was not read")


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
    live = LiveSite(make_panels(12, used=USED))
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
    assert len(live.decoded(answer).panels) == 12
    assert all(set(GROUPS_IN_USE) <= set(new_groups(answer, SERIAL + number)) for number in range(1, 13))
    actions = {call["action"] for call in live.calls()}
    assert actions == {0, 17}


def test_a_panel_that_the_scan_has_not_found_is_tried_again_each_minute() -> None:
    live = site(2)
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
    live = site(2)
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
    assert _is_read_within(live, 2, cycles=22)


def _is_read_within(live: LiveSite, panel_id: int, cycles: int) -> bool:
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
    live = site(2)
    live.fetch()
    live.t3000.panels[1].has_saved_file, live.t3000.scan_s = False, 0
    live.t3000.restart()
    for _ in range(40):
        live.fetch_patiently()
    live.t3000.click(live.t3000.panels[1])
    assert _is_read_within(live, 2, cycles=3)


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


# --- points of another panel


def test_ten_points_with_identical_labels_through_a_bacnet_error_are_not_the_other_panel_s() -> None:
    live = LiveSite(make_panels(2, used=USED, alike=True))
    first = live.fetch()
    truth = [point.value for point in live.panel(live.decoded(first), 2).inputs[10:20]]
    live.t3000.panels[1].bacnet_error = {(INPUT, 1)}
    answer = live.fetch()
    snapshot = live.decoded(answer)
    assert [point.value for point in live.panel(snapshot, 2).inputs[10:20]] == truth
    assert [point.value for point in live.panel(snapshot, 1).inputs[10:20]] != truth
    assert (INPUT, 1) not in new_groups(answer, SERIAL + 2)
    assert answer.missing_points == (
        "panel 2 'AHU-2': T3000 gave IN11 to IN20 of panel 1 'AHU-1' in its place, which is not believed",
    )
    live.t3000.panels[1].bacnet_error = set()
    answer = live.fetch()
    assert (INPUT, 1) in new_groups(answer, SERIAL + 2)
    assert answer.missing_points == ()


def test_a_bacnet_error_at_the_first_reading_is_not_believed_either() -> None:
    live = LiveSite(make_panels(2, used=USED, alike=True))
    live.t3000.panels[1].bacnet_error = {(INPUT, 1)}
    answer = live.fetch()
    assert (INPUT, 1) not in new_groups(answer, SERIAL + 2)
    assert len(live.panel(live.decoded(answer), 2).inputs) == 54


def test_a_group_that_turns_into_that_of_any_other_panel_or_blank_is_not_believed() -> None:
    live = LiveSite(make_panels(3, used=USED, alike=False))
    live.fetch()
    live.t3000.panels[2].bacnet_error = {(OUTPUT, 0)}
    answer = live.fetch()
    assert (OUTPUT, 0) not in new_groups(answer, SERIAL + 3)
    assert "panel 3 'AHU-3': T3000 gave OUT1 to OUT10 of panel" in answer.missing_points[0]
    live.t3000._buffer.clear()
    live.t3000.panels[0].bacnet_error = {(OUTPUT, 0)}
    answer = live.fetch()
    assert (OUTPUT, 0) not in new_groups(answer, SERIAL + 1)
    assert any(said.startswith("panel 1 'AHU-1': ") and "not believed" in said for said in answer.missing_points)


def test_a_panel_that_was_given_the_configuration_of_another_one_is_believed_where_another_panel_tells() -> None:
    live = LiveSite(make_panels(2, used=USED, alike=False))
    live.fetch()
    live.t3000.panels[1].labels = live.t3000.panels[0].labels
    assert (INPUT, 0) in new_groups(live.fetch(), SERIAL + 2)


@pytest.mark.parametrize("alike", [True, False])
def test_a_group_of_a_panel_that_has_fewer_points_of_it_is_not_believed_to_be_another_panel_s(alike: bool) -> None:
    live = LiveSite(make_panels(2, used=USED, alike=alike))
    small = live.t3000.panels[0]
    small.product_class, small.counts = 88, (20, 12, 10)  # of outputs 11 to 20 two
    live.fetch()
    live.fetch()
    live.t3000.panels[1].bacnet_error = {(OUTPUT, 1)}
    answer = live.fetch()
    assert (OUTPUT, 1) not in new_groups(answer, SERIAL + 2)
    live.t3000.panels[1].bacnet_error, small.bacnet_error = set(), {(OUTPUT, 1)}
    live.link.prefer([PointKey(SERIAL + 2, OUTPUT, 1)])  # the other one is read first
    answer = live.fetch()
    assert (OUTPUT, 1) in new_groups(answer, SERIAL + 2)
    assert (OUTPUT, 1) not in new_groups(answer, SERIAL + 1)


def test_a_group_that_was_blank_at_first_is_believed_as_soon_as_it_is_the_panel_s_own() -> None:
    live = LiveSite(make_panels(2, used=USED, alike=True))
    live.t3000.panels[0].bacnet_error = {(VARIABLE, 0)}  # before T3000 has read any panel
    live.fetch()
    for _ in range(3):
        assert (VARIABLE, 0) not in new_groups(live.fetch(), SERIAL + 1)
    live.t3000.panels[0].bacnet_error = set()
    for _ in range(21):
        answer = live.fetch()
    assert answer.missing_points == ()
    assert answer.groups[SERIAL + 1][VARIABLE][0].in_use


def test_a_doubt_that_was_right_once_does_not_last_for_ever() -> None:
    live = LiveSite(make_panels(2, used=USED, alike=False))
    live.fetch()
    live.t3000.panels[1].bacnet_error = {(INPUT, 0), (INPUT, 1)}
    for _ in range(30):
        assert (INPUT, 1) not in new_groups(live.fetch(), SERIAL + 2)
    live.t3000.panels[1].bacnet_error = set()
    live.t3000.panels[1].labels = live.t3000.panels[0].labels  # it really was given them
    for _ in range(22):
        answer = live.fetch()
    assert answer.missing_points == ()


def test_a_group_that_is_blank_for_good_stores_no_zeros() -> None:
    live = LiveSite(make_panels(1, used=USED))
    live.fetch()
    live.t3000._buffer.clear()
    live.t3000.panels[0].bacnet_error = {(INPUT, 1)}
    for _ in range(25):
        assert (INPUT, 1) not in new_groups(live.fetch(), SERIAL + 1, in_use=True)


def alike_boxes(panels: int = 4) -> list[PanelModel]:
    """VAV boxes with equal labels and equal set points, and an air handler that has other ones."""
    boxes = make_panels(panels, used=USED, alike=True)
    boxes.append(PanelModel(panels + 1, SERIAL + 99, 1099, "AHU", "192.168.1.99", used=USED, labels="H"))
    for box in boxes[:panels]:
        box.members |= {f"VAR{number}": {"value": 21_000 + number} for number in range(1, 11)}
    return boxes


def test_boxes_with_equal_set_points_are_told_from_a_bacnet_error_by_reading_another_panel_in_between() -> None:
    live = LiveSite(alike_boxes())
    answer = live.fetch()
    assert answer.missing_points == ()
    assert all((VARIABLE, 0) in new_groups(answer, SERIAL + number) for number in range(1, 5))
    for box in live.t3000.panels[:4]:  # a schedule gives all of them another set point
        box.members["VAR1"] = {"value": 16_000}
    answer = live.fetch()
    assert answer.missing_points == ()
    snapshot = live.decoded(answer)
    assert [live.panel(snapshot, number).variables[0].value for number in range(1, 5)] == [16.0] * 4


def test_boxes_with_equal_set_points_that_stand_still_are_known_after_a_restart_of_ours() -> None:
    live = LiveSite(alike_boxes(3))
    for _ in range(3):
        known = live.read()
    live.t3000.panels.pop()  # the one that could tell
    live.reopen(known)
    answer = live.fetch()
    assert answer.missing_points == ()
    assert all((VARIABLE, 0) in new_groups(answer, SERIAL + number) for number in (1, 2, 3))


def test_a_bacnet_error_among_boxes_with_equal_labels_is_found_out_by_reading_another_panel_in_between() -> None:
    live = LiveSite(alike_boxes())
    live.fetch()
    live.t3000.panels[2].bacnet_error = {(VARIABLE, 0), (INPUT, 0)}
    for box in live.t3000.panels[:2]:
        box.members["VAR1"] = {"value": 16_000}
    for _ in range(30):
        answer = live.fetch()
        assert (INPUT, 0) not in new_groups(answer, SERIAL + 3)
        assert live.panel(live.decoded(answer), 3).variables[0].value == 21.001
        assert live.took_s < 30


def test_a_modbus_device_in_t3000_s_tree_is_named_and_no_panel_is_blamed() -> None:
    live = site(6)
    live.fetch()
    live.t3000.modbus_selected = True
    with pytest.raises(NoPanelReadableError) as caught:
        live.fetch()
    assert str(caught.value) == (
        "T3000 reads no panel while a Modbus device is selected in its tree; select a panel there"
    )
    assert live.took_s < 1
    live.t3000.modbus_selected = False
    assert live.fetch().failed_panels == ()


# --- which panels there are


def test_names_and_numbers_come_from_the_columns_that_t3000_keeps_up_to_date() -> None:
    live = site(3)
    live.t3000.panels[0].stale_panel_id = 99
    live.t3000.panels[1].show_label_name = "Device 7"
    live.t3000.server_role = False
    snapshot = live.read()
    assert [(device.panel_id, device.panel_name) for device in snapshot.panels] == [
        (1, "AHU-1"),
        (2, "AHU-2"),
        (3, "AHU-3"),
    ]


def test_devices_of_a_class_without_points_are_never_asked_and_are_listed() -> None:
    live = site(2)
    live.t3000.thermostats = [ThermostatModel(4711, 9, 6, name="Room 1", object_instance=99)]
    assert live.fetch().failed_panels == ()
    assert set(live.panels_asked()) == {1, 2}
    assert [panel.name for panel in live.link.left_out] == ["Room 1"]


@pytest.mark.parametrize("product_class", [None, 180])
def test_a_device_of_an_unknown_class_is_asked_once(product_class: int | None) -> None:
    live = site(2)
    live.t3000.thermostats = [ThermostatModel(4711, 9, product_class, name="Room 1", object_instance=99)]
    for _ in range(4):
        answer = live.fetch()
    assert answer.failed_panels == ()
    assert [call["panelId"] for call in live.calls(17)].count(9) == 1


def test_a_panel_of_an_unknown_class_that_t3000_has_forgotten_is_found_without_anybody_doing_anything() -> None:
    live = site(2)
    live.t3000.server_role = True  # its list tells no product classes
    live.t3000.restart()
    live.clock.now_s = live.due_s = 10
    assert "None of the 2 devices of T3000's list" in str(live.fetch_patiently())
    for _ in range(22):
        answer = live.fetch_patiently()
    assert isinstance(answer, Answer)
    assert len(live.decoded(answer).panels) == 2


def test_a_silent_device_of_an_unknown_class_costs_one_wait_in_a_run() -> None:
    live = site(2)
    live.t3000.panels[1].product_class = 180
    live.t3000.panels[1].reachable = False
    live.t3000.forget(live.t3000.panels[1])
    live.t3000._is_clicked = False
    waited = []
    for _ in range(60):
        assert live.fetch().failed_panels == ()
        waited.append(live.took_s > 12)
    assert sum(waited) == 1


def test_of_two_panels_with_one_number_the_one_that_t3000_does_not_hold_is_told_why() -> None:
    live = site(2)
    live.t3000.panels[1].panel_id = 1
    answer = live.fetch()
    assert answer.failed_panels == (
        "panel 1 'AHU-2' was not read: T3000 holds one panel of each number, and panel 1 'AHU-1' has the same; "
        "give one of them another number",
    )


def test_panels_that_answer_in_no_time_are_planned_too() -> None:
    live = site(2)
    live.t3000.group_s = 0.0
    for _ in range(3):
        assert live.fetch().failed_panels == ()


def test_panels_that_answer_slowly_are_planned_with_their_own_time() -> None:
    live = site(12)
    for place in (1, 4, 7, 10):
        live.t3000.panels[place].group_s = 2.0
    live.fetch()
    asked = []
    for _ in range(12):
        live.calls()
        live.fetch()
        asked += live.panels_asked()
        assert live.took_s <= 30
    assert all(asked.count(number) >= 2 for number in range(1, 13))


def test_a_device_of_an_unknown_class_that_cannot_be_asked_is_left_out() -> None:
    live = site(2)
    live.t3000.thermostats = [ThermostatModel(4711, 9, None, object_instance=0)]
    answer = live.fetch()
    assert (answer.failed_panels, answer.silent) == ((), ())
    assert [panel.panel_id for panel in live.link.left_out] == [9]


def test_a_device_of_a_class_without_points_that_has_a_history_is_asked() -> None:
    live = site(2)
    known = live.read()
    live.t3000.panels[0].product_class = 6
    live.reopen(known)
    assert [device.panel_id for device in live.read().panels] == [1, 2]


def test_an_esp32_panel_is_asked_for_no_more_points_than_it_has() -> None:
    live = LiveSite([PanelModel(1, SERIAL, 1001, "ESP", "192.168.1.1", product_class=88, counts=(16, 8, 60))])
    answer = live.fetch()
    assert live.decoded(answer).panels[0].point_count == 16 + 8 + 60
    assert answer.missing_points == ()
    assert set(live.groups_asked()) == {
        *((INPUT, place) for place in range(2)),
        (OUTPUT, 0),
        *((VARIABLE, place) for place in range(6)),
    }


def test_an_esp32_panel_is_asked_for_no_more_points_than_it_has_after_a_restart_of_ours_either() -> None:
    live = LiveSite([PanelModel(1, SERIAL, 1001, "ESP", "192.168.1.1", product_class=88, counts=(16, 8, 60))])
    recalled(live)
    for _ in range(25):
        live.fetch()
    assert {(kind, place) for kind, place in live.groups_asked() if kind is not VARIABLE} == {
        (INPUT, 0),
        (INPUT, 1),
        (OUTPUT, 0),
    }


def test_a_panel_with_more_points_than_t3000_gives_is_named_once() -> None:
    live = LiveSite([PanelModel(1, SERIAL, 1001, "ESP", "192.168.1.1", product_class=88, counts=(80, 64, 200))])
    assert live.fetch().missing_points == (
        "panel 1 'ESP' has 200 variables, 80 inputs: T3000 gives no more than 64 inputs, 64 outputs and 128 variables "
        "of a panel",
    )
    assert live.fetch().missing_points == ()


def test_settings_of_another_panel_are_dropped_and_the_panel_is_brought_back() -> None:
    panels = [
        PanelModel(1, SERIAL, 1001, "ESP-1", "192.168.1.1", product_class=88, counts=(16, 8, 60)),
        PanelModel(2, SERIAL + 1, 1002, "ESP-2", "192.168.1.2", product_class=88, counts=(32, 8, 60)),
    ]
    live = LiveSite(panels)
    panels[1].bacnet_error = {(None, 0)}
    answers = [live.fetch_patiently() for _ in range(4)]
    panels[1].bacnet_error = set()
    answers += [live.fetch_patiently() for _ in range(16)]
    last = answers[-1]
    assert isinstance(last, Answer)
    assert last.failed_panels == ()
    assert len(live.panel(live.decoded(last), 2).inputs) == 32


def test_no_password_of_a_panel_is_ever_in_an_answer() -> None:
    live = LiveSite([PanelModel(1, SERIAL, 1001, "ESP", "192.168.1.1", product_class=88)])
    assert "secret" not in repr(live.fetch())


def test_a_listed_panel_that_never_answered_is_told_of() -> None:
    live = site(2)
    live.t3000.panels[1].reachable = False
    answer = live.fetch()
    (silent,) = answer.silent
    assert (silent.serial_number, silent.panel_id, silent.panel_name, silent.address) == (
        SERIAL + 2,
        2,
        "AHU-2",
        "192.168.1.2",
    )
    assert [time_s for _, _, time_s in silent.vectors()] == [None] * 3


def test_a_panel_whose_turn_has_not_come_yet_is_no_silent_one() -> None:
    live = site(2)
    live.fetch()
    live.t3000.panels += make_panels(40, 500_000, used=USED, alike=False)[2:]
    live.link.forget_panels()
    answer = live.fetch()
    assert live.took_s <= 31
    assert 2 < len(live.decoded(answer).panels) < 40
    assert (answer.silent, answer.failed_panels) == ((), ())


def test_how_old_points_that_are_not_in_use_get_is_said_where_they_are_not_all_read_within_ten_minutes() -> None:
    live = LiveSite(make_panels(60, used=(10, 10, 10), alike=False))
    live.fetch()
    assert "points that are not in use every 12 min" in live.fetch().note


def test_two_entries_of_one_serial_number_are_named_and_the_first_counts() -> None:
    live = site(2)
    rows = live.t3000.udp_rows()
    live.t3000.device_rows = [*rows, {**rows[0], "panelNumber": 9, "showLabelName": "Twin", "ipAddress": "10.0.0.9"}]
    answer = live.fetch()
    assert [device.panel_id for device in live.decoded(answer).panels] == [1, 2]
    assert "panel 9 'Twin' at 10.0.0.9 has the serial number 237220 of panel 1 'AHU-1'" in answer.failed_panels[0]


@pytest.mark.parametrize("members", [{"objectInstance": None}, {"objectInstance": 0}, {"panelNumber": 255}])
def test_a_device_list_without_what_live_reading_needs_has_action_4_asked_once(members: dict[str, object]) -> None:
    live = site(4)
    live.t3000.device_rows = [{**row, **members} for row in live.t3000.udp_rows()]
    for _ in range(3):
        assert len(live.read().panels) == 4
    assert len(live.calls(4)) == 1


def test_panels_are_looked_for_again_on_demand_and_what_failed_is_tried_at_once() -> None:
    live = site(3)
    live.fetch()
    live.t3000.panels[1].reachable = False
    live.fetch()
    live.t3000.panels[1].reachable = True
    live.calls()
    live.link.forget_panels()
    assert live.fetch().failed_panels == ()
    assert live.calls(4)
    live.fetch()
    assert not live.calls(4)


@pytest.mark.parametrize(
    "row", [{"serialNumber": 0}, {"serialNumber": 2**40}, {"panelNumber": None}, {"parentSerialNumber": 5}, 7]
)
def test_an_entry_that_is_no_panel_is_passed_over(row: object) -> None:
    live = site(3)
    good = live.t3000.udp_rows()
    live.t3000.device_rows = [{**good[0], **row} if isinstance(row, dict) else row, *good[1:]]  # type: ignore[list-item]
    assert [device.panel_id for device in live.read().panels] == [2, 3]


def test_addresses_come_from_the_device_list_as_far_as_it_is_right() -> None:
    live = site(2)
    live.t3000.panels[1].ip_address = "0.0.0.0"
    live.fetch()
    assert live.link._panels.settings(1) == PanelSettings("192.168.1.1", None, 1, None)
    assert live.link._panels.settings(2) == PanelSettings(None, None, 2, None)


# --- words


def test_the_site_s_own_words_come_with_action_0_once_in_a_run() -> None:
    live = site(1)
    panel = live.t3000.panels[0]
    panel.members["IN2"] = {"range": 23, "digital_analog": 0}
    panel.digital_words = {23: ("Shut", "Run")}
    panel.multistate = {101: [(1, "Night", 1), (1, "Day", 2)]}
    panel.analog_units = {20: "l/s"}
    answer = live.fetch()
    words = answer.words[SERIAL + 1]
    assert words.digital == {23: ((0, "Shut"), (1, "Run"))}
    assert words.multistate == {101: ((1, "Night"), (2, "Day"))}
    assert words.units == {20: "l/s"}
    for _ in range(3):
        assert not live.fetch().words
    assert len(live.calls(0)) == 1


def with_words(panel: PanelModel) -> None:
    panel.members["IN2"] = {"range": 23, "digital_analog": 0}
    panel.digital_words = {23: ("Shut", "Run")}


def test_after_its_words_were_loaded_t3000_s_own_pages_show_what_the_panel_says_now() -> None:
    live = site(1)
    with_words(live.t3000.panels[0])
    live.fetch()
    assert (
        live.t3000._points[1][INPUT][0]["value"] >= 0
    )  # input 1 tells when it was read; what is saved is of yesterday


def test_words_that_come_with_a_panel_between_two_cycles_are_in_the_next_answer() -> None:
    live = site(3)
    panel = live.t3000.panels[1]
    with_words(panel)
    panel.reachable = False
    live.fetch()
    live.t3000._is_clicked = False
    live.t3000.forget(panel)
    panel.reachable = True
    assert any(live.fetch().words for _ in range(4))
    assert len(live.calls(0)) == 1


def test_words_that_came_before_a_round_broke_off_are_in_the_next_answer() -> None:
    live = site(3)
    with_words(live.t3000.panels[0])
    live.fetch()
    assert live.calls(0)
    live.link._live.hurry()
    with_words(live.t3000.panels[0])
    live.t3000.restart_at(live.due_s + 2.3)
    words = {}
    for _ in range(6):
        answer = live.fetch_patiently()
        words |= answer.words if isinstance(answer, Answer) else {}
    assert words


def test_where_panels_take_turns_their_words_are_loaded_all_the_same_and_no_plan_overruns() -> None:
    live = LiveSite(make_panels(20, used=(64, 64, 128), alike=False))
    live.fetch()
    for panel in live.t3000.panels:
        with_words(panel)
    words = {}
    for _ in range(20):
        words |= live.fetch().words
        assert live.took_s <= 30
    assert len(words) == 20


def test_a_panel_whose_ranges_are_all_t3000_s_own_is_not_loaded_for_words() -> None:
    live = site(1)
    live.fetch()
    live.fetch()
    assert not live.calls(0)


def test_words_that_the_database_knows_are_not_asked_for_again() -> None:
    live = site(1)
    live.t3000.panels[0].members["IN2"] = {"range": 23, "digital_analog": 0}
    live.t3000.panels[0].digital_words = {23: ("Shut", "Run")}
    answer = live.fetch()
    device = live.decoded(answer).panels[0]
    inputs = tuple(
        point._replace(words=((0, "Shut"), (1, "Run"))) if point.point_id == "IN2" else point for point in device.inputs
    )
    live.reopen(Snapshot(0, (_with_inputs(device, inputs),)))
    live.fetch()
    live.fetch()
    assert not live.calls(0)


def _with_inputs(device: Panel, inputs: tuple[object, ...]) -> Panel:
    from dataclasses import replace

    return replace(device, inputs=inputs)  # type: ignore[arg-type]


# --- nothing at all


def test_a_t3000_that_is_not_there_is_the_outcome() -> None:
    live = site(2)
    live.fetch()
    live.t3000.restart(down_s=60)
    with pytest.raises(UnreachableError):
        live.fetch()


def test_a_build_that_does_not_know_live_reading_is_named() -> None:
    live = site(2)
    live.t3000.build.knows_live = False
    with pytest.raises(NoNewDataError, match="this build may not know live reading"):
        live.fetch()


def test_no_panel_at_all_is_said() -> None:
    live = site(0)
    with pytest.raises(NoNewDataError, match="T3000 knows of no panel"):
        live.fetch()


def test_nothing_but_a_named_outcome_leaves_a_site_that_changes_at_random() -> None:
    import random

    chance = random.Random(7)
    live = site(5)
    for _ in range(100):
        panel = chance.choice(live.t3000.panels)
        match chance.randrange(9):
            case 0:
                panel.reachable = not panel.reachable
            case 1:
                live.t3000.restart(down_s=chance.choice((0, 20)))
            case 2:
                live.t3000.modbus_selected = not live.t3000.modbus_selected
            case 3:
                panel.bacnet_error ^= {(chance.choice((INPUT, OUTPUT, VARIABLE)), chance.randrange(3))}
            case 4:
                panel.missing_groups ^= {(chance.choice((INPUT, OUTPUT, VARIABLE)), chance.randrange(3))}
            case 5:
                live.timeout_s = chance.choice((5, 30))
        assert isinstance(live.fetch_patiently(), Answer | MonitorError)
    live.timeout_s = 30
    live.t3000.modbus_selected = False
    for panel in live.t3000.panels:
        panel.reachable, panel.bacnet_error, panel.missing_groups = True, set(), set()
    for _ in range(90):
        answer = live.fetch_patiently()
    assert isinstance(answer, Answer)
    assert (answer.failed_panels, answer.missing_points) == ((), ())
