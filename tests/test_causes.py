"""Why there is no reading is recorded when it happens: a row as long as a cause lasts, only where there is a hole."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from answers import real_answer, real_panel, real_point
from live_cycles import LiveCycles, site_panels
from recorded_causes import ONE, STEP_S, TIMEOUT, TWO, Recording, locked_after, recording
from scripted_link import Step
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import Blank, Cause, cause_of
from t3monitor.model.errors import (
    BadReplyError,
    CrashedError,
    DatabaseError,
    InterruptedCycleError,
    MonitorError,
    NoNewDataError,
    NotReadyError,
    Outcome,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import LeftOut
from t3monitor.store.database import Database
from t3monitor.store.writing.coverage import Coverage, LastReading
from t3monitor.t3000.link import Answer
from values import NOW_S, device, report

__all__ = ["recording"]

NOT_READY = NotReadyError("T3000 is starting (-2)")


@pytest.mark.parametrize(
    "error",
    [
        NOT_READY,
        TIMEOUT,
        UnreachableError("Nothing listens"),
        CrashedError("It crashed"),
        RefusedError("It refused"),
        BadReplyError("No JSON"),
        NoNewDataError("T3000 ignores calls less than 15 s apart; 7 s to go"),
        InterruptedCycleError("Stopped while waiting for T3000"),
        DatabaseError("The database is locked"),
        ZeroDivisionError("by an error of ours"),
    ],
)
def test_a_failing_site_has_one_row_with_its_cause_from_its_first_cycle_to_its_last(
    recording: Recording, error: Exception
) -> None:
    recording.run(recording.answer(), error, error, error, error, recording.answer())
    cause = cause_of(error.outcome if isinstance(error, MonitorError) else Outcome.FAILED)
    assert recording.coverage == [(None, None, cause.value, 4, 30, 120)]
    ((hole_class, reason),) = recording.rows("SELECT class, reason FROM COVERAGE")
    assert hole_class == cause.hole_class.value
    assert "7 s" not in reason


def test_a_cycle_or_two_without_a_reading_that_make_no_hole_leave_no_row(recording: Recording) -> None:
    recording.run(recording.answer(), TIMEOUT, recording.answer(), TIMEOUT, recording.answer())
    assert recording.coverage == []


def test_each_cause_of_a_hole_has_its_row_also_those_from_before_it_was_one(recording: Recording) -> None:
    failing = [*[NOT_READY] * 14, *[TIMEOUT] * 6]
    recording.run(recording.answer(), TIMEOUT, *failing, recording.answer())
    assert recording.coverage == [
        (None, None, "timeout", 1, 30, 30),
        (None, None, "not_ready", 14, 60, 450),
        (None, None, "timeout", 6, 480, 630),
    ]


def test_a_reason_has_no_figures_that_change(recording: Recording) -> None:
    errors = [
        NoNewDataError(f"T3000 ignores calls less than 60 s apart; {left_s} s to go") for left_s in range(9, 3, -1)
    ]
    recording.run(recording.answer(), *errors)
    assert recording.rows("SELECT reason FROM COVERAGE") == [("T3000 ignores calls less than 60 s apart; … s to go",)]


class TestRows:
    """How many rows a day and a week leave, without a service, which would take its time for so many cycles."""

    EVERY_S = 300
    A_DAY = 86_400 // EVERY_S

    @pytest.fixture
    def cursor(self, tmp_path: Path) -> Iterator[sqlite3.Cursor]:
        database = Database(sqlite_url(tmp_path / "history.db"))
        with closing(database), database.writing() as cursor:
            yield cursor

    def take(
        self,
        cursor: sqlite3.Cursor,
        coverage: Coverage,
        cycle: int,
        missing: Collection[int],
        failed: Cause | None,
        panels: int = 5,
    ) -> None:
        """A cycle that fails, or reads all panels but the ``missing`` ones."""
        at = NOW_S + cycle * self.EVERY_S
        read = {
            (serial, PointType.INPUT): LastReading(at, self.EVERY_S)
            for serial in range(1, panels + 1)
            if serial not in missing
        }
        blanks = [Blank(serial, None, Cause.PANEL_MISSING) for serial in missing]
        if failed:
            read, blanks = {}, [Blank(None, None, failed)]
        coverage.take(cursor, report(started_at=float(at), finished_at=at + 1.0), self.EVERY_S, read, blanks)

    @staticmethod
    def count(cursor: sqlite3.Cursor) -> int:
        rows: int = cursor.execute("SELECT count(*) FROM COVERAGE").fetchone()[0]
        return rows

    def test_a_week_of_one_cause_is_one_row(self, cursor: sqlite3.Cursor) -> None:
        coverage = Coverage.recalled(cursor)
        self.take(cursor, coverage, 0, (), None)
        for cycle in range(1, 7 * self.A_DAY):
            self.take(cursor, coverage, cycle, (), Cause.UNREACHABLE)
        (row,) = cursor.execute(f"SELECT cause, cycles, since - {NOW_S}, until - {NOW_S} FROM COVERAGE")
        assert row == ("unreachable", 7 * self.A_DAY - 1, self.EVERY_S, (7 * self.A_DAY - 1) * self.EVERY_S + 1)

    @pytest.mark.parametrize("of_three", [1, 2])
    def test_a_day_of_readings_and_timeouts_by_turns_has_no_more_rows_than_holes(
        self, cursor: sqlite3.Cursor, of_three: int
    ) -> None:
        coverage = Coverage.recalled(cursor)
        for cycle in range(self.A_DAY):
            self.take(cursor, coverage, cycle, (), Cause.TIMEOUT if cycle % 3 >= 3 - of_three else None)
        assert self.count(cursor) == (self.A_DAY // 3 - 1 if of_three == 2 else 0)

    def test_a_day_of_two_causes_by_turns_has_a_row_for_each_cycle(self, cursor: sqlite3.Cursor) -> None:
        coverage = Coverage.recalled(cursor)
        self.take(cursor, coverage, 0, (), None)
        for cycle in range(1, self.A_DAY):
            self.take(cursor, coverage, cycle, (), (Cause.TIMEOUT, Cause.NOT_READY)[cycle % 2])
        assert self.count(cursor) == self.A_DAY - 1

    def test_a_day_of_forty_panels_that_are_missing_in_turns_has_a_row_for_each_hole(
        self, cursor: sqlite3.Cursor
    ) -> None:
        coverage = Coverage.recalled(cursor)
        for cycle in range(self.A_DAY):
            self.take(cursor, coverage, cycle, [1 + cycle // 4 % 40], None, panels=40)
        assert self.count(cursor) == self.A_DAY // 4 - 1  # nobody knows the first one yet

    def test_a_panel_that_is_gone_adds_no_rows_while_the_site_fails_now_and_then(self, cursor: sqlite3.Cursor) -> None:
        coverage = Coverage.recalled(cursor)
        self.take(cursor, coverage, 0, (), None)
        for cycle in range(1, self.A_DAY):
            self.take(cursor, coverage, cycle, [7], Cause.TIMEOUT if cycle % 2 else None)
        assert self.count(cursor) <= 3


def test_a_panel_that_is_missing_has_a_row_of_its_own_and_the_others_none(recording: Recording) -> None:
    recording.run(recording.answer(), *[recording.answer(ONE)] * 5, recording.answer())
    assert recording.coverage == [(TWO, None, "panel_missing", 5, 30, 150)]


def test_what_the_site_did_before_is_part_of_the_hole_of_a_panel_that_is_missing_then(recording: Recording) -> None:
    recording.run(recording.answer(), TIMEOUT, *[recording.answer(ONE)] * 4)
    assert recording.coverage == [(None, None, "timeout", 1, 30, 30), (TWO, None, "panel_missing", 4, 60, 150)]


def test_causes_of_a_panel_and_of_its_site_take_turns_in_one_hole(recording: Recording) -> None:
    silent = recording.answer(ONE, left_out=(LeftOut("panel 20 is silent", TWO),))
    recording.run(recording.answer(), silent, TIMEOUT, *[recording.answer(ONE)] * 3)
    assert recording.coverage == [
        (TWO, None, "skipped", 1, 30, 30),
        (None, None, "timeout", 1, 60, 60),
        (TWO, None, "panel_missing", 3, 90, 150),
    ]


def test_sites_fail_each_for_itself(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "history.db"))
    with closing(database), database.writing() as cursor:
        coverage = Coverage.recalled(cursor)
        for cycle in range(5):
            at = NOW_S + cycle * STEP_S
            for serial, site in ((ONE, "Office"), (TWO, "Plant")):
                fails = site == "Plant" and cycle > 0
                coverage.take(
                    cursor,
                    report(site=site, started_at=float(at), finished_at=float(at)),
                    STEP_S,
                    {} if fails else {(serial, PointType.INPUT): LastReading(at, STEP_S)},
                    [Blank(None, None, Cause.UNREACHABLE)] if fails else [Blank(TWO, None, Cause.PANEL_MISSING)],
                )
        rows = cursor.execute("SELECT site, serial_number, cause, cycles FROM COVERAGE").fetchall()
    assert rows == [("Plant", None, "unreachable", 4)]


def test_of_a_panel_that_was_not_read_the_reason_is_told(recording: Recording) -> None:
    said = "panel 20 'AHU20' was not read: T3000's scan found it {} min ago"
    steps = [
        recording.answer(ONE, failed_panels=(said,), left_out=(LeftOut(said.format(minutes), TWO),))
        for minutes in range(1, 5)
    ]
    recording.run(recording.answer(), *steps)
    assert recording.coverage == [(TWO, None, "skipped", 4, 30, 120)]
    assert recording.rows("SELECT reason FROM COVERAGE") == [(said.format("…"),)]


def test_of_a_panel_whose_serial_number_becomes_0_that_is_told(recording: Recording) -> None:
    def lost() -> Answer:
        now_s = int(recording.clock.utc_s())
        times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
        known = real_panel(ONE, panel_id=19, panel_name="AHU19", **times)
        return Answer(real_answer(known, real_panel(0, panel_id=20, panel_name="AHU20", **times)), turn_s=0.0)

    recording.run(recording.answer(), *[lost] * 4)
    assert recording.coverage == [(TWO, None, "serial_zero", 4, 30, 120)]


def test_of_a_panel_that_cannot_be_read_but_for_its_number_that_is_told(recording: Recording) -> None:
    def broken() -> Answer:
        now_s = int(recording.clock.utc_s())
        times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
        known = real_panel(ONE, panel_id=19, panel_name="AHU19", **times)
        return Answer(real_answer(known, real_panel(TWO, panel_id=20, device_data="none", **times)), turn_s=0.0)

    recording.run(recording.answer(), *[broken] * 4)
    assert recording.coverage == [(TWO, None, "skipped", 4, 30, 120)]


def test_of_a_panel_of_which_another_one_has_taken_the_serial_number_that_is_told(recording: Recording) -> None:
    def other() -> Answer:
        now_s = int(recording.clock.utc_s())
        times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
        stranger = real_panel(TWO, panel_id=77, panel_name="Chiller", panel_ipaddress="10.0.0.77", **times)
        return Answer(real_answer(real_panel(ONE, panel_id=19, panel_name="AHU19", **times), stranger), turn_s=0.0)

    recording.run(recording.answer(), *[other] * 4)
    assert [row[:3] for row in recording.coverage] == [(TWO, None, "serial_shared")]


def test_a_panel_that_t3000_does_not_read_anew_is_told_of_by_its_times(recording: Recording) -> None:
    frozen: list[Answer] = []

    def repeat() -> Answer:
        frozen.append(frozen[0] if frozen else recording.answer()())
        return frozen[-1]

    recording.run(*[repeat] * 6)
    assert recording.coverage == [(ONE, None, "not_reread", 5, 30, 150), (TWO, None, "not_reread", 5, 30, 150)]


def test_what_an_answer_repeats_is_told_of_alike(recording: Recording) -> None:
    frozen: list[Answer] = []

    def repeat() -> Answer:
        frozen.append(frozen[0] if frozen else recording.answer(ONE, repeats=True)())
        return frozen[-1]

    recording.run(*[repeat] * 6)
    assert recording.coverage == [(ONE, None, "not_reread", 5, 30, 150)]


def test_what_is_not_recorded_by_choice_is_told_by_panel_and_by_type(recording: Recording) -> None:
    recording.run(recording.answer())
    recording.settings |= {"unrecorded_panels": [TWO], "recorded_types": ["INPUT", "OUTPUT"]}
    recording.run(*[recording.answer()] * 4)
    assert recording.coverage == [
        (ONE, "VARIABLE", "not_recorded", 4, 30, 120),
        (TWO, None, "not_recorded", 4, 30, 120),
    ]


def test_a_panel_that_is_gone_keeps_its_row_while_t3000_fails_now_and_then(recording: Recording) -> None:
    alternating = [recording.answer(ONE) if number % 2 else TIMEOUT for number in range(20)]
    recording.run(recording.answer(), *alternating)
    rows = [row[:4] for row in recording.coverage]
    assert rows == [(None, None, "timeout", 1), (TWO, None, "panel_missing", 10), (None, None, "timeout", 1)]


def test_what_fails_while_the_database_is_locked_is_told_with_its_own_times(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._PATIENCE_S", 0.0)
    recording.run(recording.answer())
    with locked_after(recording, 1, 5) as lock:
        steps: list[Step | Callable[[], Answer]] = [recording.answer(ONE), *[recording.answer(ONE)] * 2, *[TIMEOUT] * 3]
        recording.run(*steps, recording.answer(ONE), between=lock)
    assert recording.coverage == [
        (TWO, None, "panel_missing", 3, 30, 90),
        (None, None, "timeout", 3, 120, 180),
        (TWO, None, "panel_missing", 1, 210, 210),
    ]


def test_readings_that_could_not_be_kept_until_the_database_was_free_are_missing_because_of_it(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._PATIENCE_S", 0.0)
    monkeypatch.setattr("t3monitor.store.writing.late._MOST_BYTES", 2500)
    recording.run(recording.answer())
    with locked_after(recording, 1, 9) as lock:
        recording.run(*[recording.answer()] * 10, between=lock)
    ((serial, kind, cause, cycles, since, until),) = recording.coverage
    assert (serial, kind, cause, cycles, since) == (None, None, "database", 6, 60)
    assert until == 60 + 5 * STEP_S
    assert "locked" in recording.rows("SELECT reason FROM COVERAGE")[0][0]


def test_types_of_one_panel_have_rows_of_their_own_where_their_causes_differ(recording: Recording) -> None:
    def half() -> Answer:
        now_s = int(recording.clock.utc_s())
        panel = real_panel(ONE, input_logging_time=now_s, output_logging_time=0, variable_logging_time=now_s)
        return Answer(real_answer(panel), turn_s=0.0)

    recording.run(recording.answer(ONE), *[half] * 4)
    assert [row[:4] for row in recording.coverage] == [(ONE, PointType.OUTPUT.value, "not_reread", 4)]


def test_a_panel_that_is_read_live_and_loses_its_power_has_one_row_however_often_it_is_asked(tmp_path: Path) -> None:
    panels = site_panels(4)
    live = LiveCycles(tmp_path, panels)
    live.run(2)
    panels[2].reachable = False
    live.run(16)
    ((serial, point_type, cause, cycles),) = live.rows("SELECT serial_number, point_type, cause, cycles FROM COVERAGE")
    assert (serial, point_type, cause) == (panels[2].serial_number, None, "skipped")
    assert cycles > 11


def test_a_type_whose_points_are_not_in_the_answer_any_more_is_told_of(recording: Recording) -> None:
    def few() -> Answer:
        now_s = int(recording.clock.utc_s())
        times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
        return Answer(real_answer(real_panel(ONE, [real_point()], **times)), turn_s=0.0)

    recording.run(recording.answer(ONE), *[few] * 4)
    assert [row[:4] for row in recording.coverage] == [
        (ONE, "OUTPUT", "point_missing", 4),
        (ONE, "VARIABLE", "point_missing", 4),
    ]


def test_a_listed_panel_that_does_not_answer_is_told_of_as_such(recording: Recording) -> None:
    silent = recording.answer(ONE, silent=(device(TWO, inputs=(), outputs=(), variables=()),))
    recording.run(recording.answer(), *[silent] * 4)
    assert recording.coverage == [(TWO, None, "panel_missing", 4, 30, 120)]
    assert recording.rows("SELECT reason FROM COVERAGE") == [("T3000 lists the panel, and it does not answer",)]


def test_points_that_nobody_uses_any_more_are_not_read_live_and_that_is_told(tmp_path: Path) -> None:
    panels = site_panels(2)
    live = LiveCycles(tmp_path, panels)
    live.run(2)
    panels[1].used = (0, *panels[1].used[1:])
    live.run(12)
    rows = live.rows("SELECT serial_number, point_type, cause FROM COVERAGE")
    assert rows == [(panels[1].serial_number, "INPUT", "unused")]
