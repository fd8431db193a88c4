"""Packs the history between the cycles, a block at a time."""

import logging
from collections import deque

from t3monitor.store.database import Database
from t3monitor.store.reading import reading
from t3monitor.store.upkeep import UpkeepContext

_HOT_FRAMES = 480  # of a vector: when there are as many the oldest are packed
_CATCHING_UP_S = 0.02  # until the next block of many: others want the disk and the processor too
_NEXT_VECTOR_S = 1.0  # those of a site all come due with the same cycle
_NEXT_ROUND_S = 60.0
_FRAMES = """FROM TRENDLOG_FRAMES AS frame INDEXED BY TRENDLOG_FRAMES_HOT
    WHERE frame.serial_number = vector.serial_number AND frame.point_type = vector.point_type AND frame.seq IS NULL"""
# Whether frames of an older program are to be filled in is told by the oldest.
_WAITING = f"""SELECT serial_number, point_type, is_due IS NOT NULL FROM (
    SELECT vector.serial_number, vector.point_type, (SELECT 1 {_FRAMES} LIMIT 1 OFFSET {_HOT_FRAMES - 1}) AS is_due,
        (SELECT frame.sync_interval IS NULL {_FRAMES} ORDER BY frame.logging_time, frame.run_id LIMIT 1) AS is_old
    FROM (SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS) AS vector
) WHERE is_due OR is_old"""  # noqa: S608 - of constants
_IS_DUE = f"""SELECT 1 FROM TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT
    WHERE serial_number = ? AND point_type = ? AND seq IS NULL LIMIT 1 OFFSET {_HOT_FRAMES - 1}"""  # noqa: S608
_log = logging.getLogger(__name__)

_Vector = tuple[int, str]


class Packing:
    """Packs the oldest frames of each vector that has many."""

    def __init__(self, _context: UpkeepContext) -> None:
        self._waiting: deque[tuple[_Vector, bool]] = deque()  # with whether it is due; else it is to be filled in
        self._unreadable: set[_Vector] = set()
        self._packed = 0  # frames of the first one that waits, by now

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        if not self._waiting:
            self._look(database)
            return 0.0 if self._waiting else _NEXT_ROUND_S
        vector, is_due = self._waiting[0]
        from t3monitor.store import packed  # with numpy, which a program that was just started can do without

        goes_on = False
        try:
            with database.writing() as cursor:
                if is_due:
                    self._packed += packed.pack_oldest(cursor, *vector)
                    goes_on = cursor.execute(_IS_DUE, vector).fetchone() is not None
                else:
                    packed.fill_intervals(cursor, *vector)
        except ValueError as error:
            _log.warning("⚠️ %s readings of panel %d cannot be packed (%s); restore a copy", *reversed(vector), error)
            self._unreadable.add(vector)
        if goes_on:
            return _CATCHING_UP_S
        if self._packed > _HOT_FRAMES:
            _log.info("💾 Packed the %s readings of panel %d: %d", *reversed(vector), self._packed)
        self._packed = 0
        self._waiting.popleft()
        return _NEXT_VECTOR_S

    def _look(self, database: Database) -> None:
        """Finds the vectors that wait."""
        with reading(database.url) as connection:
            for serial_number, point_type, is_due in connection.exec_driver_sql(_WAITING):
                vector = serial_number, point_type
                if vector not in self._unreadable:
                    self._waiting.append((vector, bool(is_due)))
