"""Upkeep of a database that the user of a window asks for, while it is recorded to; each blocks, in any thread."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from t3monitor.config.settings import Settings
from t3monitor.model.causes import EventKind
from t3monitor.model.clock import Clock
from t3monitor.model.errors import DatabaseDamagedError, DatabaseError, DatabaseUnusableError
from t3monitor.store.files import database_file
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.migrate import present_revision
from t3monitor.store.upkeep.backups import make_backup
from t3monitor.store.upkeep.compact import compact
from t3monitor.store.work import LongWork
from t3monitor.store.writing.events import RecordingEvent, write_events


class UpkeepByHand:
    """What came of it is a sentence; what went wrong a MonitorError, and a CancelledWorkError when it was cancelled."""

    def __init__(self, keepers: Keepers, clock: Clock) -> None:
        self._keepers = keepers
        self._clock = clock

    @contextmanager
    def keeper(self, url: str) -> Iterator[Keeper]:
        """Who writes to it; of one that another program records into, whatever it is asked raises HeldError."""
        keeper = self._keepers.take(url)
        try:
            yield keeper
        finally:
            self._keepers.give_back(keeper)

    def check(self, url: str, work: LongWork) -> str:
        """Looks whether it is whole; a damaged one that this program records into is set aside with the next cycle."""
        from t3monitor.store.upkeep.checking import check  # with numpy

        path, health = database_file(url), check(url, work)
        if health.is_damaged:
            with suppress(DatabaseError), self.keeper(url) as keeper:
                keeper.run(_fail)
        if health.findings:
            raise DatabaseUnusableError(health.sentence(path))
        self._note(url, EventKind.CHECKED, "")
        return health.sentence(path)

    def compact(self, url: str, work: LongWork) -> str:
        """Makes it as small as it can be; cycles wait meanwhile, and are stored afterwards with their own times."""
        present_revision(url)
        with self.keeper(url) as keeper:
            before_mb, after_mb = keeper.occupy(
                lambda store: compact(store.database, work),
                "is being compacted; what is read meanwhile is stored afterwards",
            )
        sizes = f"{after_mb:.1f} MB, before {before_mb:.1f} MB"
        self._note(url, EventKind.COMPACTED, sizes)
        return f"The database is compact: {sizes}"

    def back_up(self, url: str, settings: Settings, work: LongWork) -> str:
        """Makes one of the daily backups now."""
        present_revision(url)
        copy = make_backup(url, settings, self._clock.utc_s(), work)
        for kind, detail in ((EventKind.CHECKED, ""), (EventKind.BACKED_UP, str(copy))):
            self._note(url, kind, detail)
        return f"The backup {copy} is made ({copy.stat().st_size / 1e6:.1f} MB), and it is good"

    def _note(self, url: str, kind: EventKind, detail: str) -> None:
        """Has it stored, where this program may."""
        event = RecordingEvent(self._clock.utc_s(), "", kind, detail)

        def write(store: Store) -> None:
            with store.database.writing() as cursor:
                write_events(cursor, [event])

        with suppress(DatabaseError), self.keeper(url) as keeper:
            keeper.run(write)


def _fail(_: Store) -> None:
    raise DatabaseDamagedError("A check has found the database damaged")
