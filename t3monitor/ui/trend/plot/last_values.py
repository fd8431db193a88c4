"""Tags at the right edge of the plot: what the newest readings say, while they hold and the edge is the present."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.plot.axes import axis_font
from t3monitor.ui.trend.plot.ticks import short_text

_PADDING_PX, _MOST_CHARACTERS = 3.0, 12


class LastValue(NamedTuple):
    """The newest reading of a curve."""

    y: float  # in pixels
    value: float
    whole_text: str  # of the value
    colour: QColor

    @property
    def text(self) -> str:
        """Not longer than a tag may be."""
        return self.whole_text if len(self.whole_text) <= _MOST_CHARACTERS else short_text(self.value)


def spread(places: Sequence[float], size: float, height: float) -> list[float]:
    """Where tags of a size stand instead, so that none covers another; from above, as near as there is room.

    There are no more of them than have room.
    """
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + size if found else size / 2))
    below = height + size / 2
    for number in range(len(found) - 1, -1, -1):
        found[number] = below = min(found[number], below - size)
    return found


def paint_last_values(painter: QPainter, rect: QRectF, values: Sequence[LastValue]) -> None:
    """Paints a tag for each of them, of the first ones if there is no room for all."""
    metrics = QFontMetricsF(axis_font())
    size = metrics.height() + 1
    shown = sorted((value for value in values if 0 <= value.y <= rect.height()), key=lambda value: value.y)
    shown = shown[: int(rect.height() // size)]
    ground = QColor(current_theme().base)
    ground.setAlphaF(0.7)
    painter.setFont(axis_font())
    for value, y in zip(shown, spread([value.y for value in shown], size, rect.height()), strict=True):
        width = metrics.horizontalAdvance(value.text) + 2 * _PADDING_PX
        tag = QRectF(rect.right() - width, y - size / 2, width, size - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(tag, 2, 2)
        painter.setPen(value.colour)
        painter.drawText(QPointF(tag.left() + _PADDING_PX, tag.top() + metrics.ascent()), value.text)
        painter.fillRect(QRectF(rect.right() - 2, tag.top(), 2, tag.height()), value.colour)
