"""The menu of named views: open, save, rename, duplicate, begin with one, hand one on as a file; GUI thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from t3monitor.config.files import open_file, whole_file
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.name_dialog import name_dialog
from t3monitor.ui.kit.plain import add_action, menu_text
from t3monitor.ui.trend.export.export import Exporter, file_name, file_problem
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.views import SUFFIX, NotAViewError, Views, file_text, points_in, read_file_text

_MOST_NAMED = 5
_LARGEST_BYTES = 1_000_000


class ViewsControl(QObject):
    """What a user does with the views of one trend."""

    said = Signal(str)
    failed = Signal(str)  # one sentence, empty: it begins anew

    def __init__(self, state: TrendState, exporter: Exporter, parent: QWidget) -> None:
        """Files stand where exports do."""
        super().__init__(parent)
        self._widget = parent
        self._state = state
        self._exporter = exporter
        self.views = Views()
        self.opened: str | None = None  # last
        self.snapshot: Snapshot | None = None  # the newest: which points there are
        self.dialog: QFileDialog | QInputDialog | QMessageBox | None = None  # that was asked last
        self.failed.connect(exporter.failed)
        exporter.page.view_name = lambda: self.name
        self.menu = QMenu(parent)
        self.menu.aboutToShow.connect(self.fill)

    @property
    def name(self) -> str:
        """The name of the view that is shown, whatever its time; empty if it is none."""
        return self.views.name_of(self._state.shown)

    @Slot()
    def fill(self) -> None:
        """Makes the menu anew."""
        menu, shown = self.menu, self._state.shown
        menu.clear()
        self.failed.emit("")
        for name in self.views:
            its = add_action(menu, name, partial(self.open, name))
            its.setCheckable(True)
            its.setChecked(name == self.name)
        menu.addSeparator()
        if (opened := self.opened) and opened in self.views and self.views[opened] != shown:
            add_action(menu, self.tr("Save “%s”") % opened, partial(self._save, opened))
        menu.addAction(self.tr("Save as…"), self.ask_to_save).setEnabled(bool(shown.series))
        menu.addAction(self.tr("Open a file…"), self.ask_for_file)
        if list(self.views):
            menu.addSeparator()
            change = menu.addMenu(self.tr("Change"))
            for name in self.views:
                self._fill_change(change.addMenu(menu_text(name)), name)

    def _fill_change(self, menu: QMenu, name: str) -> None:
        start = menu.addAction(self.tr("Begin with it"))
        start.setCheckable(True)
        start.setChecked(name == self.views.start)
        start.toggled.connect(partial(self._set_start, name))
        menu.addAction(self.tr("Rename…"), partial(self.ask_name, name))
        menu.addAction(self.tr("Duplicate"), partial(self._duplicate, name))
        menu.addAction(self.tr("Save to a file…"), partial(self.ask_for_new_file, name))
        menu.addSeparator()
        menu.addAction(self.tr("Delete…"), partial(self.ask_to_delete, name))

    def open(self, name: str) -> None:
        """Shows a view; that is a step of undo."""
        self.opened = name
        self._state.open(self.views[name])

    def begin(self) -> bool:
        """Shows the view to begin with; returns False if there is none."""
        if self.views.start is None:
            return False
        self.opened = self.views.start
        self._state.restore(self.views[self.views.start])
        return True

    # -- names -----------------------------------------------------------------------------------------------------

    def ask_to_save(self) -> None:
        """Asks for a name for what is shown."""
        self._ask(self.tr("Save view"), self._exporter.title, self.save_as)

    def ask_name(self, name: str) -> None:
        """Asks for another name of a view."""
        self._ask(self.tr("Rename view"), name, partial(self._rename, name))

    def ask_to_delete(self, name: str) -> None:
        """Asks whether a view is to be forgotten."""
        question = self.tr("Delete the view “%s”?") % name
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Delete view"), "", parent=self._widget)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(question)
        box.addButton(self.tr("Delete"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.accepted.connect(partial(self._remove, name))
        self._show(box)

    def save_as(self, name: str) -> None:
        """Keeps what is shown under a new name."""
        self._save(self.views.free_name(name))

    def _save(self, name: str) -> None:
        self.views[name] = self._state.shown
        self.opened = name
        self.said.emit(self.tr("View saved: %s") % name)

    def _rename(self, name: str, other: str) -> None:
        if name in self.views and other.strip():
            self.views.rename(name, other)
            self.opened = None if self.opened == name else self.opened

    def _duplicate(self, name: str) -> None:
        self.views[self.views.free_name(name)] = self.views[name]

    def _remove(self, name: str) -> None:
        if name in self.views:
            self.views.remove(name)

    def _set_start(self, name: str, is_start: bool) -> None:
        self.views.start = name if is_start else None

    def _ask(self, title: str, name: str, then: Callable[[str], None]) -> None:
        self._show(name_dialog(self._widget, title, name, then))

    def _show(self, dialog: QFileDialog | QInputDialog | QMessageBox) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- files -----------------------------------------------------------------------------------------------------

    def ask_for_new_file(self, name: str) -> None:
        """Asks where to write a view."""
        dialog = QFileDialog(self._widget, self.tr("Save view"), self._exporter.folder, self._name_filter)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(f"{file_name(name)}.{SUFFIX}")
        dialog.fileSelected.connect(lambda file: self.write(name, Path(file)))
        self._show(dialog)

    def ask_for_file(self) -> None:
        """Asks which file to read."""
        dialog = QFileDialog(self._widget, self.tr("Open view"), self._exporter.folder, self._name_filter)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.read(Path(file)))
        self._show(dialog)

    @property
    def _name_filter(self) -> str:
        return self.tr("View of T3 Monitor (*.%s)") % SUFFIX

    def write(self, name: str, file: Path) -> None:
        """Writes a view into a file, whole or not at all."""
        self.failed.emit("")
        shown = self.views[name]
        names = {point: self._name(point) or _code(point) for point in points_in(shown)}
        try:
            with whole_file(file) as target:
                target.write(file_text(name, shown, names).encode("utf-8", "replace"))
        except OSError as error:
            self.failed.emit(file_problem(file, error))
        else:
            self.said.emit(self.tr("Saved: %s") % file)

    def read(self, file: Path) -> None:
        """Keeps the view of a file and shows it; says which of its points are not here."""
        self.failed.emit("")
        try:
            with open_file(file) as source:
                text = source.read(_LARGEST_BYTES).decode("utf-8-sig")
            found = read_file_text(text)
        except OSError as error:
            self.failed.emit(self.tr("%s cannot be read: %s") % (file, error.strerror or error))
            return
        except (NotAViewError, UnicodeDecodeError) as error:
            reason = str(error) if isinstance(error, NotAViewError) else self.tr("it is no view of T3 Monitor")
            self.failed.emit(self.tr("%s cannot be opened: %s") % (file, reason))
            return
        name = self.views.free_name(found.name)
        self.views[name] = found.shown
        self.open(name)
        elsewhere = [point for point in points_in(found.shown) if not self._is_here(point)]
        unknown = [found.names.get(point) or _code(point) for point in elsewhere]
        if unknown:
            more = len(unknown) - _MOST_NAMED
            named = ", ".join([*unknown[:_MOST_NAMED], *([self.tr("%d more") % more] if more > 0 else [])])
            self.failed.emit(self.tr("Points of the view “%s” that are not here: %s") % (name, named))
        else:
            self.said.emit(self.tr("View opened: %s") % name)

    def _is_here(self, point: PointKey) -> bool:
        """Also as long as nothing is known."""
        return self.snapshot is None or self._name(point) is not None

    def _name(self, point: PointKey) -> str | None:
        """What a point is called here; None if there is none."""
        for panel in self.snapshot.panels if self.snapshot else ():
            if panel.serial_number == point.serial_number:
                for its in panel.points():
                    if (its.point_type, its.point_index) == point[1:]:
                        return f"{panel.panel_name} {its.label or _code(point)}"
        return None


def _code(point: PointKey) -> str:
    return f"{point.serial_number} {point.point_type.prefix}{point.point_index}"
