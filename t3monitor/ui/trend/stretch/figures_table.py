"""A table of figures of a stretch of time: values, or states; it is copied whole, and bounds are typed into it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget
from typing_extensions import override

from t3monitor.model.numbers import entered
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
    """As high as its rows, and no wider than its place, as long as that has room for what does not give way.

    Where there is little room titles and cells are brief, then columns give way, those first that say least; a row has
    its remarks in its tooltip, and what is copied has all.
    """

    copy_asked = Signal()
    bound_typed = Signal(str, str, object)  # unit, which of its `Bounds`; a number, or None if there is to be none

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = Table((), ())
        self._widest: dict[tuple[bool, int], int] = {}
        self._is_tight = False
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
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_changed)

    def show_table(self, table: Table, colours: Sequence[QColor]) -> None:
        """Shows these rows, each in the colour of its series; not while somebody types."""
        if self.state() == QAbstractItemView.State.EditingState:
            return
        blocker = QSignalBlocker(self)
        before, self._table = self._table, Table((), ())  # until all cells are there, none is fitted
        if [row.key for row in table.rows] != [row.key for row in before.rows]:
            self._widest = {}
            self.setRowCount(len(table.rows))
        self.setColumnCount(len(table.heads))
        for column in range(len(table.heads)):
            title = QTableWidgetItem()
            title.setToolTip(tooltip(table.heads[column].title))
            title.setTextAlignment(self._alignment(column))
            self.setHorizontalHeaderItem(column, title)
        for number, (row, colour) in enumerate(zip(table.rows, colours, strict=True)):
            for column in range(len(row.cells)):
                self.setItem(number, column, self._item(row, column, colour))
        del blocker
        self._table = table
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
        heads, room_px = self._table.heads, self.viewport().width()
        if not heads:
            return
        told = [column for column in range(len(heads)) if self._table.filled(column) or column in (0, len(heads) - 1)]
        for self._is_tight in (False, True):
            widths = self._widths(told)
            if sum(widths.values()) <= room_px:
                break
        for column in sorted((its for its in told if heads[its].gives_way), key=lambda its: heads[its].gives_way):
            if sum(widths.values()) > room_px:
                del widths[column]
        self.horizontalHeader().setStretchLastSection(len(heads) - 1 in widths)  # before it is hidden, or it has width
        for column in range(len(heads)):
            self.setColumnHidden(column, column not in widths)
            if column in widths:
                self.setColumnWidth(column, widths[column])
        self.updateGeometry()

    def _widths(self, columns: Sequence[int]) -> dict[int, int]:
        """What each of these columns wants; they do not get narrower by themselves."""
        titles, tight, model = self.horizontalHeader().fontMetrics(), self._is_tight, self.model()
        found = {}
        for column in columns:
            head = self._table.heads[column]
            title = head.brief if head.brief and tight else head.title
            blocker = QSignalBlocker(self)
            model.setHeaderData(column, Qt.Orientation.Horizontal, title)
            for number, row in enumerate(self._table.rows):
                if brief := row.cells[column].brief:
                    model.setData(model.index(number, column), brief if tight else row.cells[column].text)
            del blocker
            title_px = titles.horizontalAdvance(title) + _TITLE_PX
            cell_px = self.sizeHintForColumn(column) + (0 if tight else _PADDING_PX)
            found[column] = self._widest[tight, column] = max(title_px, cell_px, self._widest.get((tight, column), 0))
        found[0] = min(found[0], _NAME_PX)
        found[columns[-1]] = _REMARKS_PX
        return found

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self.state() != QAbstractItemView.State.EditingState:
            self._fit()

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
        row = self._table.rows[item.row()]
        cell = row.cells[item.column()]
        if not cell.bound:
            return
        text = entered(item.text()).strip().rstrip("…")
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
