"""The axes around the plot: local time beneath, values with their unit beside, names beside the lanes.

They are drawn from plain values that the plot gives them, over a grid that all value axes share.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPainterPath, QPen, QStaticText
from PySide6.QtWidgets import (
    QGraphicsSceneContextMenuEvent,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneResizeEvent,
    QGraphicsSceneWheelEvent,
    QGraphicsWidget,
    QStyleOptionGraphicsItem,
    QWidget,
)
from typing_extensions import override

from t3monitor.model.zones import zone_names
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.trend.plot.ticks import Scale, labels
from t3monitor.ui.trend.stretch.cursors import name_rooms, paint_names
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import TimeTick

WHEEL_FACTOR = 1.25  # of one notch
HEADER_PX = 24.0  # above the plot, for the units
_GAP_PX = 6.0
_COLOUR_BAR_PX, _NARROWEST_BAR_PX = 10.0, 4.0
_WIDE_BARS = 3  # more of them share the room of these: an axis is no wider for its curves
NARROW_PX = 10.0  # of an axis for which there is no room
_OVERHANG_PX = 60.0  # labels at the ends reach into the neighbours' place


def widest_px(plot_px: float) -> float:
    """How wide an axis may be beside a plot: a fifth of both."""
    return max(40.0, 0.2 * plot_px)


def axis_font() -> QFont:
    """A little smaller than that of the window."""
    font = QGuiApplication.font()
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return font


def _bold_metrics() -> QFontMetricsF:
    font = axis_font()
    font.setBold(True)
    return QFontMetricsF(font)


class _Axis(QGraphicsWidget):
    """A strip of fixed breadth."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = current_theme()
        self.metrics = QFontMetricsF(axis_font())

    def restyle(self, theme: Theme) -> None:
        """Takes the colours and font of a new theme."""
        self.theme = theme
        self.metrics = QFontMetricsF(axis_font())
        self.update()

    def set_breadth(self, width: float | None = None, height: float | None = None) -> None:
        """Fixes width or height, and leaves the other to the layout."""
        if width is not None and width != self.minimumWidth():
            self.setMinimumWidth(width)
            self.setMaximumWidth(width)
        if height is not None and height != self.minimumHeight():
            self.setMinimumHeight(height)
            self.setMaximumHeight(height)

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), QSizeF(self.size())).adjusted(-_OVERHANG_PX, -10, _OVERHANG_PX, 10)


class TimeAxis(_Axis):
    """Times of a zone, which it names; the first mark and each midnight carry the date."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks: Sequence[TimeTick] = ()
        self.cursor_text = ""
        self._range = TimeRange(0, 1)
        self._cursor_s: float | None = None
        self._cursors: Mapping[str, float] = {}
        self._now_s: float | None = None
        self.zone_text = ""
        self.set_breadth(height=2 * self.metrics.height() + _GAP_PX)

    def set_marks(self, shown: TimeRange, ticks: Sequence[TimeTick], zone: tzinfo | None = None) -> None:
        """Shows a stretch of time with these marks, in the times of a zone."""
        self._range, self.ticks = shown, ticks
        self.zone_text = zone_names(*shown, zone)
        self.update()

    def set_now(self, now_s: float | None) -> None:
        """Marks the present, where it is in sight."""
        self._now_s = now_s
        self.update()

    def set_cursors(self, at: Mapping[str, float]) -> None:
        """Names the cursors A and B."""
        if at != self._cursors:
            self._cursors = at
            self.update()

    def set_cursor(self, time_s: float | None, text: str) -> None:
        """Marks the time of the crosshair."""
        self._cursor_s, self.cursor_text = time_s, text
        self.update()

    def restyle(self, theme: Theme) -> None:
        """As any axis; the font decides its height."""
        super().restyle(theme)
        self.set_breadth(height=2 * self.metrics.height() + _GAP_PX)

    def _x(self, time_s: float) -> float:
        return (time_s - self._range.start_s) / self._range.length_s * self.size().width()

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setFont(axis_font())
        width, line = self.size().width(), self.metrics.height()
        rightmost = min(width + _OVERHANG_PX, self.parentItem().boundingRect().width() - self.pos().x() - 2)
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawLine(QPointF(0, 0.5), QPointF(width, 0.5))
        painter.setPen(self.theme.muted)
        leftmost = max(-self.pos().x(), -_OVERHANG_PX) + 2
        painter.drawText(QPointF(leftmost, 4 + line + self.metrics.ascent()), self.zone_text)
        taken = first = leftmost + self.metrics.horizontalAdvance(self.zone_text) + 2 * _GAP_PX  # of the line of dates
        now = self._now_room()
        in_sight = {name: at_s for name, at_s in self._cursors.items() if 0 <= self._x(at_s) <= width}
        rooms = name_rooms(self.metrics, in_sight, self._x)
        cursor, cursor_text = self._cursor_room(width, line)
        covered = [room for room, _ in rooms] + ([cursor] if cursor_text else [])
        for tick in self.ticks:
            x = round(self._x(tick.utc_s)) + 0.5
            painter.setPen(QPen(self.theme.border, 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, 4))
            for row, (text, colour) in enumerate(((tick.text, self.theme.text), (tick.date, self.theme.muted))):
                painter.setPen(colour)
                text_width = self.metrics.horizontalAdvance(text)
                left = min(max(x - text_width / 2, leftmost), rightmost - text_width)
                if not row and any(left < room.right() and room.left() < left + text_width for room in covered):
                    continue
                if row and text:
                    if taken == first:
                        left = max(left, first)
                    elif left < taken:
                        continue
                    taken = left + text_width + _GAP_PX
                    if now and taken > now.left():
                        now = None  # the date says more
                painter.drawText(QPointF(left, 4 + row * line + self.metrics.ascent()), text)
        if now:
            painter.setPen(self.theme.accent)
            painter.drawText(now, Qt.AlignmentFlag.AlignCenter, self._now_text)
        paint_names(painter, self.theme, rooms)
        if cursor_text:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.text)
            painter.drawRoundedRect(cursor, 3, 3)
            painter.setPen(self.theme.base)
            painter.drawText(cursor, Qt.AlignmentFlag.AlignCenter, cursor_text)

    @property
    def _now_text(self) -> str:
        return translate("TimeAxis", "now")

    def _now_room(self) -> QRectF | None:
        """Where the word for the present stands: in the line of dates, beneath its mark."""
        if self._now_s is None or not self._range.start_s <= self._now_s <= self._range.end_s:
            return None
        text_width = self.metrics.horizontalAdvance(self._now_text) + 2
        left = min(self._x(self._now_s) - text_width / 2, self.size().width() + 8 - text_width)
        return QRectF(left, 4 + self.metrics.height(), text_width, self.metrics.height())

    def _cursor_room(self, width: float, line: float) -> tuple[QRectF, str]:
        """Where the time of the crosshair is told, and as much as has room; its end goes first."""
        if self._cursor_s is None:
            return QRectF(), ""
        text = self.metrics.elidedText(self.cursor_text, Qt.TextElideMode.ElideRight, width - 2 * _GAP_PX)
        text_width = self.metrics.horizontalAdvance(text) + 2 * _GAP_PX
        left = min(max(self._x(self._cursor_s) - text_width / 2, 0), width - text_width)
        return QRectF(left, 2, text_width, line + 3), text


class ValueAxis(_Axis):
    """Values of one unit, with the colours of its curves beneath the unit; it tells what the mouse wants.

    A narrow one has the colours alone. Shares are parts of its height, from below.
    """

    zoomed = Signal(float, float)  # factor of what it shows, share at which it stays
    dragged = Signal(float)  # share to go up by
    reset = Signal()  # it is to fit what is in sight
    menu_asked = Signal(QPoint)  # global position

    def __init__(self, unit: str, *, on_left: bool) -> None:
        super().__init__()
        self.unit = unit
        self.on_left = on_left
        self.labels: list[str] = []
        self._levels: list[float] = []  # of the labels
        self._colours: Sequence[QColor] = ()
        self._is_active = False
        self.wide_px = 0.0  # with its labels
        self.is_narrow = False
        self._bold = _bold_metrics()
        self._texts: dict[str, tuple[QStaticText, float]] = {}  # as they are painted, and how wide they are
        self.setCursor(Qt.CursorShape.SizeVerCursor)

    def set_curves(self, colours: Sequence[QColor], *, active: bool) -> None:
        """Of which colours its curves are, and whether one of them is the active one."""
        self._colours, self._is_active = colours, active
        self._renew()

    def set_scale(self, scale: Scale, widest_px: float) -> None:
        """Shows the marks of a scale; what is too wide is cut."""
        self.labels = labels(scale, self.unit)
        self._levels = [(mark - scale.lowest) / scale.span for mark in scale.marks]
        bars = min(len(self._colours), _WIDE_BARS) * (_COLOUR_BAR_PX + 2)
        texts = max(map(self._bold.horizontalAdvance, (*self.labels, self.unit)))
        self.wide_px = min(math.ceil(max(texts, bars) + 2 * _GAP_PX) + 1.0, math.floor(widest_px))
        self.set_narrow(self.is_narrow)
        self._renew()

    def _renew(self) -> None:
        self._texts = {}
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Has it as wide as its labels, or without them."""
        if narrow != self.is_narrow:
            self.is_narrow = narrow
            tip = translate("ValueAxis", "%s: point at one of its series in the list, and its values stand here")
            self.setToolTip(tip % self.unit if narrow else "")
            self.update()
        self.set_breadth(width=NARROW_PX if narrow else self.wide_px)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        font = axis_font()
        font.setBold(self._is_active)
        painter.setFont(font)
        width, height = self.size().width(), self.size().height() - HEADER_PX
        line_px = self.metrics.height()
        if self.is_narrow:
            self._paint_colours(painter, line_px - 1, width - 2)
            return
        painter.setPen(self.theme.text if self._is_active else self.theme.muted)
        for level, text in zip(self._levels, self.labels, strict=True):
            top = HEADER_PX + height * (1 - level) - line_px / 2
            self._paint_text(painter, max(top, HEADER_PX - 5), text)
        painter.setPen(self.theme.text)
        self._paint_text(painter, -1, self.unit)
        inner = width - 0.5 if self.on_left else 0.5
        if self._is_active:
            painter.drawLine(QPointF(inner, HEADER_PX), QPointF(inner, HEADER_PX + height))
        self._paint_colours(painter, line_px - 1, width - 2 * _GAP_PX + 2)

    def _paint_colours(self, painter: QPainter, top: float, room: float) -> None:
        colours = self._colours[: max(1, int(room // _NARROWEST_BAR_PX))]
        step = min(_COLOUR_BAR_PX + 2, room / max(1, len(colours)))
        beside = (self.size().width() - room + 2) / 2
        x = beside + room - len(colours) * step if self.on_left else beside
        for colour in colours:
            painter.fillRect(QRectF(x, top, step * 0.8, 3 if self._is_active else 2), colour)
            x += step

    def _paint_text(self, painter: QPainter, top: float, text: str) -> None:
        room = self.size().width() - 2 * _GAP_PX
        if text not in self._texts:
            metrics = self._bold if self._is_active else self.metrics
            width = metrics.horizontalAdvance(text)
            fitting = text if width <= room + 1 else metrics.elidedText(text, Qt.TextElideMode.ElideRight, room + 1)
            static = QStaticText(fitting)
            static.setTextFormat(Qt.TextFormat.PlainText)
            self._texts[text] = static, width if fitting == text else room
        static, width = self._texts[text]
        painter.drawStaticText(QPointF(_GAP_PX + (room - width if self.on_left else 0), top), static)

    @override
    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        super().resizeEvent(event)
        self._renew()

    @override
    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self._bold = _bold_metrics()
        self._renew()

    @override
    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect())
        return path

    @override
    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        self.zoomed.emit(WHEEL_FACTOR ** (-event.delta() / 120), self._share(event.pos().y()))
        event.accept()

    @override
    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        event.setAccepted(event.button() is Qt.MouseButton.LeftButton)

    @override
    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self.dragged.emit(self._share(event.lastPos().y()) - self._share(event.pos().y()))

    @override
    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self.reset.emit()

    @override
    def contextMenuEvent(self, event: QGraphicsSceneContextMenuEvent) -> None:
        self.menu_asked.emit(event.screenPos())
        event.accept()

    def _share(self, y: float) -> float:
        return 1 - (y - HEADER_PX) / max(1.0, self.size().height() - HEADER_PX)


class LaneNames(_Axis):
    """Names beside the lanes, cut in their middle where they are too long: their end tells them apart."""

    WIDEST_PX = 120.0

    def __init__(self) -> None:
        super().__init__()
        self.names: Sequence[str] = ()
        self._colours: Sequence[QColor] = ()

    def set_names(self, names: Sequence[str], colours: Sequence[QColor]) -> None:
        """Shows one name for each lane, the first on top."""
        self.names, self._colours = names, colours
        self.update()

    def fit_to(self, plot_px: float) -> None:
        """Takes what the names need, up to a limit."""
        needed = max((self.metrics.horizontalAdvance(name) for name in self.names), default=0.0)
        px = min(math.ceil(needed + 2 * _GAP_PX) + 1.0, self.WIDEST_PX, math.floor(widest_px(plot_px)))
        self.set_breadth(width=px if self.names else 0.0)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setFont(axis_font())
        lane_px = self.size().height() / max(1, len(self.names))
        room = self.size().width() - 2 * _GAP_PX
        for number, (name, colour) in enumerate(zip(self.names, self._colours, strict=True)):
            row = QRectF(_GAP_PX, number * lane_px, room, lane_px)
            painter.setPen(colour)
            text = self.metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
