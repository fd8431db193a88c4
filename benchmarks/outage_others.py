"""What users, clocks and mistakes do to a recorder, and what keeps T3000's background readings away."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from answers import JsonObject
from benchmarks.outage_service import WebService
from benchmarks.outage_stage import Plan, Program, Say
from benchmarks.planted import Planted
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3000_panels import PanelModel
from t3000_stand_in import StandIn

_BACKGROUND_S = 60  # whatever the program takes for T3000's cooldown, which it can but learn, readings come as often


class RecorderStage(WebService):
    """The program's services in a process that does what a user does: stop, resume; with a clock that can be set."""

    stage = "recorder"
    first_serial = 700_001

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        self._ahead_s = 0.0
        super().__init__(folder, interval_s, say)

    def now_s(self) -> float:
        """The time by the clock of the program's process."""
        return time.time() + self._ahead_s

    def make_program(self) -> Program:
        """A process that takes orders."""
        options = ["--url", self.url, "--interval", str(self.interval_s), "--database", self.database_url]
        return Program(self.folder / "home", ["benchmarks.outage_recorder", *options])

    def plans(self) -> list[Plan]:
        """What users, clocks and mistakes do; the other ways to end as well."""
        return [
            Plan("recording stopped by the user", Cause.STOPPED, lambda: self._between("stop", "start")),
            Plan("error of the program", Cause.FAILED, lambda: self._between("fail", "heal")),
            Plan("computer asleep", Cause.ASLEEP, self.sleeps),
            Plan("program killed", Cause.ENDED_UNEXPECTEDLY, self.is_killed),
            Plan("recording stopped once more", Cause.STOPPED, lambda: self._between("stop", "start")),
            Plan("clock set forward", Cause.CLOCK_STEPPED, lambda: self._clock_is_set(self.outage_s)),
            Plan("clock set back", None, lambda: self._clock_is_set(-self.outage_s)),
        ]

    @contextmanager
    def _between(self, first: str, then: str) -> Iterator[None]:
        self._tell(first)
        yield
        self._tell(then)

    @contextmanager
    def _clock_is_set(self, by_s: float) -> Iterator[None]:
        self._ahead_s += by_s
        self._tell(f"step {by_s}")
        yield

    def _tell(self, order: str) -> None:
        assert self.program.process
        assert self.program.process.stdin
        self.program.process.stdin.write(order + "\n")
        self.program.process.stdin.flush()


class BackgroundStage(WebService):
    """``t3monitor sync`` on the web service, which hands out what T3000 reads in the background every 15 s."""

    stage = "background"
    first_serial = 800_001
    panel_count = 1
    notes_readings = False

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:  # noqa: ARG002 - T3000 has its own
        super().__init__(folder, _BACKGROUND_S, say)
        self._told_s: dict[int, float] = {}  # when T3000 first told of what it had read then

    def planted(self) -> Planted:
        """A cycle stores the newest of what T3000 told since the one before."""
        with closing(sqlite3.connect(self.database)) as connection:
            cycles = [begun_s for (begun_s,) in connection.execute("SELECT started_at FROM SYNC_RUNS ORDER BY 1")]
        whole = super().planted()
        given = [
            (key, sorted({max(told) for begun_s in cycles if (told := self._told_by(seconds, begun_s))}))
            for key, seconds in whole.given
        ]
        return msgspec.structs.replace(whole, given=given)

    def _told_by(self, seconds: list[int], time_s: float) -> list[int]:
        return [read_s for read_s in seconds if self._told_s[read_s] < time_s]

    def make_program(self) -> Program:
        """The real command."""
        program = Program(self.folder / "home", self.sync())
        program.set("t3000", web_reading="logging_data")
        return program

    def plans(self) -> list[Plan]:
        """What keeps T3000 from reading, or from telling."""
        slack_s = float(self.interval_s)  # a cycle takes the newest of what T3000 told since the last one
        everything = None, frozenset[PointKey](), slack_s
        return [
            Plan("background reading is off", Cause.NO_NEW_DATA, self._gate_is_closed, *everything),
            Plan("another program takes the calls", Cause.NO_NEW_DATA, self._others_call, *everything),
            Plan("panel off", Cause.NOT_REREAD, self._panel_is_off, *everything),
        ]

    def _serve(self) -> StandIn:
        stand_in = super()._serve()
        logged = stand_in.t3000._logged_panel

        def noted(panel: PanelModel) -> JsonObject:
            told = logged(panel)
            for kind, used in zip(PointType, panel.used, strict=True):
                keys = (PointKey(panel.serial_number, kind, number) for number in range(1, used + 1))
                if at_s := told[f"{kind.value.lower()}_logging_time"]:
                    self._told_s.setdefault(int(at_s), time.time())
                    self.given.note(keys, at_s)
            return told

        stand_in.t3000._logged_panel = noted  # type: ignore[method-assign]  # T3000 does not tell whom it told
        return stand_in

    @contextmanager
    def _gate_is_closed(self) -> Iterator[None]:
        self._stand_in.t3000.gate_open = False
        yield
        self._stand_in.t3000.gate_open = True

    @contextmanager
    def _others_call(self) -> Iterator[None]:
        over = threading.Event()

        def call() -> None:
            while not over.wait(0.1):
                self._stand_in.answer(b'{"action":15,"panelId":0,"serialNumber":0}')

        other = threading.Thread(target=call)
        other.start()
        yield
        over.set()
        other.join()

    @contextmanager
    def _panel_is_off(self) -> Iterator[None]:
        self.panels[0].reachable = False
        yield
        self.panels[0].reachable = True
