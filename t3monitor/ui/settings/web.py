"""What the web service of T3000 needs: the computers, and how they are read."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from t3monitor.config.errors import SettingsError
from t3monitor.config.settings import LivePoints, WebReading
from t3monitor.config.sites import DEFAULT_WEB_URL, checked_sites
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.settings.fields import described
from t3monitor.ui.settings.sites import SitesField


class WebFields(QWidget):
    """The table of computers, and the way of reading with a sentence on what it means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sites = SitesField()
        self.reading = QComboBox()
        described(self.reading, "web_reading", self.tr("Reading"))
        self.meaning = Label(wordWrap=True)
        self.meaning.setProperty("muted", True)
        for name, text, meaning in (
            (
                WebReading.AUTO,
                self.tr("Automatic"),
                self.tr("Live where it works, else T3000's background readings; the state of the link says which."),
            ),
            (
                WebReading.LIVE,
                self.tr("Live from each panel"),
                self.tr("Every panel is asked in each cycle: its values come straight from it, without a cooldown."),
            ),
            (
                WebReading.LOGGING_DATA,
                self.tr("T3000's background readings"),
                self.tr(
                    "T3000 reads one panel every 15 s, so with ten panels a value may be 150 s old. In T3000 the beta"
                    " window of Trend Log has to be opened once after each start."
                ),
            ),
        ):
            self.reading.addItem(text, name)
            self.reading.setItemData(self.reading.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole)
        self.points = QComboBox()
        described(self.points, "live_points", self.tr("Points stored"))
        self.points.addItem(self.tr("Those in use"), LivePoints.USED)
        self.points.addItem(self.tr("All of each panel"), LivePoints.ALL)
        row = QHBoxLayout()
        for text, field in ((self.tr("Readin&g"), self.reading), (self.tr("Points st&ored"), self.points)):
            row.addWidget(field_label(text, field))
            row.addWidget(field)
            row.addSpacing(12)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sites)
        layout.addLayout(row)
        layout.addWidget(self.meaning)
        self.reading.currentIndexChanged.connect(self.on_reading_chosen)
        self.on_reading_chosen(0)

    def choose_reading(self, name: WebReading) -> None:
        """Shows the way of reading."""
        self.reading.setCurrentIndex(self.reading.findData(name))

    def choose_points(self, name: LivePoints) -> None:
        """Shows which points live reading stores."""
        self.points.setCurrentIndex(self.points.findData(name))

    def sites_problem(self) -> str:
        """What is wrong with the computers; empty if nothing is."""
        sites = self.sites.sites()
        if not all(site.url for site in sites):
            return self.tr("Type the address of each T3000 computer, such as %s") % DEFAULT_WEB_URL
        if len(sites) > 1 and not all(site.name for site in sites):
            return self.tr("Give each of several T3000 computers a name")
        try:
            checked_sites(sites)
        except SettingsError as error:
            problem = str(error).removeprefix("sites: ")
            return problem[:1].upper() + problem[1:]
        return ""

    @Slot(int)
    def on_reading_chosen(self, index: int) -> None:
        """Explains the choice; T3000's background readings are stored as they come."""
        self.points.setEnabled(self.reading.itemData(index) != WebReading.LOGGING_DATA)
        self.meaning.setText(self.reading.itemData(index, Qt.ItemDataRole.ToolTipRole))
