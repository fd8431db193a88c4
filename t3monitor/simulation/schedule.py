"""The week of the building in its own time: when the plant runs, when people are in.

All of the simulation counts local seconds: the UTC epoch second plus the building's fixed offset.
"""

from typing import NamedTuple

DAY_S = 86_400
HOUR_S = 3_600
MINUTE_S = 60

_WORKDAYS = 5


def weekday(day: int) -> int:
    """Weekday of a day number since 1970-01-01, Monday = 0."""
    return (day + 3) % 7


class Run(NamedTuple):
    """What a schedule says at one instant: on or off, and since which local second."""

    on: bool
    since_s: float


class Schedule:
    """On from ``start_h`` to ``stop_h`` on Mondays to Fridays, off over the weekend."""

    def __init__(self, start_h: float, stop_h: float) -> None:
        self.start_s = start_h * HOUR_S
        self.stop_s = stop_h * HOUR_S

    def run(self, local_s: float) -> Run:
        """State at a local time, with the last switch."""
        day = int(local_s // DAY_S)
        time_of_day_s = local_s - day * DAY_S
        if weekday(day) < _WORKDAYS:
            if self.start_s <= time_of_day_s < self.stop_s:
                return Run(True, day * DAY_S + self.start_s)
            if time_of_day_s >= self.stop_s:
                return Run(False, day * DAY_S + self.stop_s)
        day -= 1
        while weekday(day) >= _WORKDAYS:
            day -= 1
        return Run(False, day * DAY_S + self.stop_s)


OCCUPIED = Schedule(7, 18)
PLANT = Schedule(5.5, 18)  # air handlers start early: the rooms are to be warm when people come
