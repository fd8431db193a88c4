"""Upkeep by hand: check, compact and backup of a database, also beside a program that records into it."""

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from packed import BLOCK, fill
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseDamagedError, DatabaseError
from t3monitor.store.database import Database
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.upkeep import backup as backup_module
from t3monitor.store.upkeep.backup import BackupError, back_up
from t3monitor.store.upkeep.checking import check, damage
from t3monitor.store.upkeep.compact import compact
from t3monitor.store.work import CancelledWorkError, LongWork

READINGS = 2 * BLOCK + 5
COUNT = "SELECT count(*), sum(value) FROM TRENDLOG_DATA"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "history.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    database = Database(sqlite_url(file), lambda: False)
    fill(database)
    yield database
    database.close()


@pytest.fixture
def foreign(file: Path) -> bytes:
    """Another program's file of that name; what is in it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE PANELS (x)")
    return file.read_bytes()


class Told(LongWork):
    """Calls the test at each step of the work, with how many there were."""

    def __init__(self, act: Callable[[int], object]) -> None:
        super().__init__()
        self.steps = 0
        self._act = act

    def tell(self, share: float | None) -> None:
        self.steps += 1
        self._act(self.steps)
        super().tell(share)


def cancelled_at(step: int) -> LongWork:
    """A work that nobody wants any more when it has come to a step."""
    work = Told(lambda steps: work.cancel() if steps == step else None)
    return work


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def make_free(database: Database, size: int = 2_000_000) -> None:
    """Has the file hold as many bytes of nothing."""
    with database.writing() as cursor:
        cursor.execute("INSERT INTO SYNC_EVENTS VALUES (99, 0, '', 'settings', hex(zeroblob(?)))", (size // 2,))
    with database.writing() as cursor:
        cursor.execute("DELETE FROM SYNC_EVENTS WHERE id = 99")
    database.copy_wal()


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code, and what was said."""
    code = main(["database", *words])
    printed = capsys.readouterr()
    return code, (printed.out + printed.err).strip()


# Check


def test_what_is_whole_is_said_to_be_good(database: Database, file: Path) -> None:
    for full in (False, True):
        health = check(database.url, LongWork(), full=full)
        assert health.findings == ()
    assert health.sentence(file) == f"The database {file} is good: {READINGS} readings of 1 panels' types are whole"


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        ("UPDATE TRENDLOG_FRAMES SET seq = 3 WHERE seq = 4", "1 packed readings have the number of another one"),
        ("DELETE FROM TRENDLOG_FRAMES WHERE seq = 45", "begins with reading 40 counts 40, of which 39 are there"),
        ("DELETE FROM TRENDLOG_BLOCKS WHERE first_seq = 0", "40 packed readings are in no block"),
        ("UPDATE TRENDLOG_BLOCKS SET count = 41 WHERE first_seq = 0", "blocks that begin with readings 40 and before"),
        ("UPDATE TRENDLOG_BLOCKS SET count = 1 << 40 WHERE first_seq = 40", "counts 1099511627776, of which 40"),
        ("UPDATE TRENDLOG_BLOCKS SET base = base + 1 WHERE first_seq = 40", "other times than its readings"),
        ("UPDATE TRENDLOG_BLOCKS SET layout_id = 9 WHERE first_seq = 40", "block that begins with reading 40 has no"),
        ("UPDATE TRENDLOG_FRAMES SET layout_id = 9 WHERE seq IS NULL", "5 readings have no layout"),
        ("UPDATE TRENDLOG_FRAMES SET vals = '[1,2]' WHERE seq IS NULL", "5 readings do not have a value for each"),
        ("UPDATE TRENDLOG_FRAMES SET vals = '[1,2' WHERE seq IS NULL", "5 readings do not have a value for each"),
        (
            "DELETE FROM TRENDLOG_SEGMENTS WHERE position = 0 AND first_seq = 40",
            "position 0 has no values from reading",
        ),
        ("DELETE FROM TRENDLOG_SEGMENTS WHERE position = 2", "position 2 has no values from reading 0 on"),
        ("UPDATE TRENDLOG_SEGMENTS SET first_seq = 41 WHERE first_seq = 40", "where no block begins"),
        (
            "UPDATE TRENDLOG_SEGMENTS SET codes = x'00' WHERE position = 0",
            "position 0 from reading 0 on cannot be read",
        ),
        ("UPDATE TRENDLOG_SEGMENTS SET top = top + 1 WHERE position = 0", "another maximum than is said of them"),
        ("UPDATE TRENDLOG_SEGMENTS SET total = 1 WHERE position = 0", "another mean than is said of them"),
        ("UPDATE TRENDLOG_SEGMENTS SET known = 1 WHERE position = 1", "are not as many as they should be"),
    ],
)
def test_what_is_amiss_in_the_history_is_found(database: Database, file: Path, harm: str, finding: str) -> None:
    with database.writing() as cursor:
        cursor.execute(harm)
    health = check(database.url, LongWork())
    assert any(finding in found for found in health.findings), health.findings
    assert health.sentence(file).startswith(f"The pages of the database {file} are good, but not what is in them: ")


def test_a_full_check_counts_the_samples_that_the_view_shows(database: Database) -> None:
    with closing(sqlite3.connect(database.path)) as other:
        (text,) = other.execute("SELECT sql FROM sqlite_master WHERE name = 'TRENDLOG_DATA'").fetchone()
        other.execute("DROP VIEW TRENDLOG_DATA")
        other.execute(text.replace("WHERE value IS NOT NULL", "WHERE value > 1"))
    assert check(database.url, LongWork()).findings == ()
    (finding,) = check(database.url, LongWork(), full=True).findings
    assert finding.startswith("INPUT of 237219: TRENDLOG_DATA has ")


def test_a_damaged_page_is_found_and_the_way_out_said(
    database: Database, file: Path, capsys: pytest.CaptureFixture[str], own_home: None
) -> None:
    database.close()
    page = rows(file, "SELECT rootpage FROM sqlite_master WHERE name = 'TRENDLOGS'")[0][0]
    content = bytearray(file.read_bytes())
    content[(int(str(page)) - 1) * 4096] ^= 0xFF
    file.write_bytes(content)
    code, said = command(capsys, "check", "--database", sqlite_url(file))
    assert code == 5
    assert "is damaged" in said
    assert "carries over what can be read; or restore a backup" in said


def test_a_check_ends_when_it_is_cancelled(database: Database) -> None:
    work = LongWork()
    work.cancel()
    with pytest.raises(CancelledWorkError):
        check(database.url, work)


# Backup


def test_a_copy_is_made_while_it_is_recorded_to(database: Database, file: Path, tmp_path: Path) -> None:
    make_free(database)
    before = rows(file, COUNT)
    began = Told(lambda step: fill(database, blocks=0, hot=1, serial=step))
    back_up(database.url, tmp_path / "copy.db", began)
    assert began.steps > 1, "the source is written to between two slices"
    assert rows(tmp_path / "copy.db", COUNT) == before, "the state at its begin, which no write of others begins anew"
    assert rows(file, COUNT) != before
    assert damage(sqlite_url(tmp_path / "copy.db"), LongWork(), full=True) == []
    assert sorted(tmp_path.iterdir()) == [tmp_path / "copy.db", tmp_path / "data"]


def test_a_copy_is_a_database_that_the_program_goes_on_with(database: Database, file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(database.url, copy, LongWork())
    opened = Database(sqlite_url(copy))
    fill(opened, serial=5)
    opened.close()
    assert check(sqlite_url(copy), LongWork(), full=True).findings == ()


def test_a_copy_that_is_cancelled_or_fails_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CancelledWorkError):
        back_up(database.url, tmp_path / "copy.db", cancelled_at(2))
    monkeypatch.setattr(backup_module, "damage", lambda *_, **__: ["row 3 missing"])
    with pytest.raises(BackupError, match=r"came out damaged \(row 3 missing\) and was removed"):
        back_up(database.url, tmp_path / "copy.db", LongWork())
    assert sorted(tmp_path.iterdir()) == [tmp_path / "data"]


def test_a_copy_takes_the_place_of_nothing(database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("a letter")
    with pytest.raises(BackupError, match="is there already, and was not touched"):
        back_up(database.url, copy, LongWork())
    assert copy.read_text() == "a letter"


def test_a_copy_is_not_begun_where_there_is_no_room(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(BackupError, match=r"has 1 MB free; free some space, or choose another folder"):
        back_up(database.url, tmp_path / "copy.db", LongWork())


def test_a_copy_is_not_made_where_it_would_be_taken_for_the_wal_of_a_database(
    database: Database, file: Path, tmp_path: Path
) -> None:
    database.close()
    assert not (tmp_path / f"{file.name}-wal").exists()
    with pytest.raises(BackupError, match="cannot be written: that is a database or belongs to one"):
        back_up(database.url, file.with_name(f"{file.name}-wal"), LongWork())


def test_a_copy_into_no_folder_is_refused_with_a_sentence(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"copy\.db cannot be written .*check the folder and its permissions"):
        back_up(database.url, tmp_path / "none" / "copy.db", LongWork())


# Compact


def test_what_is_compact_holds_the_same_and_is_small(database: Database, file: Path) -> None:
    make_free(database)
    before = rows(file, COUNT)
    before_mb, after_mb = compact(database, LongWork())
    assert before_mb > 2 > 1 > after_mb == file.stat().st_size / 1e6
    assert rows(file, COUNT) == before
    fill(database, serial=5)  # who has it open goes on with it
    database.close()
    assert sorted(entry.name for entry in file.parent.iterdir()) == ["history.db"]
    assert check(database.url, LongWork(), full=True).findings == ()


def test_who_reads_meanwhile_goes_on(database: Database, file: Path) -> None:
    make_free(database)
    with closing(sqlite3.connect(file)) as reader:
        before = reader.execute(COUNT).fetchall()
        reader.execute("BEGIN")
        reader.execute(COUNT)
        compact(database, LongWork())
        assert reader.execute(COUNT).fetchall() == before
        reader.execute("COMMIT")
        assert reader.execute(COUNT).fetchall() == before


def test_another_program_may_copy_the_wal_of_a_compact_file(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute(COUNT)
        fill(database, serial=5)
        compact(database, LongWork())
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        fill(database, serial=6)
    assert check(database.url, LongWork(), full=True).readings == 3 * READINGS


def test_a_file_of_an_old_program_gives_back_space_from_then_on(file: Path, tmp_path: Path) -> None:
    Database(sqlite_url(file)).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
    old = Database(sqlite_url(file))
    fill(old)
    assert rows(file, "PRAGMA auto_vacuum") == [(0,)]
    compact(old, LongWork())
    old.close()
    assert rows(file, "PRAGMA auto_vacuum") == [(2,)]


def test_compacting_that_is_cancelled_changes_nothing(database: Database, file: Path) -> None:
    make_free(database)
    with database.writing() as cursor:  # several slices, of which the last one is too late
        cursor.execute("INSERT INTO SYNC_EVENTS VALUES (98, 0, '', 'settings', hex(zeroblob(2000000)))")
    database.copy_wal()
    size, before = file.stat().st_size, rows(file, COUNT)
    for at in range(1, 6):
        with pytest.raises(CancelledWorkError):
            compact(database, cancelled_at(at))
        assert (file.stat().st_size, rows(file, COUNT)) == (size, before)
        assert not list(file.parent.glob("*partial*"))
    fill(database, serial=5)


def test_compacting_is_not_begun_where_there_is_no_room(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(DatabaseError, match=r"takes 1\d MB for a while, and its disk has 1 MB free"):
        compact(database, LongWork())


# The command line


def test_the_commands_say_in_a_sentence_what_they_did(
    database: Database, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: None
) -> None:
    url, copy = sqlite_url(file), tmp_path / "copy.db"
    assert command(capsys, "check", "--full", "--database", url) == (
        0,
        f"The database {file} is good: {READINGS} readings of 1 panels' types are whole",
    )
    code, said = command(capsys, "backup", str(copy), "--database", url)
    assert (code, said) == (
        0,
        f"The database {file} is copied to {copy} ({copy.stat().st_size / 1e6:.1f} MB), and the copy is good",
    )
    database.close()
    code, said = command(capsys, "compact", "--database", url)
    assert (code, said.partition(":")[0]) == (0, f"The database {file} is compact")


ALL = (("check",), ("compact",), ("backup", "copy.db"))


@pytest.mark.parametrize("words", ALL)
def test_what_is_not_there_is_not_made(
    words: tuple[str, ...], file: Path, capsys: pytest.CaptureFixture[str], own_home: None
) -> None:
    code, said = command(capsys, *words, "--database", sqlite_url(file))
    assert (code, said) == (5, f"There is no database {file}; name one with --database, or in the settings")
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("words", ALL)
def test_the_file_of_another_program_is_not_touched(
    words: tuple[str, ...], file: Path, foreign: bytes, capsys: pytest.CaptureFixture[str], own_home: None
) -> None:
    code, said = command(capsys, *words, "--database", sqlite_url(file))
    assert code == 5
    assert "belongs to another program" in said
    assert (file.read_bytes(), list(file.parent.iterdir())) == (foreign, [file])


@pytest.mark.parametrize(("words", "code"), [(("check",), 0), (("backup", "copy.db"), 0), (("compact",), 5)])
def test_beside_a_recorder_only_compacting_is_refused(
    words: tuple[str, ...],
    code: int,
    database: Database,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    own_home: None,
) -> None:
    monkeypatch.chdir(tmp_path)
    lock = Lock(file, Holder.of_this_process("t3monitor window", 1, ""))
    found, said = command(capsys, *words, "--database", sqlite_url(file))
    lock.release()
    assert found == code
    assert (f"{file} is in use by t3monitor window of " in said) == (code == 5)


@pytest.mark.parametrize("words", ALL)
def test_ctrl_c_ends_it_with_130_and_leaves_nothing(
    words: tuple[str, ...],
    database: Database,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    own_home: None,
) -> None:
    make_free(database)
    database.close()
    monkeypatch.chdir(tmp_path)
    before, tell = file.read_bytes(), LongWork.tell

    def interrupted(work: LongWork, share: float | None) -> None:
        signal.raise_signal(signal.SIGINT)
        while not work.is_cancelled:  # the handler runs in the main thread
            threading.Event().wait(0.001)
        tell(work, share)

    monkeypatch.setattr(LongWork, "tell", interrupted)
    code, said = command(capsys, *words, "--database", sqlite_url(file))
    assert (code, said) == (130, "It was cancelled, and nothing of it is left behind")
    assert file.read_bytes() == before
    assert not list(tmp_path.rglob("*partial*"))
    assert not (tmp_path / "copy.db").exists()


def test_compacting_a_file_of_an_older_schema_is_left_to_its_migration(
    database: Database, file: Path, capsys: pytest.CaptureFixture[str], own_home: None
) -> None:
    with database.writing() as cursor:
        cursor.execute("UPDATE alembic_version SET version_num = '0004'")
    code, said = command(capsys, "compact", "--database", sqlite_url(file))
    assert (code, "has schema 0004" in said) == (5, True)
    code, said = command(capsys, "check", "--database", sqlite_url(file))
    assert (code, "is of schema 0004, and was not looked at" in said) == (0, True)


def test_damage_is_an_error_of_its_own(database: Database, file: Path) -> None:
    database.close()
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 20] = b"\x55" * (4096 * 17)
    file.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        Database(sqlite_url(file))
    with pytest.raises(DatabaseDamagedError):
        back_up(sqlite_url(file), file.with_name("copy.db"), LongWork())
