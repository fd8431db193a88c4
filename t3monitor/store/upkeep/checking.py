"""Whether a database is whole: SQLite looks at its pages, and this program at what it keeps in them."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.failures import damaged
from t3monitor.store.history.codec import decode, decode_whole
from t3monitor.store.migrate import present_revision
from t3monitor.store.pages import MOST_FINDINGS, damage
from t3monitor.store.reading import reading
from t3monitor.store.schema import SCHEMA_REVISION
from t3monitor.store.work import LongWork

_MOST_FRAMES = 100_000  # of a block, which has 240: more is garbage, for which there is no memory
_VECTORS = "SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS ORDER BY 1, 2"
_STRAY = "SELECT count(*) FROM TRENDLOG_FRAMES WHERE layout_id NOT IN (SELECT id FROM TRENDLOG_LAYOUTS)"
_LAYOUTS = (
    "SELECT layout.id, coalesce(max(point.position) + 1, 0) FROM TRENDLOG_LAYOUTS AS layout "
    "LEFT JOIN TRENDLOG_LAYOUT_POINTS AS point ON point.layout_id = layout.id GROUP BY layout.id"
)
_OF_VECTOR = "serial_number = ? AND point_type = ?"
_HOT = f"""SELECT count(*), coalesce(sum(CASE WHEN json_valid(vals) THEN json_array_length(vals) = (
        SELECT max(position) + 1 FROM TRENDLOG_LAYOUT_POINTS AS point WHERE point.layout_id = frame.layout_id)
        ELSE 0 END), 0)
    FROM TRENDLOG_FRAMES AS frame WHERE {_OF_VECTOR} AND seq IS NULL"""  # noqa: S608 - of constants, as the next ones
_HOT_SAMPLES = f"""SELECT count(*) FROM TRENDLOG_FRAMES AS frame, json_each(frame.vals)
    WHERE {_OF_VECTOR} AND seq IS NULL AND json_each.value IS NOT NULL"""  # noqa: S608
_PACKED = f"""SELECT CAST(seq AS INTEGER), CAST(logging_time AS INTEGER), CAST(layout_id AS INTEGER),
        CAST(coalesce(sync_interval, expected_spacing, -1) AS INTEGER), CAST(coalesce(expected_spacing, -1) AS INTEGER),
        CAST(run_id AS INTEGER)
    FROM TRENDLOG_FRAMES WHERE {_OF_VECTOR} AND seq IS NOT NULL ORDER BY seq"""  # noqa: S608
_BLOCKS = f"""SELECT first_seq, count, layout_id, sync_interval, first_time, last_time, base, step, width, times,
        spacing_base, spacing_step, spacing_width, spacings
    FROM TRENDLOG_BLOCKS WHERE {_OF_VECTOR} ORDER BY first_seq"""  # noqa: S608
_SEGMENTS = f"""SELECT position, first_seq, base, step, scale, width, nullable, top, total, known, codes
    FROM TRENDLOG_SEGMENTS WHERE {_OF_VECTOR} ORDER BY position, first_seq"""  # noqa: S608
_SAMPLES = f"SELECT count(*) FROM TRENDLOG_DATA WHERE {_OF_VECTOR}"  # noqa: S608

Whole = NDArray[np.int64]


class Health(NamedTuple):
    """What a check found: a sentence for each thing that is wrong, and what was looked at."""

    findings: tuple[str, ...]
    vectors: int = 0
    readings: int = 0
    is_damaged: bool = False  # in its pages
    other_schema: str = ""  # then only these were looked at

    def sentence(self, path: Path) -> str:
        """What is to be said of it, with the way out."""
        if self.is_damaged:
            return str(damaged(path, self.findings[0]))
        if self.findings:
            more = f", and {len(self.findings) - 1} things more" if len(self.findings) > 1 else ""
            return (
                f"The pages of the database {path} are good, but not what is in them: {self.findings[0]}{more}; what "
                "is whole can be used as before, or restore a backup"
            )
        if self.other_schema:
            return (
                f"The pages of the database {path} are good; what is in them is of schema {self.other_schema}, and was "
                f"not looked at by this program, which knows {SCHEMA_REVISION}"
            )
        return f"The database {path} is good: {self.readings} readings of {self.vectors} panels' types are whole"


def check(url: str, work: LongWork, *, full: bool = False) -> Health:
    """Looks at every page and at everything in the history, a panel's points of a type at a time.

    ``full``: at the indexes against their tables as well, and at every sample through the view. Raises DatabaseError,
    DatabaseUnusableError if it is another program's, or CancelledWorkError.
    """
    revision = present_revision(url)
    findings = damage(url, work, full=full)
    if findings:
        return Health(tuple(findings), is_damaged=True)
    if revision != SCHEMA_REVISION:
        return Health((), other_schema=revision)
    with reading(url) as connection:
        driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        with work.on(driver):
            vectors = driver.execute(_VECTORS).fetchall()
            (stray,) = driver.execute(_STRAY).fetchone()
    if stray:
        findings.append(f"{stray} readings have no layout, by which their points are known")
    readings = 0
    for done, vector in enumerate(vectors):
        work.tell(done / len(vectors))
        with reading(url) as connection:  # a transaction each, which holds up no emptying of the -wal
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            with work.on(driver):
                history = _History.read(driver.cursor(), vector)
                findings += (f"{vector[1]} of {vector[0]}: {finding}" for finding in history.findings(full=full))
        readings += len(history.frames) + history.hot
    return Health(tuple(findings[:MOST_FINDINGS]), len(vectors), readings)


def packed_frames(cursor: sqlite3.Cursor, vector: tuple[int, str]) -> Whole:
    """A row for each packed reading of a vector, in their order: seq, time, layout, sync interval, spacing, cycle."""
    return np.fromiter(cursor.execute(_PACKED, vector), dtype=np.dtype((np.int64, 6)))


def frames_of_block(first: int, count: int, layout: int, interval: int, *columns: Any) -> Whole:
    """The same of the readings that a block tells of, without their cycles; raises ValueError."""
    if not 0 < count <= _MOST_FRAMES:
        raise ValueError(count)
    base, step, width, codes, *spacing = columns
    spacing_base, spacing_step, spacing_width, spacing_codes = spacing
    times = decode_whole(base, step, width, codes, count)
    spacings = decode_whole(spacing_base, spacing_step, spacing_width, spacing_codes, count)
    same = np.ones(count, dtype=np.int64)
    return np.column_stack((np.arange(first, first + count), times, layout * same, interval * same, spacings))


class _History(NamedTuple):
    """What is stored of a panel's points of a type."""

    cursor: sqlite3.Cursor
    vector: tuple[int, str]
    layouts: dict[int, int]  # how many points each has
    hot: int
    hot_good: int
    frames: Whole
    blocks: list[tuple[Any, ...]]

    @classmethod
    def read(cls, cursor: sqlite3.Cursor, vector: tuple[int, str]) -> "_History":
        hot, hot_good = cursor.execute(_HOT, vector).fetchone()
        blocks = cursor.execute(_BLOCKS, vector).fetchall()
        layouts = dict(cursor.execute(_LAYOUTS))
        return cls(cursor, vector, layouts, hot, hot_good, packed_frames(cursor, vector), blocks)

    def findings(self, *, full: bool) -> Iterator[str]:
        if self.hot != self.hot_good:
            yield f"{self.hot - self.hot_good} readings do not have a value for each of their points"
        yield from self._of_blocks()
        samples = 0
        for finding in self._of_segments():
            if isinstance(finding, int):
                samples += finding
            else:
                yield finding
        if full and self.hot == self.hot_good:
            (hot,) = self.cursor.execute(_HOT_SAMPLES, self.vector).fetchone()
            (seen,) = self.cursor.execute(_SAMPLES, self.vector).fetchone()
            if seen != samples + hot:
                yield f"TRENDLOG_DATA has {seen} samples, where {samples + hot} are stored"

    def _of_blocks(self) -> Iterator[str]:
        """Each packed reading lies in one block, which has its time."""
        seqs = self.frames[:, 0]
        doubled = len(seqs) - len(np.unique(seqs))
        if doubled:
            yield f"{doubled} packed readings have the number of another one"
        covered = end = 0
        for block in self.blocks:
            first, count, layout, interval, first_time, last_time, base, step, width, times, *spacing = block
            if first < end:
                yield f"the blocks that begin with readings {first} and before overlap"
            end = first + count
            if layout not in self.layouts:
                yield f"the block that begins with reading {first} has no layout"
            begin, behind = np.searchsorted(seqs, (first, end)).tolist()
            covered += behind - begin
            if behind - begin != count:
                yield f"the block that begins with reading {first} counts {count}, of which {behind - begin} are there"
                continue
            try:
                told = frames_of_block(first, count, layout, interval, base, step, width, times, *spacing)
            except ValueError:
                yield f"the times of the block that begins with reading {first} cannot be read"
                continue
            ends = told[:, 1].min(), told[:, 1].max()
            if not np.array_equal(self.frames[begin:behind, :5], told) or ends != (first_time, last_time):
                yield f"the block that begins with reading {first} has other times than its readings"
        if covered != len(seqs):
            yield f"{len(seqs) - covered} packed readings are in no block"

    def _of_segments(self) -> Iterator[str | int]:
        """Each point of a block has a segment that can be read; gives as numbers how many samples there are."""
        firsts = [block[0] for block in self.blocks]
        counts = dict(zip(firsts, (min(block[1], _MOST_FRAMES) for block in self.blocks), strict=True))
        by_position: dict[int, dict[int, tuple[Any, ...]]] = {}
        for position, first, *segment in self.cursor.execute(_SEGMENTS, self.vector):
            by_position.setdefault(position, {})[first] = tuple(segment)
            if first not in counts:
                yield f"values of position {position} begin with reading {first}, where no block begins"
            elif problem := segment_problem(segment, counts[first]):
                yield f"the values of position {position} from reading {first} on {problem}"
        in_force: dict[int, tuple[Any, ...]] = {}
        for first, count, layout, *_ in self.blocks:
            for position in range(self.layouts.get(layout, 0)):
                own = by_position.get(position, {}).get(first)
                segment = own or in_force.get(position)
                if segment is None or (own is None and segment[3] != 0):
                    yield f"position {position} has no values from reading {first} on"
                    continue
                in_force[position] = segment
                yield segment[7] if segment[3] != 0 else 0 if segment[4] else count


def segment_problem(segment: Sequence[Any], count: int) -> str:
    """What is wrong with the values of a segment, as the end of a sentence."""
    base, step, scale, width, nullable, top, total, known, codes = segment
    try:
        values = decode(base, step, scale, width, bool(nullable), codes, count)
    except (ValueError, ZeroDivisionError):
        return "cannot be read"
    if width == 0:
        return ""
    if len(values) != count or np.count_nonzero(~np.isnan(values)) != known:
        return "are not as many as they should be"
    if width is None:
        return ""
    if np.nanmax(values, initial=-np.inf) != (base + step * top) / scale:
        return "have another maximum than is said of them"
    mean = (base + step * total / known) / scale
    return "" if np.isclose(np.nanmean(values), mean) else "have another mean than is said of them"
