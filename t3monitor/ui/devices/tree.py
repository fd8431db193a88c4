"""The tree of panels as a widget: its columns, and for which row its menu is asked for."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QTreeView, QWidget
from typing_extensions import override

from t3monitor.ui.devices.columns import DeviceColumn, title
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.devices.paint import PanelDelegate
from t3monitor.ui.kit.columns import ColumnKeeper
from t3monitor.ui.kit.delegates import HEADER_STYLE, RIGHT_MARGIN, NumberDelegate, tabular

_SHOWN_AT_FIRST = (DeviceColumn.NAME, DeviceColumn.AGE)
_WIDTHS = {  # in widths of a digit
    DeviceColumn.NAME: 9,
    DeviceColumn.AGE: 9,
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
_MARK_SIZE = 14
_CELL_MARGIN = 4  # of an age and its cell
_PAINTED_AFTER_MS = 30  # in another frame than the points, which a snapshot changes as well
_Index = QModelIndex | QPersistentModelIndex


class PanelTree(QTreeView):
    """Names take the room that its other columns leave."""

    menu_asked = Signal(QModelIndex, QPoint)  # the row, and where in the viewport

    def __init__(self, model: DevicesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Panels"))
        self.setFont(tabular(self.font()))
        self._model = model
        self._painting = QTimer(self, singleShot=True, interval=_PAINTED_AFTER_MS)
        self._painting.timeout.connect(self.viewport().update)
        self.setModel(model)
        self.setItemDelegateForColumn(DeviceColumn.NAME, PanelDelegate(self))
        numbers = NumberDelegate(self)
        for column in DeviceColumn:
            if column.is_number:
                self.setItemDelegateForColumn(column, numbers)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(10)
        self.setIconSize(QSize(_MARK_SIZE, _MARK_SIZE))
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStyleSheet(HEADER_STYLE)
        header.setStretchLastSection(False)
        self.columns = ColumnKeeper(header, DeviceColumn, title, always=DeviceColumn.NAME)
        widths = {column: self._first_width(column) for column in DeviceColumn}
        self.columns.reset(widths, hidden=set(DeviceColumn).difference(_SHOWN_AT_FIRST))
        self.columns.chosen.connect(self.use_room)
        self.columns.dragged.connect(self.use_room)
        self._names: set[str] | None = None  # as they were measured; None: others are in sight
        self._names_px = 0
        self._sizing = QTimer(self, singleShot=True, interval=0)
        self._sizing.timeout.connect(self.use_room)
        model.modelReset.connect(self._name_anew)
        self.expanded.connect(self._name_anew)
        self.collapsed.connect(self._name_anew)

    @Slot()
    def use_room(self) -> None:
        """Ages are never cut, and keep what the longest so far needed, but not where names are cut for it."""
        longest = max(map(self.fontMetrics().horizontalAdvance, self._model.texts(DeviceColumn.AGE)))
        needed = longest + RIGHT_MARGIN + _CELL_MARGIN
        if not self.isColumnHidden(DeviceColumn.AGE):
            names = self._model.texts(DeviceColumn.NAME)
            if names != self._names:
                self._names = names
                self._names_px = self.sizeHintForColumn(DeviceColumn.NAME)  # which asks each row
            cut = max(0, self._names_px - self.columnWidth(DeviceColumn.NAME))
            self.columns.resize(DeviceColumn.AGE, max(needed, self.columnWidth(DeviceColumn.AGE) - cut))
        self.columns.fill(DeviceColumn.NAME, self._first_width(DeviceColumn.NAME), self.viewport().width())

    @Slot()
    def _name_anew(self) -> None:
        self._names = None
        self._sizing.start()

    def _first_width(self, column: DeviceColumn) -> int:
        return _WIDTHS[column] * self.fontMetrics().horizontalAdvance("0")

    @override
    def dataChanged(self, top_left: _Index, bottom_right: _Index, roles: Sequence[int] = ()) -> None:
        """Of many rows paints all that are in sight, in a frame of its own: Qt would look where each of them is."""
        if top_left.column() <= DeviceColumn.AGE:
            self._sizing.start()
        if top_left.row() == bottom_right.row() or QAccessible.isActive():
            super().dataChanged(top_left, bottom_right, roles)
        else:
            self._painting.start()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.use_room()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:  # its position is not one of the viewport
            index = self.currentIndex()
            self.menu_asked.emit(index, self.visualRect(index).center())
        else:
            self.menu_asked.emit(self.indexAt(event.pos()), event.pos())
