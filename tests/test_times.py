"""Whose clock a reading's time is by: T3000's may be wrong, and so may ours."""

from pathlib import Path

import pytest

from answers import documented_answer, documented_panel, real_answer, real_panel, real_point
from cycles import STEP_S, Cycles
from t3monitor.model.errors import Outcome
from t3monitor.model.freshness import is_stale
from t3monitor.model.times import difference_text, duration_text, time_by_our_clock
from t3monitor.sync.flow_log import FlowLines
from t3monitor.t3000.link import Answer
from values import NOW_S

YEAR_S = 365 * 86_400
PANEL = 237219
AGAIN = "T3000's clock agrees with this computer's again"


def body(own_s: int, value: float = 20.0, serial: int = PANEL, **times: int) -> bytes:
    kinds = {f"{kind}_logging_time": 0 for kind in ("output", "variable")} | times
    points = [real_point(value=round(value * 1000))]
    return real_answer(real_panel(serial, points, input_logging_time=own_s, **kinds))


@pytest.fixture
def cycles(tmp_path: Path) -> Cycles:
    return Cycles(tmp_path)


def known(own_s: int, ahead_s: float, value: float = 20.0) -> Answer:
    """What background reading gives: what is not new is repeated, and the difference of the clocks is known."""
    return Answer(body(own_s, value), repeats=True, clock_ahead_s=ahead_s)


# The rule


@pytest.mark.parametrize(
    ("own_s", "ahead_s", "stored_s"),
    [
        (-100, None, -100),
        (0, None, 0),
        (30, None, 0),
        (5 * YEAR_S, None, 0),
        (-100, 5.0, -100),
        (3, 5.0, 0),
        (-100, 5.5, -106),
        (600 - 100, 600.0, -100),
        (-600 - 100, -600.0, -100),
        (YEAR_S, 600.0, 0),
    ],
)
def test_a_time_is_corrected_by_a_known_difference_and_never_later_than_its_receipt(
    own_s: int, ahead_s: float | None, stored_s: int
) -> None:
    assert time_by_our_clock(NOW_S + own_s, NOW_S, ahead_s) == NOW_S + stored_s


def test_a_time_without_sense_stays_a_time() -> None:
    assert time_by_our_clock(10, NOW_S, 5e9) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (-60, "1 minute"),
        (570, "10 minutes"),
        (3599, "1 hour"),
        (5400, "1.5 hours"),
        (40 * 3600, "1.7 days"),
        (5 * YEAR_S, "5 years"),
        (30 * YEAR_S, "30 years"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_difference_says_its_direction() -> None:
    assert difference_text(600) == "10 minutes ahead of"
    assert difference_text(-86_400) == "1 day behind"


@pytest.mark.parametrize(
    ("age_s", "stale"),
    [(None, True), (0, False), (300, False), (301, True), (-60, False), (-61, True), (-YEAR_S, True)],
)
def test_what_was_never_read_and_what_is_of_the_future_is_not_live(age_s: int | None, stale: bool) -> None:
    assert is_stale(None if age_s is None else NOW_S - age_s, NOW_S, 30) is stale


# Where the link does not know T3000's clock


@pytest.mark.parametrize(("ahead_s", "text"), [(5 * YEAR_S, "5 years"), (600, "10 minutes")])
def test_a_reading_from_the_future_is_stored_with_its_receipt_and_said_once(
    cycles: Cycles, ahead_s: int, text: str
) -> None:
    own_s = [-60, 30 + ahead_s, 60, 90, 120]
    reports = cycles.run(*(body(NOW_S + time_s, 20 + number) for number, time_s in enumerate(own_s)))
    assert cycles.samples == [(-60, 20), (30, 21), (60, 22), (90, 23), (120, 24)]
    said = f"T3000's clock is {text} ahead of this computer's; its readings are stored with the time of receipt"
    assert [report.reason for report in reports] == [None, said, AGAIN, None, None]
    assert {report.outcome for report in reports} == {Outcome.OK}
    assert {report.skipped for report in reports} == {0}
    log = FlowLines()
    lines = [line for event in cycles.events for _, line in log.of(event)]
    assert lines.count(f"⚠️ {said}") == 1


def test_a_clock_that_stays_wrong_is_said_when_it_begins_and_when_it_changes(cycles: Cycles) -> None:
    ahead_s = [600, 603, 598, 7200, 7200]
    reports = cycles.run(*(body(NOW_S + STEP_S * cycle + ahead) for cycle, ahead in enumerate(ahead_s)))
    assert [bool(report.reason) for report in reports] == [True, False, False, True, False]
    assert "2 hours ahead" in str(reports[3].reason)
    assert cycles.samples == [(STEP_S * cycle, 20) for cycle in range(5)]


def test_a_reading_of_which_the_shape_tells_no_time_is_not_one_of_another_clock(cycles: Cycles) -> None:
    (report,) = cycles.run(Answer(documented_answer(documented_panel(input_logging_time="")), clock_ahead_s=600.0))
    assert cycles.samples == [(0, 72.5)]
    assert report.outcome is Outcome.OK


def test_a_reading_of_t3000_set_back_is_stored_where_it_stands_and_said_once(cycles: Cycles) -> None:
    own_s = [0, 30, 60 - 600, 90 - 600]
    reports = cycles.run(*(body(NOW_S + time_s, 20 + number) for number, time_s in enumerate(own_s)))
    assert cycles.samples == [(0, 20), (30, 21), (-540, 22), (-510, 23)]
    assert [report.reason for report in reports] == [None, None, "T3000's clock was set back by 10 minutes", None]


def test_our_clock_set_back_by_an_hour_loses_no_reading_and_is_said_once(cycles: Cycles) -> None:
    def set_back() -> bytes:
        cycles.clock.utc_offset_s -= 3600
        return body(NOW_S + 60 - 3600, 22)

    reports = cycles.run(body(NOW_S, 20), body(NOW_S + 30, 21), set_back, body(NOW_S + 90 - 3600, 23))
    assert cycles.samples == [(0, 20), (30, 21), (60 - 3600, 22), (90 - 3600, 23)]
    assert [report.reason for report in reports] == [None, None, "This computer's clock was set back by 1 hour", None]


def test_a_time_that_never_moves_keeps_the_one_that_it_was_first_given(cycles: Cycles) -> None:
    stuck = NOW_S + YEAR_S
    reports = cycles.run(*(body(stuck, value) for value in (20, 21, 22)))
    assert cycles.samples == [(0, 20), (0, 21), (0, 22)]
    assert [bool(report.reason) for report in reports] == [True, False, False]
    cycles.run(body(stuck, 23))
    assert cycles.samples[-1] == (0, 23), "also after a restart"


# Where it does


def test_a_known_difference_corrects_the_times_and_is_said_once(cycles: Cycles) -> None:
    ahead_s = 3600.0
    reports = cycles.run(*(known(NOW_S + STEP_S * cycle - 7 + 3600, ahead_s) for cycle in range(3)))
    assert cycles.samples == [(-7, 20), (23, 20), (53, 20)]
    said = "T3000's clock is 1 hour ahead of this computer's; its readings are corrected by that"
    assert [report.reason for report in reports] == [said, None, None]


def test_a_small_difference_corrects_nothing_and_is_not_said(cycles: Cycles) -> None:
    (report,) = cycles.run(known(NOW_S - 10, 4.9))
    assert (cycles.samples, report.reason) == ([(-10, 20)], None)


def test_a_reading_that_is_repeated_while_the_clock_drifts_stays_one_reading_of_one_time(cycles: Cycles) -> None:
    first = [known(NOW_S + 600, 600.0), known(NOW_S + 600, 640.0), known(NOW_S + 600, 560.0)]
    cycles.run(*first)
    assert cycles.samples == [(0, 20)]
    assert cycles.shown == [0, 0, 0]
    cycles.run(known(NOW_S + 600, 700.0), known(NOW_S + 600 + 100, 600.0, 25.0))
    assert cycles.samples == [(0, 20), (100, 25)], "also across a restart"
    assert cycles.shown[3:] == [0, 100]


def test_a_difference_that_ends_is_said(cycles: Cycles) -> None:
    reports = cycles.run(known(NOW_S - 600, -600.0), known(NOW_S + 30, 0.4), known(NOW_S + 60, 0.4))
    assert cycles.samples == [(0, 20), (30, 20), (60, 20)]
    assert [report.reason for report in reports] == [
        "T3000's clock is 10 minutes behind this computer's; its readings are corrected by that",
        AGAIN,
        None,
    ]


def test_an_answer_that_knows_no_clock_does_not_end_a_difference_that_was_measured(cycles: Cycles) -> None:
    def live(own_s: int) -> Answer:
        return Answer(body(own_s), repeats=True)

    reports = cycles.run(known(NOW_S + 3600, 3600.0), live(NOW_S + 30), known(NOW_S + 3660, 3600.0))
    assert [bool(report.reason) for report in reports] == [True, False, False]
    assert cycles.samples == [(0, 20), (30, 20), (60, 20)]


def test_readings_that_are_old_by_t3000s_own_clock_are_stale(cycles: Cycles) -> None:
    cycles.run(known(NOW_S + 3600 - 400, 3600.0))
    assert cycles.rows(f"SELECT status, input_logging_time - {NOW_S} FROM DEVICES") == [("Stale", -400)]


def test_another_database_gets_the_reading_with_the_time_it_has(tmp_path: Path, cycles: Cycles) -> None:
    cycles.run(known(NOW_S + 600, 600.0))
    other = Cycles(tmp_path / "other")
    other.run(known(NOW_S + 600, 600.0), known(NOW_S + 600, 600.0))
    assert other.samples == [(0, 20)]


# Never read


def test_a_type_that_was_never_read_has_no_sample_no_time_and_no_row(cycles: Cycles) -> None:
    (report,) = cycles.run(
        real_answer(real_panel(output_logging_time=0, variable_logging_time="0", input_logging_time=NOW_S - 5))
    )
    assert (report.outcome, report.points, report.samples) == (Outcome.OK, 1, 1)
    assert cycles.rows("SELECT input_logging_time, output_logging_time, variable_logging_time FROM DEVICES") == [
        (NOW_S - 5, None, None)
    ]
    assert cycles.rows("SELECT DISTINCT point_type FROM TRENDLOG_DATA") == [("INPUT",)]
    assert cycles.rows("SELECT count(*) FROM OUTPUT_POINTS") == [(0,)]
    assert cycles.shown == [-5]


def test_what_t3000_forgot_by_a_restart_stays_known(cycles: Cycles) -> None:
    cycles.run(real_answer(real_panel()), body(0))
    (times,) = cycles.rows("SELECT input_logging_time, output_logging_time, last_seen, status FROM DEVICES")
    assert None not in times
    assert (times[2], times[3]) == (NOW_S, "Offline")
    assert cycles.rows("SELECT count(*) FROM INPUT_POINTS") == [(1,)]
