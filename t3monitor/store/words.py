"""What the panels call their custom ranges, as it is stored: a row for each change, so that one knows since when."""

import json
from collections.abc import Iterable
from sqlite3 import Cursor
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store import statements
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import range_words

_DIGITAL, _TABLE, _MULTISTATE = "digital", "table", "multistate"
_columns = range_words.c
_NEWEST = select(_columns.serial_number, _columns.kind, _columns.range, _columns.words).where(
    _columns.id.in_(
        select(func.max(_columns.id)).group_by(_columns.serial_number, _columns.kind, _columns.range).scalar_subquery()
    )
)
_NEWEST_OF_PANEL = statements.sql_text(_NEWEST.where(_columns.serial_number == bindparam("serial_number")))
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
    for serial, kind, range_, words in connection.execute(_NEWEST):
        rows.setdefault(serial, {})[kind, range_] = _parsed(words)
    return {serial: _range_words(stored) for serial, stored in rows.items()}


def write_words(cursor: Cursor, serial_number: int, words: RangeWords, since: int) -> None:
    """Adds a row for each range whose words are not those in force; blank ones change none."""
    stored = _rows_of_panel(cursor, serial_number)
    updated = _rows(_range_words(stored).updated_by(words))
    cursor.executemany(
        statements.INSERT_WORDS,
        [
            (None, serial_number, kind, range_, json.dumps(value, ensure_ascii=False), since)
            for (kind, range_), value in sorted(updated.items())
            if stored.get((kind, range_)) != value
        ],
    )


def rows_in(cursor: Cursor) -> list[tuple[Any, ...]]:
    """All that stands of words in an open file: what `add_others` takes."""
    return cursor.execute("SELECT serial_number, kind, range, words, since FROM RANGE_WORDS ORDER BY id").fetchall()


def add_others(cursor: Cursor, rows: Iterable[tuple[Any, ...]], *, dry: bool = False) -> int:
    """Adds what another database knows of ranges of which ours knows no words at all; returns how many rows."""
    known = {row[:3] for row in rows_in(cursor)}
    new = [(None, *row) for row in rows if row[:3] not in known]
    if not dry:
        cursor.executemany(statements.INSERT_WORDS, new)
    return len(new)


def words_of_panel(cursor: Cursor, serial_number: int) -> RangeWords:
    """The words in force of a panel."""
    return _range_words(_rows_of_panel(cursor, serial_number))


def _rows_of_panel(cursor: Cursor, serial_number: int) -> _Rows:
    known = cursor.execute(_NEWEST_OF_PANEL, (serial_number,)).fetchall()
    return {(kind, range_): _parsed(text) for _, kind, range_, text in known}


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
