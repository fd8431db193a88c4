"""A service on a scripted link, with a database and a clock that flies."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from answers import few_points
from clock import FakeClock
from scripted_link import ScriptedLink, Step
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import NotReadyError
from t3monitor.model.events import CycleFinished, CycleReport, SyncEvent
from t3monitor.simulation.building import Building
from t3monitor.sync.service import SyncService

WHOLE = Building(panels=2).answer(1_761_960_895)
ANSWER = few_points(WHOLE)
POINTS = 2 * 3 * 8
NOT_READY = NotReadyError("T3000 is starting (-2)")
_PATIENCE_S = 20.0


class Runner(threading.Thread):
    """Runs a service, as the command line and the window do."""

    def __init__(self, service: SyncService) -> None:
        super().__init__(daemon=True)
        self.service = service

    def run(self) -> None:
        self.service.run()

    def close(self) -> None:
        self.service.close()
        self.join(_PATIENCE_S)
        assert not self.is_alive()


class Site:
    """A service on a scripted link, with everything that it told."""

    def __init__(self, folder: Path, *steps: Step, **settings: Any) -> None:
        self.file = folder / "history.db"
        self.link = ScriptedLink(*(steps or (ANSWER,)))
        self.links_opened: list[str | None] = []
        self.clock = FakeClock()
        self.events: list[SyncEvent] = []
        self.settings = Settings(link=LinkName.DEMO, database=f"sqlite:///{self.file}").with_values(**settings)
        self.service = SyncService(self.settings, self.open_link, lambda current: current.database, self.clock)
        self.service.add_listener(self.events.append)
        self.thread = threading.Thread(target=self.service.run, name="sync", daemon=True)

    def open_link(self, settings: Settings) -> ScriptedLink:
        self.links_opened.append(settings.link)
        return self.link

    def after(self, cycles: int, do: Callable[[], Any]) -> None:
        """Has something done, in the service's thread, when so many cycles are over."""

        def listen(event: SyncEvent) -> None:
            if isinstance(event, CycleFinished) and len(self.reports) == cycles:
                do()

        self.service.add_listener(listen)

    def run(self, cycles: int) -> list[CycleReport]:
        """Starts the service and closes it after so many cycles."""
        self.after(cycles, self.service.close)
        self.service.start()
        self.thread.start()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.reports

    def once(self) -> CycleReport:
        """One cycle on request, in a service that is not started."""
        future = self.service.sync_once()
        self.thread.start()
        try:
            return future.result(20)
        finally:
            self.close()

    def close(self) -> None:
        while self.thread.is_alive():
            self.service.close()
            self.thread.join(0.05)

    @property
    def reports(self) -> list[CycleReport]:
        return [event.report for event in self.events if isinstance(event, CycleFinished)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


Open = Callable[..., Site]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Open]:
    sites: list[Site] = []

    def make(*steps: Step, **settings: Any) -> Site:
        sites.append(Site(tmp_path, *steps, **settings))
        return sites[-1]

    yield make
    for made in sites:
        made.close()
