"""The readings of a panel after those of the panels whose place it took, as those of one vector; for any thread."""

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from sqlite3 import Cursor
from typing import NamedTuple

import numpy as np

from t3monitor.model.points import PointKey
from t3monitor.model.successions import Span, spans
from t3monitor.store.history.day_series import with_days
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.places import Place
from t3monitor.store.history.rows import PointReadings, Rows, Values
from t3monitor.store.history.series import Series
from t3monitor.store.history.vectors import VectorReadings
from t3monitor.store.layouts import RowVector
from t3monitor.store.successions import successions_of

_FIRST_AND_LAST = """
    SELECT (SELECT min(logging_time) FROM TRENDLOG_FRAMES
            WHERE serial_number = ?1 AND point_type = ?2 AND logging_time >= ?3 AND logging_time < ?4),
           (SELECT max(logging_time) FROM TRENDLOG_FRAMES
            WHERE serial_number = ?1 AND point_type = ?2 AND logging_time >= ?3 AND logging_time < ?4)"""


class Part(NamedTuple):
    """A panel while it was the one in its place, and its first and last reading of that time."""

    span: Span
    first_s: int
    last_s: int


class Readings(NamedTuple):
    """What of a part is read."""

    span: Span
    vector: VectorReadings

    def of(self, index: int) -> PointReadings:
        """All that a point had in it, reading by reading."""
        return self._within(self.vector.of(index))

    def summed_up(self, index: int, within_s: float, edges: Sequence[float]) -> PointReadings | None:
        """See `VectorReadings.summed_up`."""
        found = self.vector.summed_up(index, within_s, edges)
        if found is None or any(_is_amid(found.rows, edge_s) for edge_s in self.span[1:]):
            return None
        return self._within(found)

    def rows(self) -> Rows:
        """Each reading of it."""
        rows = self.vector.rows()
        return Rows(*(column[self._place(rows)] for column in rows))

    def _within(self, readings: PointReadings) -> PointReadings:
        place = self._place(readings.rows)
        columns = (Values(*(column[place] for column in readings.values)), readings.are_single)
        return PointReadings(Rows(*(column[place] for column in readings.rows)), *columns)

    def _place(self, rows: Rows) -> slice:
        return slice(*np.searchsorted(rows.times, (self.span.start_s, self.span.end_s)).tolist())


class JoinedReadings:
    """What `VectorReadings` tells, of panels one after the other; the one rule for holes holds between them."""

    def __init__(self, parts: Sequence[Readings]) -> None:
        self._parts = parts
        self.places: dict[int, dict[int, Place]] = {}
        for part in parts:
            self.places.update(part.vector.places)  # no layout is of two panels
        self.layouts = {layout for part in parts for layout in part.vector.layouts}
        self.reading_count = sum(part.vector.reading_count for part in parts)
        self.delay_s = parts[-1].vector.delay_s

    def layouts_of(self, index: int) -> set[int]:
        """All layouts that have the point."""
        return {layout for layout, points in self.places.items() if index in points}

    def rows(self) -> Rows:
        """Each reading that was recorded, not imported."""
        return _one_after_the_other([part.rows() for part in self._parts])

    def of(self, index: int) -> PointReadings:
        """All that a point had, reading by reading."""
        return _joined([part.of(index) for part in self._parts])

    def summed_up(self, index: int, within_s: float, edges: Sequence[float] = ()) -> PointReadings | None:
        """See `VectorReadings.summed_up`."""
        each = [part.summed_up(index, within_s, edges) for part in self._parts]
        if not any(each):
            return None
        return _joined([found or part.of(index) for found, part in zip(each, self._parts, strict=True)])


AnyReadings = VectorReadings | JoinedReadings


def read_vector(
    cursor: Cursor, statement: str, vector: RowVector, indexes: Sequence[int], start_s: float, end_s: float
) -> AnyReadings:
    """The readings between two times and those beside them; of a panel that took a place with those before it."""
    places = spans_of(cursor, vector[0])
    whole = VectorReadings(cursor, statement, vector, indexes, start_s, end_s)
    if len(places) == 1:
        return whole
    read = []
    for span, first_s, last_s in _parts_around(cursor, vector, places, start_s, end_s):
        # The reading after a time is read as well: of a panel that was replaced there is none after its last one.
        until_s = max(min(end_s, last_s - 0.5), first_s - 0.5)
        since_s = min(max(start_s, first_s - 0.5), until_s)
        own = VectorReadings(cursor, statement, (span.serial_number, vector[1]), indexes, since_s, until_s)
        read.append(Readings(span, own))
    return JoinedReadings(read or [Readings(places[-1], whole)])  # which has none of its time


def spans_of(cursor: Cursor, serial_number: int) -> tuple[Span, ...]:
    """The panels that were in the place of one up to it, the first one first."""
    return spans(successions_of(cursor), serial_number)


def vectors_of(cursor: Cursor, vectors: Iterable[RowVector]) -> list[RowVector]:
    """Those of all these panels."""
    return [(span.serial_number, kind) for serial, kind in vectors for span in spans_of(cursor, serial)]


class Seam(NamedTuple):
    """When neither a panel that was replaced was read any more nor its successor yet."""

    last_s: float
    first_s: float
    serial_number: int
    successor: int


def seams(cursor: Cursor, vector: RowVector) -> Iterator[Seam]:
    """Those of a panel and the ones before it; there is none before the first reading of all of them."""
    before: Part | None = None
    for part in _parts(cursor, vector, places := spans_of(cursor, vector[0])):
        if before:
            yield Seam(before.last_s, part.first_s, before.span.serial_number, part.span.serial_number)
        before = part
    if before and before.span != places[-1]:
        yield Seam(before.last_s, inf, before.span.serial_number, vector[0])


def keys_of(cursor: Cursor, key: PointKey) -> Iterator[tuple[PointKey, Span]]:
    """A point as it is of each of these panels, and when."""
    for span in spans_of(cursor, key.serial_number):
        yield key._replace(serial_number=span.serial_number), span


def extent(cursor: Cursor, vector: RowVector) -> tuple[int, int] | None:
    """The times of the first and the last reading; None if there is none."""
    parts = list(_parts(cursor, vector, spans_of(cursor, vector[0])))
    return (parts[0].first_s, parts[-1].last_s) if parts else None


def with_days_of_all(
    cursor: Cursor,
    key: PointKey,
    series: tuple[Series, ...],
    start_s: float,
    end_s: float,
    max_points: int,
    words: PastWords,
) -> tuple[Series, ...]:
    """See `with_days`; of each of the panels those of its time."""
    for own, span in reversed(list(keys_of(cursor, key))):
        series = with_days(cursor, own, series, start_s, end_s, max_points, span, words)
    return series


def _parts(cursor: Cursor, vector: RowVector, places: Sequence[Span]) -> Iterator[Part]:
    for span in places:
        first_s, last_s = cursor.execute(
            _FIRST_AND_LAST, (span.serial_number, vector[1], span.start_s, span.end_s)
        ).fetchone()
        if first_s is not None:
            yield Part(span, first_s, last_s)


def _parts_around(
    cursor: Cursor, vector: RowVector, places: Sequence[Span], start_s: float, end_s: float
) -> Iterator[Part]:
    """Those that have readings between two times, or the one before or after them."""
    parts = list(_parts(cursor, vector, places))
    for place, part in enumerate(parts):
        is_later = place > 0 and parts[place - 1].last_s > end_s
        is_earlier = place + 1 < len(parts) and parts[place + 1].first_s < start_s
        if not (is_later or is_earlier):
            yield part


def _is_amid(rows: Rows, time_s: float) -> bool:
    """Whether a row stands for readings on both sides of a time."""
    place = int(np.searchsorted(rows.times, time_s)) - 1
    return place >= 0 and bool(rows.ends[place] >= time_s)


def _joined(parts: Sequence[PointReadings]) -> PointReadings:
    values = Values(*(np.concatenate(columns) for columns in zip(*(part.values for part in parts), strict=True)))
    rows = _one_after_the_other([part.rows for part in parts])
    return PointReadings(rows, values, all(part.are_single for part in parts))


def _one_after_the_other(parts: Sequence[Rows]) -> Rows:
    rows = Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    return rows.those(np.ones(len(rows.times), dtype=bool))
