"""An evidence pack of the view in sight: what will be in it is told, then it is written beside what else goes on."""

import asyncio
import logging
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QFormLayout, QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from t3monitor.exchange.evidence.pack import Evidence, write_evidence
from t3monitor.exchange.export import Form, estimated
from t3monitor.model.errors import MonitorError
from t3monitor.qt.separators import separators
from t3monitor.qt.tasks import Tasks
from t3monitor.session import Session
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.trend.export.evidence_picture import picture_of
from t3monitor.ui.trend.export.export import Exporter, file_problem
from t3monitor.ui.trend.time.range_text import range_text

_WIDTH, _GAP, _LOOK_MS, _WHOLE = 560, 12, 100, 1000
_POINTS_NAMED = 6
_log = logging.getLogger(__name__)


class EvidenceDialog(QDialog):
    """Tells what will be in the file and asks where to put it; closing it gives up, and leaves nothing."""

    def __init__(self, exporter: Exporter, session: Session, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Evidence"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._exporter = exporter
        self._session = session
        self._tasks = tasks
        self._work = LongWork()
        self._task: asyncio.Task[None] | None = None
        self.file_dialog: QFileDialog | None = None
        headline = Label(
            self.tr("All that is known of what is in sight, in one file that you can send to somebody."), wordWrap=True
        )
        self.points = Label(self._points_text(), wordWrap=True)
        self.time = Label(range_text(exporter.page.state.time_range, exporter.page.state.zone), wordWrap=True)
        self.size_text = Label(self.tr("Counting…"))
        facts = QFormLayout()
        for title, field in (
            (self.tr("Points:"), self.points),
            (self.tr("Time:"), self.time),
            (self.tr("Readings:"), self.size_text),
        ):
            facts.addRow(Label(title), field)
        contents = Label(
            self.tr(
                "In it: all readings; every hole with its cause; how much is known; cycles of this time; notes, with "
                "their authors; the points with their settings, also as BACnet EDE; this view as a picture and a page; "
                "settings and versions of this program; a list of SHA-256 sums; and what each of these files is.\n\n"
                "Not in it: passwords, the names of users in paths, and when it was made: of the same database, points "
                "and time the same file comes."
            ),
            wordWrap=True,
        )
        contents.setProperty("muted", True)
        self.bar = QProgressBar(textVisible=False, maximum=_WHOLE)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.problem = Label(wordWrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.addButton(self.tr("&Save as…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self.ask)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(_GAP)
        layout.addWidget(headline)
        layout.addLayout(facts)
        for widget in (contents, self.bar, self.problem, self.buttons):
            layout.addWidget(widget)
        self.bar.hide()
        self.problem.hide()
        self.setMinimumWidth(_WIDTH)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_share)
        tasks.spawn(self._count())

    @Slot()
    def ask(self) -> None:
        """Asks for a file."""
        self.file_dialog = dialog = QFileDialog(self, self.tr("Evidence"), self._exporter.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([self.tr("Evidence pack (*.zip)")])
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(f"{self._exporter.proposed_name()}.zip")
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.open()

    def save(self, file: Path) -> None:
        """Writes it there, beside what else goes on."""
        self.save_button.setEnabled(False)
        self.problem.hide()
        self.bar.show()
        self._look.start()
        self._work = LongWork()
        self._task = self._tasks.spawn(self._write(file))

    @override
    def done(self, result: int) -> None:
        self._work.cancel()
        super().done(result)

    async def _count(self) -> None:
        table = self._exporter.page.table(separators(), drawn=False)
        try:
            size = await self._tasks.read(estimated, self._session.database, table, Form.CSV)
        except MonitorError as error:
            self._fail(str(error))
        else:
            if not self._work.is_cancelled:
                self.size_text.setText(size.sentence(Form.CSV))

    async def _write(self, file: Path) -> None:
        work, page = self._work, self._exporter.page
        try:
            while not page.is_read():
                work.tell(None)
                await asyncio.sleep(_LOOK_MS / 1000)
            table = page.table(separators(), drawn=False)
            picture = await picture_of(page, self.tr("the view in sight"))
            evidence = Evidence(table, picture, self._session.settings, self._session.settings_warnings, qVersion())
            written = await self._tasks.read(write_evidence, self._session.database, evidence, file, work)
        except CancelledWorkError:
            self._exporter.said.emit(self.tr("Given up: nothing was saved"))
        except MonitorError as error:
            self._fail(str(error))
        except OSError as error:
            self._fail(file_problem(file, error))
        except asyncio.CancelledError:
            work.cancel()
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the dialog must come to an end
            _log.exception("❌ Writing an evidence pack failed")
            self._fail(self.tr("It could not be written; the log tells why"))
        else:
            self._exporter.say_saved(written.files, written.readings)
            self.accept()

    def _fail(self, sentence: str) -> None:
        if self._work.is_cancelled:  # it is closed
            return
        self._look.stop()
        self.bar.hide()
        self.problem.setText(sentence)
        self.problem.show()
        self.save_button.setEnabled(True)

    def _points_text(self) -> str:
        series = self._exporter.page.table(separators(), drawn=False).series
        names = [f"{its.panel} {its.label or its.point}" for its in series[:_POINTS_NAMED]]
        more = len(series) - len(names)
        return ", ".join(names) + (" " + self.tr("and %d more") % more if more else "")

    @Slot()
    def _show_share(self) -> None:
        share = self._work.share
        self.bar.setMaximum(_WHOLE if share is not None else 0)
        self.bar.setValue(int(_WHOLE * (share or 0)))


class EvidenceMaker(QObject):
    """Opens the dialog on the view in sight."""

    def __init__(self, exporter: Exporter, session: Session, tasks: Tasks, window: QWidget) -> None:
        super().__init__(window)
        self._exporter = exporter
        self._open = partial(EvidenceDialog, exporter, session, tasks, window)
        self.dialog: EvidenceDialog | None = None
        exporter.evidence_action.triggered.connect(self.ask)

    @Slot()
    def ask(self) -> None:
        """Says what will be in it."""
        if self._exporter.has_something():
            self.dialog = dialog = self._open()
            dialog.open()
