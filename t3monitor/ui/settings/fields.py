"""Editors for single settings, made from their declaration: bounds, unit and help text are those of `Settings`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from t3monitor.config.settings import Settings
from t3monitor.model.check import Check
from t3monitor.model.errors import Outcome
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.notice import Message, Tone

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `Settings` says of one key."""

    help_text: str
    unit: str
    minimum: int
    maximum: int


def declaration(name: str) -> Declaration:
    """The declaration of a key; bounds are zero for what is no number."""
    field = next(field for field in msgspec.structs.fields(Settings) if field.name == name)
    meta: msgspec.Meta = get_args(field.type)[1]
    extra: dict[str, Any] = meta.extra or {}
    help_text, unit = (translate("Settings", text) for text in (meta.description or "", extra.get("unit", "")))
    return Declaration(help_text, unit, int(meta.ge or 0), int(meta.le or 0))


def described(widget: QWidget, setting: str, label: str) -> None:
    """Gives an editor its accessible name and the declaration's help text."""
    widget.setAccessibleName(label)
    widget.setToolTip(declaration(setting).help_text)


def number_field(setting: str, label: str) -> QSpinBox:
    """A spin box with the declared bounds and unit."""
    declared = declaration(setting)
    box = QSpinBox(minimum=declared.minimum, maximum=declared.maximum)
    box.setSuffix(f" {declared.unit}")
    box.setGroupSeparatorShown(True)
    box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType if declared.maximum > 10_000 else box.stepType())
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    box.setMinimumSize(160, QLineEdit().sizeHint().height())
    described(box, setting, label)
    return box


class CheckMessages(QWidget):
    """What was found out: a sentence, or a line with mark and name for each of several checks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Message] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._layout.addStretch()

    @property
    def tone(self) -> Tone:
        """That of the worst line."""
        return max((line.tone for line in self._lines), key=_BY_WEIGHT.index, default=Tone.NONE)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(line.text() for line in self._lines)

    def show_sentence(self, tone: Tone, sentence: str) -> None:
        """Shows one sentence; an empty one shows nothing."""
        self._show([(tone, sentence)] if sentence else [])

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Shows what each check found, without its name if there is but one."""
        named = len(checks) > 1
        self._show([(_tone(check.outcome), f"{check.name}: {check.text}" if named else check.text) for check in checks])

    def _show(self, sentences: Sequence[tuple[Tone, str]]) -> None:
        while self._lines:
            line = self._lines.pop()
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        for tone, sentence in sentences:
            line = Message()
            self._layout.insertWidget(len(self._lines), line)
            line.show_sentence(tone, sentence)
            self._lines.append(line)


_BY_WEIGHT = (Tone.NONE, Tone.GOOD, Tone.CAUTION, Tone.BAD)


def _tone(outcome: Outcome) -> Tone:
    """Of a check; what heals by itself, as in the ledger, is a caution."""
    if outcome is Outcome.OK:
        return Tone.GOOD
    return Tone.BAD if outcome.is_failure else Tone.CAUTION


class PathField(QWidget):
    """A path to type or to choose with the desktop's dialog, which is shown without blocking."""

    changed = Signal()
    finished = Signal()  # the user pressed Enter, left the field or chose a file

    def __init__(self, setting: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self.edit = QLineEdit(clearButtonEnabled=True)
        described(self.edit, setting, label)
        self.edit.textChanged.connect(self.changed)
        self.edit.editingFinished.connect(self.finished)
        self.button = QToolButton()
        self.button.setIcon(icon("folder"))
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setAccessibleName(self.tr("Browse: %s") % label)
        self.button.setToolTip(self.tr("Browse…"))
        self.setFocusProxy(self.edit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit)
        layout.addWidget(self.button)

    @property
    def text(self) -> str:
        """What is typed, without spaces around it."""
        return self.edit.text().strip()

    def set_text(self, text: str) -> None:
        """Shows a path."""
        self.edit.setText(text)

    def offer_file(self, name_filter: str, *, new: bool = False) -> None:
        """The button chooses a file, which may be ``new``."""
        mode = QFileDialog.FileMode.AnyFile if new else QFileDialog.FileMode.ExistingFile
        self.button.clicked.connect(lambda: self._choose(mode, name_filter))

    def offer_folder(self) -> None:
        """The button chooses a folder."""
        self.button.clicked.connect(lambda: self._choose(QFileDialog.FileMode.Directory, ""))

    def offer_file_or_folder(self) -> None:
        """The button asks which of both is to be chosen."""
        menu = QMenu(self.button)
        menu.addAction(self.tr("&File…"), lambda: self._choose(QFileDialog.FileMode.ExistingFile, ""))
        menu.addAction(self.tr("F&older…"), lambda: self._choose(QFileDialog.FileMode.Directory, ""))
        self.button.setMenu(menu)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    @Slot(str)
    def on_file_selected(self, path: str) -> None:
        """The desktop's dialog has chosen."""
        self.set_text(str(Path(path)))
        self.finished.emit()

    def _choose(self, mode: QFileDialog.FileMode, name_filter: str) -> None:
        dialog = QFileDialog(self, self._label)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.AnyFile:
            dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Choose"))
        if name_filter:
            dialog.setNameFilters([name_filter, self.tr("All files (*)")])
        if self.text:
            dialog.selectFile(self.text)
        dialog.fileSelected.connect(self.on_file_selected)
        dialog.open()
