"""Rows of the ledger and vectors of the history, as they are written at once or late."""

import json
from collections.abc import Sequence
from sqlite3 import Cursor

import msgspec

from t3monitor.model.events import CycleReport
from t3monitor.store import statements
from t3monitor.store.schema import CREATED_BY_FFI_SYNC_SERVICE, DATA_SOURCE_FFI_SYNC


def json_array(values: list[float | None]) -> str:
    """Values as JSON text; whole numbers without their ``.0``, which would be a third of the file."""
    return msgspec.json.encode(values).replace(b".0,", b",").replace(b".0]", b"]").decode()


def with_values(text: str, positions: Sequence[int], values: list[float | None]) -> str:
    """The JSON text of an array with these values at these positions."""
    texts = text[1:-1].split(",")
    for position, value in zip(positions, json_array(values)[1:-1].split(","), strict=True):
        texts[position] = value
    return f"[{','.join(texts)}]"


def next_run_id(cursor: Cursor) -> int:
    """The id for the next row of the ledger."""
    run_id: int
    (run_id,) = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM SYNC_RUNS").fetchone()
    return run_id


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
