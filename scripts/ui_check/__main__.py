"""The checks, one after the other: the first start, the ten tasks of an engineer, the controls, a crash."""

import argparse
import locale
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))  # which have T3000's files, and what stands in for it

from scripts.ui_check import files, others, tasks
from scripts.ui_check.desktop import PICTURES, PROGRAM, missing_packages, screen


def main() -> int:
    """Runs the checks and returns the exit code: 1 where a task takes more than two clicks or one key."""
    parser = argparse.ArgumentParser(prog="make ui-check", description=sys.modules["scripts.ui_check"].__doc__)
    parser.add_argument("--size", default="1280x800", help="of the screen, which the window fills (1280x800)")
    parser.add_argument("--tasks", action="store_true", help="the ten tasks alone")
    parser.add_argument("--files", action="store_true", help="files in and out alone")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of files in and out (light)")
    parser.add_argument("--program", metavar="FILE", help="a frozen program, such as build/frozen/t3monitor/t3monitor")
    chosen = parser.parse_args()
    if chosen.program:
        PROGRAM[:] = [chosen.program]
    if missing := missing_packages():
        print(f"missing; run: sudo apt-get install -y {' '.join(missing)}", file=sys.stderr)
        return 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    _application = QCoreApplication([])  # for the bus
    locale.setlocale(locale.LC_NUMERIC, "C")  # as the program has it, or SQLite may read 18.5 in JSON as 18
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "HOME": folder,  # where documents are saved
            "XDG_RUNTIME_DIR": folder,
            "TZ": "America/New_York",  # whose days of the calendar are not those of UTC
        }
        time.tzset()
        with screen(chosen.size):
            done = [] if chosen.files else tasks.run(Path(folder) / "tasks")
            if not chosen.tasks:
                done += files.run(Path(folder) / "files", chosen.theme)
            if not (chosen.tasks or chosen.files):
                others.run(Path(folder) / "others")
    print(tasks.table(done))
    print(f"pictures are in {PICTURES}")
    return 0 if all(its.is_within_bar for its in done) else 1


if __name__ == "__main__":
    sys.exit(main())
