"""The tree of panels as a widget: its columns, which the user moves, hides and sizes, and its menus."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QTreeView, QWidget
from typing_extensions import override

from t3monitor.ui.devices.columns import DeviceColumn, longest_ages, title
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.devices.paint import PanelDelegate
from t3monitor.ui.points.table import tabular
from t3monitor.ui.points.value import HEADER_STYLE, RIGHT_MARGIN, NumberDelegate

_SHOWN_AT_FIRST = (DeviceColumn.NAME, DeviceColumn.AGE)
_WIDTHS = {  # in widths of a digit
    DeviceColumn.NAME: 16,
    DeviceColumn.PANEL: 8,
    DeviceColumn.SERIAL: 10,
    DeviceColumn.ADDRESS: 15,
    DeviceColumn.INPUTS: 9,
    DeviceColumn.OUTPUTS: 9,
    DeviceColumn.VARIABLES: 10,
    DeviceColumn.IN_USE: 8,
    DeviceColumn.OVERRIDDEN: 12,
    DeviceColumn.FAULTS: 9,
}
_NARROWEST, _WIDEST = 24, 2000
_MARK_SIZE = 14


class PanelTree(QTreeView):
    """Keeps its columns by their names, and says for which row its menu is asked for."""

    menu_asked = Signal(QModelIndex, QPoint)  # the row, and where in the viewport

    def __init__(self, model: DevicesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hidden_widths: dict[DeviceColumn, int] = {}
        self.setAccessibleName(self.tr("Panels"))
        self.setFont(tabular(self.font()))
        self.setModel(model)
        self.setItemDelegateForColumn(DeviceColumn.NAME, PanelDelegate(self))
        numbers = NumberDelegate(self)
        for column in DeviceColumn:
            if column.is_number:
                self.setItemDelegateForColumn(column, numbers)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(14)
        self.setIconSize(QSize(_MARK_SIZE, _MARK_SIZE))
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStyleSheet(HEADER_STYLE)
        header.setSectionsMovable(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.on_header_menu)
        for column in DeviceColumn:
            self._set_width(column, self._first_width(column))
            self._set_hidden(column, hidden=column not in _SHOWN_AT_FIRST)
        header.sectionResized.connect(self.on_room_changed)
        header.geometriesChanged.connect(self.on_room_changed)

    def save_columns(self) -> list[dict[str, Any]]:
        """Order, widths and which are hidden, for a JSON file."""
        header = self.header()
        return [
            {"name": column.key, "width": self._width(column), "hidden": header.isSectionHidden(column)}
            for column in sorted(DeviceColumn, key=header.visualIndex)
        ]

    def restore_columns(self, saved: object) -> None:
        """From what `save_columns` gave, as far as it can be used."""
        by_key = {column.key: column for column in DeviceColumn}
        header = self.header()
        place = 0
        for item in saved if isinstance(saved, list) else []:
            column = by_key.pop(str(item.get("name")), None) if isinstance(item, dict) else None
            if column is None:
                continue
            header.moveSection(header.visualIndex(column), place)
            place += 1
            self._set_hidden(column, hidden=item.get("hidden") is True and column is not DeviceColumn.NAME)
            if isinstance(width := item.get("width"), int):
                self._set_width(column, min(max(width, _NARROWEST), _WIDEST))

    def make_columns_menu(self, parent: QWidget | None = None) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(self.tr("&Columns"), parent or self)
        header = self.header()
        for column in DeviceColumn:
            action = menu.addAction(title(column))
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(column))
            action.setEnabled(column is not DeviceColumn.NAME)
            action.setData(int(column))
        menu.triggered.connect(self.on_column_toggled)
        return menu

    @Slot(QAction)
    def on_column_toggled(self, action: QAction) -> None:
        """A column was chosen in the menu."""
        self._set_hidden(DeviceColumn(action.data()), hidden=not action.isChecked())

    @Slot(QPoint)
    def on_header_menu(self, position: QPoint) -> None:
        """A right click on the header."""
        pop_up(self.make_columns_menu(), self.header().viewport(), position)

    @Slot()
    def on_room_changed(self) -> None:
        """Names take the room that the other columns leave."""
        header = self.header()
        least = self._first_width(DeviceColumn.NAME)
        others = header.length() - header.sectionSize(DeviceColumn.NAME)
        header.resizeSection(DeviceColumn.NAME, max(least, self.viewport().width() - others))

    def _first_width(self, column: DeviceColumn) -> int:
        metrics = self.fontMetrics()
        if column is DeviceColumn.AGE:
            longest = max(map(metrics.horizontalAdvance, longest_ages()))
            return longest + RIGHT_MARGIN + 8
        return _WIDTHS[column] * metrics.horizontalAdvance("0")

    def _width(self, column: DeviceColumn) -> int:
        header = self.header()
        return self._hidden_widths.get(column, 0) if header.isSectionHidden(column) else header.sectionSize(column)

    def _set_width(self, column: DeviceColumn, width: int) -> None:
        if self.header().isSectionHidden(column):
            self._hidden_widths[column] = width
        else:
            self.header().resizeSection(column, width)

    def _set_hidden(self, column: DeviceColumn, *, hidden: bool) -> None:
        header = self.header()
        if hidden and not header.isSectionHidden(column):
            self._hidden_widths[column] = header.sectionSize(column)
        header.setSectionHidden(column, hidden)
        if not hidden and (width := self._hidden_widths.pop(column, 0)):
            header.resizeSection(column, width)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:  # its position is not one of the viewport
            index = self.currentIndex()
            self.menu_asked.emit(index, self.visualRect(index).center())
        else:
            self.menu_asked.emit(self.indexAt(event.pos()), event.pos())


def pop_up(menu: QMenu, widget: QWidget, position: QPoint) -> None:
    """Shows a menu at a place in a widget, until it is done with."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(widget.mapToGlobal(position))
