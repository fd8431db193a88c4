"""Which causes a hole has, by what was recorded of its time; pure functions of plain rows.

Never guessed: time of which nothing was recorded stays without a cause.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

from t3monitor.model.causes import Cause, EventKind, HoleClass
from t3monitor.model.holes import HOLE_AFTER_SPACINGS

# What a cycle tells holds up to the next cycle, which may come as late as a reading before there is a hole.
_TELLS_FOR_SPACINGS = HOLE_AFTER_SPACINGS - 1


class Order(IntEnum):
    """Which of several that tell of the same time counts: the first one."""

    FAULT = 0  # of the sensor
    LEFT_OUT = 1  # the point, by readings of its panel and type
    BEFORE = 2  # the first reading that is kept
    FILLED = 3  # from T3000's own history, whyever it was missing
    ELSEWHERE = 4  # what another T3 Monitor found, of times of which ours tells only that it was away
    ABSENCE = 5  # no cycle ran, also where a row of COVERAGE stands for those before and after
    PANEL = 6
    DATABASE = 7
    T3000 = 8
    MONITOR = 9
    LEDGER = 10  # where nothing else is known
    REPLACED = 11  # where not even the ledger tells


_ORDERS = {
    HoleClass.POINT: Order.LEFT_OUT,
    HoleClass.PANEL: Order.PANEL,
    HoleClass.DATABASE: Order.DATABASE,
    HoleClass.T3000: Order.T3000,
    HoleClass.MONITOR: Order.MONITOR,
    HoleClass.UNKNOWN: Order.LEDGER,
}


class Told(NamedTuple):
    """What was recorded of a time: from ``start_s`` to ``end_s`` there was no reading, and why; UTC epoch seconds."""

    start_s: float
    end_s: float
    order: Order
    cause: Cause
    detail: str = ""


class Event(NamedTuple):
    """A row of SYNC_EVENTS."""

    at_s: float
    kind: str
    detail: str


class Piece(NamedTuple):
    """A part of a hole with one cause."""

    start_s: float
    end_s: float
    cause: Cause
    detail: str


def by_coverage(since_s: float, until_s: float, cause: str, reason: str | None, cycles: int = 1) -> Told:
    """What a row of COVERAGE tells; a cause of a later version is not known. Less than no cycles are another's."""
    try:
        known = Cause(cause)
    except ValueError:
        known = Cause.UNKNOWN
    order = _ORDERS[known.hole_class] if cycles >= 0 else Order.ELSEWHERE
    order = Order.FILLED if known is Cause.FILLED else order
    return Told(since_s, until_s, order, known, reason or "")


def absences(events: Iterable[Event], last_sign_s: Callable[[float], float], *, is_recorded: bool) -> list[Told]:
    """When no cycle ran, by the events of a site in the order in which they happened.

    ``last_sign_s`` tells when a cycle was last known to run before a time. A program that did not quit before the next
    one started has ended unexpectedly, and so has the last one if nobody records any more.
    """
    found: list[Told] = []
    away: tuple[float, Cause, str] | None = None  # since when, and why
    is_started = False
    alive_s = -inf

    def end_absence(at_s: float) -> None:
        nonlocal away
        if away:
            since_s, cause, detail = away
            found.append(Told(since_s, at_s, Order.ABSENCE, cause, detail))
        away = None

    for at_s, kind, detail in events:
        match kind:
            case EventKind.STARTED:
                if is_started and not away:
                    away = max(alive_s, last_sign_s(at_s)), Cause.ENDED_UNEXPECTEDLY, ""
                end_absence(at_s)
                is_started = True
            case EventKind.RESUMED:
                end_absence(at_s)
            case EventKind.QUIT:
                end_absence(at_s)
                away = at_s, Cause.STOPPED if detail else Cause.NOT_RUNNING, detail
            case EventKind.STOPPED if not away:
                away = at_s, Cause.STOPPED, detail
            case EventKind.SLEPT:
                found.append(Told(at_s - _seconds(detail), at_s, Order.ABSENCE, Cause.ASLEEP))
            case EventKind.CLOCK_STEPPED:  # set back, it hides no time
                found.append(Told(at_s - _seconds(detail), at_s, Order.ABSENCE, Cause.CLOCK_STEPPED))
        alive_s = at_s
    if is_started and not away and not is_recorded:
        away = max(alive_s, last_sign_s(inf)), Cause.ENDED_UNEXPECTEDLY, ""
    end_absence(inf)
    return found


def without_pauses(away: Iterable[Told], others: Iterable[Told], spacing_s: Callable[[Told], float]) -> Iterator[Told]:
    """The absences; one after which the next cycle came in time is told by what ``others`` tell of cycles around it.

    ``spacing_s`` tells how far apart cycles were expected then. A program that a scheduler starts for each cycle is
    away between all of them, whatever they find.
    """
    told = sorted(others)
    longest = list(accumulate(told, _longer))  # up to each
    for one in away:
        reach_s = _TELLS_FOR_SPACINGS * spacing_s(one)
        starts = one.start_s, one.end_s + reach_s
        places = [bisect_right(told, start_s, key=lambda other: other.start_s) for start_s in starts]
        around = [longest[place - 1] for place in places if place]
        teller = next((other for other in around if other.end_s >= one.start_s - reach_s), None)
        if teller is None or one.end_s - one.start_s > reach_s:
            yield one
        else:
            yield teller._replace(start_s=one.start_s, end_s=one.end_s)


def _longer(one: Told, other: Told) -> Told:
    return max(one, other, key=lambda told: told.end_s)


def in_force(told: Iterable[Told]) -> list[Told]:
    """What counts at each time of which anything is told, oldest first, without overlaps."""
    in_time = sorted(known for known in told if known.start_s < known.end_s)
    edges = sorted({edge for known in in_time for edge in known[:2]})
    holding: list[tuple[Order, float, int]] = []  # of those of one order the newest first, and its place
    found: list[Told] = []
    place = 0
    for begin_s, until_s in pairwise(edges):
        while place < len(in_time) and in_time[place].start_s <= begin_s:
            heappush(holding, (in_time[place].order, -in_time[place].start_s, place))
            place += 1
        while holding and in_time[holding[0][2]].end_s <= begin_s:
            heappop(holding)
        if holding:
            found.append(in_time[holding[0][2]]._replace(start_s=begin_s, end_s=until_s))
    return found


def pieces(
    start_s: float, end_s: float, spacing_s: float, known: Sequence[Told], arrived_s: float = -inf
) -> list[Piece]:
    """A hole in pieces of one cause each, oldest first, without gap or overlap; ``known`` is what `in_force` gives.

    ``spacing_s`` is that of the reading before it. Time of which nobody tells belongs to what was told before it, or
    at the begin after it, unless it is longer than from one cycle to the next. At the begin it is counted from
    ``arrived_s``, when that reading was stored, if that is later: the next one might have come as late.
    """
    found: list[Piece] = []

    def add(until_s: float, cause: Cause, detail: str) -> None:
        since_s = found[-1].end_s if found else start_s
        if found and found[-1][2:] == (cause, detail):
            since_s = found.pop().start_s
        found.append(Piece(since_s, until_s, cause, detail))

    first = bisect_right(known, start_s, key=lambda told: told.end_s)
    last = bisect_left(known, end_s, key=lambda told: told.start_s)
    for told in known[first:last]:
        silent_s = arrived_s if start_s < arrived_s <= told.start_s else start_s
        told_until_s = found[-1].end_s if found else silent_s
        if told.start_s - told_until_s > _TELLS_FOR_SPACINGS * spacing_s:
            add(told.start_s, Cause.UNKNOWN, "")
        elif found:
            found[-1] = found[-1]._replace(end_s=max(told.start_s, told_until_s))
        add(told.end_s, told.cause, told.detail)
    if not found or end_s - found[-1].end_s > _TELLS_FOR_SPACINGS * spacing_s:
        add(end_s, Cause.UNKNOWN, "")
    else:
        found[-1] = found[-1]._replace(end_s=end_s)
    return found


def _seconds(detail: str) -> float:
    try:
        return max(0.0, float(detail))
    except ValueError:  # of a later version
        return 0.0
