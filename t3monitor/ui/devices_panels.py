"""What the device tree says of a panel, its points counted as they change; without Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from t3monitor.model.freshness import is_stale
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Device
from t3monitor.ui.texts import age_text


class PanelState(Enum):
    """Whether a panel's readings are of the present; by their logging times, never by the success of a sync."""

    LIVE = "live"
    STALE = "stale"
    NO_ANSWER = "no answer"  # known from before, but missing in the newest answer


@dataclass(slots=True)
class _Counts:
    in_use: int = 0
    overridden: int = 0
    faults: int = 0

    def add(self, points: Iterable[Point], sign: int = 1) -> None:
        for point in points:
            self.in_use += sign * point.in_use
            self.overridden += sign * point.is_overridden
            self.faults += sign * bool(point.fault)


class Panel:
    """One panel, as of its newest reading."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.answered = True
        self.state = PanelState.LIVE
        self._counts = _Counts()
        self._counts.add(device.points())

    @property
    def name(self) -> str:
        """As an engineer calls it; panels need not have a name."""
        return self.device.panel_name or str(self.device.serial_number)

    @property
    def in_use(self) -> int:
        """Points that somebody configured."""
        return self._counts.in_use

    @property
    def overridden(self) -> int:
        """Points that the program does not decide."""
        return self._counts.overridden

    @property
    def faults(self) -> int:
        """Open or shorted inputs."""
        return self._counts.faults

    @property
    def oldest_time_s(self) -> int:
        """Logging time of what was read longest ago: a panel is as fresh as its oldest points."""
        return min(logging_time for _, _, logging_time in self.device.vectors())

    def take(self, device: Device) -> None:
        """Another reading; only what changed is counted again."""
        for (_, old, _), (_, new, _) in zip(self.device.vectors(), device.vectors(), strict=True):
            if new is old:
                continue
            if len(new) != len(old):
                self._counts.add(old, -1)
                self._counts.add(new)
                continue
            changed = [pair for pair in zip(old, new, strict=True) if pair[0] is not pair[1]]
            self._counts.add((before for before, _ in changed), -1)
            self._counts.add(after for _, after in changed)
        self.device = device

    def judge(self, now_s: float, interval_s: int) -> None:
        """Its state as of now."""
        if not self.answered:
            self.state = PanelState.NO_ANSWER
        elif is_stale(self.oldest_time_s, now_s, interval_s):
            self.state = PanelState.STALE
        else:
            self.state = PanelState.LIVE

    def age(self, now_s: float) -> str:
        """Of its oldest points."""
        return age_text(now_s - self.oldest_time_s)
