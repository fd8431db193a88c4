"""Damaged databases: what can be read of them is carried into a new one, and nothing that was not read is in that."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from packed import BLOCK, KIND, POINTS, SERIAL, fill, time_of, value
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.baselines import BaselineEdit, Frozen
from t3monitor.store.baselines import keep
from t3monitor.store.database import Database
from t3monitor.store.files import put_in_place
from t3monitor.store.upkeep.backup import back_up
from t3monitor.store.upkeep.checking import check
from t3monitor.store.upkeep.compact import compact
from t3monitor.store.upkeep.mending import LostValues, mend
from t3monitor.store.upkeep.salvage import Salvaged, _fill, salvage
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, report

PAGE = 4096
BLOCKS, HOT = 34, 130
READINGS = BLOCKS * BLOCK + HOT
SAMPLES = """SELECT point_index - 1, logging_time, value FROM TRENDLOG_DATA
    WHERE serial_number = ? AND point_type = ?"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with enough in it that its trees have branches."""
    path = tmp_path_factory.mktemp("whole") / "history.db"
    database = Database(sqlite_url(path))
    fill(database, BLOCKS, HOT)
    fill(database, 1, HOT, serial=SERIAL + 1)
    frozen = Frozen(NOW_S, (device(),), frozenset())
    with database.writing() as cursor:
        keep(cursor, BaselineEdit("freeze", "Commissioning"), frozen)
    database.close()
    return path


@pytest.fixture(autouse=True)
def fewer_ranges_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a small file there is nothing more to find in the 500 that are tried in a large one."""
    monkeypatch.setattr("t3monitor.store.upkeep.carrying._MOST_BARREN", 20)


@pytest.fixture
def file(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    path = tmp_path / "history.db"
    path.write_bytes(whole.read_bytes())
    return path


def rows(file: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql, values).fetchall()


def pages_of(file: Path, name: str, *, leaves: bool = True) -> list[int]:
    """The pages of a table or index, in order of its key: the branches, or the leaves."""
    (root,) = rows(file, "SELECT rootpage FROM sqlite_master WHERE name = ?", name) or [(1,)]
    content = file.read_bytes()

    def below(page: int) -> list[int]:
        header = (page - 1) * PAGE + (100 if page == 1 else 0)
        if content[header] in (0x0A, 0x0D):
            return [page] if leaves else []
        count = int.from_bytes(content[header + 3 : header + 5], "big")
        cells = [
            (page - 1) * PAGE + int.from_bytes(content[header + 12 + 2 * n : header + 14 + 2 * n], "big")
            for n in range(count)
        ]
        pages = [int.from_bytes(content[cell : cell + 4], "big") for cell in cells]
        pages.append(int.from_bytes(content[header + 8 : header + 12], "big"))
        found = [leaf for child in pages for leaf in below(child)]
        return found if leaves else [page, *found]

    return below(int(str(root[0])))


def overwrite(file: Path, page: int, content: bytes = b"\x55" * PAGE, offset: int = 0) -> None:
    with file.open("r+b") as opened:
        opened.seek((page - 1) * PAGE + offset)
        opened.write(content)


def salvaged(file: Path, backup: Path | None = None) -> tuple[Path, Salvaged]:
    """The new one, which is whole, and what came of it; in it is nothing that was not in the old one."""
    new, before = file.with_name("new.db"), file.read_bytes()
    result = salvage(file, new, backup, LongWork())
    assert file.read_bytes() == before
    health = check(sqlite_url(new), LongWork())
    assert health.findings == ()
    for serial, packed in ((SERIAL, BLOCKS), (SERIAL + 1, 1)):
        stored = {time_of(seq): seq for seq in range(packed * BLOCK + HOT)}
        read = rows(new, SAMPLES, serial, KIND)
        assert len({(position, time_s) for position, time_s, _ in read}) == len(read), "none is doubled"
        for position, time_s, found in read:
            assert found == value(stored[int(str(time_s))], int(str(position)))
    return new, result


def readings(file: Path, serial: int = SERIAL) -> int:
    return int(str(rows(file, "SELECT count(*) FROM TRENDLOG_FRAMES WHERE serial_number = ?", serial)[0][0]))


def samples(file: Path, serial: int = SERIAL) -> int:
    return len(rows(file, SAMPLES, serial, KIND))


def test_of_a_whole_file_everything_is_carried(file: Path) -> None:
    new, result = salvaged(file)
    assert (result.lost, result.from_backup) == ((), 0)
    history = "TRENDLOG_FRAMES", "TRENDLOG_BLOCKS", "TRENDLOG_SEGMENTS", "SYNC_RUNS", "TRENDLOG_LAYOUT_POINTS"
    for table in (*history, "BASELINES", "BASELINE_PANELS", "BASELINE_POINTS"):
        everything = f"SELECT * FROM {table} ORDER BY 1, 2, 3"
        assert rows(new, everything) == rows(file, everything)
        assert result.rows[table] == len(rows(file, everything)) > 0


def test_points_of_a_lost_layout_are_the_present_ones_where_its_fingerprint_says_so(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    database = Database(sqlite_url(file))
    writer, panel = Writer(database), device()
    with writer.cycle(30) as transaction:
        transaction.upsert(panel, NOW_S)
        transaction.log(panel)
        transaction.record(report())
    database.close()
    everything = "SELECT point_type, point_id, units, value FROM TRENDLOG_DATA ORDER BY 1, 2"
    before = rows(file, everything)
    overwrite(file, pages_of(file, "TRENDLOG_LAYOUT_POINTS")[0])
    new = tmp_path / "new.db"
    salvage(file, new, None, LongWork())
    assert rows(new, everything) == before
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE INPUT_POINTS SET label = 'Another one' WHERE point_index = 1")
    salvage(file, new, None, LongWork())
    assert {kind for kind, *_ in rows(new, everything)} == {"OUTPUT", "VARIABLE"}, "nobody knows what they were"


@pytest.mark.parametrize("index", ["TRENDLOG_FRAMES_HOT", "SYNC_RUNS_STARTED_AT", "TRENDLOG_BLOCKS_LAST_TIME"])
def test_a_damaged_index_costs_nothing(file: Path, index: str) -> None:
    overwrite(file, pages_of(file, index)[0])
    new, result = salvaged(file)
    assert result.lost == ()
    assert (readings(new), samples(new)) == (READINGS, samples(file))


def test_readings_of_a_lost_page_are_told_by_their_block_if_they_are_packed(file: Path) -> None:
    overwrite(file, pages_of(file, "TRENDLOG_FRAMES")[2])
    new, result = salvaged(file)
    assert result.lost == ()
    assert (readings(new), samples(new)) == (READINGS, samples_of_whole())


def samples_of_whole() -> int:
    return sum(value(seq, position) is not None for seq in range(READINGS) for position in range(POINTS))


def test_blocks_of_a_lost_page_are_made_anew_of_their_readings(file: Path) -> None:
    overwrite(file, pages_of(file, "TRENDLOG_BLOCKS")[0])
    new, result = salvaged(file)
    assert result.lost == ()
    assert (readings(new), samples(new)) == (READINGS, samples_of_whole())


def test_values_of_a_lost_page_are_missing_and_no_others_stand_there(file: Path) -> None:
    overwrite(file, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    new, result = salvaged(file)
    assert "samples of INPUT of 237219 between 2025-" in result.lost[0]
    assert samples_of_whole() / 4 < samples(new) < samples_of_whole()
    assert readings(new) == READINGS


def test_where_a_segment_may_be_lost_no_constant_of_before_holds_on(file: Path) -> None:
    """The last point is constant: nothing but the range that was lost tells that it may not have been."""
    target = Database(sqlite_url(file))
    unknown = mend(target, {(SERIAL, KIND): [LostValues(POINTS - 1, BLOCK + 1, 3 * BLOCK)]}, LongWork())
    target.close()
    begin, end = time_of(2 * BLOCK), time_of(BLOCKS * BLOCK)
    of_the_point = f"{SAMPLES} AND point_index = {POINTS} AND logging_time BETWEEN ? AND ?"
    assert rows(file, of_the_point, SERIAL, KIND, begin, end - 1) == []
    assert len(rows(file, of_the_point, SERIAL, KIND, 0, begin - 1)) == 2 * BLOCK
    assert [part.samples for part in unknown] == [BLOCK, BLOCK]
    assert check(sqlite_url(file), LongWork(), full=True).findings == ()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE TRENDLOG_FRAMES SET logging_time = logging_time + 1 WHERE seq = 45",
        "UPDATE TRENDLOG_FRAMES SET expected_spacing = 31 WHERE seq = 45",
        "UPDATE TRENDLOG_BLOCKS SET base = base + 1 WHERE first_seq = 40",
        "UPDATE TRENDLOG_BLOCKS SET count = 1 << 40 WHERE first_seq = 40",
        "UPDATE TRENDLOG_BLOCKS SET width = 8, times = x'00' WHERE first_seq = 40",
    ],
)
def test_where_a_block_and_its_readings_tell_different_times_most_are_right(file: Path, harm: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(harm)
    new, result = salvaged(file)
    assert result.lost == ()
    assert (readings(new), samples(new)) == (READINGS, samples_of_whole())


def test_hot_readings_of_a_lost_page_are_lost_and_their_time_is_said(file: Path) -> None:
    pages, content = pages_of(file, "TRENDLOG_FRAMES"), file.read_bytes()
    hot = [page for page in pages if content[(page - 1) * PAGE : page * PAGE].count(b", 21.5]") > 10]
    overwrite(file, hot[1])
    new, result = salvaged(file)
    (lost,) = result.lost
    assert lost.startswith("readings of INPUT of 237219 from 20")
    assert READINGS - HOT < readings(new) < READINGS
    assert readings(new, SERIAL + 1) == BLOCK + HOT


def test_a_row_whose_key_is_garbage_is_not_carried(file: Path) -> None:
    """SQLite looks for the begin of a range, and then only for its end: what is before the begin it gives as well."""
    hot = time_of(READINGS - HOT // 2).to_bytes(4, "big")
    content = file.read_bytes()
    (page,) = (page for page in pages_of(file, "TRENDLOG_FRAMES") if hot in content[(page - 1) * PAGE : page * PAGE])
    overwrite(file, page, b"\x80", offset=content[(page - 1) * PAGE : page * PAGE].index(hot))
    new, _ = salvaged(file)
    assert rows(new, "SELECT count(*) FROM TRENDLOG_FRAMES WHERE logging_time < 0") == [(0,)]
    assert readings(new) >= READINGS - 1


def test_readings_between_two_lost_pages_are_carried(file: Path) -> None:
    pages = pages_of(file, "SYNC_RUNS")
    assert len(pages) > 7
    for page in (pages[1], pages[5]):
        overwrite(file, page)
    _, result = salvaged(file)
    per_page = 2 * (READINGS + BLOCK + HOT) / len(pages)
    assert result.rows["SYNC_RUNS"] > READINGS + BLOCK + HOT - 2 * per_page
    assert result.lost == ("rows of SYNC_RUNS are lost",)


@pytest.mark.parametrize("byte", [0x00, 0xFF])
@pytest.mark.parametrize("table", ["TRENDLOG_FRAMES", "TRENDLOG_SEGMENTS", "TRENDLOG_LAYOUTS"])
def test_a_page_overwritten_in_its_middle_makes_up_nothing(file: Path, table: str, byte: int) -> None:
    pages = pages_of(file, table)
    overwrite(file, pages[len(pages) // 2], bytes([byte]) * 600, offset=3000)
    salvaged(file)


def test_a_tree_that_grows_out_of_itself_is_not_read_for_ever(file: Path) -> None:
    (root,) = pages_of(file, "SYNC_RUNS", leaves=False)
    cells = (root - 1) * PAGE + 12
    content = file.read_bytes()
    second = (root - 1) * PAGE + int.from_bytes(content[cells + 2 : cells + 4], "big")
    overwrite(file, 1, root.to_bytes(4, "big"), offset=second)
    _, result = salvaged(file)
    assert result.lost == ("rows of SYNC_RUNS are lost",)
    assert result.rows["SYNC_RUNS"] > (READINGS + BLOCK + HOT) / 2


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_of_a_file_cut_short_its_begin_is_carried(file: Path, part: float) -> None:
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * part) // 100 * 100)
    _, result = salvaged(file)
    assert result.lost
    assert sum(result.rows.values()) > 0


def compacted(file: Path) -> None:
    database = Database(sqlite_url(file))
    compact(database, LongWork())
    database.close()


@pytest.mark.parametrize("is_compact", [False, True])
@pytest.mark.parametrize("part", ["header", "first page", "description of tables"])
def test_where_the_tables_are_is_known_without_their_description(file: Path, part: str, is_compact: bool) -> None:
    if is_compact:
        compacted(file)
    if part == "description of tables":
        overwrite(file, pages_of(file, "sqlite_master")[1])
    else:
        overwrite(file, 1, b"\x00" * (100 if part == "header" else PAGE))
    new, result = salvaged(file)
    assert result.lost == ()
    assert (readings(new), samples(new)) == (READINGS, samples_of_whole())
    assert not list(file.parent.glob("new.db.*"))


@pytest.mark.parametrize("harm", ["UPDATE TRENDLOG_BYTES SET b = x'00'", "DELETE FROM alembic_version"])
def test_where_known_tables_are_others_nothing_is_read(file: Path, harm: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(harm)
    overwrite(file, 1, b"\x00" * PAGE)
    _, result = salvaged(file)
    assert sum(result.rows.values()) == 0


def test_tables_that_are_not_where_they_should_be_are_not_guessed(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    back_up(sqlite_url(file), backup, LongWork())
    for page in (
        1,
        *(int(str(root)) for (root,) in rows(file, "SELECT rootpage FROM sqlite_master WHERE rootpage > 0")),
    ):
        overwrite(file, page, b"\x00" * PAGE)
    new, result = salvaged(file)
    assert sum(result.rows.values()) == 0
    assert "nothing of it could be read, and a new one is begun" in result.sentence(file, "x")
    new, result = salvaged(file, backup)
    assert (readings(new), samples(new)) == (READINGS, samples_of_whole())
    assert f": {result.from_backup} of the newest backup are in a new one; " in result.sentence(file, "x")


def test_what_is_lost_comes_from_a_backup_and_what_is_newer_from_the_file(file: Path, tmp_path: Path) -> None:
    """The backup is of before its oldest hot readings were packed."""
    backup = tmp_path / "backup.db"
    database = Database(sqlite_url(backup))
    fill(database, BLOCKS // 2, READINGS - BLOCKS // 2 * BLOCK - 50)
    database.close()
    overwrite(file, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    pages = pages_of(file, "TRENDLOG_FRAMES")
    overwrite(file, pages[len(pages) // 2])  # packed in the file, and not yet in the backup
    (end,) = rows(backup, "SELECT max(logging_time) FROM TRENDLOG_FRAMES WHERE seq IS NOT NULL")[0]
    new, result = salvaged(file, backup)
    assert result.from_backup > 0
    assert readings(new) == READINGS
    with_it = samples(new)
    missing = samples_of_whole() - with_it
    newer = f"SELECT count(*) FROM TRENDLOG_DATA WHERE logging_time > {end} AND serial_number = {SERIAL}"
    assert missing == _samples_after(int(str(end))) - int(str(rows(new, newer)[0][0])), "only what is newer is missing"
    new, _ = salvaged(file)
    assert samples(new) < with_it


def _samples_after(time_s: int) -> int:
    return sum(
        value(seq, position) is not None
        for seq in range(READINGS)
        for position in range(POINTS)
        if time_of(seq) > time_s
    )


def test_of_what_a_whole_backup_has_nothing_is_missing(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(file.read_bytes())
    overwrite(file, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    new, result = salvaged(file, backup)
    assert (samples(new), result.lost) == (samples_of_whole(), ())


@pytest.mark.parametrize("is_damaged", [False, True])
def test_only_a_whole_backup_says_that_values_are_not_lost(file: Path, tmp_path: Path, is_damaged: bool) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(file.read_bytes())
    if is_damaged:
        overwrite(backup, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    newest_block, newest_seq = (BLOCKS - 1) * BLOCK, BLOCKS * BLOCK - 1
    lost = {(SERIAL, KIND): [LostValues(0, 1, newest_seq)]}
    target = Database(sqlite_url(tmp_path / "new.db"))
    _fill(backup, target, lost, LongWork())
    target.close()
    assert lost == {(SERIAL, KIND): [LostValues(0, 1 if is_damaged else newest_block + 1, newest_seq)]}


def test_a_damaged_backup_gives_what_it_can(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    backup.write_bytes(file.read_bytes())
    overwrite(backup, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    overwrite(file, pages_of(file, "TRENDLOG_SEGMENTS")[1])
    new, result = salvaged(file, backup)
    assert samples(new) < samples_of_whole()
    assert result.lost


def test_what_the_wal_holds_is_carried_as_well(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO READING_TIMES VALUES (7, 'INPUT', 1, 2)")
        copy = file.with_name("copied.db")
        copy.write_bytes(file.read_bytes())
        Path(f"{copy}-wal").write_bytes(Path(f"{file}-wal").read_bytes())
    overwrite(copy, pages_of(file, "TRENDLOGS")[0])
    new = file.with_name("new.db")
    salvage(copy, new, None, LongWork())
    assert rows(new, "SELECT * FROM READING_TIMES") == [(7, "INPUT", 1, 2)]


def test_salvaging_that_is_cancelled_leaves_nothing(file: Path, tmp_path: Path) -> None:
    work = LongWork()
    work.cancel()
    with pytest.raises(CancelledWorkError):
        salvage(file, file.with_name("new.db"), None, work)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("links", [True, False])
def test_the_damaged_file_is_set_aside_with_its_wal_under_a_name_of_its_own(
    file: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr("os.link", _no_links)
    new = file.with_name("new.db")
    damaged = file.read_bytes()
    for number in (1, 2):
        file.write_bytes(damaged)
        Path(f"{file}-wal").write_text("wal")
        new.write_text("new")
        assert put_in_place(new, file) == f"history.db.damaged-{number}"
        aside = file.with_name(f"history.db.damaged-{number}")
        assert (aside.read_bytes(), Path(f"{aside}-wal").read_text(), file.read_text()) == (damaged, "wal", "new")
        assert not Path(f"{file}-wal").exists()
        file.unlink()


def _no_links(*_: object) -> None:
    raise PermissionError
