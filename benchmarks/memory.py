"""Memory: of the program over its cycles, of one warm cycle, and of the library link's child process.

Each is measured in a fresh process (`benchmarks.memory_parts`), which has no more in it than the program itself.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import answers, resident
from t3monitor.store.database import Database

_ANSWERS = 8  # taken in turn
_LIBRARY_SOURCE = Path(__file__).parents[1] / "tests" / "clib" / "t3000.c"


def measure(folder: Path, cycles: int) -> list[str]:
    """The lines to print."""
    if not resident.available():
        return ["memory: not measured: this system has no /proc to ask."]
    recorded = folder / "answers"
    recorded.mkdir()
    size = 0
    for answer in answers.demo(_ANSWERS):
        (recorded / f"{answer.received_at}.json").write_bytes(answer.body)
        size = len(answer.body)
    for part in ("held", "traced"):
        Database(f"sqlite:///{folder / part}.db").close()  # so that the first cycle is not one that makes tables
    held = _measured("held", recorded, folder / "held.db", cycles)
    traced = _measured("traced", recorded, folder / "traced.db")
    return [
        f"memory, cycles of {answers.PANELS} panels (answers of {size / resident.MB:.1f} MB), resident: "
        f"{held['before']:.0f} MB before the first cycle, {held['after_first']:.0f} MB after it, "
        f"{held['after_all']:.0f} MB after {cycles}; at most {held['peak_of_first']:.0f} MB in the first cycle, "
        f"{held['peak_of_later']:.0f} MB in the later ones.",
        f"memory, Python's own count: {traced['between']:.1f} MB held between cycles, {traced['above']:.1f} MB more at "
        "the peak of a warm one.",
        _of_library(folder, recorded),
    ]


def _of_library(folder: Path, recorded: Path) -> str:
    compiler = shutil.which("cc")
    if compiler is None or not _LIBRARY_SOURCE.exists():
        return "memory, child process of the library link: not measured: no C compiler."
    library = folder / "t3000.so"
    command = [compiler, "-shared", "-fPIC", "-pthread", "-o", str(library), str(_LIBRARY_SOURCE)]
    subprocess.run(command, check=True)
    child = _measured("library", library, folder / "control", next(recorded.iterdir()))
    return (
        f"memory, child process of the library link, resident: {child['loaded']:.0f} MB with its buffer of "
        f"{child['buffer']:.0f} MB, {child['after_first']:.0f} MB after an answer of {child['answer']:.1f} MB, "
        f"{child['after_all']:.0f} MB after ten, at most {child['peak']:.0f} MB."
    )


def _measured(part: str, *arguments: object) -> dict[str, float]:
    """The numbers that a fresh process prints."""
    command = [sys.executable, "-m", "benchmarks.memory_parts", part, *map(str, arguments)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    numbers: dict[str, float] = json.loads(answer.stdout)
    return numbers
