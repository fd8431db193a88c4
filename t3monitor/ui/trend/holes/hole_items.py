"""Bands over the holes: through the plot, in rows at its bottom, in lanes; each with its cause where there is room."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from typing_extensions import override

from t3monitor.model.causes import Cause, HoleClass, sentence, word
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.holes.hatches import TILE_PX, hatched, picture
from t3monitor.ui.trend.holes.missing import CAUSES, Pieces
from t3monitor.ui.trend.plot.axes import axis_font
from t3monitor.ui.trend.plot.column_item import ColumnItem
from t3monitor.ui.trend.plot.columns import ByClass, band_columns, by_class
from t3monitor.ui.trend.plot.lanes import LANE_INSET_PX

_QUIET, _STRONG = (0.10, 0.38), (0.18, 0.65)  # alphas of tint and lines; strong is what has little room
LEAST_PX = 3  # of a band, however short its hole
_ROW_PX, _ROWS_SHARE = 15.0, 0.25  # of a row at the bottom, and of the height that all of them may take
_PADDING_PX = 4.0
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_ONE_LINE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class BandRow(NamedTuple):
    """Holes that stand beside each other."""

    pieces: Pieces  # up to the present
    colour: QColor | None = None  # of the only series that has them
    name: str = ""  # of whom they are, if not of all


class HoleItem(ColumnItem):
    """Draws rows of bands, with the causes of those that have room for them."""

    unsaid: frozenset[Cause] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-50)
        self.rows: Sequence[BandRow] = ()
        self._by_class: Sequence[ByClass] = ()

    def set_rows(self, rows: Sequence[BandRow]) -> None:
        """Shows these."""
        self.rows = rows
        self._by_class = [by_class(row.pieces) for row in rows]
        self.renew()

    @override
    def pictures(self, first: int, count: int, s_per_column: float, scale: int) -> list[QImage]:
        muted, least = current_theme().muted, LEAST_PX * scale
        return [
            picture(
                hatched(
                    band_columns(self.seen(place, least * s_per_column), first, count, s_per_column, least),
                    first,
                    TILE_PX * scale,
                    scale,
                ),
                dict.fromkeys(HoleClass, row.colour or muted),
                _QUIET if row.colour is None else _STRONG,
            )
            for place, row in enumerate(self.rows)
        ]

    def seen(self, place: int, _least_s: float) -> ByClass:
        """What is drawn of a row where a band takes that much time at least."""
        return self._by_class[place]

    @override
    def paint(self, painter: QPainter, *args: object) -> None:
        super().paint(painter, *args)
        painter.setFont(axis_font())
        for row, place in zip(self.rows, self.places(self.rect()), strict=True):
            self._paint_words(painter, row, place)

    def _paint_words(self, painter: QPainter, row: BandRow, place: QRectF) -> None:
        theme, metrics = current_theme(), QFontMetricsF(axis_font())
        line_px = metrics.height()
        starts, ends, causes = row.pieces.reaching(*self.shown)
        px_per_s = place.width() / self.shown.length_s
        left = np.maximum((starts - self.shown.start_s) * px_per_s, 0.0)
        right = np.minimum((ends - self.shown.start_s) * px_per_s, place.width())
        painter.setPen(theme.text)
        for n in np.flatnonzero(right - left >= line_px + _PADDING_PX).tolist():
            cause = CAUSES[causes[n]]
            if cause is None or cause in self.unsaid:
                continue
            band = QRectF(place.left() + float(left[n]), place.top(), float(right[n] - left[n]), place.height())
            texts = [": ".join(filter(None, (row.name, text))) for text in (sentence(cause), word(cause))]
            paint = self._paint_line if place.height() < 3 * line_px else self._paint_text
            any(paint(painter, band, text, metrics) for text in (*texts, word(cause)))

    def _paint_line(self, painter: QPainter, band: QRectF, text: str, metrics: QFontMetricsF) -> bool:
        """Returns whether there was room."""
        width = metrics.horizontalAdvance(text) + 2 * _PADDING_PX
        has_room = width <= band.width() and metrics.height() <= band.height() + 4
        if has_room:
            at = QRectF(band.left(), band.top(), width, band.height())
            self._paint_ground(painter, at)
            painter.drawText(at.translated(_PADDING_PX, 0), _ONE_LINE, text)
        return has_room

    def _paint_text(self, painter: QPainter, band: QRectF, text: str, metrics: QFontMetricsF) -> bool:
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
        else:
            return False
        return True

    def _paint_ground(self, painter: QPainter, at: QRectF) -> None:
        """What words are read on, whatever hatch is beneath."""
        ground = QColor(current_theme().base)
        ground.setAlphaF(0.75)
        painter.fillRect(at, ground)


class CurveHoles(HoleItem):
    """The first row goes through the whole plot; the others, which are of some series alone, stand at its bottom.

    Inputs and outputs of a panel are not read at the same moment, so their holes begin and end apart by seconds: what
    is so short beside a band of all of them is no hole of its own.
    """

    @override
    def set_rows(self, rows: Sequence[BandRow]) -> None:
        super().set_rows(rows)
        ends, starts = rows[0].pieces.ends, rows[0].pieces.starts
        self._go_on = [np.isin(row.pieces.starts, ends) | np.isin(row.pieces.ends, starts) for row in rows]

    @override
    def seen(self, place: int, least_s: float) -> ByClass:
        if place == 0:
            return super().seen(place, least_s)
        pieces = self.rows[place].pieces
        return by_class(pieces.taken(~self._go_on[place] | (pieces.ends - pieces.starts >= least_s)))

    @override
    def places(self, whole: QRectF) -> list[QRectF]:
        count = len(self.rows)
        row_px = min(_ROW_PX, whole.height() * _ROWS_SHARE / max(1, count - 1))
        rows = [
            QRectF(whole.left(), whole.bottom() - (count - n) * row_px, whole.width(), row_px - 1)
            for n in range(1, count)
        ]
        return [whole, *rows][:count]


class LaneHoles(HoleItem):
    """A row in each lane, as high as what is drawn of its states."""

    unsaid = frozenset([Cause.FILLED])  # rings stand there, which words would cover

    @override
    def places(self, whole: QRectF) -> list[QRectF]:
        lane_px = whole.height() / max(1, len(self.rows))
        lanes = [QRectF(whole.left(), whole.top() + n * lane_px, whole.width(), lane_px) for n in range(len(self.rows))]
        return [lane.adjusted(0, LANE_INSET_PX, 0, -LANE_INSET_PX) for lane in lanes]
