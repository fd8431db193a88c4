"""Rows of the ledger and vectors of the history, as they are written at once or late."""

import json
from collections.abc import Sequence
from sqlite3 import Cursor

import msgspec

from t3monitor.model.events import CycleReport
from t3monitor.store import statements
from t3monitor.store.schema import CREATED_BY_FFI_SYNC_SERVICE, DATA_SOURCE_FFI_SYNC

_NEWEST_IN_LEDGER = "SELECT coalesce(max(id), 0) FROM SYNC_RUNS"
_NEWEST_HOT = "SELECT coalesce(max(run_id), 0) FROM TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT WHERE seq IS NULL"
_NEWEST_PACKED = "SELECT coalesce(max(last_run), 0) FROM TRENDLOG_BLOCKS"


def json_array(values: list[float | None]) -> str:
    """Values as JSON text; whole numbers without their ``.0``, which would be a third of the file."""
    return msgspec.json.encode(values).replace(b".0,", b",").replace(b".0]", b"]").decode()


def with_values(text: str, positions: Sequence[int], values: list[float | None]) -> str:
    """The JSON text of an array with these values at these positions."""
    texts = text[1:-1].split(",")
    for position, value in zip(positions, json_array(values)[1:-1].split(","), strict=True):
        texts[position] = value
    return f"[{','.join(texts)}]"


def newest_run_id(cursor: Cursor, known: int | None) -> int:
    """The greatest id of a cycle, whose readings may outlive its row of the ledger; ``known``: as it was before.

    Of two readings of one time that of the greater one counts, hence none is given twice.
    """
    newest = _number(cursor, _NEWEST_IN_LEDGER)
    if known is not None:
        return max(known, newest)
    hot = _number(cursor, _NEWEST_HOT)
    if 0 < newest >= hot:
        return newest
    return max(0, hot, _number(cursor, _NEWEST_PACKED))  # rows of the ledger are gone; of many years this takes seconds


def _number(cursor: Cursor, sql: str) -> int:
    number: int
    (number,) = cursor.execute(sql).fetchone()
    return number


def insert_run(cursor: Cursor, run_id: int, report: CycleReport, sync_interval_s: int) -> None:
    """Adds a cycle to the ledger."""
    row = (
        run_id,
        report.started_at,
        report.finished_at,
        report.outcome.value,
        report.reason,
        report.attempts,
        report.bytes,
        report.devices,
        report.skipped,
        report.points,
        report.samples,
        json.dumps(dict(report.phases_ms)),
        sync_interval_s,
        DATA_SOURCE_FFI_SYNC,
        CREATED_BY_FFI_SYNC_SERVICE,
        report.site,
    )
    cursor.execute(statements.INSERT_RUN, row)
