"""The keeper of a database: tasks in their order, other programs' locks, what is stored late, upkeep, and its end."""

import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clock import FakeClock
from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseError, DatabaseLockedError, Outcome
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, PointGroup
from t3monitor.store import keeper as keeper_module
from t3monitor.store.database import Database
from t3monitor.store.keeper import Keeper, Store
from t3monitor.store.keepers import Keepers
from t3monitor.store.lock import HeldError
from t3monitor.store.upkeep.slices import UpkeepContext, is_loaded
from t3monitor.store.writing import late as late_module
from t3monitor.store.writing.late import Late, LateCycle, LateFrame, UnstoredCycle, late_file
from values import NOW_S, device, points, report

LOCKED = report(Outcome.DATABASE, "The database is locked", started_at=NOW_S - 9, finished_at=NOW_S, samples=7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder / "history.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_S)


@pytest.fixture
def keepers(clock: FakeClock, tmp_path: Path) -> Keepers:
    return Keepers(clock, tmp_path / "folders.json")


@pytest.fixture(autouse=True)
def no_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_UPKEEP", ())


@pytest.fixture
def keeper(keepers: Keepers, file: Path) -> Iterator[Keeper]:
    keeper = keepers.take(f"sqlite:///{file}")
    yield keeper
    if keeper._thread.is_alive():
        keepers.give_back(keeper)


class Lock:
    """Another program that writes to the file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    def __enter__(self) -> "Lock":
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def store(panel: Panel, at_s: int = NOW_S) -> Callable[[Store], int]:
    def cycle(opened: Store) -> int:
        with opened.writer.cycle(30) as transaction:
            transaction.upsert(panel, at_s)
            transaction.log(panel)
            transaction.record(report(started_at=at_s, finished_at=at_s))
        return transaction.run_id

    return cycle


def nothing(opened: Store) -> None:
    with opened.database.writing():
        pass


def rows(file: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def keep(keeper: Keeper, panel: Panel, whole: Panel | None = None, **values: Any) -> None:
    keeper.database()  # nothing is read before
    keeper.keep(UnstoredCycle(replace(LOCKED, **values), 30, [(panel, whole or panel)]))


# Tasks


def test_tasks_are_done_in_their_order_by_one_thread_whoever_asks(keeper: Keeper) -> None:
    done: list[tuple[int, str]] = []
    begun, going_on = threading.Event(), threading.Event()

    def hold_up(_: Store) -> None:
        begun.set()
        going_on.wait(10)

    threads = [threading.Thread(target=keeper.run, args=(hold_up,))]
    threads[0].start()
    assert begun.wait(10)
    for number in range(5):
        task = partial(lambda number, _: done.append((number, threading.current_thread().name)), number)
        threads.append(threading.Thread(target=keeper.run, args=(task,)))
        threads[-1].start()
        while len(keeper._tasks) <= number:
            pass
    going_on.set()
    for thread in threads:
        thread.join(10)
    assert done == [(number, "keeper") for number in range(5)]


def test_services_of_one_database_share_its_keeper_which_ends_with_the_last(keepers: Keepers, file: Path) -> None:
    first, second = (keepers.take(f"sqlite:///{file}") for _ in range(2))
    assert first is second
    keepers.give_back(first)
    second.run(nothing)
    keepers.give_back(second)
    with pytest.raises(DatabaseError, match="is being closed"):
        second.run(nothing)
    assert not list(file.parent.glob("*-wal"))


def test_what_two_sites_store_in_turn_is_remembered_for_both(keeper: Keeper, file: Path) -> None:
    panels = device(1), device(2)
    for panel in panels * 2:
        keeper.run(store(panel))
    statements: list[str] = []

    def upsert(opened: Store) -> None:
        with opened.writer.cycle(30) as transaction:
            transaction._cursor.connection.set_trace_callback(statements.append)
            for panel in panels:
                transaction.upsert(panel, NOW_S)
            transaction._cursor.connection.set_trace_callback(None)
            transaction.record(report())

    keeper.run(upsert)
    assert len(statements) == 2  # the rows of DEVICES alone: what the database has of the points is not even asked
    assert all("DEVICES" in statement for statement in statements)


def test_too_many_tasks_are_refused_at_once_with_the_cause(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "_MOST_WAITING", 0)
    with pytest.raises(DatabaseError, match="does not keep up: 0 tasks wait for it"):
        keeper.run(nothing)


def test_an_error_in_a_task_is_that_of_who_asked_and_the_next_one_is_done(keeper: Keeper) -> None:
    with pytest.raises(ZeroDivisionError):
        keeper.run(lambda _: 1 / 0)
    keeper.run(nothing)


def test_a_task_on_a_disk_that_hangs_is_left_once_it_is_interrupted(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "_HUNG_SLICE_S", 0.001)
    answers = threading.Event()
    with pytest.raises(DatabaseError, match="does not answer; look at its disk"):
        keeper.run(lambda _: answers.wait(10), lambda: True)
    answers.set()


# Another program's lock


def test_a_lock_is_waited_for_3_s_and_then_is_an_error(keeper: Keeper, file: Path, clock: FakeClock) -> None:
    keeper.run(nothing)
    began_s = clock.now_s
    with Lock(file), pytest.raises(DatabaseLockedError, match="is locked by another program"):
        keeper.run(store(device()))
    assert 3 <= clock.now_s - began_s < 3.2


def test_a_lock_that_ends_meanwhile_costs_nothing(keeper: Keeper, file: Path, clock: FakeClock) -> None:
    keeper.run(nothing)
    lock = Lock(file).__enter__()
    wait = clock.wait

    def end_soon(condition: threading.Condition, timeout_s: float | None) -> None:
        wait(condition, timeout_s)
        if clock.now_s > 1:
            lock.__exit__()

    clock.wait = end_soon  # type: ignore[method-assign]
    assert keeper.run(store(device())) == 1


def test_a_lock_is_not_waited_for_once_the_service_is_to_end(keeper: Keeper, file: Path, clock: FakeClock) -> None:
    keeper.run(nothing)
    began_s = clock.now_s
    with Lock(file), pytest.raises(DatabaseLockedError):
        keeper.run(store(device()), lambda: True)
    assert clock.now_s == began_s


def test_while_something_waits_to_be_stored_a_lock_is_not_waited_for_anew(
    keeper: Keeper, file: Path, clock: FakeClock
) -> None:
    keeper.run(nothing)
    keep(keeper, device())
    began_s = clock.now_s
    with Lock(file), pytest.raises(DatabaseLockedError):
        keeper.run(store(device()))
    assert clock.now_s == began_s


# What is stored late


def test_what_could_not_be_stored_is_stored_with_its_own_times_before_the_next_cycle(
    keeper: Keeper, file: Path, clock: FakeClock
) -> None:
    keep(keeper, device(time_s=1000, inputs=points(PointType.INPUT, 1.0, 2.0)))
    clock.now_s += 30
    assert keeper.run(store(device(time_s=2000), NOW_S + 30)) == 2
    assert rows(file, "SELECT logging_time, run_id, vals FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT'") == [
        (1000, 1, "[1,2]"),
        (2000, 2, "[20.5,21,0]"),
    ]
    assert rows(file, "SELECT id, outcome, reason, samples FROM SYNC_RUNS") == [
        (1, "database", "The database is locked; its readings were stored 30 seconds later", 7),
        (2, "ok", None, 0),
    ]


def test_t3000s_own_times_of_a_late_reading_are_stored_with_it(keeper: Keeper, file: Path) -> None:
    keeper.database()
    keeper.keep(UnstoredCycle(LOCKED, 30, [(device(1, time_s=1000),) * 2], [((1, PointType.INPUT), (993, 1000))]))
    keeper.run(nothing)
    assert rows(file, "SELECT * FROM READING_TIMES") == [(1, "INPUT", 993, 1000)]


def test_a_late_reading_does_not_set_back_the_present_state(keeper: Keeper, file: Path) -> None:
    newest = device(time_s=2000)
    keeper.run(store(newest))
    keep(keeper, replace(newest, inputs=points(PointType.INPUT, 1.0, 2.0, 3.0)))
    keeper.run(nothing)
    assert rows(file, "SELECT value FROM INPUT_POINTS") == [(20.5,), (21.0,), (0.0,)]
    assert rows(file, "SELECT count(*) FROM TRENDLOG_FRAMES") == [(6,)]


def test_a_ledger_row_without_a_reading_waits_and_says_nothing_of_readings(keeper: Keeper, file: Path) -> None:
    keeper.keep(UnstoredCycle(report(Outcome.TIMEOUT, "T3000 gave no answer", samples=0), 30))
    keeper.run(nothing)
    assert rows(file, "SELECT outcome, reason FROM SYNC_RUNS") == [("timeout", "T3000 gave no answer")]


def test_what_waits_and_cannot_be_stored_by_an_error_of_ours_keeps_no_later_cycle_out(
    keeper: Keeper, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep(keeper, device())
    monkeypatch.setattr(Late, "store", lambda *_: 1 / 0)
    assert keeper.run(store(device())) == 1
    assert "Cycles that are lost by an error of this program: 1" in caplog.text


def test_what_a_lock_still_keeps_out_goes_on_waiting(keeper: Keeper, file: Path) -> None:
    keeper.run(nothing)
    keep(keeper, device(time_s=1000))
    with Lock(file), pytest.raises(DatabaseLockedError):
        keeper.run(nothing)
    keep(keeper, device(time_s=1030), started_at=NOW_S + 30)
    keeper.run(nothing)
    assert rows(file, "SELECT logging_time FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY 1") == [
        (1000,),
        (1030,),
    ]
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(2,)]


def test_the_oldest_falls_out_of_what_waits_and_the_ledger_says_so(
    keeper: Keeper, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_module, "_MOST_BYTES", 3000)
    for cycle in range(5):
        keep(keeper, device(time_s=1000 + cycle), started_at=NOW_S + cycle)
    keeper.run(nothing)
    assert rows(file, "SELECT logging_time FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT'") == [(1003,), (1004,)]
    reasons = [reason for (reason,) in rows(file, "SELECT reason FROM SYNC_RUNS ORDER BY id")]
    assert [reason.endswith("before it so many cycles could not be kept: 3") for reason in reasons] == [True, False]


def test_what_waits_may_be_as_large_as_it_may_be(keeper: Keeper, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(keeper, device(time_s=1000))
    monkeypatch.setattr(late_module, "_MOST_BYTES", 2 * keeper._postponed._late.bytes)
    keep(keeper, device(time_s=1001), started_at=NOW_S + 1)
    keeper.run(nothing)
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(2,)]


def test_a_cycle_that_waits_and_has_nothing_to_say_has_no_reason(keeper: Keeper, file: Path) -> None:
    keeper.keep(UnstoredCycle(report(samples=0), 30))
    keeper.run(nothing)
    assert rows(file, "SELECT reason FROM SYNC_RUNS") == [(None,)]


def test_points_that_a_late_answer_leaves_out_are_missing_samples_not_a_new_layout(keeper: Keeper, file: Path) -> None:
    full = device(time_s=1000)
    keeper.run(store(full))
    keep(keeper, device(time_s=1030, inputs=(full.inputs[0], full.inputs[2])))
    keeper.run(nothing)
    assert rows(file, "SELECT vals FROM TRENDLOG_FRAMES WHERE logging_time = 1030 AND point_type = 'INPUT'") == [
        ("[20.5,null,0]",)
    ]
    assert rows(file, "SELECT count(*) FROM TRENDLOG_LAYOUTS WHERE point_type = 'INPUT'") == [(1,)]


def test_of_a_panel_that_is_read_in_parts_the_late_vector_has_all_points_in_use(keeper: Keeper, file: Path) -> None:
    groups = {
        PointType.INPUT: (PointGroup(1, 1, 1000, True, True), PointGroup(2, 3, 900, True, False)),
    }
    whole = device(time_s=1000, outputs=(), variables=(), groups=groups)
    keep(keeper, replace(whole, inputs=whole.inputs[:1]), whole)
    keeper.run(nothing)
    assert rows(file, "SELECT vals FROM TRENDLOG_FRAMES") == [("[20.5,null,null]",)]


def test_a_late_vector_of_a_panel_that_is_read_in_parts_has_no_points_that_went_out_of_use(
    keeper: Keeper, file: Path
) -> None:
    first, second = PointGroup(1, 2, 1000, True, True), PointGroup(3, 3, 1000, True, True)
    whole = device(time_s=1000, outputs=(), variables=(), groups={PointType.INPUT: (first, second)})
    keep(keeper, whole)
    unused = {PointType.INPUT: (first, second._replace(in_use=False))}
    keep(keeper, replace(whole, inputs=whole.inputs[:2], groups=unused), replace(whole, groups=unused), started_at=1.0)
    keeper.run(nothing)
    assert rows(file, "SELECT vals FROM TRENDLOG_FRAMES ORDER BY run_id") == [("[20.5,21,0]",), ("[20.5,21]",)]


# Over the end of the program


def test_what_a_lock_keeps_out_at_the_end_is_stored_at_the_next_start(
    keepers: Keepers, keeper: Keeper, file: Path, clock: FakeClock
) -> None:
    keeper.run(nothing)
    keep(keeper, device(time_s=1000))
    began_s = clock.now_s
    with Lock(file):
        keepers.give_back(keeper)
    assert clock.now_s - began_s < 1.1
    beside = late_file(file)
    assert beside.stat().st_mode == file.stat().st_mode
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(0,)]

    clock.now_s += 3600
    again = keepers.take(f"sqlite:///{file}")
    again.run(nothing)
    keepers.give_back(again)
    assert rows(file, "SELECT logging_time FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT'") == [(1000,)]
    [(reason,)] = rows(file, "SELECT reason FROM SYNC_RUNS")
    assert reason.endswith("its readings were stored 1 hour later")
    assert not beside.exists()


def test_what_was_stored_although_its_file_could_not_be_removed_is_not_stored_twice(
    keepers: Keepers, keeper: Keeper, file: Path
) -> None:
    keeper.run(nothing)
    keep(keeper, device(time_s=1000))
    with Lock(file):
        keepers.give_back(keeper)
    content = late_file(file).read_bytes()
    for _ in range(2):
        late_file(file).write_bytes(content)
        again = keepers.take(f"sqlite:///{file}")
        again.run(nothing)
        keepers.give_back(again)
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(1,)]
    assert rows(file, "SELECT count(*) FROM TRENDLOG_FRAMES") == [(3,)]


DANGLING = Late(cycles=[LateCycle(LOCKED, 30, (LateFrame(7, 1000, "[1]", None),))])


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"cycles": 3}', msgspec.json.encode(Late(version=99)), msgspec.json.encode(DANGLING)]
)
def test_a_damaged_file_of_readings_is_set_aside_with_a_sentence(
    keeper: Keeper, file: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    late_file(file).write_bytes(content)
    keeper.run(nothing)
    assert not late_file(file).exists()
    assert file.with_name("history.db-late.json.damaged").read_bytes() == content
    assert "cannot be used" in caplog.text
    assert "set aside" in caplog.text


def test_where_the_file_beside_cannot_be_written_the_loss_is_said(
    keepers: Keepers, keeper: Keeper, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper.run(nothing)
    keep(keeper, device())
    late_file(file).mkdir()
    with Lock(file):
        keepers.give_back(keeper)
    assert "Cycles that were not stored and are lost: 1" in caplog.text


def test_nothing_is_left_where_the_folder_of_the_database_is_another_one(
    keepers: Keepers, keeper: Keeper, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(keeper, device())
    file.parent.rename(tmp_path / "away")
    file.parent.mkdir()
    keepers.give_back(keeper)
    assert not list(file.parent.iterdir())
    assert "Cycles that were not stored and are lost: 1" in caplog.text


def test_nothing_is_left_beside_a_file_that_never_was_the_database(keepers: Keepers, file: Path) -> None:
    file.write_bytes(b"no database" * 100)
    keeper = keepers.take(f"sqlite:///{file}")
    keeper.keep(UnstoredCycle(report(Outcome.DATABASE, "is not an SQLite database"), 30))
    keepers.give_back(keeper)
    assert list(file.parent.iterdir()) == [file]


# A database out of reach


def test_a_folder_that_is_away_is_waited_for_and_no_file_is_begun_in_its_place(
    keeper: Keeper, file: Path, tmp_path: Path
) -> None:
    first = keeper.database()
    keeper.run(store(device(time_s=1000)))
    away = file.parent.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(DatabaseError):
            keeper.run(nothing)
    with pytest.raises(DatabaseError, match="is not there, and neither is the folder that it was in; connect"):
        keeper.run(nothing)
    file.parent.mkdir()  # as an empty mount point is
    with pytest.raises(DatabaseError, match="is not there, and neither is the folder"):
        keeper.run(nothing)
    assert not list(file.parent.iterdir())
    file.parent.rmdir()
    away.rename(file.parent)
    keeper.run(store(device(time_s=1030)))
    assert keeper.database() is not first
    assert rows(file, "SELECT count(*) FROM SYNC_RUNS") == [(2,)]


def test_the_next_run_knows_too_that_a_database_was_in_a_folder_that_is_not_there(
    keepers: Keepers, keeper: Keeper, file: Path, tmp_path: Path, clock: FakeClock
) -> None:
    keeper.run(nothing)
    keepers.give_back(keeper)
    away = file.parent.rename(tmp_path / "away")
    file.parent.mkdir()
    next_run = Keepers(clock, tmp_path / "folders.json")
    again = next_run.take(f"sqlite:///{file}")
    with pytest.raises(DatabaseError, match="connect its drive or share"):
        again.run(nothing)
    file.touch()  # the user begins anew
    again.run(nothing)
    next_run.give_back(again)
    assert away.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_the_lock_of_a_database_is_taken_with_each_opening_and_never_under_an_empty_mount_point(
    clock: FakeClock, file: Path, tmp_path: Path
) -> None:
    taken: list[Path] = []
    keepers = Keepers(clock, tmp_path / "folders.json", taken.append)
    keeper = keepers.take(f"sqlite:///{file}")
    keeper.run(nothing)
    keeper.run(nothing)
    assert taken == [file]
    away = file.parent.rename(tmp_path / "away")
    file.parent.mkdir()
    for _ in range(3):
        with pytest.raises(DatabaseError):
            keeper.run(nothing)
    with pytest.raises(DatabaseError, match="connect its drive or share"):
        keepers.claim(file)
    assert taken == [file]
    file.parent.rmdir()
    away.rename(file.parent)
    keeper.run(nothing)
    assert taken == [file, file]
    keepers.give_back(keeper)


def test_a_database_whose_lock_another_program_has_is_not_opened(clock: FakeClock, file: Path) -> None:
    def refuse(subject: Path) -> None:
        raise HeldError(subject, None)

    keepers = Keepers(clock, take_lock=refuse)
    keeper = keepers.take(f"sqlite:///{file}")
    with pytest.raises(HeldError):
        keeper.run(nothing)
    assert not file.exists()
    keepers.give_back(keeper)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_a_file_that_was_removed_from_its_folder_is_begun_anew(keeper: Keeper, file: Path) -> None:
    keeper.run(nothing)
    for left in file.parent.iterdir():
        left.unlink()
    with pytest.raises(DatabaseError):
        keeper.run(nothing)
    keeper.run(nothing)
    assert file.exists()


# Upkeep


class Counting:
    """Upkeep that is wanted again after a minute."""

    def __init__(self) -> None:
        self.slices = 0
        self.fails = False
        self.worked = threading.Semaphore(0)

    def work(self, _: Database) -> float:
        self.slices += 1
        self.worked.release()
        if self.fails:
            raise ZeroDivisionError
        return 60.0


@pytest.fixture
def upkeep(no_upkeep: None, monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(keeper_module, "_UPKEEP", (lambda _: counting,))
    return counting


def test_upkeep_is_done_when_the_database_is_open_and_again_when_it_is_due(
    keeper: Keeper, upkeep: Counting, clock: FakeClock
) -> None:
    keeper.run(nothing)
    assert upkeep.worked.acquire(timeout=10)
    keeper.run(nothing)
    clock.now_s += 59
    keeper.run(nothing)
    keeper.run(nothing)
    assert upkeep.slices == 1
    clock.now_s += 1
    keeper.run(nothing)
    assert upkeep.worked.acquire(timeout=10)
    assert upkeep.slices == 2


def test_upkeep_knows_the_settings_in_force(
    no_upkeep: None, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, file: Path
) -> None:
    in_force = [Settings()]
    contexts: list[UpkeepContext] = []
    counting = Counting()
    monkeypatch.setattr(keeper_module, "_UPKEEP", (lambda context: contexts.append(context) or counting,))
    keepers = Keepers(clock, settings=lambda: in_force[0])
    keeper = keepers.take(f"sqlite:///{file}")
    keeper.run(nothing)
    keepers.give_back(keeper)
    in_force[0] = Settings(sync_interval_secs=77)
    assert contexts[0].clock is clock
    assert contexts[0].settings().sync_interval_secs == 77


def test_what_upkeep_needs_is_loaded_while_nobody_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(sys, "gate", gate, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "slow_tools.py").write_text("import sys; sys.gate.wait(10)", encoding="utf-8")
    assert not is_loaded("slow_tools")
    assert not is_loaded("slow_tools")
    (loading,) = [thread for thread in threading.enumerate() if thread.name == "upkeep"]
    gate.set()
    loading.join(10)
    assert is_loaded("slow_tools")
    del sys.modules["slow_tools"]


def test_upkeep_that_fails_is_logged_and_harms_no_task(
    keeper: Keeper, upkeep: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    upkeep.fails = True
    keeper.run(nothing)
    assert upkeep.worked.acquire(timeout=10)
    keeper.run(nothing)
    assert "Upkeep of the database failed by an error of this program" in caplog.text
