"""Packed history: whoever asks gets the same rows as before, and in the same time."""

import logging
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.history.codec import decode_whole
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.upkeep import packed, packing
from t3monitor.store.upkeep.packing import Packing
from t3monitor.store.writing.rows import json_array

PANEL, BEGIN_S = 237219, 1_700_000_000
FIRST = 90  # frames that the first block of its inputs has
LAYOUTS = {1: 4, 2: 6, 3: 2}  # with how many points; the third is of an import
NEWEST = "SELECT * FROM TRENDLOG_DATA WHERE data_source = 1 AND serial_number = 237219 AND point_type = 'INPUT'"
assert packed, "it is loaded, for which packing would wait"
few = settings(max_examples=settings().max_examples // 3)  # each is 700 frames
ORDERS = ("ORDER BY logging_time DESC LIMIT 1000", "ORDER BY logging_time LIMIT 1000")


class Frame(NamedTuple):
    time_s: int
    values: list[float | None]
    layout: int = 1
    spacing_s: int | None = 30
    interval_s: int | None = 30
    ledger_s: int | None = 30  # the sync interval in SYNC_RUNS; None: there is no such row
    point_type: str = "INPUT"


class File:
    """A database whose frames are those that a test says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database(sqlite_url(path))
        self._run_ids = count(1)
        with closing(self.connect()) as connection, connection:
            for layout, points in LAYOUTS.items():
                source = (1, "ffi_sync_service") if layout < 3 else (2, "manual_entry")
                for point_type in ("INPUT", "OUTPUT"):
                    row = layout * 10 + (point_type == "OUTPUT"), PANEL, point_type, 1, str(layout), *source
                    connection.execute("INSERT INTO TRENDLOG_LAYOUTS VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                    connection.executemany(
                        "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, 'L', ?, '°C', 1)",
                        [(row[0], place, f"IN{place + 1}", place + 1, layout) for place in range(points)],
                    )

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def store(self, *frames: Frame) -> None:
        with closing(self.connect()) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            for frame, run in zip(frames, self._run_ids, strict=False):
                if frame.ledger_s is not None:
                    connection.execute(
                        "INSERT INTO SYNC_RUNS VALUES (?, 1, 2, 'ok', NULL, 1, 9, 1, 0, 1, 1, '', ?, 1, '', '')",
                        (run, frame.ledger_s),
                    )
                connection.execute(
                    "INSERT INTO TRENDLOG_FRAMES VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                    (
                        *(
                            PANEL,
                            frame.point_type,
                            frame.time_s,
                            run,
                            frame.layout * 10 + (frame.point_type != "INPUT"),
                        ),
                        *(json_array(frame.values), frame.spacing_s, frame.interval_s),
                    ),
                )

    def pack(self) -> None:
        upkeep = Packing(None)  # type: ignore[arg-type] # it looks at nothing of its context
        assert 60 in (upkeep.work(self.database) for _ in range(500)), "it has no end"

    def rows(self, sql: str, *parameters: object) -> list[Any]:
        with closing(self.connect()) as connection:
            return connection.execute(sql, parameters).fetchall()

    def view(self) -> list[Any]:
        return self.rows("SELECT * FROM TRENDLOG_DATA ORDER BY logging_time, point_type, point_index, value, range")

    def lines(self) -> list[Any]:
        """All that a reader is given of each point."""
        keys = [PointKey(PANEL, PointType.INPUT, place + 1) for place in range(max(LAYOUTS.values()))]
        found = HistoryReader(sqlite_url(self.path)).read_many(keys, 0, 4e9, 10**9)
        return [
            (
                *(key, series.units, series.range, series.label, series.spacing_s),
                *(array.tolist() for array in (series.times_utc_s, series.values, *series.holes)),
            )
            for key in keys
            for series in found[key]
        ]

    def hot(self, point_type: str = "INPUT") -> int:
        ((hot,),) = self.rows("SELECT count(*) FROM TRENDLOG_FRAMES WHERE seq IS NULL AND point_type = ?", point_type)
        return int(hot)

    def blocks(self) -> list[Any]:
        return self.rows("SELECT first_seq, count, first_time, last_time, last_run FROM TRENDLOG_BLOCKS ORDER BY 1")

    def plan(self, sql: str) -> str:
        return " | ".join(row[3] for row in self.rows(f"EXPLAIN QUERY PLAN {sql}"))

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    with closing(File(tmp_path / "history.db")) as file:
        yield file


@contextmanager
def filled_with(frames: list[Frame]) -> Iterator[File]:
    with TemporaryDirectory() as folder, closing(File(Path(folder) / "history.db")) as file:
        file.store(*frames)
        yield file


def even(frames: int, begin_s: int = BEGIN_S, **fields: Any) -> list[Frame]:
    """A point that moves, one that switches now and then, one that stays and one that is missing."""
    return [
        Frame(begin_s + 30 * n, [20 + n % 97 / 10, float(n // 50 % 2), 21.5, None], **fields) for n in range(frames)
    ]


def wild(seed: int) -> list[Frame]:
    """A history with all that there is in one, in the order in which it was stored."""
    rng = random.Random(seed)
    signals: list[Callable[[], float | None]] = [
        lambda: 21.5,
        lambda: None,
        lambda: float(rng.random() < 0.5),
        lambda: rng.choice([0.0, 1.0, None]),
        lambda: float(rng.randrange(3)),
        lambda: rng.randrange(15) / 10,
        lambda: 20 + rng.randrange(200) / 1000,
        lambda: rng.randrange(-30_000, 30_000) / 1000,
        lambda: float(rng.randrange(2**31)),
        lambda: rng.choice([rng.uniform(-1e9, 1e9), 1e300, -1e300, 0.1 + 0.2, None]),
    ]
    frames: list[Frame] = []
    time_s = BEGIN_S
    while len(frames) < 700:
        layout = rng.choice([1, 1, 1, 2, 3])
        points = [rng.choice(signals) for _ in range(LAYOUTS[layout])]
        is_old = rng.random() < 0.4
        interval_s = rng.choice([30, 60])
        fields: dict[str, Any] = {
            "layout": layout,
            "spacing_s": None if is_old and rng.random() < 0.7 else interval_s,
            "interval_s": None if is_old else interval_s,
            "ledger_s": rng.choice([interval_s, None]) if is_old else interval_s,
        }
        if frames and rng.random() < 0.3:  # late, or the clock was set back
            time_s = frames[rng.randrange(len(frames))].time_s
        for _ in range(rng.choice([1, 5, 100, 400])):
            frames.append(Frame(time_s, [point() for point in points], **fields))
            time_s += rng.choices([interval_s, interval_s + 1, 0, 700], [50, 5, 1, 1])[0]
    return frames


@few
@given(st.integers(0, 10**6))
def test_rows_readings_and_holes_are_the_same_after_packing(seed: int) -> None:
    with filled_with(wild(seed)) as file:
        rows, lines = file.view(), file.lines()
        file.pack()
        assert file.hot() < 480
        assert file.view() == rows
        assert file.lines() == lines


@few
@given(st.integers(0, 10**6))
def test_the_blocks_tell_of_each_frame_its_time_and_its_spacing(seed: int) -> None:
    frames = wild(seed)
    with filled_with(frames) as file:
        file.pack()
        blocks = file.rows(
            "SELECT first_seq, count, last_run, first_time, last_time, base, step, width, times,"
            " spacing_base, spacing_step, spacing_width, spacings FROM TRENDLOG_BLOCKS"
        )
        packed_rows = file.rows(
            "SELECT seq, logging_time, expected_spacing, run_id FROM TRENDLOG_FRAMES WHERE seq IS NOT NULL"
        )
    runs = {seq: run for seq, _, _, run in packed_rows}
    told = {}
    for seq, size, last_run, first_s, last_s, *columns in blocks:
        times, spacings = decode_whole(*columns[:4], size).tolist(), decode_whole(*columns[4:], size).tolist()
        assert (times[0], times[-1]) == (first_s, last_s)
        assert last_run == max(runs[seq + n] for n in range(size))
        told |= {seq + n: of_frame for n, of_frame in enumerate(zip(times, spacings, strict=True))}
    assert told == {seq: (time_s, spacing_s) for seq, time_s, spacing_s, _ in packed_rows}
    for _, _, spacing_s, run in packed_rows:
        assert frames[run - 1].spacing_s in (None, spacing_s)


def test_of_an_older_program_readings_of_the_block_before_tell_how_often_it_was_read(file: File) -> None:
    gaps = [60] * (FIRST - 1) + [200, 200] + [60] * 500
    times = [BEGIN_S + sum(gaps[:place]) for place in range(len(gaps))]
    file.store(*(Frame(time_s, [1.0, None, None, None], spacing_s=None, interval_s=None) for time_s in times))
    before = file.lines()
    assert before[0][-1] == [times[FIRST], times[FIRST + 1]], "both are holes, of 140 s"
    file.pack()
    assert [block[1] for block in file.blocks()] == [FIRST, 240]
    assert file.lines() == before


def test_values_that_are_not_there_are_missing_as_null_is(file: File) -> None:
    short = [frame._replace(values=frame.values[:2]) for frame in even(240, begin_s=BEGIN_S + FIRST * 30)]
    file.store(*even(FIRST), *short, *even(30, begin_s=BEGIN_S + (FIRST + 240) * 30))
    before = file.view()
    file.pack()
    assert [block[1] for block in file.blocks()] == [FIRST, 240]
    assert file.view() == before


@pytest.mark.parametrize("order", ORDERS)
def test_the_newest_rows_are_found_in_the_order_of_the_key_without_sorting(file: File, order: str) -> None:
    file.store(*even(700))
    file.pack()
    plan = file.plan(f"{NEWEST} {order}")
    assert plan.startswith("SEARCH frame USING PRIMARY KEY (serial_number=? AND point_type=?)")
    assert "TEMP B-TREE" not in plan
    assert (
        file.rows(f"{NEWEST} {order}")
        == sorted(file.rows(NEWEST), key=lambda row: (-row[5] if "DESC" in order else row[5], row[4]))[:1000]
    )


@pytest.mark.parametrize("is_old", [False, True])
def test_samples_do_not_hang_on_the_ledger(file: File, is_old: bool) -> None:
    fields: dict[str, Any] = {"interval_s": None, "spacing_s": None, "ledger_s": 60} if is_old else {}
    file.store(*even(300, begin_s=0, layout=3), *even(700, **fields), *even(700, point_type="OUTPUT", **fields))
    before = file.rows(NEWEST)
    file.pack()
    assert 0 < file.hot() < 1000
    with closing(file.connect()) as connection, connection:
        connection.execute("DELETE FROM SYNC_RUNS")
    assert file.rows(NEWEST) == before
    assert {row[10] for row in before} == {60 if is_old else 30}


def test_a_vector_is_packed_when_it_has_270_hot_frames_and_keeps_30(file: File) -> None:
    file.store(*even(FIRST + 29))
    file.pack()
    assert file.blocks() == []
    file.store(*even(240, begin_s=BEGIN_S + (FIRST + 29) * 30))
    file.pack()
    assert file.blocks() == [(0, FIRST, BEGIN_S, BEGIN_S + (FIRST - 1) * 30, FIRST)]
    assert file.hot() == 269
    file.store(*even(1, begin_s=BEGIN_S + (FIRST + 269) * 30))
    file.pack()
    assert file.blocks()[1:] == [(FIRST, 240, BEGIN_S + FIRST * 30, BEGIN_S + (FIRST + 239) * 30, FIRST + 240)]
    assert file.hot() == 30


def test_vectors_that_begin_together_come_due_one_by_one(file: File) -> None:
    sizes = []
    with closing(file.connect()) as connection:
        for panel in range(PANEL, PANEL + 100):
            sizes += [packing._frames_of_block(connection.cursor(), (panel, kind)) for kind in ("INPUT", "OUTPUT")]
    assert 1 <= min(sizes) < max(sizes) <= 240
    assert max(sum(begin < size <= begin + 40 for size in sizes) for begin in range(200)) < 60, "of 200, 33 are even"


def test_of_a_long_history_block_after_block_is_packed_and_then_the_next_vector(file: File) -> None:
    file.store(*even(FIRST + 760), *even(1000, point_type="OUTPUT"))
    upkeep = Packing(None)  # type: ignore[arg-type]
    assert [upkeep.work(file.database) for _ in range(10)] == [*[0.02] * 4, 1.0, *[0.02] * 3, 1.0, 60.0]
    assert (file.hot("INPUT"), file.hot("OUTPUT")) == (40, 126)


def test_what_does_not_change_is_written_once_and_what_comes_back_again(file: File) -> None:
    changed = [frame._replace(values=[20.0, 0.0, 22.5, None]) for frame in even(240, begin_s=BEGIN_S + 570 * 30)]
    file.store(*even(570), *changed, *even(290, begin_s=BEGIN_S + 810 * 30))
    before = file.view()
    file.pack()
    assert file.view() == before
    held = "SELECT first_seq FROM TRENDLOG_SEGMENTS WHERE position = ? ORDER BY 1"
    assert file.rows(held, 2) == [(0,), (570,), (810,)]
    assert file.rows(held, 3) == [(0,)]
    assert len(file.rows(held, 0)) == 5, "what moves ends with each block, and what stays then begins anew"


def test_a_frame_that_comes_late_is_a_block_of_its_own(file: File) -> None:
    file.store(*even(500))
    file.pack()
    late = [frame._replace(time_s=frame.time_s + 7) for frame in even(20, begin_s=BEGIN_S + 3000)]
    file.store(*late, *even(480, begin_s=BEGIN_S + 500 * 30))
    before = file.view()
    file.pack()
    assert file.view() == before
    assert [block[1] for block in file.blocks()] == [FIRST, 240, 170, 20, 240]
    assert file.blocks()[3][2:] == (late[0].time_s, late[-1].time_s, 520)


def test_of_two_readings_of_one_time_that_of_the_later_cycle_is_in_the_block_with_the_later_one(file: File) -> None:
    file.store(*even(100), *even(600))  # the clock was set back
    file.pack()
    blocks = file.rows("SELECT first_seq, count, last_run FROM TRENDLOG_BLOCKS")
    assert len(blocks) >= 2
    runs: dict[int, list[tuple[int, int]]] = {}
    for seq, size, last_run in blocks:
        for time_s, run in file.rows(
            "SELECT logging_time, run_id FROM TRENDLOG_FRAMES WHERE seq BETWEEN ? AND ?", seq, seq + size - 1
        ):
            runs.setdefault(time_s, []).append((last_run, run))
    for readings in runs.values():
        assert [run for _, run in sorted(readings)] == sorted(run for _, run in readings)


def test_a_new_layout_or_interval_ends_a_block(file: File) -> None:
    file.store(*even(100), *even(150, begin_s=BEGIN_S + 3000, interval_s=60), *even(300, begin_s=BEGIN_S + 9000))
    file.pack()
    blocks = [(FIRST, 30), (100 - FIRST, 30), (150, 60), (240, 30)]
    assert file.rows("SELECT count, sync_interval FROM TRENDLOG_BLOCKS") == blocks


def test_of_an_older_program_the_interval_is_filled_in_also_where_nothing_is_packed(file: File) -> None:
    file.store(*even(100, spacing_s=None, interval_s=None, ledger_s=45), *even(9, begin_s=BEGIN_S + 3000))
    file.pack()
    assert file.blocks() == []
    assert file.rows("SELECT sync_interval, count(*) FROM TRENDLOG_FRAMES GROUP BY 1") == [(30, 9), (45, 100)]


def test_values_that_cannot_be_read_are_left_and_the_others_are_packed(
    file: File, caplog: pytest.LogCaptureFixture
) -> None:
    file.store(*even(500), *even(500, point_type="OUTPUT"))
    with closing(file.connect()) as connection, connection:
        connection.execute("UPDATE TRENDLOG_FRAMES SET vals = '[1,' WHERE point_type = 'INPUT' AND run_id = 9")
    with caplog.at_level(logging.WARNING):
        file.pack()
    assert (file.hot("INPUT"), file.hot("OUTPUT")) == (500, 106)
    assert "INPUT readings of panel 237219 cannot be packed" in caplog.text


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 program is not installed")
def test_the_sqlite3_program_reads_packed_history(file: File) -> None:
    file.store(*even(700))
    ((before,),) = file.rows("SELECT group_concat(logging_time || ' ' || value, ';') FROM TRENDLOG_DATA")
    file.pack()
    sql = "SELECT group_concat(logging_time || ' ' || value, ';') FROM TRENDLOG_DATA"
    told = subprocess.run(["sqlite3", file.path, sql], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == before


def test_whether_a_vector_is_due_is_told_by_the_index_alone(file: File) -> None:
    with closing(file.connect()) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {packing._IS_DUE}", (PANEL, "INPUT", 9)).fetchall()
    assert "COVERING INDEX TRENDLOG_FRAMES_HOT" in plan[0][3]


def test_what_is_packed_is_tidied_now_and_then_which_changes_nothing_and_saves_pages(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages(cursor: sqlite3.Cursor) -> int:
        count, free = cursor.execute(
            "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count"
        ).fetchone()
        return int(count - free)

    frames = [*even(2640), *(frame._replace(values=[3.0, None]) for frame in even(40, BEGIN_S + 57_000))]
    file.store(*(frame._replace(values=frame.values * 40) for frame in frames))  # long beside what is packed
    rows = "SELECT * FROM TRENDLOG_DATA ORDER BY logging_time, point_index, value"
    before, tidied = file.rows(rows), []
    tidy = packed.tidy

    def counted(cursor: sqlite3.Cursor, *vector: Any) -> None:
        tidied.append((pages(cursor), tidy(cursor, *vector), pages(cursor)))

    monkeypatch.setattr(packed, "tidy", counted)
    file.pack()
    ((untidy, _, tidy_pages),) = tidied
    assert tidy_pages < untidy
    assert file.rows(rows) == before
