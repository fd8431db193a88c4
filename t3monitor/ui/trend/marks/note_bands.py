"""The stretches that notes are pinned to, as a tint behind curves and lanes."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.marks.marks import Mark
from t3monitor.ui.trend.plot.time_item import TimeItem

_TINT, _EDGE = 0.09, 0.35  # alphas; paler than any hatch, since it hides nothing
_EDGE_PX = 1.0


class NoteBands(TimeItem):
    """Draws them."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-90)  # over the grid, beneath holes
        self._stretches: list[tuple[float, float]] = []

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Shows those of the marks that are stretches."""
        self._stretches = [(mark.time_s, mark.end_s) for mark in marks if mark.end_s is not None]
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        tint, edge = QColor(current_theme().accent), QColor(current_theme().accent)
        tint.setAlphaF(_TINT)
        edge.setAlphaF(_EDGE)
        whole = self.rect()
        for since_s, until_s in self._stretches:
            left, right = self.x_of(since_s), self.x_of(until_s)
            if left < whole.right() and right > whole.left():
                band = QRectF(left, whole.top(), right - left, whole.height()).intersected(whole)
                painter.fillRect(band, tint)
                for x in (left, right - _EDGE_PX):
                    if whole.left() <= x <= whole.right():
                        painter.fillRect(QRectF(x, whole.top(), _EDGE_PX, whole.height()), edge)
