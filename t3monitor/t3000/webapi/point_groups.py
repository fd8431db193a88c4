"""The groups of ten in which T3000 reads the points of a panel (docs/t3000.md 7); pure."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import NamedTuple

from t3monitor.model.point_types import PointType

GROUP_SIZE = 10

Counts = Mapping[PointType, int]  # points that a panel has of each type
MOST_POINTS: Counts = {kind: kind.per_panel for kind in PointType}  # T3000 hands out none beyond these


class GroupKey(NamedTuple):
    """A group of points; ``place`` 0 holds numbers 1 to 10."""

    kind: PointType
    place: int

    @property
    def first(self) -> int:
        """The number of its first point."""
        return self.place * GROUP_SIZE + 1

    def last(self, counts: Counts) -> int:
        """The number of its last point, of a panel with so many points."""
        return min((self.place + 1) * GROUP_SIZE, counts[self.kind])


class Run(NamedTuple):
    """Neighbouring groups of one type, which one call asks for."""

    kind: PointType
    groups: tuple[GroupKey, ...]

    @classmethod
    def of(cls, group: GroupKey) -> "Run":
        """One group alone."""
        return cls(group.kind, (group,))

    def span(self, counts: Counts) -> str:
        """Its points for a sentence: ``IN11 to IN20``."""
        first, last = self.groups[0].first, self.groups[-1].last(counts)
        names = dict.fromkeys((f"{self.kind.prefix}{first}", f"{self.kind.prefix}{last}"))
        return " to ".join(names)

    def start(self) -> int:
        """The index of its first point, from 0."""
        return self.groups[0].first - 1

    def end(self, counts: Counts) -> int:
        """The index of its last point, from 0."""
        return self.groups[-1].last(counts) - 1


def group_of(kind: PointType, number: int) -> GroupKey:
    """The group that a point number belongs to."""
    return GroupKey(kind, (number - 1) // GROUP_SIZE)


def all_groups(counts: Counts) -> tuple[GroupKey, ...]:
    """All groups of a panel, inputs first."""
    return _groups(tuple(counts[kind] for kind in PointType))


@cache  # asked for with each call, and nearly all panels have the same counts
def _groups(counts: tuple[int, ...]) -> tuple[GroupKey, ...]:
    by_kind = zip(PointType, counts, strict=True)
    return tuple(GroupKey(kind, place) for kind, count in by_kind for place in range(-(-count // GROUP_SIZE)))


def runs(groups: Iterable[GroupKey]) -> Iterator[Run]:
    """The groups as the fewest calls, in the order of the types."""
    order = {kind: position for position, kind in enumerate(PointType)}
    in_order = sorted(set(groups), key=lambda group: (order[group.kind], group.place))
    for (kind, _), members in groupby(enumerate(in_order), lambda pair: (pair[1].kind, pair[1].place - pair[0])):
        yield Run(kind, tuple(group for _, group in members))
