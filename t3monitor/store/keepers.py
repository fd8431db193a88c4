"""The keepers of the databases in use; see `t3monitor.store.keeper`."""

import threading
from collections.abc import Callable
from pathlib import Path

from t3monitor.config.settings import Settings
from t3monitor.model.clock import Clock, SystemClock
from t3monitor.store.files import database_file
from t3monitor.store.folders import KnownFolders
from t3monitor.store.keeper import Keeper
from t3monitor.store.upkeep.slices import UpkeepContext


class Keepers:
    """The keepers of the databases in use, one for each file, for any thread.

    A keeper is begun for the first service that wants it, and ended with the last one.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        known_folders: Path | None = None,
        take_lock: Callable[[Path], None] = lambda _: None,
        settings: Callable[[], Settings] = Settings,
    ) -> None:
        """``known_folders`` is the file of `KnownFolders`; ``take_lock`` raises HeldError for another program's.

        ``settings`` gives those in force, to the upkeep, in the threads of the keepers.
        """
        self._context = UpkeepContext(clock or SystemClock(), settings)
        self._folders = KnownFolders(known_folders)
        self._take_lock = take_lock
        self._lock = threading.Lock()
        self._keepers: dict[Path, tuple[Keeper, int]] = {}  # with how many use it

    def claim(self, database: Path) -> None:
        """The right to record into a database; raises DatabaseError, of another program's HeldError.

        Where its drive or share is not connected nothing is made: a lock under the mount point would guard nothing.
        """
        self._folders.check(database)
        self._take_lock(database)

    def take(self, url: str) -> Keeper:
        """The keeper of a database, to be given back; raises DatabaseUnusableError if the URL names no file."""
        with self._lock:
            path = database_file(url)
            keeper, users = self._keepers.get(path, (None, 0))
            if keeper is None:
                keeper = Keeper(url, self._folders, self.claim, self._context)
                keeper.start()
            self._keepers[path] = keeper, users + 1
            return keeper

    def give_back(self, keeper: Keeper) -> None:
        """Ends a keeper that nobody else uses, which may take a few seconds."""
        with self._lock:
            _, users = self._keepers.pop(keeper.path)
            if users > 1:
                self._keepers[keeper.path] = keeper, users - 1
            else:
                keeper.close()
