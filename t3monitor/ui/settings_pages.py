"""The pages of the settings dialog; each shows some of the settings and gives back what was made of them."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from t3monitor.config.settings import Settings
from t3monitor.ui.settings_checks import (
    database_problem,
    database_text_of,
    database_url_of,
    library_filter,
    library_problem,
    path_of,
    replay_problem,
)
from t3monitor.ui.settings_fields import Message, PathField, Tone, described, number_field
from t3monitor.ui.theme import Appearance

_TYPING_MS = 250


class SettingsPage(QWidget):
    """Base of the pages.

    Paths are looked at when the user stops typing: a folder on a network may take its time to answer.
    """

    changed = Signal()  # a value, or whether all of them can be used

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_usable = True  # as of the last check
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.check_now)

    def watch_path(self, field: PathField) -> None:
        """Checks anew what is typed into the field."""
        field.changed.connect(self._typing.start)
        field.changed.connect(self.changed)
        field.finished.connect(self.check_typed)

    @Slot()
    def check_typed(self) -> None:
        """Checks what was typed since the last check, if anything was."""
        if self._typing.isActive():
            self.check_now()

    @Slot()
    def check_now(self) -> None:
        """Checks all values."""
        self._typing.stop()
        self.is_usable = self.check()
        self.changed.emit()

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """The values as they are shown; to be asked for only while nothing is wrong."""
        raise NotImplementedError

    def check(self) -> bool:
        """Whether all values can be used; says at the field what is wrong."""
        return True


class LinkPage(SettingsPage):
    """How T3000 is reached."""

    test_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.demo = QRadioButton(self.tr("&Simulated building"))
        self.library = QRadioButton(self.tr("T3000 &library"))
        self.replay = QRadioButton(self.tr("&Recorded answers"))
        self._choices: dict[str, QRadioButton] = {"demo": self.demo, "library": self.library, "replay": self.replay}
        self._group = QButtonGroup(self)
        for choice in self._choices.values():
            self._group.addButton(choice)
        self.panels = number_field("demo_panels", self.tr("Size of the simulated building"))
        self.library_file = PathField("library", self.tr("Library file"))
        self.library_file.offer_file(library_filter())
        self.replay_path = PathField("replay", self.tr("File or folder of recorded answers"))
        self.replay_path.offer_file_or_folder()
        self.library_message, self.replay_message = Message(), Message()
        self.request = QLineEdit()
        described(self.request, "request", self.tr("Request text"))
        self.buffer_bytes = number_field("buffer_bytes", self.tr("Size of the answer buffer"))
        self.advanced = QToolButton(autoRaise=True)
        self.advanced.setCheckable(True)
        self.advanced.setText(self.tr("&Advanced"))
        self.advanced.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._advanced_box = QGroupBox()
        self.test = QPushButton(self.tr("&Test"))
        self.test.setAutoDefault(False)
        self.test.setToolTip(self.tr("Makes one call with these values; nothing is stored"))
        self.test_message = Message()
        self._lay_out()
        self.advanced.toggled.connect(self.on_advanced_toggled)
        self.on_advanced_toggled(False)
        self.test.clicked.connect(self.test_clicked)
        self._group.buttonToggled.connect(self.on_choice_toggled)
        for path in (self.library_file, self.replay_path):
            self.watch_path(path)
        for number in (self.panels, self.buffer_bytes):
            number.valueChanged.connect(self.changed)
        self.request.textChanged.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        if settings.link:
            self._choices[settings.link].setChecked(True)
        self.panels.setValue(settings.demo_panels)
        self.library_file.set_text(settings.library)
        self.replay_path.set_text(settings.replay)
        self.request.setText(settings.request)
        self.buffer_bytes.setValue(settings.buffer_bytes)

    def choose_link(self, name: str) -> None:
        """Chooses a link for the user, who then fills in its field."""
        self._choices[name].setChecked(True)

    @property
    def link(self) -> str | None:
        """The link that is chosen."""
        return next((name for name, choice in self._choices.items() if choice.isChecked()), None)

    def values(self) -> dict[str, Any]:
        """The values as they are shown."""
        return {
            "link": self.link,
            "demo_panels": self.panels.value(),
            "library": path_of(self.library_file.text),
            "replay": path_of(self.replay_path.text),
            "request": self.request.text(),
            "buffer_bytes": self.buffer_bytes.value(),
        }

    def check(self) -> bool:
        """Only the chosen link's file is looked at."""
        library = library_problem(self.library_file.text) if self.link == "library" else ""
        replay = replay_problem(self.replay_path.text) if self.link == "replay" else ""
        for message, field, problem in (
            (self.library_message, self.library_file, library),
            (self.replay_message, self.replay_path, replay),
        ):
            message.show_sentence(Tone.BAD, problem)
            field.edit.setAccessibleDescription(problem)
        return not library and not replay

    @Slot(QAbstractButton, bool)
    def on_choice_toggled(self, _choice: QAbstractButton, checked: bool) -> None:
        """Only the chosen link's field can be filled in."""
        self.panels.setEnabled(self.link == "demo")
        self.library_file.setEnabled(self.link == "library")
        self.replay_path.setEnabled(self.link == "replay")
        self.advanced.setEnabled(self.link == "library")
        self._advanced_box.setEnabled(self.link == "library")
        if checked:
            self.check_now()

    @Slot(bool)
    def on_advanced_toggled(self, shown: bool) -> None:
        """Shows what hardly anybody needs."""
        self._advanced_box.setVisible(shown)
        self.advanced.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        for choice, field, message in (
            (self.demo, self.panels, None),
            (self.library, self.library_file, self.library_message),
            (self.replay, self.replay_path, self.replay_message),
        ):
            layout.addWidget(choice)
            indented = QVBoxLayout()
            indented.setContentsMargins(24, 0, 0, 10)
            indented.addWidget(field)
            if message:
                indented.addWidget(message)
            layout.addLayout(indented)
        form = QFormLayout(self._advanced_box)
        form.addRow(self.tr("Re&quest text"), self.request)
        form.addRow(self.tr("&Buffer"), self.buffer_bytes)
        advanced = QVBoxLayout()
        advanced.setContentsMargins(24, 0, 0, 0)
        advanced.addWidget(self.advanced)
        advanced.addWidget(self._advanced_box)
        layout.insertLayout(4, advanced)
        layout.addStretch()
        test = QHBoxLayout()
        test.addWidget(self.test, 0, Qt.AlignmentFlag.AlignTop)
        test.addWidget(self.test_message, 1)
        test.addStretch()
        layout.addLayout(test)
        self.panels.setEnabled(False)
        self.library_file.setEnabled(False)
        self.replay_path.setEnabled(False)


class SyncPage(SettingsPage):
    """When T3000 is asked, and how patiently."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.interval = number_field("sync_interval_secs", self.tr("Interval"))
        self.timeout = number_field("timeout_seconds", self.tr("Timeout"))
        self.retries = number_field("retry_attempts", self.tr("Retries"))
        self.auto_start = QCheckBox(self.tr("&Start syncing with the program"))
        described(self.auto_start, "auto_start", self.tr("Start syncing with the program"))
        self.caution = Message()
        _lay_out_rows(
            self,
            (self.tr("&Interval"), self.interval),
            ("", self.caution),
            (self.tr("&Timeout"), self.timeout),
            (self.tr("R&etries"), self.retries),
            ("", self.auto_start),
        )
        for number in (self.interval, self.timeout, self.retries):
            number.valueChanged.connect(self.changed)
        self.auto_start.toggled.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self.interval.setValue(settings.sync_interval_secs)
        self.timeout.setValue(settings.timeout_seconds)
        self.retries.setValue(settings.retry_attempts)
        self.auto_start.setChecked(settings.auto_start)

    def values(self) -> dict[str, Any]:
        """The values as they are shown."""
        return {
            "sync_interval_secs": self.interval.value(),
            "timeout_seconds": self.timeout.value(),
            "retry_attempts": self.retries.value(),
            "auto_start": self.auto_start.isChecked(),
        }


class DatabasePage(SettingsPage):
    """Where the history is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stored_url = ""
        self.file = PathField("database", self.tr("Database file"))
        self.file.offer_file(self.tr("Databases (*.db *.sqlite)"), new=True)
        self.message = Message()
        self.default = QLabel(wordWrap=True)
        self.default.setProperty("muted", True)
        kept = QLabel(self.tr("Every sample is kept for ever"))
        _lay_out_rows(
            self,
            (self.tr("&Database file"), self.file),
            ("", self.message),
            ("", self.default),
            (self.tr("History"), kept),
        )
        self.watch_path(self.file)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self._stored_url = settings.database
        self.file.set_text(database_text_of(settings.database))

    def show_default(self, file: Path, *, demo: bool) -> None:
        """The file that an empty field means."""
        if demo:
            text = self.tr("It is for T3000 alone: the simulated building and recordings have databases of their own")
        else:
            text = self.tr("Leave it empty for the default, %s") % file
        self.default.setText(text)

    def values(self) -> dict[str, Any]:
        """The URL; the stored one as it is if nothing else was typed."""
        if self.file.text == database_text_of(self._stored_url):
            return {"database": self._stored_url}
        return {"database": database_url_of(self.file.text)}

    def check(self) -> bool:
        """Looks whether the file can be what it is to be."""
        problem = database_problem(self.file.text)
        self.message.show_sentence(Tone.BAD, problem)
        self.file.edit.setAccessibleDescription(problem)
        return not problem


class AppearancePage(SettingsPage):
    """Light or dark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = {
            Appearance.SYSTEM: QRadioButton(self.tr("&As the desktop")),
            Appearance.LIGHT: QRadioButton(self.tr("&Light")),
            Appearance.DARK: QRadioButton(self.tr("&Dark")),
        }
        layout = QVBoxLayout(self)
        for choice in self.choices.values():
            described(choice, "appearance", choice.text().replace("&", ""))
            layout.addWidget(choice)
            choice.toggled.connect(self.on_choice_toggled)
        layout.addStretch()

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self.choices[Appearance(settings.appearance)].setChecked(True)

    def values(self) -> dict[str, Any]:
        """The values as they are shown."""
        return {"appearance": self.appearance.value}

    @property
    def appearance(self) -> Appearance:
        """The choice."""
        chosen = (appearance for appearance, choice in self.choices.items() if choice.isChecked())
        return next(chosen, Appearance.SYSTEM)

    @Slot(bool)
    def on_choice_toggled(self, checked: bool) -> None:
        """One signal a change: the button that goes up says nothing."""
        if checked:
            self.changed.emit()


def _lay_out_rows(page: QWidget, *rows: tuple[str, QWidget]) -> None:
    """A form, in a grid: a QFormLayout gives wrapped sentences the height of a much narrower one."""
    grid = QGridLayout(page)
    grid.setColumnStretch(1, 1)
    for row, (text, field) in enumerate(rows):
        if field.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Fixed:
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            grid.addWidget(field, row, 1)
        if text:
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
    grid.setRowStretch(len(rows), 1)
