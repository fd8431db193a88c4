"""How panels are drawn in their tree: the mark of a panel's state, and its name with a note behind it."""

from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from typing_extensions import override

from t3monitor.model.freshness import PanelState
from t3monitor.ui.kit.delegates import ROW_PADDING, NameDelegate
from t3monitor.ui.kit.icons import paint_kept, painted_icon
from t3monitor.ui.kit.theme import current_theme

NOTE_ROLE = int(Qt.ItemDataRole.UserRole) + 1  # what stands behind the name of a panel
_LINE = 1.5  # of 16

_Index = QModelIndex | QPersistentModelIndex


def mark(state: PanelState) -> QIcon:
    """A disc, a ring with a dot, half a disc, a ring: unlike without their colours, which a selected row has not."""
    return painted_icon(partial(_draw_mark, state))


def _draw_mark(state: PanelState, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
    colour = QColor(Qt.GlobalColor.white) if mode is QIcon.Mode.Selected else _colour(state)
    paint_kept(painter, rect, f"{state} {colour.name()}", partial(_draw_disc, state, colour))


def _draw_disc(state: PanelState, colour: QColor, painter: QPainter, rect: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(rect.width() / 16, rect.height() / 16)
    painter.setPen(QPen(colour, _LINE))
    disc = QRectF(3.5, 3.5, 9, 9)
    if state is PanelState.LIVE:
        painter.setBrush(colour)
    painter.drawEllipse(disc)
    if state is PanelState.STALE:
        painter.setBrush(colour)
        painter.drawPie(disc, 90 * 16, 180 * 16)
    if state is PanelState.HELD:
        painter.setBrush(colour)
        painter.drawEllipse(disc.center(), _LINE, _LINE)


def _colour(state: PanelState) -> QColor:
    theme = current_theme()
    return {
        PanelState.LIVE: theme.good,
        PanelState.HELD: theme.muted,
        PanelState.STALE: theme.warning,
        PanelState.NO_ANSWER: theme.bad,
    }[state]


def _before(note: str) -> str:
    """A note with what stands between a name and it."""
    return f" · {note}"


class PanelDelegate(NameDelegate):
    """Gives the rows their height, the same for all of them; the name has its room before its note."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        note = index.data(NOTE_ROLE)
        width = super().sizeHint(option, index).width()
        width += option.fontMetrics.horizontalAdvance(_before(note)) if note else 0
        return QSize(width, option.fontMetrics.height() + ROW_PADDING)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        note = index.data(NOTE_ROLE)
        if not note:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        style = option.widget.style() if option.widget else QApplication.style()
        metrics, note = option.fontMetrics, _before(note)
        least = metrics.horizontalAdvance(_before("…"))
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget).adjusted(2, 0, -2, 0)
        option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, max(0, area.width() - least))
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        area.setLeft(area.left() + metrics.horizontalAdvance(option.text))
        selected = option.state & QStyle.StateFlag.State_Selected
        painter.save()
        painter.setFont(option.font)
        painter.setPen(option.palette.color(QPalette.ColorRole.HighlightedText) if selected else current_theme().muted)
        text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
