"""Whether the points that T3000 gives as a panel's are that panel's; pure, times are monotonic seconds.

T3000 reads the points of all panels into one buffer by index, and takes a BACnet error for success: what it hands out
then is what another panel left in that buffer (docs/t3000.md 7.6). Such a group shows by turning into another panel's.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import Raw, Struct

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, is_in_use
from t3monitor.model.units import has_states
from t3monitor.model.words import has_custom_words
from t3monitor.t3000.text import clean
from t3monitor.t3000.webapi.point_groups import GroupKey, group_of
from t3monitor.t3000.wire_json import LenientDecoder, WireError
from t3monitor.t3000.wire_points import FULL_LABEL_SIZES, LABEL_SIZE

_TELLING_VALUES = 2  # analog ones other than 0: fewer may well be the same in two panels
_ACCEPTED_AFTER_S = 600.0  # a panel may have been given the configuration of another one

Name = tuple[str, str, int]  # label, description, range


class _Point(Struct):
    index: int
    label: str | None = None
    description: str | None = None
    range: int = 0
    digital_analog: int = 1
    value: int | float | None = None
    control: int | None = None


_point = LenientDecoder(_Point, {"index"})


class Seen(NamedTuple):
    """What tells a group of one panel from that of another, point by point."""

    names: tuple[Name, ...]
    values: tuple[tuple[object, object], ...] | None = None  # raw value and control; None: not known, only the names
    settled: tuple[float | None, ...] = ()  # the state of what has states, else the raw value, as it is stored too
    telling: tuple[bool, ...] = ()  # analog values other than 0
    in_use: bool = False
    is_custom: bool = False  # a point has a range whose words or unit are the site's own

    @property
    def is_blank(self) -> bool:
        """Whether no point has a name or a range."""
        return not any(any(name) for name in self.names)


class Doubt(NamedTuple):
    """Why a group is not believed: it looks like that of another panel, None: like nobody's."""

    other: int | None  # serial number


@dataclass
class _Doubted:
    since_s: float  # or since it changed last to what the other one had become
    values: object


class GroupSeen(NamedTuple):
    """The points of a group as they came, and what tells it from that of another panel."""

    points: list[Raw]
    seen: Seen


def by_group(kind: PointType, points: list[Raw]) -> dict[GroupKey, GroupSeen]:
    """The points of one answer in their groups; one that has no index that fits is left out."""
    groups: dict[GroupKey, list[tuple[Raw, _Point]]] = {}
    for raw in points:
        with contextlib.suppress(WireError):
            point = _point.read(raw)
            if 0 <= point.index < kind.per_panel:
                groups.setdefault(group_of(kind, point.index + 1), []).append((raw, point))
    return {group: GroupSeen([raw for raw, _ in members], _seen(kind, members)) for group, members in groups.items()}


def _seen(kind: PointType, members: list[tuple[Raw, _Point]]) -> Seen:
    points = [point for _, point in members]
    names = tuple(
        (clean(point.label, LABEL_SIZE), clean(point.description, FULL_LABEL_SIZES[kind]), point.range)
        for point in points
    )
    return Seen(
        names,
        tuple((point.value, point.control) for point in points),
        tuple(map(_settled, points)),
        tuple(bool(point.digital_analog and point.value) for point in points),
        any(
            is_in_use(f"{kind.prefix}{point.index + 1}", range_, label, description)
            for point, (label, description, range_) in zip(points, names, strict=True)
        ),
        any(has_custom_words(kind, digital=point.digital_analog == 0, range_=point.range) for point in points),
    )


def _settled(point: _Point) -> float | None:
    if has_states(digital=point.digital_analog == 0, range_=point.range):
        return float(bool(point.control))
    return None if point.value is None else float(point.value)


def stored_groups(points: Iterable[Point]) -> dict[GroupKey, Seen]:
    """The groups of points that an earlier run has stored; what T3000 sent beside what is stored is not known."""
    groups: dict[GroupKey, list[Point]] = {}
    for point in points:
        groups.setdefault(group_of(point.point_type, point.point_index), []).append(point)
    return {
        group: Seen(
            tuple((point.label, point.full_label, point.range) for point in of_group),
            settled=tuple(
                point.value
                if has_states(digital=point.is_digital, range_=point.range)
                else float(round(point.value * 1000))
                for point in of_group
            ),
        )
        for group, of_group in groups.items()
    }


class Beliefs:
    """What is known of the groups of all panels."""

    def __init__(self) -> None:
        self._known: dict[GroupKey, dict[int, Seen]] = {}
        self._last: dict[GroupKey, int] = {}  # the panel whose points T3000's buffer should hold
        self._doubted: dict[tuple[int, GroupKey], _Doubted] = {}

    def doubt(self, serial: int, group: GroupKey, seen: Seen, now_s: float) -> Doubt | None:
        """Why the group is not to be believed; None if there is no reason, or no longer."""
        doubt = self._reason(serial, group, seen)
        if doubt is None:
            self._doubted.pop((serial, group), None)
            return None
        doubted = self._doubted.setdefault((serial, group), _Doubted(now_s, seen.values))
        if seen.values != doubted.values and self._is_last(group, seen):
            doubted.since_s = now_s
        doubted.values = seen.values
        return None if now_s - doubted.since_s >= _ACCEPTED_AFTER_S else doubt

    def differs(self, serial: int, group: GroupKey, seen: Seen) -> bool:
        """Whether this is not what was last read of another panel, whose points T3000's buffer holds."""
        theirs = self._known.get(group, {}).get(serial)
        return theirs is not None and self._last.get(group) == serial and not _alike(theirs, seen)

    def witnesses(self, serial: int, group: GroupKey, seen: Seen) -> list[int]:
        """Panels whose points, read in between, would show whether a doubtful group is the panel's own.

        They look otherwise than the group does. The last one is that which it looks like: its values may have moved on.
        """
        of_panels = self._known.get(group, {})
        others = [
            other
            for other, theirs in of_panels.items()
            if other != serial and theirs.values is not None and not _alike(theirs, seen)
        ]
        last = self._last.get(group, serial)
        return [*others, *([last] if last not in (serial, *others) else [])]

    def convict(self, serial: int, group: GroupKey, now_s: float) -> None:
        """The group was seen to be another panel's, so that its doubt begins anew."""
        if doubted := self._doubted.get((serial, group)):
            doubted.since_s = now_s

    def take(self, serial: int, group: GroupKey, seen: Seen) -> None:
        """The group was believed."""
        self._known.setdefault(group, {})[serial] = seen
        self._last[group] = serial
        self._doubted.pop((serial, group), None)

    def recall(self, serial: int, group: GroupKey, stored: Seen) -> None:
        """How the group looked in an earlier run."""
        self._known.setdefault(group, {}).setdefault(serial, stored)

    def forget(self, serial: int) -> None:
        """The panel is another one now."""
        for seen in self._known.values():
            seen.pop(serial, None)
        for group in [group for group, last in self._last.items() if last == serial]:
            del self._last[group]
        for key in [key for key in self._doubted if key[0] == serial]:
            del self._doubted[key]

    def _reason(self, serial: int, group: GroupKey, seen: Seen) -> Doubt | None:
        of_panels = self._known.get(group, {})
        before = of_panels.get(serial)
        if before is not None and not before.is_blank and before.names != seen.names:
            if seen.is_blank:
                return Doubt(None)
            for other, theirs in of_panels.items():
                count = min(len(theirs.names), len(seen.names))  # where one of the two has fewer points
                if other != serial and theirs.names[:count] == seen.names[:count] != before.names[:count]:
                    return Doubt(other)
        last = self._last.get(group, serial)
        is_new = before is None or (
            before.settled != seen.settled if before.values is None else before.values != seen.values
        )
        if last != serial and is_new and self._is_last(group, seen):
            return Doubt(last)
        return None

    def _is_last(self, group: GroupKey, seen: Seen) -> bool:
        """Whether this is what was last read of the group, from whichever panel."""
        last = self._known.get(group, {}).get(self._last.get(group, 0))
        if last is None or last.values is None or seen.values is None:
            return False
        count = min(len(last.names), len(seen.names))
        return sum(seen.telling[:count]) >= _TELLING_VALUES and _alike(last, seen)


def _alike(one: Seen, other: Seen) -> bool:
    """Whether two groups look the same as far as both go: one of the panels may have fewer points."""
    count = min(len(one.names), len(other.names))
    if one.values is None or other.values is None:
        return one.names[:count] == other.names[:count]
    return one.names[:count] == other.names[:count] and one.values[:count] == other.values[:count]
