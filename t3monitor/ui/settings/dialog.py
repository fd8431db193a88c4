"""The settings dialog: everything of `Settings`, checked as it is typed; shown with ``open()``, never ``exec()``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QVBoxLayout, QWidget
from typing_extensions import override

from t3monitor.config.errors import SettingsError
from t3monitor.config.settings import SHORTEST_REAL_INTERVAL_S, Appearance, LinkName, Settings
from t3monitor.model.check import Check
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.snapshot import Panel
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.tabs import Tabs
from t3monitor.ui.kit.theme import apply_theme, theme_for
from t3monitor.ui.settings.appearance import AppearancePage
from t3monitor.ui.settings.database import DatabasePage
from t3monitor.ui.settings.history import HistoryPage
from t3monitor.ui.settings.link import LinkPage
from t3monitor.ui.settings.page import SettingsPage
from t3monitor.ui.settings.recording import RecordingPage
from t3monitor.ui.settings.sync import SyncPage
from t3monitor.ui.settings.upkeep import Upkeep

_log = logging.getLogger(__name__)


class SettingsDialog(QDialog):
    """Shows settings and says which new ones are wanted; whoever opens it puts them into force and stores them.

    ``test_link`` is run in the loop of the GUI thread and does what blocks elsewhere. ``default_database`` is the file
    that an empty field means, ``panels`` are those that are known now, ``upkeep`` is of the database in force. A change
    of the appearance is seen at once, and taken back on Cancel.
    """

    settings_applied = Signal(object)  # Settings: OK or Apply

    def __init__(
        self,
        settings: Settings,
        test_link: Callable[[Settings], Awaitable[Sequence[Check]]],
        default_database: Path,
        panels: Sequence[Panel],
        upkeep: Upkeep,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._settings = settings
        self._test_link = test_link
        self._default_database = default_database
        self._tested: Settings | None = None  # what the message about the test, or the running test, is about
        self._test: asyncio.Task[None] | None = None
        self._previewed = settings.appearance
        self.link = LinkPage()
        self.sync = SyncPage()
        self.recording = RecordingPage(panels)
        self.database = DatabasePage(upkeep)
        self.history = HistoryPage(upkeep, panels)
        self.appearance = AppearancePage()
        self._pages: tuple[SettingsPage, ...] = (
            self.link,
            self.sync,
            self.recording,
            self.database,
            self.history,
            self.appearance,
        )
        self.tabs = Tabs()
        self.tabs.setAccessibleName(self.tr("Pages of the settings"))
        titles = (
            self.tr("Link"),
            self.tr("Sync"),
            self.tr("Recording"),
            self.tr("Database"),
            self.tr("History"),
            self.tr("Appearance"),
        )
        for page, title in zip(self._pages, titles, strict=True):
            self.tabs.addTab(page, title)
        self.wrong = Message()
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Apply | standard.Cancel)
        self.ok, self.apply = self.buttons.button(standard.Ok), self.buttons.button(standard.Apply)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.apply.clicked.connect(self.on_apply)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs)
        layout.addWidget(self.wrong)
        layout.addWidget(self.buttons)
        self.resize(640, 580)

        for page in self._pages:
            page.show_settings(settings)
            page.check_now()
            page.changed.connect(self.on_changed)
        self.link.test_clicked.connect(self.on_test)
        self.on_changed()

    def choose_link(self, name: LinkName) -> None:
        """Chooses a link for the user, as the welcome page does."""
        self.tabs.setCurrentWidget(self.link)
        self.link.choose_link(name)

    def show_database(self) -> None:
        """Turns to the database, for a user who is to correct it."""
        self.tabs.setCurrentWidget(self.database)
        self.database.file.setFocus()

    def show_interval(self) -> None:
        """Turns to the interval."""
        self.tabs.setCurrentWidget(self.sync)
        self.sync.interval.setFocus()
        self.sync.interval.selectAll()

    def wanted(self) -> Settings | None:
        """The settings as they are shown; None while one of them cannot be used."""
        for page in self._pages:
            page.check_typed()
        return None if self._wrong_pages() else self._shown()

    @Slot()
    def on_changed(self) -> None:
        """Offers what can be done with the values as they are now."""
        wrong = self._wrong_pages()
        wanted = None if wrong else self._shown()
        changed = wanted is not None and wanted != self._settings
        self.apply.setEnabled(changed)
        if self._tested and not self._test and not _same_link(self._tested, wanted):
            self._tested = None  # what was found out about other values says nothing about these
            self.link.test_message.show_sentence(Tone.NONE, "")
        self.link.test.setEnabled(wanted is not None and wanted.link is not None and not self._test)
        too_short = wanted is not None and bool(wanted.cautions())
        self.sync.caution.show_sentence(
            Tone.CAUTION,
            self.tr("An interval below %d s is shorter than T3000's cooldown: most cycles will find no new data")
            % SHORTEST_REAL_INTERVAL_S
            if too_short
            else "",
        )
        self.database.show_default(self._default_database, demo=self.link.link in (LinkName.DEMO, LinkName.REPLAY))
        self.wrong.show_sentence(Tone.BAD, self.tr("Not yet usable: %s") % ", ".join(wrong) if wrong else "")
        if self.appearance.appearance != self._previewed:
            self._previewed = self.appearance.appearance
            _show_appearance(self._previewed)

    @Slot()
    def on_apply(self) -> None:
        """Hands the settings on and stays open."""
        wanted = self.wanted()
        if wanted is not None and wanted != self._settings:
            self._settings = wanted
            self.history.take_as_applied(wanted)
            self.settings_applied.emit(wanted)
            self.on_changed()

    @Slot()
    def on_test(self) -> None:
        """Asks for one call with the values that are shown."""
        wanted = self.wanted()
        if wanted is not None and self._test is None:
            self._tested = wanted
            self.link.test_message.show_sentence(Tone.NONE, self.tr("Testing…"))
            self._test = asyncio.ensure_future(self._run_test(wanted))
            self.link.test.setEnabled(False)

    async def _run_test(self, tested: Settings) -> None:
        try:
            checks = await self._test_link(tested)
            self.link.test_message.show_checks(checks)
        except Exception:  # noqa: BLE001 - whatever it is, the button must come back
            _log.exception("❌ The test of the link failed")
            sentence = self.tr("The test failed by an error in this program; Initialize.log has the details")
            self.link.test_message.show_sentence(Tone.BAD, sentence)
        self._test = None
        self.on_changed()

    def _shown(self) -> Settings | None:
        try:
            values = {name: value for page in self._pages for name, value in page.values().items()}
            return self._settings.with_values(**values)
        except (SettingsError, DatabaseUnusableError):
            return None

    def _wrong_pages(self) -> list[str]:
        """The titles of the pages with something that cannot be used, as of their last check."""
        return [self.tabs.tabText(index) for index, page in enumerate(self._pages) if not page.is_usable]

    @override
    def accept(self) -> None:
        if self.wanted() is not None:
            self.on_apply()
            super().accept()
            return
        for page in self._pages:  # where it is said what is wrong
            if not page.is_usable:
                self.tabs.setCurrentWidget(page)
                return

    @override
    def reject(self) -> None:
        if self._previewed != self._settings.appearance:
            _show_appearance(self._settings.appearance)
        super().reject()

    @override
    def done(self, result: int) -> None:
        if self._test:
            self._test.cancel()
            self._test = self._tested = None
            self.link.test_message.show_sentence(Tone.NONE, "")
        self.database.upkeep.leave()
        self.history.leave()
        super().done(result)


def _same_link(tested: Settings, wanted: Settings | None) -> bool:
    return wanted is not None and tested.has_link_of(wanted) and tested.timeout_seconds == wanted.timeout_seconds


def _show_appearance(appearance: Appearance) -> None:
    application = QApplication.instance()
    if isinstance(application, QApplication):
        apply_theme(application, theme_for(appearance))
