"""T3000 as described in docs/t3000.md 2, 3, 4.1, 6, 7, 8, without the HTTP around it, in injected time.

`T3000Model.begin` takes a request object as it arrives and tells when its answer leaves T3000, and what it is. Time
does not pass here: whoever calls waits until then. What a call finds is decided when it arrives.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any, NamedTuple

import msgspec

from answers import JsonObject
from t3monitor.model.point_types import PointType
from t3000_log import T3000Log
from t3000_panels import (
    COUNTS,
    GROUP,
    IP_ADDRESS,
    NO_SETTINGS,
    OBJECT_INSTANCE,
    PANEL_NAME,
    SAVED_S,
    SERIAL_NUMBER,
    PanelModel,
    ThermostatModel,
    blank_point,
    make_panels,
    number,
    ranges,
    signed,
    text,
    under_name_of,
)

__all__ = ["BRIDGE_ERROR", "BROKEN_OFF", "Build", "PanelModel", "T3000Model", "Timed", "make_panels", "signed"]

DEBUG: JsonObject = {"debug": "HandleWebViewMsg returned empty response"}
OFFLINE: JsonObject = {"action": "LOGGING_DATA_RES", "error": "Panel is offline ."}
BRIDGE_ERROR: JsonObject = {"error": "Exception in BacnetWebView HandleWebViewMsg bridge"}
WARM_UP: JsonObject = {"error": "T3000 initialization in progress, please retry shortly", "code": "T3000_WARMUP"}
PANELS_WARM_UP: JsonObject = {
    "error": "T3000 panel data still initializing, retry shortly",
    "code": "T3000_PANELS_WARMUP",
}
LOCK_ERROR = "FFI lock timed out — prior C++ call may be stuck"
TIMESTAMP = "2026-08-20T10:00:00+00:00"
BROKEN_OFF = 0  # in place of an HTTP status: T3000 ended before it answered

ENTRY_TYPES = {0: PointType.OUTPUT, 1: PointType.INPUT, 2: PointType.VARIABLE}
SETTINGS_TYPE = 98
POINT_CLASSES = {10, 35, 50, 74, 88}  # products that the background read knows
LOCK_S = 60.0
WARM_UP_S, PANELS_WARM_UP_S = 4.0, 3.0
PAUSE_S = 0.1  # after each group that was read
TRIES = 4  # for each group of a live read
SETTINGS_TRIES, BACKGROUND_TRIES = 3, 10  # of a background read
KEPT_S = 60.0  # after which the text of a live call may go
INSTANCES = range(1, 0x3FFFFF)


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


class Timed(NamedTuple):
    """How a call ends: the monotonic second at which the reply leaves T3000, its HTTP status and its object."""

    until_s: float
    status: int
    answer: JsonObject


class _Found(Enum):
    """How a request to a panel ends."""

    READ = auto()
    BACNET_ERROR = auto()  # which T3000 takes for success
    NOTHING = auto()


@dataclass
class _Logged:
    """What a background read left, for one panel number."""

    settings_read: bool = False
    serial_number: int = 0
    object_instance: int = 0
    times: dict[PointType, int] = field(default_factory=lambda: dict.fromkeys(PointType, 0))


class T3000Model:
    """One T3000.exe; every public attribute may be changed while it runs.

    It starts out ``loaded``, as if somebody had clicked each panel in its tree. Without that it is as after `restart`.
    """

    def __init__(
        self,
        panels: list[PanelModel],
        monotonic_s: Callable[[], float],
        utc_s: Callable[[], float],
        *,
        loaded: bool = True,
    ) -> None:
        self.panels = panels
        self.thermostats: list[ThermostatModel] = []
        self.build = Build()
        self.gate_open = True
        self.config_busy = False
        self.modbus_selected = False  # in T3000's tree
        self.ignored = 0  # calls of action 15 that came too soon
        self.device_rows: list[JsonObject] | None = None  # of its database; None: those of the panels
        self.server_role = False
        self.scan_s = 40.0  # until the scan finds a panel, after a start
        self.scan_interval_s = 30.0  # after which the other one of two panels of one serial number is found
        self.group_s = 0.12
        self.silent_group_s = 12.0  # up to 19 s on some computers
        self.no_address_s = 6.0  # instead, where T3000 has no address for the panel
        self.load_s = 0.05  # to load a saved file
        self.clock_ahead_s = 0.0  # of this clock, by T3000's
        self.log = T3000Log()
        self.history_s = 0.0  # to read its database, without the lock
        self.starts = 0
        self.on_live: Callable[[PanelModel, PointType], None] = lambda panel, kind: None
        self._monotonic_s, self._utc_s = monotonic_s, utc_s
        self._began_s = monotonic_s()
        self._restart_at_s: float | None = None
        self._down_s = 0.0
        self._start(self._began_s, loaded=loaded)

    # --- what happens to it

    def restart(self, *, down_s: float = 0.0) -> None:
        """T3000.exe is started anew, and comes up after some seconds; calls in progress are broken off."""
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        self._start(now_s + down_s, loaded=False)

    def restart_at(self, at_s: float, *, down_s: float = 0.0) -> None:
        """`restart` at a monotonic second, whoever may be calling then."""
        self._restart_at_s, self._down_s = at_s, down_s

    @property
    def is_running(self) -> bool:
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        return now_s >= self._up_from_s

    @property
    def memory_left(self) -> int:
        """Bytes that calls have left in the memory of this run and that have not gone."""
        texts = (text for texts in self._texts.values() for _, text in texts)
        return self._loaded_bytes + sum(len(msgspec.json.encode(text)) for text in texts)

    def hurry(self) -> None:
        """Everything takes a fraction of its time, for tests that run in real time and are not about time.

        A silent panel still takes far longer than an answer, which is how it is told from a Modbus device in the tree.
        """
        self.group_s /= 50
        self.load_s /= 50
        self.scan_s /= 50
        self.silent_group_s, self.no_address_s = 1.5, 1.2

    def click(self, panel: PanelModel) -> None:
        """Somebody clicks a panel in T3000's tree, which reads it if it answers."""
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        if panel.reachable:
            self._settings[panel.panel_id] = panel.settings
            self._points[panel.panel_id] = panel.all_points(now_s - self._began_s)

    def forget(self, panel: PanelModel) -> None:
        """As if nobody had loaded this panel in this run."""
        self._catch_up(self._monotonic_s())
        self._settings.pop(panel.panel_id, None)

    def read_all(self) -> None:
        """As if every panel had been read in the background just now."""
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        for panel in self.panels:
            self._settings[panel.panel_id] = panel.settings
            self._points[panel.panel_id] = panel.all_points(now_s - self._began_s)
            times = dict.fromkeys(PointType, int(self._t3000_utc_s(now_s)))
            self._logged[panel.panel_id] = _Logged(True, panel.serial_number, panel.object_instance, times)

    # --- what it answers

    def begin(self, request: JsonObject) -> Timed:
        """A call arrives now, takes the one lock as soon as that is free and holds it until it ends.

        That is so whether or not its client still waits. A status `BROKEN_OFF` comes with no answer.
        """
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        if now_s < self._up_from_s:
            return Timed(now_s, BROKEN_OFF, {})
        from_s = max(now_s, self._free_s)
        if from_s - now_s > LOCK_S:
            timed = Timed(now_s + LOCK_S, 500, _service_error(LOCK_ERROR))
        else:
            self._free_s, answer = self._run(request, from_s)
            timed = Timed(self._free_s, 200, answer)
        if self._restart_at_s is not None and self._restart_at_s < timed.until_s:
            return Timed(self._restart_at_s, BROKEN_OFF, {})
        return timed

    def call(self, request: JsonObject) -> JsonObject:
        """The answer, for a test that does not care about time."""
        return self.begin(request).answer

    def devices(self) -> JsonObject:
        """What the device list of the web service says."""
        now_s = self._monotonic_s()
        self._catch_up(now_s)
        rows = self.device_rows
        if rows is None and self.server_role:
            rows = [panel.server_row for panel in self._one_of_each_serial(self.panels, now_s)]
        elif rows is None:
            rows = self.udp_rows()
        return {"devices": rows, "total": len(rows), "message": "Devices retrieved successfully"}

    def udp_rows(self) -> list[JsonObject]:
        """The device list as T3000's own scan of the network fills it; it keeps what was found in earlier runs."""
        panels = self._one_of_each_serial(self.panels, self._monotonic_s())
        return [device.device_row for device in (*panels, *self.thermostats)]

    def server_time(self) -> JsonObject:
        """The page that tells T3000's local time, without a zone, and how far that is from UTC."""
        local = datetime.fromtimestamp(self.t3000_utc_s(), self.log.zone)
        offset = local.utcoffset() or timedelta()
        return {
            "server_time": local.strftime("%Y-%m-%dT%H:%M:%S"),
            "utc_offset_seconds": int(offset.total_seconds()),
        }

    def history(self, serial_number: int, trendlog_id: str, request: object) -> Timed:
        """What its web service tells of T3000's own history."""
        now_s = self._monotonic_s()
        answer = self.log.answer(serial_number, trendlog_id, request, self._t3000_utc_s(now_s))
        return Timed(now_s + self.history_s, *answer)

    def t3000_utc_s(self) -> float:
        """The time by T3000's clock."""
        return self._t3000_utc_s(self._monotonic_s())

    # --- time

    def _start(self, at_s: float, *, loaded: bool) -> None:
        """Everything that a new run has forgotten."""
        self.starts += 1
        self.gate_open = loaded
        self._is_clicked = loaded
        self._up_from_s = self._free_s = self._thread_free_s = at_s
        self._functions_loaded_s: float | None = -WARM_UP_S if loaded else None  # by the web service, at the first call
        self._accepted_s: float | None = None
        self._found: set[int] = set()
        self._clicked: dict[int, bytes] = {}
        self._settings: dict[int, bytes] = {}
        self._words: dict[int, PanelModel] = {}
        self._points: dict[int, dict[PointType, list[JsonObject]]] = {}
        self._logged: dict[int, _Logged] = {}
        # What any panel last answered, by point: one buffer for all of them.
        self._buffer: dict[tuple[PointType, int], JsonObject] = {}
        self._settings_buffer = NO_SETTINGS
        self._posted: deque[tuple[float, int, int, int]] = deque()
        self._reading: tuple[float, Iterator[float]] | None = None
        self._loaded_bytes = 0
        self._texts: dict[int, deque[tuple[float, JsonObject]]] = {}

    def _catch_up(self, now_s: float) -> None:
        """What happened by itself since the last call."""
        if self._restart_at_s is not None and self._restart_at_s <= now_s:
            at_s, self._restart_at_s = self._restart_at_s, None
            self._start(at_s + self._down_s, loaded=False)
        for panel in self.panels:
            scan_s = self.scan_s if panel.scan_s is None else panel.scan_s
            if self._is_clicked or (panel.reachable and now_s >= self._up_from_s + scan_s):
                self._found.add(id(panel))
            if self._is_clicked and self._clicked.get(id(panel)) != panel.settings:
                self._clicked[id(panel)] = self._settings[panel.panel_id] = panel.settings
        self._read_in_background(now_s)

    def _t3000_utc_s(self, at_s: float) -> float:
        return self._utc_s() - self._monotonic_s() + at_s + self.clock_ahead_s

    # --- the panels that the scan found

    def _scanned(self, at_s: float) -> list[PanelModel]:
        found = [panel for panel in self.panels if id(panel) in self._found]
        return [
            panel
            for panel in self._one_of_each_serial(found, at_s)
            if panel.object_instance in INSTANCES and 0 < panel.panel_id < 255 and not panel.parent_serial_number
        ]

    def _one_of_each_serial(self, panels: list[PanelModel], at_s: float) -> list[PanelModel]:
        """T3000 keeps its panels by serial number: of two with the same one it knows the one that answered last."""
        by_serial: dict[int, list[PanelModel]] = {}
        for panel in panels:
            by_serial.setdefault(panel.serial_number, []).append(panel)
        turn = int((at_s - self._began_s) / self.scan_interval_s)
        answering = [[panel for panel in same if panel.reachable] or same for same in by_serial.values()]
        return [same[turn % len(same)] for same in answering]

    # --- the actions

    def _run(self, request: JsonObject, from_s: float) -> tuple[float, JsonObject]:
        """When a call ends that has the lock from a moment, and its answer."""
        action = request.get("action", 0)
        if isinstance(action, str) or request.get("serialNumber", 0) >= 2**31:
            return from_s, BRIDGE_ERROR
        if self._functions_loaded_s is None:
            self._functions_loaded_s = from_s
        loaded_for_s = from_s - self._functions_loaded_s
        match action:
            case 0:
                return self._panel_data(request.get("panelId", 0), from_s)
            case 4 if loaded_for_s < PANELS_WARM_UP_S:
                return from_s, PANELS_WARM_UP
            case 4:
                return self._list_panels(from_s)
            case 15:
                return from_s, self._logging_data(request.get("panelId", 0), request.get("serialNumber", 0), from_s)
            case 17 if loaded_for_s < WARM_UP_S:
                return from_s, WARM_UP
            case 17:
                return self._live(request, from_s)
            case _:
                return from_s, {"action": f"WRITTEN_{action}"}

    def _load_saved(self, panel: PanelModel) -> None:
        """The saved file over what T3000 holds of a panel; its memory never goes back."""
        if not panel.has_saved_file:
            return
        self._loaded_bytes += panel.saved_bytes
        if not panel.prog_refused:
            self._settings[panel.panel_id] = panel.settings
            self._points[panel.panel_id] = panel.all_points(SAVED_S)
            self._words[panel.panel_id] = panel

    def _panel_data(self, panel_id: int, from_s: float) -> tuple[float, JsonObject]:
        head: JsonObject = {"action": "GET_PANEL_DATA_RES"}
        scanned = self._scanned(from_s)
        for panel in scanned if panel_id == 0 else ():
            self._load_saved(panel)
        panel = next((panel for panel in scanned if panel.panel_id == panel_id), None)
        if panel is None:
            return from_s, {**head, "error": f"Panel {panel_id} is offline!\r\n"}
        if not panel.has_saved_file:
            return from_s, {**head, "error": f"No cached data was found for this panel {panel_id}"}
        self._load_saved(panel)
        settings = self._settings.get(panel_id, NO_SETTINGS)
        points = self._cached_points(panel_id)
        data: list[JsonObject] = [dict(point) for kind in PointType for point in points[kind]]
        data += [
            {"command": f"{panel_id}{prefix}{place + 1}", "id": f"{prefix}{place + 1}", "index": place}
            | {"pid": panel_id, "type": kind, "label": "", "description": ""}
            for kind, prefix, count in _OTHER_ENTRIES
            for place in range(count)
        ]
        words = ranges(panel_id, self._words.get(panel_id))
        # The schedules and holidays are written from where the ranges end, that is over inputs.
        for place, (kind, prefix, index) in enumerate(_OVERWRITING, len(words)):
            times = [[{"flag": 0, "hours": 0, "minutes": 0}] * 8] * 9
            data[place] |= {"command": f"{panel_id}{prefix}{index + 1}", "id": f"{kind}{index + 1}", "index": index}
            data[place] |= {"type": kind, **({"time": times} if kind == "SCH" else {"data": [0] * 46})}
        return from_s + self.load_s, {
            **head,
            "data": data,
            "panel_id": panel_id,
            "panel_ipaddress": ".".join(str(part) for part in settings[IP_ADDRESS]),
            "panel_name": text(settings, PANEL_NAME),
            "panel_serial_number": number(settings, SERIAL_NUMBER),
            "ranges": words,
        }

    def _list_panels(self, from_s: float) -> tuple[float, JsonObject]:
        data = []
        until_s = from_s
        for panel in self._scanned(from_s):
            self._load_saved(panel)
            until_s += self.load_s if panel.has_saved_file else 0.0
            name = text(self._settings.get(panel.panel_id, NO_SETTINGS), PANEL_NAME)
            data.append(
                {
                    "object_instance": panel.object_instance,
                    "online_time": int(self._t3000_utc_s(from_s)),
                    "panel_name": name or ("" if panel.has_saved_file else "(Unknown)"),
                    "panel_number": panel.panel_id,
                    "pid": panel.product_class,
                    "serial_number": signed(panel.serial_number),
                }
            )
        return until_s, {"action": "GET_PANELS_LIST_RES", **({"data": data} if data else {})}

    def _logging_data(self, panel_id: int, serial_number: int, at_s: float) -> JsonObject:
        if self.build.has_gate and not self.gate_open:
            return DEBUG
        if self._accepted_s is not None and round((at_s - self._accepted_s) * 1000) < self.build.cooldown_s * 1000:
            self.ignored += 1
            return DEBUG
        self._accepted_s = at_s
        if self.config_busy:
            return OFFLINE
        scanned = self._scanned(at_s)
        for panel in scanned:
            if (
                (panel.panel_id, signed(panel.serial_number)) == (panel_id, serial_number)
                and serial_number
                and panel.product_class in POINT_CLASSES
            ):
                self._posted.append((at_s, panel.panel_id, panel.serial_number, panel.object_instance))
        shows_all = panel_id == -1 or not self.build.filters_by_panel
        data = [
            self._logged_panel(panel)
            for panel in scanned
            if self._is_logged(panel) and (shows_all or panel.panel_id == panel_id)
        ]
        return {"action": "LOGGING_DATA_RES", **({"data": data} if data else {})}

    def _is_logged(self, panel: PanelModel) -> bool:
        logged = self._logged.get(panel.panel_id)
        last_read = (panel.serial_number, panel.object_instance)
        return (
            logged is not None and logged.settings_read and (logged.serial_number, logged.object_instance) == last_read
        )

    def _logged_panel(self, panel: PanelModel) -> JsonObject:
        settings = self._settings.get(panel.panel_id, NO_SETTINGS)
        times = self._logged[panel.panel_id].times
        points = self._cached_points(panel.panel_id)
        return {
            "device_data": [point for kind in PointType for point in points[kind]],
            "input_logging_time": times[PointType.INPUT],
            "output_logging_time": times[PointType.OUTPUT],
            "panel_id": panel.panel_id,
            "panel_ipaddress": ".".join(str(part) for part in settings[IP_ADDRESS]),
            "panel_name": text(settings, PANEL_NAME),
            "panel_serial_number": (
                signed(panel.serial_number) if self.build.signed_serials else number(settings, SERIAL_NUMBER)
            ),
            "variable_logging_time": times[PointType.VARIABLE],
        }

    def _live(self, request: JsonObject, from_s: float) -> tuple[float, JsonObject]:
        if not self.build.knows_live:
            return from_s, DEBUG
        names = ("panelId", "serialNumber", "objectinstance", "entryType", "entryIndexStart", "entryIndexEnd")
        panel_id, serial, instance, entry_type, start, end = (request.get(name, 0) for name in names)
        settings = self._settings.get(panel_id, NO_SETTINGS)
        if not 0 < panel_id < 255:
            return from_s, {"error": "Panel is invalid ."}
        if signed(number(settings, SERIAL_NUMBER)) != serial:
            return from_s, {"error": "The serial number does not match the panel."}
        if instance not in INSTANCES or number(settings, OBJECT_INSTANCE) != instance:
            return from_s, {"error": "The objectinstance does not match the panel."}
        until_s, found = from_s, list[JsonObject]()
        if entry_type in ENTRY_TYPES:
            until_s, found = self._live_points(panel_id, instance, ENTRY_TYPES[entry_type], start, end, from_s)
        elif entry_type == SETTINGS_TYPE and (start, end) == (0, 0):
            until_s, found = self._live_settings(panel_id, instance, from_s)
        answer: JsonObject = {
            "data": {
                **{name: request.get(name, 0) for name in names},
                **({"device_data": found} if found else {}),
            }
        }
        self._keep_text(serial, from_s, answer)
        return until_s, answer

    def _live_points(
        self, panel_id: int, instance: int, kind: PointType, start: int, end: int, from_s: float
    ) -> tuple[float, list[JsonObject]]:
        at_s, found = from_s, []
        cached = self._cached_points(panel_id)[kind]
        for first in range(start, min(end + 1, COUNTS[kind]), GROUP):
            indexes = range(first, min(first + GROUP, end + 1, COUNTS[kind]))
            outcome, takes_s, panel = self._ask(instance, (kind, first // GROUP), TRIES)
            if panel:
                self.on_live(panel, kind)
            at_s += takes_s
            if outcome is not _Found.NOTHING:
                self._copy_group(outcome, panel, panel_id, kind, indexes, at_s - PAUSE_S)
                found += [cached[index] for index in indexes]
        return at_s, found

    def _live_settings(self, panel_id: int, instance: int, from_s: float) -> tuple[float, list[JsonObject]]:
        outcome, takes_s, panel = self._ask(instance, (None, 0), TRIES)
        if outcome is _Found.NOTHING:
            return from_s + takes_s, []
        self._copy_settings(outcome, panel, panel_id)
        head = {"id": "SETTING1", "index": 0, "pid": panel_id, "type": "SETTING"}
        return from_s + takes_s, [{**head, "All": list(self._settings[panel_id])}]

    def _keep_text(self, serial: int, at_s: float, answer: JsonObject) -> None:
        texts = self._texts.setdefault(serial, deque())
        while texts and at_s - texts[0][0] >= KEPT_S:
            texts.popleft()
        texts.append((at_s, answer))

    # --- asking a panel

    def _ask(self, instance: int, key: tuple[PointType | None, int], tries: int) -> tuple[_Found, float, Any]:
        """How a request to the panel of an instance ends, what it takes, and the panel that answered, if any."""
        if self.modbus_selected:
            return _Found.NOTHING, 0.0, None
        named = [panel for panel in self.panels if panel.object_instance == instance]
        panel = next((panel for panel in named if panel.reachable), None)
        if panel is None or key in panel.missing_groups:
            has_address = any(id(known) in self._found for known in named)
            return _Found.NOTHING, (self.silent_group_s if has_address else self.no_address_s) / TRIES * tries, None
        takes_s = self.group_s if panel.group_s is None else panel.group_s
        return (_Found.BACNET_ERROR if key in panel.bacnet_error else _Found.READ), takes_s, panel

    def _copy_group(
        self,
        outcome: _Found,
        panel: PanelModel | None,
        panel_id: int,
        kind: PointType,
        indexes: range,
        at_s: float,
    ) -> None:
        """The one buffer into what T3000 holds for a panel number, filled before if the panel answered."""
        cached = self._cached_points(panel_id)[kind]
        for index in indexes:
            if outcome is _Found.READ and panel:
                self._buffer[kind, index] = panel.point(kind, index, at_s - self._began_s)
            point = self._buffer.get((kind, index)) or blank_point(kind, index, 0)
            cached[index] = point if point["pid"] == panel_id else under_name_of(panel_id, point)

    def _copy_settings(self, outcome: _Found, panel: PanelModel | None, panel_id: int) -> None:
        if outcome is _Found.READ and panel:
            self._settings_buffer = panel.settings
        self._settings[panel_id] = self._settings_buffer

    def _cached_points(self, panel_id: int) -> dict[PointType, list[JsonObject]]:
        if panel_id not in self._points:
            self._points[panel_id] = {
                kind: [blank_point(kind, index, panel_id) for index in range(COUNTS[kind])] for kind in PointType
            }
        return self._points[panel_id]

    # --- the background read, one panel after the other in a thread of its own

    def _read_in_background(self, now_s: float) -> None:
        while True:
            if self._reading is None:
                if not self._posted:
                    return
                posted_s, *panel = self._posted.popleft()
                reading = self._read(max(posted_s, self._thread_free_s), *panel)
                self._reading = next(reading), reading
            due_s, reading = self._reading
            if due_s > now_s:
                return
            self._thread_free_s = due_s
            next_s = next(reading, None)
            self._reading = None if next_s is None else (next_s, reading)

    def _read(self, at_s: float, panel_id: int, serial_number: int, instance: int) -> Iterator[float]:
        """Reads a panel; gives the moments at which something arrives, and is continued then."""
        outcome, takes_s, panel = self._ask(instance, (None, 0), SETTINGS_TRIES)
        at_s += takes_s
        yield at_s
        if outcome is _Found.NOTHING:
            return
        self._copy_settings(outcome, panel, panel_id)
        logged = self._logged.setdefault(panel_id, _Logged())
        logged.settings_read = True
        for kind in PointType:
            for first in range(0, COUNTS[kind], GROUP):
                indexes = range(first, min(first + GROUP, COUNTS[kind]))
                outcome, takes_s, panel = self._ask(instance, (kind, first // GROUP), BACKGROUND_TRIES)
                at_s += takes_s
                yield at_s
                if outcome is _Found.NOTHING:
                    break  # the rest of this type stays as it was
                self._copy_group(outcome, panel, panel_id, kind, indexes, at_s - PAUSE_S)
                logged.times[kind] = int(self._t3000_utc_s(at_s - PAUSE_S))
                logged.serial_number, logged.object_instance = serial_number, instance


_OTHER_ENTRIES = (
    ("PROGRAM", "PRG", 16),
    ("SCHEDULE", "SCH", 8),
    ("HOLIDAY", "CAL", 4),
    ("PID", "PID", 16),
    ("GRP", "GRP", 16),
    ("MON", "MON", 12),
)
_OVERWRITING = [("SCH", "SCH", index) for index in range(8)] + [("HOL", "CAL", index) for index in range(4)]


def _service_error(words: str) -> JsonObject:
    return {"status": "error", "error": f'ServerError("{words}")', "timestamp": TIMESTAMP}
