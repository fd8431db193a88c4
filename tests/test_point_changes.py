"""What changed at a point is told, with when, also where another run or program was the last to write."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import Blank, Cause
from t3monitor.model.errors import Outcome
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel, PointGroup
from t3monitor.model.words import RangeWords
from t3monitor.store.database import Database
from t3monitor.store.marks import read_marks
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.trend.marks.marks import MarkKind, mark_of_restart, marks_of_changes
from values import NOW_S, device, points, report

SERIAL = 237219
INPUTS = points(PointType.INPUT, 20.5, 21.0, status=0, calibration=0.0, filter=5)
OUTPUTS = points(PointType.OUTPUT, 35.0, hw_switch_status=1)


class Building:
    """One panel whose inputs and outputs are stored as a test says, a cycle every 30 s."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.time_s = NOW_S
        self.inputs, self.outputs = INPUTS, OUTPUTS
        self.groups: dict[PointType, tuple[PointGroup, ...]] = {}
        self.words: RangeWords | None = None
        self._restart()

    def _restart(self) -> None:
        self.database = Database(sqlite_url(self.file))
        self.writer = Writer(self.database)

    def restart(self) -> None:
        """The program ends and begins again."""
        self.database.close()
        self._restart()

    def store(self, *, number: int = 1, output: bool = False, **fields: Any) -> None:
        """The next cycle, with a point changed."""
        points_ = self.outputs if output else self.inputs
        changed = tuple(point._replace(**fields) if point.point_index == number else point for point in points_)
        self.inputs, self.outputs = (self.inputs, changed) if output else (changed, self.outputs)
        self.time_s += 30
        panel = self.panel()
        with self.writer.cycle(30) as transaction:
            transaction.upsert(panel, self.time_s)
            if self.words:
                transaction.take_words(SERIAL, self.words, self.time_s)
            transaction.log(panel, panel)
            transaction.record(report(started_at=self.time_s, finished_at=self.time_s))

    def panel(self) -> Panel:
        panel = device(SERIAL, time_s=self.time_s, inputs=self.inputs, outputs=self.outputs, variables=())
        return replace(panel, groups=self.groups, output_logging_time=self.time_s)

    @property
    def changes(self) -> list[Any]:
        """Point, time after the first cycle, what, old and new."""
        with closing(sqlite3.connect(self.file)) as connection:
            columns = f"point_type, point_index, at - {NOW_S} - 30, what, old, new"
            return connection.execute(f"SELECT {columns} FROM POINT_CHANGES ORDER BY at, what").fetchall()


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    building = Building(tmp_path / "history.db")
    building.store()
    yield building
    building.database.close()


CHANGES = [
    ({"label": "ZONE"}, "label", "L1", "ZONE"),
    ({"full_label": "Zone temperature"}, "label", "IN 1", "Zone temperature"),
    ({"range": 4}, "range", "3", "4"),
    ({"range": 3, "digital_analog": 0}, "range", "3", "3 digital"),
    ({"units": "°F"}, "units", "°C", "°F"),
    ({"auto_manual": 1}, "mode", "0", "1"),
    ({"calibration": -1.5}, "calibration", "0.0", "-1.5"),
    ({"filter": 6}, "filter", "5", "6"),
    ({"status": 1}, "status", "0", "1"),
    ({"status": 2}, "status", "0", "2"),
]


@pytest.mark.parametrize("is_new_run", [False, True])
@pytest.mark.parametrize(("fields", "what", "old", "new"), CHANGES)
def test_each_change_of_a_point_is_told_once(
    building: Building, fields: dict[str, Any], what: str, old: str, new: str, is_new_run: bool
) -> None:
    if is_new_run:
        building.restart()
    building.store(**fields)
    building.store()
    building.restart()
    building.store()
    assert building.changes == [("INPUT", 1, 30, what, old, new)]


@pytest.mark.parametrize("is_new_run", [False, True])
def test_a_hand_at_the_hardware_switch_is_told(building: Building, is_new_run: bool) -> None:
    if is_new_run:
        building.restart()
    building.store(output=True, hw_switch_status=2)
    assert building.changes == [("OUTPUT", 1, 30, "switch", "1", "2")]


def test_several_changes_at_once_have_a_row_each(building: Building) -> None:
    building.store(label="ZONE", auto_manual=1, value=1.0)
    assert building.changes == [("INPUT", 1, 30, "label", "L1", "ZONE"), ("INPUT", 1, 30, "mode", "0", "1")]


@pytest.mark.parametrize(
    "fields", [{"value": 22.0}, {"control": 1}, {"jumper": 3}, {"calibration": None}, {"status": None}, {}]
)
def test_what_nobody_asks_for_later_and_what_is_not_told_any_more_is_no_change(
    building: Building, fields: dict[str, Any]
) -> None:
    building.store(**fields)
    building.restart()
    building.store()
    assert building.changes == []


def test_a_cycle_that_was_not_stored_is_compared_with_again(building: Building) -> None:
    with pytest.raises(ZeroDivisionError), building.writer.cycle(30) as transaction:
        transaction.upsert(replace(building.panel(), inputs=(INPUTS[0]._replace(label="LOST"), INPUTS[1])), NOW_S)
        raise ZeroDivisionError
    building.store(label="ZONE")
    assert building.changes == [("INPUT", 1, 30, "label", "L1", "ZONE")]


def test_a_change_is_told_by_what_another_program_has_stored_meanwhile(building: Building) -> None:
    with closing(sqlite3.connect(building.file)) as other, other:
        other.execute("UPDATE INPUT_POINTS SET label = 'THEIRS' WHERE point_index = 1")
    building.store(label="ZONE")
    assert building.changes == [("INPUT", 1, 30, "label", "THEIRS", "ZONE")]


class TestFaultySensors:
    def test_one_that_is_first_seen_faulty_was_nobody_knows_what(self, tmp_path: Path) -> None:
        building = Building(tmp_path / "history.db")
        with closing(building.database):
            building.store(status=1)
            building.store(status=0)
            assert building.changes == [("INPUT", 1, 0, "status", None, "1"), ("INPUT", 1, 30, "status", "1", "0")]

    def test_one_that_comes_in_faulty_later_is_told_too(self, building: Building) -> None:
        building.inputs = (*INPUTS, points(PointType.INPUT, 0.0, 0.0, 0.0, status=2)[2])
        building.store()
        assert building.changes == [("INPUT", 3, 30, "status", None, "2")]

    def test_one_that_was_faulty_before_that_was_told_is_told_by_the_next_run(self, building: Building) -> None:
        building.store(status=1)
        with closing(sqlite3.connect(building.file)) as other, other:
            other.execute("DELETE FROM POINT_CHANGES")
        building.restart()
        building.store()
        building.restart()
        building.store()
        assert building.changes == [("INPUT", 1, 60, "status", None, "1")]

    def test_an_input_that_nobody_uses_is_none(self, building: Building) -> None:
        building.store(range=0, status=1)
        building.store(status=2)
        assert [what for _, _, _, what, _, _ in building.changes] == ["range"]


class TestWords:
    CUSTOM = (("Shut", "Open"), ("Shut", "Ajar"))

    @staticmethod
    def words(off: str, on: str) -> dict[str, Any]:
        return {"range": 23, "digital_analog": 0, "words": ((0, off), (1, on))}

    @pytest.mark.parametrize("is_new_run", [False, True])
    def test_other_words_are_told_of_each_point_that_uses_them(self, building: Building, is_new_run: bool) -> None:
        for (off, on), time_s in zip(self.CUSTOM, (30, 60), strict=True):
            fields = self.words(off, on)
            building.words = RangeWords(digital={23: fields["words"]})
            building.inputs = tuple(point._replace(**fields) for point in building.inputs)
            building.store()
            if is_new_run:
                building.restart()
            assert building.time_s == NOW_S + 30 + time_s
        told = [
            (number, at, json.loads(old), json.loads(new))
            for _, number, at, what, old, new in building.changes
            if what == "words"
        ]
        old, new = ([[0, off], [1, on]] for off, on in self.CUSTOM)
        assert told == [(1, 60, old, new), (2, 60, old, new)]

    def test_words_that_become_known_are_no_change(self, building: Building) -> None:
        building.store(**self.words("", "") | {"words": ()})
        building.store(**self.words("Shut", "Open"))
        assert [what for _, _, _, what, _, _ in building.changes] == ["range"]


def test_each_kind_of_change_that_was_recorded_and_a_restart_of_t3000_has_its_flag(building: Building) -> None:
    shut, locked = ((0, "Shut"), (1, "Open")), ((0, "Locked"), (1, "Free"))
    digital = {"number": 2, "range": 23, "digital_analog": 0, "units": "", "label": "ZONE"}
    building.store(number=1, label="SAT")
    building.store(number=1, range=4, units="°F")
    building.store(number=1, calibration=-1.5)
    building.store(number=1, filter=6)
    building.words = RangeWords(digital={23: shut})
    building.store(**digital, words=shut)
    building.words = RangeWords(digital={23: locked})
    building.store(**digital, words=locked)
    building.store(number=1, auto_manual=1)
    building.store(number=1, auto_manual=0)
    building.store(output=True, hw_switch_status=2)
    building.store(output=True, hw_switch_status=1)
    building.time_s += 30
    blank = Blank(None, None, Cause.NOT_READY, "starting")
    failed = report(Outcome.NOT_READY, "starting", started_at=building.time_s, finished_at=building.time_s + 1)
    building.writer.record_failure(failed, 30, blanks=[blank])
    building.store()

    keys = [PointKey(SERIAL, *of) for of in ((PointType.INPUT, 1), (PointType.INPUT, 2), (PointType.OUTPUT, 1))]
    marks = read_marks(sqlite_url(building.file), keys, 0, building.time_s)
    told = [mark for key in keys for mark in marks_of_changes(key, key.point_type.prefix, marks.changes[key])]
    told += map(mark_of_restart, marks.restarts)
    assert [(mark.kind, mark.text) for mark in sorted(told, key=lambda mark: mark.time_s)] == [
        (MarkKind.CHANGE, "IN label L1 → SAT"),
        (MarkKind.CHANGE, "IN range 10K Type2 °C → 10K Type2 °F"),
        (MarkKind.CHANGE, "IN calibration 0.0 → -1.5"),
        (MarkKind.CHANGE, "IN filter 5 → 6"),
        (MarkKind.CHANGE, "IN label L2 → ZONE"),
        (MarkKind.CHANGE, "IN range 10K Type2 °C → Custom 1 off/Custom 1 on"),
        (MarkKind.CHANGE, "IN words Shut/Open → Locked/Free"),
        (MarkKind.OVERRIDE, "IN mode auto → manual"),
        (MarkKind.OVERRIDE, "IN mode manual → auto"),
        (MarkKind.OVERRIDE, "OUT switch AUTO → MAN-ON"),
        (MarkKind.OVERRIDE, "OUT switch MAN-ON → AUTO"),
        (MarkKind.RESTART, "T3000 was started; it was not ready for 1 s"),
    ]


class TestInParts:
    """Panels whose points are read group by group."""

    @staticmethod
    def group(first: int, *, is_new: bool = True, read_at: int = 0) -> PointGroup:
        return PointGroup(first, first, read_at, True, is_new)

    def store(self, building: Building, *inputs: Point) -> None:
        at = building.time_s + 30
        numbers = {point.point_index for point in inputs}
        groups = tuple(self.group(number, is_new=number in numbers, read_at=at - 7) for number in (1, 2))
        building.groups = {PointType.INPUT: groups}
        building.inputs = inputs
        building.store()

    @pytest.mark.parametrize("is_new_run", [False, True])
    def test_a_change_is_told_with_the_time_of_its_group(self, building: Building, is_new_run: bool) -> None:
        self.store(building, INPUTS[0])
        self.store(building, INPUTS[1])
        if is_new_run:
            building.restart()
        self.store(building, INPUTS[0]._replace(auto_manual=1))
        self.store(building, INPUTS[1])
        assert building.changes == [("INPUT", 1, 83, "mode", "0", "1")]
