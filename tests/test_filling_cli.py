"""``t3monitor import --from-t3000`` against a T3000 on loopback, in real time."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holed_file import SERIAL, HoledFile
from t3monitor.cli import main
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.settings_file import save
from t3monitor.model.point_types import PointType
from t3monitor.store.lock import Holder, Lock
from t3000_log import T3000Log
from t3000_panels import make_panels
from t3000_stand_in import StandIn

HOUR_S = 3600


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(make_panels(1, SERIAL - 1, used=(2, 1, 1))) as stand_in:
        stand_in.t3000.log = T3000Log(zone=UTC)
        yield stand_in


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HoledFile]:
    """T3 Monitor did not run from two hours ago until an hour ago."""
    made = HoledFile(tmp_path / "history.db")
    with closing(made.connection):
        yield made


def leave(file: HoledFile, stand_in: StandIn) -> list[int]:
    now_s = int(time.time())
    file.read(now_s - 2 * HOUR_S, now_s - HOUR_S, now_s - HOUR_S + 30)
    file.event(now_s - 2 * HOUR_S + 1, "quit")
    file.event(now_s - HOUR_S - 1, "started")
    file.run(now_s - HOUR_S + 30, now_s - HOUR_S + 31, "ok")
    file.event(now_s - HOUR_S + 60, "quit")
    times = [now_s - 2 * HOUR_S + 600 * n for n in range(1, 12)]
    stand_in.t3000.log.by_browser(stand_in.t3000.panels[0], [(PointType.INPUT, 1)], times)
    return times


def run(file: HoledFile, stand_in: StandIn, *more: str) -> int:
    return main(["import", "--from-t3000", "--url", stand_in.url, "--database", file.url, *more])


def test_what_t3000_logged_is_stored_once_and_what_goes_on_now_is_left_for_later(
    file: HoledFile, stand_in: StandIn, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    times = leave(file, stand_in)
    assert run(file, stand_in, "--zone", "UTC") == 0
    assert capsys.readouterr().out == "Filled from T3000's own history: 5 samples, 50 minutes of 59 minutes\n"
    rows = file.connection.execute("SELECT logging_time FROM TRENDLOG_DATA WHERE data_source = 7 ORDER BY 1")
    assert [time_s for (time_s,) in rows] == times[:5]
    assert run(file, stand_in, "--zone", "UTC") == 0
    assert capsys.readouterr().out == "Nothing is missing that T3000 could have logged instead\n"
    assert len(stand_in.histories) == 1


def test_a_zone_that_t3000_contradicts_fills_nothing_and_fails(
    file: HoledFile, stand_in: StandIn, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(file, stand_in)
    assert run(file, stand_in, "--zone", "Etc/GMT-3") == 1
    assert "T3000's local time is UTC and that of the zone Etc/GMT-3 is 3 hours ahead of UTC" in capsys.readouterr().out
    assert stand_in.histories == []


def test_beside_a_program_that_records_it_is_refused(
    file: HoledFile, stand_in: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(file, stand_in)
    lock = Lock(tmp_path / "history.db", Holder.of_this_process("t3monitor sync", 1, ""))
    try:
        assert run(file, stand_in) == 5
    finally:
        lock.release()
    assert "t3monitor sync" in capsys.readouterr().err
    assert stand_in.requests == []


@pytest.mark.parametrize("more", [["file.db"], ["--dry-run"]])
def test_files_are_another_way_to_import(
    file: HoledFile, stand_in: StandIn, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, stand_in, *more) == 2
    assert "neither files nor --dry-run" in capsys.readouterr().err


def test_another_way_to_t3000_tells_no_history(
    file: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path))
    save(user_paths().settings_file, Settings(link=LinkName.REPLAY, replay=str(tmp_path)))
    assert main(["import", "--from-t3000", "--database", file.url]) == 1
    assert "Only T3000's web service tells what it logged" in capsys.readouterr().err


def test_an_import_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import"]) == 2
    assert "name files or a folder, or --from-t3000" in capsys.readouterr().err


def test_the_times_of_a_log_are_those_of_its_zone() -> None:
    assert T3000Log(zone=UTC).local(datetime(2026, 11, 27, 6, tzinfo=UTC).timestamp()) == "2026-11-27 06:00:00"
