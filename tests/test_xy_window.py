"""The X/Y plot: what it offers, and whatever its readings are."""

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.series.xy_window import XYWindow
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.time_range import TimeRange
from values import NOW_S

ONE, OTHER = (PointKey(1, PointType.INPUT, number) for number in (1, 2))
TIMES = NOW_S - 3600 + np.arange(0.0, 3600.0, 60.0)


def of(label: str, *values: float, units: str = "°C") -> Series:
    return Series(TIMES, np.resize(values, len(TIMES)), Holes.none(), units, 3, False, label, 60.0)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def shown(parent: QWidget, loop: asyncio.AbstractEventLoop, x: Series, y: Series) -> XYWindow:
    state, traces = TrendState(lambda: float(NOW_S), lambda _: None), Traces()
    state.add([ONE, OTHER])
    state.show_range(TimeRange(NOW_S - 3600.0, float(NOW_S)))
    traces.keep(state.series, {})
    for key, series in ((ONE, x), (OTHER, y)):
        traces[key].set_history((series,), reaches_present=False)

    async def load(*_: Any) -> Mapping[SeriesKey, tuple[Series, ...]]:
        return {ONE: (x,), OTHER: (y,)}

    window = XYWindow(state, traces, load, loop.create_task, lambda: float(NOW_S), parent)
    window.show()
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
    return window


def test_names_are_offered_as_they_are_and_once(
    parent: QWidget, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = shown(parent, loop, of("A&B", 1, 2), of("C && D", 1, 2))
    names = [window.x_box.itemText(number) for number in range(window.x_box.count())]
    assert names == ["1 A&B", "1 C && D"]
    cleared: list[bool] = []
    for box in (window.x_box, window.y_box):
        monkeypatch.setattr(box, "clear", lambda: cleared.append(True))
    window.refresh()
    assert not cleared, "nothing is other: an open list would close"
    window.close()


@pytest.mark.parametrize(
    ("values", "beyond"),
    [
        ((1.7e308, 20.0), 30),
        ((1.7e308, -1.7e308), 60),
        ((1e300, -1e300), 0),
        ((3.4028235e35,), 0),
        ((1e17,), 0),
        ((20.0,), 0),
        ((5e-324, 0.0), 0),
    ],
)
def test_whatever_a_sensor_reads_there_are_axes_and_what_no_axis_holds_is_told(
    parent: QWidget, loop: asyncio.AbstractEventLoop, values: tuple[float, ...], beyond: int
) -> None:
    window = shown(parent, loop, of("BAD", *values), of("WELL", 40.0, 60.0, units="%"))
    assert len(window.shown.xs) == 60 - beyond
    assert ("left out" in window.told.text()) is (beyond > 0)
    if beyond < 60:
        (low, high), (bottom, top) = window.plot.viewRange()
        assert low < window.shown.xs.min() <= window.shown.xs.max() < high
        assert bottom < window.shown.ys.min() <= window.shown.ys.max() < top
    assert not window.grab().isNull()
    window.close()
