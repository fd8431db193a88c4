"""``python -m benchmarks.trend``: reading history, and panning and zooming a plot of eight points."""

import asyncio
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.measure import timed_ms
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.statements import INSERT_FRAME
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.trend.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView

_SERIAL = 237219
_NOW_S = 1_763_900_000
_STEP_S = 300
_DAY_S = 86400
_POINTS = 64  # of the vector, as T3000 lists them
_UNITS = ("°C", "°C", "°C", "°C", "%", "%", "PPM", "Pa")
_SIZE = (1400, 600)
_FRAMES = 120
_FRAMES_PER_S = 30  # the bar of docs/performance.md
_KEYS = [PointKey(_SERIAL, PointType.INPUT, number) for number in range(1, 9)]


def main() -> int:
    """Prints medians."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    apply_theme(application, LIGHT)
    with tempfile.TemporaryDirectory(prefix="t3monitor-trend-") as name:
        file = Path(name) / "year.db"
        _write_year(file)
        print(f"A year of {_POINTS} points every {_STEP_S} s: {file.stat().st_size / 1e6:.0f} MB")
        reader = HistoryReader(sqlite_url(file))
        for days in (1, 7, 30, 365):
            for keys in (_KEYS[:1], _KEYS[:4], _KEYS):
                repeat = 5 if days > 30 else 15
                took = statistics.median(
                    timed_ms(lambda: reader.read_many(keys, _NOW_S - days * _DAY_S, _NOW_S, 3000))  # noqa: B023 - at once
                    for _ in range(repeat)
                )
                print(f"read {len(keys)} points x {days:3} days: {took:7.1f} ms")
        for days in (30, 365):
            _measure_frames(reader, days)
    return 0


def _write_year(file: Path) -> None:
    """One vector every five minutes, of daily waves with noise, packed."""
    points = tuple(
        Point(PointType.INPUT, n + 1, f"IN{n + 1}", 1, f"Input {n + 1}", f"L{n + 1}", 0.0, _UNITS[n % 8], 3, 0, 0, 1)
        for n in range(_POINTS)
    )
    device = Panel(_SERIAL, 1, "AHU-1", points, (), (), _NOW_S - 366 * _DAY_S, 0, 0)
    database = Database(sqlite_url(file))
    report = CycleReport(
        outcome=Outcome.OK, reason=None, started_at=0.0, finished_at=1.0, elapsed_ms=1.0, phases_ms={}, attempts=1
    )
    with Writer(database).cycle(_STEP_S) as transaction:
        transaction.log(device)
        transaction.record(report)
    times = np.arange(_NOW_S - 365 * _DAY_S, _NOW_S, _STEP_S)
    random = np.random.default_rng(1)
    columns = [
        20 + 5 * np.sin(2 * math.pi * (times / _DAY_S + n / 9)) + random.normal(0, 0.3, len(times))
        for n in range(_POINTS)
    ]
    rows = np.round(np.column_stack(columns), 1).tolist()
    encode = msgspec.json.Encoder().encode
    with database.writing() as cursor:
        cursor.executemany(
            INSERT_FRAME,
            (
                (_SERIAL, "INPUT", time_s, 1, 1, encode(row).decode(), _STEP_S, _STEP_S, None)
                for time_s, row in zip(times.tolist(), rows, strict=True)
            ),
        )
    with database.writing() as cursor:
        while pack_oldest(cursor, _SERIAL, "INPUT"):
            pass
    database.close()


def _measure_frames(reader: HistoryReader, days: int) -> None:
    """Moves and zooms a view of eight points by hand; each frame is drawn at once."""
    loop = asyncio.new_event_loop()

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        return reader.read_many(keys, start_s, end_s, max_points)

    view = TrendView(load, lambda: float(_NOW_S), spawn=loop.create_task)
    view.resize(*_SIZE)
    view.show()
    view.state.show_range(TimeRange(_NOW_S - days * _DAY_S, _NOW_S))
    view.state.add(_KEYS)
    for _ in range(3):
        QApplication.processEvents()
        view.loader.flush()
        loop.run_until_complete(asyncio.sleep(0))
    held = sum(len(part.values) for key in _KEYS for part in view.traces[key].series)
    length_s = view.state.time_range.length_s

    def pan(frame: int) -> None:
        view.plot.dragged.emit(length_s / 200 * (1 if frame // 30 % 2 else -1))

    def zoom(frame: int) -> None:
        view.plot.zoomed.emit(0.98 if frame // 30 % 2 else 1 / 0.98, _NOW_S - length_s / 3)

    def cursor(frame: int) -> None:
        view.plot.hovered.emit(_NOW_S - length_s * (0.2 + frame / 200))

    for what, move in (("pan", pan), ("zoom", zoom), ("crosshair", cursor)):
        took = _frames_ms(view, move)
        slowest = sorted(took)[int(len(took) * 0.95)]
        median = statistics.median(took)
        met = "met" if 1000 / median >= _FRAMES_PER_S else "NOT MET"
        print(
            f"{what:9} 8 points x {days:3} days ({held:6} samples held): {median:5.1f} ms a frame, {1000 / median:4.0f}"
            f" frames/s (bar {_FRAMES_PER_S}: {met}); 95 % within {slowest:.1f} ms"
        )
    view.loader.cancel()
    view.close()
    view.deleteLater()
    QApplication.processEvents()
    loop.close()


def _frames_ms(view: TrendView, move: Callable[[int], None]) -> list[float]:
    took = []
    for frame in range(_FRAMES):
        began = perf_counter()
        move(frame)
        view.draw_now()
        view.plot.viewport().repaint()
        took.append((perf_counter() - began) * 1000)
        view.loader.cancel()  # reading is measured by itself
    return took[5:]


if __name__ == "__main__":
    sys.exit(main())
