"""Reading the history: a point's samples as arrays, thinned to what a screen can show; for any thread."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, inspect, literal_column, outerjoin, select

from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.units import has_states
from t3monitor.store.files import database_file
from t3monitor.store.reading import reading
from t3monitor.store.schema import sync_runs, trendlog_frames, trendlog_layout_points, trendlog_layouts
from t3monitor.store.statements import sql_text

# A sample later than this many usual intervals after the last one comes after a hole: one missed cycle, or one that
# T3000's cooldown delayed, is none.
BREAK_AFTER_INTERVALS = 2.5

_ROWS_AT_ONCE = 512
_ENOUGH_TO_TELL = 16  # samples, of how often a panel is read
_UNKNOWN_INTERVAL_S = 300  # of a sample whose ledger row is gone

Floats = NDArray[np.float64]
_Indexes = NDArray[np.intp]
_frame, _run, _layout, _place = trendlog_frames.c, sync_runs.c, trendlog_layouts.c, trendlog_layout_points.c
_FRAMES = sql_text(
    select(
        _frame.logging_time,
        func.coalesce(_run.sync_interval, literal_column(f"{_UNKNOWN_INTERVAL_S}")),
        _frame.layout_id,
        _frame.run_id,
        _frame.vals,
    )
    .select_from(outerjoin(trendlog_frames, sync_runs, _run.id == _frame.run_id))
    .where(
        _frame.serial_number == bindparam("serial_number"),
        _frame.point_type == bindparam("point_type"),
        _frame.logging_time.between(bindparam("start"), bindparam("end")),
    )
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


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Samples of one point in one unit, oldest first.

    A value is NaN where the line breaks: at the time from which the value is not known any more. That is one sync
    interval after the last sample before a hole, else the time of the sample that lacks the point or has another unit.
    """

    times_utc_s: Floats
    values: Floats
    units: str
    range: int
    digital: bool  # shows one of two states; a digital point whose range has no states shows a number
    label: str
    interval_s: int  # that usually lies between two samples
    thinned: bool = False  # there are more samples than these


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
        self, keys: Sequence[PointKey], start_utc_s: float, end_utc_s: float, max_points: int
    ) -> dict[PointKey, tuple[Series, ...]]:
        """The samples of each point with start <= logging time <= end, at most ``max_points`` in each series.

        A point has one series for each unit it had (each range, for states), that of the sample that came last last;
        none without samples. Of two samples of one logging time that of the later cycle counts. More samples than
        ``max_points`` are thinned (see `thinned`).
        """
        found: dict[PointKey, tuple[Series, ...]] = dict.fromkeys(keys, ())
        vectors: dict[tuple[int, PointType], list[PointKey]] = {}
        for key in found:
            vectors.setdefault((key.serial_number, key.point_type), []).append(key)
        with self._reading() as cursor:
            if cursor is None:
                return found
            for (serial_number, point_type), members in vectors.items():
                indexes = [key.point_index for key in members]
                vector = _read_vector(cursor, serial_number, point_type, indexes, start_utc_s, end_utc_s)
                for key in members:
                    found[key] = tuple(_series(vector, key, start_utc_s, end_utc_s, max_points))
        return found

    @contextmanager
    def _reading(self) -> Iterator[Cursor | None]:
        """A cursor on the history; None if there is none yet."""
        with reading(self._url) as connection:
            try:
                has_history = inspect(connection).has_table(trendlog_frames.name)
                yield cast(Cursor, connection.connection.cursor()) if has_history else None
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
    intervals: Floats
    layouts: Floats
    runs: Floats  # later cycles have greater ids, whatever the time that a clock told
    columns: dict[int, Floats]  # by point


_decode = msgspec.json.Decoder().decode  # untyped: twice as fast, and numpy refuses what is no number


def _read_vector(
    cursor: Cursor, serial_number: int, point_type: PointType, indexes: Sequence[int], start: float, end: float
) -> _Vector:
    all_places = _places(cursor, serial_number, point_type, indexes)
    cursor.execute(_FRAMES, (serial_number, point_type.value, start, end))
    chunks = [np.empty((4 + len(indexes), 0))]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        times, intervals, layouts, runs, texts = zip(*rows, strict=True)
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
        chunks.append(np.array([times, intervals, layouts, runs, *columns], dtype=np.float64))  # None becomes NaN
    table = np.concatenate(chunks, axis=1)
    counts = np.ones(table.shape[1], dtype=bool)
    counts[:-1] = np.diff(table[0]) != 0  # of equal times the last
    table = table[:, counts]
    usual = _usual_intervals(table[0], table[1])
    return _Vector(all_places, table[0], usual, table[2], table[3], dict(zip(indexes, table[4:], strict=True)))


def _usual_intervals(times: Floats, intervals: Floats) -> Floats:
    """The time that usually lies between two samples: the sync interval, or longer where T3000 reads panels in turn.

    T3000 reads one panel per cooldown, so that a panel of many has the same reading in several cycles.
    """
    if len(times) < _ENOUGH_TO_TELL:
        return intervals
    return np.maximum(intervals, np.median(np.diff(times)))


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


def _series(vector: _Vector, key: PointKey, start: float, end: float, max_points: int) -> Iterator[Series]:
    """The point's lines, that with the sample that came last last."""
    times, intervals, layouts, runs = vector.times, vector.intervals, vector.layouts, vector.runs
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
    for kind, (row, place) in sorted(newest.items(), key=lambda item: float(runs[item[1][0]])):
        alike = [layout for layout, its_kind in kinds.items() if its_kind == kind]
        own = values if len(newest) == 1 else np.where(np.isin(layouts, alike), values, np.nan)
        line_times, line_values = _with_breaks(times, own, intervals)
        shown_times, shown_values = thinned(line_times, line_values, start, end, max_points, digital=kind.digital)
        yield Series(
            shown_times,
            shown_values,
            kind.units,
            place.range,
            kind.digital,
            place.label,
            int(intervals[row]),
            thinned=len(shown_times) < len(line_times),
        )


def _with_breaks(times: Floats, values: Floats, intervals: Floats) -> tuple[Floats, Floats]:
    """The line with one NaN in each hole, and none before its first sample."""
    before_holes = np.flatnonzero(np.diff(times) > BREAK_AFTER_INTERVALS * intervals[1:])
    if before_holes.size:
        values = np.insert(values, before_holes + 1, np.nan)
        times = np.insert(times, before_holes + 1, times[before_holes] + intervals[before_holes + 1])
    unknown = np.isnan(values)
    kept = ~unknown
    kept[1:] |= unknown[1:] & ~unknown[:-1]
    return times[kept], values[kept]


def thinned(
    times: Floats, values: Floats, start: float, end: float, max_points: int, *, digital: bool
) -> tuple[Floats, Floats]:
    """At most ``max_points`` (but at least 40) of the samples, chosen so that the line looks the same.

    ``start`` and ``end`` are what the samples are taken to cover. Of a measured value, each of many equal stretches of
    time keeps its smallest and largest sample; of a state, every change is kept if they fit. Breaks (NaN) stay where
    they are and as narrow as they are; only if there are more than a screen has room for, narrow ones are closed.
    """
    max_points = max(max_points, 40)
    if len(times) <= max_points:
        return times, values
    if digital:
        changes = _changes(values)
        times, values = times[changes], values[changes]
        if len(times) <= max_points:
            return times, values
    span = max(end - start, 1e-9)
    if np.count_nonzero(np.isnan(values)) > max_points // 10:
        wide = _without_narrow_breaks(times, values, span / (max_points // 10))
        times, values = times[wide], values[wide]
        if len(times) <= max_points:
            return times, values
    breaks = np.isnan(values)
    stretches = max((max_points - 5 * (int(np.count_nonzero(breaks)) + 1)) // 2 - 1, 1)
    chosen = np.union1d(_extremes(times, values, breaks, span / stretches), np.flatnonzero(breaks))
    return times[chosen], values[chosen]


def _changes(values: Floats) -> _Indexes:
    """Samples without which a step line would look different: each change, and both ends of each piece."""
    kept = np.ones(len(values), dtype=bool)
    kept[1:-1] = (values[1:-1] != values[:-2]) | np.isnan(values[2:])  # NaN differs from everything
    return np.flatnonzero(kept)


def _without_narrow_breaks(times: Floats, values: Floats, narrow_s: float) -> _Indexes:
    """All samples, and those breaks between whose neighbours more than ``narrow_s`` passed."""
    kept = ~np.isnan(values)
    breaks = np.flatnonzero(~kept)
    inner = breaks[(breaks > 0) & (breaks < len(values) - 1)]
    kept[inner] = times[inner + 1] - times[inner - 1] > narrow_s
    kept[-1] = True
    return np.flatnonzero(kept)


def _extremes(times: Floats, values: Floats, breaks: NDArray[np.bool_], stretch_s: float) -> _Indexes:
    """Smallest and largest sample of each stretch of each piece between breaks, and the ends of the pieces."""
    known = np.flatnonzero(~breaks)
    if not known.size:
        return known
    own = values[known]
    piece = np.cumsum(breaks)[known]
    stretch = np.floor(times[known] / stretch_s)  # of absolute time: they stand still while the user pans
    new_piece = np.r_[True, piece[1:] != piece[:-1]]
    first = np.flatnonzero(new_piece | np.r_[True, stretch[1:] != stretch[:-1]])
    sizes = np.diff(np.r_[first, len(own)])
    group = np.repeat(np.arange(len(first)), sizes)
    piece_ends = np.flatnonzero(new_piece | np.r_[new_piece[1:], True])
    lowest = _first_of_group(own == np.minimum.reduceat(own, first)[group], group)
    highest = _first_of_group(own == np.maximum.reduceat(own, first)[group], group)
    return known[np.unique(np.concatenate((lowest, highest, piece_ends)))]


def _first_of_group(wanted: NDArray[np.bool_], group: NDArray[np.intp]) -> _Indexes:
    found = np.flatnonzero(wanted)
    return found[np.r_[True, group[found][1:] != group[found][:-1]]]
