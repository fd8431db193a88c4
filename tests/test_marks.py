"""Flags on the time axis of the trend: what they tell, and which are one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from holed_file import IN1, HoledFile
from t3monitor.model.causes import PointChange
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.changes import Change
from t3monitor.store.marks import Restart, read_marks
from t3monitor.ui.trend.marks.flags import FlagRow
from t3monitor.ui.trend.marks.marks import Mark, MarkKind, clusters, mark_of_note, mark_of_restart, marks_of_changes
from t3monitor.ui.trend.time.time_range import TimeRange

VALVE = PointKey(7, PointType.OUTPUT, 3)


def mark(time_s: float, kind: MarkKind = MarkKind.CHANGE, note: Note | None = None) -> Mark:
    return Mark(time_s, kind, f"at {time_s:g}", note)


@pytest.mark.parametrize(
    ("key", "changes", "told"),
    [
        (
            IN1,
            [(PointChange.RANGE, "3", "4"), (PointChange.UNITS, "°C", "°F")],
            ["AHU-1 SAT range 10K Type2 °C → 10K Type2 °F"],
        ),
        (IN1, [(PointChange.UNITS, "°C", "°F")], ["AHU-1 SAT unit °C → °F"]),
        (IN1, [(PointChange.RANGE, "1 digital", "2 digital")], ["AHU-1 SAT range Off/On → Close/Open"]),
        (IN1, [(PointChange.LABEL, "SAT2", "")], ["AHU-1 SAT label SAT2 → (none)"]),
        (IN1, [(PointChange.CALIBRATION, "1.0", "1.2")], ["AHU-1 SAT calibration 1.0 → 1.2"]),
        (IN1, [(PointChange.FILTER, None, "5")], ["AHU-1 SAT filter ? → 5"]),
        (IN1, [(PointChange.WORDS, '[[0, "Shut"], [1, "Up"]]', "?")], ["AHU-1 SAT words Shut/Up → ?"]),
        (IN1, [(PointChange.STATUS, "0", "1")], []),
        (VALVE, [(PointChange.MODE, "0", "1")], ["AHU-1 SAT mode auto → manual"]),
        (VALVE, [(PointChange.SWITCH, "1", "2")], ["AHU-1 SAT switch AUTO → MAN-ON"]),
    ],
)
def test_a_change_is_told_from_what_to_what(
    key: PointKey, changes: Sequence[tuple[PointChange, str | None, str]], told: list[str]
) -> None:
    marks = list(marks_of_changes(key, "AHU-1 SAT", [Change(5.0, *change) for change in changes]))
    assert [mark.text for mark in marks] == told
    is_override = changes[0][0] in (PointChange.MODE, PointChange.SWITCH)
    assert {mark.kind for mark in marks} <= {MarkKind.OVERRIDE if is_override else MarkKind.CHANGE}


def test_t3000_was_started_where_it_was_not_ready_and_then_was(tmp_path: Path) -> None:
    file = HoledFile(tmp_path / "x.db")
    for at, outcome in ((100, "ok"), (130, "not_ready"), (160, "not_ready"), (190, "ok"), (220, "unreachable")):
        file.run(at, at + 1, outcome)
    marks = read_marks(file.url, [IN1], 0, 1000)
    assert marks.restarts == [Restart(130, 161, "")]
    assert mark_of_restart(marks.restarts[0]).text == "T3000 was started; it was not ready for 31 s"
    file.run(280, 281, "not_ready")
    assert len(read_marks(file.url, [IN1], 0, 1000).restarts) == 1, "it may never become ready"
    assert read_marks(file.url, [IN1], 162, 1000).restarts == []
    file.connection.close()


def test_marks_that_are_close_together_are_one_with_all_of_them() -> None:
    marks = [mark(0), mark(9, MarkKind.OVERRIDE), mark(11), mark(30)]
    assert [len(its.marks) for its in clusters(marks, 10)] == [2, 1, 1]
    assert clusters(marks, 10)[0].kind is MarkKind.OVERRIDE
    assert [len(its.marks) for its in clusters(marks, 1)] == [1, 1, 1, 1]


def test_a_flag_tells_of_its_marks_and_of_notes_that_reach_over_it(qapp: object) -> None:
    note = Note(20_000.0, 60_000.0, None, "Heating off\nby Bob", "ann", 0.0, 0.0)
    flags = FlagRow()
    flags.resize(1000, 18)
    flags.set_time(TimeRange(0, 100_000))
    flags.set_marks([mark(10_000), mark_of_note(note, ""), mark(50_000, MarkKind.OVERRIDE)])
    assert flags.tip(15_000) == ""
    assert "at 10000" in flags.tip(10_300)
    assert "Heating off … (ann)" in flags.tip(40_000)
    assert "at 50000" in flags.tip(50_000)
    assert "Heating off" in flags.tip(50_000)
