"""``python -m benchmarks.trend``: reading history, and panning and zooming plots beside plain ones of pyqtgraph.

The plots are the trend view with holes, strip and bands of extremes: 8 points x a year and 20 points x 7 days, on a
screen that is not scaled and on one that is scaled by two. Beside them is a PlotWidget with a line for each point.
"""

import argparse
import asyncio
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import NamedTuple

import msgspec
import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.measure import timed_ms
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.statements import INSERT_FRAME
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView

_SERIAL = 237219
_NOW_S = 1_763_900_000
_STEP_S = 300
_DAY_S = 86400
_POINTS = 64  # of the vector, as T3000 lists them
_UNITS = ("°C", "°C", "°C", "°C", "%", "%", "PPM", "Pa")
_OUTAGES = 60  # in the year: an hour each
_SIZE = (1400, 600)
_FRAMES = 120
_BARS = {1: 60, 2: 25}  # frames/s by the scale of the screen
_KEYS = [PointKey(_SERIAL, PointType.INPUT, number) for number in range(1, 21)]
_PLOTS = ((_KEYS[:8], 365), (_KEYS, 7))


class Frames(NamedTuple):
    """What frames took: by the clock, and of the processor."""

    wall_ms: float
    cpu_ms: float
    worst_ms: float


def main() -> int:
    """Prints medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trend", description=__doc__)
    parser.add_argument("--file", type=Path, help="keep the year there, and take it from there if it is")
    parser.add_argument("--frames", type=int, help="measure plots alone, on a screen of this scale")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="t3monitor-trend-") as name:
        file = arguments.file or Path(name) / "year.db"
        if not file.exists():
            _write_year(file)
        if arguments.frames:
            application = QApplication(sys.argv[:1])
            apply_theme(application, LIGHT)
            for keys, days in _PLOTS:
                _measure_frames(file, keys, days, arguments.frames)
            return 0
        _measure_reading(file)
        for scale in _BARS:
            command = [sys.executable, "-m", "benchmarks.trend", "--file", str(file), "--frames", str(scale)]
            subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": str(scale)}, check=True)
    return 0


def _measure_reading(file: Path) -> None:
    print(f"A year of {_POINTS} points every {_STEP_S} s: {file.stat().st_size / 1e6:.0f} MB")
    reader = HistoryReader(sqlite_url(file))
    for days in (1, 7, 30, 365):
        for keys in (_KEYS[:1], _KEYS[:4], _KEYS[:8]):
            repeat = 5 if days > 30 else 15
            took = statistics.median(
                timed_ms(lambda: reader.read_many(keys, _NOW_S - days * _DAY_S, _NOW_S, 3000))  # noqa: B023 - at once
                for _ in range(repeat)
            )
            print(f"read {len(keys)} points x {days:3} days: {took:7.1f} ms")


def _write_year(file: Path) -> None:
    """One vector every five minutes but for outages, of daily waves with noise, packed."""
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
    for outage_s in random.uniform(times[0], times[-1], _OUTAGES):
        times = times[(times < outage_s) | (times > outage_s + 3600)]
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
        while pack_oldest(cursor, _SERIAL, "INPUT", 240):
            pass
    database.close()


def _measure_frames(file: Path, keys: list[PointKey], days: int, scale: int) -> None:
    """Moves and zooms a view by hand, and a plain plot of the same samples; each frame is drawn at once."""
    loop = asyncio.new_event_loop()
    reader, url = HistoryReader(sqlite_url(file)), sqlite_url(file)

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        return await asyncio.to_thread(reader.read_many, keys, start_s, end_s, max_points)

    async def explain(
        keys: Sequence[PointKey], start_s: float, end_s: float
    ) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return await asyncio.to_thread(holes_of_points, url, keys, start_s, end_s, _NOW_S)

    view = TrendView(load, lambda: float(_NOW_S), explain=explain, spawn=loop.create_task)
    view.resize(*_SIZE)
    view.show()
    shown = TimeRange(_NOW_S - days * _DAY_S, _NOW_S)
    view.state.show_range(shown)
    stall_ms, stall_cpu_ms = loop.run_until_complete(_longest_stall(view, keys))
    held = [part for key in keys for part in view.traces[key].series]
    what = f"{len(keys):2} points x {days:3} days, scale {scale}"
    samples = sum(len(part.values) for part in held)
    print(
        f"{what}: {samples} samples held; longest stall while loading {stall_ms:.0f} ms"
        f" ({stall_cpu_ms:.0f} of the processor)"
    )

    plain = pg.PlotWidget()
    plain.resize(view.plot.size())
    plain.enableAutoRange(False)
    for part in held:
        plain.plot(part.times_utc_s, part.values, pen=pg.mkPen("b", width=1))
    plain.setYRange(min(part.values.min() for part in held), max(part.values.max() for part in held))
    plain.show()
    QApplication.processEvents()

    def pan(frame: int) -> TimeRange:
        return shown.moved(-shown.length_s / 200 * (frame % 60))

    def zoom(frame: int) -> TimeRange:
        return shown.zoomed(0.98 ** (frame % 30), shown.end_s - shown.length_s / 3)

    def move(to: TimeRange) -> None:
        view.state.pan(to.start_s - view.state.time_range.start_s)
        view.state.zoom(to.length_s / view.state.time_range.length_s, to.start_s)
        view.draw_now()
        view.loader.cancel()  # reading is measured by itself

    def read(frame: int) -> None:
        view.plot.hovered.emit(shown.end_s - shown.length_s * (0.2 + frame / 200))

    for name, of in (("pan", pan), ("zoom", zoom)):
        ours = _frames(view.plot.viewport(), lambda frame: move(of(frame)))  # noqa: B023 - at once
        theirs = _frames(plain.viewport(), lambda frame: plain.setXRange(*of(frame), padding=0))  # noqa: B023
        bar = _BARS[scale]
        met = "met" if 1000 / ours.wall_ms >= bar else "NOT MET"
        print(
            f"  {name:9} {ours.wall_ms:5.1f} ms a frame ({ours.cpu_ms:.1f} of the processor):"
            f" {1000 / ours.wall_ms:4.0f} frames/s (bar {bar}: {met}); 95 % within {ours.worst_ms:.1f} ms;"
            f" plain {theirs.wall_ms:.1f} ({theirs.cpu_ms:.1f}): {theirs.cpu_ms / ours.cpu_ms:.2f}x"
        )
    move(shown)
    crosshair = _frames(view.plot.viewport(), read)
    print(f"  crosshair {crosshair.wall_ms:5.1f} ms a frame ({crosshair.cpu_ms:.1f} of the processor)")
    view.loader.cancel()
    view.explainer.forget()
    for widget in (view, plain):
        widget.close()
        widget.deleteLater()
    QApplication.processEvents()
    loop.close()


async def _longest_stall(view: TrendView, keys: Sequence[PointKey]) -> tuple[float, float]:
    """For how long the loop was held up while the history of points came and was drawn, in ms; its processor time."""
    longest_s = longest_cpu_s = 0.0
    view.state.add(keys)
    view.loader.flush()
    began = perf_counter()
    while view.is_busy or perf_counter() - began < 1:
        turn, turn_cpu = perf_counter(), thread_time()
        QApplication.processEvents()
        await asyncio.sleep(0)
        longest_s = max(longest_s, perf_counter() - turn)
        longest_cpu_s = max(longest_cpu_s, thread_time() - turn_cpu)
        await asyncio.sleep(0.002)
    return longest_s * 1000, longest_cpu_s * 1000


def _frames(viewport: QWidget, move: Callable[[int], None]) -> Frames:
    took: list[tuple[float, float]] = []
    for frame in range(_FRAMES):
        began, began_cpu = perf_counter(), process_time()
        move(frame)
        viewport.repaint()
        took.append(((perf_counter() - began) * 1000, (process_time() - began_cpu) * 1000))
    wall, cpu = zip(*took[5:], strict=True)
    return Frames(statistics.median(wall), statistics.median(cpu), sorted(wall)[int(len(wall) * 0.95)])


if __name__ == "__main__":
    sys.exit(main())
