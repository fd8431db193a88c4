"""Where the axes have their marks: round local times, round values; pure functions."""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from PySide6.QtCore import QDate, QLocale

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


class TimeTick(NamedTuple):
    """A mark of the time axis with what stands beneath it; ``date`` is the second line, often empty."""

    utc_s: float
    text: str
    date: str = ""


def time_ticks(start_s: float, end_s: float, width_px: float) -> list[TimeTick]:
    """Marks at round local times, the first of them and each midnight with its date; times in UTC epoch seconds."""
    length_s = end_s - start_s
    if length_s <= 0 or width_px < _LABEL_PX:
        return []
    shortest_s = length_s * _LABEL_PX / width_px
    for step_s in _STEPS_S:
        if step_s >= shortest_s:
            return _with_dates(_times_of_day(start_s, end_s, step_s), length_s * _DATE_PX / width_px, step_s)
    return _with_weekdays_or_years(list(_days(start_s, end_s, shortest_s / _DAY)))


def _times_of_day(start_s: float, end_s: float, step_s: int) -> list[datetime]:
    """Local times that are whole steps from midnight; with the clock change, those that exist."""
    found: dict[float, datetime] = {}
    if step_s < _HOUR:  # clock changes are whole steps: exact in UTC offset arithmetic
        offset_s = _utc_offset_s(start_s)
        at_s = math.ceil((start_s + offset_s) / step_s) * step_s - offset_s
        while at_s <= end_s:
            found[at_s] = datetime.fromtimestamp(at_s)
            at_s += step_s
        return list(found.values())
    day = datetime.fromtimestamp(start_s).date()
    while (midnight := datetime(day.year, day.month, day.day)).timestamp() <= end_s:
        for second in range(0, _DAY, step_s):
            at = midnight + timedelta(seconds=second)
            at_s = at.timestamp()
            if start_s <= at_s <= end_s:
                found.setdefault(at_s, datetime.fromtimestamp(at_s))
        day += timedelta(days=1)
    return [found[at_s] for at_s in sorted(found)]


def _utc_offset_s(utc_s: float) -> float:
    offset = datetime.fromtimestamp(utc_s).astimezone().utcoffset()
    return offset.total_seconds() if offset else 0.0


def _with_dates(times: list[datetime], date_s: float, step_s: int) -> list[TimeTick]:
    pattern = "%H:%M:%S" if step_s < _MINUTE else "%H:%M"
    dated = [n for n, at in enumerate(times) if n == 0 or at.date() != times[n - 1].date()]
    if len(dated) > 1 and (times[dated[1]] - times[0]).total_seconds() < date_s:
        del dated[0]  # there is no room for both
    return [
        TimeTick(at.timestamp(), at.strftime(pattern), _date_text(at.date(), "ddd d MMM") if n in dated else "")
        for n, at in enumerate(times)
    ]


def _days(start_s: float, end_s: float, shortest_days: float) -> Iterator[date]:
    """Midnights: every day, every few days, Mondays, or firsts of months."""
    first, last = datetime.fromtimestamp(start_s).date(), datetime.fromtimestamp(end_s).date()
    days = next((step for step in _STEPS_DAYS if step >= shortest_days), None)
    if days:
        day = first + timedelta(days=-(first.toordinal() - 1) % days)  # ordinal 1 is a Monday
        while day <= last:
            if datetime(day.year, day.month, day.day).timestamp() >= start_s:
                yield day
            day += timedelta(days=days)
        return
    months = next((step for step in _STEPS_MONTHS if step * 30 >= shortest_days), 12)
    years = max(1, math.ceil(shortest_days / 365)) if months == 12 else 1
    for year in range(first.year, last.year + 1):
        for month in range(1, 13, months):
            day = date(year, month, 1)
            if year % years == 0 and day <= last and datetime(year, month, 1).timestamp() >= start_s:
                yield day


def _with_weekdays_or_years(days: list[date]) -> list[TimeTick]:
    """Firsts of months have the year beneath, where it changes; other days the day of the week."""
    ticks: list[TimeTick] = []
    year = None
    months = all(day.day == 1 for day in days) and len(days) > 1
    for day in days:
        at_s = datetime(day.year, day.month, day.day).timestamp()
        if months:
            ticks.append(TimeTick(at_s, _date_text(day, "MMM"), str(day.year) if day.year != year else ""))
        else:
            ticks.append(TimeTick(at_s, _date_text(day, "d MMM"), _date_text(day, "ddd")))
        year = day.year
    return ticks


def _date_text(day: date, pattern: str) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)


class Scale(NamedTuple):
    """Values of an axis: its lowest mark, and how far apart its marks are."""

    lowest: float
    step: float

    def highest(self, divisions: int) -> float:
        """Its uppermost mark."""
        return self.lowest + divisions * self.step

    def label(self, mark: int) -> str:
        """Text at a mark, counted from below; all marks have the same decimals."""
        decimals = max(0, -math.floor(math.log10(self.step) + 1e-9))
        if not math.isclose(round(self.step, decimals), self.step, rel_tol=1e-6):
            decimals += 1  # 2.5 and 0.25
        value = round(self.lowest + mark * self.step, decimals) + 0.0  # no minus zero
        return f"{value:,.{decimals}f}" if abs(self.highest(1)) >= 10_000 else f"{value:.{decimals}f}"


class Fit(NamedTuple):
    """Scales of all units over one grid: the same number of divisions, so that the marks stand side by side."""

    divisions: int
    scales: Mapping[str, Scale]


_FEW, _SOME, _MANY = (4,), (4, 6), (6, 8, 10)
_SOME_PX, _MANY_PX = 170, 330  # heights
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


def fit(extents: Mapping[str, tuple[float, float]], height_px: float) -> Fit:
    """Scales on which the extents (smallest, largest) of all units fill a plot of this height well."""
    counts = _MANY if height_px >= _MANY_PX else _SOME if height_px >= _SOME_PX else _FEW
    spans = {unit: _span(unit, *extent) for unit, extent in extents.items()}

    def fitted(divisions: int) -> tuple[float, Fit]:
        scales = {unit: _scale(low, high, divisions) for unit, (low, high) in spans.items()}
        waste = sum(  # squared: rather a little on each axis than half of one
            math.log(scale.step * divisions / (spans[unit][1] - spans[unit][0])) ** 2 for unit, scale in scales.items()
        )
        return waste, Fit(divisions, scales)

    return min((fitted(divisions) for divisions in counts), key=lambda found: found[0])[1]


def still_fits(old: Fit, extents: Mapping[str, tuple[float, float]], new: Fit) -> bool:
    """Whether the old scales serve as well: everything in sight and nearly as large as on the new ones."""
    if old.scales.keys() != extents.keys():
        return False
    for unit, (low, high) in extents.items():
        scale = old.scales[unit]
        slack = scale.step * 1e-6
        if low < scale.lowest - slack or high > scale.highest(old.divisions) + slack:
            return False
        if scale.step * old.divisions > 1.8 * new.scales[unit].step * new.divisions:
            return False
    return True


_LEAST_SPANS = {"°C": 2.0, "°F": 4.0, "%": 10.0, "PPM": 100.0}


def _span(unit: str, low: float, high: float) -> tuple[float, float]:
    """The extent, widened if it is so narrow that it would show nothing but the noise of a constant value."""
    least = _LEAST_SPANS.get(unit) or (max(0.02 * max(abs(low), abs(high)), 1e-6) if (low or high) else 1.0)
    if high - low < least:
        middle = (low + high) / 2
        low, high = (0.0, least) if low >= 0 and middle < least / 2 else (middle - least / 2, middle + least / 2)
    return low, high


def _scale(low: float, high: float, divisions: int) -> Scale:
    """The smallest round step with which so many divisions hold the extent."""
    power = 10.0 ** math.floor(math.log10((high - low) / divisions))
    for step in (*(power * factor for factor in _ROUND), power * 20, power * 50):
        lowest = math.floor(low / step + 1e-9) * step
        if lowest + divisions * step >= high - step * 1e-9:
            return Scale(lowest, step)
    return Scale(math.floor(low / (power * 100)) * power * 100, power * 100)
