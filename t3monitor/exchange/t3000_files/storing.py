"""What an import stores, by whoever writes to the database."""

import time
from collections.abc import Callable, Collection
from sqlite3 import Cursor

from t3monitor.model.errors import DatabaseError
from t3monitor.store.keeper import Keeper
from t3monitor.store.keeper import Store as OpenStore
from t3monitor.store.writing.imported import ImportedFrame, store_imported


class Storing:
    """Has it stored, a task of the keeper each; raises DatabaseError."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._begun_at = time.time()

    def __call__(self, frames: Collection[ImportedFrame], detail: str) -> int:
        """A window of readings, with what tells of the import; returns the samples it added."""
        return self.write(lambda cursor: store_imported(cursor, frames, self._begun_at, detail))

    def write(self, act: Callable[[Cursor], int]) -> int:
        """Whatever else, in a transaction; returns what ``act`` does."""

        def write(opened: OpenStore) -> int:
            if not opened.has_room():
                raise DatabaseError(f"The disk of {self._keeper.path} is nearly full: nothing more is imported")
            with opened.database.writing() as cursor:
                return act(cursor)

        return self._keeper.run(write)
