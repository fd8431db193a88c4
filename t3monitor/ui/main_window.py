"""The main window: tool bar, menus, the three panes that are always in sight together, and the activity drawer.

It shows and asks; what is done about it is the business of `t3monitor.app`, which is connected to its signals.
"""

from typing import Any

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget
from typing_extensions import override

from t3monitor.config.settings import LinkName
from t3monitor.model.events import DatabaseSalvaged, SyncEvent
from t3monitor.model.points import PointKey
from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import Snapshot
from t3monitor.session import Session
from t3monitor.sync.links import site_zones
from t3monitor.ui.activity.view import ActivityPane
from t3monitor.ui.database_label import DatabaseLabel
from t3monitor.ui.devices.panels import SiteState
from t3monitor.ui.devices.view import DevicesView
from t3monitor.ui.fill_offer import FillOffer
from t3monitor.ui.help import add_help_menu
from t3monitor.ui.importing import may_be_imported
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.layout import stack
from t3monitor.ui.kit.notice import Banner
from t3monitor.ui.kit.plain import window_title
from t3monitor.ui.panes import Panes, bytes_to_text, text_to_bytes
from t3monitor.ui.points.view import PointsView
from t3monitor.ui.progress.bar import PhaseBar
from t3monitor.ui.progress.indicator import LinkIndicator
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.texts import link_reason, site_state_text, why_no_points
from t3monitor.ui.tool_bar import ToolBar
from t3monitor.ui.trend.actions import undo_on_key
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.watched import watched_text
from t3monitor.ui.welcome import WelcomePage

_DEFAULT_SIZE = (1280, 800)
_NOTICE_MS = 15_000
_WIDTH_FOR_GROWTH = 1100  # of the window; else how the last cycle ended has no room


class MainWindow(QMainWindow):
    """Panes are attributes; actions ask for things by signals."""

    sync_once_asked = Signal()
    start_asked = Signal()
    stop_asked = Signal()
    settings_asked = Signal()
    log_folder_asked = Signal()
    import_asked = Signal()
    files_dropped = Signal(list)  # names
    find_panels_asked = Signal()
    closed = Signal()

    def __init__(self, trend: TrendView, activity: ActivityPane) -> None:
        super().__init__()
        self.resize(*_DEFAULT_SIZE)
        self.setAcceptDrops(True)
        self.devices = DevicesView()
        self.points = PointsView()
        self.trend = trend
        self.activity = activity
        self.welcome = WelcomePage()
        self.banner = Banner(self.tr("Open the settings"))
        self.recorder_banner = Banner(self.tr("Record here"))
        self.recorder_banner.way_out_asked.connect(self.start_asked)
        self.salvaged_banner = Banner(self.tr("Understood"))
        self.salvaged_banner.way_out_asked.connect(self.salvaged_banner.hide)
        self.progress = SiteProgress(self)
        self.phase_bar = PhaseBar(self.progress)
        self.fill_offer = FillOffer()
        self.fill_offer.said.connect(self.say)
        self.settings_page = 0  # that was shown last
        self.indicator = LinkIndicator(self.progress)

        self.sync_once_action = self._action("sync-once", self.tr("Sync &once"), "F5", self.sync_once_asked.emit)
        self.start_action = self._action("start", self.tr("&Start"), "F6", self.start_asked.emit)
        self.stop_action = self._action("stop", self.tr("S&top"), "Shift+F6", self.stop_asked.emit)
        self.settings_action = self._action("settings", self.tr("&Settings…"), "Ctrl+,", self.settings_asked.emit)
        self.activity_action = self._action("clock", self.tr("&Activity"), "Ctrl+J", self._show_activity)
        self.activity_action.setCheckable(True)
        self.trend_alone_action = self._action("plot", self.tr("&Trend alone"), "F11", self._show_trend_alone)
        self.trend_alone_action.setCheckable(True)
        self.find_action = self._action("search", self.tr("&Find a point"), "Ctrl+F", self._find)
        self.to_trend_action = QAction(self.tr("&Go to the trend"), self, shortcut=QKeySequence("Ctrl+T"))
        self.to_trend_action.triggered.connect(self.trend.setFocus)
        self.find_panels_action = QAction(self.tr("Look for &panels again"), self)
        self.find_panels_action.triggered.connect(self.find_panels_asked)
        self._make_tool_bar()
        self._make_menus()
        self._make_panes()
        self._make_status_bar()  # the last for the Tab key
        self.progress.changed.connect(self.on_progress_changed)
        for shower in (self.indicator, self.phase_bar):
            shower.cycle_asked.connect(self.on_cycle_asked)
        self.devices.panel_chosen.connect(self.points.choose_panel)
        self.devices.points_asked.connect(self.points.on_search_left)
        self.points.plot_requested.connect(self.trend.state.add)
        self.trend.cycles_asked.connect(self.on_cycles_asked)
        self.trend.zone_changed.connect(self.activity.set_zone)
        self.trend.exporter.said.connect(self.say)
        self.trend.exporter.saved_notice.shown.connect(self._on_saved_notice)
        self.trend.views.said.connect(self.say)
        self.activity.cycles.time_chosen.connect(self.trend.show_time)
        self.set_running(started=False, in_cycle=False)
        self.points.table.setFocus()

    def set_running(
        self, *, started: bool, in_cycle: bool, opening: bool = False, other_recorder: str = "", no_recorder: str = ""
    ) -> None:
        """Enables the actions that make sense; none that would sync while the database is being opened.

        ``other_recorder`` names the program that records instead of this one, ``no_recorder`` says why none does.
        """
        self.sync_once_action.setEnabled(not (in_cycle or opening or no_recorder))
        self.indicator.countdown.setEnabled(not other_recorder)
        self.start_action.setEnabled(not (started or opening or other_recorder))
        self.stop_action.setEnabled((started or in_cycle) and not other_recorder)
        sentence = no_recorder
        if other_recorder:
            sentence = self.tr("%s records into this database; this window shows what it stores") % other_recorder
        self.recorder_banner.say(sentence, has_way_out=not other_recorder)
        for action in (self.start_action, self.stop_action):
            action.setToolTip(sentence or _tip(action))

    def show_welcome(self, *, shown: bool) -> None:
        """Shows the page of the first start instead of the panes, or the panes."""
        if shown is not (self._pages.currentWidget() is self.welcome):
            self._pages.setCurrentWidget(self.welcome if shown else self.panes)
            (self.welcome.demo if shown else self.points.table).setFocus()
        for action in (
            self.sync_once_action,
            self.start_action,
            self.stop_action,
            self.activity_action,
            self.find_action,
            self.to_trend_action,
            self.trend_alone_action,
            self._separator_action,
            self._indicator_action,
        ):
            action.setVisible(not shown)
        self.statusBar().setVisible(not shown)

    def apply_settings(self, session: Session) -> None:
        """Says what is watched, how often, where it is stored and what of it."""
        settings, problem = session.settings, session.database_problem
        watched = watched_text(settings)
        self.setWindowTitle(window_title(f"T3 Monitor – {watched}" if watched else "T3 Monitor"))
        self.devices.set_site_name(watched)
        self.trend.page.site_name = watched
        self.devices.set_sites(session.sites)
        self.progress.set_sites(session.sites, watched)
        self.progress.set_interval(settings.sync_interval_secs)
        self._set_can_find_panels(settings.link == LinkName.WEBAPI and not problem)
        text = self.tr("The database in the settings cannot be used: %s. Nothing is recorded until it is corrected")
        self.banner.say(text % problem if problem else "")
        if problem:  # else opening the database has its own
            self.points.set_notice(self.tr("Nothing is read until the database is corrected"))
        self.trend.set_zones(site_zones(settings))
        recording = Recording.of(settings.unrecorded_panels, settings.recorded_types)
        for pane in (self.devices, self.trend):
            pane.set_recording(recording)

    def apply_event(self, event: SyncEvent) -> None:
        """Follows the services: activity, status bar, tool bar and the tree of panels."""
        self.activity.take(event)
        self.progress.apply(event)
        self.fill_offer.take(event)
        if isinstance(event, DatabaseSalvaged):
            self.salvaged_banner.say(event.sentence)

    def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Shows panels and points."""
        self.devices.apply(snapshot)
        self.points.apply(snapshot)
        self.trend.describe(snapshot)
        self.devices.set_conflicts(snapshot.conflicts)

    def clear(self) -> None:
        """Drops what is shown: the link or the database is another one."""
        self.devices.clear()
        self.points.clear()
        self.activity.cycles.model.clear()
        self.progress.forget()
        self.fill_offer.clear()
        self.trend.reload()

    def set_now(self, utc_s: float, monotonic_s: float, interval_s: int) -> None:
        """Ages and countdowns; to be called every second."""
        for pane in (self.devices, self.points, self.trend):
            pane.set_now(utc_s, interval_s)
        self.progress.set_now(monotonic_s)

    def set_database_size(self, size: int | None, a_day: float | None) -> None:
        """Says how many bytes the database has, None while there is none, and gets in a day as far as that is known."""
        self._database_label.set_size(size, a_day)

    def visible_points(self) -> frozenset[PointKey]:
        """What the user looks at: the plotted points, and what the table of points shows."""
        return self.points.visible_points().union(self.trend.state.points)

    def say(self, text: str) -> None:
        """A sentence in the status bar, for a while."""
        self.statusBar().showMessage(text, _NOTICE_MS)

    @Slot()
    def come_to_front(self) -> None:
        """The program was started once more: that one ends, and this window is what its user wants."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def save_state(self) -> dict[str, Any]:
        """Everything that the next start is to find as it was."""
        return {
            "geometry": bytes_to_text(self.saveGeometry()),
            **self.panes.save_state(),
            "activity": self.activity_action.isChecked(),
            "trend_alone": self.trend_alone_action.isChecked(),
            "settings_page": self.settings_page,
            "devices": self.devices.save_state(),
            "points": self.points.save_state(),
            "trend": self.trend.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Puts a saved state back; what cannot be used of it is left out."""
        if isinstance(geometry := state.get("geometry"), str):
            self.restoreGeometry(text_to_bytes(geometry))
        self.panes.restore_state(state)
        self.activity_action.setChecked(bool(state.get("activity", False)))
        self._show_activity()
        self.trend_alone_action.setChecked(state.get("trend_alone") is True)
        self._show_trend_alone()
        if isinstance(page := state.get("settings_page"), int):
            self.settings_page = page
        for name, pane in (("devices", self.devices), ("points", self.points), ("trend", self.trend)):
            if isinstance(saved := state.get(name), dict):
                pane.restore_state(saved)

    def _set_can_find_panels(self, can_find: bool) -> None:
        self.find_panels_action.setEnabled(can_find)
        tip = self.tr("T3000 is asked for its list of panels; it may reload its stored values when it answers")
        if not can_find:
            tip = self.tr("Only T3000's web service can be asked for its list of panels")
        self.find_panels_action.setToolTip(tip)
        self.find_panels_action.setStatusTip(tip)

    def _action(self, icon_name: str, text: str, shortcut: str, triggered: Any) -> QAction:
        action = QAction(icon(icon_name), text, self)
        action.setShortcut(QKeySequence(shortcut))
        action.setToolTip(_tip(action))
        action.triggered.connect(triggered)
        return action

    def _make_tool_bar(self) -> None:
        bar = ToolBar(self.indicator)
        syncing = (self.sync_once_action, self.start_action, self.stop_action)
        added = bar.add(*syncing, None, self.settings_action, self.activity_action)
        self._separator_action, self._indicator_action = added[len(syncing)], added[-1]
        self.addToolBar(bar)

    def _make_menus(self) -> None:
        quit_action = QAction(self.tr("&Quit"), self)
        quit_action.setShortcut(QKeySequence("Ctrl+Q"))  # Windows has no key of its own for it
        quit_action.triggered.connect(self.close)
        logs_action = QAction(self.tr("Open lo&g folder"), self)
        logs_action.triggered.connect(self.log_folder_asked)
        self.file_menu = file_menu = self.menuBar().addMenu(self.tr("&File"))
        self.import_action = QAction(self.tr("&Import history…"), self)
        self.import_action.triggered.connect(self.import_asked)
        exporter = self.trend.exporter
        file_menu.addActions([exporter.save_action, exporter.ask_action, exporter.copy_action])
        file_menu.addActions([exporter.evidence_action, self.import_action])
        file_menu.addSeparator()
        file_menu.addActions([self.settings_action, logs_action])
        file_menu.addSeparator()
        file_menu.addAction(quit_action)
        sync_menu = self.menuBar().addMenu(self.tr("&Sync"))
        sync_menu.addActions([self.sync_once_action, self.start_action, self.stop_action])
        sync_menu.addSeparator()
        sync_menu.addAction(self.find_panels_action)
        view_menu = self.menuBar().addMenu(self.tr("&View"))
        view_menu.addActions([self.find_action, self.to_trend_action, self.trend_alone_action, self.activity_action])
        add_help_menu(self)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panes.fit(self.width())
        self._database_label.set_has_room(self.width() >= _WIDTH_FOR_GROWTH)

    def _make_status_bar(self) -> None:
        self._database_label = DatabaseLabel()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.phase_bar, 1)
        self.statusBar().addWidget(self.trend.exporter.saved_notice, 1)
        for widget in (self.fill_offer, self._database_label):
            self.statusBar().addPermanentWidget(widget)

    def _make_panes(self) -> None:
        self.panes = Panes(self.devices, self.points, self.trend, self.activity)
        self.trend.order_stops()
        self.trend.figures.height_changed.connect(self.panes.right.set_figures)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.panes)
        self._pages.addWidget(self.welcome)
        below = QWidget()
        stack(below, self.banner, self.recorder_banner, self.salvaged_banner, self._pages)
        self.setCentralWidget(below)

    @Slot()
    def on_progress_changed(self) -> None:
        """Shows in the panes how the link to each site does."""
        self.points.set_reason(why_no_points(self.progress.sites, self.progress.now_s))
        for site, progress in self.progress.sites.items():
            reason = link_reason(progress, self.progress.now_s)
            state = SiteState(progress.link_state, site_state_text(progress), reason, progress.is_up)
            self.devices.set_site_state(site, state)
        up = frozenset(site for site, progress in self.progress.sites.items() if progress.is_up)
        for pane in (self.points, self.trend):
            pane.set_links_up(up)

    @Slot(str)
    def on_cycle_asked(self, site: str) -> None:
        """Explains in Activity how the last cycle of a site ended."""
        self.activity_action.setChecked(True)
        self._show_activity()
        self.activity.show_cycle(self.progress.sites[site].last)

    @Slot(float)
    def on_cycles_asked(self, time_s: float) -> None:
        """Explains in Activity the cycle of a time."""
        self.activity_action.setChecked(True)
        self._show_activity()
        self.activity.show_cycle_at(time_s)

    @Slot(bool)
    def _on_saved_notice(self, shown: bool) -> None:
        """What was saved has the room of the steps for a while."""
        self.statusBar().clearMessage()
        self.phase_bar.setVisible(not shown)

    @Slot()
    def _show_trend_alone(self) -> None:
        for pane in (self.devices, self.points):
            pane.setVisible(not self.trend_alone_action.isChecked())
        if self.trend_alone_action.isChecked():
            self.trend.setFocus()

    @Slot()
    def _find(self) -> None:
        self.trend_alone_action.setChecked(False)
        self._show_trend_alone()
        self.points.on_find()

    @Slot()
    def _show_activity(self) -> None:
        self.panes.show_drawer(shown=self.activity_action.isChecked())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not undo_on_key(event, self.trend.state):  # whichever pane has the keys and has nothing to undo
            super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _importable(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if files := _importable(event.mimeData()):  # else its program ended meanwhile, without which there are none
            self.files_dropped.emit(files)
            event.acceptProposedAction()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()


def _importable(data: QMimeData) -> list[str]:
    """The files and folders that are dragged, if all of them may be imported."""
    files = [url.toLocalFile() for url in data.urls()]
    return files if all(may_be_imported(file) for file in files) else []


def _tip(action: QAction) -> str:
    plain = action.text().replace("&", "").replace("…", "")
    return f"{plain} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
