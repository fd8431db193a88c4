"""Another T3 Monitor's database is merged into ours: samples, causes, notes, changes; and never twice."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from holed_file import IN1, SERIAL, HoledFile
from old_files import old_file, older_schema
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.exchange import other_monitor
from t3monitor.exchange.other_monitor import Report, import_monitor, report_lines
from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.baselines import read_baseline, read_baselines, write_baseline
from t3monitor.store.causes.holes import holes_of_vectors
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.statistics import statistics
from t3monitor.store.layouts import LayoutPoint
from t3monitor.store.present_state import every_panel
from t3monitor.store.schema import IMPORTED_RUN, SCHEMA_REVISION
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.words import read_words
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.imported import ImportedFrame, store_imported
from t3monitor.store.writing.spacings import read_spacings
from t3monitor.sync.logged.known import Known, known_to

IN2 = PointKey(SERIAL, PointType.INPUT, 2)
NOW_S = 100_000.0
SAMPLES = "serial_number, panel_id, point_id, logging_time, value, units, data_source, created_by, sync_interval"


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[HoledFile]:
    made = HoledFile(folder(tmp_path, "ours") / "ours.db")
    with closing(made.connection):
        yield made


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[HoledFile]:
    made = HoledFile(folder(tmp_path, "theirs") / "theirs.db")
    with closing(made.connection):
        yield made


def folder(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


class Into:
    """Writes to a database; ends after so many windows, in the transaction of the next one."""

    def __init__(self, database: Database, ends_after: int = sys.maxsize) -> None:
        self._database = database
        self._left = ends_after

    def __call__(self, frames: Any, detail: str) -> int:
        with self._database.writing() as cursor:
            added = store_imported(cursor, frames, 1.0, detail)
            self._left -= 1
            if self._left < 0:
                raise CancelledWorkError
        return added

    def write(self, act: Any) -> int:
        with self._database.writing() as cursor:
            added: int = act(cursor)
        return added


def file_of(holed: HoledFile) -> Path:
    return Path(holed.connection.execute("PRAGMA database_list").fetchone()[2])


def merge(theirs: Path, ours: Path, *, dry: bool = False, ends_after: int = sys.maxsize) -> Report:
    url = f"sqlite:///{ours}"
    known = known_to(url, Settings().with_values(keep_samples_days=0))
    copies = ours.parent / "copies"
    if dry:
        return import_monitor(theirs, copies, None, LongWork(), known)
    with closing(Database(url)) as database:
        return import_monitor(theirs, copies, Into(database, ends_after), LongWork(), known)


def merged(theirs: HoledFile, ours: HoledFile) -> Report:
    return merge(file_of(theirs), file_of(ours))


def samples(path: Path, columns: str = SAMPLES) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute(f"SELECT {columns} FROM TRENDLOG_DATA").fetchall())


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def pack(holed: HoledFile) -> None:
    cursor = holed.connection.cursor()
    cursor.execute("BEGIN")
    while pack_oldest(cursor, SERIAL, "INPUT", 40):
        pass
    cursor.execute("COMMIT")


def state_of(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_samples_of_both_are_there_and_the_same_reading_counts_once_whoever_is_merged_into_whom(
    ours: HoledFile, theirs: HoledFile, tmp_path: Path
) -> None:
    ours.read(*range(1000, 1300, 30))
    theirs.read(*range(1150, 1600, 30))  # five of them are ours as well
    theirs.read(1615, values=(25.0, None))
    files = file_of(ours), file_of(theirs)
    copy = folder(tmp_path, "other way") / "theirs.db"
    with closing(sqlite3.connect(copy)) as target:
        theirs.connection.backup(target)
    report = merged(theirs, ours)
    assert (report.frames, report.samples, report.added, report.points, report.panels) == (16, 31, 21, 2, {SERIAL: {1}})
    assert (report.first_s, report.last_s) == (1150, 1615)
    expected = {("IN1", time_s, 20.0) for time_s in (*range(1000, 1300, 30), *range(1150, 1600, 30))}
    assert {row for row in samples(files[0], "point_id, logging_time, value") if row[0] == "IN1"} == {
        *expected,
        ("IN1", 1615, 25.0),
    }
    again = merged(theirs, ours)
    assert (again.added, again.samples) == (0, 31)
    merge(files[0], copy)
    assert samples(copy) == samples(files[0])
    assert {row[-3:] for row in samples(copy)} == {(1, "ffi_sync_service", 30)}
    assert merge(copy, files[0]).added == 0


@pytest.mark.parametrize("packed", ["theirs", "ours", "both"])
def test_packed_readings_are_read_as_what_they_were(ours: HoledFile, theirs: HoledFile, packed: str) -> None:
    ours.read(*range(1000, 4000, 30))
    for turn in range(120):
        theirs.read(2000 + 10 * turn, values=(20.0 + turn / 1000, None if turn % 7 == 0 else float(turn)))
    expected = {*samples(file_of(ours), "point_id, logging_time, value")}
    there = {row[:2] for row in expected}
    expected |= {row for row in samples(file_of(theirs), "point_id, logging_time, value") if row[:2] not in there}
    for holed, name in ((theirs, "theirs"), (ours, "ours")):
        if packed in (name, "both"):
            pack(holed)
    report = merged(theirs, ours)
    assert {*samples(file_of(ours), "point_id, logging_time, value")} == expected
    assert report.samples == 120 + 102
    assert len(samples(file_of(ours))) == len(expected) == 200 + report.added
    assert merged(theirs, ours).added == 0
    pack(ours)
    assert {*samples(file_of(ours), "point_id, logging_time, value")} == expected
    assert main(["database", "check", "--full", "--database", ours.url]) == 0
    (series,) = HistoryReader(ours.url).read(IN1, 0, 10_000, 10_000)
    assert [*zip(series.times_utc_s.tolist(), series.values.tolist(), strict=True)] == sorted(
        row[1:] for row in expected if row[0] == "IN1"
    )


def test_of_a_time_that_both_have_points_that_ours_lacks_are_added_and_end_no_line(
    ours: HoledFile, theirs: HoledFile
) -> None:
    ours.read(1000, 1030, 1060, values=(20.0, None))
    theirs.read(1000, 1030, 1060, values=(29.0, 7.0))
    report = merged(theirs, ours)
    assert (report.samples, report.added) == (6, 3)
    for key, value in ((IN1, 20.0), (IN2, 7.0)):
        (series,) = HistoryReader(ours.url).read(key, 0, 2000, 100)
        assert (series.times_utc_s.tolist(), series.values.tolist()) == ([1000, 1030, 1060], [value] * 3)
        assert series.holes.starts.tolist() == []
    assert {row[6:8] for row in samples(file_of(ours)) if row[2] == "IN2"} == {(6, "other_monitor")}
    assert merged(theirs, ours).added == 0


def test_readings_of_which_a_damaged_file_does_not_say_what_they_are_of_are_left_out(
    ours: HoledFile, theirs: HoledFile
) -> None:
    theirs.read(1000)
    theirs.read(1030, layout=99)
    assert merged(theirs, ours).added == 2


def test_a_reading_that_lacks_a_point_ends_its_line_as_it_did_there(ours: HoledFile, theirs: HoledFile) -> None:
    theirs.read(1000, 1030, 1060, 1090)
    theirs.read(1120, 1150, values=(None, 21.0))
    theirs.read(1180, 1210)
    merged(theirs, ours)
    for holed in (theirs, ours):
        (series,) = HistoryReader(holed.url).read(IN1, 0, 2000, 100)
        assert [*zip(*(edges.tolist() for edges in series.holes), strict=True)] == [(1120.0, 1180.0)]


def test_how_often_ours_reads_is_not_told_by_newer_readings_of_theirs(ours: HoledFile, theirs: HoledFile) -> None:
    ours.read(1000, 1030)
    theirs.read(1600, 1900, spacing_s=300)
    merged(theirs, ours)
    assert read_spacings(ours.url, "") == {(SERIAL, PointType.INPUT): (30, 30)}


def test_what_theirs_imported_stays_imported_and_yields_to_what_was_recorded(
    ours: HoledFile, theirs: HoledFile
) -> None:
    points = (LayoutPoint("IN1", 1, "L", 3, "°C", 1),)
    old = [
        ImportedFrame(SERIAL, PointType.INPUT, 1, (4, "t3000_database"), time_s, 300, points, {1: 9.0})
        for time_s in (1000, 1300, 1600)
    ]
    store_imported(theirs.connection.cursor(), old, 1.0, "t3000.db")
    ours.read(1300)
    assert merged(theirs, ours).added == 2
    assert {row[3:5] + row[6:8] for row in samples(file_of(ours)) if row[2] == "IN1"} == {
        (1000, 9.0, 4, "t3000_database"),
        (1300, 20.0, 1, "ffi_sync_service"),
        (1600, 9.0, 4, "t3000_database"),
    }
    ours.read(1600)
    (series,) = HistoryReader(ours.url).read(IN1, 0, 2000, 100)
    assert series.values.tolist() == [9.0, 20.0, 20.0]
    assert [run for _, _, time_s, run, *_ in samples_of(file_of(ours), "TRENDLOG_FRAMES") if time_s == 1000] == [
        IMPORTED_RUN
    ]


def test_what_is_no_longer_kept_and_what_is_yet_to_come_is_left_out(ours: HoledFile, theirs: HoledFile) -> None:
    theirs.read(1000, 2000, 4_000_000_000)
    known = Known(kept_since=lambda *_: 1500.0, file=file_of(ours))
    report = import_monitor(file_of(theirs), file_of(ours).parent / "copies", None, LongWork(), known)
    assert (report.samples, report.older, report.later, report.new) == (2, 2, 2, 2)


# Causes


def recorded(holed: HoledFile, since: int, until: int) -> None:
    """It ran, and read every 30 s."""
    holed.event(since - 1, "started")
    holed.read(*range(since, until + 1, 30))
    holed.run(until, until + 1, "ok")


def test_a_hole_that_theirs_filled_is_none_and_of_what_is_left_the_one_tells_that_was_there(
    ours: HoledFile, theirs: HoledFile
) -> None:
    recorded(ours, 1010, 2000)
    ours.event(2002, "quit")
    recorded(ours, 6010, 6970)
    theirs.event(2500, "started")
    theirs.read(*range(2530, 3491, 30))
    theirs.cover(3500, 4280, "timeout", "no answer within … s", cycles=26)
    theirs.run(4270, 4281, "timeout", "no answer within … s")
    theirs.read(*range(4300, 4991, 30))
    theirs.run(4990, 4999, "ok")
    theirs.event(5001, "quit")

    def causes() -> list[tuple[float, float, str]]:
        return ours.causes(1010, 6970, now_s=6975)

    def known_s() -> float:
        (series,) = HistoryReader(ours.url).read(IN1, 1010, 6970, 10_000)
        return statistics(series, 1010, 6970, 6975).known_s

    assert causes() == [(2030.0, 6010.0, "not_running")]
    assert known_s() == 5960 - 3980
    report = merged(theirs, ours)
    assert causes() == [
        (2030.0, 2530.0, "not_running"),
        (3520.0, 4300.0, "timeout"),
        (5020.0, 6010.0, "not_running"),
    ]
    assert known_s() == 5960 - 500 - 780 - 990
    assert [hole.sentence for hole in ours.explained(3000, 4500)] == [
        "T3000 did not answer in time: no answer within … s"
    ]
    of_vector = holes_of_vectors(ours.url, 1010, 6975)[SERIAL, PointType.INPUT]
    assert [(*hole[:2], hole.cause.value) for hole in of_vector] == causes()
    assert report.explained == 1
    rows = samples_of(file_of(ours), "COVERAGE")
    assert merged(theirs, ours).explained == 0
    assert samples_of(file_of(ours), "COVERAGE") == rows


def test_of_a_time_before_ours_was_there_theirs_tells_all_also_that_it_was_away(
    ours: HoledFile, theirs: HoledFile
) -> None:
    recorded(theirs, 1010, 2000)
    theirs.event(2002, "quit")
    recorded(theirs, 3020, 3980)
    theirs.event(3982, "quit")
    recorded(ours, 9020, 9200)
    merged(theirs, ours)
    assert ours.causes(1010, 9200, now_s=9205) == [(2030.0, 3020.0, "not_running"), (4010.0, 9020.0, "unknown")]


def test_of_a_long_hole_the_cause_is_told_once(ours: HoledFile, theirs: HoledFile) -> None:
    day = 86_400
    recorded(ours, 1010, 2000)
    ours.event(2002, "quit")
    recorded(ours, 20 * day, 20 * day + 990)
    theirs.event(1500, "started")
    theirs.read(1510, 1990)
    theirs.cover(2000, 15 * day, "timeout", "no answer", cycles=9)
    theirs.run(15 * day - 9, 15 * day, "timeout", "no answer")
    assert merged(theirs, ours).explained == 1
    assert ours.causes(1510, 20 * day, now_s=20 * day + 995)[-2:] == [
        (2030.0, 15.0 * day, "timeout"),
        (15.0 * day, 20.0 * day, "not_running"),
    ]


def test_what_ours_knows_of_t3000_is_not_replaced(ours: HoledFile, theirs: HoledFile) -> None:
    for holed, cause in ((ours, "refused"), (theirs, "timeout")):
        recorded(holed, 1010, 2000)
        holed.cover(2010, 3000, cause, "no answer", cycles=33)
        holed.run(2990, 3001, cause, "no answer")
        holed.read(*range(3020, 4000, 30))
        holed.run(3980, 3990, "ok")
    merged(theirs, ours)
    assert ours.causes(1010, 3980, now_s=3990) == [(2030.0, 3020.0, "refused")]
    assert count(file_of(ours), "COVERAGE") == 1


def test_where_both_were_away_ours_says_so(ours: HoledFile, theirs: HoledFile) -> None:
    for holed, why in ((ours, "stopped"), (theirs, "quit")):
        recorded(holed, 1010, 2000)
        holed.event(2002, why, "by ann" if why == "stopped" else "")
        holed.event(3000, "resumed" if why == "stopped" else "started")
        holed.read(*range(3020, 4000, 30))
        holed.run(3980, 3990, "ok")
    merged(theirs, ours)
    assert ours.causes(1010, 3980, now_s=3990) == [(2030.0, 3020.0, "stopped")]


# Notes, and changes at points


def note(holed: HoledFile, text: str, created_at: float = 500.0, since: float = 1000.0) -> None:
    holed.add("NOTES", since=since, text=text, author="ann", created_at=created_at, changed_at=created_at)


def test_notes_are_taken_once_also_if_they_were_changed_here_since(ours: HoledFile, theirs: HoledFile) -> None:
    note(ours, "ours")
    note(theirs, "filter changed", 600.0)
    note(theirs, "ours", 700.0)  # the same words of the same time
    ours.read(1000)
    theirs.read(1000)
    assert (merged(theirs, ours).notes, count(file_of(ours), "NOTES")) == (2, 2)
    ours.connection.execute("UPDATE NOTES SET text = 'filter and belt changed' WHERE text = 'filter changed'")
    assert (merged(theirs, ours).new_notes, count(file_of(ours), "NOTES")) == (0, 2)


def change(holed: HoledFile, at: int, old: str, new: str, what: str = "range") -> None:
    point = {"serial_number": SERIAL, "point_type": "INPUT", "point_index": 1}
    holed.add("POINT_CHANGES", at=at, what=what, old=old, new=new, **point)


def test_changes_are_taken_unless_ours_saw_the_same_one(ours: HoledFile, theirs: HoledFile) -> None:
    ours.read(1000)
    theirs.read(1000)
    change(ours, 1000, "3", "4")
    change(theirs, 1030, "3", "4")  # the same, seen later
    change(theirs, 5000, "4", "3")
    change(ours, 9030, "3", "9")
    change(theirs, 9000, "3", "9")  # the same, seen a little earlier
    report = merged(theirs, ours)
    assert (report.changes, report.new_changes) == (3, 1)
    with closing(sqlite3.connect(file_of(ours))) as connection:
        assert connection.execute("SELECT at, old, new FROM POINT_CHANGES ORDER BY at").fetchall() == [
            (1000, "3", "4"),
            (5000, "4", "3"),
            (9030, "3", "9"),
        ]
    assert merged(theirs, ours).new_changes == 0


def test_which_panel_took_the_place_of_which_is_taken_unless_ours_says_otherwise(
    ours: HoledFile, theirs: HoledFile
) -> None:
    for holed, successor, replaced in ((ours, 7, 5), (theirs, 7, 6), (theirs, 9, 8), (theirs, 5, 7)):
        told = {"serial_number": replaced, "successor": successor, "since": 1000, "created_at": 1, "author": "ann"}
        holed.add("PANEL_SUCCESSORS", **told)
    for _ in range(2):
        merged(theirs, ours)
        assert [row[:2] for row in samples_of(file_of(ours), "PANEL_SUCCESSORS")] == [(5, 7), (8, 9)]


# Baselines, daily values, words


def frozen(holed: HoledFile, name: str, at_s: float, *, author: str = "ann") -> None:
    """A baseline as it is made; its time is told, since that is by which it is known."""
    with closing(Database(holed.url)) as database:
        write_baseline(database, BaselineEdit("freeze", name, author=author), at_s, 30)


def listed(path: Path) -> list[tuple[str, float, int, int]]:
    return [(its.name, its.taken_at, its.panels, its.points) for its in read_baselines(sqlite_url(path))]


def test_baselines_are_taken_once_whatever_they_are_called_and_the_same_whoever_is_merged_into_whom(
    ours: HoledFile, theirs: HoledFile, tmp_path: Path
) -> None:
    ours.describe("SAT")
    theirs.describe("SAT", "RAT")
    frozen(ours, "Commissioning", 500.0)
    frozen(theirs, "Commissioning", 600.0)
    frozen(theirs, "Service", 700.0)
    with closing(sqlite3.connect(file_of(theirs))) as connection:
        connection.execute("UPDATE BASELINE_POINTS SET label = 'café' WHERE point_index = 2")
        connection.commit()
    copies = [folder(tmp_path, f"way {number}") / "x.db" for number in (1, 2)]
    for holed, copy in zip((ours, theirs), copies, strict=True):
        with closing(sqlite3.connect(copy)) as target:
            holed.connection.backup(target)
    told = merge(file_of(theirs), file_of(ours), dry=True)
    assert (told.baselines, told.new_baselines, listed(file_of(ours))) == (2, 2, [("Commissioning", 500.0, 1, 1)])
    assert "  2 baselines, of which 2 are new" in list(report_lines(told, None, is_stored=False))
    merged(theirs, ours)
    assert listed(file_of(ours)) == [
        ("Service", 700.0, 1, 2),
        ("Commissioning (2)", 600.0, 1, 2),
        ("Commissioning", 500.0, 1, 1),
    ]
    for mine, its in (("Commissioning (2)", "Commissioning"), ("Service", "Service")):
        assert read_baseline(ours.url, mine) == read_baseline(theirs.url, its)
    with closing(Database(ours.url)) as database:  # known by when it was frozen, not by its name
        write_baseline(database, BaselineEdit("rename", "Service", "Service 2026"), 0.0, 30)
    assert merged(theirs, ours).new_baselines == 0
    assert len(listed(file_of(ours))) == 3
    merge(*copies)  # the other way
    assert merge(*copies).new_baselines == 0
    assert sorted(row[1:] for row in listed(copies[1])) == sorted(row[1:] for row in listed(file_of(ours)))


def day(holed: HoledFile, start_s: int, *, known_s: float = 9000.0, index: int = 1, units: str = "°C") -> None:
    holed.add(
        "TRENDLOG_DAYS",
        serial_number=SERIAL,
        point_type="INPUT",
        point_index=index,
        units=units,
        range=3,
        day_start=start_s,
        day_end=start_s + 10_000,
        digital_analog=1,
        label="L",
        minimum=1.0,
        maximum=2.0,
        mean=1.5,
        known_s=known_s,
    )


def test_daily_values_are_taken_of_days_of_which_ours_has_nothing_and_never_twice(
    ours: HoledFile, theirs: HoledFile
) -> None:
    for start_s in (0, 10_000, 20_000, 30_000):
        day(theirs, start_s)
    day(theirs, 20_000, units="°F", known_s=50.0)  # its unit was changed on that day
    theirs.read(*range(34_000, 34_300, 30))  # the last of the days has samples still
    day(ours, 0, known_s=4000.0)
    ours.read(*range(50_000, 50_300, 30))
    rows = [(0, 4000.0), (10_000, 9000.0), (20_000, 50.0), (20_000, 9000.0), (30_000, 9000.0)]

    def days() -> list[tuple[Any, ...]]:
        return sorted((row[3], row[12]) for row in samples_of(file_of(ours), "TRENDLOG_DAYS"))

    told = merge(file_of(theirs), file_of(ours), dry=True)
    assert (told.days, told.new_days, days()) == (5, 4, [(0, 4000.0)])
    assert (merged(theirs, ours).new_days, days()) == (4, rows)
    day(theirs, 40_000)  # meanwhile more has gone there; ours has its samples
    assert (merged(theirs, ours).new_days, days()) == (0, rows)
    series = HistoryReader(ours.url).read(IN1, 0, 60_000, 10_000)
    assert [part.times_utc_s[0] for part in series] == [20_000, 0]


def test_of_a_panel_of_which_only_daily_values_are_left_is_known_what_they_are_of(
    ours: HoledFile, theirs: HoledFile
) -> None:
    theirs.connection.execute("UPDATE TRENDLOG_LAYOUTS SET serial_number = 42")
    day(theirs, 0)
    theirs.connection.execute("UPDATE TRENDLOG_DAYS SET serial_number = 42")
    assert merged(theirs, ours).new_days == 1
    (panel,) = (its for serial, its in every_panel(ours.url).items() if serial == 42)
    assert [point.point_id for point in panel.inputs] == ["IN1", "IN2"]
    assert len(HistoryReader(ours.url).read(PointKey(42, PointType.INPUT, 1), 0, 60_000, 10_000)) == 1


def test_daily_values_that_are_no_longer_kept_are_left_out(ours: HoledFile, theirs: HoledFile) -> None:
    day(theirs, 0)
    day(theirs, 10_000)
    known = Known(days_kept_since=lambda *_: 10_000.0, file=file_of(ours))
    with closing(Database(ours.url)) as database:
        copies = file_of(ours).parent / "copies"
        report = import_monitor(file_of(theirs), copies, Into(database), LongWork(), known)
    assert (report.days, report.new_days, count(file_of(ours), "TRENDLOG_DAYS")) == (1, 1, 1)


def test_words_are_taken_of_ranges_of_which_ours_knows_none(ours: HoledFile, theirs: HoledFile) -> None:
    for holed, range_, words in ((ours, 23, "Shut"), (theirs, 23, "Closed"), (theirs, 24, "Low"), (theirs, 24, "Min")):
        told = json.dumps([[0, words]])
        holed.add("RANGE_WORDS", serial_number=SERIAL, kind="digital", range=range_, words=told, since=1)
    for added in (2, 0):
        assert merged(theirs, ours).new_words == added
        assert read_words(ours.url)[SERIAL].digital == {23: ((0, "Shut"),), 24: ((0, "Min"),)}


# The other file


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_a_file_of_an_earlier_schema_is_read_from_a_copy_and_stays_as_it_is(
    revision: str, ours: HoledFile, tmp_path: Path
) -> None:
    old = folder(tmp_path, "old") / "old.db"
    old_file(revision, old, tmp_path)
    before = state_of(old.parent)
    report = merge(old, file_of(ours))
    assert samples(file_of(ours)) == [(7, 1, "VAR3", 1_700_000_002, 21.5, "°C", 1, "ffi_sync_service", 30)]
    assert (report.schema, report.added) == (revision, 1)
    assert state_of(old.parent) == before
    assert not (file_of(ours).parent / "copies").exists()


def test_an_empty_file_of_the_schema_before_and_one_of_a_newer_program(ours: HoledFile, tmp_path: Path) -> None:
    old = folder(tmp_path, "old") / "old.db"
    older_schema("0005", old, tmp_path)
    report = merge(old, file_of(ours))
    assert "  there is no sample in it" in report_lines(report, None, is_stored=True)
    newer = folder(tmp_path, "newer") / "newer.db"
    Database(f"sqlite:///{newer}").close()
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = state_of(newer.parent)
    with pytest.raises(UnusableFileError, match=rf"newer version .*schema 9999, this one knows {SCHEMA_REVISION}"):
        merge(newer, file_of(ours))
    assert state_of(newer.parent) == before


def test_while_another_program_records_into_it_it_is_read_whole_and_left_as_it_is(
    ours: HoledFile, tmp_path: Path
) -> None:
    place = folder(tmp_path, "in use")
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from holed_file import HoledFile
made = HoledFile(Path({str(place)!r}) / "site.db")
made.connection.execute("PRAGMA wal_autocheckpoint = 0")
made.read(*range(1000, 1300, 30))
print("ready", flush=True)
sys.stdin.readline()
made.read(1300)
print("written", flush=True)
sys.stdin.readline()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin
        assert program.stdout
        assert program.stdout.readline() == "ready\n"
        before = {name: told for name, told in state_of(place).items() if not name.endswith("-shm")}
        assert "site.db-wal" in before
        assert merge(place / "site.db", file_of(ours)).added == 20
        assert {name: told for name, told in state_of(place).items() if not name.endswith("-shm")} == before
        program.stdin.write("\n")
        program.stdin.flush()
        assert program.stdout.readline() == "written\n"
        assert merge(place / "site.db", file_of(ours)).added == 2
        program.kill()
    before = state_of(place)
    assert merge(place / "site.db", file_of(ours)).added == 0
    assert state_of(place) == before


def test_a_merge_that_was_ended_anywhere_and_repeated_is_as_one_that_was_not(
    ours: HoledFile, theirs: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_monitor, "_SAMPLES_AT_ONCE", 20)
    ours.read(*range(1000, 1300, 30))
    theirs.read(*range(1150, 2200, 30))
    theirs.cover(2200, 2500, "timeout", "no answer")
    note(theirs, "filter changed")
    whole = folder(tmp_path, "whole") / "ours.db"
    copies = [whole, *(folder(tmp_path, f"{number}") / "ours.db" for number in range(4))]
    for copy in copies:
        with closing(sqlite3.connect(copy)) as target:
            ours.connection.backup(target)
    assert merge(file_of(theirs), whole).added == 60
    for windows, copy in enumerate(copies[1:]):
        with pytest.raises(CancelledWorkError):
            merge(file_of(theirs), copy, ends_after=windows)
        merge(file_of(theirs), copy)
        for table in ("TRENDLOG_DATA", "NOTES", "COVERAGE", "SYNC_EVENTS"):
            assert samples_of(copy, table) == samples_of(whole, table)


def samples_of(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}").fetchall())


def test_it_is_told_what_is_new_before_anything_is_stored(ours: HoledFile, theirs: HoledFile) -> None:
    ours.read(*range(1000, 1300, 30))
    theirs.read(*range(1150, 1600, 30))
    note(theirs, "filter changed")
    change(theirs, 1200, "3", "4")
    before = samples_of(file_of(ours), "TRENDLOG_FRAMES")
    report = merge(file_of(theirs), file_of(ours), dry=True)
    lines = list(report_lines(report, None, is_stored=False))
    assert "(another T3 Monitor's, schema" in lines[0]
    assert lines[-4:] == [
        "  1 note, of which 1 is new",
        "  1 change at points, of which 1 is new",
        "  20 of the samples are new",
        "  nothing was stored (--dry-run)",
    ]
    assert samples_of(file_of(ours), "TRENDLOG_FRAMES") == before
    nothing = merge(file_of(theirs), file_of(ours).with_name("none.db"), dry=True)
    assert (nothing.new, nothing.new_notes, nothing.new_changes) == (30, 1, 1)


def test_it_is_told_too_where_ours_is_of_an_earlier_schema(theirs: HoledFile, tmp_path: Path) -> None:
    old = folder(tmp_path, "old") / "old.db"
    old_file("0001", old, tmp_path)
    theirs.read(1000)
    change(theirs, 1200, "3", "4")
    report = merge(file_of(theirs), old, dry=True)
    assert (report.new, report.new_changes) == (2, 1)


def test_the_database_in_force_is_not_even_opened(ours: HoledFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_monitor, "opened", None)
    with pytest.raises(UnusableFileError, match="is the database in force itself"):
        import_monitor(file_of(ours), Path(), None, LongWork(), Known(file=file_of(ours)))


def test_present_state_and_ledger_are_what_they_were(ours: HoledFile, theirs: HoledFile) -> None:
    ours.read(1000)
    theirs.read(1000, 1030)
    theirs.panel(99)
    theirs.run(1000, 1001, "ok")
    tables = "DEVICES", "INPUT_POINTS", "SYNC_RUNS", "TRENDLOG_DAYS"
    before = [samples_of(file_of(ours), table) for table in tables]
    merged(theirs, ours)
    assert [samples_of(file_of(ours), table) for table in tables] == before


def test_the_command_merges_it_and_names_it(
    theirs: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    theirs.read(*range(1_700_000_000, 1_700_000_300, 30))
    command = ["import", str(file_of(theirs).parent), "--zone", "UTC"]
    for options, last in (
        (["--dry-run"], "nothing was stored (--dry-run)"),
        ([], "20 samples were added"),
        ([], "0 samples were added; 20 were there already"),
    ):
        assert main([*command, *options]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith(f"{file_of(theirs)}: ")
        assert "  20 samples from 2023-11-14 22:13:20 UTC to 2023-11-14 22:17:50 UTC" in lines
        assert lines[-1] == f"  {last}"
