"""Live reading where T3000 gives the points of another panel in place of a panel's own, in virtual time."""

import pytest

from live_site import INPUT, OUTPUT, SERIAL, USED, VARIABLE, LiveSite, new_groups, site
from t3monitor.model.points import PointKey
from t3monitor.t3000.webapi.live import NoPanelReadableError
from t3000_model import PanelModel, make_panels


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
    live = LiveSite(make_panels(2, used=USED, alike=False), interval_s=60)
    live.fetch()
    live.t3000.panels[1].bacnet_error = {(INPUT, 0), (INPUT, 1)}
    for _ in range(15):
        assert (INPUT, 1) not in new_groups(live.fetch(), SERIAL + 2)
    live.t3000.panels[1].bacnet_error = set()
    live.t3000.panels[1].labels = live.t3000.panels[0].labels  # it really was given them
    for _ in range(11):
        answer = live.fetch()
    assert answer.missing_points == ()


def test_a_group_that_is_blank_for_good_is_believed_after_ten_minutes_and_stores_no_zeros() -> None:
    live = LiveSite(make_panels(1, used=USED), interval_s=60)
    live.fetch()
    live.t3000._buffer.clear()
    live.t3000.panels[0].bacnet_error = {(INPUT, 1)}
    answers = [live.fetch() for _ in range(11)]
    assert [(INPUT, 1) in new_groups(answer, SERIAL + 1) for answer in answers] == [False] * 10 + [True]
    assert not any((INPUT, 1) in new_groups(answer, SERIAL + 1, in_use=True) for answer in answers)


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
    live = LiveSite(alike_boxes(3), interval_s=60)
    live.fetch()
    live.t3000.panels[2].bacnet_error = {(VARIABLE, 0), (INPUT, 0)}
    for box in live.t3000.panels[:2]:
        box.members["VAR1"] = {"value": 16_000}
    for _ in range(12):  # longer than a doubt lasts that nothing confirms
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
