"""What T3000 gave and what kept it from being stored, as whoever planted the outages knows it; the hole's rule again.

Nothing here comes from the program: the rule of `t3monitor.model.holes` is written down once more.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import Cause
from t3monitor.model.points import PointKey

_HOLE_AFTER_SPACINGS = 2.5
_BEGINNING_S = 30.0


class Hole(NamedTuple):
    """No reading of a point between these seconds, and why."""

    start_s: float
    end_s: float
    cause: str
    outage: str = ""


class Outage(msgspec.Struct, frozen=True):
    """What was planted, of these panels or points (None: all), by the driver's clock.

    Of one that loses nothing, since readings wait to be stored, no hole may be found: its ``cause`` is None. If one
    ``may_lose`` readings (on a full disk a page may find room or not), the driver looks in the view which are there.
    ``slack_s`` is how much later a hole may begin and end than T3000 says, since the program learns of it then.
    """

    name: str
    cause: Cause | None
    began_s: float
    ended_s: float
    panels: frozenset[int] | None = None
    points: frozenset[PointKey] = frozenset()  # then ``panels`` is empty
    slack_s: float = 0.0
    may_lose: bool = False

    def is_about(self, key: PointKey) -> bool:
        """Whether it kept readings of a point from being stored."""
        return self.panels is None or key.serial_number in self.panels or key in self.points

    def overlap_s(self, hole: Hole) -> float:
        """How long a hole lies within it."""
        return min(hole.end_s, self.ended_s) - max(hole.start_s, self.began_s)


class Planted(msgspec.Struct):
    """All that was planted in one database, and what T3000 gave: seconds by point."""

    stage: str
    database: str
    interval_s: int
    began_s: float
    outages: list[Outage]
    given: list[tuple[PointKey, list[int]]]

    @classmethod
    def read(cls, file: Path) -> "Planted":
        """What an earlier run wrote."""
        return msgspec.json.decode(file.read_bytes(), type=cls)

    def without_lost(self) -> "Planted":
        """The same without the readings of outages that might lose some, where the view has no row of them."""
        given = self.given
        with closing(sqlite3.connect(self.database)) as connection:
            for outage in (each for each in self.outages if each.may_lose):
                times = int(outage.began_s), int(outage.ended_s)
                stored = {
                    tuple(row)
                    for row in connection.execute(
                        "SELECT DISTINCT serial_number, point_type, point_index, logging_time FROM TRENDLOG_DATA"
                        " WHERE logging_time BETWEEN ? - 1 AND ? + 1",
                        times,
                    )
                }
                given = [
                    (key, [s for s in seconds if not times[0] <= s <= times[1] or _is_near((*key, s), stored)])
                    for key, seconds in given
                ]
        return msgspec.structs.replace(self, given=given)

    def write(self, file: Path) -> None:
        """For a later look."""
        file.write_bytes(msgspec.json.encode(self))

    @property
    def url(self) -> str:
        """Of the database."""
        return sqlite_url(Path(self.database))

    def points(self) -> list[PointKey]:
        """Those that T3000 ever gave."""
        return [key for key, _ in self.given]

    def seconds(self, key: PointKey) -> list[int]:
        """The readings of a point in their order."""
        return next(seconds for given, seconds in self.given if given == key)

    def holes(self, key: PointKey) -> list[Hole]:
        """Before the first reading of a point, and where more than two and a half spacings lie between two of them."""
        seconds = self.seconds(key)
        found = []
        if self.looked_at_s(key) < seconds[0]:
            found.append(Hole(self.began_s, seconds[0], Cause.BEFORE_FIRST, "before the panel was installed"))
        for read_s, next_s in pairwise(seconds):
            if next_s - read_s > _HOLE_AFTER_SPACINGS * self.interval_s:
                found.append(self._of_outage(Hole(read_s + self.interval_s, next_s, "nobody planted it"), key))
        return found

    def looked_at_s(self, key: PointKey) -> float:
        """From when on a point is looked at: the begin, or its first reading if that came as the program began."""
        first_s = self.seconds(key)[0]
        return self.began_s if first_s - self.began_s > _BEGINNING_S else first_s

    def is_told(self, key: PointKey, piece: Hole) -> bool:
        """Whether a piece of a hole has the cause of an outage of then."""
        causes = (each.cause for each in self.outages if each.is_about(key) and each.overlap_s(piece) > 0)
        return piece.cause in causes

    def slack_s(self, hole: Hole) -> float:
        """That of its outage."""
        return next((outage.slack_s for outage in self.outages if outage.name == hole.outage), 0.0)

    def _of_outage(self, hole: Hole, key: PointKey) -> Hole:
        about = [outage for outage in self.outages if outage.is_about(key) and outage.overlap_s(hole) > 0]
        if not about:
            return hole
        outage = max(about, key=lambda outage: outage.overlap_s(hole))
        return hole._replace(cause=outage.cause or "nothing is lost", outage=outage.name)


def _is_near(reading: tuple[int, str, int, int], stored: set[tuple[object, ...]]) -> bool:
    """Whether a reading is stored, with its second or one beside it."""
    *key, second = reading
    return any((*key, second + off) in stored for off in (-1, 0, 1))


class Given:
    """When T3000 gave a reading that was to be stored, point by point; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[PointKey, set[int]] = {}
        self._noted_s: dict[PointKey, float] = {}  # monotonic
        self._lost: frozenset[int] = frozenset()

    def note(self, keys: Iterable[PointKey], at_s: float) -> None:
        """T3000 gave these points as of a second."""
        with self._lock:
            for key in keys:
                self._noted_s[key] = time.monotonic()
                if key.serial_number not in self._lost:
                    self._times.setdefault(key, set()).add(int(at_s))

    def lose(self, *panels: int) -> None:
        """From now on nothing of these panels is to be stored, whatever T3000 gives."""
        with self._lock:
            self._lost = frozenset(panels)

    def last_s(self, key: PointKey) -> int:
        """The newest reading of a point."""
        with self._lock:
            return max(self._times[key])

    def lacking(self, keys: Iterable[PointKey], since_s: float) -> list[PointKey]:
        """Which points were not given since a monotonic second, to be stored or not."""
        with self._lock:
            return [key for key in keys if self._noted_s.get(key, 0.0) <= since_s]

    def all(self) -> list[tuple[PointKey, list[int]]]:
        """The seconds of all readings, in their order, as they are stored."""
        with self._lock:
            return [(key, sorted(self._times[key])) for key in sorted(self._times)]
