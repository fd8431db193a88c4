"""``t3monitor sync`` on T3000's library: what happens to the library, to panels, to points."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from answers import JsonObject, real_answer, real_panel, real_point
from benchmarks.outage_stage import NO_PANELS, ROOT, Plan, Program, Say, Stage
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

_FEED_EVERY_S = 0.5
_TIMEOUT_S = 5  # the library's process takes a while to begin on a busy computer


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
        source = ROOT / "tests" / "clib" / "t3000.c"
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
        options += ["--timeout", str(_TIMEOUT_S), "--retries", "0", "--json", "--database", self.database_url]
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
            return Plan(name, cause, lambda: self._set(panel, **members), NO_PANELS, frozenset({key}))

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
            Plan("panel installed", None, lambda: self._set_for_good(fourth), NO_PANELS),
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
