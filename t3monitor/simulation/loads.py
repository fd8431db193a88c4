"""What the building as a whole draws: heat, cooling, fans, light, people; each with its exact integral for meters.

A load is a course of the day (straight lines between knots, one course per weekday) times a weather factor (a straight
line from midnight to midnight). So the consumption up to any instant is a sum of a few terms a day, and a meter's
slope is exactly the power shown beside it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from t3monitor.simulation.noise import key_of, uniform
from t3monitor.simulation.schedule import DAY_S, HOUR_S, weekday
from t3monitor.simulation.weather import Weather, sun_height

NO_HEATING_ABOVE_C = 17.0
METERS_SINCE_DAY = 18_993  # 2022-01-01, when the meters went in: they stood at their first reading until then


class DayCourse:
    """Course of one day, given as (hour, value) knots from 0 to 24 h."""

    def __init__(self, *knots: tuple[float, float]) -> None:
        self._times_s = [hour * HOUR_S for hour, _ in knots]
        self._values = [value for _, value in knots]
        plain, weighted = 0.0, 0.0
        self._sums = [(plain, weighted)]
        for (start_s, low), (end_s, high) in pairwise(zip(self._times_s, self._values, strict=True)):
            more_plain, more_weighted = _piece(start_s, low, end_s, high)
            plain, weighted = plain + more_plain, weighted + more_weighted
            self._sums.append((plain, weighted))

    def at(self, time_of_day_s: float) -> float:
        """Value at a time of day."""
        n = bisect_right(self._times_s, time_of_day_s) - 1
        start_s, low, high = self._times_s[n], self._values[n], self._values[n + 1]
        return low + (high - low) * (time_of_day_s - start_s) / (self._times_s[n + 1] - start_s)

    def sums(self, time_of_day_s: float) -> tuple[float, float]:
        """From midnight, in value x seconds: the integral, and it weighted with the elapsed part of the day."""
        if time_of_day_s >= DAY_S:
            return self._sums[-1]
        n = bisect_right(self._times_s, time_of_day_s) - 1
        plain, weighted = self._sums[n]
        more = _piece(self._times_s[n], self._values[n], time_of_day_s, self.at(time_of_day_s))
        return plain + more[0], weighted + more[1]


def _piece(start_s: float, low: float, end_s: float, high: float) -> tuple[float, float]:
    span_s = end_s - start_s
    middle = (start_s + end_s) / 2 * (low + high) / 2
    simpson = span_s / 6 * (start_s * low + 4 * middle + end_s * high)  # exact for a product of two straight lines
    return span_s * (low + high) / 2, simpson / DAY_S


class Load:
    """One load: seven day courses, Monday first, times a factor for each midnight (local seconds to factor)."""

    def __init__(self, week: Sequence[DayCourse], factor: Callable[[float], float]) -> None:
        self._week = week
        self._factor: Callable[[int], float] = lru_cache(maxsize=4096)(lambda day: factor(day * DAY_S))
        self._whole_days = [0.0]  # integral at the beginning of METERS_SINCE_DAY, of the next day, ...

    def at(self, local_s: float) -> float:
        """The load at a local time, 1 = a full working day of the design season."""
        day = int(local_s // DAY_S)
        return self._week[weekday(day)].at(local_s - day * DAY_S) * self.factor(local_s)

    def factor(self, local_s: float) -> float:
        """The weather's part in the load."""
        day = int(local_s // DAY_S)
        low, high = self._factor(day), self._factor(day + 1)
        return low + (high - low) * (local_s - day * DAY_S) / DAY_S

    def hours(self, local_s: float) -> float:
        """Full-load hours since the meters went in; never falls."""
        day = int(local_s // DAY_S)
        if day < METERS_SINCE_DAY:
            return 0.0
        whole = self._whole_days
        if len(whole) <= day - METERS_SINCE_DAY:
            days = range(METERS_SINCE_DAY + len(whole) - 1, day)
            more = accumulate((self._within(each, DAY_S) for each in days), initial=whole[-1])
            self._whole_days = whole = [*whole[:-1], *more]  # a new list, since other threads may ask meanwhile
        return (whole[day - METERS_SINCE_DAY] + self._within(day, local_s - day * DAY_S)) / HOUR_S

    def _within(self, day: int, time_of_day_s: float) -> float:
        plain, weighted = self._week[weekday(day)].sums(time_of_day_s)
        low, high = self._factor(day), self._factor(day + 1)
        return low * plain + (high - low) * weighted


_NOTHING = DayCourse((0, 0), (24, 0))
_FULL = DayCourse((0, 1), (24, 1))
_PEOPLE = DayCourse(
    (0, 0), (6.6, 0), (7.5, 0.35), (9, 0.95), (11.7, 1), (12.3, 0.55), (13, 0.6), (13.8, 0.95), (16, 0.9), (17.5, 0.3),
    (18.5, 0.05), (20, 0.05), (20.4, 0), (24, 0),
)  # fmt: skip
_FANS = DayCourse(
    (0, 0), (5.5, 0), (5.55, 0.5), (7, 0.55), (12, 0.8), (15.5, 1), (17, 0.9), (17.98, 0.7), (18, 0), (24, 0)
)
_RUNNING = DayCourse((0, 0), (5.5, 0), (5.501, 1), (17.999, 1), (18, 0), (24, 0))
_HEAT_NIGHT = 0.35
_HEAT = DayCourse(
    (0, _HEAT_NIGHT), (5.5, _HEAT_NIGHT), (5.65, 1.1), (7.5, 1), (10, 0.75), (14, 0.55), (18, 0.6), (18.2, 0.2),
    (21, 0.25), (24, _HEAT_NIGHT),
)  # fmt: skip
_HEAT_MONDAY = DayCourse(
    (0, _HEAT_NIGHT), (5.5, _HEAT_NIGHT), (5.65, 1.4), (8, 1.15), (11, 0.8), (14, 0.6), (18, 0.6), (18.2, 0.2),
    (21, 0.25), (24, _HEAT_NIGHT),
)  # fmt: skip
_HEAT_WEEKEND = DayCourse((0, _HEAT_NIGHT), (7, 0.38), (14, 0.25), (24, _HEAT_NIGHT))
_COOLING = DayCourse((0, 0), (6, 0), (7, 0.2), (11, 0.65), (15, 1), (17, 0.85), (17.98, 0.6), (18, 0), (24, 0))
_LIGHTS = DayCourse(
    (0, 0.06),
    (6.3, 0.06),
    (7, 0.45),
    (8.5, 1),
    (16.5, 1),
    (17.5, 0.75),
    (18.5, 0.3),
    (20, 0.3),
    (20.6, 0.06),
    (24, 0.06),
)
_DAYLIGHT = DayCourse((0, 0), (8, 0), (10, 0.4), (12.5, 0.55), (14.5, 0.4), (16.5, 0), (24, 0))
_LIGHTS_WEEKEND = DayCourse((0, 0.06), (24, 0.06))


class Loads:
    """The loads of the building, shared by all its plants."""

    def __init__(self, seed: int, weather: Weather) -> None:
        attendance = key_of(seed, "attendance")

        def people(midnight_s: float) -> float:
            return 0.85 + 0.15 * uniform(attendance, int(midnight_s // DAY_S))

        def cold(midnight_s: float) -> float:
            return max(0.0, (NO_HEATING_ABOVE_C - weather.slow_c(midnight_s)) / 29)  # 1 at -12 °C

        def warm(midnight_s: float) -> float:
            return min(1.0, max(0.0, (weather.slow_c(midnight_s) - 8) / 15))

        def bright(midnight_s: float) -> float:
            noon_s = midnight_s + DAY_S / 2
            return min(1.0, 1.3 * sun_height(noon_s) * (0.4 + 0.6 * weather.clear(noon_s)))

        self.people = Load([_PEOPLE] * 5 + [_NOTHING] * 2, people)
        self.heat = Load([_HEAT_MONDAY] + [_HEAT] * 4 + [_HEAT_WEEKEND] * 2, cold)
        self.cooling = Load([_COOLING] * 5 + [_NOTHING] * 2, warm)
        self.fans = Load([_FANS] * 5 + [_NOTHING] * 2, lambda midnight_s: 0.45 + 0.5 * warm(midnight_s))
        self.running = Load([_RUNNING] * 5 + [_NOTHING] * 2, lambda _: 1.0)
        self.always = Load([_FULL] * 7, lambda _: 1.0)
        self._lights = Load([_LIGHTS] * 5 + [_LIGHTS_WEEKEND] * 2, lambda _: 1.0)
        self._daylight = Load([_DAYLIGHT] * 5 + [_NOTHING] * 2, bright)

    def heating_season(self, local_s: float) -> float:
        """0 while the boilers stand, 1 from where they are hot all day; mild days lie between."""
        return min(1.0, self.heat.factor(local_s) / 0.05)

    def lights(self, local_s: float) -> float:
        """Part of the lighting that is on, 0..1: less by day where daylight does."""
        return self._lights.at(local_s) - self._daylight.at(local_s)

    def light_hours(self, local_s: float) -> float:
        """Full-load hours of the lighting since the meters went in."""
        return self._lights.hours(local_s) - self._daylight.hours(local_s)
