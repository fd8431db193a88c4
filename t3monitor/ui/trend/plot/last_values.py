"""Tags at the right edge of the plot: what the newest readings say, while they hold and the edge is the present."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from t3monitor.model.numbers import short_text
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.plot.axes import axis_font

_PADDING_PX, _LEAD_PX, _MOST_CHARACTERS = 3.0, 7.0, 12
_EXACT = 0.1  # a pixel of it is none that is missing
_GROUND = 0.85  # of the colour behind a tag


class LastValue(NamedTuple):
    """The newest reading of a curve, at the end of its line."""

    end: QPointF
    value: float
    whole_text: str  # of the value
    colour: QColor

    @property
    def text(self) -> str:
        """Not longer than a tag may be."""
        return self.whole_text if len(self.whole_text) <= _MOST_CHARACTERS else short_text(self.value)


def placed(places: Sequence[float], size: float, height: float) -> list[float | None]:
    """Where tags of a size stand, so that none covers another and all keep the order of their values.

    The first have the choice. None stands farther than its own size from its value: that one gets none (None).
    """
    found: list[float | None] = []
    for place in places:
        taken = [(other, its) for other, its in zip(places, found, strict=False) if its is not None]
        lowest = height - size / 2
        own = min(max(place, size / 2), lowest)
        beside = [its + way * size for _, its in taken for way in (-1, 1)]
        found.append(
            next(
                (
                    at
                    for at in sorted((own, *beside), key=lambda at: abs(at - place))
                    if abs(at - place) <= size
                    and size / 2 <= at <= lowest
                    and all(abs(at - its) > size - _EXACT and (at - its) * (place - other) >= 0 for other, its in taken)
                ),
                None,
            )
        )
    return found


def paint_last_values(painter: QPainter, rect: QRectF, values: Sequence[LastValue]) -> None:
    """Paints a tag for each of them that has room near its value, the first ones first, and a line to that value."""
    metrics = QFontMetricsF(axis_font())
    size = metrics.height() + 1
    shown = [value for value in values if 0 <= value.end.y() <= rect.height()]
    ground = QColor(current_theme().base)
    ground.setAlphaF(_GROUND)
    painter.setFont(axis_font())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for value, y in zip(shown, placed([value.end.y() for value in shown], size, rect.height()), strict=True):
        if y is None:
            continue
        width = metrics.horizontalAdvance(value.text) + 2 * _PADDING_PX
        tag = QRectF(value.end.x() - _LEAD_PX - width, y - size / 2, width, size - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(tag, 2, 2)
        painter.setPen(value.colour)
        painter.drawText(QPointF(tag.left() + _PADDING_PX, tag.top() + metrics.ascent()), value.text)
        painter.fillRect(QRectF(tag.right() - 2, tag.top(), 2, tag.height()), value.colour)
        painter.drawLine(QPointF(tag.right(), tag.center().y()), value.end)
