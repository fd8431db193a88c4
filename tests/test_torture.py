import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.examine import uncommitted_pages, violations
from benchmarks.torture import Torture
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.simulation.building import Building
from t3monitor.store.database import Database
from t3monitor.store.writing.writer import Writer
from t3monitor.t3000.messages import AnswerDecoder

TUESDAY_NOON_S = 1_761_048_000
PANELS = 2
FIRST_RUN, LAST_RUN = 1, 2
AMID_WRITING = 1  # the seed of a campaign whose first aim that is; `make torture` has all of them


@pytest.fixture(scope="module")
def whole_cycles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of a small building."""
    path = tmp_path_factory.mktemp("whole") / "history.db"
    database = Database(f"sqlite:///{path}")
    writer, decoder, building = Writer(database), AnswerDecoder(), Building(PANELS)
    for now_s in (TUESDAY_NOON_S, TUESDAY_NOON_S + 30):
        snapshot = decoder.decode(building.answer(now_s), now_s)
        with writer.cycle(30) as transaction:
            for device in snapshot.panels:
                transaction.upsert(device, now_s)
                transaction.log(device)
            points = snapshot.point_count
            transaction.record(
                CycleReport(Outcome.OK, None, now_s, now_s, 1.0, {}, devices=PANELS, points=points, samples=points)
            )
    database.close()
    return path


@pytest.fixture
def database(whole_cycles: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    return Path(shutil.copyfile(whole_cycles, tmp_path / "history.db"))


def test_whole_cycles_are_nothing_amiss(database: Path) -> None:
    assert violations(database, {FIRST_RUN, LAST_RUN}) == []


def test_a_file_without_tables_is_nothing_amiss_as_long_as_no_cycle_was_reported(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert violations(path) == []
    assert violations(path, {FIRST_RUN}) == ["run 1 was reported and is not in the ledger"]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            "DELETE FROM TRENDLOG_FRAMES WHERE run_id = 2 AND point_type = 'INPUT'",
            "run 2 claims 2 panels and 512 samples",
        ),
        ("UPDATE TRENDLOG_FRAMES SET vals = replace(vals, ',0]', ',null]')", "run 2 claims 2 panels and 512 samples"),
        ("UPDATE SYNC_RUNS SET devices = 0, samples = 0 WHERE id = 2", "run 2 ended ok and claims no panel"),
        ("DELETE FROM SYNC_RUNS WHERE id = 1", "6 frames belong to run 1, which is not in the ledger"),
        ("DELETE FROM TRENDLOG_LAYOUTS WHERE id = 1", "2 frames belong to layout 1, which there is not"),
        ("DELETE FROM TRENDLOG_LAYOUTS WHERE id = 1", "64 points belong to layout 1, which there is not"),
        ("DELETE FROM TRENDLOG_LAYOUT_POINTS WHERE layout_id = 1", "its layout 1 has 0 points"),
        ("INSERT INTO TRENDLOG_LAYOUTS VALUES (99, 1, 'INPUT', 1, 'x', 1, '')", "no frame belongs to layout 99"),
        ("DELETE FROM DEVICES WHERE panel_id = 2", "the ledger claims up to 2 panels, DEVICES has 1"),
        ("DELETE FROM DEVICES WHERE panel_id = 2", "has VARIABLE points and is not in DEVICES"),
        ("DELETE FROM OUTPUT_POINTS WHERE point_id = 'OUT64'", "has 63 OUTPUT points, not 64"),
        ("DELETE FROM INPUT_POINTS", "has 0 INPUT points, not 64"),
        ("UPDATE INPUT_POINTS SET value = value + 1 WHERE point_id = 'IN1'", "in INPUT_POINTS, its newest sample is"),
        ("DROP TABLE INPUT_POINTS", "the tables INPUT_POINTS are missing"),
    ],
)
def test_what_no_whole_cycle_leaves_behind_is_found(database: Path, damage: str, found: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(damage)
    assert any(found in violation for violation in violations(database))


def test_a_damaged_page_is_found(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(database.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    database.write_bytes(content)
    assert violations(database)


def test_pages_that_were_written_and_not_committed_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA cache_size = 10")
        connection.execute("CREATE TABLE blobs (content)")
        assert uncommitted_pages(path) == 0
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO blobs VALUES (zeroblob(4000))", [()] * 100)
        assert 50 < uncommitted_pages(path) <= 110
        connection.execute("COMMIT")
        assert uncommitted_pages(path) == 0
    assert uncommitted_pages(path) == 0


def test_a_program_killed_in_mid_cycle_leaves_whole_cycles_and_goes_on_from_there(tmp_path: Path) -> None:
    lines: list[str] = []
    outcome = Torture(tmp_path, panels=2, seed=AMID_WRITING, last_cycle=1, say=lines.append).run(kills=1)
    assert outcome.violations == []
    assert outcome.kills == len(lines) == sum(outcome.hits.values()) == 1
