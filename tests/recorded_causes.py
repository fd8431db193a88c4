"""A service whose cycles fail as a test wants, and what its database tells of why."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from answers import real_answer, real_panel
from clock import FakeClock
from scripted_link import ScriptedLink
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import LinkTimeoutError
from t3monitor.model.events import CycleFinished, SyncEvent
from t3monitor.store.keepers import Keepers
from t3monitor.sync.service import SyncService
from t3monitor.t3000.link import Answer
from values import NOW_S

STEP_S = 30
ONE, TWO = 237219, 237220
TIMEOUT = LinkTimeoutError("T3000 gave no answer within 30 s")


class Recording:
    """A service by an injected clock, whose link reads anew whatever is in its answer; each `run` is a program."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "history.db"
        self.clock = FakeClock(NOW_S)
        self.settings: dict[str, Any] = {"retry_attempts": 0}
        self.service: SyncService

    def answer(self, *serials: int, **fields: Any) -> Callable[[], Answer]:
        """A step: panels of these serial numbers, read at the time of the call."""

        def read() -> Answer:
            now_s = int(self.clock.utc_s())
            times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
            panels = [
                real_panel(serial, panel_id=serial % 100, panel_name=f"AHU{serial % 100}", **times)
                for serial in serials or (ONE, TWO)
            ]
            return Answer(real_answer(*panels), **{"turn_s": 0.0, **fields})

        return read

    def run(self, *steps: Any, between: Callable[[int], None] = lambda _: None, once: bool = False) -> None:
        """Cycles every 30 s, one for each step; ``between`` is called with the number of each that has ended.

        ``once``: one alone, as a scheduler has it.
        """
        settings = Settings(link=LinkName.DEMO, database=f"sqlite:///{self.file}", sync_interval_secs=STEP_S)
        link = ScriptedLink(*steps)
        keepers = Keepers(self.clock)
        service = self.service = SyncService(
            settings.with_values(**self.settings), lambda _: link, lambda now: now.database, self.clock, keepers=keepers
        )
        ended = 0

        def listen(event: SyncEvent) -> None:
            nonlocal ended
            if isinstance(event, CycleFinished):
                ended += 1
                between(ended)
                if ended == len(steps):
                    service.close()

        service.add_listener(listen)
        if once:
            service.sync_once()
        else:
            service.start()
        thread = threading.Thread(target=service.run, name="sync", daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        self.clock.now_s += STEP_S

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    @property
    def coverage(self) -> list[Any]:
        """Panel, type, cause, cycles, and from when to when, counted from the begin."""
        columns = f"serial_number, point_type, cause, cycles, since - {NOW_S}, until - {NOW_S}"
        return self.rows(f"SELECT {columns} FROM COVERAGE ORDER BY since, id")

    @property
    def happened(self) -> list[Any]:
        return self.rows(f"SELECT kind, detail, at - {NOW_S} FROM SYNC_EVENTS ORDER BY at, id")


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


@contextmanager
def locked_after(recording: Recording, first: int, last: int) -> Iterator[Callable[[int], None]]:
    """Another program has the database from the end of one cycle to that of another."""
    with closing(sqlite3.connect(recording.file, check_same_thread=False)) as other:

        def lock(ended: int) -> None:
            if ended == first:
                other.execute("BEGIN IMMEDIATE")
            if ended == last:
                other.rollback()

        yield lock
