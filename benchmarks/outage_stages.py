"""Where outages are planted: real ``t3monitor sync`` processes and what they read, each with a database of its own.

A stage is a thread. It lets the program record, makes an outage, ends it, and waits until every panel was read again.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks.planted import Given, Outage, Planted
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import HOME_VARIABLE, Paths
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))

from answers import JsonObject, real_answer, real_panel, real_point  # noqa: E402 - of the tests
from t3000_panels import ESP32, PanelModel  # noqa: E402
from t3000_stand_in import Mood, StandIn  # noqa: E402

_PATIENCE_S = 200.0  # for all panels to be read again
_FEED_EVERY_S = 0.5
_BACKGROUND_S = 60  # whatever the program takes for T3000's cooldown, which it can but learn, readings come as often
_STARTS_S = 5.0  # a program, on a busy computer
_DISK_MB = 2000
_OF_FILE_SYSTEM = 5_000_000

_NONE = frozenset[int]()

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
                cwd=_ROOT,
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


class NotedPanel(PanelModel):
    """A panel that notes what of it was read, of points in use."""

    def __init__(self, given: Given, now_s: Callable[[], float], *args: Any, **members: Any) -> None:
        super().__init__(*args, **members)
        self._given, self._now_s = given, now_s

    def point(self, kind: PointType, index: int, at_s: float) -> JsonObject:
        """One point, as it is given to T3000; a moment before T3000's start is that of the saved file."""
        point = super().point(kind, index, at_s)
        if point["range"] and at_s >= 0:
            self._given.note([PointKey(self.serial_number, kind, index + 1)], self._now_s())
        return point


class _Web(Stage):
    """T3000's web service, read live."""

    first_serial = 500_001
    panel_count = 3
    notes_readings = True  # at the moment at which T3000 reads

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        super().__init__(folder, interval_s, say)
        # ESP32 panels tell how many points they have, so that those not in use are few and looked at often.
        self.panels = [
            NotedPanel(
                self.given if self.notes_readings else Given(),
                self.now_s,
                number,
                self.first_serial - 1 + number,
                1000 + number,
                f"AHU-{number}",
                f"192.168.1.{number}",
                labels=f"A{number}-",
                product_class=ESP32,
                counts=(20, 10, 10),
                used=(12, 4, 4),
            )
            for number in range(1, self.panel_count + 1)
        ]
        self._stand_in = self._serve()

    def regular(self) -> list[PointKey]:
        """A point of each type of each panel."""
        return [PointKey(panel.serial_number, kind, 1) for panel in self.panels for kind in PointType]

    def tidy_up(self) -> None:
        """Ends the web service."""
        self._stand_in.close()

    def sync(self) -> list[str]:
        """The command that records from the web service."""
        each = str(self.interval_s)
        options = ["--url", self.url, "--interval", each, "--timeout", each, "--retries", "0"]
        return ["t3monitor", "sync", *options, "--json", "--database", self.database_url]

    @property
    def url(self) -> str:
        """Of the web service."""
        return f"http://127.0.0.1:{self.port}"

    port = 0

    def _serve(self) -> StandIn:
        stand_in = StandIn(list(self.panels), port=self.port, hurries=True)
        self.port = int(stand_in.url.rpartition(":")[2])
        return stand_in

    def _scan(self) -> None:
        """T3000's scan of the network finds the panels, which each of its lines says."""
        for panel in self.panels:
            panel.last_checked = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())

    @contextmanager
    def _in_mood(self, mood: Mood) -> Iterator[None]:
        self._stand_in.mood = mood
        yield
        self._stand_in.mood = Mood.WELL
        self._scan()


class WebStage(_Web):
    """``t3monitor sync`` on the web service, its database on a disk of its own where that can be had."""

    stage = "web"

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        super().__init__(folder, interval_s, say)
        self.disk = _disk(self.folder / "disk")
        if self.disk:
            self.database = self.disk / "history.db"
        else:
            say("web: no disk can be mounted (not root?), so none gets full or read-only")

    def make_program(self) -> Program:
        """The real command."""
        return Program(self.folder / "home", self.sync())

    def plans(self) -> list[Plan]:
        """What happens to the program, to T3000's service, to panels and to the database."""
        second, third = self.panels[1].serial_number, self.panels[2].serial_number
        unused = frozenset(PointKey(second, PointType.INPUT, number) for number in (11, 12))
        plans = [
            Plan("program quit", Cause.NOT_RUNNING, self.quits),
            Plan("program killed", Cause.ENDED_UNEXPECTEDLY, self.is_killed),
            Plan("computer asleep", Cause.ASLEEP, self.sleeps),
            Plan("T3000's service down", Cause.UNREACHABLE, self._is_down),
            Plan("T3000 hangs", Cause.TIMEOUT, lambda: self._in_mood(Mood.HANG)),
            Plan("T3000 starting", Cause.NOT_READY, lambda: self._in_mood(Mood.STARTING)),
            Plan("T3000 refuses", Cause.REFUSED, lambda: self._in_mood(Mood.CODE_MINUS_1)),
            Plan("T3000 answers as text", Cause.BAD_REPLY, lambda: self._in_mood(Mood.TEXT)),
            Plan("Modbus device selected", Cause.NO_NEW_DATA, self._modbus_is_selected),
            Plan("panel silent", Cause.SKIPPED, self._panel_is_silent, frozenset({third})),
            Plan("points unused", Cause.UNUSED, self._points_are_unused, _NONE, unused, slack_s=4.0 * self.interval_s),
            Plan("panel not recorded", Cause.NOT_RECORDED, self._panel_is_unrecorded, frozenset({second})),
            Plan("database locked, program runs", None, self._is_locked),
            Plan("database locked, program starts", Cause.DATABASE, self._is_locked_at_start),
        ]
        if self.disk:
            plans += [
                Plan("database read-only, program runs", None, self._is_read_only),
                Plan("database read-only, start fails", Cause.NOT_RUNNING, self._is_read_only_at_start),
                Plan("disk nearly full", Cause.DATABASE, lambda: self._is_full(20_000_000)),
                Plan("disk full, program runs", Cause.DATABASE, lambda: self._is_full(0), may_lose=True),
                Plan("disk full, program starts", Cause.DATABASE, self._is_full_at_start, may_lose=True),
            ]
        return plans

    def tidy_up(self) -> None:
        """Copies the database from its disk, and gives that back."""
        super().tidy_up()
        if self.disk:
            kept = self.folder / "history.db"
            with sqlite3.connect(self.database) as from_, sqlite3.connect(kept) as to:
                from_.backup(to)
            from_.close()
            to.close()
            subprocess.run(["umount", str(self.disk)], check=True)
            self.disk.with_suffix(".img").unlink()
            self.database = kept

    @contextmanager
    def _is_down(self) -> Iterator[None]:
        t3000 = self._stand_in.t3000
        self._stand_in.close()
        yield
        self._stand_in = self._serve()
        self._stand_in.t3000 = t3000

    @contextmanager
    def _modbus_is_selected(self) -> Iterator[None]:
        self._stand_in.t3000.modbus_selected = True
        yield
        self._stand_in.t3000.modbus_selected = False
        self._scan()

    @contextmanager
    def _panel_is_silent(self) -> Iterator[None]:
        self.panels[2].reachable = False
        yield
        self.panels[2].reachable = True
        self._scan()

    @contextmanager
    def _points_are_unused(self) -> Iterator[None]:
        used, self.panels[1].used = self.panels[1].used, (10, 4, 4)
        yield
        self.panels[1].used = used

    @contextmanager
    def _panel_is_unrecorded(self) -> Iterator[None]:
        serial = self.panels[1].serial_number
        with self._restarted():
            self.given.lose(serial)
            self.program.set("recording", unrecorded_panels=[serial])
        yield
        with self._restarted():
            self.program.set("recording")
            self.given.lose()

    @contextmanager
    def _restarted(self) -> Iterator[None]:
        """A restart may take long enough to be a hole of its own."""
        began_s = self.now_s()
        self.program.end()
        yield
        self.program.start()
        self._wait_for_readings()
        self.outages.append(Outage("restart to change that", Cause.NOT_RUNNING, began_s, self.now_s()))

    @contextmanager
    def _is_locked(self) -> Iterator[None]:
        """Another program writes for as long."""
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()

    @contextmanager
    def _is_locked_at_start(self) -> Iterator[None]:
        """Another program has the file for itself."""
        self._end_to_start_anew()
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        with self._kept_up():
            yield
            other.execute("ROLLBACK")
            other.close()

    def _end_to_start_anew(self) -> None:
        """Which takes the seconds that a program takes to begin."""
        began_s = self.now_s()
        self.program.end()
        self.outages.append(Outage("restart beside that", Cause.NOT_RUNNING, began_s, self.now_s() + _STARTS_S))

    @contextmanager
    def _is_read_only(self) -> Iterator[None]:
        files = [self.database, *(self.database.with_name(self.database.name + end) for end in ("-wal", "-shm"))]
        subprocess.run(["chattr", "+i", *map(str, files)], check=True)
        yield
        subprocess.run(["chattr", "-i", *map(str, files)], check=True)

    @contextmanager
    def _is_read_only_at_start(self) -> Iterator[None]:
        self.program.end()
        subprocess.run(["mount", "-o", "remount,ro", str(self.disk)], check=True)
        with self._kept_up():
            yield
            subprocess.run(["mount", "-o", "remount,rw", str(self.disk)], check=True)

    @contextmanager
    def _is_full(self, left_bytes: int) -> Iterator[None]:
        with self._filled(left_bytes):
            yield

    @contextmanager
    def _is_full_at_start(self) -> Iterator[None]:
        self._end_to_start_anew()
        with self._kept_up(), self._filled(0):
            yield

    @contextmanager
    def _filled(self, left_bytes: int) -> Iterator[None]:
        """Somebody else's file takes all but so much of what is free; while there is room, samples alone are lost."""
        assert self.disk
        other = self.disk / "other"
        if left_bytes:
            self.given.lose(*(panel.serial_number for panel in self.panels))
        with other.open("wb") as file:
            # At once; the rest of a full disk, of which the file system needs some itself, byte by byte.
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.disk).free - (left_bytes or _OF_FILE_SYSTEM))
        if not left_bytes:
            subprocess.run(["dd", "if=/dev/zero", f"of={other}s", "bs=1k"], check=False, capture_output=True)
        yield
        for each in self.disk.glob("other*"):
            each.unlink()
        self.given.lose()

    @contextmanager
    def _kept_up(self) -> Iterator[None]:
        """Whoever wants it to record begins it again as often as it ends by itself."""
        over = threading.Event()

        def keep_up() -> None:
            while not over.is_set():
                self.program.keep_up()
                over.wait(1.0)

        keeper = threading.Thread(target=keep_up)
        keeper.start()
        try:
            yield
        finally:
            time.sleep(2.0)
            over.set()
            keeper.join()
            self.program.keep_up()


def _disk(folder: Path) -> Path | None:
    """A small disk of its own, as only root can have one."""
    image = folder.with_suffix(".img")
    with suppress(OSError, subprocess.CalledProcessError):
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(_DISK_MB << 20)
        for command in (["mkfs.ext4", "-q", "-m", "0"], ["mount", "-o", "loop"]):
            subprocess.run([*command, str(image), *([str(folder)] if command[0] == "mount" else [])], check=True)
        return folder
    image.unlink(missing_ok=True)
    return None


@dataclass
class LibraryPanel:
    """A panel of the library's answers."""

    number: int
    serial_number: int
    is_there: bool = True
    frozen_s: int | None = None
    sent_serial: int | None = None
    is_other: bool = False
    is_readable: bool = True
    missing: set[str] = field(default_factory=set)  # point ids
    status: dict[str, int] = field(default_factory=dict)  # of inputs, by point id

    @property
    def is_given(self) -> bool:
        """Whether it has a new reading, and that can be told to be its own."""
        is_known = self.is_readable and not self.is_other and self.sent_serial is None
        return self.is_there and is_known and self.frozen_s is None

    def points(self) -> list[PointKey]:
        """The points with a reading that is worth something."""
        return [
            PointKey(self.serial_number, kind, number)
            for kind, number in _LIBRARY_POINTS
            if (point_id := f"{kind.prefix}{number}") not in self.missing and not self.status.get(point_id)
        ]

    def answer(self, now_s: int) -> JsonObject:
        """The panel as T3000 sends it."""
        stamp_s = now_s if self.frozen_s is None else self.frozen_s
        number = self.number + (100 if self.is_other else 0)
        points = [
            real_point(
                kind,
                place,
                pid=number,
                value=20_000 + stamp_s % 500,
                **({"decom": 64 + self.status.get(f"IN{place}", 0)} if kind is PointType.INPUT else {}),
            )
            for kind, place in _LIBRARY_POINTS
            if f"{kind.prefix}{place}" not in self.missing
        ]
        return real_panel(
            self.serial_number if self.sent_serial is None else self.sent_serial,
            points if self.is_readable else "none",  # type: ignore[arg-type]  # as none may be
            panel_id=number,
            panel_name=f"{'Other' if self.is_other else 'AHU'}-{number}",
            panel_ipaddress=f"192.168.{2 if self.is_other else 1}.{number}",
            input_logging_time=stamp_s,
            output_logging_time=stamp_s,
            variable_logging_time=stamp_s,
        )


_LIBRARY_POINTS = [(kind, number) for kind in PointType for number in (1, 2, 3)]


class LibraryStage(Stage):
    """``t3monitor sync`` on T3000's library, a small one in C that does what it is told."""

    stage = "library"

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:
        super().__init__(folder, interval_s, say)
        self.panels = [LibraryPanel(number, 600_000 + number) for number in (1, 2, 3, 4)]
        self.panels[3].is_there = False  # until somebody installs it
        self._mood = ""
        self._over = threading.Event()
        self._fed: dict[str, tuple[int, list[PointKey]]] = {}
        self._feeder = threading.Thread(target=self._feed, name="feeder", daemon=True)
        source = _ROOT / "tests" / "clib" / "t3000.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-pthread", "-o", str(self._library), str(source)], check=True)
        self._feeder.start()

    @property
    def _library(self) -> Path:
        return self.folder / "t3000.so"

    @property
    def _control(self) -> Path:
        return self.folder / "control"

    @property
    def _calls(self) -> Path:
        return self.folder / "calls"

    def make_program(self) -> Program:
        """The real command."""
        options = ["--library", str(self._library), "--interval", str(self.interval_s)]
        options += ["--timeout", str(self.interval_s), "--retries", "0", "--json", "--database", self.database_url]
        return Program(
            self.folder / "home",
            ["t3monitor", "sync", *options],
            {"T3_CONTROL": str(self._control), "T3_CALLS": str(self._calls)},
        )

    def regular(self) -> list[PointKey]:
        """All points but those of the panel that comes later."""
        return [key for panel in self.panels[:3] for key in panel.points()]

    def plans(self) -> list[Plan]:
        """What happens to the library, to panels, and to points."""
        first, second, third, fourth = self.panels
        var_2 = PointKey(third.serial_number, PointType.VARIABLE, 2)
        in_2 = PointKey(first.serial_number, PointType.INPUT, 2)
        in_3 = PointKey(second.serial_number, PointType.INPUT, 3)
        debug = 'say {"debug":"HandleWebViewMsg returned empty response"}'

        def of_panel(name: str, cause: Cause | None, panel: LibraryPanel, **members: Any) -> Plan:
            return Plan(name, cause, lambda: self._set(panel, **members), frozenset({panel.serial_number}))

        def of_point(name: str, cause: Cause, panel: LibraryPanel, key: PointKey, **members: Any) -> Plan:
            return Plan(name, cause, lambda: self._set(panel, **members), _NONE, frozenset({key}))

        return [
            Plan("library crashes", Cause.CRASHED, lambda: self._in_mood("crash")),
            Plan("T3000 not ready (-2)", Cause.NOT_READY, lambda: self._in_mood("code -2 starting")),
            Plan("T3000 hangs", Cause.TIMEOUT, lambda: self._in_mood(f"hang {self.folder / 'pid'}")),
            Plan("T3000 refuses", Cause.REFUSED, lambda: self._in_mood("code -3 no")),
            Plan("T3000 answers no JSON", Cause.BAD_REPLY, lambda: self._in_mood("say <html>")),
            Plan("cooldown, or no background reading", Cause.NO_NEW_DATA, lambda: self._in_mood(debug)),
            of_panel("panel missing", Cause.PANEL_MISSING, second, is_there=False),
            Plan("panel not reread", Cause.NOT_REREAD, lambda: self._freeze(third), frozenset({third.serial_number})),
            of_panel("serial number 0", Cause.SERIAL_ZERO, first, sent_serial=0),
            of_panel("serial number shared", Cause.SERIAL_SHARED, second, is_other=True),
            of_panel("panel unreadable", Cause.SKIPPED, third, is_readable=False),
            of_point("point left out", Cause.POINT_MISSING, third, var_2, missing={"VAR2"}),
            of_point("sensor open", Cause.SENSOR_OPEN, first, in_2, status={"IN2": 1}),
            of_point("sensor shorted", Cause.SENSOR_SHORTED, second, in_3, status={"IN3": 2}),
            Plan("panel installed", None, lambda: self._set_for_good(fourth), _NONE),
        ]

    def tidy_up(self) -> None:
        """Ends the feeding."""
        self._over.set()
        self._feeder.join()

    @contextmanager
    def _in_mood(self, mood: str) -> Iterator[None]:
        self._mood = mood
        yield
        self._mood = ""

    @contextmanager
    def _set(self, panel: LibraryPanel, **members: Any) -> Iterator[None]:
        before = {name: getattr(panel, name) for name in members}
        for name, value in members.items():
            setattr(panel, name, value)
        yield
        for name, value in before.items():
            setattr(panel, name, value)

    @contextmanager
    def _set_for_good(self, panel: LibraryPanel) -> Iterator[None]:
        panel.is_there = True
        yield

    @contextmanager
    def _freeze(self, panel: LibraryPanel) -> Iterator[None]:
        with self._set(panel, frozen_s=int(self.given.last_s(panel.points()[0]))):
            yield

    def _feed(self) -> None:
        """Has T3000 know new values, and takes down which of them it gave."""
        read = 0
        for number in count():
            now_s = int(time.time())
            file = self.folder / f"answer-{number}.json"
            file.write_bytes(real_answer(*(panel.answer(now_s) for panel in self.panels if panel.is_there)))
            told = self._mood or f"file {file}"
            self._fed[told] = now_s, [key for panel in self.panels if panel.is_given for key in panel.points()]
            beside = self._control.with_suffix(".new")
            beside.write_text(told, encoding="utf-8")
            beside.replace(self._control)
            if self._over.wait(_FEED_EVERY_S):
                return
            calls = self._calls.read_text(encoding="utf-8").splitlines() if self._calls.exists() else []
            for call in calls[read:]:
                if call.startswith("file "):
                    at_s, keys = self._fed[call]
                    self.given.note(keys, at_s)
            read = len(calls)
            if number >= 20:
                (self.folder / f"answer-{number - 20}.json").unlink()


class RecorderStage(_Web):
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


class BackgroundStage(_Web):
    """``t3monitor sync`` on the web service, which hands out what T3000 reads in the background every 15 s."""

    stage = "background"
    first_serial = 800_001
    panel_count = 1
    notes_readings = False

    def __init__(self, folder: Path, interval_s: int, say: Say) -> None:  # noqa: ARG002 - T3000 has its own
        super().__init__(folder, _BACKGROUND_S, say)

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


STAGES: tuple[type[Stage], ...] = (WebStage, LibraryStage, RecorderStage, BackgroundStage)
