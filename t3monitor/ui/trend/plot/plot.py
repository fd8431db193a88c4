"""The plot: curves over one grid with an axis for each unit, lanes beneath, all above one time axis.

There is one box for all units, and their scales share its divisions: the marks of all axes stand on the same lines
and nothing has to be kept aligned. The plot owns no time range and moves nothing by itself: it tells what the user does
with the mouse, and is told what to show.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsWidget, QToolTip, QWidget

from t3monitor.model.point_types import PointType
from t3monitor.model.series_keys import SeriesKey, points_of
from t3monitor.model.units import value_text
from t3monitor.store.history.series import Series
from t3monitor.ui.kit.layout import mark_focus
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.holes.hole_items import LEAST_PX, BandRow, CurveHoles, LaneHoles
from t3monitor.ui.trend.holes.missing import Pieces, filled, with_filled_as_one
from t3monitor.ui.trend.holes.strip import STRIP_PX, Strip
from t3monitor.ui.trend.marks.flags import FlagRow
from t3monitor.ui.trend.marks.marks import Mark
from t3monitor.ui.trend.marks.note_bands import NoteBands
from t3monitor.ui.trend.plot.axes import HEADER_PX, LaneNames, TimeAxis, ValueAxis
from t3monitor.ui.trend.plot.axis_choices import AxisChoices
from t3monitor.ui.trend.plot.curve import Curve
from t3monitor.ui.trend.plot.drawn import Drawn, HoleRow
from t3monitor.ui.trend.plot.lanes import LANE_PX, Lane, LanesItem
from t3monitor.ui.trend.plot.motion import Motion
from t3monitor.ui.trend.plot.ticks import axis_unit
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.plot.value_axes import ValueAxes
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import time_ticks

_HEADER, _CURVES, _LANES, _STRIP, _TIME = range(5)  # rows; columns: the left axis, the plot, the right axes
_SPARE = 64  # the last column
_LEAST_LEFT_PX = 40.0
_LANE_GAP_PX, _STRIP_GAP_PX = 8.0, 3.0
_TIP_PX = 4  # how far the mouse moves until a tooltip is of another place
_ANY_HEIGHT_PX = 16_777_215.0  # Qt's
_NARROWEST_PX = 100.0  # of the plot beside all its axes: Qt ends the program where a box of the scene has no width
_GRIP, _NO_GRIP = Qt.CursorShape.SplitHCursor, Qt.CursorShape.ArrowCursor


class TrendPlot(pg.GraphicsView):  # type: ignore[misc]
    """Curves, lanes and axes.

    Whatever else belongs on the time axis gets a row of the layout with a box of its own (`add_time_box`), or is an
    item in the box of the curves; X of every box is UTC epoch seconds.
    """

    dragged = Signal(float)  # seconds to move the range by
    zoomed = Signal(float, float)  # factor of the length, time around which
    hovered = Signal(object)  # time under the mouse, None if it left
    cursor_dragged = Signal(str, float)  # A or B, time to stand at
    stretch_marked = Signal(float, float)  # from a time to another one
    cursor_asked = Signal(float)  # time at which the next one is to stand
    menu_asked = Signal(QPoint)  # global position
    resized = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_lowest: bool = True) -> None:
        """Of plots that stand above each other with one time, the lowest has its axis and the strip for all of them."""
        super().__init__(parent, useOpenGL=False, background=None)
        self.setAcceptDrops(False)  # the view takes drops
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the view has the keys
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else all beneath is painted first
        self.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        self.number = 0  # of those above each other, as series name it
        self.lanes: list[Lane] = []
        self.time_axis = TimeAxis()
        self._range = TimeRange(0, 1)
        self._now_s = 0.0
        self._present_s: float | None = None  # where its line stands
        self._active: SeriesKey | None = None
        self._zone: tzinfo | None = None
        self._curves: dict[tuple[SeriesKey, int], Curve] = {}
        self._boxes: list[TimeBox] = []

        self._root = QGraphicsWidget()
        self._layout = QGraphicsGridLayout(self._root)
        self._layout.setContentsMargins(6, 4, 8, 4 if is_lowest else 8)  # the lowest value stands half beneath its line
        self._layout.setSpacing(0)
        self.setCentralItem(self._root)
        self.axes = ValueAxes(self._layout, _HEADER, self)
        self._curve_box = self.add_time_box(_CURVES)
        self._motion = Motion(self._curve_box, self)
        self._curves_item = self._motion.item
        self._lane_box = self.add_time_box(_LANES)
        self._lane_names = LaneNames()
        self._lanes_item = LanesItem()
        self._lane_box.add(self._lanes_item)
        self._lane_keys: list[SeriesKey] = []
        self._colours: dict[SeriesKey, QColor] = {}
        self._curve_holes, self._lane_holes = CurveHoles(), LaneHoles()
        self._curve_box.add(self._curve_holes)
        self._lane_box.add(self._lane_holes)
        self._note_bands = NoteBands(), NoteBands()
        for box, notes in zip((self._curve_box, self._lane_box), self._note_bands, strict=True):
            box.add(notes)
        self.strip = Strip()
        self._add_box(self.strip, _STRIP)
        # what is missing, see `ShownHoles`
        self.tip_at: Callable[[float, float, SeriesKey | None], str] = lambda *_: ""
        self.flags = FlagRow()
        self._add_box(self.flags, _HEADER)
        self._layout.addItem(self._lane_names, _LANES, 0)
        self._layout.addItem(self.time_axis, _TIME, 1)
        self._set_height(_STRIP, STRIP_PX if is_lowest else 0)
        for item in (self.strip, self.time_axis):
            item.setVisible(is_lowest)
        self._layout.setRowSpacing(_LANES, _STRIP_GAP_PX if is_lowest else 0)
        self._layout.setColumnStretchFactor(1, 1)
        self._layout.setColumnMinimumWidth(1, _NARROWEST_PX)
        self._layout.addItem(QGraphicsWidget(), _CURVES, _SPARE)  # right of all axes
        self.set_sides(0, 0)
        self.setMouseTracking(True)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._curve_box.resized.connect(self._on_box_resized)
        self.restyle()

    def add_time_box(self, row: int) -> TimeBox:
        """A box over the time axis in a row of its own."""
        box = TimeBox()
        self._add_box(box, row)
        return box

    def _add_box(self, box: TimeBox, row: int) -> None:
        box.dragged.connect(self.dragged)
        box.cursor_dragged.connect(self.cursor_dragged)
        box.stretch_marked.connect(self.stretch_marked)
        box.cursor_asked.connect(self.cursor_asked)
        box.zoomed.connect(self.zoomed)
        box.menu_asked.connect(self.menu_asked)
        self._layout.addItem(box, row, 1)
        self._boxes.append(box)

    @property
    def value_axes(self) -> dict[str, ValueAxis]:
        """The axes of values by their units."""
        return self.axes.by_unit

    @property
    def width_px(self) -> int:
        """How many samples can stand side by side."""
        return max(100, int(self._curve_box.size().width()))

    def draw(self, points: Sequence[Drawn], now_s: float) -> None:
        """Draws these points and nothing else."""
        curves: dict[tuple[SeriesKey, int], Curve] = {}
        self.lanes, self._lane_keys = [], []
        self._colours = {point.key: point.colour for point in points}
        news = False
        for point in points:
            for number, series in enumerate(series for series, words in point.series if words is None):
                curve = self._curves.get((point.key, number)) or Curve()
                news |= curve.set_series(series, axis_unit(series, point.key), point.colour, point.style, point.faulty)
                curve.shift_s = point.ahead_s
                curve.value_text = partial(_value_text, points_of(point.key)[0].point_type, series)
                curves[point.key, number] = curve
            if states := tuple((series, words) for series, words in point.series if words is not None):
                self.lanes.append(Lane(point.name, point.colour, states, point.ahead_s))
                self._lane_keys.append(point.key)
        if curves.keys() - self._curves.keys():
            self._curves_item.set_moving(True)
        news |= list(curves) != list(self._curves)
        self._curves, self._now_s = curves, now_s
        self._arrange_lanes()
        if news:
            self._arrange_curves()
        self._fit_values()

    def set_holes(self, common: Pieces, rows: Sequence[HoleRow], of: Mapping[SeriesKey, Pieces]) -> None:
        """Shows what all of the drawn series lack, what some alone do, and all that each of them does."""
        curves = {key for key, _ in self._curves}
        lines = [curves.intersection(row.keys) for row in rows]
        own = [
            BandRow(row.pieces, self._colours[next(iter(its))] if len(its) == 1 else None, row.name)
            for row, its in zip(rows, lines, strict=True)
            if its
        ]
        self._curve_holes.set_rows([BandRow(common), *own])
        of_lanes = [of.get(key, Pieces.none()) for key in self._lane_keys]
        self._lane_holes.set_rows([BandRow(with_filled_as_one(its)) for its in of_lanes])
        self.strip.set_pieces(list(of.values()))
        self._lanes_item.set_filled([filled(its) for its in of_lanes])
        others = [curve.set_filled(filled(of.get(key, Pieces.none()))) for (key, _), curve in self._curves.items()]
        if any(others):
            self._curves_item.repaint()

    def set_marks(self, marks: Sequence[Mark], *, with_flags: bool = True) -> None:
        """Shows these, which are in the order of their times: stretches as bands, and all of them as flags above."""
        self.flags.set_marks(marks if with_flags else ())
        for notes in self._note_bands:
            notes.set_marks(marks)
        self._arrange_lanes()

    def set_active(self, key: SeriesKey | None) -> None:
        """Dims all other series and makes the axis of this one strong; None: all are alike."""
        if key != self._active:
            self._active = key
            self._arrange_curves()
            self._arrange_lanes()

    def set_axes(self, choices: AxisChoices) -> None:
        """Lets axes end where their user chose; they do from the next time that is shown."""
        self.axes.limits = choices.limits_in(self.number)

    @property
    def sides(self) -> tuple[float, float]:
        """How much axes and names of lanes want, left and right."""
        return max(_LEAST_LEFT_PX, self.axes.drawn_px[0], self._lane_names.minimumWidth()), self.axes.right_px

    def set_sides(self, left_px: float, right_px: float) -> None:
        """Has them take so much, at least what they want, so that plots above each other align."""
        widths = {0: max(left_px, self.sides[0]), _SPARE: max(0.0, right_px - self.axes.drawn_px[1])}
        for column, width_px in widths.items():
            if width_px != self._layout.columnMaximumWidth(column):  # else all would be laid out in each frame
                self._layout.setColumnFixedWidth(column, width_px)

    def lay_out(self) -> None:
        """Has everything where it belongs: as it is painted it would be too late, and all would be painted twice."""
        self._root.setGeometry(self.range)  # it may have been wider, beside axes that were
        self._layout.activate()

    @property
    def foot_px(self) -> int:
        """How high strip and time axis are, as far as it has them."""
        if not self.time_axis.isVisible():
            return 0
        return math.ceil(_STRIP_GAP_PX + STRIP_PX + self.time_axis.minimumHeight())

    def show_lines(self, shown: bool) -> None:
        """Whether there is anything over the axes."""
        for item in (self._curves_item, self._lanes_item):
            item.setVisible(shown)

    def set_focused(self, focused: bool) -> None:
        """Whether the keys are the plot's."""
        mark_focus(self, focused=focused)

    def set_range(self, shown: TimeRange, zone: tzinfo | None = None, now_s: float | None = None) -> None:
        """Shows this stretch of time, in the times of a zone (None: this computer's), with a line at the present."""
        if shown != self._range:
            self._motion.move()
        self._range, self._zone = shown, zone
        self.flags.zone = zone
        self._now_s, self._present_s = self._now_s if now_s is None else now_s, now_s
        self.time_axis.set_now(now_s)
        for box in self._boxes:
            box.set_time(shown)
            box.set_now(now_s)
        self._mark_times()
        self._fit_values()
        self._curves_item.set_time(shown, self._now_s)
        self._lanes_item.set_now(self._now_s)

    def set_cursor(self, time_s: float | None, text: str = "") -> None:
        """Stands the crosshair at a time, or takes it away."""
        for box in self._boxes:
            box.set_cursor(time_s)
        self.time_axis.set_cursor(time_s, text)

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Stands the cursors A and B there, those that there are."""
        for box in self._boxes:
            box.set_cursors(at)
        self.time_axis.set_cursors(at)

    def restyle(self) -> None:
        """Takes the colours of the theme in force."""
        theme = current_theme()
        self.setBackground(theme.base)
        for box in self._boxes:
            box.restyle(theme)
        for axis in (self.time_axis, self._lane_names, self.axes):
            axis.restyle(theme)
        for item in (self._curve_holes, self._lane_holes):
            item.renew()
        self._arrange_lanes()
        self._arrange_curves()
        self._fit_values(anew=True)

    def _has_active(self) -> bool:
        """Whether a series that is drawn is the active one."""
        return self._active in self._lane_keys or any(key == self._active for key, _ in self._curves)

    def paint_on(self, painter: QPainter) -> None:
        """Paints it as it is, from the origin of the painter on."""
        self.lay_out()
        self.rest()
        whole = QRectF(self.viewport().rect())
        self.render(painter, whole, self.viewport().rect())

    def rest(self) -> None:
        """See `PlotStack.rest`."""
        self._motion.rest()

    def _arrange_lanes(self) -> None:
        active = [key == self._active for key in self._lane_keys] if self._has_active() else None
        self._lanes_item.set_lanes(self.lanes, self._now_s, active)
        self._lane_names.set_names([lane.name for lane in self.lanes], [lane.colour for lane in self.lanes])
        is_alone = bool(self.lanes) and not self._curves  # then lanes have the whole height
        self._set_height(_HEADER, HEADER_PX if self.flags.marks or not is_alone else 0)
        self._set_height(_CURVES, 1 if is_alone else None)
        self._set_height(_LANES, None if is_alone else len(self.lanes) * LANE_PX)
        self._layout.setRowStretchFactor(_CURVES, not is_alone)
        self._layout.setRowStretchFactor(_LANES, is_alone)
        self._layout.setRowSpacing(_CURVES, _LANE_GAP_PX if self.lanes and self._curves else 0)
        self._lane_box.setVisible(bool(self.lanes))
        self._lane_names.setVisible(bool(self.lanes))
        self._lane_names.fit_to(self.width())

    def _set_height(self, row: int, height_px: float | None) -> None:
        """Fixes the height of a row, or (None) leaves it to the layout."""
        self._layout.setRowMinimumHeight(row, height_px or 0)
        self._layout.setRowMaximumHeight(row, _ANY_HEIGHT_PX if height_px is None else height_px)

    def _arrange_curves(self) -> None:
        curves = list(self._curves.values())
        active = [curve for (key, _), curve in self._curves.items() if key == self._active]
        self.axes.arrange(curves, active)
        self._curves_item.set_curves(curves, active if self._has_active() else None)
        self._fit_values()
        self._curve_box.set_levels(self.axes.levels)

    def _fit_values(self, *, anew: bool = False) -> None:
        """Chooses the scales for what is in sight; the old ones are kept while they serve."""
        if self.axes.fit_to(list(self._curves.values()), self._range, self._curve_box.size().height(), anew=anew):
            self._curve_box.set_levels(self.axes.levels)
            self._curves_item.repaint()

    def _mark_times(self) -> None:
        start_s, end_s = self._range
        ticks = time_ticks(start_s, end_s, self._curve_box.size().width(), self._zone)
        if self._present_s is not None:  # the sliver after it has no times
            ticks = [tick for tick in ticks if tick.utc_s <= self._present_s]
        self.time_axis.set_marks(self._range, ticks, self._zone)
        for box in self._boxes:
            box.set_times(ticks)

    def _on_box_resized(self) -> None:
        self._motion.move()
        self.axes.set_plot_width(self.width())
        self._lane_names.fit_to(self.width())
        self._mark_times()
        self._fit_values()
        self.resized.emit()

    def _on_mouse_moved(self, at: QPointF) -> None:
        for box in self._boxes:
            if box.isVisible() and box.sceneBoundingRect().contains(at):
                time_s = box.time_at(box.mapFromScene(at))
                if box is not self.strip:
                    box.setCursor(_GRIP if box.cursor_near(time_s) else _NO_GRIP)
                self.hovered.emit(time_s)
                return
        self.hovered.emit(None)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Called by Qt."""
        if isinstance(event, QHelpEvent) and (tip := self.tip_of(self.mapToScene(event.pos()))):
            about = QRect(event.pos() - QPoint(_TIP_PX, _TIP_PX), event.pos() + QPoint(_TIP_PX, _TIP_PX))
            QToolTip.showText(event.globalPos(), tip, self.viewport(), about)
            return True
        return bool(super().viewportEvent(event))

    def tip_of(self, at: QPointF) -> str:
        """What is missing at a place of the scene, or marked."""
        for box in self._boxes:
            if box.isVisible() and (place := box.sceneBoundingRect()).contains(at):
                lane = int((at.y() - place.top()) / place.height() * len(self.lanes)) if box is self._lane_box else None
                reach_s = LEAST_PX / 2 * self._range.length_s / place.width()
                time_s = box.time_at(box.mapFromScene(at))
                if box is self.flags:
                    return self.flags.tip(time_s)
                tip = self.tip_at(time_s, reach_s, None if lane is None else self._lane_keys[lane])
                return tip or (self.tr("Nothing is missing here") if box is self.strip else "")
        return ""

    def leaveEvent(self, event: Any) -> None:  # noqa: N802
        """Called by Qt."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def close(self) -> None:
        """Pyqtgraph's, which clears the scene: nothing of it is painted any more."""
        super().close()
        self._motion.stop()


def _value_text(point_type: PointType, series: Series, value: float) -> str:
    """A measured value without its unit."""
    kind = series.units, series.range
    return value_text(value, kind[0], point_type=point_type, digital=False, range_=kind[1], with_unit=False)
