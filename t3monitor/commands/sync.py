"""``t3monitor sync``: the sync services in threads of their own, reported cycle by cycle."""

import argparse
import contextlib
import io
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import NoReturn

from typing_extensions import override

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.commands.report import cycle_json, cycle_text
from t3monitor.config.paths import user_paths
from t3monitor.diagnostics.logs import start_logging
from t3monitor.model.events import CycleFinished, ServiceInitialized, ServiceStopped, SyncEvent
from t3monitor.sync.links import open_link
from t3monitor.sync.service import SyncService
from t3monitor.sync.sites import SiteServices

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

    events: queue.SimpleQueue[SyncEvent] = queue.SimpleQueue()
    threads: dict[str, _ServiceThread] = {}

    def make_thread(service: SyncService) -> _ServiceThread:
        threads[service.site] = _ServiceThread(service)
        return threads[service.site]

    services = SiteServices(
        settings,
        open_link,
        lambda current: args.database or paths.database_url(current),
        make_thread,
        lambda event: events.put(event) if isinstance(event, _Printer.EVENTS) else None,
        known_folders=paths.known_folders_file,
    )
    if args.find_panels:
        services.find_panels()  # with the first cycle, whatever that is asked for by
    if args.once:
        services.sync_once()
    else:
        services.start()
    printer = _Printer(services.sites, as_json=args.json)
    signal.signal(signal.SIGTERM, _interrupt)
    interrupted = False
    try:
        try:
            services.run()
            _follow(events, printer, threads, 1 if args.once else args.cycles)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            services.close()
        if interrupted:  # the cycle that was ended has its line too
            while not events.empty():
                printer.handle(events.get())
    except OSError:  # nobody reads our output any more, or it cannot be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.INTERRUPTED if interrupted else exit_codes.FAILED
    return exit_codes.INTERRUPTED if interrupted else printer.exit_code


class _ServiceThread(threading.Thread):
    """Runs one service."""

    def __init__(self, service: SyncService) -> None:
        super().__init__(name="sync")
        self._service = service

    @override
    def run(self) -> None:
        self._service.run()

    def stop(self) -> None:
        """Has the service begin no further cycle."""
        self._service.stop()

    def close(self) -> None:
        """Closes the service and waits for it, whatever is pressed meanwhile."""
        while self.is_alive():
            with contextlib.suppress(KeyboardInterrupt):  # we are at it
                self._service.close()
                self.join(_WAIT_SLICE_S)


class _Printer:
    """Prints cycles as they end and keeps the exit code: that of the last cycle, of several sites the first bad one."""

    EVENTS = (ServiceInitialized, CycleFinished, ServiceStopped)  # the others would wake it for nothing

    def __init__(self, sites: Sequence[str], *, as_json: bool) -> None:
        self._exit_codes = dict.fromkeys(sites, exit_codes.FAILED)
        self._as_json = as_json
        if not as_json and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a Windows console may lack the degree sign

    @property
    def exit_code(self) -> int:
        """As of the cycles printed so far."""
        return next((code for code in self._exit_codes.values() if code != exit_codes.GOOD), exit_codes.GOOD)

    def handle(self, event: SyncEvent) -> None:
        """Prints what a user wants to see of an event."""
        match event:
            case ServiceInitialized(database=database) if not self._as_json:
                print(f"Database {database}", flush=True)
            case CycleFinished(report=report, snapshot=snapshot):
                self._exit_codes[event.site] = exit_codes.of_outcome(report.outcome)
                print(cycle_json(report) if self._as_json else cycle_text(report, snapshot), flush=True)


def _follow(
    events: "queue.SimpleQueue[SyncEvent]",
    printer: _Printer,
    threads: Mapping[str, _ServiceThread],
    cycles: int | None,
) -> None:
    """Handles events until so many cycles of each site are over (None: no limit) or no service goes on.

    A site that has had its cycles is stopped, while others may still wait for their T3000.
    """
    left = dict.fromkeys(threads, cycles)
    while left:
        try:
            event = events.get(timeout=_WAIT_SLICE_S)
        except queue.Empty:
            if any(thread.is_alive() for thread in threads.values()):
                continue
            return
        printer.handle(event)
        left_of_site = left.get(event.site)
        if isinstance(event, ServiceStopped) or (isinstance(event, CycleFinished) and left_of_site == 1):
            left.pop(event.site, None)
            if left:
                threads[event.site].stop()
        elif isinstance(event, CycleFinished) and left_of_site is not None:
            left[event.site] = left_of_site - 1


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
