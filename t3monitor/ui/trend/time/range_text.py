"""The time in sight in words."""

from datetime import time, tzinfo

from t3monitor.model.zones import is_repeated, local, zone_names
from t3monitor.ui.kit.texts import clock_text, date_text
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import TimeRange


def range_text(
    shown: TimeRange,
    zone: tzinfo | None,
    span: Span | None = None,
    *,
    brief: bool = False,
) -> str:
    """Start and end in a zone, which is named, with what need not be said left out.

    That are the times of a whole day or week, the date of the end if it is that of the start; what is
    brief has neither days of the week nor the zone, which the axis names.
    """
    is_whole = span is not None and local(shown.end_s, zone).time() == time()
    first, last = (local(time_s, zone).date() for time_s in (shown.start_s, shown.end_s - is_whole))
    start = date_text(first, weekday=not brief)
    is_known = brief and last.year == first.year
    end = "" if last == first else date_text(last, weekday=not brief, year=not is_known)
    if not is_whole:
        times = [clock_text(time_s, zone, seconds=False) for time_s in shown]
        start, end = f"{start} {times[0]}", " ".join(filter(None, (end, times[1])))
    text = " – ".join(filter(None, (start, end)))
    is_named = brief or any(is_repeated(time_s, zone) for time_s in shown)
    return text if is_named else f"{text} {zone_names(*shown, zone)}"
