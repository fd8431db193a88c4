"""Increases of a counter in many times at once: the same that the statistics of each of them say."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.store.history.increases import increases
from t3monitor.store.history.series import Holes, Series
from t3monitor.store.history.statistics import statistics
from t3monitor.store.history.thinning import thinned

SPACING_S, NOW_S = 30.0, 1e6
STEPS = st.lists(
    st.tuples(st.sampled_from([30, 30, 30, 60, 600]), st.sampled_from([0, 1, 5, 50, "reset", "wrap", "dropout"])),
    min_size=2,
    max_size=60,
)


def counter(steps: list[tuple[int, int | str]]) -> Series:
    times, values, holes = [0.0], [1000.0], []
    for gap_s, step in steps:
        before = next(value for value in reversed(values) if value)
        if gap_s == 600:
            holes.append((times[-1] + SPACING_S, times[-1] + gap_s))
        times.append(times[-1] + gap_s)
        match step:
            case "reset":
                values.append(2.0)
            case "wrap":
                values += [2_147_480.0, -2_147_485.0]
                times.append(times[-1] + SPACING_S)
            case "dropout" if values[-1]:
                values += [0.0, before]
                times.append(times[-1] + SPACING_S)
            case str():
                values.append(before)
            case int():
                values.append(before + step)
    starts, ends = np.array(holes, dtype=float).reshape(-1, 2).T
    return Series(np.array(times), np.array(values), Holes(starts, ends), "kWh", 9, False, "M", SPACING_S)


@given(STEPS, st.integers(1, 37))
def test_they_are_what_statistics_say_of_each_time(steps: list[tuple[int, int | str]], tens: int) -> None:
    meter = counter(steps)
    edges = np.arange(-100.0, meter.times_utc_s[-1] + 400, 10.0 * tens)
    expected = [
        math.nan if (found := statistics(meter, *times, NOW_S).increase) is None else found for times in pairwise(edges)
    ]
    assert increases(meter, edges, NOW_S).tolist() == pytest.approx(expected, nan_ok=True)


def test_of_stretches_they_add_up_to_what_was_counted() -> None:
    meter = counter([(30, 3)] * 2000 + [(30, "reset")] + [(30, 2)] * 2000)
    stretches = thinned(meter, np.ones(4002), 0, 4001 * 30, 100)
    assert stretches.thinned
    hourly = increases(stretches, np.arange(0.0, 35 * 3600, 3600.0), NOW_S)
    assert np.nansum(hourly) == pytest.approx(6000 + 2 + 4000, abs=40)
    assert hourly[3] == pytest.approx(360, abs=30)
