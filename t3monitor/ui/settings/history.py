"""The page of how long history is kept; what the values would do is said before they are applied."""

import asyncio
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.config.errors import SettingsError
from t3monitor.config.settings import Filling, Kept, Settings
from t3monitor.model.errors import MonitorError
from t3monitor.model.snapshot import Panel
from t3monitor.store.upkeep.retention_text import preview_lines
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.kit.texts import natural_key
from t3monitor.ui.settings.fields import declaration, described, number_field
from t3monitor.ui.settings.page import SettingsPage
from t3monitor.ui.settings.upkeep import Upkeep

_LOOK_MS, _WATCH_MS = 400, 3000
_WHOLE = 1000  # steps of the bar
_LAST_LINE = 10_000  # below all others
translate = QCoreApplication.translate


class HistoryPage(SettingsPage):
    """How long samples and daily values are kept, of all panels or of some."""

    def __init__(self, upkeep: Upkeep, panels: Sequence[Panel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._upkeep = upkeep
        self._stored = Settings()
        self.samples = number_field("keep_samples_days", self.tr("Samples"))
        self.days = number_field("keep_daily_values_days", self.tr("Daily values"))
        for box in (self.samples, self.days):
            box.setSpecialValueText(_for_ever())
            box.valueChanged.connect(self.on_edited)
        self.filling = QComboBox()
        described(self.filling, "fill_from_t3000", self.tr("Fill holes from T3000's own history"))
        for choice, text in (
            (Filling.ASK, self.tr("Ask")),
            (Filling.ALWAYS, self.tr("Always")),
            (Filling.NEVER, self.tr("Never")),
        ):
            self.filling.addItem(text, choice)
        self.filling.currentIndexChanged.connect(self.on_edited)
        self.exceptions = Exceptions(panels)
        self.exceptions.changed.connect(self.on_edited)
        self.wrong = Message()
        self.caution = Message()
        self.preview = Label(wordWrap=True)
        self._looking: asyncio.Task[None] | None = None
        self._most_going = 0.0
        self.bar = QProgressBar(textVisible=False, maximum=_WHOLE)
        self.bar.setAccessibleName(self.tr("How much of it is deleted"))
        self.bar.hide()
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.on_look)
        self._lay_out()

    @override
    def show_settings(self, settings: Settings) -> None:
        self._stored = settings
        self.samples.setValue(settings.keep_samples_days)
        self.days.setValue(settings.keep_daily_values_days)
        self.exceptions.show_kept(settings.keep_exceptions)
        self.filling.setCurrentIndex(self.filling.findData(settings.fill_from_t3000))

    @override
    def values(self) -> dict[str, Any]:
        return {
            "keep_samples_days": self.samples.value(),
            "keep_daily_values_days": self.days.value(),
            "keep_exceptions": self.exceptions.kept(),
            "fill_from_t3000": self.filling.currentData(),
        }

    @override
    def check(self) -> bool:
        problem = ""
        try:
            self._stored.with_values(**self.values())
        except SettingsError as error:
            problem = str(error)
        self.wrong.show_sentence(Tone.BAD, problem)
        return not problem

    def take_as_applied(self, settings: Settings) -> None:
        """These are in force now."""
        self._stored = settings
        self._soon.start(_LOOK_MS)

    @Slot()
    def on_edited(self) -> None:
        """Other values: what they would do is looked at anew."""
        self.check_now()
        self._soon.start(_LOOK_MS)

    @Slot()
    def on_look(self) -> None:
        """Begins to look what the values would do, while the page is seen."""
        self.leave()
        if self.isVisible() and self.is_usable:
            self._looking = asyncio.ensure_future(self._look(self._stored.with_values(**self.values())))

    def leave(self) -> None:
        """Nobody wants to know it any more."""
        self._soon.stop()
        if self._looking:
            self._looking.cancel()
            self._looking = None

    async def looking(self) -> None:
        """Waits for what is being looked at."""
        if self._looking:
            await self._looking

    async def _look(self, settings: Settings) -> None:
        self.caution.show_sentence(Tone.NONE, "")
        if not self.preview.text():
            self.preview.setText(self.tr("Looking what there is…"))
        try:
            found = await self._upkeep.preview(settings)
        except MonitorError as error:
            self.preview.setText(str(error))
            return
        self.preview.setText("\n".join(preview_lines(found)))
        goes = found.whole.readings_going + found.whole.days_going
        is_going = bool(goes) and settings == self._stored
        self._show_progress(goes if is_going else 0)
        if is_going:
            sentence = self.tr("What goes is deleted a bit at a time while T3 Monitor records; longer times end that")
        else:
            sentence = self.tr("With these values in force what goes is deleted, which cannot be undone")
        self.caution.show_sentence(Tone.CAUTION, sentence if goes else "")

    def _show_progress(self, goes: float) -> None:
        """How far what is in force has been done; looks again while there is more to do."""
        self._most_going = max(self._most_going, goes) if goes else 0
        self.bar.setVisible(bool(goes))
        if goes:
            self.bar.setValue(int(_WHOLE * (1 - goes / self._most_going)))
            self._soon.start(_WATCH_MS)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.on_look()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.leave()

    def _lay_out(self) -> None:
        general = QGridLayout()
        general.setColumnStretch(2, 1)
        for row, (text, box, after) in enumerate(
            (
                (self.tr("Keep &samples"), self.samples, self.tr("then daily values of them are left")),
                (self.tr("Keep &daily values"), self.days, self.tr("minimum, maximum, mean, runtime, increase")),
                (
                    self.tr("&Fill from T3000"),
                    self.filling,
                    self.tr("what was missed here and T3000 logged"),
                ),
            )
        ):
            general.addWidget(field_label(text, box), row, 0)
            general.addWidget(box, row, 1)
            general.addWidget(_muted(after), row, 2)
        add = QHBoxLayout()
        add.addWidget(Label(self.tr("Other times for some")), 1)
        add.addWidget(self.exceptions.add)
        always = _muted(
            self.tr(
                "Names, units and words of points, what was changed at them, the causes of holes, events and cycles are"
                " always kept."
            )
        )
        layout = QVBoxLayout(self)
        layout.addLayout(general)
        layout.addLayout(add)
        layout.addWidget(self.exceptions, 1)
        layout.addWidget(self.wrong)
        layout.addWidget(self.preview)
        layout.addWidget(self.caution)
        layout.addWidget(self.bar)
        layout.addWidget(always)


class Exceptions(QScrollArea):
    """A row for each exception; panels that are not known now keep their serial number."""

    changed = Signal()

    def __init__(self, panels: Sequence[Panel], parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setProperty("framed", True)
        self.setAccessibleName(self.tr("Panels and types that are kept for another time"))
        in_order = sorted(panels, key=lambda panel: (natural_key(panel.panel_name) or (), panel.serial_number))
        self._panels = {panel.serial_number: panel.panel_name or str(panel.serial_number) for panel in in_order}
        self._rows: list[ExceptionRow] = []
        self.add = QPushButton(self.tr("&Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self.on_add)
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setColumnStretch(0, 1)
        titles = self.tr("Panel"), self.tr("Type"), self.tr("Samples"), self.tr("Daily values")
        self._titles = [_muted(title) for title in titles]
        for column, title in enumerate(self._titles):
            self._grid.addWidget(title, 0, column)
        self._none = _muted(self.tr("None: what stands above holds for all panels and types"))
        self._grid.addWidget(self._none, 0, 0, 1, -1)
        self._next_line = 1
        self._grid.setRowStretch(_LAST_LINE, 1)
        self.setWidget(inside)
        self._show_titles()

    def kept(self) -> tuple[Kept, ...]:
        """The exceptions as they are shown."""
        return tuple(row.kept() for row in self._rows)

    def show_kept(self, exceptions: Sequence[Kept]) -> None:
        """Shows these alone."""
        for row in tuple(self._rows):
            self._remove(row)
        for kept in exceptions:
            self._add(kept)

    @property
    def rows(self) -> "tuple[ExceptionRow, ...]":
        """As they are shown."""
        return tuple(self._rows)

    @Slot()
    def on_add(self) -> None:
        """One more, for the user to say of what."""
        row = self._add(Kept())
        row.panel.setFocus()
        self.changed.emit()

    @Slot()
    def on_removed(self) -> None:
        """The user wants it no more."""
        row = self.sender()
        if isinstance(row, ExceptionRow):
            self._remove(row)
            self.changed.emit()

    def _add(self, kept: Kept) -> "ExceptionRow":
        row = ExceptionRow(self._panels, kept, self)
        row.changed.connect(self.changed)
        row.removed.connect(self.on_removed)
        for column, widget in enumerate(row.widgets):
            self._grid.addWidget(widget, self._next_line, column)
        self._next_line += 1
        self._rows.append(row)
        self._show_titles()
        return row

    def _remove(self, row: "ExceptionRow") -> None:
        self._rows.remove(row)
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        row.deleteLater()
        self._show_titles()

    def _show_titles(self) -> None:
        for title in self._titles:
            title.setVisible(bool(self._rows))
        self._none.setVisible(not self._rows)


class ExceptionRow(QObject):
    """One exception: of what, and for how long; whoever makes it places its widgets."""

    changed = Signal()
    removed = Signal()

    def __init__(self, panels: dict[int, str], kept: Kept, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.panel = QComboBox()
        self.panel.setAccessibleName(self.tr("Panel"))
        self.panel.addItem(self.tr("All panels"), None)
        for serial, name in panels.items():
            self.panel.addItem(f"{name} ({serial})" if name != str(serial) else name, serial)
        if kept.serial_number is not None and kept.serial_number not in panels:
            self.panel.addItem(str(kept.serial_number), kept.serial_number)
        self.panel.setMinimumContentsLength(12)
        self.panel.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Type of points"))
        for kind, text in (
            (None, self.tr("All types")),
            ("INPUT", self.tr("Inputs")),
            ("OUTPUT", self.tr("Outputs")),
            ("VARIABLE", self.tr("Variables")),
        ):
            self.kind.addItem(text, kind)
        self.samples = _days_box("keep_samples_days", self.tr("Samples of these"))
        self.days = _days_box("keep_daily_values_days", self.tr("Daily values of these"))
        self.remove = QToolButton()
        self.remove.setText("✕")
        self.remove.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.remove.setAccessibleName(self.tr("Remove"))
        self.remove.setToolTip(self.tr("Removes this line"))
        self.widgets = self.panel, self.kind, self.samples, self.days, self.remove
        for combo, value in ((self.panel, kept.serial_number), (self.kind, kept.point_type)):
            combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.currentIndexChanged.connect(self.changed)
        for box, value in ((self.samples, kept.samples_days), (self.days, kept.daily_values_days)):
            box.setValue(value)
            box.valueChanged.connect(self.changed)
        self.remove.clicked.connect(self.removed)

    def kept(self) -> Kept:
        """As it is shown."""
        return Kept(
            serial_number=self.panel.currentData(),
            point_type=self.kind.currentData(),
            samples_days=self.samples.value(),
            daily_values_days=self.days.value(),
        )


def _days_box(setting: str, name: str) -> QSpinBox:
    """The field of an exception."""
    declared = declaration(setting)
    box = QSpinBox(minimum=declared.minimum, maximum=declared.maximum)
    box.setSuffix(f" {declared.unit}")
    box.setSpecialValueText(_for_ever())
    box.setMinimumHeight(QLineEdit().sizeHint().height())
    box.setAccessibleName(name)
    box.setToolTip(declared.help_text)
    return box


def _for_ever() -> str:
    return translate("HistoryPage", "for ever")


def _muted(text: str) -> Label:
    label = Label(text, wordWrap=True)
    label.setProperty("muted", True)
    return label
