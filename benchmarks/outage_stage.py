"""Where outages are planted: a stage is a thread with a program that records into a database of its own.

It lets the program record, makes an outage, ends it, and waits until every panel was read again.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.planted import Given, Outage, Planted
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import HOME_VARIABLE, Paths
from t3monitor.model.causes import Cause
from t3monitor.model.points import PointKey

ROOT = Path(__file__).parents[1]
_PATIENCE_S = 200.0  # for all panels to be read again
NO_PANELS = frozenset[int]()

Say = Callable[[str], None]


class Plan(NamedTuple):
    """An outage to be planted, and how; see `benchmarks.planted.Outage`."""

    name: str
    cause: Cause | None
    does: Callable[[], AbstractContextManager[None]]
    panels: frozenset[int] | None = None
    points: frozenset[PointKey] = frozenset()
    slack_s: float = 0.0
    may_lose: bool = False


@dataclass
class Program:
    """A command that records, in a process of its own with a home of its own."""

    home: Path
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Begins to record."""
        with (self.home / "output").open("a") as output, (self.home / "errors").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                text=True,
                env=os.environ | {HOME_VARIABLE: str(self.home)} | self.environment,
                cwd=ROOT,
            )

    def set(self, group: str, **values: object) -> None:
        """Writes a group of its settings, and no other; nothing of them if there are no values."""
        file = Paths(*(self.home / name for name in ("config", "data", "logs"))).settings_file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode({group: values}))

    def keep_up(self) -> None:
        """Begins anew if it ended by itself, as a service would be."""
        if self.process is None or self.process.poll() is not None:
            self.start()

    def end(self) -> None:
        """Asks it to end, and waits for that."""
        self._signal(signal.SIGTERM)
        if self.process:
            self.process.wait(60)

    def kill(self) -> None:
        """Ends it without a chance to tidy up."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait(60)

    def freeze(self) -> None:
        """It stands still, as all programs do while the computer sleeps."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)


class Stage(threading.Thread):
    """What all stages have: a database, a program, what T3000 gave it, and the outages so far."""

    stage: str
    program: Program

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        super().__init__(name=self.stage, daemon=True)
        self.folder = folder / self.stage
        self.folder.mkdir()
        self.database = self.folder / "history.db"
        self.interval_s, self.outage_s = interval_s, 5.0 * interval_s
        self.given, self.outages = Given(), list[Outage]()
        self.error: BaseException | None = None
        self._say = say
        self._began_s = time.time()

    def planted(self) -> Planted:
        """What came of it."""
        given = self.given.all()
        whole = Planted(self.stage, str(self.database), self.interval_s, self._began_s, self.outages, given)
        return whole.without_lost()

    @property
    def database_url(self) -> str:
        """URL of the stage's database."""
        return sqlite_url(self.database)

    def make_program(self) -> Program:
        """The program that records, not started yet."""
        raise NotImplementedError

    def plans(self) -> list[Plan]:
        """The outages in their order."""
        raise NotImplementedError

    def regular(self) -> list[PointKey]:
        """Points that are read again after each outage."""
        raise NotImplementedError

    def tidy_up(self) -> None:
        """Ends what the stage began beside its program."""

    def now_s(self) -> float:
        """The time by the program's clock."""
        return time.time()

    def run(self) -> None:
        """Plants one outage after the other."""
        self.program = self.make_program()
        try:
            self.program.start()
            self._wait_for_readings()
            for plan in self.plans():
                self._rest()
                began_s = self.now_s()
                self._say(f"{self.stage}: {plan.name}")
                with plan.does():
                    time.sleep(self.outage_s)
                times_s = began_s, self.now_s()
                self.outages.append(Outage(plan.name, plan.cause, *times_s, *plan[3:]))
                self._wait_for_readings()
            self._rest()
        except BaseException as error:  # noqa: BLE001 - told at the end
            self.error = error
            self._say(f"{self.stage}: {error!r}")
        finally:
            self.program.thaw()
            self.program.end()
            self.tidy_up()

    def _rest(self) -> None:
        """Ends between two cycles, after some of them."""
        time.sleep(self.outage_s)
        self._wait_for_readings()

    def _wait_for_readings(self) -> None:
        """Waits until all regular points were read once more, and a little for that to be stored."""
        since_s = time.monotonic()
        while lacking := self.given.lacking(self.regular(), since_s):
            if time.monotonic() > since_s + _PATIENCE_S:
                raise TimeoutError(f"{lacking[0]} and {len(lacking) - 1} other points were not read any more")
            time.sleep(0.05)
        time.sleep(0.3 * self.interval_s)

    # Outages that every program can have

    @contextmanager
    def quits(self) -> Iterator[None]:
        """The program is ended in order, and begun again."""
        self.program.end()
        yield
        self.program.start()

    @contextmanager
    def is_killed(self) -> Iterator[None]:
        """The program, or the computer, ends without warning."""
        self.program.kill()
        yield
        self.program.start()

    @contextmanager
    def sleeps(self) -> Iterator[None]:
        """The computer sleeps."""
        self.program.freeze()
        yield
        self.program.thaw()
