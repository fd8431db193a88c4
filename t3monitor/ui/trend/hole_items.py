"""Bands over the holes: through the plot, in rows at its bottom, in lanes; each with its cause where there is room."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from t3monitor.model.causes import sentence
from t3monitor.store.history.series import Floats
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.axes import axis_font
from t3monitor.ui.trend.bands import widened
from t3monitor.ui.trend.hatches import hatch
from t3monitor.ui.trend.lanes import LANE_INSET_PX
from t3monitor.ui.trend.missing import CAUSES, CLASS_OF, CLASSES, Pieces

LEAST_PX = 3.0  # of a band, however short its hole
_ROW_PX, _ROWS_SHARE = 15.0, 0.25  # of a row at the bottom, and of the height that all of them may take
_PADDING_PX = 4.0
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_ONE_LINE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class BandRow(NamedTuple):
    """Holes that stand beside each other."""

    pieces: Pieces  # up to the present
    colour: QColor | None = None  # of the only series that has them
    name: str = ""  # of whom they are, if not of all


class HoleItem(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws rows of bands in pixels of its view box, whose X is time."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-50)
        self._rows: Sequence[BandRow] = ()
        self._drawn: list[dict[int, tuple[Floats, Floats]]] = []  # of each row by class, wide enough to be seen
        self._s_per_px = 0.0  # for which they are

    def set_rows(self, rows: Sequence[BandRow]) -> None:
        """Shows these."""
        self._rows = rows
        self._s_per_px = 0.0
        self.update()

    def places(self, whole: QRectF, count: int) -> list[QRectF]:
        """Where each row stands."""
        raise NotImplementedError

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        if not self._rows:
            return
        shown = self.boundingRect()
        whole = painter.transform().mapRect(shown)
        s_per_px = float(f"{shown.width() / whole.width():.6g}")  # the same wherever it is moved
        if s_per_px != self._s_per_px:
            self._s_per_px = s_per_px
            self._drawn = [_by_class(row.pieces, s_per_px * LEAST_PX) for row in self._rows]
        painter.save()
        painter.resetTransform()
        painter.setClipRect(whole)
        painter.setFont(axis_font())
        for row, of_class, place in zip(self._rows, self._drawn, self.places(whole, len(self._rows)), strict=True):
            self._paint_bands(painter, row, of_class, place, shown)
            self._paint_words(painter, row, place, shown)
        painter.restore()

    def _paint_bands(
        self, painter: QPainter, row: BandRow, of_class: dict[int, tuple[Floats, Floats]], place: QRectF, shown: QRectF
    ) -> None:
        colour = (row.colour or current_theme().muted).name()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrushOrigin(QPointF(place.left() - shown.left() / self._s_per_px % 1024, place.top()))
        for its, (starts, ends) in of_class.items():
            in_sight = slice(np.searchsorted(ends, shown.left()), np.searchsorted(starts, shown.right()))
            left = np.maximum((starts[in_sight] - shown.left()) / self._s_per_px, -1.0) + place.left()
            right = np.minimum((ends[in_sight] - shown.left()) / self._s_per_px, place.width() + 1) + place.left()
            painter.setBrush(hatch(CLASSES[its], colour))
            painter.drawRects(
                [
                    QRectF(x, place.top(), width, place.height())
                    for x, width in zip(left.tolist(), (right - left).tolist(), strict=True)
                ]
            )

    def _paint_words(self, painter: QPainter, row: BandRow, place: QRectF, shown: QRectF) -> None:
        theme, metrics = current_theme(), QFontMetricsF(axis_font())
        line_px = metrics.height()
        starts, ends, causes = row.pieces.reaching(shown.left(), shown.right())
        left = np.maximum((starts - shown.left()) / self._s_per_px, 0.0)
        right = np.minimum((ends - shown.left()) / self._s_per_px, place.width())
        painter.setPen(theme.text)
        for n in np.flatnonzero(right - left >= line_px + _PADDING_PX).tolist():
            if (cause := CAUSES[causes[n]]) is None:
                continue
            band = QRectF(place.left() + float(left[n]), place.top(), float(right[n] - left[n]), place.height())
            text = ": ".join(filter(None, (row.name, sentence(cause))))
            if place.height() < 3 * line_px:
                self._paint_line(painter, band, text, metrics)
            else:
                self._paint_text(painter, band, text, metrics)

    def _paint_line(self, painter: QPainter, band: QRectF, text: str, metrics: QFontMetricsF) -> None:
        width = metrics.horizontalAdvance(text) + 2 * _PADDING_PX
        if width <= band.width() and metrics.height() <= band.height() + 4:
            at = QRectF(band.left(), band.top(), width, band.height())
            self._paint_ground(painter, at)
            painter.drawText(at.translated(_PADDING_PX, 0), _ONE_LINE, text)

    def _paint_text(self, painter: QPainter, band: QRectF, text: str, metrics: QFontMetricsF) -> None:
        """Beside each other as far as the words have room, else from top to bottom."""
        room = band.adjusted(_PADDING_PX, _PADDING_PX, -_PADDING_PX, -_PADDING_PX)
        lines = metrics.boundingRect(room, _WRAP, text)
        if lines.width() <= room.width() and lines.height() <= room.height():
            self._paint_ground(painter, lines.adjusted(-_PADDING_PX, 0, _PADDING_PX, 0))
            painter.drawText(room, _WRAP, text)
        elif (length := metrics.horizontalAdvance(text)) <= room.height():
            painter.save()
            painter.translate(band.center().x(), room.top() + length)
            painter.rotate(-90)
            at = QRectF(0, -metrics.height() / 2, length, metrics.height())
            self._paint_ground(painter, at.adjusted(-_PADDING_PX, 0, _PADDING_PX, 0))
            painter.drawText(at, _ONE_LINE, text)
            painter.restore()

    def _paint_ground(self, painter: QPainter, at: QRectF) -> None:
        """What words are read on, whatever hatch is beneath."""
        ground = QColor(current_theme().base)
        ground.setAlphaF(0.75)
        painter.fillRect(at, ground)


class CurveHoles(HoleItem):
    """The first row goes through the whole plot; the others, which are of some series alone, stand at its bottom."""

    def places(self, whole: QRectF, count: int) -> list[QRectF]:
        """As they are drawn, from the top."""
        row_px = min(_ROW_PX, whole.height() * _ROWS_SHARE / max(1, count - 1))
        rows = [
            QRectF(whole.left(), whole.bottom() - (count - n) * row_px, whole.width(), row_px - 1)
            for n in range(1, count)
        ]
        return [whole, *rows]


class LaneHoles(HoleItem):
    """A row in each lane."""

    def places(self, whole: QRectF, count: int) -> list[QRectF]:
        """As high as what is drawn of the states."""
        lane_px = whole.height() / count
        lanes = [QRectF(whole.left(), whole.top() + n * lane_px, whole.width(), lane_px) for n in range(count)]
        return [lane.adjusted(0, LANE_INSET_PX, 0, -LANE_INSET_PX) for lane in lanes]


def _by_class(pieces: Pieces, least_s: float) -> dict[int, tuple[Floats, Floats]]:
    classes = CLASS_OF[pieces.causes]
    return {
        its: widened(pieces.starts[classes == its], pieces.ends[classes == its], least_s)
        for its in np.unique(classes).tolist()
    }
