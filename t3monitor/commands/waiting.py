"""Waiting for what takes long, in a thread of its own: in SQLite the main thread would hear no signal."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from t3monitor.store.work import LongWork

T = TypeVar("T")

_WAIT_SLICE_S = 0.2  # lets Python see Ctrl-C on Windows


def done(act: Callable[[], T], work: LongWork) -> T:
    """What it returns or raises; meanwhile a terminal shows how far ``work`` is."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(act())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            result.set_exception(error)

    thread = threading.Thread(target=run, name="long work")
    thread.start()
    shown = ""
    while thread.is_alive():
        thread.join(_WAIT_SLICE_S)
        if sys.stderr is not None and sys.stderr.isatty():
            now = f"{work.share:4.0%}" if work.share is not None and thread.is_alive() else ""
            if now != shown:
                print(f"\r{now:4}\r", end="", file=sys.stderr, flush=True)
                shown = now
    return result.result()
