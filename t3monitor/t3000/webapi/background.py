"""The strategy `logging_data`: what T3000 reads in the background, one call per cooldown (action 15, docs/t3000.md 3).

Each call has one panel read or collects what was read (`rotation`). Most of them are errands between two cycles; a
cycle's answer is the mirror of what all of them have brought, each panel with the time at which T3000 had read it.
"""

import logging
from collections.abc import Callable

import msgspec
from msgspec import Raw

from t3monitor.model.errors import BusyError, LinkError, NoNewDataError, RefusedError
from t3monitor.model.snapshot import LeftOut
from t3monitor.t3000.actions import Action
from t3monitor.t3000.link import Answer
from t3monitor.t3000.text import BUSY, OFFLINE
from t3monitor.t3000.webapi.cached import CachedPanels
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.clock import T3000Clock
from t3monitor.t3000.webapi.cooldown import SHORT_S, Cooldown
from t3monitor.t3000.webapi.mirror import Mirror, MirroredPanel
from t3monitor.t3000.webapi.panels import ListedPanel, PanelList
from t3monitor.t3000.webapi.rotation import COLLECT, Rotation

NOTE = "T3000's background readings"
_ALL_PANELS = -1
_AWAITED_S = 60.0

_log = logging.getLogger(__name__)


class _IgnoredError(NoNewDataError):
    """T3000 had nothing to say to the call."""


class BackgroundReading:
    """Calls when T3000 takes a call, and only then; its own action 4 never comes between a read and its collection."""

    def __init__(self, client: Client, panels: PanelList, clock: T3000Clock, monotonic_s: Callable[[], float]) -> None:
        self._client = client
        self._panels = panels
        self._clock = clock
        self._monotonic_s = monotonic_s
        self._cooldown = Cooldown()
        self._rotation = Rotation()
        self._mirror = Mirror()
        self._cached = CachedPanels(self._mirror)
        self._overwritings = 0  # by action 4, as far as the mirror knows
        self.only_collects = False  # has no further panel read
        self._asked_at_s = float("-inf")
        self._has_collected = False
        self._has_news = False  # a call was answered since the last fetch
        self._errand_due_s: float | None = None
        self._refused: dict[int, str] = {}  # sentences by serial number, until the panel is read again
        self._unreadable: list[LeftOut] = []

    @property
    def errand_due_s(self) -> float | None:
        """When T3000 takes the next call; None before the first fetch."""
        return self._errand_due_s

    @property
    def awaits_collection(self) -> bool:
        """Whether T3000 was asked within the last minute to read a panel, and has not shown what it read."""
        return bool(self._rotation.awaited) and self._monotonic_s() - self._asked_at_s < _AWAITED_S

    def fetch(self, timeout_s: float) -> Answer:
        """What is known of all panels, after a call if T3000 takes one now.

        Raises NoNewDataError without a call if it takes none and none was answered since the last fetch.
        """
        now_s = self._monotonic_s()
        if self._cooldown.free_at_s <= now_s:
            try:
                self._step(timeout_s)
            except (_IgnoredError, BusyError):
                if not self._has_news:
                    raise
        elif not self._has_news:
            raise NoNewDataError(self._cooldown.sentence(now_s))
        self._has_news = False
        if not self._mirror.panels:
            raise NoNewDataError(self._nothing_read())
        left_out = self._failed()
        return Answer(
            [self._as_listed(panel).as_sent() for panel in self._mirror.held()],
            tuple(panel.sentence for panel in left_out),
            repeats=True,
            note=NOTE,
            clock_ahead_s=self._clock.measure(timeout_s),
            turn_s=self._rotation.calls_per_round * self._cooldown.length_s,
            left_out=left_out,
        )

    def _as_listed(self, panel: MirroredPanel) -> MirroredPanel:
        """A panel by the name and address of T3000's list, as live reading tells of it."""
        listed = next((listed for listed in self._panels.known if listed.serial_number == panel.serial_number), None)
        if listed is None or listed.panel_id != panel.panel_id or panel.serial_number in self._mirror.doubles:
            return panel
        address = listed.settings.ip_address or panel.ip_address
        return msgspec.structs.replace(panel, name=listed.name or panel.name, ip_address=address)

    def run_errand(self, timeout_s: float) -> None:
        """The next call, if it is due; an error of it shows in the next fetch, if it lasts so long."""
        if self._errand_due_s is None or self._monotonic_s() < self._errand_due_s:
            return
        try:
            self._step(timeout_s)
        except LinkError as error:
            _log.debug("Between two cycles: %s", error)

    def _step(self, timeout_s: float) -> None:
        """One LOGGING_DATA call; raises LinkError, of which _IgnoredError and BusyError will pass by themselves."""
        self._errand_due_s = self._monotonic_s() + SHORT_S  # if T3000 cannot be reached at all
        asked = self._next_panel(timeout_s)
        answer = self._client.call(
            Action.LOGGING_DATA,
            timeout_s,
            panelId=asked.panel_id if asked else _ALL_PANELS,
            serialNumber=asked.serial_number if asked else 0,
        )
        now_s = self._monotonic_s()
        if answer.is_empty:
            self._cooldown.ignored(now_s)
            self._errand_due_s = self._cooldown.free_at_s
            raise _IgnoredError(self._cooldown.sentence(now_s))
        is_offline = OFFLINE in answer.error_text
        if answer.error_text and not is_offline:
            raise RefusedError(f"T3000 answered with an error: {answer.error_text}; the next call asks again")
        self._cooldown.accepted(now_s)
        self._errand_due_s = self._cooldown.free_at_s
        if is_offline and asked is None:
            raise BusyError(BUSY, self._cooldown.free_at_s - now_s)
        self._take(answer.data if isinstance(answer.data, Raw) else None, asked, is_read=not is_offline)
        if asked and is_offline:
            self._refused[asked.serial_number] = (
                f"{asked.title} was not read: T3000 is busy with a panel's configuration, or does not reach this one"
            )
        self._has_collected = self._has_collected or asked is None
        if asked:
            self._asked_at_s = now_s
        self._has_news = True

    def _next_panel(self, timeout_s: float) -> ListedPanel | None:
        """Whom to ask for next, None for a collecting call; may read the list of panels anew before."""
        if self.only_collects or (self._panels.is_forgotten and self._rotation.awaited):
            self._rotation.collect_next()
        harmless = self._has_collected and not self._rotation.awaited
        panels = self._panels.refresh(timeout_s, needs_instances=False, may_ask_t3000=harmless)
        if self._overwritings != self._panels.overwritings:
            self._overwritings = self._panels.overwritings
            self._cached.overwritten(self._rotation.awaited)
        by_serial = {panel.serial_number: panel for panel in panels}
        self._rotation.set_panels(by_serial)
        step = self._rotation.step()
        return None if step is COLLECT else by_serial[step]

    def _take(self, data: Raw | None, asked: ListedPanel | None, *, is_read: bool) -> None:
        shown, panel_ids, self._unreadable = self._cached.take(data)
        if asked and len(self._mirror.panels) > 1 and is_read:
            self._rotation.answers_show_all = any(panel_id != asked.panel_id for panel_id in panel_ids)
        self._rotation.done(shown, is_read=is_read)
        if asked:
            self._refused.pop(asked.serial_number, None)
        for serial in shown:
            if panel := self._mirror.panels.get(serial):
                self._panels.add(ListedPanel(serial, panel.panel_id, name=panel.name))

    def _failed(self) -> tuple[LeftOut, ...]:
        """Panels that T3000 was asked to read and did not; an old reading speaks for itself."""
        failed = list(self._unreadable)
        for panel in self._panels.known:
            serial = panel.serial_number
            if serial in self._refused:
                failed.append(LeftOut(self._refused[serial], serial))
            elif serial not in self._mirror.panels and self._rotation.is_silent(serial):
                sentence = f"{panel.title} was not read: T3000 was asked for it and has nothing of it so far"
                failed.append(LeftOut(sentence, serial))
        return tuple(failed)

    def _nothing_read(self) -> str:
        if failed := self._failed():
            return f"{failed[0].sentence}; nor was any other panel read in the background yet: look whether they are on"
        if not self._panels.known:
            return "T3000 knows of no panel: let it scan the network, and look at its list of devices"
        to_go_s = max(1, round(self._cooldown.free_at_s - self._monotonic_s()))
        return (
            "T3000 has read no panel in the background yet: it is asked for one after the other, "
            f"the next call is in {to_go_s} s"
        )
