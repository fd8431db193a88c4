"""A site that is read live, for tests: whole cycles into a real database, in virtual time."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from clock import FakeClock
from t3monitor.config.settings import Settings
from t3monitor.model.events import AnswerDecoded, CycleFinished, CycleReport, SyncEvent
from t3monitor.model.snapshot import Snapshot
from t3monitor.sync.service import SyncService
from t3monitor.t3000.link import Link
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_client import ModelClient
from t3000_model import PanelModel, T3000Model, make_panels

STEP_S = 30
USED = (20, 12, 10)  # inputs, outputs and variables of a panel


def site_panels(count: int) -> list[PanelModel]:
    """Panels that can be told apart."""
    return make_panels(count, used=USED, alike=False)


class LiveCycles:
    """One T3000 and one database; each `run` is a program of ours, from its start to its end."""

    def __init__(self, folder: Path, panels: list[PanelModel]) -> None:
        self.file = folder / "history.db"
        self.panels = panels
        self.clock = FakeClock()
        self.t3000 = T3000Model(panels, self.clock.monotonic_s, self.clock.utc_s)
        self.client = ModelClient(self.t3000, self.clock)
        self.snapshots: list[Snapshot] = []

    def service(self, **settings: Any) -> SyncService:
        """A program of ours, not started yet."""
        usual = {"link": "webapi", "web_reading": "live", "sync_interval_secs": STEP_S}
        in_force = Settings(database=f"sqlite:///{self.file}", **usual | settings)
        return SyncService(in_force, self._open, lambda current: current.database, self.clock)

    def run(self, cycles: int, after: Callable[[int], None] = lambda _: None, **settings: Any) -> list[CycleReport]:
        """The reports of so many cycles; ``after`` is called with the number of each that has ended."""
        service = self.service(**settings)
        reports: list[CycleReport] = []

        def listen(event: SyncEvent) -> None:
            if isinstance(event, AnswerDecoded):
                self.snapshots.append(event.snapshot)
            if isinstance(event, CycleFinished):
                reports.append(event.report)
                after(len(reports))
                if len(reports) == cycles:
                    service.close()

        service.add_listener(listen)
        service.start()
        thread = threading.Thread(target=service.run, name="sync", daemon=True)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        self.clock.now_s += STEP_S
        return reports

    def _open(self, settings: Settings) -> Link:
        return WebApiLink(
            "http://127.0.0.1:9103",
            settings.web_reading,
            monotonic_s=self.clock.monotonic_s,
            utc_s=self.clock.utc_s,
            reads_all=settings.live_points == "all",
            client=self.client,
        )

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        return self.rows(sql)[0][0]
