"""Days of a zone, which have 23 or 25 hours where clocks are put; times are UTC epoch seconds."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from t3monitor.model.zones import local


def days_of(first_s: float, end_s: float, zone: tzinfo | None) -> Iterator[tuple[int, int]]:
    """Begin and end of each day that has a part of a time, oldest first: of 23 or 25 hours where clocks are put."""
    day = local(first_s, zone).date()
    start = begin_of(day, zone)
    while start < end_s:
        day += timedelta(days=1)
        end = begin_of(day, zone)
        if end > first_s:
            yield start, end
        start = end


def begin_of(day: date, zone: tzinfo | None) -> int:
    """When a day begins: UTC epoch seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
