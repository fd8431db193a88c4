"""Drives the real window with a real mouse and keyboard under Xvfb: `make ui-check`.

Every click is proved by what the program did: a row in the ledger, a file, an exit code; screenshots are kept.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

DISPLAY = ":97"
PICTURES = Path("build/ui-check")
# Middles of the buttons of the tool bar, in a window of 1280x800 in the screen's corner.
SYNC_ONCE, START, STOP, SETTINGS, ACTIVITY = ((x, 40) for x in (55, 150, 225, 322, 418))
CRASH_NOTICE_X, STATUS_BAR_Y = 1150, -14  # from the window's lower edge
PATIENCE_S = 30.0


def main() -> int:
    """Runs the check and returns its exit code."""
    missing = [tool for tool in ("Xvfb", "xdotool", "import") if shutil.which(tool) is None]
    if missing:
        print(f"{', '.join(missing)} missing; run: sudo apt-get install -y xvfb xdotool imagemagick", file=sys.stderr)
        return 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    os.environ["DISPLAY"] = DISPLAY
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    with tempfile.TemporaryDirectory() as folder, _screen():
        home = Path(folder)
        os.environ["T3MONITOR_HOME"] = folder
        _first_start(home)
        _demo(home)
        _crash(home)
    print(f"all clicks did what they say; pictures are in {PICTURES}")
    return 0


def _first_start(home: Path) -> None:
    """Nothing chosen yet: Tab and Enter are enough to watch the simulated building."""
    with _program() as window:
        _picture("1-first-start")
        window.key("Return")  # the first button has the focus
        _until(lambda: _cycles(home / "data" / "demo") > 0, "the first button starts the simulated building")
        settings = json.loads((home / "config" / "settings.json").read_text())
        assert settings["t3000"]["link"] == "demo", settings
        _picture("2-simulated-building")


def _demo(home: Path) -> None:
    database = home / "data" / "demo"
    with _program("--demo") as window:
        _until(lambda: _runs_since_start(database) > 0, "it starts by itself")
        window.click(*STOP)
        before = _cycles(database)
        window.click(*SYNC_ONCE)
        _until(lambda: _cycles(database) == before + 1, "a click on Sync once is one cycle")
        window.double_click(600, 172)
        window.double_click(600, 216)
        _until(lambda: True, "")
        window.click(*ACTIVITY)
        _picture("3-points-plotted-and-activity")
        window.click(*SETTINGS)
        _until(lambda: _windows("Settings") != [], "a click on Settings opens them")
        _picture("4-settings")
        window.key("Escape")
        _until(lambda: _windows("Settings") == [], "Escape closes them")
        before = _cycles(database)
        window.click(*START)
        _until(lambda: _cycles(database) == before + 1, "a click on Start runs a cycle at once")
        _picture("5-running")
    state = json.loads((home / "config" / "demo" / "window.json").read_text())
    assert len(state["trend"]["points"]) == 2, state["trend"]
    assert state["activity"] is True


def _crash(home: Path) -> None:
    """A crash is a line in the status bar of the next start, which leads to all that is known of it."""
    logs = home / "logs" / "demo" / "T3WebLog"
    program = subprocess.Popen([sys.executable, "-m", "t3monitor", "--demo"])
    _until(lambda: _windows("T3 Monitor") != [], "the window opens")
    time.sleep(1)  # for its first cycle
    program.send_signal(signal.SIGSEGV)
    assert program.wait(timeout=PATIENCE_S) == -signal.SIGSEGV
    with _program("--demo") as window:
        _until(lambda: len(list(logs.glob("crash-*"))) == 1, "the crash is noticed")
        _picture("6-crashed-last-time")
        window.click(CRASH_NOTICE_X, window.height() + STATUS_BAR_Y)
        _until(lambda: _windows("Report of an error") != [], "a click on the line opens the report")
        _picture("7-report")
        window.key("Return")  # Copy has the focus
        _picture("8-copied")
        window.key("Escape")
        _until(lambda: _windows("Report of an error") == [], "Escape closes it")
    with _program("--demo"):
        _picture("9-not-mentioned-again")
    assert len(list(logs.glob("*-*"))) == 1, list(logs.iterdir())


class _Window:
    """The program's main window under the mouse."""

    def __init__(self, number: str) -> None:
        self._number = number

    def click(self, x: int, y: int) -> None:
        _xdotool("mousemove", "--window", self._number, str(x), str(y), "click", "1")

    def height(self) -> int:
        """A window that was closed and opened again need not have the height that it began with."""
        told = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", self._number], capture_output=True, text=True, check=True
        )
        return int(told.stdout.split("HEIGHT=")[1].split()[0])

    def double_click(self, x: int, y: int) -> None:
        _xdotool("mousemove", "--window", self._number, str(x), str(y), "click", "--repeat", "2", "--delay", "60", "1")

    def key(self, name: str) -> None:
        _xdotool("key", name)


@contextlib.contextmanager
def _screen() -> Iterator[None]:
    server = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
    try:
        _until(lambda: subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True).returncode == 0, "Xvfb")
        yield
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def _program(*options: str) -> Iterator[_Window]:
    """The program with its window open; closed with its own key at the end, and its exit code looked at."""
    program = subprocess.Popen([sys.executable, "-m", "t3monitor", *options])
    try:
        _until(lambda: _windows("T3 Monitor") != [] or program.poll() is not None, "the window opens")
        assert program.poll() is None, f"it ended with exit code {program.returncode}"
        number = _windows("T3 Monitor")[-1]
        _xdotool("windowfocus", "--sync", number)
        yield _Window(number)
        began_s = time.monotonic()
        _xdotool("windowfocus", "--sync", number)  # without a window manager a dialog's end gives it to nobody
        _xdotool("key", "ctrl+q")
        assert program.wait(timeout=PATIENCE_S) == 0, program.returncode
        print(f"closed in {time.monotonic() - began_s:.1f} s")
    finally:
        program.kill()
        program.wait()


def _windows(name: str) -> list[str]:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{name}"], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def _xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True)


def _picture(name: str) -> None:
    time.sleep(0.7)  # the screen follows the program by a moment
    subprocess.run(["import", "-window", "root", str(PICTURES / f"{name}.png")], check=True)


def _cycles(folder: Path) -> int:
    try:
        with contextlib.closing(
            sqlite3.connect(f"{(folder / 'webview_t3_device.db').absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            return int(connection.execute("SELECT count(*) FROM SYNC_RUNS").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _runs_since_start(folder: Path) -> int:
    with contextlib.closing(
        sqlite3.connect(f"{(folder / 'webview_t3_device.db').absolute().as_uri()}?mode=ro", uri=True)
    ) as connection:
        recent = connection.execute("SELECT count(*) FROM SYNC_RUNS WHERE started_at > ?", (time.time() - 5,))
        return int(recent.fetchone()[0])


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            _picture("failed")
            raise AssertionError(f"not within {PATIENCE_S:g} s: {what}; see {PICTURES}/failed.png")
        time.sleep(0.05)
    if what:
        print(f"ok: {what}")


if __name__ == "__main__":
    sys.exit(main())
