"""Reading the history: a point's samples as arrays, thinned to what a screen can show; for any thread."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import NamedTuple, cast

import msgspec
import numpy as np
from sqlalchemy import bindparam, case, func, literal_column, null, select

from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.holes import GAPS_TO_TELL, UNKNOWN_SPACING_S, known_until
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import DifferenceKey, StoredKey, points_of
from t3monitor.model.units import has_states
from t3monitor.store.difference import differences
from t3monitor.store.files import database_file
from t3monitor.store.filling import filled
from t3monitor.store.reading import reading
from t3monitor.store.schema import sync_runs, trendlog_frames, trendlog_layout_points, trendlog_layouts
from t3monitor.store.series import Floats, Holes, Series
from t3monitor.store.statements import sql_text
from t3monitor.store.thinning import thinned

_ROWS_AT_ONCE = 512
_frame, _run, _layout, _place = trendlog_frames.c, sync_runs.c, trendlog_layouts.c, trendlog_layout_points.c
_OF_VECTOR = _frame.serial_number == bindparam("serial_number"), _frame.point_type == bindparam("point_type")
_times = select(_frame.logging_time).distinct().where(*_OF_VECTOR)
_TIMES_BEFORE = sql_text(_times.where(_frame.logging_time < bindparam("start")).order_by(_frame.logging_time.desc()))
_TIMES_AFTER = sql_text(_times.where(_frame.logging_time > bindparam("end")).order_by(_frame.logging_time))


def _frames_statement(cursor: Cursor) -> str:
    """Reads the frames of a vector; a file of an earlier schema has no spacings, and one without the table nothing."""
    columns = {name for _, name, *_ in cursor.execute(f"PRAGMA table_info({trendlog_frames.name})")}
    return _frames(_frame.expected_spacing.name in columns) if columns else ""


@cache
def _frames(has_spacings: bool) -> str:
    spacing = _frame.expected_spacing if has_spacings else null()
    interval = select(_run.sync_interval).where(_run.id == _frame.run_id).scalar_subquery()
    return sql_text(
        select(
            _frame.logging_time,
            spacing,
            case((spacing.is_(None), func.coalesce(interval, literal_column(f"{UNKNOWN_SPACING_S}")))),
            _frame.layout_id,
            _frame.run_id,
            _frame.vals,
        )
        .where(*_OF_VECTOR, _frame.logging_time.between(bindparam("start"), bindparam("end")))
        .order_by(_frame.logging_time, _frame.run_id)
    )


_PLACES = sql_text(
    select(
        _place.layout_id,
        _place.point_index,
        _place.position,
        _place.label,
        _place.range,
        _place.units,
        _place.digital_analog,
    )
    .join(trendlog_layouts, _layout.id == _place.layout_id)
    .where(_layout.serial_number == bindparam("serial_number"), _layout.point_type == bindparam("point_type"))
)


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
        ``max_points`` are thinned (see `thinned`), of what is computed when it is computed; the holes are all there.
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
                vector = _read_vector(cursor, statement, serial_number, point_type, indexes, start_utc_s, end_utc_s)
                for point in members:
                    series = tuple(_series(vector, point, start_utc_s, end_utc_s))
                    if point in whole:
                        whole[point] = series
                    found[point] = _thinned(series, start_utc_s, end_utc_s, max_points)
        for key in differing:
            series = differences(whole[key.minuend], whole[key.subtrahend], end_utc_s)
            found[key] = _thinned(series, start_utc_s, end_utc_s, max_points)
        return {key: found.get(key, ()) for key in keys}

    @contextmanager
    def _reading(self) -> Iterator[tuple[Cursor, str]]:
        """A cursor, and the statement that reads frames; without one there is no history yet."""
        with reading(self._url) as connection:
            try:
                cursor = cast(Cursor, connection.connection.cursor())
                yield cursor, _frames_statement(cursor)
            except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:  # of what stands in vals
                path = database_file(self._url)
                raise DatabaseUnusableError(
                    f"The database {path} holds history that cannot be read ({error}); restore a copy"
                ) from error


class _Kind(NamedTuple):
    """What must not change along a line."""

    units: str
    digital: bool
    range: int | None  # None: does not matter, as for measured numbers


class _Place(NamedTuple):
    """Where a point stands in a layout, and what the layout knows of it."""

    position: int
    label: str
    range: int
    units: str
    digital: bool

    @property
    def kind(self) -> _Kind:
        return _Kind(self.units, self.digital, self.range if self.digital else None)


@dataclass(frozen=True, slots=True, eq=False)
class _Vector:
    """The wanted columns of the frames of one panel and point type, one row per logging time."""

    places: dict[int, dict[int, _Place]]  # by layout, then by point
    times: Floats
    spacings: Floats
    until: Floats  # when the next row or a hole begins
    layouts: Floats
    runs: Floats  # later cycles have greater ids, whatever the time that a clock told
    columns: dict[int, Floats]  # by point


_decode = msgspec.json.Decoder().decode  # untyped: twice as fast, and numpy refuses what is no number


def _read_vector(
    cursor: Cursor,
    statement: str,
    serial_number: int,
    point_type: PointType,
    indexes: Sequence[int],
    start: float,
    end: float,
) -> _Vector:
    all_places = _places(cursor, serial_number, point_type, indexes)
    vector = serial_number, point_type.value
    before = cursor.execute(_TIMES_BEFORE, (*vector, start)).fetchmany(GAPS_TO_TELL + 1)
    after = cursor.execute(_TIMES_AFTER, (*vector, end)).fetchone()
    cursor.execute(statement, (*vector, *(before[-1] if before else (start,)), *(after or (end,))))
    chunks = [np.empty((5 + len(indexes), 0))]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        times, spacings, intervals, layouts, runs, texts = zip(*rows, strict=True)
        frames = [_decode(text) for text in texts]
        columns: list[list[float | None]] = [[] for _ in indexes]
        for layout, group in groupby(zip(layouts, frames, strict=True), itemgetter(0)):
            alike = [frame for _, frame in group]
            places = all_places.get(layout, {})
            for index, column in zip(indexes, columns, strict=True):
                if place := places.get(index):
                    position = place.position
                    column += [frame[position] for frame in alike]
                else:
                    column += [None] * len(alike)
        chunks.append(
            np.array([times, spacings, intervals, layouts, runs, *columns], dtype=np.float64)
        )  # None becomes NaN
    table = np.concatenate(chunks, axis=1)
    counts = np.ones(table.shape[1], dtype=bool)
    counts[:-1] = np.diff(table[0]) != 0  # of equal times the last
    table = table[:, counts]
    table[1] = filled(*table[:3])
    table = table[:, max(0, int(np.searchsorted(table[0], start)) - 1) :]
    times, spacings, _, layouts, runs, *values = table
    until = np.append(known_until(times[:-1], spacings[:-1], times[1:]), np.inf)
    return _Vector(all_places, times, spacings, until, layouts, runs, dict(zip(indexes, values, strict=True)))


def _places(
    cursor: Cursor, serial_number: int, point_type: PointType, indexes: Sequence[int]
) -> dict[int, dict[int, _Place]]:
    """Where the points stand in each layout of the vector."""
    rows = cursor.execute(_PLACES, (serial_number, point_type.value))
    wanted = frozenset(indexes)
    places: dict[int, dict[int, _Place]] = {}
    for layout_id, index, position, label, range_, units, digital_analog in rows:
        if index in wanted:
            digital = has_states(digital=digital_analog == 0, range_=range_)
            places.setdefault(layout_id, {})[index] = _Place(position, label, range_, units, digital)
    return places


def _series(vector: _Vector, key: PointKey, start: float, end: float) -> Iterator[Series]:
    """The point's lines, that with the sample that came last last."""
    times, layouts, runs = vector.times, vector.layouts, vector.runs
    values = vector.columns[key.point_index]
    known = ~np.isnan(values)
    newest: dict[_Kind, tuple[int, _Place]] = {}  # row of the sample that came last, and what was known of the point
    kinds: dict[int, _Kind] = {}
    for layout in np.unique(layouts).tolist():
        if place := vector.places.get(layout, {}).get(key.point_index):
            kinds[layout] = place.kind
            rows = np.flatnonzero((layouts == layout) & known)
            if rows.size:
                last = int(rows[np.argmax(runs[rows])])
                if place.kind not in newest or runs[last] > runs[newest[place.kind][0]]:
                    newest[place.kind] = last, place
    in_order = sorted(newest.items(), key=lambda item: float(runs[item[1][0]]))
    for kind, (_, place) in in_order:
        alike = [layout for layout, its_kind in kinds.items() if its_kind == kind]
        own = values if len(newest) == 1 else np.where(np.isin(layouts, alike), values, np.nan)
        rows = np.flatnonzero(~np.isnan(own))
        its_times, its_values, until = times[rows], own[rows], vector.until[rows]
        next_times = np.append(its_times[1:], np.inf)
        is_before_hole = until < next_times  # after the last one: if there are later rows, which lack it
        series = Series(
            its_times,
            its_values,
            Holes(until[is_before_hole], next_times[is_before_hole]),
            kind.units,
            place.range,
            kind.digital,
            place.label,
            float(vector.spacings[rows[-1]]),
        )
        if kind == in_order[-1][0] or series.is_known_within(start, end, end):
            yield series


def _thinned(whole: Iterable[Series], start: float, end: float, max_points: int) -> tuple[Series, ...]:
    """What a screen needs of each; ``start`` and ``end`` as for `thinned`."""

    def parts() -> Iterator[Series]:
        for series in whole:
            times, values = series.times_utc_s, series.values
            shown = thinned(times, values, series.holes, start, end, max_points, digital=series.digital)
            yield replace(series, times_utc_s=times[shown], values=values[shown], thinned=len(shown) < len(times))

    return tuple(parts())
