"""``python -m benchmarks.equality``: whether packing changes a sample, through the view and through the reader.

Each history is written twice, into a file that stays as it is and into one that is packed meanwhile: the simulated
building, and random vectors with all that may happen (layouts that change, missing values, floats of imports, readings
given twice, late ones, clocks set back, spacings that nobody wrote down). Then all rows of the view are compared, every
point through the reader, and what the reader says with what was written.
"""

import argparse
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from benchmarks.archives import FixedClock, Upkeeping
from benchmarks.readings import FIRST_S, INTERVAL_S, Readings, simulated
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.units import has_states
from t3monitor.store import schema
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.statements import INSERT_FRAME, INSERT_LAYOUT, INSERT_LAYOUT_POINT, INSERT_RUN
from t3monitor.store.writing.rows import json_array

_STRETCH_S = 43_200  # of the view, at once
_PACKED_EVERY = 300  # frames of a vector
_ALL = 10**9
_OLDER = 0.3  # of the frames, stored by an older program, which knew no spacings; packing begins when they are there
_KINDS = 6, 6, 8, 4, 1, 4, 2, 8, 1  # how often a point is of each; floats that are no decimals are rare
_FEW_DIFFERENCES = 20  # are told in full


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as it is written: kind, range, units and digital_analog of its points by their index."""

    id: int
    points: tuple[tuple[int, int, str, int], ...]
    source: tuple[int, str] = (schema.DATA_SOURCE_FFI_SYNC, schema.CREATED_BY_FFI_SYNC_SERVICE)


class Frame(NamedTuple):
    """A reading of a vector in the order in which it was stored."""

    time_s: int
    layout: Layout
    values: list[float | None]
    spacing_s: int | None
    interval_s: int | None


class History(NamedTuple):
    """All readings of one panel and point type."""

    serial_number: int
    point_type: PointType
    frames: list[Frame]


@dataclass(slots=True)
class Found:
    """What was compared, and where something differs."""

    frames: int = 0
    blocks: int = 0
    rows: int = 0
    readings: int = 0
    points: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """What another comparison found."""
        self.frames += other.frames
        self.blocks += other.blocks
        self.rows += other.rows
        self.readings += other.readings
        self.points += other.points
        self.differences += other.differences

    def __str__(self) -> str:
        return (
            f"{self.frames:,} frames, {self.blocks:,} blocks; {self.rows:,} rows of the view and {self.readings:,} "
            f"readings of {self.points:,} points through the reader compared; differences: {len(self.differences)}"
        )


def main() -> int:
    """Prints counts; exit code 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equality", description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=14_400, help="of the simulated building of two panels")
    parser.add_argument("--frames", type=int, default=6_000, help="of each random vector")
    parser.add_argument("--rounds", type=int, default=8, help="of random vectors")
    parser.add_argument("--seed", type=int, help="for the same ones once more")
    args = parser.parse_args()
    seed = random.randrange(2**32) if args.seed is None else args.seed
    print(f"seed {seed}", flush=True)
    began_s = monotonic()
    found = Found()
    with tempfile.TemporaryDirectory(prefix="t3monitor-equality-") as name:
        inputs: list[tuple[str, Iterable[History]]] = [
            (f"{panels} simulated panels", of_building(simulated(panels, whole), cycles))
            for panels, whole, cycles in ((2, 262_080, args.cycles), (100, 5_760, args.cycles // 20))
        ]
        inputs += [
            (f"random {number}", random_histories(random.Random(seed + number), args.frames))
            for number in range(args.rounds)
        ]
        for what, histories in inputs:
            its = compare(list(histories), Path(name))
            print(f"{what}: {its}", flush=True)
            print("\n".join(its.differences[:_FEW_DIFFERENCES]), flush=True, end="\n" * bool(its.differences))
            found.add(its)
    print(f"In all: {found}. In {monotonic() - began_s:.0f} s.")
    return 1 if found.differences or not found.rows else 0


def of_building(readings: Readings, cycles: int) -> Iterator[History]:
    """The simulated building's, as the program stores them."""
    panels = {panel.serial_number: panel for panel in readings.snapshot().panels}
    for number, vector in enumerate(readings.vectors, 1):
        panel = panels[vector.serial_number]
        points = next(points for kind, points, _ in panel.vectors() if kind is vector.point_type)
        layout = Layout(number, tuple((p.point_index, p.range, p.units, p.digital_analog) for p in points))
        rows = vector.rows(0, cycles).tolist()
        frames = [
            Frame(time_s, layout, row, INTERVAL_S, INTERVAL_S)
            for time_s, row in zip(vector.times[:cycles].tolist(), rows, strict=True)
        ]
        yield History(vector.serial_number, vector.point_type, frames)


def random_histories(
    chance: random.Random, frames: int, panels: int = 2, first_s: int = FIRST_S, pace: int = 1
) -> Iterator[History]:
    """Three vectors of each panel, with all that may happen; a greater ``pace`` is as many times as slow."""
    number = 1
    for serial in range(4_000_000_001, 4_000_000_001 + panels):
        for kind in PointType:
            layouts = [_random_layout(chance, number + more) for more in range(chance.randint(1, 4))]
            number += len(layouts)
            yield History(serial, kind, list(_random_frames(chance, layouts, frames, first_s, pace)))


def _random_layout(chance: random.Random, number: int) -> Layout:
    count = chance.choice((1, 3, 24))
    points = tuple(
        (index, *chance.choice(((3, "°C", 1), (4, "°F", 1), (0, "", 1), (1, "", 0), (101, "Open", 0))))
        for index in sorted(chance.sample(range(1, 30), count))
    )
    if chance.random() < 0.3:
        return Layout(number, points, (schema.DATA_SOURCE_MANUAL, schema.CREATED_BY_MANUAL_ENTRY))
    return Layout(number, points)


def _random_frames(
    chance: random.Random, layouts: Sequence[Layout], count: int, first_s: int, pace: int
) -> Iterator[Frame]:
    time_s, step_s, layout = first_s, 30 * pace, layouts[0]
    interval_s, earliest_s, latest_s = 30 * pace, 0, first_s
    columns = [_random_column(chance) for _ in range(30)]
    for number in range(count):
        is_old = number < count * _OLDER
        if not is_old and not earliest_s:  # the newer program began here
            earliest_s = time_s = latest_s + 1
        happens = chance.random()
        if happens < 0.004:
            layout = chance.choice(layouts)
        elif happens < 0.008:
            step_s = pace * chance.choice((1, 10, 30, 30, 60, 300))
        elif happens < 0.010:
            interval_s = pace * chance.choice((30, 30, 60, 7))
        elif happens < 0.012:
            time_s += chance.randint(60, 20_000)
        elif happens < 0.016:
            time_s -= chance.choice((1, 3600, 7200, 20_000))
        elif happens < 0.020:
            columns[chance.randrange(30)] = _random_column(chance)
        if happens > 0.01:
            time_s += step_s + (chance.randint(-1, 1) if happens > 0.9 and step_s > 1 else 0)
        spacing_s = interval_s * chance.choice((1, 1, 1, 3)) if happens > 0.97 else interval_s
        values = [_plain(next(columns[index])) for index, *_ in layout.points]
        late_s = chance.randint(100, 50_000) if 0.02 < happens < 0.03 else 0
        time_s = max(time_s, earliest_s)
        told_s = max(time_s - late_s, earliest_s)
        latest_s = max(latest_s, told_s)
        yield Frame(told_s, layout, values, None if is_old else spacing_s, None if is_old else interval_s)


def _plain(value: float | None) -> float | None:
    """As the JSON text of a frame has it: there is no -0."""
    return value if value else (None if value is None else 0.0)


def _random_column(chance: random.Random) -> Iterator[float | None]:
    """A point's values, of a kind that is drawn."""
    missing = chance.choice((0.0, 0.0, 0.01, 0.5, 0.97))
    for value in _random_values(chance, *chance.choices(range(9), _KINDS)):
        yield None if chance.random() < missing else value


def _random_values(chance: random.Random, kind: int) -> Iterator[float]:
    value = float(chance.randint(-50, 50))
    while True:
        match kind:
            case 0:
                pass
            case 1:
                value = float(chance.random() < 0.5)
            case 2:
                value = round(value + chance.randint(-5, 5) / 10, 1)
            case 3:
                value = chance.randint(-2_147_483_648, 2_147_483_647) / 1000
            case 4:
                value = chance.gauss(0, 1) * 10.0 ** chance.randint(-9, 18)
            case 5:
                value = chance.randint(0, 60_000) / 1_000_000
            case 6:
                value = float(chance.choice((2**53, 2**53 + 2, -(2**53), 2**31, 10**15 + 1)))
            case 7:
                value = 21.5 if chance.random() < 0.995 else 21.6
            case _:
                value = chance.choice((0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 0.0))
        yield value


def compare(histories: Sequence[History], folder: Path) -> Found:
    """Writes them twice, packs one of them, and compares."""
    found = Found(frames=sum(len(history.frames) for history in histories))
    plain, packed = folder / "plain.db", folder / "packed.db"
    for path in (plain, packed):
        path.unlink(missing_ok=True)
        write(path, histories, packs=path is packed)
    with closing(sqlite3.connect(plain)) as before, closing(sqlite3.connect(packed)) as after:
        (found.blocks,) = after.execute("SELECT count(*) FROM TRENDLOG_BLOCKS").fetchone()
        for history in histories:
            _compare_view(history, before, after, found)
    readers = HistoryReader(sqlite_url(plain)), HistoryReader(sqlite_url(packed))
    for history in histories:
        _compare_reader(history, *readers, found)
    return found


def write(path: Path, histories: Sequence[History], *, packs: bool) -> None:
    """Writes them in the order in which they came; packs in between, if so."""
    database = Database(sqlite_url(path))
    upkeep = Upkeeping(FixedClock())
    with database.writing() as cursor:
        for history in histories:
            for layout in {frame.layout.id: frame.layout for frame in history.frames}.values():
                vector = history.serial_number, history.point_type.value
                cursor.execute(INSERT_LAYOUT, (layout.id, *vector, 2, str(layout.id), *layout.source))
                cursor.executemany(
                    INSERT_LAYOUT_POINT,
                    [
                        (layout.id, position, f"IN{index}", index, f"label {index}", range_, units, digital)
                        for position, (index, range_, units, digital) in enumerate(layout.points)
                    ],
                )
    most = max(len(history.frames) for history in histories)
    newest_s = (
        max(history.frames[run].time_s for history in histories if run < len(history.frames)) for run in range(most)
    )
    begun_s = list(accumulate(newest_s, max))  # of the cycles: no reading is newer than its own
    for begin in range(0, most, _PACKED_EVERY):
        with database.writing() as cursor:
            for history in histories:
                cursor.executemany(INSERT_FRAME, _rows(history, begin))
            cursor.executemany(
                INSERT_RUN, (_run(run, begun_s[run]) for run in range(begin, min(begin + _PACKED_EVERY, most)))
            )
        if packs and begin >= most * _OLDER:
            upkeep.all(database)
    database.close()


def _rows(history: History, begin: int) -> Iterator[Sequence[Any]]:
    for run, frame in enumerate(history.frames[begin : begin + _PACKED_EVERY], begin):
        key = history.serial_number, history.point_type.value, frame.time_s, run
        yield (*key, frame.layout.id, json_array(frame.values), frame.spacing_s, frame.interval_s, None)


def _run(run: int, begun_s: float) -> Sequence[Any]:
    return (run, begun_s, begun_s + 0.3, "ok", None, 1, 0, 1, 0, 0, 0, "{}", 45, 1, "ffi_sync_service", "")


def _compare_view(history: History, before: sqlite3.Connection, after: sqlite3.Connection, found: Found) -> None:
    """Every row with every column, in its order but for readings of one time."""
    times = [frame.time_s for frame in history.frames]
    vector = history.serial_number, history.point_type.value
    sql = (
        "SELECT * FROM TRENDLOG_DATA WHERE serial_number = ? AND point_type = ? AND logging_time >= ?"
        " AND logging_time < ? ORDER BY logging_time"
    )
    for start_s in range(min(times), max(times) + 1, _STRETCH_S):
        one, other = (
            database.execute(sql, (*vector, start_s, start_s + _STRETCH_S)).fetchall() for database in (before, after)
        )
        found.rows += len(one)
        if one != other and sorted(map(repr, one)) != sorted(map(repr, other)):
            lost, doubled = Counter(one) - Counter(other), Counter(other) - Counter(one)
            found.differences += [f"view: not there when packed: {row}" for row in lost]
            found.differences += [f"view: only there when packed: {row}" for row in doubled]


def _compare_reader(history: History, before: HistoryReader, after: HistoryReader, found: Found) -> None:
    times = [frame.time_s for frame in history.frames]
    start_s, end_s = min(times) - 1, max(times) + 1
    indexes = {
        index for layout in {f.layout.id: f.layout for f in history.frames}.values() for index, *_ in layout.points
    }
    keys = [PointKey(history.serial_number, history.point_type, index) for index in sorted(indexes)]
    one, other = (reader.read_many(keys, start_s, end_s, _ALL) for reader in (before, after))
    written = _written(history)
    for key in keys:
        found.points += 1
        found.readings += sum(len(series.values) for series in one[key])
        if [_plainly(series) for series in one[key]] != [_plainly(series) for series in other[key]]:
            found.differences.append(f"reader: {key} differs when packed")
        told = {
            _unit(series): dict(zip(series.times_utc_s.tolist(), series.values.tolist(), strict=True))
            for series in other[key]
        }
        if told != written.get(key.point_index, {}):
            found.differences.append(f"reader: {key} has other readings than were written")


def _plainly(series: Series) -> tuple[Any, ...]:
    arrays = series.times_utc_s, series.values, *series.holes
    rest = series.units, series.range, series.digital, series.label, series.spacing_s, series.stretches
    return (*(array.tobytes() for array in arrays), *rest)


_Unit = tuple[str, int | None]


def _unit(series: Series) -> _Unit:
    return series.units, series.range if series.digital else None


def _written(history: History) -> dict[int, dict[_Unit, dict[float, float]]]:
    """What the reader has to give: by point and unit, value by time; of one time the frame that came last."""
    last = {frame.time_s: frame for frame in history.frames}
    readings: dict[int, dict[_Unit, dict[float, float]]] = {}
    for time_s in sorted(last):
        frame = last[time_s]
        for (index, range_, units, digital_analog), value in zip(frame.layout.points, frame.values, strict=True):
            if value is not None:
                states = has_states(digital=digital_analog == 0, range_=range_)
                unit = units, range_ if states else None
                readings.setdefault(index, {}).setdefault(unit, {})[float(time_s)] = value
    return readings


if __name__ == "__main__":
    sys.exit(main())
