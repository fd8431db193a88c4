"""The readings of a point as arrays, and the holes between them; for any thread."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.holes import is_hole, known_until, told_until
from t3monitor.model.units import is_measured
from t3monitor.model.words import Words

Floats = NDArray[np.float64]


class Holes(NamedTuple):
    """Times without a reading, oldest first; UTC epoch seconds.

    Each begins where the reading before it holds no longer, and ends with the next reading. The last one is open, its
    end infinite, if it is known that a later reading lacks the point or has another unit.
    """

    starts: Floats
    ends: Floats

    @classmethod
    def none(cls) -> "Holes":
        """No hole."""
        return cls(np.empty(0), np.empty(0))

    def at(self, time_s: float) -> int | None:
        """Which one a time lies in."""
        place = int(np.searchsorted(self.ends, time_s, side="right"))
        return place if place < len(self.ends) and self.starts[place] <= time_s else None

    def reach_into(self, start_s: float, end_s: float) -> bool:
        """Whether one of them does."""
        return bool(((self.starts < end_s) & (self.ends > start_s)).any())

    def have(self, times_s: Floats) -> NDArray[np.bool_]:
        """Which of these times lie in one of them."""
        next_ends = np.searchsorted(self.ends, times_s, side="right")
        return np.asarray(np.append(self.starts, np.inf)[next_ends] <= times_s)

    def replaced(self, first: int, last: int, *new: tuple[float, float]) -> "Holes":
        """These, with others in place of those from ``first`` to before ``last``; empty ones are left out."""
        starts, ends = np.array([hole for hole in new if hole[0] < hole[1]], dtype=float).reshape(-1, 2).T
        return Holes(
            np.concatenate((self.starts[:first], starts, self.starts[last:])),
            np.concatenate((self.ends[:first], ends, self.ends[last:])),
        )


class Stretches(NamedTuple):
    """What stands for many readings each: parallel to the times of a `Series`, which are those of their first ones."""

    ends: Floats  # times of their last readings
    lows: Floats
    highs: Floats
    known: Floats  # share of the time from the first reading to that of the next stretch

    def inserted(self, place: int, time_s: float, value: float) -> "Stretches":
        """With one more, of one reading."""
        return Stretches(
            *(np.insert(column, place, new) for column, new in zip(self, (time_s, value, value, 1.0), strict=True))
        )

    def reaching(self, place: int, value: float) -> "Stretches":
        """With one more reading in one of them; itself if it may have been that already."""
        if self.lows[place] <= value <= self.highs[place]:
            return self
        lows, highs = self.lows.copy(), self.highs.copy()
        lows[place], highs[place] = min(value, lows[place]), max(value, highs[place])
        return self._replace(lows=lows, highs=highs)


def known_shares(times: Floats, ends: Floats, holes: Holes) -> Floats:
    """The share of each stretch up to the next one that is not in holes; of the last, up to its last reading."""
    closed = np.isfinite(holes.ends)
    hole_s = np.zeros(len(times))
    which = np.searchsorted(times, holes.starts[closed], side="right") - 1
    np.add.at(hole_s, which, (holes.ends - holes.starts)[closed])
    length_s = np.append(times[1:], ends[-1]) - times
    return 1 - np.divide(hole_s, length_s, out=np.zeros(len(times)), where=length_s > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of one point in one unit and wording, oldest first, and the holes between; or stretches of many."""

    times_utc_s: Floats
    values: Floats  # of a stretch the mean: of two states the share of the second one
    holes: Holes  # between all readings, also those that were thinned out
    units: str
    range: int
    digital: bool  # shows one of two states; a digital point whose range has no states shows a number
    label: str
    spacing_s: float  # of the newest reading: after what time the next one was expected
    stretches: Stretches | None = None  # None: each time has one reading
    delay_s: float = 0.0  # of the newest reading: how long after its time it was there
    words: Words = ()  # what the site called its states when it was read
    newest: float | None = None  # the newest reading, where it is known of a stretch

    @property
    def kind(self) -> tuple[str, bool, int | None, Words]:
        """What must not change along a line."""
        is_number = is_measured(digital=self.digital, range_=self.range)
        return self.units, self.digital, None if is_number else self.range, self.words

    @property
    def thinned(self) -> bool:
        """Whether there are more readings than these."""
        return self.stretches is not None

    @property
    def ends_utc_s(self) -> Floats:
        """Times of the last readings of the stretches, or of the readings."""
        return self.times_utc_s if self.stretches is None else self.stretches.ends

    @property
    def newest_value(self) -> float | None:
        """What the newest reading says; None where nobody knows it: a stretch of many tells their mean."""
        if self.stretches is None or self.stretches.lows[-1] == self.stretches.highs[-1]:
            return float(self.values[-1])
        return self.newest

    def known_until(self, now_s: float) -> float:
        """Until when the newest reading holds, as of now."""
        if self._is_open:
            return float(self.holes.starts[-1])
        newest_s = float(self.ends_utc_s[-1])
        return float(known_until(newest_s, self.spacing_s, max(self.told_until(now_s), newest_s)))

    def told_until(self, now_s: float) -> float:
        """Up to when it is known, as of now, whether there is a reading."""
        if self._is_open or not self.times_utc_s.size:
            return now_s
        return told_until(float(self.ends_utc_s[-1]), self.spacing_s, self.delay_s, now_s)

    def place_at(self, time_s: float, now_s: float) -> int | None:
        """Which reading or stretch holds at a time; None in a hole, before the first and after the newest."""
        place = int(np.searchsorted(self.times_utc_s, time_s, side="right")) - 1
        is_after = place == len(self.times_utc_s) - 1 and time_s > self.known_until(now_s)
        return None if place < 0 or is_after or self.holes.at(time_s) is not None else place

    def values_at(self, times_s: Floats, now_s: float, faulty: Holes) -> Floats:
        """The values in force at these times, as of now; NaN where there is none, or its sensor was faulty."""
        if not self.times_utc_s.size:
            return np.full(len(times_s), np.nan)
        places = np.searchsorted(self.times_utc_s, times_s, side="right") - 1
        is_known = (places >= 0) & (times_s <= self.known_until(now_s))
        for holes in (self.holes, faulty):
            is_known &= ~holes.have(times_s)
        return np.where(is_known, self.values[places], np.nan)

    def is_known_within(self, start_s: float, end_s: float, now_s: float) -> bool:
        """Whether a reading holds at any time of these."""
        first = np.searchsorted(self.times_utc_s, start_s)
        last = np.searchsorted(self.times_utc_s, end_s, side="right")
        return bool(first < last) or self.place_at(start_s, now_s) is not None

    def shifted(self, by_s: float) -> "Series":
        """The same, so much later."""
        holes = Holes(self.holes.starts + by_s, self.holes.ends + by_s)
        stretches = self.stretches and self.stretches._replace(ends=self.stretches.ends + by_s)
        return replace(self, times_utc_s=self.times_utc_s + by_s, holes=holes, stretches=stretches)

    def before(self, end_s: float) -> "Series | None":
        """As it was at a time, by what was read until then; None if nothing was."""
        count = int(np.searchsorted(self.times_utc_s, end_s, side="right"))
        if not count:
            return None
        starts, ends = self.holes
        begun = int(np.searchsorted(starts, end_s, side="right"))
        is_newest = count == len(self.times_utc_s)
        if is_newest and begun == len(starts):
            return self
        follows_s = starts[begun] - self.ends_utc_s[count - 1] if begun < len(starts) else self.spacing_s
        return replace(
            self,
            times_utc_s=self.times_utc_s[:count],
            values=self.values[:count],
            holes=Holes(starts[:begun], np.where(ends[:begun] > end_s, np.inf, ends[:begun])),
            spacing_s=self.spacing_s if is_newest else float(follows_s),
            stretches=self.stretches and Stretches(*(column[:count] for column in self.stretches)),
            newest=self.newest if is_newest else None,
        )

    def with_reading(self, time_s: float, value: float, spacing_s: float, delay_s: float = 0.0) -> "Series":
        """The series with a reading at its time, mostly after all others; itself if it has that one already."""
        times, values, stretches = self.times_utc_s, self.values, self.stretches
        place = int(np.searchsorted(times, time_s))
        is_newest = time_s > self.ends_utc_s[-1]
        if stretches is None and not is_newest and times[place] == time_s:
            if values[place] == value:
                return self
            values = values.copy()
            values[place] = value
            return replace(self, values=values)
        holes = self._holes_up_to(time_s) if is_newest else self._holes_around(place, time_s, spacing_s)
        before = int(np.searchsorted(times, time_s, side="right")) - 1
        newest = value if time_s >= self.ends_utc_s[-1] else self.newest
        if stretches and before >= 0 and time_s <= stretches.ends[before]:
            longer = stretches.reaching(before, value)
            if longer is stretches and holes is self.holes:
                return self if newest == self.newest else replace(self, newest=newest)
            stretches = longer
        else:
            times, values = np.insert(times, place, time_s), np.insert(values, place, value)
            stretches = stretches and stretches.inserted(place, time_s, value)
        return replace(
            self,
            times_utc_s=times,
            values=values,
            holes=holes,
            spacing_s=spacing_s if is_newest else self.spacing_s,
            delay_s=delay_s if is_newest else self.delay_s,
            newest=newest,
            stretches=stretches and stretches._replace(known=known_shares(times, stretches.ends, holes)),
        )

    def without_reading(self, time_s: float) -> "Series":
        """The series after a newer reading that lacks the point, or has another unit; itself if that is not news."""
        if self._is_open or time_s <= self.ends_utc_s[-1]:
            return self
        count = len(self.holes.starts)
        return replace(self, holes=self.holes.replaced(count, count, (self.known_until(time_s), np.inf)))

    @property
    def _is_open(self) -> bool:
        return len(self.holes.ends) > 0 and bool(self.holes.ends[-1] == np.inf)

    def _holes_up_to(self, time_s: float) -> Holes:
        """With a reading that is the newest."""
        count = len(self.holes.starts)
        start_s = self.known_until(time_s)
        if self._is_open and time_s <= start_s:
            return self.holes
        return self.holes.replaced(count - self._is_open, count, (start_s, time_s))

    def _holes_around(self, place: int, time_s: float, spacing_s: float) -> Holes:
        """With a reading before that of ``place``, since a clock was set back."""
        starts, ends = self.holes
        at = int(np.searchsorted(ends, time_s, side="right"))
        is_inside = at < len(ends) and starts[at] <= time_s
        if self.thinned and not is_inside:
            return self.holes  # those readings that were thinned out may be its neighbours
        next_s = float(ends[at] if is_inside else self.times_utc_s[place])
        is_before_hole = at < len(ends) and ends[at] == next_s
        start_s = float(starts[at]) if is_before_hole else next_s
        read_s = float(self.ends_utc_s[place - 1]) if place else start_s
        lacks_point = is_before_hole and not is_hole(next_s - read_s, start_s - read_s)  # the reading at its start
        if lacks_point and time_s < start_s:
            return self.holes
        is_in_stretch = read_s > start_s  # which goes on after the hole: nobody knows the reading before it
        is_hole_before = lacks_point or is_in_stretch or is_hole(time_s - read_s, start_s - read_s)
        return self.holes.replaced(
            at,
            at + is_before_hole,
            (start_s, time_s if is_hole_before else start_s),
            (known_until(time_s, spacing_s, next_s), next_s),
        )
