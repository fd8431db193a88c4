"""What an engineer does from the open window each day, each in at most two clicks or one key."""

import itertools
import json
import os
import re
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from scripts.ui_check import desktop
from scripts.ui_check.accessible import Tree, Widget
from scripts.ui_check.database import ask, cycles, read_json
from scripts.ui_check.desktop import Hands, found, picture, pixels, until

MOST_CLICKS, MOST_KEYS = 2, 1
_STRIP_PX, _AXES_PX = 50, 60  # measured in the picture: from the lower edge, and from the left one


Task = Callable[["Desk"], str]


class Done(NamedTuple):
    """A task that was done, what it took, and what shows it; what is not done each day has no bar."""

    what: str
    clicks: int
    keys: int
    proof: str
    has_bar: bool = True

    @property
    def is_within_bar(self) -> bool:
        return (
            not self.has_bar
            or (self.clicks <= MOST_CLICKS and not self.keys)
            or (not self.clicks and self.keys <= MOST_KEYS)
        )


class Desk:
    """The open window of the simulated building, and the hands of the one who sits before it."""

    def __init__(self, home: Path, kind: str = "demo") -> None:
        self.home = home
        self.data, self.config = home / "data" / kind, home / "config" / kind
        self.tree, self.hands = Tree(), Hands()

    @property
    def points(self) -> Widget:
        return self.tree.widget("table", "Points")

    def cell(self, row: int, column: str) -> Widget:
        points = self.points
        return self.tree.cell(points, row, self.tree.columns(points).index(column))

    def column(self, column: str) -> list[str]:
        points = self.points
        number = self.tree.columns(points).index(column)
        return [self.tree.cell(points, row, number).name for row in range(self.tree.rows(points))]

    def button(self, name: str) -> Widget:
        return found(lambda: self.tree.button(name))

    def row(self, column: str, text: str, wanted: str) -> Widget:
        """The cell of the first row that has this text in a column."""
        return self.cell(self.column(column).index(text), wanted)

    def panel(self, name: str) -> Widget:
        panels = self.tree.widget("tree", "Panels")
        cells = (self.tree.cell(panels, row, 0) for row in range(self.tree.rows(panels)))
        return next(cell for cell in cells if cell.name.startswith(name))

    @property
    def told_of_trend(self) -> str:
        """The plot in words, once it is at rest."""
        return self.tree.description(self.tree.widget("filler", "Trend"))

    def show_day(self, day: str) -> None:
        """Typed into both fields of what the clock opens."""
        self.hands.click(self.button(r".*\d{4}-\d\d-\d\d").middle)
        desktop.popup(0, 0)
        self.hands.type(day)
        self.hands.press("Tab")
        self.hands.type(day)
        self.hands.press("Return")

    @property
    def plot(self) -> Widget:
        """All of the trend but its tool bar."""
        trend, bar = self.tree.widget("filler", "Trend"), self.button("24 h")
        top = bar.y + bar.height + 3
        right = next((its.x for its in self.tree.widgets("tree", "Plotted points")), trend.x + trend.width)
        return trend._replace(y=top, width=right - trend.x, height=trend.y + trend.height - top)

    def window_file(self) -> dict[str, Any]:
        return read_json(self.config / "window.json")


def see_a_value_live(desk: Desk) -> str:
    """Of a panel that is clicked."""
    panels = desk.tree.widget("tree", "Panels")
    row = next(row for row in range(desk.tree.rows(panels)) if "Boiler" in desk.tree.cell(panels, row, 0).name)
    desk.hands.click(desk.tree.cell(panels, row, 0).middle)
    until(lambda: set(desk.column("Panel")) == {"Boiler plant"}, "a click on a panel shows its points")
    stored = cycles(desk.data)
    until(lambda: cycles(desk.data) > stored and _seconds(desk.cell(0, "Age").name) < 5, "they follow the next cycle")
    label, value = desk.cell(0, "Label").name, desk.cell(0, "Value").name
    ((stored_value, units),) = ask(desk.data, "SELECT value, units FROM INPUT_POINTS WHERE label = ?", label)
    assert value == f"{stored_value:.2f} {units}", (value, stored_value, units)
    return f"{label} {value}, as INPUT_POINTS has it, {desk.cell(0, 'Age').name} old after a cycle"


def find_a_point_by_any_word(desk: Desk) -> str:
    """The table of points has the keys as the window opens: what is typed is looked for."""
    desk.hands.type("supply")
    until(lambda: 0 < desk.tree.rows(desk.points) < 50, "typing a word narrows the table")
    rows = list(zip(desk.column("Full label"), desk.column("Label"), strict=True))
    assert all("supply" in " ".join(row).lower() for row in rows), rows
    return f"{len(rows)} points, all with the word"


def plot_its_last_24_h(desk: Desk) -> str:
    before = pixels(desk.plot)
    desk.hands.click(desk.cell(0, "Label").middle, double=True)
    desk.hands.click(desk.button("24 h").middle)
    until(lambda: "holes" in desk.tree.description(desk.tree.widget("filler", "Trend")), "its history is drawn")
    kept = saved(desk, lambda trend: len(trend["points"]) == 1)
    assert (kept["preset"], kept["follow"]) == ("24h", True), kept
    assert pixels(desk.plot) != before
    return f"window.json: 1 point, {kept['preset']}, follows the present; the plot has another picture"


def add_a_second_point(desk: Desk) -> str:
    desk.hands.click(desk.cell(1, "Label").middle, double=True)
    kept = saved(desk, lambda trend: len(trend["points"]) == 2)
    return f"window.json: {len(kept['points'])} points"


def go_to_yesterday(desk: Desk) -> str:
    desk.hands.click(desk.button(r"\w+ \d{4}-\d\d-\d\d").middle)
    desk.hands.click(desktop.popup(60, 45))  # Yesterday
    kept = saved(desk, lambda trend: trend["end_s"] is not None)
    end_s = kept["end_s"]
    begin, end = (datetime.fromtimestamp(time_s) for time_s in (end_s - kept["length_s"], end_s))
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert (begin, end) == (today - timedelta(days=1), today), (begin, end)
    return f"window.json: {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} in {os.environ['TZ']}"


def read_why_there_is_a_hole(desk: Desk) -> str:
    place = _a_hole(desk)
    desk.hands.point_at(place)
    until(lambda: desk.tree.widget("tool tip").name, "pointing at a hole tells of it")
    return f"tooltip: {' '.join(desk.tree.widget('tool tip').name.split())}"


def export_what_is_seen(desk: Desk) -> str:
    desk.hands.press("ctrl+e")
    until(lambda: pages(desk.home.parent), "a page is saved")
    (page,) = pages(desk.home.parent)
    return f"a page of {page.stat().st_size:,} bytes: {page.name}"


def pages(folder: Path) -> list[Path]:
    """Those that were saved."""
    return [file for file in folder.rglob("*.pdf") if file.read_bytes()[:4] == b"%PDF"]


def change_the_interval(desk: Desk) -> str:
    desk.hands.click(desk.button(".*every ").middle)
    desk.hands.click(desktop.popup(60, 99))  # Every 1 min
    until(lambda: desk.button(".*every 1 min"), "the countdown says it")
    told = {path.name: path.read_text() for path in desk.config.parent.rglob("settings.json")}
    assert any(re.search(r'"sync_interval_secs": 60', text) for text in told.values()), told
    return "settings.json: sync_interval_secs 60"


def list_everything_overridden(desk: Desk) -> str:
    everything = _overridden(desk)
    desk.hands.click(desk.button("Overridden").middle)
    until(lambda: 0 < desk.tree.rows(desk.points) < 50, "a click on Overridden narrows the table")
    listed = _overridden(desk)
    assert len(listed) == desk.tree.rows(desk.points), "others are listed too"
    assert listed == everything, "not all are listed"
    manual = sum(row[2] == "Manual" for row in listed)
    asked = [f"SELECT * FROM {kind}_POINTS WHERE auto_manual = 1" for kind in ("INPUT", "OUTPUT", "VARIABLE")]
    stored = sum(len(ask(desk.data, question)) for question in asked)
    assert manual == stored, (manual, stored)
    return f"{len(listed)} rows: {manual} Manual, as in the database, and those with a switch off AUTO"


def see_why_the_last_cycle_failed_and_what_to_do(desk: Desk) -> str:
    until(lambda: desk.button("State of the link: . Failed"), "no cycle can be done")
    desk.hands.click(desk.button("State of the link").middle)
    until(lambda: desk.tree.widget("label", "The selected cycle"), "a click on the state opens the cycle")
    told = desk.tree.description(desk.tree.widget("label", "The selected cycle"))
    outcome, what_to_do, *_ = told.splitlines()
    ((reason,),) = ask(desk.home / "data", "SELECT reason FROM SYNC_RUNS ORDER BY started_at DESC LIMIT 1")
    assert reason in outcome, (reason, outcome)
    return f"SYNC_RUNS has the reason that is shown: {outcome} / {what_to_do}"


def run(home: Path) -> list[Done]:
    """All of them, each from the open window: all panels, nothing looked for."""
    os.environ["T3MONITOR_HOME"] = str(home)
    done: list[Done] = []
    with desktop.program("--demo"):
        desk = Desk(home)
        until(lambda: desk.tree.rows(desk.points) > 0, "the simulated building has points")
        do(desk, done, see_a_value_live)
        _begin_anew(desk)
        for task in (
            find_a_point_by_any_word,
            plot_its_last_24_h,
            add_a_second_point,
            go_to_yesterday,
            read_why_there_is_a_hole,
        ):
            do(desk, done, task)
        do(desk, done, export_what_is_seen)
        _begin_anew(desk)
        for task in (change_the_interval, list_everything_overridden):
            do(desk, done, task)
    _choose_a_closed_port(home / "failing")
    with desktop.program():
        do(Desk(home / "failing"), done, see_why_the_last_cycle_failed_and_what_to_do)
    return done


def table(done: list[Done]) -> str:
    """As Markdown, with what each may take."""
    lines = ["| task | clicks | keys | bar | proof |", "|---|---|---|---|---|"]
    for its in done:
        bar = "≤ 2 clicks or 1 key" + ("" if its.is_within_bar else ": MORE") if its.has_bar else ""
        lines.append(f"| {its.what} | {its.clicks} | {its.keys} | {bar} | {its.proof} |")
    return "\n".join(lines)


def do(desk: Desk, done: list[Done], task: Task, *, has_bar: bool = True) -> None:
    """Does a task and takes down what it took, with a picture of what came of it."""
    desk.hands.clicks = desk.hands.keys = 0
    what = task.__name__.replace("_", " ")
    proof = task(desk)
    done.append(Done(what, desk.hands.clicks, desk.hands.keys, proof, has_bar))
    picture(f"{'task' if has_bar else 'files'}-{len(done)}-{what.replace(' ', '-')}")


def _choose_a_closed_port(home: Path) -> None:
    """Settings as a user may have them: the web service of T3000, where no program answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        site = {"url": f"http://127.0.0.1:{taken.getsockname()[1]}"}
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"t3000": {"link": "webapi", "sites": [site]}}))
    os.environ["T3MONITOR_HOME"] = str(home)


def _begin_anew(desk: Desk) -> None:
    """All panels, no word, as the window opens; of no task, so nobody counts it."""
    hands = Hands()
    panels = desk.tree.widget("tree", "Panels")
    hands.press("ctrl+f")
    hands.press("Escape")
    hands.click(desk.tree.cell(panels, 0, 0).middle)
    hands.press("ctrl+f")
    hands.press("Down")  # to the table
    hands.rest()
    until(lambda: desk.tree.rows(desk.points) > 200, "all points again")


def _overridden(desk: Desk) -> set[tuple[str, ...]]:
    """Panels, points, and why, of all rows, as the columns say."""
    names = ("Panel", "Id", "A/M", "HW switch")
    rows = zip(*(desk.column(name) for name in names), strict=True)
    return {row for row in rows if row[2] == "Manual" or row[3].lower() not in ("", "auto")}


def saved(desk: Desk, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The trend as it is kept for the next start, once it is as wanted."""
    until(lambda: holds(desk.window_file().get("trend", {"points": (), "end_s": None})), "kept in window.json")
    return dict(desk.window_file()["trend"])


def _a_hole(desk: Desk) -> tuple[int, int]:
    """A place in the longest one that the strip shows, whose line of the worst is at a fixed distance from the edge."""
    plot = desk.plot
    line = pixels(plot._replace(y=plot.y + plot.height - _STRIP_PX, height=1))
    colours = [line[at : at + 3] for at in range(0, len(line), 3)]
    background = max(set(colours), key=colours.count)
    runs, column = [], 0
    for colour, run in itertools.groupby(colours[_AXES_PX:]):
        length = len(list(run))
        if colour != background:
            runs.append((length, column + length // 2))
        column += length
    length, middle = max(runs)
    assert length >= 4, f"no hole in sight: {runs}"
    return plot.x + _AXES_PX + middle, plot.y + round(0.3 * plot.height)


def _seconds(age: str) -> float:
    found = re.match(r"(\d+) s", age)
    return float(found[1]) if found else float("inf")
