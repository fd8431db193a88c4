"""How long each step of a cycle took is asked of the newest cycles alone, and of those that went wrong."""

from sqlite3 import Cursor
from typing import cast

from t3monitor.model.errors import Outcome
from t3monitor.store.database import Database
from t3monitor.store.reading import reading
from t3monitor.store.schema import sync_runs
from t3monitor.store.statements import INSERT_RUN
from t3monitor.store.upkeep.ages import Ages
from t3monitor.store.upkeep.slices import UpkeepContext

_AGE_S = 30 * 86_400.0
_ROWS_AT_ONCE = 200
_REST_S, _EVERY_S = 0.02, 3600.0
_ROW = "SELECT * FROM SYNC_RUNS WHERE id = ?"
_PHASES = sync_runs.columns.keys().index("phases_ms")
_OLD = f"""
    SELECT started_at, id, outcome = '{Outcome.OK.value}' AND phases_ms <> '{{}}' FROM SYNC_RUNS
    WHERE (started_at, id) > (?, ?) AND started_at < ? ORDER BY started_at, id LIMIT ?"""  # noqa: S608 - of constants


class EmptyPhases:
    """Empties the phases of good cycles that are 30 days old; they are half of the ledger."""

    def __init__(self, context: UpkeepContext) -> None:
        self._clock = context.clock
        self._looked_at = 0.0, 0  # cycles up to the one that began then and has this id

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        with reading(database.url) as connection:
            ages = Ages.in_file(cast(Cursor, connection.connection.cursor()), self._clock.utc_s())
            before_s = ages.now_s - _AGE_S
            before_s -= ages.uncounted_s(before_s)
            rows = connection.exec_driver_sql(_OLD, (*self._looked_at, before_s, _ROWS_AT_ONCE)).fetchall()
        if full := [(run_id,) for _, run_id, is_full in rows if is_full]:
            with database.writing() as cursor:
                emptied = [row for run_id in full for row in cursor.execute(_ROW, run_id)]
                # Rows that are made shorter in their places would leave all pages as they are, half empty.
                cursor.executemany("DELETE FROM SYNC_RUNS WHERE id = ?", full)
                cursor.executemany(INSERT_RUN, [(*row[:_PHASES], "{}", *row[_PHASES + 1 :]) for row in emptied])
        if rows:
            self._looked_at = rows[-1][:2]
        return _REST_S if len(rows) == _ROWS_AT_ONCE else _EVERY_S
