"""A disk that gets full while the -wal is copied into the file: the two stay whole together, whoever copies.

The limit of the size of files of this process stands for the disk: what would make the file larger fails half-way.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.store.database import Database
from t3monitor.store.files import is_half_copied

if sys.platform == "win32":
    pytest.skip("Windows knows no limit of the size of files", allow_module_level=True)

import resource

PAGE = 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "site.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """A thousand rows are in the file; of those that change, and of more, the -wal alone knows."""
    database = Database(sqlite_url(file), lambda: False)
    write(database, 0, 1000)
    database.copy_wal()
    with database.writing() as cursor:
        cursor.execute("UPDATE READING_TIMES SET logging_time = 7")
    write(database, 1000, 3000)
    yield database
    database.close()


def write(database: Database, first: int, end: int) -> None:
    with database.writing() as cursor:
        cursor.executemany("INSERT INTO READING_TIMES VALUES (?, 'INPUT', 1, 0)", [(row,) for row in range(first, end)])


@contextmanager
def full_after(file: Path, pages: int) -> Iterator[None]:
    """The disk has room for so many more pages of the file."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + pages * PAGE, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def is_whole(file: Path, count: int) -> bool:
    """As another program finds it, and nothing was set aside."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM READING_TIMES").fetchone() == (count,)
    return not list(file.parent.glob("*aside*"))


@pytest.mark.parametrize("pages", [0, 1, 7])
def test_a_copying_that_a_full_disk_ends_is_not_taken_for_anothers(database: Database, file: Path, pages: int) -> None:
    before = file.read_bytes()
    with full_after(file, pages):
        for _ in range(2):
            with pytest.raises(DatabaseError, match="disk"):
                database.copy_wal()
        assert file.read_bytes()[: len(before)] != before, "half of it is there"
        write(database, 3000, 3001)
        database.close()  # which tries to copy it once more
        assert is_whole(file, 3001)
        anew = Database(sqlite_url(file), lambda: False)
        with pytest.raises(DatabaseError, match="disk"):
            anew.copy_wal()
    write(anew, 3001, 3002)
    anew.close()
    assert is_whole(file, 3002)
    assert list(file.parent.iterdir()) == [file]


def test_what_stays_beside_the_file_at_the_end_is_said(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with full_after(file, 3), monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
        database.close()
    assert f"the database {file} got last is in the -wal beside it; keep the two together" in caplog.text
    caplog.clear()
    Database(sqlite_url(file), lambda: False).close()
    assert is_whole(file, 3000)
    assert not caplog.text


def test_a_copying_that_ended_half_way_goes_on_when_there_is_room(database: Database, file: Path) -> None:
    with full_after(file, 3), pytest.raises(DatabaseError, match="disk"):
        database.copy_wal()
    write(database, 3000, 3001)
    assert database.copy_wal() == 0
    assert is_whole(file, 3001)


def test_another_program_may_have_begun_to_copy_when_the_disk_got_full(database: Database, file: Path) -> None:
    with (
        closing(sqlite3.connect(file)) as other,
        full_after(file, 3),
        pytest.raises(sqlite3.OperationalError, match="disk"),
    ):
        other.execute("PRAGMA wal_checkpoint")
    assert is_half_copied(file)
    write(database, 3000, 3001)
    database.close()
    assert is_whole(file, 3001)


def test_a_removed_wal_that_a_full_disk_keeps_out_of_the_file_is_not_given_up(database: Database, file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()
    with full_after(file, 3):
        for _ in range(2):
            with pytest.raises(DatabaseError, match="disk"):
                write(database, 3000, 3001)
    with pytest.raises(DatabaseError, match="lost its -wal while it was open, which was copied into the file before"):
        write(database, 3000, 3001)
    assert is_whole(file, 3000)
