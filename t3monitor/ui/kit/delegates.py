"""How the cells of points and panels are drawn: names, and numbers with their decimals below each other."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

RIGHT_MARGIN = 16  # the arrow of a sorted column stands in it
# The cells keep 3 pixels free on their left, and numbers more on their right.
HEADER_STYLE = f"QHeaderView::section {{ padding: 4px {RIGHT_MARGIN}px 4px 3px; }}"
ROW_PADDING = 8  # above and below the text, in all
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SELECTED, _ACTIVE = QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_Active
_WIDEST_UNIT = " inWC"  # longer units take more room, at the cost of their alignment


class NameDelegate(QStyledItemDelegate):
    """Names, of which equal ones differ at their end: they are cut in their middle."""

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class NumberDelegate(QStyledItemDelegate):
    """Right-aligned texts.

    With units, the number of ``18.40 °C`` ends where all numbers end and its unit begins there; a text without a
    number keeps to the right.
    """

    def __init__(self, parent: QObject | None = None, *, units: bool = False) -> None:
        super().__init__(parent)
        self._units = units

    def width_of(self, text: str, metrics: QFontMetrics) -> int:
        """How wide a cell is in which the text is whole."""
        number, gap, unit = text.partition(" ")
        if not (self._units and number[-1:].isdigit()):
            return metrics.horizontalAdvance(text) + RIGHT_MARGIN + 4
        return metrics.horizontalAdvance(number) + self._width_of_unit(metrics, gap + unit) + RIGHT_MARGIN + 4

    def _width_of_unit(self, metrics: QFontMetrics, unit: str) -> int:
        widest = metrics.horizontalAdvance(_WIDEST_UNIT)
        return max(widest, metrics.horizontalAdvance(unit) + 1)  # an exact fit would be elided

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        if not text:
            return
        state = option.state
        selected, active = state & _SELECTED, state & _ACTIVE
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        painter.save()
        painter.setFont(option.font)
        painter.setPen(option.palette.color(group, role))
        area = option.rect.adjusted(2, 0, -RIGHT_MARGIN, 0)
        number, gap, unit = text.partition(" ")
        if self._units and number[-1].isdigit():
            unit_width = self._width_of_unit(option.fontMetrics, gap + unit)
            unit_width = min(unit_width, max(0, area.width() - option.fontMetrics.horizontalAdvance(number)))
            units = QRect(area.right() + 1 - unit_width, area.top(), unit_width, area.height())
            unit = option.fontMetrics.elidedText(gap + unit, Qt.TextElideMode.ElideRight, unit_width)
            painter.drawText(units, _LEFT, unit)
            area.setWidth(area.width() - unit_width)
            text = number
        text = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _RIGHT, text)
        painter.restore()


def tabular(font: QFont) -> QFont:
    """The font with digits of one width, so that changing numbers do not tremble."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
