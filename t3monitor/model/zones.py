"""Time zones: local time in one, which of its times come twice, and how it is called; times are UTC epoch seconds.

A zone is a tzinfo, or None: that of this computer.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_ABBREVIATION = re.compile("[A-Z]{2,5}")
_MINUS = "\u2212"
_LOCAL_SINCE_S = 2 * 86_400  # Windows knows no local time before 1970, wherever its clocks are


def zone_named(name: str) -> tzinfo | None:
    """The zone of an IANA name such as ``America/New_York``; None where there is none, and for an empty name."""
    if not name:
        return None
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # by its kind: a path, a folder, no such file
        return None


def local(utc_s: float, zone: tzinfo | None) -> datetime:
    """Date and time of day in a zone; its ``fold`` tells the second of two equal ones."""
    if utc_s >= _LOCAL_SINCE_S:
        return datetime.fromtimestamp(utc_s, zone)
    ahead = timedelta(seconds=utc_s - _LOCAL_SINCE_S)
    if zone is None:
        return datetime.fromtimestamp(_LOCAL_SINCE_S) + ahead
    return (datetime.fromtimestamp(_LOCAL_SINCE_S, UTC) + ahead).astimezone(zone)


def offset_s(utc_s: float, zone: tzinfo | None) -> float:
    """How far local time is ahead of UTC."""
    offset = _aware(utc_s, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


def is_repeated(utc_s: float, zone: tzinfo | None) -> bool:
    """Whether this local time comes twice, since clocks are put back."""
    at = _aware(utc_s, zone).replace(tzinfo=zone)
    return at.replace(fold=0).timestamp() != at.replace(fold=1).timestamp()


def zone_text(utc_s: float, zone: tzinfo | None) -> str:
    """How the zone is called then: ``EST``, or by its offset, ``UTC+10:30``, where it has no short name."""
    at = _aware(utc_s, zone)
    name = at.tzname() or ""
    return name if _ABBREVIATION.fullmatch(name) else _offset_text(at.utcoffset() or timedelta())


def zone_names(start_s: float, end_s: float, zone: tzinfo | None) -> str:
    """How the zone is called in a time: ``EST``, or ``EDT/EST`` and ``UTC+11/+10:30`` where clocks are put in it."""
    first, last = zone_text(start_s, zone), zone_text(end_s, zone)
    return first if first == last else f"{first}/{last.removeprefix('UTC')}"


def _aware(utc_s: float, zone: tzinfo | None) -> datetime:
    """A local time that knows its offset and name; before 1970, where nothing was recorded, those of 1970."""
    return local(max(utc_s, _LOCAL_SINCE_S), zone).astimezone(zone)


def _offset_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{_MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def clock_changes(start_s: float, end_s: float, zone: tzinfo | None) -> list[int]:
    """The moments in a time at which clocks are put, found where the offset is another one a day later."""
    found: list[int] = []
    at_s = int(start_s)
    while at_s < end_s:
        next_s = min(at_s + 86_400, int(end_s) + 1)
        if (before := offset_s(at_s, zone)) != offset_s(next_s, zone):
            low, high = at_s, next_s
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_s(middle, zone) == before else (low, middle)
            found.append(high)
        at_s = next_s
    return [change_s for change_s in found if start_s <= change_s <= end_s]
