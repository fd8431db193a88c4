"""Cursors A and B: how they are set, moved, undone and kept; and what is told of the time between them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.shown import Shown
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.stretch import Condition, Stretch

NOW_S = 1_793_000_000.0
OCC = PointKey(237219, PointType.VARIABLE, 1)


@pytest.fixture
def state() -> TrendState:
    return TrendState(lambda: NOW_S, lambda _change: None)


def test_the_next_cursor_is_a_then_b_then_the_nearer_one() -> None:
    stretch = Stretch().with_next(10.0).with_next(50.0)
    assert (stretch.a_s, stretch.b_s) == (10, 50)
    assert stretch.with_next(45.0).cursors == {"A": 10, "B": 45}
    assert stretch.with_next(-5.0).cursors == {"A": -5, "B": 50}


def test_there_is_a_time_between_two_cursors_whichever_is_the_earlier_one() -> None:
    assert Stretch(a_s=10.0).between is None
    assert Stretch(a_s=10.0, b_s=10.0).between is None
    assert Stretch(a_s=50.0, b_s=10.0).between == (10, 50)


def test_the_table_opens_with_the_second_cursor_and_stays_closed_then() -> None:
    one = Stretch().with_cursor("B", 10.0)
    both = one.with_cursor("A", 20.0)
    assert (one.is_told, both.is_told, Stretch().marking(1.0, 2.0).is_told) == (False, True, True)
    assert not replace(both, is_told=False).with_cursor("A", 30.0).is_told


def test_cursors_are_undone_and_moving_one_is_one_step(state: TrendState) -> None:
    state.mark(state.shown.stretch.marking(NOW_S - 100, NOW_S - 50))
    for at_s in (-60, -70, -80):
        state.mark(state.shown.stretch.with_cursor("B", NOW_S + at_s), by_hand=True)
    state.mark(state.shown.stretch.without_cursors())
    state.undo()
    assert state.shown.stretch.between == (NOW_S - 100, NOW_S - 80)
    state.undo()
    assert state.shown.stretch.between == (NOW_S - 100, NOW_S - 50)


def test_cursors_condition_and_limits_are_saved() -> None:
    stretch = Stretch(NOW_S, NOW_S - 60, True, Condition(OCC, 1.0), {"°C": 24.0, "kW": -1.0})
    saved = json.loads(json.dumps(to_json(Shown(stretch=stretch), ())))
    assert from_json(saved)[0].stretch == stretch


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (None, Stretch()),
        ({"a_s": "x", "b_s": float("nan"), "is_told": 1, "only": 3, "limits": []}, Stretch()),
        ({"a_s": NOW_S, "only": {"key": [1, 2, 3], "state": 1}}, Stretch(a_s=NOW_S)),
        ({"limits": {"°C": "warm", "kW": 5}, "only": {"key": list(OCC)}}, Stretch(limits={"kW": 5.0})),
    ],
)
def test_a_damaged_file_marks_nothing(saved: Any, expected: Stretch) -> None:
    assert from_json({"stretch": saved})[0].stretch == expected
