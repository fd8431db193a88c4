"""What changes the settings: the dialog, the page of the first start, the menu of a panel."""

import logging
import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from t3monitor.config import settings_file
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.check import Check
from t3monitor.qt.background import in_daemon_thread
from t3monitor.session import Session
from t3monitor.store.upkeep.backups import last_care
from t3monitor.store.upkeep.preview import Preview, preview
from t3monitor.store.work import LongWork
from t3monitor.sync.check import check_link
from t3monitor.sync.upkeep import UpkeepByHand
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.settings.dialog import SettingsDialog
from t3monitor.ui.settings.upkeep import UpkeepTask

_log = logging.getLogger(__name__)


class SettingsOpener(QObject):
    """Opens the settings of a session, in one dialog at a time, and keeps in their file what is applied."""

    applied = Signal(object)  # Settings, which whoever owns this puts into force
    closed = Signal()  # a preview that was not applied is over

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        paths: Paths,
        upkeep: UpkeepByHand,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._upkeep = _SessionUpkeep(session, upkeep)
        self._window = window
        self._session = session
        self._paths = paths
        self.dialog: SettingsDialog | None = None

    @Slot()
    def open(self) -> None:
        """Opens the settings."""
        self._opened().open()

    @Slot()
    def open_database(self) -> None:
        """Opens the settings where the database is corrected."""
        self.open()
        self._opened().show_database()

    @Slot()
    def open_connection(self) -> None:
        """The first start: connect to T3000."""
        self.open()
        self._opened().choose_link(LinkName.WEBAPI)

    @Slot()
    def open_interval(self) -> None:
        """Opens the settings where the interval is typed."""
        self.open()
        self._opened().show_interval()

    @Slot(int)
    def set_interval(self, interval_s: int) -> None:
        """Has the next cycle, and those after it, come after another time."""
        wanted = self._session.settings.with_values(sync_interval_secs=interval_s)
        self.apply(wanted)
        for caution in wanted.cautions():
            self._window.say(caution)

    @Slot()
    def choose_demo(self) -> None:
        """The first start: watch the simulated building."""
        self.apply(self._session.settings.with_values(link=LinkName.DEMO))

    @Slot(object, bool)  # a serial number takes all of 32 bits
    def set_recorded(self, serial_number: int, recorded: bool) -> None:
        """Has a panel recorded from the next cycle on, or no longer."""
        settings = self._session.settings
        others = [serial for serial in settings.unrecorded_panels if serial != serial_number]
        unrecorded = others if recorded else [*others, serial_number]
        self.apply(settings.with_values(unrecorded_panels=unrecorded))

    @Slot(object)
    def apply(self, settings: Settings) -> None:
        """Keeps the settings, and has them put into force."""
        try:
            settings_file.save(self._paths.settings_file, settings)
        except OSError as error:
            _log.warning("⚠️ The settings were not saved: %s", error)
            self._window.say(self.tr("The settings were not saved: %s") % error.strerror)
        self.applied.emit(settings)

    def close(self) -> None:
        """Closes the dialog, as its Cancel would."""
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def on_finished(self) -> None:
        """Forgets the dialog; the next one shows the settings then in force."""
        self.closed.emit()
        if self.dialog is not None:
            self._window.settings_page = self.dialog.tabs.currentIndex()
            self.dialog.deleteLater()
            self.dialog = None

    def _opened(self) -> SettingsDialog:
        if self.dialog is None:
            shown = self._session.shown
            self.dialog = SettingsDialog(
                self._session.settings,
                self._test_link,
                self._paths.database_file(None),
                (*shown.panels, *shown.silent) if shown else (),
                self._upkeep,
                self._window,
            )
            self.dialog.tabs.setCurrentIndex(self._window.settings_page)
            self.dialog.database.upkeep.refresh()
            self.dialog.settings_applied.connect(self.apply)
            self.dialog.finished.connect(self.on_finished)
        return self.dialog

    async def _test_link(self, settings: Settings) -> Sequence[Check]:
        """The doctor's checks of a link.

        In a thread that nobody waits for: neither history nor closing is held up by a library that hangs.
        """
        shown = self._session.shown
        return await in_daemon_thread(lambda: list(check_link(settings, shown)))


class _SessionUpkeep:
    """Upkeep of the database in force, in threads that nobody waits for."""

    def __init__(self, session: Session, by_hand: UpkeepByHand) -> None:
        self._session = session
        self._by_hand = by_hand

    async def state(self) -> str:
        url = self._session.database
        return await in_daemon_thread(lambda: last_care(url).sentence())

    async def preview(self, settings: Settings) -> Preview:
        url = self._session.database
        return await in_daemon_thread(lambda: preview(url, settings, time.time()))

    async def do(self, task: UpkeepTask, work: LongWork) -> str:
        url, settings, by_hand = self._session.database, self._session.settings, self._by_hand
        match task:
            case UpkeepTask.CHECK:
                return await in_daemon_thread(lambda: by_hand.check(url, work))
            case UpkeepTask.COMPACT:
                return await in_daemon_thread(lambda: by_hand.compact(url, work))
            case UpkeepTask.BACK_UP:
                return await in_daemon_thread(lambda: by_hand.back_up(url, settings, work))
