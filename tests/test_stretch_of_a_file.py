"""Figures of a stretch, from the database to what is told, beside a count of each second of its raw samples."""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC
from typing import Any

import numpy as np
import pytest

from holed_file import IN1, SERIAL, SPACING_S, HoledFile
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, SeriesKey, StoredKey
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.stretch.stretch import Bounds, Condition
from t3monitor.ui.trend.stretch.stretch_meter import Asked, StretchMeter, at_once
from t3monitor.ui.trend.stretch.stretch_told import Told
from t3monitor.ui.trend.time.time_range import TimeRange

IN2 = PointKey(SERIAL, PointType.INPUT, 2)
NOW_S = 20_000
STRETCH = TimeRange(1_000.0, 9_000.0)
OPEN_S = (3_000, 3_300)  # the sensor of IN1
LIMIT, LOW = 22.0, 20.0


pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module", params=[1, 2])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HoledFile]:
    """Readings at random, with holes, the last quarter of an hour not explained."""
    made, chance = HoledFile(tmp_path_factory.mktemp("holes") / "holes.db"), random.Random(request.param)
    made.connection.execute("PRAGMA synchronous = OFF")
    at_s, state = 0, 0
    while at_s < 9_500:
        state = chance.choice((state, state, state, 0, 1, 2))
        made.read(at_s, values=(chance.choice((18.0, 21.5, 22.0, 22.75, 30.0)), float(state)))
        at_s += chance.choice((29, 30, 30, 30, 30, 30, 30, 31, 60, 75, 76, 500))
    made.cover(0, 8_000, "timeout", "no answer")
    made.status(OPEN_S[0], "0", "1")
    made.status(OPEN_S[1], "1", "0")
    with closing(made.connection):
        yield made


def told(
    file: HoledFile, loop: asyncio.AbstractEventLoop, asked: Asked, now_s: float = NOW_S
) -> Mapping[SeriesKey, Told]:
    async def load(
        keys: Sequence[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        return HistoryReader(file.url).read_many(keys, start_s, end_s, max_points)

    async def explain(
        keys: Sequence[PointKey], start_s: float, end_s: float
    ) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return holes_of_points(file.url, keys, start_s, end_s, NOW_S)

    meter = StretchMeter(load, explain, at_once, lambda: now_s, loop.create_task)
    meter.want(asked, is_urgent=True)
    meter.flush()
    while meter.is_busy:
        loop.run_until_complete(asyncio.sleep(0))
    assert not meter.problem
    return meter.told


def seconds(file: HoledFile, index: int) -> list[float | None]:
    """What held in each second of the stretch, by the raw samples and the rule for holes."""
    rows = file.connection.execute(
        "SELECT logging_time, value FROM TRENDLOG_DATA WHERE point_index = ? ORDER BY logging_time", (index,)
    ).fetchall()
    held: list[float | None] = [None] * NOW_S
    for (at_s, value), (next_s, _) in zip(rows, [*rows[1:], (NOW_S, None)], strict=True):
        until_s = next_s if next_s - at_s <= 2.5 * SPACING_S else at_s + SPACING_S
        held[int(at_s) : int(until_s)] = [value] * (int(until_s) - int(at_s))
    if index == 1:
        held[slice(*OPEN_S)] = [None] * (OPEN_S[1] - OPEN_S[0])
    return held[int(STRETCH.start_s) : int(STRETCH.end_s)]


def test_figures_are_those_of_each_second(file: HoledFile, loop: asyncio.AbstractEventLoop) -> None:
    its = told(file, loop, Asked((IN1,), STRETCH, STRETCH.start_s, 5_000.0, bounds={"°C": Bounds(LIMIT, LOW)}))[IN1]
    _is_that_of(its, seconds(file, 1), [True] * int(STRETCH.length_s))
    missing = dict(its.missing)
    unknown = [place for place, value in enumerate(seconds(file, 1), 1_000) if value is None]
    assert sum(missing.values()) == pytest.approx(len(unknown))
    assert missing[Cause.SENSOR_OPEN] + missing.get(Cause.TIMEOUT, 0) == pytest.approx(
        sum(at_s < 8_000 for at_s in unknown), abs=SPACING_S
    )
    assert (its.parts[0].at_a, its.parts[0].at_b) == (seconds(file, 1)[0], seconds(file, 1)[4_000])
    assert its.doubtful_s == 0


def test_under_a_condition_they_are_those_of_its_seconds(file: HoledFile, loop: asyncio.AbstractEventLoop) -> None:
    its = told(file, loop, Asked((IN1,), STRETCH, condition=Condition(IN2, 1.0), bounds={"°C": Bounds(LIMIT, LOW)}))[
        IN1
    ]
    own, other = seconds(file, 1), seconds(file, 2)
    _is_that_of(its, own, [state == 1 for state in other])
    assert its.asked_s == pytest.approx(sum(state in (1, None) for state in other))
    lacking = sum(value is None for value, state in zip(own, other, strict=True) if state in (1, None))
    assert sum(dict(its.missing).values()) == pytest.approx(lacking)
    assert its.known_s + lacking + its.doubtful_s == pytest.approx(its.asked_s)


def test_a_point_of_yesterday_has_yesterdays_figures(file: HoledFile, loop: asyncio.AbstractEventLoop) -> None:
    key, later = ComparedKey(IN1, 1), TimeRange(STRETCH.start_s + 86_400, STRETCH.end_s + 86_400)
    earlier = told(file, loop, Asked((IN1,), STRETCH))[IN1]
    shifted = told(file, loop, Asked((key,), later, zone=UTC), now_s=STRETCH.end_s + 300)[key]
    assert shifted.parts[0].told.mean == earlier.parts[0].told.mean
    assert shifted.missing == earlier.missing


def _is_that_of(its: Told, held: Sequence[float | None], is_asked: Sequence[bool]) -> None:
    values: list[Any] = [value for value, asked in zip(held, is_asked, strict=True) if asked and value is not None]
    figures = its.parts[0].told
    assert its.known_s == pytest.approx(len(values))
    assert figures.mean == pytest.approx(np.mean(values))
    assert figures.deviation == pytest.approx(np.std(values))
    assert (figures.minimum, figures.maximum) == (min(values), max(values))
    assert figures.integral == pytest.approx(sum(values) / 3600)
    assert figures.over_limit == pytest.approx(sum(max(0.0, value - LIMIT) for value in values) / 3600)
    assert figures.over_limit_s == pytest.approx(sum(value > LIMIT for value in values))
    assert figures.under_limit == pytest.approx(sum(max(0.0, LOW - value) for value in values) / 3600)
    assert figures.under_limit_s == pytest.approx(sum(value < LOW for value in values))
