"""Reads the ledger of cycles for the window, on a short read-only connection of its own; called in any thread."""

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, tuple_

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import STORED_NOTHING, sync_runs

_AT_ONCE = 5000
_LONGEST_S = 86_400.0  # of a cycle, unless it slept with its computer


class Cycles(NamedTuple):
    """Some cycles of a database, newest first, among so many that were asked for and so many in all."""

    reports: list[CycleReport]
    wanted: int = 0
    all: int = 0
    newest: int = 0  # run id of the newest of all
    reaches_newest: bool = True  # no newer one was asked for


def read_cycles(url: str, limit: int, *, failed_only: bool = False, around_s: float | None = None) -> Cycles:
    """The newest ``limit`` cycles of a database, or of those that stored nothing; none if there is no such file.

    With ``around_s`` at most half of them ended at that time or after it, and the others before. The time of a stored
    cycle is that between its two times of day, as its own stopwatch is not stored. Raises DatabaseError.
    """
    with reading(url) as connection:
        cycles = stored_rows(connection, sync_runs)
        if cycles is None:
            return Cycles([])
        count = select(func.count()).select_from(sync_runs)
        wanted = every = connection.execute(count).scalar_one()
        newest = connection.execute(select(func.max(sync_runs.c.id))).scalar_one() or 0
        if failed_only:
            cycles = cycles.where(STORED_NOTHING)
            wanted = connection.execute(count.where(STORED_NOTHING)).scalar_one()
        last = None
        if around_s is not None:
            later = cycles.with_only_columns(sync_runs.c.id).where(sync_runs.c.finished_at >= around_s)
            begun = later.where(sync_runs.c.started_at >= around_s - _LONGEST_S)  # for its index
            ids = connection.execute(begun.order_by(sync_runs.c.started_at).limit(limit // 2)).scalars().all()
            last = max(ids) if len(ids) == limit // 2 else None
        if last is not None:
            cycles = cycles.where(sync_runs.c.id <= last)
        rows = connection.execute(cycles.order_by(sync_runs.c.id.desc()).limit(limit))
        return Cycles([_report(row) for row in rows], wanted, every, newest, last is None)


def cycles_between(url: str, start_s: float, end_s: float, sites: Collection[str]) -> Iterator[CycleReport]:
    """Every cycle of these sites that ran at any time between two, in the order of their begin; raises DatabaseError.

    Some are read at once, so that neither memory nor a transaction grows with the time.
    """
    at = sync_runs.c.started_at
    after = start_s - _LONGEST_S, 0
    while True:
        with reading(url) as connection:
            cycles = stored_rows(connection, sync_runs)
            if cycles is None:
                return
            cycles = cycles.where(at >= after[0], at <= end_s, tuple_(at, sync_runs.c.id) > after)
            rows = connection.execute(cycles.order_by(at, sync_runs.c.id).limit(_AT_ONCE)).all()
        yield from (_report(row) for row in rows if row.finished_at >= start_s and row.site in sites)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].started_at, rows[-1].id


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
