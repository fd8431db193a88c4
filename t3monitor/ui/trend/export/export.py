"""What leaves the trend: pictures, and its values as a table; asks for a file and says how that went; GUI thread."""

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDir, QLocale, QObject, QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QProgressDialog, QWidget

from t3monitor.config.files import whole_file
from t3monitor.exchange.csv_table import GivenUpError, Separators, Table
from t3monitor.model.errors import MonitorError
from t3monitor.model.zones import local
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.texts import date_text, translate
from t3monitor.ui.trend.export.picture import Page, as_image, as_pdf, as_png, as_svg
from t3monitor.ui.trend.message import ProblemLine
from t3monitor.ui.trend.series.loader import Spawn, Task
from t3monitor.ui.trend.trend_page import TrendPage

SaveTable = Callable[[Table, Path, Callable[[float], None], Callable[[], bool]], Awaitable[int]]

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONGEST_NAME = 100
_PROGRESS_AFTER_MS, _LOOK_MS, _PERMILLE = 500, 100, 1000

_logger = logging.getLogger(__name__)


class Format(Enum):
    """What can be made; the value is what is saved."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    READINGS = "csv"
    DRAWN = "csv-drawn"

    @property
    def suffix(self) -> str:
        """Of its files."""
        return self.value.partition("-")[0]

    @property
    def name_filter(self) -> str:
        """As the desktop's dialog shows it."""
        return {
            Format.PDF: translate("Export", "Page for a report, PDF (*.pdf)"),
            Format.PNG: translate("Export", "Picture, PNG (*.png)"),
            Format.SVG: translate("Export", "Drawing, SVG (*.svg)"),
            Format.READINGS: translate("Export", "All readings, CSV (*.csv)"),
            Format.DRAWN: translate("Export", "Values as drawn, CSV (*.csv)"),
        }[self]


_PICTURES: dict[Format, Callable[[Page], bytes]] = {Format.PDF: as_pdf, Format.PNG: as_png, Format.SVG: as_svg}


async def nothing_saved(*_: object) -> int:
    """Where there is no database to read."""
    return 0


class Exporter(QObject):
    """Writes what a view shows; the last folder and format are remembered."""

    said = Signal(str)  # how it went
    failed = Signal(str)  # one sentence, empty: it begins anew

    def __init__(self, page: TrendPage, save_table: SaveTable, spawn: Spawn, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.page = page
        self._save_table = save_table
        self._spawn = spawn
        self._folder = ""
        self._format = Format.PDF
        self._task: Task | None = None
        self._unwanted = threading.Event()
        self._share = 0.0
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._show_progress)
        self.problem = ProblemLine()
        self.failed.connect(self.problem.say)
        self.dialog: QFileDialog | None = None  # while it asks
        self.save_action = QAction(self.tr("&Export…"), self)
        self.save_action.setShortcut(QKeySequence("Ctrl+E"))
        self.save_action.triggered.connect(lambda: self.ask())
        self.copy_action = QAction(icon("copy"), self.tr("Copy &picture"), self)
        self.copy_action.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_action.triggered.connect(self.copy)

    @property
    def is_busy(self) -> bool:
        """Whether a table is being written."""
        return self._task is not None

    def make_menu(self, parent: QWidget) -> QMenu:
        """What can be made, each in one click more."""
        menu = QMenu(parent)
        for its in Format:
            menu.addAction(its.name_filter.partition(" (")[0] + "…", partial(self.ask, its))
        menu.addSeparator()
        menu.addAction(self.copy_action)
        return menu

    @property
    def folder(self) -> str:
        """Where the last file was put, if that is still there."""
        is_there = self._folder and QDir(self._folder).exists()
        return self._folder if is_there else _documents()

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
            self._format = next((its for its in Format if its.value == saved.get("format")), Format.PDF)

    def ask(self, its: Format | None = None) -> None:
        """Asks for a file and writes it."""
        self.failed.emit("")
        self.dialog = dialog = QFileDialog(self._view, self.tr("Export"), self.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([each.name_filter for each in Format])
        dialog.filterSelected.connect(self._on_filter)
        dialog.selectNameFilter((its or self._format).name_filter)
        dialog.setDefaultSuffix((its or self._format).suffix)
        dialog.selectFile(f"{self._proposed_name()}.{(its or self._format).suffix}")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def copy(self) -> None:
        """Puts the page on the clipboard as a picture."""
        QGuiApplication.clipboard().setImage(as_image(self.page.make()))
        self.said.emit(self.tr("The picture of the trend is on the clipboard"))

    def save(self, file: Path, its: Format) -> None:
        """Writes the file; a table beside what else goes on."""
        self._format = its
        if its not in _PICTURES:
            self.forget()
            self._task = self._spawn(self._write_table(file, self.page.table(_separators(), drawn=its is Format.DRAWN)))
            return
        try:
            with whole_file(file) as target:
                target.write(_PICTURES[its](self.page.make()))
        except OSError as error:
            self.failed.emit(file_problem(file, error))
        else:
            self._folder = str(file.parent)
            self.said.emit(self.tr("Saved: %s") % file)

    @Slot()
    def forget(self) -> None:
        """Gives up the table that is being written; nothing of it stays."""
        self._unwanted.set()

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
            its = next((each for each in Format if f".{each.suffix}" == file.suffix.lower()), its)
        self.save(file, its)

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None

    def _proposed_name(self) -> str:
        state = self.page.state
        days = dict.fromkeys(date_text(local(at_s, state.zone).date()) for at_s in state.time_range)
        return file_name(f"{self.page.title} {' to '.join(days)}")

    # -- tables ----------------------------------------------------------------------------------------------------

    async def _write_table(self, file: Path, table: Table) -> None:
        self._unwanted = unwanted = threading.Event()
        self._share = 0.0
        self._timer.start()
        try:
            count = await self._save_table(table, file, self._set_share, unwanted.is_set)
        except GivenUpError:
            self.said.emit(self.tr("Given up: nothing was saved"))
        except MonitorError as error:
            self.failed.emit(str(error))
        except OSError as error:
            self.failed.emit(file_problem(file, error))
        except asyncio.CancelledError:
            unwanted.set()
            raise
        except Exception:
            _logger.exception("Writing a table failed")
            self.failed.emit(self.tr("The table could not be written; the log tells why"))
        else:
            self._folder = str(file.parent)
            self.said.emit(self.tr("Saved: %s, readings: %d") % (file, count))
        finally:
            self._task = None
            self._timer.stop()
            if self._progress is not None:
                self._progress.deleteLater()
                self._progress = None

    def _set_share(self, share: float) -> None:
        self._share = share

    @Slot()
    def _show_progress(self) -> None:
        if self._progress is None:
            self._progress = QProgressDialog(self.tr("Writing the table…"), self.tr("Cancel"), 0, _PERMILLE, self._view)
            self._progress.setWindowTitle(self.tr("Export"))
            self._progress.setMinimumDuration(_PROGRESS_AFTER_MS)
            self._progress.setAutoClose(False)
            self._progress.setAutoReset(False)
            self._progress.canceled.connect(self.forget)
        self._progress.setValue(round(self._share * _PERMILLE))


def file_name(text: str) -> str:
    """A text as the name of a file, without what no system has in one."""
    return _NOT_IN_NAMES.sub(" ", text).strip(". ")[:_LONGEST_NAME]


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _separators() -> Separators:
    return Separators.of(QLocale.system().decimalPoint())


def file_problem(file: Path, error: OSError) -> str:
    """Why a file was not written, and the way out."""
    sentence = translate("Export", "%s could not be written: %s. Choose another folder, or close the file elsewhere")
    return sentence % (file, error.strerror or error)
