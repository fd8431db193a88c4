"""What is drawn of points: lines with their holes, an axis for each unit, lanes of states, dots."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.trend.plot.lanes import stretches
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
    FAN,
    HOLE_S,
    HOURS,
    INTERVAL_S,
    OCC,
    SAT,
    SERIAL,
    VALVE,
    History,
    Settle,
    clock,
    drawn,
    file,
    history,
    inputs,
    lane_names,
    lines,
    message,
    panel,
    settle,
    view,
)
from values import NOW_S, device, report, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


def test_an_empty_plot_says_how_to_fill_it(view: TrendView, settle: Settle, history: History) -> None:
    settle(view)
    assert message(view) == "Double-click or drag a point here to plot it"
    assert not view.legend.isVisible()
    assert history.asked == []


def test_an_added_point_is_loaded_and_drawn_with_its_hole(view: TrendView, settle: Settle, file: Path) -> None:
    view.state.add([SAT])
    assert message(view) == "Loading history…"
    settle(view)
    (stored,) = HistoryReader(sqlite_url(file)).read(SAT, 0, NOW_S, 10_000)
    times, values = drawn(view, SAT)
    line = drawn_line(stored, NOW_S)
    np.testing.assert_array_equal(times, line.times_s)
    np.testing.assert_allclose(values, line.values)
    assert times[np.isnan(values)].tolist() == [HOLE_S[0] + INTERVAL_S]
    assert message(view) == ""
    assert view.state.points == [SAT]


def test_a_point_is_added_once(view: TrendView, settle: Settle, history: History) -> None:
    view.state.add([SAT, SAT])
    view.state.add([SAT])
    settle(view)
    assert view.state.points == [SAT]
    assert len(history.asked) == 1


def test_each_unit_has_an_axis_the_first_on_the_left(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, VALVE])
    settle(view)
    assert [(axis.unit, axis.on_left) for axis in view.plot.value_axes.values()] == [
        ("°C", True),
        ("ppm", False),
        ("%", False),
    ]
    places = [axis.sceneBoundingRect().center().x() for axis in view.plot.value_axes.values()]
    assert places[0] < places[1] < places[2]


def test_every_value_in_sight_is_within_its_axis(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2])
    settle(view)
    for key, unit in ((SAT, "°C"), (CO2, "ppm")):
        _, values = drawn(view, key)
        scale = view.plot.axes.fit.scales[unit]
        assert scale.lowest <= np.nanmin(values) < np.nanmax(values) <= scale.highest


def test_points_of_one_unit_share_an_axis_that_goes_with_the_last_of_them(view: TrendView, settle: Settle) -> None:
    other = PointKey(SERIAL, PointType.OUTPUT, 1)  # °C too
    view.state.add([SAT, CO2, other])
    settle(view)
    assert list(view.plot.value_axes) == ["°C", "ppm"]
    view.state.remove(SAT)
    assert list(view.plot.value_axes) == ["ppm", "°C"]
    view.state.remove(other)
    assert list(view.plot.value_axes) == ["ppm"]


def test_digital_points_are_lanes_and_no_curves(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, FAN, OCC])
    settle(view)
    assert lane_names(view) == ["FAN", "OCC"]
    assert lines(view.plot, FAN) == []
    assert list(view.plot.value_axes) == ["°C"]


def test_a_lane_shows_each_state_from_its_first_sample_to_the_next_change(file: Path) -> None:
    (fan,) = HistoryReader(sqlite_url(file)).read(FAN, 0, NOW_S, 10_000)
    found = stretches(fan, NOW_S)
    covered = float(np.sum(found.ends - found.starts))
    assert covered == HOURS * 3600 - (HOLE_S[1] - HOLE_S[0]) + INTERVAL_S, "the hole is no state"
    for start, end, state in zip(found.starts, found.ends, found.states, strict=True):
        inside = fan.values[(fan.times_utc_s >= start) & (fan.times_utc_s < end)]
        assert (inside == float(state)).all()


def test_the_newest_state_holds_until_now_unless_it_is_old(file: Path) -> None:
    (fan,) = HistoryReader(sqlite_url(file)).read(FAN, 0, NOW_S, 10_000)
    assert stretches(fan, NOW_S + 200).ends[-1] == NOW_S + 200
    assert stretches(fan, NOW_S + 9000).ends[-1] == NOW_S + INTERVAL_S


def test_lanes_of_equal_names_tell_their_panels(view: TrendView, settle: Settle) -> None:
    other = PointKey(SERIAL, PointType.INPUT, 6)
    view.state.add([FAN, other])
    settle(view)
    alike = tuple(entry._replace(label="FAN") for entry in inputs(NOW_S))
    view.describe(snapshot(device(SERIAL, panel_name="AHU-1", inputs=alike, input_logging_time=NOW_S)))
    assert lane_names(view) == ["AHU-1 FAN (IN5)", "AHU-1 FAN (IN6)"]


def test_another_theme_changes_the_colours_and_keeps_the_lines(
    view: TrendView, settle: Settle, qapp: QApplication
) -> None:
    apply_theme(qapp, LIGHT)
    view.state.add([SAT, FAN])
    settle(view)
    count = drawn(view, SAT)[0].size
    light = view.grab().toImage().pixelColor(304, 196)
    apply_theme(qapp, DARK)
    QApplication.sendPostedEvents()
    dark = view.grab().toImage().pixelColor(304, 196)
    assert light.lightness() > 200 > 60 > dark.lightness()
    assert view.plot.lanes[0].colour == DARK.curves[1]
    assert drawn(view, SAT)[0].size == count


def test_a_sample_between_two_holes_is_a_dot(view: TrendView, settle: Settle, tmp_path: Path, history: History) -> None:
    file = tmp_path / "sparse.db"
    database = Database(f"sqlite:///{file}")
    writer = Writer(database)
    for time_s in (NOW_S - 9000, NOW_S - 6000, NOW_S - 5700, NOW_S - 1000):
        with writer.cycle(INTERVAL_S) as transaction:
            transaction.log(panel(time_s))
            transaction.record(report())
    database.close()
    history._reader = HistoryReader(sqlite_url(file))
    view.state.add([SAT])
    settle(view)
    (curve,) = view.plot._curves.values()
    assert curve.line.times_s[curve.line.alone].tolist() == [NOW_S - 9000, NOW_S - 1000]
