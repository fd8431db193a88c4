import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from old_files import MIGRATIONS, OLD_DEVICE, SITE_OF, migrations_up_to, old_file, older_schema
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store import database as database_module
from t3monitor.store import migrate as migrate_module
from t3monitor.store.database import Database
from t3monitor.store.failures import database_sentences
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.ledger import read_cycles
from t3monitor.store.migrate import migrate_to_newest, schema_revision
from t3monitor.store.present_state import read_present_state
from t3monitor.store.reading import reading
from t3monitor.store.schema import SCHEMA_REVISION, metadata
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, report

NEXT_REVISION = f"{int(SCHEMA_REVISION) + 1:04}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.05)


def opened(file: Path) -> Database:
    return Database(f"sqlite:///{file}")


def make(file: Path) -> None:
    opened(file).close()


def store(database: Database, count: int = 1) -> None:
    writer = Writer(database)
    for cycle in range(count):
        with writer.cycle(30) as transaction:
            for serial in range(1, 6):
                transaction.upsert(device(serial, time_s=NOW_S + cycle), NOW_S)
                transaction.log(device(serial, time_s=NOW_S + cycle))
            transaction.record(report())


def runs(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (count,) = connection.execute("SELECT count(*) FROM SYNC_RUNS").fetchone()
        orphans = connection.execute(
            "SELECT count(*) FROM TRENDLOG_FRAMES WHERE run_id NOT IN (SELECT id FROM SYNC_RUNS)"
        )
        assert orphans.fetchone() == (0,)
        return int(count)


def test_a_new_database_has_the_newest_schema_in_a_folder_made_for_it(tmp_path: Path) -> None:
    database = opened(tmp_path / "new" / "folder" / "history.db")
    with reading(database.url) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == SCHEMA_REVISION
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


def test_the_migrations_make_exactly_the_tables_that_the_program_writes_to(file: Path) -> None:
    database = opened(file)
    with reading(database.url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_the_program_knows_the_newest_migration_by_its_name() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == SCHEMA_REVISION


@pytest.mark.parametrize(
    "url",
    [
        "history.db",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://localhost/x",
        "",
        "sqlite:history",
        "sqlite://folder/x.db",
        "sqlite:///x.db?mode=ro",
    ],
)
def test_a_url_that_names_no_sqlite_file_is_refused_with_the_right_way_to_write_it(url: str) -> None:
    with pytest.raises(DatabaseUnusableError, match="write it as sqlite:///FILE"):
        Database(url)


def test_a_file_that_another_program_locks_can_be_opened(file: Path) -> None:
    make(file)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        Database(sqlite_url(file)).close()


def test_a_locked_database_fails_the_cycle_and_holds_nothing_of_it(file: Path) -> None:
    database = opened(file)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="is locked by another program") as failure:
            store(database)
        other.rollback()
    assert not isinstance(failure.value, DatabaseUnusableError), "the service lives on"
    assert runs(file) == 0
    store(database)
    database.close()
    assert runs(file) == 1


def test_reading_goes_on_while_another_program_writes(file: Path) -> None:
    database = opened(file)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with reading(database.url) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM SYNC_RUNS").scalar() == 0
        other.rollback()
    database.close()


def test_a_full_disk_fails_the_cycle_and_holds_nothing_of_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(file)
    with closing(sqlite3.connect(file)) as connection:
        limits = [connection.execute("PRAGMA page_count").fetchone()[0] + 8]
    made = database_module._engine

    def limited(path: Path, **how: bool) -> Engine:
        engine = made(path, **how)
        event.listen(
            engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {limits[0]}")
        )
        return engine

    monkeypatch.setattr(database_module, "_engine", limited)
    database = opened(file)
    with pytest.raises(DatabaseError, match="the disk is full; free some space") as failure:
        store(database, 100)
    assert not isinstance(failure.value, DatabaseUnusableError)
    stored = runs(file)
    assert 0 < stored < 100
    database.close()

    limits[0] = 10_000
    database = opened(file)
    store(database)
    database.close()
    assert runs(file) == stored + 1


@pytest.mark.parametrize(("free_bytes", "words"), [(999_999, "the disk is full"), (1_000_000, "disk error")])
def test_a_disk_error_is_that_of_a_full_disk_where_the_disk_is_full(
    file: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, words: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    with pytest.raises(DatabaseError, match=words), database_sentences(file):
        raise error


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no tmpfs")
def test_a_disk_that_is_really_full_fails_the_cycle_and_holds_nothing_of_it(small_disk: Path) -> None:
    file = small_disk / "history.db"
    database = opened(file)
    with pytest.raises(DatabaseError, match="the disk is full"):
        store(database, 500)
    stored = runs(file)
    assert stored > 0
    database.close()
    assert runs(file) == stored


@pytest.mark.parametrize("damage", ["no database at all", "header", "pages"])
def test_a_damaged_file_is_refused_and_left_as_it_is(file: Path, damage: str) -> None:
    if damage == "no database at all":
        file.write_bytes(b"This is a letter, and no database." * 100)
    else:
        make(file)
        content = bytearray(file.read_bytes())
        start = 30 if damage == "header" else 100
        content[start : start + 2000] = b"\xff" * 2000
        file.write_bytes(content)
    before = file.read_bytes()
    with pytest.raises(DatabaseUnusableError, match=r"is damaged|or is damaged|unsupported file format"):
        opened(file)
    assert file.read_bytes() == before


def test_a_newer_schema_is_refused_and_left_as_it_is(file: Path) -> None:
    make(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    before = file.read_bytes()
    with pytest.raises(
        DatabaseUnusableError,
        match=rf"newer version of this program \(schema 0099, this one knows {SCHEMA_REVISION}\)",
    ):
        opened(file)
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE DEVICES (SerialNumber INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE INPUTS (SerialNumber INTEGER NOT NULL)")
    before = file.read_bytes()
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        opened(file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_database_of_another_program_with_migrations_of_the_same_number_is_refused(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0002')")
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        opened(file)


def test_a_name_that_the_system_refuses_is_a_sentence(tmp_path: Path) -> None:
    cause = "" if sys.platform == "win32" else r" \(File name too long\)"
    with pytest.raises(DatabaseUnusableError, match=f"cannot be opened{cause}"):
        opened(tmp_path / ("a" * 300))


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusableError, match="is no file; name the file of a database"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseUnusableError, match=r"The folder .*file.* of the database cannot be made"):
        opened(tmp_path / "file" / "history.db")


@contextmanager
def as_nobody() -> Iterator[None]:
    """This process is for a while that of a user without rights."""
    os.setresgid(65534, 65534, 0)
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become a user without rights")
@pytest.mark.parametrize(("of_file", "of_folder"), [(0o444, 0o777), (0o666, 0o555)])
def test_a_read_only_file_is_refused_with_its_cause_when_it_is_opened(of_file: int, of_folder: int) -> None:
    with TemporaryDirectory() as folder:  # that of pytest is its user's alone
        file = Path(folder) / "history.db"
        make(file)
        file.chmod(of_file)
        Path(folder).chmod(of_folder)
        with as_nobody(), pytest.raises(DatabaseUnusableError, match="is read-only; give yourself write permission"):
            opened(file)
        assert runs(file) == 0
        Path(folder).chmod(0o777)


def add_migration(folder: Path, body: str) -> Path:
    """The program's migrations and one more, as the next version will have."""
    migrations = migrations_up_to(SCHEMA_REVISION, folder / "migrations")
    script = (
        f'from alembic import op\nrevision = "{NEXT_REVISION}"\ndown_revision = "{SCHEMA_REVISION}"\n'
        f"def upgrade():\n    {body}\n"
    )
    (migrations / "versions" / f"m{NEXT_REVISION}_next.py").write_text(script)
    return migrations


def migrate(file: Path, migrations: Path) -> None:
    engine = database_module._engine(file)
    try:
        migrate_to_newest(engine, sqlite_url(file), migrations=migrations, newest=NEXT_REVISION)
    finally:
        engine.dispose()


def test_an_older_file_is_copied_aside_before_it_is_migrated(file: Path, tmp_path: Path) -> None:
    database = opened(file)
    store(database)
    database.close()
    migrate(file, add_migration(tmp_path, "op.execute('ALTER TABLE DEVICES ADD COLUMN floor_name TEXT')"))
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (NEXT_REVISION,)
        assert connection.execute("SELECT count(floor_name), count(*) FROM DEVICES").fetchone() == (0, 5)
    with closing(sqlite3.connect(tmp_path / f"history.schema-{SCHEMA_REVISION}.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA_REVISION,)
        assert connection.execute("SELECT count(*) FROM TRENDLOG_DATA").fetchone() == (35,)


def test_a_migration_that_fails_half_way_leaves_the_file_at_its_old_schema(file: Path, tmp_path: Path) -> None:
    make(file)
    body = "op.execute('ALTER TABLE DEVICES ADD COLUMN floor_name TEXT'); op.execute('SELECT no_such_column')"
    with pytest.raises(Exception, match="no_such_column"):
        migrate(file, add_migration(tmp_path, body))
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA_REVISION,)
        assert "floor_name" not in {row[1] for row in connection.execute("PRAGMA table_info(DEVICES)")}


def first_schema(file: Path, tmp_path: Path) -> None:
    """A file as the first version of the program left it."""
    older_schema("0001", file, tmp_path)


def contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    tables = ("DEVICES", "VARIABLE_POINTS", "SYNC_RUNS", "TRENDLOG_DATA")
    with closing(sqlite3.connect(file)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0006", "0007"])
def test_a_file_of_an_older_schema_keeps_all_it_holds_and_can_say_never(
    file: Path, tmp_path: Path, revision: str
) -> None:
    old_file(revision, file, tmp_path)
    before = contents(file)
    (series,) = HistoryReader(sqlite_url(file)).read(PointKey(7, PointType.VARIABLE, 3), 0, 2e9, 100)
    assert (series.values.tolist(), series.spacing_s) == ([21.5], 30), "it is read as it is, too"
    make(file)
    after = contents(file)
    assert after["DEVICES"] == [(*OLD_DEVICE, SITE_OF[revision], None)]
    for table in ("VARIABLE_POINTS", "TRENDLOG_DATA"):
        assert after[table] == before[table] != []
    with closing(sqlite3.connect(file)) as connection, connection:
        never = ("input_logging_time", "output_logging_time", "variable_logging_time", "last_seen")
        connection.execute(f"UPDATE DEVICES SET {', '.join(f'{name} = NULL' for name in never)}")
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(DEVICES)")]
        indexes = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert columns == [column.name for column in metadata.tables["DEVICES"].columns]
    assert {"SYNC_RUNS_STARTED_AT", "TRENDLOG_LAYOUTS_FINGERPRINT"} <= indexes


def test_a_migration_that_ends_before_the_table_of_panels_is_back_leaves_the_old_file_usable(
    file: Path, tmp_path: Path
) -> None:
    old_file("0002", file, tmp_path)
    before = contents(file)
    migrations = migrations_up_to("0003", tmp_path / "interrupted")
    script = migrations / "versions" / "m0003_never_read.py"
    dropped = "'DROP TABLE \"DEVICES\"',"
    assert dropped in script.read_text()
    script.write_text(script.read_text().replace(dropped, f"{dropped} 'SELECT no_such_column',"))
    engine = database_module._engine(file)
    with pytest.raises(Exception, match="no_such_column"):
        migrate_to_newest(engine, sqlite_url(file), migrations=migrations, newest="0003")
    engine.dispose()
    assert contents(file) == before
    assert schema_revision(sqlite_url(file)) == "0002"
    known = read_present_state(sqlite_url(file))
    assert known is not None
    assert [point.value for point in known.panels[0].points()] == [21.5]
    make(file)
    assert schema_revision(sqlite_url(file)) == SCHEMA_REVISION


def test_a_file_of_the_first_schema_keeps_its_rows_and_takes_sites(file: Path, tmp_path: Path) -> None:
    first_schema(file, tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO DEVICES VALUES (7, 1, 'AHU', '', '', 'Online', '', 0, 0, 0, 1, 1, 1, 1, 1)")
    make(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT serial_number, panel_name, site FROM DEVICES").fetchall() == [(7, "AHU", "")]
    assert (tmp_path / "history.schema-0001.db").exists()


def test_a_file_of_the_first_schema_can_be_looked_at_as_it_is(file: Path, tmp_path: Path) -> None:
    first_schema(file, tmp_path)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO DEVICES VALUES (7, 1, 'AHU', '', '', 'Online', '', 0, 0, 0, 1, 1, 1, 1, 1)")
        connection.execute(
            "INSERT INTO SYNC_RUNS VALUES (1, 5.0, 6.0, 'ok', NULL, 1, 9, 1, 0, 0, 0, '{}', 30, 1, 'ffi_sync_service')"
        )
    state = read_present_state(sqlite_url(file))
    assert state is not None
    assert [(device.serial_number, device.site) for device in state.panels] == [(7, "")]
    assert [(cycle.run_id, cycle.site) for cycle in read_cycles(sqlite_url(file), 5).reports] == [(1, "")]
    assert schema_revision(sqlite_url(file)) == "0001"


def test_no_other_program_migrates_a_file_while_it_is_copied_aside(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_schema(file, tmp_path)
    copied: list[str] = []

    def copy_aside(url: str, revision: str, goes_on: Callable[[float], bool]) -> None:
        with (
            closing(sqlite3.connect(file, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        copied.append(revision)

    monkeypatch.setattr(migrate_module, "_copy_aside", copy_aside)
    make(file)
    assert (copied, schema_revision(sqlite_url(file))) == (["0001"], SCHEMA_REVISION)


def test_threads_that_make_files_at_once_do_not_get_into_each_others_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "migrate_to_newest", migrate_to_newest)  # no copies of one that was made
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(make, [tmp_path / f"{number}.db" for number in range(6)]))
    assert len(made) == 6
    assert all(runs(file) == 0 for file in tmp_path.glob("*.db"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_program_opens_a_file_without_alembic_and_numpy_and_several_that_make_the_same_file_at_once_all_open_it(
    file: Path, tmp_path: Path
) -> None:
    make(file)
    new = tmp_path / "new.db"
    script = f"""if True:
        import os, sys
        import t3monitor.commands.sync
        from t3monitor.store.keeper import Database
        Database({sqlite_url(file)!r}).close()
        assert not {{"alembic.command", "numpy"}} & sys.modules.keys()
        import alembic.command  # what the others would wait for
        others = []
        for _ in range(3):
            others.append(os.fork())
            if not others[-1]:
                Database({sqlite_url(new)!r}).close()
                sys.exit()
        sys.exit(any(os.waitpid(other, 0)[1] for other in others))
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert runs(new) == 0
