"""Completes panels with what T3000's optional settings exports know of them."""

import logging
from dataclasses import fields, replace

from t3monitor.config.logs import FFI_LOGGER
from t3monitor.model.errors import LinkError, NotReadyError
from t3monitor.model.snapshot import Device, PanelSettings, Snapshot
from t3monitor.t3000.link import Link

_log = logging.getLogger(FFI_LOGGER)


class SettingsReader:
    """Asks for each panel's settings once per link; an answer with points is worth more than its addresses.

    So whatever goes wrong here is a warning, and no panel is asked any more after it.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[int, PanelSettings | None] = {}  # by serial number; None: this T3000 does not tell
        self._gave_up = False

    def complete(self, snapshot: Snapshot, timeout_s: float) -> Snapshot:
        """The snapshot with all settings that are known; asks for those of panels that are new."""
        return replace(snapshot, devices=tuple(self._complete(device, timeout_s) for device in snapshot.devices))

    def _complete(self, device: Device, timeout_s: float) -> Device:
        if device.serial_number not in self._known and not self._gave_up:
            try:
                self._known[device.serial_number] = self._link.panel_settings(device.panel_id, timeout_s)
            except NotReadyError:
                pass  # asked again in the next cycle
            except LinkError as error:
                self._gave_up = True
                _log.warning("⚠️ Panel settings of panel %s were not read: %s", device.panel_id, error)
        known = self._known.get(device.serial_number)
        return replace(device, settings=_merged(device.settings, known)) if known else device


def _merged(answered: PanelSettings, exported: PanelSettings) -> PanelSettings:
    """What the answer itself says, completed from the export."""
    values = {field.name: getattr(answered, field.name) for field in fields(answered)}
    return replace(exported, **{name: value for name, value in values.items() if value is not None})
