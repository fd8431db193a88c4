"""Gives the simulated building a past: its answers of earlier times, stored as cycles would have stored them."""

from collections.abc import Callable

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store.database import Database
from t3monitor.store.writer import Writer
from t3monitor.t3000.demo.building import Building
from t3monitor.t3000.messages import AnswerDecoder


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
                for device in snapshot.devices:
                    transaction.upsert(device, now_s)
                    transaction.log(device)
                transaction.record(
                    CycleReport(
                        Outcome.OK,
                        reason=None,
                        started_at=now_s,
                        finished_at=now_s,
                        elapsed_ms=0.0,
                        phases_ms={},
                        attempts=1,
                        devices=len(snapshot.devices),
                        points=points,
                        samples=points,
                        bytes=len(body),
                    )
                )
            cycles += 1
        return cycles
    finally:
        database.close()
