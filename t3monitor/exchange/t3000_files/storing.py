"""Windows of an import in the database, by whoever writes to it."""

import time
from collections.abc import Collection

from t3monitor.exchange.t3000_files.importing import Store
from t3monitor.model.errors import DatabaseError
from t3monitor.store.keeper import Keeper
from t3monitor.store.keeper import Store as OpenStore
from t3monitor.store.writing.imported import ImportedFrame, store_imported


def storing(keeper: Keeper) -> Store:
    """What has windows stored, a task of the keeper each; it raises DatabaseError."""
    begun_at = time.time()

    def store(opened: OpenStore, frames: Collection[ImportedFrame], detail: str) -> int:
        if not opened.has_room():
            raise DatabaseError(f"The disk of {keeper.path} is nearly full: nothing more is imported")
        with opened.database.writing() as cursor:
            return store_imported(cursor, frames, begun_at, detail)

    return lambda frames, detail: keeper.run(lambda opened: store(opened, frames, detail))
