"""What identifies a series on the plot: a point, or something made of one; plain data.

Only points are read and told by snapshots. What a series makes of them is asked here and nowhere else.
"""

from typing import NamedTuple

from t3monitor.model.points import PointKey


class ShiftedKey(NamedTuple):
    """A point as it was ``by_s`` earlier: each reading stands that much later than it was taken."""

    point: PointKey
    by_s: float


SeriesKey = PointKey | ShiftedKey


def point_of(key: SeriesKey) -> PointKey:
    """The point whose readings it shows."""
    return key.point if isinstance(key, ShiftedKey) else key


def shift_of(key: SeriesKey) -> float:
    """How many seconds after a reading was taken it stands on the time axis."""
    return key.by_s if isinstance(key, ShiftedKey) else 0.0
