"""What is shown, and of what: followed from settings and events, without Qt."""

from collections.abc import Sequence

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.model.events import Committed, CycleFinished, CycleStarted, ServiceStarted, ServiceStopped, SyncEvent
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot, by_site, merged
from t3monitor.store.files import database_file
from t3monitor.sync.sites import settings_by_site


class Session:
    """The settings in force, which services run, and the newest snapshot of each site; of one thread.

    A site is a T3000 computer, by its name. ``shown`` are the panels of all sites; None before the first is known.
    """

    def __init__(self, paths: Paths, settings: Settings, warnings: Sequence[str] = ()) -> None:
        self._paths = paths
        self._started: set[str] = set()
        self._in_cycle: set[str] = set()
        self._elsewhere: set[str] = set()  # their running cycle began before the link or the database was changed
        self._newest: dict[str, Snapshot] = {}
        self._preferred: frozenset[PointKey] = frozenset()
        self.shown: Snapshot | None = None
        self.settings_warnings = warnings  # what of their file cannot be used
        self._take(settings)

    def _take(self, settings: Settings) -> None:
        self.settings = settings
        self.sites = tuple(settings_by_site(settings))
        self._heard: tuple[str, ...] = ()
        self.database = self._paths.database_url(settings)
        self.database_problem = _database_problem(self.database)  # why nothing can be stored; empty if it can

    @property
    def is_started(self) -> bool:
        """Whether the services of all sites run."""
        return self._started.issuperset(self.sites)

    @property
    def is_in_cycle(self) -> bool:
        """Whether the cycle of a site runs."""
        return not self._in_cycle.isdisjoint(self.sites)

    @property
    def can_record(self) -> bool:
        """Whether the settings say what to read and where to keep it."""
        return self.settings.link is not None and not self.database_problem

    def apply(self, settings: Settings) -> bool:
        """Takes other settings; whether they are of another link or database, of which nothing is known yet."""
        old, old_database = self.settings, self.database
        self._take(settings)
        self.settings_warnings = ()
        self._started.intersection_update(self.sites)
        self._in_cycle.intersection_update(self.sites)
        is_other = not settings.has_link_of(old) or self.database != old_database
        if is_other:
            self.shown, self._newest = None, {}
            self._elsewhere = set(self._in_cycle)
        return is_other

    def recall(self, stored: Snapshot) -> None:
        """Takes what the database holds of earlier runs; a cycle may have been faster, which is newer."""
        self._newest = by_site(stored) | self._newest
        self.shown = merged(self._newest.values())

    def show(self, stored: Snapshot) -> None:
        """Takes what the database holds of the cycles of another program."""
        self._newest = by_site(stored)
        self.shown = merged(self._newest.values())

    def hear(self, site: str) -> bool:
        """Another program tells of a site: those that it names are the sites. Whether they are others than before."""
        if site in self._heard:
            return False
        before = self.sites
        self.sites = self._heard = (*self._heard, site)
        return self.sites != before

    def forget_services(self) -> None:
        """Nothing is known of the services any more: it was another program that told of them, and that has ended."""
        self.sites, self._heard = tuple(settings_by_site(self.settings)), ()
        self._started.clear()
        self._in_cycle.clear()

    def leave_out_gone(self) -> None:
        """Goes on with what is watched, without what only sites tell of that are gone.

        Where that is all, it stays until the first cycle, which may be that of a site that was just renamed.
        """
        watched = {site: snapshot for site, snapshot in self._newest.items() if site in self.sites}
        if watched:
            self._newest = watched
            self.shown = merged(watched.values())

    def take(self, event: SyncEvent) -> bool:
        """Follows the services; whether the event is of what is watched now."""
        site = event.site
        match event:
            case ServiceStarted():
                self._started.add(site)
                return True
            case ServiceStopped():
                self._started.discard(site)
                return True
            case CycleStarted(database=database):
                self._in_cycle.add(site)
                self._elsewhere.discard(site)
                if database != self.database:
                    self._elsewhere.add(site)
            case Committed(snapshot=snapshot, database=self.database) if site in self.sites:
                self._newest[site] = snapshot
                self.shown = merged(self._newest.values())
            case CycleFinished():
                self._in_cycle.discard(site)
        return site in self.sites and site not in self._elsewhere

    def prefer(self, points: frozenset[PointKey]) -> bool:
        """Takes what the user looks at; whether that is something else than before."""
        is_other = points != self._preferred
        self._preferred = points
        return is_other


def _database_problem(url: str) -> str:
    try:
        database_file(url)
    except DatabaseUnusableError as error:
        return str(error)
    return ""
