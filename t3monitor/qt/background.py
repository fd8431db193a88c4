"""Work that nobody waits for at the end of the program."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(function: Callable[[], T]) -> T:
    """What `function` returns or raises, run in a thread that ends with the program, wherever it is.

    `asyncio.to_thread` would be waited for: its threads are those of an executor, which Python joins when it ends.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # who asked may go; the work goes on, and its result is nobody's

    def work() -> None:
        try:
            future.set_result(function())
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            future.set_exception(error)

    threading.Thread(target=work, name="test", daemon=True).start()
    return await asyncio.wrap_future(future)
