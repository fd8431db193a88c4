"""The marks of a panel's state: a full disc, a half one, a ring; told apart without colours."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from t3monitor.ui.devices.panels import PanelState

_SIZES = (16, 24, 32, 48)
_LINE = 1.5  # of 16


def mark(state: PanelState, colour: QColor) -> QIcon:
    """The mark in a colour; it looks the same in a selected row, where the colour is that of the text."""
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(_drawn(state, colour, size), QIcon.Mode.Normal)
        result.addPixmap(_drawn(state, QColor(Qt.GlobalColor.white), size), QIcon.Mode.Selected)
    return result


def _drawn(state: PanelState, colour: QColor, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    painter.setPen(QPen(colour, _LINE))
    disc = QRectF(3.5, 3.5, 9, 9)
    if state is PanelState.LIVE:
        painter.setBrush(colour)
    painter.drawEllipse(disc)
    if state is PanelState.STALE:
        painter.setBrush(colour)
        painter.drawPie(disc, 90 * 16, 180 * 16)
    painter.end()
    return pixmap
