"""How a row of the list of chosen series is painted: whole, since a cursor that moves changes the values of all."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView
from typing_extensions import override

from t3monitor.ui.kit.delegates import ROW_PADDING
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend.legend_model import FIGURES, Column, Entry, Row, figure_text, is_muted, small_text
from t3monitor.ui.trend.legend.styles import DASHES, Style

PADDING_PX = 6  # of a cell, on either side
_GAP_PX = 6
_BOX_PX = 15
_LEAST_CUT = 6  # letters; nobody knows a name again by fewer of them
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_State = QStyle.StateFlag


class RowHeight(QStyledItemDelegate):
    """Has rows as high as their lines of text want it; what is in them is painted by `RowPainter`."""

    def __init__(self, parent: QObject, lines: Callable[[QModelIndex | QPersistentModelIndex], int]) -> None:
        """``lines``: of how many a row is."""
        super().__init__(parent)
        self._lines = lines

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, option.fontMetrics.height() * self._lines(index) + ROW_PADDING)


class RowPainter:
    """Paints rows of one tree in its font and its columns, as they are while it paints itself once."""

    def __init__(self, tree: QTreeView, dirty: QRect) -> None:
        """``dirty``: what is to be painted anew, often the values alone."""
        self._tree = tree
        self._dirty = dirty
        self._theme = current_theme()
        self._font, self._bold, self._italic = (QFont(tree.font()) for _ in range(3))
        self._small = small_font(self._font)
        self._bold.setBold(True)
        self._italic.setItalic(True)
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)
        self._lefts = {column: tree.columnViewportPosition(column) for column in Column}
        self._widths = {column: tree.columnWidth(column) for column in Column}

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        row: Row,
        *,
        is_pointed_at: bool,
        is_chosen: bool,
        in_two_lines: bool = False,
    ) -> None:
        """``is_chosen``: the keys are its; a frame says so, on which each colour of a line is seen.

        ``in_two_lines``: its value stands beneath its label.
        """
        if is_chosen or is_pointed_at:
            painter.fillRect(rect, self._theme.window)
        if is_chosen:
            painter.setPen(self._theme.accent)
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        if isinstance(row, str):
            painter.setFont(self._bold)
            painter.setPen(self._theme.muted)
            painter.drawText(rect.adjusted(PADDING_PX, 0, 0, 0), _LEFT, row)
            return
        plain, muted = self._theme.text, self._theme.muted
        cells = {
            column: QRect(left, rect.top(), self._widths[column], rect.height()) for column, left in self._lefts.items()
        }
        if self._is_dirty(cells[Column.SHOWN].united(cells[Column.LOOKS])):
            self._paint_box(painter, cells[Column.SHOWN], row)
            colour = QColor(row.colour)
            colour.setAlphaF(0.4 if row.hidden else 1.0)
            paint_line(painter, cells[Column.LOOKS].adjusted(2, 0, -4, 0), colour, row.style)
        painter.setFont(self._font)
        room = cells[Column.NAME].united(cells[Column.VALUE]).adjusted(2, 0, -PADDING_PX, 0)
        colours = muted if row.hidden else plain, muted
        if in_two_lines:
            self._paint_in_two_lines(painter, room.adjusted(0, ROW_PADDING // 2, 0, -(ROW_PADDING // 2)), row, colours)
        else:
            self._paint_names(painter, room, row, colours)
        for column in FIGURES:
            if self._widths[column] and self._is_dirty(cells[column]):
                self._paint_figure(painter, cells, column, row, muted if is_muted(row, column) else plain)
        if self._is_dirty(cells[Column.REMOVE]):
            painter.setPen(QPen(muted, 1.2))
            _paint_cross(painter, QRectF(cells[Column.REMOVE]).center())

    def _is_dirty(self, cell: QRect) -> bool:
        return cell.intersects(self._dirty)

    def _paint_box(self, painter: QPainter, cell: QRect, row: Entry) -> None:
        option = QStyleOptionViewItem()
        option.rect = QRect(cell.left() + 3, cell.center().y() - _BOX_PX // 2, _BOX_PX, _BOX_PX)
        option.state = _State.State_Enabled | (_State.State_Off if row.hidden else _State.State_On)
        check = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
        self._tree.style().drawPrimitive(check, option, painter, self._tree)

    def _paint_in_two_lines(self, painter: QPainter, room: QRect, row: Entry, colours: tuple[QColor, QColor]) -> None:
        """Label and what stands small behind it, and beneath them the value."""
        plain, muted = colours
        line_px = room.height() // 2
        above, below = room.adjusted(0, 0, 0, -line_px), room.adjusted(0, line_px, 0, 0)
        fits = (text for text in (row.value_text, *row.told.shorter) if self._advance(text) < below.width())
        value = next(fits, (row.value_text, *row.told.shorter)[-1])
        painter.setPen(muted if is_muted(row, Column.VALUE) else plain)
        painter.drawText(below, _RIGHT, self._elided(value, below.width()))
        least_px = min(apart_px(row.brief, self._small_metrics), above.width() // 2)
        label_px = min(self._advance(row.names.label) + 1, above.width() - least_px)
        painter.setPen(plain)
        painter.drawText(above, _LEFT, self._elided(row.names.label, label_px, Qt.TextElideMode.ElideMiddle))
        self._paint_small(painter, above.adjusted(label_px + _GAP_PX, 0, 0, 0), row, muted)

    def _advance(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text)

    def _paint_names(self, painter: QPainter, room: QRect, row: Entry, colours: tuple[QColor, QColor]) -> None:
        """Label, what stands small behind it, and the value, for which that gives way unless it tells series apart."""
        plain, muted = colours
        wanted_px = self._metrics.horizontalAdvance(row.names.label) + 1  # an exact fit would be elided
        ways = row.value_text, *row.told.shorter
        beside_px = room.width() - wanted_px - _GAP_PX
        apart, value = next(
            (
                (apart, text)
                for apart in (row.apart, row.brief)
                for text in ways
                if self._metrics.horizontalAdvance(text) < beside_px - apart_px(apart, self._small_metrics)
            ),
            (row.brief, ways[-1]),
        )
        its_apart_px = apart_px(apart, self._small_metrics)
        value_px = self._metrics.horizontalAdvance(value) + 1
        label_px = min(wanted_px, max(room.width() - its_apart_px - value_px - _GAP_PX, room.width() // 3))
        painter.setPen(plain)
        painter.drawText(room, _LEFT, self._elided(row.names.label, label_px, Qt.TextElideMode.ElideMiddle))
        value_room = room.adjusted(label_px + _GAP_PX, 0, 0, 0)
        painter.setPen(muted if is_muted(row, Column.VALUE) else plain)
        painter.drawText(value_room, _RIGHT, self._elided(value, value_room.width()))
        small_room = value_room.adjusted(0, 0, -value_px - _GAP_PX, 0)
        if small_room.width() >= its_apart_px:  # as wide however long the value is
            right = room.right() - plain_value_px(self._metrics)
            small_room.setRight(min(small_room.right(), max(right, small_room.left() + its_apart_px)))
        self._paint_small(painter, small_room, row, muted)

    def _paint_small(self, painter: QPainter, small_room: QRect, row: Entry, colour: QColor) -> None:
        """What stands small behind a label."""
        whole, mode = small_text(row), Qt.TextElideMode.ElideRight
        first = row.apart or whole.split(" · ")[0]
        if self._small_metrics.horizontalAdvance(f"{first} · m…") > small_room.width():  # its end tells panels apart
            is_brief = self._small_metrics.horizontalAdvance(first) > small_room.width()
            whole, mode = row.brief if row.brief and is_brief else first, Qt.TextElideMode.ElideMiddle
        text = self._small_metrics.elidedText(whole, mode, max(0, small_room.width()))
        if text == whole or len(text) >= _LEAST_CUT:
            painter.setPen(colour)
            painter.setFont(self._small)
            painter.drawText(small_room, _LEFT, text)
            painter.setFont(self._font)

    def _paint_figure(
        self, painter: QPainter, cells: Mapping[Column, QRect], column: Column, row: Entry, colour: QColor
    ) -> None:
        text = figure_text(row, column)
        room = cells[column].adjusted(0, 0, -PADDING_PX, 0)
        if column is Column.KNOWN and self._metrics.horizontalAdvance(text) > room.width():
            text = row.figures.known_texts[1]
        if column is Column.MEAN and not row.figures.minimum:  # of states it has words, and they have no minimum
            room.setLeft(room.left() - self._widths[Column.MINIMUM])
            if self._metrics.horizontalAdvance(text) > room.width():
                text = " ".join(text.split(" ")[-2:])  # the share alone
        painter.setFont(self._italic if row.figures.is_partial else self._font)
        painter.setPen(colour)
        painter.drawText(room, _RIGHT, text)

    def _elided(self, text: str, room_px: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
        return self._metrics.elidedText(text, mode, room_px)


def small_font(font: QFont) -> QFont:
    """Of what stands behind a label."""
    small = QFont(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return small


def apart_px(apart: str, small: QFontMetrics) -> int:
    """What tells a row apart from others with the same label, in pixels of that font."""
    return small.horizontalAdvance(apart) + _GAP_PX if apart else 0


def plain_value_px(metrics: QFontMetrics) -> int:
    """What most values want, and the time above them."""
    return metrics.horizontalAdvance("00:00:00") + 2 * PADDING_PX


def paint_line(painter: QPainter, room: QRect, colour: QColor, style: Style) -> None:
    """A piece of a line as it is drawn in the plot, a little thicker so that its colour is told."""
    pen = QPen(colour, style.width + 1.5)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes := DASHES[style.dash]:
        pen.setDashPattern([length * style.width / pen.widthF() for length in dashes])
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, bool(style.step))
    x, y = QRectF(room).center().x(), QRectF(room).center().y()
    left, right = float(room.left()), room.right() + 1.0
    if style.step:
        places = ((left, y + 3), (x, y + 3), (x, y - 3), (right, y - 3))
        painter.drawPolyline([QPointF(*place) for place in places])
    else:
        painter.drawLine(QPointF(left, y), QPointF(right, y))


def _paint_cross(painter: QPainter, at: QPointF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for way in (1, -1):
        painter.drawLine(at + QPointF(-3.5, -3.5 * way), at + QPointF(3.5, 3.5 * way))
