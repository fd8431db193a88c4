"""What identifies a series over time: a point, or something made of points; plain data.

What a series makes of its points is asked here and nowhere else.
"""

from typing import NamedTuple

from t3monitor.model.points import PointKey


class ShiftedKey(NamedTuple):
    """A point as it was ``by_s`` earlier: each reading stands that much later than it was taken."""

    point: PointKey
    by_s: float


class DifferenceKey(NamedTuple):
    """A computed series: how much the first point is above the second one, which is measured in the same unit."""

    minuend: PointKey
    subtrahend: PointKey


StoredKey = PointKey | DifferenceKey  # what can be read of a database, at the time at which it was
SeriesKey = StoredKey | ShiftedKey


def points_of(key: SeriesKey) -> tuple[PointKey, ...]:
    """The points whose readings it is made of; the first one gives it its unit."""
    match key:
        case PointKey():
            return (key,)
        case ShiftedKey():
            return (key.point,)
        case DifferenceKey():
            return tuple(key)


def shift_of(key: SeriesKey) -> float:
    """How many seconds after a reading was taken it stands on the time axis."""
    return key.by_s if isinstance(key, ShiftedKey) else 0.0


def stored_key(key: SeriesKey) -> StoredKey:
    """What is to be read for it."""
    return key.point if isinstance(key, ShiftedKey) else key
