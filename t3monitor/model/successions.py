"""Panels that took the place of others: which of them was read when, and what can be said of two."""

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from t3monitor.model.errors import MonitorError


class SuccessionError(MonitorError):
    """One panel cannot be said to be the successor of the other, as the sentence tells."""


class Succession(NamedTuple):
    """A panel is in the place of another one from a time on; UTC epoch seconds."""

    serial_number: int  # of the one that was replaced
    successor: int
    since_s: int
    created_at: int
    author: str  # the login name


class SuccessionEdit(NamedTuple):
    """A panel is the successor of another one, or (None) of none any more."""

    successor: int
    succession: Succession | None


class Span(NamedTuple):
    """A panel, and from when to before when it was the one in a place; UTC epoch seconds."""

    serial_number: int
    start_s: float = -inf
    end_s: float = inf

    def within(self, start_s: float, end_s: float) -> tuple[float, float]:
        """The first and the last whole second of it between two times; the last is before the first if it has none."""
        return max(start_s, self.start_s), min(end_s, self.end_s - 1)


def spans(successions: Iterable[Succession], serial_number: int) -> tuple[Span, ...]:
    """The panels that were in the place of one up to it, the first one first; mostly it alone."""
    before = {its.successor: its for its in successions}
    found: list[Span] = []
    end_s = inf
    while its := before.pop(serial_number, None):  # each once, whatever somebody wrote into the file
        found.append(Span(serial_number, its.since_s, end_s))
        serial_number, end_s = its.serial_number, min(its.since_s, end_s)
    return (Span(serial_number, -inf, end_s), *reversed(found))


def check(new: Succession, known: Sequence[Succession], now_s: float) -> None:
    """Raises SuccessionError if it cannot be said beside what is known already."""
    old, successor = new.serial_number, new.successor
    others = [its for its in known if its.successor != successor]
    if old == successor:
        raise SuccessionError(f"A panel that only got another number or name is no other panel: {old} is both")
    if new.since_s > now_s:
        raise SuccessionError("That time is still to come")
    if taken := next((its for its in others if its.serial_number == old), None):
        raise SuccessionError(f"The successor of {old} is {taken.successor} already; that would have to be taken back")
    before = spans(others, old)
    if successor in {span.serial_number for span in before}:
        raise SuccessionError(f"{old} came after {successor} already; that would have to be taken back")
    if new.since_s <= before[-1].start_s:
        raise SuccessionError(f"At that time {old} was not yet in the place of {before[-2].serial_number}")
    after = next((its for its in others if its.serial_number == successor), None)
    if after and after.since_s <= new.since_s:
        raise SuccessionError(f"At that time {after.successor} was in the place of {successor} already")
