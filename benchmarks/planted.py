"""What T3000 gave and what kept it from being stored, as whoever planted the outages knows it; the hole's rule again.

Nothing here comes from the program: the rule of `t3monitor.model.holes` is written down once more.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from t3monitor.model.causes import Cause
from t3monitor.model.points import PointKey

_HOLE_AFTER_SPACINGS = 2.5


class Hole(NamedTuple):
    """No reading of a point between these seconds, and why."""

    start_s: float
    end_s: float
    cause: str
    outage: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """What was planted, for these serial numbers or points (None: all), by the driver's clock.

    Of one that loses nothing, since readings wait to be stored, no hole may be found: its ``cause`` is None.
    ``slack_s`` is how much later a reading may be stored than T3000 gave it first.
    """

    name: str
    cause: Cause | None
    began_s: float
    ended_s: float
    concerns: Collection[object] | None = None
    slack_s: float = 0.0

    def is_about(self, key: PointKey) -> bool:
        """Whether it kept readings of a point from being stored."""
        return self.concerns is None or key in self.concerns or key.serial_number in self.concerns

    def overlap_s(self, start_s: float, end_s: float) -> float:
        """How long a stretch of time lies within it."""
        return min(end_s, self.ended_s) - max(start_s, self.began_s)


class Given:
    """When T3000 gave a reading that was to be stored, point by point; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[PointKey, list[float]] = defaultdict(list)
        self._noted_s: dict[PointKey, float] = {}  # monotonic
        self._lost: frozenset[object] = frozenset()

    def note(self, keys: Iterable[PointKey], at_s: float) -> None:
        """T3000 gave these points as of a second."""
        with self._lock:
            for key in keys:
                if key not in self._lost and key.serial_number not in self._lost:
                    self._times[key].append(at_s)
                    self._noted_s[key] = time.monotonic()

    def lose(self, *concerns: object) -> None:
        """From now on nothing of these serial numbers or points is to be stored, whatever T3000 gives."""
        with self._lock:
            self._lost = frozenset(concerns)

    def points(self) -> list[PointKey]:
        """The points that ever were given."""
        with self._lock:
            return sorted(self._times)

    def last_s(self, key: PointKey) -> float:
        """The newest reading of a point."""
        with self._lock:
            return self._times[key][-1]

    def lacking(self, keys: Iterable[PointKey], since_s: float) -> list[PointKey]:
        """Which points were not given since a monotonic second."""
        with self._lock:
            return [key for key in keys if self._noted_s.get(key, 0.0) <= since_s]

    def seconds(self, key: PointKey) -> list[int]:
        """The readings of a point in their order, in whole seconds, as they are stored."""
        with self._lock:
            return sorted({int(time_s) for time_s in self._times.get(key, ())})

    def holes(self, key: PointKey, spacing_s: float, outages: Iterable[Outage]) -> list[Hole]:
        """Where more than two and a half spacings lie between two readings, and the outage that was there."""
        about = [outage for outage in outages if outage.is_about(key)]
        found = []
        for read_s, next_s in pairwise(self.seconds(key)):
            if next_s - read_s <= _HOLE_AFTER_SPACINGS * spacing_s:
                continue
            start_s = read_s + spacing_s
            best = max(about, key=lambda outage: outage.overlap_s(start_s, next_s), default=None)
            if best is None or best.overlap_s(start_s, next_s) <= 0:
                found.append(Hole(start_s, next_s, "nobody planted it"))
            else:
                found.append(Hole(start_s, next_s, best.cause or "none should be there", best.name))
        return found
