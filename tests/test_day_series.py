"""Where samples are no longer kept a line is of daily values: a stretch for each day, before the readings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from six_points import BERLIN, FIRST, SECOND, History, key, midnight, regular
from t3monitor.model.day_shifts import Part
from t3monitor.model.series_keys import PlacedKey
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series
from t3monitor.store.history.statistics import statistics
from t3monitor.store.history.thinning import thinned

DAY_S = 86_400
BEGIN_S = midnight(BERLIN, 2026, 1, 30)
NOW_S = BEGIN_S + 6 * DAY_S + 60.0


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.db")
    yield history
    history.database.close()


def read(history: History, number: int, start_s: float, end_s: float, max_points: int = 10_000) -> tuple[Series, ...]:
    return HistoryReader(history.url).read(key(number), start_s, end_s, max_points)


def test_days_stand_before_the_readings_that_are_left(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    (before,) = read(history, 1, 0, NOW_S)
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 1, 0, NOW_S)
    days = [BEGIN_S + day * DAY_S for day in range(4)]
    assert series.stretches
    assert series.times_utc_s[:4].tolist() == days
    assert series.stretches.ends[:4].tolist() == [day + DAY_S for day in days]
    assert series.values[:4] == pytest.approx([before.values[144 * day : 144 * (day + 1)].mean() for day in range(4)])
    assert set(series.stretches.lows[:4]) == {20.0}
    assert set(series.stretches.highs[:4]) == {20.6}
    assert series.stretches.known.tolist() == [1.0] * len(series.values)
    assert series.times_utc_s[4:].tolist() == before.times_utc_s[4 * 144 :].tolist()
    assert series.values[4:].tolist() == before.values[4 * 144 :].tolist()
    assert series.holes.starts.size == 0


def test_time_that_only_has_days_shows_no_reading_of_years_later(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 1, BEGIN_S + DAY_S + 1, BEGIN_S + DAY_S + 2)
    assert series.times_utc_s.tolist() == [BEGIN_S + DAY_S]


def test_time_that_has_all_its_readings_shows_no_days(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 1, BEGIN_S + 5 * DAY_S, NOW_S)
    assert series.stretches is None


def test_a_part_of_a_day_is_a_stretch_up_to_the_readings_that_are_left(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.pack(3)  # of a day and two thirds each
    history.retain(NOW_S, BERLIN, keep_samples_days=4)
    (series,) = read(history, 1, 0, NOW_S)
    assert series.stretches
    assert series.stretches.ends[1] == series.times_utc_s[2] == BEGIN_S + 240 * 600
    assert series.stretches.known[1] == 1.0


def test_a_day_of_which_a_part_is_known_is_known_for_that_part(history: History) -> None:
    history.store([*regular(BEGIN_S, 72), *regular(BEGIN_S + 2 * DAY_S, 4 * 144, run_id=500)])
    (before,) = read(history, 1, 0, NOW_S)
    exact = statistics(before, BEGIN_S, BEGIN_S + 5 * DAY_S, NOW_S)
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 1, 0, NOW_S)
    told = statistics(series, BEGIN_S, BEGIN_S + 5 * DAY_S, NOW_S)
    assert told.known_s == pytest.approx(exact.known_s)
    assert told.mean == pytest.approx(exact.mean)


def test_a_day_that_stands_elsewhere_or_is_joined_with_others_is_known_for_no_more(history: History) -> None:
    history.store([*regular(BEGIN_S, 72), *regular(BEGIN_S + DAY_S, 5 * 144, run_id=500)])
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    parts = (  # clocks are put between them
        Part(BEGIN_S + DAY_S, BEGIN_S + 3 * DAY_S, DAY_S),
        Part(BEGIN_S + 3 * DAY_S, BEGIN_S + 7 * DAY_S, DAY_S + 3600),
    )
    times, elsewhere = (parts[0].start_s, parts[1].end_s), PlacedKey(key(1), parts)
    (series,) = HistoryReader(history.url).read_many([elsewhere], *times, 10_000)[elsewhere]
    assert series.stretches
    assert series.stretches.known[:2] == pytest.approx([0.5, 1.0], abs=0.02)
    (days,) = read(history, 1, BEGIN_S, BEGIN_S + 3 * DAY_S)
    joined = thinned(replace(days, holes=Holes.none()), np.ones(len(days.values)), 0, 50 * 60 * DAY_S, 40)
    assert joined.stretches
    assert joined.stretches.known[0] == pytest.approx(0.875, abs=0.03), "of four days half of one is not"


def test_days_of_which_nothing_is_known_are_a_hole(history: History) -> None:
    history.store([*regular(BEGIN_S, 144), *regular(BEGIN_S + 3 * DAY_S, 3 * 144, run_id=500)])
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 1, 0, NOW_S)
    assert series.holes.starts.tolist() == [BEGIN_S + DAY_S]
    assert series.holes.ends.tolist() == [BEGIN_S + 3 * DAY_S]
    assert series.place_at(BEGIN_S + 1.5 * DAY_S, NOW_S) is None


def test_each_unit_has_a_line_of_its_own(history: History) -> None:
    history.store([*regular(BEGIN_S, 144), *regular(BEGIN_S + DAY_S, 5 * 144, layout=SECOND, run_id=500)])
    assert FIRST != SECOND
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    celsius, fahrenheit = read(history, 1, 0, NOW_S)
    assert (celsius.units, celsius.times_utc_s.tolist()) == ("°C", [BEGIN_S])
    assert fahrenheit.units == "°F"
    assert fahrenheit.times_utc_s[:3].tolist() == [BEGIN_S + day * DAY_S for day in (1, 2, 3)]


def test_a_state_shows_how_much_of_each_day_it_was_on(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    (series,) = read(history, 2, 0, NOW_S)
    assert series.digital
    assert series.values[:4] == pytest.approx([0.486, 0.5, 0.5, 0.5], abs=0.02)


def test_many_days_are_as_few_as_a_screen_shows(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    with history.database.writing() as cursor:
        cursor.executemany(
            "INSERT INTO TRENDLOG_DAYS SELECT serial_number, point_type, point_index, day_start - ?, day_end - ?,"
            " units, range, digital_analog, label, minimum, maximum, mean, known_s, runtime_s, increase, counted_at,"
            " counted_to FROM TRENDLOG_DAYS WHERE point_index = 1 AND day_start = ?",
            [(day * DAY_S, day * DAY_S, BEGIN_S) for day in range(1, 900)],
        )
    (series,) = read(history, 1, BEGIN_S - 900 * DAY_S, NOW_S, 100)
    assert series.stretches
    assert len(series.values) <= 100
    assert np.isclose(series.stretches.highs.max(), 20.6)


def test_a_reading_in_force_is_no_daily_value(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    history.retain(NOW_S, BERLIN, keep_samples_days=2)
    assert HistoryReader(history.url).at(key(1), BEGIN_S + 100) is None
