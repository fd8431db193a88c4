"""Which panels a T3000 knows, and their addresses: from its device list, else action 4 (docs/t3000.md 7.1, 8.4)."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.errors import BadReplyError, LinkTimeoutError, NotReadyError, RefusedError
from t3monitor.model.snapshot import PanelSettings
from t3monitor.t3000.actions import Action, Route
from t3monitor.t3000.exports import device_instance
from t3monitor.t3000.text import clean, message
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.wire_json import LenientDecoder, WireError, read
from t3monitor.t3000.wire_points import serial_number

REFRESH_S = 600.0
_NAME_SIZE = 20
_ADDRESS_SIZE = 45
_NO_NAME = re.compile(r"Device \d+|\(?Unknown\)?")  # T3000's own words for a panel whose name it does not know
_WITH_POINTS = frozenset((10, 35, 50, 74, 88))  # product classes that T3000 reads points of (docs/t3000.md 3.2)
# Those that T3000 knows besides: thermostats, sensors, meters and modules on Modbus.
_WITHOUT_POINTS = frozenset((
    *range(1, 10), *range(11, 35), *range(36, 50), 51, 52, 59, 60, *range(62, 66), *range(70, 74), 75, *range(90, 96),
    100, 101, 104, 120, 121, 122, 200, 201, 202, *range(210, 217), 254,
))  # fmt: skip
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - T3000's word for an address that it does not know
_LARGEST_PANEL_ID = 254
_SOURCES = {Route.DEVICES: "T3000's device list", Action.GET_PANELS_LIST: "T3000's list of online panels"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListedPanel:
    """One panel of T3000's list; ``object_instance`` 0 is not known.

    ``is_online`` and ``last_checked`` are of T3000's last scan, which may be long ago; None and empty: not told.
    """

    serial_number: int
    panel_id: int
    object_instance: int = 0
    name: str = ""
    settings: PanelSettings = field(default=PanelSettings())
    product_class: int | None = None
    is_online: bool | None = None
    last_checked: str = ""

    @property
    def has_points(self) -> bool | None:
        """Whether its product class has points; None: nobody knows."""
        if self.product_class in _WITH_POINTS:
            return True
        return False if self.product_class in _WITHOUT_POINTS else None

    def stands_elsewhere(self, before: "ListedPanel") -> bool:
        """Whether what was read at the place where it stood ``before`` may be another panel's."""
        addresses = self.settings.ip_address, before.settings.ip_address
        has_moved = all(addresses) and addresses[0] != addresses[1]
        return has_moved or (self.panel_id, self.object_instance) != (before.panel_id, before.object_instance)

    @property
    def known_settings(self) -> PanelSettings:
        """All that the lists tell of it."""
        return self.settings._replace(object_instance=self.object_instance or None)

    @property
    def address(self) -> str:
        """Its IP address for a sentence."""
        return self.settings.ip_address or "an unknown address"

    @property
    def title(self) -> str:
        """How sentences name it."""
        return f"panel {self.panel_id} '{self.name}'" if self.name else f"panel {self.panel_id}"


class _Device(Struct, rename="camel"):
    serial_number: int
    panel_id: int | None = None
    panel_number: int | None = None
    object_instance: int | None = None
    show_label_name: str | None = None
    screen_name: str | None = None
    building_name: str | None = None
    product_name: str | None = None
    ip_address: str | None = None
    modbus_address: int | None = None
    bacnet_mstp_mac_id: int | None = None
    parent_serial_number: int | None = None
    product_class_id: int | None = None
    is_online: int | bool | None = None
    last_checked: str | int | float | None = None


class _Devices(Struct):
    devices: list[Raw]


class _Listed(Struct):
    serial_number: int
    panel_number: int
    object_instance: int = 0
    panel_name: str | None = None
    pid: int | None = None


_devices = msgspec.json.Decoder(_Devices)
_device = LenientDecoder(_Device, {"serial_number"})
_list = msgspec.json.Decoder(list[Raw])
_listed = LenientDecoder(_Listed, {"serial_number", "panel_number"})


class PanelList:
    """The panels of one T3000, by number; asked for when they are needed, and again every ten minutes.

    T3000's device list costs nothing. Action 4 does: of the panels that it lists it overwrites what T3000 has read with
    what it has saved (docs/t3000.md 3.3). So it is asked for only if the device list is of no use, until it has listed
    a panel, and once after each `forget`. Of two entries with one serial number the first counts, ``doubles`` names
    both.
    """

    def __init__(self, client: Client, monotonic_s: Callable[[], float]) -> None:
        self.source = ""  # where the panels are from, for a sentence
        self.overwritings = 0  # how often what T3000 had read was overwritten by what it has saved
        self.doubles: tuple[str, ...] = ()
        self._client = client
        self._monotonic_s = monotonic_s
        self._panels: dict[int, ListedPanel] = {}
        self._read_at_s: float | None = None
        self._may_ask_t3000 = True
        self._must_ask_t3000 = False

    def forget(self) -> None:
        """From any thread: has the next call read everything anew, with action 4 too."""
        self._must_ask_t3000 = True

    @property
    def is_forgotten(self) -> bool:
        """Whether `forget` was called since action 4 was asked last."""
        return self._must_ask_t3000

    @property
    def known(self) -> tuple[ListedPanel, ...]:
        """What was found so far."""
        return tuple(sorted(self._panels.values(), key=lambda panel: (panel.panel_id, panel.serial_number)))

    def refresh(
        self, timeout_s: float, *, needs_instances: bool, may_ask_t3000: bool = True, anew: bool = False
    ) -> tuple[ListedPanel, ...]:
        """The panels; raises LinkError if T3000 cannot be asked. ``may_ask_t3000``: action 4 does no harm now.

        It is asked if there is no panel, or with ``needs_instances`` none whose object instance is known. ``anew`` has
        the device list read even if that was done less than ten minutes ago.
        """
        now_s = self._monotonic_s()
        if anew or self._must_ask_t3000 or self._read_at_s is None or now_s - self._read_at_s >= REFRESH_S:
            self._read_devices(timeout_s)
            self._read_at_s = now_s
        is_enough = any(panel.object_instance or not needs_instances for panel in self._panels.values())
        if may_ask_t3000 and (self._must_ask_t3000 or (self._may_ask_t3000 and not is_enough)):
            try:
                self._may_ask_t3000 = not self._ask_t3000(timeout_s)
            except LinkTimeoutError:
                self._may_ask_t3000 = self._must_ask_t3000 = False  # it may well be done in the end
                self.was_overwritten()
                raise
            except (BadReplyError, RefusedError):
                self._must_ask_t3000 = False  # else it would cost every cycle that follows
                raise
            self.was_overwritten()
            self._must_ask_t3000 = False
        return self.known

    def was_overwritten(self) -> None:
        """T3000 has loaded saved values over what it had read."""
        self.overwritings += 1

    def add(self, panel: ListedPanel) -> None:
        """A panel that T3000 told of in another way."""
        if _is_panel(panel):
            self._panels.setdefault(panel.serial_number, panel)

    def settings(self, panel_id: int) -> PanelSettings | None:
        """Addresses of a panel as far as its list tells; None for one that is not on it."""
        return next((panel.known_settings for panel in self.known if panel.panel_id == panel_id), None)

    def _read_devices(self, timeout_s: float) -> None:
        try:
            body = self._client.get(Route.DEVICES, timeout_s)
            devices = read(_devices, body or b"").devices
        except (WireError, BadReplyError, LinkTimeoutError) as error:  # the values may come all the same
            _log.warning("⚠️ T3000's device list was not read: %s", error)
            return
        found = self._single(_found(devices, _panel_of_device))
        if found:
            self.source = _SOURCES[Route.DEVICES]
            merged = {serial: self._merged(panel) for serial, panel in found.items()}
            # What action 4 listed beside these is not gone for that; T3000 itself never removes a panel from its list.
            self._panels = merged if self._must_ask_t3000 else self._panels | merged

    def _ask_t3000(self, timeout_s: float) -> bool:
        """Asks action 4; whether it listed a panel."""
        answer = self._client.call(Action.GET_PANELS_LIST, timeout_s)
        if answer.error_text:
            raise RefusedError(f"T3000 refused its list of panels: {answer.error_text}")
        if answer.is_empty:
            raise NotReadyError("T3000 is starting: it has no list of panels yet")
        try:
            listed = read(_list, answer.data) if isinstance(answer.data, Raw) else []
        except WireError as error:
            _log.warning("⚠️ T3000's list of panels cannot be read: %s", error)
            return True
        for serial, panel in self._single(_found(listed, _panel_of_list)).items():
            self.source = _SOURCES[Action.GET_PANELS_LIST]
            known = self._panels.get(serial)
            self._panels[serial] = _completed(panel, known) if known else panel
        return bool(listed)

    def _single(self, found: list[tuple[int, ListedPanel]]) -> dict[int, ListedPanel]:
        """The panels by serial number; of two with the same one that counts which is known, else the first."""
        single: dict[int, ListedPanel] = {}
        doubles = []
        for serial, panel in found:
            other = single.setdefault(serial, panel)
            if other is panel or not panel.stands_elsewhere(other):
                continue
            known = self._panels.get(serial)
            if known and not panel.stands_elsewhere(known):
                single[serial], other, panel = panel, panel, other
            doubles.append(
                f"{panel.title} at {panel.address} has the serial number {serial} of {other.title} at {other.address}: "
                "give one of the two controllers another one"
            )
        self.doubles = tuple(doubles)
        return single

    def _merged(self, panel: ListedPanel) -> ListedPanel:
        """A panel of the device list, with the object instance that is known where that list lacks it."""
        known = self._panels.get(panel.serial_number)
        if known and not panel.object_instance and known.panel_id == panel.panel_id:
            return replace(panel, object_instance=known.object_instance)
        return panel


def _found(raw_panels: list[Raw], read_one: Callable[[Raw], ListedPanel | None]) -> list[tuple[int, ListedPanel]]:
    """Those of a list that can be panels, by serial number."""
    panels = []
    for raw in raw_panels:
        try:
            panel = read_one(raw)
        except WireError as error:
            _log.info("An entry of T3000's list of panels cannot be read: %s", error)
            continue
        if panel and _is_panel(panel):
            panels.append((panel.serial_number, panel))
    return panels


def _is_panel(panel: ListedPanel) -> bool:
    return panel.serial_number != 0 and 1 <= panel.panel_id <= _LARGEST_PANEL_ID


def _completed(listed: ListedPanel, known: ListedPanel) -> ListedPanel:
    """A panel of T3000's own list with what only the device list tells."""
    return replace(
        known,
        panel_id=listed.panel_id,
        object_instance=listed.object_instance or known.object_instance,
        name=listed.name or known.name,
        product_class=listed.product_class or known.product_class,
    )


def _panel_of_device(raw: Raw) -> ListedPanel | None:
    device = _device.read(raw)
    if device.parent_serial_number not in (None, 0, device.serial_number):
        return None  # it hangs on a panel and is none; T3000's own list leaves it out too
    address = clean(device.ip_address, _ADDRESS_SIZE)
    return ListedPanel(
        serial_number=serial_number(device.serial_number),
        panel_id=device.panel_number or device.panel_id or 0,  # the latter may be of long ago
        object_instance=device_instance(device.object_instance) or 0,
        name=_name(device.show_label_name, device.screen_name, device.building_name, device.product_name),
        # Its port is no port: T3000 writes the panel's number there (docs/t3000.md 8.4).
        settings=PanelSettings(
            ip_address=address if address and address != _NO_ADDRESS else None,
            modbus_address=device.modbus_address or None,
            bacnet_mstp_mac_id=device.bacnet_mstp_mac_id or None,
        ),
        product_class=device.product_class_id or None,
        is_online=None if device.is_online is None else bool(device.is_online),
        last_checked=message("" if device.last_checked is None else str(device.last_checked)),
    )


def _panel_of_list(raw: Raw) -> ListedPanel:
    listed = _listed.read(raw)
    return ListedPanel(
        serial_number=serial_number(listed.serial_number),
        panel_id=listed.panel_number,
        object_instance=device_instance(listed.object_instance) or 0,
        name=_name(listed.panel_name),
        product_class=listed.pid or None,
    )


def _name(*sent: str | None) -> str:
    """The first of several names that is one."""
    cleaned = (clean(name, _NAME_SIZE) for name in sent)
    return next((name for name in cleaned if name and not _NO_NAME.fullmatch(name)), "")
