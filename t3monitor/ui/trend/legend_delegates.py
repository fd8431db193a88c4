"""How the list of chosen series is painted: a piece of its line, its names, and a value that is never cut for them."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView
from typing_extensions import override

from t3monitor.ui.kit.delegates import ROW_PADDING
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend_model import Column, Entry, LegendModel, small_text
from t3monitor.ui.trend.styles import DASHES, Style

PADDING_PX = 6  # of a cell, on either side
_GAP_PX = 6
_OWN = (Column.LOOKS, Column.NAME, Column.VALUE, Column.MEAN, Column.REMOVE)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


def paint_line(painter: QPainter, room: QRect, colour: QColor, style: Style) -> None:
    """A piece of a line as it is drawn in the plot, a little thicker so that its colour is told."""
    pen = QPen(colour, style.width + 1.5)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes := DASHES[style.dash]:
        pen.setDashPattern([length * style.width / pen.widthF() for length in dashes])
    painter.setPen(pen)
    y = QRectF(room).center().y()
    if style.step:
        x, rise = QRectF(room).center().x(), 3
        points = ((room.left(), y + rise), (x, y + rise), (x, y - rise), (room.right() + 1, y - rise))
        painter.drawPolyline([QPointF(*point) for point in points])
    else:
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right() + 1, y))


class LegendDelegate(QStyledItemDelegate):
    """The cells of one tree, whose columns stand in their first order."""

    def __init__(self, model: LegendModel, tree: QTreeView) -> None:
        super().__init__(tree)
        self._model = model
        self._tree = tree

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the row shows it
        if not self._tree.hasFocus():  # after a click the keys are the plot's
            option.state &= ~QStyle.StateFlag.State_Selected

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, self._tree.fontMetrics().height() + ROW_PADDING)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = self._model.entry(index)
        column = Column(index.column())
        if entry is None or column not in _OWN:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        texts = option.text
        option.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(_text_colour(option))
        match column:
            case Column.LOOKS:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                colour = QColor(entry.colour)
                colour.setAlphaF(0.4 if entry.hidden else 1.0)
                paint_line(painter, option.rect.adjusted(2, 0, -4, 0), colour, entry.style)
            case Column.REMOVE:
                painter.setPen(_text_colour(option, muted=True))
                _paint_cross(painter, option.rect)
            case Column.NAME:
                self._paint_names(painter, option, entry)
            case Column.VALUE:
                room = self._value_room(option.rect, option.fontMetrics, entry)
                text = option.fontMetrics.elidedText(texts, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, _RIGHT, text)
            case Column.MEAN:  # of states it has words, and they have no minimum
                before_px = 0 if entry.figures.minimum else self._tree.columnWidth(Column.MINIMUM)
                room = option.rect.adjusted(-before_px, 0, -PADDING_PX, 0)
                if option.fontMetrics.horizontalAdvance(texts) > room.width():
                    texts = " ".join(texts.split(" ")[-2:])  # the share alone
                painter.drawText(room, _RIGHT, texts)
        painter.restore()

    def _paint_names(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        whole = QRect(option.rect).adjusted(0, 0, self._tree.columnWidth(Column.VALUE), 0)
        label_px = _label_px(option.fontMetrics, entry, whole.width())
        label = option.fontMetrics.elidedText(entry.names.label, Qt.TextElideMode.ElideMiddle, label_px)
        painter.drawText(option.rect.adjusted(2, 0, self._tree.columnWidth(Column.VALUE), 0), left, label)
        x = option.rect.left() + 2 + label_px + _GAP_PX
        end = whole.right() + 1 - PADDING_PX - option.fontMetrics.horizontalAdvance(entry.value_text) - _GAP_PX
        small = QRect(x, option.rect.top(), min(end, option.rect.right()) - x, option.rect.height())
        painter.setFont(small_font(option.font))
        painter.setPen(_text_colour(option, muted=True))
        text = painter.fontMetrics().elidedText(small_text(entry), Qt.TextElideMode.ElideRight, max(0, small.width()))
        if len(text) > 2:  # no lonely letter
            painter.drawText(small, left, text)

    def _value_room(self, cell: QRect, metrics: QFontMetrics, entry: Entry) -> QRect:
        """Up to the label: what stands small behind that gives way."""
        name_px = self._tree.columnWidth(Column.NAME)
        whole = cell.adjusted(-name_px, 0, -PADDING_PX, 0)
        return whole.adjusted(2 + _label_px(metrics, entry, name_px + cell.width()) + _GAP_PX, 0, 0, 0)


def _label_px(metrics: QFontMetrics, entry: Entry, room_px: int) -> int:
    """The room of a label: all that it wants, but for a plain value, and for some of a sentence."""
    kept_px = metrics.horizontalAdvance(entry.value_text) + PADDING_PX + _GAP_PX + 2
    most_px = max(room_px - kept_px, room_px // 2 if entry.is_missing else room_px // 3)
    return min(metrics.horizontalAdvance(entry.names.label) + 1, most_px)


def small_font(font: QFont) -> QFont:
    """That of what is not read first."""
    small = QFont(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    return small


def _text_colour(option: QStyleOptionViewItem, *, muted: bool = False) -> QColor:
    if option.state & QStyle.StateFlag.State_Selected:
        return option.palette.color(QPalette.ColorRole.HighlightedText)
    return current_theme().muted if muted else option.palette.color(QPalette.ColorRole.Text)


def _paint_cross(painter: QPainter, cell: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(painter.pen().color(), 1.2))
    x, y = QRectF(cell).center().x(), QRectF(cell).center().y()
    painter.drawLine(QPointF(x - 3.5, y - 3.5), QPointF(x + 3.5, y + 3.5))
    painter.drawLine(QPointF(x - 3.5, y + 3.5), QPointF(x + 3.5, y - 3.5))
