"""Packs the history between the cycles, a block at a time."""

import logging
from collections import deque
from sqlite3 import Cursor
from typing import cast
from zlib import crc32

from t3monitor.store.database import Database
from t3monitor.store.layouts import RowVector
from t3monitor.store.reading import reading
from t3monitor.store.upkeep.slices import UpkeepContext, is_loaded

_FRAMES_OF_BLOCK = 240
_LEFT_HOT = 30  # of a vector, when the oldest are packed
_CATCHING_UP_S = 0.02  # until the next block of many: others want the disk and the processor too
_NEXT_VECTOR_S = 1.0  # after an outage many may have come due
_NEXT_ROUND_S = 60.0
_LOOKED_AT_ONCE = 8  # vectors: some 0.2 ms each
_HOT = """FROM TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT
    WHERE serial_number = ? AND point_type = ? AND seq IS NULL"""
_IS_DUE = f"SELECT 1 {_HOT} LIMIT 1 OFFSET ?"
_HAS_BLOCKS = "SELECT 1 FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ? LIMIT 1"
# The oldest tells whether frames of an older program are to be filled in.
_IS_OLD = f"SELECT sync_interval IS NULL {_HOT} ORDER BY logging_time, run_id LIMIT 1"
_VECTORS = "SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS"
_TOOLS = "t3monitor.store.upkeep.packed"
_log = logging.getLogger(__name__)


class Packing:
    """Packs the oldest frames of each vector that has many."""

    def __init__(self, _context: UpkeepContext) -> None:
        self._unseen: deque[RowVector] = deque()  # of this round
        self._waiting: deque[tuple[RowVector, bool]] = deque()  # with whether it is due; else it is to be filled in
        self._unreadable: set[RowVector] = set()
        self._packed = 0  # frames of the first one that waits, by now
        self._is_untidy = False  # that one

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        if not self._waiting:
            self._look(database)
            return _CATCHING_UP_S if self._waiting or self._unseen else _NEXT_ROUND_S
        if not is_loaded(_TOOLS):
            return _CATCHING_UP_S  # a program that ends after a cycle or two is to pack something too
        vector, is_due = self._waiting[0]
        from t3monitor.store.upkeep import packed  # with numpy, which a program that was just started can do without

        goes_on = False
        try:
            with database.writing() as cursor:
                if self._is_untidy:  # which takes longer than a block, so that it is a slice of its own
                    packed.tidy(cursor, *vector)
                    self._is_untidy, goes_on = False, _is_due(cursor, vector)
                elif is_due:
                    self._packed += packed.pack_oldest(cursor, *vector, _frames_of_block(cursor, vector))
                    self._is_untidy = packed.is_untidy(cursor, *vector)
                    goes_on = self._is_untidy or _is_due(cursor, vector)
                else:
                    packed.fill_intervals(cursor, *vector)
        except ValueError as error:
            _log.warning("⚠️ %s readings of panel %d cannot be packed (%s); restore a copy", *reversed(vector), error)
            self._unreadable.add(vector)
        if goes_on:
            return _CATCHING_UP_S
        if self._packed > _FRAMES_OF_BLOCK:
            _log.info("💾 Packed the %s readings of panel %d: %d", *reversed(vector), self._packed)
        self._packed = 0
        self._waiting.popleft()
        return _NEXT_VECTOR_S

    def _look(self, database: Database) -> None:
        """Finds vectors that wait, among some or all of them."""
        with reading(database.url) as connection:
            cursor = cast(Cursor, connection.connection.cursor())
            if not self._unseen:
                self._unseen.extend(cursor.execute(_VECTORS))
            for _ in range(min(_LOOKED_AT_ONCE, len(self._unseen))):
                vector = self._unseen.popleft()
                is_due = _is_due(cursor, vector)
                if vector not in self._unreadable and (is_due or cursor.execute(_IS_OLD, vector).fetchone() == (1,)):
                    self._waiting.append((vector, is_due))


def _is_due(cursor: Cursor, vector: RowVector) -> bool:
    at_least = _LEFT_HOT + _frames_of_block(cursor, vector)
    return cursor.execute(_IS_DUE, (*vector, at_least - 1)).fetchone() is not None


def _frames_of_block(cursor: Cursor, vector: RowVector) -> int:
    """How many the next block of a vector is to have: the first one fewer, as many as chance has it.

    Vectors of a site begin together. If all came due together for ever, the file would have room for the frames of
    all at their most, and have it free after each packing.
    """
    if cursor.execute(_HAS_BLOCKS, vector).fetchone():
        return _FRAMES_OF_BLOCK
    return 1 + crc32(repr(vector).encode()) % _FRAMES_OF_BLOCK
