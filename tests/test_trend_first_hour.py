"""What is in sight as long as no time was chosen: what there is of the last day, once that is known."""

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
IN1 = PointKey(237219, PointType.INPUT, 1)
HOUR_S, DAY_S = 3600.0, 86_400.0


@pytest.mark.parametrize(("there_s", "in_sight_s"), [(HOUR_S, HOUR_S), (8 * DAY_S, DAY_S)])
def test_it_is_the_day_until_its_readings_are_known_and_no_more_than_there_is(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, there_s: float, in_sight_s: float
) -> None:
    times = np.arange(NOW_S - there_s, NOW_S, 60.0)

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, _: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        its = times[(start_s <= times) & (times < end_s)]
        return dict.fromkeys(keys, (Series(its, its * 0, Holes.none(), "°C", 3, False, "L1", 60.0),))

    view = TrendView(load, lambda: float(NOW_S), spawn=loop.create_task)
    qtbot.addWidget(view)
    view.show()
    view.state.add([IN1])
    view.describe(snapshot(device()))  # the newest reading alone: of the others nobody knows yet
    assert view.state.time_range.length_s == DAY_S
    for _ in range(3):
        view.loader.flush()
        loop.run_until_complete(asyncio.sleep(0))
        assert view.state.time_range.length_s == pytest.approx(in_sight_s, rel=0.05)
    assert not view.loader.is_busy
