"""The keeper of a database: the one thread that writes to it, a task at a time, for the services of all sites.

Whatever writes is a task: a cycle, a ledger row, a panel's trend log configuration. Tasks are done in the order in
which they came. Between them comes upkeep, a slice at a time, so that no cycle waits for it: what is to be done every
minute is a class of an `UpkeepContext` with ``work`` (see `Upkeep`) that stands in `_UPKEEP`.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from t3monitor.model.causes import EventKind
from t3monitor.model.errors import DatabaseDamagedError, DatabaseError, DatabaseLockedError, DatabaseUnusableError
from t3monitor.store.database import Database
from t3monitor.store.files import database_file, is_ours_in_ruins
from t3monitor.store.folders import KnownFolders
from t3monitor.store.upkeep.backups import newest_backup
from t3monitor.store.upkeep.daily_care import DailyCare
from t3monitor.store.upkeep.disk import DiskGuard
from t3monitor.store.upkeep.packing import Packing
from t3monitor.store.upkeep.phases import EmptyPhases
from t3monitor.store.upkeep.rescue import Rescue
from t3monitor.store.upkeep.retention import Retain
from t3monitor.store.upkeep.slices import CopyWal, Upkeep, UpkeepContext
from t3monitor.store.writing.events import RecordingEvent, write_events
from t3monitor.store.writing.late import UnstoredCycle
from t3monitor.store.writing.postponed import Postponed
from t3monitor.store.writing.writer import Writer

T = TypeVar("T")

_log = logging.getLogger(__name__)

_PATIENCE_S = 3.0  # with another program that locks the file: closing the program takes less than 5 s
_CLOSING_PATIENCE_S, _CLOSING_S = 1.0, 2.5
_LOCK_SLICE_S = 0.05
_HUNG_SLICE_S, _HUNG_SLICES = 0.2, 5  # after an interruption
_MOST_WAITING = 100  # tasks: each site has one at a time
_UPKEEP_TROUBLE_S = 60.0
_COPIED_SAID_S = 10.0


class Store:
    """An open database with its one writer; of the keeper's thread."""

    def __init__(self, url: str, tries_again: Callable[[], bool], goes_on: Callable[[Database, float], bool]) -> None:
        """Raises DatabaseError."""
        self.database = Database(url, tries_again, goes_on)
        self.writer = Writer(self.database)
        self.late_stored = 0  # cycles, of which nobody was told yet
        self._disk = DiskGuard(self.database.path)
        self.salvaged = ""  # what became of a damaged file before this one, as long as nobody was told

    def has_room(self) -> bool:
        """Whether the disk has room for samples; all else is stored as long as SQLite can."""
        return self._disk.has_room(self.database.spare_bytes)


_UPKEEP: tuple[Callable[[UpkeepContext], Upkeep], ...] = (CopyWal, Packing, Retain, EmptyPhases, DailyCare)


@dataclass(slots=True)
class _Task:
    do: Callable[[Store], Any]
    writes: bool
    is_interrupted: Callable[[], bool]
    until_s: float  # monotonic: how long it waits for another program
    done: "Future[Any]" = field(default_factory=Future)


class Keeper:
    """One database file with its thread, which `t3monitor.store.keepers` begins and ends.

    `run` is for any thread. What services share by it: one transaction at a time, and one memory of what is stored.
    """

    def __init__(self, url: str, folders: KnownFolders, claim: Callable[[Path], None], context: UpkeepContext) -> None:
        """Raises DatabaseUnusableError if the URL names no file; nothing is opened before the first task.

        ``claim`` is called before each opening, and raises DatabaseError where that must not be.
        """
        self.url = url
        self.path = database_file(url)
        self._folders = folders
        self._claim = claim
        self._clock = context.clock
        self._context = context
        self._changed = threading.Condition()  # guards the following
        self._tasks: deque[_Task] = deque()
        self._closing = False
        self._occupied = ""
        self._postponed = Postponed(self.path, folders)

        self._store: Store | None = None  # set by the keeper's thread, to which the following belong
        self._migrating: Database | None = None
        self._copied = 0.0  # share of the file, before it is migrated
        self._copied_said_s = 0.0
        self._was_open = False
        self._upkeep: list[tuple[float, Upkeep]] = []  # with when it is due, monotonic
        self._task: _Task | None = None
        self._rescue: Rescue | None = None
        self._is_suspect = self._was_suspect = False  # a task found the file damaged, now or before
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins to take tasks."""
        self._thread.start()

    def run(self, do: Callable[[Store], T], is_interrupted: Callable[[], bool] = lambda: False) -> T:
        """Has something done with the open database, and waits for it; raises DatabaseError and what ``do`` raises.

        Another program's lock is waited for until ``is_interrupted``, for 3 s from now on, and not at all by the tasks
        that follow one that waited in vain.
        """
        return self._ask(do, is_interrupted, writes=True)

    def occupy(self, do: Callable[[Store], T], with_what: str) -> T:
        """Has something done that takes long; other tasks are refused until it is, and what they bring waits.

        ``with_what`` is the end of the sentence that refuses them. Raises DatabaseError and what ``do`` raises.
        """
        return self._ask(do, lambda: False, writes=True, occupies=with_what)

    def database(self, is_interrupted: Callable[[], bool] = lambda: False) -> Database:
        """The database, which is opened if it is not open; another object than before if it was opened anew.

        While it is migrated it can be read alone: what is to be stored waits. Raises DatabaseError.
        """
        if database := self._store.database if self._store else self._migrating:
            return database
        try:
            return self._ask(lambda opened: opened.database, is_interrupted, writes=False)
        except DatabaseLockedError:
            if self._migrating:
                return self._migrating
            raise

    def keep(self, cycle: UnstoredCycle) -> None:
        """Has a cycle that could not be stored wait for the next task that writes."""
        self._postponed.add(cycle)

    def note(self, event: RecordingEvent, *, soon: bool) -> None:
        """Has what happened to the recording stored with the next task that writes, or ``soon``; waits for nothing."""
        self._postponed.note(event)
        with self._changed:
            if soon and self._store is not None and not self._closing:
                self._tasks.append(_Task(lambda _: None, True, lambda: True, self._clock.monotonic_s()))
                self._changed.notify_all()

    def close(self) -> None:
        """Does what is waiting, closes the file and ends the thread.

        What cannot be stored within 1 s goes into a file beside the database; a disk that hangs is left after 2.5 s.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(_CLOSING_S)

    def _ask(
        self, do: Callable[[Store], T], is_interrupted: Callable[[], bool], *, writes: bool, occupies: str = ""
    ) -> T:
        patience_s = 0.0 if self._postponed.has_cycles else _PATIENCE_S
        task = _Task(do, writes, is_interrupted, self._clock.monotonic_s() + patience_s)
        with self._changed:
            if self._closing:
                raise DatabaseError(f"The database {self.path} is being closed")
            if self._occupied:
                raise DatabaseLockedError(f"The database {self.path} {self._occupied}")
            if len(self._tasks) >= _MOST_WAITING:
                raise DatabaseError(
                    f"The database {self.path} does not keep up: {_MOST_WAITING} tasks wait for it; is its disk or "
                    "network drive slow?"
                )
            self._tasks.append(task)
            self._occupied = occupies
            self._changed.notify_all()
        hung = 0
        while not wait((task.done,), _HUNG_SLICE_S).done:
            hung += is_interrupted()
            if hung > _HUNG_SLICES:
                raise DatabaseError(f"The database {self.path} does not answer; look at its disk or network drive")
            if self._migrating and self._clock.monotonic_s() >= task.until_s and task.done.cancel():
                break
        try:
            result: T = task.done.result()
        except CancelledError:
            share = f"{self._copied:.0%} of it copied" if self._copied < 1 else "its copy is there"
            raise DatabaseLockedError(f"The database {self.path} is being migrated ({share})") from None
        finally:
            if occupies:
                with self._changed:
                    self._occupied = ""
        return result

    # In the keeper's thread

    def _work(self) -> None:
        while (task := self._next_task()) is not None:
            self._perform(task)
        self._end()

    def _perform(self, task: _Task) -> None:
        self._task = task
        try:
            store = self._opened()
            if not task.done.set_running_or_notify_cancel():
                return  # who asked did not wait for the migration
            if task.writes and store.has_room():
                store.late_stored += self._postponed.store(store.writer, self._clock.utc_s())
            task.done.set_result(task.do(store))
        except BaseException as error:  # noqa: BLE001 - it is the asking thread's
            if isinstance(error, DatabaseUnusableError) and self._store:
                _log.warning("⚠️ %s", error)
                self._is_suspect |= isinstance(error, DatabaseDamagedError)
                self._close_store()  # the next task finds out whether it can be opened again
            if task.done.running() or task.done.set_running_or_notify_cancel():
                task.done.set_exception(error)
            else:
                _log.warning("⚠️ %s", error)
        finally:
            self._task = None

    def _end(self) -> None:
        if self._was_open and not self._postponed.is_empty:
            last = _Task(lambda _: None, True, lambda: False, self._clock.monotonic_s() + _CLOSING_PATIENCE_S)
            self._perform(last)
        if self._was_open:
            self._postponed.leave(self._store.writer if self._store else None)
        if self._rescue:
            self._rescue.close()
        self._close_store()

    def _next_task(self) -> _Task | None:
        """The next task, when there is one; until then upkeep that is due. None when it is time to end."""
        while True:
            with self._changed:
                if self._tasks:
                    return self._tasks.popleft()
                if self._closing:
                    return None
                due_s = min((due_s for due_s, _ in self._upkeep), default=None)
                now_s = self._clock.monotonic_s()
                if due_s is None or due_s > now_s:
                    # In real time, whatever the clock: between tasks nobody waits for this thread.
                    self._changed.wait(None if due_s is None else due_s - now_s)
                    continue
            self._keep_up()

    def _keep_up(self) -> None:
        """A slice of the upkeep that has been due for longest."""
        due = min(self._upkeep, key=lambda upkeep: upkeep[0])
        self._upkeep.remove(due)
        store, upkeep = self._store, due[1]
        task = _Task(lambda store: upkeep.work(store.database), False, lambda: True, 0.0)
        self._perform(task)
        again_in_s = _UPKEEP_TROUBLE_S
        if (error := task.done.exception()) is None:
            again_in_s = task.done.result()
        elif not isinstance(error, DatabaseError):
            _log.error("❌ Upkeep of the database failed by an error of this program", exc_info=error)
        elif not isinstance(error, DatabaseUnusableError):  # of which it is said that the database is closed
            _log.warning("⚠️ %s", error)
        if self._store is store:
            self._upkeep.append((self._clock.monotonic_s() + again_in_s, upkeep))

    def _opened(self) -> Store:
        if self._store is None:
            self._claim(self.path)
            try:
                self._store = self._opened_whole()
            finally:
                self._migrating = None
            self._folders.note(self.path)
            self._take_earlier()
            now_s = self._clock.monotonic_s()
            self._upkeep = [(now_s, make(self._context)) for make in _UPKEEP]
        return self._store

    def _take_earlier(self) -> None:
        self._postponed.take_earlier()
        self._was_open = True

    def _opened_whole(self) -> Store:
        """Opens the file; of a damaged one a new one, which may take several tasks. Raises DatabaseError."""
        salvaged = ""
        if self._rescue is None:
            try:
                if not self._is_suspect:
                    return Store(self.url, self._tries_again, self._goes_on)
            except DatabaseUnusableError as error:
                if not (isinstance(error, DatabaseDamagedError) or is_ours_in_ruins(self.path)):
                    raise
            settings = self._context.settings
            is_sure = not self._is_suspect or self._was_suspect
            self._rescue = Rescue(
                self.url, lambda: newest_backup(self.path, settings(), self._clock.utc_s()), is_sure=is_sure
            )
            self._was_suspect |= self._is_suspect
            self._is_suspect = False
        self._wait_for(self._rescue)
        try:
            salvaged = self._rescue.finish()
        finally:
            if self._rescue.is_over:
                self._rescue = None
        store = Store(self.url, self._tries_again, self._goes_on)
        if salvaged:
            store.salvaged = salvaged
            with store.database.writing() as cursor:
                write_events(cursor, [RecordingEvent(self._clock.utc_s(), "", EventKind.SALVAGED, salvaged)])
        return store

    def _wait_for(self, rescue: Rescue) -> None:
        """A moment, which a small file takes; to its end where nothing was stored yet, since nothing is read then."""
        task, until_s = self._task, self._clock.monotonic_s() + _PATIENCE_S
        while not (rescue.wait(_LOCK_SLICE_S) or self._closing or (task and task.is_interrupted())):
            if self._was_open and self._clock.monotonic_s() >= until_s:
                return

    def _close_store(self) -> None:
        store, self._store = self._store, None
        self._upkeep = []
        if store:
            store.database.close()

    def _goes_on(self, database: Database, copied: float) -> bool:
        """Whether to go on with a migration; meanwhile nobody waits for it longer than for another program's lock."""
        now_s = self._clock.monotonic_s()
        if self._migrating is None:
            self._take_earlier()  # from now on there are readings that wait
            self._migrating, self._copied_said_s = database, now_s
        self._copied = copied
        if copied < 1 and now_s >= self._copied_said_s + _COPIED_SAID_S:
            self._copied_said_s = now_s
            _log.info("💾 Copying the database %s before it is migrated: %.0f %%", self.path, 100 * copied)
        return not self._closing

    def _tries_again(self) -> bool:
        """Whether to try again what another program's lock kept from happening, after a moment."""
        task = self._task
        if task is None or task.is_interrupted() or self._clock.monotonic_s() >= task.until_s:
            return False
        with self._changed:
            self._clock.wait(self._changed, _LOCK_SLICE_S)
        return True
