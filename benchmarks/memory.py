"""Memory: of the program over its cycles, of one warm cycle, and of the library link's child process.

Each is measured in a fresh process (`benchmarks.memory_parts`), which has no more in it than the program itself.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import answers, resident
from t3monitor.config.database_url import sqlite_url
from t3monitor.store.database import Database

_ANSWERS = 8  # taken in turn
_LIBRARY_SOURCE = Path(__file__).parents[1] / "tests" / "clib" / "t3000.c"


def measure(folder: Path, cycles: int) -> list[str]:
    """The lines to print."""
    if not resident.available():
        return ["Memory: not measured: this system does not tell it in /proc."]
    recorded = folder / "answers"
    recorded.mkdir()
    size = 0
    for answer in answers.demo(_ANSWERS):
        (recorded / f"{answer.received_at}.json").write_bytes(answer.body)
        size = len(answer.body)
    for part in ("held", "traced"):
        Database(sqlite_url(folder / f"{part}.db")).close()  # so that the first cycle is not one that makes tables
    held = _measured("held", recorded, folder / "held.db", cycles)
    traced = _measured("traced", recorded, folder / "traced.db")
    return [
        f"Memory of the program over {cycles} cycles (answers of {size / resident.MB:.1f} MB), resident: "
        f"{held['before']:.0f} MB before the first, {held['after_first']:.0f} MB after it, {held['after_all']:.0f} MB "
        f"after the last; at most {held['peak_of_first']:.0f} MB in the first, {held['peak_of_later']:.0f} MB in the "
        "others.",
        f"  By Python's own count: {traced['between']:.1f} MB held between cycles, {traced['above']:.1f} MB more at "
        "the peak of a warm one.",
        f"Memory of the library link's child process: {_of_library(folder, recorded)}",
    ]


def _of_library(folder: Path, recorded: Path) -> str:
    compiler = shutil.which("cc")
    if compiler is None or not _LIBRARY_SOURCE.exists():
        return "not measured: no C compiler."
    library = folder / "t3000.so"
    command = [compiler, "-shared", "-fPIC", "-pthread", "-o", str(library), str(_LIBRARY_SOURCE)]
    subprocess.run(command, check=True)
    child = _measured("library", library, folder / "control", next(recorded.iterdir()))
    return (
        f"{child['loaded']:.0f} MB resident with its buffer of {child['buffer']:.0f} MB, {child['after_first']:.0f} MB "
        f"after an answer of {child['answer']:.1f} MB, {child['after_all']:.0f} MB after ten, at most "
        f"{child['peak']:.0f} MB."
    )


def _measured(part: str, *arguments: object) -> dict[str, float]:
    """The numbers that a fresh process prints."""
    command = [sys.executable, "-m", "benchmarks.memory_parts", part, *map(str, arguments)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    numbers: dict[str, float] = json.loads(answer.stdout)
    return numbers
