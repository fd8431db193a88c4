"""Reads the ledger of cycles for the window, on a short read-only connection of its own; called in any thread."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from t3monitor.config.database_url import read_only_uri
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store.failures import database_sentences

_BUSY_TIMEOUT_S = 2.0
_CYCLES = """
    SELECT id, outcome, reason, started_at, finished_at, phases_ms, attempts, devices, skipped, points, samples, bytes,
        {site}
    FROM SYNC_RUNS ORDER BY id DESC LIMIT ?
"""


def read_cycles(path: Path, limit: int) -> list[CycleReport]:
    """The newest ``limit`` cycles of a database file, newest first; none if there is no such file or no ledger in it.

    The time of a stored cycle is that between its two times of day, as its own stopwatch is not stored. Raises
    DatabaseError.
    """
    if not path.is_file():
        return []
    with database_sentences(path), closing(_read_only(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'SYNC_RUNS'").fetchone():
            return []
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(SYNC_RUNS)")}
        query = _CYCLES.format(site="site" if "site" in columns else "''")  # schema 0001 has no sites yet
        return [_report(row) for row in connection.execute(query, (limit,))]


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(read_only_uri(path), uri=True, timeout=_BUSY_TIMEOUT_S)


def _report(row: tuple[Any, ...]) -> CycleReport:
    (
        run_id,
        outcome,
        reason,
        started_at,
        finished_at,
        phases_ms,
        attempts,
        devices,
        skipped,
        points,
        samples,
        size,
        site,
    ) = row
    return CycleReport(
        outcome=_outcome(outcome),
        reason=reason,
        started_at=started_at,
        finished_at=finished_at,
        elapsed_ms=round(max(0.0, finished_at - started_at) * 1000, 1),  # the clock may have been set back meanwhile
        phases_ms=_phases(phases_ms),
        attempts=attempts,
        devices=devices,
        skipped=skipped,
        points=points,
        samples=samples,
        bytes=size,
        run_id=run_id,
        site=site,
    )


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:  # written by a later version
        return Outcome.FAILED


def _phases(text: str) -> dict[str, float]:
    """The durations by phase; none if somebody has edited them into something else."""
    try:
        phases = json.loads(text)
        return {str(phase): float(spent_ms) for phase, spent_ms in phases.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
