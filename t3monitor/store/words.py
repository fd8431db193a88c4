"""What the panels call their custom ranges, as it is stored: a row for each change, so that one knows since when."""

import json
from collections.abc import Iterable, Iterator
from sqlite3 import Cursor
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store import statements
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import range_words

_DIGITAL, _TABLE, _MULTISTATE = "digital", "table", "multistate"
_columns = range_words.c
_IN_TURN = select(_columns.serial_number, _columns.kind, _columns.range, _columns.words, _columns.since).order_by(
    _columns.since, _columns.id
)
_OF_PANEL = statements.sql_text(_IN_TURN.where(_columns.serial_number == bindparam("serial_number")))
_HAS_TABLE = f"PRAGMA table_info({range_words.name})"
_TAKEN = select(func.count(_columns.serial_number.distinct()), func.min(_columns.since), func.max(_columns.since))
_Rows = dict[tuple[str, int], Any]  # what stands in ``words``, by kind and range


def read_words(url: str) -> dict[int, RangeWords]:
    """The words in force, by serial number; none of a file that is missing or older than they are.

    Raises DatabaseError.
    """
    with reading(url) as connection:
        return words_in_force(connection)


def words_taken(connection: Connection) -> tuple[int, int, int] | None:
    """Of how many panels there are words, and since when the oldest and the newest hold (UTC s); None if of none."""
    panels, first, last = connection.execute(_TAKEN).one()
    return (panels, first, last) if panels else None


def words_in_force(connection: Connection) -> dict[int, RangeWords]:
    """What `read_words` reads, over an open connection."""
    if stored_rows(connection, range_words) is None:
        return {}
    rows: dict[int, _Rows] = {}
    for serial, kind, range_, words, _ in connection.execute(_IN_TURN):
        rows.setdefault(serial, {})[kind, range_] = _parsed(words)
    return {serial: _range_words(stored) for serial, stored in rows.items()}


def write_words(cursor: Cursor, serial_number: int, words: RangeWords, since: int) -> None:
    """Adds a row for each range whose words are not those in force; blank ones change none.

    A clock may have been set back: none holds since before the one that it follows.
    """
    stored, newest_s = _rows_of_panel(cursor, serial_number), {}
    for _, kind, range_, _, since_s in cursor.execute(_OF_PANEL, (serial_number,)):
        newest_s[kind, range_] = since_s
    updated = _rows(_range_words(stored).updated_by(words))
    cursor.executemany(
        statements.INSERT_WORDS,
        [
            (None, serial_number, *of, json.dumps(value, ensure_ascii=False), max(since, newest_s.get(of, since)))
            for of, value in sorted(updated.items())
            if stored.get(of) != value
        ],
    )


def rows_in(cursor: Cursor) -> list[tuple[Any, ...]]:
    """All that stands of words in an open file: what `add_others` takes."""
    return cursor.execute(
        "SELECT serial_number, kind, range, words, since FROM RANGE_WORDS ORDER BY since, id"
    ).fetchall()


def add_others(cursor: Cursor, rows: Iterable[tuple[Any, ...]], *, dry: bool = False) -> int:
    """Adds what another database knows of a time of which ours knows no words yet; returns how many rows."""
    first_s: dict[tuple[Any, ...], int] = {}
    for *of, _, since_s in rows_in(cursor):
        first_s.setdefault(tuple(of), since_s)
    new = [(None, *row) for row in rows if row[:3] not in first_s or row[-1] < first_s[row[:3]]]
    if not dry:
        cursor.executemany(statements.INSERT_WORDS, new)
    return len(new)


def words_of_panel(cursor: Cursor, serial_number: int) -> RangeWords:
    """The words in force of a panel."""
    return _range_words(_rows_of_panel(cursor, serial_number))


def words_in_turn(cursor: Cursor, serial_number: int) -> Iterator[tuple[int, RangeWords]]:
    """Since when (UTC s) a panel had which words, the earliest first; none in a file that is older than they are."""
    if cursor.execute(_HAS_TABLE).fetchone() is None:
        return
    rows: _Rows = {}
    for _, kind, range_, text, since in cursor.execute(_OF_PANEL, (serial_number,)).fetchall():
        rows[kind, range_] = _parsed(text)
        yield since, _range_words(rows)


def _rows_of_panel(cursor: Cursor, serial_number: int) -> _Rows:
    known = cursor.execute(_OF_PANEL, (serial_number,)).fetchall()
    return {(kind, range_): _parsed(text) for _, kind, range_, text, _ in known}


def _rows(words: RangeWords) -> _Rows:
    states = {_DIGITAL: words.digital, _MULTISTATE: words.multistate}
    rows: _Rows = {(_TABLE, range_): unit for range_, unit in words.units.items()}
    for kind, by_range in states.items():
        rows |= {(kind, range_): [list(word) for word in its_words] for range_, its_words in by_range.items()}
    return rows


def _range_words(rows: _Rows) -> RangeWords:
    def states(wanted: str) -> dict[int, tuple[tuple[int, str], ...]]:
        return {
            range_: tuple((int(state), str(word)) for state, word in value)
            for (kind, range_), value in rows.items()
            if kind == wanted and value is not None
        }

    units = {range_: str(value) for (kind, range_), value in rows.items() if kind == _TABLE and value is not None}
    return RangeWords(states(_DIGITAL), units, states(_MULTISTATE)) if rows else NO_WORDS


def _parsed(text: str) -> Any:
    """What stands in a row; None if somebody has edited it into something else."""
    try:
        value = json.loads(text)
        return value if isinstance(value, str) else [[int(state), str(word)] for state, word in value]
    except (ValueError, TypeError):
        return None
