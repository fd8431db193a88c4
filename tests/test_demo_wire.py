"""The simulated building answers byte for byte in T3000's own shape."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from t3monitor.model.point_types import PointType
from t3monitor.simulation.building import MAX_PANELS, Building
from t3monitor.t3000.messages import AnswerDecoder

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC).timestamp()
INT32 = range(-(2**31), 2**31)
TEXT_SIZES = {"INPUT": (8, 20), "OUTPUT": (8, 18), "VARIABLE": (8, 20)}  # label, description; without their end mark
FIELDS = {
    "INPUT": {"calibration_h", "calibration_l", "calibration_sign", "decom", "filter", "unit"},
    "OUTPUT": {"decom", "high_voltage", "hw_switch_status", "low_voltage"},
    "VARIABLE": {"unused"},
}
COMMON_FIELDS = set(
    "auto_manual command control description digital_analog id index label pid range type value".split()
)


def panels_of(answer: bytes) -> list[dict[str, Any]]:
    return msgspec.json.decode(answer)["data"]


@pytest.fixture(scope="module")
def answer() -> bytes:
    return Building().answer(NOON)


@pytest.fixture(scope="module")
def points(answer: bytes) -> list[dict[str, Any]]:
    return [point for panel in panels_of(answer) for point in panel["device_data"]]


def test_an_answer_is_one_line_of_ascii_with_sorted_keys_and_no_spaces(answer: bytes) -> None:
    text = answer.decode("ascii")
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert "\n" not in text


def test_the_root_holds_action_and_data_alone(answer: bytes) -> None:
    assert answer.startswith(b'{"action":"LOGGING_DATA_RES","data":[{"device_data":[{"auto_manual":')
    assert set(json.loads(answer)) == {"action", "data"}


def test_a_panel_has_the_members_of_the_real_wire(answer: bytes) -> None:
    for panel in panels_of(answer):
        assert set(panel) == {
            "device_data",
            "input_logging_time",
            "output_logging_time",
            "panel_id",
            "panel_ipaddress",
            "panel_name",
            "panel_serial_number",
            "variable_logging_time",
        }
        assert panel["panel_ipaddress"].startswith("192.168.1.")


def test_every_panel_lists_64_inputs_then_64_outputs_then_128_variables(answer: bytes) -> None:
    expected = ["INPUT"] * 64 + ["OUTPUT"] * 64 + ["VARIABLE"] * 128
    for panel in panels_of(answer):
        assert [point["type"] for point in panel["device_data"]] == expected


def test_indexes_count_from_zero_and_ids_from_one(answer: bytes) -> None:
    for panel in panels_of(answer):
        for point_type in PointType:
            listed = [point for point in panel["device_data"] if point["type"] == point_type]
            assert [point["index"] for point in listed] == list(range(point_type.per_panel))
            for point in listed:
                assert point["id"] == f"{point_type.prefix}{point['index'] + 1}"
                assert point["command"] == f"{panel['panel_id']}{point['id']}"
                assert point["pid"] == panel["panel_id"]


def test_a_point_has_the_fields_of_its_type_and_only_whole_numbers(points: list[dict[str, Any]]) -> None:
    texts = {"command", "description", "id", "label", "type"}
    for point in points:
        assert set(point) == COMMON_FIELDS | FIELDS[point["type"]]
        assert all(type(value) is int for name, value in point.items() if name not in texts)
        assert point["value"] in INT32
        assert point["control"] in (0, 1)


def test_most_points_are_unused_without_name_range_or_value(points: list[dict[str, Any]]) -> None:
    unused = [point for point in points if point["range"] == 0]
    assert len(unused) > len(points) / 2
    for point in unused:
        assert (point["label"], point["description"], point["value"], point["control"]) == ("", "", 0, 0)
    assert {point["decom"] for point in unused if point["type"] == "OUTPUT"} == {1}
    assert {point["decom"] for point in points if point["type"] == "OUTPUT" and point["range"]} == {0}


def test_texts_fit_their_fields_but_for_the_one_that_runs_on(points: list[dict[str, Any]]) -> None:
    def fits(point: dict[str, Any]) -> bool:
        label_size, description_size = TEXT_SIZES[point["type"]]
        return len(point["label"]) <= label_size and len(point["description"]) <= description_size

    (dirty,) = (point for point in points if not fits(point))
    assert dirty["label"][:9] == "MIXEDAIRT"
    assert ord(dirty["label"][9]) < 32
    assert dirty["description"] == "Mixed Air Temp Sensor" + dirty["label"]


def test_text_from_another_code_page_is_escaped_in_lower_case_hex(answer: bytes) -> None:
    assert rb'"description":"Caf\u981aone Temp"' in answer


def test_thermistor_inputs_carry_jumper_4_and_faults_in_the_low_bits(points: list[dict[str, Any]]) -> None:
    thermistors = [point for point in points if point["type"] == "INPUT" and point["range"] == 3]
    assert {point["decom"] for point in thermistors} == {64, 65}
    for point in thermistors:
        assert point["unit"] == 3
    assert [point["value"] for point in thermistors if point["decom"] == 65] == [-40_000]


def test_the_state_of_an_output_is_in_control_whatever_its_value_says(points: list[dict[str, Any]]) -> None:
    relays = [point for point in points if point["type"] == "OUTPUT" and point["range"] and not point["digital_analog"]]
    assert {point["control"] for point in relays} == {0, 1}
    assert all(point["value"] != point["control"] * 1000 for point in relays)


def test_logging_times_rise_from_inputs_to_variables_within_three_seconds_and_lie_before_the_answer() -> None:
    building = Building()
    for now in (NOON, NOON + 0.4, NOON + 17.9):
        for panel in panels_of(building.answer(now)):
            times = [panel[f"{name}_logging_time"] for name in ("input", "output", "variable")]
            assert times == sorted(set(times))
            assert times[2] - times[0] <= 3
            assert now - 12 < times[0]
            assert times[2] <= now


def test_the_decoder_understands_every_point(answer: bytes) -> None:
    snapshot = AnswerDecoder().decode(answer, int(NOON))
    assert snapshot.point_count == 6 * 256
    assert (snapshot.skipped_panels, snapshot.skipped_points) == ((), ())
    used = [point for device in snapshot.panels for point in device.points() if point.in_use]
    assert 200 < len(used) < 400
    assert all(point.range_name and not point.range_name.startswith("Range") for point in used)


@pytest.fixture(scope="module")
def largest() -> list[dict[str, Any]]:
    return panels_of(Building(MAX_PANELS).answer(NOON))


def test_serials_and_panel_numbers_are_unique_in_the_largest_site(largest: list[dict[str, Any]]) -> None:
    assert len(largest) == 200
    for name in ("panel_serial_number", "panel_name", "panel_ipaddress", "panel_id"):
        assert len({panel[name] for panel in largest}) == 200
    assert all(1 <= panel["panel_id"] <= 254 for panel in largest)
    assert all(len(panel["panel_name"]) < 20 for panel in largest)
    assert all(len(panel["device_data"]) == 256 for panel in largest)


def test_a_building_may_have_one_panel() -> None:
    assert len(panels_of(Building(1).answer(NOON))) == 1


def test_large_sites_have_shorted_sensors_too(largest: list[dict[str, Any]]) -> None:
    inputs = [point for panel in largest[:50] for point in panel["device_data"][:64]]
    assert {point["decom"] & 0x0F for point in inputs} == {0, 1, 2}


@pytest.mark.parametrize("panels", [0, 201])
def test_a_size_beyond_200_panels_is_refused(panels: int) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        Building(panels)


def test_the_same_seed_and_time_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from t3monitor.simulation.building import Building; "
        f"print(hashlib.sha256(Building(8, seed=5).answer({NOON})).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == hashlib.sha256(Building(8, seed=5).answer(NOON)).hexdigest()


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    wandering = Building()
    for days in (200, -500, 3, 1200, -3):
        wandering.answer(NOON + days * 86_400.5)
    assert wandering.answer(NOON) == Building().answer(NOON)


def test_another_seed_is_another_building() -> None:
    one, other = (panels_of(Building(seed=seed).answer(NOON))[0] for seed in (1, 2))
    assert one["panel_serial_number"] != other["panel_serial_number"]
    assert one["device_data"][0]["value"] != other["device_data"][0]["value"]
