"""Which of the devices that T3000 lists are read live, and how far, in virtual time."""

import pytest

from live_site import INPUT, OUTPUT, SERIAL, USED, VARIABLE, LiveSite, site, small_site
from t3monitor.model.snapshot import PanelSettings
from t3monitor.t3000.link import Answer
from t3000_model import PanelModel, make_panels
from t3000_panels import ThermostatModel


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
    live = small_site(2)
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
    live = site(6)
    for place in (1, 3, 5):
        live.t3000.panels[place].group_s = 2.0
    live.fetch()
    asked = []
    for _ in range(12):
        live.calls()
        live.fetch()
        asked += live.panels_asked()
        assert live.took_s <= 30
    assert all(asked.count(number) >= 2 for number in range(1, 7))


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
    live.reopen(live.read())
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
    live = LiveSite(make_panels(15, used=(10, 10, 10), alike=False))
    live.t3000.group_s = 0.48
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
    assert live.link._panels.settings(1) == PanelSettings("192.168.1.1", None, 1, None, 1001)
    assert live.link._panels.settings(2) == PanelSettings(None, None, 2, None, 1002)
