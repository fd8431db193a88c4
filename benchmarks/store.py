"""Storing a decoded cycle: the program's writer against one row per sample and against select-then-write."""

import statistics
from pathlib import Path
from typing import NamedTuple

from benchmarks import answers
from benchmarks.measure import WARM_UP, Row, Times, timed_ms, times_faster, times_smaller
from benchmarks.rivals import OneRowPerSample, Rows, SelectThenWrite, size_in_bytes
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.database import Database
from t3monitor.store.writing.writer import Writer
from t3monitor.t3000.messages import AnswerDecoder

# The bars of docs/performance.md.
_TIMES_FASTER_THAN_ROWS = 4
_TIMES_SMALLER_THAN_ROWS = 20
_TIMES_FASTER_THAN_SELECTS = 20
_PHASES_MS = dict.fromkeys(("fetch", "parse", "begin", "upsert", "trendlog"), 12.3)


class StoreResult(NamedTuple):
    """What storing the cycles of one input gave."""

    rows: list[Row]
    notes: list[str]


class _Program:
    """The program's own writer, called as a cycle calls it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(sqlite_url(path))
        self._writer = Writer(self._database)

    def store(self, snapshot: Snapshot, report: CycleReport) -> None:
        """One cycle in one transaction, its ledger row included."""
        with self._writer.cycle(answers.INTERVAL_S) as transaction:
            for device in snapshot.panels:
                transaction.upsert(device, snapshot.received_at)
                transaction.log(device)
            transaction.record(report)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()


class _Rival:
    """A rival with its times: of making its rows, and of having SQLite write them."""

    def __init__(self, writer: OneRowPerSample | SelectThenWrite) -> None:
        self.writer = writer
        self._made_ms: list[float] = []
        self._written_ms: list[float] = []

    def store(self, snapshot: Snapshot) -> None:
        """One cycle, timed."""
        made: list[Rows] = []
        self._made_ms.append(timed_ms(lambda: made.append(self.writer.rows(snapshot))))
        self._written_ms.append(timed_ms(lambda: self.writer.store(made[0])))

    @property
    def times(self) -> Times:
        """Of whole cycles after the warm-up."""
        return Times.after_warm_up([sum(both) for both in zip(self._made_ms, self._written_ms, strict=True)])

    @property
    def written(self) -> Times:
        """Of SQLite alone."""
        return Times.after_warm_up(self._written_ms)


def measure(input_: str, cycles: int, cycles_of_selects: int, folder: Path) -> StoreResult:
    """Stores the cycles of an input with each writer in turn: A B C A B C ..."""
    program = _Program(folder / f"{input_}-program.db")
    by_rows = _Rival(OneRowPerSample(folder / f"{input_}-rows.db"))
    by_selects = _Rival(SelectThenWrite(folder / f"{input_}-selects.db"))
    decoder = AnswerDecoder()
    program_ms: list[float] = []
    changes: list[int] = []
    last: Snapshot | None = None
    for cycle, answer in enumerate(answers.INPUTS[input_](WARM_UP + cycles)):
        if cycle == WARM_UP:
            begin_bytes = size_in_bytes(program.path), size_in_bytes(by_rows.writer.file.path)
        snapshot = decoder.decode(answer.body, answer.received_at)
        report = _report(snapshot, len(answer.body))
        program_ms.append(timed_ms(lambda: program.store(snapshot, report)))  # noqa: B023 - called at once
        by_rows.store(snapshot)
        if cycle < WARM_UP + cycles_of_selects:
            by_selects.store(snapshot)
        if last:
            changes.append(_changes(last, snapshot))
        last = snapshot
    samples = cycles * snapshot.point_count
    per_sample = (size_in_bytes(program.path) - begin_bytes[0]) / samples
    per_row = (size_in_bytes(by_rows.writer.file.path) - begin_bytes[1]) / samples
    for database in (program, by_rows.writer.file, by_selects.writer.file):
        database.close()

    ours = Times.after_warm_up(program_ms)
    rows = [
        times_faster("store a cycle, against one row per sample", input_, ours, by_rows.times, _TIMES_FASTER_THAN_ROWS),
        times_smaller("  bytes of history per sample", input_, per_sample, per_row, "B", _TIMES_SMALLER_THAN_ROWS),
        times_faster(
            "store a cycle, against select-then-write", input_, ours, by_selects.times, _TIMES_FASTER_THAN_SELECTS
        ),
    ]
    in_use = [point for device in snapshot.panels for point in device.points() if point.in_use]
    notes = [
        f"Storing, {input_}: {snapshot.point_count:,} points, {len(in_use):,} of them in use; "
        f"{statistics.median(changes):,.0f} change per cycle. {cycles} cycles timed ({cycles_of_selects} of "
        f"select-then-write) after {WARM_UP} of warm-up.",
        f"  Bytes per sample: growth of the file over the timed cycles, {samples:,} samples, its log copied into it "
        "before and after.",
        f"  Means, checkpoints included: program {ours.mean:.1f} ms, one row per sample {by_rows.times.mean:.1f} ms, "
        f"select-then-write {by_selects.times.mean:.1f} ms.",
        f"  SQLite's share of the rivals, their rows ready made: {by_rows.written.median:.1f} ms and "
        f"{by_selects.written.median:.1f} ms.",
    ]
    return StoreResult(rows, notes)


def _report(snapshot: Snapshot, size: int) -> CycleReport:
    return CycleReport(
        outcome=Outcome.OK,
        reason=None,
        started_at=snapshot.received_at - 0.1,
        finished_at=snapshot.received_at,
        elapsed_ms=100.0,
        phases_ms=_PHASES_MS,
        attempts=1,
        devices=len(snapshot.panels),
        points=snapshot.point_count,
        samples=snapshot.point_count,
        bytes=size,
    )


def _changes(before: Snapshot, after: Snapshot) -> int:
    """Points that differ between two snapshots of the same panels."""
    return sum(
        new != old
        for device, last in zip(after.panels, before.panels, strict=True)
        for new, old in zip(device.points(), last.points(), strict=True)
    )
