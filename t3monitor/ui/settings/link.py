"""The page of the link: how T3000 is reached."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from t3monitor.config.errors import SettingsError
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.sites import checked_sites
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import field_label
from t3monitor.ui.settings.checks import library_filter, library_problem, path_of, replay_problem
from t3monitor.ui.settings.fields import CheckMessages, PathField, described, number_field
from t3monitor.ui.settings.page import SettingsPage
from t3monitor.ui.settings.web import WebFields

_ABOVE_TEST = 12


class LinkPage(SettingsPage):
    """How T3000 is reached; only what the chosen way needs is shown."""

    test_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.webapi = QRadioButton(self.tr("T3000's &web service (works with the T3000 you have)"))
        self.library = QRadioButton(self.tr("T3000 &library"))
        self.replay = QRadioButton(self.tr("&Recorded answers"))
        self.demo = QRadioButton(self.tr("&Simulated building"))
        self._choices: dict[LinkName, QRadioButton] = {
            LinkName.WEBAPI: self.webapi,
            LinkName.LIBRARY: self.library,
            LinkName.REPLAY: self.replay,
            LinkName.DEMO: self.demo,
        }
        self._group = QButtonGroup(self)
        for choice in self._choices.values():
            self._group.addButton(choice)
        self.web = WebFields()
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
        self.test_message = CheckMessages()
        self._boxes: dict[LinkName, QWidget] = {}
        self._lay_out()
        self.advanced.toggled.connect(self.on_advanced_toggled)
        self.on_advanced_toggled(False)
        self.test.clicked.connect(self.test_clicked)
        self._group.buttonToggled.connect(self.on_choice_toggled)
        for path in (self.library_file, self.replay_path):
            self.watch_path(path)
        self.web.sites.changed.connect(self.check_soon)
        self.web.reading.currentIndexChanged.connect(self.changed)
        self.web.points.currentIndexChanged.connect(self.changed)
        for number in (self.panels, self.buffer_bytes):
            number.valueChanged.connect(self.changed)
        self.request.textChanged.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        if settings.link:
            self._choices[settings.link].setChecked(True)
        self._stored_sites = settings.sites
        self.web.sites.set_sites(settings.sites)
        self.web.choose_reading(settings.web_reading)
        self.web.choose_points(settings.live_points)
        self.panels.setValue(settings.demo_panels)
        self.library_file.set_text(settings.library)
        self.replay_path.set_text(settings.replay)
        self.request.setText(settings.request)
        self.buffer_bytes.setValue(settings.buffer_bytes)

    def choose_link(self, name: LinkName) -> None:
        """Chooses a link for the user, who then fills in its field."""
        self._choices[name].setChecked(True)
        self._choices[name].setFocus()

    @property
    def link(self) -> LinkName | None:
        """The link that is chosen."""
        return next((name for name, choice in self._choices.items() if choice.isChecked()), None)

    def values(self) -> dict[str, Any]:
        """The values as they are shown; the stored sites if others cannot be used and another link is chosen."""
        try:
            sites = checked_sites(self.web.sites.sites())
        except SettingsError:
            sites = self._stored_sites
        return {
            "link": self.link,
            "sites": sites,
            "web_reading": self.web.reading.currentData(),
            "live_points": self.web.points.currentData(),
            "demo_panels": self.panels.value(),
            "library": path_of(self.library_file.text),
            "replay": path_of(self.replay_path.text),
            "request": self.request.text(),
            "buffer_bytes": self.buffer_bytes.value(),
        }

    def check(self) -> bool:
        """Only what the chosen link needs is looked at."""
        sites = self.web.sites_problem() if self.link == LinkName.WEBAPI else ""
        library = library_problem(self.library_file.text) if self.link == LinkName.LIBRARY else ""
        replay = replay_problem(self.replay_path.text) if self.link == LinkName.REPLAY else ""
        for message, field, problem in (
            (self.web.sites.message, self.web.sites.table, sites),
            (self.library_message, self.library_file.edit, library),
            (self.replay_message, self.replay_path.edit, replay),
        ):
            message.show_sentence(Tone.BAD, problem)
            field.setAccessibleDescription(problem)
        return not (sites or library or replay)

    @Slot(QAbstractButton, bool)
    def on_choice_toggled(self, _choice: QAbstractButton, checked: bool) -> None:
        """Only the chosen link's fields are shown."""
        for name, box in self._boxes.items():
            box.setVisible(name == self.link)
            box.setEnabled(name == self.link)
        if checked:
            self.check_now()

    @Slot(bool)
    def on_advanced_toggled(self, shown: bool) -> None:
        """Shows what hardly anybody needs."""
        self._advanced_box.setVisible(shown)
        self.advanced.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _lay_out(self) -> None:
        form = QFormLayout(self._advanced_box)
        form.addRow(field_label(self.tr("Re&quest text"), self.request), self.request)
        form.addRow(field_label(self.tr("&Buffer"), self.buffer_bytes), self.buffer_bytes)
        fields: dict[LinkName, tuple[QWidget, ...]] = {
            LinkName.WEBAPI: (self.web,),
            LinkName.LIBRARY: (self.library_file, self.library_message, self.advanced, self._advanced_box),
            LinkName.REPLAY: (self.replay_path, self.replay_message),
            LinkName.DEMO: (self.panels,),
        }
        layout = QVBoxLayout(self)
        for name, choice in self._choices.items():
            layout.addWidget(choice)
            box = QWidget(enabled=False, visible=False)
            indented = QVBoxLayout(box)
            indented.setContentsMargins(24, 0, 0, 10)
            for field in fields[name]:
                indented.addWidget(field)
            layout.addWidget(box)
            self._boxes[name] = box
        test = QHBoxLayout()
        test.addWidget(self.test, 0, Qt.AlignmentFlag.AlignTop)
        test.addWidget(_scrolled(self.test_message), 1)
        layout.addSpacing(_ABOVE_TEST)
        layout.addLayout(test, 1)


def _scrolled(messages: QWidget) -> QScrollArea:
    """All the room that is left; the sentences of many sites are scrolled, so that nothing else has to move."""
    area = QScrollArea(widgetResizable=True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(messages)
    for widget in (area.viewport(), messages):
        widget.setAutoFillBackground(False)  # the page's background is seen
    return area
