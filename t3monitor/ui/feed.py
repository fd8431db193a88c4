"""What the window shows comes from here: what the services tell, and what the database in force holds."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from t3monitor.config.settings import LinkName, Settings
from t3monitor.exchange.export import Form, Size, Written, estimated, write
from t3monitor.exchange.table import Table
from t3monitor.model.errors import DatabaseError, MonitorError
from t3monitor.model.events import (
    CycleFinished,
    CycleStarted,
    DatabaseSalvaged,
    LateStored,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
)
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import StoredKey
from t3monitor.qt.recorder import Recorder
from t3monitor.qt.tasks import Tasks
from t3monitor.session import Session
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.files import database_file, size_of
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.ledger import read_cycles
from t3monitor.store.marks import Marks, read_marks
from t3monitor.store.present_state import read_present_state
from t3monitor.store.upkeep.preview import preview
from t3monitor.store.work import LongWork
from t3monitor.ui.activity.ledger_model import CAPACITY
from t3monitor.ui.main_window import MainWindow

_log = logging.getLogger(__name__)

_GROWTH_EVERY_S = 3600.0  # it looks at every segment of the history


async def load_history(
    session: Session, tasks: Tasks, keys: Sequence[StoredKey], start_utc_s: float, end_utc_s: float, max_points: int
) -> Mapping[StoredKey, tuple[Series, ...]]:
    """What the database in force holds of these series, read in a thread of the readers; raises DatabaseError."""
    reader = HistoryReader(session.database)
    return await tasks.read(reader.read_many, keys, start_utc_s, end_utc_s, max_points)


async def explain_holes(
    session: Session, tasks: Tasks, keys: Sequence[PointKey], start_utc_s: float, end_utc_s: float
) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
    """Why the database in force has holes of these points, as of now, read in the same way; raises DatabaseError."""
    return await tasks.read(holes_of_points, session.database, keys, start_utc_s, end_utc_s, time.time())


async def marks_of(
    session: Session, tasks: Tasks, keys: Sequence[PointKey], start_utc_s: float, end_utc_s: float
) -> Marks:
    """What changed at these points and when T3000 was started, read in the same way; raises DatabaseError."""
    return await tasks.read(read_marks, session.database, keys, start_utc_s, end_utc_s)


class TableFiles:
    """Readings of the database in force as files, read and written in a thread of the readers."""

    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session = session
        self._tasks = tasks

    async def size(self, table: Table, form: Form) -> Size:
        """About how large it will get."""
        return await self._tasks.read(estimated, self._session.database, table, form)

    async def save(self, table: Table, file: Path, form: Form, work: LongWork) -> Written:
        """Writes the file (see `t3monitor.exchange.export.write`)."""
        return await self._tasks.read(write, self._session.database, table, file, form, work)


class WindowFeed(QObject):
    """Feeds a window until it is closed; lives in the GUI thread, and has what blocks read in those of the readers."""

    shown = Signal()  # other panels and points
    opened = Signal()  # a database, of which nothing was shown before
    running_changed = Signal()  # a service, a cycle or the opening of a database began or ended

    def __init__(
        self, window: MainWindow, session: Session, recorder: Recorder, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._session = session
        self._recorder = recorder
        self._tasks = tasks
        self._opening: asyncio.Task[None] | None = None
        self._reading: set[asyncio.Task[None]] = set()  # what shows the database in force, the opening as well
        self._closing = threading.Event()
        self._growth: float | None = None  # of the database in force, bytes a day
        self._growth_due_s = 0.0  # when it is to be found out anew, monotonic

    @property
    def is_opening(self) -> bool:
        """Whether the window is being filled from a database that has just come into force."""
        return self._opening is not None

    def open(self, *, makes_past: bool, then: Callable[[], None]) -> None:
        """Fills the window from the database in force; the simulated building may get a past before."""
        self.empty()
        self._opening = self._spawn(self._open(self._session.settings, makes_past=makes_past, then=then))

    def empty(self) -> None:
        """Drops what is shown: link or database are others."""
        for task in self._reading:
            task.cancel()
        self._opening = None
        self._growth, self._growth_due_s = None, 0.0
        self._window.show_welcome(shown=False)
        self._window.clear()

    def close(self) -> None:
        """Shows nothing more."""
        self._closing.set()

    @Slot(object)
    def on_event(self, event: SyncEvent) -> None:
        """Follows the services, as long as there is a window to show them."""
        if self._closing.is_set():
            return
        shown = self._session.shown
        if self._session.take(event):
            self._window.apply_event(event)
        if self._session.shown is not shown:
            self._show()
        match event:
            case LateStored() | DatabaseSalvaged():
                self._spawn(self._reload())
            case CycleFinished() if not self._session.database_problem:
                self._spawn(self._measure())
        if isinstance(event, ServiceStarted | ServiceStopped | CycleStarted | CycleFinished):
            self.running_changed.emit()

    @Slot(object)
    def on_heard(self, event: SyncEvent) -> None:
        """Follows the services of the program that records instead of this one; what they store is in the database."""
        if isinstance(event, CycleStarted):
            event = replace(event, database=self._session.database)  # by another name, maybe
        if self._session.hear(event.site):
            self._window.apply_settings(self._session)
        self.on_event(event)
        if isinstance(event, CycleFinished) and event.report.run_id is not None:
            self._spawn(self._show_stored())

    @Slot()
    def on_overtaken(self) -> None:
        """Another program was faster with a database that was out of reach: what it stores is shown."""
        if self._recorder.other is not None and not self.is_opening:
            self._spawn(self._show_stored())
            self._spawn(self._reload())

    @Slot()
    def on_imported(self) -> None:
        """The database has more of the past."""
        self._spawn(self._reload())

    @Slot()
    def on_other_cycles_wanted(self) -> None:
        """The ledger is to show failed cycles alone, or all."""
        self._spawn(self._show_other_cycles())

    @Slot()
    def on_plotted_points_changed(self) -> None:
        """Names and present values of points that were just added to the trend."""
        if self._session.shown is not None:
            self._window.trend.describe(self._session.shown)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self._tasks.spawn(coroutine)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)
        return task

    def _show(self) -> None:
        if self._session.shown is not None and not self._closing.is_set():
            # First: the clock of panes that are new, or of a computer that slept, is behind what was read.
            self._window.set_now(time.time(), time.monotonic(), self._session.settings.sync_interval_secs)
            self._window.apply_snapshot(self._session.shown)
            self.shown.emit()

    async def _open(self, settings: Settings, *, makes_past: bool, then: Callable[[], None]) -> None:
        url = self._session.database
        try:
            if settings.link == LinkName.DEMO and makes_past:
                self._window.points.set_notice(self.tr("Giving the simulated building some days of history…"))
                await self._recorder.give_past(self._closing.is_set, self._tasks.read)
            snapshot = await self._tasks.read(read_present_state, url)
            await self._load_cycles()
        except (MonitorError, OSError) as error:
            _log.warning("⚠️ %s", error)  # the first cycle says it in the window
        else:
            self._window.trend.reload()
            self.opened.emit()
            if snapshot is not None:
                self._session.recall(snapshot)
                self._show()
                self._session.leave_out_gone()
                self._show()  # what is left out stays in the panes, as panels that do not answer
            self._spawn(self._measure())
        self._opening = None
        self._window.points.set_notice("")
        self.running_changed.emit()
        if not self._closing.is_set():
            then()

    async def _show_stored(self) -> None:
        try:
            stored = await self._tasks.read(read_present_state, self._session.database)
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)
            return
        if stored is not None and not self._recorder.records:
            self._session.show(stored)
            self._show()

    async def _reload(self) -> None:
        """Shows what was stored with times of before."""
        try:
            await self._load_cycles()
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)
            return
        self._window.trend.reload()
        self.on_plotted_points_changed()

    async def _show_other_cycles(self) -> None:
        try:
            await self._load_cycles()
        except DatabaseError as error:
            _log.warning("⚠️ %s", error)
            self._window.activity.cycles.notice.say(str(error))

    async def _load_cycles(self) -> None:
        """Reads those that are wanted; raises DatabaseError."""
        page = self._window.activity.cycles
        wanted = failed_only, around_s = page.model.failed_only, page.model.around_s
        read = partial(read_cycles, self._session.database, CAPACITY, failed_only=failed_only, around_s=around_s)
        cycles = await self._tasks.read(read)
        if (page.model.failed_only, page.model.around_s) == wanted:  # else those that are wanted now are on their way
            page.load(cycles)

    async def _measure(self) -> None:
        url = self._session.database
        size = await self._tasks.read(_size_bytes, database_file(url))
        if size is not None and time.monotonic() >= self._growth_due_s:
            self._growth_due_s = time.monotonic() + _GROWTH_EVERY_S
            self._growth = await self._tasks.read(_bytes_a_day, url, self._session.settings, time.time())
        self._window.set_database_size(size, self._growth)


def _size_bytes(path: Path) -> int | None:
    try:
        return size_of(path)
    except OSError:
        return None


def _bytes_a_day(url: str, settings: Settings, now_s: float) -> float | None:
    """How much the file grows, by the last days; None as long as there is no history to tell it by."""
    try:
        found = preview(url, settings, now_s)
    except DatabaseError:
        return None
    return None if found.oldest_s is None else found.whole.bytes_a_day
