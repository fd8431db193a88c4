"""Cursors A and B in the plot: their lines, and their names at the time axis."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from t3monitor.model.units import hours_minutes_seconds
from t3monitor.ui.kit.theme import Theme
from t3monitor.ui.trend.plot.time_item import TimeItem

GRIP_PX = 5.0  # so near the mouse has hold of one
_SHADE_ALPHA = 0.09
_PADDING_PX = 4.0


class CursorLines(TimeItem):
    """An upright line at each cursor, and the time between both a little tinted."""

    def __init__(self) -> None:
        super().__init__()
        self.at: Mapping[str, float] = {}
        self._pen, self._shade = QPen(), QColor()
        self.setZValue(95)

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme."""
        self._pen = QPen(theme.text)
        self._pen.setCosmetic(True)
        self._shade = QColor(theme.accent)
        self._shade.setAlphaF(_SHADE_ALPHA)

    def show_at(self, at: Mapping[str, float]) -> None:
        """Stands the cursors there, by their names."""
        if at != self.at:
            self.at = at
            self.update()

    def near(self, time_s: float, reach_s: float) -> str | None:
        """The cursor that is nearest to a time, if it is as near as that."""
        name = min(self.at, key=lambda name: abs(self.at[name] - time_s), default=None)
        return name if name and abs(self.at[name] - time_s) <= reach_s else None

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        if not self.at:
            return
        height, places = self.rect().height(), [self.x_of(at_s) for at_s in self.at.values()]
        painter.fillRect(QRectF(min(places), 0, max(places) - min(places), height), self._shade)
        painter.setPen(self._pen)
        painter.drawLines([QLineF(x, 0, x, height) for x in places])


def name_rooms(
    metrics: QFontMetricsF, at: Mapping[str, float], x: Callable[[float], float]
) -> list[tuple[QRectF, str]]:
    """Where at the time axis the cursors are named; and, if it fits, how long it is between them."""

    def room(middle: float, text: str) -> tuple[QRectF, str]:
        breadth = metrics.horizontalAdvance(text) + 2 * _PADDING_PX
        return QRectF(middle - breadth / 2, 2, breadth, metrics.height() + 3), text

    rooms = [room(x(at_s), name) for name, at_s in at.items()]
    if len(at) == 2:
        first, last = sorted(at.values())
        length = room((x(first) + x(last)) / 2, f"Δt {hours_minutes_seconds(last - first)}")
        if not any(length[0].intersects(other) for other, _ in rooms):
            rooms.append(length)
    return rooms


def paint_names(painter: QPainter, theme: Theme, rooms: Sequence[tuple[QRectF, str]]) -> None:
    """Paints the names of the cursors, and the length between them."""
    for place, (room, text) in enumerate(rooms):
        painter.setPen(theme.text)
        if place < 2:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(room, 3, 3)
            painter.setPen(theme.accent_text)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
