"""Database files full of readings, as the program's cycles and upkeep leave them, made in bulk and kept in a cache."""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.readings import FIRST_S, INTERVAL_S, Readings, Vector, cached
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.store import schema
from t3monitor.store.database import Database
from t3monitor.store.history import codec
from t3monitor.store.migrations.versions import m0005_packed_history, m0006_notes
from t3monitor.store.statements import INSERT_FRAME, INSERT_RUN
from t3monitor.store.upkeep import packed, packing, phases
from t3monitor.store.upkeep.packing import Packing
from t3monitor.store.upkeep.phases import EmptyPhases
from t3monitor.store.upkeep.slices import Upkeep, UpkeepContext
from t3monitor.store.writing.rows import json_array
from t3monitor.store.writing.writer import Writer

_CYCLES_AT_ONCE = 60  # to a running program the upkeep comes as often or more
_DAY_S = 86_400
_DONE_S = 30.0  # who wants to be asked again later than this has done its work
_PHASES_MS = '{"fetch": 55.7, "parse": 16.2, "begin": 1.0, "upsert": 7.9, "trendlog": 7.3}'
_MADE_BY = codec, packed, packing, phases, m0005_packed_history, m0006_notes  # whose changes change what is in a file


class FixedClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = float(FIRST_S)

    def utc_s(self) -> float:
        """UTC epoch seconds."""
        return self.now_s

    def monotonic_s(self) -> float:
        """The same."""
        return self.now_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Nobody waits by this clock."""
        raise NotImplementedError


class Upkeeping:
    """Packs, and empties the phases of old cycles, as the keeper does between cycles, but all at once."""

    def __init__(self, clock: FixedClock, settings: Settings | None = None) -> None:
        context = UpkeepContext(clock, lambda: settings or Settings())
        self._upkeep: list[Upkeep] = [Packing(context), EmptyPhases(context)]
        self.slices_ms: list[float] = []

    def all(self, database: Database) -> None:
        """Slice after slice until there is nothing left to do."""
        for upkeep in self._upkeep:
            again_in_s = 0.0
            while again_in_s < _DONE_S:
                began = perf_counter()
                again_in_s = upkeep.work(database)
                self.slices_ms.append((perf_counter() - began) * 1000)


class Archive:
    """A database file that is filled and kept up by turns."""

    def __init__(self, path: Path, building: Readings, settings: Settings | None = None) -> None:
        self.path = path
        self.clock = FixedClock()
        self._building = building
        self._database = Database(sqlite_url(path))
        self._upkeep = Upkeeping(self.clock, settings)
        with self._database.writing() as cursor:
            (self._runs,) = cursor.execute("SELECT coalesce(max(id), 0) FROM SYNC_RUNS").fetchone()
        if not self._runs:
            self._begin()
        with self._database.writing() as cursor:
            found = cursor.execute("SELECT serial_number, point_type, id FROM TRENDLOG_LAYOUTS").fetchall()
        self._layouts = {(serial, kind): layout for serial, kind, layout in found}

    def _begin(self) -> None:
        """The present state, and the layouts."""
        snapshot = self._building.snapshot()
        with Writer(self._database).cycle(INTERVAL_S) as transaction:
            for panel in snapshot.panels:
                transaction.upsert(panel, snapshot.received_at)
                transaction.log(panel)
            transaction.record(CycleReport(Outcome.OK, None, FIRST_S, FIRST_S, 1.0, {}))
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM TRENDLOG_FRAMES")
            cursor.execute("DELETE FROM SYNC_RUNS")

    def add(self, begin: int, end: int, *, shift_s: int = 0, only: Callable[[Vector], bool] = lambda _: True) -> None:
        """Cycles of the building, so much later, with their rows of the ledger, in the order in which they came."""
        vectors = [vector for vector in self._building.vectors if only(vector)]
        rows = [vector.rows(begin, end).tolist() for vector in vectors]
        samples = sum(len(vector.first) for vector in vectors)
        runs = range(self._runs + 1, self._runs + 1 + end - begin)

        def frames() -> Iterator[Sequence[Any]]:
            for place, run in enumerate(runs):
                for vector, values in zip(vectors, rows, strict=True):
                    key = vector.serial_number, vector.point_type.value
                    time_s = int(vector.times[begin + place]) + shift_s
                    text = json_array(values[place])
                    yield (*key, time_s, run, self._layouts[key], text, INTERVAL_S, INTERVAL_S, None)

        with self._database.writing() as cursor:
            cursor.executemany(INSERT_FRAME, frames())
            began = (FIRST_S + (begin + place) * INTERVAL_S + shift_s for place in range(end - begin))
            cursor.executemany(INSERT_RUN, self._ledger(began, samples))
        self.clock.now_s = FIRST_S + end * INTERVAL_S + shift_s

    def record_daily(self, seconds: int) -> None:
        """A cycle a day for so long from the begin on: time without any would be no age."""
        with self._database.writing() as cursor:
            cursor.executemany(INSERT_RUN, self._ledger(range(FIRST_S, FIRST_S + seconds, _DAY_S), 0))

    def _ledger(self, began: Iterable[int], samples: int) -> Iterator[Sequence[Any]]:
        """Rows of cycles that began about then."""
        counts = 1, samples * 213, self._building.panels, 0, samples, samples, _PHASES_MS, INTERVAL_S
        source = schema.DATA_SOURCE_FFI_SYNC, schema.CREATED_BY_FFI_SYNC_SERVICE, ""
        for began_s in began:
            self._runs += 1
            at = began_s + self._runs % 1000 / 1000
            yield (self._runs, at, at + 0.35, "ok", None, *counts, *source)

    def keep_up(self) -> None:
        """Lets the upkeep do all that there is to do."""
        self._upkeep.all(self._database)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()


def archive(
    name: str, building: Readings, times: int = 1, *, packs: bool = True, seen_later_s: int = 0, **options: Any
) -> Path:
    """The file of a building's readings, laid one after the other so many times; kept up at once, or so much later."""

    def make(path: Path) -> None:
        file = Archive(path, building)
        if seen_later_s:
            file.record_daily(times * building.cycles * INTERVAL_S + seen_later_s)
        for turn in range(times):
            for begin in range(0, building.cycles, _CYCLES_AT_ONCE):
                end = min(begin + _CYCLES_AT_ONCE, building.cycles)
                file.add(begin, end, shift_s=turn * building.cycles * INTERVAL_S, **options)
                file.clock.now_s += seen_later_s
                if packs:
                    file.keep_up()
        file.close()

    return cached(name, ".db", _MADE_BY, make)


def with_backlog(packed: Path, building: Readings, cycles: int) -> Path:
    """Such a file to which the first cycles have been added once more, and are not packed."""

    def make(path: Path) -> None:
        shutil.copyfile(packed, path)
        file = Archive(path, building)
        for begin in range(0, cycles, _CYCLES_AT_ONCE):
            end = min(begin + _CYCLES_AT_ONCE, cycles)
            file.add(begin, end, shift_s=building.cycles * INTERVAL_S)
        file.close()

    return cached(f"backlog-{building.panels}-panels-{building.cycles}+{cycles}", ".db", _MADE_BY, make)
