"""How old history is, though the clock may be wrong: time without any cycle is age only if it is short.

A clock that is set years ahead would have all history go at once. By the ledger that looks like years in which nobody
recorded, which count for nothing, whether the computer was off or its clock is wrong: what goes is at most what the
time of recording has made old, and a week.
"""

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.local_days import begin_of
from t3monitor.model.zones import local

_LONGEST_PAUSE_S = 7 * 86_400.0  # which counts
_FIRST_DAY = date(1971, 1, 1)  # zones have it too
_LAST_CYCLE = "SELECT max(started_at) FROM SYNC_RUNS WHERE started_at < ?"
_FIRST_CYCLE = "SELECT min(started_at) FROM SYNC_RUNS WHERE started_at >= ?"


class Ages(NamedTuple):
    """Which days are how old, as of a time in UTC epoch seconds."""

    now_s: float
    zone: tzinfo | None = None  # None: the computer's
    pauses: tuple[tuple[float, float], ...] = ()  # from when to when no cycle ran that long, the newest first

    @classmethod
    def in_file(cls, cursor: Cursor, now_s: float, zone: tzinfo | None = None) -> "Ages":
        """With what the ledger tells of pauses; before its first row there are none."""
        return cls(now_s, zone, tuple(_pauses(cursor, now_s)))

    def day_before(self, days: int) -> date:
        """The first day that is kept whole, of so many before today."""
        first = max(self._day_of(self.now_s) - timedelta(days=days), _FIRST_DAY)
        begin_s = begin_of(first, self.zone)
        if uncounted_s := self.uncounted_s(begin_s):
            first = max(self._day_of(max(0.0, begin_s - uncounted_s)), _FIRST_DAY)
        return first

    def uncounted_s(self, since_s: float) -> float:
        """How much further back than a time something is as old as that time is by the clock."""
        uncounted_s = 0.0
        for pause_s, until_s in self.pauses:
            if until_s <= since_s - uncounted_s:
                break
            uncounted_s += until_s - pause_s
        return uncounted_s

    def uncounted_days(self, days: int) -> int:
        """How much older by the clock it is than so many days."""
        return (Ages(self.now_s, self.zone).day_before(days) - self.day_before(days)).days

    def _day_of(self, time_s: float) -> date:
        return local(time_s, self.zone).date()


def _pauses(cursor: Cursor, now_s: float) -> Iterator[tuple[float, float]]:
    since_s = now_s
    while True:
        (last_s,) = cursor.execute(_LAST_CYCLE, (since_s,)).fetchone()
        if last_s is None:
            return
        if since_s - last_s > _LONGEST_PAUSE_S:
            yield last_s, since_s
        (since_s,) = cursor.execute(_FIRST_CYCLE, (last_s - _LONGEST_PAUSE_S,)).fetchone()
