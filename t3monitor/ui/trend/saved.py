"""What the trend view finds again at the next start; plain data, with whatever a damaged file may hold."""

import sys
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from t3monitor.model.expressions import is_expression_of
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey, difference
from t3monitor.ui.trend.legend.styles import COLOURS, DASHES, WIDTHS, Style, free_style
from t3monitor.ui.trend.plot.axis_choices import AxisChoices
from t3monitor.ui.trend.shown import Chosen, DataBegin, Shown, Since, ZoneChoice
from t3monitor.ui.trend.stretch.stretch import Bounds, Condition, Stretch
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import EARLIEST_S, LATEST_S, LONGEST_S, Preset, TimeRange

_DAY_S = 86_400
_MOST_DAYS = 36_600
_WIDEST_PX = 100_000.0
_SINCE: tuple[Since, ...] = (*Span, *DataBegin)


def to_json(shown: Shown, splitter: Sequence[int]) -> dict[str, Any]:
    """What is shown and the sizes of plot and legend, as JSON's types."""
    preset = Preset.of_length(shown.length_s)
    return {
        "points": [_saved(chosen.key) for chosen in shown.series],
        "hidden": [_saved(chosen.key) for chosen in shown.series if chosen.hidden],
        "styles": [chosen.style._asdict() for chosen in shown.series],
        "plots": [chosen.plot for chosen in shown.series],
        "grouped": shown.grouped,
        "marks": shown.marks,
        "preset": preset.value if preset else None,
        "length_s": shown.length_s,
        "end_s": shown.end_s,
        "follow": shown.end_s is None,
        "since": shown.since.value if shown.since else None,
        "zone": shown.zone.value,
        "axes": shown.axes.to_json(),
        "stretch": _saved_stretch(shown.stretch),
        "heights": list(shown.heights),
        "splitter": list(splitter),
    }


def from_json(state: Mapping[str, Any]) -> tuple[Shown, list[int]]:
    """What was saved; what cannot be used of it is as in a new view, whose sizes are none."""
    preset = next((preset for preset in Preset if preset.value == state.get("preset")), None)
    length_s = preset.length_s if preset else _number(state.get("length_s"), least=1.0)
    since = next((since for since in _SINCE if since.value == state.get("since")), None if length_s else DataBegin.DATA)
    zone = next((zone for zone in ZoneChoice if zone.value == state.get("zone")), ZoneChoice.SITE)
    end_s = None if state.get("follow", True) else _number(state.get("end_s"), EARLIEST_S, LATEST_S)
    splitter = state.get("splitter")
    if not (
        isinstance(splitter, list) and len(splitter) == 2 and all(_number(size, 1.0, _WIDEST_PX) for size in splitter)
    ):
        splitter = []
    series = _series(state)
    shown = Shown(
        series,
        TimeRange(0.0, length_s).zoomed(1, 0.0).length_s if length_s else Preset.DAY.length_s,
        end_s,
        grouped=state.get("grouped") is True,
        marks=state.get("marks") is not False,
        since=since,
        zone=zone,
        axes=AxisChoices.from_json(state.get("axes"), 1 + max((chosen.plot for chosen in series), default=0)),
        stretch=_stretch(state.get("stretch")),
        heights=_heights(state.get("heights")),
    )
    return shown.stacked(), [int(size) for size in splitter]


def _series(state: Mapping[str, Any]) -> tuple[Chosen, ...]:
    points, styles, plots = (
        found if isinstance(found := state.get(name), list) else [] for name in ("points", "styles", "plots")
    )
    hidden = {_key(item) for item in found} if isinstance(found := state.get("hidden"), list) else ()
    series: dict[SeriesKey, Chosen] = {}
    for saved, style, plot in zip_longest(points, styles[: len(points)], plots[: len(points)]):
        if (key := _key(saved)) is not None and key not in series:
            free = free_style(chosen.style for chosen in series.values())
            place = int(_number(plot, least=0, most=len(points)) or 0)
            series[key] = Chosen(key, _style(style, free), key in hidden, place)
    return tuple(series.values())


def _heights(saved: object) -> tuple[int, ...]:
    heights = [_number(px, 1.0, _WIDEST_PX) for px in saved] if isinstance(saved, list) else []
    return tuple(round(px) for px in heights if px) if all(heights) else ()


def _style(saved: object, free: Style) -> Style:
    match saved:
        case {"colour": int(colour), "dash": int(dash), "width": int(width), "step": bool(step)} if (
            0 <= colour < COLOURS and 0 <= dash < len(DASHES) and width in WIDTHS
        ):
            return Style(colour, dash, width, step)
    return free


def _saved_stretch(stretch: Stretch) -> dict[str, Any]:
    only = stretch.condition
    return {
        "a_s": stretch.a_s,
        "b_s": stretch.b_s,
        "is_told": stretch.is_told,
        "only": only and {"key": _saved(only.key), "state": only.state},
        "limits": {unit: bounds._asdict() for unit, bounds in stretch.bounds.items()},
    }


def _stretch(saved: object) -> Stretch:
    if not isinstance(saved, dict):
        return Stretch()
    a_s, b_s = (_number(saved.get(name), EARLIEST_S, LATEST_S) for name in ("a_s", "b_s"))
    only, limits = (found if isinstance(found := saved.get(name), dict) else {} for name in ("only", "limits"))
    key, state = _key(only.get("key")), _number(only.get("state"), -sys.float_info.max)
    return Stretch(
        a_s,
        b_s,
        saved.get("is_told") is True,
        Condition(key, state) if key is not None and state is not None else None,
        {unit: its for unit, bounds in limits.items() if (its := _bounds(bounds)) != Bounds()},
    )


def _bounds(saved: object) -> Bounds:
    saved = saved if isinstance(saved, dict) else {"high": saved}  # an earlier version had that alone
    high, low = (_number(saved.get(name), -sys.float_info.max) for name in ("high", "low"))
    return Bounds(high, low, _number(saved.get("dead_band"), least=0.0))


def _saved(key: SeriesKey) -> list[Any] | dict[str, Any]:
    match key:
        case PointKey():
            return list(key)
        case ComparedKey():
            return {"point": _saved(key.of), "days": key.days}
        case ComputedKey():
            return {"expression": key.expression, "points": [list(point) for point in key.points]}


def _number(value: object, least: float, most: float = sys.float_info.max) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        return None
    return float(value)


def _key(saved: object) -> SeriesKey | None:
    match saved:
        case [int(serial_number), str(point_type), int(point_index)] if point_type in PointType.__members__:
            return PointKey(serial_number, PointType(point_type), point_index)
        case {"point": point, "days": int(days)} if 0 < abs(days) <= _MOST_DAYS:
            return ComparedKey(key, days) if isinstance(key := _key(point), PointKey | ComputedKey) else None
        case {"point": point, "by_s": by_s}:  # of an earlier version, which moved by seconds
            shift_s = _number(by_s, least=-LONGEST_S, most=LONGEST_S)
            return _key({"point": point, "days": round(shift_s / _DAY_S)}) if shift_s is not None else None
        case {"minuend": minuend, "subtrahend": subtrahend}:  # likewise
            key, other = _key(minuend), _key(subtrahend)
            return difference(key, other) if isinstance(key, PointKey) and isinstance(other, PointKey) else None
        case {"expression": str(expression), "points": [*points]}:
            keys = [key for point in points if isinstance(key := _key(point), PointKey)]
            is_whole = keys and len(keys) == len(points) and is_expression_of(expression, len(keys))
            return ComputedKey(expression, tuple(keys)) if is_whole else None
    return None
