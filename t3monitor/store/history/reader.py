"""Reading the history: a point's samples as arrays, as many as a screen can show or all of them; for any thread."""

import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from sqlite3 import Cursor
from typing import NamedTuple, cast

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from t3monitor.model.day_shifts import Part
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComputedKey, PlacedKey, StoredKey
from t3monitor.model.successions import Span
from t3monitor.store.files import database_file
from t3monitor.store.history.changes import Change, changes
from t3monitor.store.history.computed import computed, read_from_s
from t3monitor.store.history.days import has_days
from t3monitor.store.history.hot import frames_statement
from t3monitor.store.history.lines import Asked, Readings, readings_of, series_of
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.pieces import in_pieces
from t3monitor.store.history.placed import placed
from t3monitor.store.history.places_taken import (
    extent,
    keys_of,
    read_vector,
    spans_of,
    vectors_of,
    with_days_of_all,
)
from t3monitor.store.history.series import Series
from t3monitor.store.history.vectors import VectorReadings
from t3monitor.store.layouts import RowVector
from t3monitor.store.reading import reading, threads
from t3monitor.store.schema import trendlog_frames
from t3monitor.store.statements import sql_text

_LOOKS_BACK_S, _LOOKS_FURTHER = 3600, 24  # for the newest reading of a point, then so many times as far
_ROWS_AT_ONCE = 2880
_VECTORS_AT_ONCE = 2  # SQLite and numpy let other threads run
_frame = trendlog_frames.c
_of_vector = _frame.serial_number == bindparam("serial_number"), _frame.point_type == bindparam("point_type")
_COUNT = sql_text(
    select(func.count()).where(*_of_vector, _frame.logging_time.between(bindparam("start"), bindparam("end")))
)
_NEXT_PART = sql_text(
    select(_frame.logging_time)
    .where(*_of_vector, _frame.logging_time > bindparam("last"), _frame.logging_time <= bindparam("end"))
    .order_by(_frame.logging_time)
    .offset(literal_column(f"{_ROWS_AT_ONCE - 1}"))
    .limit(literal_column("1"))
)


class Reading(NamedTuple):
    """What a point had at a time."""

    time_s: float
    value: float
    units: str
    range: int
    digital: bool  # shows one of two states
    label: str


class HistoryReader:
    """Reads a database that others write; for any threads.

    A database that is not there has no history; errors are DatabaseError with a sentence.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def read(self, key: PointKey, start_utc_s: float, end_utc_s: float, max_points: int) -> tuple[Series, ...]:
        """What `read_many` finds of one point."""
        return self.read_many((key,), start_utc_s, end_utc_s, max_points)[key]

    def read_many(
        self,
        keys: Iterable[StoredKey],
        start_utc_s: float,
        end_utc_s: float,
        max_points: int,
        *,
        by_words: bool = True,
    ) -> dict[StoredKey, tuple[Series, ...]]:
        """The samples of each point with start <= logging time <= end, the one before and the one after.

        A point has one series for each unit it had (of states each range and, unless ``by_words`` is false, what these
        were called), that of the sample that came last last; none without samples. Of two samples of one logging time
        that of the later cycle counts. More samples than ``max_points`` become stretches (see `thinned`), of what is
        computed when it is computed; their headers in the file are read in place of the samples where that comes to the
        same. The holes are all there. Where samples are no longer kept there is a stretch for each day (see
        `with_days`), but not of what is computed.
        """
        keys = list(keys)
        times = start_utc_s, end_utc_s
        here: list[PointKey | ComputedKey] = [key for key in keys if not isinstance(key, PlacedKey)]
        found = self._read(here, *times, max_points, by_words=by_words)
        elsewhere: dict[tuple[Part, ...], list[PlacedKey]] = {}
        for key in keys:
            if isinstance(key, PlacedKey):
                elsewhere.setdefault(key.parts, []).append(key)
        for parts, members in elsewhere.items():
            found.update(self._placed(parts, members, *times, max_points))
        return {key: found.get(key, ()) for key in keys}

    def _read(
        self,
        keys: list[PointKey | ComputedKey],
        start_s: float,
        end_s: float,
        max_points: int,
        *,
        by_words: bool = True,
    ) -> dict[StoredKey, tuple[Series, ...]]:
        points = [key for key in keys if isinstance(key, PointKey)]
        found = self._read_points(points, start_s, end_s, max_points, by_words=by_words)
        for key in keys:
            if isinstance(key, ComputedKey):
                found[key] = self._computed(key, start_s, end_s, max_points)
        return found

    def _computed(self, key: ComputedKey, start_s: float, end_s: float, max_points: int) -> tuple[Series, ...]:
        """What is computed of all readings, a piece of them after the other."""
        back_s = start_s - read_from_s(key.expression, start_s)

        def piece(begin_s: float, until_s: float) -> tuple[Series, ...]:
            since_s = begin_s - back_s
            whole = self._read_points(key.points, since_s, until_s, sys.maxsize, with_gone=False, by_words=False)
            return computed(key.expression, [whole.get(point, ()) for point in key.points], begin_s, until_s)

        return in_pieces(piece, start_s, end_s, max_points, back_s)

    def _placed(
        self, parts: tuple[Part, ...], keys: list[PlacedKey], start_s: float, end_s: float, max_points: int
    ) -> Iterator[tuple[PlacedKey, tuple[Series, ...]]]:
        """Readings of other times, piece by piece where not all of the time is moved alike."""
        if not parts:
            return
        if len(parts) == 1:
            ((begin_s, until_s, by_s),) = parts
            read = self._read([key.of for key in keys], begin_s - by_s, until_s - by_s, max_points)
            yield from ((key, tuple(series.shifted(by_s) for series in read.get(key.of, ()))) for key in keys)
            return
        for key in keys:

            def whole(begin_s: float, until_s: float, of: PointKey | ComputedKey = key.of) -> tuple[Series, ...]:
                return self._read([of], begin_s, until_s, sys.maxsize).get(of, ())

            yield key, placed(whole, parts, start_s, end_s, max_points)

    def _read_points(
        self,
        keys: Iterable[PointKey],
        start_utc_s: float,
        end_utc_s: float,
        max_points: int,
        *,
        with_gone: bool = True,
        by_words: bool = True,
    ) -> dict[StoredKey, tuple[Series, ...]]:
        asked = Asked(start_utc_s, end_utc_s, max_points)
        vectors = _by_vector(keys)
        read = partial(self._read_vector, asked=asked, with_gone=with_gone, by_words=by_words)
        if len(vectors) == 1:  # as exports ask, for whom a thread of its own would cost more than the reading
            return dict(chain.from_iterable(map(read, vectors, vectors.values())))
        with threads(_VECTORS_AT_ONCE) as at_once:
            return dict(chain.from_iterable(at_once.map(read, vectors, vectors.values())))

    def _read_vector(
        self, of: RowVector, points: list[PointKey], asked: Asked, *, with_gone: bool, by_words: bool
    ) -> list[tuple[StoredKey, tuple[Series, ...]]]:
        found: list[tuple[StoredKey, tuple[Series, ...]]] = []
        with self._reading() as (cursor, statement):
            if not statement:
                return found
            gone = with_gone and has_days(cursor)
            vector = read_vector(cursor, statement, of, [point.point_index for point in points], *asked.outer)
            words = PastWords.read(cursor, spans_of(cursor, of[0]) if by_words else ())
            for point in points:
                series = asked.of(vector, point.point_index, words)
                if gone:
                    series = with_days_of_all(cursor, point, series, *asked.times, asked.max_points, words)
                found.append((point, series))
        return found

    def at(self, key: PointKey, time_utc_s: float) -> Reading | None:
        """The reading in force at a time; None in a hole, before the first one and too long after the newest."""
        held = [
            _reading(series, place)
            for series in self._read_points((key,), time_utc_s, time_utc_s, sys.maxsize, with_gone=False).get(key, ())
            if (place := series.place_at(time_utc_s, time_utc_s)) is not None
        ]
        return max(held, default=None)

    def latest(self, keys: Iterable[PointKey]) -> dict[PointKey, Reading]:
        """The newest reading of each point, however old; none of a point that was never read."""
        found: dict[PointKey, Reading] = {}
        with self._reading() as (cursor, statement):
            for vector, missing in _by_vector(keys).items() if statement else ():
                times = extent(cursor, vector)
                length_s = _LOOKS_BACK_S
                while missing and times:
                    oldest_s, newest_s = times
                    start_s = newest_s - length_s
                    read = read_vector(
                        cursor, statement, vector, [key.point_index for key in missing], start_s, newest_s
                    )
                    for key in missing:
                        readings = read.of(key.point_index)
                        parts = series_of(read, key.point_index, readings, start_s, newest_s, PastWords(()))
                        told = [_reading(series, -1) for series, _ in parts]
                        if told:
                            found[key] = max(told)
                    missing = [key for key in missing if key not in found and start_s > oldest_s]
                    length_s *= _LOOKS_FURTHER
        return found

    def changes(self, key: PointKey, start_utc_s: float, end_utc_s: float) -> list[Change]:
        """What changed at a point between two times, oldest first."""
        with self._reading() as (cursor, statement):
            return changes(cursor, statement, key, start_utc_s, end_utc_s) if statement else []

    def bits(self, points: Iterable[PointKey], start_utc_s: float, end_utc_s: float) -> Iterator[tuple[float, float]]:
        """A time in parts that adjoin, in each of which each point was read a few thousand times at most."""
        with self._reading() as (cursor, _):
            vectors = vectors_of(cursor, _by_vector(points))
        while start_utc_s < end_utc_s:
            until_s = end_utc_s
            with self._reading() as (cursor, statement):
                for vector in vectors if statement else ():
                    row = cursor.execute(_NEXT_PART, (*vector, start_utc_s, until_s)).fetchone()
                    until_s = row[0] if row else until_s
            yield start_utc_s, until_s
            start_utc_s = until_s

    def count(self, key: PointKey, start_utc_s: float, end_utc_s: float) -> int:
        """How often the point was read between two times, at most: its panel and type were."""
        with self._reading() as (cursor, statement):
            return sum(
                int(cursor.execute(_COUNT, (*own[:2], *span.within(start_utc_s, end_utc_s))).fetchone()[0])
                for own, span in (keys_of(cursor, key) if statement else ())
            )

    def readings(self, key: PointKey, start_utc_s: float, end_utc_s: float) -> Iterator[Readings]:
        """All readings with start <= logging time <= end, a few thousand at a time, each part of one unit and label.

        They come in order of their times, those too that were stored late, and each time once, with the reading of the
        later cycle. Each part is read by itself, so that a reader who takes his time holds nothing up; what is stored
        meanwhile with a time that was read already is left out.
        """
        with self._reading() as (cursor, _):
            each = list(keys_of(cursor, key))
        for own, span in each:
            yield from self._readings_of(own, *span.within(start_utc_s, end_utc_s))

    def _readings_of(self, key: PointKey, start_utc_s: float, end_utc_s: float) -> Iterator[Readings]:
        last_s = math.ceil(start_utc_s) - 1.0
        while last_s < end_utc_s:
            with self._reading() as (cursor, statement):
                if not statement:
                    return
                row = cursor.execute(_NEXT_PART, (*key[:2], last_s, end_utc_s)).fetchone()
                begin_s, last_s = last_s + 1, row[0] if row else end_utc_s
                vector = VectorReadings(cursor, statement, key[:2], [key.point_index], begin_s, last_s)
                words = PastWords.read(cursor, [Span(key.serial_number)])
                parts = list(readings_of(vector, key.point_index, begin_s, last_s, words))
            yield from parts

    @contextmanager
    def _reading(self) -> Iterator[tuple[Cursor, str]]:
        """A cursor, and the statement that reads frames; without one there is no history yet."""
        with reading(self._url) as connection:
            try:
                cursor = cast(Cursor, connection.connection.cursor())
                yield cursor, frames_statement(cursor)
            except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:  # of what stands in vals
                path = database_file(self._url)
                raise DatabaseUnusableError(
                    f"The database {path} holds history that cannot be read ({error}); restore a copy"
                ) from error


def _by_vector(keys: Iterable[PointKey]) -> dict[RowVector, list[PointKey]]:
    found: dict[RowVector, list[PointKey]] = {}
    for key in dict.fromkeys(keys):
        found.setdefault((key.serial_number, key.point_type.value), []).append(key)
    return found


def _reading(series: Series, place: int) -> Reading:
    time_s, value = float(series.times_utc_s[place]), float(series.values[place])
    return Reading(time_s, value, series.units, series.range, series.digital, series.label)
