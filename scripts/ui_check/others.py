"""The first start, the controls of the service, a crash, and a kill."""

import os
import signal
import time
from pathlib import Path

from scripts.ui_check import tasks
from scripts.ui_check.accessible import Tree
from scripts.ui_check.database import cycles, cycles_since, read_json
from scripts.ui_check.desktop import (
    PATIENCE_S,
    PICTURES,
    Hands,
    copied_picture,
    focus,
    found,
    picture,
    popup,
    program,
    start,
    until,
    windows,
)
from scripts.ui_check.tasks import pages

_MENU_ROW_PX = 22


def run(home: Path) -> None:
    os.environ["T3MONITOR_HOME"] = str(home)
    _first_start(home)
    _controls(home)
    _crash(home)
    _kill()


def _first_start(home: Path) -> None:
    """Nothing chosen yet: Enter is enough to watch the simulated building."""
    with program():
        picture("first-start")
        Hands().press("Return")  # the first button has the focus
        until(lambda: cycles(home / "data" / "demo") > 0, "the first button starts the simulated building")
        settings = read_json(home / "config" / "settings.json")
        assert settings["t3000"]["link"] == "demo", settings
        picture("simulated-building")


def _controls(home: Path) -> None:
    database, hands = home / "data" / "demo", Hands()
    with program("--demo"):
        tree = Tree()
        until(lambda: cycles_since(database, time.time() - 5) > 0, "it starts by itself")
        hands.click(found(lambda: tree.button("Stop")).middle)
        before = cycles(database)
        until(lambda: tree.widget("push button", "State of the link: . Stopped"), "a click on Stop stops it")
        hands.click(found(lambda: tree.button("Sync once")).middle)
        until(lambda: cycles(database) == before + 1, "a click on Sync once is one cycle")
        points = tree.widget("table", "Points")
        hands.click(tree.cell(points, 0, 3).middle, double=True)
        hands.press("ctrl+e")
        until(lambda: pages(home.parent), "Ctrl+E saves a page")
        picture("exported")
        hands.press("ctrl+shift+e")
        until(lambda: windows("Export"), "Ctrl+Shift+E asks for a file")
        picture("export")
        hands.press("Escape")
        until(lambda: not windows("Export"), "Escape closes it")
        focus("T3 Monitor")
        hands.press("ctrl+shift+c")
        until(lambda: min(copied_picture()) > 100, "a page is on the clipboard")
        copied_picture(PICTURES / "copied-page.png")
        _export_each_kind(tasks.Desk(home))
        hands.click(tree.widget("menu item", "Help").middle)
        hands.click(popup(60, 14))
        until(lambda: windows("Guide"), "the menu Help opens the guide")
        picture("guide")
        focus("Guide")  # without a window manager it has the keys only when it is clicked
        hands.press("Escape")
        until(lambda: not windows("Guide"), "Escape closes it")
        focus("T3 Monitor")
        hands.click(tree.widget("check box", "Activity").middle)
        until(lambda: tree.widget("page tab", "Cycles"), "a click on Activity opens it")
        picture("activity")
        hands.click(found(lambda: tree.button("Settings")).middle)
        until(lambda: windows("Settings"), "a click on Settings opens them")
        picture("settings")
        hands.press("Escape")
        until(lambda: not windows("Settings"), "Escape closes them")
        before = cycles(database)
        hands.click(found(lambda: tree.button("Start")).middle)
        until(lambda: cycles(database) == before + 1, "a click on Start runs a cycle at once")
        picture("running")
    assert read_json(home / "config" / "demo" / "window.json")["activity"] is True


def _export_each_kind(desk: tasks.Desk) -> None:
    """At once, from the menu of the trend's tool bar."""
    kinds = (("pdf", b"%PDF"), ("png", b"\x89PNG"), ("svg", b"<?xml"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"))
    documents = Path(os.environ["HOME"]) / "Documents"
    for row, (suffix, beginning) in enumerate(kinds):
        before = set(documents.iterdir())

        def is_written(suffix: str = suffix, beginning: bytes = beginning, before: set[Path] = before) -> bool:
            new = set(documents.glob(f"*.{suffix}")) - before
            return any(file.read_bytes().startswith(beginning) for file in new)

        desk.hands.click(desk.button("Export").middle)
        desk.hands.click(popup(60, round(_MENU_ROW_PX * (row + 0.7))))
        until(is_written, f"{suffix} is written by a click more")


def _crash(home: Path) -> None:
    """A crash is a line in the status bar of the next start, which leads to all that is known of it."""
    logs, hands = home / "logs" / "demo" / "T3WebLog", Hands()
    process = start("--demo")
    until(lambda: windows("T3 Monitor"), "the window opens")
    time.sleep(1)  # for its first cycle
    process.send_signal(signal.SIGSEGV)
    assert process.wait(timeout=PATIENCE_S) == -signal.SIGSEGV
    with program("--demo"):
        tree = Tree()
        until(lambda: len(list(logs.glob("crash-*"))) == 1, "the crash is noticed")
        until(lambda: tree.widget("push button", ".*crashed last time"), "a line says so")
        picture("crashed-last-time")
        hands.click(found(lambda: tree.button(".*crashed last time")).middle)
        until(lambda: windows("Report of an error"), "a click on the line opens the report")
        picture("report")
        hands.press("Return")  # Copy has the focus
        until(lambda: tree.widget("push button", "Copied"), "Enter copies the report")
        hands.press("Escape")
        until(lambda: not windows("Report of an error"), "Escape closes it")
    with program("--demo"):
        picture("not-mentioned-again")
    assert len(list(logs.glob("*-*"))) == 1, list(logs.iterdir())


def _kill() -> None:
    """A log-off or a power cut leaves no time: what was changed five seconds ago is there at the next start."""
    hands, process = Hands(), start("--demo")
    try:
        until(lambda: windows("T3 Monitor"), "the window opens")
        focus("T3 Monitor")
        tree = Tree()
        until(lambda: tree.rows(tree.widget("table", "Points")) > 2, "it shows what was read last")
        before = tree.rows(tree.widget("tree", "Plotted points"))
        hands.click(tree.cell(tree.widget("table", "Points"), 2, 3).middle, double=True)
        hands.press("F11")
        until(lambda: tree.rows(tree.widget("tree", "Plotted points")) == before + 1, "a double click plots a point")
        time.sleep(5)
    finally:
        process.kill()
        process.wait()
    with program("--demo"):
        tree = Tree()
        until(lambda: tree.rows(tree.widget("tree", "Plotted points")) == before + 1, "the point is still plotted")
        assert not list(tree.widgets("table", "Points")), "and the trend still alone"
        picture("after-a-kill")
