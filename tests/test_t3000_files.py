"""What rows of T3000's own databases mean, in every shape that they have had: times, twins, zeros, ranges, units."""

import re
import shutil
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from imported_files import NEW_YORK, SERIAL, imported, ours, past, rows, utc
from storing_imports import storing
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.exchange.t3000_files import importing
from t3monitor.exchange.t3000_files.importing import import_file
from t3monitor.exchange.t3000_files.told import report_lines
from t3monitor.model.words import RangeWords
from t3monitor.store.database import Database
from t3monitor.store.words import write_words
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.sync.logged import frames
from t3monitor.sync.logged.known import Known, known_to
from t3000_databases import FLAT, SPLIT, flat, flat_row, point, sample, split

__all__ = ["ours"]

NOON = 1_762_016_400  # 2025-11-01 12:00:00 EST would be, EDT is an hour before: UTC 17:00:00


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
        [point(7), point(9, "VAR3", 2, Range_Field="20")],
        [sample(parent, "90000", "2025-11-01 12:00:00", **others) for parent in (7, 9)],
    )
    imported(file, ours)
    at = utc("2025-11-01 16:00:00")
    assert rows(ours) == [("IN1", at, 90.0, "°C"), ("VAR3", at, 90.0, "s")]
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


@pytest.mark.parametrize("shape", SPLIT)
def test_a_state_is_taken_from_browsers_and_one_that_the_service_logged_is_left_out(
    shape: str, tmp_path: Path, ours: Database
) -> None:
    """The service logs ``value``, which was seen to be the contrary of the state."""
    states = {"Digital_Analog": "0", "Range_Field": "1"}
    told = {"LoggingTime": utc("2026-01-10 12:00:00"), "DataSource": 2}
    known = {name: value for name, value in told.items() if name in re.sub("LoggingTime_Fmt", "", SPLIT[shape])}
    file = split(
        tmp_path / "t3000.db",
        SPLIT[shape],
        [point(1, "OUT1", 1, **states), point(2, "OUT2", 1, **states), point(3, "OUT3", 2)],
        [
            sample(1, "1", "2026-01-10 07:00:00", **known),
            *(
                sample(
                    row, "1000", "2026-01-10 07:00:00", **{**known, **dict.fromkeys({"DataSource"} & known.keys(), 1)}
                )
                for row in (2, 3)
            ),
        ],
    )
    report = imported(file, ours)
    assert [(point_id, value) for point_id, _, value, _ in rows(ours)] == [("OUT1", 1.0), ("OUT3", 1.0)]
    assert report.unreadable == {"it is a state that T3000's service logged, which need not be the one shown": 1}


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


def test_of_a_panel_that_had_two_numbers_at_a_time_the_first_row_counts(tmp_path: Path, ours: Database) -> None:
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1), point(2, PanelId=7)],
        [sample(parent, f"{parent}000", f"2026-01-05 12:0{minute}:00") for minute in range(3) for parent in (1, 2)],
    )
    told = imported(file)
    report = imported(file, ours)
    assert (told.samples, report.samples, report.added, report.duplicates) == (3, 3, 3, 3)
    assert [value for _, _, value, _ in rows(ours)] == [1.0, 1.0, 1.0]


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
    files = "webview_t3_device_2026-01.db, 30 rows", "t3000.db, 120 rows"
    assert events == [("import", f"{file}, local times of America/New_York") for file in files]


@pytest.mark.parametrize("zone", [NEW_YORK, ZoneInfo("Europe/Berlin")], ids=str)
@pytest.mark.parametrize("shape", SPLIT)
def test_a_file_and_its_partitions_in_any_order_are_the_whole_and_nothing_comes_twice(
    shape: str, zone: ZoneInfo, tmp_path: Path
) -> None:
    """Of nights in which clocks are put, and of days in which browsers wrote UTC and the service local time."""
    points = [point(1, "IN1", 0), point(2, "IN1", 1), point(3, "IN2", 1), point(4, "OUT1", 0)]
    written = []
    for began in ("2025-10-25 22:00", "2025-11-02 03:00", "2025-11-30 20:00", "2025-12-08 20:00", "2026-03-08 04:00"):
        for number in range(16):
            for row in points:
                by_service = int(str(row["PointIndex"])) == 0
                time_s = utc(began) + 1800 * number + (0 if by_service else 150)
                text = f"{datetime.fromtimestamp(time_s, zone):%Y-%m-%d %H:%M:%S}"
                if not by_service and text < "2025-12-09":
                    text = f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%d %H:%M:%S}"
                told = {"LoggingTime": time_s, "DataSource": 1 if by_service else 2}
                known = {
                    name: value for name, value in told.items() if name in re.sub("LoggingTime_Fmt", "", SPLIT[shape])
                }
                written.append(sample(int(str(row["id"])), f"{len(written)}000", text, **known))
    parts = {
        "webview_t3_device_2025-11.db": ("", "2025-12-01"),
        "webview_t3_device_2025-12.db": ("2025-12-01", "2026-01-01"),
        "webview_t3_device.db": ("2026-01-01", "9999"),
        "copy.db": ("", "9999"),
    }
    files = [
        split(
            tmp_path / name,
            SPLIT[shape],
            points,
            [row for row in written if since <= str(row["LoggingTime_Fmt"]) < until],
        )
        for name, (since, until) in parts.items()
    ]
    november, december, present, whole = files
    found = []
    for number, order in enumerate(
        ([whole], [november, december, present], [present, december, november], [december, whole, *files], files)
    ):
        with closing(Database(sqlite_url(tmp_path / f"{number}.history"))) as ours:
            for file in order:
                import_file(file, zone, tmp_path / "copies", storing(ours), LongWork(), Known())
            found.append(rows(ours, "serial_number, point_id, logging_time, value, units, created_by"))
    assert all(samples == found[0] for samples in found)
    places = [row[:3] for row in found[0]]
    assert len(places) == len(set(places))
    assert len({value for *_, value, _, _ in found[0]}) == len(places), "each is a row that was written"
    if "LoggingTime " in SPLIT[shape]:
        assert len(places) == len(written)


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
        "  1 row repeats the point and time of another one; of each point and time the first row counts",
        "  1 sample of an hour that came twice, taken for its first",
        "  1 row that is left out: its value is no number",
        "  1 row that is left out: its point is missing",
        "  nothing was stored (--dry-run)",
    ]
    assert importing.Report(file).added == 0


def test_rows_that_are_left_out_are_told_with_why_each_of_them_is() -> None:
    report = importing.Report(Path("a.db"), unreadable=Counter({"its value is no number": 2}), duplicates=3)
    lines = list(report_lines(report, NEW_YORK, is_stored=None))
    assert "  2 rows that are left out, each because its value is no number" in lines
    assert "  3 rows repeat the point and time of others; of each point and time the first row counts" in lines


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
    empty = past(folder / "Database", "webview_t3_device_2026-04.db", range(0))
    assert main(command) == 0
    assert capsys.readouterr().err == f"{empty} holds no samples: there is nothing in it to import\n"
    assert main(["import", str(empty)]) == 1, "when it is named itself"
    capsys.readouterr()
    settings = tmp_path / "home" / "config" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"t3000": {"sites": [{"zone": "America/New_York"}]}}')  # as the window reads it too
    assert main(["import", str(folder / "Database" / "t3000.db")]) == 0
    assert told[2] in capsys.readouterr().out.splitlines()
    assert main(["import", str(folder / "none.db"), "--dry-run"]) == 1
    assert capsys.readouterr().err == f"There is no file {folder / 'none.db'}\n"
    assert main([*command[:2], "--zone", "Mars"]) == 2
    assert "there is no zone 'Mars'" in capsys.readouterr().err


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
