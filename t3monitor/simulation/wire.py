"""From the demo's points to T3000's wire text, as jsoncpp writes it (docs/t3000.md 4.1).

A panel's text is made once, with gaps; an answer only fills the gaps. Most of the 256 points are unused and have none.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from t3monitor.model.point_types import PointType
from t3monitor.simulation.points import PointConfig

COOLDOWN_ANSWER = b'{"debug":"HandleWebViewMsg returned empty response"}'

_VALUE, _STATE = "<value>", "<state>"
_INPUT_TIME, _OUTPUT_TIME, _VARIABLE_TIME = "<input time>", "<output time>", "<variable time>"
_TIME_OFFSETS_S = {_INPUT_TIME: 0, _OUTPUT_TIME: 1, _VARIABLE_TIME: 3}
LAST_OFFSET_S = max(_TIME_OFFSETS_S.values())
_FILTER = 5
_ANALOG_LOW, _ANALOG_HIGH = 0, 100  # tenths of a volt
_UNUSED_INPUT = PointConfig(PointType.INPUT, "", "", 0, digital=False, step=1, held=0, jumper=4)
_UNUSED_OUTPUT = PointConfig(PointType.OUTPUT, "", "", 0, digital=True, step=1, held=0)
_UNUSED_VARIABLE = PointConfig(PointType.VARIABLE, "", "", 0, digital=True, step=1, held=0)
_UNUSED = {point.point_type: point for point in (_UNUSED_INPUT, _UNUSED_OUTPUT, _UNUSED_VARIABLE)}


class PanelAddress(NamedTuple):
    """Who a panel is."""

    panel_id: int
    name: str
    serial_number: int
    ip_address: str


class _Gap(NamedTuple):
    """A place in the text that a measured number goes to."""

    place: int
    label: str
    per_unit: float  # steps of the controller in one unit
    step: int  # one step on the wire, where values are in thousandths


class PanelText:
    """One panel's part of an answer; ``points`` are its points in order, None for unused ones."""

    def __init__(self, address: PanelAddress, points: Mapping[PointType, tuple[PointConfig | None, ...]]) -> None:
        device_data = []
        gaps: list[tuple[str, PointConfig]] = []
        for point_type in PointType:
            listed = points[point_type]
            for index in range(point_type.per_panel):
                point = (listed[index] if index < len(listed) else None) or _UNUSED[point_type]
                device_data.append(_point_object(point, index, address.panel_id))
                if point.held is None:
                    gaps += [(_STATE, point), (_VALUE, point)] if point.digital else [(_VALUE, point)]
        text = json.dumps(
            {
                "device_data": device_data,
                "input_logging_time": _INPUT_TIME,
                "output_logging_time": _OUTPUT_TIME,
                "panel_id": address.panel_id,
                "panel_ipaddress": address.ip_address,
                "panel_name": address.name,
                "panel_serial_number": address.serial_number,
                "variable_logging_time": _VARIABLE_TIME,
            },
            sort_keys=True,
            separators=(",", ":"),
        )
        self._parts: list[str] = []
        self._analog: list[_Gap] = []
        self._digital: list[tuple[int, str, tuple[str, str]]] = []
        for gap, point in gaps:
            place, text = self._open_gap(text, gap)
            if not point.digital:
                self._analog.append(_Gap(place, point.label, 1 / point.step, round(point.step * 1000)))
            elif gap == _STATE:
                self._digital.append((place, point.label, ("0", "1")))
            else:
                texts = (str(_state_value(point, 0)), str(_state_value(point, 1)))
                self._digital.append((place, point.label, texts))
        self._times = []
        for gap, offset_s in _TIME_OFFSETS_S.items():
            place, text = self._open_gap(text, gap)
            self._times.append((place, offset_s))
        self._parts.append(text)

    def filled(self, values: Mapping[str, float], read_s: int) -> str:
        """The text with these values; ``read_s`` is the UTC second at which T3000 had read the inputs."""
        parts = self._parts.copy()
        for place, label, per_unit, step in self._analog:
            parts[place] = str(round(values[label] * per_unit) * step)
        for place, label, texts in self._digital:
            parts[place] = texts[1 if values[label] else 0]
        for place, offset_s in self._times:
            parts[place] = str(read_s + offset_s)
        return "".join(parts)

    def _open_gap(self, text: str, gap: str) -> tuple[int, str]:
        before, _, after = text.partition(f'"{gap}"')
        self._parts += [before, ""]
        return len(self._parts) - 1, after


def answer_text(panels: list[str]) -> bytes:
    """A whole answer of the given panels."""
    return f'{{"action":"LOGGING_DATA_RES","data":[{",".join(panels)}]}}'.encode("ascii")


def _state_value(point: PointConfig, state: int) -> int:
    # What T3000 sends as value of a digital point cannot be relied on; of outputs it is the contrary in real captures.
    return 1 - state if point.point_type is PointType.OUTPUT and point.range else state * 1000


def _point_object(point: PointConfig, index: int, panel_id: int) -> dict[str, int | str]:
    number = f"{point.point_type.prefix}{index + 1}"
    if point.held is None:
        control: int | str = _STATE if point.digital else 0
        value: int | str = _VALUE
    elif point.digital:
        control = int(point.held)
        value = _state_value(point, control)
    else:
        control = 0
        value = round(point.held * 1000)
    fields: dict[str, int | str] = {
        "auto_manual": int(point.manual),
        "command": f"{panel_id}{number}",
        "control": control,
        "description": point.description if point.wire_description is None else point.wire_description,
        "digital_analog": int(not point.digital),
        "id": number,
        "index": index,
        "label": point.label if point.wire_label is None else point.wire_label,
        "pid": panel_id,
        "range": int(point.range),
        "type": point.point_type.value,
        "value": value,
    }
    if point.point_type is PointType.INPUT:
        fields |= {
            "calibration_h": abs(point.calibration_tenths) // 256,
            "calibration_l": abs(point.calibration_tenths) % 256,
            "calibration_sign": int(point.calibration_tenths < 0),
            "decom": point.jumper << 4 | point.status,
            "filter": _FILTER,
            "unit": int(point.range),
        }
    elif point.point_type is PointType.OUTPUT:
        analog = point.range and not point.digital
        fields |= {
            "decom": 0 if point.range else 1,
            "high_voltage": _ANALOG_HIGH if analog else 0,
            "hw_switch_status": point.hw_switch,
            "low_voltage": _ANALOG_LOW,
        }
    else:
        fields["unused"] = 0 if point.range else 2
    return fields
