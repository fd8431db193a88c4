"""A difference is known where both of its points are, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.holes import is_hole, known_until
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.series_keys import difference
from t3monitor.store.database import Database
from t3monitor.store.history.computed import computed
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, line, point, report

SUPPLY, RETURN, FAN, LATE = (PointKey(237219, PointType.INPUT, index) for index in (1, 2, 3, 4))
OTHER = PointKey(237451, PointType.INPUT, 1)
RISE = difference(SUPPLY, RETURN)
END_S = 2000.0


def differences(minuends: list[Series], subtrahends: list[Series], end_s: float) -> tuple[Series, ...]:
    return computed("p0 - p1", [minuends, subtrahends], 0.0, end_s)


def series(times: list[int], spacing_s: int, *, is_open: bool = False, units: str = "°C", range_: int = 3) -> Series:
    """Readings whose values tell when they were taken."""
    at = np.array(times, dtype=float)
    until = known_until(at[:-1], spacing_s, at[1:])
    before_hole = until < at[1:]
    starts, ends = until[before_hole], at[1:][before_hole]
    if is_open:
        starts, ends = np.append(starts, at[-1] + spacing_s), np.append(ends, np.inf)
    return Series(at, at / 7, Holes(starts, ends), units, range_, False, "L", float(spacing_s))


@st.composite
def points(draw: st.DrawFn) -> Series:
    spacing_s = draw(st.sampled_from([1, 30, 60]))
    gaps = draw(st.lists(st.sampled_from([1, 29, 30, 60, 61, 76, 200, 700]), min_size=1, max_size=25))
    times = np.cumsum([draw(st.integers(0, 400)), *gaps]).tolist()
    after_end = [place for place, time_s in enumerate(times) if time_s > END_S]
    if after_end:  # the reader takes one of them
        times = times[: after_end[0] + 1]
    return series(times, spacing_s, is_open=not after_end and is_hole(END_S - times[-1], spacing_s))


@given(points(), points())
def test_it_is_known_when_both_are_and_is_one_less_the_other(minuend: Series, subtrahend: Series) -> None:
    found = differences([minuend], [subtrahend], END_S)
    newest_s = found[0].times_utc_s[-1] if found else END_S
    for time_s in np.arange(0.0, END_S, 9.5):
        places = [part.place_at(time_s, END_S) for part in (minuend, subtrahend)]
        place = found[0].place_at(time_s, END_S) if found else None
        if None in places:
            assert place is None, time_s
        elif time_s <= newest_s:
            assert place is not None, time_s
            assert found[0].values[place] == minuend.values[places[0]] - subtrahend.values[places[1]]
    if found:
        assert np.isin(found[0].holes.ends[np.isfinite(found[0].holes.ends)], found[0].times_utc_s).all()


def test_a_hole_of_one_is_a_hole_of_the_difference_up_to_when_both_are_back() -> None:
    (found,) = differences([series([0, 30, 60, 300, 330], 30)], [series([0, 30, 60, 90, 360], 30)], 360)
    assert line(found) == [(0, 0), (30, 0), (60, 0), (90, None), (360, pytest.approx(-30 / 7))]


def test_of_two_with_one_newest_time_the_first_to_end_ends_the_difference() -> None:
    slow, fast = series([0, 1], 30, is_open=True), series([0, 1], 1)
    for parts in ([fast], [slow]), ([slow], [fast]):
        (found,) = differences(*parts, END_S)
        assert [found.place_at(time_s, END_S) for time_s in (1.5, 9.5, 40)] == [1, None, None]


def test_one_that_ends_ends_the_difference() -> None:
    (found,) = differences([series([0, 30, 60, 90, 120, 150], 30)], [series([0, 30], 30)], 150)
    assert line(found) == [(0, 0), (30, 0), (60, None)]
    assert found.place_at(70, 150) is None


def test_at_its_end_it_is_known_as_long_as_its_points_are() -> None:
    one = Series(np.array([0.0, 5.0]), np.array([1.0, 2.0]), Holes.none(), "°C", 3, False, "SAT", 5.0, delay_s=8.0)
    (found,) = computed("p0 - p1", [(one,), (one,)], 0.0, 100.0)
    assert [found.known_until(now_s) for now_s in (16.0, 60.0)] == [one.known_until(now_s) for now_s in (16.0, 60.0)]
    assert found.known_until(16.0) > 10.0


def test_a_hole_that_begins_where_another_one_ends_goes_on() -> None:
    (found,) = differences([series([0, 30, 60, 300, 330, 360], 30)], [series([0, 30, 240, 270, 360], 30)], 360)
    assert line(found) == [(0, 0), (30, 0), (60, None), (360, 0)]


def test_nothing_is_told_of_a_time_of_which_one_was_not_read() -> None:
    minuend, subtrahend = series([0, 30, 60, 90], 30), series([0, 30, 60, 300], 30)
    (found,) = differences([minuend], [subtrahend], 80)
    assert line(found) == [(0, 0), (30, 0), (60, 0), (90, None)]
    assert found.known_until(100) == 90, "what came after it was not asked for"
    (found,) = differences([minuend], [series([0, 30, 60, 90, 120, 150], 30)], 80)
    assert found.times_utc_s.tolist() == [0, 30, 60, 90]


@pytest.mark.parametrize(("units", "range_"), [("%Open", 30), ("", 101)])
def test_other_quantities_and_states_have_no_difference(units: str, range_: int) -> None:
    other = series([0, 30], 30, units=units, range_=range_)
    assert differences([series([0, 30], 30)], [other], 30) == ()
    assert differences([other] if not units else [], [other], 30) == ()


def inputs(time_s: int, wave: float) -> tuple[Point, ...]:
    late = [point(PointType.INPUT, 4, 1.0, label="LATE", units="°C", range=3)] if time_s >= NOW_S - 600 else []
    return (
        point(PointType.INPUT, 1, 20 + wave, label="SAT", units="°C", range=3),
        point(PointType.INPUT, 2, 12 + wave, label="RAT", units="°C", range=3),
        point(PointType.INPUT, 3, 1.0, label="FAN", units="", range=1, digital_analog=0),
        *late,
    )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> HistoryReader:
    url = sqlite_url(Path(tmp_path_factory.mktemp("differences")) / "history.db")
    database = Database(url)
    writer = Writer(database)
    for number in range(600):
        time_s = NOW_S - 18_000 + 30 * number
        wave = float(number % 50)
        with writer.cycle(30) as transaction:
            transaction.log(device(237219, inputs=inputs(time_s, wave), input_logging_time=time_s))
            transaction.log(device(237451, inputs=inputs(time_s, 0.0)[:1], input_logging_time=time_s + 10))
            transaction.record(report())
    database.close()
    return HistoryReader(url)


def test_it_is_computed_of_all_readings_before_it_is_thinned(reader: HistoryReader) -> None:
    keys = SUPPLY, RETURN, RISE
    found = reader.read_many(keys, NOW_S - 18_000, NOW_S, 100)
    assert found.keys() == set(keys)
    assert all(len(part.times_utc_s) <= 100 and part.thinned for parts in found.values() for part in parts)
    (rise,) = found[RISE]
    assert set(rise.values) == {8.0}, "of readings that were thinned out of one, the other's were taken"
    assert (rise.units, rise.label, rise.spacing_s) == ("Δ°C", "SAT − RAT", 30)


def test_panels_that_are_read_at_other_times_have_one_value_for_each_reading_of_both(reader: HistoryReader) -> None:
    across = difference(SUPPLY, OTHER)
    (found,) = reader.read_many([across], NOW_S - 3000, NOW_S - 2700, 1000)[across]
    assert np.diff(found.times_utc_s).tolist()[:4] == [10, 20, 10, 20]


def test_a_point_that_is_not_there_yet_and_one_with_states_leave_nothing(reader: HistoryReader) -> None:
    keys = [
        difference(SUPPLY, LATE),
        difference(SUPPLY, FAN),
        difference(LATE, PointKey(1, PointType.INPUT, 1)),
    ]
    assert reader.read_many(keys, NOW_S - 9000, NOW_S - 6000, 1000) == dict.fromkeys(keys, ())
