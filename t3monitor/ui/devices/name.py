"""Draws the names in the tree of panels, each with its note."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from typing_extensions import override

from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.points.value import ROW_PADDING, NameDelegate


class PanelDelegate(NameDelegate):
    """Gives the rows their height, the same for all of them; the name has its room before its note."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), option.fontMetrics.height() + ROW_PADDING)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        note = index.data(DevicesModel.NOTE_ROLE)
        if not note:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        style = option.widget.style() if option.widget else QApplication.style()
        metrics, note = option.fontMetrics, f" · {note}"
        least = metrics.horizontalAdvance(" · …")
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
