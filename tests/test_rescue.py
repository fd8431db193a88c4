"""The keeper of a damaged database: it sets it aside and goes on with a new one, and nothing that was read is lost."""

import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from answers import documented_answer, documented_panel
from clock import FakeClock
from cycles import Cycles
from packed import fill, time_of
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import (
    DatabaseDamagedError,
    DatabaseError,
    DatabaseLockedError,
    DatabaseUnusableError,
    Outcome,
)
from t3monitor.model.events import DatabaseSalvaged
from t3monitor.store import keeper as keeper_module
from t3monitor.store.database import Database
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.upkeep import salvage as salvage_module
from t3monitor.store.upkeep.rescue import Rescue
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.late import UnstoredCycle
from t3monitor.sync.flow_log import FlowLines
from values import device, report

PAGE = 4096
NOW_S = time_of(1000)  # long after what is stored
NEW = f"""SELECT (SELECT count(*) FROM SYNC_RUNS WHERE started_at >= {NOW_S}),
    (SELECT count(*) FROM TRENDLOG_FRAMES WHERE logging_time >= {NOW_S})"""
ASIDE = "history.db.damaged-1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "history.db"
    database = Database(sqlite_url(path))
    fill(database)
    database.close()
    return path


@pytest.fixture(autouse=True)
def no_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_UPKEEP", ())


@pytest.fixture
def keeper(file: Path) -> Iterator[Keeper]:
    keepers = Keepers(FakeClock(NOW_S))
    keeper = keepers.take(sqlite_url(file))
    yield keeper
    if keeper._thread.is_alive():
        keepers.give_back(keeper)


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def damage_page_of(file: Path, table: str) -> None:
    (root,) = rows(file, f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")[0]
    with file.open("r+b") as opened:
        opened.seek((int(str(root)) - 1) * PAGE)
        opened.write(b"\x55" * PAGE)


def cut_short(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size - 3 * PAGE)


def without_header(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\x00" * 100)


def nothing(_: Store) -> None:
    pass


def cycle(at_s: int) -> Callable[[Store], int]:
    def store(opened: Store) -> int:
        with opened.writer.cycle(30) as transaction:
            transaction.upsert(device(), at_s)
            transaction.log(device(time_s=at_s))
            transaction.record(report(started_at=at_s, finished_at=at_s))
        return transaction.run_id

    return store


@pytest.mark.parametrize("harm", [lambda file: damage_page_of(file, "TRENDLOGS"), cut_short, without_header])
def test_a_damaged_file_is_set_aside_and_a_new_one_recorded_to(
    harm: Callable[[Path], None], file: Path, keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    harm(file)
    damaged = file.read_bytes()
    said = keeper.run(lambda store: store.salvaged)
    keeper.run(cycle(NOW_S))
    assert said.startswith(f"The database {file} was damaged and is set aside as {ASIDE}: ")
    assert file.with_name(ASIDE).read_bytes() == damaged
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    assert rows(file, "SELECT at, detail FROM SYNC_EVENTS WHERE kind = 'salvaged'") == [(NOW_S, said)]
    assert rows(file, "SELECT count(*) FROM DEVICES") == [(1,)]
    assert said in caplog.text
    assert {entry.name.partition("-")[0] for entry in file.parent.iterdir()} == {"history.db", "history.db.damaged"}


@pytest.mark.skipif(sys.platform == "win32", reason="there links are for administrators")
def test_a_link_to_a_damaged_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "linked.db"
    link.parent.mkdir()
    link.symlink_to(file)
    damage_page_of(file, "TRENDLOGS")
    keepers = Keepers(FakeClock(NOW_S))
    keeper = keepers.take(sqlite_url(link))
    assert keeper.run(lambda store: store.salvaged)
    keepers.give_back(keeper)
    assert link.is_symlink()
    assert file.with_name(ASIDE).exists()
    assert rows(link, "SELECT count(*) FROM SYNC_RUNS") == rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(85,)]


def test_of_a_damaged_index_nothing_is_lost(file: Path, keeper: Keeper) -> None:
    before = rows(file, "SELECT * FROM TRENDLOG_DATA ORDER BY 5, 6")
    damage_page_of(file, "TRENDLOG_FRAMES_HOT")
    assert "nothing is lost" in keeper.run(lambda store: store.salvaged)
    assert rows(file, "SELECT * FROM TRENDLOG_DATA ORDER BY 5, 6") == before


def test_damage_that_a_cycle_meets_is_found_out_about_and_the_cycle_is_stored(
    file: Path, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.database.check_pages", lambda *_: None)  # which has a second for it
    keeper.run(nothing)

    def meet(_: Store) -> None:
        damage_page_of(file, "TRENDLOGS")
        raise DatabaseDamagedError("The database is damaged")

    with pytest.raises(DatabaseDamagedError):
        keeper.run(meet)
    assert keeper.run(lambda store: store.salvaged)
    keeper.run(cycle(NOW_S))
    assert file.with_name(ASIDE).exists()


def test_a_file_that_is_whole_after_all_stays_where_it_is(file: Path, keeper: Keeper) -> None:
    keeper.run(nothing)

    def meet(_: Store) -> None:
        raise DatabaseDamagedError("The database is damaged")

    with pytest.raises(DatabaseDamagedError):
        keeper.run(meet)
    assert keeper.run(lambda store: store.salvaged) == ""
    assert not list(file.parent.glob("*damaged*"))


def test_what_is_read_while_a_large_file_is_carried_over_waits(
    file: Path, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.run(nothing)
    monkeypatch.setattr(keeper_module, "_PATIENCE_S", -1.0)
    monkeypatch.setattr(Rescue, "wait", lambda _rescue, seconds: False)
    is_read = threading.Event()
    salvage = salvage_module.salvage
    monkeypatch.setattr(salvage_module, "salvage", lambda *args: is_read.wait(20) and salvage(*args))

    def meet(_: Store) -> None:
        damage_page_of(file, "TRENDLOGS")
        raise DatabaseDamagedError("The database is damaged")

    with pytest.raises(DatabaseDamagedError):
        keeper.run(meet)
    with pytest.raises(DatabaseError, match=r"is damaged; what can be read of it is being carried .*waits until then"):
        keeper.run(cycle(NOW_S))
    keeper.keep(
        UnstoredCycle(report(started_at=NOW_S, finished_at=NOW_S), 30, [(device(time_s=NOW_S), device(time_s=NOW_S))])
    )
    is_read.set()
    rescue = keeper._rescue
    assert rescue is not None
    rescue._thread.join(20)
    keeper.run(cycle(NOW_S + 30))
    assert rows(file, NEW) == [(2, 6)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"This is a letter about TRENDLOG_LAYOUT_POINTS. " * 200, "is not an SQLite database"),
        (b"\x00\x01\x02\x03" * 5000, "is not an SQLite database"),
    ],
)
def test_what_is_not_ours_is_left_where_it_is(content: bytes, words: str, file: Path, keeper: Keeper) -> None:
    file.write_bytes(content)
    with pytest.raises(DatabaseUnusableError, match=words):
        keeper.run(nothing)
    assert file.read_bytes() == content
    assert not list(file.parent.glob("*damaged*"))


def test_the_file_of_another_program_or_of_a_newer_one_is_not_salvaged(file: Path, keeper: Keeper) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    damage_page_of(file, "TRENDLOGS")
    with pytest.raises(DatabaseUnusableError, match="newer version of this program"):
        keeper.run(nothing)
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("CREATE TABLE PANELS (x); CREATE TABLE OTHERS (x)")
    damage_page_of(file, "OTHERS")
    with pytest.raises(DatabaseUnusableError, match="belongs to another program"):
        keeper.run(nothing)
    assert not list(file.parent.glob("*damaged*"))


def test_without_room_for_a_new_file_the_damaged_one_stays(
    file: Path, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage_page_of(file, "TRENDLOGS")

    def full(*_: object) -> None:
        raise DatabaseError("The disk is full; free some space")

    with monkeypatch.context() as patch:
        patch.setattr(salvage_module, "salvage", full)
        with pytest.raises(DatabaseError, match="The disk is full"):
            keeper.run(nothing)
        assert not list(file.parent.glob("*damaged*"))
    assert keeper.run(lambda store: store.salvaged), "it is tried again"


def test_a_rescue_ends_with_the_program(file: Path) -> None:
    damage_page_of(file, "TRENDLOGS")
    rescue = Rescue(sqlite_url(file), lambda: None, is_sure=True)
    rescue._work.cancel()
    rescue.close()
    assert not rescue._thread.is_alive()
    with pytest.raises(CancelledWorkError):
        rescue.finish()
    assert [entry.name for entry in file.parent.iterdir() if "partial" in entry.name] == []


def test_while_the_database_is_occupied_tasks_are_refused_and_what_they_bring_is_stored_afterwards(
    file: Path, keeper: Keeper
) -> None:
    def long(opened: Store) -> str:
        with pytest.raises(DatabaseLockedError, match=r"history.db is being compacted$"):
            keeper.run(nothing)
        keeper.keep(
            UnstoredCycle(
                report(started_at=NOW_S, finished_at=NOW_S), 30, [(device(time_s=NOW_S), device(time_s=NOW_S))]
            )
        )
        return opened.database.path.name

    assert keeper.occupy(long, "is being compacted") == "history.db"
    keeper.run(cycle(NOW_S + 30))
    assert rows(file, NEW) == [(2, 6)]
    with pytest.raises(ZeroDivisionError):
        keeper.occupy(lambda _: 1 / 0, "is being compacted")
    keeper.run(nothing)


def test_a_service_tells_of_it_and_goes_on(tmp_path: Path) -> None:
    site = Cycles(tmp_path)
    site.run(documented_answer(documented_panel()))
    damage_page_of(site.file, "TRENDLOGS")
    (cycle_report,) = site.run(documented_answer(documented_panel()))
    assert cycle_report.outcome is Outcome.OK
    (event,) = [event for event in site.events if isinstance(event, DatabaseSalvaged)]
    assert "set aside as history.db.damaged-1" in event.sentence
    assert FlowLines().of(event) == [(logging.WARNING, f"🩹 {event.sentence}")]
    assert site.rows("SELECT count(*) FROM SYNC_RUNS") == [(2,)]


def test_a_work_that_is_cancelled_before_it_began_does_nothing() -> None:
    work = LongWork()
    work.cancel()
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(CancelledWorkError), work.on(connection):
        connection.execute("CREATE TABLE T (x)")
