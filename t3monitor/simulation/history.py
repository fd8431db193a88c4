"""What the simulated building's T3000 has logged by itself, and how its web service would tell it (docs/t3000.md 8.5).

A server's service logs all points but the upper variables every five minutes, and no zero of status 0; a browser that
is left open logs 14 points of each panel between these times, of states what they show. T3000 deletes what is older
than the past that the building has.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

import msgspec

from t3monitor.model.point_types import PointType
from t3monitor.model.zones import local
from t3monitor.simulation.building import Building
from t3monitor.simulation.story import PAST_S
from t3monitor.t3000.actions import LoggedStretch
from t3monitor.t3000.link import Logged, LoggedRow

_EVERY_S, _BROWSER_AFTER_S = 300, 150
_SERVICE_COUNT, _BROWSER_COUNT = 64, 14
_LONGEST_OFFSET_S = 15 * 3600  # of local time from UTC


class _Point(msgspec.Struct):
    id: str
    type: str
    index: int
    value: int
    control: int
    range: int
    digital_analog: int
    decom: int = 0


class _Panel(msgspec.Struct):
    device_data: list[_Point]


_read = msgspec.json.Decoder(_Panel)


def logged(building: Building, asked: LoggedStretch, zone: tzinfo | None, now_s: float) -> Logged:
    """The newest rows of a panel; none of one that the building does not have, or not by this number."""
    rows: list[LoggedRow] = []
    for at_s in _times(asked, zone, now_s):
        if (text := building.panel_text(asked.serial_number, asked.panel_id, at_s)) is None:
            break
        time = _text(local(at_s, zone))
        by_service = at_s % _EVERY_S == 0
        points = _read.decode(text).device_data
        for point in _by_service(points) if by_service else _by_browser(points):
            digital = point.digital_analog == 0
            raw = point.control if digital and not by_service else point.value
            number = point.index if by_service else point.index + 1
            rows.append(LoggedRow(time, point.id, point.type, number, f"{raw}", f"{point.range}", not digital))
        if len(rows) >= asked.limit:
            break
    return Logged(rows[: asked.limit], len(rows) >= asked.limit)


def _times(asked: LoggedStretch, zone: tzinfo | None, now_s: float) -> Iterator[int]:
    """When something was logged whose local time lies in a stretch, the newest first."""
    first, last = _text(asked.since), _text(asked.until)
    until_s = min(now_s, asked.until.timestamp() + 2 * _LONGEST_OFFSET_S)
    for at_s in range(int(until_s // _BROWSER_AFTER_S) * _BROWSER_AFTER_S, int(now_s - PAST_S), -_BROWSER_AFTER_S):
        if at_s < asked.since.timestamp() - 2 * _LONGEST_OFFSET_S:
            return
        if first <= _text(local(at_s, zone)) <= last:
            yield at_s


def _by_service(points: list[_Point]) -> Iterator[_Point]:
    return (point for point in points if point.index < _SERVICE_COUNT and (point.value or point.decom))


def _by_browser(points: list[_Point]) -> Iterator[_Point]:
    for kind in PointType:
        used = [point for point in points if point.type == kind and point.range]
        yield from used[: _BROWSER_COUNT // len(PointType) + (kind is PointType.INPUT) * 2]


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
