"""Notes in the database: written, taken back, carried over."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from old_files import older_schema
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.notes import read_notes, write_notes
from t3monitor.store.upkeep.salvage import salvage
from t3monitor.store.work import LongWork
from t3monitor.ui.kit.book import Book
from t3monitor.ui.trend.state import TrendState

IN1 = PointKey(237219, PointType.INPUT, 1)
FILTER = Note(1000.0, None, None, "Filter changed", "ann", 1001.0, 1001.0)
HUNTING = Note(2000.0, 5000.0, IN1, "Valve hunts\nsee mail", "bob", 5001.0, 5001.0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "notes.db"))
    yield database
    database.close()


def test_notes_are_found_as_they_were_written_oldest_first(database: Database) -> None:
    write_notes(database, [NoteEdit(HUNTING), NoteEdit(FILTER)])
    assert [note._replace(note_id=None) for note in read_notes(database.url)] == [FILTER, HUNTING]


def test_what_was_written_changed_and_deleted_is_taken_back(database: Database) -> None:
    added = write_notes(database, [NoteEdit(FILTER), NoteEdit(HUNTING)])
    before = read_notes(database.url)
    filter_, hunting = before
    undo = write_notes(database, [NoteEdit(filter_._replace(text="Belt")), NoteEdit(None, hunting.note_id)])
    assert [note.text for note in read_notes(database.url)] == ["Belt"]
    redo = write_notes(database, undo)
    assert read_notes(database.url) == before
    write_notes(database, redo)
    assert [note.text for note in read_notes(database.url)] == ["Belt"]
    write_notes(database, added)
    assert read_notes(database.url) == ()


def test_a_note_that_says_the_same_is_written_once(database: Database) -> None:
    write_notes(database, [NoteEdit(FILTER), NoteEdit(HUNTING)])
    later = [NoteEdit(note._replace(created_at=9.0, changed_at=9.0)) for note in (FILTER, HUNTING)]
    assert write_notes(database, later) == ()
    assert len(read_notes(database.url)) == 2
    assert len(write_notes(database, [NoteEdit(FILTER._replace(author="cy"))])) == 1


def test_a_file_of_an_earlier_schema_has_no_notes(database: Database) -> None:
    with database.writing() as cursor:
        cursor.execute("DROP TABLE NOTES")
    assert read_notes(database.url) == ()


def test_a_damaged_database_is_left_with_its_notes(database: Database, tmp_path: Path) -> None:
    write_notes(database, [NoteEdit(FILTER), NoteEdit(HUNTING)])
    notes = read_notes(database.url)
    database.close()
    salvage(database.path, tmp_path / "new.db", None, LongWork())
    assert read_notes(sqlite_url(tmp_path / "new.db")) == notes


def test_a_file_of_schema_0005_gets_the_table_and_keeps_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    older_schema("0005", file, tmp_path)
    later = Database(sqlite_url(file))
    write_notes(later, [NoteEdit(FILTER)])
    assert len(read_notes(later.url)) == 1
    later.close()
    assert file.with_name("notes.schema-0005.db").exists()


def test_notes_are_steps_of_the_trend_and_one_that_could_not_be_taken_back_is_not_done_twice(
    qapp: object, database: Database, loop: asyncio.AbstractEventLoop
) -> None:
    is_locked = False

    async def read() -> Sequence[Note]:
        return read_notes(database.url)

    async def write(edits: Sequence[NoteEdit]) -> Sequence[NoteEdit]:
        if is_locked:
            raise DatabaseError("The database is locked")
        return write_notes(database, edits)

    def then(do: Callable[[], None]) -> list[str]:
        do()
        for _ in range(4):
            loop.run_until_complete(asyncio.sleep(0))
        return [note.text for note in read_notes(database.url)]

    book = Book[Note, NoteEdit](read, write, loop.create_task)
    state = TrendState(lambda: 10_000.0, lambda _: None)
    book.done.connect(state.did)
    book.dropped.connect(state.forget_deeds)
    assert then(lambda: book.write([NoteEdit(FILTER)])) == ["Filter changed"]
    state.add([IN1])
    assert then(lambda: book.write([NoteEdit(HUNTING)])) == ["Filter changed", "Valve hunts\nsee mail"]
    assert then(state.undo) == ["Filter changed"]
    assert then(state.undo) == ["Filter changed"]
    assert not state.series, "the point was added between the notes"
    assert then(state.undo) == []
    assert not state.can_undo
    for _ in range(3):
        told = then(state.redo)
    assert told == ["Filter changed", "Valve hunts\nsee mail"]

    is_locked = True
    assert then(state.undo) == told
    is_locked = False
    assert then(state.redo) == told
    assert then(state.undo) == ["Filter changed"]
    assert then(book.load) == ["Filter changed"]
    then(state.undo)
    assert not state.series
    assert not state.can_undo, "of another database nothing is taken back"
