"""The model that stands in for T3000 forgets, waits and lists as T3000 does (docs/t3000.md 2, 3, 4.1, 6, 7, 8)."""

from datetime import timedelta, timezone

import pytest

from answers import JsonObject
from t3monitor.model.errors import LinkTimeoutError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.actions import Action, Route
from t3000_client import ModelClient
from t3000_model import DEBUG, LOCK_ERROR
from t3000_panels import PanelModel, make_panels, make_thermostats
from t3000_site import COLLECT, INPUTS, MISMATCH, OUTPUTS, VARIABLES, Site, asked, ids, live, points

# --- what T3000 forgets


def test_a_model_starts_out_as_if_all_panels_had_been_clicked() -> None:
    site = Site()
    assert [ids(site.live(panel))[:2] for panel in site.panels] == [["IN1", "IN2"]] * 2


def test_after_a_start_a_live_read_is_refused_until_something_loads_the_panel() -> None:
    site = Site()
    site.restart()
    assert site.live(site.panels[0]) == MISMATCH
    site.load(site.panels[0])
    assert ids(site.live(site.panels[0]))
    assert site.live(site.panels[1]) == MISMATCH


def test_a_click_in_the_tree_loads_a_panel() -> None:
    site = Site()
    site.restart()
    site.t3000.click(site.panels[1])
    assert ids(site.live(site.panels[1]))


def test_a_click_on_a_panel_that_is_off_loads_nothing() -> None:
    site = Site()
    site.restart()
    site.panels[1].reachable = False
    site.t3000.click(site.panels[1])
    assert site.live(site.panels[1]) == MISMATCH


def test_a_background_read_loads_a_panel() -> None:
    site = Site()
    site.restart()
    site.t3000.gate_open = True
    site.read_in_background(site.panels[0])
    assert ids(site.live(site.panels[0]))


def test_action_4_loads_the_panels_that_have_a_saved_file() -> None:
    site = Site()
    site.panels[1].has_saved_file = False
    site.restart()
    listed = site.finish({"action": 4})["data"]
    assert [(row["panel_number"], row["panel_name"]) for row in listed] == [(1, "AHU-1"), (2, "(Unknown)")]
    assert ids(site.live(site.panels[0]))
    assert site.live(site.panels[1]) == MISMATCH


def test_a_new_model_can_be_one_that_has_loaded_nothing() -> None:
    site = Site(loaded=False)
    assert site.live(site.panels[0])["code"] == "T3000_WARMUP"
    site.clock.now_s += 4
    assert site.live(site.panels[0]) == MISMATCH


def test_a_panel_can_be_forgotten_by_itself() -> None:
    site = Site()
    site.t3000.forget(site.panels[0])
    assert site.live(site.panels[0]) == MISMATCH
    assert ids(site.live(site.panels[1]))


def test_a_panel_is_refused_for_a_wrong_number_serial_or_instance() -> None:
    site = Site()
    request = live(site.panels[0])
    assert site.finish(request | {"panelId": 0}) == {"error": "Panel is invalid ."}
    assert site.finish(request | {"panelId": 255}) == {"error": "Panel is invalid ."}
    assert site.finish(request | {"panelId": 2}) == MISMATCH
    wrong = {"error": "The objectinstance does not match the panel."}
    assert site.finish(request | {"objectinstance": 1002}) == wrong
    assert site.begin(request | {"objectinstance": 1002}).status == 200


def test_after_a_start_the_web_service_warms_up_from_its_first_call_on() -> None:
    site = Site()
    site.t3000.restart()
    site.clock.now_s = 100
    assert site.live(site.panels[0])["code"] == "T3000_WARMUP"
    assert site.finish({"action": 4})["code"] == "T3000_PANELS_WARMUP"
    assert "code" not in site.load(site.panels[0])
    site.clock.now_s = 103
    assert site.live(site.panels[0])["code"] == "T3000_WARMUP"
    assert "code" not in site.finish({"action": 4})
    site.clock.now_s = 104
    assert "code" not in site.live(site.panels[0])


def test_a_restart_closes_the_gate_and_forgets_what_was_read() -> None:
    site = Site()
    site.t3000.read_all()
    site.restart()
    assert site.finish(COLLECT) == DEBUG
    site.t3000.gate_open = True
    assert site.logged() == {}


# --- the scan


def test_the_scan_finds_panels_only_some_time_after_a_start() -> None:
    site = Site()
    site.panels[1].scan_s = 90
    site.restart()
    assert ids_of(site.finish({"action": 4})) == [1]
    assert site.load(site.panels[1])["error"] == "Panel 2 is offline!\r\n"
    site.clock.now_s = 90
    assert "error" not in site.load(site.panels[1])
    assert ids_of(site.finish({"action": 4})) == [1, 2]


def test_before_the_scan_action_4_lists_nothing_and_has_no_data() -> None:
    site = Site()
    site.t3000.restart()
    site.finish(COLLECT)
    site.clock.now_s = 10
    assert site.finish({"action": 4}) == {"action": "GET_PANELS_LIST_RES"}


def test_the_scan_does_not_find_a_panel_that_is_off() -> None:
    site = Site()
    site.panels[0].reachable = False
    site.restart()
    assert site.load(site.panels[0])["error"] == "Panel 1 is offline!\r\n"
    site.panels[0].reachable = True
    assert "error" not in site.load(site.panels[0])


def ids_of(answer: JsonObject) -> list[int]:
    return [row["panel_number"] for row in answer["data"]]


# --- the lock


def test_calls_wait_for_one_another_whatever_they_ask() -> None:
    site = Site()
    site.panels[0].reachable = False
    assert site.begin(live(site.panels[0])).until_s == 12
    assert site.begin(live(site.panels[1])).until_s == pytest.approx(12.12)
    assert site.begin({"action": 0, "panelId": 2}).until_s == pytest.approx(12.17)
    assert site.begin(COLLECT).until_s == pytest.approx(12.17)
    assert site.begin({"action": 4}).until_s == pytest.approx(12.27)


def test_a_call_holds_the_lock_although_its_client_has_gone() -> None:
    site = Site()
    site.panels[0].reachable = False
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(LinkTimeoutError):
        client.call(Action.GET_WEBVIEW_LIST, 5, **asked(site.panels[0]))
    assert site.clock.now_s == 5
    client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[1]))
    assert site.clock.now_s == pytest.approx(12.12)


def test_a_call_waits_at_most_60_s_for_the_lock() -> None:
    site = Site()
    site.panels[0].reachable = False
    assert site.begin(live(site.panels[0], INPUTS, 0, 63)).until_s == 84
    site.clock.now_s = 10
    timed = site.begin(live(site.panels[1]))
    assert (timed.until_s, timed.status) == (70, 500)
    assert timed.answer["error"] == f'ServerError("{LOCK_ERROR}")'
    site.clock.now_s = 24.5
    assert site.begin(live(site.panels[1])).status == 200


def test_the_device_list_and_the_time_wait_for_no_lock() -> None:
    site = Site()
    site.panels[0].reachable = False
    site.begin(live(site.panels[0], INPUTS, 0, 63))
    client = ModelClient(site.t3000, site.clock)
    assert client.get(Route.DEVICES, 1)
    assert site.clock.now_s == 0


# --- the device list


def test_the_device_list_is_as_the_scan_of_the_network_fills_it() -> None:
    site = Site()
    row = site.t3000.devices()["devices"][0]
    assert {
        name: row[name]
        for name in (
            "productName productClassId showLabelName screenName buildingName panelId panelNumber status port "
            "objectInstance isOnline parentSerialNumber"
        ).split()
    } == {
        "productName": "T3-TB-ARM",
        "productClassId": 74,
        "showLabelName": "AHU-1",
        "screenName": "AHU-1",
        "buildingName": None,
        "panelId": None,
        "panelNumber": 1,
        "status": None,
        "port": None,
        "objectInstance": 1001,
        "isOnline": 1,
        "parentSerialNumber": 0,
    }
    assert isinstance(row["lastChecked"], str)


def test_the_device_list_keeps_a_stale_panel_id_beside_the_number() -> None:
    site = Site(PanelModel(9, 2, 3, "Renumbered", stale_panel_id=4))
    row = site.t3000.devices()["devices"][0]
    assert (row["panelId"], row["panelNumber"]) == (4, 9)


def test_the_device_list_still_calls_a_dead_panel_online() -> None:
    site = Site(PanelModel(9, 2, 3, "Dead", reachable=False), PanelModel(10, 3, 4, "Gone", is_online=0))
    assert [row["isOnline"] for row in site.t3000.devices()["devices"]] == [1, 0]


def test_the_device_list_may_lack_names_and_classes() -> None:
    nothing = {"showLabelName": None, "screenName": None, "productName": None, "productClassId": None}
    site = Site(PanelModel(9, 2, 3, "VAV", show_label_name="Device 9"), PanelModel(10, 3, 4, "VAV", row=nothing))
    named, nameless = site.t3000.devices()["devices"]
    assert (named["showLabelName"], named["screenName"]) == ("Device 9", "VAV")
    assert {name: nameless[name] for name in nothing} == nothing


def test_the_device_list_holds_thermostats_that_nothing_else_knows() -> None:
    site = Site()
    site.t3000.thermostats = make_thermostats(2)
    rows = site.t3000.devices()["devices"][2:]
    assert [(row["productClassId"] in range(1, 10), row["objectInstance"]) for row in rows] == [(True, 0)] * 2
    assert ids_of(site.finish({"action": 4})) == [1, 2]
    thermostat = site.t3000.thermostats[0]
    refused = site.finish(live(site.panels[0]) | {"serialNumber": thermostat.serial_number})
    assert refused == MISMATCH


def test_a_server_fills_the_device_list_in_another_way() -> None:
    site = Site()
    site.t3000.server_role = True
    row = site.t3000.devices()["devices"][0]
    assert (row["buildingName"], row["productName"], row["panelId"], row["status"]) == ("AHU-1", "AHU-1", 1, "Online")


def test_panels_on_a_panel_and_without_an_instance_are_in_the_device_list_alone() -> None:
    site = Site(PanelModel(1, 2, 3, "A"), PanelModel(2, 4, 0, "B"), PanelModel(3, 6, 7, "C", parent_serial_number=2))
    assert len(site.t3000.devices()["devices"]) == 3
    assert ids_of(site.finish({"action": 4})) == [1]


def test_two_controllers_of_one_serial_number_are_one_that_goes_to_and_fro() -> None:
    site = Site(PanelModel(1, 77, 11, "North", "10.0.0.1"), PanelModel(2, 77, 12, "South", "10.0.0.2"))
    seen = []
    for _ in range(4):
        [row] = site.t3000.devices()["devices"]
        [listed] = site.finish({"action": 4})["data"]
        seen.append((row["panelNumber"], row["ipAddress"], listed["panel_number"], listed["object_instance"]))
        site.clock.now_s += site.t3000.scan_interval_s
    north, south = (1, "10.0.0.1", 1, 11), (2, "10.0.0.2", 2, 12)
    assert seen == [north, south, north, south]


# --- clocks, memory, points


def test_logging_times_and_the_time_page_are_by_t3000s_clock() -> None:
    site = Site()
    site.t3000.clock_ahead_s = 600
    site.t3000.read_all()
    assert site.logged()[1]["input_logging_time"] == int(site.clock.utc_offset_s) + 600
    site.clock.now_s = 0
    site.t3000.log.zone = timezone(timedelta(hours=8))
    assert site.t3000.server_time() == {"server_time": "2025-11-01T09:45:00", "utc_offset_seconds": 28_800}


def test_each_load_of_a_saved_file_keeps_its_size_of_memory_for_good() -> None:
    site = Site()
    site.load(site.panels[0])
    site.load(site.panels[0])
    assert site.t3000.memory_left == 160_000
    site.finish({"action": 4})
    assert site.t3000.memory_left == 320_000
    site.t3000.restart()
    assert site.t3000.memory_left == 0


def test_the_text_of_a_live_call_stays_until_the_panel_is_asked_again_after_60_s() -> None:
    site = Site()
    site.live(site.panels[0])
    size = site.t3000.memory_left
    assert size > 1000
    site.live(site.panels[0])
    assert site.t3000.memory_left == pytest.approx(2 * size, abs=50)
    site.clock.now_s = 1000
    assert site.t3000.memory_left == pytest.approx(2 * size, abs=50)
    site.live(site.panels[0])
    assert site.t3000.memory_left == pytest.approx(size, abs=50)


def test_points_that_nobody_uses_carry_t3000s_default_names() -> None:
    site = Site(PanelModel(1, 2, 3, "A", used=(20, 12, 10)))
    panel = site.panels[0]
    inputs = points(site.live(panel, INPUTS, 0, 63))
    assert [(point["label"], point["description"], point["range"]) for point in inputs[19:21]] == [
        ("P20", "Point 20", 3),
        ("IN21", "IN 21", 0),
    ]
    assert [point["range"] for point in points(site.live(panel, OUTPUTS, 11, 12))] == [1, 0]
    assert [point["range"] for point in points(site.live(panel, VARIABLES, 9, 10))] == [1, 0]


def test_panels_can_have_the_same_labels_or_their_own() -> None:
    assert len({panel.point(PointType.INPUT, 3, 0)["label"] for panel in make_panels(3, alike=True)}) == 1
    assert len({panel.point(PointType.INPUT, 3, 0)["label"] for panel in make_panels(3, alike=False)}) == 3


def test_any_member_of_a_point_can_be_told() -> None:
    panel = PanelModel(1, 2, 3, "A", members={"IN2": {"range": 23, "digital_analog": 0, "control": 1, "label": "Fan"}})
    point = panel.point(PointType.INPUT, 1, 0)
    assert (point["range"], point["unit"], point["control"], point["label"]) == (23, 23, 1, "Fan")
