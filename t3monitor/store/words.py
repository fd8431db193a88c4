"""What the panels call their custom ranges, as it is stored: a row for each change, so that one knows since when."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from sqlite3 import Cursor
from typing import Any

from t3monitor.config.database_url import read_only_uri
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store import statements
from t3monitor.store.failures import database_sentences

_DIGITAL, _TABLE, _MULTISTATE = "digital", "table", "multistate"
_TABLE_NAME = "RANGE_WORDS"
_NEWEST = (
    "SELECT serial_number, kind, range, words FROM RANGE_WORDS WHERE id IN"
    " (SELECT max(id) FROM RANGE_WORDS GROUP BY serial_number, kind, range)"
)
_TAKEN = "SELECT count(DISTINCT serial_number), min(since), max(since) FROM RANGE_WORDS"
_Rows = dict[tuple[str, int], Any]  # what stands in ``words``, by kind and range


def read_words(path: Path) -> dict[int, RangeWords]:
    """The words in force, by serial number; none of a file that is missing or older than they are.

    Opens the file read-only and closes it again. Raises DatabaseError.
    """
    if not path.is_file():
        return {}
    with database_sentences(path), closing(sqlite3.connect(read_only_uri(path), uri=True)) as reader:
        return words_in_force(reader)


def words_taken(cursor: Cursor) -> tuple[int, int, int] | None:
    """Of how many panels there are words, and since when the oldest and the newest hold (UTC s); None if of none."""
    panels, first, last = cursor.execute(_TAKEN).fetchone()
    return (panels, first, last) if panels else None


def words_in_force(connection: sqlite3.Connection) -> dict[int, RangeWords]:
    """What `read_words` reads, over an open connection."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_TABLE_NAME,)).fetchone():
        return {}
    rows: dict[int, _Rows] = {}
    for serial, kind, range_, words in connection.execute(_NEWEST):
        rows.setdefault(serial, {})[kind, range_] = _parsed(words)
    return {serial: _range_words(stored) for serial, stored in rows.items()}


def write_words(cursor: Cursor, serial_number: int, words: RangeWords, since: int) -> None:
    """Adds a row for each range whose words are not those in force; blank ones change none."""
    known = cursor.execute(f"{_NEWEST} AND serial_number = ?", (serial_number,)).fetchall()
    stored = {(kind, range_): _parsed(text) for _, kind, range_, text in known}
    updated = _rows(_range_words(stored).updated_by(words))
    cursor.executemany(
        statements.INSERT_WORDS,
        [
            (None, serial_number, kind, range_, json.dumps(value, ensure_ascii=False), since)
            for (kind, range_), value in sorted(updated.items())
            if stored.get((kind, range_)) != value
        ],
    )


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
