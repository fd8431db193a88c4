"""Importing T3000's database: how fast, in how much memory, and what kills leave of it.

The big file has the old shape with its nine indexes, as T3000's had them after a few days: 1.2 million rows of two
panels with 256 points each. Kills come at random moments of an import, each of a new database; then it is repeated, and
each row of the view is compared with those of an import that nobody ended.
"""

import argparse
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter, sleep

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import HOME_VARIABLE

SERIALS = 237219, 237451
_TYPES = ("INPUT", "IN", 64), ("OUTPUT", "OUT", 64), ("VARIABLE", "VAR", 128)
_LOOK_S, _SOON_S = 0.05, 1.0
_STEP_S, _FIRST_S = 300, 1_757_000_000
_FLAT = """CREATE TABLE TRENDLOG_DATA (SerialNumber INTEGER NOT NULL, PanelId INTEGER NOT NULL, PointId TEXT NOT NULL,
    PointIndex INTEGER NOT NULL, PointType TEXT NOT NULL, Value TEXT NOT NULL, LoggingTime TEXT NOT NULL,
    LoggingTime_Fmt TEXT NOT NULL, Digital_Analog TEXT, Range_Field TEXT, Units TEXT, DataSource TEXT,
    SyncInterval INTEGER, CreatedBy TEXT)"""
_INDEXES = (
    *("LoggingTime", "LoggingTime_Fmt", "PanelId", "PointId", "PointIndex", "PointType", "SerialNumber"),
    *("SerialNumber, PanelId, DataSource, LoggingTime_Fmt", "SerialNumber, PanelId, LoggingTime_Fmt"),
)
_INSERT = f"INSERT INTO TRENDLOG_DATA VALUES ({', '.join('?' * 14)})"
_COUNT = "SELECT count(*), sum(value), min(logging_time), max(logging_time) FROM TRENDLOG_DATA"
_ROWS = "SELECT * FROM TRENDLOG_DATA ORDER BY serial_number, point_type, point_index, logging_time"


def main() -> int:
    """Prints what was measured; the exit code tells whether a kill left something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_200_000)
    parser.add_argument("--kills", type=int, default=34)
    parser.add_argument("--killed-rows", type=int, default=60_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="t3monitor-imports-") as folder:
        _measure(Path(folder), options.rows)
        return _kill(Path(folder), options.killed_rows, options.kills)


def _measure(folder: Path, count: int) -> None:
    source = folder / "big" / "webview_t3_device.db"
    source.parent.mkdir()
    inserts_s = _make(source, count)
    before = _digest(source), _names(source)
    print(f"{source.stat().st_size / 1e6:.0f} MB, {count:,} rows in T3000's old shape")
    print(f"  raw sqlite3 inserts of the same rows, without an index: {count / inserts_s:,.0f} rows a second")
    target = folder / "target.db"
    for what, dry in (("told (--dry-run)", True), ("imported", False), ("imported once more", False)):
        began = perf_counter()
        peak_mb, said = _import(source, target, folder, dry=dry)
        elapsed_s = perf_counter() - began
        print(f"  {what}: {elapsed_s:.1f} s, {count / elapsed_s:,.0f} rows a second, at most {peak_mb:.0f} MB: {said}")
    same = before == (_digest(source), _names(source))
    print(f"  the original and its folder are {'the same' if same else 'CHANGED'}")
    with closing(sqlite3.connect(target)) as connection:
        print(f"  in the view: {connection.execute(_COUNT).fetchone()}; {target.stat().st_size / 1e6:.1f} MB")


def _kill(folder: Path, count: int, kills: int) -> int:
    source = folder / "killed" / "webview_t3_device.db"
    source.parent.mkdir()
    _make(source, count)
    before = _digest(source), _names(source)
    whole = folder / "whole.db"
    _import(source, whole, folder)
    expected, others, amid = _content(whole), 0, 0
    chance = random.Random(13)
    for number in range(kills):
        target = folder / f"killed-{number}.db"
        process = _started(source, target, folder)
        _wait_for_frames(process, target, chance.randrange(_frames(whole)))
        sleep(chance.random() * _SOON_S)  # of a window each stands for some moment
        process.kill()
        process.communicate()
        there = _samples(target)
        amid += 0 < there < count
        _import(source, target, folder)
        same = _content(target) == expected
        others += not same
        print(
            f"  kill {number + 1}: {there:,} of {count:,} samples were there; repeated: {'same' if same else 'OTHERS'}"
        )
        for file in folder.glob(f"{target.name}*"):
            file.unlink()
    changed = before != (_digest(source), _names(source))
    print(
        f"{kills} kills, {amid} of them amid the samples; {others} differ afterwards; the original changed: {changed}"
    )
    return 1 if others or changed else 0


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    points = [
        (serial, panel, f"{prefix}{number + 1}", number, kind)
        for panel, serial in enumerate(SERIALS, 1)
        for kind, prefix, points in _TYPES
        for number in range(points)
    ]
    for row in range(count):
        turn, place = divmod(row, len(points))
        value, at_s = (place * 37 + turn * (place % 3)) % 90_000, _FIRST_S + turn * _STEP_S
        yield *points[place], str(value), str(at_s), "2025-09-04 16:13:20", "1", "3", "", "1", 30, "FRONTEND"


def _make(file: Path, count: int) -> float:
    with closing(sqlite3.connect(file)) as connection:
        began = perf_counter()
        with connection:
            connection.execute(_FLAT)
            connection.executemany(_INSERT, _rows(count))
        inserts_s = perf_counter() - began
        with connection:
            for number, columns in enumerate(_INDEXES):
                connection.execute(f"CREATE INDEX i{number} ON TRENDLOG_DATA ({columns})")
    return inserts_s


def _started(source: Path, target: Path, folder: Path, *, dry: bool = False) -> "subprocess.Popen[str]":
    options = ["--dry-run"] if dry else []
    command = [sys.executable, "-m", "t3monitor", "import", str(source), "--database", sqlite_url(target), *options]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {HOME_VARIABLE: str(folder / "home")},
        cwd=Path(__file__).parents[1],
    )


def _import(source: Path, target: Path, folder: Path, *, dry: bool = False) -> tuple[float, str]:
    """The most memory it had, and the last line that it said."""
    process = _started(source, target, folder, dry=dry)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(said)
    return used.ru_maxrss * 1024 / 1e6, said.strip().rpartition("\n")[2].strip()


def _wait_for_frames(process: "subprocess.Popen[str]", database: Path, count: int) -> None:
    """Until more than so many readings of panels' types are there, or it is over."""
    while process.poll() is None and not (database.exists() and _frames(database) > count):
        sleep(_LOOK_S)


def _frames(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        try:
            count: int = connection.execute("SELECT count(*) FROM TRENDLOG_FRAMES").fetchone()[0]
        except sqlite3.OperationalError:  # no such table yet, or locked while tables are made
            return 0
    return count


def _samples(database: Path) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'TRENDLOG_DATA'").fetchone():
            return 0
        count: int = connection.execute("SELECT count(*) FROM TRENDLOG_DATA").fetchone()[0]
    return count


def _content(database: Path) -> str:
    """Of all samples, of the rows of the import, and of the state of the file."""
    found = hashlib.sha256()
    with closing(sqlite3.connect(database)) as connection:
        for row in connection.execute(_ROWS):
            found.update(repr(row).encode())
        found.update(repr(connection.execute("SELECT kind, detail FROM SYNC_EVENTS").fetchall()).encode())
        found.update(repr(connection.execute("PRAGMA integrity_check").fetchall()).encode())
    return found.hexdigest()


def _names(file: Path) -> list[str]:
    return sorted(beside.name for beside in file.parent.iterdir())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
