"""The table of T3000 computers: name, address and time zone of each, typed, added and removed by mouse or keys."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.config.sites import DEFAULT_WEB_URL, LARGEST_SITE_COUNT, Site
from t3monitor.ui.kit.notice import Message
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.settings.fields import declaration

_NAME, _ADDRESS, _ZONE = range(3)
_LONGEST = {_NAME: 40, _ADDRESS: 200, _ZONE: 64}
_ROWS_IN_SIGHT = 4
_Index = QModelIndex | QPersistentModelIndex


class SitesField(QWidget):
    """The table with its buttons, and below it the sentence on what is wrong."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = _Table()
        self.table.setAccessibleName(self.tr("T3000 computers"))
        self.table.setToolTip(declaration("sites").help_text)
        self.table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Address"), self.tr("Time zone")])
        self.add = QPushButton(self.tr("A&dd"))
        self.add.setAccessibleName(self.tr("Add a T3000 computer"))
        self.remove = QPushButton(self.tr("R&emove"))
        self.remove.setAccessibleName(self.tr("Remove the T3000 computer"))
        self.remove.setToolTip(self.tr("Removes the chosen T3000 computer (Del)"))
        for button in (self.add, self.remove):
            button.setAutoDefault(False)
        self.message = Message()
        buttons = QVBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.table, 1)
        row.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.message)
        self.setFocusProxy(self.table)
        self.add.clicked.connect(self.on_add)
        self.remove.clicked.connect(self.on_remove)
        self.table.remove_asked.connect(self.on_remove)
        self.table.itemChanged.connect(self.on_rows_changed)
        self.on_rows_changed()

    def sites(self) -> tuple[Site, ...]:
        """The computers as they are typed."""
        return tuple(
            Site(name=self._text(row, _NAME), url=self._text(row, _ADDRESS), zone=self._text(row, _ZONE))
            for row in range(self.table.rowCount())
        )

    def set_sites(self, sites: Sequence[Site]) -> None:
        """Shows these computers."""
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for site in sites:
            self._append(site)
        self.table.blockSignals(False)
        self.table.setCurrentCell(0, _NAME)
        self.on_rows_changed()

    @Slot()
    def on_add(self) -> None:
        """One more computer, whose name can be typed at once."""
        self._append(Site(url="" if self.table.rowCount() else DEFAULT_WEB_URL))
        self.table.setFocus()
        self.table.setCurrentCell(self.table.rowCount() - 1, _NAME)
        self.table.edit(self.table.currentIndex())
        self.on_rows_changed()

    @Slot()
    def on_remove(self) -> None:
        """The chosen computer goes; the last one stays."""
        if self.table.rowCount() > 1 and (row := self.table.currentRow()) >= 0:
            self.table.removeRow(row)
            self.table.setFocus()
            self.on_rows_changed()

    @Slot()
    def on_rows_changed(self) -> None:
        """Offers what can be done, and says that something was typed."""
        self.add.setEnabled(self.table.rowCount() < LARGEST_SITE_COUNT)
        self.remove.setEnabled(self.table.rowCount() > 1)
        self.changed.emit()

    def _append(self, site: Site) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in ((_NAME, site.name), (_ADDRESS, site.url), (_ZONE, site.zone)):
            self.table.setItem(row, column, QTableWidgetItem(text))

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text().strip() if item else ""


class _Table(QTableWidget):
    """Enter edits, Del removes, Tab goes from cell to cell while something is edited and else to the next widget."""

    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__(0, len(_LONGEST))
        self.setProperty("framed", True)
        self.setItemDelegate(_CellDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_ADDRESS, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(_NAME, 130)
        header.resizeSection(_ZONE, 150)
        row_height = QLineEdit().sizeHint().height() + 2
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.setFixedHeight(header.sizeHint().height() + _ROWS_IN_SIGHT * row_height + 2 * self.frameWidth())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_editing = self.state() is QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # else it would press the dialog's OK
            if not is_editing:
                self.edit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and not is_editing:
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)


class _CellDelegate(QStyledItemDelegate):
    """Hands on what is typed with every key, so that it can be checked, and shows what an empty name means."""

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent, maxLength=_LONGEST[index.column()])
        editor.setAccessibleName(str(index.model().headerData(index.column(), Qt.Orientation.Horizontal)))
        editor.textEdited.connect(lambda: self.commitData.emit(editor))
        if index.column() == _ZONE:
            zones = QCompleter(sorted(available_timezones()), editor, filterMode=Qt.MatchFlag.MatchContains)
            zones.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            zones.activated.connect(lambda: self.commitData.emit(editor), Qt.ConnectionType.QueuedConnection)
            editor.setCompleter(zones)
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        text = index.data() or ""
        if isinstance(editor, QLineEdit) and editor.text() != text:  # else the cursor would go to the end
            editor.setText(text)

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != (index.data() or ""):
            model.setData(index, editor.text())

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        meaning = ""
        if index.column() == _NAME and index.model().rowCount() == 1:
            meaning = self.tr("no name needed")
        elif index.column() == _ZONE:
            meaning = self.tr("as this computer")
        if meaning and not option.text:
            option.text = meaning
            option.palette.setBrush(option.palette.ColorRole.Text, QBrush(current_theme().muted))
