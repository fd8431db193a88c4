"""The list of points as a file: CSV or BACnet EDE; GUI thread."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import tzinfo
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from t3monitor import __version__
from t3monitor.config.files import WholeFiles
from t3monitor.exchange.ede import Project, ede_files, project_name
from t3monitor.exchange.point_list import panels_of, point_list_csv
from t3monitor.model.snapshot import Snapshot
from t3monitor.model.zones import local
from t3monitor.qt.separators import separators
from t3monitor.ui.trend.export.export import Exporter, file_name, file_problem


def write_lists(file: Path, snapshot: Snapshot, *, as_ede: bool, zone: tzinfo | None, now_s: float) -> list[Path]:
    """Writes the list, as EDE four files; in any thread. Raises OSError."""
    panels = panels_of(snapshot)
    if as_ede:
        project = Project(project_name(file), local(now_s, zone).date(), f"T3 Monitor {__version__}")
        contents = ede_files(file, panels, project)
    else:
        contents = {file: point_list_csv(panels, separators(), zone)}
    with WholeFiles() as files:
        for path, content in contents.items():
            files.begin(path).write(content)
        return files.paths


class PointLists(QObject):
    """Asks for a file and writes the points into it, those in use of all panels as they are shown."""

    said = Signal(str)  # why there is none

    def __init__(
        self,
        window: QWidget,
        shown: Callable[[], Snapshot | None],
        zone: Callable[[], tzinfo | None],
        in_thread: Callable[..., Awaitable[Any]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        exporter: Exporter,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._shown = shown
        self._zone = zone
        self._in_thread = in_thread
        self._spawn = spawn
        self._exporter = exporter
        self._clock = clock
        self.dialog: QFileDialog | None = None
        self.ask_action = QAction(self.tr("&List of points…"), self)
        self.ask_action.triggered.connect(self.ask)

    @Slot()
    def ask(self) -> None:
        """Asks for a file and a kind."""
        if not self._shown():
            self.said.emit(self.tr("No point is known yet"))
            return
        name = file_name(self.tr("Points"))
        kinds = {self.tr("List of points (*.csv)"): name, self.tr("BACnet EDE (*_EDE.csv)"): f"{name}_EDE"}
        self.dialog = dialog = QFileDialog(self._window, self.tr("List of points"), self._exporter.folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(kinds))
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{name}.csv")
        dialog.filterSelected.connect(lambda kind: dialog.selectFile(f"{kinds[kind]}.csv"))
        dialog.fileSelected.connect(lambda file: self._on_chosen(Path(file), dialog.selectedNameFilter()))
        dialog.open()

    def _on_chosen(self, file: Path, kind: str) -> None:
        """The name says what is wanted as well as the choice beneath it."""
        self.save(file, as_ede="EDE" in kind or file.stem.upper().endswith("_EDE"))

    def save(self, file: Path, *, as_ede: bool) -> None:
        """Writes the list there, and says so."""
        self._spawn(self._save(file, as_ede=as_ede))

    async def _save(self, file: Path, *, as_ede: bool) -> None:
        snapshot = self._shown()
        assert snapshot is not None  # noqa: S101 - else it was not asked for

        def write() -> list[Path]:
            return write_lists(file, snapshot, as_ede=as_ede, zone=self._zone(), now_s=self._clock())

        try:
            written = await self._in_thread(write)
        except OSError as error:
            self.said.emit(file_problem(file, error))
        else:
            self._exporter.say_saved(written)
