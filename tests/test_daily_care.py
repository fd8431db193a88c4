"""What the program does to its database once a day by itself: a backup, or a look at all pages."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from clock import FakeClock
from packed import fill
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import DatabaseDamagedError, DatabaseError
from t3monitor.store import keeper as keeper_module
from t3monitor.store.database import Database
from t3monitor.store.keepers import Keepers
from t3monitor.store.upkeep.backups import Care, backups_of, last_care, make_backup, newest_backup
from t3monitor.store.upkeep.checking import check
from t3monitor.store.upkeep.daily_care import DailyCare
from t3monitor.store.upkeep.slices import UpkeepContext
from t3monitor.store.work import CancelledWorkError, LongWork
from values import NOW_S

DAY_S = 86_400
SAMPLES = "SELECT count(*), sum(value) FROM TRENDLOG_DATA"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    database = Database(sqlite_url(file), lambda: False)
    fill(database)
    yield database
    database.close()


class Days:
    """Upkeep of a program that runs for days."""

    def __init__(self, database: Database, **settings: object) -> None:
        self.clock = FakeClock(NOW_S)
        self.settings = msgspec.structs.replace(Settings(link=LinkName.WEBAPI), **settings)
        self.database = database
        self.care = DailyCare(UpkeepContext(self.clock, lambda: self.settings))
        self.wait_s = self.care.work(database)

    def pass_by(self) -> float:
        """The time passes after which it wants to work, and it does; when it wants to again."""
        self.clock.now_s += self.wait_s
        self.wait_s = self.care.work(self.database)
        while self.care._thread:
            self.care._thread.join()
            self.wait_s = self.care.work(self.database)
        return self.wait_s

    @property
    def now_s(self) -> float:
        return self.clock.utc_s()

    @property
    def names(self) -> list[str]:
        return [backup.name for backup in backups_of(self.database.path, self.settings, self.now_s)]


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def test_a_backup_is_made_once_a_day_and_the_newest_three_are_kept(database: Database, file: Path) -> None:
    days = Days(database)
    assert days.wait_s == 300, "not while the program starts"
    for day in range(5):
        assert days.pass_by() == DAY_S
        assert len(days.names) == min(day + 1, 3)
        assert rows(file.with_name(days.names[-1]), SAMPLES) == rows(file, SAMPLES)
        fill(database, serial=day + 1)
    assert check(sqlite_url(file.with_name(days.names[-1])), LongWork()).findings == ()
    care = last_care(database.url)
    assert care.checked_s == care.backed_up_s == NOW_S + days.clock.now_s
    assert care.backup == str(file.with_name(days.names[-1]))


def test_a_program_that_starts_often_makes_one_backup_a_day(database: Database) -> None:
    Days(database).pass_by()
    again = Days(database)
    again.clock.utc_offset_s += 7200
    again.pass_by()
    assert again.wait_s == DAY_S - 7200
    assert len(again.names) == 1
    again.pass_by()
    assert len(again.names) == 2


def test_a_clock_that_was_set_back_does_not_put_it_off_for_years(database: Database) -> None:
    Days(database).pass_by()
    days = Days(database)
    days.clock.utc_offset_s -= 1000 * DAY_S
    days.pass_by()
    assert len(days.names) == 2


@pytest.mark.parametrize("settings", [{"backups": 0}, {"link": LinkName.DEMO}, {"link": LinkName.REPLAY}])
def test_without_backups_all_pages_are_looked_at(database: Database, settings: dict[str, object]) -> None:
    days = Days(database, **settings)
    assert days.pass_by() == DAY_S
    assert days.names == []
    assert last_care(database.url) == Care(checked_s=NOW_S + 300)


def test_backups_go_into_the_folder_of_the_settings(database: Database, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    days = Days(database, backup_folder=str(elsewhere), backups=1)
    days.pass_by()
    assert not elsewhere.exists(), "its share may not be connected"
    elsewhere.mkdir()
    days.pass_by()
    days.pass_by()
    (backup,) = elsewhere.iterdir()
    assert backup.name == days.names[0]


def test_databases_of_one_name_may_have_their_backups_in_one_folder(database: Database, tmp_path: Path) -> None:
    other = Database(sqlite_url(tmp_path / "other" / database.path.name), lambda: False)
    settings = {"backup_folder": str(tmp_path), "backups": 1}
    first, second = Days(database, **settings), Days(other, **settings)
    first.pass_by()
    second.pass_by()
    ((backup,), (others,)) = first.names, second.names
    assert backup != others
    assert newest_backup(database.path, first.settings, first.now_s) == tmp_path / backup
    other.close()


def test_as_many_backups_as_are_wanted_come_together(database: Database) -> None:
    days = Days(database, backups=6)
    for number in range(8):
        days.pass_by()
        assert len(days.names) == min(number + 1, 6)


def test_the_newest_backup_is_kept_whatever_its_time_says(database: Database) -> None:
    days = Days(database, backups=2)
    for step_s in (0, 0, -1000 * DAY_S):
        days.clock.utc_offset_s += step_s
        days.pass_by()
    assert len(days.names) == 2
    assert min(days.names) == time.strftime("history.backup-%Y-%m-%d-%H%M%S.db", time.localtime(days.clock.utc_s()))


def test_a_backup_of_a_time_to_come_is_not_the_newest_and_goes_first(database: Database) -> None:
    days = Days(database, backups=2)
    for step_s in (1000 * DAY_S, -1000 * DAY_S, 0):
        days.clock.utc_offset_s += step_s
        days.pass_by()
        newest = newest_backup(database.path, days.settings, days.now_s)
        assert newest == database.path.with_name(
            time.strftime("history.backup-%Y-%m-%d-%H%M%S.db", time.localtime(days.now_s))
        )
    assert max(days.names) == days.names[-1] == newest.name


def test_a_clock_that_was_wrong_once_makes_no_more_than_one_backup_a_day_afterwards(database: Database) -> None:
    days = Days(database, backups=9)
    days.clock.utc_offset_s += 1000 * DAY_S
    days.pass_by()
    for later_s in (0, 3600, 7200):  # starts of the program, on one day
        again = Days(database, backups=9)
        again.clock.utc_offset_s += later_s
        again.pass_by()
    assert len(again.names) == 2


def test_files_of_similar_names_are_no_backups_and_stay(database: Database, file: Path) -> None:
    others = [
        "history.backup-old.db",
        "history2.backup-2020-01-01-000000.db",
        "history.backup-2020-01-01-000000.db.txt",
    ]
    for name in others:
        file.with_name(name).write_text("mine")
    days = Days(database, backups=1)
    days.pass_by()
    days.pass_by()
    assert len(days.names) == 1
    assert all(file.with_name(name).read_text() == "mine" for name in others)


def test_a_disk_that_would_be_nearly_full_gets_no_backup_and_that_is_said_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    days = Days(database)
    days.pass_by()
    kept = days.names
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_100_000, total=10**10))
    days.clock.now_s += DAY_S
    for _ in range(3):
        days.wait_s = DAY_S
        assert days.pass_by() == 3600, "it is tried again"
    assert days.names == kept
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 1
    assert "would nearly fill the disk; free some space, or choose another folder" in said[0]
    care = last_care(database.url)
    assert care.checked_s is not None
    assert care.backed_up_s is not None
    assert care.checked_s > care.backed_up_s, "it was looked at all the same"


def test_old_backups_go_only_when_the_new_one_is_good(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(database, backups=1)
    days.pass_by()
    kept = days.names
    monkeypatch.setattr("t3monitor.store.upkeep.backup.damage", lambda *_, **__: ["row 3 missing"])
    days.pass_by()
    assert days.names == kept
    assert rows(file.with_name(kept[0]), SAMPLES) == rows(file, SAMPLES)


def test_it_ends_at_once_when_the_database_is_closed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    ended: list[type[BaseException]] = []

    def endless(_url: str, work: LongWork) -> None:
        began.set()
        try:
            work.rest(1000)
        except CancelledWorkError as error:
            ended.append(type(error))
            raise

    monkeypatch.setattr("t3monitor.store.upkeep.daily_care.must_be_whole", endless)
    days = Days(database, backups=0)
    days.clock.now_s += 300
    assert days.care.work(database) == 1.0
    began.wait()
    database.close()
    assert ended == [CancelledWorkError]


def test_damage_that_it_finds_is_the_keepers(database: Database, file: Path) -> None:
    days = Days(database)
    database.copy_wal()
    (root,) = rows(file, "SELECT rootpage FROM sqlite_master WHERE name = 'TRENDLOGS'")[0]
    content = bytearray(file.read_bytes())
    content[(int(str(root)) - 1) * 4096] ^= 0xFF
    with file.open("r+b") as opened:  # in its place, as a disk does it
        opened.write(content)
    days.clock.now_s += 300
    with pytest.raises(DatabaseDamagedError):
        days.pass_by()
    assert days.names == []


def test_a_damaged_database_that_nobody_writes_to_is_rescued_all_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[bool] = []

    class Meets:
        def __init__(self, _context: UpkeepContext) -> None:
            pass

        def work(self, database: Database) -> float:
            if met:
                return 1000.0
            met.append(True)
            (root,) = rows(database.path, "SELECT rootpage FROM sqlite_master WHERE name = 'TRENDLOGS'")[0]
            with database.path.open("r+b") as opened:
                opened.seek((int(str(root)) - 1) * 4096)
                opened.write(b"\x55" * 4096)
            raise DatabaseDamagedError("found")

    monkeypatch.setattr(keeper_module, "_UPKEEP", (Meets,))
    Database(sqlite_url(file)).close()
    keepers = Keepers(FakeClock(NOW_S))
    keeper = keepers.take(sqlite_url(file))
    keeper.database()
    while not met:
        keeper.run(lambda _: None)
    assert keeper.run(lambda store: store.salvaged)
    keepers.give_back(keeper)
    assert len(list(file.parent.glob("*.damaged-1"))) == 1


def test_what_the_doctor_says_of_it(database: Database, file: Path) -> None:
    assert last_care(database.url).sentence() == "not looked at yet; no backup yet"
    copy = make_backup(database.url, Settings(), NOW_S, LongWork())
    care = Care(NOW_S, NOW_S, str(copy), NOW_S, "It was damaged")
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(NOW_S))
    assert care.sentence().startswith(f"last looked at {when}, good; last backup {when}: {copy}; {when}: ")
    assert care.sentence().endswith("It was damaged")
    copy.unlink()
    assert ", which is not there any more" in care.sentence()


def test_a_file_of_an_older_schema_tells_of_no_care(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE SYNC_RUNS (id)")
    assert last_care(sqlite_url(file)) == Care()
    with pytest.raises(DatabaseError):
        make_backup(sqlite_url(file.with_name("none.db")), Settings(), NOW_S, LongWork())
