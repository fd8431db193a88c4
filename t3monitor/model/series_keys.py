"""What identifies a series over time: a point, or something made of points; plain data.

What a series makes of its points is asked here and nowhere else.
"""

from datetime import tzinfo
from typing import NamedTuple

from t3monitor.model.day_shifts import DayShift, Part
from t3monitor.model.points import PointKey


class ComputedKey(NamedTuple):
    """A computed series: an expression (`t3monitor.model.expressions`) whose ``p0``, ``p1`` … are its points."""

    expression: str
    points: tuple[PointKey, ...]


class ComparedKey(NamedTuple):
    """A series as it was so many days earlier (negative: later) at the same time by the clock on the wall."""

    of: PointKey | ComputedKey
    days: int


SeriesKey = PointKey | ComputedKey | ComparedKey


class PlacedKey(NamedTuple):
    """Readings at other times than those at which they are shown: each part of the time axis has its own."""

    of: PointKey | ComputedKey
    parts: tuple[Part, ...]


StoredKey = PointKey | ComputedKey | PlacedKey  # what can be read of a database


def difference(minuend: PointKey, subtrahend: PointKey) -> ComputedKey:
    """How much the first point is above the second one."""
    return ComputedKey("p0 - p1", (minuend, subtrahend))


def points_of(key: SeriesKey | StoredKey) -> tuple[PointKey, ...]:
    """The points whose readings it is made of."""
    match key:
        case PointKey():
            return (key,)
        case ComputedKey():
            return key.points
        case ComparedKey() | PlacedKey():
            return points_of(key.of)


def shift_of(key: SeriesKey, zone: tzinfo | None) -> DayShift:
    """From when its readings were taken to where they stand on the time axis, by the clocks of a zone."""
    return DayShift(key.days, zone) if isinstance(key, ComparedKey) else DayShift()


def stored_key(key: SeriesKey, start_s: float, end_s: float, zone: tzinfo | None) -> StoredKey:
    """What is to be read for a stretch of the time axis."""
    if isinstance(key, ComparedKey):
        return PlacedKey(key.of, shift_of(key, zone).parts(start_s, end_s))
    return key
