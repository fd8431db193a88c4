"""The columns of a table or tree as its user wants them: which are shown, in which order and how wide."""

from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

_NARROWEST, _WIDEST = 24, 2000


class NamedColumn(IntEnum):
    """Base of the columns of a view, in their first order."""

    @property
    def key(self) -> str:
        """Its name in saved window states."""
        return self.name.lower()


C = TypeVar("C", bound=NamedColumn)


class ColumnKeeper(QObject, Generic[C]):
    """The columns of one header, saved by their names: another version may have others."""

    chosen = Signal()  # the user has shown or hidden a column
    dragged = Signal()  # the user has made a column wider or narrower

    def __init__(
        self, header: QHeaderView, columns: type[C], title: Callable[[C], str], always: C | None = None
    ) -> None:
        """``always`` is the column that cannot be hidden; without one it is the last that is shown."""
        super().__init__(header)
        self._header, self._columns, self._title, self._always = header, columns, title, always
        self._is_sizing = False
        self.further_actions: list[QAction] = []  # of its menu
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(_NARROWEST)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.on_menu_asked)
        header.sectionResized.connect(self.on_section_resized)

    def shown(self) -> list[C]:
        """The columns that are shown, from left to right."""
        return [column for column in self._ordered() if not self._header.isSectionHidden(column)]

    def reset(self, widths: Mapping[C, int], hidden: Collection[C]) -> None:
        """The first order again, with these widths."""
        for column in self._columns:
            self._header.moveSection(self._header.visualIndex(column), column)
            self._header.setSectionHidden(column, column in hidden)
            self.resize(column, widths[column])

    def resize(self, column: C, width: int) -> None:
        """Makes a column that wide; one that is hidden, as soon as it is shown."""
        self._is_sizing = True
        self._header.resizeSection(column, width)
        self._is_sizing = False

    def fill(self, column: C, least: int, room: int) -> None:
        """Gives a column the room that the others leave."""
        others = self._header.length() - self._header.sectionSize(column)
        self.resize(column, max(least, room - others))

    def save(self) -> list[dict[str, Any]]:
        """Order, widths and which are hidden, for a JSON file."""
        hidden, widths = self._header.isSectionHidden, self._widths()
        return [{"name": it.key, "width": widths[it], "hidden": hidden(it)} for it in self._ordered()]

    def restore(self, saved: object) -> None:
        """From what `save` gave, as far as it can be used."""
        by_key = {column.key: column for column in self._columns}
        place = 0
        for item in saved if isinstance(saved, list) else []:
            column = by_key.pop(str(item.get("name")), None) if isinstance(item, dict) else None
            if column is None:
                continue
            self._header.moveSection(self._header.visualIndex(column), place)
            place += 1
            if isinstance(width := item.get("width"), int):
                self.resize(column, min(max(width, _NARROWEST), _WIDEST))
            self._header.setSectionHidden(column, item.get("hidden") is True and column is not self._always)
        if not self.shown():
            self._header.showSection(self._header.logicalIndex(0))

    def make_menu(self, parent: QWidget) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(self.tr("&Columns"), parent)
        shown = self.shown()
        for column in self._columns:
            action = menu.addAction(self._title(column))
            action.setCheckable(True)
            action.setChecked(column in shown)
            action.setEnabled(column is not self._always and shown != [column])
            action.setData(int(column))
        menu.triggered.connect(self.on_column_toggled)
        if self.further_actions:
            menu.addSeparator()
            menu.addActions(self.further_actions)
        return menu

    @Slot(QAction)
    def on_column_toggled(self, action: QAction) -> None:
        """A column was chosen in the menu."""
        if action.isCheckable():
            self._header.setSectionHidden(action.data(), not action.isChecked())
            self.chosen.emit()

    @Slot(QPoint)
    def on_menu_asked(self, position: QPoint) -> None:
        """A right click on the header."""
        pop_up(self.make_menu(self._header), self._header.viewport(), position)

    @Slot(int, int, int)
    def on_section_resized(self, _column: int, old: int, new: int) -> None:
        """The user drags a border, unless the program is at work; 0 is a hidden column."""
        if old and new and not self._is_sizing:
            self.dragged.emit()

    def _ordered(self) -> list[C]:
        return sorted(self._columns, key=self._header.visualIndex)

    def _widths(self) -> dict[C, int]:
        """Those of hidden columns too, which Qt keeps, but tells only while they are shown."""
        blocker = QSignalBlocker(self._header)
        hidden = [column for column in self._columns if self._header.isSectionHidden(column)]
        for column in hidden:
            self._header.showSection(column)
        widths = {column: self._header.sectionSize(column) for column in self._columns}
        for column in hidden:
            self._header.hideSection(column)
        del blocker
        return widths


def pop_up(menu: QMenu, widget: QWidget, position: QPoint) -> None:
    """Shows a menu at a place in a widget, until it is done with."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(widget.mapToGlobal(position))
