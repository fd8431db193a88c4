"""Gives the simulated building a past: its answers of earlier times, stored as cycles would have stored them."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.simulation.building import Building
from t3monitor.store.database import Database
from t3monitor.store.writing.writer import Writer
from t3monitor.t3000.messages import AnswerDecoder

_DEMO_PAST_S = 86_400
_DEMO_STEP_S = 300
_DEMO_LATEST_S = 30  # before now: the first cycle follows
_one_past_at_a_time = threading.Lock()


def backfill(
    database_url: str,
    building: Building,
    start_utc_s: int,
    end_utc_s: int,
    step_s: int,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Stores an answer every ``step_s`` from the start up to the end, and returns how many.

    Each is a transaction of its own, so it may be cancelled between any two. Raises DatabaseError.
    """
    database = Database(database_url)
    try:
        writer, decoder = Writer(database), AnswerDecoder()
        cycles = 0
        for now_s in range(start_utc_s, end_utc_s, step_s):
            if is_cancelled():
                break
            body = building.answer(now_s)
            snapshot = decoder.decode(body, now_s)
            points = snapshot.point_count
            with writer.cycle(step_s) as transaction:
                for panel in snapshot.panels:
                    transaction.upsert(panel, now_s)
                    transaction.log(replace(panel, spacings_s=(step_s, step_s, step_s)))
                transaction.record(
                    CycleReport(
                        Outcome.OK,
                        reason="made up: the past of the simulated building",
                        started_at=now_s,
                        finished_at=now_s,
                        elapsed_ms=0.0,
                        phases_ms={},
                        attempts=1,
                        devices=len(snapshot.panels),
                        points=points,
                        samples=points,
                        bytes=len(body),
                    )
                )
            cycles += 1
        return cycles
    finally:
        database.close()


def give_demo_a_past(path: Path, panels: int, closing: threading.Event) -> None:
    """Makes the simulated building's database with a day in it; whole or not at all, and not where there is one."""
    partial = path.with_name(f"{path.name}.partial")
    with _one_past_at_a_time:
        _remove(partial)  # of a program that was killed
        if path.exists():
            return
        now_s = int(time.time())
        start_s, end_s = now_s - _DEMO_PAST_S, now_s - _DEMO_LATEST_S
        try:
            backfill(sqlite_url(partial), Building(panels=panels), start_s, end_s, _DEMO_STEP_S, closing.is_set)
            if not closing.is_set() and not path.exists():
                partial.replace(path)
        finally:
            _remove(partial)


def _remove(database: Path) -> None:
    for file in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        file.unlink(missing_ok=True)
