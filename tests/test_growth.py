"""How large a database is and how fast it grows, by its ledger."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.store.database import Database
from t3monitor.store.growth import Size, read_size
from t3monitor.store.writer import Writer
from values import NOW_S, report

DAY_S = 86_400


def database_of(folder: Path, *cycles_s: float) -> Path:
    """A database with cycles that began at these times."""
    path = folder / "history.db"
    database = Database(sqlite_url(path))
    for started_at in cycles_s:
        Writer(database).record_failure(report(started_at=started_at, finished_at=started_at + 1), 30)
    database.close()
    return path


def test_growth_is_what_a_cycle_takes_times_the_cycles_of_a_day_of_the_last_week(tmp_path: Path) -> None:
    slow = [NOW_S - day * DAY_S for day in range(8, 28)]
    fast = [NOW_S - hours * 3600 - 1 for hours in range(7 * 24)]
    path = database_of(tmp_path, *slow, *fast)
    size = path.stat().st_size
    assert read_size(sqlite_url(path), NOW_S) == Size(size, pytest.approx(size / (20 + 7 * 24) * 24))


def test_growth_of_the_first_days_is_by_those_alone(tmp_path: Path) -> None:
    path = database_of(tmp_path, *(NOW_S - hours * 3600 for hours in range(73)))
    assert read_size(sqlite_url(path), NOW_S) == Size(path.stat().st_size, pytest.approx(path.stat().st_size / 3))


def test_growth_is_not_told_before_there_are_days_to_tell_it_by(tmp_path: Path) -> None:
    path = database_of(tmp_path, NOW_S - 1.9 * DAY_S, NOW_S - 5)
    assert read_size(sqlite_url(path), NOW_S) == Size(path.stat().st_size)


def test_without_a_recording_there_is_a_size_alone_or_none(tmp_path: Path) -> None:
    assert read_size(sqlite_url(tmp_path / "none.db"), NOW_S) is None
    assert read_size("nonsense", NOW_S) is None
    (tmp_path / "notes.db").write_bytes(b"not a database, but long enough to be looked at" * 50)
    assert read_size(sqlite_url(tmp_path / "notes.db"), NOW_S) == Size(47 * 50)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE T (x)")
    assert read_size(sqlite_url(tmp_path / "other.db"), NOW_S) == Size((tmp_path / "other.db").stat().st_size)
