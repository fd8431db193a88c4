"""The longest stall of the window's event loop while cycles of 100 panels run, and the start to first paint."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QObject, QTimer, Slot

from t3monitor.app import MonitorApp
from t3monitor.commands.window import make_application
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings

PANELS = 100
CYCLES = 12
_PROBE_MS = 2


class StallProbe(QObject):
    """A timer that should fire every 2 ms; the longest time between two of its turns is the longest stall."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self._last_s = time.perf_counter()
        self._timer = QTimer(self, interval=_PROBE_MS)
        self._timer.timeout.connect(self.on_timeout)
        self._timer.start()

    def reset(self) -> float:
        """The longest stall since the last call, in milliseconds."""
        longest_ms, self.longest_ms = self.longest_ms, 0.0
        return longest_ms

    @Slot()
    def on_timeout(self) -> None:
        """Takes the time since the last turn."""
        now_s = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now_s - self._last_s) * 1000)
        self._last_s = now_s


async def _stalls(folder: Path) -> list[float]:
    paths = Paths(folder / "config", folder / "data", folder / "logs")
    paths.database_file("demo").parent.mkdir(parents=True)
    paths.database_file("demo").touch()  # no day of history first
    settings = Settings(link=LinkName.DEMO, demo_panels=PANELS, auto_start=False)
    program = MonitorApp(paths, settings)
    running = asyncio.ensure_future(program.run())
    await asyncio.sleep(0.5)
    probe = StallProbe()
    stalls = []
    for _ in range(CYCLES):
        await asyncio.gather(*map(asyncio.wrap_future, program.services.sync_once()))
        await asyncio.sleep(0.3)  # the batch of signals, and its painting
        stalls.append(probe.reset())
    program.window.close()
    await running
    return stalls


def measure_stalls() -> list[float]:
    """The longest stall of the event loop in each cycle, in milliseconds; the first one fills the window."""
    loop = qasync.QEventLoop(make_application())
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as folder:
        stalls: list[float] = loop.run_until_complete(_stalls(Path(folder)))
    return stalls


_FIRST_PAINT = "import gc; gc.disable(); from benchmarks.gui import paint_once; paint_once()"
_IMPORTS = "import PySide6.QtWidgets, pyqtgraph, sqlalchemy"


def paint_once() -> None:
    """Opens the window on an empty folder, as the first start does, and ends when it was painted.

    As the command line does, who calls this has Python's collector of garbage disabled before anything is imported.
    """
    loop = qasync.QEventLoop(make_application())
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        program = MonitorApp(
            Paths(root / "config", root / "data", root / "logs"), Settings(link=LinkName.DEMO, auto_start=False)
        )
        program.window.show()
        program.window.grab()
    os._exit(0)


def measure_start(runs: int = 7) -> tuple[float, float]:
    """Medians in seconds: start to first paint, and importing the three big packages alone; turn by turn."""
    ours, floor = [], []
    for _ in range(runs):
        for code, times in ((_FIRST_PAINT, ours), (_IMPORTS, floor)):
            began_s = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - began_s)
    return statistics.median(ours), statistics.median(floor)


def main() -> None:
    """Prints both."""
    stalls = measure_stalls()
    later = stalls[1:]
    print(
        f"longest GUI stall in a cycle of {PANELS} panels: median {statistics.median(later):.0f} ms, worst "
        f"{max(later):.0f} ms of {len(later)} cycles; in the first cycle, which fills the window, {stalls[0]:.0f} ms"
    )
    ours, floor = measure_start()
    print(f"start to first paint {ours:.2f} s, imports alone {floor:.2f} s: {ours / floor:.2f}x")


if __name__ == "__main__":
    main()
