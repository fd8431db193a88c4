"""Readings for other programs: a row for each sample, and one for each cause of a hole, as plain values."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from math import isnan
from typing import NamedTuple

from t3monitor.exchange.cells import one_line
from t3monitor.exchange.grid import columns, grid_rows
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.exchange.told import Missing, Reading, cells, missing, spans_of, told


class Names(NamedTuple):
    """Of a series."""

    site: str
    serial_number: int  # of the panel that gave the reading
    panel: str
    point: str
    label: str


class LongRow(NamedTuple):
    """A sample, or (with an end) a time without one; UTC epoch seconds."""

    time: float
    until: float | None
    names: Names
    value: float | None
    unit: str
    state: str
    lowest: float | None  # of several readings together
    highest: float | None
    cause: str
    sentence: str


TITLES = (*LongRow._fields[:2], *Names._fields, *LongRow._fields[3:])


def long_rows(url: str, table: Table) -> Iterator[tuple[float, LongRow]]:
    """How much is done, and a row; series after series, in the order of their times."""
    for number, series in enumerate(table.series):
        named = _named(url, series)
        for row in _told(url, table, series):
            _, names = named[bisect_right(named, row.time_s, key=lambda its: its[0]) - 1]
            yield (number + table.share(row.time_s)) / len(table.series), _row(series, names, row)


def _told(url: str, table: Table, series: TableSeries) -> Iterator[Reading | Missing]:
    if not table.every_s:
        return told(url, table, series)
    holes = (Missing(hole, has_readings=False) for hole in missing(url, table, series.key))
    return merge(_in_grid(url, table, series), holes, key=lambda row: row.time_s)


def _in_grid(url: str, table: Table, series: TableSeries) -> Iterator[Reading]:
    shown = columns(url, replace(table, series=[series]))
    for time_s, values in grid_rows(url, table, shown):
        for column, value in zip(shown, values, strict=True):
            if not isnan(value):
                yield Reading(time_s, value, value, value, column.kind)


def _named(url: str, series: TableSeries) -> list[tuple[float, Names]]:
    """From when on which names."""
    site, *others = [one_line(name) for name in (series.site, series.panel, series.point, series.label)]
    return [(span.start_s, Names(site, span.serial_number, *others)) for span in spans_of(url, series)]


def _row(series: TableSeries, names: Names, row: Reading | Missing) -> LongRow:
    if isinstance(row, Missing):
        hole = row.hole
        cause, sentence = hole.cause.value, one_line(hole.sentence)
        return LongRow(hole.start_s, hole.end_s, names, None, "", "", None, None, cause, sentence)
    its = cells(series, row)
    state = one_line(its.value) if isinstance(its.value, str) else ""
    low, high = (row.low, row.high) if row.low != row.high else (None, None)
    unit = "s" if its.is_time else its.unit
    return LongRow(row.time_s, None, names, row.value, unit, state, low, high, "", row.remark)
