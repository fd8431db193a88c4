"""The phases of good cycles go from the ledger after 30 days, a bit at a time; those of bad ones stay."""

from pathlib import Path
from sqlite3 import Cursor

import pytest

from clock import FakeClock
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.errors import Outcome
from t3monitor.store.database import Database
from t3monitor.store.reading import reading
from t3monitor.store.upkeep import phases
from t3monitor.store.upkeep.phases import EmptyPhases
from t3monitor.store.upkeep.slices import UpkeepContext
from t3monitor.store.writing.rows import insert_run
from values import NOW_S, report

DAY_S = 86_400


def test_phases_of_good_cycles_go_after_30_days_and_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "_ROWS_AT_ONCE", 3)
    clock = FakeClock(NOW_S)
    database = Database(sqlite_url(tmp_path / "history.db"))
    outcomes = Outcome.OK, Outcome.TIMEOUT, Outcome.PARTIAL
    with database.writing() as cursor:
        for number in range(12):
            at_s = NOW_S - 33 * DAY_S + number * DAY_S / 2
            row = report(outcomes[number % 3], started_at=at_s, finished_at=at_s + 1, phases_ms={"fetch": 9.5})
            insert_run(cursor, number + 1, row, 30)
        _record_up_to_now(cursor)
    upkeep = EmptyPhases(UpkeepContext(clock, Settings))

    def emptied() -> list[int]:
        waits = [upkeep.work(database)]
        while waits[-1] < 60:
            waits.append(upkeep.work(database))
        assert len(waits) <= 4
        with reading(database.url) as connection:
            return list(
                connection.exec_driver_sql("SELECT id FROM SYNC_RUNS WHERE phases_ms = '{}' ORDER BY id").scalars()
            )

    assert emptied() == [1, 4]
    clock.now_s += DAY_S
    assert emptied() == [1, 4, 7]
    database.close()


def test_a_clock_that_is_set_ahead_empties_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "history.db"))
    with database.writing() as cursor:
        _record_up_to_now(cursor)
        insert_run(cursor, 2000, report(started_at=NOW_S + 2000 * DAY_S, phases_ms={"fetch": 9.5}), 30)
    assert EmptyPhases(UpkeepContext(FakeClock(NOW_S + 2000 * DAY_S), Settings)).work(database) > 60
    with reading(database.url) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM SYNC_RUNS WHERE phases_ms = '{}'").scalar_one() == 0
    database.close()


def _record_up_to_now(cursor: Cursor) -> None:
    for number in range(9):
        at_s = NOW_S - (27 - 3 * number) * DAY_S
        insert_run(cursor, 1000 + number, report(started_at=at_s, phases_ms={"fetch": 9.5}), 30)


def test_space_of_phases_that_went_is_free_again(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "history.db"))
    phases_ms = dict.fromkeys(("fetch", "parse", "begin", "upsert", "trendlog"), 12.3)
    with database.writing() as cursor:
        for number in range(600):
            insert_run(cursor, number + 1, report(started_at=NOW_S - 33 * DAY_S + number, phases_ms=phases_ms), 30)
        _record_up_to_now(cursor)

    def free_pages() -> int:
        with reading(database.url) as connection:
            return int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())

    upkeep = EmptyPhases(UpkeepContext(FakeClock(NOW_S), Settings))
    assert free_pages() == 0
    while upkeep.work(database) < 60:
        pass
    assert free_pages() > 8  # of some 22
    database.close()


def test_cycles_that_are_not_old_are_not_looked_at(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "history.db"))
    with database.writing() as cursor:
        ((*_, plan),) = cursor.execute(f"EXPLAIN QUERY PLAN {phases._OLD}", (0.0, 0, NOW_S, 9))
    database.close()
    assert plan == "SEARCH SYNC_RUNS USING INDEX SYNC_RUNS_STARTED_AT (started_at>? AND started_at<?)"
