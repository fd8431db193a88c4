"""The benchmark of outages: what it takes for a hole, and that it sees what is missed, late or told wrongly."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from benchmarks.outages import verdict
from benchmarks.planted import Given, Hole, Outage, Planted
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

KEY = PointKey(7, PointType.INPUT, 1)
LATER = PointKey(8, PointType.INPUT, 1)
DOWN = Outage("down", Cause.UNREACHABLE, 106.5, 119.0)
HOLE = Hole(108, 120, "unreachable", "down")


def planted(*outages: Outage) -> Planted:
    given = [(KEY, [100, 102, 106, 120, 122]), (LATER, [190, 192])]
    return Planted("web", "/tmp/history.db", 2, 90.0, list(outages), given)


def test_a_hole_is_more_than_two_and_a_half_spacings_and_has_the_outage_that_was_there() -> None:
    elsewhere = Outage("off", Cause.SKIPPED, 106, 120, frozenset({8}))
    assert planted(DOWN, elsewhere).holes(KEY) == [HOLE]
    assert planted(elsewhere).holes(KEY) == [Hole(108, 120, "nobody planted it")]


def test_before_its_first_reading_a_point_was_not_there_unless_the_program_was_only_beginning() -> None:
    assert planted().holes(LATER) == [Hole(90, 190, "before_first", "before the panel was installed")]
    assert planted(DOWN).holes(KEY) == [HOLE]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([Hole(108, 121, "unreachable")], "found"),
        ([Hole(108, 112, "unreachable"), Hole(112, 120, "unreachable")], "found"),
        ([], "missed"),
        ([Hole(108, 120, "timeout")], "wrong cause"),
        ([Hole(108, 112, "unreachable"), Hole(112, 120, "timeout")], "wrong cause"),
        ([Hole(108, 112, "unreachable"), Hole(112, 120, "not_running")], "wrong cause"),
        ([Hole(106, 120, "unreachable")], "wrong time"),
        ([Hole(108, 123, "unreachable")], "wrong time"),
        ([Hole(108, 110, "unreachable"), Hole(112, 120, "unreachable")], "wrong time"),
    ],
)
def test_what_was_found_is_held_against_what_was_planted(found: list[Hole], said: str) -> None:
    restart = Outage("restart", Cause.NOT_RUNNING, 106, 110)
    assert verdict(planted(restart, DOWN), KEY, HOLE, found) == said


def test_a_restart_may_be_told_as_a_piece_of_its_own() -> None:
    restart = Outage("restart", Cause.NOT_RUNNING, 106, 111)
    pieces = [Hole(108, 111, "not_running"), Hole(111, 120, "unreachable")]
    assert verdict(planted(restart, DOWN), KEY, HOLE, pieces) == "found"
    assert verdict(planted(restart), KEY, Hole(108, 120, "nobody planted it"), pieces) == "unplanned"


def test_what_is_not_to_be_stored_is_given_all_the_same() -> None:
    given = Given()
    given.note([KEY], 100.7)
    given.lose(7)
    since_s = float("-inf")
    given.note([KEY, LATER], 102)
    assert given.all() == [(KEY, [100]), (LATER, [102])]
    assert given.lacking([KEY, LATER], since_s) == []


def test_what_an_outage_might_have_lost_was_given_in_vain_if_it_is_not_in_the_view(tmp_path: Path) -> None:
    full = Outage("full", Cause.DATABASE, 103, 121, may_lose=True)
    looked_at = msgspec.structs.replace(planted(full), database=str(tmp_path / "history.db"))
    with closing(sqlite3.connect(looked_at.database)) as connection:
        connection.execute("CREATE TABLE TRENDLOG_DATA (serial_number, point_type, point_index, logging_time)")
        connection.executemany(
            "INSERT INTO TRENDLOG_DATA VALUES (?, ?, ?, ?)", [(*KEY, 100), (*KEY, 119), (*LATER, 106)]
        )
        connection.commit()
    assert looked_at.without_lost().given == [(KEY, [100, 102, 120, 122]), (LATER, [190, 192])]
