"""What is recorded, and what is only shown."""

from collections.abc import Collection
from dataclasses import dataclass

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey


@dataclass(frozen=True, slots=True)
class Recording:
    """Serial numbers of the panels that are not recorded, and the point types that are."""

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
