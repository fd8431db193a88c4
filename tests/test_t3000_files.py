"""T3000's own databases in each shape, as they are read, told of and imported."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storing_imports import storing
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.exchange.imports import sources_in
from t3monitor.exchange.t3000_files import importing
from t3monitor.exchange.t3000_files.importing import Report, import_file
from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.exchange.t3000_files.told import report_lines
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.words import RangeWords
from t3monitor.store import statements
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.layouts import LayoutPoint, find_or_insert
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.upkeep.mending import mend_layouts
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.upkeep.retention import retained
from t3monitor.store.words import write_words
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.coverage import Coverage
from t3monitor.store.writing.rows import newest_run_id
from t3monitor.store.writing.spacings import read_spacings
from t3monitor.sync.logged import frames
from t3monitor.sync.logged.known import Known, known_to
from t3000_databases import FLAT, SPLIT, UNOWNED, flat, flat_row, point, sample, split

NEW_YORK = ZoneInfo("America/New_York")
NOON = 1_762_016_400  # 2025-11-01 12:00:00 EST would be, EDT is an hour before: UTC 17:00:00
SERIAL = 237219
IN1 = PointKey(SERIAL, PointType.INPUT, 1)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def ours(tmp_path: Path) -> Any:
    (tmp_path / "ours").mkdir()
    with closing(Database(sqlite_url(tmp_path / "ours" / "history.db"))) as opened:
        yield opened


def imported(file: Path, database: Database | None = None, known: Known | None = None) -> Report:
    store = storing(database) if database else None
    return import_file(file, NEW_YORK, file.parent / "copies", store, LongWork(), known or Known())


def rows(database: Database, columns: str = "point_id, logging_time, value, units") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database.path)) as connection:
        order = "serial_number, point_type, point_index, logging_time"
        return connection.execute(f"SELECT {columns} FROM TRENDLOG_DATA ORDER BY {order}").fetchall()


@pytest.mark.parametrize("shape", FLAT)
def test_of_a_file_with_all_in_one_row_the_epoch_tells_the_time(shape: str, tmp_path: Path, ours: Database) -> None:
    file = flat(
        tmp_path / "t3000.db",
        FLAT[shape],
        [
            flat_row("21500", NOON, "2025-01-01 00:00:00"),
            flat_row("-500", NOON + 60),
            flat_row("0", NOON + 120, PointIndex=1),  # a browser's
        ],
    )
    report = imported(file, ours)
    assert rows(ours) == [("IN1", NOON, 21.5, "°C"), ("IN1", NOON + 60, -0.5, "°C"), ("IN1", NOON + 120, 0.0, "°C")]
    assert (report.rows, report.samples, report.added, report.points, report.twins) == (3, 3, 3, 1, 1)
    assert (report.first_s, report.last_s, report.panels) == (NOON, NOON + 120, {SERIAL: {1}})


@pytest.mark.parametrize("shape", SPLIT)
def test_of_a_file_with_points_apart_texts_are_local_times_of_their_zone(
    shape: str, tmp_path: Path, ours: Database
) -> None:
    others: dict[str, object] = {}
    if "LoggingTime " in SPLIT[shape]:
        others = {"LoggingTime": utc("2025-11-01 16:00:00")}
    file = split(
        tmp_path / "t3000.db",
        SPLIT[shape],
        [point(7), point(8, "OUT2", 1, Digital_Analog="0", Range_Field="1"), point(9, "VAR3", 2, Range_Field="20")],
        [sample(parent, "90000", "2025-11-01 12:00:00", **others) for parent in (7, 8, 9)],
    )
    imported(file, ours)
    at = utc("2025-11-01 16:00:00")
    assert rows(ours) == [("IN1", at, 90.0, "°C"), ("OUT2", at, 1.0, ""), ("VAR3", at, 90.0, "s")]
    source = rows(ours, "DISTINCT serial_number, panel_id, data_source, created_by")
    assert source == [(SERIAL, 1, 4, "t3000_database")]


def test_where_there_is_no_epoch_the_text_tells_the_time_by_who_wrote_it(tmp_path: Path, ours: Database) -> None:
    file = flat(
        tmp_path / "t3000.db",
        FLAT["2025-09-05"],
        [
            flat_row("1000", "", "2025-09-10 12:00:00"),
            flat_row("2000", "", "2025-09-10 16:05:00", PointIndex=1),  # a browser's, in UTC
        ],
    )
    imported(file, ours)
    assert [time_s for _, time_s, *_ in rows(ours)] == [utc("2025-09-10 16:00:00"), utc("2025-09-10 16:05:00")]


def test_both_rows_of_a_point_are_one_and_browsers_wrote_utc_before_they_wrote_local_time(
    tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 1)  # what has one time comes together all the same
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1, "IN1", 0), point(2, "IN1", 1, Range_Field="0"), point(3, "IN2", 1)],  # IN2 is the service's as well
        [
            sample(1, "1000", "2025-12-01 12:00:00"),  # local: 17:00 UTC
            sample(2, "2000", "2025-12-01 17:05:00"),  # a browser's, UTC
            sample(3, "3000", "2025-12-01 12:05:00"),
            sample(2, "4000", "2025-12-09 12:00:00"),  # local by then
        ],
    )
    report = imported(file, ours)
    assert rows(ours) == [
        ("IN1", utc("2025-12-01 17:00:00"), 1.0, "°C"),
        ("IN1", utc("2025-12-01 17:05:00"), 2.0, "°C"),  # not in the unit of no range
        ("IN1", utc("2025-12-09 17:00:00"), 4.0, "°C"),
        ("IN2", utc("2025-12-01 17:05:00"), 3.0, "°C"),
    ]
    assert (report.twins, report.points) == (1, 2)
    with closing(sqlite3.connect(ours.path)) as connection:  # both rows of 17:05 are one reading of the panel
        assert connection.execute("SELECT count(*) FROM TRENDLOG_FRAMES").fetchone() == (3,)


def test_the_source_of_a_row_tells_more_than_its_point(tmp_path: Path, ours: Database) -> None:
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-29"],
        [point(1, "IN1", 1), point(2, "IN2", 1)],
        [
            sample(1, "1000", "2025-10-29 12:00:00", DataSource=1),
            sample(2, "2000", "2025-10-29 18:00:00", DataSource=2),
        ],
    )
    imported(file, ours)
    assert [time_s for _, time_s, *_ in rows(ours)] == [utc("2025-10-29 16:00:00"), utc("2025-10-29 18:00:00")]


def test_an_hour_that_comes_twice_is_its_first_with_a_mark_and_one_that_never_comes_is_none(
    tmp_path: Path, ours: Database
) -> None:
    texts = "2025-11-02 00:59:00", "2025-11-02 01:30:00", "2025-11-02 01:30:00", "2025-11-02 02:00:00"
    samples = [sample(1, f"{number}000", text) for number, text in enumerate(texts)]
    file = split(
        tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1)], [*samples, sample(1, "9000", "2026-03-08 02:30:00")]
    )
    report = imported(file, ours)
    assert rows(ours, "datetime(logging_time, 'unixepoch'), value, created_by") == [
        ("2025-11-02 04:59:00", 0.0, "t3000_database"),
        ("2025-11-02 05:30:00", 1.0, "t3000_database_repeated_hour"),
        ("2025-11-02 07:00:00", 3.0, "t3000_database"),
    ]
    assert (report.repeated, report.duplicates) == (1, 1)
    assert report.unreadable == {"its local time does not exist, since clocks were put forward": 1}


def test_a_label_that_is_no_text_costs_nothing(tmp_path: Path, ours: Database) -> None:
    file = split(tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1)], [sample(1, "1000", "2026-01-05 12:00:00")])
    with closing(sqlite3.connect(file)) as connection, connection:
        label = (b"S\xffAT", SERIAL)
        connection.execute(
            "INSERT INTO INPUTS (InputId, Label, SerialNumber) VALUES ('IN1', CAST(? AS TEXT), ?)", label
        )
    assert imported(file, ours).added == 1
    with closing(sqlite3.connect(ours.path)) as connection:
        assert connection.execute("SELECT label FROM TRENDLOG_LAYOUT_POINTS").fetchone() == ("S\ufffdAT",)


def test_a_raw_zero_is_a_reading_and_what_was_never_read_is_none(tmp_path: Path, ours: Database) -> None:
    file = flat(
        tmp_path / "t3000.db",
        FLAT["2025-09-05"],
        [
            flat_row("0", NOON),
            flat_row("0", 0, "1970-01-01 00:00:00"),
            flat_row("", NOON + 1),
            flat_row("0.5", NOON + 2),
            flat_row("7000.0", NOON + 3),
            flat_row("1", 4_000_000_000),
            flat_row("1", NOON, SerialNumber=0),
            flat_row("1", NOON, PointId="MON1"),
            flat_row("1", "soon", "later"),
            flat_row("1", NOON, SerialNumber=-5),  # of builds that write it signed
        ],
    )
    report = imported(file, ours)
    assert rows(ours, "serial_number, logging_time, value") == [
        (SERIAL, NOON, 0.0), (SERIAL, NOON + 3, 7.0), (2**32 - 5, NOON, 0.001),
    ]  # fmt: skip
    assert report.unreadable == {
        "it was never read (1970)": 1,
        "its value is no number": 1,
        "its value is not whole, so its scale is not known": 1,
        "its time is yet to come": 1,
        "its panel told no serial number": 1,
        "it names no point": 1,
        "its time is none": 1,
    }


def test_a_range_that_changed_makes_another_layout_and_none_where_it_came_back(tmp_path: Path, ours: Database) -> None:
    ranges = "3", "4", "3"
    file = flat(
        tmp_path / "t3000.db",
        FLAT["2025-09-05"],
        [flat_row("20000", NOON + 60 * n, Range_Field=its) for n, its in enumerate(ranges)],
    )
    imported(file, ours)
    assert [units for *_, units in rows(ours)] == ["°C", "°F", "°C"]
    with closing(sqlite3.connect(ours.path)) as connection:
        assert connection.execute("SELECT count(*) FROM TRENDLOG_LAYOUTS").fetchone() == (2,)


def past(tmp_path: Path, name: str = "t3000.db", minutes: range = range(40)) -> Path:
    """Two points that a browser logs each minute, and one that the service logs beside them."""
    return split(
        tmp_path / name,
        SPLIT["2025-10-30"],
        [point(1, "IN1", 1), point(2, "IN2", 2), point(3, "IN3", 2)],
        [
            sample(parent, f"{parent}{minute:02}00", f"2026-01-05 12:{minute:02}:{seconds:02}")
            for minute in minutes
            for parent, seconds in ((1, 0), (2, 0), (3, 20))
        ],
    )


def test_twice_or_a_part_of_it_adds_nothing(tmp_path: Path, ours: Database) -> None:
    part = past(tmp_path, "webview_t3_device_2026-01.db", range(10, 20))
    whole = past(tmp_path)
    assert imported(part, ours).added == 30
    assert imported(whole, ours).added == 90
    before = rows(ours)
    assert len(before) == 120
    moved = Path(shutil.copy(whole, tmp_path / "moved.db"))
    assert [imported(file, ours).added for file in (whole, part, moved)] == [0, 0, 0]
    assert rows(ours) == before
    with closing(sqlite3.connect(ours.path)) as connection:
        events = connection.execute("SELECT kind, detail FROM SYNC_EVENTS").fetchall()
    assert events == [("import", "webview_t3_device_2026-01.db, 30 rows"), ("import", "t3000.db, 120 rows")]


def test_an_import_that_is_ended_anywhere_and_repeated_is_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 10)
    file = past(tmp_path)
    tables = "TRENDLOG_FRAMES", "TRENDLOG_LAYOUTS", "TRENDLOG_LAYOUT_POINTS", "SYNC_EVENTS", "TRENDLOG_DATA"

    def content(database: Database) -> list[Any]:
        with closing(sqlite3.connect(database.path)) as connection:
            return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]

    with closing(Database(sqlite_url(tmp_path / "whole.db"))) as whole:
        imported(file, whole)
        expected = content(whole)
        assert len(expected[3]) == 1
    for windows in range(0, 11, 3):
        with closing(Database(sqlite_url(tmp_path / f"ended-{windows}.db"))) as ended:
            told = "samples were added and stay; once more, and the rest is added" if windows else "nothing was stored"
            with pytest.raises(CancelledWorkError, match=f"It was cancelled, and .*{told}$"):
                import_file(file, NEW_YORK, tmp_path, storing(ended, ends_after=windows), LongWork(), Known())
            assert content(ended) != expected
            imported(file, ended)
            assert content(ended) == expected


def test_points_that_are_logged_apart_make_no_holes_in_each_other_nor_in_what_is_recorded(
    tmp_path: Path, ours: Database
) -> None:
    start = utc("2026-01-05 17:00:00")
    record(ours, start, 80)
    imported(past(tmp_path), ours)
    for number in (1, 2, 4):
        (series,) = HistoryReader(ours.url).read(IN1._replace(point_index=number), start, start + 2390, 10_000)
        assert len(series.values) == (80 if number == 4 else 40)
        assert not len(series.holes.starts), number
    (series,) = HistoryReader(ours.url).read(IN1._replace(point_index=3), start, start + 2390, 10_000)
    assert sorted(set(series.values.tolist()))[:2] == [9.0, 30.0]  # of both sources


def record(database: Database, start_s: int, count: int, label: str = "", step_s: int = 30) -> None:
    """Readings of IN3 and IN4 that this program recorded."""
    points = tuple(LayoutPoint(f"IN{number}", number, label, 3, "°C", 1) for number in (3, 4))
    with database.writing() as cursor:
        layout = find_or_insert(cursor, SERIAL, PointType.INPUT, 1, points)
        rows = [(SERIAL, "INPUT", start_s + step_s * n, n + 1, layout.id, "[9,9]", 30, 30, None) for n in range(count)]
        cursor.executemany(statements.INSERT_FRAME, rows)


def seen(database: Database) -> None:
    """Its panel has a row."""
    with database.writing() as cursor:
        cursor.execute(
            "INSERT INTO DEVICES (serial_number, panel_id, panel_name, status, first_seen) VALUES (?, 1, '', '', 1)",
            (SERIAL,),
        )


def test_what_changed_at_a_point_is_told_by_what_is_recorded_alone(tmp_path: Path, ours: Database) -> None:
    start = utc("2026-01-05 17:00:10")
    record(ours, start, 80, label="SAT")
    imported(past(tmp_path), ours)
    assert HistoryReader(ours.url).changes(IN1._replace(point_index=3), start, start + 2400) == []


def test_what_is_recorded_between_hides_no_imported_reading_from_who_looks_at_a_later_time(
    tmp_path: Path, ours: Database
) -> None:
    start = utc("2026-01-05 17:00:00")
    record(ours, start + 10, 200)
    texts = [sample(1, f"{quarter}000", f"2026-01-05 12:{quarter * 15:02}:00") for quarter in range(4)]
    imported(split(tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1)], texts), ours)
    (series,) = HistoryReader(ours.url).read(IN1, start + 2400, start + 2460, 100)
    assert (series.times_utc_s - start).tolist() == [1800.0, 2700.0]


def test_an_import_tells_nothing_of_why_nothing_was_recorded_and_when_the_next_reading_comes(
    tmp_path: Path, ours: Database
) -> None:
    start = utc("2026-01-05 17:00:00")
    seen(ours)
    record(ours, start + 10, 2, step_s=1200)  # a hole of 20 minutes, in which T3000 logged others of the panel
    imported(past(tmp_path), ours)  # up to later than the last of these
    point_4 = IN1._replace(point_index=4)
    told = holes_of_points(ours.url, [point_4], start + 10, start + 1230, start + 1230)[point_4]
    assert {hole.cause for hole in told if hole.start_s < start + 1200} == {Cause.UNKNOWN}
    assert read_spacings(ours.url, "")[SERIAL, PointType.INPUT] == (30, 30)
    with ours.writing() as cursor:
        recalled = Coverage.recalled(cursor)
    assert recalled._readings[SERIAL, PointType.INPUT].time_s == start + 1210


@pytest.mark.parametrize("is_packed", [False, True])
def test_daily_values_are_of_what_was_recorded_as_if_nothing_had_been_imported(
    is_packed: bool, tmp_path: Path, ours: Database
) -> None:
    record(ours, utc("2026-01-05 17:00:10"), 80)
    imported(past(tmp_path), ours)
    if is_packed:
        with ours.writing() as cursor:
            while pack_oldest(cursor, SERIAL, "INPUT", 40):
                pass
    settings = Settings().with_values(keep_samples_days=1, keep_daily_values_days=0)
    gone = sum(retained(ours, settings, utc("2026-01-08 00:00:00"), UTC))
    assert (gone, rows(ours)) == (160, [])
    with closing(sqlite3.connect(ours.path)) as connection:
        days = connection.execute("SELECT point_index, known_s, mean FROM TRENDLOG_DAYS").fetchall()
    assert days == [(3, 80 * 30.0, 9.0), (4, 80 * 30.0, 9.0)]


def test_points_that_a_damaged_layout_of_an_import_lost_are_found_again(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours)
    columns = "point_id, point_index, label, range, units, digital_analog"
    with ours.writing() as cursor:
        points = cursor.execute(f"SELECT {columns} FROM TRENDLOG_LAYOUT_POINTS ORDER BY position").fetchall()
        cursor.execute("DELETE FROM TRENDLOG_LAYOUT_POINTS")
        cursor.executemany(
            f"""INSERT INTO INPUT_POINTS (serial_number, {columns}, panel, full_label, value, auto_manual, control,
                logging_time, updated_at) VALUES ({SERIAL}, ?, ?, ?, ?, ?, ?, 1, '', 0, 0, 0, 1, 1)""",
            points,
        )
        mend_layouts(cursor)
    assert len(rows(ours)) == 120


def test_a_hole_of_what_is_imported_is_one(tmp_path: Path, ours: Database) -> None:
    minutes = [*range(20), *range(25, 40)]
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1)],
        [sample(1, "1000", f"2026-01-05 12:{minute:02}:00") for minute in minutes],
    )
    imported(file, ours)
    start = utc("2026-01-05 17:00:00")
    (series,) = HistoryReader(ours.url).read(IN1, start, start + 2340, 10_000)
    assert list(zip(series.holes.starts, series.holes.ends, strict=True)) == [(start + 20 * 60, start + 25 * 60)]


@pytest.mark.parametrize("has_zero", [True, False])
def test_where_t3000_leaves_out_zeros_no_line_leads_from_one_reading_to_the_next(
    has_zero: bool, tmp_path: Path, ours: Database
) -> None:
    values = ("1000", "0" if has_zero else "1000", "1000")
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1)],
        [sample(1, value, f"2026-05-20 12:0{minute}:00") for minute, value in enumerate(values)],
    )
    imported(file, ours)
    start = utc("2026-05-20 16:00:00")
    (series,) = HistoryReader(ours.url).read(IN1, start, start + 120, 100)
    assert len(series.holes.starts) == (0 if has_zero else 2)


def test_what_is_recorded_never_stands_in_a_layout_of_an_import(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours)
    entries = (LayoutPoint("IN1", 1, "", 3, "°C", 1),)
    with ours.writing() as cursor:
        layout = find_or_insert(cursor, SERIAL, PointType.INPUT, 1, entries)
        source = cursor.execute("SELECT data_source FROM TRENDLOG_LAYOUTS WHERE id = ?", (layout.id,)).fetchone()
    assert (layout.points, source) == (entries, (1,))


def test_the_first_cycle_after_an_import_is_the_first(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours)
    with ours.writing() as cursor:
        pack_oldest(cursor, SERIAL, "INPUT", 40)  # some are packed, some are not
        assert newest_run_id(cursor, None) == 0


def test_the_present_state_and_the_ledger_are_never_changed_by_the_past(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours)
    with closing(sqlite3.connect(ours.path)) as connection:
        for table in ("DEVICES", "INPUT_POINTS", "SYNC_RUNS", "READING_TIMES", "POINT_CHANGES", "COVERAGE"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def state(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


_T3000 = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("INSERT INTO TRENDLOG_DATA_DETAIL VALUES (1, '77000', '2026-01-05 13:00:00')")
print("open", flush=True)
sys.stdin.readline()
connection.close()
print("closed", flush=True)
"""


def t3000(file: Path) -> "subprocess.Popen[bytes]":
    """Another process that has it open, and has written a sample of 13:00."""
    process = subprocess.Popen(
        [sys.executable, "-c", _T3000, os.fspath(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    return process


def close(process: "subprocess.Popen[bytes]") -> None:
    """Has it close the file, which copies the -wal into it."""
    assert process.communicate(b"\n") == (b"closed\n", None)


def test_while_t3000_has_it_open_what_its_wal_holds_is_read_and_nothing_is_left_beside_it(
    tmp_path: Path, ours: Database
) -> None:
    folder = tmp_path / "Database"
    folder.mkdir()
    file, copies = past(folder), tmp_path / "copies"
    with t3000(file) as process:
        before = state(folder)
        assert "t3000.db-wal" in before
        report = import_file(file, NEW_YORK, copies, storing(ours), LongWork(), Known())
        assert (report.added, rows(ours)[40]) == (121, ("IN1", utc("2026-01-05 18:00:00"), 77.0, "°C"))
        assert state(folder) == before
        process.kill()
    after_kill = state(folder)
    assert import_file(file, NEW_YORK, copies, storing(ours), LongWork(), Known()).samples == 121
    assert state(folder) == after_kill == before
    assert not copies.exists()


@pytest.mark.parametrize("opens", [False, True])
def test_t3000_may_close_the_file_while_it_is_imported_or_open_it_and_close_it(
    opens: bool, tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 50)
    folder = tmp_path / "Database"
    folder.mkdir()
    file, store = past(folder), storing(ours)
    process = None if opens else t3000(file)
    left: dict[str, bytes] = {}

    def store_while_it_closes(its_frames: Any, detail: str) -> int:
        if not left:
            close(process or t3000(file))
            left.update(state(folder))
        return store(its_frames, detail)

    import_file(file, NEW_YORK, tmp_path / "copies", store_while_it_closes, LongWork(), Known())
    assert len(rows(ours)) == 121
    assert state(folder) == left
    assert list(left) == ["t3000.db"]


def test_a_closed_file_is_read_where_it_stands_and_nothing_is_left_beside_it(tmp_path: Path, ours: Database) -> None:
    folder = tmp_path / "Database"
    folder.mkdir()
    file = past(folder)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # as T3000's are, also when they are closed
    before = state(folder)
    assert list(before) == ["t3000.db"]
    left_over = tmp_path / "ours" / "copies"
    (left_over / "copy").mkdir(parents=True)
    (left_over / "copy" / "copy.db").touch()  # by an import that was killed
    assert import_file(file, NEW_YORK, left_over, storing(ours), LongWork(), Known()).added == 120
    assert state(folder) == before
    assert not left_over.exists()


def test_a_file_that_changes_while_it_is_read_is_begun_again(
    tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 30)
    file, store, windows = past(tmp_path), storing(ours), 0

    def change_once(its_frames: Any, detail: str) -> int:
        nonlocal windows
        windows += 1
        if windows == 2:
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute(
                    "UPDATE TRENDLOG_DATA_DETAIL SET Value = '5000' WHERE LoggingTime_Fmt > '2026-01-05 12:30'"
                )
        return store(its_frames, detail)

    report = import_file(file, NEW_YORK, tmp_path, change_once, LongWork(), Known())
    assert (report.added, report.samples, len(rows(ours))) == (120, 120, 120)
    assert {value for _, time_s, value, _ in rows(ours) if time_s > utc("2026-01-05 17:31:00")} == {5.0}


def unusable(file: Path) -> str:
    with pytest.raises(UnusableFileError) as raised:
        imported(file)
    return str(raised.value).replace(str(file), "FILE")


def test_each_file_that_is_none_says_so_in_a_sentence(tmp_path: Path, ours: Database) -> None:
    text, empty, none = tmp_path / "text.db", tmp_path / "empty.db", tmp_path / "none.db"
    (tmp_path / "ours" / "nothing").mkdir()
    text.write_text("no database, but long enough to be taken for one by somebody who counts the bytes of it")
    empty.touch()
    strange, newer, bare, cut = (tmp_path / f"{name}.db" for name in ("strange", "newer", "bare", "cut"))
    flat(strange, "a TEXT, LoggingTime TEXT", [], "OTHERS")
    split(newer, "ParentId INTEGER, Reading REAL, LoggingTime_Fmt TEXT", [point(1)], [])
    split(bare, SPLIT["2025-10-30"], [point(1)], [])
    shutil.copy(past(tmp_path), cut)
    os.truncate(cut, cut.stat().st_size // 2)
    with ours.writing():
        pass  # by which it is marked
    ours.copy_wal()
    older, in_ruins = Path(shutil.copy(ours.path, tmp_path / "older.db")), tmp_path / "ruins.db"
    in_ruins.write_bytes(ours.path.read_bytes()[:100])  # its mark is seen before it is opened
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA application_id = 0")  # of a time before it had a mark
    assert unusable(text) == "FILE is no SQLite database"
    assert unusable(empty) == "FILE is empty: there is nothing in it"
    assert unusable(none) == "There is no file FILE"
    assert unusable(strange) == "FILE is no database of T3000's web service: it has no table TRENDLOG_DATA"
    assert unusable(newer) == (
        "FILE has a shape that this program does not know (TRENDLOG_DATA_DETAIL without Value): "
        "it may be of a newer T3000"
    )
    assert unusable(bare) == "FILE holds no samples: there is nothing in it to import"
    assert unusable(cut).startswith("FILE is damaged and cannot be read (")
    for own in (ours.path, older, in_ruins):
        assert unusable(own) == "FILE is a database of T3 Monitor, not of T3000; nothing of it is imported"
    with pytest.raises(UnusableFileError, match=r"has neither databases \(\*\.db\) nor captures"):
        sources_in([tmp_path / "ours" / "nothing"], LongWork())


def databases_in(paths: list[Path]) -> list[Path]:
    return [path for path, captures in sources_in(paths, LongWork()) if not captures]


def test_of_a_folder_t3000s_databases_are_taken_or_all_where_none_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "Database").mkdir()
    names = "Database/webview_t3_device.db", "Database/webview_t3_device_2026-01.db", "Database/users.db", "a.db"
    files = [tmp_path / name for name in names]
    for file in files:
        file.touch()
    assert databases_in([tmp_path, files[0]]) == files[:2]
    assert databases_in([tmp_path / "a.db"]) == files[3:]
    files[0].unlink()
    files[1].unlink()
    assert databases_in([tmp_path]) == [files[3], files[2]]


def test_the_database_in_force_is_not_even_opened_since_that_would_take_its_locks(
    ours: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = known_to(ours.url, Settings())
    monkeypatch.setattr(importing, "opened", None)
    with pytest.raises(UnusableFileError, match="is the database in force itself"):
        imported(ours.path, None, known)


@pytest.mark.parametrize("shape", UNOWNED)
def test_a_shape_whose_samples_no_point_owns_says_so(shape: str, tmp_path: Path) -> None:
    file = tmp_path / "t3000.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"CREATE TABLE TRENDLOG_DATA ({UNOWNED[shape]})")
        connection.execute("INSERT INTO TRENDLOG_DATA (Trendlog_Input_ID, TimeStamp) VALUES (1, 'x')")
    assert unusable(file) == (
        "FILE has the shape of August 2025, whose samples name no point of a panel: none can be imported"
    )


def test_a_report_tells_rows_span_panels_twins_what_says_nothing_and_size(tmp_path: Path) -> None:
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1, "IN1", 0), point(2, "IN1", 1)],
        [
            sample(1, "1000", "2025-11-02 01:30:00"),
            sample(1, "1000", "2025-11-02 01:30:00"),
            sample(1, "", "2025-11-02 01:30:00"),
            sample(9, "1000", "2025-11-02 03:00:00"),
            sample(2, "1000", "2026-01-05 12:00:00"),
        ],
    )
    size = f"{file.stat().st_size / 1e6:.1f}"
    assert list(report_lines(imported(file), NEW_YORK, is_stored=False)) == [
        f"{file}: 5 rows, {size} MB (TRENDLOG_DATA_DETAIL: a row for each sample)",
        "  2 samples from 2025-11-02 01:30:00 EDT to 2026-01-05 12:00:00 EST",
        f"  1 point of panel {SERIAL} (panel 1)",
        "  1 point with two rows, counted from 0 and from 1, which are joined",
        "  1 row of a point and a time of which another one tells",
        "  1 sample of an hour that came twice, taken for its first",
        "  1 row that is left out: its value is no number",
        "  1 row that is left out: its point is missing",
        "  nothing was stored (--dry-run)",
    ]
    assert importing.Report(file).added == 0


def test_packed_it_is_the_same(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours)
    start = utc("2026-01-05 17:00:00")

    def told() -> list[Any]:
        read = HistoryReader(ours.url).read_many(
            [IN1._replace(point_index=number) for number in (1, 2, 3)], start, start + 2390, 10_000
        )
        return [rows(ours, "*"), [repr(series) for series in read.values()]]

    hot = told()
    with ours.writing() as cursor:
        assert pack_oldest(cursor, SERIAL, "INPUT", 240) == 80
    assert told() == hot


def test_what_a_recorded_reading_lacks_ends_the_one_before_also_beside_what_is_imported(
    tmp_path: Path, ours: Database
) -> None:
    start = utc("2026-01-05 17:00:10")
    with ours.writing() as cursor:
        layout = find_or_insert(cursor, SERIAL, PointType.INPUT, 1, (LayoutPoint("IN4", 4, "", 3, "°C", 1),))
        cursor.executemany(
            statements.INSERT_FRAME,
            [
                (SERIAL, "INPUT", start + 30 * n, n + 1, layout.id, vals, 30, 30, None)
                for n, vals in enumerate(("[9]", "[null]", "[9]", "[9]"))
            ],
        )
    imported(past(tmp_path), ours)
    (series,) = HistoryReader(ours.url).read(IN1._replace(point_index=4), start, start + 90, 10_000)
    assert [*zip(series.holes.starts.tolist(), series.holes.ends.tolist(), strict=True)][:1] == [
        (start + 30, start + 60)
    ]


def test_the_command_tells_first_then_imports_and_says_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    folder = tmp_path / "T3000"
    (folder / "Database").mkdir(parents=True)
    past(folder / "Database")
    command = ["import", str(folder), "--zone", "America/New_York"]
    told = []
    for options in (["--dry-run"], [], []):
        assert main([*command, *options]) == 0
        told.append(capsys.readouterr().out.splitlines()[-1])
    assert told == [
        "  nothing was stored (--dry-run)",
        "  120 samples were added",
        "  0 samples were added; 120 were there already",
    ]
    assert main(["import", str(folder / "none.db"), "--dry-run"]) == 1
    assert capsys.readouterr().err == f"There is no file {folder / 'none.db'}\n"
    assert main([*command[:2], "--zone", "Mars"]) == 2
    assert "there is no zone 'Mars'" in capsys.readouterr().err


def test_beside_a_program_that_records_nothing_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    database = tmp_path / "history.db"
    lock = Lock(database, Holder.of_this_process("t3monitor sync", 0, ""))
    try:
        assert main(["import", str(past(tmp_path)), "--database", sqlite_url(database)]) == 5
    finally:
        lock.release()
    assert "is in use by t3monitor sync" in capsys.readouterr().err
    assert not database.exists()


def test_units_of_the_site_are_known_and_what_is_no_longer_kept_is_left_out(tmp_path: Path, ours: Database) -> None:
    with ours.writing() as cursor:
        write_words(cursor, SERIAL, RangeWords(units={20: "kg"}), 1)
    now_s = int(time.time())
    file = flat(
        tmp_path / "t3000.db",
        FLAT["2025-09-05"],
        [flat_row("1000", now_s - days * 86_400, Range_Field="20") for days in (0, 1, 40)],
    )
    known = known_to(ours.url, Settings().with_values(keep_samples_days=30))
    report = imported(file, ours, known)
    assert [units for *_, units in rows(ours)] == ["kg", "kg"]
    assert report.unreadable == {"it is older than samples are kept (settings)": 1}
