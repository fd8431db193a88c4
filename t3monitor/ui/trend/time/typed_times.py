"""Dates and times as users type them: as they are written everywhere, or by their locale; UTC epoch seconds."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from PySide6.QtCore import QLocale

from t3monitor.model.zones import local, zone_text
from t3monitor.ui.kit.texts import clock_text, date_text, translate
from t3monitor.ui.trend.time.time_range import EARLIEST_S, LATEST_S

_TYPED = re.compile(
    r"(?:(?P<a>\d{1,4})\s?[-./]\s?(?P<b>\d{1,2})\s?[-./]\s?(?P<c>\d{1,4})\.?)?"
    r"(?:(?:^|[T,\s]+)(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<half>[ap]\.?m\.?)?)?"
    r"(?:\s+(?P<zone>[A-Za-z]{2,5}(?:[-+−]\d{1,2}(?::\d{2})?)?))?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?:[yd]+|MM?)([-./]) ?(?:[yd]+|MM?)\1 ?(?:[yd]+|MM?)\.?")
_ISO = "yyyy-MM-dd"
_YEARS = tuple(datetime.fromtimestamp(at_s, UTC).year for at_s in (EARLIEST_S, LATEST_S))


class TypedTimeError(ValueError):
    """What was typed is no time; the text is the sentence that says so."""


def typed_text(utc_s: float, zone: tzinfo | None) -> str:
    """A time as it can be typed, and read back as the same minute."""
    return f"{date_text(local(utc_s, zone).date())} {clock_text(utc_s, zone, seconds=False)}"


def time_typed(
    text: str, zone: tzinfo | None, today: date, locale: QLocale | None = None, *, ends: bool = False
) -> float:
    """The time that was typed; without a date it is of today, without a time of day it is a whole day.

    With ``ends`` it is the end of something: of the day, and of two equal times of a day whose clocks are put back the
    second one. Raises TypedTimeError.
    """
    locale = locale or QLocale()
    found = _TYPED.fullmatch(text.strip())
    has_time = found is not None and found["hour"] is not None
    has_date = found is not None and found["a"] is not None
    if found is None or not (has_date or (has_time and (found["minute"] or found["half"]))):
        raise TypedTimeError(_no_time(text, today))
    try:
        day = _date(found["a"], found["b"], found["c"], locale) if has_date else today
        if not has_time:
            day, at = day + timedelta(days=ends), time()
        else:
            hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
            if found["half"]:
                hour = hour % 12 + (12 if found["half"][0] in "pP" else 0) if 1 <= hour <= 12 else 99
            if (hour, minute, second) == (24, 0, 0):
                day, hour = day + timedelta(days=1), 0
            at = time(hour, minute, second)
    except (ValueError, OverflowError):
        raise TypedTimeError(_no_time(text, today)) from None
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise TypedTimeError(translate("TypedTime", "There is no history of the year %d") % day.year)
    return _in_zone(datetime.combine(day, at, zone), zone, found["zone"] or "", ends=ends)


def _in_zone(at: datetime, zone: tzinfo | None, name: str, *, ends: bool) -> float:
    """The moment at which clocks of the zone show a time."""
    both = [at.replace(fold=fold).timestamp() for fold in (0, 1)]
    if local(both[0], zone).replace(tzinfo=None) != at.replace(tzinfo=None):
        raise TypedTimeError(
            translate("TypedTime", "There was no %1 on %2: clocks were put forward past it")
            .replace("%1", f"{at:%H:%M}")
            .replace("%2", date_text(at.date()))
        )
    names = [zone_text(time_s, zone) for time_s in both]
    if not name:
        return both[1] if ends else both[0]
    plain = name.upper().replace("-", "−")
    if plain not in names:
        raise TypedTimeError(
            translate("TypedTime", "“%1” is not the time of this zone then; leave it out, or type %2")
            .replace("%1", name)
            .replace("%2", " / ".join(dict.fromkeys(names)))
        )
    return both[names.index(plain)]


def _date(first: str, second: str, third: str, locale: QLocale) -> date:
    order = "yMd" if len(first) > 2 else _order(locale)
    parts = dict(zip(order, (first, second, third), strict=True))
    year = int(parts["y"])
    return date(year + 2000 if len(parts["y"]) <= 2 else year, int(parts["M"]), int(parts["d"]))


def _order(locale: QLocale) -> str:
    """The order of year, month and day in dates of numbers."""
    pattern = _pattern(locale)
    return "".join(sorted("yMd", key=pattern.index))


def _pattern(locale: QLocale) -> str:
    pattern = locale.dateFormat(QLocale.FormatType.ShortFormat)
    if not _NUMBERS.fullmatch(pattern) or not set("yMd") <= set(pattern):
        return _ISO
    return pattern if "yyyy" in pattern else re.sub("y+", "yyyy", pattern)


def _no_time(text: str, today: date) -> str:
    if not text.strip():
        return translate("TypedTime", "A time is missing; type it as %s") % f"{date_text(today)} 13:45"
    return (
        translate("TypedTime", "“%1” is no time; type it as %2")
        .replace("%1", text)
        .replace("%2", f"{date_text(today)} 13:45")
    )
