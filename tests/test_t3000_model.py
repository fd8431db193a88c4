"""The model that stands in for T3000 is as unkind as T3000 is (docs/t3000.md 2, 3, 4.1, 6, 7, 8)."""

import json
import threading
import urllib.request
from datetime import timedelta, timezone
from typing import Any

import pytest

from answers import JsonObject
from clock import FakeClock
from t3monitor.model.errors import InterruptedCycleError, LinkTimeoutError, UnreachableError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.actions import Action, Route
from t3monitor.t3000.webapi.client import Client
from t3000_client import ModelClient
from t3000_model import BROKEN_OFF, DEBUG, LOCK_ERROR, T3000Model, Timed
from t3000_panels import (
    DYNDNS_PASSWORD,
    ESP32,
    IP_ADDRESS,
    MAX_INPUTS,
    MAX_OUTPUTS,
    MAX_VARIABLES,
    OBJECT_INSTANCE,
    PANEL_NAME,
    PANEL_NUMBER,
    SERIAL_NUMBER,
    PanelModel,
    make_panels,
    make_thermostats,
    number,
    signed,
    text,
)
from t3000_stand_in import FFI_CALL, SERVER_TIME, StandIn

OUTPUTS, INPUTS, VARIABLES, SETTINGS = 0, 1, 2, 98
MISMATCH = {"error": "The serial number does not match the panel."}
COLLECT = {"action": 15, "panelId": -1, "serialNumber": 0}


class Site:
    """A model, its clock, and short ways to call it."""

    def __init__(self, *panels: PanelModel, loaded: bool = True) -> None:
        self.clock = FakeClock()
        self.panels = list(panels) or make_panels(2, alike=False)
        self.t3000 = T3000Model(self.panels, self.clock.monotonic_s, self.clock.utc_s, loaded=loaded)

    def begin(self, request: JsonObject) -> Timed:
        return self.t3000.begin(request)

    def finish(self, request: JsonObject) -> JsonObject:
        """The answer, when it is there."""
        timed = self.begin(request)
        self.clock.now_s = timed.until_s
        return timed.answer

    def live(self, panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> JsonObject:
        return self.finish(live(panel, kind, start, end))

    def seconds(self, request: JsonObject) -> float:
        return round(self.begin(request).until_s - self.clock.now_s, 3)

    def load(self, panel: PanelModel) -> JsonObject:
        return self.finish({"action": 0, "panelId": panel.panel_id})

    def restart(self) -> None:
        """A start of T3000 whose web service has warmed up and whose scan is over."""
        self.t3000.restart()
        self.finish(COLLECT)
        self.clock.now_s += self.t3000.scan_s

    def read_in_background(self, panel: PanelModel) -> None:
        self.finish({"action": 15, "panelId": panel.panel_id, "serialNumber": signed(panel.serial_number)})
        self.clock.now_s += 15

    def logged(self) -> dict[int, JsonObject]:
        found = self.finish(COLLECT)
        self.clock.now_s += 15
        return {panel["panel_id"]: panel for panel in found.get("data", ())}


def live(panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> JsonObject:
    return {
        "action": 17,
        "panelId": panel.panel_id,
        "serialNumber": signed(panel.serial_number),
        "objectinstance": panel.object_instance,
        "entryType": kind,
        "entryIndexStart": start,
        "entryIndexEnd": end,
    }


def points(answer: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = answer["data"].get("device_data", [])
    return found


def ids(answer: JsonObject) -> list[str]:
    return [point["id"] for point in points(answer)]


def labels(answer: JsonObject) -> list[str]:
    return [point["label"] for point in points(answer)]


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


# --- action 0


def test_without_a_saved_file_there_is_no_cached_data() -> None:
    site = Site()
    site.panels[0].has_saved_file = False
    site.restart()
    answer = site.load(site.panels[0])
    assert answer == {"action": "GET_PANEL_DATA_RES", "error": "No cached data was found for this panel 1"}
    assert site.live(site.panels[0]) == MISMATCH


def test_action_0_reports_success_where_the_saved_file_was_refused() -> None:
    site = Site()
    site.panels[0].prog_refused = True
    site.restart()
    answer = site.load(site.panels[0])
    assert "error" not in answer
    assert len(answer["ranges"]) == 16
    assert (answer["panel_serial_number"], answer["panel_name"]) == (0, "")
    assert site.live(site.panels[0]) == MISMATCH


def test_action_0_puts_saved_values_over_those_that_were_read() -> None:
    site = Site()
    site.t3000.read_all()
    site.clock.now_s = 20
    assert site.logged()[1]["device_data"][0]["value"] == 0
    site.load(site.panels[0])
    logged = site.logged()
    assert logged[1]["device_data"][0]["value"] == -86_400_000
    assert logged[1]["input_logging_time"] == int(site.clock.utc_offset_s)
    assert logged[2]["device_data"][0]["value"] == 0


def test_action_0_gives_the_words_of_the_site_as_its_file_has_them() -> None:
    panel = PanelModel(7, 5, 6, "VAV", digital_words={24: ("Off duty", "On duty")}, direct={24})
    panel.analog_units = {20: "kPa\ufffd", 24: "Volts\x01\x7f and what follows in memory"}
    panel.multistate = {101: [(1, "Night", 0), (0, 'x":3,"range":0' * 20, 11298)]}
    site = Site(panel)
    words = site.load(panel)["ranges"]
    assert [(word["type"], word["index"]) for word in words] == [
        *[("digital", index) for index in range(23, 31)],
        *[("analog", index) for index in range(20, 25)],
        *[("MSV", index) for index in range(101, 104)],
    ]
    assert words[0] == {
        "direct": 0, "id": "DRange1", "index": 23, "off": "", "on": "", "pid": 7, "type": "digital",
    }  # fmt: skip
    assert (words[1]["off"], words[1]["on"], words[1]["direct"]) == ("Off duty", "On duty", 1)
    assert words[8] == {"id": "ARange1", "index": 20, "pid": 7, "type": "analog", "unit": "kPa\ufffd"}
    assert words[12]["unit"].startswith("Volts\x01")
    assert {name: value for name, value in words[13].items() if name != "options"} == {
        "id": "MSV1", "index": 101, "pid": 7, "type": "MSV",
    }  # fmt: skip
    assert words[13]["options"][0] == {"name": "Night", "status": 1, "value": 0}
    assert len(words[13]["options"]) == 8
    assert len(words[13]["options"][1]["name"]) > 200


def test_schedules_and_holidays_lie_over_inputs_17_to_28_of_action_0() -> None:
    site = Site()
    data = site.load(site.panels[0])["data"]
    assert [entry["id"] for entry in data[15:29]] == [
        "IN16",
        *[f"SCH{place}" for place in range(1, 9)],
        *[f"HOL{place}" for place in range(1, 5)],
        "IN29",
    ]
    assert [entry["type"] for entry in data[62:66]] == ["INPUT", "INPUT", "OUTPUT", "OUTPUT"]


def test_a_missing_action_is_action_0() -> None:
    site = Site()
    assert site.finish({"panelId": 1})["action"] == "GET_PANEL_DATA_RES"
    assert site.finish({})["error"] == "Panel 0 is offline!\r\n"


# --- live reading


def test_groups_of_ten_are_counted_from_the_first_index_and_each_takes_a_tenth_of_a_second() -> None:
    site = Site()
    panel = site.panels[0]
    site.t3000.group_s = 0.1
    assert site.seconds(live(panel, INPUTS, 0, 9)) == 0.1
    answer = site.live(panel, INPUTS, 5, 25)
    assert ids(answer) == [f"IN{place}" for place in range(6, 27)]
    assert (answer["data"]["entryIndexStart"], answer["data"]["entryIndexEnd"]) == (5, 25)
    assert site.seconds(live(panel, INPUTS, 5, 25)) == 0.3
    site.clock.now_s += 1
    assert site.seconds(live(panel, VARIABLES, 0, 127)) == 1.3


def test_a_whole_panel_takes_between_three_and_four_seconds() -> None:
    site = Site()
    for kind, last in ((INPUTS, 63), (OUTPUTS, 63), (VARIABLES, 127)):
        site.live(site.panels[0], kind, 0, last)
    assert 3 <= site.clock.now_s <= 4


def test_nothing_beyond_64_inputs_64_outputs_and_128_variables_is_ever_read() -> None:
    panel = PanelModel(1, 2, 3, "Large", product_class=ESP32, counts=(100, 80, 200))
    site = Site(panel)
    assert len(points(site.live(panel, INPUTS, 0, 127))) == 64
    assert len(points(site.live(panel, OUTPUTS, 0, 99))) == 64
    assert len(points(site.live(panel, VARIABLES, 0, 254))) == 128
    before_s = site.clock.now_s
    assert "device_data" not in site.live(panel, INPUTS, 64, 80)["data"]
    assert site.clock.now_s == before_s


def test_a_silent_panel_holds_the_call_for_84_s_and_for_12_s_if_it_is_asked_for_one_group() -> None:
    site = Site()
    site.panels[0].reachable = False
    assert site.seconds(live(site.panels[0], INPUTS, 0, 63)) == 84
    site = Site()
    site.panels[0].reachable = False
    answer = site.live(site.panels[0])
    assert site.clock.now_s == 12
    assert set(answer) == {"data"}
    assert "device_data" not in answer["data"]


def test_a_silent_group_takes_up_to_19_s_where_the_tick_of_the_clock_is_coarse() -> None:
    site = Site()
    site.t3000.silent_group_s = 19
    site.panels[0].reachable = False
    assert site.seconds(live(site.panels[0])) == 19


def test_a_panel_that_t3000_has_no_address_for_holds_the_call_for_42_s() -> None:
    site = Site()
    site.restart()
    site.load(site.panels[0])
    site.panels[0].reachable = False
    assert site.seconds(live(site.panels[0], INPUTS, 0, 63)) == 84
    site = Site()
    site.t3000.restart()
    site.finish(COLLECT)
    site.clock.now_s = 5
    site.t3000.click(site.panels[0])
    site.panels[0].reachable = False
    assert site.seconds(live(site.panels[0], INPUTS, 0, 63)) == 42


def test_a_group_that_is_not_read_is_missing_without_a_word() -> None:
    site = Site()
    site.panels[0].missing_groups = {(PointType.INPUT, 1)}
    answer = site.live(site.panels[0], INPUTS, 0, 29)
    assert ids(answer) == [f"IN{place}" for place in (*range(1, 11), *range(21, 31))]
    assert set(answer) == {"data"}
    assert site.clock.now_s == pytest.approx(12.24)


def test_a_build_without_live_reading_answers_nothing() -> None:
    site = Site()
    site.t3000.build.knows_live = False
    assert site.live(site.panels[0]) == DEBUG


def test_all_reads_fail_at_once_while_a_modbus_device_is_selected() -> None:
    site = Site()
    site.t3000.modbus_selected = True
    assert "device_data" not in site.live(site.panels[0], INPUTS, 0, 63)["data"]
    assert "device_data" not in site.live(site.panels[1], SETTINGS, 0, 0)["data"]
    site.read_in_background(site.panels[0])
    assert site.logged() == {}
    assert site.clock.now_s == 30  # the two pauses of this test
    site.t3000.modbus_selected = False
    assert ids(site.live(site.panels[0]))


def test_the_first_input_tells_the_moment_of_its_group() -> None:
    site = Site()
    site.clock.now_s = 50
    assert points(site.live(site.panels[0]))[0]["value"] == 50_000
    site.clock.now_s = 70
    assert points(site.live(site.panels[0]))[0]["value"] == 70_000


# --- a BACnet error


def test_a_bacnet_error_hands_out_what_another_panel_left_in_the_one_buffer() -> None:
    site = Site()
    first, second = site.panels
    second.bacnet_error = {(PointType.INPUT, 0)}
    theirs = points(site.live(first))
    site.clock.now_s += 5
    answer = site.live(second, INPUTS, 0, 19)
    assert [(point["pid"], point["command"]) for point in points(answer)[:2]] == [(2, "2IN1"), (2, "2IN2")]
    for name in ("label", "description", "range", "value"):
        assert [point[name] for point in points(answer)[:10]] == [point[name] for point in theirs]
    assert labels(answer)[10] == "IN11"


def test_the_buffer_is_by_point_so_that_a_group_can_be_of_several_panels() -> None:
    site = Site(*make_panels(3, alike=False))
    first, second, third = site.panels
    site.live(first, INPUTS, 0, 9)
    site.live(second, INPUTS, 5, 9)
    third.bacnet_error = {(PointType.INPUT, 0)}
    assert labels(site.live(third))[:8] == ["A1-1", "A1-2", "A1-3", "A1-4", "A1-5", "A2-6", "A2-7", "A2-8"]


def test_a_bacnet_error_before_anything_was_read_gives_blank_points() -> None:
    site = Site()
    site.panels[0].bacnet_error = {(PointType.INPUT, 0)}
    answer = site.live(site.panels[0])
    assert [(point["label"], point["description"], point["range"], point["value"]) for point in points(answer)] == [
        ("", "", 0, 0)
    ] * 10
    assert points(answer)[3]["command"] == "1IN4"


def test_a_bacnet_error_costs_no_more_than_an_answer_and_reaches_the_background_read_too() -> None:
    site = Site()
    first, second = site.panels
    second.bacnet_error = {(PointType.INPUT, 0)}
    site.read_in_background(first)
    site.read_in_background(second)
    logged = site.logged()
    assert [point["label"] for point in logged[2]["device_data"][:2]] == ["A1-1", "A1-2"]
    assert logged[2]["input_logging_time"]
    assert site.seconds(live(second)) == 0.12


# --- settings


def test_type_98_tells_name_address_and_numbers_of_points_among_400_bytes_with_a_password() -> None:
    panel = PanelModel(7, 2**32 - 5, 4_000_000, "T3-XX-ESP", "10.0.0.7", product_class=ESP32, counts=(32, 16, 100))
    site = Site(panel)
    [entry] = points(site.live(panel, SETTINGS, 0, 0))
    assert (entry["type"], entry["id"], entry["index"], entry["pid"]) == ("SETTING", "SETTING1", 0, 7)
    assert len(entry["All"]) == 400
    settings = bytes(entry["All"])
    assert text(settings, PANEL_NAME) == "T3-XX-ESP"
    assert tuple(settings[IP_ADDRESS]) == (10, 0, 0, 7)
    assert [number(settings, place) for place in (PANEL_NUMBER, SERIAL_NUMBER, OBJECT_INSTANCE)] == [
        7,
        2**32 - 5,
        4_000_000,
    ]
    assert [number(settings, place) for place in (MAX_INPUTS, MAX_OUTPUTS, MAX_VARIABLES)] == [32, 16, 100]
    assert text(settings, DYNDNS_PASSWORD) == "secret"


def test_the_settings_of_other_panels_tell_no_numbers_of_points() -> None:
    site = Site()
    settings = bytes(points(site.live(site.panels[0], SETTINGS, 0, 0))[0]["All"])
    assert [number(settings, place) for place in (MAX_INPUTS, MAX_OUTPUTS, MAX_VARIABLES)] == [0, 0, 0]


def test_type_98_is_for_0_to_0_and_for_panels_that_are_not_refused() -> None:
    site = Site()
    assert "device_data" not in site.live(site.panels[0], SETTINGS, 0, 1)["data"]
    site.restart()
    assert site.live(site.panels[0], SETTINGS, 0, 0) == MISMATCH


def test_type_98_that_fails_can_put_another_panel_into_the_slot_so_that_the_panel_is_refused() -> None:
    site = Site()
    first, second = site.panels
    site.live(second, SETTINGS, 0, 0)
    first.bacnet_error = {(None, 0)}
    [entry] = points(site.live(first, SETTINGS, 0, 0))
    assert number(bytes(entry["All"]), SERIAL_NUMBER) == second.serial_number
    assert site.live(first) == MISMATCH
    site.load(first)
    assert ids(site.live(first))


def test_type_98_of_a_silent_panel_leaves_the_slot_as_it_was() -> None:
    site = Site()
    panel = site.panels[0]
    panel.missing_groups = {(None, 0)}
    assert "device_data" not in site.live(panel, SETTINGS, 0, 0)["data"]
    assert site.clock.now_s == 12
    assert ids(site.live(panel))


def test_a_name_that_fills_its_bytes_runs_on_into_what_follows() -> None:
    site = Site(PanelModel(65, 2, 3, "n" * 20))
    settings = site.load(site.panels[0])
    assert settings["panel_name"] == "n" * 20  # the flag after it is 0
    assert len(make_panels(1)[0].settings) == 400


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


def asked(panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> dict[str, int]:
    return {name: value for name, value in live(panel, kind, start, end).items() if name != "action"}


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


# --- the background read


def test_a_background_read_arrives_group_by_group_after_the_call_has_answered() -> None:
    site = Site()
    panel = site.panels[0]
    site.t3000.build.cooldown_s = 0
    post = {"action": 15, "panelId": 1, "serialNumber": panel.serial_number}
    assert site.seconds(post) == 0
    assert site.finish(COLLECT | {"panelId": 2}).get("data") is None
    site.clock.now_s = 1.0  # settings and all inputs, and no output yet
    logged = site.finish(COLLECT)["data"][0]
    assert logged["input_logging_time"] == int(site.clock.utc_offset_s)
    assert (logged["output_logging_time"], logged["variable_logging_time"]) == (0, 0)
    assert [point["label"] for point in logged["device_data"][:64:63]] == ["A1-1", "IN64"]
    assert logged["device_data"][64]["label"] == ""
    site.clock.now_s = 3.4
    assert site.finish(COLLECT)["data"][0]["variable_logging_time"] == int(site.clock.utc_offset_s + 3.2)


def test_a_panel_is_listed_only_when_it_was_read_in_the_background() -> None:
    site = Site()
    site.finish({"action": 4})
    site.live(site.panels[0])
    assert site.logged() == {}
    site.read_in_background(site.panels[0])
    assert site.logged().keys() == {1}


def test_a_background_read_of_a_silent_panel_changes_nothing_and_holds_up_the_next_one_for_9_s() -> None:
    site = Site()
    site.t3000.build.cooldown_s = 0
    site.panels[0].reachable = False
    for panel in site.panels:
        site.begin({"action": 15, "panelId": panel.panel_id, "serialNumber": panel.serial_number})
    site.clock.now_s = 9.2  # the settings of the second
    assert "data" not in site.finish(COLLECT)
    site.clock.now_s = 9.3
    assert [panel["panel_id"] for panel in site.finish(COLLECT)["data"]] == [2]


def test_a_panel_that_came_back_with_another_instance_is_not_listed_until_it_is_read_anew() -> None:
    site = Site()
    panel = site.panels[0]
    site.read_in_background(panel)
    panel.object_instance = 77
    assert site.logged() == {}
    site.read_in_background(panel)
    assert site.logged().keys() == {1}


def test_a_type_whose_group_fails_keeps_what_it_had_and_never_gets_a_time() -> None:
    site = Site()
    site.panels[0].missing_groups = {(PointType.OUTPUT, 0), (PointType.VARIABLE, 3)}
    site.t3000.silent_group_s = 1
    site.read_in_background(site.panels[0])
    panel = site.logged()[1]
    assert panel["output_logging_time"] == 0
    assert panel["input_logging_time"] < panel["variable_logging_time"]
    assert [point["label"] for point in panel["device_data"][128:168:10]] == ["A1-1", "VAR11", "VAR21", ""]


def test_a_panel_that_went_off_keeps_coming_with_its_old_times() -> None:
    site = Site()
    site.read_in_background(site.panels[0])
    before = site.logged()[1]
    site.panels[0].reachable = False
    site.read_in_background(site.panels[0])
    assert site.logged()[1] == before


def test_two_panels_of_one_number_share_one_slot() -> None:
    site = Site(PanelModel(5, 10, 11, "North", labels="N"), PanelModel(5, 20, 21, "South", labels="S"))
    site.read_in_background(site.panels[0])
    assert site.logged()[5]["panel_serial_number"] == 10
    site.read_in_background(site.panels[1])
    answer = site.finish(COLLECT)["data"]
    assert [(panel["panel_serial_number"], panel["panel_name"]) for panel in answer] == [(20, "South")]
    assert site.live(site.panels[0]) == MISMATCH


def test_a_busy_t3000_posts_nothing_and_says_that_the_panel_is_offline() -> None:
    site = Site()
    site.t3000.config_busy = True
    assert site.finish(COLLECT)["error"] == "Panel is offline ."


def test_only_products_that_have_points_are_read_in_the_background() -> None:
    site = Site(PanelModel(5, 10, 11, "Lift", product_class=203))
    site.read_in_background(site.panels[0])
    assert site.logged() == {}


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


# --- its client, and restarts


def test_the_client_of_the_model_keeps_what_it_sent_and_when() -> None:
    site = Site()
    client = ModelClient(site.t3000, site.clock)
    client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[0]))
    answer = client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[1]))
    assert [(at_s, request["panelId"]) for at_s, request in client.sent] == [(0.0, 1), (0.12, 2)]
    assert json.loads(bytes(answer.data))["panelId"] == 2  # type: ignore[arg-type]
    client.check_health(1)


def test_the_client_of_the_model_gives_up_as_the_real_one_does() -> None:
    site = Site()
    site.panels[0].reachable = False
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(LinkTimeoutError, match="took the call and gave no answer within 2 s"):
        client.call(Action.GET_WEBVIEW_LIST, 2, **asked(site.panels[0]))
    site.begin(live(site.panels[0], INPUTS, 0, 63))
    with pytest.raises(LinkTimeoutError, match="FFI lock timed out"):
        client.call(Action.GET_WEBVIEW_LIST, 100, **asked(site.panels[0]))
    assert site.clock.now_s == 62


def test_the_work_of_the_client_of_the_model_can_be_interrupted() -> None:
    site = Site()
    client = ModelClient(site.t3000, site.clock)
    with client.work():
        client.interrupt()
        with pytest.raises(InterruptedCycleError):
            client.get(Route.DEVICES, 1)
    assert client.get(Route.DEVICES, 1)


def test_a_restart_breaks_off_the_call_in_progress() -> None:
    site = Site()
    site.panels[0].reachable = False
    site.t3000.restart_at(5)
    timed = site.begin(live(site.panels[0]))
    assert (timed.until_s, timed.status) == (5, BROKEN_OFF)
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(UnreachableError, match="broke the connection off without an answer"):
        client.call(Action.GET_WEBVIEW_LIST, 30, **asked(site.panels[0]))
    assert site.clock.now_s == 5
    assert site.live(site.panels[1])["code"] == "T3000_WARMUP"
    assert site.begin(COLLECT).until_s == 5  # the lock of the run before is gone


def test_nothing_listens_while_t3000_is_down() -> None:
    site = Site()
    site.t3000.restart_at(5, down_s=20)
    site.clock.now_s = 6
    client = ModelClient(site.t3000, site.clock)
    with pytest.raises(UnreachableError, match="Nothing listens"):
        client.get(Route.DEVICES, 1)
    assert site.begin(COLLECT).status == BROKEN_OFF
    site.clock.now_s = 25
    assert client.get(Route.DEVICES, 1)


def test_a_restart_that_is_due_happens_unseen() -> None:
    site = Site()
    site.t3000.restart_at(5)
    site.clock.now_s = 300
    site.finish(COLLECT)
    site.clock.now_s = 310
    assert site.live(site.panels[0]) == MISMATCH
    assert "error" not in site.load(site.panels[0])


# --- over HTTP


def post(stand_in: StandIn, request: JsonObject) -> tuple[Any, JsonObject]:
    call = urllib.request.Request(
        stand_in.url + FFI_CALL, json.dumps(request).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=10) as reply:
        return reply.headers, json.loads(reply.read())


def test_over_http_an_answer_moves_the_clock_of_a_test_to_when_it_leaves_t3000() -> None:
    site = Site()
    site.panels[0].reachable = False
    with StandIn(site.panels, site.clock.monotonic_s, site.clock.utc_s) as stand_in:
        post(stand_in, live(site.panels[0]))
        assert site.clock.now_s == 12
        post(stand_in, live(site.panels[1]))
        assert site.clock.now_s == pytest.approx(12.12)


def test_over_http_the_date_and_the_time_page_are_by_t3000s_clock() -> None:
    clock = FakeClock()
    with StandIn(make_panels(1), clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.clock_ahead_s = 3600
        headers, _ = post(stand_in, COLLECT)
        assert headers["Date"] == "Sat, 01 Nov 2025 02:35:00 GMT"
        page = json.loads(stand_in.page(SERVER_TIME) or b"")
        assert page["server_time"] == "2025-11-01T03:35:00"


def test_over_http_a_call_is_broken_off_by_a_restart() -> None:
    panels = make_panels(1)
    with StandIn(panels, wait_until=lambda until_s: stand_in.t3000.restart()) as stand_in, pytest.raises(OSError):
        post(stand_in, live(panels[0]))


def test_over_http_the_first_call_after_a_restart_that_nobody_saw_is_answered() -> None:
    clock = FakeClock()
    panels = make_panels(1)
    with StandIn(panels, clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.restart_at(5)
        clock.now_s = 6
        assert post(stand_in, live(panels[0]))[1]["code"] == "T3000_WARMUP"


def test_over_http_the_device_list_comes_while_a_call_waits_for_a_panel() -> None:
    waits, may_go_on = threading.Event(), threading.Event()

    def wait_until(until_s: float) -> None:
        waits.set()
        assert may_go_on.wait(10)

    with StandIn(make_panels(1), wait_until=wait_until) as stand_in:
        call = threading.Thread(target=post, args=(stand_in, COLLECT))
        call.start()
        assert waits.wait(10)
        try:
            assert Client(stand_in.url, 1_000_000).get(Route.DEVICES, 10)
        finally:
            may_go_on.set()
            call.join(10)
