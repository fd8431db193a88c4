"""What users do with baselines: freeze, compare, rename, delete, export; GUI thread."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from t3monitor.exchange.differences_csv import Compared, differences_csv
from t3monitor.model.baselines import Baseline, BaselineEdit, Difference, Frozen, differences
from t3monitor.model.errors import MonitorError
from t3monitor.qt.separators import separators
from t3monitor.store.baselines import read_baseline, read_baselines
from t3monitor.store.present_state import read_present_state
from t3monitor.ui.baselines.page import BaselinesPage
from t3monitor.ui.kit.name_dialog import name_dialog
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.trend.export.export import Exporter, file_name, file_problem

InThread = Callable[..., Awaitable[Any]]


class Choice(NamedTuple):
    """What is compared."""

    url: str
    then: str
    now: str  # a baseline; empty: now
    band: float
    at_s: float
    sync_interval_s: int


class Comparison(NamedTuple):
    """What came of it."""

    compared: Compared
    found: list[Difference]


def compare(choice: Choice) -> Comparison:
    """Reads both and compares them; in a thread. Raises MonitorError."""
    then = read_baseline(choice.url, choice.then)
    if choice.now:
        now = read_baseline(choice.url, choice.now)
    else:
        now = Frozen.of(read_present_state(choice.url), choice.at_s, choice.sync_interval_s)
    compared = Compared(choice.then, then.taken_at, choice.now, now.taken_at)
    return Comparison(compared, list(differences(then, now, choice.band)))


class BaselinesControl(QObject):
    """Joins the page with the database in force."""

    def __init__(
        self,
        page: BaselinesPage,
        in_force: Callable[[], tuple[str, int]],
        write: Callable[[BaselineEdit], Awaitable[None]],
        in_thread: InThread,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        exporter: Exporter,
        author: str,
        clock: Callable[[], float],
    ) -> None:
        """``in_force`` gives the URL of the database and the seconds between cycles; ``write`` raises MonitorError."""
        super().__init__(page)
        self._page = page
        self._in_force = in_force
        self._write = write
        self._in_thread = in_thread
        self._spawn = spawn
        self._exporter = exporter
        self._author = author
        self._clock = clock
        self.dialog: QFileDialog | QInputDialog | QMessageBox | None = None  # that was asked last
        self._compared: Compared | None = None
        self.show_action = QAction(self.tr("&Baselines"), self)
        page.comparison_asked.connect(self.on_comparison_asked)
        page.freeze_asked.connect(self.on_freeze)
        page.rename_asked.connect(self.on_rename)
        page.delete_asked.connect(self.on_delete)
        page.export_asked.connect(self.on_export)

    @Slot()
    def load(self) -> None:
        """Reads the baselines anew: the database is another one, or others may have written."""
        self._spawn(self._load())

    @Slot()
    def on_comparison_asked(self) -> None:
        """Compares what is chosen, if anybody sees it."""
        if self._page.isVisible():
            self._spawn(self._load())

    @Slot()
    def on_freeze(self) -> None:
        """Asks for a name, and keeps the state of all points under it."""
        day = local_time_text(self._clock(), self._zone)[:10]
        proposal = self.tr("Commissioning") if not self._page.baselines else self.tr("State of %s") % day
        self._ask(self.tr("Freeze all points"), proposal, self.freeze)

    def freeze(self, name: str) -> None:
        """Keeps the state of all points under a name."""
        self._do(BaselineEdit("freeze", name.strip(), author=self._author), name.strip())

    @Slot(str)
    def on_rename(self, name: str) -> None:
        """Asks for another name of a baseline."""
        self._ask(self.tr("Rename baseline"), name, partial(self._rename, name))

    @Slot(str)
    def on_delete(self, name: str) -> None:
        """Asks whether a baseline is to go; that cannot be taken back."""
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Delete baseline"), "", parent=self._page)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Delete the baseline “%s”? It cannot be brought back.") % name)
        box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.accepted.connect(partial(self._do, BaselineEdit("delete", name)))
        self._show(box)

    @Slot()
    def on_export(self) -> None:
        """Asks for a file, and writes what is shown."""
        name = f"{file_name(self._page.chosen)}, {self.tr('differences')}.csv"
        dialog = QFileDialog(
            self._page, self.tr("Export differences"), self._exporter.folder, self.tr("CSV files (*.csv)")
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda file: self.export_to(Path(file)))
        self._show(dialog)

    def export_to(self, file: Path) -> None:
        """Writes the differences that are shown into a file."""
        assert self._compared is not None  # noqa: S101 - else nothing is shown
        content = differences_csv(self._page.model.shown, self._compared, separators(), self._zone)
        try:
            self._exporter.write(file, content)
        except OSError as error:
            self._page.say(file_problem(file, error))
        else:
            self._page.say()

    @property
    def _zone(self) -> tzinfo | None:
        return self._page.model.zone

    def _rename(self, name: str, other: str) -> None:
        if other.strip() != name:
            self._do(BaselineEdit("rename", name, other.strip()), other.strip())

    def _do(self, edit: BaselineEdit, chosen: str = "") -> None:
        self._spawn(self._change(edit, chosen))

    async def _change(self, edit: BaselineEdit, chosen: str) -> None:
        try:
            await self._write(edit)
        except MonitorError as error:
            self._page.say(str(error))
            return
        self._page.say()
        await self._load(chosen)

    async def _load(self, chosen: str = "") -> None:
        url, sync_interval_s = self._in_force()
        try:
            baselines: tuple[Baseline, ...] = await self._in_thread(read_baselines, url)
            self._page.show_baselines(baselines, chosen)
            if not (self._page.isVisible() and baselines):
                return
            page = self._page
            choice = Choice(url, page.chosen, page.chosen_now, page.band_factor, self._clock(), sync_interval_s)
            comparison: Comparison = await self._in_thread(compare, choice)
        except MonitorError as error:
            self._page.say(str(error))
            return
        if (page.chosen, page.chosen_now, page.band_factor) == choice[1:4]:  # else another comparison is under way
            self._compared = comparison.compared
            at = self.tr("Compared at %s") % local_time_text(choice.at_s, self._zone)
            page.show_differences(comparison.found, choice.then, choice.now or self.tr("Now"), at)

    def _ask(self, title: str, name: str, then: Callable[[str], None]) -> None:
        self._show(name_dialog(self._page, title, name, then))

    def _show(self, dialog: QFileDialog | QInputDialog | QMessageBox) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
