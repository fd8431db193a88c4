"""Storing a decoded cycle: the program's writer against one row per sample and against select-then-write."""

from pathlib import Path

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.database import Database
from t3monitor.store.writer import Writer
from t3monitor.t3000.messages import AnswerDecoder

from benchmarks import answers
from benchmarks.measure import WARM_UP, Row, Times, at_least, timed_ms
from benchmarks.rivals import OneRowPerSample, SelectThenWrite, rows_of, size_in_bytes


class Program:
    """The program's own writer, as a cycle uses it."""

    def __init__(self, path: Path) -> None:
        self._database = Database(f"sqlite:///{path}")
        self._writer = Writer(self._database)

    def store(self, snapshot: Snapshot, report: CycleReport) -> None:
        """One cycle in one transaction, its ledger row included."""
        with self._writer.cycle(answers.INTERVAL_S) as transaction:
            for device in snapshot.devices:
                transaction.upsert(device, snapshot.received_at)
                transaction.log(device)
            transaction.record(report)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()
