"""What a user chose about the axes of values; plain data, which is saved and undone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple, Self, TypeGuard

LARGEST = 1e300  # beyond, sums overflow; whatever a panel sends, an axis ends there
FINEST = 1e-9  # of a value: what can be told apart on an axis, and by a float
Limits = tuple[float, float]  # smallest and largest value


class AxisKey(NamedTuple):
    """An axis of values: each plot has one for each unit."""

    unit: str
    plot: int = 0  # of those above each other, from the top


class Per(Enum):
    """The time of which a counter's increase is shown; the value is what is saved, and stands in the unit."""

    HOUR = "h"
    DAY = "d"

    def unit(self, units: str) -> str:
        """The unit of increases."""
        return f"{units}/{self.value}"


@dataclass(frozen=True, slots=True)
class AxisChoices:
    """The ends of axes that do not fit what is in sight; and, by units, counters that are shown as their increase."""

    limits: Mapping[AxisKey, Limits] = field(default_factory=dict)
    increases: Mapping[str, Per] = field(default_factory=dict)
    without_faulty: bool = False  # axes fit without the readings of open or shorted sensors

    @property
    def lines(self) -> tuple[object, ...]:
        """What changes more than the ends of axes."""
        return self.increases, self.without_faulty

    def limits_in(self, plot: int) -> Mapping[str, Limits]:
        """The ends of the axes of a plot, by their units."""
        return {axis.unit: limits for axis, limits in self.limits.items() if axis.plot == plot}

    def with_limits(self, axis: AxisKey, limits: Limits | None) -> "AxisChoices":
        """An axis ends there, or (None) fits what is in sight."""
        rest = {other: its for other, its in self.limits.items() if other != axis}
        return replace(self, limits=rest if limits is None else {**rest, axis: limits})

    def renumbered(self, plots: Mapping[int, int]) -> "AxisChoices":
        """With the axes of plots that have other numbers now; those of all others are gone."""
        limits = {axis._replace(plot=plots[axis.plot]): its for axis, its in self.limits.items() if axis.plot in plots}
        return replace(self, limits=limits)

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
            "limits": [[*axis, *limits] for axis, limits in self.limits.items()],
            "increases": {units: per.value for units, per in self.increases.items()},
            "without_faulty": self.without_faulty,
        }

    @classmethod
    def from_json(cls, saved: object, plots: int = 1) -> Self:
        """What was saved of so many plots; what cannot be used of it was not chosen."""
        if not isinstance(saved, dict):
            return cls()
        increases = found if isinstance(found := saved.get("increases"), dict) else {}
        return cls(
            dict(_limits(saved.get("limits"), plots)),
            {str(units): per for units, value in increases.items() for per in Per if per.value == value},
            saved.get("without_faulty") is True,
        )


def _limits(saved: object, plots: int) -> Iterator[tuple[AxisKey, Limits]]:
    if isinstance(saved, dict):  # of an earlier version: those of a unit, in whatever plot
        saved = [[unit, plot, *ends] for unit, ends in saved.items() if are_limits(ends) for plot in range(plots)]
    for its in saved if isinstance(saved, list) else ():
        match its:
            case [str(unit), int(plot), *ends] if are_limits(ends) and 0 <= plot < plots:
                yield AxisKey(unit, plot), (float(ends[0]), float(ends[1]))


def are_limits(ends: object) -> TypeGuard[Sequence[float]]:
    """Whether an axis can end there: its ends are numbers that can be told apart."""
    match ends:
        case [int() | float() as low, int() | float() as high] if abs(low) <= LARGEST and abs(high) <= LARGEST:
            return high - low >= FINEST / 2 * max(abs(low), abs(high), 1e-6)
    return False


NOTHING_CHOSEN = AxisChoices()
