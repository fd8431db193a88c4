"""Where the simulated building stands: in the zone of this computer, or in New York's where no clocks are put here."""

from datetime import tzinfo
from typing import NamedTuple

from t3monitor.model.zones import clock_changes, offset_s, zone_named

_YEAR_S = 366 * 86_400
_ELSEWHERE = "America/New_York"


class Place(NamedTuple):
    """A zone (None: that of this computer) and the last time at which its clocks were put; None: they never are."""

    zone: tzinfo | None
    clocks_put_s: int | None
    are_put_back: bool  # then, so that an hour came twice
    standard_offset_s: int  # how far its time is ahead of UTC, without summer time


def place_of_building(now_s: float) -> Place:
    """Where it stands."""
    for zone in (None, zone_named(_ELSEWHERE)):
        if changes := clock_changes(now_s - _YEAR_S, now_s, zone):
            before_s, after_s = offset_s(changes[-1] - 1, zone), offset_s(changes[-1], zone)
            return Place(zone, changes[-1], after_s < before_s, int(min(before_s, after_s)))
    return Place(None, None, False, int(offset_s(now_s, None)))  # the system has no time zones
