"""Live reading: panels through T3000 at the moment of the call, group by group, in virtual time."""

import pytest

from live_site import GROUPS_IN_USE, INPUT, OUTPUT, SERIAL, VARIABLE, LiveSite, new_groups, site
from t3monitor.model.errors import MonitorError, NoNewDataError, UnreachableError
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.t3000.link import Answer
from t3000_model import PanelModel, make_panels

ALL_GROUPS = [(kind, place) for kind, count in ((INPUT, 7), (OUTPUT, 7), (VARIABLE, 13)) for place in range(count)]


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
    for _ in range(42):  # each of them twice
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
    live = LiveSite(make_panels(10, used=(64, 64, 128)), interval_s=30)
    live.t3000.group_s = 0.48
    live.fetch()
    turns = []
    for _ in range(8):
        live.calls()
        answer = live.fetch()
        turns.append(live.panels_asked())
        assert live.took_s <= 30
        assert answer.failed_panels == ()
    asked = [panel for turn in turns for panel in turn]
    assert sorted(asked[:10]) == list(range(1, 11))
    assert f"panels: each is read every {answer.turn_s:g} s" in answer.note


def test_a_plan_never_overruns_its_interval_and_says_how_old_a_panel_gets() -> None:
    live = LiveSite(make_panels(6, used=(64, 64, 128)), interval_s=15)
    live.t3000.group_s = 0.24
    live.fetch()
    for _ in range(7):
        answer = live.fetch()
        assert live.took_s <= 15
    assert "15 s hold 2 of 6 panels: each is read every 45 s" in answer.note
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
    live = LiveSite(make_panels(10, used=(64, 64, 128), alike=False))
    live.t3000.group_s = 0.24
    live.fetch()
    for panel in live.t3000.panels:
        with_words(panel)
    words = {}
    for _ in range(10):
        words |= live.fetch().words
        assert live.took_s <= 30
    assert len(words) == 10


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
    live = site(3)
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
    assert any(
        isinstance(answer := live.fetch_patiently(), Answer) and not (answer.failed_panels or answer.missing_points)
        for _ in range(90)
    )
