"""What live reading remembers of one panel: its points group by group, and how it has been answering."""

from dataclasses import dataclass, field
from enum import Enum, auto

from msgspec import Raw

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Device, Groups, PointGroup
from t3monitor.model.words import has_custom_words
from t3monitor.t3000.webapi.backoff import Backoff
from t3monitor.t3000.webapi.mirror import MirroredPanel, Reading
from t3monitor.t3000.webapi.panels import Panel
from t3monitor.t3000.webapi.point_groups import MOST_POINTS, Counts, GroupKey, all_groups, group_of

_PROBES_S = (60.0, 120.0, 300.0, 600.0)
_CURES_S = (60.0, 300.0, 600.0)


class State(Enum):
    """How a panel did when it was asked last."""

    NEVER_ASKED = auto()
    ANSWERS = auto()
    SILENT = auto()  # asked again by and by, so that it costs the others nothing
    FORGOTTEN = auto()  # by T3000, which refuses it until it has loaded what it has saved of it
    LEFT_OUT = auto()  # of a class of its own, and not answering: probably no panel with points


@dataclass(slots=True)
class GroupReading:
    """The points of a group as they came, and when: in UTC and by the monotonic clock."""

    points: list[Raw]
    read_at: int
    read_s: float
    in_use: bool
    is_new: bool = True  # not handed over yet


@dataclass(slots=True)
class PanelMemory:
    """One panel of T3000's list."""

    panel: Panel
    counts: dict[PointType, int] = field(default_factory=lambda: dict(MOST_POINTS))
    state: State = State.NEVER_ASKED
    said: str = ""  # why it does not answer, as a sentence
    has_history: bool = False
    needs_whole: bool = True  # every group is to be read at once
    knows_counts: bool = False
    has_words: bool = False  # or T3000 was asked for them in this run
    wants_words: bool = False  # a point has a range whose words are the site's own
    in_use: set[GroupKey] = field(default_factory=set)
    readings: dict[GroupKey, GroupReading] = field(default_factory=dict)
    silent_groups: dict[GroupKey, Backoff] = field(default_factory=dict)
    doubted: dict[GroupKey, str] = field(default_factory=dict)  # sentences
    probe: Backoff = field(default_factory=lambda: Backoff(_PROBES_S))
    cure: Backoff = field(default_factory=lambda: Backoff(_CURES_S))

    @property
    def answers(self) -> bool:
        """Whether it answered when it was asked last."""
        return self.state is State.ANSWERS

    def groups(self) -> tuple[GroupKey, ...]:
        """All groups that it has."""
        return all_groups(self.counts)

    def recall(self, device: Device) -> None:
        """Takes over from the database which of its points are in use, so that it need not be read whole for that."""
        points = list(device.points())
        self.has_history = self.has_history or bool(points)
        self.in_use |= {group_of(point.point_type, point.point_index) for point in points if point.in_use}
        self.in_use &= set(self.groups())
        self.needs_whole = self.needs_whole and not self.in_use
        self.has_words = self.has_words or bool(points and not lacks_words(points))

    def take_counts(self, counts: Counts) -> None:
        """Its real numbers of points lower what is asked of it; a number that none can have says nothing."""
        self.knows_counts = True
        for kind, count in counts.items():
            if 1 <= count <= kind.per_panel:
                self.counts[kind] = count
        groups = set(self.groups())
        self.in_use &= groups
        self.readings = {group: reading for group, reading in self.readings.items() if group in groups}

    def last_read_s(self) -> float:
        """When its oldest group in use was read, monotonic; minus infinity if one never was in this run."""
        never = float("-inf")
        return min((self.readings[group].read_s if group in self.readings else never for group in self.in_use),
                   default=never if not self.readings else min(reading.read_s for reading in self.readings.values()))

    def asked_now(self, now_s: float) -> list[GroupKey]:
        """The groups in use that are worth asking for: not those that were silent by themselves just now."""
        return [
            group
            for group in self.groups()
            if group in self.in_use and (group not in self.silent_groups or self.silent_groups[group].is_due(now_s))
        ]

    def first_group(self, wanted: list[GroupKey]) -> GroupKey:
        """The group to be asked for first: one that answered before, so that its silence is that of the panel."""
        spoke = [group for group in wanted if group in self.readings and group not in self.silent_groups]
        heard = spoke or [group for group in wanted if group not in self.silent_groups] or wanted
        return heard[self.probe.failures % len(heard)]

    def settle_use(self) -> None:
        """From now on the groups count as in use that were when they were read last."""
        for group, reading in self.readings.items():
            if reading.in_use:
                self.in_use.add(group)
            else:
                self.in_use.discard(group)

    def mirrored(self) -> MirroredPanel:
        """What was read of it so far; a type's time is that of its oldest group in use."""
        readings = {}
        for kind in PointType:
            own = [(group, reading) for group in self.groups() if group.kind is kind
                   and (reading := self.readings.get(group))]
            if own:
                used = [reading.read_at for group, reading in own if group in self.in_use]
                time_s = min(used) if used else max(reading.read_at for _, reading in own)
                readings[kind] = Reading([point for _, reading in own for point in reading.points], time_s)
        panel = self.panel
        return MirroredPanel(
            panel.serial_number, panel.panel_id, panel.name, panel.settings.ip_address or "", readings
        )

    def point_groups(self) -> Groups:
        """When which of its points were read, and which of them are new; they are not new any more afterwards."""
        groups: dict[PointType, tuple[PointGroup, ...]] = {}
        for kind in PointType:
            groups[kind] = tuple(
                PointGroup(
                    group.first,
                    group.last(self.counts),
                    reading.read_at if reading else None,
                    group in self.in_use,
                    reading is not None and reading.is_new,
                )
                for group in self.groups()
                if group.kind is kind
                for reading in (self.readings.get(group),)
            )
        for reading in self.readings.values():
            reading.is_new = False
        return groups


def lacks_words(points: list[Point]) -> bool:
    """Whether one of the points has a range whose words or unit are the site's own, and they are not known."""
    return any(
        not point.words and not point.units
        for point in points
        if has_custom_words(point.point_type, digital=point.is_digital, range_=point.range)
    )
