"""Writing tables into files of a form, how large they get, and into which files they go; for any thread."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.files import WholeFiles
from t3monitor.exchange.csv_table import MOST_ROWS, write_grid, write_list
from t3monitor.exchange.grid import Column, columns
from t3monitor.exchange.long_csv import write_long
from t3monitor.exchange.table import Table
from t3monitor.model.errors import MonitorError
from t3monitor.model.local_days import begin_of
from t3monitor.model.series_keys import points_of
from t3monitor.model.zones import local
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.work import LongWork

MOST_COLUMNS = 16_382  # of a sheet, beside time and offset
_ROWS_AT_ONCE = 1000  # between two looks whether it is still wanted
_ROW_BYTES = 40  # of a CSV row, besides its names
_LONG_ROW_BYTES = 60
_VALUE_BYTES = 7  # of a value in a grid
_PARQUET_ROW_BYTES = 3
_PACKED = 0.6  # an Excel file beside a CSV


class Form(StrEnum):
    """What the file is."""

    CSV = "csv"  # for spreadsheets
    LONG = "long"  # for other programs
    EXCEL = "xlsx"
    PARQUET = "parquet"  # for data analysis, as LONG

    @property
    def suffix(self) -> str:
        """Of its files."""
        return f".{self}" if self in (Form.EXCEL, Form.PARQUET) else ".csv"

    @property
    def is_long(self) -> bool:
        """Whether it has a row for each sample, also of a grid."""
        return self in (Form.LONG, Form.PARQUET)


class FormError(MonitorError):
    """A file of this form cannot be written here."""


class Split(StrEnum):
    """Of what length of time a file is."""

    DAY = "day"
    WEEK = "week"  # from Monday on


class Written(NamedTuple):
    """What came of it: readings, or of a grid rows."""

    readings: int
    files: list[Path]


@dataclass(frozen=True, slots=True)
class Size:
    """About how much will be written."""

    rows: int
    size: int  # bytes
    series: int
    files: int  # of times of their own
    sheets: int  # of each, of rows or of points

    def sentence(self, form: Form) -> str:
        """Said before it begins."""
        size = f"{self.size / 1e6:,.0f} MB" if self.size >= 1e7 else f"{max(0.1, self.size / 1e6):.1f} MB"
        points = "1 point" if self.series == 1 else f"{self.series:,} points"
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        into = [f"{self.files:,} files"] if self.files > 1 else []
        if self.sheets > 1:
            full = f"more than the {MOST_ROWS:,} rows and {MOST_COLUMNS:,} points of a sheet"
            into.append(f"{self.sheets:,} {'sheets' if form is Form.EXCEL else 'files'}, since it is {full}")
        return f"About {rows} of {points}, {size}" + (f", into {' of '.join(into)}" if into else "")


def has_parquet() -> bool:
    """Whether Parquet files can be written: their package is an optional one."""
    return find_spec("pyarrow") is not None


def estimated(url: str, table: Table, form: Form, split: Split | None = None) -> Size:
    """How large it will get; raises DatabaseError, and FormError."""
    if form is Form.PARQUET and not has_parquet():
        raise FormError("A Parquet file needs pyarrow, which is not installed: pip install pyarrow, or write --long")
    files = sum(1 for _ in _parts(table, Path(form), split)) if split else 1
    names = [len(f"{series.site}{series.panel}{series.point}{series.label}") for series in table.series]
    if table.every_s and not form.is_long:
        rows = sum(1 for _ in table.grid_times())
        size = rows * (_ROW_BYTES + _VALUE_BYTES * len(table.series))
        sheets = ceil(len(table.series) / MOST_COLUMNS) * ceil(rows / files / MOST_ROWS)
    else:
        firsts = [points_of(series.key)[0] for series in table.series]
        of_vectors = {point[:2]: point for point in firsts}  # the points of one are read together
        reader = HistoryReader(url)
        counts = {its: reader.count(point, table.start_s, table.end_s) for its, point in of_vectors.items()}
        each = [counts[point[:2]] for point in firsts]
        if table.drawn is not None:
            each = [sum(len(part.values) for part in table.drawn.get(its.key, ())) for its in table.series]
        if table.every_s:
            each = [sum(1 for _ in table.grid_times())] * len(table.series)
        rows = sum(each)
        row_bytes = _LONG_ROW_BYTES if form.is_long else _ROW_BYTES
        size = sum(count * (row_bytes + name) for count, name in zip(each, names, strict=True))
        sheets = 1 if form.is_long else ceil(rows / files / MOST_ROWS)
    if form is Form.EXCEL:
        size = round(_PACKED * size) + 10_000
    if form is Form.PARQUET:
        size = _PARQUET_ROW_BYTES * rows + 10_000
    return Size(rows, size, len(table.series), files, max(1, sheets))


def write(url: str, table: Table, file: Path, form: Form, work: LongWork, split: Split | None = None) -> Written:
    """Writes the files, all of them whole or none, in memory that does not grow with the time.

    Raises OSError, DatabaseError, and CancelledWorkError.
    """
    count = 0
    with WholeFiles() as files:
        parts = list(_parts(table, file, split)) if split else [(file, table)]
        for number, (path, part) in enumerate(parts):
            with closing(_written(files, path, url, part, form)) as rows:
                for row, (share, is_reading) in enumerate(rows):
                    count += is_reading
                    if not is_reading or row % _ROWS_AT_ONCE == 0:
                        work.tell((number + share) / len(parts))
            work.tell((number + 1) / len(parts))
    return Written(count, files.paths)


def _written(
    files: WholeFiles, file: Path, url: str, table: Table, form: Form
) -> Generator[tuple[float, bool], None, None]:
    grids = _in_sheets(columns(url, table)) if table.every_s and not form.is_long else []
    if form is Form.EXCEL:
        from t3monitor.exchange.excel import write_workbook  # rarely wanted, and its library takes its time

        yield from write_workbook(files, file, url, table, grids)
    elif form is Form.LONG:
        yield from write_long(files, file, url, table)
    elif form is Form.PARQUET:
        from t3monitor.exchange.parquet import write_parquet  # its package may not be there

        yield from write_parquet(files, file, url, table)
    elif not grids:
        yield from write_list(files, file, url, table)
    for number, shown in enumerate(grids if form is Form.CSV else (), 1):
        path = file if number == 1 else file.with_name(f"{file.stem}, points {number}{file.suffix}")
        for share, is_reading in write_grid(files, path, url, table, shown):
            yield (number - 1 + share) / len(grids), is_reading and number == 1  # the others have the same rows


def _in_sheets(shown: Sequence[Column]) -> list[Sequence[Column]]:
    return [shown[first : first + MOST_COLUMNS] for first in range(0, len(shown), MOST_COLUMNS)]


def _parts(table: Table, file: Path, split: Split | None) -> Iterator[tuple[Path, Table]]:
    """A file for each day or week of the zone that has a part of the time."""
    day = local(table.start_s, table.zone).date()
    length = 1
    if split is Split.WEEK:
        day, length = day - timedelta(days=day.weekday()), 7
    while (begin_s := begin_of(day, table.zone)) < table.end_s:
        day, name = day + timedelta(days=length), _name(day, split)
        end_s = min(begin_of(day, table.zone), table.end_s)
        own = replace(
            table,
            start_s=max(begin_s, table.start_s),
            end_s=end_s,
            takes_end=table.takes_end and end_s == table.end_s,
        )
        yield file.with_name(f"{file.stem} {name}{file.suffix}"), own


def _name(day: date, split: Split | None) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}" if split is Split.WEEK else day.isoformat()
