"""Reading the history: a point's samples as arrays, as many as a screen can show or all of them; for any thread."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from sqlite3 import Cursor
from typing import Any, cast

import msgspec
import numpy as np

from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import DifferenceKey, StoredKey, points_of
from t3monitor.store.blocks import Flags
from t3monitor.store.difference import differences
from t3monitor.store.files import database_file
from t3monitor.store.reading import reading
from t3monitor.store.series import Floats, Holes, Series, Stretches
from t3monitor.store.thinning import stretch_s, thinned
from t3monitor.store.vectors import Kind, Place, Rows, Values, VectorReadings, frames_statement

_WORTH_SUMMING = 16  # times as many readings as are asked for: else all are read, and perhaps found to be few enough


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
        self, keys: Iterable[StoredKey], start_utc_s: float, end_utc_s: float, max_points: int
    ) -> dict[StoredKey, tuple[Series, ...]]:
        """The samples of each point with start <= logging time <= end, the one before and the one after.

        A point has one series for each unit it had (each range, for states), that of the sample that came last last;
        none without samples. Of two samples of one logging time that of the later cycle counts. More samples than
        ``max_points`` become stretches (see `thinned`), of what is computed when it is computed; their headers in the
        file are read in place of the samples where that comes to the same. The holes are all there.
        """
        keys = list(keys)
        differing = [key for key in keys if isinstance(key, DifferenceKey)]
        vectors: dict[tuple[int, PointType], set[PointKey]] = {}
        for point in {point for key in keys for point in points_of(key)}:
            vectors.setdefault((point.serial_number, point.point_type), set()).add(point)
        whole: dict[PointKey, tuple[Series, ...]] = dict.fromkeys(chain(*differing), ())
        found: dict[StoredKey, tuple[Series, ...]] = {}
        with self._reading() as (cursor, statement):
            for (serial_number, point_type), members in vectors.items() if statement else ():
                indexes = [point.point_index for point in members]
                asked = _Asked(start_utc_s, end_utc_s, max_points)
                vector = VectorReadings(cursor, statement, (serial_number, point_type.value), indexes, *asked.outer)
                for point in members:
                    found[point] = asked.of(vector, point.point_index)
                    if point in whole:
                        whole[point] = tuple(series for series, _ in asked.all_of(vector, point.point_index))
        for key in differing:
            series = differences(whole[key.minuend], whole[key.subtrahend], end_utc_s)
            found[key] = tuple(
                thinned(part, np.ones(len(part.values)), start_utc_s, end_utc_s, max_points) for part in series
            )
        return {key: found.get(key, ()) for key in keys}

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


class _Asked:
    """What part of a history is asked for, and how finely."""

    def __init__(self, start_s: float, end_s: float, max_points: int) -> None:
        self._start_s, self._end_s, self._max_points = start_s, end_s, max_points
        self._stretch_s = length_s = stretch_s(start_s, end_s, max_points)
        # Stretches are whole, wherever the part begins.
        self.outer = math.floor(start_s / length_s) * length_s, math.ceil(end_s / length_s) * length_s

    def all_of(self, vector: VectorReadings, index: int) -> Iterator[tuple[Series, Floats]]:
        """The series of a point, reading by reading."""
        return _series(vector, index, None, self._start_s, self._end_s)

    def of(self, vector: VectorReadings, index: int) -> tuple[Series, ...]:
        """The series of a point."""
        summed = self._summed(vector, index)
        whole = list(self.all_of(vector, index)) if summed is None else []
        if summed is not None or any(len(series.values) > self._max_points for series, _ in whole):
            whole = list(_series(vector, index, summed, *self.outer))
        return tuple(thinned(part, counts, self._start_s, self._end_s, self._max_points) for part, counts in whole)

    def _summed(self, vector: VectorReadings, index: int) -> Flags | None:
        """Which blocks are read by their headers; None if all readings are."""
        if vector.reading_count <= _WORTH_SUMMING * self._max_points:
            return None
        summed = vector.summable(index, self._stretch_s)
        return summed if summed.any() else None


def _series(
    vector: VectorReadings, index: int, summed: Flags | None, start_s: float, end_s: float
) -> Iterator[tuple[Series, Floats]]:
    """The point's lines, that with the sample that came last last, and of how many readings each of their places is."""
    rows = vector.rows(summed, start_s, end_s)
    values = vector.values(index, rows)
    parts = _parts(vector, index, rows, ~np.isnan(values.means))
    for number, (place, own) in enumerate(parts, start=1):
        series = _line(rows, values, own, place)
        if number == len(parts) or series.is_known_within(start_s, end_s, end_s):
            yield series, rows.counts[own]


def _parts(vector: VectorReadings, index: int, rows: Rows, known: Flags) -> list[tuple[Place, Any]]:
    """What was told last of the point in each of its units, and in which rows it has this unit."""
    places = {layout: vector.places[layout][index] for layout in vector.layouts & vector.layouts_of(index)}
    if len({place._replace(position=0) for place in places.values()}) == 1:
        place = next(iter(places.values()))
        return [(place, slice(None) if known.all() else np.flatnonzero(known))] if known.any() else []
    newest: dict[Kind, tuple[float, Place]] = {}  # by which cycle its last sample came
    for layout, place in places.items():
        runs = rows.runs[(rows.layouts == layout) & known]
        if runs.size:
            newest[place.kind] = max((float(runs.max()), place), newest.get(place.kind, (-1.0, place)))
    return [
        (newest_place, np.flatnonzero(known & np.isin(rows.layouts, alike)))
        for _, newest_place in sorted(newest.values())
        for alike in ([layout for layout, place in places.items() if place.kind == newest_place.kind],)
    ]


def _line(rows: Rows, values: Values, own: Any, place: Place) -> Series:
    """The line of some of the rows."""
    times, ends, until = rows.times[own], rows.ends[own], rows.until[own]
    next_times = np.append(times[1:], np.inf)
    before_hole = np.flatnonzero(until < next_times)  # after the last one: if there are later rows, which lack it
    return Series(
        times,
        values.means[own],
        Holes(until[before_hole], next_times[before_hole]),
        place.units,
        place.range,
        place.digital,
        place.label,
        float(rows.spacings[own][-1]),
        Stretches(ends, values.lows[own], values.highs[own], np.ones(len(times))) if rows.is_summed else None,
    )
