"""Exporting 100 million samples as CSV: how fast, in how much memory, beside `sqlite3 -csv` over the view.

The history is the year of two panels of `benchmarks.history` (for few samples eight days of them), of which so many
points and so long a time are exported as come to these samples; the part of it that sqlite3 exports as well is measured
with both. Files go to a temporary folder and are removed.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from benchmarks import resident
from benchmarks.history import TIMES, packed, year_in_weeks
from benchmarks.readings import FIRST_S, INTERVAL_S, simulated
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.present_state import read_present_state

_POINTS = 96
_FEW_CYCLES = 8 * 2880
_ROW_BYTES = 70
_LOOK_S = 0.5
_BLOCK = 1 << 24


class Exported(NamedTuple):
    """What came of an export."""

    rows: int
    size: int
    took_s: float
    processor_s: float  # whatever else the machine does
    first_mb: float  # at most in memory, in the first tenth of the file
    later_mb: float  # and in the rest

    def told(self, name: str) -> str:
        """In one line."""
        each_s, mb_s = self.rows / self.took_s, self.size / 1e6 / self.took_s
        memory = f"; memory at most {self.first_mb:.0f} MB in the first tenth, {self.later_mb:.0f} MB later"
        return (
            f"{name}: {self.rows:,} rows, {self.size / 1e6:,.0f} MB in {self.took_s:.0f} s "
            f"({self.processor_s:.0f} s of a processor): {each_s:,.0f} rows a second, {mb_s:.1f} MB/s{memory}"
        )


def main() -> int:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000_000)
    parser.add_argument("--rival-samples", type=int, default=2_000_000, help="which sqlite3 exports as well")
    parser.add_argument("--long", action="store_true", help="the form for programs, in one file")
    parser.add_argument("--folder", type=Path, help="where there is room (default: that of temporary files)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="t3monitor-export-", dir=options.folder) as name:
        folder, size = Path(name), options.samples * _ROW_BYTES
        if shutil.disk_usage(folder).free < 1.5 * size:
            print(f"{folder} has no room for {size / 1e9:.1f} GB; choose another one with --folder")
            return 1
        is_year = options.samples > _POINTS * _FEW_CYCLES
        readings, times = (year_in_weeks(), TIMES) if is_year else (simulated(2, _FEW_CYCLES), 1)
        file = folder / "history.db"
        shutil.copyfile(packed(readings, times), file)
        Database(sqlite_url(file)).close()  # brings it to the newest schema
        cycles = times * readings.cycles
        keys, end_s = _points(file), FIRST_S + cycles * INTERVAL_S
        form = ["--long"] if options.long else ["--separators", ".,"]
        few_s, all_s = (
            end_s - min(cycles, ceil(samples / len(keys))) * INTERVAL_S
            for samples in (options.rival_samples, options.samples)
        )
        print(_export(file, keys, few_s, end_s, form).told("t3monitor export"), flush=True)
        print(_sqlite(file, keys, few_s, end_s).told("sqlite3 -csv over TRENDLOG_DATA"), flush=True)
        print(_export(file, keys, all_s, end_s, form).told("t3monitor export"))
    return 0


def _points(file: Path) -> list[PointKey]:
    """Those in use, and others."""
    known = read_present_state(sqlite_url(file))
    assert known is not None
    found = [(panel.serial_number, point) for panel in known.panels for point in panel.points()]
    found.sort(key=lambda its: not its[1].in_use)
    return sorted(PointKey(serial, point.point_type, point.point_index) for serial, point in found[:_POINTS])


def _export(file: Path, keys: Sequence[PointKey], start_s: int, end_s: int, form: Sequence[str]) -> Exported:
    names = [f"{key.serial_number}/{key.point_type.prefix}{key.point_index}" for key in keys]
    times = ["--from", _iso(start_s), "--to", _iso(end_s - 1), "--zone", "UTC"]
    points = [part for name in names for part in ("--point", name)]
    out = file.parent / "out"
    command = [sys.executable, "-m", "t3monitor", "export", str(out / "t.csv"), "--database", sqlite_url(file)]
    return _measured([*command, *times, *form, *points], out)


def _sqlite(file: Path, keys: Sequence[PointKey], start_s: int, end_s: int) -> Exported:
    """Point after point as well, for that is how the view reads fastest."""
    out = file.parent / "out"
    queries = [
        f"SELECT datetime(logging_time, 'unixepoch'), serial_number, point_id, value, units FROM TRENDLOG_DATA"
        f" WHERE serial_number = {key.serial_number} AND point_type = '{key.point_type}'"
        f" AND point_index = {key.point_index} AND logging_time >= {start_s} AND logging_time < {end_s};"
        for key in keys
    ]
    query = file.parent / "query.sql"
    query.write_text("\n".join([f".output {out / 'rival.csv'}", *queries]))
    return _measured(["sqlite3", "-readonly", "-csv", str(file), f".read {query}"], out)


def _measured(command: Sequence[str], out: Path) -> Exported:
    out.mkdir()
    began_s, used_s = monotonic(), _used_s()
    looks: list[tuple[int, float]] = []  # bytes written, MB in memory
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        while program.poll() is None:
            try:
                looks.append((_size(out), resident.resident_mb(program.pid)))
            except (OSError, ValueError):  # it is ending
                break
            sleep(_LOOK_S)
    took_s, processor_s = monotonic() - began_s, _used_s() - used_s
    if program.returncode:
        raise SystemExit(f"{command[0]} ended with {program.returncode}")
    size = _size(out)
    rows = sum(_lines(file) for file in out.iterdir())
    shutil.rmtree(out)
    first = [mb for written, mb in looks if written <= size / 10]
    later = [mb for written, mb in looks if written > size / 10]
    return Exported(rows, size, took_s, processor_s, max(first, default=0.0), max(later, default=0.0))


def _used_s() -> float:
    """By all programs that this one started, and that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def _lines(file: Path) -> int:
    with file.open("rb") as blocks:
        return sum(block.count(b"\n") for block in iter(lambda: blocks.read(_BLOCK), b""))


def _iso(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat()


if __name__ == "__main__":
    sys.exit(main())
