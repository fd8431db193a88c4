"""The composition root of the window: builds, wires, starts and stops everything, in the GUI thread."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.events import SyncEvent
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.successions import Succession, SuccessionEdit
from t3monitor.qt.bridge import ServiceBridge
from t3monitor.qt.garbage_collector import GarbageCollector
from t3monitor.qt.recorder import Recorder
from t3monitor.qt.service_thread import ServiceThread
from t3monitor.qt.tasks import Tasks
from t3monitor.session import Session
from t3monitor.store.lock import login_name
from t3monitor.store.notes import read_notes
from t3monitor.store.present_state import every_panel
from t3monitor.store.successions import first_reading_s, read_successions
from t3monitor.sync.links import open_link
from t3monitor.sync.pulse import Pulse
from t3monitor.sync.sites import SiteServices
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.baselines.control import BaselinesControl
from t3monitor.ui.baselines.point_lists import PointLists
from t3monitor.ui.controls import Controls
from t3monitor.ui.devices.successions import SuccessionsControl
from t3monitor.ui.evidence import EvidenceMaker
from t3monitor.ui.feed import TableFiles, WindowFeed, explain_holes, load_history, marks_of
from t3monitor.ui.importing import Importer, OthersHistory
from t3monitor.ui.kit.book import Book
from t3monitor.ui.kit.theme import apply_theme, theme_for
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.notes.control import NotesControl
from t3monitor.ui.settings.opener import SettingsOpener
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.window_state import WindowMemory

_TICK_MS = 1000


class MonitorApp(QObject):
    """The running program: one window, a sync service of each site in its thread, readers in theirs.

    ``run`` is a coroutine of the qasync loop and returns when the window was closed and everything has stopped.
    """

    def __init__(
        self, paths: Paths, settings: Settings, warnings: Sequence[str] = (), *, leaves_traces: bool = True
    ) -> None:
        """``warnings`` say what of the settings file cannot be used.

        ``leaves_traces`` is False for a program that is only looked at: it remembers and prepares nothing.
        """
        super().__init__()
        self.paths = paths
        self.session = Session(paths, settings, warnings)
        self._leaves_traces = leaves_traces
        self._closed = asyncio.Event()
        self._tasks = Tasks()
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
            pulse=Pulse(),
        )
        trend = TrendView(
            partial(load_history, self.session, self._tasks),
            time.time,
            explain=partial(explain_holes, self.session, self._tasks),
            in_thread=self._tasks.read,
            read_marks=partial(marks_of, self.session, self._tasks),
            tables=TableFiles(self.session, self._tasks),
        )
        self.window = MainWindow(trend, ActivityPane(paths.log_folder))
        self._apply_appearance()  # now: a style sheet in force makes all of a part anew whenever it is put into another
        self.feed = WindowFeed(self.window, self.session, self.recorder, self._tasks, self)
        self.notes = Book[Note, NoteEdit](
            lambda: self._tasks.read(read_notes, self.session.database),
            lambda edits: self.recorder.write_notes(edits, self._tasks.read),
            self._tasks.spawn,
            self,
        )
        self.notes_control = NotesControl(
            self.notes,
            self.window.activity.notes,
            trend,
            self.window.points.model.name_of,
            login_name(),
            time.time,
        )
        self.successions = Book[Succession, SuccessionEdit](
            lambda: self._tasks.read(read_successions, self.session.database),
            lambda edits: self.recorder.write_successions(edits, self._tasks.read),
            self._tasks.spawn,
            self,
        )
        self.successions_control = SuccessionsControl(
            self.successions,
            self.window.devices,
            trend,
            lambda serial_number: self._tasks.read(first_reading_s, self.session.database, serial_number),
            lambda: self._tasks.read(every_panel, self.session.database),
            self._tasks.spawn,
            login_name(),
            time.time,
        )
        self.baselines = BaselinesControl(
            self.window.activity.baselines,
            lambda: (self.session.database, self.session.settings.sync_interval_secs),
            lambda edit: self.recorder.write_baseline(edit, self._tasks.read),
            self._tasks.read,
            self._tasks.spawn,
            trend.exporter,
            login_name(),
            time.time,
        )
        self.point_lists = PointLists(
            self.window,
            lambda: self.session.shown,
            lambda: trend.state.zone,
            self._tasks.read,
            self._tasks.spawn,
            trend.exporter,
            time.time,
        )
        file_actions = [self.point_lists.ask_action, self.baselines.show_action]
        self.window.file_menu.insertActions(self.window.import_action, file_actions)
        self.settings = SettingsOpener(self.window, self.session, paths, self.services.upkeep, self)
        history = OthersHistory(self.session, self.services.upkeep, paths)
        self.evidence = EvidenceMaker(trend.exporter, self.session, self._tasks, self.window)
        self.importer = Importer(self.window, history, self._tasks.spawn, self)
        self.controls = Controls(
            self.window,
            self.session,
            self.services,
            self.recorder,
            self.feed,
            self._tasks,
            self,
            makes_past=leaves_traces,
        )
        self._tick = QTimer(self, interval=_TICK_MS)
        self._next_turn = QTimer(self, singleShot=True, interval=0)  # comes when what is to be painted is painted
        self._connect()
        self.window.apply_settings(self.session)
        self.memory = WindowMemory(self.window, paths.window_state_file, keeps=leaves_traces)
        self._collector = GarbageCollector(self)

    async def run(self) -> None:
        """Shows the window and works until it is closed."""
        self.memory.restore()
        self.window.show()
        if self._leaves_traces:
            self.recorder.begin(self.paths.window_state_file, lambda: self.session.settings, self.services)
            if await self.recorder.shows_other():
                self._closed.set()
                await self._shut_down()
                return
        self.services.run()
        self._tick.start()
        if self.session.settings.link is None:
            self.window.show_welcome(shown=True)
        else:
            self.controls.reopen(start=self.session.settings.auto_start)
        await self._closed.wait()
        await self._shut_down()

    @property
    def is_busy(self) -> bool:
        """Whether something that the user would wait for is still going on."""
        return self._tasks.is_busy or self.session.is_in_cycle or self.window.trend.is_busy

    @property
    def is_closing(self) -> bool:
        """Whether its end has begun."""
        return self._closed.is_set()

    @Slot(object)
    def on_settings_applied(self, settings: Settings) -> None:
        """Puts settings into force; the services take them up with their next cycle."""
        could_record = self.session.can_record and self.recorder.records
        is_other = self.session.apply(settings)
        self._apply_appearance()
        self.controls.turn_recorder()
        self.services.apply(settings)
        self.window.apply_settings(self.session)
        if is_other:
            self.controls.reopen(start=settings.auto_start and not could_record)

    @Slot()
    def on_baselines(self) -> None:
        """Opens Activity with the baselines."""
        if not self.window.activity_action.isChecked():
            self.window.activity_action.trigger()
        self.window.activity.show_baselines()

    @Slot()
    def on_log_folder(self) -> None:
        """Opens the folder of the log files in the desktop's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.paths.log_folder)))

    @Slot()
    def on_tick(self) -> None:
        """Once a second: ages and countdowns, and what the user looks at is to be read first."""
        if self.is_closing:
            return
        self.window.set_now(time.time(), time.monotonic(), self.session.settings.sync_interval_secs)
        points = self.window.visible_points()
        if self.session.prefer(points):
            self.services.prefer(points)
        self.recorder.look_again()

    @Slot()
    def on_closed(self) -> None:
        """The window was closed."""
        self._closed.set()
        self.feed.close()

    def _publish(self, event: SyncEvent) -> None:
        """From any thread: what the services tell goes to the window, and to programs that follow this one."""
        self.bridge.publish(event)
        self.recorder.publish(event)

    def end_at_once(self) -> None:
        """Ends in order where no loop turns any more: the display has gone, or the user logs off."""
        self.on_closed()
        self.memory.save()
        self.services.close()
        self.recorder.close()

    async def _shut_down(self) -> None:
        self._tick.stop()
        self._next_turn.stop()
        self.memory.close()
        self.window.trend.forget()
        self.settings.close()
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
        window, settings, recorder = self.window, self.settings, self.recorder
        window.settings_asked.connect(settings.open)
        window.banner.way_out_asked.connect(settings.open_database)
        window.welcome.demo_chosen.connect(settings.choose_demo)
        window.welcome.connect_chosen.connect(settings.open_connection)
        window.indicator.interval_chosen.connect(settings.set_interval)
        window.indicator.other_interval_asked.connect(settings.open_interval)
        window.devices.record_toggled.connect(settings.set_recorded)
        window.devices.same_controller_said.connect(self.services.accept_controller)
        window.log_folder_asked.connect(self.on_log_folder)
        window.import_asked.connect(self.importer.ask)
        window.files_dropped.connect(self.importer.look_at)
        self.importer.imported.connect(self.feed.on_imported)
        self.importer.said.connect(window.say)
        window.fill_offer.asked.connect(self.controls.on_fill)
        window.fill_offer.filled.connect(self.feed.on_imported)
        window.trend.points_changed.connect(self.feed.on_plotted_points_changed)
        window.activity.cycles.others_wanted.connect(self.feed.on_other_cycles_wanted)
        window.activity.close_requested.connect(window.activity_action.trigger)
        window.closed.connect(self.on_closed)
        settings.applied.connect(self.on_settings_applied)
        settings.closed.connect(self._apply_appearance)
        self.bridge.happened.connect(self.feed.on_event)
        self.feed.shown.connect(self._next_turn.start)
        self._next_turn.timeout.connect(self.on_tick)
        self.feed.opened.connect(self.notes.load)
        self.feed.shown.connect(self.notes.refresh)
        self.feed.opened.connect(self.successions.load)
        self.feed.shown.connect(self.successions.refresh)
        self.successions_control.lines_changed.connect(self.feed.on_imported)
        self.notes.failed.connect(window.say)
        self.feed.opened.connect(self.baselines.load)
        self.baselines.show_action.triggered.connect(self.on_baselines)
        window.activity.baselines.point_chosen.connect(lambda key: window.trend.state.add([key]))
        self.point_lists.said.connect(window.say)
        self.successions.failed.connect(window.say)
        recorder.heard.connect(self.feed.on_heard)
        recorder.overtaken.connect(self.feed.on_overtaken)
        recorder.show_asked.connect(window.come_to_front)
        self._tick.timeout.connect(self.on_tick)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_appearance)

    @Slot()
    def _apply_appearance(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101 - there is no window without one
        apply_theme(application, theme_for(self.session.settings.appearance))
