"""What is drawn of holes pixel column by pixel column, and moved, not made anew, while the user pans."""

from abc import abstractmethod
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter

from t3monitor.ui.trend.export.paper import is_vectors
from t3monitor.ui.trend.plot.time_item import TimeItem

_MARGIN_WINDOWS = 0.25  # on both sides of what is in sight


class ColumnItem(TimeItem):
    """Draws rows of pictures.

    A picture's columns are device pixels and begin at multiples of their length in time, so they stand still when the
    time in sight moves. It is repeated from top to bottom as far as its row reaches.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pictures: Sequence[QImage] = ()
        self._first, self._count, self._s_per_column = 0, 0, 0.0  # of the pictures

    @abstractmethod
    def pictures(self, first: int, count: int, s_per_column: float, scale: int) -> Sequence[QImage]:
        """Those of so many columns from the one with this number on; a hatch is ``scale`` times as large."""

    @abstractmethod
    def places(self, whole: QRectF) -> Sequence[QRectF]:
        """Where each of them stands, in pixels."""

    def renew(self) -> None:
        """Other holes, or other colours."""
        self._pictures, self._count = (), 0
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        whole = painter.transform().mapRect(self.rect())
        ratio = painter.device().devicePixelRatioF()
        s_per_column = float(f"{self.shown.length_s / (whole.width() * ratio):.6g}")  # the same wherever it is moved
        first, count = int(self.shown.start_s // s_per_column), int(whole.width() * ratio) + 2
        is_there = self._first <= first and first + count <= self._first + self._count
        if s_per_column != self._s_per_column or not is_there:
            margin = int(count * _MARGIN_WINDOWS) if s_per_column == self._s_per_column else 0  # else it is zoomed
            self._first, self._count, self._s_per_column = first - margin, count + 2 * margin, s_per_column
            self._pictures = self.pictures(self._first, self._count, s_per_column, max(1, round(ratio)))
        painter.save()
        painter.resetTransform()  # to whole pixels of the device
        painter.scale(1 / ratio, 1 / ratio)
        for its, place in zip(self._pictures, self.places(whole), strict=True):
            top = round(place.top() * ratio)
            left, height = round(whole.left() * ratio), round(place.bottom() * ratio) - top
            room = QRect(left, top, round(whole.width() * ratio), height)
            offset = QPoint(first - self._first, 0)
            if is_vectors(painter):
                painter.drawImage(room, _filled(room.size(), its, offset))
            else:
                painter.setBrushOrigin(QPointF(room.topLeft() - offset))
                painter.fillRect(room, QBrush(its))
        painter.restore()


def _filled(size: QSize, tile: QImage, offset: QPoint) -> QImage:
    """One picture, since not every file knows brushes that are pictures."""
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setBrushOrigin(-offset)
    painter.fillRect(image.rect(), QBrush(tile))
    painter.end()
    return image
