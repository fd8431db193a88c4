"""Carries what can be read of a damaged database into a new one, table by table, by ranges of their keys.

Where a page cannot be read, the range is read from its other end as well, and what is left between is halved until
nothing more comes out of it.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

from t3monitor.config.database_url import read_only_uri
from t3monitor.store.database import Database
from t3monitor.store.upkeep.mending import mend_layouts
from t3monitor.store.work import LongWork

_UNREADABLE = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB
HIGHEST = 2**33  # of serial numbers, times and row numbers
_MOST_TURNS = 10  # of keys that rise: more are no garbage, but a tree whose branches grow out of themselves
_MOST_BARREN = 500  # ranges of a cell that bring nothing, one after the other, before all that is left is lost
_ROWS_AT_ONCE = 5_000
_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,), "BLOB": (bytes, str)}
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


class Table(NamedTuple):
    """A table as the new file has it; the ranges are of the last column of its cells' names."""

    name: str
    columns: tuple[str, ...]
    types: tuple[tuple[type, ...], ...]  # that a value may have
    by: tuple[str, ...]  # the columns that make a cell, and the one that is unique or nearly so in it


def carry(damaged: Path, target: Database, work: LongWork) -> tuple[dict[str, int], list[Loss]]:
    """Has the rows of a damaged file in a new one, which keeps its own; how many of each table, and what is lost.

    Raises DatabaseError for the new file, sqlite3.Error where the damaged one is out of reach, or CancelledWorkError.
    """
    rows: dict[str, int] = {}
    losses: list[Loss] = []
    with closing(opened(damaged)) as source, work.on(source):
        with target.writing() as cursor:
            tables = tables_of(cursor)
        for done, table in enumerate(tables):
            work.tell(done / len(tables))
            carried = _Carried(source, target, table)
            rows[table.name] = carried.run(work)
            if table.name == "TRENDLOG_LAYOUT_POINTS":  # by which the history is read
                with target.writing() as cursor:
                    mend_layouts(cursor)
            losses += carried.losses
    return rows, losses


def opened(damaged: Path) -> sqlite3.Connection:
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


def tables_of(cursor: sqlite3.Cursor) -> list[Table]:
    """What the new file has, small tables and those that others are read by first."""
    found = []
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    for (name,) in cursor.execute(names).fetchall():
        infos = cursor.execute(f'PRAGMA table_info("{name}")').fetchall()
        by = _KEYS.get(name, ("rowid",))
        columns = tuple(info[1] for info in infos)
        found.append(
            Table(name, columns, tuple(_types(declared, not_null) for _, _, declared, not_null, *_ in infos), by)
        )
    return sorted(found, key=lambda table: (len(table.by), table.name))


def _types(declared: str, not_null: int) -> tuple[type, ...]:
    types = _TYPES.get(declared.partition("(")[0].upper(), (int, float, str, bytes))
    return types if not_null else (*types, NoneType)


class _Carried:
    """One table on its way."""

    def __init__(self, source: sqlite3.Connection, target: Database, table: Table) -> None:
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
        ranges, barren = deque([(0, HIGHEST)]), 0
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
