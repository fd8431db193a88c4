"""The samples of a file in the order of their times, a row at a time."""

import heapq
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from operator import attrgetter

from t3monitor.exchange.t3000_files.opening import OpenFile
from t3monitor.exchange.t3000_files.points import SourcePoints, parents
from t3monitor.exchange.t3000_files.shapes import SAMPLES, Shape
from t3monitor.sync.logged.frames import Reading
from t3monitor.sync.logged.local_times import LocalTimes, Moment, NoTimeError
from t3monitor.sync.logged.points import SourcePoint, UnreadableError

_LOCAL_SINCE = "2025-12-09"  # before, browsers wrote UTC and T3000's service local time
_BY_BROWSER = frozenset((2, "2", "REALTIME"))  # DataSource
_BY_SERVICE = frozenset((1, "1", "FFI_SYNC"))
_NO_ZEROS_SINCE = "2026-05-13"  # T3000's service leaves out readings of zero, unless it is an older build


class Readings:
    """The samples of one table of a file, and what was found while they were read."""

    def __init__(self, file: OpenFile, shape: Shape, points: SourcePoints, times: LocalTimes) -> None:
        """Raises sqlite3.Error."""
        self._connection = file.connection
        self._shape = shape
        self._points = points
        self._times = times
        self._by_id: dict[int, SourcePoint | str] = {}
        self.rows = 0  # by now
        self.unreadable: Counter[str] = Counter()
        (self.total,) = self._connection.execute(f"SELECT count(*) FROM {shape.table}").fetchone()  # noqa: S608 - of constants
        if shape.is_split:
            self._by_id = parents(self._connection, points)

    def __iter__(self) -> Iterator[Reading]:
        if not self._shape.is_split:
            return self._flat()
        if "LoggingTime" in self._shape.columns:
            return self._split(are_utc=None)
        by_browser = (isinstance(point, SourcePoint) and not point.by_service for point in self._by_id.values())
        if "DataSource" not in self._shape.columns and not any(by_browser):
            return self._split(are_utc=False)
        # Of one text the UTC time is another one than the local: two streams, each in the order of its times.
        return heapq.merge(self._split(are_utc=False), self._split(are_utc=True), key=attrgetter("time_s"))

    def _flat(self) -> Iterator[Reading]:
        columns = (
            *("SerialNumber", "PanelId", "PointId", "PointType", "Digital_Analog", "Range_Field", "PointIndex"),
            *("LoggingTime", "LoggingTime_Fmt", "Value", "DataSource"),
        )
        for *who, epoch, text, raw, source in self._select(columns, self._first_of("LoggingTime", "LoggingTime_Fmt")):
            self.rows += 1
            point = self._points.of(*who)
            if reading := self._read(point, epoch, text, raw, source):
                yield reading

    def _split(self, *, are_utc: bool | None) -> Iterator[Reading]:
        """Those that are written in UTC, or those that are not; None: epoch seconds tell all times."""
        columns = "ParentId", "LoggingTime", "LoggingTime_Fmt", "Value", "DataSource"
        until = f"WHERE LoggingTime_Fmt < '{_LOCAL_SINCE}'" if are_utc else ""
        lacks_zeros = self._lacks_zeros()
        for parent, epoch, text, raw, source in self._select(
            columns, self._first_of("LoggingTime", "LoggingTime_Fmt"), until
        ):
            point = self._by_id.get(parent, "its point is missing")
            if are_utc is not None and _is_utc(point, text, source) is not are_utc:
                continue
            self.rows += 1
            is_alone = lacks_zeros and str(text) >= _NO_ZEROS_SINCE
            if reading := self._read(point, epoch, text, raw, source, is_alone=is_alone):
                yield reading

    def _read(
        self,
        point: SourcePoint | str,
        epoch: object,
        text: object,
        raw: object,
        source: object,
        *,
        is_alone: bool = False,
    ) -> Reading | None:
        """The sample of a row, unless that says nothing."""
        try:
            if isinstance(point, str):
                raise UnreadableError(point)
            is_utc = _is_utc(point, text, source)
            moment: Moment = self._times.of_epoch(epoch) or self._times.of_text(text, is_utc=is_utc)
            if moment.time_s < point.kept_since_s:
                raise UnreadableError("it is older than samples are kept (settings)")
            by_service = _is_by_service(point, source)
            value = point.value(raw, by_service=by_service)
        except (NoTimeError, UnreadableError) as error:
            self.unreadable[str(error)] += 1
            return None
        return Reading(*moment, point, value, is_alone and by_service)

    def _lacks_zeros(self) -> bool:
        """Whether T3000's service wrote samples since builds that leave out zeros, and none of zero."""
        service = [
            row_id for row_id, point in self._by_id.items() if isinstance(point, SourcePoint) and point.by_service
        ]
        if not service or "LoggingTime_Fmt" not in self._shape.columns:
            return False
        zero = f"""SELECT 1 FROM {SAMPLES} WHERE LoggingTime_Fmt >= '{_NO_ZEROS_SINCE}' AND Value IN ('0', '0.0', 0)
            AND ParentId IN ({",".join(map(str, service))}) LIMIT 1"""  # noqa: S608 - of constants and numbers
        return self._connection.execute(zero).fetchone() is None

    def _select(self, columns: Collection[str], order: str, where: str = "") -> sqlite3.Cursor:
        chosen = ", ".join(column if column in self._shape.columns else "NULL" for column in columns)
        return self._connection.execute(f"SELECT {chosen} FROM {self._shape.table} {where} ORDER BY {order}, rowid")  # noqa: S608 - of constants

    def _first_of(self, *columns: str) -> str:
        return next(column for column in columns if column in self._shape.columns)


def _is_utc(point: SourcePoint | str, text: object, source: object) -> bool:
    """Whether a time is written in UTC: by a browser, before all were local."""
    return not isinstance(point, str) and str(text) < _LOCAL_SINCE and not _is_by_service(point, source)


def _is_by_service(point: SourcePoint, source: object) -> bool:
    """Whether T3000's service wrote a row, which its source tells better than the index of its point."""
    return source in _BY_SERVICE or (point.by_service and source not in _BY_BROWSER)
