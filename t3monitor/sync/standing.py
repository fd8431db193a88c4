"""Whether T3000 reads its panels at all: it answers with what it last read, for as long as it is asked."""

from t3monitor.model.freshness import is_stale
from t3monitor.model.snapshot import Snapshot

_NOTE = "T3000 reads no panel anew for this request"


class StandingTimes:
    """Watches the logging times of one link's answers; that one panel is read is enough."""

    def __init__(self) -> None:
        self._times: dict[int, tuple[int | None, ...]] = {}  # by serial number
        self._moved_at_s = 0  # UTC epoch seconds, of the receipt of the first answer with these times

    def note(self, snapshot: Snapshot, interval_s: int) -> str:
        """A sentence if all times have stood still for so long that what they tell is stale; else empty."""
        times = {panel.serial_number: tuple(time_s for _, _, time_s in panel.vectors()) for panel in snapshot.panels}
        moved = any(self._times.get(serial) != of_panel for serial, of_panel in times.items())
        if moved or snapshot.received_at < self._moved_at_s:  # or the clock was set back
            self._moved_at_s = snapshot.received_at
        self._times |= times
        return _NOTE if times and is_stale(self._moved_at_s, snapshot.received_at, interval_s) else ""
