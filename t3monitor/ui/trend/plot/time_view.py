"""A view of what stands above each other on one time axis: boxes in rows, between columns for axes."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsWidget, QToolTip

from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import TimeTick, time_ticks

SPARE = 64  # the last column, right of all axes
_TIP_PX = 4  # how far the mouse moves until a tooltip is of another place
_NARROWEST_PX = 100.0  # of the boxes beside all axes: Qt ends the program where a box of the scene has no width
_GRIP, _NO_GRIP = Qt.CursorShape.SplitHCursor, Qt.CursorShape.ArrowCursor


class TimeView(pg.GraphicsView):  # type: ignore[misc]
    """Boxes in the second column of its layout; it owns no time and moves nothing by itself.

    X of every box is UTC epoch seconds.
    """

    dragged = Signal(float)  # seconds to move the range by
    zoomed = Signal(float, float)  # factor of the length, time around which
    hovered = Signal(object)  # time under the mouse, None if it left
    cursor_dragged = Signal(str, float)  # A or B, time to stand at
    stretch_marked = Signal(float, float)  # from a time to another one
    cursor_asked = Signal(float)  # time at which the next one is to stand
    menu_asked = Signal(QPoint)  # global position

    def __init__(self, margins: tuple[float, float, float, float]) -> None:
        super().__init__(useOpenGL=False, background=None)
        self.setAcceptDrops(False)  # the trend takes drops
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the trend has the keys
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else all beneath is painted first
        self.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        self._range = TimeRange(0, 1)
        self._zone: tzinfo | None = None
        self._present_s: float | None = None  # where its line stands
        self._boxes: list[TimeBox] = []
        self._root = QGraphicsWidget()
        self._layout = QGraphicsGridLayout(self._root)
        self._layout.setContentsMargins(*margins)
        self._layout.setSpacing(0)
        self._layout.setColumnStretchFactor(1, 1)
        self._layout.setColumnMinimumWidth(1, _NARROWEST_PX)
        self.setCentralItem(self._root)
        self.setMouseTracking(True)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)

    def _add_box(self, box: TimeBox, row: int) -> None:
        for name in ("dragged", "cursor_dragged", "stretch_marked", "cursor_asked", "zoomed", "menu_asked"):
            getattr(box, name).connect(getattr(self, name))
        self._layout.addItem(box, row, 1)
        self._boxes.append(box)

    def set_sides(self, left_px: float, right_px: float) -> None:
        """Has columns of this width left and right of the boxes."""
        for column, width_px in {0: left_px, SPARE: right_px}.items():
            if width_px != self._layout.columnMaximumWidth(column):  # else all would be laid out in each frame
                self._layout.setColumnFixedWidth(column, width_px)

    def lay_out(self) -> None:
        """Has everything where it belongs: as it is painted it would be too late, and all would be painted twice."""
        self._root.setGeometry(self.range)  # it may have been wider, beside axes that were
        self._layout.activate()

    def set_range(self, shown: TimeRange, zone: tzinfo | None = None, now_s: float | None = None) -> None:
        """Shows this stretch of time, in the times of a zone (None: this computer's), with a line at the present."""
        self._range, self._zone, self._present_s = shown, zone, now_s
        for box in self._boxes:
            box.set_time(shown)
            box.set_now(now_s)

    def _ticks(self, width_px: float) -> list[TimeTick]:
        """The marks of its time on so many pixels."""
        ticks = time_ticks(*self._range, width_px, self._zone)
        if self._present_s is None:
            return ticks
        return [tick for tick in ticks if tick.utc_s <= self._present_s]  # the sliver after it has no times

    def set_cursor(self, time_s: float | None, text: str = "") -> None:  # noqa: ARG002  # where there is room for it
        """Stands the crosshair at a time, or takes it away."""
        for box in self._boxes:
            box.set_cursor(time_s)

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Stands the cursors A and B there, those that there are."""
        for box in self._boxes:
            box.set_cursors(at)

    def restyle(self) -> None:
        """Takes the colours of the theme in force."""
        theme = current_theme()
        self.setBackground(theme.base)
        for box in self._boxes:
            box.restyle(theme)

    def paint_on(self, painter: QPainter) -> None:
        """Paints it as it is, from the origin of the painter on."""
        self.lay_out()
        self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())

    def _on_mouse_moved(self, at: QPointF) -> None:
        for box in self._boxes:
            if box.isVisible() and box.sceneBoundingRect().contains(at):
                time_s = box.time_at(box.mapFromScene(at))
                if box.is_gripped:
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
        """What there is to tell of a place of the scene."""
        for box in self._boxes:
            if box.isVisible() and box.sceneBoundingRect().contains(at):
                return self._tip(box, box.mapFromScene(at))
        return ""

    def _tip(self, box: TimeBox, at: QPointF) -> str:
        raise NotImplementedError

    def leaveEvent(self, event: Any) -> None:  # noqa: N802
        """Called by Qt."""
        super().leaveEvent(event)
        self.hovered.emit(None)
