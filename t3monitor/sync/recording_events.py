"""What the history is told of a service: that it records, that it no longer does, and what happened to it meanwhile."""

from t3monitor.config.settings import Settings
from t3monitor.model.causes import EventKind
from t3monitor.model.errors import DatabaseError
from t3monitor.store.writing.events import RecordingEvent
from t3monitor.sync.cycle import Host

_ON = EventKind.STARTED, EventKind.RESUMED


class RecordingEvents:
    """Those of one service; of its thread, but for `event`."""

    def __init__(self, host: Host) -> None:
        self.goes_on_s = 0.0  # after a single cycle: how soon the next program comes in time
        self._host = host
        self._last: EventKind | None = None  # of what the database has: STARTED, STOPPED or RESUMED

    @property
    def has_begun(self) -> bool:
        """Whether the database that is in use knows of this service."""
        return self._last is not None

    def event(self, kind: EventKind, detail: str = "", at: float | None = None) -> RecordingEvent:
        """What happened now, or ``at`` a time; from any thread."""
        at = self._host.clock.utc_s() if at is None else at
        return RecordingEvent(at, self._host.site, kind, detail, self.goes_on_s)

    def note(self, event: RecordingEvent, *, soon: bool = False) -> None:
        """Has an event stored, ``soon`` if no cycle follows, unless recording is on or off already as it says."""
        switches = event.kind in (*_ON, EventKind.STOPPED)
        if switches and self._last and (self._last in _ON) == (event.kind in _ON):
            return
        try:
            self._host.keeper.note(event, soon=soon)
        except DatabaseError:  # the settings name no file
            return
        if switches:
            self._last = event.kind

    def begin(self) -> None:
        """The program records into this database from now on."""
        if not self.has_begun:
            self.note(self.event(EventKind.STARTED))

    def change(self, old: Settings, new: Settings) -> None:
        """Other settings are in force from now on."""
        if self.has_begun and (changes := _changes(old, new)):
            self.note(self.event(EventKind.SETTINGS, "; ".join(changes)))

    def end(self, why: str = "") -> None:
        """The database is given back."""
        if self.has_begun:
            self.note(self.event(EventKind.QUIT, why))
        self._last = None


def _changes(old: Settings, new: Settings) -> list[str]:
    """What was changed of the settings that decide what is recorded when."""
    changes = []
    if old.sync_interval_secs != new.sync_interval_secs:
        changes.append(f"sync interval {old.sync_interval_secs} s → {new.sync_interval_secs} s")
    if not new.has_link_of(old):
        changes.append("the way to T3000")
    if (old.unrecorded_panels, old.recorded_types) != (new.unrecorded_panels, new.recorded_types):
        changes.append("which panels and types are recorded")
    return changes
