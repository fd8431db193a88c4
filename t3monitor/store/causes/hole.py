"""A time without a reading, before anything is known of its causes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain
from math import inf
from operator import itemgetter
from typing import NamedTuple

Times = tuple[float, float]


class Hole(NamedTuple):
    """A time without a reading, before anything is known of its causes."""

    start_s: float
    end_s: float
    spacing_s: float = 0.0  # of the reading before it; 0: not known
    is_closed: bool = False  # there is a reading after it

    def within(self, start_s: float, end_s: float) -> "Hole":
        """What of it lies between two times that it reaches into."""
        return self._replace(start_s=max(self.start_s, start_s), end_s=min(self.end_s, end_s))

    def without(self, known: list[Times]) -> Iterator["Hole"]:
        """What is left of it without these times, which are in order and do not overlap."""
        first = bisect_right(known, self.start_s, key=itemgetter(1))
        last = bisect_left(known, self.end_s, key=itemgetter(0))
        edges = [-inf, *chain.from_iterable(known[first:last]), inf]
        for since_s, until_s in zip(edges[::2], edges[1::2], strict=True):
            part = self.within(since_s, until_s)
            if part.start_s < part.end_s:
                yield part
