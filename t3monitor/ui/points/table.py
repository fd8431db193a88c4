"""The table widget of the points: columns, copying, dragging, and staying in place while rows come and go."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget
from typing_extensions import override

from t3monitor.model.points import PointKey
from t3monitor.ui.kit.columns import ColumnKeeper, pop_up
from t3monitor.ui.kit.delegates import HEADER_STYLE, ROW_PADDING, NameDelegate, NumberDelegate, tabular
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.table_text import table_text
from t3monitor.ui.points.column_widths import ColumnWidths
from t3monitor.ui.points.columns import CLOCK_COLUMNS, Column, title
from t3monitor.ui.points.copied import titles
from t3monitor.ui.points.mime import keys_from
from t3monitor.ui.points.model import PointsModel

_REMEMBERED = 1000  # of the selected points

_Index = QModelIndex | QPersistentModelIndex


class _Place(NamedTuple):
    """What the user looks at, by keys: rows may be others soon."""

    current: PointKey | None
    current_column: int
    top: list[PointKey]  # the rows in sight, topmost first
    offset: int  # pixels of the topmost row that are above the edge
    scrolled: int


class PointsTable(QTableView):
    """Rows are points; a selection lasts as long as its points, even if a filter hides them for a while."""

    plot_requested = Signal(object)  # list of PointKey
    typed = Signal(str)

    def __init__(self, model: PointsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._place: _Place | None = None
        self._selected: list[PointKey] = []
        self._hidden: list[PointKey] = []  # selected, but filtered out
        self._restoring = False
        self.setAccessibleName(self.tr("Points"))
        self.setFont(tabular(self.font()))
        self.setModel(model)
        self.setItemDelegateForColumn(Column.PANEL, NameDelegate(self))
        numbers, values = NumberDelegate(self), NumberDelegate(self, units=True)
        for column in Column:
            if column.is_number:
                self.setItemDelegateForColumn(column, values if column is Column.VALUE else numbers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._make_headers()
        self._widths = ColumnWidths(self, self.columns, values, self._texts_in_sight)
        self._make_actions()
        self.reset_columns()
        model.modelAboutToBeReset.connect(self.on_about_to_be_reset)
        model.modelReset.connect(self.on_reset)
        for moved in (model.modelReset, model.layoutChanged, self.verticalScrollBar().valueChanged):
            moved.connect(self._widths.measure_soon)
        self.selectionModel().selectionChanged.connect(self.on_selection_changed)
        self.doubleClicked.connect(self.on_double_clicked)

    def selected_keys(self) -> list[PointKey]:
        """The selected points that are shown, from top to bottom."""
        return [self._model.key(row) for row in self._selected_rows()]

    def selected_text(self) -> str:
        """The selected rows for a spreadsheet: the columns that are shown, in their order."""
        columns = self.columns.shown()
        header = [text for column in columns for text in titles(column)]
        rows = (
            [text for column in columns for text in self._model.copied(row, column)] for row in self._selected_rows()
        )
        return table_text(header, rows)

    def keys_in_sight(self) -> list[PointKey]:
        """The points of the rows that can be seen, topmost first."""
        return [self._model.key(row) for row in self._rows_in_sight()]

    def save_state(self) -> dict[str, Any]:
        """Columns from left to right, what the table is sorted by, and which points are selected."""
        sorting = self._model.sorting
        by = None
        if sorting:
            by = {"column": sorting[0].key, "descending": sorting[1] is Qt.SortOrder.DescendingOrder}
        selected = [list(key) for key in (*self.selected_keys(), *self._hidden)[:_REMEMBERED]]
        return {**self._widths.save_state(), "sort": by, "selected": selected}

    def restore_state(self, saved: dict[str, Any]) -> None:
        """From what `save_state` gave, as far as it can be used."""
        self._widths.restore_state(saved)
        self._hidden = keys_from(saved.get("selected"))  # until their rows appear
        by = saved.get("sort")
        column = next((its for its in Column if isinstance(by, dict) and its.key == by.get("column")), None)
        descending = isinstance(by, dict) and by.get("descending") is True
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.sortByColumn(-1 if column is None else int(column), order)

    def make_menu(self) -> QMenu:
        """The context menu of the rows."""
        menu = QMenu(self)
        menu.addActions([self.plot_action, self.copy_action])
        menu.addSeparator()
        menu.addAction(self.select_all_action)
        menu.addMenu(self.make_sort_menu(menu))
        menu.addMenu(self.columns.make_menu(menu))
        return menu

    def make_sort_menu(self, parent: QWidget | None = None) -> QMenu:
        """What a click on a title does, for the keyboard; and what no click does."""
        menu = QMenu(self.tr("Sort by"), parent or self)
        by = self._model.sorting
        for column in (None, *self.columns.shown()):
            action = menu.addAction(self.tr("T3000's order") if column is None else title(column))
            action.setCheckable(True)
            action.setChecked(column is (by[0] if by else None))
            action.setData(-1 if column is None else int(column))
        menu.triggered.connect(self.on_sort_chosen)
        menu.addSeparator()
        menu.addAction(self.sort_again_action)
        self.sort_again_action.setEnabled(by is not None)
        return menu

    @Slot()
    def reset_columns(self) -> None:
        """Order, widths and choice of columns as at first."""
        self._widths.reset()

    @Slot()
    def on_copy(self) -> None:
        """Puts the selected rows into the clipboard."""
        if self._selected_rows():
            QGuiApplication.clipboard().setText(self.selected_text())

    @Slot()
    def on_plot(self) -> None:
        """Asks for the selected points to be plotted."""
        if keys := self.selected_keys():
            self.plot_requested.emit(keys)

    @Slot(QModelIndex)
    def on_double_clicked(self, index: QModelIndex) -> None:
        """Asks for the one point to be plotted."""
        self.plot_requested.emit([self._model.key(index.row())])

    @Slot(QAction)
    def on_sort_chosen(self, action: QAction) -> None:
        """A column was chosen in the menu; the one that is sorted by already, the other way round."""
        if action.isCheckable():
            by = self._model.sorting
            ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
            self.sortByColumn(action.data(), descending if by == (action.data(), ascending) else ascending)

    @Slot()
    def on_about_to_be_reset(self) -> None:
        """Rows are going to be others: remembers by keys what the user looks at."""
        self._selected = self.selected_keys() + self._hidden
        current, first = self.currentIndex(), self.rowAt(0)
        self._place = _Place(
            current=self._model.key(current.row()) if current.isValid() else None,
            current_column=current.column(),
            top=self.keys_in_sight(),
            offset=-self.rowViewportPosition(first) if first >= 0 else 0,
            scrolled=self.verticalScrollBar().value(),
        )

    @Slot()
    def on_reset(self) -> None:
        """The rows are others: finds again what the user looked at."""
        self._widths.set_types(self._model.types)
        place, self._place = self._place, None
        if place is None:
            return
        self._select(self._selected)
        self._selected = []
        row = self._model.row(place.current) if place.current else None
        if row is not None:
            index = self._model.index(row, place.current_column)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.executeDelayedItemsLayout()
        self._scroll_back(place)

    @Slot()
    def on_selection_changed(self) -> None:
        """The user selects anew: what was hidden is no longer part of it."""
        if not self._restoring:
            self._hidden = []

    def _rows_in_sight(self) -> range:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(first, (last if last >= 0 else self._model.rowCount() - 1) + 1) if first >= 0 else range(0)

    def _texts_in_sight(self, column: Column) -> set[str]:
        return {self._model.text(row, column) for row in self._rows_in_sight()}

    def _scroll_back(self, place: _Place) -> None:
        bar = self.verticalScrollBar()
        height = self.verticalHeader().defaultSectionSize()
        for above, key in enumerate(place.top):
            row = self._model.row(key)
            if row is not None:
                bar.setValue((row - above) * height + place.offset)
                return
        bar.setValue(place.scrolled)

    def _select(self, keys: list[PointKey]) -> None:
        rows = sorted(row for key in keys if (row := self._model.row(key)) is not None)
        self._restoring = True
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(self._selection_of(rows), flags.ClearAndSelect | flags.Rows)
        self._restoring = False
        self._hidden = [key for key in keys if self._model.row(key) is None] if len(rows) < len(keys) else []

    def _selection_of(self, rows: list[int]) -> QItemSelection:
        selection, first = QItemSelection(), 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                last_column = self._model.columnCount() - 1
                selection.select(self._model.index(rows[first], 0), self._model.index(row, last_column))
                first = place + 1
        return selection

    def _selected_rows(self) -> list[int]:
        selection = self.selectionModel().selection()
        parts = [selection.at(number) for number in range(selection.count())]
        return sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})

    def _make_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(QFontMetrics(self.font()).height() + ROW_PADDING)
        header = self.horizontalHeader()
        header.setStyleSheet(HEADER_STYLE)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSortIndicatorClearable(True)  # the third click brings T3000's order back
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.columns: ColumnKeeper[Column] = ColumnKeeper(header, Column, title)

    def _make_actions(self) -> None:
        self.plot_action = self._action(self.tr("Plot"), self.on_plot)
        self.copy_action = self._action(self.tr("Copy"), self.on_copy)
        self.plot_action.setIcon(icon("plot"))
        self.copy_action.setIcon(icon("copy"))
        self.copy_action.setShortcut(QKeySequence.StandardKey.Copy)
        self.select_all_action = self._action(self.tr("Select all"), self.selectAll)
        self.select_all_action.setShortcut(QKeySequence.StandardKey.SelectAll)
        self.sort_again_action = self._action(self.tr("Sort again"), self._model.sort_again)
        self.columns.further_actions = [self._action(self.tr("Reset columns"), self.reset_columns)]
        for action in (self.copy_action, self.select_all_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)

    def _action(self, text: str, slot: Any) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(slot)
        return action

    def _update_columns(self, first: int, last: int) -> None:
        header = self.horizontalHeader()
        for column in range(first, last + 1):
            if not header.isSectionHidden(column):
                left, width = header.sectionViewportPosition(column), header.sectionSize(column)
                self.viewport().update(left, 0, width, self.viewport().height())

    @override
    def dataChanged(self, topLeft: _Index, bottomRight: _Index, roles: Sequence[int] = ()) -> None:
        # Qt repaints all that is in sight for whatever changed; ages do so every second, all day.
        if topLeft.column() in CLOCK_COLUMNS:
            self._update_columns(topLeft.column(), bottomRight.column())
        else:
            super().dataChanged(topLeft, bottomRight, roles)
        self._widths.measure_soon()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected_rows():
            self.on_plot()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.on_copy()  # Qt's own way copies one cell
        else:
            super().keyPressEvent(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        self.typed.emit(search)  # Qt's own way looks at the first column alone

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widths.use_room()
        self._widths.measure_soon()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        has_rows = bool(self._selected_rows())
        self.plot_action.setEnabled(has_rows)
        pop_up(self.make_menu(), self, event.pos())
