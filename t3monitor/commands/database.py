"""``t3monitor database``: upkeep of the database by hand."""

import argparse
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.commands.signals import on_end_signals
from t3monitor.config.paths import user_paths
from t3monitor.model.errors import MonitorError
from t3monitor.store.work import LongWork

_WAIT_SLICE_S = 0.2  # lets Python see Ctrl-C on Windows


def database(args: argparse.Namespace) -> int:
    """Does what is asked for, says in one sentence what came of it, and returns the exit code."""
    settings, _ = settings_in_force(args, user_paths())
    url = args.database or user_paths().database_url(settings)
    work = LongWork()
    on_end_signals(lambda _: work.cancel())
    try:
        print(_done(lambda: _ACTIONS[args.action](args, url, work), work), flush=True)
    except MonitorError as error:
        print(error, file=sys.stderr)
        return exit_codes.of_outcome(error.outcome)
    except OSError as error:  # a full disk; a reader that went away
        print(f"The result cannot be printed: {error.strerror}", file=sys.stderr)
        return exit_codes.FAILED
    return exit_codes.GOOD


def _done(act: Callable[[], str], work: LongWork) -> str:
    """What it returns or raises: in another thread, since in SQLite this one would hear no signal."""
    result: Future[str] = Future()

    def run() -> None:
        try:
            result.set_result(act())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            result.set_exception(error)

    thread = threading.Thread(target=run, name="upkeep")
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


def _check(args: argparse.Namespace, url: str, work: LongWork) -> str:
    raise NotImplementedError


def _compact(_args: argparse.Namespace, url: str, work: LongWork) -> str:
    raise NotImplementedError


def _back_up(args: argparse.Namespace, url: str, work: LongWork) -> str:
    raise NotImplementedError


_ACTIONS: dict[str, Callable[[argparse.Namespace, str, LongWork], str]] = {
    "check": _check,
    "compact": _compact,
    "backup": _back_up,
}
