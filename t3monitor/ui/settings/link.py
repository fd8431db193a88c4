"""The page of the link: how T3000 is reached."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from t3monitor.config.settings import Settings
from t3monitor.ui.settings.checks import library_filter, library_problem, path_of, replay_problem
from t3monitor.ui.settings.fields import Message, PathField, Tone, described, number_field
from t3monitor.ui.settings.page import SettingsPage


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
