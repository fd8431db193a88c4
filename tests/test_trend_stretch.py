"""Cursors A and B: how they are set, moved, undone and kept; and what is told of the time between them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QLocale

from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Holes, Series
from t3monitor.store.history.thinning import thinned
from t3monitor.ui.kit.table_text import table_text
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.shown import Shown
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.stretch.stretch import Bounds, Condition, Stretch
from t3monitor.ui.trend.stretch.stretch_rows import Table, Tables, copied, heading_text, spoken, tables
from t3monitor.ui.trend.stretch.stretch_told import Times, Told, tell, times_of
from t3monitor.ui.trend.time.time_range import TimeRange

NOW_S = 1_793_000_000.0
OCC = PointKey(237219, PointType.VARIABLE, 1)
SAT = PointKey(237219, PointType.INPUT, 3)
SPACING_S = 30


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
    stretch = Stretch(
        NOW_S, NOW_S - 60, True, Condition(OCC, 1.0), {"°C": Bounds(24.0, 18.0), "%": Bounds(dead_band=0.5)}
    )
    saved = json.loads(json.dumps(to_json(Shown(stretch=stretch), ())))
    assert from_json(saved)[0].stretch == stretch


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        (None, Stretch()),
        ({"a_s": "x", "b_s": float("nan"), "is_told": 1, "only": 3, "limits": []}, Stretch()),
        ({"a_s": NOW_S, "only": {"key": [1, 2, 3], "state": 1}}, Stretch(a_s=NOW_S)),
        ({"limits": {"°C": "warm", "kW": 5}, "only": {"key": list(OCC)}}, Stretch(bounds={"kW": Bounds(5.0)})),
        ({"limits": {"°C": {"low": "x"}, "%": {"low": 2, "dead_band": -1}}}, Stretch(bounds={"%": Bounds(low=2.0)})),
    ],
)
def test_a_damaged_file_marks_nothing(saved: Any, expected: Stretch) -> None:
    assert from_json({"stretch": saved})[0].stretch == expected


# -- what is told ------------------------------------------------------------------------------------------------------


def series(readings: Sequence[tuple[float, float]], units: str = "°C", range_: int = 3, **fields: Any) -> Series:
    times, values = np.array(readings, dtype=float).T
    is_hole = np.diff(times) > 2.5 * SPACING_S
    holes = Holes(times[:-1][is_hole] + SPACING_S, times[1:][is_hole])
    return Series(times, values, holes, units, range_, fields.get("digital", False), "L", SPACING_S)


def occupied(readings: Sequence[tuple[float, float]]) -> Series:
    return series(readings, "", 10, digital=True)


def hole(start_s: float, end_s: float, cause: Cause) -> ExplainedHole:
    return ExplainedHole(start_s, end_s, cause, "", ())


def between(start_s: float, end_s: float, a_s: float | None = None, b_s: float | None = None) -> Times:
    return Times(TimeRange(start_s, end_s), a_s, b_s, NOW_S)


HOLED = series([(0, 20), (30, 22), (60, 24), (300, 90), (330, 20), (360, 20)])
CAUSES = [
    hole(90, 150, Cause.TIMEOUT),
    hole(150, 300, Cause.NOT_RUNNING),
    hole(300, 330, Cause.SENSOR_OPEN),
]


def test_what_is_known_and_what_is_missing_is_all_of_the_time() -> None:
    told = tell([HOLED], CAUSES, between(0, 360))
    assert (told.asked_s, told.known_s, told.doubtful_s) == (360, 120, 0)
    assert told.missing == ((Cause.NOT_RUNNING, 150), (Cause.TIMEOUT, 60), (Cause.SENSOR_OPEN, 30))
    assert told.parts[0].told.maximum == 24  # the open sensor told nothing


def test_what_nobody_explained_yet_is_missing_as_well() -> None:
    assert tell([HOLED], [], between(0, 300)).missing == ((None, 210),)
    assert tell([], [], between(0, 300)).missing == ((None, 300),)


def test_under_a_condition_only_its_time_is_missing() -> None:
    occ = occupied([(0, 1), (30, 1), (60, 1), (90, 1), (120, 0), *((at_s, 0) for at_s in range(150, 390, 30))])
    only = times_of([occ], [], 1.0, between(0, 360))
    told = tell([HOLED], CAUSES, between(0, 360), only)
    assert (told.asked_s, told.known_s, told.missing) == (120, 90, ((Cause.TIMEOUT, 30),))


def test_time_in_which_the_condition_is_not_known_is_doubtful() -> None:
    occ = occupied([(0, 1), (30, 1), (360, 0)])
    told = tell([HOLED], CAUSES, between(0, 360), times_of([occ], [], 1.0, between(0, 360)))
    assert (told.asked_s, told.known_s, told.doubtful_s) == (360, 60, 60)
    assert sum(seconds for _, seconds in told.missing) == 240


def test_values_at_the_cursors_are_those_that_hold_and_none_in_a_hole_or_of_a_faulty_sensor() -> None:
    def at(a_s: float, b_s: float) -> tuple[float | None, float | None]:
        part = tell([HOLED], CAUSES, between(0, 360, a_s, b_s)).parts[0]
        return part.at_a, part.at_b

    assert at(29, 30) == (20, 22)
    assert at(100, 310) == (None, None)
    assert at(-10, 360) == (None, 20)
    told = tell([HOLED], CAUSES, between(30, 60, 29, 61))  # what is read of this time need not reach there
    assert (told.parts[0].at_a, told.parts[0].at_b) == (None, None)


def test_of_a_time_to_come_nothing_is_told() -> None:
    told = tell([HOLED], [], Times(TimeRange(NOW_S, NOW_S + 60), None, None, NOW_S - 1))
    assert (told.asked_s, told.known_s, told.missing, told.parts) == (0, 0, (), ())
    assert shown(told).values.rows[0].remark == "nothing is told of this time yet"


# -- as tables and text ------------------------------------------------------------------------------------------------


def shown(told: Told, key: PointKey = SAT, bounds: dict[str, Bounds] | None = None, last: Series = HOLED) -> Tables:
    trace = Trace(key)
    trace.series = (last,)
    return tables({key: told}, lambda _: trace, bounds or {})


def said(table: Table, row: int = 0) -> dict[str, str]:
    return {head.title: cell.text for head, cell in zip(table.heads, table.rows[row].cells, strict=True) if cell.text}


def test_a_value_has_its_figures_with_their_units() -> None:
    line = series([(at_s, 20 + at_s / 3600) for at_s in range(0, 7200, 30)])
    told = tell([line], [], between(0, 7200, 0, 7170), bounds={"°C": Bounds(21.0, 20.5)})
    assert said(shown(told, bounds={"°C": Bounds(21.0, 20.5)}).values) == {
        "Series": "L · 237219",
        "Unit": "°C",
        "A": "20.00",
        "B": "21.99",
        "Δ": "+1.99",
        "Min": "20.00",
        "Mean": "21.00",
        "Max": "21.99",
        "Std dev": "0.58",
        "Integral": "41.99 °C·h",
        "High": "21",
        "Over": "0.50",
        "Time over": "0:59:30",
        "Low": "20.5",
        "Under": "0.13",
        "Time under": "0:30:00",
        "Known": "100 %",
    }


def test_states_have_runtime_share_and_starts() -> None:
    occ = occupied([(at_s, at_s % 1800 < 900) for at_s in range(0, 7230, 30)])
    told = tell([occ], [], between(0, 7200))
    table = shown(told, OCC, last=occ).states
    assert said(table, 1) == {
        "Series": "L · 237219",
        "State": "Occupy",
        "Runtime": "1:00:00",
        "Share": "50.0 %",
        "Starts": "3",
        "Starts/h": "1.50",
        "Shortest": "0:15:00",
        "Longest": "0:15:00",
        "Known": "100 %",
    }


def test_a_fan_that_never_ran_has_a_runtime_of_nothing() -> None:
    table = shown(tell([occupied([(0, 0), (30, 0), (60, 0)])], [], between(0, 60)), OCC).states
    assert [(said(table, row)["State"], said(table, row)["Runtime"]) for row in (0, 1)] == [
        ("Unoccupy", "0:01:00"),
        ("Occupy", "0:00:00"),
    ]
    assert said(table, 1)["Starts"] == "0"


def test_less_than_nine_tenths_is_partial_and_says_why() -> None:
    row = shown(tell([HOLED], CAUSES, between(0, 360))).values.rows[0]
    assert row.is_partial
    assert row.cells[1].text == "◔ 33 %"
    assert row.remark.startswith("partial, missing 4 minutes: T3 Monitor was not running 2 minutes; T3000 did not")
    assert not shown(tell([HOLED], [], between(0, 90))).values.rows[0].is_partial


def test_where_nothing_is_known_there_is_no_number() -> None:
    table = shown(tell([HOLED], CAUSES, between(100, 290))).values
    assert said(table) == {
        "Series": "L · 237219",
        "Known": "◔ 0 %",
        "Remarks": "missing 3 minutes: T3 Monitor was not running 2 minutes; T3000 did not answer in time 50 seconds",
    }


def test_where_a_condition_never_held_there_is_no_number_at_the_cursors_either() -> None:
    occ = occupied([(0, 0), (30, 0), (60, 0), (90, 0)])
    times = between(0, 90, 0, 60)
    told = tell([HOLED], CAUSES, times, times_of([occ], [], 1.0, times))
    assert said(shown(told).values) == {
        "Series": "L · 237219",
        "Known": "–",
        "Remarks": "the condition did not hold at any time",
    }


def test_what_is_told_by_means_of_many_readings_says_so() -> None:
    line = series([(at_s, float(np.sin(at_s))) for at_s in range(0, 6000, 30)])
    row = shown(tell([thinned(line, np.ones(200), 0, 6000, 50)], [], between(0, 6000))).values.rows[0]
    assert row.remark.startswith("from means")
    assert not shown(tell([line], [], between(0, 5990))).values.rows[0].remark


def test_a_valve_has_reversals_and_humidity_has_none() -> None:
    readings = [(0.0, 0.0), (30.0, 50.0), (60.0, 0.0), (90.0, 50.0)]
    valve, humid = series(readings, "%", 4), series(readings, "%", 27)
    assert said(shown(tell([valve], [], between(0, 120))).values)["Reversals"] == "2"
    assert "Reversals" not in said(shown(tell([humid], [], between(0, 120))).values)


def test_how_far_a_valve_has_to_come_back_is_chosen_for_its_unit() -> None:
    valve = series([(0.0, 0.0), (30.0, 50.0), (60.0, 45.0), (90.0, 50.0)], "%", 4)
    for bounds, expected in (({}, ("2", "1")), ({"%": Bounds(dead_band=5.0)}, ("0", "5"))):
        its = said(shown(tell([valve], [], between(0, 120), bounds=bounds), bounds=bounds).values)
        assert (its["Reversals"], its["Dead band"]) == expected


def test_copied_figures_are_numbers_with_units_in_columns_of_their_own() -> None:
    told = tell([HOLED], CAUSES, between(0, 90, 0, 60), bounds={"°C": Bounds(21.0)})
    lines = copied(shown(told, bounds={"°C": Bounds(21.0)}), "A – B").splitlines()
    cells = dict(zip(lines[2].split("\t"), lines[3].split("\t"), strict=True))
    point = QLocale.system().decimalPoint()
    assert lines[2].count("\t") == lines[3].count("\t")
    assert (cells["Panel"], cells["Label"], cells["Min"]) == ("237219", "L", f"20{point}00")
    assert (cells["Known %"], cells["Over"]) == (f"100{point}00", f"0{point}03")
    assert "°C·h" in lines[3].split("\t")
    delta = shown(told).values.rows[0].cells[5].copied
    assert table_text(["x"], [delta], QLocale(QLocale.Language.German)) == "x\n4,00\n"


def test_copied_text_has_each_figure_under_its_name() -> None:
    told = tell([HOLED], CAUSES, between(0, 90, 0, 60))
    text = spoken(shown(told), heading_text([told], 0.0, 60.0, None))
    assert text.startswith("A 1970-01-01")
    assert ", Δt 0:01:00\nL · 237219: Known 100 %, Unit °C, A 20.00, B 24.00, Δ +4.00, Min 20.00," in text


def test_copied_text_is_read_by_people_and_a_table_by_a_spreadsheet() -> None:
    huge = series([(at_s, 2.1e9) for at_s in range(0, 3630, 30)])
    bounds = {"°C": Bounds(101_325.5)}
    told = tell([huge], [], between(0, 3600), bounds=bounds)
    text = spoken(shown(told, bounds=bounds), "")
    assert ", Mean 2.100×10⁹," in text
    assert ", Integral 2.100×10⁹ °C·h, High 101325.5, Over 2.100×10⁹ °C·h," in text
    table = copied(shown(told, bounds=bounds), "")
    assert "2.100e9\t°C·h" in table
    assert "\t101325.5\t" in table


def test_times_are_copied_with_all_their_seconds() -> None:
    hours = series([(at_s, 1_234_567.25) for at_s in range(0, 90, 30)], "s", 20)
    trace = Trace(OCC)
    trace.series = (hours,)
    told = tell([hours], [], between(0, 60))
    (row,) = tables({OCC: told}, lambda _: trace, {}).values.rows
    assert ("342:56:07", ("1234567.25",)) in [(cell.text, cell.copied) for cell in row.cells]
