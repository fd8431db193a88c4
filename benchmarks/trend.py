"""``python -m benchmarks.trend``: panning and zooming plots of a packed year beside plain ones of pyqtgraph.

The plots are the trend view with holes, strip and bands of extremes, read as the window reads: 8 points x a year and
20 points x 7 days, on a screen that is not scaled and on one that is scaled by two. Beside them is a PlotWidget with a
line for each point, of the same samples. The year is that of ``python -m benchmarks.history``, from the same cache.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.history import TIMES, packed, year_in_weeks
from benchmarks.readings import FIRST_S, INTERVAL_S, Readings
from t3monitor.commands.window import make_application
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.trend.export.picture import as_image, as_pdf, as_svg
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView

_DAY_S = 86400
_SIZE = (1400, 600)
_FRAMES, _PAGES = 120, 5
_BARS = {1: 60, 2: 25}  # frames/s by the scale of the screen
_PLOTS = (({"INPUT": 4, "OUTPUT": 2, "VARIABLE": 2}, 364), ({"INPUT": 10, "OUTPUT": 4, "VARIABLE": 6}, 7))  # days


class Frames(NamedTuple):
    """What frames took: by the clock, and of the processor."""

    wall_ms: float
    cpu_ms: float
    worst_ms: float


def main() -> int:
    """Prints medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trend", description=__doc__)
    parser.add_argument("--file", type=Path, help="another file with this year")
    parser.add_argument("--scale", type=int, help="on a screen of this scale alone")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    weeks = year_in_weeks()
    file = arguments.file or packed(weeks, TIMES)
    if arguments.scale is None:
        for scale in _BARS:
            command = [sys.executable, "-m", "benchmarks.trend", "--file", str(file), "--scale", str(scale)]
            subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": str(scale)}, check=True)
        return 0
    apply_theme(make_application(), LIGHT)
    now_s = float(FIRST_S + TIMES * weeks.cycles * INTERVAL_S)
    for counts, days in _PLOTS:
        _measure_frames(file, _busiest(weeks, counts), TimeRange(now_s - days * _DAY_S, now_s), arguments.scale)
    return 0


def _busiest(weeks: Readings, counts: Mapping[str, int]) -> list[PointKey]:
    """So many points of each type of the first panel."""
    serial = weeks.vectors[0].serial_number
    return [
        PointKey(serial, vector.point_type, position + 1)
        for vector in weeks.vectors
        if vector.serial_number == serial
        for position in vector.busiest(counts[vector.point_type.value])
    ]


def _measure_frames(file: Path, keys: list[PointKey], shown: TimeRange, scale: int) -> None:
    """Moves and zooms a view by hand, and a plain plot of the same samples; each frame is drawn at once.

    The time in sight ends with the present.
    """
    loop = asyncio.new_event_loop()
    reader, url = HistoryReader(sqlite_url(file)), sqlite_url(file)

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        return await asyncio.to_thread(reader.read_many, keys, start_s, end_s, max_points)

    async def explain(
        keys: Sequence[PointKey], start_s: float, end_s: float
    ) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return await asyncio.to_thread(holes_of_points, url, keys, start_s, end_s, shown.end_s)

    view = TrendView(load, lambda: shown.end_s, explain=explain, spawn=loop.create_task)
    view.resize(*_SIZE)
    view.show()
    view.state.show_range(shown)
    stall_ms, stall_cpu_ms = loop.run_until_complete(_longest_stall(view, keys))
    held = [part for key in keys for part in view.traces[key].series]
    what = f"{len(keys):2} points x {shown.length_s / _DAY_S:3.0f} days, scale {scale}"
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
    print(f"  page      {', '.join(_pages(view))}: ms of the processor in the GUI thread")
    view.loader.cancel()
    view.explainer.forget()
    for widget in (view, plain):
        widget.close()
        widget.deleteLater()
    QApplication.processEvents()
    loop.close()


def _pages(view: TrendView) -> list[str]:
    """What a page for a report takes of the GUI thread, the median of some, when its figures are measured already."""
    view.readout.figures.compute_now()
    found = []
    for name, paint in (("PDF", as_pdf), ("SVG", as_svg), ("picture", as_image)):
        took = []
        for _ in range(_PAGES):
            began = thread_time()
            paint(view.page.make())
            took.append((thread_time() - began) * 1000)
        found.append(f"{name} {statistics.median(took):.0f}")
    return found


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
