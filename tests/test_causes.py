"""Why there is no reading stands in the database, from the cycle that had none; and what happened to the recording."""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from answers import real_answer, real_panel, real_point
from clock import FakeClock
from live_cycles import LiveCycles, site_panels
from scripted_link import ScriptedLink, Step
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.causes import Blank, Cause, cause_of
from t3monitor.model.errors import (
    BadReplyError,
    CrashedError,
    DatabaseError,
    InterruptedCycleError,
    LinkTimeoutError,
    MonitorError,
    NoNewDataError,
    NotReadyError,
    Outcome,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.events import CycleFinished, ServiceInterrupted, SyncEvent
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import LeftOut
from t3monitor.store.causes.holes import holes_of_vectors
from t3monitor.store.database import Database
from t3monitor.store.keepers import Keepers
from t3monitor.store.writing.coverage import Coverage, LastReading
from t3monitor.sync.flow_log import FlowLines
from t3monitor.sync.pulse import Beats, Interruption, Pulse
from t3monitor.sync.service import SyncService
from t3monitor.t3000.link import Answer
from values import NOW_S, device, report

STEP_S = 30
ONE, TWO = 237219, 237220
NOT_READY = NotReadyError("T3000 is starting (-2)")
TIMEOUT = LinkTimeoutError("T3000 gave no answer within 30 s")


class Recording:
    """A service by an injected clock, whose link reads anew whatever is in its answer; each `run` is a program."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "history.db"
        self.clock = FakeClock(NOW_S)
        self.settings: dict[str, Any] = {"retry_attempts": 0}
        self.service: SyncService

    def answer(self, *serials: int, **fields: Any) -> Callable[[], Answer]:
        """A step: panels of these serial numbers, read at the time of the call."""

        def read() -> Answer:
            now_s = int(self.clock.utc_s())
            times = dict.fromkeys(("input_logging_time", "output_logging_time", "variable_logging_time"), now_s)
            panels = [
                real_panel(serial, panel_id=serial % 100, panel_name=f"AHU{serial % 100}", **times)
                for serial in serials or (ONE, TWO)
            ]
            return Answer(real_answer(*panels), **{"turn_s": 0.0, **fields})

        return read

    def run(self, *steps: Any, between: Callable[[int], None] = lambda _: None, once: bool = False) -> None:
        """Cycles every 30 s, one for each step; ``between`` is called with the number of each that has ended.

        ``once``: one alone, as a scheduler has it.
        """
        settings = Settings(link=LinkName.DEMO, database=f"sqlite:///{self.file}", sync_interval_secs=STEP_S)
        link = ScriptedLink(*steps)
        keepers = Keepers(self.clock)
        service = self.service = SyncService(
            settings.with_values(**self.settings), lambda _: link, lambda now: now.database, self.clock, keepers=keepers
        )
        ended = 0

        def listen(event: SyncEvent) -> None:
            nonlocal ended
            if isinstance(event, CycleFinished):
                ended += 1
                between(ended)
                if ended == len(steps):
                    service.close()

        service.add_listener(listen)
        if once:
            service.sync_once()
        else:
            service.start()
        thread = threading.Thread(target=service.run, name="sync", daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        self.clock.now_s += STEP_S

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    @property
    def coverage(self) -> list[Any]:
        """Panel, type, cause, cycles, and from when to when, counted from the begin."""
        columns = f"serial_number, point_type, cause, cycles, since - {NOW_S}, until - {NOW_S}"
        return self.rows(f"SELECT {columns} FROM COVERAGE ORDER BY since, id")

    @property
    def happened(self) -> list[Any]:
        return self.rows(f"SELECT kind, detail, at - {NOW_S} FROM SYNC_EVENTS ORDER BY at, id")


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


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


def test_after_a_restart_what_goes_on_is_known_at_once(recording: Recording) -> None:
    recording.run(recording.answer(), *[TIMEOUT] * 4)
    recording.run(TIMEOUT)
    assert recording.coverage == [(None, None, "timeout", 5, 30, 150)]


def test_a_program_that_a_scheduler_starts_for_each_cycle_tells_of_causes_like_one_that_stays(
    recording: Recording,
) -> None:
    recording.run(recording.answer(), once=True)
    for _ in range(4):
        recording.run(recording.answer(ONE), once=True)
    assert recording.coverage == [(TWO, None, "panel_missing", 4, 30, 120)]
    recording.clock.now_s += 600
    recording.run(recording.answer(ONE), once=True)
    assert recording.coverage[1:] == [(TWO, None, "panel_missing", 1, 750, 750)], "nobody looked in between"


def test_a_cause_that_waited_between_two_programs_is_none_if_the_next_reading_comes_in_time(
    recording: Recording,
) -> None:
    for serials in (), (ONE,), (), (ONE,):
        recording.run(recording.answer(*serials), once=True)
    assert recording.coverage == []


def test_what_a_program_that_stays_waits_for_at_its_end_is_not_left_behind(recording: Recording) -> None:
    recording.run(recording.answer(), recording.answer(ONE))
    assert [file.name for file in recording.file.parent.iterdir()] == [recording.file.name]
    for _ in range(3):
        recording.run(recording.answer(ONE))
    assert recording.coverage == [(TWO, None, "panel_missing", 2, 90, 120)]


def test_single_cycles_in_time_have_one_begin_and_one_end_and_the_last_end_is_told(recording: Recording) -> None:
    for _ in range(5):
        recording.run(recording.answer(), once=True)
    assert recording.happened == [("started", "", 0), ("quit", "", 120)]
    recording.clock.now_s += 600
    recording.run(recording.answer(), once=True)
    recording.run(recording.answer())
    assert recording.happened[2:] == [
        ("started", "", 750),
        ("quit", "", 750),
        ("started", "", 780),
        ("quit", "", 780),
    ], "one that stays has its own"
    recording.run(recording.answer(), once=True)
    found = holes_of_vectors(f"sqlite:///{recording.file}", NOW_S, recording.clock.utc_s())[ONE, PointType.INPUT]
    assert [(hole.cause, hole.start_s - NOW_S, hole.end_s - NOW_S) for hole in found] == [("not_running", 150, 750)]


def test_what_was_over_before_a_restart_does_not_go_on_after_it(recording: Recording) -> None:
    recording.run(recording.answer(), *[recording.answer(ONE)] * 4, recording.answer())
    recording.run(*[recording.answer(ONE)] * 4)
    assert recording.coverage == [
        (TWO, None, "panel_missing", 4, 30, 120),
        (TWO, None, "panel_missing", 4, 180, 270),
    ]


@contextmanager
def locked_after(recording: Recording, first: int, last: int) -> Iterator[Callable[[int], None]]:
    """Another program has the database from the end of one cycle to that of another."""
    with closing(sqlite3.connect(recording.file, check_same_thread=False)) as other:

        def lock(ended: int) -> None:
            if ended == first:
                other.execute("BEGIN IMMEDIATE")
            if ended == last:
                other.rollback()

        yield lock


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


def test_begin_and_end_of_the_recording_are_told(recording: Recording) -> None:
    recording.run(*[recording.answer()] * 2)
    assert recording.happened == [("started", "", 0), ("quit", "", 30)]


def test_who_stops_it_and_that_it_goes_on_is_told_at_once(recording: Recording) -> None:
    stored: list[Any] = []

    def stop(ended: int) -> None:
        if ended == 2:
            recording.service.stop()
            recording.clock.now_s += 100
            recording.service.start()
        if ended == 3:
            stored.extend(recording.happened)

    recording.run(*[recording.answer()] * 4, between=stop)
    assert stored == [("started", "", 0), ("stopped", "by the user", 30), ("resumed", "", 130)]


def test_that_it_was_stopped_is_stored_without_waiting_for_a_cycle(recording: Recording) -> None:
    stopped = threading.Event()

    def stop(ended: int) -> None:
        if ended == 2:
            recording.service.stop()
            stopped.set()

    thread = threading.Thread(target=recording.run, args=[recording.answer()] * 3, kwargs={"between": stop})
    thread.start()
    assert stopped.wait(10)
    deadline_s = time.monotonic() + 10
    while ("stopped", "by the user", 30) not in recording.happened and time.monotonic() < deadline_s:
        threading.Event().wait(0.01)
    assert recording.happened == [("started", "", 0), ("stopped", "by the user", 30)]
    recording.service.start()
    thread.join(20)


def test_settings_that_decide_what_is_recorded_are_told_when_they_change(recording: Recording) -> None:
    def change(ended: int) -> None:
        if ended == 1:
            settings = recording.service._settings
            recording.service.apply(settings.with_values(sync_interval_secs=60, recorded_types=["INPUT"]))

    recording.run(*[recording.answer()] * 3, between=change)
    (settings,) = (row for row in recording.happened if row[0] == "settings")
    assert settings[1] == "sync interval 30 s → 60 s; which panels and types are recorded"


def test_a_sleep_and_a_clock_that_was_set_are_told(recording: Recording) -> None:
    def interrupt(ended: int) -> None:
        if ended == 1:
            recording.service.interrupted(Interruption(recording.clock.utc_s(), 40, -3600, 0.0))

    recording.run(*[recording.answer()] * 2, between=interrupt)
    assert recording.happened[1:3] == [("slept", "40", 0), ("clock_stepped", "-3600", 0)]


def test_what_happens_while_the_database_is_locked_is_told_later(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._PATIENCE_S", 0.0)
    recording.run(recording.answer())
    with locked_after(recording, 1, 3) as lock:

        def sleep(ended: int) -> None:
            lock(ended)
            if ended == 2:
                recording.service.interrupted(Interruption(recording.clock.utc_s(), 40, 0, 0.0))

        recording.run(*[recording.answer()] * 4, between=sleep)
    assert ("slept", "40", 60) in recording.happened


def test_after_a_sleep_that_the_monotonic_clock_did_not_count_one_cycle_comes_at_once(recording: Recording) -> None:
    cycles: list[float] = []

    def sleep(ended: int) -> None:
        cycles.append(recording.clock.now_s)
        if ended == 1:
            recording.clock.now_s += 10
            recording.service.interrupted(Interruption(recording.clock.utc_s(), 5000, 0, 5000.0))

    recording.run(*[recording.answer()] * 3, between=sleep)
    assert cycles == [0, 10, 40]


class TestBeats:
    def test_a_beat_that_is_on_time_tells_nothing(self) -> None:
        clock = FakeClock()
        beats = Beats(clock)
        clock.now_s += 1.3
        assert beats.beat() is None

    def test_a_stopped_program_slept_from_when_to_when(self) -> None:
        clock = FakeClock()
        beats = Beats(clock)
        clock.now_s += 40.6
        assert beats.beat() == Interruption(clock.utc_s(), 40, 0, 0.0)
        clock.now_s += 1
        assert beats.beat() is None

    def test_a_computer_slept_that_says_so_whatever_its_monotonic_clock_counts(self) -> None:
        clock = FakeClock()
        beats = Beats(clock)
        clock.now_s += 1
        clock.asleep_s += 3600
        clock.utc_offset_s += 3600
        assert beats.beat() == Interruption(clock.utc_s(), 3600, 0, 3600.0)

    @pytest.mark.parametrize("step_s", [-3600, -6, 6, 3600])
    def test_a_clock_that_was_set_is_told_by_how_much(self, step_s: int) -> None:
        clock = FakeClock()
        beats = Beats(clock)
        clock.now_s += 1
        clock.utc_offset_s += step_s
        assert beats.beat() == Interruption(clock.utc_s(), 0, step_s, 0.0)

    def test_a_clock_that_is_brought_in_line_by_little_tells_nothing(self) -> None:
        clock = FakeClock()
        beats = Beats(clock)
        clock.now_s += 1
        clock.utc_offset_s += 4
        assert beats.beat() is None


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


def test_the_pulse_beats_while_anybody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sleepy(FakeClock):
        def up_s(self) -> tuple[float, float]:
            self.asleep_s += 60.0
            return super().up_s()

    monkeypatch.setattr("t3monitor.sync.pulse._BEAT_S", 0.001)
    told: queue.SimpleQueue[Interruption] = queue.SimpleQueue()
    pulse = Pulse(Sleepy())
    pulse.listen(told.put)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "pulse")
    assert told.get(timeout=10).slept_s == 60
    pulse.leave(told.put)
    thread.join(10)
    assert not thread.is_alive()


def test_a_sleep_and_a_clock_that_was_set_stand_in_the_log() -> None:
    lines = FlowLines()
    assert [text for _, text in lines.of(ServiceInterrupted(40, 0))] == [
        "💤 This computer slept, or the program was halted, for 40 seconds"
    ]
    assert [text for _, text in lines.of(ServiceInterrupted(0, -3600))] == [
        "⚠️ This computer's clock was set back by 1 hour"
    ]
    assert [text for _, text in lines.of(ServiceInterrupted(0, 7200))] == [
        "⚠️ This computer's clock was set: it is 2 hours later now"
    ]


def test_a_service_listens_to_the_pulse_only_while_it_records(tmp_path: Path) -> None:
    class Heard(Pulse):
        def __init__(self) -> None:
            self.heard: list[str] = []

        def listen(self, listener: Callable[[Interruption], None]) -> None:
            self.heard.append("listen")

        def leave(self, listener: Callable[[Interruption], None]) -> None:
            self.heard.append("leave")

    pulse = Heard()
    settings = Settings(link=LinkName.DEMO)
    service = SyncService(settings, lambda _: ScriptedLink(), lambda now: now.database, FakeClock(), pulse=pulse)
    service.start()
    service.stop()
    service.start()
    service.close()
    assert pulse.heard == ["listen", "leave", "listen", "leave"]


def test_an_end_that_a_lock_kept_out_is_told_by_the_next_run(recording: Recording) -> None:
    with locked_after(recording, 2, 3) as lock:
        recording.run(*[recording.answer()] * 2, between=lock)
        assert recording.happened == [("started", "", 0)]
    recording.run(recording.answer())
    assert [kind for kind, _, _ in recording.happened] == ["started", "quit", "started", "quit"]
    assert not list(recording.file.parent.glob("*late*"))


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
