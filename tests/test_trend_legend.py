"""The list beside the plot and the crosshair whose values it shows: of one series, now and at a time."""

from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.recording import Recording
from t3monitor.ui.kit.texts import clock_text
from t3monitor.ui.trend.legend.legend_model import Column
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.time.time_range import Preset
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
    FAN,
    HOLE_S,
    HOURS,
    INTERVAL_S,
    SAT,
    SERIAL,
    Clock,
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
from values import NOW_S, device, snapshot

__all__ = ["clock", "file", "history", "settle", "view"]


def heading(view: TrendView) -> str:
    """What stands over the values in the list."""
    return str(view.legend.model().headerData(Column.VALUE, Qt.Orientation.Horizontal))


def test_the_list_names_the_site_of_a_point_where_there_are_several(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    row = LegendRow(view.legend, SAT)
    here = replace(panel(NOW_S), site="Office")
    view.describe(snapshot(here))
    assert row.small == "AHU-1 · Supply air temperature"
    view.describe(snapshot(here, device(2, 2, site="Plant")))
    assert row.small == "AHU-1 · Office · Supply air temperature"
    assert row.tip.startswith("AHU-1 SAT\nOffice\nSupply air temperature")


def test_a_point_says_its_panel_first_where_another_one_has_its_label(view: TrendView, settle: Settle) -> None:
    twin = PointKey(2, PointType.INPUT, 1)
    view.state.add([SAT, CO2, twin])
    settle(view)
    view.set_recording(Recording.of([SERIAL], ["INPUT"]))
    view.describe(snapshot(panel(NOW_S), device(2, 2, panel_name="AHU-2", inputs=inputs(NOW_S))))
    rows = [LegendRow(view.legend, key).small.split(" · ")[0] for key in (SAT, CO2, twin)]
    assert rows == ["AHU-1", "not recorded", "AHU-2"]


def test_a_point_that_is_not_recorded_says_so_in_the_list(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    view.describe(snapshot(panel(NOW_S)))
    settle(view)
    row = LegendRow(view.legend, SAT)
    view.set_recording(Recording.of([SERIAL], ["INPUT"]))
    assert row.small == "not recorded · AHU-1 · Supply air temperature"
    assert "shown but not stored" in row.tip
    view.set_recording(Recording.of([], ["INPUT"]))
    assert row.small == "AHU-1 · Supply air temperature"
    assert row.tip.startswith("AHU-1 SAT\nSupply air temperature\nIn sight")


def test_the_legend_tells_names_and_present_values(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, FAN])
    settle(view)
    row = LegendRow(view.legend, SAT)
    assert (row.label, row.small, row.value) == ("SAT", "237219", "")
    view.describe(snapshot(panel(NOW_S)))
    assert (row.label, row.small) == ("SAT", "AHU-1 · Supply air temperature")
    assert row.value == f"{inputs(NOW_S)[0].value:.2f} °C"
    assert LegendRow(view.legend, FAN).value in ("On", "Off")
    spoken = row.data(Column.NAME, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith(f"AHU-1 SAT, AHU-1 · Supply air temperature, Now {row.value}")
    assert row.data(Column.REMOVE, Qt.ItemDataRole.AccessibleTextRole) == "Remove AHU-1 SAT"


def test_what_is_chosen_in_the_list_is_drawn_and_its_figures_are_those_of_the_time_in_sight(
    view: TrendView, settle: Settle
) -> None:
    unread = PointKey(SERIAL, PointType.VARIABLE, 9)
    view.state.add([SAT, CO2, FAN, unread])
    settle(view)
    view.legend.style_chosen.emit(SAT, Style(3, 1, 2))
    view.legend.moved.emit(CO2, SAT, 0)
    view.legend.grouped_changed.emit(True)
    view.legend.pointed_at.emit(SAT)
    assert [drawn.key for drawn in view.traces.drawn(NOW_S)] == [CO2, SAT, FAN, unread]
    assert view.traces.drawn(NOW_S)[1].style == Style(3, 1, 2)
    assert view.plot._active == SAT
    rows = [row if isinstance(row, str) else row.key for row in view.legend.model().rows]
    assert rows == ["ppm", CO2, "°C", SAT, "States", FAN, unread]

    assert LegendRow(view.legend, SAT).figures == [""] * 4, "nothing is computed while something may move"
    view.readout.figures.compute_now()
    (series,) = view.traces[SAT].series
    lowest, _, highest, known = LegendRow(view.legend, SAT).figures
    assert (lowest, highest) == (f"{series.values.min():.2f}", f"{series.values.max():.2f}")
    assert known == "partial 21 %", "5 h and a little of 24"
    assert LegendRow(view.legend, unread).figures == ["", "", "", "partial 0 %"]


def test_a_value_that_is_not_of_the_present_says_so_in_the_legend(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    view.describe(snapshot(panel(NOW_S)))
    row = LegendRow(view.legend, SAT)
    value = row.value
    view.set_now(NOW_S + 299, 30)
    assert (row.value, row.value_is_muted) == (value, False)
    view.set_now(NOW_S + 301, 30)
    assert (row.value, row.value_is_muted) == (f"◐ {value}", True)
    assert row.small == "stale · AHU-1 · Supply air temperature"
    view.describe(snapshot())
    assert row.value == f"○ {value}"
    assert row.small == "no answer · AHU-1 · Supply air temperature"
    view.describe(snapshot(panel(NOW_S)))
    view.set_now(NOW_S, 30)
    assert (row.value, row.value_is_muted) == (value, False)
    assert row.small == "AHU-1 · Supply air temperature"


def test_the_crosshair_reads_every_point_at_its_time(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, FAN])
    settle(view)
    at_s = NOW_S - 3600
    view.plot.hovered.emit(float(at_s + 100))  # between two samples: the one before counts
    sat, co2, _, _, fan, _ = inputs(at_s)
    assert LegendRow(view.legend, SAT).value == f"{sat.value:.2f} °C"
    assert LegendRow(view.legend, CO2).value == f"{co2.value:.2f} ppm"
    assert LegendRow(view.legend, FAN).value == fan.value_text
    assert view.plots.foot.time_axis.cursor_text
    assert heading(view) == clock_text(at_s + 100)
    view.state.show_preset(Preset.WEEK)
    view.plot.hovered.emit(float(at_s))
    assert heading(view) == f"{datetime.fromtimestamp(at_s):%m-%d} {clock_text(at_s, seconds=False)}"
    view.plot.hovered.emit(None)
    assert LegendRow(view.legend, SAT).value == ""
    assert heading(view) == "Now"
    assert view.plots.foot.time_axis.cursor_text == ""


def test_the_crosshair_says_that_there_is_no_reading_in_holes(view: TrendView, settle: Settle, clock: Clock) -> None:
    view.state.add([SAT, FAN])
    settle(view)
    for hole_s in (HOLE_S[0] + 1200, NOW_S - HOURS * 3600 - 60):
        view.state.set_cursor(float(hole_s))
        assert LegendRow(view.legend, SAT).value == "no reading"
        assert LegendRow(view.legend, FAN).value == "no reading"
    clock.now_s += 7200  # since then nothing was read
    view.state.set_follow(True)
    view.state.set_cursor(NOW_S + 3600.0)
    assert LegendRow(view.legend, SAT).value == "no reading"


def test_the_mouse_over_the_plot_moves_the_crosshair(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT])
    settle(view)
    box = view.plot._curve_box.sceneBoundingRect()
    view.plot.scene().sigMouseMoved.emit(QPointF(box.center().x(), box.center().y()))
    assert view.state.cursor_s == pytest.approx(NOW_S - 43200 + 432, abs=200), "beside the present there is a sliver"
    view.plot.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert view.state.cursor_s is None
    view.plot.scene().sigMouseMoved.emit(box.center())
    QApplication.sendEvent(view.plot, QEvent(QEvent.Type.Leave))
    assert view.state.cursor_s is None


def test_keys_move_the_crosshair_from_sample_to_sample(view: TrendView, settle: Settle, qtbot: QtBot) -> None:
    view.state.add([SAT])
    settle(view)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S - INTERVAL_S
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.state.cursor_s == NOW_S
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.state.cursor_s is None


def test_a_hidden_point_stays_in_the_legend_but_leaves_the_plot(view: TrendView, settle: Settle) -> None:
    view.state.add([SAT, CO2, FAN])
    settle(view)
    for key in (CO2, FAN):
        LegendRow(view.legend, key).click(Column.SHOWN)
    assert lines(view.plot, CO2) == []
    assert list(view.plot.value_axes) == ["°C"]
    assert lane_names(view) == []
    assert view.state.points == [SAT, CO2, FAN]
    LegendRow(view.legend, CO2).click(Column.SHOWN)
    assert drawn(view, CO2)[0].size
    assert message(view) == ""
    for key in (SAT, CO2):
        LegendRow(view.legend, key).click(Column.SHOWN)
    assert message(view) == "All points are hidden: tick one in the list"
