"""The disk that fills: samples stop before it is full, present state and ledger go on, and samples are resumed."""

import logging
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from answers import real_answer, real_panel, real_point
from clock import FakeClock
from cycles import STEP_S, Cycles
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.store.keepers import Keepers
from t3monitor.store.reading import reading
from t3monitor.store.upkeep import disk
from t3monitor.store.upkeep.disk import NO_SAMPLES, DiskGuard, room_of
from t3monitor.store.writing.late import UnstoredCycle, late_file
from values import NOW_S, device, report

MB = 1_000_000
Usage = namedtuple("Usage", "total used free")


class Disk:
    """A disk of which a test says how much is free, in MB."""

    def __init__(self, total: float) -> None:
        self.total = total
        self.free = total

    def usage(self, _: Path) -> Usage:
        return Usage(int(self.total * MB), 0, int(self.free * MB))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(100_000)
    monkeypatch.setattr(shutil, "disk_usage", made.usage)
    return made


def answer(value: float) -> bytes:
    """T3000's answer at the time that it is asked for."""
    number = round(value * 10)
    point = real_point(number=1, value=number * 100)
    return real_answer(real_panel(points=[point], input_logging_time=NOW_S + number * STEP_S))


@pytest.mark.parametrize(
    ("total", "reserve", "warning"), [(100_000, 128, 1000), (4000, 128, 400), (1000, 50, 100), (20, 1, 2)]
)
def test_of_a_small_disk_a_share_is_kept_free_of_a_large_one_what_the_wal_takes(
    total: int, reserve: int, warning: int, large: Disk, tmp_path: Path
) -> None:
    large.total = total
    for free, is_low in ((warning, False), (warning - 0.1, True)):
        large.free = free
        room = room_of(tmp_path / "history.db")
        assert room == (round(free * MB), reserve * MB, is_low)


def test_a_disk_that_cannot_be_asked_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_: Path) -> Usage:
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert DiskGuard(tmp_path / "history.db").has_room(lambda: 0)


def test_a_disk_that_fills_is_warned_of_then_samples_stop_and_begin_again_a_bit_above(
    large: Disk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, disk.__name__)
    guard = DiskGuard(tmp_path / "history.db")
    said = []
    for free in (5000, 900, 800, 127, 100, 150, 191, 193, 500, 5000, 900):
        large.free = free
        had_room = guard.has_room(lambda: 0)
        said.append((free, had_room, [record.levelname for record in caplog.records]))
        caplog.clear()
    assert said == [
        (5000, True, []),
        (900, True, ["WARNING"]),
        (800, True, []),
        (127, False, ["ERROR"]),
        (100, False, []),
        (150, False, []),
        (191, False, []),
        (193, True, ["INFO"]),
        (500, True, []),
        (5000, True, []),
        (900, True, ["WARNING"]),
    ]


def test_what_is_free_in_the_file_is_room_for_samples(large: Disk, tmp_path: Path) -> None:
    large.free = 100
    assert DiskGuard(tmp_path / "history.db").has_room(lambda: 28 * MB)
    assert not DiskGuard(tmp_path / "history.db").has_room(lambda: 27 * MB)


def test_without_room_samples_are_not_stored_state_and_ledger_go_on_and_the_hole_has_its_cause(
    large: Disk, tmp_path: Path
) -> None:
    cycles = Cycles(tmp_path)

    def fill(free: float, value: float) -> Any:
        def step() -> bytes:
            large.free = free
            return answer(value)

        return step

    reports = cycles.run(
        *(fill(5000, value / 10) for value in range(3)),
        *(fill(50, value / 10) for value in range(3, 9)),
        *(fill(5000, value / 10) for value in range(9, 12)),
    )
    outcomes = [(report.outcome, report.samples) for report in reports]
    assert outcomes == [(Outcome.OK, 1)] * 3 + [(Outcome.DATABASE, 0)] * 6 + [(Outcome.OK, 1)] * 3
    assert reports[3].reason == NO_SAMPLES
    assert [round(10 * value) for _, value in cycles.samples] == [0, 1, 2, 9, 10, 11]
    assert cycles.rows("SELECT outcome, count(*) FROM SYNC_RUNS GROUP BY outcome") == [("database", 6), ("ok", 6)]
    assert cycles.rows('SELECT "class", cause, reason, cycles FROM COVERAGE') == [
        ("database", "database", NO_SAMPLES, 6)
    ]


def test_without_room_the_present_state_goes_on(large: Disk, tmp_path: Path) -> None:
    large.free = 50
    cycles = Cycles(tmp_path)
    cycles.run(answer(2.5))
    assert cycles.rows("SELECT value FROM INPUT_POINTS") == [(2.5,)]
    assert cycles.rows("SELECT * FROM TRENDLOG_FRAMES") == []


def test_what_waits_to_be_stored_waits_until_there_is_room(large: Disk, tmp_path: Path) -> None:
    keepers = Keepers(FakeClock(NOW_S))
    keeper = keepers.take(sqlite_url(tmp_path / "history.db"))
    keeper.database()
    panel = device()
    keeper.keep(UnstoredCycle(report(Outcome.DATABASE, "The database is locked"), 30, [(panel, panel)]))
    stored = []
    for large.free in (50, 5000):
        keeper.run(lambda _: None)
        with reading(keeper.url) as connection:
            stored.append(connection.exec_driver_sql("SELECT count(*) FROM TRENDLOG_FRAMES").scalar_one())
    keepers.give_back(keeper)
    assert stored == [0, 3]


def test_what_still_waits_for_room_at_the_end_is_stored_by_the_next_start(large: Disk, tmp_path: Path) -> None:
    file, row = tmp_path / "history.db", report()
    url = sqlite_url(file)
    for free in (5000, 50, 5000):
        large.free = free
        keepers = Keepers(FakeClock(NOW_S))
        keeper = keepers.take(url)
        keeper.run(lambda store: store)
        if free == 50:
            keeper.keep(UnstoredCycle(row, 30, [(device(), device())]))
        keepers.give_back(keeper)
        assert late_file(file).exists() == (free == 50)
    with reading(url) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM TRENDLOG_DATA").scalar_one() == device().point_count
