"""The sync service: start, stop, sync once, and settings that change while it runs.

`SyncService.run` blocks in the thread that it is given; that thread alone touches the link. It calls the listeners, but
for the events of a transaction, which come from the keeper's thread while this one waits for it. The other public
methods may be called from any thread and return at once.
"""

import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace

from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.causes import EventKind
from t3monitor.model.clock import Clock, SystemClock
from t3monitor.model.errors import DatabaseError, DatabaseUnusableError, InterruptedCycleError
from t3monitor.model.events import (
    CycleFinished,
    CycleReport,
    ServiceInitialized,
    ServiceInterrupted,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
)
from t3monitor.model.holes import HOLE_AFTER_SPACINGS
from t3monitor.model.points import PointKey
from t3monitor.model.recording import Recording
from t3monitor.store.database import Database
from t3monitor.store.keeper import Keeper
from t3monitor.store.keepers import Keepers
from t3monitor.store.writing.events import RecordingEvent
from t3monitor.sync.cycle import Cycle, CycleSettings
from t3monitor.sync.errands import Errands
from t3monitor.sync.pulse import Interruption, Pulse
from t3monitor.sync.recording import PanelClaims
from t3monitor.sync.recording_events import RecordingEvents
from t3monitor.sync.source import Source
from t3monitor.t3000.link import Link

Listener = Callable[[SyncEvent], None]

_log = logging.getLogger(__name__)

_AWAKE_S = 2.0


class SyncService:
    """Runs cycles one at a time, each at its time or on request."""

    def __init__(
        self,
        settings: Settings,
        open_link: Callable[[Settings], Link],
        database_url: Callable[[Settings], str],
        clock: Clock | None = None,
        *,
        site: str = "",
        claims: PanelClaims | None = None,
        keepers: Keepers | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        """``open_link`` and ``database_url`` are called in the service's thread with the settings in force.

        ``site`` names the T3000 computer of this service; ``claims``, ``keepers`` and ``pulse`` are shared by the
        services of all sites. Without a pulse nobody tells that the computer slept.
        """
        self.clock: Clock = clock or SystemClock()
        self.site = site
        self.claims = claims or PanelClaims()
        self.claims.watch(site)
        self._keepers = keepers or Keepers(self.clock, settings=lambda: self._settings)
        self._pulse = pulse
        self._open_link = open_link
        self._database_url = database_url
        self._listeners: list[Listener] = []

        self._changed = threading.Condition()  # guards the following
        self._settings = settings
        self._started = False
        self._at_startup = False
        self._due_s = 0.0  # monotonic; of the next periodic cycle
        self._began_s = float("-inf")  # monotonic; of the last cycle
        self._asked: list[Future[CycleReport]] = []  # answered by the cycle that runs, or else by the next one
        self._announcements: list[SyncEvent | RecordingEvent] = []
        self._in_cycle = False
        self._interrupted = False
        self._closing = False
        self._why_closed = ""
        self._forgets_panels = False
        self._source: Source | None = None
        self._preferred: Collection[PointKey] = ()

        self._settings_in_use = settings  # the following belong to the service's thread
        self._forgets_in_cycle = False  # the link, once it is open
        self._keeper: Keeper | None = None
        self._database: Database | None = None  # as it was opened last
        self._events = RecordingEvents(self)
        self._must_open = False  # a service that starts goes on only with an open database
        self._errands = Errands(self, settings, self._close_source)

    # From any thread

    def add_listener(self, listener: Listener) -> None:
        """Has events handed to ``listener``, in the service's thread; to be called before `run`."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Begins periodic cycles, the first at once; does nothing if they are running."""
        with self._changed:
            if not self._started:
                self._started = self._at_startup = True
                self._errands.look_for_holes()
                self._due_s = self.clock.monotonic_s()
                self._announcements.append(ServiceStarted(self._settings.sync_interval_secs))
                self._announcements.append(self._events.event(EventKind.RESUMED))
                if self._pulse:
                    self._pulse.listen(self.interrupted)
                self._changed.notify_all()

    def stop(self, by: str = "by the user") -> None:
        """Ends periodic cycles and interrupts one that waits for T3000; what is being written is still written."""
        with self._changed:
            if self._started:
                self._end_periodic(ServiceStopped(""), by)
            self._interrupt()

    def sync_once(self) -> "Future[CycleReport]":
        """Asks for a cycle now, whether or not the service is started; during a cycle it joins that one."""
        future: Future[CycleReport] = Future()
        with self._changed:
            self._asked.append(future)
            if self._errands.is_filling and self._source:  # which can wait
                self._source.link.interrupt()
            self._changed.notify_all()
        return future

    def fill(self) -> None:
        """The user wants holes that came about on our side filled from T3000's own history, as was offered."""
        with self._changed:
            self._errands.fill()
            self._changed.notify_all()

    def find_panels(self) -> None:
        """Asks for a cycle that asks anew which panels there are; during another cycle it comes after that one."""
        with self._changed:
            self._forgets_panels = True
            self._changed.notify_all()

    def prefer(self, points: Collection[PointKey]) -> None:
        """These points are looked at: a link that reads in parts takes them first."""
        with self._changed:
            self._preferred = points
            if self._source:
                self._source.link.prefer(points)

    def accept_controller(self, serial_number: int) -> None:
        """The user says that what was taken for two controllers of a serial number is one; from the next cycle on."""
        self.claims.accept_controller(serial_number)

    def apply(self, settings: Settings) -> None:
        """Puts settings into force with the next cycle, which comes no later than the new interval wants it.

        Another link or database is not waited for: a cycle that waits for the old link is interrupted.
        """
        with self._changed:
            old, self._settings = self._settings, settings
            elsewhere = not settings.has_link_of(old) or self._database_url(old) != self._database_url(settings)
            latest_s = self.clock.monotonic_s() + (0 if elsewhere else settings.sync_interval_secs)
            self._due_s = min(self._due_s, latest_s)
            if elsewhere:
                self._interrupt()
            self._changed.notify_all()

    def close(self, why: str = "") -> None:
        """Asks `run` to give back the link and the database and to return; may be called again while it does not.

        ``why`` is for the history, where the program itself goes on.
        """
        with self._changed:
            self._closing = True
            self._why_closed = self._why_closed or why
            self._end_periodic()
            self._interrupt()

    def interrupted(self, interruption: Interruption) -> None:
        """The computer slept, or its clock was set: the history is to say so, and after a sleep the cycle is due."""
        at, slept_s, stepped_s, uncounted_s = interruption
        with self._changed:
            self._announcements.append(ServiceInterrupted(slept_s, stepped_s))
            if slept_s:
                self._errands.look_for_holes()
                self._announcements.append(self._events.event(EventKind.SLEPT, f"{slept_s}", at))
            if stepped_s:
                self._announcements.append(self._events.event(EventKind.CLOCK_STEPPED, f"{stepped_s}", at))
            if self._began_s < self.clock.monotonic_s() - _AWAKE_S:  # else its time had come all the same
                self._due_s -= uncounted_s
            self._changed.notify_all()

    # In the service's thread

    def run(self) -> None:
        """Works until `close` is called."""
        try:
            while job := self._next_job():
                job()
        finally:
            self._close_source()
            self._give_back_keeper(self._why_closed)
            with self._changed:
                for future in self._asked:
                    future.cancel()

    def source(self) -> Source:
        """The open link; raises LinkError if there is nothing to ask."""
        if self._source is None:
            settings = self._settings_in_use
            source = Source(self._open_link(settings), told_when_read=settings.link == LinkName.LIBRARY)
            with self._changed:
                self._source = source
                source.link.prefer(self._preferred)
        if self._forgets_in_cycle:
            self._source.link.forget_panels()
            self._forgets_in_cycle = False
        return self._source

    @property
    def database_in_use(self) -> str:
        """URL of the database that `store` opens."""
        return self._database_url(self._settings_in_use)

    @property
    def keeper(self) -> Keeper:
        """The keeper of the database in use; raises DatabaseUnusableError if the settings name no file."""
        if self._keeper is None:
            self._keeper = self._keepers.take(self.database_in_use)
        return self._keeper

    def database(self) -> Database:
        """The open database, or one that is out of reach and was open in this run; raises DatabaseError if it was not.

        Raises DatabaseError in the first cycle after a start as well.
        """
        try:
            database = self.keeper.database(self.is_interrupted)
        except DatabaseError:
            if self._database is None or self._must_open:
                raise
            return self._database
        if database is not self._database:
            self._database = database
            self.emit(ServiceInitialized(str(database.path)))
        return database

    def is_interrupted(self) -> bool:
        """Whether the cycle that runs is to end soon."""
        return self._interrupted

    def emit(self, event: SyncEvent) -> None:
        """Calls the listeners; one that fails is logged and harms nobody else."""
        if self.site:
            event = replace(event, site=self.site)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a listener may do anything
                _log.exception("❌ A listener failed on %s", type(event).__name__)

    def pause(self, seconds: float) -> None:
        """Waits before a retry; raises InterruptedCycleError at once on `stop` or `close`."""
        until_s = self.clock.monotonic_s() + seconds
        with self._changed:
            while not self._interrupted:
                left_s = until_s - self.clock.monotonic_s()
                if left_s <= 0:
                    return
                self.clock.wait(self._changed, left_s)
        raise InterruptedCycleError("Stopped while waiting for T3000")

    def _next_job(self) -> Callable[[], None] | None:
        """What is to be done now, waited for; None: the end."""
        with self._changed:
            while True:
                now_s = self.clock.monotonic_s()
                if self._announcements:
                    return self._announce
                if self._closing:
                    return None
                if self._asked or self._forgets_panels or (self._started and self._due_s <= now_s):
                    return self._run_cycle
                cycle_due_s = self._due_s if self._started else None
                errand = self._errands.next(cycle_due_s)
                if errand and errand.due_s <= now_s:
                    return errand.run
                due_s = [*([] if cycle_due_s is None else [cycle_due_s]), *([errand.due_s] if errand else [])]
                self.clock.wait(self._changed, min(due_s) - now_s if due_s else None)

    def _announce(self) -> None:
        with self._changed:
            events, self._announcements = self._announcements, []
        for event in events:
            if isinstance(event, SyncEvent):
                self.emit(event)
            elif self._events.has_begun:  # else the first cycle begins with that
                self._events.note(event, soon=True)

    def _run_cycle(self) -> None:
        with self._changed:
            settings, at_startup, is_single = self._settings, self._at_startup, not self._started
            self._at_startup = self._interrupted = False
            self._in_cycle = True
            self._began_s = began_s = self.clock.monotonic_s()
            interval_s = settings.sync_interval_secs
            if self._started and self._due_s <= began_s:
                self._due_s = began_s + interval_s
            planned_s = self._due_s
            self._forgets_in_cycle |= self._forgets_panels
            self._forgets_panels = False
        self._use(settings)
        self._events.goes_on_s = (HOLE_AFTER_SPACINGS - 1) * interval_s if is_single else 0.0
        self._events.begin()
        self._must_open = at_startup or self._database is None
        cycle = Cycle(
            self,
            CycleSettings(
                interval_s,
                settings.timeout_seconds,
                settings.retry_attempts,
                Recording.of(settings.unrecorded_panels, settings.recorded_types),
                settings.panels_logged,
            ),
            at_startup=at_startup,
        )
        report = cycle.run()
        with self._changed:
            self._in_cycle = False
            could_not_open = isinstance(cycle.error, DatabaseUnusableError) and not report.attempts
            if could_not_open and self._started:
                self._end_periodic(ServiceStopped(str(cycle.error)), str(cycle.error))
            now_s = self.clock.monotonic_s()
            if self._due_s == planned_s and planned_s <= now_s:  # slots that a long cycle ran over are left out
                self._due_s += interval_s * (int((now_s - planned_s) / interval_s) + 1)
            next_in_s = max(0.0, self._due_s - now_s) if self._started else None
            answered, self._asked = self._asked, []
            is_over = not (self._started or self._closing or self._announcements)
        self._errands.after_cycle(
            report.outcome, cycle.snapshot, self._source, settings, is_periodic=next_in_s is not None
        )
        if is_over:
            self._events.note(self._events.event(EventKind.STOPPED, "after a single cycle that was asked for"))
        self.emit(CycleFinished(report, next_in_s, cycle.snapshot))
        for future in answered:
            if future.set_running_or_notify_cancel():
                future.set_result(report)

    def _use(self, settings: Settings) -> None:
        """Closes what the new settings want opened anew."""
        old, self._settings_in_use = self._settings_in_use, settings
        if old.fill_from_t3000 != settings.fill_from_t3000 or old.sites != settings.sites:
            self._errands.look_for_holes()
        if not settings.has_link_of(old):
            self._close_source()
        if self._database_url(old) != self._database_url(settings):
            self._errands.look_for_holes()
            self._give_back_keeper("for another database")
        else:
            self._events.change(old, settings)

    def _close_source(self) -> None:
        with self._changed:
            source, self._source = self._source, None
        self._errands.drop()
        if source:
            source.link.close()

    def _give_back_keeper(self, why: str = "") -> None:
        self._events.end(why)
        keeper, self._keeper, self._database = self._keeper, None, None
        if keeper:
            self._keepers.give_back(keeper)

    def _end_periodic(self, announcement: ServiceStopped | None = None, why: str = "") -> None:
        """No further periodic cycle; the caller holds the lock."""
        self._started = False
        if announcement:
            self._announcements += announcement, self._events.event(EventKind.STOPPED, why)
        if self._pulse:
            self._pulse.leave(self.interrupted)

    def _interrupt(self) -> None:
        """Ends the waiting of the cycle that runs, if any; the caller holds the lock."""
        self._interrupted = self._in_cycle
        if self._source:
            self._source.link.interrupt()
        self._changed.notify_all()
