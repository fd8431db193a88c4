"""Six hours of a panel's history with a hole in it, and the trend that shows them as its owner has it."""

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.time.time_range import Preset
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, point, report

SERIAL = 237219
SAT, CO2, VALVE, LIGHT_LUX, FAN, OCC = (PointKey(SERIAL, PointType.INPUT, number) for number in range(1, 7))
INTERVAL_S = 300
HOURS = 6  # of history before the present
HOLE_S = (NOW_S - 3 * 3600, NOW_S - 2 * 3600)  # nothing was read then


def inputs(time_s: float) -> tuple[Point, ...]:
    """A panel's inputs at a time: a wave, two other units, a second wave, two states."""
    wave = math.sin(time_s / 3000)
    return (
        point(PointType.INPUT, 1, round(20 + 5 * wave, 1), label="SAT", full_label="Supply air temperature"),
        point(PointType.INPUT, 2, round(600 + 200 * wave), label="CO2", units="PPM", range=28),
        point(PointType.INPUT, 3, round(50 + 50 * wave), label="VLV", units="%", range=16),
        point(PointType.INPUT, 4, round(300 + 90 * wave), label="LUX", units="Lux", range=34),
        point(PointType.INPUT, 5, float(wave > 0), label="FAN", units="", range=1, digital_analog=0),
        point(PointType.INPUT, 6, float(wave > 0.5), label="OCC", units="", range=10, digital_analog=0),
    )


def panel(time_s: int) -> Any:
    return device(SERIAL, panel_name="AHU-1", inputs=inputs(time_s), input_logging_time=time_s)


class Clock:
    """The present, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = float(NOW_S)

    def __call__(self) -> float:
        return self.now_s


class History:
    """What the window's owner gives the view: `HistoryReader` behind a coroutine function, watched by the test."""

    def __init__(self, file: Path) -> None:
        self._reader = HistoryReader(sqlite_url(file))
        self.asked: list[tuple[list[PointKey], float, float, int]] = []
        self.held: list[asyncio.Event] = []  # a load waits for the first of these, if there is one
        self.error: Exception | None = None

    async def load(
        self, keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        self.asked.append((list(keys), start_s, end_s, max_points))
        if self.held:
            await self.held.pop(0).wait()
        if self.error:
            raise self.error
        return self._reader.read_many(keys, start_s, end_s, max_points)


@pytest.fixture
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It is read alone, and so made once for all."""
    return made(tmp_path_factory.getbasetemp())


@cache
def made(folder: Path) -> Path:
    file = folder / "six_hours.db"
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    for time_s in range(NOW_S - HOURS * 3600, NOW_S + 1, INTERVAL_S):
        if not HOLE_S[0] < time_s < HOLE_S[1]:
            with writer.cycle(INTERVAL_S) as transaction:
                transaction.log(panel(time_s))
                transaction.record(report())
    database.close()
    return file


@pytest.fixture
def history(file: Path) -> History:
    return History(file)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settle(loop: asyncio.AbstractEventLoop) -> Callable[[TrendView], None]:
    """Lets everything happen that is to happen by now, without waiting for the debouncing."""

    def settle(view: TrendView) -> None:
        for _ in range(3):
            view.loader.flush()
            loop.run_until_complete(asyncio.sleep(0))
            QApplication.sendPostedEvents()

    return settle


@pytest.fixture
def view(qtbot: QtBot, history: History, clock: Clock, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    view = TrendView(history.load, clock, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.state.show_preset(Preset.DAY)
    view.state.restore(view.state.shown)
    view.resize(1000, 500)
    view.show()
    QApplication.processEvents()
    yield view
    view.loader.cancel()


Settle = Callable[[TrendView], None]
offscreen_popup = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing the keyboard)")


def lines(plot: TrendPlot, key: SeriesKey) -> list[tuple[np.ndarray, np.ndarray]]:
    """Times and values of the lines that are drawn for a point, as they are drawn."""
    found = []
    for (of, _), curve in plot._curves.items():
        if of == key:
            tail = curve.tail(plot._now_s + curve.shift_s)
            ends = ([tail[1]], [tail[2]]) if tail and tail[1] > tail[0] else ([], [])
            found.append((np.append(curve.line.times_s, ends[0]), np.append(curve.line.values, ends[1])))
    return found


def drawn(view: TrendView, key: SeriesKey) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of the one line of a point."""
    ((times, values),) = lines(view.plot, key)
    return times, values


def message(view: TrendView) -> str:
    return view.message.text() if view.message.isVisible() else ""


def lane_names(view: TrendView) -> list[str]:
    return [lane.name for lane in view.plot.lanes]
