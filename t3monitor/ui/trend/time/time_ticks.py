"""Where the time axis has its marks, at round times of a zone, and what stands beneath them; pure functions."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from t3monitor.model.local_days import begin_of
from t3monitor.model.zones import clock_changes, is_repeated, local, offset_s, zone_text
from t3monitor.ui.kit.texts import date_text, weekday_text

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
)
_STEPS_DAYS = (1, 2, 7, 14)
_STEPS_MONTHS = (1, 2, 3, 6, 12)
_LABEL_PX = 56  # room that a label needs, with the space to the next
_DATE_PX = 86
_LETTER_PX = 7


class TimeTick(NamedTuple):
    """A mark of the time axis with what stands beneath it; ``date`` is the second line, often empty."""

    utc_s: float
    text: str
    date: str = ""


def time_ticks(start_s: float, end_s: float, width_px: float, zone: tzinfo | None = None) -> list[TimeTick]:
    """Marks at round times of a zone (None: this computer's), the first and each midnight with its date.

    In an hour that comes twice each mark has the name of the zone, and both hours have marks; the hour that is left out
    has none, and the name stands beneath the first mark after it.
    """
    length_s = end_s - start_s
    if length_s <= 0 or width_px < _LABEL_PX:
        return []
    shortest_s = length_s * _LABEL_PX / width_px
    if shortest_s > _STEPS_S[-1]:
        return _with_weekdays_or_years(list(_days(start_s, end_s, shortest_s / _DAY, zone)), zone)
    changes = _Changes.within(start_s, end_s, zone)
    seconds = len(":00") if changes.letters and shortest_s < _MINUTE else 0
    roomy_s = length_s * _LETTER_PX * (changes.letters + seconds) / width_px
    step_s = next(step_s for step_s in _STEPS_S if step_s >= max(shortest_s, min(roomy_s, _HOUR)))
    return list(_with_dates(start_s, end_s, step_s, width_px, zone, changes, named_beside=step_s >= roomy_s))


class _Changes(NamedTuple):
    """When clocks are put, in a time and an hour before and after it."""

    times_s: frozenset[int]
    letters: int  # of a time of day with the name of the zone; none if no time comes twice

    @classmethod
    def within(cls, start_s: float, end_s: float, zone: tzinfo | None) -> "_Changes":
        times_s = clock_changes(start_s - _HOUR, end_s + _HOUR, zone)
        back_s = [at_s for at_s in times_s if offset_s(at_s, zone) < offset_s(at_s - 1, zone)]
        names = [zone_text(at_s - before_s, zone) for at_s in back_s for before_s in (0, 1)]
        return cls(frozenset(times_s), max((len(f"00:00 {name}") for name in names), default=0))


def _times_of_day(start_s: float, end_s: float, step_s: int, zone: tzinfo | None) -> list[float]:
    """Local times that are whole steps from midnight; where clocks are put, those that exist, as often as they do."""
    if step_s < _HOUR:  # clocks are put by whole steps
        ahead_s = offset_s(start_s, zone)
        first = math.ceil((start_s + ahead_s) / step_s)
        last = math.floor((end_s + ahead_s) / step_s)
        return [number * step_s - ahead_s for number in range(first, last + 1)]
    found: set[float] = set()
    day, last_day = local(start_s, zone).date(), local(end_s, zone).date()
    while day <= last_day:
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        day += timedelta(days=1)
        begin_s = begin_of(midnight.date(), zone)
        if begin_of(day, zone) - begin_s == _DAY:
            found.update(range(begin_s, begin_s + _DAY, step_s))
            continue
        for second in range(0, _DAY, step_s):
            at = midnight + timedelta(seconds=second)  # by the clock on the wall
            twice = {at.replace(fold=fold).timestamp() for fold in (0, 1)}
            found.update(at_s for at_s in twice if local(at_s, zone).replace(fold=0) == at)
    return sorted(at_s for at_s in found if start_s <= at_s <= end_s)


def _with_dates(
    start_s: float,
    end_s: float,
    step_s: int,
    width_px: float,
    zone: tzinfo | None,
    changes: _Changes,
    *,
    named_beside: bool,
) -> Iterator[TimeTick]:
    s_per_px = (end_s - start_s) / width_px
    times = _times_of_day(start_s, end_s, step_s, zone)
    days = [local(at_s, zone).date() for at_s in times]
    dated = {at_s for at_s, day, before in zip(times, days, [None, *days[:-1]], strict=True) if day != before}
    first, *others = sorted(dated) or [0.0]
    if others and others[0] - first < _DATE_PX * s_per_px:
        dated.discard(first)  # there is no room for both
    pattern = "%H:%M:%S" if step_s < _MINUTE else "%H:%M"
    text_s = -math.inf  # of the text before
    for at_s in sorted({*times, *(at_s for at_s in changes.times_s if start_s <= at_s <= end_s)}):
        at = local(at_s, zone)
        has_room = at_s in times and at_s - text_s >= 0.9 * _LABEL_PX * s_per_px
        text_s = at_s if has_room else text_s
        text = at.strftime(pattern) if has_room else ""
        below = [date_text(at.date(), weekday=True, year=False)] if at_s in dated else []
        twice = bool(changes.letters) and is_repeated(at_s, zone)
        if twice and text and named_beside:
            text = f"{text} {zone_text(at_s, zone)}"
        elif (twice and at_s in times) or (at_s in changes.times_s and _room(at_s, dated) >= _DATE_PX / 2 * s_per_px):
            below.append(zone_text(at_s, zone))
        if text or below:
            yield TimeTick(at_s, text, " ".join(below))


def _room(at_s: float, dated: set[float]) -> float:
    """How far it is to the next date."""
    return min((abs(at_s - other_s) for other_s in dated if other_s != at_s), default=math.inf)


def _days(start_s: float, end_s: float, shortest_days: float, zone: tzinfo | None) -> Iterator[date]:
    """Midnights: every day, every few days, Mondays, or firsts of months."""
    first, last = local(start_s, zone).date(), local(end_s, zone).date()
    days = next((step for step in _STEPS_DAYS if step >= shortest_days), None)
    if days:
        day = first + timedelta(days=-(first.toordinal() - 1) % days)  # ordinal 1 is a Monday
        while day <= last:
            if begin_of(day, zone) >= start_s:
                yield day
            day += timedelta(days=days)
        return
    months = next((step for step in _STEPS_MONTHS if step * 30 >= shortest_days), 12)
    years = max(1, math.ceil(shortest_days / 365)) if months == 12 else 1
    for year in range(first.year, last.year + 1):
        for month in range(1, 13, months):
            day = date(year, month, 1)
            if year % years == 0 and day <= last and begin_of(day, zone) >= start_s:
                yield day


def _with_weekdays_or_years(days: list[date], zone: tzinfo | None) -> list[TimeTick]:
    """Firsts of months have their year, other days the day of the week beneath."""
    ticks: list[TimeTick] = []
    months = all(day.day == 1 for day in days) and len(days) > 1
    for day in days:
        at_s = begin_of(day, zone)
        if months:
            ticks.append(TimeTick(at_s, date_text(day)[:7]))
        else:
            ticks.append(TimeTick(at_s, date_text(day, year=False), weekday_text(day)))
    return ticks
