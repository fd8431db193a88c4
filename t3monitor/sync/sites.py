"""The sync services of all T3000 computers, side by side: one of each, in a thread of its own."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol, TypeVar

from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.clock import Clock, SystemClock
from t3monitor.model.events import CycleReport
from t3monitor.model.notes import NoteEdit
from t3monitor.model.points import PointKey
from t3monitor.model.successions import SuccessionEdit
from t3monitor.simulation.past import give_demo_a_past
from t3monitor.store.baselines import write_baseline
from t3monitor.store.files import database_file
from t3monitor.store.keeper import Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.notes import write_notes
from t3monitor.store.successions import write_successions
from t3monitor.sync.flow_log import FlowLog
from t3monitor.sync.pulse import Pulse
from t3monitor.sync.recording import PanelClaims
from t3monitor.sync.service import Listener, SyncService
from t3monitor.sync.upkeep import UpkeepByHand
from t3monitor.t3000.link import Link

T = TypeVar("T")


class ServiceRunner(Protocol):
    """A thread that runs one service."""

    def start(self) -> None:
        """Begins to run it."""
        ...

    def close(self) -> None:
        """Closes the service, a call of T3000 that hangs included, and waits for the thread's end."""
        ...


class SiteServices:
    """Does with all services what can be done with one; of the thread that made it, like everything below.

    Only the web service is asked on several computers; every other link has one service, whose site has no name.
    """

    def __init__(
        self,
        settings: Settings,
        open_link: Callable[[Settings], Link],
        database_url: Callable[[Settings], str],
        make_runner: Callable[[SyncService], ServiceRunner],
        listener: Listener,
        clock: Clock | None = None,
        known_folders: Path | None = None,
        take_lock: Callable[[Path], None] = lambda _: None,
        pulse: Pulse | None = None,
    ) -> None:
        """``listener`` is called in the threads of all services and of their keepers, after the flow log.

        ``known_folders`` and ``take_lock`` are those of `Keepers`, ``pulse`` is that of the services.
        """
        self._open_link = open_link
        self._database_url = database_url
        self._make_runner = make_runner
        self._listener = listener
        self._clock = clock
        self._claims = PanelClaims()
        self._settings = settings
        self._keepers = Keepers(clock, known_folders, take_lock, lambda: self._settings)
        self.upkeep = UpkeepByHand(self._keepers, clock or SystemClock())
        self._pulse = pulse
        self._is_running = self._is_started = False
        self._ended = threading.Event()
        self._services: dict[str, SyncService] = {}  # by the site's name
        self._runners: dict[str, ServiceRunner] = {}
        self._retired: list[ServiceRunner] = []
        self._take(settings)

    @property
    def sites(self) -> tuple[str, ...]:
        """The names of the sites, in the order of the settings."""
        return tuple(self._services)

    def claim(self, database: Path) -> None:
        """The right to record into a database, before anything is read; see `Keepers.claim`."""
        self._keepers.claim(database)

    def run(self) -> None:
        """Has the services work from now on, also those that come later, until `close`."""
        self._is_running = True
        for runner in self._runners.values():
            runner.start()

    def start(self) -> None:
        """Begins periodic cycles, the first at once; does nothing where they are running."""
        self._is_started = True
        for service in self._services.values():
            service.start()

    def stop(self, by: str = "by the user") -> None:
        """Ends periodic cycles and interrupts those that wait for T3000."""
        self._is_started = False
        for service in self._services.values():
            service.stop(by)

    def sync_once(self) -> "tuple[Future[CycleReport], ...]":
        """Asks for one cycle of each site now; from any thread, as `find_panels`."""
        return tuple(service.sync_once() for service in tuple(self._services.values()))

    def find_panels(self) -> None:
        """Has each site look anew which panels there are, and sync them."""
        for service in tuple(self._services.values()):
            service.find_panels()

    def give_past(self, is_cancelled: Callable[[], bool] = lambda: False) -> None:
        """Gives the database of the simulated building a past, unless it has one; blocks, in any thread.

        Raises DatabaseError.
        """
        settings, url = self._settings, self._database_url(self._settings)
        if settings.link == LinkName.DEMO:
            give_demo_a_past(
                database_file(url),
                settings.demo_panels,
                lambda: is_cancelled() or self._ended.is_set(),
                lambda do: self._write(url, lambda store: do(store.database)),
            )

    def write_notes(self, edits: Sequence[NoteEdit]) -> Sequence[NoteEdit]:
        """Changes notes in the database in force, and returns what takes that back; blocks, in any thread.

        Raises DatabaseError.
        """
        return self._write(self._database_url(self._settings), lambda store: write_notes(store.database, edits))

    def write_successions(self, edits: Sequence[SuccessionEdit]) -> Sequence[SuccessionEdit]:
        """Says there which panels took the place of others, in the same way; raises SuccessionError as well."""
        now_s = (self._clock or SystemClock()).utc_s()
        return self._write(
            self._database_url(self._settings), lambda store: write_successions(store.database, edits, now_s)
        )

    def write_baseline(self, edit: BaselineEdit) -> None:
        """Freezes all points as the database in force has them, or changes a baseline; blocks, in any thread.

        Raises BaselineError and DatabaseError.
        """
        settings, now_s = self._settings, (self._clock or SystemClock()).utc_s()
        self._write(
            self._database_url(settings),
            lambda store: write_baseline(store.database, edit, now_s, settings.sync_interval_secs),
        )

    def _write(self, url: str, do: Callable[[Store], T]) -> T:
        keeper = self._keepers.take(url)
        try:
            return keeper.run(do)
        finally:
            self._keepers.give_back(keeper)

    def fill(self) -> None:
        """The user wants holes of ours filled from T3000's own history; from any thread."""
        for service in tuple(self._services.values()):
            service.fill()

    def prefer(self, points: Collection[PointKey]) -> None:
        """These points are looked at: links that read in parts take them first."""
        for service in self._services.values():
            service.prefer(points)

    def accept_controller(self, serial_number: int) -> None:
        """The user says that what was taken for two controllers of a serial number is one; from the next cycles on."""
        self._claims.accept_controller(serial_number)

    def apply(self, settings: Settings) -> None:
        """Puts settings into force; ends the services of sites that are gone, and begins those of new ones."""
        self._settings = settings
        of_sites = settings_by_site(settings)
        for name in self._services.keys() - of_sites.keys():
            self._services.pop(name).close("for other settings: this T3000 computer is not among them")
            self._retired.append(self._runners.pop(name))
            self._claims.release(name)
        for name, of_site in of_sites.items():
            if name in self._services:
                self._services[name].apply(of_site)
        self._take(settings)

    def close(self) -> None:
        """Ends all services and waits for them; those that hang are ended side by side."""
        self._ended.set()
        for service in self._services.values():
            service.close()
        for runner in (*self._runners.values(), *self._retired):
            runner.close()

    def _take(self, settings: Settings) -> None:
        """Makes the services that there are not yet, and brings all of them into the order of the settings."""
        of_sites = settings_by_site(settings)
        for name, of_site in of_sites.items():
            if name not in self._services:
                self._make(name, of_site)
        self._services = {name: self._services[name] for name in of_sites}

    def _make(self, name: str, settings: Settings) -> None:
        service = SyncService(
            settings,
            self._open_link,
            self._database_url,
            self._clock,
            site=name,
            claims=self._claims,
            keepers=self._keepers,
            pulse=self._pulse,
        )
        for listener in (FlowLog(), self._listener):
            service.add_listener(listener)
        self._services[name] = service
        self._runners[name] = self._make_runner(service)
        if self._is_started:
            service.start()
        if self._is_running:
            self._runners[name].start()


def settings_by_site(settings: Settings) -> dict[str, Settings]:
    """What the service of each site is to see of the settings, by the site's name."""
    if settings.link != LinkName.WEBAPI:
        return {"": settings}
    return {site.name: settings.at_site(site) for site in settings.sites}
