"""What is to be written into a file: which series, of what time, by which rule; plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from t3monitor.model.local_days import days_of
from t3monitor.model.series_keys import SeriesKey, points_of
from t3monitor.model.words import Words
from t3monitor.store.history.series import Series

DAY_S = 86_400


class Separators(NamedTuple):
    """How a language writes numbers, and what then stands between cells."""

    decimal: str = "."
    cells: str = ","

    @classmethod
    def of(cls, decimal: str, cells: str = "") -> "Separators":
        """Those of spreadsheets whose numbers have this decimal point.

        ``cells`` is what the system has between the members of a list; where that cannot be told from a number, or is
        not known, it is a comma, or a semicolon.
        """
        can_be_used = len(cells) == 1 and cells not in f'{decimal}"\r\n' and not cells.isalnum() and cells != "-"
        return cls(decimal, cells if can_be_used else ";" if decimal == "," else ",")


class Rule(StrEnum):
    """What stands at a time of a grid; of states and counters always the value in force then."""

    LAST = "last"  # the reading in force, by the one rule for holes; never one from before a hole
    MEAN = "mean"  # by time, of what is known up to the next time of the grid


class Kind(NamedTuple):
    """What a series measures: what must not change along a column."""

    units: str
    range: int
    digital: bool  # shows one of two states
    words: Words = ()  # what the site called its states then


@dataclass(frozen=True, slots=True)
class TableSeries:
    """A series, and how it is called."""

    key: SeriesKey
    site: str
    panel: str
    point: str
    label: str

    @property
    def serial_number(self) -> int:
        """Of the panel of its first point."""
        return points_of(self.key)[0].serial_number


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be written; times are UTC epoch seconds.

    ``drawn``: by series what its line is drawn of, means of stretches where there are more readings than pixels; None:
    every reading is read of the database. ``every_s``: a row for each time of a grid, counted from the midnights of
    the zone, and a column for each series; None: a row for each reading, series after series.
    """

    series: Sequence[TableSeries]
    start_s: float
    end_s: float
    now_s: float
    zone: tzinfo | None
    separators: Separators = field(default_factory=Separators)
    drawn: dict[SeriesKey, tuple[Series, ...]] | None = None
    every_s: int | None = None
    rule: Rule = Rule.LAST
    takes_end: bool = True  # what is of ``end_s`` itself belongs to it

    @property
    def length_s(self) -> float:
        """At least a second, so that shares of it can be told."""
        return max(1.0, self.end_s - self.start_s)

    def share(self, time_s: float) -> float:
        """How much of it is before a time."""
        return min(max((time_s - self.start_s) / self.length_s, 0.0), 1.0)

    def has(self, time_s: float) -> bool:
        """Whether a time belongs to it."""
        return self.start_s <= time_s < self.end_s or (self.takes_end and time_s == self.end_s)

    def grid_times(self) -> Iterator[int]:
        """The times of the grid, of which each day begins anew: at its midnight."""
        assert self.every_s  # noqa: S101 - else there is no grid
        step_s = self.every_s
        for number, (begin_s, end_s) in enumerate(days_of(self.start_s, self.end_s + 1, self.zone)):
            if step_s < DAY_S:
                yield from filter(self.has, range(begin_s, end_s, step_s))
            elif number % (step_s // DAY_S) == 0 and self.has(begin_s):
                yield begin_s
