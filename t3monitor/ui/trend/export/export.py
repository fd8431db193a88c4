"""What leaves the trend: pictures, and its values as a table; writes at once, or asks for a file; GUI thread."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QDir, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QProgressDialog, QWidget

from t3monitor.config.databases import TakenError
from t3monitor.config.files import whole_file
from t3monitor.exchange.export import Form, Size, Written
from t3monitor.exchange.table import Table
from t3monitor.model.errors import MonitorError
from t3monitor.model.zones import local
from t3monitor.qt.separators import separators
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.ui.kit.folders import documents
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.texts import date_text, translate
from t3monitor.ui.trend.export.formats import Format
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.picture import as_file, as_image, as_pdf, as_svg
from t3monitor.ui.trend.export.saved_notice import SavedNotice
from t3monitor.ui.trend.message import ProblemLine
from t3monitor.ui.trend.series.loader import Spawn, Task
from t3monitor.ui.trend.stretch.stretch_meter import InThread
from t3monitor.ui.trend.trend_page import TrendPage

_ASKS_FROM_ROWS = 1_000_000
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONGEST_NAME = 100
_PROGRESS_AFTER_MS, _LOOK_MS, _PERMILLE = 500, 100, 1000

_logger = logging.getLogger(__name__)


_PICTURES: dict[Format, Callable[[Page], bytes | QImage]] = {
    Format.PDF: as_pdf,
    Format.PNG: as_image,
    Format.SVG: as_svg,
}


class Tables(Protocol):
    """Who writes tables, beside what else goes on."""

    async def size(self, table: Table, form: Form) -> Size:
        """About how large it will get."""

    async def save(self, table: Table, file: Path, form: Form, work: LongWork) -> Written:
        """Writes the file."""


class NoTables:
    """Where there is no database to read."""

    async def size(self, table: Table, form: Form) -> Size:  # noqa: ARG002 - as those that write
        """Nothing."""
        return Size(0, 0, len(table.series), 1, 1)

    async def save(self, table: Table, file: Path, form: Form, work: LongWork) -> Written:  # noqa: ARG002
        """Writes none."""
        return Written(0, [])


class Exporter(QObject):
    """Writes what a view shows; the last folder and format are remembered."""

    said = Signal(str)  # how it went
    failed = Signal(str)  # one sentence, empty: it begins anew

    def __init__(self, page: TrendPage, tables: Tables, spawn: Spawn, in_thread: InThread, parent: QWidget) -> None:
        """``in_thread`` has pictures written in another one."""
        super().__init__(parent)
        self._view = parent
        self.page = page
        self._tables = tables
        self._spawn = spawn
        self._in_thread = in_thread
        self._folder = ""
        self._format = Format.PDF
        self._task: Task | None = None
        self._writing: dict[Path, Task] = {}  # pictures
        self._work = LongWork()
        self._size = ""  # of the table that is written
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._show_progress)
        self.problem = ProblemLine()
        self.failed.connect(self.problem.say)
        self.saved_notice = SavedNotice()
        self.dialog: QFileDialog | None = None  # while it asks for a file
        self.question: QMessageBox | None = None  # while it asks whether a large table is wanted
        self.save_action = QAction(self.tr("&Export"), self)
        self.save_action.setShortcut(QKeySequence("Ctrl+E"))
        self.save_action.triggered.connect(lambda: self.save_now())
        self.ask_action = QAction(self.tr("Export &to…"), self)
        self.ask_action.setShortcut(QKeySequence("Ctrl+Shift+E"))
        self.ask_action.triggered.connect(lambda: self.ask())
        self.copy_action = QAction(icon("copy"), self.tr("Copy &picture"), self)
        self.copy_action.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_action.triggered.connect(self.copy)

        self.evidence_action = QAction(self.tr("E&vidence…"), self)  # what it does needs more than a view

    @property
    def is_busy(self) -> bool:
        """Whether something is being written."""
        return self._task is not None or bool(self._writing)

    def make_menu(self, parent: QWidget) -> QMenu:
        """What can be made at once, each in one click more; and elsewhere."""
        menu = QMenu(parent)
        for its in Format.offered():
            menu.addAction(its.title, partial(self.save_now, its))
        menu.addSeparator()
        menu.addActions([self.ask_action, self.copy_action])
        return menu

    @property
    def folder(self) -> str:
        """Where the last file was put, if that is still there."""
        is_there = self._folder and QDir(self._folder).exists()
        return self._folder if is_there else documents()

    @property
    def title(self) -> str:
        """What is shown, in a few words."""
        return self.page.title

    def save_state(self) -> dict[str, Any]:
        """For JSON."""
        return {"folder": self._folder, "format": self._format.value}

    def restore_state(self, saved: object) -> None:
        """From what `save_state` gave; anything else is left as it is."""
        if isinstance(saved, dict):
            self._folder = folder if isinstance(folder := saved.get("folder"), str) else ""
            self._format = next((its for its in Format.offered() if its.value == saved.get("format")), Format.PDF)

    def save_now(self, its: Format | None = None) -> None:
        """Writes what was written last, or something else, beside the last file under a name of its own."""
        if not self.has_something():
            return
        its = its or self._format
        self.failed.emit("")
        folder = Path(self.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.failed.emit(file_problem(folder, error))
            return
        names = (self.proposed_name() + (f" ({number})" if number > 1 else "") for number in count(1))
        files = (folder / f"{name}.{its.suffix}" for name in names)
        self.save(next(file for file in files if file not in self._writing and not file.exists()), its)

    def has_something(self) -> bool:
        """Whether anything is plotted; else says so."""
        if not self.page.has_series:
            self.failed.emit(self.tr("There is nothing to export: no point is plotted"))
        return self.page.has_series

    def ask(self, its: Format | None = None) -> None:
        """Asks for a file and writes it."""
        self.failed.emit("")
        self.dialog = dialog = QFileDialog(self._view, self.tr("Export"), self.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([each.name_filter for each in Format.offered()])
        dialog.filterSelected.connect(self._on_filter)
        dialog.selectNameFilter((its or self._format).name_filter)
        dialog.setDefaultSuffix((its or self._format).suffix)
        dialog.selectFile(f"{self.proposed_name()}.{(its or self._format).suffix}")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def copy(self) -> None:
        """Puts the page on the clipboard as a picture."""
        self._use_page(self._copy_picture)

    def save(self, file: Path, its: Format) -> None:
        """Writes the file; a table beside what else goes on."""
        self._format = its
        if its not in _PICTURES:
            self.forget()
            self._task = self._spawn(self._write_table(file, its))
        else:
            self._use_page(partial(self._save_picture, file, its))

    def _use_page(self, use: Callable[[Page], None]) -> None:
        """Makes a page; one of history that is still being read would be empty."""
        if self.page.is_read():
            use(self.page.make())
        else:
            self._task = self._spawn(self._use_page_when_read(use))

    async def _use_page_when_read(self, use: Callable[[Page], None]) -> None:
        try:
            while not self.page.is_read():
                await asyncio.sleep(_LOOK_MS / 1000)
            use(self.page.make())
        finally:
            self._task = None

    def _copy_picture(self, page: Page) -> None:
        QGuiApplication.clipboard().setImage(as_image(page))
        self.said.emit(self.tr("The picture of the trend is on the clipboard"))

    def _save_picture(self, file: Path, its: Format, page: Page) -> None:
        self._writing[file] = self._spawn(self._write_picture(file, _PICTURES[its](page)))

    async def _write_picture(self, file: Path, painted: bytes | QImage) -> None:
        try:
            await self._in_thread(_write, file, painted)
        except OSError as error:
            self.failed.emit(file_problem(file, error))
        else:
            self.say_saved([file])
        finally:
            self._writing.pop(file, None)

    @Slot()
    def forget(self) -> None:
        """Gives up the table that is being written; nothing of it stays."""
        self._work.cancel()

    @Slot(str)
    def _on_filter(self, name_filter: str) -> None:
        if self.dialog is not None:
            its = next(each for each in Format if each.name_filter == name_filter)
            self.dialog.setDefaultSuffix(its.suffix)
            for name in self.dialog.selectedFiles()[:1]:
                self.dialog.selectFile(str(Path(name).with_suffix(f".{its.suffix}")))

    @Slot(str)
    def _on_chosen(self, chosen: str) -> None:
        if self.dialog is None:
            return
        file, name_filter = Path(chosen), self.dialog.selectedNameFilter()
        its = next((each for each in Format if each.name_filter == name_filter), self._format)
        if file.suffix.lower() != f".{its.suffix}":  # the name says more than the choice beneath it
            its = next((each for each in Format.offered() if f".{each.suffix}" == file.suffix.lower()), its)
        self.save(file, its)

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None

    def proposed_name(self) -> str:
        """Site, what is shown, and of which time; without an ending."""
        state = self.page.state
        start, end = (local(at_s, state.zone) for at_s in state.time_range)
        is_whole = start.time() == end.time() == time()  # whole days, of which the last one is over at the end
        days = dict.fromkeys(map(date_text, (start.date(), end.date() - timedelta(is_whole))))
        times = (f"{date_text(at.date())} {at:%H.%M}" for at in (start, end))
        names = dict.fromkeys(filter(None, (self.page.site, self.page.title)))
        return file_name(" ".join((*names, " to ".join(days if is_whole else times))))

    def write(self, file: Path, content: bytes) -> None:
        """Writes what others made, and says where it is; raises OSError."""
        with whole_file(file) as target:
            target.write(content)
        self.say_saved([file])

    def say_saved(self, files: list[Path], readings: int | None = None) -> None:
        """Links to what was saved, in whose folder the next file is put."""
        self._folder = str(files[0].parent)
        self.saved_notice.show_files(files, readings)

    # -- tables ----------------------------------------------------------------------------------------------------

    async def _write_table(self, file: Path, its: Format) -> None:
        table, self._work = self.page.table(separators(), drawn=its.is_drawn), LongWork()
        try:
            size = await self._tables.size(table, its.form)
            self._size = size.sentence(its.form)
            if (size.rows >= _ASKS_FROM_ROWS or size.sheets > 1) and not await self._is_wanted():
                raise CancelledWorkError
            self._timer.start()
            written = await self._tables.save(table, file, its.form, self._work)
        except CancelledWorkError:
            self.said.emit(self.tr("Given up: nothing was saved"))
        except MonitorError as error:
            self.failed.emit(str(error))
        except OSError as error:
            self.failed.emit(file_problem(file, error))
        except asyncio.CancelledError:
            self._work.cancel()
            raise
        except Exception:
            _logger.exception("Writing a table failed")
            self.failed.emit(self.tr("The table could not be written; the log tells why"))
        else:
            self.say_saved(written.files, written.readings)
        finally:
            self._task = None
            self._timer.stop()
            if self._progress is not None:
                self._progress.deleteLater()
                self._progress = None

    async def _is_wanted(self) -> bool:
        """Asks whether so large a table is to be written."""
        is_answered = asyncio.Event()
        self.question = question = QMessageBox(self._view)
        question.setWindowTitle(self.tr("Export"))
        question.setText(self._size)
        question.setStandardButtons(QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Cancel)
        question.finished.connect(is_answered.set)
        question.open()
        try:
            await is_answered.wait()
            return question.result() == QMessageBox.StandardButton.Save
        finally:
            self.question = None
            question.deleteLater()

    @Slot()
    def _show_progress(self) -> None:
        if self._progress is None:
            self._progress = QProgressDialog(self._size, self.tr("Cancel"), 0, _PERMILLE, self._view)
            self._progress.setWindowTitle(self.tr("Export"))
            self._progress.setMinimumDuration(_PROGRESS_AFTER_MS)
            self._progress.setAutoClose(False)
            self._progress.setAutoReset(False)
            self._progress.canceled.connect(self.forget)
        self._progress.setValue(round((self._work.share or 0.0) * _PERMILLE))


def _write(file: Path, painted: bytes | QImage) -> None:
    with whole_file(file) as target:
        target.write(as_file(painted))


def file_name(text: str) -> str:
    """A text as the name of a file, without what no system has in one."""
    return _NOT_IN_NAMES.sub(" ", text).strip(". ")[:_LONGEST_NAME]


def file_problem(file: Path, error: OSError) -> str:
    """Why a file was not written, and the way out."""
    if isinstance(error, TakenError):
        return translate("Export", "%s could not be written: %s") % (file, error.strerror)
    sentence = translate("Export", "%s could not be written: %s. Choose another folder, or close the file elsewhere")
    return sentence % (file, error.strerror or error)
