"""The whole program in a test: opened, looked at, and closed; what `run` gets is such a scenario."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolBar

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.events import CycleFinished, CycleReport, SyncEvent

if TYPE_CHECKING:  # importing it takes a second, which tests without a window do without
    from t3monitor.app import MonitorApp

T = TypeVar("T", bound=SyncEvent)
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
        assert not program._tick.isActive(), "nothing of the window is left to show"


async def until(condition: Callable[[], bool], program: "MonitorApp | None" = None) -> None:
    """Lets the loop work until a condition holds."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"it did not come to pass; busy: {program and program.is_busy}"
        await asyncio.sleep(0.005)


def next_event(program: "MonitorApp", kind: type[T]) -> Awaitable[T]:
    """The next event of a kind that reaches the window."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def on_happened(event: SyncEvent) -> None:
        if isinstance(event, kind) and not future.done():
            future.set_result(event)

    program.bridge.happened.connect(on_happened)
    future.add_done_callback(lambda _: program.bridge.happened.disconnect(on_happened))
    return asyncio.wait_for(future, PATIENCE_S)


def click(program: "MonitorApp", action: QAction) -> None:
    """Clicks the tool bar's button as a user does."""
    bar = program.window.findChild(QToolBar, "tool_bar")
    button = bar.widgetForAction(action)
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def cycle(program: "MonitorApp", act: Callable[[], None]) -> CycleReport:
    finished = next_event(program, CycleFinished)
    act()
    return (await finished).report
