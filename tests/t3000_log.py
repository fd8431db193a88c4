"""What T3000 itself logs, and how its web service tells it (docs/t3000.md 8.5 and 9)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from operator import itemgetter
from typing import NamedTuple

from answers import JsonObject
from t3monitor.model.point_types import PointType
from t3000_panels import PanelModel, signed

HISTORY = re.compile(r"/api/t3_device/devices/(-?\d+)/trendlogs/([^/]+)/history")
SERVICE_COUNT = 64  # of each type: its service never reads VAR65 to VAR128
BROWSER_POINTS = 14  # of a trend log
DEFAULT_LIMIT = 50_000
WRONG_UNITS = {0: "", 1: "Deg.C", 2: "Deg.F", 3: "Feet per Min", 4: "Pascals"}  # by range, whatever the point


class Sample(NamedTuple):
    time: str  # local, without a zone
    serial_number: int
    panel_id: int
    point_id: str
    point_type: str
    point_index: int
    raw: str
    range: str | None
    digital_analog: str | None


@dataclass
class T3000Log:
    """The tables of T3000's history; ``drops_zeros`` is as of builds since 2026-05-13."""

    zone: tzinfo = field(default_factory=lambda: timezone(timedelta(hours=1)))
    drops_zeros: bool = True
    samples: list[Sample] = field(default_factory=list)

    def local(self, utc_s: float) -> str:
        return datetime.fromtimestamp(int(utc_s), self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def by_service(self, panels: Iterable[PanelModel], times: Iterable[float]) -> None:
        """Its sync service, of a server: all points but the upper variables, counted from 0, with their ``value``."""
        for at_s in times:
            for panel in panels:
                for kind in PointType:
                    for index in range(SERVICE_COUNT):
                        point = panel.point(kind, index, at_s)
                        if self.drops_zeros and point["value"] == 0 and point.get("decom", 0) == 0:
                            continue
                        self._add(panel, kind, index, index, at_s, point, point["value"])

    def by_browser(self, panel: PanelModel, points: Iterable[tuple[PointType, int]], times: Iterable[float]) -> None:
        """A trend log that is open in a browser: 14 points, counted from 1, of states their ``control``."""
        chosen = list(points)[:BROWSER_POINTS]
        for at_s in times:
            for kind, index in chosen:
                point = panel.point(kind, index, at_s)
                raw = point["control"] if point["digital_analog"] == 0 else point["value"]
                self._add(panel, kind, index, index + 1, at_s, point, raw)

    def _add(
        self, panel: PanelModel, kind: PointType, index: int, point_index: int, at_s: float, point: JsonObject, raw: int
    ) -> None:
        who = signed(panel.serial_number), panel.panel_id, f"{kind.prefix}{index + 1}", kind.value, point_index
        self.samples.append(Sample(self.local(at_s), *who, f"{raw}", f"{point['range']}", f"{point['digital_analog']}"))

    def answer(self, serial_number: int, trendlog_id: str, request: object, now_s: float) -> tuple[int, JsonObject]:
        """HTTP status and object of a question; the number of the trend log is not looked at."""
        needed = {"serial_number": int, "panel_id": int, "trendlog_id": str}
        if not isinstance(request, dict) or any(type(request.get(name)) is not its for name, its in needed.items()):
            return 422, {"error": "Failed to deserialize the JSON body into the target type"}
        start, end, limit = (request.get(name) for name in ("start_time", "end_time", "limit"))
        if limit is not None and (type(limit) is not int or limit < 0):
            return 422, {"error": "limit: invalid type"}
        if start is None and end is None:
            start = self.local(now_s - 86_400)
        found = [
            sample
            for sample in self.samples
            if (sample.serial_number, sample.panel_id) == (serial_number, request["panel_id"])
            and (start is None or sample.time >= start)
            and (end is None or sample.time <= end)
            and sample.point_type in (request.get("point_types") or (sample.point_type,))
        ]
        found.sort(key=itemgetter(0), reverse=True)
        rows = [_row(sample) for sample in found[: DEFAULT_LIMIT if limit is None else limit]]
        return 200, {
            "device_id": serial_number,
            "panel_id": request["panel_id"],
            "trendlog_id": trendlog_id,
            "data": rows,
            "total_records": len(rows),
            "count": len(rows),
            "message": "Trendlog history data retrieved successfully",
            "filtering": {
                "specific_points_applied": False,
                "specific_points_count": 0,
                "time_range_applied": True,
                "start_time": start,
                "end_time": end,
            },
        }


def _row(sample: Sample) -> JsonObject:
    try:
        original = float(sample.raw)
    except ValueError:
        original = 0.0
    digital = sample.digital_analog
    return {
        "time": sample.time,
        "timestamp": sample.time,
        "value": original / 1000,
        "point_id": sample.point_id,
        "point_type": sample.point_type,
        "point_index": sample.point_index,
        "units": WRONG_UNITS.get(int(sample.range or 0), "Unknown"),
        "range": sample.range,
        "raw_value": sample.raw,
        "original_value": original,
        "is_analog": digital is None or digital == "1",
    }


def at_utc(text: str) -> float:
    """UTC epoch seconds of a UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
