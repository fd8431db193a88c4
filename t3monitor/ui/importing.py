"""History of others, taken over in the window: files are looked at and told of, then imported if that is wanted.

Lives in the GUI thread; what blocks is done in a thread that nobody waits for.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.config.paths import Paths
from t3monitor.exchange.imports import import_source, sources_in, zone_of_t3000
from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.exchange.t3000_files.storing import Storing
from t3monitor.model.errors import DatabaseError, MonitorError
from t3monitor.qt.background import in_daemon_thread
from t3monitor.session import Session
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.sync.logged.known import Known, known_to
from t3monitor.sync.upkeep import UpkeepByHand
from t3monitor.t3000.text import path_text
from t3monitor.ui.kit.folders import documents
from t3monitor.ui.kit.plain import Label

_SIZE = (760, 420)
_LOOK_MS = 200
_WHOLE = 1000  # steps of the bar
_KINDS = ".db", ".txt", ".json", ".jsonl", ".ndjson", ".log"
_PACKED = ".zip", ".7z", ".gz", ".rar"  # of which it is said that they are
_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


def may_be_imported(name: str) -> bool:
    """Whether a file or folder that is dropped is meant to be imported."""
    return name.lower().endswith((*_KINDS, *_PACKED)) or Path(name).is_dir()


class OthersHistory:
    """Looks at files and folders, and imports them into the database in force; blocks, for any thread."""

    def __init__(self, session: Session, upkeep: UpkeepByHand, paths: Paths) -> None:
        self._session = session
        self._upkeep = upkeep
        self._folder = paths.data / "import"

    def look(self, path: Path, work: LongWork) -> list[str]:
        """What is in a file or folder; raises MonitorError."""
        known = known_to(self._session.database, self._session.settings)
        return self._told_of(path, None, work, known)

    def take(self, path: Path, work: LongWork) -> list[str]:
        """Imports it and tells what came of it; raises MonitorError."""
        url = self._session.database
        known = known_to(url, self._session.settings)
        with self._upkeep.keeper(url) as keeper:
            return self._told_of(path, Storing(keeper), work, known)

    def _told_of(self, path: Path, store: Storing | None, work: LongWork, known: Known) -> list[str]:
        """Of each source in it, of those too that cannot be used; if none can, that is an error."""
        lines: list[str] = []
        holds_something = False
        is_stored = True if store else None
        zone = zone_of_t3000(self._session.settings)
        for source in sources_in([path], work, known.file):
            try:
                told = import_source(source, zone, self._folder, store, work, known, is_stored=is_stored)
                lines += told.lines
                holds_something |= told.holds_something
            except (CancelledWorkError, DatabaseError):
                raise
            except MonitorError as error:
                lines.append(str(error))
        if not holds_something:
            raise UnusableFileError("\n".join(lines))
        return lines


class ImportDialog(QDialog):
    """Says what is in files, then imports them; may be closed at any time, after which everything is whole."""

    imported = Signal()

    def __init__(
        self,
        files: list[Path],
        history: OthersHistory,
        spawn: Spawn,
        on_cancelled: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        """``on_cancelled`` is told what stays of an import that was cancelled; that is known when this is closed."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import history"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._files = files
        self._history = history
        self._spawn = spawn
        self._on_cancelled = on_cancelled
        self._work: LongWork | None = None
        self._stores = False
        self.headline = Label(wordWrap=True)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("What is in the files"))
        self.bar = QProgressBar(textVisible=False, maximum=_WHOLE)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.import_button = self.buttons.addButton(self.tr("&Import"), QDialogButtonBox.ButtonRole.ActionRole)
        self.import_button.clicked.connect(self.on_import)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.headline, self.text, self.bar, self.buttons):
            layout.addWidget(widget)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_share)
        self._begin(self.tr("Looking at the files; nothing is stored…"), history.look, self._on_looked)

    @Slot()
    def on_import(self) -> None:
        """Imports them; what is there already is left out."""
        self._stores = True
        self._begin(self.tr("Importing; recording goes on…"), self._history.take, self._on_taken)

    @override
    def done(self, result: int) -> None:
        if self._work:
            self._work.cancel()
            self._work = None
        super().done(result)

    def _begin(self, headline: str, act: Callable[[Path, LongWork], list[str]], then: Callable[[int], None]) -> None:
        self.headline.setText(headline)
        self.import_button.setEnabled(False)
        self.bar.show()
        self._look.start()
        self._work = work = LongWork()
        self._spawn(self._act(act, work, then))

    async def _act(
        self, act: Callable[[Path, LongWork], list[str]], work: LongWork, then: Callable[[int], None]
    ) -> None:
        """``then`` is told of how many files something came; not if the dialog was closed."""
        good = 0
        try:
            for number, file in enumerate(self._files):
                work.share = None
                try:
                    lines = await in_daemon_thread(partial(act, file, work))
                    good += 1
                except CancelledWorkError as error:
                    self._tell_cancelled(file, str(error))
                    return
                except MonitorError as error:
                    lines = [str(error)]
                except Exception:  # noqa: BLE001 - whatever it is, the dialog must come to an end
                    _log.exception("❌ Importing %s failed", file)
                    lines = [self.tr("It failed by an error in this program; Initialize.log has the details")]
                if work.is_cancelled:  # too late for this file
                    self._tell_cancelled(file, lines[-1].strip())
                    return
                if number == 0:
                    self.text.clear()  # of what was told before it was imported
                self.text.appendPlainText("\n".join(lines))
        except asyncio.CancelledError:
            work.cancel()
            raise
        self._work = None
        self._look.stop()
        self.bar.hide()
        then(good)

    def _tell_cancelled(self, file: Path, what_stays: str) -> None:
        if self._stores:
            self._on_cancelled(f"{path_text(Path(file.name))}: {what_stays}")

    def _on_looked(self, good: int) -> None:
        self.import_button.setEnabled(good > 0)
        self.headline.setText(
            self.tr(
                "Nothing is stored yet. What the database has already is left out; the present state stays as it is."
            )
            if good
            else self.tr(
                "Nothing of this can be imported. What can: databases of T3000's, captures of its answers, and the "
                "database of another T3 Monitor."
            )
        )

    def _on_taken(self, good: int) -> None:
        self.headline.setText(
            self.tr("Imported; this is what came of it.") if good else self.tr("Nothing was imported.")
        )
        self.buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
        if good:
            self.imported.emit()

    @Slot()
    def _show_share(self) -> None:
        share = self._work.share if self._work else None
        self.bar.setMaximum(_WHOLE if share is not None else 0)
        self.bar.setValue(int(_WHOLE * (share or 0)))


class Importer(QObject):
    """Asks for files; one dialog at a time."""

    imported = Signal()  # the database has more of the past
    said = Signal(str)  # what stays of an import that was cancelled

    def __init__(self, window: QWidget, history: OthersHistory, spawn: Spawn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._history = history
        self._spawn = spawn
        self._folder = ""  # of the files before
        self.dialog: QFileDialog | ImportDialog | None = None

    @Slot()
    def ask(self) -> None:
        """Asks which files."""
        self.dialog = dialog = QFileDialog(self._window, self.tr("Import history"), self._folder or documents())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            [
                self.tr("Databases and captures ({0})").format(" ".join(f"*{kind}" for kind in _KINDS)),
                self.tr("All files (*)"),
            ]
        )
        dialog.filesSelected.connect(self.look_at)
        dialog.open()

    @Slot(list)
    def look_at(self, files: list[str]) -> None:
        """Shows what is in them."""
        self._folder = str(Path(files[0]).parent)
        paths = [Path(file) for file in files]
        self.dialog = dialog = ImportDialog(paths, self._history, self._spawn, self._on_cancelled, self._window)
        dialog.imported.connect(self.imported)
        dialog.open()

    def _on_cancelled(self, sentence: str) -> None:
        self.said.emit(sentence)
        self.imported.emit()  # what was stored stays, and is in the trend
