"""The composition root of the window: builds, wires, starts and stops everything, in the GUI thread."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from t3monitor.config import settings as settings_file
from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.check import Check
from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.model.events import CycleFinished, CycleStarted, ServiceStarted, ServiceStopped, SyncEvent
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Device, Snapshot, merged
from t3monitor.qt.background import in_daemon_thread
from t3monitor.qt.bridge import ServiceBridge
from t3monitor.qt.garbage_collector import GarbageCollector
from t3monitor.qt.service_thread import ServiceThread
from t3monitor.simulation.past import give_demo_a_past
from t3monitor.store.files import database_file
from t3monitor.store.history import HistoryReader
from t3monitor.store.ledger import read_cycles
from t3monitor.store.present_state import read_present_state
from t3monitor.store.series import Series
from t3monitor.sync.check import check_link
from t3monitor.sync.links import open_link
from t3monitor.sync.service import is_other_link
from t3monitor.sync.sites import SiteServices
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.kit.plain import window_title
from t3monitor.ui.kit.theme import Appearance, apply_theme, theme_for
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.settings.dialog import SettingsDialog
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.window_state import load_window_state, save_window_state

T = TypeVar("T")

_log = logging.getLogger(__name__)

_READERS = 2
_TICK_MS = 1000
_NOTICE_MS = 15_000
_CYCLES_SHOWN = 2000
_SITES_NAMED = 2  # in the title of the window


class MonitorApp(QObject):
    """The running program: one window, a sync service of each site in its thread, readers in theirs.

    ``run`` is a coroutine of the qasync loop and returns when the window was closed and everything has stopped.
    """

    def __init__(self, paths: Paths, settings: Settings, *, leaves_traces: bool = True) -> None:
        """``leaves_traces`` is False for a program that is only looked at: it remembers and prepares nothing."""
        super().__init__()
        self.paths = paths
        self.settings = settings
        self._leaves_traces = leaves_traces
        self._started: set[str] = set()  # sites, as the following
        self._in_cycle: set[str] = set()
        self._elsewhere: set[str] = set()  # the cycle that runs there began before the link or database was changed
        self._opening: asyncio.Task[None] | None = None
        self._newest: dict[str, Snapshot] = {}  # by site; before its first cycle as it is stored
        self.shown: Snapshot | None = None  # what the panes show
        self._preferred: frozenset[PointKey] = frozenset()
        self._closing = threading.Event()
        self._closed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self.settings_dialog: SettingsDialog | None = None

        self.bridge = ServiceBridge(self)
        self.services = SiteServices(
            settings,
            open_link,
            paths.database_url,
            lambda service: ServiceThread(service, self),
            self.bridge.publish,
            known_folders=paths.known_folders_file,
        )

        self._apply_appearance()
        self.window = MainWindow(TrendView(self._load_history, time.time), ActivityPane(paths.log_folder))
        self._connect()
        self._describe_link()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.on_tick)
        self._collector = GarbageCollector(self)

    async def run(self) -> None:
        """Shows the window and works until it is closed."""
        self.window.restore_state(load_window_state(self.paths.window_state_file))
        self.window.show()
        self.services.run()
        self._tick.start()
        if self.settings.link is None:
            self.window.show_welcome(shown=True)
        else:
            self._reopen(start=self.settings.auto_start)
        await self._closed.wait()
        await self._shut_down()

    @property
    def is_busy(self) -> bool:
        """Whether something that the user would wait for is still going on."""
        return bool(self._tasks or self._in_cycle) or self.window.trend.loader.is_busy

    @property
    def database_problem(self) -> str:
        """Why nothing can be stored: the settings name no database; empty if they name one."""
        return _database_problem(self.paths.database_url(self.settings))

    # What the user asks for

    @Slot()
    def on_sync_once(self) -> None:
        """One cycle of each site now."""
        self.services.sync_once()

    @Slot()
    def on_start(self) -> None:
        """Periodic cycles from now on."""
        self.services.start()

    @Slot()
    def on_stop(self) -> None:
        """No further cycle; one that waits for T3000 ends."""
        self.services.stop()

    @Slot()
    def on_find_panels(self) -> None:
        """Looks anew which panels there are; T3000 may reload its stored values for it (docs/t3000.md 3.3)."""
        self.services.find_panels()

    @Slot(object, bool)  # a serial number takes all of 32 bits
    def on_record_toggled(self, serial_number: int, recorded: bool) -> None:
        """Has a panel recorded from the next cycle on, or no longer."""
        others = [serial for serial in self.settings.unrecorded_panels if serial != serial_number]
        unrecorded = others if recorded else [*others, serial_number]
        self.on_settings_applied(self.settings.with_values(unrecorded_panels=unrecorded))

    @Slot()
    def on_settings(self) -> None:
        """Opens the settings; once is enough."""
        if self.settings_dialog is None:
            self.settings_dialog = SettingsDialog(
                self.settings,
                self._test_link,
                self.paths.database_file(None),
                (*self.shown.devices, *self.shown.silent) if self.shown else (),
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
        old, self.settings = self.settings, settings
        try:
            settings_file.save(self.paths.settings_file, settings)
        except OSError as error:
            _log.warning("⚠️ The settings were not saved: %s", error)
            self.window.statusBar().showMessage(self.tr("The settings were not saved: %s") % error.strerror, _NOTICE_MS)
        self._apply_appearance()
        self.services.apply(settings)
        self._started &= set(self.services.sites)
        self._in_cycle &= set(self.services.sites)
        self._describe_link()
        if is_other_link(old, settings) or self.paths.database_url(old) != self.paths.database_url(settings):
            had_none = old.link is None or bool(_database_problem(self.paths.database_url(old)))
            self._reopen(start=had_none and settings.auto_start)

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
        self.on_settings_applied(self.settings.with_values(link="demo"))

    @Slot()
    def on_connect_chosen(self) -> None:
        """The first start: connect to T3000."""
        self.on_settings()
        if self.settings_dialog is not None:
            self.settings_dialog.choose_link("webapi")

    @Slot()
    def on_log_folder(self) -> None:
        """Opens the folder of the log files in the desktop's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.log_folder)))

    # What the service tells

    @Slot(object)
    def on_events(self, events: tuple[SyncEvent, ...]) -> None:
        """Follows the services, a batch at a time."""
        shown = []
        for event in events:
            site = event.site
            match event:
                case ServiceStarted():
                    self._started.add(site)
                case ServiceStopped():
                    self._started.discard(site)
                case CycleStarted(database=database):
                    self._in_cycle.add(site)
                    self._elsewhere.discard(site)
                    if database != self.paths.database_url(self.settings):
                        self._elsewhere.add(site)
                case CycleFinished():
                    self._in_cycle.discard(site)
            is_here = site in self.services.sites and site not in self._elsewhere
            if is_here or isinstance(event, ServiceStarted | ServiceStopped):
                shown.append(event)
        self.window.apply_events(shown)
        if any(isinstance(event, CycleFinished) for event in shown):
            self._spawn(self._measure_database())
        self._enable_actions()

    @Slot(object, str, str)
    def on_snapshot_applied(self, snapshot: Snapshot, site: str, database: str) -> None:
        """Shows what a cycle stored, unless the window has gone on to another database or without that site."""
        if database == self.paths.database_url(self.settings) and site in self.services.sites:
            self._newest[site] = snapshot
            self._show()

    def _show(self) -> None:
        self.shown = merged(self._newest.values())
        if self.shown is None:
            return
        self.window.devices.apply(self.shown)
        self.window.points.apply(self.shown)
        self.window.trend.describe(self.shown)
        self.window.set_conflicts(self.shown.conflicts)
        self.on_tick()

    @Slot()
    def on_plotted_points_changed(self) -> None:
        """Names and present values of points that were just added to the trend."""
        if self.shown is not None:
            self.window.trend.describe(self.shown)

    @Slot()
    def on_tick(self) -> None:
        """Once a second: ages and countdowns."""
        now_s, interval_s = time.time(), self.settings.sync_interval_secs
        self.window.devices.set_now(now_s, interval_s)
        self.window.points.set_now(now_s, interval_s)
        self.window.trend.set_now(now_s, interval_s)
        self.window.set_now(time.monotonic())
        self._prefer(self.window.visible_points())

    def _prefer(self, points: frozenset[PointKey]) -> None:
        """Has what the user looks at read first."""
        if points != self._preferred:
            self._preferred = points
            self.services.prefer(points)

    @Slot()
    def on_closed(self) -> None:
        """The window was closed."""
        self._closed.set()

    # Coroutines of the GUI thread

    def _reopen(self, *, start: bool) -> None:
        """Empties the window and fills it from the database in force; then starts the service if asked to."""
        if self._opening is not None:
            self._opening.cancel()
        window = self.window
        window.show_welcome(shown=False)
        self.shown, self._newest = None, {}
        self._elsewhere = set(self._in_cycle)
        window.devices.clear()
        window.points.clear()
        window.activity.cycles.model.clear()
        window.forget_progress()
        window.trend.reload()
        self._opening = None
        if self.database_problem:  # no other file is begun in its place
            self.services.stop()
        else:
            self._opening = self._spawn(self._open(self.settings, start=start))
        self._enable_actions()

    async def _open(self, settings: Settings, *, start: bool) -> None:
        url = self.paths.database_url(settings)
        try:
            if settings.link == "demo" and self._leaves_traces:
                self.window.points.set_notice(self.tr("Giving the simulated building a day of history…"))
                await self._read(give_demo_a_past, database_file(url), settings.demo_panels, self._closing)
            snapshot = await self._read(read_present_state, url)
            cycles = await self._read(read_cycles, url, _CYCLES_SHOWN)
        except (DatabaseError, OSError) as error:
            _log.warning("⚠️ %s", error)  # the first cycle says it in the window
        else:
            self.window.activity.load_cycles(cycles)
            self.window.trend.reload()
            if snapshot is not None:
                self._newest = _by_site(snapshot) | self._newest  # a cycle may have been faster
                self._show()
                # What only sites that are gone tell of stays in the panes, as panels that do not answer.
                watched = {site: newest for site, newest in self._newest.items() if site in self.services.sites}
                if watched:  # else the first cycle tells, which may be that of a site that was just renamed
                    self._newest = watched
                    self._show()
            await self._measure_database()
        self._opening = None
        self.window.points.set_notice("")
        self._enable_actions()
        if start and not self._closing.is_set():
            self.services.start()

    def _enable_actions(self) -> None:
        sites = set(self.services.sites)
        self.window.set_running(
            started=sites <= self._started,
            in_cycle=bool(sites & self._in_cycle),
            opening=self._opening is not None or bool(self.database_problem),
        )

    async def _measure_database(self) -> None:
        path = database_file(self.paths.database_url(self.settings))
        self.window.set_database_bytes(await self._read(_size_bytes, path))

    async def _load_history(
        self, keys: Sequence[PointKey], start_utc_s: float, end_utc_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        reader = HistoryReader(self.paths.database_url(self.settings))
        return await self._read(reader.read_many, keys, start_utc_s, end_utc_s, max_points)

    async def _test_link(self, settings: Settings) -> Sequence[Check]:
        """The doctor's checks of a link.

        In a thread that nobody waits for: neither history nor closing is held up by a library that hangs.
        """
        shown = self.shown
        return await in_daemon_thread(lambda: list(check_link(settings, shown)))

    async def _read(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs something that blocks in one of the readers' threads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *arguments)

    async def _shut_down(self) -> None:
        self._closing.set()
        self._tick.stop()
        if self._leaves_traces:
            save_window_state(self.paths.window_state_file, self.window.save_state())
        if self.settings_dialog is not None:
            self.settings_dialog.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.services.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self.bridge.blockSignals(True)
        # By Qt and in Qt's order: left to the garbage collector, the scene of the plot goes in an order that crashes.
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(self.window, QEvent.Type.DeferredDelete)
        self._collector.stop()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _on_task_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("❌ An error in this program", exc_info=error)

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
        bridge.events_arrived.connect(self.on_events)
        bridge.snapshot_applied.connect(self.on_snapshot_applied)
        window.activity.close_requested.connect(window.activity_action.trigger)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_appearance)

    def _describe_link(self) -> None:
        """Says in the window what it watches."""
        match self.settings.link:
            case "demo":
                site = self.tr("Simulated building")
            case "library":
                site = Path(self.settings.library).name
            case "webapi":
                names = [site.name or urlsplit(site.url).netloc for site in self.settings.sites]
                few = len(names) <= _SITES_NAMED
                site = ", ".join(names) if few else self.tr("%d T3000 computers") % len(names)
            case "replay":
                site = self.tr("Recording %s") % Path(self.settings.replay).name
            case None:
                site = ""
        self.window.setWindowTitle(window_title(f"T3 Monitor – {site}" if site else "T3 Monitor"))
        self.window.devices.set_site_name(site)
        self.window.set_sites(self.services.sites, site)
        self.window.set_interval(self.settings.sync_interval_secs)
        problem = self.database_problem
        self.window.set_can_find_panels(self.settings.link == "webapi" and not problem)
        text = self.tr("The database in the settings cannot be used: %s. Nothing is recorded until it is corrected")
        self.window.banner.say(text % problem if problem else "")
        if problem:  # else opening the database has its own
            self.window.points.set_notice(self.tr("Nothing is read until the database is corrected"))
        unrecorded, types = self.settings.unrecorded_panels, self.settings.recorded_types
        self.window.devices.set_recording(unrecorded, types)
        self.window.trend.set_recording(unrecorded, types)

    @Slot()
    def _apply_appearance(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no window without one
        apply_theme(application, theme_for(Appearance(self.settings.appearance)))


def _database_problem(url: str) -> str:
    try:
        database_file(url)
    except DatabaseUnusableError as error:
        return str(error)
    return ""


def _by_site(stored: Snapshot) -> dict[str, Snapshot]:
    """A snapshot of all sites as one of each."""
    devices: dict[str, list[Device]] = {}
    for device in stored.devices:
        devices.setdefault(device.site, []).append(device)
    return {site: replace(stored, devices=tuple(of_site)) for site, of_site in devices.items()}


def _size_bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
