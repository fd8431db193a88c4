"""When no cycle ran: begin and end of the recording, sleep, clocks that are set, programs that a scheduler starts."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clock import FakeClock
from recorded_causes import ONE, TIMEOUT, TWO, Recording, locked_after, recording
from scripted_link import ScriptedLink
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.events import ServiceInterrupted
from t3monitor.model.point_types import PointType
from t3monitor.store.causes.holes import holes_of_vectors
from t3monitor.sync.flow_log import FlowLines
from t3monitor.sync.pulse import Beats, Interruption, Pulse
from t3monitor.sync.service import SyncService
from values import NOW_S

__all__ = ["recording"]


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
