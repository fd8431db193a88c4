"""A table of figures of a stretch of time: values, or states; it is copied whole, and bounds are typed into it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget
from typing_extensions import override

from t3monitor.ui.kit.delegates import tabular
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.texts import tooltip_text, translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.stretch.stretch_rows import Row, Table

_SWATCH_PX, _PADDING_PX = 10, 5
_TITLE_PX = 13  # beside a title: what its style leaves
_NAME_PX, _REMARKS_PX = 220, 60  # the last column has what is left
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FiguresTable(QTableWidget):
    """As high as its rows."""

    copy_asked = Signal()
    bound_typed = Signal(str, str, object)  # unit, which of its `Bounds`; a number, or None if there is to be none

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = ()
        self._widest: dict[int, int] = {}
        self.setAccessibleName(name)
        self.setFont(tabular(self.font()))
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustToContents)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_changed)

    def show_table(self, table: Table, colours: Sequence[QColor]) -> None:
        """Shows these rows, each in the colour of its series; not while somebody types."""
        if self.state() == QAbstractItemView.State.EditingState:
            return
        blocker = QSignalBlocker(self)
        if [row.key for row in table.rows] != [row.key for row in self._rows]:
            self._widest = {}
            self.setRowCount(len(table.rows))
            self.setColumnCount(len(table.heads))
        self._rows = table.rows
        for column, head in enumerate(table.heads):
            title = QTableWidgetItem(head.title)
            title.setTextAlignment(self._alignment(column))
            self.setHorizontalHeaderItem(column, title)
        for number, (row, colour) in enumerate(zip(table.rows, colours, strict=True)):
            for column in range(len(row.cells)):
                self.setItem(number, column, self._item(row, column, colour))
        for column in range(1, len(table.heads) - 1):
            self.setColumnHidden(column, not table.filled(column))
        del blocker
        self._fit()
        self.setVisible(bool(table.rows))

    def _item(self, row: Row, column: int, colour: QColor) -> QTableWidgetItem:
        cell, last = row.cells[column], len(row.cells) - 1
        item = QTableWidgetItem(cell.text)
        item.setTextAlignment(self._alignment(column))
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if cell.bound and row.unit:
            flags |= Qt.ItemFlag.ItemIsEditable
            item.setToolTip(tooltip(_asking(cell.bound) % row.unit))
            if not cell.text:
                item.setText("…")
        elif row.remark:
            item.setToolTip(tooltip_text(row.remark.split("; ")))
        if column == 0:
            swatch = QPixmap(_SWATCH_PX, _SWATCH_PX)
            swatch.fill(colour)
            item.setIcon(QIcon(swatch))
            item.setToolTip(tooltip_text([cell.text, *row.remark.split("; ")]))
        elif column == last:
            item.setForeground(current_theme().muted)
        elif row.is_partial:
            font = self.font()
            font.setItalic(True)
            item.setFont(font)
        item.setFlags(flags)
        return item

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _LEFT if column in (0, self.columnCount() - 1) else _RIGHT

    def _fit(self) -> None:
        titles = self.horizontalHeader().fontMetrics()
        for column in range(self.columnCount()):  # they do not get narrower by themselves
            head = self.horizontalHeaderItem(column)
            title_px = titles.horizontalAdvance(head.text()) + _TITLE_PX if head else 0
            wanted_px = max(title_px, self.sizeHintForColumn(column) + _PADDING_PX)
            self._widest[column] = max(self._widest.get(column, 0), wanted_px)
            self.setColumnWidth(column, self._widest[column])
        self.setColumnWidth(0, min(self.columnWidth(0), _NAME_PX))
        last = self.columnCount() - 1
        self.setColumnWidth(last, _REMARKS_PX)
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(self.rowCount()))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._height(min(2, self.rowCount())))

    def _height(self, rows: int) -> int:
        bar_px = self.horizontalScrollBar().sizeHint().height() if self.horizontalScrollBar().isVisible() else 0
        return self.horizontalHeader().sizeHint().height() + rows * self.rowHeight(0) + bar_px + 2

    @Slot(QTableWidgetItem)
    def _on_changed(self, item: QTableWidgetItem) -> None:
        row = self._rows[item.row()]
        cell = row.cells[item.column()]
        if not cell.bound:
            return
        text = item.text().strip().rstrip("…")
        number, is_number = QLocale().toDouble(text)
        if not is_number:
            number, is_number = QLocale.c().toDouble(text)
        if not text or (is_number and (number >= 0 or cell.bound != "dead_band")):
            self.bound_typed.emit(row.unit, cell.bound, number if text else None)
        else:
            blocker = QSignalBlocker(self)
            item.setText(cell.text or "…")
            del blocker

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.text().isprintable() and event.text():
            event.ignore()  # letters are keys of the plot
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)


def _asking(bound: str) -> str:
    match bound:
        case "high":
            return translate("FiguresTable", "Type a limit in %s: how far and how long it was over that is told")
        case "low":
            return translate("FiguresTable", "Type a limit in %s: how far and how long it was under that is told")
    return translate("FiguresTable", "Type how far it has to come back to have turned, in %s")
