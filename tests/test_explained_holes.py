"""Holes with their causes, of real files."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from holed_file import IN1, SERIAL, HoledFile
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.zones import local, zone_text
from t3monitor.store.causes import recorded
from t3monitor.store.causes.derivation import Event, Told
from t3monitor.store.causes.holes import ExplainedHole, faulty, holes, holes_of_points, holes_of_vectors
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.statistics import statistics
from t3monitor.store.lock import Holder, Lock


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HoledFile]:
    path = tmp_path / "holes.db"
    made = HoledFile(path)
    with closing(made.connection):
        yield made


def test_a_hole_has_the_cause_and_reason_of_its_row_and_the_cycles_that_ended_in_it(file: HoledFile) -> None:
    file.run(1000, 1001, "ok")
    failed = [file.run(1030, 1050, "timeout"), file.run(1060, 1080, "timeout"), file.run(1090, 1110, "timeout")]
    file.run(1119.5, 1120, "ok")
    file.cover(1030, 1110, "timeout", "No answer from <b>T3000</b>")
    file.read(970, 1000, 1120, 1150)
    assert file.explained(980, 1150, now_s=1150) == (
        ExplainedHole(
            1030, 1120, Cause.TIMEOUT, "T3000 did not answer in time: No answer from <b>T3000</b>", tuple(failed)
        ),
    )


def test_after_readings_that_come_late_there_is_no_hole_until_the_next_one_is_overdue(file: HoledFile) -> None:
    file.read(1000, 1030)
    for read_s in (1000, 1030):
        cycle = file.run(read_s + 98, read_s + 100, "ok")
        file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = ? WHERE logging_time = ?", (cycle, read_s))

    def told(now_s: float) -> list[tuple[float, float, str]]:
        [of_vector] = holes_of_vectors(file.url, 1000, now_s).values()
        causes = file.causes(1000, now_s=now_s)
        assert [(*hole[:2], hole.cause.value) for hole in of_vector] == causes
        return causes

    [line] = HistoryReader(file.url).read(IN1, 1000, 5000, 100)
    assert told(1205) == []
    found = statistics(line, 1000, 5000, 1205)
    assert (found.known, found.known_s, found.end_s) == (1, 105, 1105)
    assert told(1206) == [(1060, 1130, "not_reread"), (1130, 1206, "unknown")]
    found = statistics(line, 1000, 5000, 1206)
    assert (found.known_s, found.end_s) == (60, 1206)


def test_a_cycle_in_a_hole_that_stored_the_reading_before_it_found_nothing_newer(file: HoledFile) -> None:
    file.read(970, 1000, 1080)
    asked = [file.run(asked_s, asked_s + 1, "ok") for asked_s in (1001, 1045, 1090)]
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = ? WHERE logging_time = 1000", (asked[1],))
    assert file.explained(970, 1080, now_s=1090) == (
        ExplainedHole(1030, 1080, Cause.NOT_REREAD, "T3000 had no newer reading", (asked[1],)),
    )
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = ? WHERE logging_time = 1000", (asked[0],))
    assert file.causes(970, 1080, now_s=1090) == [(1030, 1080, "unknown")]


@pytest.mark.parametrize("delay_s", [0, 45, 100])
def test_after_readings_that_come_late_a_program_that_quit_is_why_there_is_none(file: HoledFile, delay_s: int) -> None:
    file.event(900, "started")
    file.read(970, 1000)
    stored = file.run(999 + delay_s, 1000 + delay_s, "ok")
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = ? WHERE logging_time = 1000", (stored,))
    file.event(1001 + delay_s, "quit")
    assert file.causes(970, 5000, now_s=5000) == [(1030, 5000, "not_running")]


def test_a_reading_that_was_stored_after_the_program_was_away_tells_nothing_of_before(file: HoledFile) -> None:
    file.event(900, "started")
    file.read(970, 1000)
    file.event(2000, "quit")
    file.event(3000, "started")
    stored = file.run(3000, 3001, "ok")  # T3000 still told of the old reading
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = ? WHERE logging_time = 1000", (stored,))
    assert file.causes(970, 2500, now_s=5000) == [(1030, 2000, "unknown"), (2000, 2500, "not_running")]


def test_a_line_without_a_hole_has_nothing_to_explain(file: HoledFile) -> None:
    file.cover(0, 5000, "timeout")
    file.read(1000, 1030, 1105)
    assert file.causes(1000, 1105, now_s=1105) == []


def test_holes_are_cut_at_the_time_that_was_asked_for_and_at_the_present(file: HoledFile) -> None:
    file.read(1000, 5000)
    file.cover(1030, 4990, "timeout")
    file.cover(5030, 6000, "not_ready")
    assert file.causes(2000, 3000) == [(2000, 3000, "timeout")]
    assert file.causes(4000, 7000, now_s=6000) == [(4000, 5000, "timeout"), (5030, 6000, "not_ready")]
    assert file.causes(7000, 8000, now_s=6000) == []


def test_rows_of_other_panels_types_and_sites_explain_nothing(file: HoledFile) -> None:
    file.read(1000, 2000)
    file.cover(1030, 2000, "not_reread", serial_number=5)
    file.cover(1030, 2000, "not_reread", serial_number=SERIAL, point_type="OUTPUT")
    file.cover(1030, 2000, "timeout", site="another")
    file.event(1030, "stopped", site="another")
    file.run(1030, 1990, "timeout", site="another")
    assert file.explained(1000, 2000) == (ExplainedHole(1030, 2000, Cause.UNKNOWN, "Cause not recorded", ()),)
    file.cover(1030, 2000, "not_reread", serial_number=SERIAL, point_type="INPUT")
    assert file.causes(1000, 2000) == [(1030, 2000, "not_reread")]


def test_a_panel_that_got_a_site_is_explained_by_what_was_recorded_before_as_well(file: HoledFile) -> None:
    file.connection.execute("UPDATE DEVICES SET site = 'north'")
    file.read(1000, 2000)
    file.cover(1030, 1500, "timeout")
    file.cover(1500, 2000, "not_ready", site="north")
    assert file.causes(1000, 2000) == [(1030, 1500, "timeout"), (1500, 2000, "not_ready")]


def test_the_end_of_what_was_recorded_before_a_panel_got_a_site_may_come_late_and_is_none_of_its_site(
    file: HoledFile,
) -> None:
    file.connection.execute("UPDATE DEVICES SET site = 'north'")
    file.read(1000, 2000, 3000)
    file.event(900, "started")
    file.event(1500, "started", site="north")
    file.event(1510, "quit")
    file.cover(1030, 1500, "timeout")
    file.cover(1500, 2000, "not_ready", site="north")
    file.event(2100, "quit", site="north")
    assert file.causes(1000, 2000) == [(1030, 1500, "timeout"), (1500, 2000, "not_ready")]
    assert file.causes(2000, 3000) == [(2030, 2100, "unknown"), (2100, 3000, "not_running")]


def test_a_panels_row_counts_before_that_of_its_site(file: HoledFile) -> None:
    file.read(1000, 2000)
    file.cover(1030, 1600, "timeout")
    file.cover(1300, 2000, "panel_missing", serial_number=SERIAL)
    assert file.causes(1000, 2000) == [(1030, 1300, "timeout"), (1300, 2000, "panel_missing")]


def test_events_tell_of_the_time_in_which_no_cycle_ran(file: HoledFile) -> None:
    file.read(1000, 9000)
    file.event(900, "started")
    file.event(1100, "stopped", "by the user")
    file.event(2000, "resumed")
    file.event(3000, "slept", "900")
    file.event(4000, "quit")
    file.event(5000, "started")
    file.run(5000, 5001, "not_ready")
    file.event(6000, "started")
    file.cover(2000, 3990, "timeout")
    file.cover(6000, 7000, "timeout")
    file.event(9000, "clock_stepped", "2000")
    assert [(*hole[:2], hole.sentence) for hole in file.explained(1000, 9000)] == [
        (1030, 1100, "Cause not recorded"),
        (1100, 2000, "Recording was stopped by the user"),
        (2000, 2100, "T3000 did not answer in time"),
        (2100, 3000, "This computer slept, or the program was halted"),
        (3000, 4000, "T3000 did not answer in time"),
        (4000, 5000, "T3 Monitor was not running"),
        (5000, 5001, "T3000 was not ready"),
        (5001, 6000, "T3 Monitor ended unexpectedly"),
        (6000, 7000, "T3000 did not answer in time"),
        (7000, 9000, "The clock was set forward"),
    ]


def test_of_a_program_that_a_scheduler_starts_all_year_only_the_events_around_the_holes_are_looked_at(
    file: HoledFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start_s in range(0, 9000, 300):
        file.event(start_s, "started")
        file.event(start_s + 1, "quit")
    file.read(8400, 8700, 9000)
    looked_at = []
    judge = recorded.absences

    def spy(events: Iterable[Event], *rest: Any, **fields: Any) -> list[Told]:
        looked_at.extend(events)
        return judge(looked_at, *rest, **fields)

    monkeypatch.setattr(recorded, "absences", spy)
    assert file.causes(8500, 9000) == [(8500, 8700, "not_running"), (8730, 9000, "not_running")]
    assert [event.at_s for event in looked_at] == [8400, 8401, 8700, 8701]


def test_a_scheduler_that_starts_the_program_in_time_makes_no_absence_of_what_its_cycles_tell(file: HoledFile) -> None:
    for start_s in range(0, 6001, 300):
        failed = 600 < start_s < 5000
        file.event(start_s, "started")
        file.run(start_s, start_s + 20, "timeout" if failed else "ok")
        file.event(start_s + 20, "quit")
    file.cover(1500, 4820, "timeout")
    file.read(0, 300, 600, 5100, 5400, spacing_s=300)
    assert file.causes(0, 5400, now_s=5400) == [(900, 5100, "timeout")]


def test_whether_the_next_cycle_came_in_time_is_told_by_how_often_a_panel_was_read_then(file: HoledFile) -> None:
    file.event(0, "started")
    file.read(0, 3600, spacing_s=3600)
    file.cover(7000, 14_300, "timeout")
    file.read(14_400, 14_700, spacing_s=300)
    file.event(14_800, "quit")
    file.event(16_400, "started")
    file.run(16_499, 16_500, "ok")
    file.read(16_500, spacing_s=300)
    assert file.causes(0, 16_500) == [(7200, 14_400, "timeout"), (15_000, 16_500, "not_running")]


def test_an_unexpected_end_begins_with_the_last_sign_of_life(file: HoledFile) -> None:
    file.read(1000, 9000)
    file.event(900, "started")
    file.run(1030, 1500, "timeout")
    file.run(1600, 1610, "timeout", site="another")
    file.cover(1030, 1500, "timeout")
    file.event(8990, "started")
    assert file.causes(1000, 9000) == [(1030, 1500, "timeout"), (1500, 9000, "ended_unexpectedly")]
    file.cover(1500, 1700, "not_ready")  # its cycles are no longer in the ledger
    assert file.causes(1000, 9000)[1:] == [(1500, 1700, "not_ready"), (1700, 9000, "ended_unexpectedly")]


def test_up_to_now_the_program_ended_unexpectedly_only_if_none_records(file: HoledFile, tmp_path: Path) -> None:
    file.read(1000)
    file.event(900, "started")
    assert file.causes(1000, 3000, now_s=3000) == [(1030, 3000, "ended_unexpectedly")]
    lock = Lock(tmp_path / "holes.db", Holder.of_this_process("t3monitor", 1, ""))
    assert file.causes(1000, 3000, now_s=3000) == [(1030, 3000, "unknown")]
    lock.release()


def test_a_file_from_before_causes_were_recorded_is_explained_by_its_ledger(file: HoledFile) -> None:
    file.read(1000, 1300, 1330, 3000)
    failed = [file.run(at_s, at_s + 10.0, "not_ready", "T3000 is starting") for at_s in range(1030, 1300, 30)]
    stored = [file.run(at_s, at_s + 1.0, "ok") for at_s in range(1360, 3000, 30)]
    for table in ("COVERAGE", "SYNC_EVENTS", "POINT_CHANGES"):
        file.connection.execute(f"DROP TABLE {table}")
    assert file.explained(1000, 3000) == (
        ExplainedHole(1030, 1300, Cause.NOT_READY, "T3000 was not ready: T3000 is starting", tuple(failed)),
        ExplainedHole(1360, 3000, Cause.UNKNOWN, "Cause not recorded", tuple(stored)),
    )
    assert faulty(file.url, IN1).starts.size == 0


def test_a_cycle_that_was_interrupted_was_stopped_and_one_of_a_later_version_is_not_known(file: HoledFile) -> None:
    file.read(1000, 1090 + 30, 1300)
    file.run(1030, 1115, "interrupted")
    file.run(1150, 1290, "teleported")
    assert file.causes(1000, 1300) == [(1030, 1120, "stopped"), (1150, 1300, "unknown")]


def test_before_its_first_reading_a_point_was_first_seen_by_a_clock_that_is_named(file: HoledFile) -> None:
    file.read(1000, 1030)
    file.cover(0, 990, "timeout")
    seen = f"{local(1000, None):%Y-%m-%d %H:%M:%S} {zone_text(1000, None)}"
    assert file.explained(500, 1000) == (
        ExplainedHole(500, 1000, Cause.BEFORE_FIRST, f"It was not read before: first seen {seen}", ()),
    )


def test_what_retention_removed_was_there_since_its_panel_was_first_seen(file: HoledFile) -> None:
    file.connection.execute("UPDATE DEVICES SET first_seen = 700")
    file.read(1000, 1030)
    assert file.causes(500, 1030, now_s=1030) == [(500, 1000, "before_first")]
    file.event(1020, "retention", "samples before 1971-01-02")
    assert file.causes(500, 1030, now_s=1030) == [(500, 700, "before_first"), (700, 1000, "no_longer_kept")]


def test_what_was_never_read_after_the_day_from_which_all_is_kept_is_not_called_removed(file: HoledFile) -> None:
    kept_from_s = int(datetime(2026, 10, 20).timestamp())  # of this computer's zone
    file.connection.execute("UPDATE DEVICES SET first_seen = ?", (kept_from_s - 500,))
    file.event(kept_from_s + 900, "retention", "samples before 2026-10-19, of panel 9 before 2026-10-20")
    file.cover(kept_from_s, kept_from_s + 1000, "not_recorded", serial_number=SERIAL, point_type="INPUT")
    file.read(kept_from_s + 1000)
    assert file.causes(kept_from_s - 900, kept_from_s + 1000, now_s=kept_from_s + 1000) == [
        (kept_from_s - 900, kept_from_s - 500, "before_first"),
        (kept_from_s - 500, kept_from_s, "no_longer_kept"),
        (kept_from_s, kept_from_s + 1000, "not_recorded"),
    ]


def test_a_point_that_its_panel_was_read_without_was_missing_or_not_in_use(file: HoledFile) -> None:
    file.layout(2, {2: "°C"})
    file.cover(0, 9000, "timeout")
    file.read(1000)
    file.read(1030, 1060, values=(None, 21.0))
    file.read(1090, 1120, values=(21.0,), layout=2)
    file.read(1150, 1180)
    assert file.causes(1000, 1180) == [(1030, 1090, "point_missing"), (1090, 1150, "unused")]


def test_a_hole_of_the_panel_within_the_time_in_which_a_point_was_missing_has_its_own_cause(file: HoledFile) -> None:
    file.read(1000)
    file.read(1030, 1500, values=(None, 21.0))
    file.read(1530)
    file.cover(1060, 1490, "timeout")
    assert file.causes(1000, 1530) == [
        (1030, 1060, "point_missing"),
        (1060, 1500, "timeout"),
        (1500, 1530, "point_missing"),
    ]


def test_a_point_that_has_another_unit_now_has_a_reading(file: HoledFile) -> None:
    file.layout(2, {1: "°F", 2: "°F"})
    file.read(1000, 1030)
    file.read(1060, 1090, 2000, 2030, layout=2)
    file.cover(1120, 1990, "timeout")
    for series in HistoryReader(file.url).read(IN1, 1000, 2030, 1000):
        assert [(*hole[:2], hole.cause) for hole in holes(file.url, series, IN1, 1000, 2030, 2030)] == [
            (1120, 2000, Cause.TIMEOUT)
        ]


def test_a_time_that_begins_or_ends_amid_a_reading_in_another_unit_has_no_hole_there(file: HoledFile) -> None:
    file.layout(2, {1: "°F"})
    file.read(0, 30, 60, 90, 150, 180)
    file.read(120, 210, layout=2)
    file.read(2000)

    def of_points(start_s: float, end_s: float) -> list[tuple[float, float]]:
        return [hole[:2] for hole in holes_of_points(file.url, [IN1], start_s, end_s, 100_000)[IN1]]

    assert of_points(125, 200) == []
    assert of_points(100, 140) == []
    assert of_points(185, 300) == [(240, 300)], "the reading in the other unit holds for a spacing, whatever is asked"


def test_a_sensor_that_is_open_says_nothing_in_another_unit_either(file: HoledFile) -> None:
    file.layout(2, {1: "°F"})
    file.read(0, 30, 60, 120, 150)
    file.read(90, layout=2)
    file.status(30, "0", "1")
    file.status(150, "1", "0")
    assert file.causes(0, 160, now_s=160) == [(30, 150, "sensor_open")]


def test_in_an_older_file_a_reading_in_another_unit_holds_as_long_as_its_panel_was_usually_read(
    file: HoledFile,
) -> None:
    file.layout(2, {1: "°F"})
    file.read(*range(0, 3000, 300))
    file.read(3000, layout=2)
    file.read(3300)
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET expected_spacing = NULL")
    assert file.causes(1000, 3300, now_s=3300) == []
    file.connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time = 3300")
    file.read(9000)
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET expected_spacing = NULL")
    assert file.causes(1000, 9000, now_s=9000) == [(3300, 9000, "unknown")]


def test_a_point_that_was_never_read_has_the_causes_of_its_panel(file: HoledFile) -> None:
    file.read(1000, 1030, 1060, values=(None, 21.0))
    file.cover(1060, 2000, "not_recorded", serial_number=SERIAL)
    assert file.causes(1000, 2000, now_s=2000) == [(1000, 1090, "point_missing"), (1090, 2000, "not_recorded")]


def test_points_of_a_panel_that_share_holes_have_each_its_own_causes(file: HoledFile) -> None:
    keys = [PointKey(SERIAL, PointType.INPUT, index) for index in (1, 2, 3, 4)]
    file.layout(2, dict.fromkeys((1, 2, 3, 4), "°C"))
    file.layout(3, dict.fromkeys((1, 2, 3), "°C") | {4: "°F"})
    file.read(1000, 1030, values=(20.0, 21.0, 22.0, 23.0), layout=2)
    file.read(2000, 2030, values=(20.0, None, 22.0, 73.0), layout=3)
    file.read(3000, 3030, values=(20.0, 21.0, 22.0, 23.0), layout=2)
    file.cover(1060, 1990, "timeout")
    file.cover(2060, 2990, "not_ready")
    file.status(1030, "0", "1")
    file.status(2030, "1", "0")
    alone = {key: file.explained(1000, 3030, 3030, key) for key in keys}
    assert holes_of_points(file.url, keys, 1000, 3030, 3030) == alone
    assert holes_of_points(file.url, keys[::-1], 1000, 3030, 3030) == alone
    assert len(set(alone.values())) == 3, "the two that were read alike are alike"


def test_the_time_of_an_open_sensor_has_a_cause_though_the_line_goes_on(file: HoledFile) -> None:
    file.read(*range(1000, 1500, 30))
    file.status(1060, None, "1")
    file.status(1120, "1", "2")
    file.status(1180, "2", "0")
    file.status(1300, "0", "1")
    assert [(*hole[:2], hole.sentence) for hole in file.explained(1000, 1330, now_s=1480)] == [
        (1060, 1120, "The sensor was open"),
        (1120, 1180, "The sensor was shorted"),
        (1300, 1330, "The sensor was open"),
    ]
    assert [edges.tolist() for edges in faulty(file.url, IN1)] == [[1060, 1120, 1300], [1120, 1180, float("inf")]]


def test_a_sensor_that_was_open_before_and_after_a_hole_is_its_cause(file: HoledFile) -> None:
    file.read(970, 1000, 2000, 2030)
    file.cover(1030, 1990, "timeout")
    file.status(1000, None, "1")
    assert file.causes(970, 2030, now_s=2030) == [(1000, 2030, "sensor_open")]


def test_of_a_sensor_that_was_mended_during_a_hole_nobody_knows_when(file: HoledFile) -> None:
    file.read(970, 1000, 2000, 2030)
    file.cover(1030, 1990, "timeout")
    file.status(1000, None, "1")
    file.status(2000, "1", "0")
    assert file.causes(970, 2030, now_s=2030) == [(1000, 1030, "sensor_open"), (1030, 2000, "timeout")]


def test_of_a_sensor_that_was_open_before_changes_were_recorded_only_the_last_reading_is_known_to_be_bad(
    file: HoledFile,
) -> None:
    file.read(*range(1000, 1121, 30))
    file.status(1090, "1", "0")
    assert file.causes(1000, 1120, now_s=1120) == [(1060, 1090, "sensor_open")]
    assert [edges.tolist() for edges in faulty(file.url, IN1)] == [[1060], [1090]]
    file.connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time < 1090")  # as retention does
    assert file.causes(1090, 1120, now_s=1120) == []


def test_an_open_sensor_is_not_known_to_be_open_after_its_last_reading(file: HoledFile) -> None:
    file.read(970, 1000)
    file.cover(1030, 3000, "timeout")
    file.status(1000, None, "1")
    assert file.causes(970, 2000, now_s=3000) == [(1000, 1030, "sensor_open"), (1030, 2000, "timeout")]


def test_the_holes_of_points_are_those_of_all_their_readings(file: HoledFile) -> None:
    """Many, which lie within the stretches that are read, of a panel whose turn once came less often."""
    for since_s, until_s, spacing_s in ((0, 300_000, 300), (300_000, 330_000, 30)):
        read = (at_s for at_s in range(since_s, until_s, spacing_s) if at_s % 6_000 not in range(600, 2_100))
        file.read(*read, spacing_s=spacing_s)
    for begin_s in range(600, 330_000, 6_000):
        file.cover(begin_s, begin_s + 1_100, "timeout")
    found = holes_of_points(file.url, [IN1], 0, 329_000, 329_000)[IN1]
    assert found == file.explained(0, 329_000, now_s=329_000)
    assert [hole.cause for hole in found] == [Cause.TIMEOUT] * 50 + [Cause.TIMEOUT, Cause.UNKNOWN] * 5


def test_a_file_that_is_not_there_has_no_causes(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "none.db")
    assert holes(url, None, IN1, 0, 100, 50) == (ExplainedHole(0, 50, Cause.UNKNOWN, "Cause not recorded", ()),)
    assert holes(url, None, IN1, 60, 100, 50) == ()
