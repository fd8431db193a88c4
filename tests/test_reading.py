"""How a database is opened for reading."""

import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.store.database import Database
from t3monitor.store.ledger import read_cycles
from t3monitor.store.migrate import schema_revision
from t3monitor.store.reading import give_up_when, reading, threads
from t3monitor.store.schema import SCHEMA_REVISION


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def read_only_folder(file: Path) -> Iterator[Path]:
    """A database in a folder that its reader may not write to."""
    for folder in (file.parent, *file.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    Database(sqlite_url(file)).close()
    file.parent.chmod(0o555)
    os.seteuid(65534)
    yield file
    os.seteuid(0)
    file.parent.chmod(0o755)


def foreign(file: Path) -> sqlite3.Connection:
    """Another program's file, as it has it open."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE PANELS (x)")
    return connection


def test_a_file_that_is_not_there_reads_as_an_empty_database_and_is_not_made(file: Path) -> None:
    with reading(sqlite_url(file)) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0
    assert not file.exists()


def test_a_reader_cannot_write(file: Path) -> None:
    Database(sqlite_url(file)).close()
    with pytest.raises(DatabaseError, match="read-only"), reading(sqlite_url(file)) as connection:
        connection.exec_driver_sql("DELETE FROM SYNC_RUNS")


def test_a_reader_sees_one_committed_state_and_keeps_no_writer_out(file: Path) -> None:
    database = Database(sqlite_url(file))
    count = "SELECT count(*) FROM READING_TIMES"
    with reading(sqlite_url(file)) as connection:
        before = connection.exec_driver_sql(count).scalar()
        with database.writing() as cursor:
            cursor.execute("INSERT INTO READING_TIMES VALUES (1, 'INPUT', 2, 3)")
        assert (before, connection.exec_driver_sql(count).scalar()) == (0, 0)
    with reading(sqlite_url(file)) as connection:
        assert connection.exec_driver_sql(count).scalar() == 1
    database.close()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become a user without rights")
def test_a_database_in_a_folder_that_cannot_be_written_to_is_read(read_only_folder: Path) -> None:
    assert schema_revision(sqlite_url(read_only_folder)) == SCHEMA_REVISION
    assert read_cycles(sqlite_url(read_only_folder), 5).reports == []


def test_looking_whose_a_file_is_makes_nothing_beside_it(file: Path) -> None:
    foreign(file).close()
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        schema_revision(sqlite_url(file))
    assert list(file.parent.iterdir()) == [file]


def test_a_foreign_file_is_told_by_what_its_program_has_not_copied_into_it_yet(file: Path) -> None:
    with closing(foreign(file)), pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        schema_revision(sqlite_url(file))


@pytest.mark.parametrize("in_more_threads", [False, True])
def test_what_nobody_wants_any_more_is_not_read_to_its_end(file: Path, in_more_threads: bool) -> None:
    Database(sqlite_url(file)).close()
    begun, unwanted = threading.Event(), threading.Event()

    def is_unwanted() -> bool:
        begun.set()
        return unwanted.is_set()

    def read() -> None:
        if in_more_threads:
            with threads(1) as more:
                more.submit(count_for_long).result()
        else:
            count_for_long()

    def count_for_long() -> None:
        long = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) SELECT max(i) FROM n"
        with reading(sqlite_url(file)) as connection:
            connection.exec_driver_sql(long)

    with ThreadPoolExecutor(1, initializer=give_up_when, initargs=(is_unwanted,)) as reader:
        counting = reader.submit(read)
        assert begun.wait(30)
        unwanted.set()
        with pytest.raises(DatabaseError):
            counting.result()
