"""Holes that came about on our side: which they are, and what is told of them once T3000 was asked."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from holed_file import IN1, SERIAL, HoledFile
from t3monitor.model.causes import OURS, Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.recording import Recording
from t3monitor.store.causes.holes import holes_in_turn
from t3monitor.store.causes.ours import around, own_holes, panels_of
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.statistics import statistics
from t3monitor.store.writing.coverage import Coverage
from t3monitor.store.writing.filled import tell_filled

INPUT = PointType.INPUT
ALL = Recording()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HoledFile]:
    made = HoledFile(tmp_path / "holes.db")
    with closing(made.connection):
        yield made


def absent(file: HoledFile, since_s: float, until_s: float) -> None:
    """T3 Monitor quit, and was started again."""
    file.read(since_s - 30, since_s)
    file.event(since_s + 1, "quit")
    file.event(until_s - 1, "started")
    file.read(until_s, until_s + 30)
    file.run(until_s + 30, until_s + 31, "ok")


def found(
    file: HoledFile, since_s: float = 0, recording: Recording = ALL, site: str = ""
) -> list[tuple[float, float, Cause]]:
    ((last_s,),) = file.connection.execute("SELECT max(logging_time) FROM TRENDLOG_FRAMES")
    holes = own_holes(file.url, panels_of(file.url, site), recording, since_s, last_s + 10)
    assert {hole[:3] for hole in holes} <= {(SERIAL, 1, INPUT)}
    return [hole[3:] for hole in holes]


def test_a_hole_of_ours_begins_and_ends_where_no_line_can_join_what_is_found_to_what_was_recorded(
    file: HoledFile,
) -> None:
    absent(file, 1000, 3000)
    assert found(file) == [(1000 + 2.5 * 30, 2997, Cause.NOT_RUNNING)]
    file.fill(1076, 2996)
    [line] = HistoryReader(file.url).read(IN1, 0, 4000, 100)
    assert line.holes.starts.tolist() == [1030, 1077, 2997]
    assert line.holes.ends.tolist() == [1076, 2996, 3000]


@pytest.mark.parametrize(
    ("events", "cause"),
    [
        ([(1001, "quit", ""), (2999, "started", "")], Cause.NOT_RUNNING),
        ([(1001, "stopped", "by the user"), (2999, "resumed", "")], Cause.STOPPED),
        ([(2999, "slept", "1990")], Cause.ASLEEP),
        ([(900, "started", ""), (2999, "started", "")], Cause.ENDED_UNEXPECTEDLY),
        ([(2999, "clock_stepped", "1990")], None),
        ([], None),
    ],
)
def test_what_happened_to_this_program_is_ours(
    file: HoledFile, events: list[tuple[float, str, str]], cause: Cause | None
) -> None:
    file.run(900, 1001, "ok")
    file.read(970, 1000, 3000, 3030)
    for event in events:
        file.event(*event)
    assert {its for *_, its in found(file)} == ({cause} if cause else set())


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.FILLED])
def test_of_what_cycles_told_only_database_and_own_errors_are_ours(file: HoledFile, cause: Cause) -> None:
    file.read(970, 1000, 3000, 3030)
    file.cover(1030, 2990, cause.value)
    assert [its for *_, its in found(file)] == ([cause] if cause in OURS else [])


def test_of_a_hole_of_several_causes_only_our_part_is_wanted(file: HoledFile) -> None:
    file.read(970, 1000, 5000, 5030)
    file.cover(1030, 2000, "timeout")
    file.event(2010, "quit")
    file.event(4000, "started")
    file.cover(4000, 4990, "unreachable")
    file.run(5030, 5031, "ok")
    assert found(file) == [(2010, 4000, Cause.NOT_RUNNING)]


def test_panels_and_types_that_are_not_recorded_are_not_wanted_nor_what_is_older_or_of_other_sites(
    file: HoledFile,
) -> None:
    absent(file, 1000, 3000)
    assert found(file, recording=Recording(unrecorded=frozenset((SERIAL,)))) == []
    assert found(file, recording=Recording(types=frozenset((PointType.OUTPUT,)))) == []
    assert found(file, 2000) == [(2000, 2997, Cause.NOT_RUNNING)]
    assert found(file, 3000) == []
    assert found(file, site="north") == []


def test_several_absences_in_one_hole_and_several_holes_come_once_each(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    file.event(3040, "quit")
    file.event(3500, "started")
    file.event(3600, "quit")
    file.event(4999, "started")
    file.read(5000, 5030)
    absent(file, 6000, 8000)
    starts = [start_s for start_s, *_ in found(file)]
    assert starts == sorted(set(starts))
    assert starts[0], starts[-1] == (1075, 6075)
    assert all(end_s - start_s > 100 for start_s, end_s, _ in found(file))


def test_what_was_filled_is_told_so_and_is_not_asked_for_again(file: HoledFile) -> None:
    absent(file, 1000, 9000)
    [(start_s, end_s, cause)] = found(file)
    file.fill(*range(2000, 4001, 300), *range(7000, 8001, 300))
    filled_s = tell_filled(file.connection.cursor(), "", (SERIAL, INPUT), (start_s, end_s, cause))
    rows = file.connection.execute("SELECT since, until, class, cause, reason, cycles FROM COVERAGE ORDER BY since")
    ours = "monitor", "filled", "T3 Monitor was not running", 0
    nothing = "monitor", "not_running", "T3000 has no readings of this time", 0
    assert rows.fetchall() == [
        (1075, 2000, *nothing),
        (2000, 4100, *ours),
        (4100, 7000, *nothing),
        (7000, 8200, *ours),
        (8200, 8997, *nothing),
    ]
    assert filled_s == 2100 + 1200
    assert found(file) == []


def test_a_hole_of_which_t3000_has_nothing_keeps_its_cause(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    [(start_s, end_s, cause)] = found(file)
    assert tell_filled(file.connection.cursor(), "", (SERIAL, INPUT), (start_s, end_s, cause)) == 0
    assert found(file) == []
    assert file.causes(0, 3000)[-1:] == [(1030, 3000, "not_running")]


def test_between_filled_readings_holes_say_filled_from_t3000_and_whyever_that_was_missing(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    [(start_s, end_s, cause)] = found(file)
    file.fill(1300, 1600, 1900)
    tell_filled(file.connection.cursor(), "", (SERIAL, INPUT), (start_s, end_s, cause))
    told = [hole for hole in file.explained(0, 3000) if hole.start_s >= 1000]
    assert [(*hole[:2], hole.cause) for hole in told] == [
        (1030, 1300, Cause.NOT_RUNNING),
        (1301, 1600, Cause.FILLED),
        (1601, 1900, Cause.FILLED),
        (1901, 2200, Cause.FILLED),
        (2200, 3000, Cause.NOT_RUNNING),
    ]
    assert told[1].sentence == "Filled from T3000: T3 Monitor was not running"


def test_a_point_of_which_t3000_told_nothing_was_not_filled_although_others_of_its_panel_were(file: HoledFile) -> None:
    absent(file, 1000, 9000)
    [(start_s, end_s, cause)] = found(file)
    file.fill(1600, 1900, 5000, 5300)
    tell_filled(file.connection.cursor(), "", (SERIAL, INPUT), (start_s, end_s, cause))
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET vals = '[null]' WHERE logging_time IN (5000, 5300)")
    file.cover(6000, 6500, "filled", cycles=0, serial_number=SERIAL, point_type="INPUT")
    file.connection.commit()
    whole = [(*hole[:2], hole.cause.value) for hole in file.explained(0, 9000) if hole.start_s >= 1000]
    assert whole == [
        (1030, 1600, "not_running"),
        (1601, 1900, "filled"),
        (1901, 2200, "filled"),
        (2200, 9000, "not_running"),
    ]
    in_turn = [(*hole[:2], hole.cause.value) for hole in holes_in_turn(file.url, IN1, 1000, 9000, 1e6, 700)]
    assert in_turn == whole


def test_filled_readings_count_as_single_ones_in_what_is_known(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    file.fill(1300, 1600, 1900)
    [line] = HistoryReader(file.url).read(IN1, 1030, 3000, 100)
    assert statistics(line, 1030, 3000, 10_000).known_s == 3


def test_filling_once_more_adds_nothing_and_a_recorded_reading_stays(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    assert file.fill(1300, 1600, 3000) == 2
    assert file.fill(1300, 1600) == 0
    rows = file.connection.execute(
        "SELECT logging_time, value, data_source, created_by FROM TRENDLOG_DATA WHERE data_source <> 1 ORDER BY 1"
    )
    assert rows.fetchall() == [(1300, 22.0, 7, "t3000_history"), (1600, 22.0, 7, "t3000_history")]


def test_rows_of_what_was_filled_are_no_sign_of_a_cycle_and_do_not_go_on(file: HoledFile) -> None:
    file.event(900, "started")
    file.run(990, 1001, "ok")
    file.read(970, 1000, 3000, 3030)
    file.event(2999, "started")
    file.fill(1300)
    file.cover(1300, 1900, "filled", cycles=0, serial_number=SERIAL, point_type="INPUT")
    assert file.causes(1000, 3000) == [
        (1030, 1300, "ended_unexpectedly"),
        (1301, 1900, "filled"),
        (1900, 3000, "ended_unexpectedly"),
    ]
    file.cover(3040, 3050, "not_running", cycles=0, serial_number=SERIAL, point_type="INPUT")
    assert Coverage.recalled(file.connection.cursor()).waiting() == []
    assert Coverage.recalled(file.connection.cursor())._runs == {}


def test_only_points_that_are_the_same_before_and_after_a_hole_can_be_filled(file: HoledFile) -> None:
    absent(file, 1000, 3000)
    [hole] = own_holes(file.url, panels_of(file.url, ""), ALL, 0, 3040)
    assert list(around(file.url, hole).points) == [1, 2]
    file.layout(2, {2: "°C", 1: "°F", 3: "°C"})
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET layout_id = 2 WHERE logging_time >= 3000")
    assert list(around(file.url, hole).points) == [2]
    file.connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time >= 3000")
    assert list(around(file.url, hole).points) == [1, 2]
