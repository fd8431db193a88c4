"""Readings as a CSV file that a spreadsheet opens right without being asked anything; for any thread.

A row is a reading: its time by the clock on the wall and that clock's offset, so that an hour that comes twice is told
apart; names; value and unit in cells of their own, states as words. Where there is no reading, one row says so, and
why.
"""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import numpy as np

from t3monitor.config.files import whole_file
from t3monitor.exchange.cells import text_cell
from t3monitor.model.causes import SENSOR_FAULTS, Cause, sentence
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey, points_of, shift_of, stored_key
from t3monitor.model.times import duration_text
from t3monitor.model.units import hours_minutes_seconds, is_measured, shows_time, value_text, written_unit
from t3monitor.model.words import Words
from t3monitor.model.zones import local
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series

_TITLES = ("Time", "UTC offset", "Site", "Panel", "Point", "Label", "Value", "Unit", "Lowest", "Highest", "Remark")
_ROWS_AT_ONCE = 1000  # between two looks whether it is still wanted


class GivenUpError(Exception):
    """Nobody wants the file any more."""


class Separators(NamedTuple):
    """How a language writes numbers, and what then stands between cells."""

    decimal: str = "."
    cells: str = ","

    @classmethod
    def of(cls, decimal: str) -> "Separators":
        """Those of spreadsheets whose numbers have this decimal point."""
        return cls(decimal, ";" if decimal == "," else ",")


@dataclass(frozen=True, slots=True)
class TableSeries:
    """A series, and how it is called."""

    key: SeriesKey
    site: str
    panel: str
    point: str
    label: str
    words: Words = ()  # of the site, for states of ``words_range``
    words_range: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be written; times are UTC epoch seconds.

    ``drawn``: by series what its line is drawn of, means of stretches where there are more readings than pixels; None:
    every reading is read of the database.
    """

    series: Sequence[TableSeries]
    start_s: float
    end_s: float
    now_s: float
    zone: tzinfo | None
    separators: Separators
    drawn: dict[SeriesKey, tuple[Series, ...]] | None = None


class _Value(NamedTuple):
    """A reading, or a stretch of readings that lie between two."""

    time_s: float
    value: float
    low: float
    high: float
    units: str
    range: int
    digital: bool


def write_table(
    url: str, table: Table, file: Path, progress: Callable[[float], None], is_unwanted: Callable[[], bool]
) -> int:
    """Writes the file, whole or not at all, in memory that does not grow with it; returns the number of readings.

    ``progress`` is told the share that is done. Raises OSError, DatabaseError, and GivenUpError when ``is_unwanted``.
    """
    count = 0
    with whole_file(file) as binary:
        text = TextIOWrapper(binary, "utf-8-sig", errors="replace", newline="")
        writer = csv.writer(text, delimiter=table.separators.cells, lineterminator="\r\n")
        left_out = _left_out(table)
        writer.writerow(title for place, title in enumerate(_TITLES) if place not in left_out)
        for number, series in enumerate(table.series):
            for read, row in enumerate(_rows(url, table, series)):
                if read % _ROWS_AT_ONCE == 0:
                    if is_unwanted():
                        raise GivenUpError
                    done = (row.time_s - table.start_s) / (table.end_s - table.start_s)
                    progress((number + min(max(done, 0.0), 1.0)) / len(table.series))
                writer.writerow(cell for place, cell in enumerate(row.cells) if place not in left_out)
                count += row.is_reading
        text.flush()
        text.detach()
    return count


class _Row(NamedTuple):
    time_s: float
    cells: Sequence[str]
    is_reading: bool


def _left_out(table: Table) -> set[int]:
    """Columns that would be empty."""
    names = () if any(series.site for series in table.series) else ("Site",)
    extremes = ("Lowest", "Highest") if table.drawn is None else ()
    return {_TITLES.index(title) for title in (*names, *extremes)}


def _rows(url: str, table: Table, series: TableSeries) -> Iterator[_Row]:
    """Readings and holes in the order of their times."""
    holes = _holes(url, table, series.key)
    faults: list[ExplainedHole] = []
    for value in _values(url, table, series.key):
        while holes and holes[0].start_s <= value.time_s:
            hole = holes.pop(0)
            if hole.cause in SENSOR_FAULTS and value.time_s < hole.end_s:
                faults.append(hole)  # there are readings, which say nothing
            else:
                yield _hole_row(table, series, hole)
        told = [fault.sentence for fault in faults[-1:] if value.time_s < fault.end_s]
        yield _Row(value.time_s, _value_cells(table, series, value, "".join(told)), is_reading=True)
    for hole in holes:
        yield _hole_row(table, series, hole)


def _values(url: str, table: Table, key: SeriesKey) -> Iterator[_Value]:
    if table.drawn is not None:
        yield from _of_series(table.drawn.get(key, ()), table)
    elif isinstance(key, PointKey):
        for part in HistoryReader(url).readings(key, table.start_s, table.end_s):
            what = part.units, part.range, part.digital
            for time_s, value in zip(part.times_utc_s.tolist(), part.values.tolist(), strict=True):
                yield _Value(time_s, value, value, value, *what)
    else:
        stored = stored_key(key, table.start_s, table.end_s, table.zone)
        yield from _of_series(
            HistoryReader(url).read_many((stored,), table.start_s, table.end_s, sys.maxsize)[stored], table
        )


def _of_series(parts: Iterable[Series], table: Table) -> Iterator[_Value]:
    parts = list(parts)
    if not parts:
        return
    times = np.concatenate([part.times_utc_s for part in parts])
    ends = np.concatenate([part.ends_utc_s for part in parts])
    which = np.repeat(np.arange(len(parts)), [len(part.times_utc_s) for part in parts])
    values, lows, highs = (np.concatenate([columns[number] for columns in map(_columns, parts)]) for number in range(3))
    for place in np.argsort(times, kind="stable").tolist():
        if ends[place] >= table.start_s and times[place] <= table.end_s:
            part = parts[which[place]]
            its = float(times[place]), float(values[place]), float(lows[place]), float(highs[place])
            yield _Value(*its, part.units, part.range, part.digital)


def _columns(part: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if part.stretches is None:
        return part.values, part.values, part.values
    return part.values, part.stretches.lows, part.stretches.highs


def _holes(url: str, table: Table, key: SeriesKey) -> list[ExplainedHole]:
    """Of all points that a series is made of, each time once."""
    found: list[ExplainedHole] = []
    edges = [table.start_s]
    for part in shift_of(key, table.zone).parts(table.start_s, table.end_s):
        taken_s = part.start_s - part.by_s, part.end_s - part.by_s
        told = holes_of_points(url, points_of(key), *taken_s, table.now_s)
        found += (hole.within(*taken_s).shifted(part.by_s) for its in told.values() for hole in its)
        edges += part.start_s, part.end_s
    found += (
        ExplainedHole(since_s, until_s, Cause.NO_SUCH_TIME, sentence(Cause.NO_SUCH_TIME), ())
        for since_s, until_s in zip(edges[::2], [*edges, table.end_s][1::2], strict=True)
        if since_s < until_s
    )
    holes: list[ExplainedHole] = []
    for hole in sorted(found):
        since_s = max(hole.start_s, holes[-1].end_s) if holes else hole.start_s
        if since_s < hole.end_s:
            holes.append(hole._replace(start_s=since_s))
    return holes


def _hole_row(table: Table, series: TableSeries, hole: ExplainedHole) -> _Row:
    remark = f"no reading for {duration_text(hole.end_s - hole.start_s)}: {hole.sentence}"
    return _Row(hole.start_s, [*_first_cells(table, series, hole.start_s), "", "", "", "", remark], is_reading=False)


def _first_cells(table: Table, series: TableSeries, time_s: float) -> list[str]:
    at = local(time_s, table.zone).astimezone(table.zone)
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    offset = f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    names = map(text_cell, (series.site, series.panel, series.point, series.label))
    return [at.strftime("%Y-%m-%d %H:%M:%S"), offset, *names]


def _value_cells(table: Table, series: TableSeries, value: _Value, remark: str) -> list[str]:
    point_type, decimal = points_of(series.key)[0].point_type, table.separators.decimal
    words = series.words if series.words_range == value.range else ()

    def text(number: float) -> str:
        told = value_text(number, "", point_type=point_type, digital=value.digital, range_=value.range, words=words)
        return text_cell(told)

    unit, extremes = "", ["", ""]
    if not is_measured(digital=value.digital, range_=value.range):
        cell = text(value.value)
        if value.low != value.high:  # of two states the share of the second one
            percent = min(max(round(100 * value.value), 1), 99)
            cell = f"{text(1.0)} {percent} %" if value.digital else f"{text(value.low)} … {text(value.high)}"
    elif shows_time(point_type, value.range):
        cell, *extremes = map(hours_minutes_seconds, (value.value, value.low, value.high))
    else:
        cell, *extremes = (f"{number:.12g}".replace(".", decimal) for number in value[1:4])
        unit = written_unit(value.units, point_type=point_type, range_=value.range)
    return [*_first_cells(table, series, value.time_s), cell, text_cell(unit), *extremes, text_cell(remark)]
