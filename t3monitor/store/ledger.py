"""Reads the ledger of cycles for the window, on a short read-only connection of its own; called in any thread."""

import json
from typing import Any

from sqlalchemy import Row

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import sync_runs


def read_cycles(url: str, limit: int) -> list[CycleReport]:
    """The newest ``limit`` cycles of a database, newest first; none if there is no such file or no ledger in it.

    The time of a stored cycle is that between its two times of day, as its own stopwatch is not stored. Raises
    DatabaseError.
    """
    with reading(url) as connection:
        cycles = stored_rows(connection, sync_runs)
        if cycles is None:
            return []
        return [_report(row) for row in connection.execute(cycles.order_by(sync_runs.c.id.desc()).limit(limit))]


def _report(row: Row[Any]) -> CycleReport:
    return CycleReport(
        outcome=_outcome(row.outcome),
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
        # The clock may have been set back meanwhile.
        elapsed_ms=round(max(0.0, row.finished_at - row.started_at) * 1000, 1),
        phases_ms=_phases(row.phases_ms),
        attempts=row.attempts,
        devices=row.devices,
        skipped=row.skipped,
        points=row.points,
        samples=row.samples,
        bytes=row.bytes,
        run_id=row.id,
        site=row.site,
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
