"""Carries what can be read of a damaged database into a new one, table by table, by ranges of their keys.

Where a page cannot be read, the range is read from its other end as well, and what is left between is halved until
nothing more comes out of it. What is lost then is filled from a backup, if there is one, and `mending` sees to it that
nothing that is left says more than it should.
"""

import sqlite3
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import groupby, pairwise
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

from t3monitor.config.database_url import read_only_uri, sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.holes import is_hole
from t3monitor.store.database import Database
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import beside
from t3monitor.store.pages import must_be_whole
from t3monitor.store.redescribed import redescribed
from t3monitor.store.upkeep.mending import LostValues, Unknown, Vector, mend, mend_layouts
from t3monitor.store.work import LongWork

_UNREADABLE = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB
_HIGHEST = 2**33  # of serial numbers, times and row numbers
_MOST_TURNS = 10  # of keys that rise: more are no garbage, but a tree whose branches grow out of themselves
_MOST_BARREN = 500  # ranges of a cell that bring nothing, one after the other, before all that is left is lost
_ROWS_AT_ONCE = 5_000
_MOST_SAID = 3
_MENDED = ("TRENDLOG_BLOCKS", "TRENDLOG_SEGMENTS", "TRENDLOG_BYTES", "alembic_version")  # are made anew, or told of
_READINGS_AROUND = """SELECT logging_time, expected_spacing FROM TRENDLOG_FRAMES
    WHERE serial_number = :serial AND point_type = :kind AND logging_time BETWEEN
        coalesce((SELECT max(logging_time) FROM TRENDLOG_FRAMES
                  WHERE serial_number = :serial AND point_type = :kind AND logging_time <= :first), 0)
        AND coalesce((SELECT min(logging_time) FROM TRENDLOG_FRAMES
                      WHERE serial_number = :serial AND point_type = :kind AND logging_time >= :last), :last)
    ORDER BY logging_time"""
_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,), "BLOB": (bytes, str)}


class Salvaged(NamedTuple):
    """What came of it: rows that were read of the damaged file and those that a backup gave, and what is lost."""

    rows: Mapping[str, int]
    from_backup: int
    lost: tuple[str, ...]

    def sentence(self, path: Path, aside: str) -> str:
        """What is to be said of it."""
        count = sum(self.rows.values())
        begin = f"The database {path} was damaged and is set aside as {aside}"
        if not count and not self.from_backup:
            return f"{begin}: nothing of it could be read, and a new one is begun"
        parts = [f"{count} rows of it"] * bool(count) + [f"{self.from_backup} of the newest backup"] * bool(
            self.from_backup
        )
        more = f"; and {len(self.lost) - _MOST_SAID} things more" if len(self.lost) > _MOST_SAID else ""
        lost = "; ".join(self.lost[:_MOST_SAID]) + more
        return f"{begin}: {' and '.join(parts)} are in a new one; {lost or 'nothing is lost'}"


class Loss(NamedTuple):
    """A range of a table's key that could not be read; where the table is clustered by a vector, with that."""

    table: str
    cell: tuple[Any, ...]
    first: int
    last: int

    @property
    def is_whole_table(self) -> bool:
        """Whether nobody knows where the table is."""
        return not self.last


class _Table(NamedTuple):
    """A table as the new file has it; the ranges are of the last column of its cells' names."""

    name: str
    columns: tuple[str, ...]
    types: tuple[tuple[type, ...], ...]  # that a value may have
    by: tuple[str, ...]  # the columns that make a cell, and the one that is unique or nearly so in it


# By what tables without rowid are read; the others are read by that.
_KEYS = {
    "TRENDLOG_LAYOUT_POINTS": ("layout_id", "position"),
    "TRENDLOG_FRAMES": ("serial_number", "point_type", "logging_time"),
    "TRENDLOG_BLOCKS": ("serial_number", "point_type", "first_seq"),
    "TRENDLOG_SEGMENTS": ("serial_number", "point_type", "position", "first_seq"),
    "POINT_CHANGES": ("serial_number", "point_type", "point_index", "at"),
    "TRENDLOG_DAYS": ("serial_number", "point_type", "point_index", "day_start"),
    "READING_TIMES": ("serial_number",),
}


def salvage(path: Path, new: Path, backup: Path | None, work: LongWork) -> Salvaged:
    """Makes a new database, whole or not at all, of a damaged one, which stays as it is.

    Raises DatabaseError, or CancelledWorkError.
    """
    target = None
    try:
        remove(new)
        target = Database(sqlite_url(new))
        with database_sentences(path):
            rows, losses = _carry(path, target, work)
            if any(loss.is_whole_table for loss in losses):
                rows, losses = _carry_redescribed(path, target, work) or (rows, losses)
        filled = 0
        lost_values = _lost_values(losses)
        if backup and losses:
            with suppress(DatabaseError, sqlite3.Error):  # which may be damaged as well
                filled = _fill(backup, target, lost_values, work)
        unknown = mend(target, lost_values, work)
        lost = tuple(_told(target, losses, unknown, is_filled=bool(filled)))
        target.close()
        must_be_whole(sqlite_url(new), work, sealed=True)
    except BaseException:
        if target:
            target.close()
        with suppress(OSError):
            remove(new)
        raise
    return Salvaged(rows, filled, lost)


def _carry_redescribed(path: Path, target: Database, work: LongWork) -> "tuple[dict[str, int], list[Loss]] | None":
    """The same where the description of tables is lost; None if they are not where they should be."""
    copy = target.path.with_name(f"{target.path.name}.copy")
    try:
        return _carry(copy, target, work) if redescribed(path, copy) else None
    finally:
        with suppress(OSError):
            remove(copy)


def remove(database: Path) -> None:
    """Removes a file and what SQLite keeps beside it; raises OSError."""
    for file in (database, *(beside(database, ending) for ending in ("wal", "shm"))):
        file.unlink(missing_ok=True)


def _lost_values(losses: Iterable[Loss]) -> dict[Vector, list[LostValues]]:
    lost: defaultdict[Vector, list[LostValues]] = defaultdict(list)
    for loss in losses:
        if loss.table == "TRENDLOG_SEGMENTS" and loss.cell:
            serial, kind, position = loss.cell
            lost[serial, kind].append(LostValues(position, loss.first, loss.last))
    return lost


def _fill(backup: Path, target: Database, lost: dict[Vector, list[LostValues]], work: LongWork) -> int:
    """Fills from a backup; how many rows that gave. Of what it has whole no value is lost any more."""
    with target.writing() as cursor:
        before = {table.name: _size(cursor, table) for table in _tables(cursor)}
    _, losses = _carry(backup, target, work)
    with closing(_opened(backup)) as source:
        ends = {
            (serial, kind): last
            for serial, kind, last in source.execute(
                "SELECT serial_number, point_type, max(first_seq) FROM TRENDLOG_BLOCKS GROUP BY 1, 2"
            )
        }
    if not losses:
        for vector, values in lost.items():
            end = ends.get(vector, -1)
            lost[vector] = [part._replace(first=max(part.first, end + 1)) for part in values]
    with target.writing() as cursor:
        return sum(_size(cursor, table) - before[table.name] for table in _tables(cursor))


def _size(cursor: sqlite3.Cursor, table: _Table) -> int:
    (size,) = cursor.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - of the schema
    return int(size)


def _told(target: Database, losses: Sequence[Loss], unknown: Sequence[Unknown], *, is_filled: bool) -> Iterator[str]:
    """In words: what nobody has any more."""
    for vector, group in groupby(unknown, key=lambda values: values.vector):
        parts = list(group)
        samples = sum(part.samples for part in parts)
        yield (
            f"{samples} samples of {vector[1]} of {vector[0]} between {_time(min(part.first_s for part in parts))} and "
            f"{_time(max(part.last_s for part in parts))} are lost"
        )
    for table, its_losses in groupby(losses, key=lambda loss: loss.table):
        if table == "TRENDLOG_FRAMES":
            with target.writing() as cursor:
                yield from [lost for loss in its_losses for lost in _lost_times(cursor, loss)]
        elif table not in _MENDED and not is_filled:
            yield f"rows of {table} are lost"


def _lost_times(cursor: sqlite3.Cursor, loss: Loss) -> Iterator[str]:
    """Readings of which neither their block nor a backup tells: holes that the loss has made."""
    if not loss.cell:
        yield "the readings are lost"
        return
    serial, kind = loss.cell
    place = {"serial": serial, "kind": kind, "first": loss.first, "last": loss.last}
    readings = cursor.execute(_READINGS_AROUND, place).fetchall()
    ends = [(loss.first, 0)] * (not readings or readings[0][0] > loss.first)
    for (before_s, spacing_s), (after_s, _) in pairwise([*ends, *readings]):
        if is_hole(after_s - before_s, spacing_s or 0):
            yield f"readings of {kind} of {serial} from {_time(before_s)} to {_time(after_s)} are lost"
    if not readings or readings[-1][0] < loss.last:
        yield f"readings of {kind} of {serial} from {_time(readings[-1][0] if readings else 0)} on are lost"


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges that follow one another as one."""
    joined: list[int] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[1] + 1:
            joined[1] = max(joined[1], high)
            continue
        if joined:
            yield joined[0], joined[1]
        joined = [low, high]
    if joined:
        yield joined[0], joined[1]


def _time(utc_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(utc_s)) if 0 < utc_s < _HIGHEST else "…"


def _carry(damaged: Path, target: Database, work: LongWork) -> "tuple[dict[str, int], list[Loss]]":
    """Has the rows of a damaged file in a new one, which keeps its own; how many of each table, and what is lost.

    Raises DatabaseError for the new file, sqlite3.Error where the damaged one is out of reach, or CancelledWorkError.
    """
    rows: dict[str, int] = {}
    losses: list[Loss] = []
    with closing(_opened(damaged)) as source, work.on(source):
        with target.writing() as cursor:
            tables = _tables(cursor)
        for done, table in enumerate(tables):
            work.tell(done / len(tables))
            carried = _Carried(source, target, table)
            rows[table.name] = carried.run(work)
            if table.name == "TRENDLOG_LAYOUT_POINTS":  # by which the history is read
                with target.writing() as cursor:
                    mend_layouts(cursor)
            losses += carried.losses
    return rows, losses


def _opened(damaged: Path) -> sqlite3.Connection:
    """A connection that reads on where it can."""
    source = sqlite3.connect(read_only_uri(damaged), uri=True, isolation_level=None, check_same_thread=False)
    source.execute("PRAGMA writable_schema = ON")  # else nothing is read as soon as one table's description is lost
    source.execute("PRAGMA cell_size_check = ON")
    source.text_factory = _text
    return source


def _text(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _tables(cursor: sqlite3.Cursor) -> list[_Table]:
    """What the new file has, small tables and those that others are read by first."""
    found = []
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    for (name,) in cursor.execute(names).fetchall():
        infos = cursor.execute(f'PRAGMA table_info("{name}")').fetchall()
        by = _KEYS.get(name, ("rowid",))
        columns = tuple(info[1] for info in infos)
        found.append(
            _Table(name, columns, tuple(_types(declared, not_null) for _, _, declared, not_null, *_ in infos), by)
        )
    return sorted(found, key=lambda table: (len(table.by), table.name))


def _types(declared: str, not_null: int) -> tuple[type, ...]:
    types = _TYPES.get(declared.partition("(")[0].upper(), (int, float, str, bytes))
    return types if not_null else (*types, NoneType)


class _Carried:
    """One table on its way."""

    def __init__(self, source: sqlite3.Connection, target: Database, table: _Table) -> None:
        self.losses: list[Loss] = []
        self._source, self._target, self._table = source, target, table
        there = set()
        with suppress(sqlite3.DatabaseError):  # then nothing of it can be read
            there = {info[1] for info in source.execute(f'PRAGMA table_info("{table.name}")')}
        self._columns = [column for column in table.columns if column in there]
        self._own_rowid = table.by == ("rowid",)
        selected = [*(("rowid",) if self._own_rowid else ()), *(f'"{column}"' for column in self._columns)]
        *cell, key = table.by
        where = " AND ".join([*(f"{column} = ?" for column in cell), f"{key} BETWEEN ? AND ?"])
        self._read = f'SELECT {key}, {", ".join(selected)} FROM "{table.name}" WHERE {where} ORDER BY {key}'  # noqa: S608
        marks = ", ".join("?" * len(selected))
        self._insert = f'INSERT OR IGNORE INTO "{table.name}" ({", ".join(selected)}) VALUES ({marks})'  # noqa: S608
        places = [table.columns.index(column) for column in self._columns]
        self._types = [table.types[place] for place in places]
        self._cell_places = [self._columns.index(name) for name in cell] if self._columns else []
        self._waiting: list[tuple[Any, ...]] = []
        self._count = 0

    def run(self, work: LongWork) -> int:
        """How many rows were carried."""
        if not self._columns:
            self.losses.append(Loss(self._table.name, (), 0, 0))
            return 0
        for cell in self._cells():
            work.tell(work.share)
            self._carry_cell(cell)
        self._store()
        return self._count

    def _cells(self) -> Iterable[tuple[Any, ...]]:
        """Which there may be, by what was carried before."""
        names = self._table.by[:-1]
        if not names:
            return [()]
        with self._target.writing() as cursor:
            if names == ("layout_id",):
                return cursor.execute("SELECT id FROM TRENDLOG_LAYOUTS").fetchall()
            vectors = cursor.execute("SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS").fetchall()
            if len(names) == 2:
                return vectors
            column = "position" if names[-1] == "position" else "point_index"
            (most,) = cursor.execute(f"SELECT coalesce(max({column}), 0) FROM TRENDLOG_LAYOUT_POINTS").fetchone()  # noqa: S608
        return [(*vector, number) for vector in vectors for number in range(most + 1)]

    def _carry_cell(self, cell: tuple[Any, ...]) -> None:
        for low, high in _joined(self._read_cell(cell)):
            self.losses.append(Loss(self._table.name, cell, low, high))

    def _read_cell(self, cell: tuple[Any, ...]) -> Iterator[tuple[int, int]]:
        """Takes what can be read of a cell, and gives the ranges that cannot."""
        ranges, barren = deque([(0, _HIGHEST)]), 0
        while ranges:
            low, high = ranges.popleft()
            before = self._count
            is_whole, low = self._scan(cell, low, high)
            # Also where nothing was wrong: of keys that are garbage SQLite takes one for the last in the range.
            backwards_whole, high = self._scan(cell, low, high, backwards=True)
            if (is_whole and backwards_whole) or low > high:
                continue
            barren = 0 if self._count > before else barren + 1
            if low == high or barren > _MOST_BARREN:
                yield low, high
            else:
                middle = (low + high) // 2
                ranges += (low, middle), (middle + 1, high)

    def _scan(self, cell: tuple[Any, ...], low: int, high: int, *, backwards: bool = False) -> tuple[bool, int]:
        """Takes what can be read of a range; whether that is all, and where what is left begins, or ends backwards."""
        reached, last, turns = None, None, 0
        is_whole = True
        try:
            for key, *row in self._source.execute(self._read + " DESC" * backwards, (*cell, low, high)):
                if last is not None and (key > last if backwards else key < last):
                    turns += 1
                    if turns > _MOST_TURNS:
                        is_whole = False
                        break
                last = key
                if low <= key <= high and self._is_of(cell, row):  # SQLite believes the order of a tree
                    reached = key if turns == 0 else reached
                    self._take(cell, key, row)
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in _UNREADABLE:
                raise
            is_whole = False
        if is_whole:
            reached = last if last is not None and low <= last <= high else reached
        if reached is None:
            return is_whole, high if backwards else low
        return is_whole, reached - 1 if backwards else reached + 1

    def _is_of(self, cell: tuple[Any, ...], row: list[Any]) -> bool:
        return not cell or tuple([row[place] for place in self._cell_places]) == cell

    def _take(self, cell: tuple[Any, ...], key: int, row: list[Any]) -> None:
        if not all(map(isinstance, row[self._own_rowid :], self._types)):  # SQLite reads garbage as well
            self.losses.append(Loss(self._table.name, cell, key, key))
            return
        self._waiting.append(tuple(row))
        self._count += 1
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self._store()

    def _store(self) -> None:
        with self._target.writing() as cursor:
            cursor.executemany(self._insert, self._waiting)
        self._waiting = []
