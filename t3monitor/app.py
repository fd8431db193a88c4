"""The composition root of the window: builds, wires, starts and stops everything, in the GUI thread."""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from t3monitor.config import settings as settings_file
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.check import Check
from t3monitor.model.errors import DatabaseError
from t3monitor.model.events import CycleFinished, CycleStarted, LateStored, ServiceStarted, ServiceStopped, SyncEvent
from t3monitor.model.series_keys import StoredKey
from t3monitor.qt.background import in_daemon_thread
from t3monitor.qt.bridge import ServiceBridge
from t3monitor.qt.garbage_collector import GarbageCollector
from t3monitor.qt.recorder import Recorder
from t3monitor.qt.service_thread import ServiceThread
from t3monitor.qt.tasks import Tasks
from t3monitor.session import Session
from t3monitor.simulation.past import give_demo_a_past
from t3monitor.store.files import database_file
from t3monitor.store.history import HistoryReader
from t3monitor.store.ledger import read_cycles
from t3monitor.store.present_state import read_present_state
from t3monitor.store.series import Series
from t3monitor.sync.check import check_link
from t3monitor.sync.handover import UnansweredError
from t3monitor.sync.links import open_link
from t3monitor.sync.sites import SiteServices
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.kit.theme import apply_theme, theme_for
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.settings.dialog import SettingsDialog
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.window_state import WindowMemory

_log = logging.getLogger(__name__)

_TICK_MS = 1000
_NOTICE_MS = 15_000
_CYCLES_SHOWN = 2000


class MonitorApp(QObject):
    """The running program: one window, a sync service of each site in its thread, readers in theirs.

    ``run`` is a coroutine of the qasync loop and returns when the window was closed and everything has stopped.
    """

    def __init__(self, paths: Paths, settings: Settings, *, leaves_traces: bool = True) -> None:
        """``leaves_traces`` is False for a program that is only looked at: it remembers and prepares nothing."""
        super().__init__()
        self.paths = paths
        self.session = Session(paths, settings)
        self._leaves_traces = leaves_traces
        self._opening: asyncio.Task[None] | None = None
        self._closing = threading.Event()
        self._closed = asyncio.Event()
        self._tasks = Tasks()
        self.settings_dialog: SettingsDialog | None = None

        self.bridge = ServiceBridge(self)
        self.recorder = Recorder(self)
        self.services = SiteServices(
            settings,
            open_link,
            paths.database_url,
            lambda service: ServiceThread(service, self),
            self._publish,
            known_folders=paths.known_folders_file,
            take_lock=self.recorder.take_lock,
        )

        self.window = MainWindow(TrendView(self._load_history, time.time), ActivityPane(paths.log_folder))
        self._apply_appearance()  # now: a style sheet in force makes all of a part anew whenever it is put into another
        self._connect()
        self.window.apply_settings(self.session)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.on_tick)
        self.memory = WindowMemory(self.window, paths.window_state_file, keeps=leaves_traces)
        self._collector = GarbageCollector(self)

    async def run(self) -> None:
        """Shows the window and works until it is closed."""
        self.memory.restore()
        self.window.show()
        if self._leaves_traces:
            self.recorder.begin(self.paths.window_state_file, lambda: self.session.settings, self.services)
        self.services.run()
        self._tick.start()
        if self.session.settings.link is None:
            self.window.show_welcome(shown=True)
        else:
            self._reopen(start=self.session.settings.auto_start)
        await self._closed.wait()
        await self._shut_down()

    @property
    def is_busy(self) -> bool:
        """Whether something that the user would wait for is still going on."""
        return self._tasks.is_busy or self.session.is_in_cycle or self.window.trend.loader.is_busy

    @property
    def is_closing(self) -> bool:
        """Whether its end has begun."""
        return self._closed.is_set()

    # What the user asks for

    @Slot()
    def on_sync_once(self) -> None:
        """One cycle of each site now, by the program that records."""
        if self.recorder.records:
            self.services.sync_once()
        else:
            self._tasks.spawn(self._hand_over(find_panels=False))

    @Slot()
    def on_start(self) -> None:
        """Periodic cycles from now on, unless another program was faster."""
        if self.recorder.records:
            self.services.start()
        else:
            self._reopen(start=True)

    @Slot()
    def on_stop(self) -> None:
        """No further cycle; one that waits for T3000 ends."""
        self.services.stop()

    @Slot()
    def on_find_panels(self) -> None:
        """Looks anew which panels there are; T3000 may reload its stored values for it (docs/t3000.md 3.3)."""
        if self.recorder.records:
            self.services.find_panels()
        else:
            self._tasks.spawn(self._hand_over(find_panels=True))

    @Slot(object, bool)  # a serial number takes all of 32 bits
    def on_record_toggled(self, serial_number: int, recorded: bool) -> None:
        """Has a panel recorded from the next cycle on, or no longer."""
        settings = self.session.settings
        others = [serial for serial in settings.unrecorded_panels if serial != serial_number]
        unrecorded = others if recorded else [*others, serial_number]
        self.on_settings_applied(settings.with_values(unrecorded_panels=unrecorded))

    @Slot()
    def on_settings(self) -> None:
        """Opens the settings; once is enough."""
        if self.settings_dialog is None:
            shown = self.session.shown
            self.settings_dialog = SettingsDialog(
                self.session.settings,
                self._test_link,
                self.paths.database_file(None),
                (*shown.panels, *shown.silent) if shown else (),
                self.window,
            )
            self.settings_dialog.settings_applied.connect(self.on_settings_applied)
            self.settings_dialog.finished.connect(self.on_settings_closed)
        self.settings_dialog.open()

    @Slot()
    def on_database_settings(self) -> None:
        """Opens the settings where the database is corrected."""
        self.on_settings()
        if self.settings_dialog is not None:
            self.settings_dialog.show_database()

    @Slot(object)
    def on_same_controller(self, serial_number: int) -> None:
        """The user says that the other controller with a panel's serial number is that panel."""
        self.services.accept_controller(serial_number)

    @Slot(object)
    def on_settings_applied(self, settings: Settings) -> None:
        """Keeps the settings and puts them into force; the service takes them up with its next cycle."""
        could_record = self.session.can_record and self.recorder.records
        is_other = self.session.apply(settings)
        try:
            settings_file.save(self.paths.settings_file, settings)
        except OSError as error:
            _log.warning("⚠️ The settings were not saved: %s", error)
            self.window.statusBar().showMessage(self.tr("The settings were not saved: %s") % error.strerror, _NOTICE_MS)
        self._apply_appearance()
        self._turn_recorder()
        self.services.apply(settings)
        self.window.apply_settings(self.session)
        if is_other:
            self._reopen(start=settings.auto_start and not could_record)

    @Slot()
    def on_settings_closed(self) -> None:
        """Forgets the dialog; the next one shows the settings then in force."""
        self._apply_appearance()  # a preview that was not applied
        if self.settings_dialog is not None:
            self.settings_dialog.deleteLater()
            self.settings_dialog = None

    @Slot()
    def on_demo_chosen(self) -> None:
        """The first start: watch the simulated building."""
        self.on_settings_applied(self.session.settings.with_values(link=LinkName.DEMO))

    @Slot()
    def on_connect_chosen(self) -> None:
        """The first start: connect to T3000."""
        self.on_settings()
        if self.settings_dialog is not None:
            self.settings_dialog.choose_link(LinkName.WEBAPI)

    @Slot()
    def on_log_folder(self) -> None:
        """Opens the folder of the log files in the desktop's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.log_folder)))

    # What the services tell

    @Slot(object)
    def on_event(self, event: SyncEvent) -> None:
        """Follows the services, as long as there is a window to show them."""
        if self.is_closing:
            return
        shown = self.session.shown
        if self.session.take(event):
            self.window.apply_event(event)
        if self.session.shown is not shown:
            self._show()
        match event:
            case LateStored():
                self._tasks.spawn(self._reload())
            case CycleFinished():
                self._tasks.spawn(self._measure_database())
        if isinstance(event, ServiceStarted | ServiceStopped | CycleStarted | CycleFinished):
            self._enable_actions()

    def _publish(self, event: SyncEvent) -> None:
        """From any thread: what the services tell goes to the window, and to programs that follow this one."""
        self.bridge.publish(event)
        self.recorder.publish(event)

    @Slot(object)
    def on_heard(self, event: SyncEvent) -> None:
        """Follows the services of the program that records instead of this one; what they store is in the database."""
        if isinstance(event, CycleStarted):
            event = replace(event, database=self.session.database)  # by another name, maybe
        self.on_event(event)
        if isinstance(event, CycleFinished) and event.report.run_id is not None:
            self._tasks.spawn(self._show_stored())

    @Slot()
    def on_recorder_changed(self) -> None:
        """Another program records, or does no longer."""
        if not self.recorder.records:
            self.services.stop()
        if self.recorder.other is None and not self.recorder.records:
            self.session.forget_services()
            self.window.progress.begin_anew()
        self._enable_actions()

    @Slot()
    def on_overtaken(self) -> None:
        """Another program was faster with a database that was out of reach: what it stores is shown."""
        if self.recorder.other is not None and self._opening is None:
            self._tasks.spawn(self._show_stored())
            self._tasks.spawn(self._reload())

    @Slot()
    def on_show_asked(self) -> None:
        """The program was started once more: that one ends, and this window comes to the front."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        QApplication.alert(self.window)

    def _show(self) -> None:
        if self.session.shown is not None:
            self.window.apply_snapshot(self.session.shown)
            self._tick.start(0)  # ages, once this is painted

    @Slot()
    def on_plotted_points_changed(self) -> None:
        """Names and present values of points that were just added to the trend."""
        if self.session.shown is not None:
            self.window.trend.describe(self.session.shown)

    @Slot()
    def on_tick(self) -> None:
        """Once a second: ages and countdowns, and what the user looks at is to be read first."""
        self._tick.setInterval(_TICK_MS)
        self.window.set_now(time.time(), time.monotonic(), self.session.settings.sync_interval_secs)
        points = self.window.visible_points()
        if self.session.prefer(points):
            self.services.prefer(points)
        self.recorder.look_again()

    @Slot()
    def on_closed(self) -> None:
        """The window was closed."""
        self._closed.set()

    # Coroutines of the GUI thread

    def _reopen(self, *, start: bool) -> None:
        """Empties the window and fills it from the database in force; then starts the service if asked to."""
        if self._opening is not None:
            self._opening.cancel()
        self._turn_recorder()
        self.window.show_welcome(shown=False)
        self.window.clear()
        self._opening = None
        if self.session.database_problem or self.recorder.problem:  # no other file is begun in its place
            self.services.stop()
        else:
            self._opening = self._tasks.spawn(self._open(self.session.settings, start=start))
        self._enable_actions()

    async def _open(self, settings: Settings, *, start: bool) -> None:
        url = self.paths.database_url(settings)
        try:
            if settings.link == LinkName.DEMO and self._leaves_traces and self.recorder.records:
                self.window.points.set_notice(self.tr("Giving the simulated building a day of history…"))
                await self._tasks.read(give_demo_a_past, database_file(url), settings.demo_panels, self._closing)
            snapshot = await self._tasks.read(read_present_state, url)
            cycles = await self._tasks.read(read_cycles, url, _CYCLES_SHOWN)
        except (DatabaseError, OSError) as error:
            _log.warning("⚠️ %s", error)  # the first cycle says it in the window
        else:
            self.window.activity.load_cycles(cycles)
            self.window.trend.reload()
            if snapshot is not None:
                self.session.recall(snapshot)
                self._show()
                self.session.leave_out_gone()
                self._show()  # what is left out stays in the panes, as panels that do not answer
            await self._measure_database()
        self._opening = None
        self.window.points.set_notice("")
        self._enable_actions()
        if start and self.recorder.records and not self._closing.is_set():
            self.services.start()

    def _turn_recorder(self) -> None:
        """Takes the right to record into the database in force; where another program has it, this one stops."""
        self.recorder.turn_to(None if self.session.database_problem else database_file(self.session.database))

    async def _hand_over(self, *, find_panels: bool) -> None:
        try:
            await self.recorder.sync_once(find_panels=find_panels)
        except UnansweredError as error:
            self.window.statusBar().showMessage(str(error), _NOTICE_MS)

    async def _show_stored(self) -> None:
        try:
            stored = await self._tasks.read(read_present_state, self.session.database)
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)
            return
        if stored is not None and not self.recorder.records:
            self.session.show(stored)
            self._show()

    async def _reload(self) -> None:
        """Shows what was stored with times of before."""
        try:
            cycles = await self._tasks.read(read_cycles, self.session.database, _CYCLES_SHOWN)
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)
            return
        self.window.activity.load_cycles(cycles)
        self.window.trend.reload()
        self.on_plotted_points_changed()

    def _enable_actions(self) -> None:
        self.window.set_running(
            started=self.session.is_started,
            in_cycle=self.session.is_in_cycle,
            opening=self._opening is not None or bool(self.session.database_problem),
            other_recorder=str(self.recorder.other or ""),
            no_recorder=self.recorder.problem,
        )

    async def _measure_database(self) -> None:
        path = database_file(self.session.database)
        self.window.set_database_bytes(await self._tasks.read(_size_bytes, path))

    async def _load_history(
        self, keys: Sequence[StoredKey], start_utc_s: float, end_utc_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        reader = HistoryReader(self.session.database)
        return await self._tasks.read(reader.read_many, keys, start_utc_s, end_utc_s, max_points)

    async def _test_link(self, settings: Settings) -> Sequence[Check]:
        """The doctor's checks of a link.

        In a thread that nobody waits for: neither history nor closing is held up by a library that hangs.
        """
        shown = self.session.shown
        return await in_daemon_thread(lambda: list(check_link(settings, shown)))

    def end_at_once(self) -> None:
        """Ends in order where no loop turns any more: the display has gone, or the user logs off."""
        self._closed.set()
        self._closing.set()
        self.memory.save()
        self.services.close()
        self.recorder.close()

    async def _shut_down(self) -> None:
        self._closing.set()
        self._tick.stop()
        self.memory.close()
        self.window.trend.loader.forget()
        if self.settings_dialog is not None:
            self.settings_dialog.close()
        await self.recorder.stop_following()
        await asyncio.sleep(0)  # history that was being loaded is cancelled as well
        await self._tasks.cancel()
        self.services.close()
        self.recorder.close()
        self._tasks.close()
        self.bridge.blockSignals(True)
        # By Qt and in Qt's order: left to the garbage collector, the scene of the plot goes in an order that crashes.
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete)
        self._collector.stop()

    def _connect(self) -> None:
        window, bridge = self.window, self.bridge
        window.sync_once_asked.connect(self.on_sync_once)
        window.start_asked.connect(self.on_start)
        window.stop_asked.connect(self.on_stop)
        window.settings_asked.connect(self.on_settings)
        window.find_panels_asked.connect(self.on_find_panels)
        window.banner.way_out_asked.connect(self.on_database_settings)
        window.devices.same_controller_said.connect(self.on_same_controller)
        window.devices.record_toggled.connect(self.on_record_toggled)
        window.log_folder_asked.connect(self.on_log_folder)
        window.welcome.demo_chosen.connect(self.on_demo_chosen)
        window.welcome.connect_chosen.connect(self.on_connect_chosen)
        window.trend.points_changed.connect(self.on_plotted_points_changed)
        window.closed.connect(self.on_closed)
        bridge.happened.connect(self.on_event)
        self.recorder.heard.connect(self.on_heard)
        self.recorder.changed.connect(self.on_recorder_changed)
        self.recorder.overtaken.connect(self.on_overtaken)
        self.recorder.show_asked.connect(self.on_show_asked)
        window.activity.close_requested.connect(window.activity_action.trigger)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_appearance)

    @Slot()
    def _apply_appearance(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no window without one
        apply_theme(application, theme_for(self.session.settings.appearance))


def _size_bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
