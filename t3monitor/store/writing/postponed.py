"""What waits until it can be stored: in memory, and between two runs of the program beside the database."""

import logging
import threading
from contextlib import suppress
from pathlib import Path

from t3monitor.model.errors import DatabaseError
from t3monitor.store.folders import KnownFolders
from t3monitor.store.writing.events import RecordingEvent
from t3monitor.store.writing.late import Late, UnstoredCycle, late_file, read_late, write_late
from t3monitor.store.writing.writer import Writer

_log = logging.getLogger(__name__)


class Postponed:
    """Of one database; `add` and `note` are for any thread, all else is for the one that writes."""

    def __init__(self, database: Path, folders: KnownFolders) -> None:
        self._database = database
        self._folders = folders
        self._lock = threading.Lock()
        self._late = Late()
        self._has_earlier = False
        self._leaves_causes = False  # after single cycles: the next program wants to know what this one waits for

    @property
    def has_cycles(self) -> bool:
        """Whether the last task that wrote waited in vain, or failed."""
        return bool(self._late.cycles)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._late.is_empty

    def add(self, cycle: UnstoredCycle) -> None:
        """A cycle that could not be stored."""
        with self._lock:
            self._late.add(cycle)

    def note(self, event: RecordingEvent) -> None:
        """What happened to the recording, which is stored with the next task that writes."""
        with self._lock:
            self._late.add_event(event)
            self._leaves_causes = event.goes_on_s > 0

    def take_earlier(self) -> None:
        """What an earlier run could not store waits with it, from the first call on."""
        if self._has_earlier:
            return
        with self._lock:
            earlier = read_late(self._database)
            earlier.cycles += self._late.cycles  # ledger rows: nothing was read yet
            earlier.events += self._late.events
            self._late = earlier
        self._has_earlier = True

    def store(self, writer: Writer, now_s: float) -> int:
        """Stores all of it, and tells how many cycles that were; raises DatabaseError, and then it waits on."""
        with self._lock:
            if self._late.is_empty:
                return 0
            count = len(self._late.cycles)
            try:
                writer.store_late(self._late, now_s)
            except DatabaseError:
                raise
            except Exception:  # noqa: BLE001 - what nobody can store must not keep out what comes after it
                _log.exception("❌ Cycles that are lost by an error of this program: %d", count)
                self._late = Late()
                return 0
            self._late = Late()
            with suppress(OSError):  # what is in the ledger is not stored again
                late_file(self._database).unlink(missing_ok=True)
        if count:
            _log.info("💾 Cycles that were stored late, with the times of their readings: %d", count)
        return count

    def leave(self, writer: Writer | None) -> None:
        """Leaves it to the next run, by an error, or since the disk has no room for it."""
        if writer and self._leaves_causes:
            self._late.waiting = writer.waiting()
        if self._late.is_empty:
            return
        count, file = len(self._late.cycles), late_file(self._database)
        try:
            self._folders.check(self._database)
            write_late(self._database, self._late)
        except (DatabaseError, OSError, ValueError) as error:
            if count:  # else it is only when the program ended
                _log.error(
                    "❌ Cycles that were not stored and are lost: %d; %s cannot be written: %s", count, file, error
                )
        else:
            if count:
                _log.warning("⚠️ Cycles that were not stored and wait in %s for the next start: %d", file, count)
