"""Smoke test of the frozen program: runs it in earnest, beside the same commands of the unfrozen one.

    python installer/smoke.py [FOLDER] [--runs N] [--wine] [--report FILE]

FOLDER holds t3monitor and t3monitor-cli (default: build/frozen/t3monitor). The Python that runs this has the program
installed by pip: that is the unfrozen one, from a folder that is not the checkout. With ``--wine`` FOLDER holds Windows
programs, which wine runs on the screen that DISPLAY names; what wine cannot do is said and left out.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from freeze import FROZEN, size_bytes
from packages import version
from packaging.requirements import Requirement
from PySide6.QtGui import QImage

HERE = Path(__file__).resolve().parent
_PATIENCE_S = 600.0  # which a busy machine keeps too
_KILLED_AFTER_S = 10  # within which a busy machine, too, has started the child process and called the library
_ON_WINDOWS = sys.platform == "win32"
_PICTURE = (64, 40)  # pictures are compared at this size


@dataclass
class Program:
    """One form of the program: how its console form is called, and its windowed one."""

    name: str
    console: list[str]
    windowed: list[str]
    home: Path
    under_wine: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def path(self, path: Path) -> str:
        """A path as the program is to be told it; wine has the whole of / in its drive Z."""
        return "Z:" + str(path).replace("/", "\\") if self.under_wine else str(path)

    def run(self, *arguments: str, **more_environment: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command of the console program to its end."""
        return subprocess.run(
            [*self.console, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
            cwd=self.home,
            env=self.variables(**more_environment),
        )

    def variables(self, **more: str) -> dict[str, str]:
        """The environment that the program runs in: files in its own folder, and off screen where there may be none."""
        variables = {**os.environ, "T3MONITOR_HOME": self.path(self.home), **self.environment, **more}
        if not self.under_wine:
            variables["QT_QPA_PLATFORM"] = "offscreen"
        return variables


class Smoke:
    """The checks; each raises AssertionError and says with what output, or prints what it found."""

    def __init__(self, frozen: Program, unfrozen: Program, work: Path) -> None:
        self.frozen, self.unfrozen, self.work = frozen, unfrozen, work
        self.lines: list[str] = []
        self._began_s = 0.0

    def say(self, line: str) -> None:
        """Prints a line, and keeps it for the report."""
        self.lines.append(line)
        print(line, flush=True)

    def check(self) -> None:
        """All of them."""
        self.version()
        self.doctor()
        self.two_cycles()
        self.export()
        if self.frozen.under_wine:
            self.say("left out   snapshot: the off-screen platform of Qt does not start in wine")
        else:
            self.snapshot()
        self.web_service_that_is_not_there()
        self.library_that_hangs()
        self.window()
        if _ON_WINDOWS or self.frozen.under_wine:
            self.say("left out   a crash of the window: there is no signal to crash it with")
        else:
            self.crash()

    def version(self) -> None:
        """Every form has the version that the source says."""
        wanted = f"t3monitor {version()}"
        for program in (self.frozen, self.unfrozen):
            result = program.run("--version")
            assert (result.returncode, result.stdout.strip()) == (0, wanted), (program.name, result)
        self.say(f"ok         --version: {wanted}")

    def doctor(self) -> None:
        """Everything is well, and every package is known by its version."""
        checks = {}
        for program in (self.frozen, self.unfrozen):
            result = program.run("doctor", "--link", "demo", "--json")
            assert result.returncode == 0, (program.name, result)
            checks[program.name] = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
        assert checks["frozen"].keys() == checks["unfrozen"].keys(), checks
        assert "?" not in checks["frozen"]["versions"]["text"], checks["frozen"]["versions"]
        self.say(f"ok         doctor: {', '.join(checks['frozen'])}; {checks['frozen']['versions']['text']}")

    def two_cycles(self) -> None:
        """Two cycles of the simulated building bring what they bring unfrozen."""
        counted = {}
        for program in (self.frozen, self.unfrozen):
            result = program.run("sync", "--cycles", "2", "--link", "demo", "--interval", "1", "--json")
            assert result.returncode == 0, (program.name, result)
            cycles = [json.loads(line) for line in result.stdout.splitlines()]
            assert [cycle["outcome"] for cycle in cycles] == ["ok", "ok"], (program.name, cycles)
            counted[program.name] = [(cycle["devices"], cycle["points"], cycle["samples"]) for cycle in cycles]
        assert counted["frozen"] == counted["unfrozen"], counted
        devices, points, samples = counted["frozen"][0]
        assert (devices, points, samples) > (0, 0, 0), counted
        self.say(
            f"ok         sync --cycles 2: {devices} panels, {points} points, {samples} samples in each, as unfrozen"
        )

    def export(self) -> None:
        """What was stored leaves as a workbook and as CSV, and both tell what they tell unfrozen."""
        sheets: dict[str, list[str]] = {}
        for program in (self.frozen, self.unfrozen):
            database = program.home / "data" / "demo" / "webview_t3_device.db"
            with closing(sqlite3.connect(database)) as connection:
                ((serial_number,),) = connection.execute("SELECT min(serial_number) FROM DEVICES")
            options = ["--panel", str(serial_number), "--database", f"sqlite:///{program.path(database)}"]
            for name, option in (("readings.xlsx", "--excel"), ("readings.csv", "--long")):
                result = program.run("export", name, option, *options)
                assert result.returncode == 0, (program.name, result)
            with zipfile.ZipFile(program.home / "readings.xlsx") as workbook:
                sheets[program.name] = sorted(name for name in workbook.namelist() if "worksheets/" in name)
            lines = (program.home / "readings.csv").read_bytes().count(b"\n")
            assert lines > 1, (program.name, lines)
        assert sheets["frozen"] == sheets["unfrozen"], sheets
        self.say(f"ok         export: a workbook of {len(sheets['frozen'])} sheets, as unfrozen, and CSV")

    def snapshot(self) -> None:
        """The window is drawn as it is unfrozen: icons, fonts, style sheet and plots."""
        pictures = {}
        for program in (self.frozen, self.unfrozen):
            file = self.work / f"{program.name}.png"
            result = program.run("snapshot", program.path(file), "--demo")
            assert result.returncode == 0, (program.name, result)
            assert result.stderr == "", (program.name, result.stderr)
            pictures[program.name] = QImage(str(file))
        frozen, unfrozen = pictures["frozen"], pictures["unfrozen"]
        assert frozen.size() == unfrozen.size(), (frozen.size(), unfrozen.size())
        difference = _difference(frozen, unfrozen)
        assert difference < 4, f"the pictures in {self.work} differ by {difference:.1f} of 255"
        self.say(
            f"ok         snapshot: {frozen.width()}x{frozen.height()}, differs from unfrozen by {difference:.2f} of 255"
        )

    def web_service_that_is_not_there(self) -> None:
        """The web link is whole: it says of a computer without T3000 what it says unfrozen."""
        said = {}
        for program in (self.frozen, self.unfrozen):
            result = program.run("sync", "--once", "--url", "http://127.0.0.1:9", "--json")
            assert result.returncode == 3, (program.name, result)
            cycle = json.loads(result.stdout)
            said[program.name] = (cycle["outcome"], cycle["reason"])
        assert said["frozen"][0] == said["unfrozen"][0] == "unreachable", said
        self.say(f"ok         a web service that is not there: {said['frozen'][1]}")

    def library_that_hangs(self) -> None:
        """The child process works frozen: it loads a compiled library, hangs in it and is killed at the deadline."""
        library = _build_library(self.work, for_windows=_ON_WINDOWS or self.frozen.under_wine)
        if library is None:
            self.say("left out   a library that hangs: there is no C compiler; name one with CC")
            return
        hung = self.work / "hung"
        began_s = time.monotonic()
        options = ["--library", self.frozen.path(library), "--timeout", str(_KILLED_AFTER_S), "--json"]
        result = self.frozen.run("sync", "--once", *options, T3_SMOKE_HUNG=self.frozen.path(hung))
        took_s = time.monotonic() - began_s
        assert result.returncode == 4, result
        cycle = json.loads(result.stdout)
        assert cycle["outcome"] == "timeout", cycle
        assert hung.exists(), f"the library was never called: {result}"
        self.nothing_left()
        self.say(
            f"ok         a library that hangs: {cycle['reason']}; killed, no process left, "
            f"{took_s:.1f} s with a deadline of {_KILLED_AFTER_S} s"
        )

    def window(self) -> None:
        """The windowed program opens, stores a cycle and closes when asked to, with exit code 0 and nothing left."""
        with self._window() as program:
            first_s = time.time() - self._began_s
            if self.frozen.under_wine:
                _picture_of_the_screen(self.work / "window.png")
            asked_s = time.monotonic()
            self._ask_to_close(program)
            code = program.wait(_PATIENCE_S)
        assert code == 0, f"exit code {code}"
        closed_s = time.monotonic() - asked_s
        self.nothing_left()
        assert not self._crash_files(), f"closing left {self._crash_files()}"
        self.say(
            f"ok         the window: first cycle stored after {first_s:.1f} s, closed in {closed_s:.1f} s, exit code 0"
        )

    def crash(self) -> None:
        """A crash leaves its traceback in a file of its own; the next start makes a report of it."""
        with self._window() as program:
            program.send_signal(signal.SIGSEGV)
            code = program.wait(_PATIENCE_S)
        assert code == -signal.SIGSEGV, f"exit code {code}"
        left = [file.read_text() for file in self._crash_files()]
        assert len(left) == 1, left
        assert "Segmentation fault" in left[0], left
        with self._window() as program:
            self._ask_to_close(program)
            program.wait(_PATIENCE_S)
        reports = self._crash_files()
        assert [file.name.partition("-")[0] for file in reports] == ["crash"], reports
        text = reports[0].read_text()
        assert "Segmentation fault" in text, text
        assert "The last lines of FFI.log" in text, text
        self.say(f"ok         a crash of the window: reported by the next start, {len(text.splitlines())} lines")

    @contextmanager
    def _window(self) -> "Iterator[subprocess.Popen[bytes]]":
        """The window on the simulated building, with its first cycle stored."""
        self._began_s = time.time()
        before = _newest_cycle(self.frozen.home, 0)
        program = subprocess.Popen(
            [*self.frozen.windowed, "--demo"],
            env=self.frozen.variables(),
            cwd=self.frozen.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # under wine a file would be a handle that Python cannot use
            stderr=subprocess.DEVNULL,
        )
        try:
            newest = partial(_newest_cycle, self.frozen.home, self._began_s - 1)
            _until(lambda: program.poll() is not None or newest() > before, "a first cycle")
            assert program.poll() is None, f"the window ended by itself with exit code {program.returncode}"
            yield program
        finally:
            program.kill()
            program.wait()

    def _crash_files(self) -> list[Path]:
        logs = self.frozen.home / "logs" / "demo" / "T3WebLog"
        return sorted([*logs.glob("running-*"), *logs.glob("crash-*")])

    def nothing_left(self) -> None:
        """No process of the frozen program is there any more."""
        _until(lambda: not _processes_left(), f"no process left, but there is {_processes_left()}")

    def _ask_to_close(self, program: "subprocess.Popen[bytes]") -> None:
        if _ON_WINDOWS or self.frozen.under_wine:
            wine = self.frozen.windowed[:-1]
            subprocess.run(
                [*wine, "taskkill", "/im", "t3monitor.exe"], check=True, stdin=subprocess.DEVNULL, capture_output=True
            )
        else:
            program.send_signal(signal.SIGTERM)

    def measure(self, runs: int, folder: Path) -> None:
        """Start times and sizes, frozen beside unfrozen; the two take turns, and the shortest of each counts."""
        commands = {"--version": ["--version"], "doctor": ["doctor", "--link", "demo"]}
        if not self.frozen.under_wine:
            page = ["snapshot", str(self.work / "start.png"), "--demo", "--page", "welcome"]
            commands["window drawn"] = page
        for name, command in commands.items():
            times: dict[str, list[float]] = {"frozen": [], "unfrozen": []}
            for _ in range(runs):
                for program in (self.frozen, self.unfrozen):
                    began_s = time.perf_counter()
                    program.run(*command)
                    times[program.name].append(time.perf_counter() - began_s)
            frozen_s, unfrozen_s = min(times["frozen"]), min(times["unfrozen"])
            against = (
                "" if self.frozen.under_wine else f", unfrozen {unfrozen_s:.2f} s, ratio {frozen_s / unfrozen_s:.2f}"
            )
            self.say(f"start      {name:13} frozen {frozen_s:.2f} s{against} (shortest of {runs})")
        frozen, unfrozen = size_bytes(folder), _installed_bytes()
        against = (
            ""
            if self.frozen.under_wine
            else f", packages by pip {unfrozen / 1e6:.1f} MB and no Python, ratio {frozen / unfrozen:.2f}"
        )
        self.say(f"size       frozen {frozen / 1e6:.1f} MB{against}")


def main() -> int:
    """Runs the checks; 0 if all is well."""
    parser = argparse.ArgumentParser(description="Smoke test of the frozen program.")
    parser.add_argument("folder", nargs="?", type=Path, default=FROZEN / "t3monitor")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="how often each start is timed; 0: not at all")
    parser.add_argument("--wine", action="store_true", help="the programs are those of Windows; run them under wine")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was found there as well")
    args = parser.parse_args()
    folder = args.folder.resolve()
    suffix = ".exe" if _ON_WINDOWS or args.wine else ""
    wine = ["wine"] if args.wine else []
    with _work_folder() as work:
        homes = {name: work / f"home-{name}" for name in ("frozen", "unfrozen")}
        for home in homes.values():
            home.mkdir()
        console, windowed = ([*wine, str(folder / f"{name}{suffix}")] for name in ("t3monitor-cli", "t3monitor"))
        frozen = Program("frozen", console, windowed, homes["frozen"], under_wine=args.wine)
        module = [sys.executable, "-m", "t3monitor"]
        smoke = Smoke(frozen, Program("unfrozen", module, module, homes["unfrozen"]), work)
        try:
            smoke.check()
            if args.runs:
                smoke.measure(args.runs, folder)
        except AssertionError as error:
            smoke.say(f"FAILED     {error}")
            return 1
        finally:
            if args.report:
                args.report.parent.mkdir(parents=True, exist_ok=True)
                args.report.write_text("\n".join(smoke.lines) + "\n", encoding="utf-8")
                for picture in work.glob("*.png"):
                    shutil.copy(picture, args.report.with_name(f"{args.report.stem}-{picture.name}"))
    return 0


@contextmanager
def _work_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="t3monitor-smoke-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _build_library(folder: Path, *, for_windows: bool) -> Path | None:
    names = ("gcc", "clang", "x86_64-w64-mingw32-gcc") if _ON_WINDOWS else ("cc", "gcc")
    if for_windows and not _ON_WINDOWS:
        names = ("x86_64-w64-mingw32-gcc",)
    compiler = (None if for_windows and not _ON_WINDOWS else os.environ.get("CC")) or next(
        filter(shutil.which, names), None
    )
    if compiler is None:
        return None
    library = folder / ("hang.dll" if for_windows else "hang.so")
    flags = ["-shared"] if for_windows else ["-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", str(library), str(HERE / "smoke_library.c")], check=True)
    return library


def _difference(first: QImage, second: QImage) -> float:
    """The mean difference of two pictures' brightness, 0 to 255, when both are small."""
    small = [image.scaled(*_PICTURE).convertToFormat(QImage.Format.Format_Grayscale8) for image in (first, second)]
    values = [
        [image.pixelColor(x, y).lightness() for x in range(_PICTURE[0]) for y in range(_PICTURE[1])] for image in small
    ]
    return sum(abs(one - other) for one, other in zip(*values, strict=True)) / len(values[0])


def _newest_cycle(home: Path, since_s: float) -> int:
    """The number in the ledger of the newest cycle that ran since then; its made up past does not count. 0: none."""
    try:
        with closing(
            sqlite3.connect(f"{(home / 'data/demo/webview_t3_device.db').absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            rows = connection.execute("SELECT coalesce(max(id), 0) FROM SYNC_RUNS WHERE started_at >= ?", (since_s,))
            return int(rows.fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def _processes_left() -> list[str]:
    """The frozen program's processes, by what they were called as."""
    if _ON_WINDOWS:
        listed = subprocess.run(["tasklist", "/fo", "csv", "/nh"], capture_output=True, text=True, check=True).stdout
        return [
            line for line in listed.splitlines() if line.lower().startswith(('"t3monitor.exe', '"t3monitor-cli.exe'))
        ]
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            called = (process / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace").replace("\\", "/")
        except OSError:  # it has gone
            continue
        if Path(called).name in ("t3monitor", "t3monitor-cli", "t3monitor.exe", "t3monitor-cli.exe"):
            left.append(called)
    return left


def _picture_of_the_screen(file: Path) -> None:
    if shutil.which("import"):
        time.sleep(2)  # the screen follows the program by a moment
        subprocess.run(["import", "-window", "root", str(file)], check=False)


def _installed_bytes() -> int:
    """The bytes of the packages that pip installs with the program."""
    found: dict[str, int] = {}
    wanted = ["t3monitor"]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of another system
            continue
        files = [Path(str(file.locate())) for file in distribution.files or ()]
        found[name] = sum(file.stat().st_size for file in files if file.is_file())
        requirements = map(Requirement, distribution.requires or ())
        wanted += [needed.name for needed in requirements if not needed.marker or needed.marker.evaluate({"extra": ""})]
    return sum(found.values())


def _until(condition: Callable[[], Any], what: str) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {_PATIENCE_S:g} s: {what}"
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
