"""What a trace draws of live readings, also of those whose time is before that of the last one."""

import math
from typing import Any

import numpy as np
import pytest

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import PointGroup
from t3monitor.store.history.series import Holes, Series, Stretches, known_shares
from t3monitor.ui.trend.plot.lanes import lane_words
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.series.trace import Trace
from values import NOW_S, device, line, point

IN1 = PointKey(237219, PointType.INPUT, 1)
GAP = math.nan


def loaded(*samples: tuple[float, float], thinned: bool = False) -> Series:
    """A series of these samples; where one is a gap, a hole begins."""
    times, values = np.array(samples, dtype=float).T
    times += NOW_S
    gaps = np.flatnonzero(np.isnan(values))
    holes = Holes(times[gaps], np.append(times, np.inf)[gaps + 1])
    known = ~np.isnan(values)
    times, values = times[known], values[known]
    stretches = Stretches(times, values, values, np.ones(len(times))) if thinned else None
    return Series(times, values, holes, "°C", 3, False, "L1", 30, stretches)


def tell(trace: Trace, *samples: tuple[float, float]) -> None:
    for time_s, value in samples:
        trace.describe(device(spacings_s=(30, 30, 30)), point(PointType.INPUT, 1, value), NOW_S + time_s)


def drawn(trace: Trace) -> list[tuple[float, float]]:
    (series,) = trace.series
    assert np.all(np.diff(series.times_utc_s) > 0)
    return [(time_s - NOW_S, GAP if value is None else value) for time_s, value in line(series)]


def same(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> bool:
    return repr(one) == repr([(float(time_s), float(value)) for time_s, value in other])


@pytest.fixture
def trace() -> Trace:
    return Trace(IN1)


def test_a_reading_before_the_last_one_is_drawn_where_it_stands(trace: Trace) -> None:
    trace.set_history((loaded((-120, 20)),), reaches_present=True)
    tell(trace, (2, 21), (-60, 22), (-30, 23), (0, 24))
    assert same(drawn(trace), [(-120, 20), (-60, 22), (-30, 23), (0, 24), (2, 21)])
    assert trace.current_text == "24.00 °C"
    assert trace.read_at_s == NOW_S


def test_a_reading_far_before_the_last_one_stands_between_holes(trace: Trace) -> None:
    trace.set_history((loaded((-4000, 20)),), reaches_present=True)
    tell(trace, (0, 21), (-2000, 22))
    assert same(drawn(trace), [(-4000, 20), (-3970, GAP), (-2000, 22), (-1970, GAP), (0, 21)])


def test_a_break_where_a_reading_lacked_the_point_stays(trace: Trace) -> None:
    trace.set_history((loaded((-60, 20), (-30, GAP), (0, 21)),), reaches_present=True)
    tell(trace, (30, 22), (-15, 23))
    assert same(drawn(trace), [(-60, 20), (-30, GAP), (-15, 23), (0, 21), (30, 22)])


def test_a_reading_that_the_loaded_history_holds_is_not_drawn_twice(trace: Trace) -> None:
    tell(trace, (0, 21), (-60, 22))
    trace.set_history((loaded((-60, 22), (0, 21)),), reaches_present=True)
    assert same(drawn(trace), [(-60, 22), (0, 21)])
    assert trace.appended == 0


def test_a_reading_that_came_while_history_was_loaded_is_not_lost_though_its_time_is_earlier(trace: Trace) -> None:
    tell(trace, (0, 21), (-60, 22))
    for thinned in (False, True):
        trace.set_history((loaded((-120, 20), (0, 21), thinned=thinned),), reaches_present=True)
        assert [sample for sample in drawn(trace) if not math.isnan(sample[1])] == [(-120, 20), (-60, 22), (0, 21)]


def test_the_readings_after_our_clock_was_set_back_are_drawn_like_the_loaded_ones(trace: Trace) -> None:
    tell(trace, *((time_s, 20) for time_s in range(0, 3600, 30)))
    tell(trace, *((time_s + 7, 21) for time_s in range(0, 300, 30)))
    times = sorted([*range(0, 3600, 30), *range(7, 307, 30)])
    assert [time_s for time_s, _ in drawn(trace)] == times
    assert trace.current_text == "21.00 °C"


def test_of_two_values_of_one_time_that_which_came_later_is_drawn(trace: Trace) -> None:
    tell(trace, (0, 20), (30, 21), (0, 25))
    assert same(drawn(trace), [(0, 25), (30, 21)])


def test_a_reading_that_is_told_again_changes_nothing(trace: Trace) -> None:
    tell(trace, (0, 20))
    assert not trace.describe(device(), point(PointType.INPUT, 1, 20), NOW_S)
    assert trace.appended == 1


def test_the_line_ends_with_a_reading_that_came_late_only_when_the_next_one_is_overdue(trace: Trace) -> None:
    for time_s in (0, 30):
        trace.describe(device(spacings_s=(30, 30, 30)), point(PointType.INPUT, 1, 20), NOW_S + time_s, 100)
    (series,) = trace.series
    assert [series.known_until(NOW_S + 30 + after_s) - NOW_S for after_s in (75, 175, 176)] == [105, 105, 60]


def test_a_row_of_the_future_in_the_history_keeps_no_reading_from_being_drawn(trace: Trace) -> None:
    trace.set_history((loaded((-30, 20), (10**8, 99)),), reaches_present=True)
    tell(trace, (0, 21), (30, 22))
    known = [sample for sample in drawn(trace) if not math.isnan(sample[1])]
    assert known == [(-30, 20), (0, 21), (30, 22), (10**8, 99)]
    assert trace.current_text == "22.00 °C"


def test_the_readings_of_many_cycles_outlast_a_load_that_holds_a_row_of_the_future(trace: Trace) -> None:
    tell(trace, *((time_s, 21) for time_s in range(0, 600, 30)))
    trace.set_history((loaded((-30, 20), (10**8, 99)),), reaches_present=True)
    assert [time_s for time_s, value in drawn(trace) if value == 21] == list(range(0, 600, 30))


def test_a_reading_in_another_unit_ends_the_line_at_its_time(trace: Trace) -> None:
    trace.set_history((loaded((-60, 20), (-30, 21)),), reaches_present=True)
    trace.describe(device(spacings_s=(30, 30, 30)), point(PointType.INPUT, 1, 68.0, units="°F", range=4), NOW_S)
    celsius, fahrenheit = trace.series
    assert line(celsius)[-1] == (NOW_S, None)
    assert line(fahrenheit) == [(NOW_S, 68.0)]
    assert [trace.text_at(NOW_S + later, NOW_S + 60) for later in (-1, 1)] == ["21.00 °C", "68.00 °F"]


def test_a_reading_without_the_point_ends_the_line_until_the_next_one_with_it(trace: Trace) -> None:
    tell(trace, (0, 20))
    assert trace.miss(NOW_S + 30)
    assert not trace.miss(NOW_S + 60), "that is no news"
    assert trace.text_at(NOW_S + 45, NOW_S + 60) is None
    tell(trace, (90, 22))
    assert same(drawn(trace), [(0, 20), (30, GAP), (90, 22)])


def test_a_group_that_was_not_read_with_the_others_is_a_reading_without_its_points() -> None:
    groups = (PointGroup(1, 10, NOW_S - 40, True, False), PointGroup(11, 20, NOW_S, True, True))
    panel = device(groups={PointType.INPUT: (*groups, PointGroup(21, 30, NOW_S - 500, False, False))})
    found = [panel.read_without(PointType.INPUT, number) for number in (1, 11, 21)]
    assert found == [NOW_S, None, None], "what is not in use is not recorded, and read by and by"


def test_lanes_and_cursor_speak_in_the_words_of_the_site(trace: Trace) -> None:
    words = ((0, "Shut"), (1, "Ajar"))
    trace.describe(device(), point(PointType.INPUT, 1, 1.0, range=23, digital_analog=0, units="", words=words), NOW_S)
    assert trace.text_at(NOW_S, NOW_S) == "Ajar"
    (series,) = trace.series
    for site, expected in (
        (words, ("Shut", "Ajar")),
        (((1, "Ajar"),), ("Custom 1 off", "Ajar")),
        ((), ("Custom 1 off", "Custom 1 on")),
    ):
        lane = lane_words(series, site)
        assert lane is not None
        assert (lane.of(0), lane.of(1)) == expected


# --- stretches of many readings


def stretches(
    *told: tuple[float, float, float, float], units: str = "°C", range_: int = 3, digital: bool = False
) -> Series:
    """A series of stretches: begin, end, lowest and highest; where more than 75 s are between two there is a hole."""
    begins, ends, lows, highs = np.array(told, dtype=float).T
    begins, ends = begins + NOW_S, ends + NOW_S
    after = np.flatnonzero(begins[1:] - ends[:-1] > 75) + 1
    holes = Holes(ends[after - 1] + 30, begins[after])
    known = known_shares(begins, ends, holes)
    means = lows + (highs - lows) / 4
    return Series(begins, means, holes, units, range_, digital, "L1", 30, Stretches(ends, lows, highs, known))


@pytest.mark.parametrize(
    ("low", "high", "fields", "expected"),
    [
        (21.3, 22.8, {}, "21.30 … 22.80 °C"),
        (21.3, 21.3, {}, "21.30 °C"),
        (0.0, 1.0, {"units": "", "range_": 1, "digital": True}, "On 25 %"),
        (1.0, 1.0, {"units": "", "range_": 1, "digital": True}, "On"),
        (1.0, 3.0, {"units": "", "range_": 101}, "State 1 … State 3"),
    ],
)
def test_of_a_stretch_the_cursor_tells_what_is_true_of_all_of_it(
    trace: Trace, low: float, high: float, fields: dict[str, Any], expected: str
) -> None:
    trace.set_history((stretches((-600, -330, low, high), (-300, 0, 20, 20), **fields),), reaches_present=True)
    assert [trace.text_at(NOW_S + at, NOW_S + 60) for at in (-600, -450, -330, -301)] == [expected] * 4
    assert trace.text_at(NOW_S - 601, NOW_S + 60) is None


def test_the_line_of_stretches_goes_through_their_means_and_its_band_holds_their_extremes(trace: Trace) -> None:
    series = stretches((-900, -630, 20, 22), (-600, -330, 21, 23), (-100, -40, 22, 26), (0, 0, 18, 18))
    line_of = drawn_line(series, NOW_S + 10)
    means = series.values.tolist()
    assert [(time_s - NOW_S, value) for time_s, value in zip(line_of.times_s, line_of.values, strict=True)] == [
        *((-900, means[0]), (-630, means[0]), (-600, means[1]), (-330, means[1])),
        *((-300, means[1]), (-300, pytest.approx(GAP, nan_ok=True))),
        *((-100, means[2]), (-40, means[2]), (0, 18), (10, 18)),
    ]
    np.testing.assert_array_equal(line_of.lows, [20, 20, 21, 21, 21, GAP, 22, 22, 18, 18])
    np.testing.assert_array_equal(line_of.highs, [22, 22, 23, 23, 23, GAP, 26, 26, 18, 18])
    assert line_of.alone.size == 0


def test_a_stretch_of_one_reading_between_two_holes_is_a_dot(trace: Trace) -> None:
    line_of = drawn_line(stretches((-900, -630, 20, 22), (-300, -300, 21, 21), (0, 30, 19, 24)), NOW_S + 10)
    assert [line_of.times_s[place] - NOW_S for place in line_of.alone] == [-300]


def test_the_cursor_steps_to_the_first_and_last_readings_of_stretches(trace: Trace) -> None:
    trace.set_history((stretches((-600, -330, 20, 22), (-300, 0, 20, 20)),), reaches_present=True)
    assert trace.next_sample_s(NOW_S - 500, 1) == NOW_S - 330
    assert trace.next_sample_s(NOW_S - 500, -1) == NOW_S - 600
    assert trace.next_sample_s(NOW_S - 1, 1) == NOW_S


def test_live_readings_follow_the_last_stretch_each_as_one_of_its_own(trace: Trace) -> None:
    trace.set_history((stretches((-600, -330, 20, 22), (-300, 0, 20, 21)),), reaches_present=True)
    tell(trace, (30, 25), (200, 26))
    (series,) = trace.series
    assert series.stretches
    assert (series.times_utc_s - NOW_S).tolist() == [-600, -300, 30, 200]
    assert (series.stretches.ends - NOW_S).tolist() == [-330, 0, 30, 200]
    assert series.stretches.highs.tolist() == [22, 21, 25, 26]
    assert series.stretches.known.tolist() == [1, 1, pytest.approx(30 / 170), 1]
    assert [(start - NOW_S, end - NOW_S) for start, end in zip(*series.holes, strict=True)] == [(60, 200)]
    assert [trace.text_at(NOW_S + at, NOW_S + 210) for at in (-100, 35, 100, 201)] == [
        "20.00 … 21.00 °C",
        "25.00 °C",
        None,
        "26.00 °C",
    ]


def test_a_live_reading_whose_time_lies_in_a_stretch_is_among_its_extremes(trace: Trace) -> None:
    tell(trace, (-30, 19.5))
    trace.set_history((stretches((-600, -330, 20, 22), (-300, 0, 20, 21)),), reaches_present=True)
    assert trace.text_at(NOW_S - 40, NOW_S + 10) == "19.50 … 21.00 °C"
    before = trace.series
    tell(trace, (-60, 20.5))
    assert trace.series == before, "it may be one of them"


def test_what_the_last_stretch_holds_is_not_told_again(trace: Trace) -> None:
    tell(trace, *((time_s, 21) for time_s in range(-300, 30, 30)))
    trace.set_history((stretches((-600, -330, 20, 22), (-300, 0, 20, 21)),), reaches_present=True)
    assert trace.appended == 0


def test_the_newest_reading_is_known_of_a_stretch_that_it_ends_and_of_no_other(trace: Trace) -> None:
    told = stretches((-600, -330, 20, 22), (-300, 0, 20, 21))
    assert told.newest_value is None, "20.25 is their mean"
    tell(trace, (0, 20.5))
    trace.set_history((told,), reaches_present=True)
    (series,) = trace.series
    assert (series.newest_value, trace.appended) == (20.5, 0)
    assert series.values is told.values
    tell(trace, (-20, 20.75))  # a clock was set back
    assert trace.series[0].newest_value == 20.5
    tell(trace, (30, 25))
    assert trace.series[0].newest_value == 25
    trace.set_history((stretches((-600, 30, 20, 20)),), reaches_present=False)
    assert trace.series[0].newest_value == 20, "all of them are equal"


def test_stretches_are_moved_as_a_whole(trace: Trace) -> None:
    moved = stretches((-600, -330, 20, 22), (-100, 0, 20, 21)).shifted(1000)
    assert moved.stretches
    assert (moved.ends_utc_s - NOW_S).tolist() == [670, 1000]
    assert (moved.holes.starts - NOW_S).tolist() == [700]
