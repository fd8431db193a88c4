"""One answer of T3000, decoded: its panels with all their points, and what had to be left out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point


class PanelSettings(NamedTuple):
    """What T3000's lists and its optional settings exports know of a panel (docs/t3000.md 7.10); None = not known."""

    ip_address: str | None = None
    port: int | None = None
    modbus_address: int | None = None
    bacnet_mstp_mac_id: int | None = None
    object_instance: int | None = None  # of the BACnet device that it is


class PointGroup(NamedTuple):
    """Points of one type, numbers ``first`` to ``last``, that T3000 reads from the panel together."""

    first: int
    last: int
    read_at: int | None  # UTC epoch seconds; None: never
    in_use: bool  # holds a point in use
    is_new: bool  # read for this answer, not repeated from an earlier one


PointVector = tuple[PointType, tuple[Point, ...], int | None]  # with the logging time in UTC epoch seconds
_INPUT, _OUTPUT, _VARIABLE = PointType  # looked up as members of their class, they cost as much as all else of a vector
_in_use = attrgetter("in_use")
Groups = Mapping[PointType, tuple[PointGroup, ...]]
_READ_WHOLE: Groups = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of one answer; identity is the serial number, 1..2^32-1.

    A logging time is the UTC epoch second at which T3000 read that type of points; it tells freshness. Where T3000
    does not know it, it is the time of receipt; None: T3000 never read that type, which then has no points.

    ``groups`` are those of a panel that is read in parts; a type without any was read whole, at its logging time. With
    groups, a type's logging time is that of its oldest group in use.

    ``own_times`` are the logging times of the three types by T3000's own clock, as it sent them; None where it sent
    none. ``spacings_s`` are after how many seconds the next reading of each was expected then; None: not known.
    """

    serial_number: int
    panel_id: int
    panel_name: str
    inputs: tuple[Point, ...]
    outputs: tuple[Point, ...]
    variables: tuple[Point, ...]
    input_logging_time: int | None
    output_logging_time: int | None
    variable_logging_time: int | None
    address: str = ""
    building_name: str = ""
    settings: PanelSettings = field(default=PanelSettings())
    site: str = ""  # the T3000 computer that tells of it; empty where there is but one
    groups: Groups = field(default_factory=lambda: _READ_WHOLE)  # Python 3.11 takes it for mutable
    own_times: tuple[int | None, int | None, int | None] = (None, None, None)
    spacings_s: tuple[int | None, int | None, int | None] = (None, None, None)

    def vectors(self) -> tuple[PointVector, PointVector, PointVector]:
        """The three vectors in T3000's order."""
        return (
            (_INPUT, self.inputs, self.input_logging_time),
            (_OUTPUT, self.outputs, self.output_logging_time),
            (_VARIABLE, self.variables, self.variable_logging_time),
        )

    def with_only(self, kinds: Collection[PointType]) -> "Panel":
        """The panel with the points of these types; itself if that is all of them."""
        if all(kind in kinds for kind, points, _ in self.vectors() if points):
            return self
        return replace(
            self,
            inputs=self.inputs if PointType.INPUT in kinds else (),
            outputs=self.outputs if PointType.OUTPUT in kinds else (),
            variables=self.variables if PointType.VARIABLE in kinds else (),
        )

    @property
    def read_at(self) -> int | None:
        """When the panel was read, UTC epoch seconds: that of its oldest type with points in use; None: never.

        A type of which nobody uses a point makes no panel old. Where no type has one, all count.
        """
        read = [(time_s, points) for _, points, time_s in self.vectors() if time_s is not None]
        used = [time_s for time_s, points in read if any(map(_in_use, points))]
        return min(used or [time_s for time_s, _ in read], default=None)

    def point_read_at(self, kind: PointType, number: int) -> int | None:
        """When a point was read, UTC epoch seconds: with its group, or with its whole type; None: never."""
        for group in self.groups.get(kind, ()):
            if group.first <= number <= group.last:
                return group.read_at
        return next(time_s for its_kind, _, time_s in self.vectors() if its_kind is kind)

    def spacing_s(self, kind: PointType) -> int | None:
        """After how many seconds the next reading of a type was expected, as of this one; None: not known."""
        return dict(zip(PointType, self.spacings_s, strict=True))[kind]

    def read_without(self, kind: PointType, number: int) -> int | None:
        """When points of a type were read and not this one, UTC epoch seconds; None: it was read with them."""
        _, points, time_s = next(vector for vector in self.vectors() if vector[0] is kind)
        groups = self.groups.get(kind)
        if groups is None:
            return None if not points or any(point.point_index == number for point in points) else time_s
        if not any(group.in_use and not group.is_new for group in groups if group.first <= number <= group.last):
            return None
        read = (group.read_at for group in groups if group.in_use and group.is_new)
        return min((read_at for read_at in read if read_at is not None), default=None)

    def points_in_groups(self, kind: PointType, wanted: Callable[[PointGroup], bool]) -> tuple[Point, ...]:
        """The points of these groups of a type; all of them where the type was read whole."""
        points = next(points for its_kind, points, _ in self.vectors() if its_kind is kind)
        groups = self.groups.get(kind)
        if groups is None:
            return points
        numbers = {number for group in groups if wanted(group) for number in range(group.first, group.last + 1)}
        return tuple(point for point in points if point.point_index in numbers)

    def points(self) -> Iterator[Point]:
        """Inputs, then outputs, then variables."""
        for _, points, _ in self.vectors():
            yield from points

    @property
    def point_count(self) -> int:
        """Points of all three types."""
        return len(self.inputs) + len(self.outputs) + len(self.variables)


class LeftOut(NamedTuple):
    """A panel that could not be used, by its serial number or, where that is not known, by its panel number."""

    sentence: str
    serial_number: int | None = None
    panel_id: int | None = None
    cause: Cause = Cause.SKIPPED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All panels of one answer.

    ``skipped_panels`` and ``skipped_points`` hold one sentence for each panel or point that could not be used,
    ``note`` how the answer was got where there is more than one way. ``news`` are sentences for log and ledger that
    cost nothing, each said once. ``silent`` are the panels that T3000 lists and that did not answer, without points
    and times.

    ``doubles`` are further entries of the answer with the serial number of one of ``panels``: other controllers, not
    settled yet which of them is the known one. ``conflicts`` are the serial numbers of which two controllers are known.
    ``left_out`` are those of the skipped panels of which it is known which ones they are.
    """

    received_at: int  # UTC epoch seconds
    panels: tuple[Panel, ...]
    skipped_panels: tuple[str, ...] = ()
    skipped_points: tuple[str, ...] = ()
    note: str = ""
    news: tuple[str, ...] = ()
    silent: tuple[Panel, ...] = ()
    doubles: tuple[Panel, ...] = ()
    conflicts: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def point_count(self) -> int:
        """Points of all panels."""
        return sum(panel.point_count for panel in self.panels)


def merged(snapshots: Iterable[Snapshot]) -> Snapshot | None:
    """The panels of all sites as one snapshot, each as the newest of these tells of it; None without any."""
    in_order = sorted(snapshots, key=lambda snapshot: snapshot.received_at)
    if not in_order:
        return None
    panels = {panel.serial_number: panel for snapshot in in_order for panel in snapshot.panels}
    silent = {panel.serial_number: panel for snapshot in in_order for panel in snapshot.silent}
    return Snapshot(
        in_order[-1].received_at,
        tuple(panels.values()),
        skipped_panels=tuple(sentence for snapshot in in_order for sentence in snapshot.skipped_panels),
        silent=tuple(panel for serial, panel in silent.items() if serial not in panels),
        conflicts=tuple(sorted({serial for snapshot in in_order for serial in snapshot.conflicts})),
    )


def by_site(snapshot: Snapshot) -> dict[str, Snapshot]:
    """A snapshot of all sites as one of each that any of its panels is of."""
    sites = dict.fromkeys(panel.site for panel in (*snapshot.panels, *snapshot.silent))
    return {
        site: replace(
            snapshot,
            panels=tuple(panel for panel in snapshot.panels if panel.site == site),
            silent=tuple(panel for panel in snapshot.silent if panel.site == site),
        )
        for site in sites
    }
