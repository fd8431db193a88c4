"""Frames as they are recorded, whatever comes: made at random, stored hot and packed, and the lines that they are."""

from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import settings

from t3monitor.store.history.series import Series

SERIAL, BEGIN_S = 237219, 1_700_000_000
POINTS = {  # by layout: the place of each point, its unit, its range, whether it is analog
    1: {1: (0, "°C", 3, 1), 2: (1, "", 1, 0), 3: (2, "°C", 3, 1), 4: (3, "°C", 3, 1)},
    2: {1: (2, "°F", 4, 1), 2: (0, "", 1, 0), 4: (3, "", 1, 0)},
}
_STEPS_S = {
    "restless": [30, 30, 30, 30, 29, 31, 60, 0, 90, 1000],
    "repeated": [30, 30, 0],
    "calm": [30, 29, 31],
    "holed": [30, 30, 100],
}
few = settings(max_examples=settings().max_examples // 2)  # each is many readings, compared one by one


class Frame(NamedTuple):
    time_s: int
    run: int
    layout: int
    spacing_s: int | None
    values: tuple[float | None, ...]

    def value(self, index: int) -> float | None:
        place = POINTS[self.layout].get(index)
        return self.values[place[0]] if place else None


def some_batches(random: Random, least: int) -> list[list[Frame]]:
    made: list[list[Frame]] = []
    time_s, run, layout = BEGIN_S, 0, 1
    old = random.choice([0, 0, 2, 9])  # batches of an older program, without spacings
    for number in range(random.randint(1, 5) + least):
        if random.random() < 0.2:
            layout = 3 - layout
        is_late = not old and random.random() < 0.2  # what an older program stored was there before it was packed
        at_s = random.randint(BEGIN_S - 100, time_s) if is_late else time_s
        spacing_s = None if number < old else random.choice([30, 60])
        kind = random.choice(["calm", "restless", "repeated", "holed", "constant", "missing", "odd"])
        batch = []
        for _ in range(random.choice([1, 3, 8, 12])):
            at_s += random.choice(_STEPS_S.get(kind, [30]))
            values = [
                {"constant": 21.5, "odd": random.random() / 3}.get(kind, random.randint(180, 220) / 10),
                0.0 if kind == "constant" else float(random.random() < 0.3),
                None if kind == "missing" or random.random() < 0.1 else 20.0 + random.randint(0, 1),
                float(len(batch) < 3),
            ]
            run += 1
            batch.append(Frame(at_s, run, layout, spacing_s, tuple(values)))
        time_s = max(time_s, at_s)
        made.append(batch)
    return made


class Line(NamedTuple):
    readings: list[tuple[float, float]]
    holes: list[tuple[float, float]]


def line_of(series: Series) -> Line:
    return Line(
        list(zip(series.times_utc_s.tolist(), series.values.tolist(), strict=True)),
        list(zip(series.holes.starts.tolist(), series.holes.ends.tolist(), strict=True)),
    )


def assert_is_of(series: Series, whole: Series) -> None:
    """That each stretch tells the extremes, the mean and the known share of its readings, and the holes are theirs."""
    if series.stretches is None:
        return
    times, (ends, lows, highs, known) = series.times_utc_s, series.stretches
    assert np.all(times <= ends)
    assert np.all(ends[:-1] < times[1:])
    within = (whole.times_utc_s >= times[0]) & (whole.times_utc_s <= ends[-1])
    runs = np.count_nonzero(np.diff(whole.values[within])) + len(whole.holes.starts)
    assert not series.digital or runs > 30 or np.array_equal(lows, highs), "each change of a state is kept if all fit"
    covered = 0
    nexts = np.append(times[1:], ends[-1])
    all_holes = list(zip(*(edge.tolist() for edge in whole.holes), strict=True))
    for n in range(len(times)):
        values = whole.values[(whole.times_utc_s >= times[n]) & (whole.times_utc_s <= ends[n])]
        assert (lows[n], highs[n]) == (values.min(), values.max())
        assert series.values[n] == pytest.approx(values.mean())
        covered += len(values)
        hole_s = sum(min(end, nexts[n]) - start for start, end in all_holes if times[n] <= start < nexts[n])
        assert known[n] == pytest.approx(1 - hole_s / (nexts[n] - times[n]) if nexts[n] > times[n] else 1)
    assert covered == within.sum()
    own_holes = list(zip(*(edge.tolist() for edge in series.holes), strict=True))
    assert own_holes[: len(own_holes) - (not np.isfinite(series.holes.ends[-1:]).all())] == [
        hole for hole in all_holes if times[0] <= hole[0] and hole[1] <= ends[-1]
    ]
