import asyncio
from collections.abc import Mapping, Sequence

import pytest
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.series.loader import HistoryLoader, Request

KEY = PointKey(1, PointType.INPUT, 1)
FIRST, SECOND = Request((KEY,), 0, 100, 10), Request((KEY,), 100, 200, 10)

pytestmark = pytest.mark.usefixtures("qapp")


def begin(loader: HistoryLoader, loop: asyncio.AbstractEventLoop, request: Request) -> None:
    loader.request(request)
    loader.flush()
    loop.run_until_complete(asyncio.sleep(0))


def test_of_requests_within_a_moment_only_the_last_is_loaded(loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> None:
    asked = []

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        asked.append(start_s)
        return {}

    loader = HistoryLoader(load, loop.create_task)
    loader.request(FIRST)
    loader.request(SECOND)
    assert asked == []
    assert loader.pending == SECOND
    qtbot.waitUntil(lambda: not loader._timer.isActive())
    loop.run_until_complete(asyncio.sleep(0))
    assert asked == [100]
    assert not loader.is_busy


def test_a_superseded_load_is_cancelled(loop: asyncio.AbstractEventLoop) -> None:
    cancelled = []

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(start_s)
            raise
        return {}

    loader = HistoryLoader(load, loop.create_task)
    begin(loader, loop, FIRST)
    begin(loader, loop, SECOND)
    assert cancelled == [0]
    loader.forget()
    loop.run_until_complete(asyncio.sleep(0))
    assert cancelled == [0, 100]
    assert not loader.is_busy


def test_the_answer_of_a_load_that_could_not_be_cancelled_is_dropped(loop: asyncio.AbstractEventLoop) -> None:
    answers = {0.0: asyncio.Event(), 100.0: asyncio.Event()}

    async def load(
        keys: Sequence[PointKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        while not answers[start_s].is_set():
            try:
                await answers[start_s].wait()
            except asyncio.CancelledError:
                continue  # as a thread that reads
        return {}

    loader = HistoryLoader(load, loop.create_task)
    shown: list[Request] = []
    loader.loaded.connect(lambda request, _found: shown.append(request))
    begin(loader, loop, FIRST)
    begin(loader, loop, SECOND)
    answers[0.0].set()
    loop.run_until_complete(asyncio.sleep(0))
    assert shown == []
    assert loader.pending == SECOND
    answers[100.0].set()
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(asyncio.sleep(0))
    assert shown == [SECOND]


@pytest.mark.parametrize(
    ("other", "covered"),
    [
        (Request((KEY,), 0, 100, 10), True),
        (Request((KEY,), 20, 80, 6), True),
        (Request((KEY,), 20, 120, 10), False),
        (Request((KEY,), -1, 80, 10), False),
        (Request((KEY,), 20, 80, 60), False),  # much finer
        (Request((KEY, PointKey(2, PointType.INPUT, 1)), 0, 100, 10), False),
    ],
)
def test_a_request_covers_what_lies_within_it_and_is_no_finer(other: Request, covered: bool) -> None:
    assert FIRST.covers(other) is covered
