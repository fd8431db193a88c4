"""What a user chose about the axes of values; plain data, which is saved and undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self, TypeGuard

LARGEST = 1e300  # beyond, sums overflow; whatever a panel sends, an axis ends there
FINEST = 1e-9  # of a value: what can be told apart on an axis, and by a float
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

    @property
    def lines(self) -> tuple[object, ...]:
        """What changes more than the ends of axes."""
        return self.increases, self.without_faulty

    def with_limits(self, unit: str, limits: Limits | None) -> "AxisChoices":
        """An axis ends there, or (None) fits what is in sight."""
        rest = {other: its for other, its in self.limits.items() if other != unit}
        return replace(self, limits=rest if limits is None else {**rest, unit: limits})

    def with_increase(self, units: str, per: Per | None) -> "AxisChoices":
        """A counter of these units is shown as its increase, or (None) as what it counted."""
        rest = {other: its for other, its in self.increases.items() if other != units}
        return replace(self, increases=rest if per is None else {**rest, units: per})

    def counted(self, unit: str) -> str:
        """What is counted where increases have this unit; else the unit itself."""
        return next((units for units, per in self.increases.items() if per.unit(units) == unit), unit)

    def to_json(self) -> dict[str, Any]:
        """As JSON's types."""
        return {
            "limits": {unit: list(limits) for unit, limits in self.limits.items()},
            "increases": {units: per.value for units, per in self.increases.items()},
            "without_faulty": self.without_faulty,
        }

    @classmethod
    def from_json(cls, saved: object) -> Self:
        """What was saved; what cannot be used of it was not chosen."""
        if not isinstance(saved, dict):
            return cls()
        limits, increases = (
            found if isinstance(found := saved.get(name), dict) else {} for name in ("limits", "increases")
        )
        return cls(
            {str(unit): (float(its[0]), float(its[1])) for unit, its in limits.items() if are_limits(its)},
            {str(units): per for units, value in increases.items() for per in Per if per.value == value},
            saved.get("without_faulty") is True,
        )


def are_limits(ends: object) -> TypeGuard[Sequence[float]]:
    """Whether an axis can end there: its ends are numbers that can be told apart."""
    match ends:
        case [int() | float() as low, int() | float() as high] if abs(low) <= LARGEST and abs(high) <= LARGEST:
            return high - low >= FINEST / 2 * max(abs(low), abs(high), 1e-6)
    return False


NOTHING_CHOSEN = AxisChoices()
