"""Readings as an Excel workbook: typed cells, the points, the holes by cause, and charts; for any thread.

Text is only ever written as text, so no name becomes a formula or a link. Rows go to a file at once, and further
sheets follow a full one, so that memory does not grow with the time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from t3monitor.config.files import WholeFiles
from t3monitor.exchange.cells import one_line
from t3monitor.exchange.csv_table import MOST_ROWS, remark
from t3monitor.exchange.grid import Column, faults_of, grid_rows, what_of
from t3monitor.exchange.table import DAY_S, Kind, Table, TableSeries
from t3monitor.exchange.told import Reading, bits, cells, kind_of, meaning, missing, read_series, told
from t3monitor.exchange.wall_clock import WallClock
from t3monitor.model.causes import sentence
from t3monitor.model.series_keys import points_of
from t3monitor.model.units import range_name, states_text
from t3monitor.store.history.series import Floats, Series
from t3monitor.store.history.statistics import Statistics, statistics

_CHARTED = 1000  # places of a line, or one a day; more cannot be told apart
_MOST_CHARTED = 50  # lines of all charts
_CHART_PX, _CHART_ROWS = {"width": 1100, "height": 420}, 22
_TIME_WIDTH, _NAME_WIDTH, _OTHER_WIDTH = 19, 22, 12
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}
Progress = Iterator[tuple[float, bool]]  # how much is done, and whether this row is a reading


class _Rows:
    """Rows under their titles, in as many sheets as are needed for them."""

    def __init__(self, book: "_Book", name: str, titles: Sequence[str], widths: Mapping[int, float]) -> None:
        self._book = book
        self._name = name
        self._titles = titles
        self._widths = widths
        self._count = 0
        self._begin(name)

    def write(self, row: Sequence[Any], formats: dict[int, Any]) -> None:
        """Adds a row; a number is one, text stays text, None is empty."""
        if self._count and self._count % MOST_ROWS == 0:
            self._begin(f"{self._name} {self._count // MOST_ROWS + 1}")
        line = self._count % MOST_ROWS + 1
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    self.sheet.write_string(line, place, cell)
            elif cell is not None:
                self.sheet.write_number(line, place, cell, formats.get(place))
        self._count += 1

    def _begin(self, name: str) -> None:
        self.sheet = self._book.workbook.add_worksheet(name)
        for place, width in self._widths.items():
            self.sheet.set_column(place, place, width)
        self.sheet.freeze_panes(1, 0)
        for place, title in enumerate(self._titles):
            self.sheet.write_string(0, place, title, self._book.bold)


class _Outline:
    """What a series did in the whole time as long as it measured one thing, and a line of few places."""

    def __init__(self, series: TableSeries, kind: Kind) -> None:
        point_type = points_of(series.key)[0].point_type
        self.is_measured, _, self.unit = meaning(kind, point_type)
        name = range_name(point_type, digital=kind.digital, range_=kind.range)
        states = states_text(digital=kind.digital, range_=kind.range, words=kind.words) if kind.words else ""
        self.range_name = f"{name} ({states})" if states and not kind.digital else states or name
        self.known_s = 0.0
        self.minimum: float | None = None
        self.maximum: float | None = None
        self._integral = 0.0
        self._times: list[Floats] = []
        self._values: list[Floats] = []

    @property
    def is_drawn(self) -> bool:
        """Whether there is a line of it."""
        return bool(self._times)

    @property
    def mean(self) -> float | None:
        """By time, of what is known."""
        return self._integral / self.known_s if self.known_s else None

    def take(self, its: Statistics) -> None:
        """Adds a part of the time."""
        if its.known_s and its.minimum is not None and its.maximum is not None:
            self.known_s += its.known_s
            self._integral += (its.mean or 0.0) * its.known_s
            self.minimum = its.minimum if self.minimum is None else min(self.minimum, its.minimum)
            self.maximum = its.maximum if self.maximum is None else max(self.maximum, its.maximum)

    def draw(self, part: Series, start_s: float, end_s: float, most: int) -> None:
        """Adds so many places of a part of the time, and one without a value at the begin of each hole."""
        own = (part.times_utc_s >= start_s) & (part.times_utc_s < end_s)
        count = max(1, min(most, int(own.sum())))
        for columns, values in ((self._times, part.times_utc_s[own]), (self._values, part.values[own])):
            columns.append(np.array([some.mean() for some in np.array_split(values, count) if some.size]))
        breaks = part.holes.starts[(part.holes.starts >= start_s) & (part.holes.starts < end_s)]
        self._times.append(breaks)
        self._values.append(np.full(len(breaks), np.nan))

    def places(self) -> list[tuple[float, float]]:
        """Of the line, in the order of time; NaN breaks it."""
        times, values = (np.concatenate(columns) for columns in (self._times, self._values))
        order = np.argsort(times, kind="stable")
        return list(zip(times[order].tolist(), values[order].tolist(), strict=True))


class _Book:
    """A workbook in the making."""

    def __init__(self, workbook: Any, url: str, table: Table) -> None:
        self.workbook = workbook
        self.url = url
        self.table = table
        self.clock = WallClock(table.zone, table.start_s, table.end_s)
        self.bold = workbook.add_format({"bold": True})
        self.time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.length = workbook.add_format({"num_format": "[h]:mm:ss"})
        self.share = workbook.add_format({"num_format": "0.0%"})
        self._outlines: dict[TableSeries, dict[Any, _Outline]] = {}
        self.has_sites = any(series.site for series in table.series)

    def names(self, series: TableSeries) -> list[str]:
        """In cells of their own."""
        names = (series.site, series.panel, series.point, series.label)
        return [one_line(name) for name in names][not self.has_sites :]

    def outlines(self, series: TableSeries) -> Collection[_Outline]:
        """The series in what it measured, the earliest first."""
        if series not in self._outlines:
            self._outlines[series] = self._outlined(series)
        return self._outlines[series].values()

    def _outlined(self, series: TableSeries) -> dict[Any, _Outline]:
        found: dict[Any, _Outline] = {}
        faults = faults_of(self.url, self.table, series.key)
        parts = list(bits(self.url, self.table, [series.key]))
        most = max(1, _CHARTED // max(1, len(parts)))
        is_drawn = (
            sum(its.is_drawn for outlines in self._outlines.values() for its in outlines.values()) < _MOST_CHARTED
        )
        for start_s, end_s in parts:
            for part in read_series(self.url, self.table, series.key, start_s, end_s):
                kind = kind_of(part)
                its = found.setdefault(what_of(kind), _Outline(series, kind))
                its.take(statistics(part, start_s, end_s, self.table.now_s, faults))
                if is_drawn and its.is_measured:
                    its.draw(part, start_s, end_s, most)
        return found

    @property
    def name_titles(self) -> list[str]:
        """Above them."""
        return ["Site", "Panel", "Point", "Label"][not self.has_sites :]


@contextmanager
def _book(files: WholeFiles, file: Path, url: str, table: Table) -> Iterator[_Book]:
    """What was written so far stands in the folder where the file does until all is done."""
    workbook = xlsxwriter.Workbook(files.begin(file), {**_OPTIONS, "tmpdir": files.workplace(file)})
    try:
        yield _Book(workbook, url, table)
    except BaseException:
        for sheet in workbook.worksheets():
            sheet.row_data_fh.close()  # else Windows keeps the folder
        raise
    workbook.close()


def write_workbook(
    files: WholeFiles, file: Path, url: str, table: Table, grids: Sequence[Sequence[Column]]
) -> Progress:
    """Writes the file while it is gone through; ``grids`` are the columns of each sheet, none: a row is a reading."""
    with _book(files, file, url, table) as book:
        counts: dict[TableSeries, int] = defaultdict(int)
        parts = [_write_grid(book, number, shown, counts) for number, shown in enumerate(grids, 1)]
        parts = parts or [_write_list(book, counts)]
        for number, part in enumerate(parts):
            for share, is_reading in part:
                # The rest is what follows; each of several sheets has the same rows.
                yield (number + share) / len(parts) * 0.9, is_reading and number == 0
        for write in (_write_points, _write_holes, _write_charts):
            for _ in write(book, counts):
                yield 0.95, False


def _write_list(book: _Book, counts: dict[TableSeries, int]) -> Progress:
    table, drawn = book.table, book.table.drawn is not None
    first = 2 + len(book.name_titles)
    titles = [
        "Time",
        "UTC offset",
        *book.name_titles,
        "Value",
        "Unit",
        *(["Lowest", "Highest"] if drawn else []),
        "Remark",
    ]
    widths = {0: _TIME_WIDTH, 1: _OTHER_WIDTH, **dict.fromkeys(range(2, first), _NAME_WIDTH), len(titles) - 1: 60.0}
    rows = _Rows(book, "Readings", titles, widths)
    formats = {0: book.time}
    times = {0: book.time, **dict.fromkeys((first, first + 2, first + 3), book.length)}
    for number, series in enumerate(table.series):
        names = book.names(series)
        for row in told(book.url, table, series):
            start = [*book.clock.serial(row.time_s), *names]
            if isinstance(row, Reading):
                its = cells(series, row)
                values: list[float | str] = [its.value, *((its.low, its.high) if drawn else ())]
                if its.is_time:
                    values = [value / DAY_S for value in values if not isinstance(value, str)]
                rows.write([*start, values[0], its.unit, *values[1:], row.remark], times if its.is_time else formats)
                counts[series] += 1
            elif not row.has_readings:
                rows.write([*start, "", "", *(["", ""] if drawn else []), remark(row.hole)], formats)
            yield (number + table.share(row.time_s)) / len(table.series), isinstance(row, Reading)


def _write_grid(book: _Book, number: int, shown: Sequence[Column], counts: dict[TableSeries, int]) -> Progress:
    titles = ["Time", "UTC offset", *(one_line(column.title) for column in shown)]
    widths = {0: _TIME_WIDTH, 1: _OTHER_WIDTH, **dict.fromkeys(range(2, len(titles)), _NAME_WIDTH)}
    rows = _Rows(book, "Grid" if number == 1 else f"Grid, points {number}", titles, widths)
    formats = {0: book.time, **{place: book.length for place, column in enumerate(shown, 2) if column.is_time}}
    known = np.zeros(len(shown), dtype=int)
    for time_s, values in grid_rows(book.url, book.table, shown):
        row: list[float | str | None] = [*book.clock.serial(time_s)]
        for column, value in zip(shown, values, strict=True):
            cell = None if isnan(value) else column.cell(value)
            row.append(cell / DAY_S if column.is_time and isinstance(cell, float) else cell)
        rows.write(row, formats)
        known += ~np.isnan(values)
        yield book.table.share(time_s), True
    for column, count in zip(shown, known.tolist(), strict=True):
        counts[column.series] += count


def _write_points(book: _Book, counts: dict[TableSeries, int]) -> Iterator[None]:
    """A row for each series and what it measured, with its figures of the whole time."""
    titles = [*book.name_titles, "Serial number", "Range", "Unit", "Values", "Minimum", "Mean", "Maximum", "Known"]
    rows = _Rows(book, "Points", titles, dict.fromkeys(range(len(titles)), 14.0))
    formats = {len(titles) - 1: book.share}
    for series in book.table.series:
        start = [*book.names(series), series.serial_number]
        outlines = book.outlines(series)
        for its in outlines:
            figures = (its.minimum, its.mean, its.maximum) if its.is_measured else (None, None, None)
            known = its.known_s / book.table.length_s
            rows.write([*start, its.range_name, its.unit, counts[series], *figures, known], formats)
        if not outlines:
            rows.write([*start, "", "", 0, None, None, None, 0], formats)
        yield


def _write_holes(book: _Book, _counts: dict[TableSeries, int]) -> Iterator[None]:
    """When there is no reading, and why; and how long and how often by cause."""
    table, first = book.table, len(book.name_titles)
    titles = [*book.name_titles, "Class", "Cause", "From", "UTC offset", "To", "UTC offset", "Length", "Sentence"]
    widths = {**dict.fromkeys(range(len(titles)), 14.0), first + 2: 19.0, first + 4: 19.0, len(titles) - 1: 60.0}
    rows = _Rows(book, "Holes", titles, widths)
    formats = {first + 2: book.time, first + 4: book.time, first + 6: book.length}
    causes = _Rows(
        book, "Holes by cause", [*book.name_titles, "Class", "Cause", "Holes", "Length", "Share of the time"], widths
    )
    for series in table.series:
        lengths: dict[Any, list[float]] = {}
        for hole in missing(book.url, table, series.key):
            length_s = hole.end_s - hole.start_s
            total = lengths.setdefault(hole.cause, [0, 0.0])
            total[0] += 1
            total[1] += length_s
            why = [hole.hole_class.value, sentence(hole.cause)]
            times = [*book.clock.serial(hole.start_s), *book.clock.serial(hole.end_s)]
            rows.write([*book.names(series), *why, *times, length_s / DAY_S, one_line(hole.sentence)], formats)
        for cause, (number, length_s) in sorted(lengths.items(), key=lambda its: -its[1][1]):
            why = [cause.hole_class.value, sentence(cause)]
            told_of = [number, length_s / DAY_S, length_s / table.length_s]
            causes.write([*book.names(series), *why, *told_of], {first + 3: book.length, first + 4: book.share})
        yield


def _write_charts(book: _Book, _counts: dict[TableSeries, int]) -> Iterator[None]:
    """A chart for each unit, of as many places as can be told apart; a line breaks where there is no reading."""
    by_unit: dict[str, list[tuple[str, _Outline]]] = defaultdict(list)
    for series in book.table.series:
        for its in book.outlines(series):
            if its.is_drawn and sum(map(len, by_unit.values())) < _MOST_CHARTED:
                by_unit[its.unit].append((" ".join(book.names(series)), its))
    if not by_unit:
        return
    charts, data = (book.workbook.add_worksheet(name) for name in ("Charts", "Chart data"))
    lines = [line for of_unit in by_unit.values() for line in of_unit]
    for place, (name, _) in enumerate(lines):
        data.set_column(2 * place, 2 * place, _TIME_WIDTH)
        data.write_string(0, 2 * place, "Time")
        data.write_string(0, 2 * place + 1, name)
    places = [its.places() for _, its in lines]
    for row in range(max(map(len, places))):
        for column, line in enumerate(places):
            if row < len(line):
                time_s, value = line[row]
                data.write_number(row + 1, 2 * column, book.clock.serial(time_s)[0], book.time)
                if not isnan(value):
                    data.write_number(row + 1, 2 * column + 1, value)
    column = 0
    for number, (unit, of_unit) in enumerate(by_unit.items()):
        chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight"})
        for _ in of_unit:
            count = max(1, len(places[column // 2]))
            where = {"categories": ["Chart data", 1, column, count, column]}
            where["values"] = ["Chart data", 1, column + 1, count, column + 1]
            chart.add_series({"name": ["Chart data", 0, column + 1], "line": {"width": 1.25}, **where})
            column += 2
        first_s, last_s = book.table.start_s, book.table.end_s
        form = "hh:mm" if last_s - first_s <= DAY_S else "yyyy-mm-dd"
        ends = {"min": book.clock.serial(first_s)[0], "max": book.clock.serial(last_s)[0]}
        chart.set_x_axis({**ends, "num_format": form, "label_position": "low"})
        chart.set_y_axis({"name": unit or "Value", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        chart.set_legend({"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_size(_CHART_PX)
        charts.insert_chart(number * _CHART_ROWS, 0, chart)
        yield
