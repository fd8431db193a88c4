"""A screen of its own, the program on it, and hands for mouse and keyboard, whose events are counted."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.ui_check.accessible import UnseenError, Widget

PICTURES = Path("build/ui-check")
PATIENCE_S = 90.0  # which a busy machine does not try
PROGRAM = [sys.executable, "-m", "t3monitor"]  # or a frozen one
TOOLS = {"Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick", "dbus-daemon": "dbus-daemon"}
_STEPS_OF_A_DRAG = 12
_ACCESSIBILITY = Path("/usr/libexec/at-spi-bus-launcher")


def missing_packages() -> list[str]:
    """What has to be installed before anything can be checked."""
    missing = {package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    return sorted(missing | (set() if _ACCESSIBILITY.exists() else {"at-spi2-core"}))


class Hands:
    """Mouse and keyboard, counted: a double-click is one click, keys held together or a typed word one key."""

    def __init__(self) -> None:
        self.clicks = self.keys = 0

    def point_at(self, place: tuple[int, int]) -> None:
        """Moves the mouse, as a hand does: on its way it passes the place next to it."""
        x, y = place
        _xdotool("mousemove", str(x - 3), str(y - 3), "mousemove", "--sync", str(x), str(y))

    def click(self, place: tuple[int, int], *, double: bool = False) -> None:
        self.clicks += 1
        self.point_at(place)
        _xdotool("click", *(("--repeat", "2", "--delay", "60") if double else ()), "1")

    def right_click(self, place: tuple[int, int]) -> None:
        self.clicks += 1
        self.point_at(place)
        _xdotool("click", "3")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Holds the button from one place to another; a click as any."""
        self.clicks += 1
        self.point_at(start)
        _xdotool("mousedown", "1")
        for step in range(1, _STEPS_OF_A_DRAG + 1):
            x, y = (a + (b - a) * step // _STEPS_OF_A_DRAG for a, b in zip(start, end, strict=True))
            _xdotool("mousemove", "--sync", str(x), str(y))
            time.sleep(0.05)  # in which both programs tell each other of it, as they do while a hand moves
        _xdotool("mouseup", "1")

    def press(self, keys: str) -> None:
        self.keys += 1
        _xdotool("key", keys)

    def type(self, word: str) -> None:
        self.keys += 1
        _xdotool("type", "--delay", "30", word)

    def rest(self) -> None:
        """Leaves the mouse where no tooltip is."""
        _xdotool("mousemove", "0", "0")


@contextlib.contextmanager
def screen(size: str) -> Iterator[None]:
    """A screen, and the bus by which programs tell what is on it."""
    with (
        _told("Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", f"{size}x24") as display,
        _told("dbus-daemon", "--session", "--nofork", "--print-address") as address,
    ):
        os.environ |= {"DISPLAY": f":{display}", "DBUS_SESSION_BUS_ADDRESS": address, "QT_QPA_PLATFORM": "xcb"}
        os.environ["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        yield


@contextlib.contextmanager
def program(*options: str) -> Iterator[None]:
    """The program with its window open; closed with its own key at the end, and its exit code looked at."""
    process = start(*options)
    try:
        until(lambda: windows("T3 Monitor") or process.poll() is not None, "the window opens")
        assert process.poll() is None, f"it ended with exit code {process.returncode}"
        focus("T3 Monitor")
        screen_size = subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=True)
        _xdotool("windowsize", "--sync", windows("T3 Monitor")[-1], *screen_size.stdout.split())
        yield
        began_s = time.monotonic()
        focus("T3 Monitor")  # without a window manager a dialog's end gives it to nobody
        _xdotool("key", "ctrl+q")
        assert process.wait(timeout=PATIENCE_S) == 0, process.returncode
        print(f"closed in {time.monotonic() - began_s:.1f} s")
    finally:
        process.kill()
        process.wait()


def start(*options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*PROGRAM, *options])


def focus(name: str) -> None:
    """Gives a window the keys, which a window manager would do."""
    until(lambda: windows(name), f"{name} is in sight")  # while another one closes the list lacks some
    focus_window(windows(name)[-1])


def focus_window(window: str) -> None:
    _xdotool("windowfocus", "--sync", window)


def windows(name: str) -> list[str]:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{name}"], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def popup(x: int, y: int) -> tuple[int, int]:
    """A place in what opened above the window; Qt tells no reader of it."""
    until(lambda: len(windows(".*")) == 3, "a click opens it")  # beside the window and the screen
    opened = windows(".*")[-1]
    told = subprocess.run(
        ["xdotool", "getwindowgeometry", "--shell", opened], capture_output=True, text=True, check=True
    ).stdout
    left, top = (int(told.split(f"\n{name}=")[1].split()[0]) for name in "XY")
    return left + x, top + y


def picture(name: str) -> None:
    time.sleep(0.7)  # the screen follows the program by a moment
    subprocess.run(["import", "-window", "root", str(PICTURES / f"{name}.png")], check=True)


def copied_picture(file: Path | None = None) -> tuple[int, int]:
    """Width and height of the picture on the clipboard; 0 if there is none."""
    script = (
        "import sys; from PySide6.QtGui import QGuiApplication as A; a = A([]); image = a.clipboard().image();"
        "print(image.width(), image.height()); len(sys.argv) > 1 and image.save(sys.argv[1])"
    )
    command = [sys.executable, "-c", script, *([str(file)] if file else [])]
    width, height = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(width), int(height)


def pixels(part: Widget) -> bytes:
    """What is drawn in a part of the screen."""
    crop = f"{part.width}x{part.height}+{part.x}+{part.y}"
    return subprocess.run(
        ["import", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-"], capture_output=True, check=True
    ).stdout


def until(condition: Callable[[], object], what: str) -> None:
    """Waits for something, and says it; what is not in sight yet may come."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not _holds(condition):
        if time.monotonic() > deadline_s:
            picture("failed")
            raise AssertionError(f"not within {PATIENCE_S:g} s: {what}; see {PICTURES}/failed.png")
        time.sleep(0.05)
    print(f"ok: {what}")


def found(find: Callable[[], Widget]) -> Widget:
    """What is looked for, when it is there: under load that may take its time."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return find()
        except UnseenError:
            if time.monotonic() > deadline_s:
                picture("failed")
                raise
        time.sleep(0.05)


def _holds(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except UnseenError:
        return False


@contextlib.contextmanager
def _told(*command: str) -> Iterator[str]:
    """A server, and what it says when it is ready: where it can be reached."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def _xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True)
