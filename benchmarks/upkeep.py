"""``python -m benchmarks.upkeep``: how long packing takes, and how long cycles wait while the keeper packs and deletes.

The file has two days of 100 panels, of which the oldest is no longer to be kept, and eight hours more that are not
packed. The real keeper has all of that to do at once, and cycles of 100 panels come at random meanwhile.
"""

import argparse
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter, sleep, thread_time
from typing import NamedTuple
from unittest import mock

from benchmarks.archives import archive, with_backlog
from benchmarks.measure import Row, at_most, table
from benchmarks.readings import FIRST_S, INTERVAL_S, Readings, simulated
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Panel
from t3monitor.simulation.building import Building
from t3monitor.store import keeper as keeper_module
from t3monitor.store.database import Database
from t3monitor.store.keeper import Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.upkeep.packing import Packing
from t3monitor.store.upkeep.slices import Upkeep, UpkeepContext
from t3monitor.t3000.messages import AnswerDecoder

_CYCLES, _NOT_PACKED = 5_760, 960
_BLOCK_MS, _BLOCK_99_MS, _DELAY_MS = 10, 30, 100
_PAUSE_S = 0.01, 0.15
_ANSWERS = 20
_PATIENCE_S = 600


class Found(NamedTuple):
    """Milliseconds of each."""

    blocks: list[float]  # slices that packed something
    blocks_cpu: list[float]  # of the processor, in these
    slices: dict[str, list[float]]  # by kind of upkeep
    delays: list[float]  # from asking for a cycle until it began
    cycles: list[float]  # from then until it was stored


class _RunningClock:
    """The computer's, but its date is that of the file."""

    def __init__(self, now_s: float) -> None:
        self._ahead_s = now_s - monotonic()

    def utc_s(self) -> float:
        return monotonic() + self._ahead_s

    def monotonic_s(self) -> float:
        return monotonic()

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        condition.wait(timeout_s)


def main() -> int:
    """Prints the table, then what belongs to its numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upkeep", description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=400, help="that are stored meanwhile")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rows, notes = measure(simulated(100, _CYCLES), _NOT_PACKED, args.cycles, random.Random(args.seed))
    print(table(rows))
    print()
    print("\n".join(notes))
    return 0


def measure(readings: Readings, not_packed: int, cycles: int, chance: random.Random) -> tuple[list[Row], list[str]]:
    """The rows and notes of a file of these readings."""
    packed = archive(f"packed-{readings.panels}-panels-{readings.cycles}", readings)
    original = with_backlog(packed, readings, not_packed)
    with tempfile.TemporaryDirectory(prefix="t3monitor-upkeep-") as folder:
        file = Path(shutil.copyfile(original, Path(folder) / "history.db"))
        now_s = FIRST_S + (readings.cycles + not_packed) * INTERVAL_S
        found = _run(file, readings.panels, now_s, cycles, chance)
        with closing(sqlite3.connect(file)) as connection:
            (hot,) = connection.execute("SELECT count(*) FROM TRENDLOG_FRAMES WHERE seq IS NULL").fetchone()
            (oldest,) = connection.execute("SELECT min(first_time) FROM TRENDLOG_BLOCKS").fetchone()
    what = f"{readings.panels} panels"
    rows = [
        at_most("packing a block, median", what, statistics.median(found.blocks), _BLOCK_MS, "ms"),
        at_most("  99 % of them", what, _quantile(found.blocks, 0.99), _BLOCK_99_MS, "ms"),
        at_most("wait of a cycle for the upkeep, the longest", what, max(found.delays), _DELAY_MS, "ms"),
    ]
    notes = [
        f"{len(found.blocks):,} slices that packed, the longest {max(found.blocks):.1f} ms, of the processor's time "
        f"{statistics.median(found.blocks_cpu):.1f} ms; {len(found.delays)} cycles "
        f"waited, median {statistics.median(found.delays):.2f} ms, 99 % {_quantile(found.delays, 0.99):.1f} ms, and "
        f"took {statistics.median(found.cycles):.1f} ms.",
        f"Hot frames left: {hot:,}; the oldest block is {(now_s - oldest) / 3600:.1f} hours old.",
        "Slices of upkeep: "
        + "; ".join(
            f"{kind} {len(ms)}, median {statistics.median(ms):.1f}, longest {max(ms):.1f} ms"
            for kind, ms in found.slices.items()
        )
        + ".",
    ]
    return rows, notes


def _run(file: Path, panels: int, now_s: int, cycles: int, chance: random.Random) -> Found:
    found = Found([], [], {}, [], [])
    building, decoder = Building(panels), AnswerDecoder()
    answers = [
        decoder.decode(building.answer(at_s), at_s).panels
        for at_s in range(now_s, now_s + _ANSWERS * INTERVAL_S, INTERVAL_S)
    ]
    # It reads in the keeper's thread, and is closed when that has ended.
    with (
        closing(sqlite3.connect(file, check_same_thread=False)) as reading,
        mock.patch.object(
            keeper_module, "_UPKEEP", tuple(_watched(make, reading, found) for make in keeper_module._UPKEEP)
        ),
    ):
        keepers = Keepers(_RunningClock(now_s), settings=lambda: Settings(keep_samples_days=1))
        keeper = keepers.take(sqlite_url(file))
        keeper.database()  # opening is not upkeep
        until_s = monotonic() + _PATIENCE_S
        for number in count():
            if (number >= cycles and found.blocks) or monotonic() > until_s:
                break
            at_s = now_s + number * INTERVAL_S
            told = list(_told(answers[number % _ANSWERS], number // _ANSWERS * _ANSWERS * INTERVAL_S))
            asked = perf_counter()
            begun, done = keeper.run(lambda store: _store(store, told, at_s))  # noqa: B023 - it is waited for
            found.delays.append((begun - asked) * 1000)
            found.cycles.append((done - begun) * 1000)
            sleep(chance.uniform(*_PAUSE_S))
        keepers.give_back(keeper)
    return found


def _told(panels: tuple[Panel, ...], late_s: int) -> Iterator[Panel]:
    for panel in panels:
        times = panel.input_logging_time, panel.output_logging_time, panel.variable_logging_time
        input_s, output_s, variable_s = (None if time_s is None else time_s + late_s for time_s in times)
        yield replace(
            panel,
            input_logging_time=input_s,
            output_logging_time=output_s,
            variable_logging_time=variable_s,
            spacings_s=(INTERVAL_S,) * 3,
        )


def _store(store: Store, panels: list[Panel], at_s: int) -> tuple[float, float]:
    """A cycle; when it began and when it was committed."""
    begun = perf_counter()
    with store.writer.cycle(INTERVAL_S) as transaction:
        samples = 0
        for panel in panels:
            transaction.upsert(panel, at_s)
            samples += transaction.log(panel)
        report = CycleReport(
            Outcome.OK, None, at_s, at_s, 1.0, {}, devices=len(panels), points=samples, samples=samples
        )
        transaction.record(report)
    return begun, perf_counter()


def _watched(
    make: Callable[[UpkeepContext], Upkeep], reading: sqlite3.Connection, found: Found
) -> Callable[[UpkeepContext], Upkeep]:
    """The same upkeep, of which each slice is timed."""

    class Watched:
        def __init__(self, context: UpkeepContext) -> None:
            self._upkeep = make(context)

        def work(self, database: Database) -> float:
            packs = isinstance(self._upkeep, Packing)
            blocks = self._blocks() if packs else 0
            began, began_cpu = perf_counter(), thread_time()
            again_in_s = self._upkeep.work(database)
            took_ms, cpu_ms = (perf_counter() - began) * 1000, (thread_time() - began_cpu) * 1000
            found.slices.setdefault(type(self._upkeep).__name__, []).append(took_ms)
            if packs and self._blocks() > blocks:
                found.blocks.append(took_ms)
                found.blocks_cpu.append(cpu_ms)
            return again_in_s

        def _blocks(self) -> int:
            count: int
            (count,) = reading.execute("SELECT count(*) FROM TRENDLOG_BLOCKS").fetchone()
            return count

    return Watched


def _quantile(ms: list[float], share: float) -> float:
    return sorted(ms)[min(len(ms) - 1, int(len(ms) * share))]


if __name__ == "__main__":
    sys.exit(main())
