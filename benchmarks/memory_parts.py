"""What is measured in a fresh process: ``python -m benchmarks.memory_parts PART ...`` prints its numbers as JSON.

Each part imports what it needs itself: the child process of the library link imports this module once more, and
must be as light as it is in the program.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import resident

_ANSWERS_OF_THE_LIBRARY = 10
_TIMEOUT_S = 30


def held(recorded: str, database: str, cycles: str) -> dict[str, float]:
    """Memory of the program's service, before and after so many cycles."""
    with _program(recorded, database) as run:
        before = resident.resident_mb()
        resident.forget_peak()
        run(1)
        after_first, peak_of_first = resident.resident_mb(), resident.peak_mb()
        resident.forget_peak()
        run(int(cycles) - 1)
        return {
            "before": before,
            "after_first": after_first,
            "peak_of_first": peak_of_first,
            "after_all": resident.resident_mb(),
            "peak_of_later": resident.peak_mb(),
        }


def traced(recorded: str, database: str) -> dict[str, float]:
    """What Python itself counts of it, in a warm cycle."""
    import tracemalloc

    tracemalloc.start()
    with _program(recorded, database) as run:
        run(3)
        between = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run(1)
        peak = tracemalloc.get_traced_memory()[1]
    return {"between": between / resident.MB, "above": (peak - between) / resident.MB}


def library(path: str, control: str, answer: str) -> dict[str, float]:
    """Memory of the library link's child process; ``control`` is the file that tells the library what to do."""
    import multiprocessing
    import os

    from t3monitor.config.settings import Settings
    from t3monitor.t3000.library import LibraryLink

    os.environ["T3_CONTROL"] = control
    settings = Settings()
    buffer_bytes = settings.buffer_bytes
    link = LibraryLink(Path(path), request=settings.request, buffer_bytes=buffer_bytes)
    Path(control).write_text("say {}", encoding="utf-8")
    link.fetch(_TIMEOUT_S)
    (child,) = (process.pid for process in multiprocessing.active_children() if process.pid)
    loaded = resident.resident_mb(child)
    Path(control).write_text(f"file {answer}", encoding="utf-8")
    after = []
    for _ in range(_ANSWERS_OF_THE_LIBRARY):
        size = len(link.fetch(_TIMEOUT_S).body)
        after.append(resident.resident_mb(child))
    peak = resident.peak_mb(child)
    link.close()
    return {
        "buffer": buffer_bytes / resident.MB,
        "answer": size / resident.MB,
        "loaded": loaded,
        "after_first": after[0],
        "after_all": after[-1],
        "peak": peak,
    }


@contextmanager
def _program(recorded: str, database: str) -> Iterator[Callable[[int], None]]:
    """Runs so many more cycles of the program's service, with its log lines."""
    from itertools import cycle

    from benchmarks.answers import Answer
    from benchmarks.cycle import Program
    from t3monitor.diagnostics.logs import start_logging
    from t3monitor.sync.flow_log import FlowLog

    start_logging(Path(database).with_suffix(".logs"), cycles_on_stderr=False)
    program = Program(Path(database), FlowLog())
    files = cycle(sorted(Path(recorded).iterdir()))

    def run(count: int) -> None:
        for _ in range(count):
            file = next(files)
            program.cycle(Answer(int(file.stem), file.read_bytes()))

    try:
        yield run
    finally:
        program.close()


_PARTS: dict[str, Callable[..., dict[str, float]]] = {"held": held, "traced": traced, "library": library}

if __name__ == "__main__":
    print(json.dumps(_PARTS[sys.argv[1]](*sys.argv[2:])))
