"""``python -m benchmarks.history``: size and speed of a year of history beside its rivals.

A year of 2 panels every 30 s is four times the same 13 simulated weeks, written as frames and packed by the program's
own upkeep; so are two days of 100 panels, and ten days in which every point has another
value in each reading, whose ledger is as that of a file which is older than 30 days. They are
made once, which takes some minutes, and kept in a cache.
"""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks import readings
from benchmarks.archives import archive
from benchmarks.measure import Row, Times, at_most, table, timed_ms, within_ms
from benchmarks.readings import FIRST_S, INTERVAL_S, Readings, Vector, cached
from benchmarks.rivals import INSERT_SAMPLE, SAMPLES_INDEX, SAMPLES_TABLE
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.points import PointKey
from t3monitor.store import schema
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series

_DAY_S, _DAY_CYCLES = 86_400, 2_880
_WEEKS, TIMES = 13, 4
_PLOT_POINTS = 3000  # what a plot asks for
_RANGES = {"day": 1, "week": 7, "month": 30, "year": _WEEKS * TIMES * 7}
_ONE_POINT_MS, _EIGHT_POINTS_MS, _QUERY_MS = 50, 100, 20
_BYTES, _RESTLESS_BYTES = 0.7, 2.2
_OF_KIND = {"INPUT": 4, "OUTPUT": 2, "VARIABLE": 2}  # the eight points
_QUERY = (
    "SELECT * FROM TRENDLOG_DATA WHERE data_source = 1 AND serial_number = ? AND point_type = 'INPUT'{}"
    " ORDER BY logging_time DESC LIMIT 1000"
)
_AT = " AND logging_time <= ?"

Arrays = tuple[NDArray[np.float64], NDArray[np.float64]]  # times and values
Reader = Callable[[Sequence[PointKey], float, float], Mapping[PointKey, object]]


class JsonFrames:
    """The history of before: a JSON array for each panel, type and reading, read into arrays; not thinned."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)

    def read(self, keys: Sequence[PointKey], start_s: float, end_s: float) -> dict[PointKey, Arrays]:
        """As the program did, holes and units left aside."""
        found = {}
        for serial, kind in dict.fromkeys((key.serial_number, key.point_type) for key in keys):
            wanted = [key for key in keys if (key.serial_number, key.point_type) == (serial, kind)]
            cursor = self.connection.execute(
                "SELECT logging_time, vals FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ?"
                " AND logging_time BETWEEN ? AND ? ORDER BY logging_time, run_id",
                (serial, kind.value, start_s, end_s),
            )
            parts = [np.empty((1 + len(wanted), 0))]
            while rows := cursor.fetchmany(512):
                times, texts = zip(*rows, strict=True)
                frames = [_decode(text) for text in texts]
                columns = [[frame[key.point_index - 1] for frame in frames] for key in wanted]
                parts.append(np.array([times, *columns], dtype=np.float64))
            whole = np.concatenate(parts, axis=1)
            found |= {key: (whole[0], whole[1 + place]) for place, key in enumerate(wanted)}
        return found


class SampleRows:
    """One row for each sample, with the index that its query needs; only those of points that are read. Not thinned."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)

    def read(self, keys: Sequence[PointKey], start_s: float, end_s: float) -> dict[PointKey, Arrays]:
        """A query for each panel and type."""
        found = {}
        for serial, kind in dict.fromkeys((key.serial_number, key.point_type) for key in keys):
            wanted = [key for key in keys if (key.serial_number, key.point_type) == (serial, kind)]
            rows = self.connection.execute(
                "SELECT point_index, logging_time, value FROM TRENDLOG_DATA WHERE serial_number = ? AND point_type = ?"
                f" AND point_index IN ({', '.join('?' * len(wanted))}) AND logging_time BETWEEN ? AND ?"
                " ORDER BY logging_time",
                (serial, kind.value, *(key.point_index for key in wanted), start_s, end_s),
            ).fetchall()
            indexes, times, values = np.array(rows, dtype=np.float64).reshape(-1, 3).T
            for key in wanted:
                own = indexes == key.point_index
                found[key] = times[own], values[own]
        return found


_decode = msgspec.json.Decoder().decode


def main() -> int:
    """Prints the table, then what belongs to its numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer turns: for a look, not for a record")
    quick = parser.parse_args().quick
    began_s = monotonic()
    rows, notes = measure(year_in_weeks(), TIMES, _RANGES, turns=(7, 3) if quick else (25, 5))
    rows += measure_others(notes)
    print(table(rows))
    print()
    print("\n".join(notes))
    print(
        f"Measured in {monotonic() - began_s:.0f} s on {os.cpu_count()} processors with Python "
        f"{platform.python_version()} and SQLite {sqlite3.sqlite_version}."
    )
    return 0


def year_in_weeks() -> Readings:
    """The weeks of which four times make the year."""
    return readings.simulated(2, _WEEKS * 7 * _DAY_CYCLES)


def packed(weeks: Readings, times: int) -> Path:
    """The file of these weeks, so many times, as the program packs it."""
    return archive(f"packed-{_name(weeks, times)}", weeks, times)


def _name(weeks: Readings, times: int) -> str:
    return f"{weeks.panels}-panels-{times}x{weeks.cycles}"


def measure(
    weeks: Readings, times: int, ranges: Mapping[str, int], turns: tuple[int, int]
) -> tuple[list[Row], list[str]]:
    """The rows and notes of the year; ``turns`` are those of short reads and of long ones."""
    serial = weeks.vectors[0].serial_number
    its = [vector for vector in weeks.vectors if vector.serial_number == serial]
    eight = [
        PointKey(serial, vector.point_type, position + 1)
        for vector in its
        for position in vector.busiest(_OF_KIND[vector.point_type.value])
    ]
    name, year = _name(weeks, times), packed(weeks, times)
    json_frames = JsonFrames(
        archive(
            f"json-{name}",
            weeks,
            times,
            packs=False,
            only=lambda vector: vector.serial_number == serial,
        )
    )
    sample_rows = SampleRows(_rows_of(name, its, eight, times))
    reader = HistoryReader(sqlite_url(year))
    newest_s = FIRST_S + times * weeks.cycles * INTERVAL_S
    old_s = FIRST_S + times * weeks.cycles * INTERVAL_S * 0.4
    _compare(reader, sample_rows, eight, newest_s)

    rows, notes = [], []
    samples = times * weeks.cycles * weeks.points
    rows.append(_size(year, samples, "year of 2 panels", _BYTES, notes))
    rows.append(at_most("  after database compact", "year of 2 panels", _compacted(year) / samples, _BYTES, "B"))
    readers: list[Reader] = [
        lambda keys, start_s, end_s: reader.read_many(keys, start_s, end_s, _PLOT_POINTS),
        json_frames.read,
        sample_rows.read,
    ]
    for keys, bar_ms, which in ((eight[:1], _ONE_POINT_MS, ranges), (eight, _EIGHT_POINTS_MS, list(ranges)[-2:])):
        points = "1 point" if len(keys) == 1 else f"{len(keys)} points"
        for name_ in which:
            days = ranges[name_]
            ends = {"newest": newest_s} if days > 40 else {"newest": newest_s, "old": old_s}
            for age, end_s in ends.items():
                took = _in_turns(
                    [partial(read, keys, end_s - days * _DAY_S, end_s) for read in readers], turns[days > 7]
                )
                what = f"{points} × {name_}, {age}"
                rows.append(within_ms(what, "JSON frames", took[0], took[1], bar_ms))
                rows.append(within_ms("", "a row each", took[0], took[2], bar_ms))
    connection = sqlite3.connect(year)
    connections = [connection, json_frames.connection, sample_rows.connection]
    for age, text, values in (("newest", "", (serial,)), ("old", _AT, (serial, old_s))):
        queries = [
            partial(lambda own, sql, given: own.execute(sql, given).fetchall(), own, _QUERY.format(text), values)
            for own in connections
        ]
        took = _in_turns(queries, turns[0])
        rows.append(within_ms(f"samples of a panel, {age}", "JSON frames", took[0], took[1], _QUERY_MS))
        rows.append(within_ms("", "a row each", took[0], took[2], _QUERY_MS))
    for own in connections:
        own.close()
    return rows, notes


def measure_others(notes: list[str]) -> list[Row]:
    """Ten days of which every point is restless, and two days of 100 panels."""
    rows = []
    for what, noisy in (("restless", False), ("noisy", True)):
        days = readings.restless(2, 10 * _DAY_CYCLES, noisy=noisy)
        file = archive(f"{what}-{days.cycles}", days, seen_later_s=30 * _DAY_S)
        rows.append(_size(file, days.cycles * days.points, f"10 days of 2 {what} panels", _RESTLESS_BYTES, notes))
    days = readings.simulated(100, 2 * _DAY_CYCLES)
    file = archive(f"packed-{days.panels}-panels-{days.cycles}", days)
    rows.append(_size(file, days.cycles * days.points, "two days of 100 panels", _BYTES, notes))
    reader, end_s = HistoryReader(sqlite_url(file)), FIRST_S + days.cycles * INTERVAL_S
    inputs = [vector for vector in days.vectors if vector.point_type.value == "INPUT"][:8]
    keys = [PointKey(vector.serial_number, vector.point_type, vector.busiest(1)[0] + 1) for vector in inputs]
    for some, bar_ms in ((keys[:1], _ONE_POINT_MS), (keys, _EIGHT_POINTS_MS)):
        (took,) = _in_turns([partial(reader.read_many, some, end_s - 2 * _DAY_S, end_s, _PLOT_POINTS)], 15)
        rows.append(within_ms(f"100 panels: {len(some)} of as many panels × 2 days", "", took, None, bar_ms))
    with closing(sqlite3.connect(file)) as connection:
        for age, text, at in (("newest", "", ()), ("old", _AT, (end_s - _DAY_S,))):
            sql, given = _QUERY.format(text), (inputs[0].serial_number, *at)
            (took,) = _in_turns([lambda: connection.execute(sql, given).fetchall()], 15)  # noqa: B023 - called at once
            rows.append(within_ms(f"100 panels: samples of a panel, {age}", "", took, None, _QUERY_MS))
    return rows


def _in_turns(contenders: Sequence[Callable[[], object]], turns: int) -> list[Times]:
    """The times of each, A B C A B C ..., after a turn that fills the caches."""
    ms: list[list[float]] = [[] for _ in contenders]
    for turn in range(turns + 1):
        for contender, took in zip(contenders, ms, strict=True):
            spent = timed_ms(contender)
            if turn:
                took.append(spent)
    return [Times(tuple(took)) for took in ms]


def _size(file: Path, samples: int, what: str, bar: float, notes: list[str]) -> Row:
    """Bytes a sample of the whole file, and in the notes by table."""
    size = file.stat().st_size
    with closing(sqlite3.connect(file)) as connection:
        parts = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC").fetchall()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    parts.append(("free pages", free * page))
    largest = ", ".join(f"{name} {part / samples:.3f}" for name, part in parts if part > size / 200)
    notes.append(f"{what}: {samples:,} samples in {size / 1e6:,.1f} MB; bytes a sample: {largest}.")
    return at_most("bytes a sample, the whole file", what, size / samples, bar, "B")


def _compacted(file: Path) -> int:
    """How many bytes it has when its pages are filled."""
    with (
        tempfile.TemporaryDirectory(prefix="t3monitor-compact-") as folder,
        closing(sqlite3.connect(file)) as connection,
    ):
        copy = Path(folder) / "history.db"
        connection.execute("VACUUM INTO ?", (str(copy),))
        return copy.stat().st_size


def _rows_of(name: str, vectors: Sequence[Vector], keys: Sequence[PointKey], times: int) -> Path:
    """One row for each sample of these points, in the order in which they came."""

    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(SAMPLES_TABLE)
            connection.execute(SAMPLES_INDEX)
            cycles = len(vectors[0].times)
            for begin in range(0, times * cycles, _DAY_CYCLES):
                turn, first = divmod(begin, cycles)
                last = min(first + _DAY_CYCLES, cycles)
                parts = [
                    (
                        (vector.serial_number, 2, f"{vector.point_type.value[:-3]}{key.point_index}"),
                        (vector.point_type.value, key.point_index),
                        (vector.times[first:last] + turn * cycles * INTERVAL_S).tolist(),
                        vector.rows(first, last)[:, key.point_index - 1].tolist(),
                    )
                    for vector in vectors
                    for key in keys
                    if key.point_type is vector.point_type
                ]
                after = 3, "Deg.C", schema.DATA_SOURCE_FFI_SYNC, INTERVAL_S, schema.CREATED_BY_FFI_SYNC_SERVICE
                with connection:
                    connection.executemany(
                        INSERT_SAMPLE,
                        (
                            (*panel, *point, its_times[cycle], values[cycle], *after)
                            for cycle in range(last - first)
                            for panel, point, its_times, values in parts
                        ),
                    )

    return cached(f"rows-{name}", ".db", (readings,), make)


def _compare(reader: HistoryReader, rival: SampleRows, keys: Sequence[PointKey], end_s: float) -> None:
    """That all read the same: reading by reading of a day, and the extremes of a month."""
    for days in (1, 30):
        ours = reader.read_many(keys, end_s - days * _DAY_S, end_s, 10 * _DAY_CYCLES if days == 1 else _PLOT_POINTS)
        theirs = rival.read(keys, end_s - days * _DAY_S, end_s)
        for key in keys:
            (series,), (times, values) = ours[key], theirs[key]
            if days == 1:
                again = np.append(np.diff(times) == 0, False)  # of two readings of one time the later counts
                within = (series.times_utc_s >= times[0]) & (series.times_utc_s <= times[-1])
                same = np.array_equal(series.values[within], values[~again])
            else:
                same = _extremes(series) == (values.min(), values.max())
            if not same:
                raise RuntimeError(f"The packed history of {key} differs from the rows in {days} days.")


def _extremes(series: Series) -> tuple[float, float]:
    if series.stretches is None:
        return float(series.values.min()), float(series.values.max())
    return float(np.nanmin(series.stretches.lows)), float(np.nanmax(series.stretches.highs))


if __name__ == "__main__":
    sys.exit(main())
