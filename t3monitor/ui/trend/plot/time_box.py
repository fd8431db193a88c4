"""A part of the plot over the time axis: a view box for the user's hand, with a grid and a crosshair."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from t3monitor.ui.kit.theme import Theme
from t3monitor.ui.trend.export.paper import in_pixels
from t3monitor.ui.trend.plot.axes import WHEEL_FACTOR
from t3monitor.ui.trend.stretch.cursors import GRIP_PX, CursorLines
from t3monitor.ui.trend.time.time_ticks import TimeTick


class _Grid(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Light lines at the marks of the axes."""

    def __init__(self) -> None:
        super().__init__()
        self.pen = QPen()
        self.times: Sequence[float] = ()
        self.levels: Sequence[float] = ()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        shown = self.boundingRect()
        lines = [QLineF(at, shown.top(), at, shown.bottom()) for at in self.times]
        lines += [QLineF(shown.left(), level, shown.right(), level) for level in self.levels]
        with in_pixels(painter) as to_pixels:
            painter.setPen(self.pen)
            painter.drawLines([to_pixels.map(line) for line in lines])


class TimeBox(pg.ViewBox):  # type: ignore[misc]
    """A view box that reports what the mouse wants instead of doing it; X is UTC epoch seconds."""

    dragged = Signal(float)  # seconds to move the range by
    zoomed = Signal(float, float)  # factor of the length, time around which
    menu_asked = Signal(QPoint)  # global position
    cursor_dragged = Signal(str, float)  # A or B, time to stand at
    stretch_marked = Signal(float, float)  # from a time to another one
    cursor_asked = Signal(float)  # time at which the next one is to stand

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.setMouseEnabled(x=False, y=False)
        self.disableAutoRange()
        self._grid = _Grid()
        self._grid.setZValue(-100)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.setZValue(100)
        self._now = pg.InfiniteLine(angle=90, movable=False)
        self._now.setZValue(90)
        self._lines = CursorLines()
        self._gripped: str | None = None  # by the mouse, until it lets go
        self._is_marking = False
        for line in (self._cursor, self._now):
            line.hide()
        for item in (self._grid, self._lines, self._cursor, self._now):
            self.addItem(item, ignoreBounds=True)

    def set_cursor(self, time_s: float | None) -> None:
        """Stands the crosshair at a time, or takes it away."""
        self._cursor.setVisible(time_s is not None)
        if time_s is not None:
            self._cursor.setPos(time_s)

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Stands the cursors A and B there, those that there are."""
        self._lines.show_at(at)

    def cursor_near(self, time_s: float) -> str | None:
        """The cursor, A or B, that the mouse has hold of at a time."""
        return self._lines.near(time_s, GRIP_PX * self.viewPixelSize()[0])

    def set_now(self, now_s: float | None) -> None:
        """Stands a line at the present, or takes it away."""
        self._now.setVisible(now_s is not None)
        if now_s is not None:
            self._now.setPos(now_s)

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
        self._grid.pen = pg.mkPen(theme.grid, width=1)
        self._lines.restyle(theme)
        self._cursor.setPen(pg.mkPen(theme.muted, width=1))
        self._now.setPen(pg.mkPen(theme.accent, width=1))

    def wheelEvent(self, ev: Any, axis: Any = None) -> None:  # noqa: ARG002, N802
        """Called by Qt."""
        factor = WHEEL_FACTOR ** (-ev.delta() / 120)
        self.zoomed.emit(factor, self.mapToView(ev.pos()).x())
        ev.accept()

    def mouseDragEvent(self, ev: Any, axis: Any = None) -> None:  # noqa: ARG002, N802
        """Called by Qt."""
        if ev.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            ev.accept()
            since_s, before_s, at_s = (
                float(self.mapToView(at).x()) for at in (ev.buttonDownPos(), ev.lastPos(), ev.pos())
            )
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
        """Called by Qt."""
        if ev.button() == Qt.MouseButton.RightButton:
            ev.accept()
            self.menu_asked.emit(ev.screenPos().toPoint())
        elif ev.button() == Qt.MouseButton.LeftButton and ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            ev.accept()
            self.cursor_asked.emit(float(self.mapToView(ev.pos()).x()))
