"""What is imported stands beside what is recorded, and changes nothing of it."""

import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from imported_files import IN1, SERIAL, imported, ours, past, rows, utc
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.store import statements
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.layouts import LayoutPoint, find_or_insert
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.upkeep.mending import mend_layouts
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.upkeep.retention import retained
from t3monitor.store.writing.coverage import Coverage
from t3monitor.store.writing.rows import newest_run_id
from t3monitor.store.writing.spacings import read_spacings
from t3000_databases import SPLIT, point, sample, split

__all__ = ["ours"]


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


def test_beside_a_program_that_records_nothing_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    database = tmp_path / "history.db"
    lock = Lock(database, Holder.of_this_process("t3monitor sync", 1, ""))
    try:
        assert main(["import", str(past(tmp_path)), "--database", sqlite_url(database)]) == 5
    finally:
        lock.release()
    assert "is in use by t3monitor sync" in capsys.readouterr().err
    assert not database.exists()
