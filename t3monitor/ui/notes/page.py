"""The list of notes in the drawer: searched, edited, exported and imported; a double click shows the time of one."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from t3monitor.model.notes import Note
from t3monitor.model.points import PointKey
from t3monitor.ui.activity.rows_model import RowsModel
from t3monitor.ui.kit.delegates import NameDelegate
from t3monitor.ui.kit.notice import Message, Notice, Tone
from t3monitor.ui.kit.pages import add_key, lay_out_page, table, tool_button
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.table_text import Figure, table_text
from t3monitor.ui.kit.texts import local_time_text


class NoteColumn(IntEnum):
    """Columns of the list."""

    FROM = 0
    TO = 1
    ABOUT = 2
    TEXT = 3
    AUTHOR = 4


class NotesModel(RowsModel[Note]):
    """The notes that have a text in them, newest first."""

    columns = len(NoteColumn)
    numbers_from = len(NoteColumn)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name_of: Callable[[PointKey], str] = lambda point: f"{point.serial_number}"
        self.total = 0
        self._notes: Sequence[Note] = ()
        self._sought: list[str] = []

    def show(self, notes: Sequence[Note]) -> None:
        """Takes these notes."""
        self._notes, self.total = notes, len(notes)
        self._fill()

    def seek(self, text: str) -> None:
        """Shows those with all of these words."""
        self._sought = text.casefold().split()
        self._fill()

    def texts(self, note: Note) -> list[str]:
        """What stands in its row."""
        return [
            local_time_text(note.start_s, self.zone),
            "" if note.end_s is None else local_time_text(note.end_s, self.zone),
            self.name_of(note.point) if note.point else self.tr("The whole site"),
            " ".join(note.text.split()),
            note.author,
        ]

    @override
    def titles(self) -> Sequence[str]:
        ends = [self._rows[place].start_s for place in (0, -1) if self._rows]
        first, last = (self.zoned(title, *ends) for title in (self.tr("From"), self.tr("To")))
        return first, last, self.tr("About"), self.tr("Text"), self.tr("By")

    @override
    def cell(self, row: Note, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.texts(row)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self.texts(row)[column] if column == NoteColumn.ABOUT else row.text)
        return None

    def _fill(self) -> None:
        self.beginResetModel()
        self._rows = [note for note in reversed(self._notes) if self._has_words(note)]
        self.endResetModel()

    def _has_words(self, note: Note) -> bool:
        if not self._sought:
            return True
        text = "\n".join((*self.texts(note), note.text)).casefold()
        return all(word in text for word in self._sought)


class NotesPage(QWidget):
    """Whoever owns it does what is asked for, and shows the notes."""

    time_chosen = Signal(float)  # that is to be seen in the trend
    edit_asked = Signal(object)  # Note
    delete_asked = Signal(object)  # list of Note
    undo_asked = Signal()
    export_asked = Signal(object)  # list of Note
    import_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = NotesModel(self)
        self.search = QLineEdit(placeholderText=self.tr("Search the notes…"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Search the notes"))
        self.search.setMaximumWidth(320)
        self.edit = tool_button(self.tr("Edit…"), self.tr("Change the chosen note (F2)"))
        self.delete = tool_button(self.tr("Delete"), self.tr("Delete the chosen notes (Del)"))
        self.undo = tool_button(self.tr("Undo"), self.tr("Take the last change of notes back (Ctrl+Z)"))
        self.export = tool_button(self.tr("Export…"), self.tr("The notes that are shown, as a CSV file"))
        self.import_ = tool_button(self.tr("Import…"), self.tr("Notes of a CSV file; those that are there stay one"))
        self.view = table(self.model, self.tr("Notes, newest first"), stretched=NoteColumn.TEXT)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setItemDelegateForColumn(NoteColumn.ABOUT, NameDelegate(self.view))
        width = self.fontMetrics().horizontalAdvance
        for column in (NoteColumn.FROM, NoteColumn.TO):
            self.view.setColumnWidth(column, width("0000-00-00 00:00:00 AEDT") + 12)
        self.view.setColumnWidth(NoteColumn.ABOUT, width("The whole site AHU-1") + 24)
        self.view.setColumnWidth(NoteColumn.AUTHOR, width("A login name") + 24)
        self.message = Message()
        self.notice = Notice(self.view)
        controls = QHBoxLayout()
        controls.addWidget(self.search, 1)
        controls.addStretch()
        for button in (self.edit, self.delete, self.undo, self.import_, self.export):
            controls.addWidget(button)
        lay_out_page(self, controls, self.view, self.message)
        self.search.textChanged.connect(self.on_sought)
        self.edit.clicked.connect(self.on_edit)
        self.delete.clicked.connect(self.on_delete)
        self.undo.clicked.connect(self.undo_asked)
        self.import_.clicked.connect(self.import_asked)
        self.export.clicked.connect(lambda: self.export_asked.emit(self.shown))
        self.view.doubleClicked.connect(self.on_chosen)
        self.view.selectionModel().selectionChanged.connect(self.on_selected)
        add_key(self.view, Qt.Key.Key_Return, lambda: self.on_chosen(self.view.currentIndex()))
        add_key(self.view, Qt.Key.Key_F2, self.on_edit)
        add_key(self.view, QKeySequence.StandardKey.Delete, self.on_delete)
        add_key(self.view, QKeySequence.StandardKey.Undo, self.undo_asked.emit)
        add_key(self.view, QKeySequence.StandardKey.Copy, self.on_copy)
        self.show_notes((), can_undo=False)

    @property
    def shown(self) -> list[Note]:
        """The notes in the list, oldest first."""
        return [self.model.row(row) for row in reversed(range(self.model.rowCount()))]

    @property
    def selected(self) -> list[Note]:
        """The chosen ones."""
        return [self.model.row(index.row()) for index in self.view.selectionModel().selectedRows()]

    def show_notes(self, notes: Sequence[Note], *, can_undo: bool) -> None:
        """Lists these."""
        self.model.show(notes)
        self.undo.setEnabled(can_undo)
        self._say()

    @Slot(str)
    def say(self, problem: str = "") -> None:
        """What went wrong; empty: nothing any more."""
        self.message.show_sentence(Tone.BAD, problem)

    def tell(self, sentence: str) -> None:
        """What came of something."""
        self.message.show_sentence(Tone.GOOD, sentence)

    @Slot(str)
    def on_sought(self, text: str) -> None:
        """Shows those with these words."""
        self.model.seek(text)
        self._say()

    @Slot(QModelIndex)
    def on_chosen(self, index: QModelIndex) -> None:
        """Asks for the trend at the time of a note."""
        if index.isValid():
            note = self.model.row(index.row())
            self.time_chosen.emit(note.start_s if note.end_s is None else (note.start_s + note.end_s) / 2)

    @Slot()
    def on_edit(self) -> None:
        """Asks for a change of the chosen note."""
        if self.selected:
            self.edit_asked.emit(self.selected[0])

    @Slot()
    def on_delete(self) -> None:
        """Asks for the chosen ones to be gone."""
        if self.selected:
            self.delete_asked.emit(self.selected)

    @Slot()
    def on_copy(self) -> None:
        """Puts the chosen ones on the clipboard, for a spreadsheet."""
        rows = ([*map(Figure, texts[:2]), *texts[2:]] for texts in map(self.model.texts, self.selected))
        QGuiApplication.clipboard().setText(table_text(self.model.titles(), rows))

    @Slot()
    def on_selected(self) -> None:
        """Enables what can be done."""
        count = len(self.selected)
        self.edit.setEnabled(count == 1)
        self.delete.setEnabled(count > 0)

    def _say(self) -> None:
        self.on_selected()
        self.export.setEnabled(self.model.rowCount() > 0)
        if self.model.rowCount():
            self.notice.hide()
        elif self.model.total:
            self.notice.say(self.tr("No note has these words."))
        else:
            self.notice.say(self.tr("There are no notes yet. In the trend, the key N writes one at the cursor."))
