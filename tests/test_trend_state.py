"""What the trend shows, and the way there and back, without a window."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.trend.legend.styles import DASHES, TOLD_APART, Style, free_style
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.shown import Chosen, DataBegin, Shown, ZoneChoice
from t3monitor.ui.trend.state import Change, TrendState
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import LONGEST_S, Preset, TimeRange
from values import NOW_S

SAT, CO2, VALVE, FAN = (PointKey(237219, PointType.INPUT, number) for number in range(1, 5))
YESTERDAY = ComparedKey(SAT, 1)
DAY_S = 86400.0
HOUR_S = 3600.0


class Bench:
    """A state whose clock the test moves and whose changes it sees."""

    def __init__(self) -> None:
        self.now_s = float(NOW_S)
        self.changes: list[Change] = []
        self.state = TrendState(lambda: self.now_s, self.changes.append)

    @property
    def keys(self) -> list[Any]:
        return [chosen.key for chosen in self.state.series]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def state(bench: Bench) -> TrendState:
    return bench.state


def test_each_change_tells_what_is_to_be_drawn(bench: Bench) -> None:
    state, told = bench.state, []
    for change in (
        lambda: state.add([SAT]),
        lambda: state.add([SAT]),
        lambda: state.show_preset(Preset.WEEK),
        lambda: state.pan(-3600),
        lambda: state.set_cursor(NOW_S - 7200.0),
        lambda: state.set_cursor(NOW_S - 7200.0),
        state.time_passed,
        state.remove_all,
    ):
        bench.changes.clear()
        change()
        told.append(bench.changes[:])
    assert told == [
        [Change.SERIES | Change.TIME],
        [Change.TIME],
        [Change.TIME],
        [Change.TIME | Change.MOVING],
        [Change.CURSOR],
        [],
        [Change.TIME],
        [Change.SERIES | Change.TIME | Change.CURSOR],
    ]


def test_a_series_keeps_its_colour_and_a_freed_one_is_given_again(state: TrendState) -> None:
    state.add([SAT, CO2, VALVE])
    state.remove(CO2)
    state.add([FAN, YESTERDAY])
    colours = [(chosen.key, chosen.style.colour) for chosen in state.series]
    assert colours == [(SAT, 0), (VALVE, 2), (FAN, 1), (YESTERDAY, 3)]


def test_from_the_seventh_series_on_lines_are_dashed_and_no_two_look_alike_before_all_styles_are_used() -> None:
    styles: list[Style] = []
    for _ in range(TOLD_APART * len(DASHES) + 1):
        styles.append(free_style(styles))
    assert [style.dash for style in styles[: TOLD_APART + 1]] == [0] * TOLD_APART + [1]
    assert len(set(styles[:-1])) == len(styles) - 1
    assert styles[-1] == styles[0], "then they begin anew"


def test_order_style_and_grouping_are_chosen_and_undone(state: TrendState) -> None:
    state.add([SAT, CO2, VALVE])
    state.move(VALVE, before=CO2)
    state.move(SAT, before=None)
    assert [chosen.key for chosen in state.series] == [VALVE, CO2, SAT]
    state.set_style(CO2, Style(7, 2, 3, step=True))
    state.set_grouped(True)
    assert (state.series[1], state.shown.grouped) == (Chosen(CO2, Style(7, 2, 3, step=True)), True)
    for _ in range(4):
        state.undo()
    assert [chosen.key for chosen in state.series] == [SAT, CO2, VALVE]
    assert (state.series[1].style, state.shown.grouped) == (Style(1), False)


def test_a_point_and_the_same_point_a_day_before_are_two_series_of_one_point(state: TrendState) -> None:
    state.add([SAT, YESTERDAY, YESTERDAY])
    assert len(state.series) == 2
    assert state.points == [SAT]


def test_the_crosshair_stays_within_the_time_in_sight(state: TrendState) -> None:
    state.set_cursor(NOW_S - 60.0)
    assert state.cursor_s is None, "there is nothing to read"
    state.add([SAT])
    state.set_cursor(NOW_S - 60.0)
    state.pan(-30)
    assert state.cursor_s == NOW_S - 60
    state.pan(-60)
    assert state.cursor_s is None


def test_every_change_of_series_and_time_is_undone_and_redone(bench: Bench) -> None:
    state, seen = bench.state, []
    changes = (
        lambda: state.add([SAT, CO2]),
        lambda: state.set_hidden(CO2, True),
        lambda: state.show_preset(Preset.HOUR),
        lambda: state.move_windows(-1),
        lambda: state.zoom(0.5),
        lambda: state.show_range(TimeRange(NOW_S - 9000.0, NOW_S - 4000.0)),
        lambda: state.set_follow(True),
        lambda: state.remove(SAT),
        state.remove_all,
    )
    for change in changes:
        seen.append(state.shown)
        change()
        assert state.shown != seen[-1]
    last = state.shown
    back = []
    while state.can_undo:
        state.undo()
        back.append(state.shown)
    assert back == seen[::-1]
    forth = []
    while state.can_redo:
        state.redo()
        forth.append(state.shown)
    assert forth == [*seen[1:], last]


def test_what_changes_nothing_is_no_step(state: TrendState) -> None:
    state.add([SAT])
    state.add([SAT])
    state.remove(CO2)
    state.set_hidden(SAT, False)
    state.set_follow(True)
    state.undo()
    assert state.series == ()
    assert not state.can_undo
    state.show_calendar(Span.DAY)
    state.undo()
    state.set_follow(True)
    assert state.can_redo, "nothing new was shown"


def test_movements_without_a_pause_are_undone_as_one(bench: Bench) -> None:
    state = bench.state
    for _ in range(30):
        state.pan(-600)
        bench.now_s += 0.2
    state.zoom(0.5)
    bench.now_s += 5
    state.zoom(0.5)
    quarter = state.time_range
    state.undo()
    assert state.time_range.length_s == pytest.approx(DAY_S / 2)
    state.undo()
    assert state.time_range == TimeRange(bench.now_s - DAY_S, bench.now_s)
    assert state.follows
    state.redo()
    state.redo()
    assert state.time_range == quarter


def test_a_movement_right_after_an_undo_is_a_step_of_its_own(state: TrendState) -> None:
    state.pan(-600)
    state.pan(-600)
    state.undo()
    state.pan(-60)
    assert not state.can_redo
    state.undo()
    assert state.follows


def test_the_passing_of_time_is_no_step_and_undo_follows_the_present_of_today(bench: Bench) -> None:
    state = bench.state
    state.show_range(TimeRange(NOW_S - 9000.0, NOW_S - 4000.0))
    bench.now_s += 500
    state.time_passed()
    assert state.time_range.end_s == NOW_S - 4000
    state.undo()
    assert state.time_range.end_s == NOW_S + 500
    bench.now_s += 500
    state.time_passed()
    assert state.time_range.end_s == NOW_S + 1000
    assert not state.can_undo


def test_the_history_of_changes_has_an_end(state: TrendState) -> None:
    for number in range(300):
        state.show_range(TimeRange(NOW_S - 9000.0 - number, NOW_S - 4000.0))
    steps = 0
    while state.can_undo:
        state.undo()
        steps += 1
    assert steps == 100


def test_a_restored_state_begins_anew(state: TrendState) -> None:
    state.add([SAT])
    state.restore(Shown((Chosen(CO2),), 3600.0, None))
    assert [chosen.key for chosen in state.series] == [CO2]
    assert not state.can_undo
    assert not state.can_redo


def test_compared_computed_and_hidden_series_are_saved(state: TrendState) -> None:
    state.add([SAT, YESTERDAY, CO2, ComputedKey("avg(p0, p1) > 20", (SAT, CO2))])
    state.set_hidden(YESTERDAY, True)
    state.set_style(CO2, Style(7, 2, 3, step=True))
    state.set_grouped(True)
    state.show_range(TimeRange(NOW_S - 9000.0, NOW_S - 4000.0))
    saved = json.loads(json.dumps(to_json(state.shown, [600, 200])))
    assert from_json(saved) == (state.shown, [600, 200])


def test_what_was_saved_before_there_were_shifted_series_is_read() -> None:
    shown, _ = from_json(
        {
            "points": [[237219, "INPUT", 1], [237219, "INPUT", 2]],
            "hidden": [[237219, "INPUT", 2]],
            "preset": "7d",
            "length_s": 604800.0,
            "end_s": None,
            "follow": True,
            "splitter": [600, 200],
        }
    )
    assert shown == Shown((Chosen(SAT), Chosen(CO2, Style(1), hidden=True)), 7 * DAY_S, None)


def test_what_was_saved_as_moved_by_seconds_and_as_a_difference_is_read() -> None:
    sat, co2 = [237219, "INPUT", 1], [237219, "INPUT", 2]
    shown, _ = from_json({"points": [{"point": sat, "by_s": 604800.0}, {"minuend": sat, "subtrahend": co2}]})
    assert [chosen.key for chosen in shown.series] == [ComparedKey(SAT, 7), ComputedKey("p0 - p1", (SAT, CO2))]


@pytest.mark.parametrize(
    "damaged",
    [
        {"point": [237219, "PUMP", 1], "by_s": 86400.0},
        {"point": {"point": [237219, "INPUT", 1], "by_s": 1.0}, "by_s": 1.0},
        {"point": [237219, "INPUT", 1], "by_s": "a day"},
        {"point": [237219, "INPUT", 1], "by_s": 1e300},
        {"point": [237219, "INPUT", 1]},
        {"point": [237219, "INPUT", 1], "by_s": 3600.0},
        {"point": [237219, "INPUT", 1], "days": 0},
        {"expression": "p0 - p1", "points": [[237219, "INPUT", 1]]},
        {"expression": "__import__('os')", "points": [[237219, "INPUT", 1]]},
        {"expression": "p0 -", "points": [[237219, "INPUT", 1]]},
        {"expression": "p0", "points": []},
        {"by_s": 1.0},
        None,
    ],
)
def test_a_series_that_makes_no_sense_is_left_out(damaged: object) -> None:
    shown, _ = from_json({"points": [damaged, [237219, "INPUT", 1]]})
    assert [chosen.key for chosen in shown.series] == [SAT]


@pytest.mark.parametrize("damaged", [None, 3, {"colour": 99, "dash": 0, "width": 1, "step": False}, {"colour": 1}])
def test_a_style_that_makes_no_sense_is_chosen_anew(damaged: object) -> None:
    good = {"colour": 0, "dash": 1, "width": 2, "step": True}
    points = [[237219, "INPUT", 1], [237219, "INPUT", 2]]
    assert from_json({"points": points, "styles": [good, damaged]})[0].series == (
        Chosen(SAT, Style(0, 1, 2, step=True)),
        Chosen(CO2, Style(0)),
    )


NEW_YORK = ZoneInfo("America/New_York")
CHANGE_S = datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp()  # from 02:00 EDT back to 01:00 EST


@pytest.fixture
def autumn(bench: Bench) -> Bench:
    """Noon in New York on the day on which clocks are put back."""
    bench.now_s = CHANGE_S + 11 * HOUR_S
    bench.state.set_site_zone(NEW_YORK)
    bench.state.time_passed()
    return bench


def clock(time_s: float) -> str:
    return local_time_text(time_s, NEW_YORK)[:16]


def shown(state: TrendState) -> tuple[str, str, bool]:
    return *map(clock, state.time_range), state.follows


def test_days_of_23_and_25_hours_are_shown_whole_and_back_and_forward_goes_by_them(autumn: Bench) -> None:
    state = autumn.state
    state.show_calendar(Span.DAY)
    assert shown(state) == ("2026-11-01 00:00", "2026-11-01 12:00", True)
    assert state.time_range.length_s == 13 * HOUR_S
    autumn.now_s += 86_400
    state.show_calendar(Span.DAY, -1)
    assert state.time_range.length_s == 25 * HOUR_S
    seen = []
    for windows in (-1, 1, 1):
        state.move_windows(windows)
        seen.append(shown(state))
    assert seen == [
        ("2026-10-31 00:00", "2026-11-01 00:00", False),
        ("2026-11-01 00:00", "2026-11-02 00:00", False),
        ("2026-11-02 00:00", "2026-11-02 12:00", True),
    ]
    state.show_calendar(Span.WEEK, -1)
    assert shown(state) == ("2026-10-26 00:00", "2026-11-02 00:00", False)
    state.move_windows(1)
    assert shown(state) == ("2026-11-02 00:00", "2026-11-02 12:00", True)


def test_a_typed_day_is_a_day_and_any_time_moves_by_days_of_the_wall_clock(autumn: Bench) -> None:
    state = autumn.state
    state.show_range(state.calendar.days(date(2026, 10, 20)))
    state.move_windows(-1)
    assert shown(state) == ("2026-10-19 00:00", "2026-10-20 00:00", False)
    state.show_range(TimeRange(CHANGE_S + 3 * HOUR_S, CHANGE_S + 5 * HOUR_S))
    assert shown(state) == ("2026-11-01 04:00", "2026-11-01 06:00", False)
    state.move_days(-1)
    assert shown(state) == ("2026-10-31 04:00", "2026-10-31 06:00", False)


def test_a_day_forward_reaches_the_present_with_as_much_time_as_before(bench: Bench) -> None:
    state = bench.state
    state.show_preset(Preset.DAY)
    state.move_days(-1)
    assert not state.follows
    bench.now_s += 60
    state.move_days(1)
    assert state.follows
    state.move_windows(-1)
    state.move_days(1)
    assert (state.follows, state.time_range.length_s) == (True, 24 * HOUR_S)
    state.show_calendar(Span.DAY, -1)
    state.move_days(1)
    assert (state.follows, state.span) == (True, Span.DAY)
    state.move_days(-1)
    assert (state.follows, state.span) == (False, Span.DAY)


def test_no_more_time_is_shown_than_can_be_zoomed_to(bench: Bench) -> None:
    bench.state.show_range(TimeRange(NOW_S - 26 * 366 * DAY_S, NOW_S - 3600.0))
    assert bench.state.time_range == TimeRange.ending(NOW_S - 3600, LONGEST_S)


def test_no_future_is_in_sight_and_what_reaches_the_present_follows_it(bench: Bench) -> None:
    state = bench.state
    state.show_range(TimeRange(NOW_S - 3600.0, NOW_S + 3600.0))
    assert state.time_range == TimeRange(NOW_S - 3600, NOW_S), "what was typed as beginning stays that"
    assert not state.follows
    state.show_range(TimeRange(NOW_S + 3600.0, NOW_S + 7200.0))
    assert state.time_range == TimeRange(NOW_S - 3600, NOW_S)
    bench.now_s += 600
    state.time_passed()
    assert state.time_range == TimeRange(NOW_S - 3600, NOW_S), "it stands still"
    bench.now_s -= 600
    state.pan(-1800)
    state.pan(9000)
    assert state.time_range == TimeRange(NOW_S - 3600, NOW_S)
    assert state.follows
    before = state.shown
    state.pan(100)
    assert state.shown == before
    state.show_range(TimeRange(NOW_S - 4000.0, NOW_S - 400.0))
    state.zoom(2, NOW_S - 2200.0)
    assert state.time_range == TimeRange(NOW_S - 7200, NOW_S)
    assert state.follows


def test_while_the_present_is_followed_zooming_keeps_it_at_the_edge(bench: Bench) -> None:
    state = bench.state
    state.show_preset(Preset.HOUR)
    bench.now_s += 5
    state.zoom(0.5, NOW_S - 3000.0)
    assert state.time_range == TimeRange(NOW_S + 5 - 1800, NOW_S + 5), "also between two ticks of the clock"
    bench.now_s += 55
    state.time_passed()
    assert state.time_range == TimeRange(NOW_S + 60 - 1800, NOW_S + 60)
    state.show_calendar(Span.DAY)
    length_s = state.time_range.length_s
    state.zoom(0.5)
    assert state.span is None
    assert state.time_range == TimeRange(bench.now_s - length_s / 2, bench.now_s)


def test_what_there_is_of_a_new_site_fills_the_plot_until_another_time_is_chosen(bench: Bench) -> None:
    state = bench.state
    told = []
    for age_s in (None, 20, 3600, DAY_S - 100, 40 * DAY_S):
        state.set_data_since(None if age_s is None else bench.now_s - age_s)
        told.append((state.time_range.length_s, state.preset))
    assert told == [(DAY_S, Preset.DAY), (300, None), (3672, None), (DAY_S, Preset.DAY), (DAY_S, Preset.DAY)]
    state.set_data_since(bench.now_s - 3600)
    state.pan(-60)
    state.set_follow()
    assert state.time_range.length_s == 3672
    state.show_preset(Preset.DAY)
    assert state.time_range.length_s == DAY_S


def test_all_data_is_shown_with_what_comes_only_if_it_is_new(bench: Bench) -> None:
    state = bench.state
    state.show_data(NOW_S - 10_000.0, NOW_S - 60.0)
    assert state.time_range == TimeRange(NOW_S - 10_200, NOW_S)
    assert state.follows
    state.show_data(NOW_S - 10_000.0, NOW_S - 5000.0)
    assert state.time_range == TimeRange(NOW_S - 10_200, NOW_S - 4800)
    assert not state.follows


def test_the_zone_is_undone_and_saved_with_days_that_grow(autumn: Bench) -> None:
    state = autumn.state
    state.show_calendar(Span.DAY)
    assert state.zone is NEW_YORK
    state.set_zone(ZoneChoice.UTC)
    assert state.zone is UTC
    assert state.time_range.length_s == 17 * HOUR_S, "the day of UTC began earlier"
    saved = json.loads(json.dumps(to_json(state.shown, [600, 200])))
    assert from_json(saved) == (state.shown, [600, 200])
    state.set_zone(ZoneChoice.PC)
    assert state.zone is None
    state.undo()
    state.undo()
    assert state.zone is NEW_YORK


@pytest.mark.parametrize(
    ("saved", "since", "zone"),
    [
        ({}, DataBegin.DATA, ZoneChoice.SITE),
        ({"preset": "24h", "length_s": 86400.0}, None, ZoneChoice.SITE),
        ({"since": "year", "zone": "moon"}, DataBegin.DATA, ZoneChoice.SITE),
        ({"since": [], "zone": {}, "length_s": 5.0}, None, ZoneChoice.SITE),
        ({"since": "week", "zone": "pc"}, Span.WEEK, ZoneChoice.PC),
    ],
)
def test_what_was_saved_of_the_time_by_others_is_read(saved: dict[str, Any], since: object, zone: ZoneChoice) -> None:
    found, _ = from_json(saved)
    assert (found.since, found.zone) == (since, zone)


def test_undo_brings_points_and_time_back_after_remove_all(state: TrendState) -> None:
    state.add([SAT, CO2])
    state.show_calendar(Span.DAY, -1)
    before = state.shown
    state.remove_all()
    assert not state.series
    state.undo()
    assert state.shown == before
    state.redo()
    assert not state.series
