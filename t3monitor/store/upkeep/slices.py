"""What is done to an open database between the cycles, in the keeper's thread."""

import importlib
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from t3monitor.config.settings import Settings
from t3monitor.model.clock import Clock
from t3monitor.store.database import Database

_EVERY_S = 60.0
_HELD_UP_S = 5.0
_TOO_BIG_BYTES = 64_000_000
_log = logging.getLogger(__name__)
_loading: set[str] = set()


@dataclass(frozen=True, slots=True)
class UpkeepContext:
    """What upkeep may need to know; ``settings`` gives those in force."""

    clock: Clock
    settings: Callable[[], Settings]


class Upkeep(Protocol):
    """Work on an open database that belongs to no cycle; made anew, of an `UpkeepContext`, with each opening."""

    def work(self, database: Database) -> float:
        """Does a slice, some 10 ms, and returns in how many seconds it wants the next one.

        Raises DatabaseError, after which it is asked again in a minute.
        """
        ...


def is_loaded(module: str) -> bool:
    """Whether a module is; else a thread begins to load it: with numpy that takes 0.2 s, which a cycle would wait."""
    loaded = sys.modules.get(module)
    if loaded is not None and not getattr(loaded.__spec__, "_initializing", False):
        return True
    if module not in _loading:
        _loading.add(module)
        threading.Thread(target=importlib.import_module, args=(module,), name="upkeep", daemon=True).start()
    return False


class CopyWal:
    """Has the -wal in the file every minute, so that a copy of the file lacks no more, and cuts it back.

    Says when it grows because another program does not end reading, and when that is over.
    """

    def __init__(self, _context: UpkeepContext) -> None:
        self._is_too_big = False

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        left_bytes = database.copy_wal()
        if left_bytes > _TOO_BIG_BYTES and not self._is_too_big:
            _log.warning(
                "⚠️ The -wal of the database %s is %d MB and grows, since another program has been reading without an "
                "end; close that program",
                database.path,
                left_bytes // 1_000_000,
            )
            self._is_too_big = True
        elif left_bytes <= _TOO_BIG_BYTES and self._is_too_big:
            _log.info("💾 The -wal of the database %s is back to %d MB", database.path, left_bytes // 1_000_000)
            self._is_too_big = False
        return _HELD_UP_S if left_bytes else _EVERY_S
