"""Storing what is imported, also an import that is ended in its midst."""

import sys
from typing import Any

from t3monitor.exchange.t3000_files.importing import Store
from t3monitor.store.database import Database
from t3monitor.store.work import CancelledWorkError
from t3monitor.store.writing.imported import store_imported


def storing(database: Database, ends_after: int = sys.maxsize) -> Store:
    """``ends_after`` so many windows, in the transaction of the next one."""
    windows = 0

    def store(frames: Any, detail: str) -> int:
        nonlocal windows
        windows += 1
        with database.writing() as cursor:
            added = store_imported(cursor, frames, 1.0, detail)
            if windows > ends_after:
                raise CancelledWorkError
        return added

    return store
