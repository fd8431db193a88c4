"""T3000 as the reference describes it (1.1, 1.2, 4 and 5.1), without the HTTP around it; the clock is injected.

`T3000Model.call` takes a request object and gives the answer object, as `BacnetWebView_HandleWebViewMsg` does.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from answers import JsonObject, real_point
from t3monitor.model.point_types import PointType

DEBUG: JsonObject = {"debug": "HandleWebViewMsg returned empty response"}
OFFLINE: JsonObject = {"action": "LOGGING_DATA_RES", "error": "Panel is offline ."}
BRIDGE_ERROR: JsonObject = {"error": "Exception in BacnetWebView HandleWebViewMsg bridge"}
READ_S = 2.7  # 27 groups of points with a pause of 100 ms after each
ENTRY_TYPES = {0: PointType.OUTPUT, 1: PointType.INPUT, 2: PointType.VARIABLE}
GROUP = 10
USED = 8  # points of each type that are wired up
READING_ACTIONS = {4, 15, 17}


@dataclass
class Build:
    """What distinguishes the builds that people run."""

    cooldown_s: float = 15.0
    filters_by_panel: bool = True
    has_gate: bool = True
    knows_live: bool = True
    has_ffi_route: bool = True
    signed_serials: bool = True

    @classmethod
    def of(cls, day: str) -> "Build":
        built = date.fromisoformat(day)
        return cls(
            cooldown_s=15.0 if built >= date(2026, 1, 30) else 60.0,
            filters_by_panel=built >= date(2026, 2, 10),
            has_gate=built >= date(2025, 11, 25),
            has_ffi_route=built >= date(2025, 9, 1),
            signed_serials=built >= date(2026, 1, 27),
        )


@dataclass
class PanelModel:
    """One panel on the network, as T3000 would see it."""

    panel_id: int
    serial_number: int
    object_instance: int
    name: str
    ip_address: str = "0.0.0.0"
    reachable: bool = True
    missing_groups: set[tuple[PointType, int]] = field(default_factory=set)
    dirty: dict[str, str] = field(default_factory=dict)  # labels by point id

    def point(self, kind: PointType, index: int, at_s: float) -> JsonObject:
        """A point as it is at a moment; input 1 tells the moment itself, in seconds."""
        members: JsonObject = {"range": 0, "value": 0, "description": "", "label": ""}
        if index < USED:
            swing = math.sin(at_s / 600 + self.panel_id + index)
            members = {"value": round(21_500 + 2_000 * swing)}
            if (kind, index) == (PointType.INPUT, 0):
                members = {"value": int(at_s) * 1000}
        point_id = f"{kind.prefix}{index + 1}"
        if point_id in self.dirty:
            members["label"] = self.dirty[point_id]
        return real_point(kind, index + 1, pid=self.panel_id, **members)

    def points(self, kind: PointType, last: int, at_s: float) -> list[JsonObject]:
        return [
            self.point(kind, index, at_s)
            for index in range(last + 1)
            if (kind, index // GROUP) not in self.missing_groups
        ]


@dataclass
class Cached:
    """What T3000 holds of one panel."""

    points: dict[PointType, list[JsonObject]]
    logging_times: dict[PointType, int]


def make_panels(count: int, first_serial: int = 237219) -> list[PanelModel]:
    return [
        PanelModel(number, first_serial + number, 1000 + number, f"AHU-{number}", f"192.168.1.{number}")
        for number in range(1, count + 1)
    ]


class T3000Model:
    """One T3000.exe; every public attribute may be changed while it runs."""

    def __init__(self, panels: list[PanelModel], monotonic_s: Callable[[], float], utc_s: Callable[[], float]) -> None:
        self.panels = panels
        self.build = Build()
        self.gate_open = True
        self.config_busy = False
        self.warm_up: JsonObject | None = None
        self.ignored = 0  # calls that came too soon
        self.device_rows: list[JsonObject] | None = None  # of its database; None: those of the panels
        self.on_live: Callable[[PanelModel, PointType], None] = lambda panel, kind: None
        self._monotonic_s, self._utc_s = monotonic_s, utc_s
        self._began_s = monotonic_s()
        self._accepted_s: float | None = None
        self._reads: list[tuple[float, PanelModel]] = []
        self._cache: dict[int, Cached] = {}

    def restart(self) -> None:
        """What a new T3000 run forgets."""
        self.gate_open, self._accepted_s, self._reads, self._cache = False, None, [], {}

    def read_all(self) -> None:
        """As if every panel had been read in the background just now."""
        for panel in self.panels:
            self._finish_read(panel, self._monotonic_s())

    def call(self, request: JsonObject) -> JsonObject:
        self._finish_reads()
        action = request.get("action", 0)
        if isinstance(action, str) or request.get("serialNumber", 0) >= 2**31:
            return BRIDGE_ERROR
        match action:
            case 4:
                return self._list_panels()
            case 15:
                return self._logging_data(request.get("panelId", 0), request.get("serialNumber", 0))
            case 17:
                return self._live(request)
            case _:
                return {"action": f"WRITTEN_{action}"}

    def devices(self) -> JsonObject:
        """What the device list of the web service says."""
        rows = self.device_rows
        if rows is None:
            rows = [
                {
                    "serialNumber": signed(panel.serial_number),
                    "panelId": panel.panel_id,
                    "buildingName": panel.name,
                    "productName": panel.name,
                    "ipAddress": panel.ip_address,
                    "port": panel.panel_id,
                    "objectInstance": panel.object_instance,
                    "modbusAddress": panel.panel_id,
                    "bacnetMstpMacId": None,
                    "parentSerialNumber": None,
                    "status": "Online",
                    "inputCount": 64,
                }
                for panel in self.panels
            ]
        return {"devices": rows, "total": len(rows), "message": "Devices retrieved successfully"}

    def _list_panels(self) -> JsonObject:
        if self.warm_up:
            return self.warm_up
        for panel in self.panels:  # the saved values over what was read, the logging times stay
            cached = self._cache.setdefault(panel.serial_number, Cached({}, dict.fromkeys(PointType, 0)))
            cached.points = {kind: panel.points(kind, kind.per_panel - 1, -86_400) for kind in PointType}
        data = [
            {
                "object_instance": panel.object_instance,
                "online_time": int(self._utc_s()),
                "panel_name": panel.name,
                "panel_number": panel.panel_id,
                "pid": 74,
                "serial_number": signed(panel.serial_number),
            }
            for panel in self.panels
        ]
        return {"action": "GET_PANELS_LIST_RES", **({"data": data} if data else {})}

    def _logging_data(self, panel_id: int, serial_number: int) -> JsonObject:
        now_s = self._monotonic_s()
        if self.build.has_gate and not self.gate_open:
            return DEBUG
        if self._accepted_s is not None and (now_s - self._accepted_s) * 1000 < self.build.cooldown_s * 1000:
            self.ignored += 1
            return DEBUG
        self._accepted_s = now_s
        if self.config_busy and panel_id == -1:
            return OFFLINE
        for panel in self.panels:
            if (panel.panel_id, signed(panel.serial_number)) == (panel_id, serial_number):
                if self.config_busy:
                    return OFFLINE
                if panel.reachable:
                    self._reads.append((now_s + READ_S, panel))
        shows_all = panel_id == -1 or not self.build.filters_by_panel
        data = [
            self._cached_object(panel)
            for panel in self.panels
            if panel.serial_number in self._cache and (shows_all or panel.panel_id == panel_id)
        ]
        return {"action": "LOGGING_DATA_RES", **({"data": data} if data else {})}

    def _cached_object(self, panel: PanelModel) -> JsonObject:
        cached = self._cache[panel.serial_number]
        serial = panel.serial_number
        return {
            "device_data": [point for kind in PointType for point in cached.points[kind]],
            "input_logging_time": cached.logging_times[PointType.INPUT],
            "output_logging_time": cached.logging_times[PointType.OUTPUT],
            "panel_id": panel.panel_id,
            "panel_ipaddress": panel.ip_address,
            "panel_name": panel.name,
            "panel_serial_number": signed(serial) if self.build.signed_serials else serial,
            "variable_logging_time": cached.logging_times[PointType.VARIABLE],
        }

    def _live(self, request: JsonObject) -> JsonObject:
        if self.warm_up:
            return self.warm_up
        if not self.build.knows_live:
            return DEBUG
        names = ("panelId", "serialNumber", "objectinstance", "entryType", "entryIndexStart", "entryIndexEnd")
        panel_id, serial, instance, entry_type, start, end = (request.get(name, 0) for name in names)
        if not 0 < panel_id < 255:
            return {"error": "Invalid panel id"}
        panel = next((panel for panel in self.panels if panel.panel_id == panel_id), None)
        if panel is None or signed(panel.serial_number) != serial or panel.object_instance != instance:
            return {"error": "serial number or object instance does not match"}
        kind = ENTRY_TYPES[entry_type]
        self.on_live(panel, kind)
        data: JsonObject = {
            "entryIndexEnd": end,
            "entryIndexStart": start,
            "entryType": entry_type,
            "objectinstance": instance,
            "panelId": panel_id,
            "serialNumber": serial,
        }
        points = panel.points(kind, end, self._now_s()) if panel.reachable else []
        return {"data": {**data, **({"device_data": points} if points else {})}}

    def _now_s(self) -> float:
        return self._monotonic_s() - self._began_s

    def _finish_reads(self) -> None:
        now_s = self._monotonic_s()
        for done_s, panel in self._reads:
            if done_s <= now_s and panel.reachable:
                self._finish_read(panel, done_s)
        self._reads = [(done_s, panel) for done_s, panel in self._reads if done_s > now_s]

    def _finish_read(self, panel: PanelModel, done_s: float) -> None:
        points: dict[PointType, list[Any]] = {
            kind: panel.points(kind, kind.per_panel - 1, done_s - self._began_s) for kind in PointType
        }
        done_utc_s = int(self._utc_s() - (self._monotonic_s() - done_s))
        self._cache[panel.serial_number] = Cached(points, dict.fromkeys(PointType, done_utc_s))


def signed(serial_number: int) -> int:
    """A serial number as T3000 sends and takes it."""
    return (serial_number + 2**31) % 2**32 - 2**31
