"""What users do with notes: in the trend, in its flags and in the list; GUI thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMenu

from t3monitor.config.files import open_file
from t3monitor.exchange.notes_csv import NotesFileError, notes_csv, read_notes_csv
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.points import PointKey
from t3monitor.qt.separators import separators
from t3monitor.ui.kit.book import Book
from t3monitor.ui.kit.plain import add_action
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.notes.dialog import NoteDialog
from t3monitor.ui.notes.page import NotesPage
from t3monitor.ui.trend.marks.marks import Cluster
from t3monitor.ui.trend.view import TrendView

_MOST_LISTED = 20  # of the marks of one flag


class NotesControl(QObject):
    """Joins the notes with their list and the trend."""

    def __init__(
        self,
        book: Book[Note, NoteEdit],
        page: NotesPage,
        trend: TrendView,
        name_of: Callable[[PointKey], str],
        author: str,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(trend)
        self._book = book
        self._page = page
        self._trend = trend
        self._name_of = name_of
        self._author = author
        self._clock = clock
        self.dialog: NoteDialog | None = None
        page.model.name_of = name_of
        trend.note_asked.connect(self.on_note_asked)
        trend.plots.flag_chosen.connect(self.on_flag_chosen)
        page.edit_asked.connect(self.edit)
        page.delete_asked.connect(self.delete)
        page.undo_asked.connect(self.on_undo_asked)
        book.done.connect(trend.state.did)
        book.dropped.connect(trend.state.forget_deeds)
        page.export_asked.connect(self.on_export)
        page.import_asked.connect(self.on_import)
        page.time_chosen.connect(trend.show_time)
        book.changed.connect(self.on_changed)
        book.failed.connect(self.on_failed)
        book.written.connect(self.on_written)
        self._importing = 0  # notes of a file

    @Slot()
    def on_changed(self) -> None:
        """Shows the notes as they are now."""
        self._page.show_notes(self._book.entries, can_undo=self._book.last_deed is not None)
        self._trend.marks.set_notes(self._book.entries)

    @Slot()
    def on_undo_asked(self) -> None:
        """Takes the last change of notes back, whatever was done in the trend since."""
        if deed := self._book.last_deed:
            self._trend.state.take_back(deed)

    @Slot(int)
    def on_written(self, count: int) -> None:
        """Says how many notes of a file were new; else that nothing went wrong."""
        total, self._importing = self._importing, 0
        if total:
            told = self.tr("Notes added: %1, there already: %2")
            self._page.tell(told.replace("%1", str(count)).replace("%2", str(total - count)))
        else:
            self._page.say()

    @Slot(str)
    def on_failed(self, problem: str) -> None:
        """Says why something could not be written or read."""
        self._importing = 0
        self._page.say(problem)

    @Slot(float, object)
    def on_note_asked(self, start_s: float, end_s: float | None) -> None:
        """A new one about a time, of the point that alone is plotted, else of the site."""
        now_s = self._clock()
        points = self._trend.state.points
        point = points[0] if len(points) == 1 else None
        end_s = None if end_s is None else round(end_s)
        self.edit(Note(round(start_s), end_s, point, "", self._author, round(now_s), round(now_s)))

    @Slot(object)
    def edit(self, note: Note) -> None:
        """Opens a note, new or not."""
        points = dict.fromkeys((*self._trend.state.points, *((note.point,) if note.point else ())))
        named = {point: self._name_of(point) for point in points}
        dialog = NoteDialog(note, named, self._trend.state.zone, round(self._clock()), self._trend.window())
        dialog.accepted.connect(lambda: self._take(note, dialog.note))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    @Slot(object)
    def delete(self, notes: list[Note]) -> None:
        """Has them gone; that can be undone."""
        self._book.write([NoteEdit(None, note.note_id) for note in notes])

    @Slot(object)
    def on_flag_chosen(self, cluster: Cluster) -> None:
        """Opens the note of a flag; of several marks, and of others, a menu tells them."""
        if len(cluster.marks) == 1 and cluster.marks[0].note:
            self.edit(cluster.marks[0].note)
            return
        menu = QMenu(self._trend)
        for mark in cluster.marks[:_MOST_LISTED]:
            text = f"{local_time_text(mark.time_s, self._trend.state.zone)}  {mark.text}"
            if (note := mark.note) is not None:
                add_action(menu, text, partial(self.edit, note))
            else:
                add_action(menu, text, partial(self._trend.show_time, mark.time_s))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(QCursor.pos())

    @Slot(object)
    def on_export(self, notes: list[Note]) -> None:
        """Asks for a file, and writes them there."""
        name, _ = QFileDialog.getSaveFileName(
            self._page,
            self.tr("Export notes"),
            f"{self._trend.exporter.folder}/{self.tr('Notes')}.csv",
            self.tr("CSV files (*.csv)"),
        )
        if name:
            self.export_to(Path(name), notes)

    def export_to(self, file: Path, notes: list[Note]) -> None:
        """Writes them into a file."""
        try:
            content = notes_csv(notes, self._name_of, self._trend.state.zone, separators().cells)
            self._trend.exporter.write(file, content)
        except OSError as error:
            self._say(self.tr("%1 cannot be written: %2"), file, error)
        else:
            self._page.say()

    @Slot()
    def on_import(self) -> None:
        """Asks for a file, and takes its notes."""
        name, _ = QFileDialog.getOpenFileName(
            self._page, self.tr("Import notes"), self._trend.exporter.folder, self.tr("CSV files (*.csv)")
        )
        if name:
            self.import_from(Path(name))

    def import_from(self, file: Path) -> None:
        """Takes the notes of a file; those that are there already are not written again."""
        try:
            with open_file(file) as source:
                notes = read_notes_csv(source.read(), self._author, round(self._clock()))
        except OSError as error:
            self._say(self.tr("%1 cannot be read: %2"), file, error)
        except NotesFileError as error:
            self._page.say(f"{file.name}: {error}")
        else:
            self._importing = len(notes)
            self._book.write([NoteEdit(note) for note in notes])

    def _say(self, sentence: str, file: Path, error: OSError) -> None:
        self._page.say(sentence.replace("%2", error.strerror or "").replace("%1", str(file)))

    def _take(self, before: Note, note: Note | None) -> None:
        if note is None:
            self.delete([before])
        elif note != before:
            self._book.write([NoteEdit(note)])
