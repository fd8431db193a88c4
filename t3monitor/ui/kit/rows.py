"""Telling views of changed rows in few signals: each costs them as much as many rows of one."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

# Beyond so many, near ones are told together: a view repaints what it shows once, whatever we say.
MOST_STRETCHES = 500


def stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of neighbouring rows, which are in order; of too many, the near ones in one."""
    gap = 1
    while sum(b - a > gap for a, b in pairwise(places)) >= MOST_STRETCHES:
        gap *= 2
    first = last = -1
    for place in places:
        if last >= 0 and place - last <= gap:
            last = place
            continue
        if last >= 0:
            yield first, last
        first = last = place
    if last >= 0:
        yield first, last
