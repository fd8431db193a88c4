"""From rows of T3000's own history to readings that fill holes of a panel."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.times import time_by_our_clock
from t3monitor.model.zones import clock_changes, local
from t3monitor.store.causes.ours import OwnHole
from t3monitor.store.layouts import LayoutPoint, Source
from t3monitor.store.schema import CREATED_BY_T3000_HISTORY, DATA_SOURCE_T3000_HISTORY
from t3monitor.store.writing.filled import LeftOut
from t3monitor.sync.logged.frames import Reading
from t3monitor.sync.logged.local_times import LocalTimes, NoTimeError
from t3monitor.sync.logged.points import Pace, SourcePoint, UnreadableError, point_named, whole
from t3monitor.t3000.link import LoggedRow

T3000_HISTORY: Source = DATA_SOURCE_T3000_HISTORY, CREATED_BY_T3000_HISTORY
_SECOND = timedelta(seconds=1)
_APART_S = 3  # at least, of readings that each stand alone, with a spacing of a second
_TOGETHER_S = 60  # so near to each other rows that are left out are told as one stretch
Points = Mapping[tuple[PointType, int], LayoutPoint]


def local_span(start_s: float, end_s: float, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """The first and the last local time between two moments: where clocks are put back these are not their own."""
    changes = clock_changes(start_s, end_s, zone)
    times = [
        local(int(at_s), zone).replace(tzinfo=None, fold=0)
        for at_s in (start_s, end_s, *changes, *(at_s - 1 for at_s in changes))
    ]
    return min(times), max(times) + _SECOND


class HoleReadings:
    """Makes readings of what T3000 logged of a panel, for those of its points and times that lack in its holes."""

    def __init__(
        self,
        holes: Sequence[OwnHole],
        points: Points,
        changed: Collection[tuple[PointType, int]],
        zone: tzinfo | None,
        now_s: float,
        ahead_s: float | None,
    ) -> None:
        """``changed`` points were others before a hole than after it.

        ``zone`` is T3000's (None: this computer's); ``ahead_s`` is how far its clock is ahead of ours.
        """
        self.left_out: Counter[str] = Counter()  # rows, by why
        self.left_out_of: dict[OwnHole, list[LeftOut]] = {hole: [] for hole in holes}
        self._holes = holes
        self._points = points
        self._changed = frozenset(changed)
        self._times = LocalTimes(zone, now_s + (ahead_s or 0.0))
        self._now_s = now_s
        self._ahead_s = ahead_s
        self._last_s: dict[SourcePoint, int] = {}
        self._sources: dict[tuple[int, PointType, int, bool], SourcePoint] = {}

    def of(self, rows: Iterable[LoggedRow], panel_id: int) -> Iterator[Reading]:
        """The readings of rows, the oldest first, none of which a line leads on from; of the panel by that number.

        T3000 logs no zeros, so there may have been readings between them.
        """
        for row in rows:
            named = point_named(row.point_id, row.point_type)
            if named and named not in self._points and named not in self._changed:  # it is not recorded
                continue
            holes = [its for its in self._holes if named is None or its.point_type is named[0]]
            time_s = None
            try:
                moment = self._times.of_text(row.time, is_utc=False)
                time_s = time_by_our_clock(moment.time_s, int(self._now_s), self._ahead_s)
                holes = [its for its in holes if its.start_s <= time_s <= its.end_s]
                if holes:
                    yield self._read(row, named, time_s, panel_id, is_repeated=moment.is_repeated)
            except (NoTimeError, UnreadableError) as error:
                self._leave_out(str(error), holes, time_s)

    def leave_out(self, rows: int) -> None:
        """Rows of which nothing can be told, so that they may be of any hole."""
        for _ in range(rows):
            self._leave_out("it cannot be read", self._holes, None)

    def _leave_out(self, why: str, holes: Iterable[OwnHole], time_s: float | None) -> None:
        self.left_out[why] += 1
        for hole in holes:
            its = self.left_out_of[hole]
            since_s, until_s = (hole.start_s, hole.end_s) if time_s is None else (time_s, time_s)
            if its and its[-1].why == why and 0 <= since_s - its[-1].until_s <= _TOGETHER_S:
                its[-1] = its[-1]._replace(until_s=until_s)
            elif not its or its[-1] != (since_s, until_s, why):
                its.append(LeftOut(since_s, until_s, why))

    def _read(
        self, row: LoggedRow, named: tuple[PointType, int] | None, time_s: int, panel_id: int, *, is_repeated: bool
    ) -> Reading:
        if named is None:
            raise UnreadableError("it names no point")
        entry = self._points.get(named)
        if entry is None:
            raise UnreadableError("its point is set up otherwise than it was before, so its unit is not known")
        if is_repeated:
            raise UnreadableError("its local time came twice, so it is not known when it was")
        range_ = whole(row.range)
        if range_ and (range_, row.is_analog) != (entry.range, entry.digital_analog != 0):
            raise UnreadableError("T3000 has it with another range than the panel")
        by_service = row.number == named[1] - 1
        source = self._sources.get((panel_id, *named, by_service))
        if source is None:
            key = PointKey(self._holes[0].serial_number, *named)
            source = SourcePoint(key, panel_id, entry, Pace(), 0.0, by_service=by_service)
            self._sources[panel_id, *named, by_service] = source
        value = source.value(row.raw, by_service=by_service)
        if 0 < abs(time_s - self._last_s.get(source, -_APART_S)) < _APART_S:
            raise UnreadableError("it is so near to the one before that a line would join them")
        self._last_s[source] = time_s
        return Reading(time_s, False, source, value, True)
