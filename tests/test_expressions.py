"""Expressions over points: what they come to, in which unit, and why some are refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t3monitor.model.expressions import ExpressionError, is_expression_of, lookback_s, parsed, text_of, tree_of, written
from t3monitor.model.holes import known_until
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history import psychrometrics
from t3monitor.store.history.computed import computed, present, read_from_s
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.series.point_names import Named, PointNames

POINTS: dict[str, tuple[float, str, int, bool]] = {  # value, unit, range, digital
    "SAT": (20.0, "°C", 3, False),
    "MAT": (15.0, "°C", 3, False),
    "OAT": (50.0, "°F", 4, False),
    "VLV": (40.0, "%Open", 30, False),
    "RH": (50.0, "%", 27, False),
    "FAN": (1.0, "", 1, True),
    "MODE": (2.0, "", 101, False),
    "kWh": (100.0, "kWH", 10, False),
    "kW": (3.0, "kW", 9, False),
    "SPACE TMP": (21.0, "°C", 3, False),
    "DP": (1.0, "inWC", 7, False),
    "SP": (250.0, "Pa", 4, False),
    "CFM": (1000.0, "CFM", 14, False),
    "min": (7.0, "°C", 3, False),
}
NAMES = list(POINTS)


def find(name: str) -> PointKey:
    if name not in POINTS:
        raise ExpressionError(f"There is no point {name}")
    return PointKey(1, PointType.INPUT, NAMES.index(name) + 1)


def series_of(times: Any, values: Any, name: str = "SAT", spacing_s: float = 30.0) -> Series:
    at = np.array(times, dtype=float)
    until = known_until(at[:-1], spacing_s, at[1:])
    holes = Holes(until[until < at[1:]], at[1:][until < at[1:]])
    _, units, range_, digital = POINTS[name]
    return Series(at, np.array(values, dtype=float), holes, units, range_, digital, name, spacing_s)


def now(text: str) -> tuple[float | None, str]:
    """What it comes to with the present values, rounded, and its unit."""
    key = parsed(text, find)
    names = [NAMES[point.point_index - 1] for point in key.points]
    found = present(key.expression, [series_of([0], [POINTS[name][0]], name) for name in names], names)
    return (None if np.isnan(found.values[0]) else round(float(found.values[0]), 3)), found.unit.text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("SAT − MAT", 5, "Δ°C"),
        ("SAT - OAT", 10, "Δ°C"),
        ("OAT - SAT", -18, "Δ°F"),
        ("avg(SAT, MAT, OAT)", 15, "°C"),
        ("min(SAT, OAT)", 10, "°C"),
        ("max(SAT, MAT - 2, 30)", 30, "°C"),
        ("MAT + 0.5 * (SAT - MAT)", 17.5, "°C"),
        ("(SAT - MAT) × CFM", 5000, "Δ°C·CFM"),
        ("'SPACE TMP' - SAT", 1, "Δ°C"),
        ("SAT - 2", 18, "°C"),
        ("DP + SP", 2.004, "inWC"),
        ("SP + DP", 499.089, "Pa"),
        ("kWh / kWh", 1, ""),
        ("abs(MAT - SAT)", 5, "Δ°C"),
        ("SAT > 19 and not MODE == 1", 1, ""),
        ("FAN", 1, ""),
        ("min - MAT", -8, "Δ°C"),
        ("dew_point(SAT, RH)", 9.272, "°C"),
        ("wet_bulb(OAT, RH)", 41.965, "°F"),
        ("enthalpy(SAT, RH, SP + 101075)", 38.552, "kJ/kg"),
        ("enthalpy(OAT, RH)", 16.107, "Btu/lb"),
        ("(SAT - MAT) / (MAT - MAT)", None, "Δ°C/Δ°C"),
    ],
)
def test_what_it_comes_to(text: str, value: float | None, unit: str) -> None:
    found = now(text)
    assert found[0] == (None if value is None else pytest.approx(value, abs=0.002))
    assert found[1] == ("" if unit == "Δ°C/Δ°C" else unit)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SAT + VLV", "SAT (°C) and VLV (%Open) are different quantities, and so cannot be added"),
        ("SAT - VLV", "SAT (°C) and VLV (%Open) are different quantities, and so cannot be taken from each other"),
        ("avg(SAT, kW)", "SAT (°C) and kW (kW) are different quantities, and so cannot be taken together"),
        ("SAT > MAT - OAT", "different quantities, and so cannot be compared"),
        ("RH + VLV", "different quantities"),
        ("SAT + MAT", "are temperatures, which cannot be added: write avg for their mean, or - for their difference"),
        ("SAT * 2", "SAT is a temperature, which cannot be multiplied or divided"),
        ("(SAT - MAT) - MAT", "MAT is a temperature, which cannot be taken from a difference"),
        ("FAN + 1", "FAN is a state, not a number"),
        ("MODE * 2", "MODE is a state, not a number"),
        ("hours_on(SAT)", "SAT (°C) is not a state: compare it"),
        ("enthalpy(SAT, VLV)", "enthalpy wants a relative humidity in % second, and not VLV"),
        ("dew_point(RH, SAT)", "dew_point wants a temperature first, and not RH"),
        ("dew_point(SAT)", "dew_point wants 2 values in its brackets"),
        ("delta(SAT, 1000)", "The hours of delta are a number up to 744"),
        ("SAT -", "Something is missing at its end"),
        ("SAT and", "Something is missing at its end"),
        ("(SAT - MAT", "A bracket is not closed: ) is missing"),
        ("SAT - MAT)", "A bracket is closed that was not opened: ( is missing"),
        ("'SPACE TMP - SAT", "A quote is not closed"),
        (
            "SPACE TMP - SAT",
            "Between SPACE and TMP something is missing; if they are one name, it wants quotes: 'SPACE TMP'",
        ),
        ("SAT and MAT OAT", "Between MAT and OAT something is missing"),
        ("AHU-1.SAT - MAT", "The name AHU-1.SAT wants quotes: 'AHU-1.SAT'"),
        ("SAT = 20", "Two values are compared with ==, as in SAT == 20"),
        ("SAT - 68°F", "write it without its unit"),
        ("SAT - 20,5", "Numbers have a decimal point, as in 20.5"),
        ("10 < SAT < 20", "Write and between two comparisons"),
        ("SAT; MAT", "It is not complete"),
        ("FOO - SAT", "There is no point FOO"),
        ("foo(SAT)", "There is no function foo"),
        ("SAT.__class__", "There is no point SAT.__class__"),
        ("SAT ** 99", "It may have numbers, points"),
        ("(lambda: SAT)()", "There is no function"),
        ("[SAT for SAT in SAT]", "It may have"),
        ("True + SAT", "True is no number"),
        ("1 + 1", "There is no point in it"),
        ("", "Write an expression"),
        ("(" * 500 + "SAT" + ")" * 500, "It is"),
        ("SAT" * 400, "It is longer than 1000 characters"),
    ],
)
def test_what_has_no_sense_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        now(text)
    assert reason in str(refused.value)
    assert not str(refused.value).endswith(".")


def test_it_is_kept_with_places_for_its_points_and_shown_with_their_names() -> None:
    key = parsed("max('SPACE TMP', SAT) − MAT × 0 + SAT", find)
    assert key.expression == "max(p0, p1) - p2 * 0 + p1"
    assert key.points == (find("SPACE TMP"), find("SAT"), find("MAT"))
    assert text_of(key.expression, ["SPACE TMP", "SAT", "p1"]) == "max(SPACE TMP, SAT) − p1 × 0 + SAT"
    assert is_expression_of(key.expression, 3)
    assert not is_expression_of(key.expression, 2)
    assert not is_expression_of("__import__('os')", 1)
    assert [written(name) for name in ("SAT", "AHU.SAT", "AHU-1.SAT", "SPACE TMP", "3", "if", "min")] == [
        *("SAT", "AHU.SAT"),
        *("'AHU-1.SAT'", "'SPACE TMP'", "'3'", "'if'", "'min'"),
    ]


def test_names_are_labels_where_they_are_enough() -> None:
    keys = [PointKey(serial, PointType.INPUT, index) for serial in (1, 2) for index in (1, 2)]
    labels = ["SAT", "OAT", "SAT", ""]
    panels = ["AHU-1", "AHU-1", "AHU-2", "AHU-2"]
    named = [Named(*all_) for all_ in zip(keys, panels, labels, strict=True)]
    names = PointNames(named)
    assert [names.name(key) for key in keys] == ["AHU-1.SAT", "OAT", "AHU-2.SAT", "AHU-2.IN2"]
    assert [names.find(names.name(key)) for key in keys] == keys
    assert names.find("ahu-1.sat") == keys[0]
    with pytest.raises(ExpressionError, match=r"Several points are called SAT: write 'AHU-1\.SAT'"):
        names.find("SAT")
    assert PointNames(named, keys[2:]).find("SAT") == keys[2], "the one that is on the plot"


# made with PsychroLib 2.5.0, whose wet bulb temperatures are within 0.001 °C
@pytest.mark.parametrize(
    ("celsius", "relative", "pressure", "vapour", "ratio", "heat", "dew", "wet"),
    [
        (25, 0.5, 101325, 3169.216470, 0.00988104369, 50.32195880, 13.86397327, 17.889432),
        (30, 0.8, 95461, 4246.030244, 0.02294744731, 88.85203329, 26.16859324, 27.049274),
        (-5, 0.9, 101325, 401.7641225, 0.00222741747, 0.520056112, -6.226964986, -5.439443),
        (0, 0.6, 101325, 611.1535709, 0.00225897551, 5.649697741, -6.064372857, -2.355941),
        (7, 0.61, 100000, 1001.959647, 0.00382467538, 16.65731039, 0.000830826, 3.926329),
        (35, 0.15, 84000, 5627.819447, 0.00631379836, 51.41183798, 4.527880056, 16.305046),
    ],
)
def test_moist_air_is_as_the_handbook_has_it(
    celsius: float, relative: float, pressure: float, vapour: float, ratio: float, heat: float, dew: float, wet: float
) -> None:
    assert psychrometrics.saturation_pressure(celsius) == pytest.approx(vapour, rel=1e-8)
    assert psychrometrics.humidity_ratio(celsius, relative, pressure) == pytest.approx(ratio, rel=1e-8)
    assert psychrometrics.enthalpy(celsius, relative, pressure) == pytest.approx(heat, rel=1e-8)
    assert psychrometrics.dew_point(celsius, relative) == pytest.approx(dew, abs=1e-7)
    assert psychrometrics.wet_bulb(celsius, relative, pressure) == pytest.approx(wet, abs=1.1e-3)


def held(series: Series, time_s: float) -> float | None:
    """The reading in force, by the rule for holes alone."""
    place = series.place_at(time_s, float(series.times_utc_s[-1]))
    return None if place is None else float(series.values[place])


@settings(max_examples=2 * settings().max_examples)
@given(
    st.lists(st.tuples(st.sampled_from([10, 30, 60, 90, 400]), st.integers(0, 9)), min_size=3, max_size=40),
    st.lists(st.tuples(st.sampled_from([20, 30, 75, 200]), st.integers(0, 9)), min_size=3, max_size=40),
)
def test_what_looks_back_is_what_the_raw_samples_say(
    first: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    a, b = (
        series_of(np.cumsum([gap for gap, _ in part]), [value for _, value in part], name)
        for part, name in ((first, "SAT"), (other, "MAT"))
    )
    end_s = float(min(a.times_utc_s[-1], b.times_utc_s[-1]))
    window_s = 180
    (change,) = computed("delta(p0, 0.05) + (p1 - p0)", [[a], [b]], 0.0, end_s) or (None,)
    for time_s in change.times_utc_s[change.times_utc_s <= end_s] if change else ():
        now_a, now_b, before = held(a, time_s), held(b, time_s), held(a, time_s - window_s)
        assert None not in (now_a, now_b, before)
        found = change.values[np.searchsorted(change.times_utc_s, time_s)] if change else None
        assert found == pytest.approx((now_a or 0) - (before or 0) + (now_b or 0) - (now_a or 0))
    (hours,) = computed("hours_on(p0 > p1, 0.05)", [[a], [b]], 0.0, end_s) or (None,)
    for time_s in np.union1d(a.times_utc_s, b.times_utc_s):
        if time_s > end_s:
            continue
        pairs = [(held(a, at_s), held(b, at_s)) for at_s in np.arange(time_s - window_s, time_s, 1.0)]
        known = [(one, two) for one, two in pairs if one is not None and two is not None]
        place = hours.place_at(time_s, end_s) if hours else None
        if held(a, time_s) is None or held(b, time_s) is None or len(known) < 0.98 * window_s:
            assert place is None
        elif len(known) == window_s and hours:
            assert place is not None
            assert hours.values[place] * 3600 == pytest.approx(sum(one > two for one, two in known))


def test_what_looks_back_is_read_from_then_on_and_begins_where_it_is_asked_for() -> None:
    expression = "delta(rate(p0, 2), 3)"
    assert lookback_s(tree_of(expression)) == 5 * 3600
    assert read_from_s(expression, 20_000.0) == 2000.0
    times = np.arange(0.0, 40_000.0, 30.0)
    (found,) = computed("delta(p0)", [[series_of(times, times)]], 20_000.0, 39_000.0)
    assert found.times_utc_s[0] == 19_980.0, "and the reading before"
    assert set(found.values) == {3600.0}


def test_a_counter_that_is_set_to_zero_goes_on() -> None:
    values = [10.0, 20.0, 30.0, 5.0, 15.0]
    (found,) = computed("delta(p0, 0.025)", [[series_of([0, 30, 60, 90, 120], values, "kWh")]], 0.0, 120.0)
    assert (found.times_utc_s.tolist(), found.values.tolist()) == ([90, 120], [25, 25])
    assert found.units == "kWh"


def test_where_it_has_no_value_is_a_hole() -> None:
    a, b = series_of([0, 30, 60, 90], [8, 8, 8, 8], "CFM"), series_of([0, 30, 60, 90], [2, 0, 4, 0], "kW")
    (found,) = computed("p0 / p1", [[a], [b]], 0.0, 90.0)
    assert found.values.tolist() == [4, 2]
    assert list(zip(*found.holes, strict=True)) == [(30, 60), (90, np.inf)]
    assert found.place_at(45, 100) is None
