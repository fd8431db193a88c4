"""Which panels of a database took the place of others."""

from collections.abc import Iterable
from contextlib import suppress
from sqlite3 import Cursor
from typing import cast

from t3monitor.model.successions import Span, Succession, SuccessionEdit, SuccessionError, check, spans
from t3monitor.store.database import Database
from t3monitor.store.reading import reading

_HAS_TABLE = "PRAGMA table_info(PANEL_SUCCESSORS)"
_ALL = "SELECT serial_number, successor, since, created_at, author FROM PANEL_SUCCESSORS ORDER BY since"
_FIRST = """
    SELECT min(first_s) FROM (SELECT min(logging_time) AS first_s FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type IN ('INPUT', 'OUTPUT', 'VARIABLE') GROUP BY point_type)"""


def successions_of(cursor: Cursor) -> tuple[Succession, ...]:
    """All of them, oldest first; none of a file of an earlier schema."""
    if not cursor.execute(_HAS_TABLE).fetchone():
        return ()
    return tuple(Succession(*row) for row in cursor.execute(_ALL))


def read_successions(url: str) -> tuple[Succession, ...]:
    """All of them, oldest first; raises DatabaseError."""
    with reading(url) as connection:
        return successions_of(cast(Cursor, connection.connection.cursor()))


def read_spans(url: str, serial_number: int) -> tuple[Span, ...]:
    """The panels that were in the place of one up to it, the first one first; raises DatabaseError."""
    return spans(read_successions(url), serial_number)


def first_reading_s(url: str, serial_number: int) -> int | None:
    """When a panel was read first, UTC epoch seconds; None if it never was. Raises DatabaseError."""
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        if not cursor.execute("PRAGMA table_info(TRENDLOG_FRAMES)").fetchone():
            return None
        (first_s,) = cursor.execute(_FIRST, (serial_number,)).fetchone()
        return cast(int | None, first_s)


def add_others(cursor: Cursor, others: Iterable[Succession], now_s: float) -> int:
    """Adds what another database says of panels, unless ours says something of the same; returns how many."""
    added = 0
    for new in others:
        known = successions_of(cursor)
        if new.successor not in {its.successor for its in known}:
            with suppress(SuccessionError):
                check(new, known, now_s)
                cursor.execute("INSERT INTO PANEL_SUCCESSORS VALUES (?, ?, ?, ?, ?)", new)
                added += 1
    return added


def write_successions(database: Database, edits: Iterable[SuccessionEdit], now_s: float) -> tuple[SuccessionEdit, ...]:
    """Writes and takes back, all or nothing, and returns what undoes it; what is said already is not written again.

    Raises SuccessionError of what cannot be, and DatabaseError.
    """
    undo: list[SuccessionEdit] = []
    with database.writing() as cursor:
        for successor, new in edits:
            known = successions_of(cursor)
            before = next((its for its in known if its.successor == successor), None)
            if before and new and before[:3] == new[:3]:
                continue
            if new is not None:
                check(new, known, now_s)
            cursor.execute("DELETE FROM PANEL_SUCCESSORS WHERE successor = ?", (successor,))
            if new is not None:
                cursor.execute("INSERT INTO PANEL_SUCCESSORS VALUES (?, ?, ?, ?, ?)", new)
            undo.append(SuccessionEdit(successor, before))
    return tuple(reversed(undo))
