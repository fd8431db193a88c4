"""What live reading remembers of one panel: its points group by group, and how it has been answering."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from msgspec import Raw

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Groups, Panel, PointGroup
from t3monitor.model.words import has_custom_words
from t3monitor.t3000.webapi.backoff import Backoff
from t3monitor.t3000.webapi.mirror import MirroredPanel, Reading
from t3monitor.t3000.webapi.panels import ListedPanel
from t3monitor.t3000.webapi.point_groups import MOST_POINTS, Counts, GroupKey, all_groups, group_of, runs

_PROBES_S = (60.0, 120.0, 300.0, 600.0)
_CURES_S = (60.0, 300.0, 600.0)
_NEVER_S = float("-inf")


class State(Enum):
    """How a panel did when it was asked last."""

    NEVER_ASKED = auto()
    ANSWERS = auto()
    SILENT = auto()  # asked again by and by, so that it costs the others nothing
    FORGOTTEN = auto()  # by T3000, which refuses it until it has loaded what it has saved of it
    LEFT_OUT = auto()  # of an unknown product class, and no answer: hardly a panel with points


@dataclass(slots=True)
class GroupReading:
    """The points of a group as they came, and when: in UTC and by the monotonic clock."""

    points: list[Raw]
    read_at: int
    read_s: float
    in_use: bool
    is_new: bool = True  # not handed over yet


@dataclass(slots=True, eq=False)
class PanelMemory:
    """One panel of T3000's list."""

    panel: ListedPanel
    counts: dict[PointType, int] = field(default_factory=lambda: dict(MOST_POINTS))
    state: State = State.NEVER_ASKED
    said: str = ""  # why it does not answer, as a sentence
    has_history: bool = False
    timeouts: int = 0  # in a row
    look_again_s: float = _NEVER_S  # of one that T3000 has forgotten: somebody may have clicked it meanwhile
    offline_since_s: float | None = None  # when T3000 first said that its scan has not found it
    held_up: int = 0  # how often in a row it was asked in vain while T3000 waited for another panel
    trusts_scan: bool = True  # T3000's scan has not found it in vain since it answered last
    needs_whole: bool = True  # every group is to be read at once
    loaded_s: float = _NEVER_S  # when T3000 loaded saved values over what it had read of it, monotonic
    is_asked_singly: bool = False  # group by group, since several took too long for one call
    knows_counts: bool = False
    wants_words: bool = False  # a point has a range whose words are the site's own
    has_words: bool = False  # or T3000 was asked for them in this run
    in_use: set[GroupKey] = field(default_factory=set)  # as of the last answer
    readings: dict[GroupKey, GroupReading] = field(default_factory=dict)
    silent_groups: dict[GroupKey, Backoff] = field(default_factory=dict)
    troubles: dict[GroupKey, str] = field(default_factory=dict)  # why a group's newest points were not taken
    probe: Backoff = field(default_factory=lambda: Backoff(_PROBES_S))
    cure: Backoff = field(default_factory=lambda: Backoff(_CURES_S))

    @property
    def serial_number(self) -> int:
        """That of the panel."""
        return self.panel.serial_number

    @property
    def answers(self) -> bool:
        """Whether it answered when it was asked last."""
        return self.state is State.ANSWERS

    @property
    def may_be_no_panel(self) -> bool:
        """Whether nobody knows that it has points."""
        return self.panel.has_points is None and not self.has_history

    @property
    def may_be_forgotten(self) -> bool:
        """Whether T3000 refused it, and did not ask it: a panel that it has forgotten and that nobody knows yet."""
        return self.state is State.LEFT_OUT and not self.cure.is_hurried

    @property
    def is_suspect(self) -> bool:
        """Whether asking it may well cost the wait for a silent one."""
        is_stranger = self.state is State.NEVER_ASKED and not self.has_history
        return self.state is State.SILENT or self.timeouts > 0 or (is_stranger and self.panel.is_online is False)

    @property
    def likelihood_of_silence(self) -> tuple[bool, int]:
        """By which panels are put in order, those that will most likely answer first."""
        return self.is_suspect, self.held_up

    def groups(self) -> tuple[GroupKey, ...]:
        """All groups that it has."""
        return all_groups(self.counts)

    def recall(self, panel: Panel) -> None:
        """Takes over from the database which of its points are in use, so that it need not be read whole for that."""
        points = list(panel.points())
        self.has_history = self.has_history or bool(points)
        self.in_use |= {group_of(point.point_type, point.point_index) for point in points if point.in_use}
        self.in_use &= set(self.groups())
        self.needs_whole = self.needs_whole and not self.in_use
        self.has_words = self.has_words or (bool(points) and not _lacks_words(points))

    def take_counts(self, counts: Counts) -> None:
        """Its real numbers of points lower what is asked of it; a number that none can have says nothing."""
        self.knows_counts = True
        for kind, count in counts.items():
            if 1 <= count <= kind.per_panel:
                self.counts[kind] = count
        groups = set(self.groups())
        self.in_use &= groups
        for by_group in (self.readings, self.silent_groups, self.troubles):
            for group in by_group.keys() - groups:
                del by_group[group]

    def last_read_s(self) -> float:
        """When its oldest group in use was read, monotonic; minus infinity if one never was in this run."""
        asked = self.in_use or set(self.readings)
        return min((self._read_s(group) for group in asked), default=_NEVER_S)

    def others(self, before_s: float) -> list[tuple[float, GroupKey]]:
        """The groups not in use that were last read before that, with when that was."""
        others = (group for group in self.well_groups() if group not in self.in_use)
        return [(read_s, group) for group in others if (read_s := self._read_s(group)) < before_s]

    def well_groups(self) -> list[GroupKey]:
        """The groups that are not silent by themselves; those that are cost too much to be asked for in a cycle."""
        return [group for group in self.groups() if group not in self.silent_groups]

    def asked(self) -> list[GroupKey]:
        """The groups in use that a cycle asks for."""
        return [group for group in self.well_groups() if group in self.in_use]

    def first_group(self, wanted: list[GroupKey]) -> GroupKey:
        """The group to be asked for first: one that answered before, so that its silence is that of the panel."""
        heard = [group for group in wanted if group in self.readings and group not in self.silent_groups]
        candidates = heard or [group for group in wanted if group not in self.silent_groups] or wanted
        return candidates[self.probe.failures % len(candidates)]

    def group_was_silent(self, group: GroupKey, now_s: float) -> None:
        """One group did not come although the panel answers."""
        self.silent_groups.setdefault(group, Backoff(_PROBES_S)).failed(now_s)

    def settle_use(self) -> None:
        """From now on those groups count as in use that were when they were read last."""
        for group, reading in self.readings.items():
            (self.in_use.add if reading.in_use else self.in_use.discard)(group)

    def sentences(self) -> list[str]:
        """What is missing of a panel that answers."""
        silent = [f"{self.panel.title} did not tell T3000 {run.span(self.counts)}" for run in runs(self.silent_groups)]
        return [*silent, *dict.fromkeys(self.troubles.values())]

    def mirrored(self) -> MirroredPanel:
        """What was read of it so far; a type's time is that of its oldest group in use."""
        readings = {}
        for kind in PointType:
            own = [(group, self.readings[group]) for group in self._read_groups(kind)]
            if own:
                used = [reading.read_at for group, reading in own if group in self.in_use]
                time_s = min(used) if used else max(reading.read_at for _, reading in own)
                readings[kind] = Reading([point for _, reading in own for point in reading.points], time_s)
        panel = self.panel
        return MirroredPanel(panel.serial_number, panel.panel_id, panel.name, panel.settings.ip_address or "", readings)

    def hand_over(self) -> Groups:
        """Which of its points were read when, and which of them are new; they are not any more after that."""
        groups = {
            kind: tuple(self._point_group(group) for group in self.groups() if group.kind is kind) for kind in PointType
        }
        for reading in self.readings.values():
            reading.is_new = False
        return groups

    def _point_group(self, group: GroupKey) -> PointGroup:
        reading = self.readings.get(group)
        return PointGroup(
            group.first,
            group.last(self.counts),
            reading.read_at if reading else None,
            group in self.in_use,
            reading is not None and reading.is_new,
        )

    def _read_groups(self, kind: PointType) -> Iterable[GroupKey]:
        return (group for group in self.groups() if group.kind is kind and group in self.readings)

    def _read_s(self, group: GroupKey) -> float:
        reading = self.readings.get(group)
        return reading.read_s if reading else _NEVER_S


def _lacks_words(points: list[Point]) -> bool:
    """Whether one of the points has a range whose words or unit are the site's own, and they are not known."""
    return any(
        not point.words and not point.units
        for point in points
        if has_custom_words(point.point_type, digital=point.is_digital, range_=point.range)
    )
