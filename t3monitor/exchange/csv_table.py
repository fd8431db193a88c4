"""Readings as CSV files that a spreadsheet opens right without being asked anything; for any thread.

A row is a reading: its time by the clock on the wall and that clock's offset, so that an hour that comes twice is told
apart; names; value and unit in cells of their own, states as words. Where there is no reading, one row says so, and
why. Of a grid a row is a time, and a column a series.
"""

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from io import TextIOWrapper
from math import isnan
from pathlib import Path

from t3monitor.config.files import Files
from t3monitor.exchange.cells import number_cell, text_cell
from t3monitor.exchange.grid import Column, grid_rows
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.exchange.told import Reading, cells, told
from t3monitor.exchange.wall_clock import WallClock
from t3monitor.model.times import duration_text
from t3monitor.model.units import hours_minutes_seconds
from t3monitor.store.causes.holes import ExplainedHole

_TITLES = ("Time", "UTC offset", "Site", "Panel", "Point", "Label", "Value", "Unit", "Lowest", "Highest", "Remark")
MOST_ROWS = 1_048_575  # of a sheet, below its titles


class CsvFiles:
    """Writes rows under their titles, in as many files as sheets are needed for them."""

    def __init__(self, files: Files, file: Path, titles: Sequence[str], delimiter: str) -> None:
        self._files = files
        self._file = file
        self._titles = titles
        self._delimiter = delimiter
        self._text: TextIOWrapper | None = None
        self._count = 0
        self._begin(file)

    def write(self, row: Iterable[str]) -> None:
        """Adds a row."""
        if self._count and self._count % MOST_ROWS == 0:
            self.close()
            number = self._count // MOST_ROWS + 1
            self._begin(self._file.with_name(f"{self._file.stem} {number}{self._file.suffix}"))
        self._writer.writerow(row)
        self._count += 1

    def close(self) -> None:
        """Hands over what is left of the last file."""
        if self._text is not None:
            self._text.flush()
            self._text.detach()
            self._text = None

    def _begin(self, file: Path) -> None:
        self._text = TextIOWrapper(self._files.begin(file), "utf-8", errors="replace", newline="")
        self._text.write("\ufeff")  # by which Excel knows that it is UTF-8
        self._writer = csv.writer(self._text, delimiter=self._delimiter, lineterminator="\r\n")
        self._writer.writerow(self._titles)


def write_list(files: Files, file: Path, url: str, table: Table) -> Generator[tuple[float, bool], None, None]:
    """Writes the file while it is gone through; tells how much is done, and of each row whether it is a reading."""
    has_sites, clock = any(series.site for series in table.series), WallClock(table.zone, table.start_s, table.end_s)
    left_out = {"Site"} if not has_sites else set()
    left_out |= {"Lowest", "Highest"} if table.drawn is None else set()
    titles = [title for title in _TITLES if title not in left_out]
    with closing(CsvFiles(files, file, titles, table.separators.cells)) as csv_files:
        for number, series in enumerate(table.series):
            names = [text_cell(name) for name in (series.site, series.panel, series.point, series.label)]
            names = names[not has_sites :]
            for row in told(url, table, series):
                start = *clock.cells(row.time_s), *names
                if isinstance(row, Reading):
                    csv_files.write((*start, *_value_cells(table, series, row)))
                elif not row.has_readings:
                    between = () if table.drawn is None else ("", "")
                    csv_files.write((*start, "", "", *between, text_cell(remark(row.hole))))
                yield (number + table.share(row.time_s)) / len(table.series), isinstance(row, Reading)


def write_grid(
    files: Files, file: Path, url: str, table: Table, shown: Sequence[Column]
) -> Iterator[tuple[float, bool]]:
    """The same of a grid: each row tells its readings."""
    clock, point = WallClock(table.zone, table.start_s, table.end_s), table.separators.decimal
    titles = ["Time", "UTC offset", *(text_cell(column.title) for column in shown)]
    with closing(CsvFiles(files, file, titles, table.separators.cells)) as csv_files:
        for time_s, values in grid_rows(url, table, shown):
            its = (
                "" if isnan(value) else _text(column.cell(value), is_time=column.is_time, point=point)
                for column, value in zip(shown, values, strict=True)
            )
            csv_files.write((*clock.cells(time_s), *its))
            yield table.share(time_s), True


def remark(hole: ExplainedHole) -> str:
    """For how long there is no reading, and why."""
    return f"no reading for {duration_text(hole.end_s - hole.start_s)}: {hole.sentence}"


def _value_cells(table: Table, series: TableSeries, reading: Reading) -> list[str]:
    its = cells(series, reading)
    between = (its.low, its.high) if table.drawn is not None else ()
    texts = [_text(cell, is_time=its.is_time, point=table.separators.decimal) for cell in (its.value, *between)]
    return [texts[0], text_cell(its.unit), *texts[1:], text_cell(reading.remark)]


def _text(cell: float | str, *, is_time: bool, point: str) -> str:
    if isinstance(cell, str):
        return text_cell(cell)
    return hours_minutes_seconds(cell) if is_time else number_cell(cell, point)
