"""What a table tells of a series, in the order of its times: readings, and why there are none; for any thread.

It is read bit by bit, so that memory does not grow with the time that is asked for.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import merge
from typing import NamedTuple

import numpy as np

from t3monitor.config.without_secrets import without_secrets
from t3monitor.exchange.table import DAY_S, Kind, Table, TableSeries
from t3monitor.model.causes import SENSOR_FAULTS, Cause, sentence
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey, points_of, shift_of, stored_key
from t3monitor.model.successions import Span
from t3monitor.model.units import is_measured, shows_time, value_text, written_unit
from t3monitor.store.causes.holes import ExplainedHole, holes_in_turn
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.successions import read_spans


class Reading(NamedTuple):
    """A reading, or a stretch of readings that lie between two."""

    time_s: float
    value: float
    low: float
    high: float
    kind: Kind
    remark: str = ""  # why it says nothing


class Missing(NamedTuple):
    """A time without a reading, or with readings of a sensor that was open or shorted."""

    hole: ExplainedHole
    has_readings: bool

    @property
    def time_s(self) -> float:
        """When it begins."""
        return self.hole.start_s


class Cells(NamedTuple):
    """A reading in cells: numbers, in seconds where they are times of day, and words."""

    value: float | str
    low: float | str
    high: float | str
    unit: str
    is_time: bool


def told(url: str, table: Table, series: TableSeries) -> Iterator[Reading | Missing]:
    """Readings and holes in the order of their times."""
    holes = missing(url, table, series.key)
    hole, fault = next(holes, None), None
    for reading in _readings(url, table, series.key):
        while hole and hole.start_s <= reading.time_s:
            has_readings = hole.cause in SENSOR_FAULTS and reading.time_s < hole.end_s
            fault = hole if has_readings else fault
            yield Missing(hole, has_readings)
            hole = next(holes, None)
        yield reading._replace(remark=fault.sentence) if fault and reading.time_s < fault.end_s else reading
    while hole:
        yield Missing(hole, has_readings=False)
        hole = next(holes, None)


def cells(series: TableSeries, reading: Reading) -> Cells:
    """As a spreadsheet is to have it."""
    point_type, kind = points_of(series.key)[0].point_type, reading.kind
    is_number, is_time, unit = meaning(kind, point_type)
    if is_number:
        return Cells(reading.value, reading.low, reading.high, unit, is_time)
    if reading.low == reading.high:
        return Cells(word(reading.value, kind, point_type), "", "", "", is_time=False)
    if kind.digital:  # of two states the share of the second one
        percent = min(max(round(100 * reading.value), 1), 99)
        return Cells(f"{word(1.0, kind, point_type)} {percent} %", "", "", "", is_time=False)
    ends = (word(value, kind, point_type) for value in (reading.low, reading.high))
    return Cells(" … ".join(ends), "", "", "", is_time=False)


@lru_cache
def meaning(kind: Kind, point_type: PointType) -> tuple[bool, bool, str]:
    """Whether it is a number rather than a state; whether that is of seconds; its unit as it is written."""
    is_number = is_measured(digital=kind.digital, range_=kind.range)
    is_time = is_number and shows_time(point_type, kind.range)
    has_unit = is_number and not is_time
    return is_number, is_time, written_unit(kind.units, point_type=point_type, range_=kind.range) if has_unit else ""


@lru_cache
def word(value: float, kind: Kind, point_type: PointType) -> str:
    """That of a state."""
    return value_text(value, "", point_type=point_type, digital=kind.digital, range_=kind.range, words=kind.words)


def bits(url: str, table: Table, keys: Iterable[SeriesKey]) -> Iterator[tuple[float, float]]:
    """The time in parts that can be read at once, of the points of any of these series."""
    keys = list(keys)
    earlier_s = max((shift_of(key, table.zone).days * DAY_S for key in keys), key=abs, default=0)
    points = [point for key in keys for point in points_of(key)]
    for start_s, end_s in HistoryReader(url).bits(points, table.start_s - earlier_s, table.end_s - earlier_s):
        yield start_s + earlier_s, end_s + earlier_s


def read_series(url: str, table: Table, key: SeriesKey, start_s: float, end_s: float) -> tuple[Series, ...]:
    """The readings of a part of the time, with those beside it."""
    stored = stored_key(key, start_s, end_s, table.zone)
    return HistoryReader(url).read_many((stored,), start_s, end_s, sys.maxsize)[stored]


def spans_of(url: str, series: TableSeries) -> tuple[Span, ...]:
    """Which panels gave the readings of a series, and when, the earliest first; raises DatabaseError."""
    is_one = isinstance(series.key, PointKey)
    return read_spans(url, series.serial_number) if is_one else (Span(series.serial_number),)


def kind_of(series: Series) -> Kind:
    """What it measures."""
    return Kind(series.units, series.range, series.digital, series.words)


def missing(url: str, table: Table, key: SeriesKey) -> Iterator[ExplainedHole]:
    """When any of the points that a series is made of has no reading, each time once; nothing of the future."""
    until_s = table.start_s
    for hole in _missing(url, table, key):
        if until_s < hole.end_s:
            yield hole._replace(start_s=max(hole.start_s, until_s), sentence=without_secrets(hole.sentence))
            until_s = hole.end_s


def _missing(url: str, table: Table, key: SeriesKey) -> Iterator[ExplainedHole]:
    since_s = table.start_s
    for part in shift_of(key, table.zone).parts(table.start_s, table.end_s):
        yield from _no_such_time(since_s, part.start_s)
        taken_s = part.start_s - part.by_s, part.end_s - part.by_s
        each = (holes_in_turn(url, point, *taken_s, table.now_s) for point in points_of(key))
        for hole in merge(*each):
            yield hole.within(*taken_s).shifted(part.by_s)
        since_s = part.end_s
    yield from _no_such_time(since_s, table.end_s)


def _no_such_time(since_s: float, until_s: float) -> Iterator[ExplainedHole]:
    if since_s < until_s:
        yield ExplainedHole(since_s, until_s, Cause.NO_SUCH_TIME, sentence(Cause.NO_SUCH_TIME), ())


def _readings(url: str, table: Table, key: SeriesKey) -> Iterator[Reading]:
    if table.drawn is not None:
        yield from _in_order(table.drawn.get(key, ()), table.start_s, table.end_s)
    elif isinstance(key, PointKey):
        for part in HistoryReader(url).readings(key, table.start_s, table.end_s):
            kind = Kind(part.units, part.range, part.digital, part.words)
            for time_s, value in zip(part.times_utc_s.tolist(), part.values.tolist(), strict=True):
                if table.takes_end or time_s < table.end_s:
                    yield Reading(time_s, value, value, value, kind)
    else:
        for start_s, end_s in bits(url, table, [key]):
            is_last = end_s == table.end_s and table.takes_end
            for reading in _in_order(read_series(url, table, key, start_s, end_s), start_s, end_s):
                if start_s <= reading.time_s < end_s or (is_last and reading.time_s == end_s):
                    yield reading


def _in_order(parts: Iterable[Series], start_s: float, end_s: float) -> Iterator[Reading]:
    parts = list(parts)
    if not parts:
        return
    times = np.concatenate([part.times_utc_s for part in parts])
    ends = np.concatenate([part.ends_utc_s for part in parts])
    which = np.repeat(np.arange(len(parts)), [len(part.times_utc_s) for part in parts])
    values, lows, highs = (np.concatenate([columns[number] for columns in map(_columns, parts)]) for number in range(3))
    for place in np.argsort(times, kind="stable").tolist():
        if ends[place] >= start_s and times[place] <= end_s:
            its = float(times[place]), float(values[place]), float(lows[place]), float(highs[place])
            yield Reading(*its, kind_of(parts[which[place]]))


def _columns(part: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if part.stretches is None:
        return part.values, part.values, part.values
    return part.values, part.stretches.lows, part.stretches.highs
