"""Lanes: each state at its own height, an edge only where it changes, and what changes too fast is said to."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.ui.trend.plot.lanes import LANE_INSET_PX, Lane, LanesItem, LaneWords, stretches
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.time.time_range import TimeRange

GREEN = QColor("#008000")
WIDTH, HEIGHT = 300, 47  # of which 40 px are of the states
WORDS = LaneWords({}, "State {}")


def states(values: Any, times: Any = None, many: Stretches | None = None) -> Series:
    times = np.arange(len(values)) * 30.0 if times is None else np.array(times, dtype=float)
    return Series(times, np.array(values, dtype=float), Holes.none(), "", 101, False, "M", 30.0, many)


@pytest.fixture
def edges(qtbot: QtBot) -> Callable[[Series, float], dict[int, list[int]]]:
    """By the column of pixels: where a lane has its full colour, from the bottom of the states."""

    def edges(series: Series, end_s: float) -> dict[int, list[int]]:
        view = pg.GraphicsView()
        qtbot.addWidget(view)
        box = TimeBox()
        view.setCentralItem(box)
        item = LanesItem()
        box.add(item)
        view.resize(WIDTH, HEIGHT)
        view.show()
        item.set_lanes([Lane("M", GREEN, ((series, WORDS),))], end_s)
        box.set_time(TimeRange(0, end_s))
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        view.render(painter)
        painter.end()
        bottom = HEIGHT - LANE_INSET_PX
        return {
            x: [round(bottom - y) for y in range(HEIGHT - 1, -1, -1) if image.pixelColor(x, y) == GREEN]
            for x in range(WIDTH)
        }

    return edges


def test_a_multistate_stays_at_a_state_until_the_reading_of_another_and_passes_no_other(
    edges: Callable[[Series, float], dict[int, list[int]]],
) -> None:
    found = edges(states([1, 1, 5, 5, 2, 2]), 180.0)  # cases/10: of three states, each a third higher
    levels = [found[x][-1] for x in (70, 95, 105, 195, 205, 290)]
    assert levels == pytest.approx([13, 13, 40, 40, 27, 27], abs=1.5)
    uprights = [x for x, its in found.items() if len(its) > 11]
    assert {round(x / 100) for x in uprights} == {1, 2}, "an edge only where the state changes"


def test_states_of_a_stretch_that_had_several_are_told_from_one_that_held() -> None:
    ends, lows, highs = np.array([50.0, 110.0, 170.0]), np.array([1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0])
    found = stretches(states([1, 0.5, 0], [0, 60, 120], Stretches(ends, lows, highs, np.ones(3))), 170.0)
    assert found.starts.tolist() == [0, 60, 120]
    assert found.states.tolist() == [1, pytest.approx(np.nan, nan_ok=True), 0]


def test_what_changes_within_a_pixel_is_pale_and_has_no_edges(
    edges: Callable[[Series, float], dict[int, list[int]]],
) -> None:
    found = edges(states(np.arange(3000) % 2), 90_000.0)
    assert not any(found[x] for x in range(10, WIDTH - 10))
