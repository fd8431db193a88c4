"""Weeks of readings: answers of the simulated building through the real decoder, made once and kept in a cache."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import ModuleType

import appdirs
import numpy as np
from numpy.typing import NDArray

from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Snapshot
from t3monitor.simulation import (
    ahu,
    boilers,
    building,
    faults,
    lighting,
    loads,
    noise,
    schedule,
    vav,
    weather,
    wire,
    zone,
)
from t3monitor.simulation import (
    points as configured,
)
from t3monitor.simulation.building import Building
from t3monitor.t3000.messages import AnswerDecoder

FIRST_S = 1_733_097_600  # a Monday in December, 00:00 UTC
INTERVAL_S = 30
CACHE_VARIABLE = "T3MONITOR_BENCH_CACHE"
_SCALE = 1000  # T3000's own
_CYCLES_AT_ONCE = 2880
_MADE_BY = ahu, boilers, building, faults, lighting, loads, noise, configured, schedule, vav, weather, wire, zone

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vector:
    """The readings of one panel and point type, of every cycle."""

    serial_number: int
    point_type: PointType
    times: Ints
    first: NDArray[np.int32]  # thousandths of all points, as of the first cycle
    moving: Ints  # positions of those that were ever another
    moved: NDArray[np.int32]  # a row for each cycle, of these alone

    def rows(self, begin: int, end: int) -> NDArray[np.float64]:
        """The values of these cycles, a row for each."""
        whole = np.repeat(self.first[np.newaxis, :], end - begin, axis=0)
        whole[:, self.moving] = self.moved[begin:end]
        return whole / _SCALE

    def busiest(self, count: int) -> list[int]:
        """The positions of the points that change most often, in order."""
        changes = np.count_nonzero(np.diff(self.moved, axis=0), axis=0)
        return sorted(self.moving[np.argsort(-changes, kind="stable")[:count]].tolist())


@dataclass(frozen=True, slots=True)
class Readings:
    """All vectors of a building."""

    panels: int
    vectors: tuple[Vector, ...]

    @property
    def cycles(self) -> int:
        """How many readings each vector has."""
        return len(self.vectors[0].times)

    @property
    def points(self) -> int:
        """Of all vectors."""
        return sum(len(vector.first) for vector in self.vectors)

    def snapshot(self) -> Snapshot:
        """The first answer, decoded: what says which points there are."""
        return AnswerDecoder().decode(Building(self.panels).answer(FIRST_S), FIRST_S)


def simulated(panels: int, cycles: int) -> Readings:
    """What T3000 would have told of the building, every 30 s."""
    file = cached(
        f"simulated-{panels}-panels-{cycles}",
        ".npz",
        _MADE_BY,
        lambda path: _save(path, _simulate(panels, cycles)),
    )
    with np.load(file) as arrays:
        vectors = []
        for name in (name.removesuffix(".times") for name in arrays.files if name.endswith(".times")):
            serial, kind = name.split("-")
            vectors.append(
                Vector(
                    int(serial),
                    PointType(kind),
                    *(arrays[f"{name}.{of}"] for of in ("times", "first", "moving", "moved")),
                )
            )
    return Readings(panels, tuple(vectors))


def restless(panels: int, cycles: int, *, noisy: bool = False) -> Readings:
    """Every point has another value in each reading: it walks by up to half a unit, in tenths.

    ``noisy``: of every second point no value has to do with the one before; it is anything from 0 to 100.0.
    """
    building = Readings(panels, ()).snapshot()
    random = np.random.default_rng(11)
    times = FIRST_S + INTERVAL_S * np.arange(cycles)
    vectors = []
    for panel in building.panels:
        for kind, points, _ in panel.vectors():
            count = len(points)
            steps = random.integers(1, 6, (cycles, count)) * random.choice((-100, 100), (cycles, count))
            values = random.integers(-20, 21, count) * 1000 + np.cumsum(steps, axis=0)
            if noisy:
                values[:, ::2] = random.integers(0, 1001, values[:, ::2].shape) * 100
            values = values.astype(np.int32)
            vectors.append(Vector(panel.serial_number, kind, times, values[0], np.arange(count), values))
    return Readings(panels, tuple(vectors))


def cached(name: str, suffix: str, made_by: Iterable[ModuleType], make: Callable[[Path], None]) -> Path:
    """A file outside of the repository, made anew when the source of what makes it has changed."""
    folder = Path(os.environ.get(CACHE_VARIABLE) or appdirs.user_cache_dir("t3monitor-benchmarks"))
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.blake2b(b"".join(_source(made_by)), digest_size=6).hexdigest()
    file = folder / f"{name}.{digest}{suffix}"
    if not file.exists():
        for older in folder.glob(f"{name}.*"):
            older.unlink()
        print(f"... making {file}", file=sys.stderr, flush=True)
        began_s = monotonic()
        partial = folder / f"{name}.partial{suffix}"
        make(partial)
        partial.replace(file)
        took_s, size = monotonic() - began_s, file.stat().st_size / 1e6
        print(f"    {size:,.0f} MB in {took_s:.0f} s", file=sys.stderr, flush=True)
    return file


def _source(modules: Iterable[ModuleType]) -> Iterator[bytes]:
    for module in modules:
        path = Path(str(module.__file__))
        for file in sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]:
            lines = file.read_bytes().splitlines()  # where a module stands changes nothing
            yield b"\n".join(line for line in lines if not line.startswith((b"from ", b"import ")))


def _simulate(panels: int, cycles: int) -> Iterator[Vector]:
    building, decoder = Building(panels), AnswerDecoder()
    times: dict[tuple[int, PointType], list[int]] = {}
    parts: dict[tuple[int, PointType], list[NDArray[np.int32]]] = {}
    for begin in range(0, cycles, _CYCLES_AT_ONCE):
        rows: dict[tuple[int, PointType], list[list[float]]] = {}
        last: dict[tuple[int, PointType], tuple[object, list[float]]] = {}
        for cycle in range(begin, min(cycles, begin + _CYCLES_AT_ONCE)):
            now_s = FIRST_S + cycle * INTERVAL_S
            for panel in decoder.decode(building.answer(now_s), now_s).panels:
                for kind, points, time_s in panel.vectors():
                    key = panel.serial_number, kind
                    of, values = last.get(key, (None, []))
                    if of is not points:
                        values = [point.value for point in points]
                        last[key] = points, values
                    rows.setdefault(key, []).append(values)
                    times.setdefault(key, []).append(int(time_s or now_s))
        for key, chunk in rows.items():
            parts.setdefault(key, []).append(_thousandths(np.array(chunk)))
    for key, chunks in parts.items():
        whole = np.concatenate(chunks)
        moving = np.flatnonzero((whole != whole[0]).any(axis=0))
        yield Vector(*key, np.array(times[key]), whole[0], moving, np.ascontiguousarray(whole[:, moving]))


def _thousandths(values: NDArray[np.float64]) -> NDArray[np.int32]:
    whole = np.rint(values * _SCALE).astype(np.int32)
    if not np.array_equal(whole / _SCALE, values):
        raise ValueError("The simulated building has values that are no thousandths.")
    return whole


def _save(path: Path, vectors: Iterable[Vector]) -> None:
    arrays = {}
    for vector in vectors:
        name = f"{vector.serial_number}-{vector.point_type.value}"
        for of in ("times", "first", "moving", "moved"):
            arrays[f"{name}.{of}"] = getattr(vector, of)
    np.savez(path, **arrays)
