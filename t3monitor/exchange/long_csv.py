"""Readings for other programs: a CSV row for each sample in ISO 8601 UTC, and one for each cause of a hole."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from heapq import merge
from io import TextIOWrapper
from math import isnan
from pathlib import Path

from t3monitor.config.files import WholeFiles
from t3monitor.exchange.cells import formula_free, one_line
from t3monitor.exchange.grid import columns, grid_rows
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.exchange.told import Cells, Missing, Reading, cells, missing, told
from t3monitor.model.points import PointKey
from t3monitor.model.successions import Span
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.successions import read_spans

TITLES = (
    *("time", "until", "site", "serial_number", "panel", "point", "label"),
    *("value", "unit", "state", "lowest", "highest", "cause", "sentence"),
)


def write_long(files: WholeFiles, file: Path, url: str, table: Table) -> Iterator[tuple[float, bool]]:
    """Writes the file while it is gone through; tells how much is done, and of each row whether it is a reading."""
    text = TextIOWrapper(files.begin(file), "utf-8", errors="replace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(TITLES)
        for number, series in enumerate(table.series):
            named = _named(url, series)
            for row in _rows(url, table, series):
                names = named[bisect_right(named, row.time_s, key=lambda its: its[0]) - 1][1]
                if isinstance(row, Reading):
                    writer.writerow((_iso(row.time_s), "", *names, *_value_cells(row, cells(series, row))))
                else:
                    writer.writerow((_iso(row.time_s), _iso(row.hole.end_s), *names, *_hole_cells(row.hole)))
                yield (number + table.share(row.time_s)) / len(table.series), isinstance(row, Reading)
    finally:
        text.detach()


def _rows(url: str, table: Table, series: TableSeries) -> Iterator[Reading | Missing]:
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


def _named(url: str, series: TableSeries) -> list[tuple[float, list[str]]]:
    """From when on which names: the serial number is that of the panel that gave the reading."""
    site, *names = [formula_free(one_line(name)) for name in (series.site, series.panel, series.point, series.label)]
    of_point = isinstance(series.key, PointKey)
    each = read_spans(url, series.serial_number) if of_point else [Span(series.serial_number)]
    return [(span.start_s, [site, f"{span.serial_number}", *names]) for span in each]


def _iso(time_s: float) -> str:
    at = datetime.fromtimestamp(time_s, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond // 1000:03}' if at.microsecond else ''}Z"


def _value_cells(reading: Reading, its: Cells) -> tuple[str, ...]:
    state = formula_free(one_line(its.value)) if isinstance(its.value, str) else ""
    unit = "s" if its.is_time else its.unit
    between = (f"{reading.low:.12g}", f"{reading.high:.12g}") if reading.low != reading.high else ("", "")
    return (f"{reading.value:.12g}", formula_free(unit), state, *between, "", formula_free(reading.remark))


def _hole_cells(hole: ExplainedHole) -> tuple[str, ...]:
    return ("", "", "", "", "", hole.cause.value, formula_free(one_line(hole.sentence)))
