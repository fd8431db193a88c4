"""A link with what is remembered of its earlier answers; of the service's thread."""

from dataclasses import replace

from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.database import Database
from t3monitor.store.present_state import read_present_state
from t3monitor.store.words import read_words
from t3monitor.store.writing.reading_times import read_reading_times
from t3monitor.store.writing.spacings import read_spacings
from t3monitor.sync.panel_settings import SettingsReader
from t3monitor.sync.reading_times import ReadingTimes
from t3monitor.sync.recording import Readings
from t3monitor.sync.site_words import SiteWords
from t3monitor.sync.spacings import ExpectedSpacings
from t3monitor.sync.standing import StandingTimes
from t3monitor.t3000.link import Link
from t3monitor.t3000.messages import AnswerDecoder


class Source:
    """A link with what is remembered of its earlier answers."""

    def __init__(self, link: Link, *, told_when_read: bool = False) -> None:
        """``told_when_read``: panels whose times stand still are not read by T3000, which nobody else would say."""
        self.link = link
        self._standing = StandingTimes() if told_when_read else None
        self.decoder = AnswerDecoder()
        self.settings_reader = SettingsReader(link)
        self.readings = Readings()
        self.times = ReadingTimes()
        self.spacings = ExpectedSpacings()
        self.words = SiteWords(self.decoder)
        self.is_behind = False  # the present state in the database may lack something that was read
        self.trend_logs_asked = False
        self.recalled: dict[int, Panel] = {}  # what the database held of the panels, by serial number
        self.panels: dict[int, int] = {}  # the numbers of all that its site ever told of, by serial number
        self._recalled: Database | None = None

    def recall(self, database: Database, site: str) -> None:
        """Takes what a database holds of earlier runs, once for each that is opened; raises DatabaseError."""
        if database is self._recalled:
            return
        times = read_reading_times(database.url, site)
        self.readings.forget()
        self.times.recall(times)
        self.readings.recall((vector, own_s) for vector, (own_s, _) in times.items())
        self.spacings.recall(read_spacings(database.url, site))
        self.words.recall(read_words(database.url))
        if known := read_present_state(database.url):
            self.recalled = {panel.serial_number: panel for panel in known.panels}
            self.panels |= {panel.serial_number: panel.panel_id for panel in known.panels if panel.site == site}
            self.link.recall(known)
        self.is_behind = True
        self._recalled = database

    def noted(self, snapshot: Snapshot, interval_s: int) -> Snapshot:
        """The snapshot with a note if T3000 answers and reads no panel, where the link does not say such things."""
        note = self._standing.note(snapshot, interval_s) if self._standing else ""
        return replace(snapshot, note="; ".join(filter(None, (snapshot.note, note))))
