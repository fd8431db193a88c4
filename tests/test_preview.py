"""What retention would do is said before it does, and is near to what it does then."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from six_points import POINTS, History, regular
from t3monitor.cli import main
from t3monitor.commands import database as command
from t3monitor.commands import exit_codes
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.database import Database
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.upkeep import preview as preview_module
from t3monitor.store.upkeep.disk import Room
from t3monitor.store.upkeep.preview import Preview, preview
from t3monitor.store.upkeep.retention import retained
from t3monitor.store.upkeep.retention_text import preview_lines
from t3monitor.store.work import LongWork

DAY_S = 86_400
BEGIN_S = int(datetime(2026, 1, 10).timestamp())
NOW_S = BEGIN_S + 20 * DAY_S + 60


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days every ten minutes, some of it packed."""
    history = History(tmp_path_factory.mktemp("preview") / "history.db")
    history.store(regular(BEGIN_S, 20 * 144))
    history.pack(10)
    history.database.close()
    return history.file


@pytest.fixture
def history(tmp_path: Path, file: Path) -> Iterator[History]:
    """A copy of it."""
    history = History(shutil.copyfile(file, tmp_path / "history.db"))
    yield history
    history.database.close()


def look(history: History, now_s: float = NOW_S, **settings: object) -> Preview:
    return preview(history.url, Settings().with_values(**settings), now_s)


def test_without_rules_nothing_goes_and_growth_is_told(history: History) -> None:
    found = look(history)
    assert found.whole.samples == 20 * 144 * len(POINTS)
    assert (found.whole.samples_going, found.whole.bytes_going, found.days_until_limit) == (0, 0, None)
    assert found.oldest_s == BEGIN_S
    used = (history.rows("PRAGMA page_count")[0][0] - history.rows("PRAGMA freelist_count")[0][0]) * 4096
    assert found.file_bytes == found.bytes_later == used


def test_what_is_said_to_go_goes_and_the_size_afterwards_is_near(history: History) -> None:
    before = look(history, keep_samples_days=5)
    gone = history.retain(NOW_S, keep_samples_days=5)
    assert gone == before.whole.readings_going > 0
    after = look(history, keep_samples_days=5)
    assert after.whole.samples == before.whole.samples - before.whole.samples_going
    assert after.whole.samples_going == 0
    assert after.file_bytes == pytest.approx(before.bytes_later, rel=0.15)


def test_exceptions_are_told_apart(history: History) -> None:
    exceptions = [{"serial_number": 9, "samples_days": 1}, {"point_type": "INPUT", "samples_days": 17}]
    found = look(history, keep_samples_days=5, keep_exceptions=exceptions)
    general, panel, inputs = found.rules
    assert [(serial, kind) for serial, kind, _ in found.rules] == [(None, None), (9, None), (None, "INPUT")]
    assert general[2].samples == panel[2].samples == 0
    assert 0 < inputs[2].samples_going < inputs[2].samples


def test_how_long_until_the_limit_and_until_the_disk_is_full(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    growth = look(history).whole.bytes_a_day
    assert growth > 0
    monkeypatch.setattr(
        preview_module, "room_of", lambda _: Room(int(1_000_000 + 50 * growth), 1_000_000, is_low=False)
    )
    assert look(history).days_until_full == pytest.approx(50, rel=0.01)
    limited = look(history, keep_samples_days=30)
    assert limited.days_until_limit == pytest.approx(10, abs=0.1)
    assert limited.days_until_full is None
    assert limited.full_size_bytes == pytest.approx(limited.file_bytes + 10 * growth, rel=0.2)
    assert look(history, keep_samples_days=300).days_until_full == pytest.approx(50, rel=0.01)


def test_an_age_that_is_reached_within_a_day_is_not_called_reached(history: History) -> None:
    now_s = NOW_S - DAY_S / 2
    assert " samples go is reached in 12 hours; " in preview_lines(look(history, now_s, keep_samples_days=20))[-2]
    assert " samples go is reached; " in preview_lines(look(history, keep_samples_days=10))[-2]


def test_where_nothing_was_recorded_lately_nothing_grows(history: History) -> None:
    found = look(history, NOW_S + 30 * DAY_S)
    assert found.whole.bytes_a_day == 0
    assert found.days_until_full is None


def test_a_file_that_is_not_there_has_nothing_that_goes(tmp_path: Path) -> None:
    found = preview(sqlite_url(tmp_path / "none.db"), Settings(keep_samples_days=1), NOW_S)
    assert preview_lines(found) == ["There is no history yet, in 0.0 MB"]


def test_of_a_file_of_an_older_version_nothing_is_said(history: History) -> None:
    with history.database.writing() as cursor:
        cursor.execute("DROP TABLE TRENDLOG_DAYS")
    with pytest.raises(DatabaseUnusableError, match="is of an older version"):
        look(history)


# The command


@pytest.mark.usefixtures("own_home")
class TestCommand:
    def run(self, history: History, *options: str) -> int:
        return main(["database", "retain", "--database", history.url, *options])

    def frames(self, history: History) -> int:
        return int(history.rows("SELECT count(*) FROM TRENDLOG_FRAMES")[0][0])

    def test_a_dry_run_says_what_would_go_and_deletes_nothing(
        self, history: History, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(history, "--older-than", "5", "--dry-run") == exit_codes.GOOD
        assert "Goes: 17,280 of 17,280 samples" in capsys.readouterr().out
        assert self.frames(history) == 20 * 144

    def test_what_is_older_goes_and_daily_values_stay(
        self, history: History, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(history, "--older-than", "5") == exit_codes.GOOD
        assert "Deleted: 2,880 readings" in capsys.readouterr().out
        assert self.frames(history) == 0
        assert len(history.days(1)) == 20

    def test_what_is_cancelled_says_how_much_is_deleted(
        self, history: History, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cancelled(database: Database, settings: Settings, now_s: float) -> Iterator[int]:
            for readings in retained(database, settings, now_s):
                if readings:
                    os.kill(os.getpid(), signal.SIGINT)
                while readings and not works[0].is_cancelled:
                    time.sleep(0)
                yield readings

        works: list[LongWork] = []
        init = LongWork.__init__
        monkeypatch.setattr(LongWork, "__init__", lambda work: (init(work), works.append(work))[0])
        monkeypatch.setattr(command, "retained", cancelled)
        assert self.run(history, "--older-than", "5") == exit_codes.INTERRUPTED
        assert "cancelled, and 240 readings of panels' types are deleted" in capsys.readouterr().err
        assert self.frames(history) == 20 * 144 - 240

    def test_without_a_rule_nothing_goes(self, history: History, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(history) == exit_codes.GOOD
        assert "Goes: nothing now" in capsys.readouterr().out
        assert self.frames(history) == 20 * 144

    def test_an_age_that_is_none_is_wrong_usage(self, history: History, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(history, "--older-than", "-3") == exit_codes.USAGE
        assert "keep_samples_days cannot be -3" in capsys.readouterr().err

    def test_beside_a_recorder_it_is_refused_with_its_name(
        self, history: History, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lock = Lock(history.file, Holder.of_this_process("t3monitor sync", 1, ""))
        try:
            assert self.run(history, "--older-than", "5") == 5
            assert self.run(history, "--older-than", "5", "--dry-run") == exit_codes.GOOD
        finally:
            lock.release()
        assert "is in use by t3monitor sync" in capsys.readouterr().err
        assert self.frames(history) == 20 * 144
