"""Other days at the same times of the clock on the wall; times are UTC epoch seconds.

Two moments are the same time of two days if the clocks of a zone show the same then. Where an hour comes twice on both
days, the first belongs to the first and the second to the second; where it comes twice on one of them alone, its second
one has no counterpart, nor has an hour that is left out on the other day.
"""

from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from t3monitor.model.zones import clock_changes, local, offset_s

_DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1)


class Part(NamedTuple):
    """A stretch of the time axis, and how much later its readings stand there than they were taken."""

    start_s: float
    end_s: float
    by_s: float


class DayShift(NamedTuple):
    """So many days of a zone (None: this computer's) from a reading to its place on the time axis."""

    days: int = 0
    zone: tzinfo | None = None

    def taken(self, shown_s: float) -> float | None:
        """When that was that stands at a time; None: no such time was on that day."""
        return _same_clock(shown_s, -self.days, self.zone)

    def placed(self, taken_s: float) -> float | None:
        """Where a time stands; None: no such time is on that day."""
        return _same_clock(taken_s, self.days, self.zone)

    def ahead_s(self, now_s: float) -> float:
        """How far after the present it stands on the time axis, negative: before; of one without a place, nearly."""
        placed_s = self.placed(now_s)
        return self.days * _DAY_S if placed_s is None else placed_s - now_s

    def parts(self, start_s: float, end_s: float) -> tuple[Part, ...]:
        """What of the time axis has a counterpart, in order; between two parts that do not adjoin nothing has."""
        if not self.days:
            return (Part(start_s, end_s, 0.0),)
        found: list[Part] = []
        edges = sorted({start_s, end_s, *(edge for edge in self._edges(start_s, end_s) if start_s < edge < end_s)})
        for begin_s, until_s in pairwise(edges):
            middle_s = (begin_s + until_s) / 2
            if (taken_s := self.taken(middle_s)) is None:
                continue
            by_s = middle_s - taken_s
            if found and (found[-1].end_s, found[-1].by_s) == (begin_s, by_s):
                found[-1] = found[-1]._replace(end_s=until_s)
            else:
                found.append(Part(begin_s, until_s, by_s))
        return tuple(found)

    def _edges(self, start_s: float, end_s: float) -> list[float]:
        """Where it may change by how much readings are moved: where clocks are put on either of the days."""
        shift_s = self.days * _DAY_S
        edges: list[float] = []
        for days, from_s, to_s in ((0, start_s, end_s), (self.days, start_s - shift_s, end_s - shift_s)):
            for change_s in clock_changes(from_s - _DAY_S, to_s + _DAY_S, self.zone):
                before_s, after_s = offset_s(change_s - 1, self.zone), offset_s(change_s, self.zone)
                step_s = abs(after_s - before_s)
                for at_s in (change_s - step_s, change_s, change_s + step_s):
                    for offset in (before_s, after_s):
                        wall = _EPOCH + timedelta(days=days, seconds=at_s + offset)
                        edges += (wall.replace(tzinfo=self.zone, fold=fold).timestamp() for fold in (0, 1))
        return edges


def _same_clock(time_s: float, days: int, zone: tzinfo | None) -> float | None:
    if not days:
        return time_s
    at = local(time_s, zone)
    there = (at + timedelta(days=days)).replace(fold=at.fold)
    there_s = there.timestamp()
    is_there = local(there_s, zone).replace(tzinfo=None) == there.replace(tzinfo=None)
    if not is_there or (at.fold and there.replace(fold=0).timestamp() == there_s):
        return None
    return time_s + round(there_s - time_s)
