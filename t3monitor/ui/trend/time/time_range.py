"""The stretches of time that the trend offers, and arithmetic on them; times in UTC epoch seconds."""

from enum import Enum
from typing import NamedTuple, Self

SHORTEST_S = 60.0
LONGEST_S = 5 * 366 * 86400.0
EARLIEST_S, LATEST_S = 946_684_800.0, 4_102_444_800.0  # 2000 and 2100: what lies beyond is no history
_FIT_LEAST_S = 300.0  # shown of data that have just begun
_FIT_MARGIN = 0.02  # before them, of their length


class Preset(Enum):
    """The lengths that have a button; the value is what is saved."""

    HOUR = "1h"
    EIGHT_HOURS = "8h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def length_s(self) -> float:
        """Its length."""
        return {"1h": 3600.0, "8h": 28800.0, "24h": 86400.0, "7d": 604800.0, "30d": 2592000.0}[self.value]

    @classmethod
    def of_length(cls, length_s: float) -> "Preset | None":
        """The preset of that length, if there is one."""
        return next((preset for preset in cls if abs(preset.length_s - length_s) < 1), None)


class TimeRange(NamedTuple):
    """What the time axis shows."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How much time it is."""
        return self.end_s - self.start_s

    @classmethod
    def ending(cls, end_s: float, length_s: float) -> Self:
        """So much time before an end."""
        return cls(end_s - length_s, end_s)

    def moved(self, by_s: float) -> "TimeRange":
        """The same length, later or (negative) earlier."""
        return TimeRange(self.start_s + by_s, self.end_s + by_s)

    def zoomed(self, factor: float, around_s: float) -> "TimeRange":
        """``factor`` times as long, with ``around_s`` where it was; never absurdly short or long."""
        length_s = min(max(self.length_s * factor, SHORTEST_S), LONGEST_S)
        share = (around_s - self.start_s) / self.length_s
        start_s = around_s - share * length_s
        return TimeRange(start_s, start_s + length_s)

    def within_history(self, now_s: float = LATEST_S) -> "TimeRange":
        """The same length, moved to where history may be: not before the year 2000, and not after the present."""
        return self.moved(max(EARLIEST_S - self.start_s, 0.0)).moved(min(now_s - self.end_s, 0.0))


def growing(since_s: float, most_s: float, now_s: float) -> TimeRange:
    """Data that began then, up to the present, with a margin before them; no longer than ``most_s``."""
    there_s = (now_s - since_s) * (1 + _FIT_MARGIN)
    return TimeRange.ending(now_s, min(most_s, max(there_s, _FIT_LEAST_S))).within_history(now_s)


def fitting(first_s: float, last_s: float, now_s: float) -> tuple[TimeRange, bool]:
    """All from the first reading to the last, with a margin, and whether these are so new that more is to come."""
    margin_s = max(now_s - first_s, _FIT_LEAST_S) * _FIT_MARGIN
    if now_s - last_s <= max(margin_s, _FIT_LEAST_S):
        return TimeRange.ending(now_s, min(max(now_s - first_s + margin_s, _FIT_LEAST_S), LONGEST_S)), True
    return TimeRange(first_s - margin_s, max(last_s + margin_s, first_s + SHORTEST_S)), False
