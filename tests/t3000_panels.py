"""Panels and thermostats as T3000 finds them on the network (docs/t3000.md 4.1, 4.4, 6, 8)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from answers import JsonObject, changed_point, real_point
from t3monitor.model.point_types import PointType

GROUP = 10  # points that T3000 asks a panel for at once
COUNTS = {kind: kind.per_panel for kind in PointType}  # nothing beyond is ever read, whatever a panel has
SAVED_S = -86_400.0  # a saved file is of yesterday
MINIPANEL_ARM, ESP32 = 74, 88
PRODUCTS = {10: "Tstat10", 35: "T3-BB", 50: "CM5", MINIPANEL_ARM: "T3-TB-ARM", ESP32: "T3-XX-ESP"}
LAST_CHECKED = "2026-11-27T06:00:00+00:00"

# Str_Setting_Info of T3000's CM5/ud_str.h, packed to bytes; numbers are little-endian.
SETTINGS_SIZE = 400
IP_ADDRESS = slice(0, 4)  # ip_addr[4]
PANEL_TYPE = slice(51, 52)  # panel_type
PANEL_NAME = slice(52, 72)  # panel_name[20]
PANEL_NUMBER = slice(73, 74)  # panel_number, after en_panel_name
DYNDNS_USER = slice(74, 106)  # dyndns_user[32]
DYNDNS_PASSWORD = slice(106, 138)  # dyndns_pass[32]
SERIAL_NUMBER = slice(177, 181)  # n_serial_number
MODBUS_ID = slice(197, 198)  # modbus_id
OBJECT_INSTANCE = slice(198, 202)  # object_instance
MAX_VARIABLES = slice(266, 267)  # max_var; these three on ESP32 panels only
MAX_INPUTS = slice(267, 268)  # max_in
MAX_OUTPUTS = slice(268, 269)  # max_out
NO_SETTINGS = bytes(SETTINGS_SIZE)

GroupKey = tuple[PointType | None, int]  # None: the settings


_PLACES = {kind: place for place, kind in enumerate(PointType)}


@dataclass
class PanelModel:
    """One panel on the network; every attribute may be changed while T3000 runs."""

    panel_id: int
    serial_number: int
    object_instance: int
    name: str
    ip_address: str = "0.0.0.0"
    reachable: bool = True
    missing_groups: set[GroupKey] = field(default_factory=set)  # it never answers for these
    bacnet_error: set[GroupKey] = field(default_factory=set)  # it answers a BACnet Error for these
    dirty: dict[str, str] = field(default_factory=dict)  # labels by point id
    members: dict[str, JsonObject] = field(default_factory=dict)  # other members of a point, by point id
    used: tuple[int, int, int] = (8, 8, 8)  # inputs, outputs, variables that are wired up
    labels: str = "P"  # labels of these, before their number
    product_class: int = MINIPANEL_ARM
    counts: tuple[int, int, int] = (64, 64, 128)  # what it really has; told by ESP32 panels only
    group_s: float | None = None  # what a group takes, if not what T3000's other panels take
    scan_s: float | None = None  # when T3000's scan finds it after a start, if not when it finds the others
    # The saved file, that is what action 0 and 4 load, and the site's own words in it.
    has_saved_file: bool = True
    prog_refused: bool = False
    saved_bytes: int = 80_000
    digital_words: dict[int, tuple[str, str]] = field(default_factory=dict)  # range 23..30: for off and on
    direct: set[int] = field(default_factory=set)  # digital ranges that are marked direct
    analog_units: dict[int, str] = field(default_factory=dict)  # range 20..24
    multistate: dict[int, Sequence[tuple[int, str, int]]] = field(default_factory=dict)  # 101..103: status, name, value
    # Its row in the device list.
    show_label_name: str | None = ""  # empty: its name
    stale_panel_id: int | None = None
    is_online: int | None = 1
    last_checked: str | None = LAST_CHECKED
    parent_serial_number: int = 0
    row: JsonObject = field(default_factory=dict)  # what else is different in it

    def point(self, kind: PointType, index: int, at_s: float) -> JsonObject:
        """A point as it is at a moment; input 1 tells the moment itself, in seconds."""
        usual = _usual_point(kind, index, self.panel_id, self.labels if index < self.used[_PLACES[kind]] else None)
        members = self.members.get(usual["id"], {})
        if usual["id"] in self.dirty:
            members = {"label": self.dirty[usual["id"]], **members}
        if usual["range"]:
            swing = math.sin(at_s / 600 + self.panel_id + index)
            value = int(at_s) * 1000 if (kind, index) == (PointType.INPUT, 0) else round(21_500 + 2_000 * swing)
            members = {"value": value, **members}
        return changed_point(usual, members) if members else usual

    def all_points(self, at_s: float) -> dict[PointType, list[JsonObject]]:
        return {kind: [self.point(kind, index, at_s) for index in range(COUNTS[kind])] for kind in PointType}

    @property
    def settings(self) -> bytes:
        """What it answers when it is asked for its settings."""
        counts = self.counts if self.product_class == ESP32 else (0, 0, 0)
        serial_number = self.serial_number % 2**32
        return _settings(
            self.ip_address, self.product_class, self.name, self.panel_id, serial_number, self.object_instance, counts
        )

    @property
    def device_row(self) -> JsonObject:
        """Its row in the device list, as T3000's own scan of the network fills it."""
        return (
            _device_row(
                self.serial_number,
                self.product_class,
                panelId=self.stale_panel_id,
                panelNumber=self.panel_id,
                ipAddress=self.ip_address,
                bautrate=self.ip_address,
                modbusAddress=self.panel_id,
                showLabelName=self.name if self.show_label_name == "" else self.show_label_name,
                screenName=self.name,
                objectInstance=self.object_instance,
                parentSerialNumber=self.parent_serial_number,
                isOnline=self.is_online,
                lastChecked=self.last_checked,
            )
            | self.row
        )

    @property
    def server_row(self) -> JsonObject:
        """Its row in the device list, as the service of a server fills it."""
        return {
            "serialNumber": signed(self.serial_number),
            "panelId": self.panel_id,
            "buildingName": self.name,
            "productName": self.name,
            "ipAddress": self.ip_address,
            "port": self.panel_id,
            "objectInstance": self.object_instance,
            "modbusAddress": self.panel_id,
            "bacnetMstpMacId": None,
            "parentSerialNumber": None,
            "status": "Online",
            "inputCount": 64,
        }


@cache
def _usual_point(kind: PointType, index: int, panel_id: int, labels: str | None) -> JsonObject:
    """A point of a panel that is wired up, with such a label, or is not."""
    point_id = f"{kind.prefix}{index + 1}"
    members = {"range": 0, "value": 0, "description": f"{kind.prefix} {index + 1}", "label": point_id}
    if labels is not None:
        members = {"label": f"{labels}{index + 1}"}
    return real_point(kind, index + 1, pid=panel_id, **members)


@cache
def _settings(
    ip_address: str,
    product_class: int,
    name: str,
    panel_id: int,
    serial_number: int,
    object_instance: int,
    counts: tuple[int, int, int],
) -> bytes:
    inputs, outputs, variables = counts
    settings = bytearray(SETTINGS_SIZE)
    for place, value in (
        (IP_ADDRESS, bytes(int(part) for part in ip_address.split("."))),
        (PANEL_TYPE, bytes([product_class])),
        (PANEL_NAME, name.encode()[:20].ljust(20, b"\0")),
        (PANEL_NUMBER, bytes([panel_id])),
        (DYNDNS_USER, b"engineer".ljust(32, b"\0")),
        (DYNDNS_PASSWORD, b"secret".ljust(32, b"\0")),
        (SERIAL_NUMBER, serial_number.to_bytes(4, "little")),
        (MODBUS_ID, bytes([panel_id])),
        (OBJECT_INSTANCE, object_instance.to_bytes(4, "little")),
        (MAX_VARIABLES, bytes([variables])),
        (MAX_INPUTS, bytes([inputs])),
        (MAX_OUTPUTS, bytes([outputs])),
    ):
        settings[place] = value
    return bytes(settings)


@dataclass
class ThermostatModel:
    """A device that has no points T3000 would give: it is in the device list and nowhere else."""

    serial_number: int
    panel_number: int
    product_class: int | None = 6
    product_name: str | None = "TStat6"
    name: str | None = None
    object_instance: int = 0
    parent_serial_number: int = 0

    @property
    def device_row(self) -> JsonObject:
        return _device_row(
            self.serial_number,
            self.product_class,
            productName=self.product_name,
            panelNumber=self.panel_number,
            modbusAddress=self.panel_number,
            showLabelName=self.name,
            screenName=self.name,
            objectInstance=self.object_instance,
            parentSerialNumber=self.parent_serial_number,
        )


def _device_row(serial_number: int, product_class: int | None, **members: Any) -> JsonObject:
    blank = dict.fromkeys(
        "address bacnetMstpMacId buildingName calibration connectionType description floorName function highUnits "
        "lowUnits mainBuildingName networkNumber panelId pcIpAddress port rangeField register roomName status "
        "updateField".split()
    )
    return {
        **blank,
        "serialNumber": signed(serial_number),
        "productName": PRODUCTS.get(product_class or 0),
        "productClassId": product_class,
        "productId": product_class,
        "ipAddress": "192.168.1.250",
        "modbusPort": 502,
        "bacnetIpPort": 47808,
        "firmwareVersion": 66.1,
        "hardwareVersion": 1,
        "subnetProtocol": 0,
        "commandVersion": 65,
        "minitype": None,
        "isOnline": 1,
        "lastChecked": LAST_CHECKED,
        **dict.fromkeys(("inputCount", "outputCount", "variableCount", "totalPoints"), 0),
        **members,
    }


def make_panels(count: int, first_serial: int = 237219, *, alike: bool = True, **fields: Any) -> list[PanelModel]:
    """Panels 1 to ``count``, with labels that differ between them unless they are ``alike``."""
    return [
        PanelModel(
            number,
            first_serial + number,
            1000 + number,
            f"AHU-{number}",
            f"192.168.1.{number}",
            **{"labels": "P" if alike else f"A{number}-", **fields},
        )
        for number in range(1, count + 1)
    ]


def make_thermostats(count: int, first_serial: int = 90_000) -> list[ThermostatModel]:
    return [ThermostatModel(first_serial + number, number, 2 + number % 8) for number in range(1, count + 1)]


@cache
def blank_point(kind: PointType, index: int, pid: int) -> JsonObject:
    """A point that T3000 has memory for and never read."""
    point = real_point(kind, index + 1, pid=pid, range=0)
    kept = ("command", "id", "index", "pid", "type")
    return {name: value if name in kept else "" if isinstance(value, str) else 0 for name, value in point.items()}


def under_name_of(pid: int, point: JsonObject) -> JsonObject:
    """A point as T3000 would hand it out for a panel, whichever panel it is of."""
    return {**point, "pid": pid, "command": f"{pid}{point['id']}"}


def ranges(pid: int, panel: PanelModel | None) -> list[JsonObject]:
    """Member ``ranges`` of action 0: the words of a panel, blank where T3000 loaded none."""
    words = panel.digital_words if panel else {}
    units = panel.analog_units if panel else {}
    names = panel.multistate if panel else {}
    direct = panel.direct if panel else set()
    digital: list[JsonObject] = [
        {
            "direct": int(index in direct),
            "id": f"DRange{index - 22}",
            "index": index,
            "off": words.get(index, ("", ""))[0],
            "on": words.get(index, ("", ""))[1],
            "pid": pid,
            "type": "digital",
        }
        for index in range(23, 31)
    ]
    analog: list[JsonObject] = [
        {"id": f"ARange{index - 19}", "index": index, "pid": pid, "type": "analog", "unit": units.get(index, "")}
        for index in range(20, 25)
    ]
    multistate: list[JsonObject] = [
        {
            "id": f"MSV{index - 100}",
            "index": index,
            "options": [
                {"name": name, "status": status, "value": value}
                for status, name, value in [*names.get(index, ()), *[(0, "", 0)] * 8][:8]
            ],
            "pid": pid,
            "type": "MSV",
        }
        for index in range(101, 104)
    ]
    return [*digital, *analog, *multistate]


def text(settings: bytes, place: slice) -> str:
    """A text of the settings; T3000 takes it to end with a NUL, which may come later."""
    return settings[place.start :].split(b"\0", 1)[0].decode("utf-8", "replace")


def number(settings: bytes, place: slice) -> int:
    return int.from_bytes(settings[place], "little")


def signed(serial_number: int) -> int:
    """A serial number as T3000 sends and takes it."""
    return (serial_number + 2**31) % 2**32 - 2**31
