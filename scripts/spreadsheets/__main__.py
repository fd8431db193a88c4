"""Exports two days of an air handler in which clocks are put, and has each file read by other programs.

What they are to find stands in the view TRENDLOG_DATA, which none of the exporters reads. Nothing is skipped: a
program that is missing, and a value that is another one, end it with 1.
"""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

from t3monitor.cli import main as t3monitor
from t3monitor.config.database_url import sqlite_url
from t3monitor.simulation.building import Building
from t3monitor.simulation.past import backfill

_HERE = Path(__file__).parent
_VENV = Path("build/spreadsheets")
_ZONE = ZoneInfo("America/New_York")
_BEGIN, _END = datetime(2026, 10, 31, tzinfo=_ZONE), datetime(2026, 11, 2, tzinfo=_ZONE)  # 49 hours
_STEP_S = 300
_LOCALES = {"en-US": ".,", "de-DE": ",;"}
_LABELS = ["=SUM(A1:A9)", "4-20", "1:2", "DEC1", "007", "1E5", 'a;b,"c"', "+SAT", "Außenluft °C", "TRUE"]
_TIMES_OF_DAY = "VAR19", "VAR20"
_EPOCH = datetime(1899, 12, 30)
Sample = tuple[str, float]  # point, UTC epoch seconds
Found = dict[Sample, float | str]


def main() -> int:
    if shutil.which("soffice") is None:
        print("LibreOffice is not here: apt-get install -y --no-install-recommends libreoffice-calc python3-uno")
        return 1
    python = _python_with_pandas()
    with tempfile.TemporaryDirectory(prefix="t3monitor-spreadsheets-") as name:
        folder = Path(name)
        url, serial = _make(folder)
        wanted, is_number = _wanted(url, serial)
        print(f"{len(wanted):,} samples of {len(is_number)} points, {sum(is_number.values())} of them numbers")
        check = _Check(is_number)
        in_grid = _in_grid(url, serial, _wanted(url, serial, before_s=2 * _STEP_S)[0])
        options = ["--database", url, "--panel", f"{serial}", "--zone", "America/New_York"]
        options += ["--from", f"{_BEGIN:%Y-%m-%d}", "--to", "2026-11-01"]
        for locale, separators in _LOCALES.items():
            listed, grid = folder / f"list {locale}.csv", folder / f"grid {locale}.csv"
            _export(listed, *options, "--separators", separators)
            _export(grid, *options, "--separators", separators, "--every", f"{_STEP_S}")
            by_csv = [_by_csv(file, separators) for file in (listed, grid)]
            by_pandas = _asked([python, _HERE / "by_pandas.py", separators[0], listed, grid])
            by_calc = _asked(["/usr/bin/python3", _HERE / "by_calc.py", locale, listed, grid])
            for file, rows, pandas, calc in zip((listed, grid), by_csv, by_pandas, by_calc, strict=True):
                (sheet,) = calc.values()
                read, there = (_of_list, wanted) if file is listed else (_of_grid, in_grid)
                by_pandas_rows = [pandas["titles"], *pandas["rows"]]
                check.of(f"csv, {file.name}", there, read(rows, _local, separators[0]))
                check.of(f"pandas, {file.name}", there, read(by_pandas_rows, _epoch_local, separators[0]))
                by_calc_rows = [sheet["titles"], *sheet["rows"]]
                check.of(f"soffice {locale}, {file.name}", there, read(by_calc_rows, _serial, "."))
                _tell_types(sheet, pandas["types"])
                check.sums(sheet, rows, separators[0])
        long, parquet, excel = folder / "long.csv", folder / "t.parquet", folder / "t.xlsx"
        _export(long, *options, "--long")
        by_long = _of_long(_by_csv(long, ".,"), lambda text: datetime.fromisoformat(text).timestamp())
        check.of("csv, long.csv", wanted, by_long)
        subprocess.run([python, "-m", "t3monitor", "export", parquet, *options, "--parquet"], check=True)
        found = _asked([python, _HERE / "by_pandas.py", ".", long, parquet])
        for file, its in zip((long, parquet), found, strict=True):
            check.of(f"pandas, {file.name}", wanted, _of_long([its["titles"], *its["rows"]], float))
            print("   ", ", ".join(f"{title} {kind}" for title, kind in zip(its["titles"], its["types"], strict=True)))
        _export(excel, *options, "--excel")
        book = openpyxl.load_workbook(excel, read_only=True)
        print("  sheets:", ", ".join(book.sheetnames))
        rows = [list(row) for row in book["Readings"].iter_rows(values_only=True)]
        check.of("openpyxl, t.xlsx", wanted, _of_list(rows, _naive, "."))
        for locale in _LOCALES:
            (calc,) = _asked(["/usr/bin/python3", _HERE / "by_calc.py", locale, excel])
            sheet = calc["Readings"]
            by_calc_rows = [sheet["titles"], *sheet["rows"]]
            check.of(f"soffice {locale}, t.xlsx", wanted, _of_list(by_calc_rows, _serial, "."))
            _tell_types(sheet, [])
            check.sums(sheet, rows, ".")
    print("All are equal" if check.is_good else "THERE ARE DIFFERENCES")
    return not check.is_good


class _Check:
    def __init__(self, is_number: dict[str, bool]) -> None:
        self._is_number = is_number
        self.is_good = True

    def of(self, name: str, wanted: dict[Sample, float], found: Found) -> None:
        """Numbers as they are in the view, to 12 digits in text, and something for each state."""
        wrong = [
            (sample, found.get(sample), value)
            for sample, value in wanted.items()
            if not self._is_of(sample, found.get(sample), value)
        ]
        more = found.keys() - wanted.keys()
        self.is_good &= not (wrong or more)
        print(
            f"  {name}: {len(found):,} samples, {len(wrong):,} wrong, {len(more):,} too many",
            *wrong[:3],
            *list(more)[:3],
        )

    def _is_of(self, sample: Sample, found: float | str | None, value: float) -> bool:
        if not self._is_number[sample[0]]:
            return found not in (None, "")
        if isinstance(found, float) and sample[0] in _TIMES_OF_DAY and found <= 1:  # days, as spreadsheets have it
            return abs(found * 86_400 - value) < 1e-3
        return found in (value, float(f"{value:.12g}"))

    def sums(self, sheet: dict[str, Any], rows: Sequence[Sequence[Any]], decimal: str) -> None:
        """What the program adds up, beside what stands in the file."""
        for column, title in enumerate(sheet["titles"]):
            if title == "Value" or "[" in title:
                own = sum(number for row in rows[1:] if (number := _number(row[column], decimal)) is not None)
                is_equal = abs(own - sheet["sums"][column]) <= 1e-9 * max(1.0, abs(own))
                self.is_good &= is_equal
                if title == "Value" or not is_equal:
                    print(f"    =SUM of {title}: {sheet['sums'][column]!r}, in the file {own!r}")


def _make(folder: Path) -> tuple[str, int]:
    """A database of those days, with names that a spreadsheet might take amiss."""
    file = folder / "history.db"
    url = sqlite_url(file)
    begin_s, end_s = (int((at + timedelta(hours=hours)).timestamp()) for at, hours in ((_BEGIN, -2), (_END, 2)))
    backfill(url, Building(utc_offset_s=-5 * 3600), begin_s, end_s, _STEP_S)
    if t3monitor(["sync", "--link", "demo", "--once", "--database", url]) != 0:
        raise SystemExit(1)
    with closing(sqlite3.connect(file)) as connection, connection:
        serial = connection.execute("SELECT serial_number FROM DEVICES WHERE panel_name = 'AHU-1'").fetchone()[0]
        connection.executemany(
            "UPDATE INPUT_POINTS SET label = ? WHERE serial_number = ? AND point_index = ?",
            [(label, serial, index) for index, label in enumerate(_LABELS, 1)],
        )
    return url, serial


def _wanted(url: str, serial: int, before_s: int = 0) -> tuple[dict[Sample, float], dict[str, bool]]:
    """The samples, and of each point whether it is a number."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        in_use = {
            point: not digital
            for table in ("INPUT", "OUTPUT", "VARIABLE")
            for point, digital in connection.execute(
                f"""SELECT point_id, digital_analog = 0 OR units = '' AND range > 100 FROM {table}_POINTS
                WHERE serial_number = ? AND (range <> 0 OR label <> '' AND label <> point_id)""",
                (serial,),
            )
        }
        rows = connection.execute(
            "SELECT point_id, logging_time, value FROM TRENDLOG_DATA"
            " WHERE serial_number = ? AND logging_time >= ? AND logging_time < ?",
            (serial, _BEGIN.timestamp() - before_s, _END.timestamp()),
        )
        samples = {(point, float(at_s)): float(value) for point, at_s, value in rows if point in in_use}
    return samples, in_use


def _in_grid(url: str, serial: int, wanted: dict[Sample, float]) -> dict[Sample, float]:
    """What holds at the times of a grid, sample by sample: up to the next one, for one spacing before a hole."""
    found: dict[Sample, float] = {}
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(
            "SELECT point_index, at, new FROM POINT_CHANGES WHERE serial_number = ? AND what = 'status' ORDER BY at",
            (serial,),
        ).fetchall()
    faulty = [(f"IN{index}", at_s, status != "0") for index, at_s, status in rows]
    samples = sorted((*sample, value) for sample, value in wanted.items())
    for (point, at_s, value), (its, next_s, _) in pairwise([*samples, ("", 0.0, 0.0)]):
        holds_s = next_s if its == point and next_s - at_s <= 2.5 * _STEP_S else at_s + _STEP_S
        for grid_s in range(int(-(-at_s // _STEP_S) * _STEP_S), int(holds_s) + 1, _STEP_S):
            states = [is_faulty for name, since_s, is_faulty in faulty if name == point and since_s <= grid_s]
            if _BEGIN.timestamp() <= grid_s < min(holds_s, _END.timestamp()) and not any(states[-1:]):
                found[point, float(grid_s)] = value
    return found


def _export(file: Path, *options: str) -> None:
    if t3monitor(["export", str(file), *options]) != 0:
        raise SystemExit(1)


def _asked(command: Iterable[object]) -> list[Any]:
    """What a program prints as JSON."""
    found: list[Any] = json.loads(subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE).stdout)
    return found


def _by_csv(file: Path, separators: str) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text, delimiter=separators[1]))


def _of_list(rows: Sequence[Sequence[Any]], time_of: Callable[[Any], datetime], decimal: str) -> Found:
    titles, *readings = rows
    place = {title: number for number, title in enumerate(titles)}
    return {
        (row[place["Point"]], _utc_s(time_of(row[place["Time"]]), row[place["UTC offset"]])): _cell(value, decimal)
        for row in readings
        if (value := row[place["Value"]]) not in ("", None)
    }


def _of_grid(rows: Sequence[Sequence[Any]], time_of: Callable[[Any], datetime], decimal: str) -> Found:
    """Of a grid of the spacing of the readings, whose rows are their times."""
    titles, *times = rows
    points = [title.removeprefix("'").split()[1] for title in titles[2:]]
    found: Found = {}
    for at, offset, *values in times:
        for point, value in zip(points, values, strict=True):
            if value not in ("", None):
                found[point, _utc_s(time_of(at), offset)] = _cell(value, decimal)
    return found


def _of_long(rows: Sequence[Sequence[Any]], seconds_of: Callable[[Any], float]) -> Found:
    titles, *samples = rows
    place = {title: number for number, title in enumerate(titles)}
    return {
        (row[place["point"]], seconds_of(row[place["time"]])): float(row[place["value"]])
        for row in samples
        if row[place["value"]] not in ("", None)
    }


def _utc_s(local: datetime, offset: str) -> float:
    sign, hours, minutes = offset[3], int(offset[4:6]), int(offset[7:9])
    ahead = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    return (local - ahead).replace(tzinfo=UTC).timestamp()


def _local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


def _epoch_local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _serial(days: float) -> datetime:
    return _EPOCH + timedelta(seconds=round(days * 86_400))


def _naive(at: datetime) -> datetime:
    return (at + timedelta(seconds=0.5)).replace(microsecond=0)


def _cell(value: Any, decimal: str) -> float | str:
    number = _number(value, decimal)
    return value if number is None else number


def _number(value: Any, decimal: str) -> float | None:
    """A time of day in days, as spreadsheets have it."""
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+):(\d\d):(\d\d)", value)):
        hours, minutes, seconds = map(int, found.groups())
        return (3600 * hours + 60 * minutes + seconds) / 86_400
    try:
        return float(value.replace(decimal, ".") if isinstance(value, str) else value)
    except (ValueError, TypeError):
        return None


def _tell_types(sheet: dict[str, Any], kinds: Sequence[str]) -> None:
    """Of the first columns of what LibreOffice read: how many cells are numbers, text and empty."""
    for column, title in list(enumerate(sheet["titles"]))[:9]:
        cells = [row[column] for row in sheet["rows"]]
        count = Counter("empty" if cell == "" else "number" if isinstance(cell, float) else "text" for cell in cells)
        told = ", ".join(f"{number:,} {kind}" for kind, number in sorted(count.items()))
        pandas = f"; pandas {kinds[column]}" if kinds else ""
        print(f"    {title}: {told}; format {sheet['formats'][column]}{pandas}")


def _python_with_pandas() -> Path:
    """A Python of its own that has pandas and pyarrow, beside all that this one has."""
    python = _VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", _VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pandas>=3,<4", "pyarrow>=25,<27"], check=True)
        own = f"import site; site.addsitedir({str(Path(openpyxl.__file__).parents[1])!r})\n"
        next(_VENV.glob("lib/*/site-packages")).joinpath("program.pth").write_text(own)
    return python.absolute()


if __name__ == "__main__":
    sys.exit(main())
