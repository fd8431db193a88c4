"""The whole program in a test: opened, looked at, and closed; what `run` gets is such a scenario."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolBar

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.events import CycleFinished, CycleReport

if TYPE_CHECKING:  # importing it takes a second, which tests without a window do without
    from t3monitor.app import MonitorApp

Run = Callable[[Coroutine[Any, Any, None]], None]
PATIENCE_S = 50.0  # of a test with its program, also on a machine that has much else to do


@asynccontextmanager
async def opened(paths: Paths, settings: Settings) -> Any:
    """The program with its window open, settled, and closed at the end."""
    from t3monitor.app import MonitorApp

    program = MonitorApp(paths, settings)
    running = asyncio.ensure_future(program.run())
    try:
        await until(lambda: program.window.isVisible() and not program.is_busy, program)
        yield program
    finally:
        program.window.close()
        await running


async def until(condition: Callable[[], bool], program: "MonitorApp") -> None:
    """Lets the loop work until a condition holds."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"it did not come to pass; busy: {program.is_busy}"
        await asyncio.sleep(0.005)


def next_emission(signal: SignalInstance, wanted: Callable[[Any], bool] = lambda _: True) -> Awaitable[Any]:
    """The argument of the next emission that is wanted."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def on_emitted(value: Any) -> None:
        if not future.done() and wanted(value):
            future.set_result(value)

    signal.connect(on_emitted)
    future.add_done_callback(lambda _: signal.disconnect(on_emitted))
    return asyncio.wait_for(future, PATIENCE_S)


def click(program: "MonitorApp", action: QAction) -> None:
    """Clicks the tool bar's button as a user does."""
    bar = program.window.findChild(QToolBar, "tool_bar")
    button = bar.widgetForAction(action)
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def event_in(kind: type[Any]) -> Callable[[Any], bool]:
    return lambda events: any(isinstance(event, kind) for event in events)


async def cycle(program: "MonitorApp", act: Callable[[], None]) -> CycleReport:
    finished = next_emission(program.bridge.cycle_finished)
    act()
    event: CycleFinished = await finished
    return event.report
