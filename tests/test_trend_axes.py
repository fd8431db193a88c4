"""Axes of values: what the mouse does to them, their menu, counters as increases, lanes that stand alone."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.axes import NARROW_PX, ValueAxis
from t3monitor.ui.trend.plot.axis_choices import AxisChoices, AxisKey, Per
from t3monitor.ui.trend.plot.drawn import Drawn
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.plot.ticks import fit
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.series.traces import Apart
from t3monitor.ui.trend.shown import ZoneChoice
from t3monitor.ui.trend.spoken import summary
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.trend.views import read_file_text
from values import NOW_S, point

TEMP, METER, FAN, GARBAGE = (PointKey(1, PointType.INPUT, number) for number in range(1, 5))
TIMER, ROOM = (PointKey(1, PointType.VARIABLE, number) for number in (1, 2))
START_S = NOW_S - 4 * 3600.0
TIMES = np.arange(START_S, NOW_S + 1, 300.0)
COUNT = len(TIMES)
FAULT_S = START_S + 3600, START_S + 7200


def made(values: object, units: str, range_: int, *, digital: bool = False) -> tuple[Series, ...]:
    return (Series(TIMES, np.asarray(values, dtype=float), Holes.none(), units, range_, digital, units, 300.0),)


SERIES = {
    TEMP: made(np.where((FAULT_S[0] <= TIMES) & (FAULT_S[1] > TIMES), 999.0, 20 + np.arange(COUNT) % 3), "°C", 3),
    METER: made(1_234_567 + np.arange(COUNT), "kWH", 9),  # twelve an hour
    FAN: made(np.arange(COUNT) // 10 % 2, "", 1, digital=True),
    GARBAGE: made(np.where(np.arange(COUNT) == 5, 3.4028235e38, 21), "units of a name that is too long to be one", 35),
    TIMER: made(np.linspace(0, 5000, COUNT), "s", 20),
    ROOM: made(20 + np.arange(COUNT) % 5, "°C", 1),
}


@pytest.fixture
def shown(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> Iterator[Callable[..., TrendView]]:
    views = []

    async def load(keys: Sequence[PointKey], *_: object) -> Mapping[PointKey, tuple[Series, ...]]:
        return {key: SERIES[key] for key in keys}

    async def explain(
        keys: Sequence[PointKey], *_: object, **_more: object
    ) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return {TEMP: (ExplainedHole(*FAULT_S, Cause.SENSOR_OPEN, "The sensor was open", ()),)} if TEMP in keys else {}

    def shown(*keys: PointKey) -> TrendView:
        view = TrendView(load, lambda: float(NOW_S), explain=explain, spawn=loop.create_task)
        qtbot.addWidget(view)
        view.resize(900, 400)
        view.show()
        view.state.show_range(TimeRange(START_S, float(NOW_S)))
        view.state.add(keys)
        views.append(view)
        for _ in range(3):
            view.loader.flush()
            loop.run_until_complete(asyncio.sleep(0))
            QApplication.processEvents()
        return view

    yield shown
    for view in views:
        view.loader.cancel()


Show = Callable[..., TrendView]


def place(view: TrendView, axis: ValueAxis, share: float) -> QPointF:
    """Where a part of an axis is on the screen, from below."""
    rect = axis.sceneBoundingRect()
    box = view.plot._curve_box.sceneBoundingRect()
    return QPointF(rect.center().x(), box.bottom() - share * box.height())


def send_mouse(view: TrendView, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    viewport = view.plot.viewport()
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, at, QPointF(viewport.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def limits(view: TrendView, unit: str) -> tuple[float, float]:
    view.draw_now()
    low, high = view.plot.axes.fit.scales[unit][::2]
    return low, high


def test_in_a_lower_plot_there_are_fewer_marks(shown: Show) -> None:
    view = shown(METER)
    (axis,) = view.plot.axes.by_unit.values()
    view.resize(900, 700)
    QApplication.processEvents()
    assert len(axis.labels) > 5
    view.resize(900, 200)
    QApplication.processEvents()
    assert len(axis.labels) == 5


def test_the_wheel_zooms_an_axis_a_drag_moves_it_a_double_click_lets_it_fit_and_undo_brings_it_back(
    shown: Show,
) -> None:
    view = shown(METER, FAN)
    axis = view.plot.value_axes["kWh"]
    low, high = limits(view, "kWh")
    at, button = place(view, axis, 0.25), Qt.MouseButton.LeftButton
    no = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    wheel = QWheelEvent(at, QPointF(view.plot.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 120), *no)
    QApplication.sendEvent(view.plot.viewport(), wheel)
    zoomed = limits(view, "kWh")
    assert zoomed[1] - zoomed[0] == pytest.approx((high - low) / 1.25)
    assert zoomed[0] + 0.25 * (zoomed[1] - zoomed[0]) == pytest.approx(low + 0.25 * (high - low), rel=1e-6)
    send_mouse(view, QEvent.Type.MouseButtonPress, at, button)
    send_mouse(view, QEvent.Type.MouseMove, place(view, axis, 0.5), button)
    send_mouse(view, QEvent.Type.MouseButtonRelease, place(view, axis, 0.5), button)
    moved = limits(view, "kWh")
    assert moved[0] - zoomed[0] == pytest.approx(-0.25 * (zoomed[1] - zoomed[0]), abs=0.5)
    assert view.state.time_range == TimeRange(START_S, NOW_S), "the time stays"
    send_mouse(view, QEvent.Type.MouseButtonDblClick, at, button)
    assert limits(view, "kWh") == (low, high)
    view.state.undo()
    assert limits(view, "kWh") == moved


def test_the_menu_of_an_axis_takes_typed_ends_and_keeps_what_makes_none(shown: Show) -> None:
    view = shown(TIMER)
    menu = view.axis_control.menu(AxisKey("h:mm:ss"))
    assert menu.highest.text() == "1:30:00"
    menu.highest.setText("2:00:00")
    menu.lowest.setText("-60")
    menu.highest.returnPressed.emit()
    assert limits(view, "h:mm:ss") == (-60, 7200)
    assert view.plot.value_axes["h:mm:ss"].labels[:2] == ["0:00:00", "1:00:00"]
    menu = view.axis_control.menu(AxisKey("h:mm:ss"))
    for typed in ("x", "-90", "1e309"):
        menu.highest.setText(typed)
        menu.highest.returnPressed.emit()
    assert limits(view, "h:mm:ss") == (-60, 7200)
    menu.actions()[0].trigger()
    assert limits(view, "h:mm:ss") == (0, 5400)


def test_a_counter_fits_what_is_there_or_is_its_increase_in_each_hour(shown: Show) -> None:
    view = shown(METER)
    low, high = limits(view, "kWh")
    assert 48 / (high - low) > 0.5
    menu = view.axis_control.menu(AxisKey("kWh"))
    next(action for action in menu.actions() if action.text() == "Increase per hour").trigger()
    assert list(view.plot.value_axes) == ["kWh/h"]
    (curve,) = view.plot._curves.values()
    assert curve.style.step
    assert curve.line.values[1:-1].tolist() == [12.0] * (len(curve.line.values) - 2)
    menu = view.axis_control.menu(AxisKey("kWh/h"))
    next(action for action in menu.actions() if action.text() == "What was counted").trigger()
    assert list(view.plot.value_axes) == ["kWh"]


def test_cursor_list_tooltip_and_what_is_told_say_of_a_counter_what_is_drawn(shown: Show) -> None:
    view = shown(METER)
    view.traces[METER].point = point(PointType.VARIABLE, 2, 1_234_615, units="kWH", range=9)
    assert view.readout.entries()[0].told.text == "1234615.000 kWh"
    view.state.choose_axes(AxisChoices(increases={"kWh": Per.HOUR}))
    view.readout.figures.compute_now()
    (entry,) = view.readout.entries()
    assert entry.unit == "kWh/h"
    assert entry.told.text == f"{NOW_S % 3600 / 300 + 1:.3f} kWh/h", "in the hour that goes on"
    figures = entry.figures
    assert (figures.minimum, figures.mean, figures.maximum, figures.known) == ("4.000", "10.583", "12.000", "100 %")
    assert view.readout.in_sight(METER)[1].endswith(
        "highest 12.000 kWh/h, standard deviation 2.644 kWh/h, increase 47.000 kWh"
    )
    assert f"{entry.told.text}" in summary(view.state, view.traces, view.holes, NOW_S)
    view.state.set_cursor(START_S + 5400)
    assert view.readout.entries()[0].told.text == "12.000 kWh/h"
    view.state.choose_axes(AxisChoices())
    assert view.readout.entries()[0].told.text == "1234585.000 kWh"


def test_days_of_a_counter_are_those_of_the_zone_that_is_shown(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    view = shown(METER)
    monkeypatch.setattr(view.traces, "site_zone", lambda _: ZoneInfo("Asia/Tokyo"))
    view.state.choose_axes(AxisChoices(increases={"kWh": Per.DAY}))
    (curve,) = view.plot._curves.values()
    assert set(curve.line.times_s % 86400) == {15 * 3600.0}
    view.state.set_zone(ZoneChoice.UTC)
    assert set(curve.line.times_s % 86400) == {0.0}


def test_faulty_samples_are_left_out_of_the_fit_if_one_wants(shown: Show) -> None:
    view = shown(TEMP)
    assert limits(view, "°C")[1] > 900
    view.axis_control.menu(AxisKey("°C")).faulty_toggled.emit(True)
    assert limits(view, "°C")[1] < 30


def test_whatever_a_panel_sends_no_axis_is_wider_than_a_fifth_and_the_others_stay_readable(shown: Show) -> None:
    view = shown(TEMP, GARBAGE)
    view.axis_control.menu(AxisKey("°C")).faulty_toggled.emit(True)
    for axis in view.plot.value_axes.values():
        assert axis.size().width() <= view.plot.width() / 5
    assert limits(view, "°C") == pytest.approx((20, 22), abs=2)


def test_an_axis_of_many_curves_is_as_wide_as_one_of_three(qapp: object) -> None:
    axis = ValueAxis("%", on_left=False)

    def width_of(curves: int) -> float:
        axis.set_curves([QColor("red")] * curves, active=False)
        axis.set_scale(fit({"%": (0.0, 100.0)}, 300.0).scales["%"], 500.0)
        return axis.size().width()

    assert width_of(12) == width_of(3)


def test_axes_stay_in_sight_as_the_list_takes_room_beside_the_plot(
    shown: Show, loop: asyncio.AbstractEventLoop
) -> None:
    view = shown()
    view.resize(600, 360)
    view.state.add([TEMP, GARBAGE, METER, TIMER])
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
        QApplication.processEvents()
    axes = view.plot.value_axes.values()
    assert max(axis.geometry().right() for axis in axes) <= view.plot.viewport().width()


def test_axes_for_which_there_is_no_room_are_narrow_unless_a_series_of_theirs_is_pointed_at(shown: Show) -> None:
    view = shown(TEMP, METER, TIMER, GARBAGE)
    view.resize(660, 360)
    QApplication.processEvents()
    plot, axes = view.plot, list(view.plot.value_axes.values())

    def widths() -> list[float]:
        QApplication.processEvents()
        return [axis.size().width() for axis in axes]

    at_rest, plot_px = widths(), plot.width_px
    assert at_rest[0] > NARROW_PX in at_rest
    assert sum(at_rest) <= plot.width() / 3
    assert axes[3].toolTip().startswith(axes[3].unit)
    for key, axis in zip((TEMP, METER, TIMER, GARBAGE), axes, strict=True):
        view.plots.set_active(key)
        assert NARROW_PX < widths()[axes.index(axis)] == axis.wide_px
        assert plot.width_px == plot_px, "pointing at a series moves no line"
        assert max(axis.geometry().right() for axis in axes) <= plot.viewport().width()
    view.plots.set_active(None)
    assert widths() == at_rest
    page = view.page.make().make_plot(QSize(660, 360))
    assert NARROW_PX not in [axis.size().width() for axis in page.lowest.value_axes.values()]


def test_names_of_lanes_take_no_more_than_axes_of_a_narrow_plot(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    view = shown(FAN)
    monkeypatch.setattr(view.traces, "_apart", lambda _: [Apart("a name that is as long as names may be")])
    view.state.set_style(FAN, Style(3))
    for width in (1400, 600):
        view.resize(width, 360)
        for _ in range(2):
            QApplication.processEvents()
        assert 0 < view.plot._lane_names.size().width() <= view.plot.width() / 5
    assert view.plot._lane_box.geometry().left() < view.plot.width() / 4


def test_lanes_alone_take_the_whole_height_and_give_it_back(shown: Show) -> None:
    view = shown(FAN, METER)
    beside_px = view.plot._lane_box.size().height()
    view.state.set_hidden(METER, True)
    QApplication.processEvents()
    assert view.plot._lane_box.size().height() > 0.7 * view.plot.height()
    view.state.set_hidden(METER, False)
    QApplication.processEvents()
    assert view.plot._lane_box.size().height() == beside_px < 0.2 * view.plot.height()


def test_the_active_series_has_a_strong_axis_and_its_marks_are_the_grid(shown: Show) -> None:
    view = shown(METER, TIMER)
    view.state.choose_axes(AxisChoices({AxisKey("h:mm:ss"): (0.0, 5000.0)}))
    before = view.plot._curve_box._grid.levels
    view.plot.set_active(TIMER)
    assert [axis._is_active for axis in view.plot.value_axes.values()] == [False, True]
    assert view.plot._curve_box._grid.levels == pytest.approx([n * 0.18 for n in range(6)])
    view.plot.set_active(None)
    assert view.plot._curve_box._grid.levels == before


def test_what_was_chosen_survives_json_and_damage_does_not(shown: Show) -> None:
    view = shown(METER)
    axes = AxisChoices({AxisKey("kWh"): (1.0, 2.5)}, {"kWh": Per.DAY}, without_faulty=True)
    view.state.choose_axes(axes)
    saved = json.loads(json.dumps(view.save_state()))
    view.state.choose_axes(AxisChoices())
    view.restore_state(saved)
    assert view.state.shown.axes == axes
    ends = {"a": [2, 1], "b": [0, 1e308], "c": "x", "d": [0, 5], "e": [0, 5e-324]}
    damaged = [[unit, 0, *limits] for unit, limits in ends.items()]
    for limits in (ends, [*damaged, ["f", 1, 0, 5], ["g", "0", 0, 5], ["h", 0, 5], 7]):
        found = AxisChoices.from_json({"limits": limits, "increases": {"e": "year"}})
        assert found == AxisChoices({AxisKey("d"): (0.0, 5.0)})
    assert AxisChoices.from_json([]) == AxisChoices()


def test_ends_of_an_axis_that_an_earlier_version_kept_are_those_of_its_unit_in_each_plot() -> None:
    state = {
        "points": [[1, "INPUT", 1], [1, "INPUT", 2]],
        "plots": [0, 1],
        "axes": {"limits": {"°C": [0, 50]}, "increases": {}, "without_faulty": False},
    }
    shown, _ = from_json(state)
    assert shown.axes.limits == {AxisKey("°C", plot): (0.0, 50.0) for plot in (0, 1)}
    view = {"t3view": 1, "name": "of before", "points": [], "view": state}
    assert read_file_text(json.dumps(view)).shown.axes == shown.axes
    assert from_json(to_json(shown, ()))[0].axes == shown.axes


def test_the_ends_of_an_axis_are_those_of_its_plot_and_go_where_that_goes(shown: Show) -> None:
    view = shown(METER, FAN, TEMP)
    view.state.add([ROOM], 1)
    view.state.show_in(TEMP, 1)
    view.state.move_axis(AxisKey("°C", 1), (0.0, 50.0))
    view.state.move_axis(AxisKey("kWh"), (0.0, 2e6))

    def limits_of_plots() -> list[dict[str, tuple[float, float]]]:
        view.draw_now()
        return [dict(plot.axes.limits) for plot in view.plots.plots]

    assert limits_of_plots() == [{"kWh": (0.0, 2e6)}, {"°C": (0.0, 50.0)}]
    view.state.show_in(FAN, 0, anew=True)
    assert limits_of_plots() == [{}, {"kWh": (0.0, 2e6)}, {"°C": (0.0, 50.0)}]
    view.state.set_hidden(FAN, True)
    assert limits_of_plots() == [{"kWh": (0.0, 2e6)}, {"°C": (0.0, 50.0)}], "of a plot that is hidden there is none"
    axes = view.plots.plots[1].axes
    axes.limits_moved.emit("°C", (10.0, 20.0))
    assert view.state.shown.axes.limits == {AxisKey("kWh", 1): (0.0, 2e6), AxisKey("°C", 2): (10.0, 20.0)}
    view.draw_now()
    assert view.axis_control.menu(AxisKey("°C", 2)).lowest.text() == "10"
    view.state.remove(FAN)
    view.state.remove(METER)
    assert view.state.shown.axes.limits == {AxisKey("°C"): (10.0, 20.0)}
    view.state.undo()
    assert view.state.shown.axes.limits == {AxisKey("kWh"): (0.0, 2e6), AxisKey("°C", 1): (10.0, 20.0)}
    axes.limits_chosen.emit("°C", None)
    assert AxisKey("°C", 1) not in view.state.shown.axes.limits


def test_plots_that_were_told_of_axes_before_they_have_any_have_them_as_they_appear(qtbot: QtBot) -> None:
    plots = PlotStack()
    qtbot.addWidget(plots)
    plots.set_axes(AxisChoices({AxisKey("°C", plot): (0.0, 10.0 + plot) for plot in range(2)}))
    points = [
        Drawn(key, "", QColor("red"), Style(), ((SERIES[key][0], None),), plot=plot)
        for plot, key in enumerate((TEMP, ROOM))
    ]
    plots.draw(points, NOW_S)
    assert [plot.axes.fit.scales["°C"].highest for plot in plots.plots] == [10, 11]


def test_curves_that_appear_are_painted_once_and_then_with_their_full_width(
    shown: Show, loop: asyncio.AbstractEventLoop, qtbot: QtBot
) -> None:
    view = shown(FAN)  # its list stands beside the plot already
    painted = []
    item = view.plot._curves_item
    paint = item._painted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item, "_painted", lambda frame: painted.append(frame) or paint(frame))
        view.state.add([METER, TIMER, TEMP])
        loop.run_until_complete(asyncio.sleep(0))
        qtbot.waitUntil(lambda: bool(painted) and not item._is_moving)
        view.plot.grab()
    assert not item._is_thin
    assert len(painted) == 1, "the room of the axes is known before"


def test_beside_many_axes_a_narrow_plot_keeps_some_width(qtbot: QtBot) -> None:
    plot = TrendPlot()
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.show()
    times = np.array([0.0, 60.0])
    points = [
        Drawn(
            PointKey(1, PointType.INPUT, number),
            "",
            QColor("red"),
            Style(),
            ((Series(times, times * 1e6, Holes.none(), f"unit{number}", 3, False, "", 60.0), None),),
        )
        for number in range(9)
    ]
    plot.draw(points, 100.0)
    QApplication.processEvents()
    assert plot._curve_box.size().width() >= 100, "Qt ends the program where a box has no width"
