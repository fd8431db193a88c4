"""What the user wants recorded; the rest is shown and forgotten."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Recording:
    """Serial numbers of the panels that are not recorded, and the point types that are; panels not known yet are."""

    unrecorded: frozenset[int] = frozenset()
    types: frozenset[PointType] = frozenset(PointType)

    @staticmethod
    def of(unrecorded: Collection[int], types: Collection[str]) -> "Recording":
        """From what the settings hold."""
        return Recording(frozenset(unrecorded), frozenset(map(PointType, types)))

    def has_panel(self, serial_number: int) -> bool:
        """Whether anything of the panel is recorded."""
        return serial_number not in self.unrecorded

    def has_type(self, serial_number: int, point_type: PointType) -> bool:
        """Whether the panel's points of a type are recorded."""
        return self.has_panel(serial_number) and point_type in self.types

    def has_point(self, key: PointKey) -> bool:
        """Whether a point is recorded."""
        return self.has_type(key.serial_number, key.point_type)

    def of_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with what is to be recorded of it; the panels and points that are not are left out."""
        if self == Recording():
            return snapshot
        if not self.types:
            return replace(snapshot, panels=(), silent=())
        panels, silent = (
            tuple(panel.with_only(self.types) for panel in told if self.has_panel(panel.serial_number))
            for told in (snapshot.panels, snapshot.silent)
        )
        return replace(snapshot, panels=panels, silent=silent)
