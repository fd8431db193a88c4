"""What the trend view finds again at the next start; plain data, with whatever a damaged file may hold."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.trend.time_range import EARLIEST_S, LATEST_S, Preset, TimeRange


@dataclass(frozen=True, slots=True)
class SavedView:
    """The state of a view; ``end_s`` is None while it follows the present."""

    points: tuple[PointKey, ...]
    hidden: tuple[PointKey, ...]
    length_s: float
    end_s: float | None
    splitter: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON's types."""
        preset = Preset.of_length(self.length_s)
        return {
            "points": [list(key) for key in self.points],
            "hidden": [list(key) for key in self.hidden],
            "preset": preset.value if preset else None,
            "length_s": self.length_s,
            "end_s": self.end_s,
            "follow": self.end_s is None,
            "splitter": list(self.splitter),
        }


def saved_view(state: Mapping[str, Any]) -> SavedView:
    """The state that was saved; what cannot be used of it is as in a new view."""
    preset = next((preset for preset in Preset if preset.value == state.get("preset")), None)
    length_s = preset.length_s if preset else _number(state.get("length_s"), least=1.0)
    end_s = None if state.get("follow", True) else _number(state.get("end_s"), EARLIEST_S, LATEST_S)
    splitter = state.get("splitter")
    if not (isinstance(splitter, list) and len(splitter) == 2 and all(_number(size, least=1.0) for size in splitter)):
        splitter = ()
    return SavedView(
        _keys(state.get("points")),
        _keys(state.get("hidden")),
        TimeRange(0.0, length_s).zoomed(1, 0.0).length_s if length_s else Preset.DAY.length_s,
        end_s,
        tuple(int(size) for size in splitter),
    )


def _number(value: object, least: float, most: float = sys.float_info.max) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        return None
    return float(value)


def _keys(saved: object) -> tuple[PointKey, ...]:
    found = []
    for item in saved if isinstance(saved, list) else ():
        match item:
            case [int(serial_number), str(point_type), int(point_index)] if point_type in PointType.__members__:
                found.append(PointKey(serial_number, PointType(point_type), point_index))
    return tuple(found)
