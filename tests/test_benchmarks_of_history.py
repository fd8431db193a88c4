"""The benchmarks of packed history: each of them runs, and finds what is wrong."""

import gc
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import equality, history, kills, migration, upkeep
from benchmarks.migration import Totals
from benchmarks.readings import CACHE_VARIABLE, Readings, restless, simulated

CYCLES = 500  # of which at least 240 are packed


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.setattr(gc, "collect", lambda: 0)  # what all tests before left is much to look at


@pytest.fixture
def building() -> Readings:
    return simulated(1, CYCLES)


def test_packed_history_is_measured_against_both_rivals() -> None:
    building = restless(1, CYCLES)
    rows, notes = history.measure(building, 1, {"hour": 1, "day": 1}, turns=(1, 1))
    assert [row.what for row in rows if row.what] == [
        "bytes a sample, the whole file",
        "  after database compact",
        "1 point × hour, newest",
        "1 point × hour, old",
        "1 point × day, newest",
        "1 point × day, old",
        "8 points × hour, newest",
        "8 points × hour, old",
        "8 points × day, newest",
        "8 points × day, old",
        "samples of a panel, newest",
        "samples of a panel, old",
    ]
    assert f"{CYCLES * building.points:,} samples" in notes[0]


def test_what_was_simulated_once_is_read_from_the_cache(building: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("benchmarks.readings._simulate")
    again = simulated(1, CYCLES)
    for one, other in zip(building.vectors, again.vectors, strict=True):
        assert (one.serial_number, one.point_type) == (other.serial_number, other.point_type)
        assert (one.rows(0, CYCLES) == other.rows(0, CYCLES)).all()


def test_every_point_is_restless_where_that_is_measured() -> None:
    for vector in restless(1, 50).vectors:
        assert len(vector.moving) == len(vector.first)


def test_cycles_wait_for_the_upkeep_and_are_timed(building: Readings) -> None:
    rows, notes = upkeep.measure(building, 240, cycles=2, chance=random.Random(1))
    assert [row.what.strip() for row in rows] == [
        "packing a block, median",
        "99 % of them",
        "wait of a cycle for the upkeep, the longest",
    ]
    assert "cycles waited" in notes[0]


@pytest.fixture(scope="module")
def histories() -> list[equality.History]:
    return list(equality.random_histories(random.Random(5), frames=520, panels=1))


@pytest.fixture(scope="module")
def written(histories: list[equality.History], tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The two files that are compared, by whether they are packed."""
    folder = tmp_path_factory.mktemp("written")
    files = {packs: folder / f"{packs}.db" for packs in (False, True)}
    for packs, file in files.items():
        equality.write(file, histories, packs=packs)
    return files


def test_packed_and_plain_histories_are_equal(histories: list[equality.History], tmp_path: Path) -> None:
    found = equality.compare(histories, tmp_path)
    assert found.differences == []
    assert found.blocks > 3
    assert found.rows > found.frames


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE TRENDLOG_SEGMENTS SET base = base + 1 WHERE width > 0",
        "DELETE FROM TRENDLOG_FRAMES WHERE run_id = 300",
        "INSERT INTO TRENDLOG_FRAMES SELECT serial_number, point_type, logging_time, run_id + 1000000, layout_id, vals,"
        " expected_spacing, sync_interval, seq FROM TRENDLOG_FRAMES WHERE seq IS NULL LIMIT 1",
    ],
)
def test_a_sample_that_packing_changed_is_found(
    histories: list[equality.History],
    written: dict[bool, Path],
    tmp_path: Path,
    damage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def written_with_damage(path: Path, _: list[equality.History], *, packs: bool) -> None:
        shutil.copyfile(written[packs], path)
        if packs:
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute(damage)

    monkeypatch.setattr(equality, "write", written_with_damage)
    assert equality.compare(histories, tmp_path).differences


def test_a_panel_with_other_samples_than_before_its_migration_is_told() -> None:
    table = migration.table({1: Totals(5, 2.5, 2500), 2: Totals(5, 2.5, 2500)}, {1: Totals(5, 2.5, 2500)})
    assert table.splitlines()[1].endswith("same")
    assert table.splitlines()[2].endswith("DIFFERS")


@pytest.fixture
def small_campaigns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kills, "PANELS", 1)
    monkeypatch.setattr(kills, "FRAMES", 500)


def test_packing_that_is_killed_loses_nothing(small_campaigns: None, tmp_path: Path) -> None:
    killed = kills.Packing(tmp_path, random.Random(1), say=lambda _: None).run(kills=1)
    assert (killed.kills, killed.lost, killed.doubled, killed.violations) == (1, 0, 0, [])
    assert killed.rows > 0


@pytest.mark.parametrize(
    ("damage", "lost", "doubled"),
    [
        ("DELETE FROM TRENDLOG_FRAMES WHERE run_id = 5", True, False),
        ("UPDATE TRENDLOG_FRAMES SET run_id = 5000, logging_time = logging_time + 1 WHERE run_id = 5", True, True),
    ],
)
def test_what_a_kill_lost_or_doubled_is_counted(
    small_campaigns: None, tmp_path: Path, damage: str, lost: bool, doubled: bool
) -> None:
    class Damaging(kills.Packing):
        def _kill(self) -> int:
            with closing(sqlite3.connect(self._database)) as connection, connection:
                connection.execute(damage)
            return 0

    killed = Damaging(tmp_path, random.Random(1), say=lambda _: None).run(kills=1)
    assert (killed.lost > 0, killed.doubled > 0) == (lost, doubled)
