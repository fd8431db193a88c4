"""A database is its file and its -wal: what happens when one of them is removed, replaced or written over."""

import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from clock import FakeClock
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.store import database as database_module
from t3monitor.store.database import Database
from t3monitor.store.pages import must_be_whole
from t3monitor.store.upkeep import slices as upkeep
from t3monitor.store.upkeep.slices import CopyWal, UpkeepContext
from t3monitor.store.work import LongWork
from t3monitor.store.writing.late import late_file

taken_away = pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody take an open file away")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "site.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """Rows 1 and 2 are in the file, row 3 is in its -wal alone."""
    database = Database(sqlite_url(file), lambda: False)
    write(database, 1)
    write(database, 2)
    database.copy_wal()
    write(database, 3)
    yield database
    database.close()


@pytest.fixture
def copy(database: Database, file: Path, tmp_path: Path) -> Path:
    """A copy with rows 1 to 3, since when row 4 came, which is in the file, and 5, which is in the -wal."""
    copy = tmp_path / "copy.db"
    copied(file, copy)
    write(database, 4)
    database.copy_wal()
    write(database, 5)
    return copy


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Another program's, of one table."""
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE PANELS (x)")
    return foreign


def copied(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def write(database: Database, row: int) -> None:
    with database.writing() as cursor:
        cursor.execute("INSERT INTO READING_TIMES VALUES (?, 'INPUT', 0, 0)", (row,))


def rows(file: Path) -> list[int]:
    """As another program finds them, after it has looked at every page."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        return [row for (row,) in connection.execute("SELECT serial_number FROM READING_TIMES ORDER BY 1")]


def beside(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}-{ending}")


def opened_anew(file: Path) -> list[int]:
    """What the file holds after another row was written by whoever opens it anew."""
    database = Database(sqlite_url(file))
    write(database, 9)
    database.close()
    return rows(file)


def in_place(source: Path, file: Path) -> None:
    file.write_bytes(source.read_bytes())


def by_rename(source: Path, file: Path) -> None:
    source.replace(file)


@pytest.mark.parametrize(
    ("put", "said"),
    [(in_place, "was overwritten"), pytest.param(by_rename, "was removed or replaced", marks=taken_away)],
)
def test_a_copy_put_over_an_open_file_stays_what_it_is(
    put: Callable[[Path, Path], None], said: str, database: Database, file: Path, copy: Path
) -> None:
    put(copy, file)
    with pytest.raises(DatabaseUnusableError, match=rf"{said} while it was open.*is set aside as site.db-wal.aside-1"):
        write(database, 6)
    assert beside(file, "wal.aside-1").stat().st_size > 0
    assert opened_anew(file) == [1, 2, 3, 9]


@pytest.mark.parametrize("put", [in_place, pytest.param(by_rename, marks=taken_away)])
def test_closing_writes_nothing_into_a_file_that_took_the_place_of_an_open_one(
    put: Callable[[Path, Path], None],
    database: Database,
    file: Path,
    copy: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    put(copy, file)
    database.close()
    assert "while it was open" in caplog.text
    assert rows(file) == [1, 2, 3]


def test_a_copy_of_this_minute_is_put_over_an_open_file(database: Database, file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    write(database, 4)
    in_place(tmp_path / "copy.db", file)
    with pytest.raises(DatabaseUnusableError, match="was overwritten"):
        write(database, 5)
    assert opened_anew(file) == [1, 2, 3, 9]


def test_a_copy_put_over_an_open_file_may_bring_its_own_wal(database: Database, file: Path, tmp_path: Path) -> None:
    for name in (file, beside(file, "wal")):
        shutil.copy(name, tmp_path)
    write(database, 4)
    for name in (file, beside(file, "wal")):
        in_place(tmp_path / name.name, name)
    with pytest.raises(DatabaseUnusableError, match="was overwritten while it was open; the next"):
        write(database, 5)
    assert opened_anew(file) == [1, 2, 3, 9]


@pytest.mark.parametrize("put", [in_place, pytest.param(by_rename, marks=taken_away)])
def test_a_text_put_over_an_open_file_is_refused_and_left_alone(
    put: Callable[[Path, Path], None], database: Database, file: Path, copy: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text"
    text.write_text("hello\n" * 1000)
    put(text, file)
    with pytest.raises(DatabaseUnusableError, match="while it was open"):
        write(database, 6)
    with pytest.raises(DatabaseUnusableError, match="is not an SQLite database"):
        opened_anew(file)
    assert file.read_text() == "hello\n" * 1000
    in_place(copy, file)
    assert opened_anew(file) == [1, 2, 3, 9]


@pytest.mark.parametrize("put", [in_place, pytest.param(by_rename, marks=taken_away)])
def test_a_foreign_file_put_over_an_open_one_is_refused_and_left_alone(
    put: Callable[[Path, Path], None], database: Database, file: Path, foreign: Path
) -> None:
    content = foreign.read_bytes()
    put(foreign, file)
    with pytest.raises(DatabaseUnusableError, match="while it was open"):
        write(database, 6)
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        opened_anew(file)
    assert file.read_bytes() == content


def test_where_times_of_change_come_late_a_foreign_file_is_told_by_its_tables(
    file: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.database.sys", SimpleNamespace(platform="win32"))
    database = Database(sqlite_url(file), lambda: False)
    write(database, 1)  # nothing was copied yet: both files have no number
    in_place(foreign, file)
    with pytest.raises(
        DatabaseUnusableError, match=r"was overwritten while it was open.*set aside as site.db-wal.aside-1"
    ):
        write(database, 2)
    database.close()
    assert file.read_bytes() == foreign.read_bytes()


@taken_away
def test_a_file_that_was_renamed_has_what_its_wal_held(database: Database, file: Path, tmp_path: Path) -> None:
    elsewhere = file.rename(tmp_path / "elsewhere.db")
    with pytest.raises(DatabaseUnusableError, match="was removed or replaced while it was open"):
        write(database, 4)
    assert rows(elsewhere) == [1, 2, 3]
    assert opened_anew(file) == [9]


@taken_away
def test_what_a_removed_wal_held_is_in_the_file(database: Database, file: Path) -> None:
    beside(file, "wal").unlink()
    with pytest.raises(DatabaseUnusableError, match="lost its -wal while it was open, which was copied"):
        write(database, 4)
    assert opened_anew(file) == [1, 2, 3, 9]


@taken_away
def test_what_a_removed_wal_held_is_not_given_up_while_a_reader_keeps_it_out_of_the_file(
    database: Database, file: Path
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM READING_TIMES").fetchone()
        write(database, 4)
        beside(file, "wal").unlink()
        with pytest.raises(DatabaseError, match="while another program reads it"):
            write(database, 5)
    with pytest.raises(DatabaseUnusableError, match="which was copied into the file"):
        write(database, 5)
    assert opened_anew(file) == [1, 2, 3, 4, 9]


def test_a_truncated_wal_leaves_what_was_copied_into_the_file(database: Database, file: Path) -> None:
    os.truncate(beside(file, "wal"), 0)
    with pytest.raises(DatabaseUnusableError, match="had its -wal cut short"):
        write(database, 4)
    assert opened_anew(file) == [1, 2, 9]


def test_of_a_wal_that_was_cut_what_is_whole_is_kept(database: Database, file: Path) -> None:
    size = beside(file, "wal").stat().st_size
    write(database, 4)
    os.truncate(beside(file, "wal"), size + 100)
    with pytest.raises(DatabaseUnusableError, match="had its -wal cut short"):
        write(database, 5)
    assert opened_anew(file) == [1, 2, 3, 9]


def test_another_program_may_copy_the_wal_into_the_open_file(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM READING_TIMES").fetchone()
        write(database, 4)
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA wal_checkpoint(PASSIVE)")  # row 3 and not row 4
    write(database, 5)
    database.close()
    assert rows(file) == [1, 2, 3, 4, 5]
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("in_order", [True, False])
def test_another_program_may_empty_a_wal_that_had_been_copied(
    file: Path, monkeypatch: pytest.MonkeyPatch, in_order: bool
) -> None:
    monkeypatch.setattr(database_module, "_CHECKPOINT_PAGES", 1)  # each transaction is copied at once
    database = Database(sqlite_url(file), lambda: False)
    write(database, 1)
    assert beside(file, "wal").stat().st_size
    if in_order:
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        os.truncate(beside(file, "wal"), 0)
    write(database, 2)
    assert rows(file) == [1, 2], "by another program, while it is open"
    write(database, 3)
    database.close()
    assert rows(file) == [1, 2, 3]
    assert list(file.parent.iterdir()) == [file]


def test_tables_that_another_program_changed_are_looked_at_anew(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("ALTER TABLE READING_TIMES RENAME TO GONE")
    with pytest.raises(DatabaseUnusableError, match="had its tables changed by another program"):
        write(database, 4)


def killed(file: Path, into: Path) -> Path:
    """The files as a killed program leaves them."""
    into.mkdir()
    for name in (file, beside(file, "wal")):
        shutil.copy(name, into)
    return into / file.name


def test_the_wal_of_a_killed_program_is_taken_into_the_file(database: Database, file: Path, tmp_path: Path) -> None:
    left = killed(file, tmp_path / "left")
    assert opened_anew(left) == [1, 2, 3, 9]


def test_a_copy_restored_through_sqlite_outlives_a_killed_program(
    database: Database, file: Path, copy: Path, tmp_path: Path
) -> None:
    copied(copy, file)
    with pytest.raises(DatabaseUnusableError, match="had its tables changed by another program"):
        write(database, 6)
    anew = Database(sqlite_url(file), lambda: False)  # the old one is a reader that keeps the -wal from being emptied
    write(anew, 6)
    left = killed(file, tmp_path / "left")
    anew.close()
    assert opened_anew(left) == [1, 2, 3, 6, 9]


@pytest.mark.parametrize("put", [in_place, by_rename])
def test_the_wal_of_a_killed_program_does_not_ruin_a_copy_that_was_restored(
    put: Callable[[Path, Path], None], file: Path, copy: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = killed(file, tmp_path / "left")
    put(copy, left)
    assert opened_anew(left) == [1, 2, 3, 9]
    assert "is not its own; it is now site.db-wal.aside-1" in caplog.text


def test_the_wal_of_a_program_that_was_killed_before_it_copied_any_does_not_ruin_a_foreign_file(
    file: Path, foreign: Path, tmp_path: Path
) -> None:
    database = Database(sqlite_url(file), lambda: False)
    write(database, 1)
    left, replaced = killed(file, tmp_path / "left"), killed(file, tmp_path / "replaced")
    database.close()
    assert opened_anew(left) == [1, 9]
    in_place(foreign, replaced)
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        opened_anew(replaced)
    assert replaced.read_bytes() == foreign.read_bytes()
    assert beside(replaced, "wal.aside-1").stat().st_size > 0


def test_the_wal_of_a_killed_program_is_taken_into_a_file_whose_tables_another_program_had_changed(
    database: Database, file: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other, closing(sqlite3.connect(file)) as reader:
        other.execute("CREATE INDEX THEIRS ON READING_TIMES (serial_number)")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM READING_TIMES").fetchone()  # the -wal is copied and does not begin anew
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        other.execute("INSERT INTO READING_TIMES VALUES (4, 'INPUT', 0, 0)")
        left = killed(file, tmp_path / "left")
    assert opened_anew(left) == [1, 2, 3, 4, 9]


@pytest.mark.parametrize("is_vacuumed", [False, True])
def test_the_wal_of_a_killed_program_does_not_ruin_a_vacuumed_copy_of_the_same_minute(
    is_vacuumed: bool, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Database(sqlite_url(file)).close()
    if is_vacuumed:  # as a copy is that was restored: its tables begin on the same pages as those of the next copy
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
    database = Database(sqlite_url(file))
    write(database, 1)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    write(database, 2)
    left = killed(file, tmp_path / "left")
    database.close()
    by_rename(tmp_path / "copy.db", left)
    assert opened_anew(left) == [1, 9]
    assert "is not its own; it is now site.db-wal.aside-1" in caplog.text


def test_the_wal_of_a_killed_program_continues_a_file_whose_tables_it_changes(
    database: Database, file: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE INDEX OF_ANOTHER_PROGRAM ON READING_TIMES (logging_time)")
    assert opened_anew(killed(file, tmp_path / "left")) == [1, 2, 3, 9]


def test_the_wal_of_a_killed_program_continues_a_file_whose_tables_were_changed_first_of_all(
    database: Database, file: Path, tmp_path: Path
) -> None:
    """As a migration does, or another program: their first page has the number of the transaction before."""
    database.copy_wal()
    with closing(sqlite3.connect(file)) as other, other:
        for number in range(9):  # so many that the first page has others below it
            other.execute(f"CREATE VIEW THEIRS_{number} AS SELECT '{'x' * 2000}'")
        other.execute("INSERT INTO READING_TIMES VALUES (4, 'INPUT', 0, 0)")
    assert opened_anew(killed(file, tmp_path / "left")) == [1, 2, 3, 4, 9]


def test_the_wal_is_kept_when_its_file_is_gone(file: Path, copy: Path, tmp_path: Path) -> None:
    left = killed(file, tmp_path / "left")
    left.unlink()
    assert opened_anew(left) == [9]
    assert beside(left, "wal.aside-1").stat().st_size > 0


def test_the_wal_is_copied_into_the_file_and_emptied_unless_a_reader_holds_it(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM READING_TIMES").fetchone()
        write(database, 4)
        assert database.copy_wal() > 0
    assert database.copy_wal() == 0
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as connection:  # without its -wal
        assert connection.execute("SELECT count(*) FROM READING_TIMES").fetchone() == (4,)


def test_a_wal_that_grows_is_said_once_and_once_when_it_is_over(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "_TOO_BIG_BYTES", 8000)
    caplog.set_level(logging.INFO)
    copy_wal = CopyWal(UpkeepContext(FakeClock(), Settings))
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM READING_TIMES").fetchone()
        for row in (4, 5, 6):
            write(database, row)
            copy_wal.work(database)
    soon_s = copy_wal.work(database)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "another program has been reading without an end" in caplog.text
    assert soon_s == 60


def test_a_new_file_can_give_space_back(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


@pytest.fixture
def malformed(file: Path) -> Path:
    """A file with a page that no row of the first tables is in."""
    Database(sqlite_url(file)).close()
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'TRENDLOGS'").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as content:
        content.seek((page - 1) * page_size)
        content.write(b"\xff" * 100)
    return file


def test_a_malformed_file_is_found_when_it_is_opened(malformed: Path) -> None:
    with pytest.raises(DatabaseUnusableError, match=r"is damaged.*carries over what can be read"):
        Database(sqlite_url(malformed))


def test_a_check_of_every_page_finds_a_malformed_one(malformed: Path) -> None:
    with pytest.raises(DatabaseUnusableError, match="is damaged"):
        must_be_whole(sqlite_url(malformed), LongWork())


@pytest.fixture
def link(file: Path, tmp_path: Path) -> Path:
    link = tmp_path / "elsewhere" / "linked.db"
    link.parent.mkdir()
    link.symlink_to(file)
    return link


by_a_link = pytest.mark.skipif(sys.platform == "win32", reason="there links are for administrators")


@by_a_link
def test_a_database_that_a_link_names_is_guarded_with_the_wal_of_its_file(file: Path, link: Path) -> None:
    database = Database(sqlite_url(link), lambda: False)
    write(database, 1)
    beside(file, "wal").unlink()
    with pytest.raises(DatabaseUnusableError, match="lost its -wal while it was open, which was copied"):
        write(database, 2)
    assert rows(link) == rows(file) == [1]
    assert list(link.parent.iterdir()) == [link]


@by_a_link
def test_the_strange_wal_of_a_file_that_a_link_names_does_not_ruin_it(
    database: Database, file: Path, copy: Path, link: Path, tmp_path: Path
) -> None:
    left = killed(file, tmp_path / "left")
    database.close()
    in_place(copy, file)
    beside(file, "wal").write_bytes(beside(left, "wal").read_bytes())
    assert opened_anew(link) == [1, 2, 3, 9]
    assert beside(file, "wal.aside-1").exists()


@by_a_link
def test_what_waits_to_be_stored_waits_beside_the_file_that_a_link_names(file: Path, link: Path) -> None:
    assert late_file(link) == late_file(file)
