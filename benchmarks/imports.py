"""Importing databases of T3000 and of another T3 Monitor, and captures: how fast, and what kills leave of it.

The big file has the old shape with its nine indexes, as T3000's had them after a few days: 1.2 million rows of two
panels with 256 points each. Captures are two files of the same panels, of which each has all calls. Kills come at
random moments of an import, each of a new database; then it is repeated, and each row of the view is compared with
those of an import that nobody ended.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from time import perf_counter, sleep

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import HOME_VARIABLE

SERIALS = 237219, 237451
_TYPES = ("INPUT", "IN", 64), ("OUTPUT", "OUT", 64), ("VARIABLE", "VAR", 128)
_CAPTURE = "T3_CppMsg_LOGGING_DATA_0904_1619h.txt"
_LOOK_S, _SOON_S = 0.05, 0.3
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
    with tempfile.TemporaryDirectory(prefix="t3monitor-imports-") as name:
        folder = Path(name)
        _measure(folder, options.rows)
        _measure_captures(folder, options.rows)
        _measure_other_monitor(folder, options.rows)
        code = 0
        for make, file in ((_make, "webview_t3_device.db"), (_capture, _CAPTURE), (_record, "site.db")):
            source = folder / "killed" / file
            source.parent.mkdir()
            make(source, options.killed_rows)
            code |= _kill(folder, source.parent, options.killed_rows, options.kills)
            shutil.rmtree(source.parent)
        return code


def _measure(folder: Path, count: int) -> None:
    source = folder / "big" / "webview_t3_device.db"
    source.parent.mkdir()
    inserts_s = _make(source, count)
    before = _state(source.parent)
    print(f"{source.stat().st_size / 1e6:.0f} MB, {count:,} rows in T3000's old shape")
    print(f"  raw sqlite3 inserts of the same rows, without an index: {count / inserts_s:,.0f} rows a second")
    _import_thrice(source, folder, count)
    print(f"  the original and its folder are {'the same' if before == _state(source.parent) else 'CHANGED'}")


def _measure_captures(folder: Path, count: int) -> None:
    source = folder / "captures" / _CAPTURE
    source.parent.mkdir()
    _capture(source, count)
    before = _state(source.parent)
    size = sum(file.stat().st_size for file in source.parent.iterdir())
    print(f"{size / 1e6:.0f} MB of captures, {count:,} samples, each twice")
    _import_thrice(source.parent, folder, count)
    print(f"  the originals and their folder are {'the same' if before == _state(source.parent) else 'CHANGED'}")


def _measure_other_monitor(folder: Path, count: int) -> None:
    source = folder / "other" / "site.db"
    source.parent.mkdir()
    _record(source, count)
    before = _state(source.parent)
    print(f"{source.stat().st_size / 1e6:.1f} MB of another T3 Monitor, {count:,} samples")
    _import_thrice(source, folder, count)
    print(f"  the original and its folder are {'the same' if before == _state(source.parent) else 'CHANGED'}")


def _record(file: Path, count: int) -> None:
    """A database with the same, as if it had been recorded."""
    with tempfile.TemporaryDirectory(dir=file.parent.parent, prefix="recorded-") as name:
        source = Path(name) / "webview_t3_device.db"
        _make(source, count)
        _import(source, file, Path(name))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = 1")
        connection.execute("UPDATE TRENDLOG_BLOCKS SET last_run = 1")
        connection.execute("UPDATE TRENDLOG_LAYOUTS SET data_source = 1, created_by = 'ffi_sync_service'")


def _import_thrice(source: Path, folder: Path, count: int) -> None:
    target = folder / "target.db"
    for what, dry in (("told (--dry-run)", True), ("imported", False), ("imported once more", False)):
        began = perf_counter()
        peak_mb, said = _import(source, target, folder, dry=dry)
        elapsed_s = perf_counter() - began
        print(f"  {what}: {elapsed_s:.1f} s, {count / elapsed_s:,.0f} rows a second, at most {peak_mb:.0f} MB: {said}")
    with closing(sqlite3.connect(target)) as connection:
        print(f"  in the view: {connection.execute(_COUNT).fetchone()}; {target.stat().st_size / 1e6:.1f} MB")
    for file in folder.glob(f"{target.name}*"):
        file.unlink()


def _kill(folder: Path, source: Path, count: int, kills: int) -> int:
    before = _state(source)
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
    for file in folder.glob(f"{whole.name}*"):
        file.unlink()
    changed = before != _state(source)
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


def _capture(file: Path, count: int) -> None:
    """The same as entries of two files, of which each has all calls."""
    numbers = sum(points for *_, points in _TYPES) * len(SERIALS)
    with file.open("wb") as one, file.with_name("T3_CppMsg_BacnetWebView_Exports_1619h.txt").open("wb") as other:
        for turn, rows in groupby(enumerate(_rows(count)), lambda row: row[0] // numbers):
            at_s = _FIRST_S + turn * _STEP_S
            panels: dict[object, list[object]] = {}
            for _, (serial, panel, point_id, number, kind, value, *_) in rows:
                point = {"id": point_id, "index": number, "type": kind, "value": int(str(value)), "pid": panel}
                panels.setdefault(serial, []).append(
                    point | {"digital_analog": 1, "range": 3, "control": 0, "label": f"L{number}"}
                )
            told = [
                {"panel_id": panel, "panel_serial_number": serial, "panel_name": "AHU", "device_data": panels[serial]}
                | {f"{kind.lower()}_logging_time": at_s for kind, *_ in _TYPES}
                for panel, serial in enumerate(panels, 1)
            ]
            answer = json.dumps({"action": "LOGGING_DATA_RES", "data": told}, sort_keys=True, separators=(",", ":"))
            head = f"=== LOGGING_DATA C++ FFI Call [{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S}] ===\r\n"
            for target, what, end in ((one, "Complete", "of Entry"), (other, "Full", "JSON Response")):
                entry = f"{head}=== {what} JSON Response ===\r\n{answer}\r\n=== End {end} ===\r\r\n"
                target.write(entry.encode("ascii"))


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


def _state(folder: Path) -> dict[str, str]:
    return {file.name: _digest(file) for file in folder.iterdir()}


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
