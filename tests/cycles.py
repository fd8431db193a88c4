"""A service in a thread of its own for tests: its cycles follow each other at once, by an injected clock."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from clock import FakeClock
from scripted_link import ScriptedLink
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.events import AnswerDecoded, CycleFinished, CycleReport, SyncEvent
from t3monitor.sync.service import SyncService
from t3monitor.t3000.link import Answer
from values import NOW_S

STEP_S = 30


class Cycles:
    """Cycles of a service every 30 s, whose link gives what it is told."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "history.db"
        self.clock = FakeClock(NOW_S)
        self.events: list[SyncEvent] = []

    def run(self, *steps: bytes | Answer | Callable[[], Any], interval_s: int = STEP_S) -> list[CycleReport]:
        """A service of its own, from its start to its end; the reports of its cycles."""
        settings = Settings(link=LinkName.DEMO, database=f"sqlite:///{self.file}", sync_interval_secs=interval_s)
        link = ScriptedLink(*steps)
        service = SyncService(settings, lambda _: link, lambda current: current.database, self.clock)
        reports: list[CycleReport] = []

        def listen(event: SyncEvent) -> None:
            self.events.append(event)
            if isinstance(event, CycleFinished):
                reports.append(event.report)
                if len(reports) == len(steps):
                    service.close()

        service.add_listener(listen)
        service.start()
        thread = threading.Thread(target=service.run, name="sync", daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        self.clock.now_s += interval_s
        return reports

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    @property
    def samples(self) -> list[tuple[int, float]]:
        """Logging time, counted from the begin, and value of what was stored of IN1, as it was stored."""
        frames = self.rows("SELECT logging_time, vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY run_id")
        return [(time_s - NOW_S, float(vals.strip("[]"))) for time_s, vals in frames]

    @property
    def shown(self) -> list[int | None]:
        """The times of the inputs as they were shown, counted from the begin."""
        devices = [event.snapshot.panels[0] for event in self.events if isinstance(event, AnswerDecoded)]
        times = [device.input_logging_time for device in devices]
        return [None if time_s is None else time_s - NOW_S for time_s in times]
