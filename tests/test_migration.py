"""A large file of an older program: it is migrated beside the cycles, whose readings wait, and is whole at any time."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clock import FakeClock
from old_files import old_file
from t3monitor.commands import sync as sync_module
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError, DatabaseLockedError, Outcome
from t3monitor.store import migrate as migrate_module
from t3monitor.store.database import Database
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.migrate import schema_revision
from t3monitor.store.schema import SCHEMA_REVISION
from t3monitor.store.writing.late import UnstoredCycle, late_file
from values import NOW_S, device, report

OLD = "0004"
MIGRATING = report(Outcome.DATABASE, "It is being migrated", started_at=NOW_S - 9, finished_at=NOW_S, samples=7)
LEFT_BY_OLDER_PROGRAM = """{"version": 1, "layouts": [{"serial_number": 237219, "point_type": "INPUT", "panel_id": 1,
    "points": [["IN1", 1, "L1", 3, "°C", 1], ["IN2", 2, "L2", 3, "°C", 1]], "within": null}],
    "cycles": [{"report": {"outcome": "database", "reason": "locked", "started_at": 1761960891,
    "finished_at": 1761960900, "elapsed_ms": 1.0, "phases_ms": {}, "attempts": 0, "devices": 0, "skipped": 0,
    "points": 0, "samples": 2, "bytes": 0, "run_id": null, "site": ""}, "sync_interval_s": 30,
    "frames": [[0, 1761960895, "[20.5,21]", null]], "reading_times": [[[237219, "INPUT"], [1, 2]]]}],
    "fallen": 0, "bytes": 1009}"""


class Disk:
    """So slow that a copy takes until `fast` is set, while time passes."""

    def __init__(self, clock: FakeClock) -> None:
        self.fast = threading.Event()
        self._clock = clock

    def read(self) -> None:
        self._clock.now_s += 1.0
        self.fast.wait(0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    old_file(OLD, tmp_path / "history.db", tmp_path)
    return tmp_path / "history.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_S)


@pytest.fixture
def disk(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk, goes_on = Disk(clock), Keeper._goes_on

    def slowly(keeper: Keeper, database: Database, copied: float) -> bool:
        while goes_on(keeper, database, copied):
            if disk.fast.is_set():
                return True
            disk.read()
        return False

    monkeypatch.setattr(migrate_module, "_PAGES_AT_ONCE", 1)
    monkeypatch.setattr(Keeper, "_goes_on", slowly)
    yield disk
    disk.fast.set()


@pytest.fixture
def keepers(clock: FakeClock) -> Keepers:
    return Keepers(clock)


def rows(file: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def nothing(_: Store) -> None:
    pass


def test_while_a_file_is_migrated_cycles_go_on_and_what_they_read_waits(
    file: Path, keepers: Keepers, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keeper = keepers.take(sqlite_url(file))
    try:
        database = keeper.database()
        assert schema_revision(sqlite_url(file)) == OLD, "nobody waits for the migration"
        with pytest.raises(DatabaseLockedError, match=r"is being migrated \(\d+% of it copied\)"):
            keeper.run(nothing)
        keeper.keep(UnstoredCycle(MIGRATING, 30, [(device(), device())]))
        disk.fast.set()
        while keeper._migrating:
            pass
        keeper.run(nothing)
        assert keeper.database() is database, "what was recalled of it holds"
    finally:
        keepers.give_back(keeper)
    assert schema_revision(sqlite_url(file)) == SCHEMA_REVISION
    assert rows(file, "SELECT count(*) FROM TRENDLOG_DATA") == [(1 + 7,)]
    assert rows(file.with_name(f"history.schema-{OLD}.db"), "SELECT count(*) FROM TRENDLOG_DATA") == [(1,)]
    assert "Copying the database" in caplog.text


def test_a_program_that_ends_while_a_file_is_migrated_leaves_the_old_one_and_what_was_read(
    file: Path, keepers: Keepers, disk: Disk
) -> None:
    keeper = keepers.take(sqlite_url(file))
    keeper.database()
    keeper.keep(UnstoredCycle(MIGRATING, 30, [(device(), device())]))
    keepers.give_back(keeper)
    assert schema_revision(sqlite_url(file)) == OLD
    assert late_file(file).exists()
    assert not list(file.parent.glob("*.partial*"))
    disk.fast.set()
    keeper = keepers.take(sqlite_url(file))
    keeper.run(nothing)
    keepers.give_back(keeper)
    assert rows(file, "SELECT count(*) FROM TRENDLOG_DATA") == [(1 + 7,)]


def test_tables_are_changed_in_steps_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate_module, "_STEPS_AT_ONCE", 10)
    shares: list[float] = []

    def goes_on(_: Database, copied: float) -> bool:
        shares.append(copied)
        return shares.count(1.0) < 20

    with pytest.raises(DatabaseError):
        Database(sqlite_url(file), goes_on=goes_on)
    assert shares.count(1.0) >= 20
    assert schema_revision(sqlite_url(file)) == OLD
    assert rows(file, "SELECT count(*) FROM TRENDLOG_DATA") == [(1,)]


def test_a_file_that_there_is_no_space_to_copy_is_left_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate_module.shutil, "disk_usage", lambda _: type("", (), {"free": 1000})())
    with pytest.raises(DatabaseError, match=r"needs \d+ MB, and 0 MB are free; free some space"):
        Database(sqlite_url(file))
    assert schema_revision(sqlite_url(file)) == OLD
    assert [found.name for found in file.parent.glob("history*.db*")] == ["history.db"]


@pytest.mark.parametrize("ending", ["", "-journal"])
def test_what_a_killed_program_left_of_a_copy_is_no_copy(file: Path, ending: str) -> None:
    partial = file.with_name(f"history.schema-{OLD}.db.partial")
    partial.with_name(partial.name + ending).write_bytes(b"half of it")
    Database(sqlite_url(file)).close()
    assert schema_revision(sqlite_url(file)) == SCHEMA_REVISION
    assert schema_revision(sqlite_url(file.with_name(f"history.schema-{OLD}.db"))) == OLD
    assert not partial.exists()


def test_what_an_older_program_could_not_store_is_stored(file: Path, keepers: Keepers) -> None:
    late_file(file).write_text(LEFT_BY_OLDER_PROGRAM)
    keeper = keepers.take(sqlite_url(file))
    keeper.run(nothing)
    keepers.give_back(keeper)
    stored = rows(file, "SELECT logging_time, value, sync_interval FROM TRENDLOG_DATA WHERE point_type = 'INPUT'")
    assert stored == [(1761960895, 20.5, 30), (1761960895, 21.0, 30)]
    assert not late_file(file).exists()


def test_before_a_few_cycles_a_file_is_migrated_and_none_is_made(file: Path, tmp_path: Path) -> None:
    sync_module._migrate(sqlite_url(file))
    assert schema_revision(sqlite_url(file)) == SCHEMA_REVISION
    sync_module._migrate(sqlite_url(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()
    text = tmp_path / "text.db"
    text.write_text("This is no database. " * 99)
    sync_module._migrate(sqlite_url(text))
