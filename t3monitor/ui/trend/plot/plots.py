"""Several plots above each other over one time, whose axis and strip are their foot; all edges stand in line.

Where they have no room they scroll above their foot.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QWidget
from typing_extensions import override

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.layout import mark, mark_focus, stack
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.marks.marks import Mark
from t3monitor.ui.trend.plot.arrivals import arrived
from t3monitor.ui.trend.plot.axis_choices import NOTHING_CHOSEN, AxisChoices, AxisKey
from t3monitor.ui.trend.plot.drawn import Drawn, HoleRow
from t3monitor.ui.trend.plot.foot import Foot
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.plot.ticks import Scale
from t3monitor.ui.trend.plot.time_view import TimeView
from t3monitor.ui.trend.time.time_range import TimeRange

_LEAST_PX = 140  # with strip and axis: what is beneath or beside gives way before curves are lost
_HAND = "dragged", "zoomed", "hovered", "cursor_dragged", "stretch_marked", "cursor_asked", "menu_asked"


class PlotStack(QFrame):
    """As many plots as the series want, from top to bottom; whatever it is told, all of them are, new ones as well.

    Until somebody moves a border between them, all have as much room for their curves.
    """

    dragged = Signal(float)  # seconds to move the range by
    zoomed = Signal(float, float)  # factor of the length, time around which
    hovered = Signal(object)  # time under the mouse, None if it left
    cursor_dragged = Signal(str, float)  # A or B, time to stand at
    stretch_marked = Signal(float, float)  # from a time to another one
    cursor_asked = Signal(float)  # time at which the next one is to stand
    menu_asked = Signal(QPoint)  # global position
    flag_chosen = Signal(object)  # a Cluster of marks
    limits_chosen = Signal(object, object)  # AxisKey, limits or None: it fits what is in sight
    limits_moved = Signal(object, object)  # the same, by a hand that goes on
    axis_menu_asked = Signal(object, QPoint)  # AxisKey, global position
    resized = Signal()
    heights_chosen = Signal(object)  # a tuple of pixels
    failed = Signal()  # nothing is drawn, see `is_whole`

    def __init__(self, parent: QWidget | None = None, *, are_axes_wide: bool = False) -> None:
        """``are_axes_wide``: all of them, whatever room that takes; else those that have room beside the plot."""
        super().__init__(parent)
        self._are_axes_wide = are_axes_wide
        self.setMinimumHeight(_LEAST_PX)
        self.tip_at: Callable[[float, float, SeriesKey | None], str] = lambda *_: ""
        self._heights: tuple[int, ...] = ()  # that somebody chose
        self._told: dict[str, tuple[Any, ...]] = {}
        self._unfinished: set[str] = set()  # steps of drawing that raised
        self._keys: list[list[SeriesKey]] = [[]]
        self._places: dict[SeriesKey, int] = {}  # in which plots they are
        self._wanted: SeriesKey | None = None  # in sight
        self._scroll_timer = QTimer(self, singleShot=True, interval=0)  # when all is laid out
        self._scroll_timer.timeout.connect(self._on_laid_out)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.splitterMoved.connect(self._on_moved)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.splitter)
        self.foot = Foot()
        self.foot.tip_at = lambda time_s, reach_s: self.tip_at(time_s, reach_s, None)
        self._follow_hand(self.foot)
        stack(self, self._scroll, self.foot)
        self.lowest = self._made()
        self.plots = [self.lowest]
        self.lowest.resized.connect(self.resized)

    @property
    def width_px(self) -> int:
        """How many samples can stand side by side."""
        return self.lowest.width_px

    def scale(self, axis: AxisKey) -> Scale:
        """Of an axis."""
        return next(plot.axes.fit.scales[axis.unit] for plot in self.plots if plot.number == axis.plot)

    def place_at(self, at: QPoint) -> tuple[int, QRect]:
        """Which plot is there, and its place; at the time axis a new one below all."""
        foot = self.foot.geometry()
        if at.y() >= foot.top():
            return self.lowest.number + 1, foot
        places = {plot.number: QRect(plot.mapTo(self, QPoint()), plot.size()) for plot in self.plots}
        number = next((number for number, place in places.items() if at.y() <= place.bottom()), self.lowest.number)
        return number, places[number] & self._scroll.geometry()

    def scroll_by(self, steps: int) -> None:
        """Scrolls down (negative: up) what has not all the room that it wants."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + steps * bar.singleStep())

    def reveal(self, key: SeriesKey) -> None:
        """Scrolls to the curves or the lane of a series, as soon as it has some."""
        self._wanted = key
        self._scroll_timer.start()

    @Slot()
    def _on_laid_out(self) -> None:
        if self._wanted not in self._places:
            self._wanted = None
            return
        self.splitter.refresh()  # its layout, and that of what scrolls, may come later
        height_px = max(self._scroll.viewport().height(), self.splitter.minimumSizeHint().height())
        self.splitter.resize(self.splitter.width(), height_px)
        for plot in self.plots:
            if (place := plot.place_of(self._wanted)) is not None:
                self._wanted = None
                place.translate(plot.mapTo(self.splitter, QPoint()))
                self._scroll.ensureVisible(0, place.center().y(), 0, place.height() // 2 + 1)

    def set_heights(self, heights: tuple[int, ...]) -> None:
        """Makes each as high as that; all alike without heights."""
        if heights != self._heights and len(heights) in (0, len(self.plots)):
            self._heights = heights
            if heights:
                self.splitter.setSizes(heights)
            else:
                self._share_room()

    # -- what all of them are told ---------------------------------------------------------------------------------

    def draw(self, points: Sequence[Drawn], now_s: float) -> None:
        """Draws these points, each in its plot, and nothing else."""
        with self._step("points"):
            self._draw(points, now_s)

    def _draw(self, points: Sequence[Drawn], now_s: float) -> None:
        numbers = sorted({point.plot for point in points} or {0})
        groups = [[point for point in points if point.plot == number] for number in numbers]
        self._have(len(groups))
        for plot, number, group in zip(self.plots, numbers, groups, strict=True):
            if number != plot.number:
                plot.number = number
                plot.set_axes(*self._told.get("set_axes", (NOTHING_CHOSEN,)))
            plot.draw(group, now_s)
        keys = [[point.key for point in group] for group in groups]
        if keys != self._keys and "set_holes" in self._told:
            self._keys = keys
            self.set_holes(*self._told["set_holes"])
        self._align()
        places = {point.key: point.plot for point in points}
        before, self._places = self._places, places
        if wanted := arrived(before, places) or self._wanted:
            self.reveal(wanted)

    def set_holes(self, common: Pieces, rows: Sequence[HoleRow], of: Mapping[SeriesKey, Pieces]) -> None:
        """What is missing, see `TrendPlot.set_holes`; the strip tells of all plots."""
        self._tell(TrendPlot.set_holes, common, rows, of)
        self.foot.set_pieces(list(of.values()))

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Shows these, whose flags are of all plots, above the first."""
        for plot in self.plots:
            plot.set_marks(marks, with_flags=plot is self.plots[0])
        self._told["set_marks"] = (marks,)

    def set_active(self, key: SeriesKey | None) -> None:
        """Dims all other series, in all plots."""
        self._tell(TrendPlot.set_active, key)
        self._align()

    def set_axes(self, choices: AxisChoices) -> None:
        """Lets axes end where their user chose."""
        self._tell(TrendPlot.set_axes, choices)

    def set_range(self, shown: TimeRange, zone: tzinfo | None = None, now_s: float | None = None) -> None:
        """Shows this stretch of time."""
        with self._step("time"):
            self._tell(TrendPlot.set_range, shown, zone, now_s)
            self.foot.set_range(shown, zone, now_s)
            self._align()

    @property
    def is_whole(self) -> bool:
        """Whether points and time were drawn, the last ones that it was told."""
        return not self._unfinished

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Until it goes through no line is in sight, since old ones would stand under new axes; an error goes on."""
        try:
            yield
        except Exception:
            self._unfinished.add(name)
            raise
        else:
            self._unfinished.discard(name)
        finally:
            for plot in self.plots:
                plot.show_lines(self.is_whole)
            if not self.is_whole:
                self.failed.emit()

    def set_cursor(self, time_s: float | None, text: str = "") -> None:
        """Stands the crosshair at a time, or takes it away."""
        self._tell(TrendPlot.set_cursor, time_s)
        self.foot.set_cursor(time_s, text)

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Stands the cursors A and B there, those that there are."""
        self._tell(TrendPlot.set_cursors, at)
        self.foot.set_cursors(at)

    def set_focused(self, focused: bool) -> None:
        """Whether the keys are the plots'."""
        mark_focus(self, focused=focused)

    def restyle(self) -> None:
        """Takes the colours of the theme in force."""
        for view in self._views:
            view.restyle()
        self._align()

    @property
    def needed_px(self) -> int:
        """How high it is where nothing scrolls."""
        return sum(plot.least_px + self.splitter.handleWidth() for plot in self.plots) + self.foot.height_px

    def rest(self) -> None:
        """Is painted at its best from now on, all at once."""
        for plot in self.plots:
            plot.rest()

    def paint_on(self, painter: QPainter) -> None:
        """Paints all of it as it is, from the origin of the painter on."""
        for view in self._views:
            painter.save()
            painter.translate(view.mapTo(self, QPoint()))
            view.paint_on(painter)
            painter.restore()

    @property
    def _views(self) -> Sequence[TimeView]:
        return (*self.plots, self.foot)

    # -- how they stand --------------------------------------------------------------------------------------------

    def _tell(self, method: Callable[..., None], *arguments: Any) -> None:
        self._told[method.__name__] = arguments
        for plot in self.plots:
            method(plot, *arguments)

    def _follow_hand(self, view: TimeView) -> None:
        for name in _HAND:
            getattr(view, name).connect(getattr(self, name))

    def _made(self) -> TrendPlot:
        plot = TrendPlot()
        plot.axes.are_all_wide = self._are_axes_wide
        plot.tip_at = lambda *about: self.tip_at(*about)
        self._follow_hand(plot)
        plot.resized.connect(self._align)
        plot.flags.chosen.connect(self.flag_chosen)
        for mine, its in (
            (self.limits_chosen, plot.axes.limits_chosen),
            (self.limits_moved, plot.axes.limits_moved),
            (self.axis_menu_asked, plot.axes.menu_asked),
        ):
            its.connect(lambda unit, what, mine=mine: mine.emit(AxisKey(unit, plot.number), what))
        self.splitter.insertWidget(0, plot)
        return plot

    def _have(self, count: int) -> None:
        """Has so many plots; one more is told what all were."""
        if count == len(self.plots):
            return
        while len(self.plots) > count:
            plot = self.plots.pop(0)
            plot.setParent(None)
            plot.deleteLater()
        while len(self.plots) < count:
            plot = self._made()
            self.plots.insert(0, plot)
            for name, arguments in self._told.items():
                getattr(plot, name)(*arguments)
            plot.show()
        if "set_marks" in self._told:
            self.set_marks(*self._told["set_marks"])
        self._heights = ()
        self._share_room()

    @Slot()
    def _align(self) -> None:
        """Gives all plots the same edges, so that one time is above another."""
        sides = [plot.sides for plot in self.plots]
        left_px, right_px = (max(widths) for widths in zip(*sides, strict=True))
        for plot in self.plots:
            plot.set_sides(left_px, right_px)
        bar_px = self._scroll.width() - self._scroll.viewport().width()
        self.foot.set_sides(left_px, right_px + bar_px)
        mark(self.foot, "beneath", on=bar_px > 0)  # some of the plots, which scroll
        for view in self._views:
            view.lay_out()

    def _share_room(self) -> None:
        each = max(1, self._scroll.height() // len(self.plots))
        self.splitter.setSizes([each] * len(self.plots))

    @Slot()
    def _on_moved(self) -> None:
        self._heights = tuple(self.splitter.sizes())
        self.heights_chosen.emit(self._heights)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._heights:
            self._share_room()
