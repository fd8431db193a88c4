"""Which history to ask for, and whether what is loaded is enough; plain data."""

import sys
from collections.abc import Collection, Sequence
from datetime import tzinfo
from typing import NamedTuple

from t3monitor.model.series_keys import ComparedKey, SeriesKey
from t3monitor.ui.trend.time.time_range import TimeRange

_SAMPLES_PER_PX = 2  # the smallest and the largest
_MARGIN_WINDOWS = 1.0  # loaded on both sides of what is in sight
_APPENDED_AT_MOST = 2000  # then it is loaded again, and what has left the plot is forgotten
_FINE_ENOUGH = 1.5


class Request(NamedTuple):
    """What is to be loaded; times in UTC epoch seconds."""

    keys: tuple[SeriesKey, ...]
    start_s: float
    end_s: float
    max_points: int
    zone: tzinfo | None = None  # by whose clocks days are compared

    def covers(self, other: "Request") -> bool:
        """Whether its answer holds what the other asks for, and nearly as finely."""
        return (
            set(self.keys) >= set(other.keys)
            and self.start_s <= other.start_s
            and self.end_s >= other.end_s
            and (self.zone == other.zone or not any(isinstance(key, ComparedKey) for key in other.keys))
            and self.s_per_point <= _FINE_ENOUGH * other.s_per_point
        )

    @property
    def length_s(self) -> float:
        """How much time it asks for."""
        return self.end_s - self.start_s

    @property
    def s_per_point(self) -> float:
        """How finely it asks."""
        return self.length_s / self.max_points


class Coverage(NamedTuple):
    """What the traces hold."""

    request: Request
    reaches_present: bool  # live values continue it
    thinned: bool  # there is more to see when zooming in

    def holds(self, needed: Request, appended: int) -> bool:
        """Whether it is enough to draw what is needed; ``appended``: live samples that came since."""
        if appended > _APPENDED_AT_MOST:
            return False
        held = self.request
        if self.reaches_present:
            held = held._replace(end_s=max(held.end_s, needed.end_s))
        if not self.thinned:
            held = held._replace(max_points=sys.maxsize)
        return held.covers(needed)

    def of(self, keys: Collection[SeriesKey]) -> "Coverage":
        """The same, of those of the series that are still there."""
        left = tuple(key for key in self.request.keys if key in keys)
        return self._replace(request=self.request._replace(keys=left))


def needed_for(keys: Sequence[SeriesKey], shown: TimeRange, width_px: int, zone: tzinfo | None = None) -> Request:
    """What it takes to draw a stretch of time so many pixels wide, by the clocks of a zone."""
    return Request(tuple(keys), *shown, _SAMPLES_PER_PX * width_px, zone)


def with_margins(needed: Request) -> Request:
    """The same as finely, with what may come into sight next."""
    margin_s = _MARGIN_WINDOWS * needed.length_s
    return needed._replace(
        start_s=needed.start_s - margin_s,
        end_s=needed.end_s + margin_s,
        max_points=int(needed.max_points * (1 + 2 * _MARGIN_WINDOWS)),
    )
