"""Cursors A and B and what is told of the time between them; plain data, which is saved and undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.trend.time.time_range import TimeRange


class Condition(NamedTuple):
    """Only the time is told of in which a series is in this state."""

    key: SeriesKey
    state: float


class Bounds(NamedTuple):
    """What a user typed of a unit; None: nothing."""

    high: float | None = None  # of degree-hours over it
    low: float | None = None  # of degree-hours under it
    dead_band: float | None = None  # of reversals


@dataclass(frozen=True, slots=True)
class Stretch:
    """The two cursors, UTC epoch seconds, of which either may be the earlier one; and what the table is to tell."""

    a_s: float | None = None
    b_s: float | None = None
    is_told: bool = False  # the table is open
    condition: Condition | None = None
    bounds: Mapping[str, Bounds] = field(default_factory=dict)  # by unit

    @property
    def cursors(self) -> dict[str, float]:
        """The cursors that there are, by their names."""
        return {name: at_s for name, at_s in (("A", self.a_s), ("B", self.b_s)) if at_s is not None}

    @property
    def between(self) -> TimeRange | None:
        """The time between both cursors, if that is any."""
        if self.a_s is None or self.b_s is None or self.a_s == self.b_s:
            return None
        return TimeRange(min(self.a_s, self.b_s), max(self.a_s, self.b_s))

    def with_cursor(self, name: str, at_s: float) -> "Stretch":
        """A cursor stands there; with the second one the table opens."""
        is_second = len(self.cursors) == 1 and name not in self.cursors
        a_s, b_s = (at_s, self.b_s) if name == "A" else (self.a_s, at_s)
        return replace(self, a_s=a_s, b_s=b_s, is_told=self.is_told or is_second)

    def with_next(self, at_s: float) -> "Stretch":
        """A stands there, then B; if both do already, the nearer one."""
        missing = [name for name in ("A", "B") if name not in self.cursors]
        nearest = min(self.cursors, key=lambda name: abs(self.cursors[name] - at_s), default="A")
        return self.with_cursor(missing[0] if missing else nearest, at_s)

    def marking(self, from_s: float, to_s: float) -> "Stretch":
        """A and B stand at the ends of a stretch."""
        return replace(self, a_s=from_s, b_s=to_s, is_told=True)

    def without_cursors(self) -> "Stretch":
        """A and B are gone."""
        return replace(self, a_s=None, b_s=None)

    def with_bound(self, unit: str, name: str, value: float | None) -> "Stretch":
        """One of the bounds of a unit is that, or (None) as if nobody had typed it."""
        its = self.bounds.get(unit, Bounds())._replace(**{name: value})
        rest = {other: bounds for other, bounds in self.bounds.items() if other != unit}
        return replace(self, bounds=rest if its == Bounds() else {**rest, unit: its})


NOTHING_MARKED = Stretch()
