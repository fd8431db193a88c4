"""Files in and out, in the window of the simulated building and in that of a T3000."""

import json
import os
from pathlib import Path

from scripts.ui_check import desktop, files_in, files_out
from scripts.ui_check.desktop import until
from scripts.ui_check.tasks import Desk, Done, do


def run(home: Path, theme: str) -> list[Done]:
    """Each task, with what it took; none of them is done each day, so no bar is held to it."""
    os.environ["T3MONITOR_HOME"] = str(home)
    _choose_theme(home / "config" / "demo", theme)
    done: list[Done] = []
    with desktop.program("--demo"):
        desk = Desk(home)
        until(lambda: desk.tree.rows(desk.points) > 0, "the simulated building has points")
        for task in (*files_in.TASKS, *files_out.TASKS):
            do(desk, done, task, has_bar=False)
    home = home.with_name("filling")
    os.environ["T3MONITOR_HOME"] = str(home)
    _choose_theme(home / "config", theme)
    with files_in.t3000(home), desktop.program():
        desk = Desk(home, "")
        until(lambda: desk.tree.rows(desk.points) > 0, "T3000 has points")
        do(desk, done, files_in.fill_from_t3000s_own_history, has_bar=False)
    return done


def _choose_theme(config: Path, theme: str) -> None:
    config.mkdir(parents=True)
    (config / "settings.json").write_text(json.dumps({"window": {"appearance": theme}}))
