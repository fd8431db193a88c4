"""The strip under the plot: of each moment, how much of what is shown is missing, and because of whom."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.trend.columns import BY_WORST, Columns, MissingTime
from t3monitor.ui.trend.hatches import MASKS, TILE_PX, class_colour
from t3monitor.ui.trend.missing import CLASSES, Pieces
from t3monitor.ui.trend.time_box import TimeBox

STRIP_PX = 14
_WORST_PX, _GAP_PX = 3, 1  # on top; the rest tells how much
_LINES_ALPHA, _GROUND_ALPHA = 0.85, 0.35
_MARGIN_WINDOWS = 0.25  # on both sides of what is in sight: while it is moved nothing is computed


class StripItem(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws the columns; they begin at multiples of their length, so they stand still while the user pans."""

    def __init__(self) -> None:
        super().__init__()
        self._time = MissingTime(())
        self._image: QImage | None = None
        self._first, self._count, self._s_per_px = 0, 0, 0.0  # of the image: its columns, and how long each is

    def set_pieces(self, parts: Sequence[Pieces]) -> None:
        """Shows what is missing of these, each up to the present."""
        self._time = MissingTime(parts)
        self.restyle()

    def restyle(self) -> None:
        """Takes the colours of the theme in force."""
        self._image = None
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        shown = self.boundingRect()
        place = painter.transform().mapRect(shown)
        s_per_px = float(f"{shown.width() / place.width():.6g}")
        first, count = int(shown.left() // s_per_px), int(place.width()) + 2
        image = self._image
        if (
            image is None
            or s_per_px != self._s_per_px
            or first < self._first
            or first + count > self._first + self._count
        ):
            margin = int(count * _MARGIN_WINDOWS)
            self._first, self._count, self._s_per_px = first - margin, count + 2 * margin, s_per_px
            columns = self._time.columns(self._first * s_per_px, s_per_px, self._count)
            image = self._image = _image(columns, self._first, current_theme())
        painter.save()
        painter.resetTransform()
        painter.setClipRect(place)
        left = place.left() + (self._first * s_per_px - shown.left()) / s_per_px
        painter.drawImage(QPointF(left, place.top()), image)
        painter.restore()


class Strip(TimeBox):
    """The strip; a click asks for what was recorded of a time."""

    time_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._item = StripItem()
        self.addItem(self._item, ignoreBounds=True)
        self.setYRange(0, 1, padding=0)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_pieces(self, parts: Sequence[Pieces]) -> None:
        """Shows what is missing of these, each up to the present."""
        self._item.set_pieces(parts)

    def restyle(self, theme: Theme) -> None:
        """As any box."""
        super().restyle(theme)
        self._item.restyle()

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802
        """Called by Qt."""
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            self.time_chosen.emit(float(self.mapToView(ev.pos()).x()))
        else:
            super().mouseClickEvent(ev)


def codes(columns: Columns, first: int) -> NDArray[np.uint8]:
    """The picture in codes: 0 nothing, else twice the class and 1, or 2 where its hatch has a line."""
    height, count = STRIP_PX - _WORST_PX - _GAP_PX, len(columns.worst)
    picture = np.zeros((STRIP_PX, count), dtype=np.uint8)
    rows, places = np.arange(STRIP_PX)[:, None], (first + np.arange(count)) % TILE_PX
    levels = (STRIP_PX - 0.5 - rows) / height  # of the rows' middles, from the bottom
    lower = np.zeros(count)
    for its in BY_WORST.tolist():
        upper = lower + columns.shares[its]
        here = (levels > lower) & (levels <= upper + 1e-9) & (rows >= STRIP_PX - height)
        picture = np.where(here, 2 * its + 1 + MASKS[its][rows % TILE_PX, places], picture)
        lower = upper
    marked = columns.worst >= 0
    picture[:_WORST_PX, marked] = 2 * columns.worst[marked] + 2
    return picture.astype(np.uint8)


def _image(columns: Columns, first: int, theme: Theme) -> QImage:
    colours = [0]
    for hole_class in CLASSES:
        for alpha in (_GROUND_ALPHA, _LINES_ALPHA):
            colour = class_colour(hole_class, theme)
            colour.setAlphaF(alpha)
            colours.append(colour.rgba())
    pixels = np.array(colours, dtype=np.uint32)[codes(columns, first)]
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32).copy()
