"""``t3monitor sync`` on T3000's web service: what happens to the program, to T3000, to panels, to the database."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.outage_service import WebService
from benchmarks.outage_stage import NO_PANELS, Plan, Program, Say
from benchmarks.planted import Outage
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3000_stand_in import Mood

_STARTS_S = 5.0  # a program, on a busy computer
_DISK_MB = 2000
_OF_FILE_SYSTEM = 5_000_000


class WebStage(WebService):
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
            Plan(
                "points unused", Cause.UNUSED, self._points_are_unused, NO_PANELS, unused, slack_s=4.0 * self.interval_s
            ),
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
        # Not the -shm: Linux ends a program (SIGBUS) that writes to a mapped file which has become immutable.
        files = [self.database, self.database.with_name(f"{self.database.name}-wal")]
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
