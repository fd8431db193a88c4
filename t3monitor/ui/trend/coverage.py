"""Which history to ask for, and whether what is loaded is enough; plain data."""

import sys
from typing import NamedTuple

from t3monitor.model.points import PointKey
from t3monitor.ui.trend.loader import Request
from t3monitor.ui.trend.time_range import TimeRange

_SAMPLES_PER_PX = 2  # the smallest and the largest
_MARGIN_WINDOWS = 1.0  # loaded on both sides of what is in sight
_APPENDED_AT_MOST = 2000  # then it is loaded again, and what has left the plot is forgotten


class Coverage(NamedTuple):
    """What the traces hold."""

    request: Request
    reaches_present: bool  # live values continue it
    thinned: bool  # there is more to see when zooming in

    def holds(self, needed: Request, appended: int) -> bool:
        """Whether it is enough to draw what is needed; ``appended``: live samples that came since."""
        held = self.request
        if self.reaches_present:
            if appended > _APPENDED_AT_MOST:
                return False
            held = held._replace(end_s=max(held.end_s, needed.end_s))
        if not self.thinned:
            held = held._replace(max_points=sys.maxsize)
        return held.covers(needed)


def needed_for(keys: list[PointKey], shown: TimeRange, width_px: int) -> Request:
    """What it takes to draw a stretch of time so many pixels wide."""
    return Request(tuple(keys), *shown, _SAMPLES_PER_PX * width_px)


def with_margins(needed: Request) -> Request:
    """The same as finely, with what may come into sight next."""
    margin_s = _MARGIN_WINDOWS * needed.length_s
    return needed._replace(
        start_s=needed.start_s - margin_s,
        end_s=needed.end_s + margin_s,
        max_points=int(needed.max_points * (1 + 2 * _MARGIN_WINDOWS)),
    )
