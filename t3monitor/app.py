"""The composition root of the window: builds, wires, starts and stops everything, in the GUI thread."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from t3monitor.config import settings as settings_file
from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.check import Check
from t3monitor.model.errors import DatabaseError
from t3monitor.model.events import CycleFinished, CycleStarted, ServiceStarted, ServiceStopped, SyncEvent
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.qt.bridge import ServiceBridge
from t3monitor.qt.service_thread import ServiceThread
from t3monitor.store.database import database_file
from t3monitor.store.history import HistoryReader, Series
from t3monitor.store.ledger import read_cycles
from t3monitor.store.present_state import read_present_state
from t3monitor.sync.backfill import backfill
from t3monitor.sync.flow_log import FlowLog
from t3monitor.sync.service import SyncService
from t3monitor.t3000.check import check_link
from t3monitor.t3000.demo.building import Building
from t3monitor.t3000.links import open_link
from t3monitor.ui.activity import ActivityPane
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.settings_dialog import SettingsDialog
from t3monitor.ui.theme import Appearance, apply_theme, theme_for
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.window_state import load_window_state, save_window_state

T = TypeVar("T")

_log = logging.getLogger(__name__)

_READERS = 2
_TICK_MS = 1000
_CYCLES_SHOWN = 2000
_DEMO_PAST_S = 86_400
_DEMO_STEP_S = 300


class MonitorApp(QObject):
    """The running program: one window, one sync service in its thread, readers in theirs.

    ``run`` is a coroutine of the qasync loop and returns when the window was closed and everything has stopped.
    """

    def __init__(self, paths: Paths, settings: Settings) -> None:
        super().__init__()
        self.paths = paths
        self.settings = settings
        self._started = self._in_cycle = False
        self.shown: Snapshot | None = None  # what the panes show
        self._closing = threading.Event()
        self._closed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self.settings_dialog: SettingsDialog | None = None

        self.bridge = ServiceBridge(self)
        self.service = SyncService(settings, open_link, self.database_url)
        self.service.add_listener(FlowLog())
        self.service.add_listener(self.bridge.publish)
        self._service_thread = ServiceThread(self.service, self)

        self._apply_appearance()
        self.window = MainWindow(TrendView(self._load_history, time.time), ActivityPane(paths.log_folder))
        self._connect()
        self._describe_link()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.on_tick)
        self._collector = _GarbageCollector(self)

    async def run(self) -> None:
        """Shows the window and works until it is closed."""
        self.window.restore_state(load_window_state(self.paths.window_state_file))
        self.window.show()
        self._service_thread.start()
        self._tick.start()
        if self.settings.link is None:
            self.window.show_welcome(shown=True)
        else:
            self._spawn(self._open(start=self.settings.auto_start))
        await self._closed.wait()
        await self._shut_down()

    def database_url(self, settings: Settings) -> str:
        """The database of these settings; also called by the service, in its thread."""
        return settings.database or f"sqlite:///{self.paths.database_file(demo=settings.link == 'demo')}"

    @property
    def is_busy(self) -> bool:
        """Whether something that the user would wait for is still going on."""
        return bool(self._tasks) or self._in_cycle or self.window.trend.loader.is_busy

    @property
    def database_path(self) -> Path:
        """The database in force."""
        return database_file(self.database_url(self.settings))

    # What the user asks for

    @Slot()
    def on_sync_once(self) -> None:
        """One cycle now."""
        self.service.sync_once()

    @Slot()
    def on_start(self) -> None:
        """Periodic cycles from now on."""
        self.service.start()

    @Slot()
    def on_stop(self) -> None:
        """No further cycle; one that waits for T3000 ends."""
        self.service.stop()

    @Slot()
    def on_settings(self) -> None:
        """Opens the settings; once is enough."""
        if self.settings_dialog is None:
            self.settings_dialog = SettingsDialog(
                self.settings, self._test_link, self.paths.database_file(demo=False), self.window
            )
            self.settings_dialog.settings_applied.connect(self.on_settings_applied)
            self.settings_dialog.finished.connect(self.on_settings_closed)
        self.settings_dialog.open()

    @Slot(object)
    def on_settings_applied(self, settings: Settings) -> None:
        """Keeps the settings and puts them into force; the service takes them up with its next cycle."""
        first_link = self.settings.link is None and settings.link is not None
        other_database = self.database_url(settings) != self.database_url(self.settings)
        self.settings = settings
        try:
            settings_file.save(self.paths.settings_file, settings)
        except OSError as error:
            _log.warning("⚠️ The settings were not saved: %s", error)
        self._apply_appearance()
        self.service.apply(settings)
        self._describe_link()
        if other_database:
            self.window.devices.clear()
            self.window.points.clear()
        if first_link or other_database:
            self.window.show_welcome(shown=False)
            self._spawn(self._open(start=first_link and settings.auto_start))

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
            self.settings_dialog.choose_link("library")

    @Slot()
    def on_log_folder(self) -> None:
        """Opens the folder of the log files in the desktop's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.log_folder)))

    # What the service tells

    @Slot(object)
    def on_events(self, events: tuple[SyncEvent, ...]) -> None:
        """Follows the service, a batch at a time."""
        self.window.activity.append(events)
        self.window.phase_bar.apply(*events)
        self.window.indicator.apply(*events)
        for event in events:
            match event:
                case ServiceStarted():
                    self._started = True
                case ServiceStopped():
                    self._started = False
                case CycleStarted():
                    self._in_cycle = True
                case CycleFinished():
                    self._in_cycle = False
        self.window.set_running(started=self._started, in_cycle=self._in_cycle)

    @Slot(object)
    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what a cycle stored."""
        self.shown = snapshot
        self.window.devices.apply(snapshot)
        self.window.points.apply(snapshot)
        self.window.trend.describe(snapshot)
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
        self.window.indicator.set_now(time.monotonic())
        self.window.phase_bar.set_now(time.monotonic())
        path = self.database_path
        self.window.set_database_bytes(path.stat().st_size if path.exists() else None)

    @Slot()
    def on_closed(self) -> None:
        """The window was closed."""
        self._closed.set()

    # Coroutines of the GUI thread

    async def _open(self, *, start: bool) -> None:
        """Shows what the database holds, and then starts the service."""
        path = self.database_path
        try:
            if self.settings.link == "demo" and not path.exists():
                await self._read(self._give_demo_a_past)
            snapshot = await self._read(read_present_state, path)
            cycles = await self._read(read_cycles, path, _CYCLES_SHOWN)
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)  # the first cycle says it in the window
        else:
            self.window.activity.cycles.model.clear()
            self.window.activity.load_cycles(cycles)
            if snapshot is not None:
                self.on_snapshot(snapshot)
            self.window.trend.reload()
        if start and not self._closing.is_set():
            self.service.start()

    def _give_demo_a_past(self) -> None:
        now_s = int(time.time())
        building = Building(panels=self.settings.demo_panels)
        backfill(
            self.database_url(self.settings),
            building,
            now_s - _DEMO_PAST_S,
            now_s - _DEMO_STEP_S // 10,
            _DEMO_STEP_S,
            self._closing.is_set,
        )

    async def _load_history(
        self, keys: Sequence[PointKey], start_utc_s: float, end_utc_s: float, max_points: int
    ) -> Mapping[PointKey, tuple[Series, ...]]:
        reader = HistoryReader(self.database_path)
        return await self._read(reader.read_many, keys, start_utc_s, end_utc_s, max_points)

    async def _test_link(self, settings: Settings) -> Check:
        """The doctor's check of a link; the first thing that is wrong, or the last that is right."""
        checks = await self._read(lambda: list(check_link(settings)))
        return next((check for check in checks if not check.is_ok), checks[-1])

    async def _read(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs something that blocks in one of the readers' threads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *arguments)

    async def _shut_down(self) -> None:
        self._closing.set()
        self._tick.stop()
        save_window_state(self.paths.window_state_file, self.window.save_state())
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._service_thread.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
        gc.unfreeze()
        gc.enable()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _connect(self) -> None:
        window, bridge = self.window, self.bridge
        window.sync_once_asked.connect(self.on_sync_once)
        window.start_asked.connect(self.on_start)
        window.stop_asked.connect(self.on_stop)
        window.settings_asked.connect(self.on_settings)
        window.log_folder_asked.connect(self.on_log_folder)
        window.welcome.demo_chosen.connect(self.on_demo_chosen)
        window.welcome.connect_chosen.connect(self.on_connect_chosen)
        window.trend.points_changed.connect(self.on_plotted_points_changed)
        window.closed.connect(self.on_closed)
        bridge.events_arrived.connect(self.on_events)
        bridge.snapshot_applied.connect(self.on_snapshot)
        window.activity.close_requested.connect(window.activity_action.trigger)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_appearance)

    def _describe_link(self) -> None:
        """Says in the window what it watches."""
        match self.settings.link:
            case "demo":
                site = self.tr("Simulated building")
            case "library":
                site = Path(self.settings.library).name
            case "replay":
                site = self.tr("Recording %s") % Path(self.settings.replay).name
            case None:
                site = ""
        self.window.setWindowTitle(f"T3 Monitor – {site}" if site else "T3 Monitor")
        self.window.devices.set_site_name(site)
        self.window.indicator.set_link(site)
        interval_s = self.settings.sync_interval_secs
        self.window.indicator.set_interval(interval_s)
        self.window.phase_bar.set_interval(interval_s)

    @Slot()
    def _apply_appearance(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no window without one
        apply_theme(application, theme_for(Appearance(self.settings.appearance)))


class _GarbageCollector(QObject):
    """Collects garbage in the GUI thread only: cycles that hold Qt objects must not be destroyed in another."""

    _YOUNG_MS = 1000
    _FULL_EVERY = 60

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what stands by now stays; looking at it again and again would stall the window
        self._turn = 0
        self._timer = QTimer(self, interval=self._YOUNG_MS)
        self._timer.timeout.connect(self.on_timeout)
        self._timer.start()

    @Slot()
    def on_timeout(self) -> None:
        """Young garbage each time, all of it once a minute."""
        self._turn += 1
        gc.collect(2 if self._turn % self._FULL_EVERY == 0 else 1)
