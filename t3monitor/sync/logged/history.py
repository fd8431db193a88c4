"""From rows of T3000's own history to readings that fill holes of a panel."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.times import time_by_our_clock
from t3monitor.model.zones import clock_changes, local
from t3monitor.store.causes.ours import OwnHole
from t3monitor.store.layouts import LayoutPoint, Source
from t3monitor.store.schema import CREATED_BY_T3000_HISTORY, DATA_SOURCE_T3000_HISTORY
from t3monitor.sync.logged.frames import Reading
from t3monitor.sync.logged.local_times import LocalTimes, NoTimeError
from t3monitor.sync.logged.points import Pace, SourcePoint, UnreadableError, point_named, whole
from t3monitor.t3000.link import LoggedRow

T3000_HISTORY: Source = DATA_SOURCE_T3000_HISTORY, CREATED_BY_T3000_HISTORY
_SECOND = timedelta(seconds=1)
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
        zone: tzinfo | None,
        now_s: float,
        ahead_s: float | None,
    ) -> None:
        """``zone`` is T3000's (None: this computer's); ``ahead_s`` is how far its clock is ahead of ours."""
        self.left_out: Counter[str] = Counter()  # rows, by why
        self._holes = holes
        self._points = points
        self._times = LocalTimes(zone, now_s + (ahead_s or 0.0))
        self._now_s = now_s
        self._ahead_s = ahead_s
        self._sources: dict[tuple[int, PointType, int, bool], SourcePoint] = {}

    def of(self, rows: Iterable[LoggedRow], panel_id: int) -> Iterator[Reading]:
        """The readings of rows, the oldest first, none of which a line leads on from; of the panel by that number.

        T3000 logs no zeros, so there may have been readings between them.
        """
        for row in rows:
            try:
                if reading := self._read(row, panel_id):
                    yield reading
            except (NoTimeError, UnreadableError) as error:
                self.left_out[str(error)] += 1

    def _read(self, row: LoggedRow, panel_id: int) -> Reading | None:
        named = point_named(row.point_id, row.point_type)
        if named is None:
            raise UnreadableError("it names no point")
        entry = self._points.get(named)
        if entry is None:  # it is not recorded
            return None
        moment = self._times.of_text(row.time, is_utc=False)
        time_s = time_by_our_clock(moment.time_s, int(self._now_s), self._ahead_s)
        kind, number = named
        hole = next((its for its in self._holes if its[2] is kind and its.start_s <= time_s <= its.end_s), None)
        if hole is None:
            return None
        if moment.is_repeated:
            raise UnreadableError("its local time came twice, so it is not known when it was")
        range_ = whole(row.range)
        if range_ and (range_, row.is_analog) != (entry.range, entry.digital_analog != 0):
            raise UnreadableError("T3000 has it with another range than the panel")
        by_service = row.number == number - 1
        source = self._sources.get((panel_id, *named, by_service))
        if source is None:
            key = PointKey(hole.serial_number, *named)
            source = SourcePoint(key, panel_id, entry, Pace(), 0.0, by_service=by_service)
            self._sources[panel_id, *named, by_service] = source
        if source.has_states and by_service:
            raise UnreadableError("it is a state that T3000's service logged, which need not be the one shown")
        return Reading(time_s, False, source, source.value(row.raw), True)
