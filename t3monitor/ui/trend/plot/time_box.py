"""A part of the plot over the time axis: a box for the user's hand, with a grid and a crosshair."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QLineF, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QGraphicsLineItem,
    QGraphicsSceneResizeEvent,
    QGraphicsSceneWheelEvent,
    QGraphicsWidget,
    QSizePolicy,
)
from typing_extensions import override

from t3monitor.ui.kit.theme import Theme
from t3monitor.ui.trend.plot.axes import WHEEL_FACTOR
from t3monitor.ui.trend.plot.time_item import TimeItem
from t3monitor.ui.trend.stretch.cursors import GRIP_PX, CursorLines
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import TimeTick


class _Grid(TimeItem):
    """Light lines at the marks of the axes."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-100)
        self.line = QPen()
        self.times: Sequence[float] = ()
        self.levels: Sequence[float] = ()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        size = self.rect().size()
        lines = [QLineF(x, 0, x, size.height()) for x in map(self.x_of, self.times)]
        lines += [QLineF(0, y, size.width(), y) for y in (size.height() * (1 - level) for level in self.levels)]
        painter.setPen(self.line)
        painter.drawLines(lines)


class TimeBox(QGraphicsWidget):
    """Reports what the mouse wants instead of doing it; what stands in it is moved by `set_time` alone."""

    resized = Signal()
    dragged = Signal(float)  # seconds to move the range by
    zoomed = Signal(float, float)  # factor of the length, time around which
    menu_asked = Signal(QPoint)  # global position
    cursor_dragged = Signal(str, float)  # A or B, time to stand at
    stretch_marked = Signal(float, float)  # from a time to another one
    cursor_asked = Signal(float)  # time at which the next one is to stand

    is_gripped = True  # the mouse takes hold of the cursors A and B in it, and is told so

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFlag(QGraphicsWidget.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.setZValue(-100)  # labels of the axes reach over it
        self.shown = TimeRange(0, 1)
        self._items: list[TimeItem] = []
        self._grid, self._lines = _Grid(), CursorLines()
        self._now, self._cursor = _Upright(self, 90), _Upright(self, 100)
        self._gripped: str | None = None  # by the mouse, until it lets go
        self._is_marking = False
        for item in (self._grid, self._lines):
            self.add(item)

    def add(self, item: TimeItem) -> None:
        """Has something drawn on its time."""
        item.setParentItem(self)
        item.shown = self.shown
        item.setRect(self.rect())
        self._items.append(item)

    def set_time(self, shown: TimeRange) -> None:
        """Shows this stretch of time."""
        self.shown = shown
        for item in self._items:
            item.shown = shown
        self._place_lines()
        self.update()

    def x_of(self, time_s: float) -> float:
        """Where a time stands."""
        return self._grid.x_of(time_s)

    def time_at(self, at: QPointF) -> float:
        """The time at a place in it."""
        return self.shown.start_s + at.x() / self.size().width() * self.shown.length_s

    def set_cursor(self, time_s: float | None) -> None:
        """Stands the crosshair at a time, or takes it away."""
        self._cursor.time_s = time_s
        self._place_lines()

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Stands the cursors A and B there, those that there are."""
        self._lines.show_at(at)

    def cursor_near(self, time_s: float) -> str | None:
        """The cursor, A or B, that the mouse has hold of at a time."""
        return self._lines.near(time_s, GRIP_PX * self.shown.length_s / self.size().width())

    def set_now(self, now_s: float | None) -> None:
        """Stands a line at the present, or takes it away."""
        self._now.time_s = now_s
        self._place_lines()

    def set_times(self, ticks: Sequence[TimeTick]) -> None:
        """Draws the grid's upright lines there."""
        self._grid.times = [tick.utc_s for tick in ticks]
        self._grid.update()

    def set_levels(self, levels: Sequence[float]) -> None:
        """Draws the grid's level lines at these parts of its height, from below."""
        self._grid.levels = levels
        self._grid.update()

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme."""
        self._grid.line = _hairline(theme.grid)
        self._lines.restyle(theme)
        self._cursor.setPen(_hairline(theme.muted))
        self._now.setPen(_hairline(theme.accent))

    @override
    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect().adjusted(0, 0, 0.5, 0.5))  # a line at its end is in it
        return path

    def _place_lines(self) -> None:
        for line in (self._now, self._cursor):
            line.place()

    @override
    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        super().resizeEvent(event)
        for item in self._items:
            item.setRect(self.rect())
        self._place_lines()
        self.resized.emit()

    @override
    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        self.zoomed.emit(WHEEL_FACTOR ** (-event.delta() / 120), self.time_at(event.pos()))
        event.accept()

    def mouseDragEvent(self, ev: Any) -> None:  # noqa: N802
        """Called by the scene."""
        if ev.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            ev.accept()
            since_s, before_s, at_s = map(self.time_at, (ev.buttonDownPos(), ev.lastPos(), ev.pos()))
            if ev.isStart():
                self._gripped = self.cursor_near(since_s)
                self._is_marking = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if self._gripped:
                self.cursor_dragged.emit(self._gripped, at_s)
            elif self._is_marking:
                self.stretch_marked.emit(since_s, at_s)
            else:
                self.dragged.emit(before_s - at_s)

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802
        """Called by the scene."""
        if ev.button() == Qt.MouseButton.RightButton:
            ev.accept()
            self.menu_asked.emit(ev.screenPos().toPoint())
        elif ev.button() == Qt.MouseButton.LeftButton and ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            ev.accept()
            self.cursor_asked.emit(self.time_at(ev.pos()))


class _Upright(QGraphicsLineItem):
    """A line at a time; Qt alone paints it, and repaints what it leaves and where it comes."""

    def __init__(self, box: TimeBox, z: float) -> None:
        super().__init__(box)
        self._box = box
        self.time_s: float | None = None
        self.setZValue(z)
        self.hide()

    def place(self) -> None:
        """Stands where its time is, if it has one."""
        self.setVisible(self.time_s is not None)
        if self.time_s is not None:
            x = self._box.x_of(self.time_s)
            self.setLine(x, 0, x, self._box.size().height())


def _hairline(colour: QColor) -> QPen:
    pen = QPen(colour)
    pen.setCosmetic(True)
    return pen
