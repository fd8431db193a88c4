"""From samples to vectors: those of a panel, type and time stand together, a window of them at a time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.layouts import LayoutPoint, Source
from t3monitor.store.schema import CREATED_BY_REPEATED_HOUR, CREATED_BY_T3000_DATABASE, DATA_SOURCE_T3000_DATABASE
from t3monitor.store.writing.imported import ImportedFrame
from t3monitor.sync.logged.points import SourcePoint

_READINGS_OF_WINDOW = 10_000
T3000_DATABASE: Source = DATA_SOURCE_T3000_DATABASE, CREATED_BY_T3000_DATABASE
_REPEATED_HOUR: Source = DATA_SOURCE_T3000_DATABASE, CREATED_BY_REPEATED_HOUR
_ALONE_S = 1  # the spacing of readings from which no line leads on

_Vector = tuple[int, PointType, int]  # serial number, type, panel


class Reading(NamedTuple):
    """A sample; ``is_alone``: others beside it may have been left out, so no line leads on from it."""

    time_s: int
    is_repeated: bool
    point: SourcePoint
    value: float
    is_alone: bool


class Window(NamedTuple):
    """Vectors that are stored together."""

    frames: list[ImportedFrame]
    duplicates: int  # readings that others of the same point and time have made superfluous
    repeated: int  # of an hour that came twice


class _Gathered:
    """A vector that is being gathered."""

    __slots__ = ("is_alone", "is_repeated", "points", "time_s", "values", "vector")

    def __init__(self, reading: Reading) -> None:
        self.vector: _Vector = reading.point.vector
        self.time_s = reading.time_s
        self.is_repeated = reading.is_repeated
        self.is_alone = reading.is_alone
        self.points: dict[int, SourcePoint] = {}
        self.values: dict[int, float] = {}


class Described:
    """What the points of each vector were told to be last, so that vectors of some points have a layout in common."""

    def __init__(self) -> None:
        self._points: dict[_Vector, dict[int, LayoutPoint]] = {}
        self._layouts: dict[_Vector, tuple[LayoutPoint, ...]] = {}

    def layout(self, vector: _Vector, points: Iterable[SourcePoint]) -> tuple[LayoutPoint, ...]:
        """All points of the vector that are known by now, these as they say themselves."""
        known = self._points.setdefault(vector, {})
        for point in points:
            if known.get(point.key.point_index) is not point.entry:
                if known.get(point.key.point_index) != point.entry:
                    self._layouts.pop(vector, None)
                known[point.key.point_index] = point.entry
        if vector not in self._layouts:
            self._layouts[vector] = tuple(entry for _, entry in sorted(known.items()))
        return self._layouts[vector]


def windows(readings: Iterable[Reading], described: Described, source: Source = T3000_DATABASE) -> Iterator[Window]:
    """All readings, in windows that end with a time; ``source`` is that of those whose time came once."""
    gathered: dict[tuple[object, ...], _Gathered] = {}
    taken: set[tuple[PointKey, int]] = set()  # a panel may have had several numbers at a time
    count = duplicates = repeated = 0
    last_s = 0
    for reading in readings:
        if count >= _READINGS_OF_WINDOW and reading.time_s != last_s:
            yield Window(_frames(gathered.values(), described, source), duplicates, repeated)
            gathered, taken, count, duplicates, repeated = {}, set(), 0, 0, 0
        point, last_s = reading.point, reading.time_s
        count += 1
        if (sample := (point.key, reading.time_s)) in taken:
            duplicates += 1
            continue
        taken.add(sample)
        place = point.vector, reading.time_s, reading.is_repeated
        frame = gathered.get(place)
        if frame is None:
            frame = gathered[place] = _Gathered(reading)
        number = point.key.point_index
        frame.points[number] = point
        frame.values[number] = reading.value
        frame.is_alone &= reading.is_alone
        repeated += reading.is_repeated
    if gathered:
        yield Window(_frames(gathered.values(), described, source), duplicates, repeated)


def _frames(gathered: Iterable[_Gathered], described: Described, source: Source) -> list[ImportedFrame]:
    gathered = sorted(gathered, key=lambda frame: frame.time_s)
    for frame in gathered:  # so that all of the window have one layout, unless points changed in it
        described.layout(frame.vector, frame.points.values())
    return [_frame(frame, described, source) for frame in gathered]


def _frame(frame: _Gathered, described: Described, source: Source) -> ImportedFrame:
    for point in frame.points.values():
        point.pace.take(frame.time_s)
    serial, kind, panel_id = frame.vector
    spacing_s = max(point.pace.spacing_s for point in frame.points.values()) or UNKNOWN_SPACING_S
    return ImportedFrame(
        serial,
        kind,
        panel_id,
        _REPEATED_HOUR if frame.is_repeated else source,
        frame.time_s,
        _ALONE_S if frame.is_alone else spacing_s,
        described.layout(frame.vector, frame.points.values()),
        frame.values,
    )
