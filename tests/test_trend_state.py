"""What the trend shows, and the way there and back, without a window."""

import json
from typing import Any

import pytest

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ShiftedKey
from t3monitor.ui.trend.local_calendar import Span
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.state import Change, Chosen, Shown, TrendState
from t3monitor.ui.trend.styles import DASHES, TOLD_APART, Style, free_style
from t3monitor.ui.trend.time_range import Preset, TimeRange
from values import NOW_S

SAT, CO2, VALVE, FAN = (PointKey(237219, PointType.INPUT, number) for number in range(1, 5))
YESTERDAY = ShiftedKey(SAT, 86400.0)
DAY_S = 86400.0


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


def test_shifted_and_hidden_series_are_saved(state: TrendState) -> None:
    state.add([SAT, YESTERDAY, CO2])
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


@pytest.mark.parametrize(
    "damaged",
    [
        {"point": [237219, "PUMP", 1], "by_s": 86400.0},
        {"point": {"point": [237219, "INPUT", 1], "by_s": 1.0}, "by_s": 1.0},
        {"point": [237219, "INPUT", 1], "by_s": "a day"},
        {"point": [237219, "INPUT", 1], "by_s": 1e300},
        {"point": [237219, "INPUT", 1]},
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
