"""What goes on beside the window: coroutines of the GUI thread, and the threads in which they have something read."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from t3monitor.store.reading import give_up_when

T = TypeVar("T")

_log = logging.getLogger(__name__)

_READERS = 2


class Tasks:
    """Of the GUI thread and its loop; whoever owns it calls `cancel`, and at last `close`."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._ending = threading.Event()
        self._readers = ThreadPoolExecutor(
            _READERS, thread_name_prefix="reader", initializer=give_up_when, initargs=(self._ending.is_set,)
        )

    @property
    def is_busy(self) -> bool:
        """Whether something is going on."""
        return bool(self._running)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begins a coroutine; an error that ends it is logged."""
        task = asyncio.ensure_future(coroutine)
        self._running.add(task)
        task.add_done_callback(self._on_done)
        return task

    async def read(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs something that blocks in one of the readers' threads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *arguments)

    async def cancel(self) -> None:
        """Ends all that goes on, what is being read as well, and waits for the coroutines."""
        self._ending.set()
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def close(self) -> None:
        """Waits for what is being read, and begins nothing more."""
        self._readers.shutdown(wait=True, cancel_futures=True)

    def _on_done(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("❌ An error in this program", exc_info=error)
