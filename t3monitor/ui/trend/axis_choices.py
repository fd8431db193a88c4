"""What a user chose about the axes of values; plain data, which is saved and undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

Limits = tuple[float, float]  # smallest and largest value


class Per(Enum):
    """The time of which a counter's increase is shown; the value is what is saved, and stands in the unit."""

    HOUR = "h"
    DAY = "d"

    def unit(self, units: str) -> str:
        """The unit of increases."""
        return f"{units}/{self.value}"


@dataclass(frozen=True, slots=True)
class AxisChoices:
    """By units: the ends of axes that do not fit what is in sight, and counters that are shown as their increase."""

    limits: Mapping[str, Limits] = field(default_factory=dict)
    increases: Mapping[str, Per] = field(default_factory=dict)
    without_faulty: bool = False  # axes fit without the readings of open or shorted sensors

    def with_limits(self, unit: str, limits: Limits | None) -> "AxisChoices":
        """An axis ends there, or (None) fits what is in sight."""
        rest = {other: its for other, its in self.limits.items() if other != unit}
        return replace(self, limits=rest if limits is None else {**rest, unit: limits})

    def with_increase(self, units: str, per: Per | None) -> "AxisChoices":
        """A counter of these units is shown as its increase, or (None) as what it counted."""
        rest = {other: its for other, its in self.increases.items() if other != units}
        return replace(self, increases=rest if per is None else {**rest, units: per})
