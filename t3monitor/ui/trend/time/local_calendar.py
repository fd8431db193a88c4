"""Days and weeks of a zone as stretches of time, which clock changes make longer or shorter; plain data.

Times are UTC epoch seconds.
"""

from datetime import date, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from t3monitor.model.local_days import begin_of
from t3monitor.model.zones import local
from t3monitor.ui.trend.time.time_range import TimeRange


class Span(Enum):
    """What a calendar has; the value is what is saved."""

    DAY = "day"
    WEEK = "week"

    @property
    def days(self) -> int:
        """Its length by the calendar."""
        return 1 if self is Span.DAY else 7


class LocalCalendar(NamedTuple):
    """The calendar of a zone (None: this computer's); weeks begin with that day, 1 is Monday."""

    zone: tzinfo | None = None
    first_weekday: int = 1

    def around(self, span: Span, time_s: float, by: int = 0) -> TimeRange:
        """The day or week that a time is in; or the one so many later, or (negative) earlier."""
        day = local(time_s, self.zone).date()
        if span is Span.WEEK:
            day -= timedelta(days=(day.isoweekday() - self.first_weekday) % 7)
        return self.days(day + timedelta(days=by * span.days), span.days)

    def days(self, first: date, count: int = 1) -> TimeRange:
        """So many days from that one on."""
        return TimeRange(float(begin_of(first, self.zone)), float(begin_of(first + timedelta(days=count), self.zone)))

    def span_of(self, shown: TimeRange) -> Span | None:
        """Whether a stretch of time is just one day, or one week."""
        return next((span for span in Span if self.around(span, shown.start_s) == shown), None)

    def moved(self, shown: TimeRange, days: int) -> TimeRange:
        """The same times of day so many days later, or (negative) earlier, by the clock on the wall."""
        return TimeRange(*(self._moved(time_s, days) for time_s in shown))

    def _moved(self, time_s: float, days: int) -> float:
        return (local(time_s, self.zone) + timedelta(days=days)).timestamp()
