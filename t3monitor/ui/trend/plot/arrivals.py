"""Which series somebody has just put somewhere: it is to be seen, also where the plots scroll; pure functions."""

from collections.abc import Mapping

from t3monitor.model.series_keys import SeriesKey


def arrived(before: Mapping[SeriesKey, int], now: Mapping[SeriesKey, int]) -> SeriesKey | None:
    """The last one that is new, else that which was moved to another plot; None if all are others, or all stay.

    ``before`` and ``now`` tell in which plots they are, whose numbers change as plots come and go: one was moved if it
    stands otherwise to the others.
    """
    kept = [key for key in now if key in before]
    if not kept or before == now:
        return None
    if new := [key for key in now if key not in before]:
        return new[-1]
    places = [(before[key], now[key]) for key in kept]
    changes = [sum(_side(was, a) != _side(has, b) for a, b in places) for was, has in places]
    most = max(changes)
    moved = [key for key, its in zip(kept, changes, strict=True) if its == most]
    return max(moved, key=lambda key: now[key]) if most else None


def _side(plot: int, other: int) -> int:
    return (plot > other) - (plot < other)
