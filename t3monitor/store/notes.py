"""The notes of a database."""

from collections.abc import Iterable
from sqlite3 import Cursor
from typing import Any, cast

from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store import statements
from t3monitor.store.database import Database
from t3monitor.store.reading import reading

_KINDS = frozenset(PointType)
_ALL = """
    SELECT id, since, until, serial_number, point_type, point_index, text, author, created_at, changed_at FROM NOTES"""
_SAME = """
    SELECT id FROM NOTES WHERE since IS ? AND until IS ? AND serial_number IS ? AND point_type IS ?
    AND point_index IS ? AND text IS ? AND author IS ?"""


def read_notes(url: str) -> tuple[Note, ...]:
    """All notes, oldest first; none of a file of an earlier schema. Raises DatabaseError."""
    with reading(url) as connection:
        return notes_in(cast(Cursor, connection.connection.cursor()))


def notes_in(cursor: Cursor) -> tuple[Note, ...]:
    """The same of an open file."""
    if not cursor.execute("PRAGMA table_info(NOTES)").fetchone():
        return ()
    return tuple(_note(row) for row in cursor.execute(f"{_ALL} ORDER BY since, id").fetchall())


def add_others(cursor: Cursor, others: Iterable[Note], *, dry: bool = False) -> int:
    """Adds notes of another database that are not there, though they may have been changed since; returns how many."""
    known = {same for note in notes_in(cursor) for same in _identities(note)}
    new = [note._replace(note_id=None) for note in others if known.isdisjoint(_identities(note))]
    if not dry:
        cursor.executemany(statements.UPSERT_NOTE, map(_row, new))
    return len(new)


def write_notes(database: Database, edits: Iterable[NoteEdit]) -> tuple[NoteEdit, ...]:
    """Writes and deletes, all or nothing, and returns what takes that back; raises DatabaseError.

    A new note that says the same as one that is there is not written again.
    """
    undo: list[NoteEdit] = []
    with database.writing() as cursor:
        for note, deleted_id in edits:
            note_id = deleted_id if note is None else note.note_id
            before = cursor.execute(f"{_ALL} WHERE id = ?", (note_id,)).fetchone()
            if note is None:
                cursor.execute("DELETE FROM NOTES WHERE id = ?", (note_id,))
            elif before is None and cursor.execute(_SAME, _row(note)[1:8]).fetchone():
                continue
            else:
                cursor.execute(statements.UPSERT_NOTE, _row(note))
                note_id = note_id or cursor.lastrowid
            undo.append(NoteEdit(_note(before)) if before else NoteEdit(None, note_id))
    return tuple(reversed(undo))


def _identities(note: Note) -> tuple[tuple[Any, ...], ...]:
    """By what a note is known to be the same: by what it says, and, should that have changed, by when it was written.

    Of those of one import of a table the begin tells which.
    """
    return note[:5], (note.created_at, note.author, note.point, note.start_s)


def _row(note: Note) -> tuple[Any, ...]:
    point = note.point or (None, None, None)
    return (
        note.note_id, note.start_s, note.end_s, *point, note.text, note.author, note.created_at, note.changed_at
    )  # fmt: skip


def _note(row: tuple[Any, ...]) -> Note:
    note_id, start_s, end_s, serial, kind, index, text, author, created_at, changed_at = row
    point = PointKey(serial, PointType(kind), index) if kind in _KINDS else None
    return Note(start_s, end_s, point, text, author, created_at, changed_at, note_id)
