"""Several plots above each other: one time, edges in line, and points that are dragged from one to another."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.notes import Note
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.points.mime import POINTS_MIME_TYPE, encode_point_keys
from t3monitor.ui.trend.legend.legend_model import Column
from t3monitor.ui.trend.plot.arrivals import arrived
from t3monitor.ui.trend.plot.curves import CurvesItem
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
    FAN,
    HOLE_S,
    NOW_S,
    OCC,
    SAT,
    VALVE,
    Clock,
    History,
    Settle,
    clock,
    file,
    history,
    lines,
    message,
    settle,
)

__all__ = ["clock", "file", "history", "settle"]


@pytest.fixture
def view(
    qtbot: QtBot, file: Path, history: History, clock: Clock, loop: asyncio.AbstractEventLoop, settle: Settle
) -> Iterator[TrendView]:
    async def explain(keys: Sequence[PointKey], start_s: float, end_s: float) -> dict[PointKey, Any]:
        return dict(holes_of_points(sqlite_url(file), keys, start_s, end_s, NOW_S))

    view = TrendView(history.load, clock, explain=explain, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    view.state.add([SAT, CO2, VALVE, FAN])
    settle(view)
    QApplication.processEvents()
    yield view
    view.loader.cancel()


def plots(view: TrendView) -> list[int]:
    return [chosen.plot for chosen in view.state.series]


def drop(view: TrendView, mime: QMimeData, at: QPoint) -> None:
    place = view.plots.mapTo(view, at)
    mouse = (Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, QDragEnterEvent(place, *mouse))
    QApplication.sendEvent(view, QDropEvent(QPointF(place), *mouse))
    QApplication.processEvents()


def row(view: TrendView, key: object) -> QMimeData:
    model = view.legend.model()
    return model.mimeData([view.legend.cell(key, Column.NAME)])  # type: ignore[arg-type]


def test_a_point_goes_to_a_new_plot_and_back_and_empty_plots_vanish(view: TrendView, settle: Settle) -> None:
    view.state.show_in(CO2, 1, anew=True)
    view.state.show_in(FAN, 2, anew=True)
    assert plots(view) == [0, 1, 0, 2]
    assert [[key for key, _ in plot._curves] for plot in view.plots.plots] == [[SAT, VALVE], [CO2], []]
    assert [len(plot.lanes) for plot in view.plots.plots] == [0, 0, 1]
    view.state.show_in(VALVE, 1, anew=True)
    assert plots(view) == [0, 2, 1, 3]
    view.state.show_in(VALVE, 0)
    view.state.remove(CO2)
    assert plots(view) == [0, 0, 1]
    assert view.plots.splitter.count() == len(view.plots.plots) == 2
    view.state.undo()
    settle(view)
    assert plots(view) == [0, 1, 0, 2]
    assert len(view.plots.plots) == 3
    assert len(lines(view.plots.plots[1], CO2)) == 1
    view.state.remove_all()
    assert view.plots.plots == [view.plots.lowest]


def test_all_plots_have_one_time_and_stand_in_line_with_each_other_and_with_the_time_axis(view: TrendView) -> None:
    view.state.show_in(CO2, 1, anew=True)
    view.state.show_in(FAN, 2, anew=True)
    view.state.zoom(0.5)
    view.draw_now()
    view.state.set_cursor(HOLE_S[0] - 60)
    foot = view.plots.foot
    boxes = [plot._lane_box if plot.lanes else plot._curve_box for plot in view.plots.plots] + [foot.strip]
    for each in (*view.plots.plots, foot):
        each.lay_out()
    assert (foot.time_axis.pos().x(), foot.time_axis.size().width()) == (
        foot.strip.pos().x(),
        foot.strip.size().width(),
    )
    assert len({box.shown for box in boxes}) == 1
    assert len({(box.sceneBoundingRect().left(), box.sceneBoundingRect().right()) for box in boxes}) == 1
    assert len({box._cursor.line().x1() for box in boxes}) == 1
    assert [list(plot.value_axes) for plot in view.plots.plots] == [["°C", "%"], ["ppm"], []]


def test_a_hole_is_shown_in_each_plot_and_a_new_one_knows_what_the_others_do(view: TrendView, settle: Settle) -> None:
    view.reload()
    view.state.show_range(TimeRange(HOLE_S[0] - 600, HOLE_S[0] + 600))
    settle(view)
    view.state.show_in(CO2, 1, anew=True)
    shown = [[len(row.pieces.starts) for row in plot._curve_holes.rows] for plot in view.plots.plots]
    assert shown[0] == shown[1]
    assert shown[0][0] > 0
    (lane,) = view.plots.plots[0]._lane_holes.rows
    assert len(lane.pieces.starts) > 0
    view.plots.set_active(SAT)
    view.state.show_in(FAN, 2, anew=True)
    assert [plot._active for plot in view.plots.plots] == [SAT] * 3, "a new one is told what all were"


def test_the_stretch_of_a_note_is_a_tint_behind_curves_and_lanes_of_each_plot(
    view: TrendView, qapp: QApplication
) -> None:
    apply_theme(qapp, LIGHT)
    view.state.show_in(CO2, 1, anew=True)
    view.state.show_in(FAN, 0)
    since_s, until_s = NOW_S - 5 * 3600.0, NOW_S - 4 * 3600.0
    view.marks.set_notes(
        [Note(since_s, until_s, None, "Coil test", "ann", 0.0, 0.0), Note(NOW_S - 7200.0, None, None, "", "ann", 0, 0)]
    )
    QApplication.processEvents()
    tinted = round(0.91 * LIGHT.base.red() + 0.09 * LIGHT.accent.red())

    def is_tinted(plot: TrendPlot, box: TimeBox, time_s: float) -> bool:
        image = plot.grab().toImage()  # lays it out
        place = box.sceneBoundingRect()
        x = round(box.mapToScene(QPointF(box.x_of(time_s), 0)).x())
        ys = range(round(place.top()) + 1, round(place.bottom()) - 1)
        reds = [image.pixelColor(x, y).red() for y in ys]
        return any(abs(red - tinted) <= 1 for red in reds)

    first, second = view.plots.plots
    for plot, box in ((first, first._curve_box), (second, second._curve_box), (first, first._lane_box)):
        shown = [is_tinted(plot, box, at_s) for at_s in (since_s - 900, since_s + 1800, until_s + 900)]
        assert shown == [False, True, False]
    view.state.set_marks(False)
    QApplication.processEvents()
    assert not is_tinted(second, second._curve_box, since_s + 1800)


def test_points_are_dragged_to_the_plot_beneath_the_mouse_and_to_a_new_one_at_the_time_axis(view: TrendView) -> None:
    middle = QPoint(300, 100)
    foot = QPoint(300, view.plots.height() - 10)
    drop(view, row(view, CO2), foot)
    assert plots(view) == [0, 1, 0, 0]
    drop(view, row(view, FAN), QPoint(300, view.plots.lowest.y() + 20))
    assert plots(view) == [0, 1, 0, 1]
    drop(view, row(view, CO2), middle)
    assert plots(view) == [0, 0, 0, 1]
    view.state.remove(SAT)
    points = QMimeData()
    points.setData(POINTS_MIME_TYPE, encode_point_keys([SAT]).data(POINTS_MIME_TYPE))
    drop(view, points, QPoint(300, view.plots.lowest.y() + 20))
    assert [(chosen.key, chosen.plot) for chosen in view.state.series][-1] == (SAT, 1)


def test_the_list_has_the_points_of_each_plot_beneath_its_name_and_a_row_is_moved_there(view: TrendView) -> None:
    view.state.show_in(CO2, 1, anew=True)
    model = view.legend.model()

    def names() -> list[str]:
        rows = range(model.rowCount())
        return [str(model.index(row, 0).data() or model.index(row, Column.NAME).data()) for row in rows]

    assert names() == ["Plot 1", "SAT", "VLV", "FAN", "Plot 2", "CO2"]
    model.dropMimeData(row(view, FAN), Qt.DropAction.MoveAction, 5, 0, model.index(-1, -1))
    assert names() == ["Plot 1", "SAT", "VLV", "Plot 2", "FAN", "CO2"]
    view.state.set_grouped(True)
    assert names() == ["Plot 1 · °C", "SAT", "Plot 1 · %", "VLV", "Plot 2 · States", "FAN", "Plot 2 · ppm", "CO2"]


def test_the_menu_of_a_point_offers_the_other_plots_and_new_ones(view: TrendView) -> None:
    view.state.show_in(CO2, 1, anew=True)
    menu = view.series_menu(SAT)
    plots_menu = next(action.menu() for action in menu.actions() if action.text() == "Show in")
    offers = {action.text(): action for action in plots_menu.actions()}  # type: ignore[union-attr]
    assert [text for text in offers if text] == ["Plot 1", "Plot 2", "New plot above", "New plot below"]
    assert offers["Plot 1"].isChecked()
    offers["Plot 2"].trigger()
    assert plots(view) == [1, 1, 0, 0]


def test_heights_that_a_user_chose_are_kept_until_plots_come_or_go(view: TrendView) -> None:
    view.state.show_in(CO2, 1, anew=True)
    assert view.save_state()["heights"] == []
    view.plots.splitter.moveSplitter(100, 1)
    view.views.save_as("Low above high")
    saved = view.save_state()
    assert saved["heights"] == view.plots.splitter.sizes()
    view.state.undo()
    assert view.plots.splitter.sizes() != saved["heights"], "both are alike again"
    view.state.redo()
    assert view.plots.splitter.sizes() == saved["heights"]
    view.state.remove(CO2)
    assert view.save_state()["heights"] == []
    view.restore_state(saved)
    assert view.plots.splitter.sizes() == saved["heights"]
    view.restore_state(saved | {"heights": [3, "x"]})
    assert len(view.plots.plots) == 2
    assert view.save_state()["heights"] == []
    view.views.open("Low above high")
    assert view.plots.splitter.sizes() == saved["heights"]


def test_plots_are_saved_and_a_damaged_number_is_the_first_plot(view: TrendView) -> None:
    view.state.show_in(CO2, 1, anew=True)
    saved = to_json(view.state.shown, ())
    assert [chosen.plot for chosen in from_json(saved)[0].series] == [0, 1, 0, 0]
    assert [chosen.plot for chosen in from_json(saved | {"plots": ["x", 7, -1]})[0].series] == [0, 0, 0, 0]


def test_in_a_low_window_curves_and_lanes_keep_a_height_and_scroll_above_the_time_axis(
    view: TrendView, settle: Settle
) -> None:
    view.state.add([OCC, *(ComparedKey(key, days) for key in (FAN, OCC) for days in range(1, 6))])
    settle(view)
    view.resize(900, 300)
    QApplication.processEvents()
    plots, plot, bar = view.plots, view.plot, view.plots._scroll.verticalScrollBar()

    def heights() -> tuple[float, float]:
        plot.lay_out()
        return plot._curve_box.size().height(), plot._lane_box.size().height() / len(plot.lanes)

    assert heights() == (64, 15)
    assert plots.foot.mapTo(plots, QPoint()).y() + plots.foot.height() == plots.height(), "in sight"
    assert bar.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert bar.value() > 0
    foot = plots.foot
    foot.lay_out()
    right = foot.mapTo(plots, foot.mapFromScene(foot.strip.sceneBoundingRect().topRight())).x()
    assert right == plot.mapTo(plots, plot.mapFromScene(plot._curve_box.sceneBoundingRect().topRight())).x()
    view.resize(900, 420)
    QApplication.processEvents()
    assert not bar.isVisible()
    assert heights()[0] == 64
    assert 15 < heights()[1] < 20
    view.resize(900, 700)
    QApplication.processEvents()
    assert heights()[0] > 200
    assert heights()[1] == 20
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert bar.value() == 0


def test_plots_above_each_other_have_a_height_each_and_scroll(view: TrendView) -> None:
    for plot, key in enumerate((CO2, VALVE, FAN), 1):
        view.state.show_in(key, plot, anew=True)
    view.resize(900, 300)
    QApplication.processEvents()
    assert [plot.height() >= plot.least_px for plot in view.plots.plots] == [True] * 4
    assert [plot._curve_box.size().height() for plot in view.plots.plots][:3] == [64] * 3
    assert view.plots._scroll.verticalScrollBar().isVisible()
    assert view.plots.needed_px > view.plots.height()
    view.resize(900, 900)
    QApplication.processEvents()
    assert not view.plots._scroll.verticalScrollBar().isVisible()


def is_in_sight(view: TrendView, key: object) -> bool:
    """Whether its lane, or the plot of its curve, is within what scrolls."""
    QApplication.processEvents()
    (plot,) = (plot for plot in view.plots.plots if plot.place_of(key) is not None)
    place = plot.place_of(key)
    assert place is not None
    place.translate(plot.mapTo(view.plots._scroll.viewport(), QPoint()))
    return place.top() >= 0 and place.bottom() <= view.plots._scroll.viewport().height()


def test_where_plots_scroll_what_was_just_put_there_is_in_sight(view: TrendView, settle: Settle) -> None:
    for plot, key in enumerate((CO2, VALVE, FAN), 1):
        view.state.show_in(key, plot, anew=True)
    view.resize(900, 300)
    bar = view.plots._scroll.verticalScrollBar()
    QApplication.processEvents()
    bar.setValue(0)
    view.state.show_in(SAT, view.plots.lowest.number + 1, anew=True)
    assert is_in_sight(view, SAT)
    assert bar.value() > 0
    view.state.undo()
    assert is_in_sight(view, SAT)
    assert bar.value() == 0
    view.state.add([ComparedKey(FAN, days) for days in range(1, 9)], view.plots.lowest.number)
    settle(view)
    assert is_in_sight(view, ComparedKey(FAN, 8)), "a lane, once its readings are there"
    bar.setValue(0)
    view.state.pan(-600)
    settle(view)
    QApplication.processEvents()
    assert bar.value() == 0, "what stays where it is moves nothing"


def test_a_lane_that_makes_its_plot_higher_is_in_sight_whole(
    view: TrendView, settle: Settle, loop: asyncio.AbstractEventLoop
) -> None:
    view.resize(900, 300)
    view.state.add([ComparedKey(FAN, days) for days in range(1, 12)])
    settle(view)
    QApplication.processEvents()
    for days in range(12, 16):
        view.plots._scroll.verticalScrollBar().setValue(0)
        view.state.add([ComparedKey(FAN, days)])
        for _ in range(3):
            view.loader.flush()
            loop.run_until_complete(asyncio.sleep(0))
        view.plots._scroll_timer.timeout.emit()  # before all is laid out
        assert is_in_sight(view, ComparedKey(FAN, days))


def test_where_plots_scroll_the_keys_of_the_list_scroll_to_its_series_and_the_mouse_does_not(
    view: TrendView, settle: Settle
) -> None:
    view.state.add([OCC])
    for plot, key in enumerate((CO2, VALVE, FAN, OCC), 1):
        view.state.show_in(key, plot, anew=True)
    settle(view)
    view.resize(900, 300)
    QApplication.processEvents()
    bar, legend = view.plots._scroll.verticalScrollBar(), view.legend
    bar.setValue(0)
    legend.pointed_at.emit(OCC)
    assert not is_in_sight(view, OCC)
    legend.setCurrentIndex(legend.cell(SAT, Column.NAME))
    while legend.currentIndex().row() < legend.cell(OCC, Column.NAME).row():
        QTest.keyClick(legend, Qt.Key.Key_Down)
    assert is_in_sight(view, OCC)
    while legend.currentIndex().row() > legend.cell(SAT, Column.NAME).row():
        QTest.keyClick(legend, Qt.Key.Key_Up)
    assert is_in_sight(view, SAT)


def test_a_series_was_moved_if_it_stands_otherwise_to_the_others_whatever_their_plots_are_called() -> None:
    first = {SAT: 0, CO2: 1, VALVE: 2, FAN: 2}
    assert arrived({}, first) is None
    assert arrived(first, first) is None
    assert arrived(first, {SAT: 3, CO2: 0, VALVE: 1, FAN: 1}) == SAT
    assert arrived(first, {SAT: 0, CO2: 1, VALVE: 2, FAN: 3}) == FAN
    assert arrived(first, {SAT: 0, VALVE: 1, FAN: 1}) is None, "one went"
    assert arrived(first, first | {OCC: 2}) == OCC
    assert arrived(first, {OCC: 0}) is None, "all are others"


def test_what_cannot_be_drawn_leaves_no_old_line_under_new_axes_and_says_so(
    view: TrendView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.state.show_in(CO2, 1, anew=True)

    def colours() -> int:
        """How many pixels of both plots have the colour of a line."""
        QApplication.processEvents()
        lines = {curve.colour.rgb() for plot in view.plots.plots for curve in plot._curves.values()}
        images = [plot.grab().toImage() for plot in view.plots.plots]
        boxes = [plot._curve_box.sceneBoundingRect().toRect() for plot in view.plots.plots]
        return sum(
            image.pixel(x, y) in lines
            for image, box in zip(images, boxes, strict=True)
            for x in range(box.left() + 2, box.right() - 2, 3)
            for y in range(box.top() + 2, box.bottom() - 2)
        )

    assert colours() > 100
    set_time = CurvesItem.set_time

    def fails(item: CurvesItem, shown: TimeRange, now_s: float) -> None:
        if item is view.plot._curves_item and shown.length_s == 60.0:
            raise ValueError("math domain error")
        set_time(item, shown, now_s)

    monkeypatch.setattr(CurvesItem, "set_time", fails)
    before = view.state.time_range
    with pytest.raises(ValueError, match="math domain"):
        view.state.show_range(TimeRange(NOW_S - 3600, NOW_S - 3540))
    assert colours() == 0, "that of the plot above as well: it stands over the same time axis"
    assert "error in this program" in message(view)
    view.state.show_range(before)
    assert colours() > 100
    assert not message(view)
    with monkeypatch.context() as context, pytest.raises(ValueError, match="math domain"):
        context.setattr(TrendPlot, "_arrange_curves", Mock(side_effect=ValueError("math domain error")))
        view.state.remove(SAT)
    assert colours() == 0, "the line of what was removed as well"
    view.state.show_range(TimeRange(NOW_S - 3600, NOW_S))
    assert colours() > 100


def test_a_plot_that_is_closed_while_it_moves_is_not_painted_once_more_at_rest(qtbot: QtBot) -> None:
    plot = TrendPlot()
    qtbot.addWidget(plot)
    plot.set_range(TimeRange(0, 1000))
    plot.close()
    assert not any(timer.isActive() for timer in plot.findChildren(QTimer))
