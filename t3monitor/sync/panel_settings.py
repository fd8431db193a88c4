"""Completes panels with what T3000's optional settings exports know of them."""

import logging
from dataclasses import replace
from typing import Protocol

from t3monitor.diagnostics.logs import FFI_LOGGER
from t3monitor.model.clock import Clock
from t3monitor.model.errors import InterruptedCycleError, LinkError, NotReadyError, RefusedError
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.t3000.link import Link

_AGAIN_S = 600.0  # after a refusal
_log = logging.getLogger(FFI_LOGGER)


class _Host(Protocol):
    clock: Clock

    def pause(self, seconds: float) -> None: ...


class SettingsReader:
    """Asks for each panel's settings until T3000 tells them; an answer with points is worth more than its addresses.

    So nothing that goes wrong here costs the answer, and all panels together get no more time than one answer.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        # By serial and panel number, since another controller may follow.
        self._known: dict[tuple[int, int], PanelSettings | None] = {}  # None: T3000 does not tell
        self._refused_at_s: dict[tuple[int, int], float] = {}  # monotonic
        self._gave_up = False

    def complete(self, snapshot: Snapshot, timeout_s: float, host: _Host) -> Snapshot:
        """The snapshot with all settings that are known; asks for those of new panels as long as there is time."""
        self._ask(snapshot, timeout_s, host)
        return replace(snapshot, panels=tuple(self._completed(panel) for panel in snapshot.panels))

    def _ask(self, snapshot: Snapshot, timeout_s: float, host: _Host) -> None:
        until_s = host.clock.monotonic_s() + timeout_s
        for panel in snapshot.panels:
            serial, now_s = panel.serial_number, host.clock.monotonic_s()
            if self._gave_up or now_s >= until_s:
                return
            key = serial, panel.panel_id
            if key in self._known or now_s < self._refused_at_s.get(key, -_AGAIN_S) + _AGAIN_S:
                continue
            try:
                host.pause(0)  # notices that the service is to stop
                self._known[key] = self._link.panel_settings(panel.panel_id, serial, until_s - now_s)
            except RefusedError:
                self._refused_at_s[key] = now_s  # T3000 may not have loaded them yet
            except (NotReadyError, InterruptedCycleError):
                return  # the rest is asked for in the next cycle
            except LinkError as error:
                self._gave_up = True
                _log.warning("⚠️ The addresses of panel %s stay as they are: %s", panel.panel_id, error)

    def _completed(self, panel: Panel) -> Panel:
        known = self._known.get((panel.serial_number, panel.panel_id))
        return replace(panel, settings=_merged(panel.settings, known)) if known else panel


def _merged(answered: PanelSettings, exported: PanelSettings) -> PanelSettings:
    """What the answer itself says, completed from the export."""
    pairs = zip(answered, exported, strict=True)  # which forgets the types of the fields
    return PanelSettings(*(own if own is not None else known for own, known in pairs))  # type: ignore[arg-type]
