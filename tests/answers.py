"""LOGGING_DATA answers for tests, in the real and in the documented shape (docs/t3000.md 4.1, 4.3).

Every function takes the members it should hold instead of its defaults; `without` takes members away.
"""

import json
from functools import cache
from typing import Any

from t3monitor.model.point_types import PointType

JsonObject = dict[str, Any]

LOGGED_S = 1_761_960_879
ACTION = "LOGGING_DATA_RES"

# The documented example (docs/t3000.md 4.3); where that has dots, the lists are empty.
DOCUMENT_EXAMPLE = b"""{
  "action": "LOGGING_DATA_RES",
  "timestamp": "2025-10-21T12:00:16Z",
  "devices": [
    {
      "device_info": {
        "panel_id": 1,
        "panel_name": "Building A Controller",
        "panel_serial_number": 12345,
        "panel_ipaddress": "192.168.1.100",
        "input_logging_time": "1729512016",
        "output_logging_time": "1729512016",
        "variable_logging_time": "1729512016",
        "ip_address": "192.168.1.100",
        "port": 502,
        "modbus_address": 1,
        "bacnet_mstp_mac_id": 1
      },
      "input_points": [
        {
          "index": 1,
          "panel": 1,
          "full_label": "Temperature Sensor 1",
          "value": 72.5,
          "range": 2,
          "units": "Deg.F",
          "status": 1,
          "timestamp": "2025-10-21T12:00:16Z",
          "id": "IN1"
        }
      ],
      "output_points": [],
      "variable_points": []
    }
  ]
}
"""

_OWN_MEMBERS: dict[PointType, JsonObject] = {
    PointType.INPUT: {
        "calibration_h": 0,
        "calibration_l": 0,
        "calibration_sign": 0,
        "decom": 64,
        "filter": 5,
    },
    PointType.OUTPUT: {"decom": 0, "high_voltage": 0, "hw_switch_status": 1, "low_voltage": 0},
    PointType.VARIABLE: {"unused": 0},
}


@cache
def _usual_point(kind: PointType, number: int) -> JsonObject:
    point_id = f"{kind.prefix}{number}"
    point = {
        "auto_manual": 0,
        "command": f"5{point_id}",
        "control": 0,
        "description": f"Point {number}",
        "digital_analog": 1,
        "id": point_id,
        "index": number - 1,
        "label": f"P{number}",
        "pid": 5,
        "range": {PointType.INPUT: 3, PointType.OUTPUT: 1, PointType.VARIABLE: 1}[kind],
        "type": kind.value,
        "value": 21500,
        **_OWN_MEMBERS[kind],
    }
    return {"unit": point["range"], **point} if kind is PointType.INPUT else point


def real_point(kind: PointType = PointType.INPUT, number: int = 1, **members: Any) -> JsonObject:
    """A point as T3000 sends it: an input of 21.5 °C unless told otherwise; ``value`` is in thousandths."""
    return changed_point(_usual_point(kind, number), members)


def changed_point(point: JsonObject, members: JsonObject) -> JsonObject:
    """A point with other members, and with what follows from them."""
    if "pid" in members:
        members = {"command": f"{members['pid']}{point['id']}", **members}
    if "unit" in point and "range" in members:
        members = {"unit": members["range"], **members}
    return {**point, **members}


def real_panel(serial_number: Any = 237219, points: list[Any] | None = None, **members: Any) -> JsonObject:
    """A panel as T3000 sends it: one point of each type unless ``points`` says otherwise."""
    return {
        "device_data": [real_point(kind) for kind in PointType] if points is None else points,
        "input_logging_time": LOGGED_S,
        "output_logging_time": LOGGED_S + 1,
        "panel_id": 5,
        "panel_ipaddress": "192.168.1.5",
        "panel_name": "AHU5",
        "panel_serial_number": serial_number,
        "variable_logging_time": LOGGED_S + 3,
        **members,
    }


def full_panel(serial_number: int = 237219, **members: Any) -> JsonObject:
    """A panel with all the points that T3000 lists for each: 64 inputs, 64 outputs, 128 variables."""
    points = [real_point(kind, number) for kind in PointType for number in range(1, kind.per_panel + 1)]
    return real_panel(serial_number, points, **members)


def real_answer(*panels: Any, **members: Any) -> bytes:
    """An answer as T3000 sends it: one line of ASCII, the members in the order of their names."""
    answer = {"action": ACTION, "data": list(panels), **members}
    return json.dumps(answer, sort_keys=True, separators=(",", ":")).encode("ascii")


def few_points(answer: bytes) -> bytes:
    """The same answer, of which each panel has its first eight points of each type alone."""
    whole = json.loads(answer)
    for panel in whole["data"]:
        panel["device_data"] = [point for point in panel["device_data"] if point["index"] < 8]
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode("ascii")


def documented_point(kind: PointType = PointType.INPUT, number: int = 1, **members: Any) -> JsonObject:
    """A point in the documented shape: an input of 72.5 °F unless told otherwise; ``value`` is in units."""
    return {
        "index": number,
        "panel": 1,
        "full_label": f"Point {number}",
        "value": 72.5,
        "range": 2,
        "units": "Deg.F",
        "status": 0,
        "timestamp": "2025-10-21T12:00:16Z",
        "id": f"{kind.prefix}{number}",
        **members,
    }


def documented_panel(
    serial_number: Any = 12345,
    inputs: list[Any] | None = None,
    outputs: list[Any] | None = None,
    variables: list[Any] | None = None,
    **info: Any,
) -> JsonObject:
    """A panel in the documented shape: one input unless told otherwise; ``info`` goes to ``device_info``."""
    device_info = {
        "panel_id": 1,
        "panel_name": "Controller A",
        "panel_serial_number": serial_number,
        "panel_ipaddress": "192.168.1.100",
        "input_logging_time": "1729512016",
        "output_logging_time": "1729512016",
        "variable_logging_time": "1729512016",
        "ip_address": "192.168.1.100",
        "port": 502,
        "modbus_address": 1,
        "bacnet_mstp_mac_id": 1,
        **info,
    }
    return {
        "device_info": device_info,
        "input_points": [documented_point()] if inputs is None else inputs,
        "output_points": outputs or [],
        "variable_points": variables or [],
    }


def documented_answer(*panels: Any, **members: Any) -> bytes:
    """An answer in the documented shape."""
    answer = {"action": ACTION, "timestamp": "2025-10-21T12:00:16Z", "devices": list(panels), **members}
    return json.dumps(answer, indent=2).encode("ascii")


def without(members: JsonObject, *names: str) -> JsonObject:
    """The same object less some members."""
    return {name: value for name, value in members.items() if name not in names}
