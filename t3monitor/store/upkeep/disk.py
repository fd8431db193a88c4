"""The disk that fills: a warning first, then samples stop while there is room left for all else."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_log = logging.getLogger(__name__)

# What is kept free of a disk that is not small: the -wal, of up to 64 MB, is in the file only when that has grown by as
# much. Present state and ledger, which go on, need 0.4 MB a day every 30 s.
_RESERVE_BYTES = 128_000_000
_SMALLEST_SHARE = 0.05  # of a small one
_ENOUGH_AGAIN = 1.5  # times the reserve: what stops and begins again with each cycle says nothing
_WARNING_BYTES = 1_000_000_000
_WARNING_SHARE = 0.1
NO_SAMPLES = "The disk is nearly full: samples are not stored"


class Room(NamedTuple):
    """How much of a disk is free, and how much of that is kept for what must go on."""

    free: int
    reserve: int
    is_low: bool  # it is to be warned of


def room_of(path: Path) -> Room | None:
    """As of the disk on which a file is; None where that cannot be told."""
    try:
        usage = shutil.disk_usage(path.parent)
    except OSError:
        return None
    reserve = min(_RESERVE_BYTES, int(usage.total * _SMALLEST_SHARE))
    warning = max(2 * reserve, min(_WARNING_BYTES, int(usage.total * _WARNING_SHARE)))
    return Room(usage.free, reserve, usage.free < warning)


class DiskGuard:
    """Says whether there is room for samples; of the keeper's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stops = self._is_warned = False

    def has_room(self, spare_bytes: Callable[[], int]) -> bool:
        """Whether samples may be stored; tells in the log what changes. ``spare_bytes``: what is free in the file."""
        room = room_of(self._path)
        if room is None:
            return True
        stopped, needed = self._stops, room.reserve * (_ENOUGH_AGAIN if self._stops else 1)
        self._stops = room.free < needed and room.free + spare_bytes() < needed
        free_mb = room.free // 1_000_000
        if self._stops and not stopped:
            _log.error(
                "❌ The disk of the database %s is nearly full (%d MB free): samples are not stored until there are "
                "%d MB, the present state and the ledger are; make room, or keep history for a shorter time (Settings)",
                self._path,
                free_mb,
                room.reserve * _ENOUGH_AGAIN // 1_000_000,
            )
        elif stopped and not self._stops:
            _log.info("💾 The disk of the database %s has %d MB free: samples are stored again", self._path, free_mb)
        elif room.is_low and not self._is_warned and not self._stops:
            _log.warning(
                "⚠️ The disk of the database %s has %d MB free; below %d MB samples are no longer stored",
                self._path,
                free_mb,
                room.reserve // 1_000_000,
            )
        self._is_warned = room.is_low
        return not self._stops
