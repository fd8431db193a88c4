"""The model that stands in for T3000 reads as T3000 does: saved files, live, in the background, and with errors."""

import pytest

from answers import JsonObject
from t3monitor.model.point_types import PointType
from t3000_model import DEBUG
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
    number,
    text,
)
from t3000_site import COLLECT, INPUTS, MISMATCH, OUTPUTS, SETTINGS, VARIABLES, Site, ids, live, points


def labels(answer: JsonObject) -> list[str]:
    return [point["label"] for point in points(answer)]


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
