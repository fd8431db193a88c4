"""``t3monitor sync``: the sync service in a thread of its own, reported cycle by cycle."""

import argparse
import contextlib
import io
import logging
import os
import queue
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.commands.report import cycle_json, cycle_text
from t3monitor.config.logs import start_logging
from t3monitor.config.paths import user_paths
from t3monitor.model.events import AnswerDecoded, CycleFinished, ServiceInitialized, ServiceStopped, SyncEvent
from t3monitor.model.snapshot import Snapshot
from t3monitor.sync.flow_log import FlowLog
from t3monitor.sync.service import SyncService
from t3monitor.t3000.links import open_link

_log = logging.getLogger(__name__)
# Waiting in slices lets Python see Ctrl-C on Windows, where a wait without end cannot be interrupted.
_WAIT_SLICE_S = 0.2


def sync(args: argparse.Namespace) -> int:
    """Runs the cycles that the options ask for and returns the exit code of the last one."""
    paths = user_paths()
    settings, warnings = settings_in_force(args, paths)
    start_logging(paths.log_folder, cycles_on_stderr=args.json)
    _log.info("🚀 Starting all services...")
    for warning in warnings:
        _log.warning("⚠️ %s", warning)

    service = SyncService(settings, open_link, lambda current: args.database or paths.database_url(current))
    events: queue.SimpleQueue[SyncEvent] = queue.SimpleQueue()
    service.add_listener(FlowLog())
    service.add_listener(lambda event: events.put(event) if isinstance(event, _Printer.EVENTS) else None)
    if args.once:
        service.sync_once()
    else:
        service.start()
    printer = _Printer(as_json=args.json)
    thread = threading.Thread(target=service.run, name="sync")
    signal.signal(signal.SIGTERM, _interrupt)
    interrupted = False
    try:
        try:
            thread.start()
            _follow(events, printer, thread, 1 if args.once else args.cycles)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            _close(service, thread)
        if interrupted:  # the cycle that was ended has its line too
            while not events.empty():
                printer.handle(events.get())
    except OSError:  # nobody reads our output any more, or it cannot be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        printer.exit_code = exit_codes.FAILED
    return exit_codes.INTERRUPTED if interrupted else printer.exit_code


class _Printer:
    """Prints cycles as they end and keeps the exit code of the last."""

    EVENTS = (ServiceInitialized, AnswerDecoded, CycleFinished, ServiceStopped)  # the others would wake it for nothing

    def __init__(self, *, as_json: bool) -> None:
        self.exit_code = exit_codes.FAILED
        self._as_json = as_json
        self._snapshot: Snapshot | None = None
        if not as_json and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a Windows console may lack the degree sign

    def handle(self, event: SyncEvent) -> None:
        """Prints what a user wants to see of an event."""
        match event:
            case ServiceInitialized(database=database) if not self._as_json:
                print(f"Database {database}", flush=True)
            case AnswerDecoded(snapshot=snapshot):
                self._snapshot = snapshot
            case CycleFinished(report=report):
                self.exit_code = exit_codes.of_outcome(report.outcome)
                print(cycle_json(report) if self._as_json else cycle_text(report, self._snapshot), flush=True)
                self._snapshot = None


def _follow(
    events: "queue.SimpleQueue[SyncEvent]", printer: _Printer, service: threading.Thread, cycles: int | None
) -> None:
    """Handles events until so many cycles are over (None: no limit) or the service has ended."""
    while cycles is None or cycles > 0:
        try:
            event = events.get(timeout=_WAIT_SLICE_S)
        except queue.Empty:
            if service.is_alive():
                continue
            printer.exit_code = exit_codes.FAILED
            return
        printer.handle(event)
        if isinstance(event, ServiceStopped):
            return
        if isinstance(event, CycleFinished) and cycles is not None:
            cycles -= 1


def _close(service: SyncService, thread: threading.Thread) -> None:
    while thread.is_alive():
        with contextlib.suppress(KeyboardInterrupt):  # we are at it
            service.close()
            thread.join(_WAIT_SLICE_S)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
