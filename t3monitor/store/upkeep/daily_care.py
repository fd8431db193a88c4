"""What is done to a database once a day while it is recorded to: a backup, or else a look at all of its pages."""

import logging
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from t3monitor.model.causes import EventKind
from t3monitor.store.database import Database
from t3monitor.store.pages import must_be_whole
from t3monitor.store.upkeep.backup import BackupError
from t3monitor.store.upkeep.backups import last_care, make_backup
from t3monitor.store.upkeep.slices import UpkeepContext
from t3monitor.store.work import LongWork
from t3monitor.store.writing.events import RecordingEvent, write_events

_SETTLING_S = 300.0  # after the start there is enough to do
_EVERY_S = 86_400.0
_AGAIN_S = 3_600.0
_LOOK_S = 1.0  # whether it is done
_log = logging.getLogger(__name__)


class _Done(NamedTuple):
    backup: Path | None
    problem: str


class DailyCare:
    """Reads the database in a thread of its own, so that no cycle waits for it; a backup is looked at, which is both.

    It ends at once when the database is closed. Nothing of it for made up and recorded values.
    """

    def __init__(self, context: UpkeepContext) -> None:
        self._context = context
        self._is_settled = False
        self._work: LongWork | None = None
        self._done: Future[_Done] = Future()
        self._said = ""
        self._thread: threading.Thread | None = None

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        if self._thread is None:
            if not self._is_settled:
                self._is_settled = True
                return _SETTLING_S
            checked_s = last_care(database.url).checked_s
            wait_s = 0.0 if checked_s is None else checked_s + _EVERY_S - self._context.clock.utc_s()
            if 0 < wait_s <= _EVERY_S:
                return wait_s
            self._begin(database)
        if not self._done.done():
            return _LOOK_S
        self._thread = None
        done = self._done.result()
        self._say(done.problem)
        now_s = self._context.clock.utc_s()
        events = [RecordingEvent(now_s, "", EventKind.CHECKED)]
        if done.backup:
            events.append(RecordingEvent(now_s, "", EventKind.BACKED_UP, str(done.backup)))
            _log.info("💾 Backup of the database: %s", done.backup)
        with database.writing() as cursor:
            write_events(cursor, events)
        return _AGAIN_S if done.problem else _EVERY_S

    def _begin(self, database: Database) -> None:
        work, done = LongWork(), Future[_Done]()
        url, settings = database.url, self._context.settings()
        wants_backup = bool(settings.backups) and settings.is_real

        def run() -> None:
            try:
                backup, problem = None, ""
                if wants_backup:
                    try:
                        backup = make_backup(url, settings, self._context.clock.utc_s(), work, rests=True)
                    except BackupError as error:
                        problem = str(error)
                if backup is None:
                    must_be_whole(url, work)
                done.set_result(_Done(backup, problem))
            except BaseException as error:  # noqa: BLE001 - it is raised in the keeper's thread
                done.set_exception(error)

        thread = threading.Thread(target=run, name="care", daemon=True)

        def end() -> None:
            work.cancel()
            thread.join()

        database.before_close(end)
        self._done, self._thread = done, thread
        thread.start()

    def _say(self, problem: str) -> None:
        """A problem is said when it begins and when it changes."""
        if problem and problem != self._said:
            _log.warning("⚠️ %s", problem)
        self._said = problem
