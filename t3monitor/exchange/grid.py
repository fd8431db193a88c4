"""Readings as a grid: a row for each time, a column for each series and what it measures; for any thread.

It is read bit by bit, so that memory does not grow with the time that is asked for.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from t3monitor.exchange.table import Kind, Rule, Table, TableSeries
from t3monitor.exchange.told import Reading, bits, cells, kind_of, meaning
from t3monitor.model.series_keys import SeriesKey, StoredKey, points_of, shift_of, stored_key
from t3monitor.model.units import is_counter, is_measured, states_text
from t3monitor.store.causes.holes import faulty
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Floats, Holes, Series
from t3monitor.store.history.statistics import means

_CELLS_AT_ONCE = 200_000
_SERIES_AT_ONCE = 64


class Column(NamedTuple):
    """A series as long as it measures one thing."""

    series: TableSeries
    kind: Kind
    is_one_of_several: bool = False  # of the same series with states, which differ in what these are called

    @property
    def _meaning(self) -> tuple[bool, bool, str]:
        return meaning(self.kind, points_of(self.series.key)[0].point_type)

    @property
    def is_time(self) -> bool:
        """Whether its numbers are seconds."""
        return self._meaning[1]

    @property
    def title(self) -> str:
        """What stands over it."""
        its = self.series
        names = " ".join(dict.fromkeys(filter(None, (its.site, its.panel, its.point, its.label))))
        _, range_, digital, words = self.kind
        states = states_text(digital=digital, range_=range_, words=words) if self.is_one_of_several else ""
        return f"{names} [{what}]" if (what := self._meaning[2] or states) else names

    def cell(self, value: float) -> float | str:
        """A number, or the word of a state."""
        return cells(self.series, Reading(0.0, value, value, value, self.kind)).value


def columns(url: str, table: Table) -> list[Column]:
    """Of the series in their order; one that measured several things has several, the earliest first."""
    found: dict[SeriesKey, dict[tuple[object, ...], Column]] = {series.key: {} for series in table.series}
    for first in range(0, len(table.series), _SERIES_AT_ONCE):
        some = table.series[first : first + _SERIES_AT_ONCE]
        for start_s, end_s in bits(url, table, [series.key for series in some]):
            read = _read(url, table, [series.key for series in some], start_s, end_s, most=1)
            for series in some:
                for kind in map(kind_of, read[series.key]):
                    found[series.key].setdefault(what_of(kind), Column(series, kind))
    nothing = Kind("", 0, digital=False)
    each = [list(found[its.key].values()) or [Column(its, nothing)] for its in table.series]
    return [column._replace(is_one_of_several=len(its) > 1) for its in each for column in its]


def grid_rows(url: str, table: Table, shown: Sequence[Column]) -> Iterator[tuple[float, list[float]]]:
    """Each time with the values of these columns, NaN where there is none."""
    faults = {column.series.key: faults_of(url, table, column.series.key) for column in shown}
    for some, end_s in _at_once(url, table, shown):
        edges = np.array([*some, end_s], dtype=np.float64)
        values = np.full((len(shown), len(some)), np.nan)
        for first in range(0, len(shown), _SERIES_AT_ONCE):
            part = shown[first : first + _SERIES_AT_ONCE]
            read = _read(url, table, [column.series.key for column in part], float(edges[0]), float(edges[-1]))
            for place, column in enumerate(part, first):
                for series in read[column.series.key]:
                    if what_of(kind_of(series)) == what_of(column.kind):
                        values[place] = _values(table, series, edges, faults[column.series.key])
        yield from zip(some, values.T.tolist(), strict=True)


def _at_once(url: str, table: Table, shown: Sequence[Column]) -> Iterator[tuple[list[int], float]]:
    """Times that can be computed at once, and the one that follows them."""
    times, most = table.grid_times(), max(1, _CELLS_AT_ONCE // max(1, len(shown)))
    following = next(times, None)
    for _, until_s in bits(url, table, [column.series.key for column in shown]):
        some: list[int] = []
        while following is not None and (following < until_s or until_s == table.end_s):
            some.append(following)
            following = next(times, None)
            if len(some) == most:
                yield some, table.end_s if following is None else following
                some = []
        if some:
            yield some, table.end_s if following is None else following


def _values(table: Table, series: Series, edges: Floats, faults: Holes) -> Floats:
    has_mean = is_measured(digital=series.digital, range_=series.range) and not is_counter(series.units)
    if table.rule is Rule.MEAN and has_mean:
        return means(series, edges, table.now_s, faults)
    return series.values_at(edges[:-1], table.now_s, faults)


def what_of(kind: Kind) -> tuple[object, ...]:
    """By what columns are told apart: a unit, or the range of states and what these are called."""
    is_number = is_measured(digital=kind.digital, range_=kind.range)
    return (kind.units,) if is_number else (kind.units, kind.range, kind.words)


def _read(
    url: str, table: Table, keys: Sequence[SeriesKey], start_s: float, end_s: float, most: int = sys.maxsize
) -> dict[SeriesKey, tuple[Series, ...]]:
    stored: dict[SeriesKey, StoredKey] = {key: stored_key(key, start_s, end_s, table.zone) for key in keys}
    read = HistoryReader(url).read_many(stored.values(), start_s, end_s, most)
    return {key: read[its] for key, its in stored.items()}


def faults_of(url: str, table: Table, key: SeriesKey) -> Holes:
    """When the sensor of any of its points was open or shorted, where that stands in the table."""
    times = sorted(
        (start_s + part.by_s, end_s + part.by_s)
        for part in shift_of(key, table.zone).parts(table.start_s, table.end_s)
        for point in points_of(key)
        for start_s, end_s in zip(*(edge.tolist() for edge in faulty(url, point)), strict=True)
    )
    apart: list[tuple[float, float]] = []
    for start_s, end_s in times:
        if apart and start_s <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end_s, apart[-1][1])
        else:
            apart.append((start_s, end_s))
    return Holes(*np.array(apart, dtype=np.float64).reshape(-1, 2).T)
