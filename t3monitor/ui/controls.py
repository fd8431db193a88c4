"""What the user asks of the services, done by the program that records: this one, or another."""

from PySide6.QtCore import QObject, Slot

from t3monitor.qt.recorder import Recorder
from t3monitor.qt.tasks import Tasks
from t3monitor.session import Session
from t3monitor.store.files import database_file
from t3monitor.sync.handover import UnansweredError
from t3monitor.sync.sites import SiteServices
from t3monitor.ui.feed import WindowFeed
from t3monitor.ui.main_window import MainWindow


class Controls(QObject):
    """Starts, stops and hands over, and enables what of it makes sense; lives in the GUI thread."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        services: SiteServices,
        recorder: Recorder,
        feed: WindowFeed,
        tasks: Tasks,
        parent: QObject | None = None,
        *,
        makes_past: bool,
    ) -> None:
        """``makes_past``: the simulated building gets one."""
        super().__init__(parent)
        self._window = window
        self._session = session
        self._services = services
        self._recorder = recorder
        self._feed = feed
        self._tasks = tasks
        self._makes_past = makes_past
        window.sync_once_asked.connect(self.on_sync_once)
        window.start_asked.connect(self.on_start)
        window.stop_asked.connect(self.on_stop)
        window.find_panels_asked.connect(self.on_find_panels)
        recorder.changed.connect(self.on_recorder_changed)
        feed.running_changed.connect(self.on_running_changed)

    @Slot()
    def on_sync_once(self) -> None:
        """One cycle of each site now."""
        if self._recorder.records:
            self._services.sync_once()
        else:
            self._tasks.spawn(self._hand_over(find_panels=False))

    @Slot()
    def on_start(self) -> None:
        """Periodic cycles from now on, unless another program was faster."""
        if self._recorder.records:
            self._services.start()
        else:
            self.reopen(start=True)

    @Slot()
    def on_stop(self) -> None:
        """No further periodic cycle."""
        self._services.stop()

    @Slot()
    def on_find_panels(self) -> None:
        """Looks anew which panels there are; T3000 may reload its stored values for it (docs/t3000.md 3.3)."""
        if self._recorder.records:
            self._services.find_panels()
        else:
            self._tasks.spawn(self._hand_over(find_panels=True))

    @Slot()
    def on_fill(self) -> None:
        """Holes of ours are filled from T3000's own history, as was offered, perhaps by the program that records."""
        if self._recorder.records:
            self._services.fill()
        else:
            self._tasks.spawn(self._have_filled())

    @Slot()
    def on_recorder_changed(self) -> None:
        """Another program records, or does no longer."""
        if not self._recorder.records:
            self._services.stop("since another program records")
        if self._recorder.other is None and not self._recorder.records:
            self._session.forget_services()
            self._window.apply_settings(self._session)
            self._window.progress.begin_anew()
            self._window.fill_offer.clear()
        self.on_running_changed()

    @Slot()
    def on_running_changed(self) -> None:
        """Enables the actions that make sense now."""
        self._window.set_running(
            started=self._session.is_started,
            in_cycle=self._session.is_in_cycle,
            opening=self._feed.is_opening or bool(self._session.database_problem),
            other_recorder=str(self._recorder.other or ""),
            no_recorder=self._recorder.problem,
        )

    def turn_recorder(self) -> None:
        """Takes the right to record into the database in force; where another program has it, this one stops."""
        database = None if self._session.database_problem else database_file(self._session.database)
        self._recorder.turn_to(database)

    def reopen(self, *, start: bool) -> None:
        """Empties the window and fills it from the database in force; then starts the services if asked to."""
        self.turn_recorder()
        if self._session.database_problem or self._recorder.problem:  # no other file is begun in its place
            self._feed.empty()
            self._services.stop("by the settings")
        else:
            self._feed.open(makes_past=self._makes_past, then=self._start_recording if start else lambda: None)
        self.on_running_changed()

    def _start_recording(self) -> None:
        if self._recorder.records:
            self._services.start()

    async def _have_filled(self) -> None:
        try:
            await self._recorder.fill()
        except UnansweredError as error:
            self._window.fill_offer.clear()
            self._window.say(str(error))

    async def _hand_over(self, *, find_panels: bool) -> None:
        try:
            await self._recorder.sync_once(find_panels=find_panels)
        except UnansweredError as error:
            self._window.say(str(error))
