"""The plot: curves over one grid with an axis for each unit, lanes beneath, all over one time.

There is one box for all units, and their scales share its divisions: the marks of all axes stand on the same lines
and nothing has to be kept aligned. The plot owns no time range and moves nothing by itself: it tells what the user does
with the mouse, and is told what to show. Curves keep a least height, lanes get lower for it; with both it is as high as
`least_px`, and whoever has no room for that scrolls.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import QPointF, QRect, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsWidget
from typing_extensions import override

from t3monitor.model.point_types import PointType
from t3monitor.model.series_keys import SeriesKey, points_of
from t3monitor.model.units import value_text
from t3monitor.store.history.series import Series
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.holes.hole_items import LEAST_PX, BandRow, CurveHoles, LaneHoles
from t3monitor.ui.trend.holes.missing import Pieces, filled, with_filled_as_one
from t3monitor.ui.trend.marks.flags import FlagRow
from t3monitor.ui.trend.marks.marks import Mark
from t3monitor.ui.trend.marks.note_bands import NoteBands
from t3monitor.ui.trend.plot.axes import HEADER_PX, LaneNames, ValueAxis
from t3monitor.ui.trend.plot.axis_choices import AxisChoices
from t3monitor.ui.trend.plot.curve import Curve
from t3monitor.ui.trend.plot.drawn import Drawn, HoleRow
from t3monitor.ui.trend.plot.lanes import LANE_PX, LEAST_LANE_PX, Lane, LanesItem
from t3monitor.ui.trend.plot.motion import Motion
from t3monitor.ui.trend.plot.ticks import axis_unit
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.plot.time_view import SPARE, TimeView
from t3monitor.ui.trend.plot.value_axes import ValueAxes
from t3monitor.ui.trend.time.time_range import TimeRange

_HEADER, _CURVES, _LANES = range(3)  # rows; columns: the left axis, the plot, the right axes
_LEAST_LEFT_PX = 40.0
_LANE_GAP_PX = 8.0
_ABOVE_PX, _BELOW_PX = 4, 8  # around all of it: the lowest value stands half beneath its line
_LEAST_CURVES_PX = 64  # as few marks as an axis has are told apart
_ANY_HEIGHT_PX = 16_777_215.0  # Qt's


class TrendPlot(TimeView):
    """Curves, lanes and axes.

    Whatever else belongs on the time axis gets a row of the layout with a box of its own (`add_time_box`), or is an
    item in the box of the curves; X of every box is UTC epoch seconds.
    """

    resized = Signal()

    def __init__(self) -> None:
        super().__init__((6, _ABOVE_PX, 8, _BELOW_PX))
        self.number = 0  # of those above each other, as series name it
        self.lanes: list[Lane] = []
        self._now_s = 0.0
        self._active: SeriesKey | None = None
        self._curves: dict[tuple[SeriesKey, int], Curve] = {}
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
        # what is missing, see `ShownHoles`
        self.tip_at: Callable[[float, float, SeriesKey | None], str] = lambda *_: ""
        self.flags = FlagRow()
        self._add_box(self.flags, _HEADER)
        self._layout.addItem(self._lane_names, _LANES, 0)
        self._layout.addItem(QGraphicsWidget(), _CURVES, SPARE)  # right of all axes
        self.set_sides(0, 0)
        self._curve_box.resized.connect(self._on_box_resized)
        self.sigDeviceRangeChanged.connect(self._share_height)  # by pyqtgraph, as it is resized
        self.restyle()

    def add_time_box(self, row: int) -> TimeBox:
        """A box over the time axis in a row of its own."""
        box = TimeBox()
        self._add_box(box, row)
        return box

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

    @override
    def set_sides(self, left_px: float, right_px: float) -> None:
        """Has its axes and names take so much, at least what they want, so that plots above each other align."""
        super().set_sides(max(left_px, self.sides[0]), max(0.0, right_px - self.axes.drawn_px[1]))

    def show_lines(self, shown: bool) -> None:
        """Whether there is anything over the axes."""
        for item in (self._curves_item, self._lanes_item):
            item.setVisible(shown)

    @override
    def set_range(self, shown: TimeRange, zone: tzinfo | None = None, now_s: float | None = None) -> None:
        if shown != self._range:
            self._motion.move()
        self.flags.zone = zone
        self._now_s = self._now_s if now_s is None else now_s
        super().set_range(shown, zone, now_s)
        self._mark_times()
        self._fit_values()
        self._curves_item.set_time(shown, self._now_s)
        self._lanes_item.set_now(self._now_s)

    @override
    def restyle(self) -> None:
        super().restyle()
        for axis in (self._lane_names, self.axes):
            axis.restyle(current_theme())
        for item in (self._curve_holes, self._lane_holes):
            item.renew()
        self._arrange_lanes()
        self._arrange_curves()
        self._fit_values(anew=True)

    def _has_active(self) -> bool:
        """Whether a series that is drawn is the active one."""
        return self._active in self._lane_keys or any(key == self._active for key, _ in self._curves)

    @override
    def paint_on(self, painter: QPainter) -> None:
        self.rest()
        super().paint_on(painter)

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
        self._layout.setRowStretchFactor(_CURVES, not is_alone)
        self._layout.setRowStretchFactor(_LANES, is_alone)
        self._layout.setRowSpacing(_CURVES, _LANE_GAP_PX if self.lanes and self._curves else 0)
        self._lane_box.setVisible(bool(self.lanes))
        self._lane_names.setVisible(bool(self.lanes))
        self._lane_names.fit_to(self.width())
        self._share_height()

    def place_of(self, key: SeriesKey | None) -> QRect | None:
        """Where its lane is, or, for a curve, the whole plot; None if it is not drawn here."""
        if key not in self._lane_keys:
            return self.rect() if any(key == its for its, _ in self._curves) else None
        self.lay_out()
        room = self.mapFromScene(self._lane_box.sceneBoundingRect()).boundingRect()
        each_px = room.height() / len(self._lane_keys)
        top_px = room.top() + self._lane_keys.index(key) * each_px
        return QRect(room.left(), math.floor(top_px), room.width(), math.ceil(each_px))

    @property
    def least_px(self) -> int:
        """How high it is at least."""
        curves_px = _LEAST_CURVES_PX if self._curves or not self.lanes else 0
        return math.ceil(self._around_px + curves_px + len(self.lanes) * LEAST_LANE_PX)

    @property
    def _around_px(self) -> float:
        """How much is neither curves nor lanes."""
        rows_px = self._layout.rowMinimumHeight(_HEADER) + self._layout.rowSpacing(_CURVES)
        return _ABOVE_PX + rows_px + _BELOW_PX

    def _share_height(self) -> None:
        """Lanes are as high as is well, and lower rather than that curves were too low; alone they have all of it."""
        self.setMinimumHeight(self.least_px)
        room_px = self.height() - self._around_px - _LEAST_CURVES_PX
        each_px = min(max(room_px / max(1, len(self.lanes)), LEAST_LANE_PX), LANE_PX)
        is_alone = bool(self.lanes) and not self._curves
        self._set_height(_LANES, None if is_alone else len(self.lanes) * each_px)

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
        ticks = self._ticks(self._curve_box.size().width())
        for box in self._boxes:
            box.set_times(ticks)

    def _on_box_resized(self) -> None:
        self._motion.move()
        self.axes.set_plot_width(self.width())
        self._lane_names.fit_to(self.width())
        self._mark_times()
        self._fit_values()
        self.resized.emit()

    @override
    def _tip(self, box: TimeBox, at: QPointF) -> str:
        """What is missing at a place, or marked."""
        lane = int(at.y() / box.size().height() * len(self.lanes)) if box is self._lane_box else None
        reach_s = LEAST_PX / 2 * self._range.length_s / box.size().width()
        time_s = box.time_at(at)
        if box is self.flags:
            return self.flags.tip(time_s)
        return self.tip_at(time_s, reach_s, None if lane is None else self._lane_keys[lane])

    def close(self) -> None:
        """Pyqtgraph's, which clears the scene: nothing of it is painted any more."""
        super().close()
        self._motion.stop()


def _value_text(point_type: PointType, series: Series, value: float) -> str:
    """A measured value without its unit."""
    kind = series.units, series.range
    return value_text(value, kind[0], point_type=point_type, digital=False, range_=kind[1], with_unit=False)
