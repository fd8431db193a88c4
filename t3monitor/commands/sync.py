"""``t3monitor sync``: the sync services in threads of their own, reported cycle by cycle."""

import argparse
import asyncio
import contextlib
import logging
import queue
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_by_option, settings_in_force
from t3monitor.commands.report import cycle_json, cycle_text
from t3monitor.commands.signals import on_end_signals
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.diagnostics.logs import flush_logs, start_logging
from t3monitor.diagnostics.outlet import Outlet
from t3monitor.model.errors import DatabaseError, MonitorError
from t3monitor.model.events import CycleFinished, CycleReport, ServiceInitialized, ServiceStopped, SyncEvent
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.database import Database
from t3monitor.store.files import database_file
from t3monitor.store.lock import HeldError, Holder
from t3monitor.store.migrate import schema_revision
from t3monitor.store.present_state import read_present_state
from t3monitor.store.schema import SCHEMA_REVISION
from t3monitor.sync.handover import Desk, OtherSettingsError, UnansweredError, in_words, sync_once
from t3monitor.sync.host import ServicesHost
from t3monitor.sync.links import open_link
from t3monitor.sync.pulse import Pulse
from t3monitor.sync.service import SyncService
from t3monitor.sync.sites import SiteServices

_log = logging.getLogger(__name__)
# Waiting in slices lets Python see Ctrl-C on Windows, where a wait without end cannot be interrupted.
_WAIT_SLICE_S = 0.2
_LAST_WAIT_S = 1.0  # for a reader, once the program is to end
_HANDOVERS = 3  # another program may end just when it is asked


def sync(args: argparse.Namespace) -> int:
    """Runs the cycles that the options ask for and returns the exit code of the last one.

    Where another program records into the database, that one is asked for a single cycle.
    """
    paths = user_paths()
    settings, warnings = settings_in_force(args, paths)
    start_logging(paths.log_folder, cycles_on_stderr=args.json)
    _log.info("🚀 Starting all services...")
    for warning in warnings:
        _log.warning("⚠️ %s", warning)
    url = args.database or paths.database_url(settings)
    output = Outlet(sys.stdout)
    problem: MonitorError
    try:
        for _ in range(_HANDOVERS):
            try:
                return _record(args, settings, url, output)
            except HeldError as held:
                problem, holder = held, held.holder
            if not (args.once and holder and holder.answers):
                break
            try:
                return _have_recorded(args, settings, url, holder, output)
            except UnansweredError as error:
                problem = error
        _log.warning("⚠️ %s", problem)
        return exit_codes.of_outcome(problem.outcome)
    finally:
        output.close()
        flush_logs()


def _record(args: argparse.Namespace, settings: Settings, url: str, output: Outlet) -> int:
    """Runs the cycles in this program; raises HeldError if another one records into the database."""
    events: _Events = queue.SimpleQueue()
    threads: dict[str, _ServiceThread] = {}

    def make_thread(service: SyncService) -> _ServiceThread:
        threads[service.site] = _ServiceThread(service)
        return threads[service.site]

    def listen(event: SyncEvent) -> None:
        desk.publish(event)
        if isinstance(event, _Printer.EVENTS):
            events.put(event)

    services = SiteServices(
        settings,
        open_link,
        lambda _: url,
        make_thread,
        listen,
        known_folders=user_paths().known_folders_file,
        take_lock=lambda database: desk.take(database),
        pulse=Pulse(),
    )
    desk = Desk("t3monitor sync", ServicesHost(services, lambda: settings))
    follower = _Follower(events, _Printer(services.sites, output, as_json=args.json), threads)
    try:
        _claim(services, url)
        if args.once or args.cycles:
            _migrate(url)
        on_end_signals(lambda _: follower.interrupt())
        if args.find_panels:
            services.find_panels()  # with the first cycle, whatever that is asked for by
        if args.once:
            services.sync_once()
        else:
            services.start()
        services.run()
        follower.follow(1 if args.once else args.cycles)
    finally:
        services.close()
        desk.close()
    return follower.finish()


def _claim(services: SiteServices, url: str) -> None:
    """The right to record into a database; raises HeldError. What names none, or is out of reach, the cycle says."""
    try:
        services.claim(database_file(url))
    except HeldError:
        raise
    except DatabaseError:
        pass


def _migrate(url: str) -> None:
    """A file of an older program is migrated at once: so few cycles may be over before that is done beside them."""
    with contextlib.suppress(DatabaseError):  # which the cycle says
        if schema_revision(url) not in (None, SCHEMA_REVISION):
            Database(url).close()


def _have_recorded(args: argparse.Namespace, settings: Settings, url: str, holder: Holder, output: Outlet) -> int:
    """Has the program that records make the cycle, and prints its reports; raises UnansweredError if it ends."""
    by_option = settings_by_option(args)
    try:
        reports = asyncio.run(
            sync_once(holder, wanted=in_words(settings, by_option.values()), find_panels=args.find_panels)
        )
    except OtherSettingsError as error:
        others = ", ".join(
            f"--{option} {error.values[name]}" for option, name in by_option.items() if name in error.values
        )
        _log.warning("⚠️ %s records with %s: leave these options out, or end it first", holder, others)
        return exit_codes.USAGE
    file = database_file(url)
    printer = _Printer([report.site for report in reports], output, as_json=args.json)
    printer.name_database(f"{file}, recorded by {holder}")
    stored = None
    with contextlib.suppress(DatabaseError):  # then there is no table of the panels
        stored = read_present_state(url)
    for report in reports:
        shown = stored and replace(stored, panels=tuple(panel for panel in stored.panels if panel.site == report.site))
        printer.print(report, shown)
    output.drain(_LAST_WAIT_S)
    return printer.exit_code


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
        self._service.stop("after the cycles that were asked for")

    def close(self) -> None:
        """Closes the service and waits for it."""
        while self.is_alive():
            self._service.close()
            self.join(_WAIT_SLICE_S)


class _Printer:
    """Prints cycles as they end and keeps the exit code: that of the last cycle, of several sites the first bad one."""

    EVENTS = (ServiceInitialized, CycleFinished, ServiceStopped)  # the others would wake it for nothing

    def __init__(self, sites: Sequence[str], output: Outlet, *, as_json: bool) -> None:
        self.output = output
        self._exit_codes = dict.fromkeys(sites, exit_codes.FAILED)
        self._as_json = as_json

    @property
    def exit_code(self) -> int:
        """As of the cycles printed so far."""
        return next((code for code in self._exit_codes.values() if code != exit_codes.GOOD), exit_codes.GOOD)

    def handle(self, event: SyncEvent) -> None:
        """Prints what a user wants to see of an event."""
        match event:
            case ServiceInitialized(database=database):
                self.name_database(database)
            case CycleFinished(report=report, snapshot=snapshot):
                self.print(report, snapshot)

    def name_database(self, database: str) -> None:
        """Says where the cycles go."""
        if not self._as_json:
            self.output.write(f"Database {database}")

    def print(self, report: CycleReport, snapshot: Snapshot | None) -> None:
        """Prints a cycle that is over."""
        self._exit_codes[report.site] = exit_codes.of_outcome(report.outcome)
        self.output.write(cycle_json(report) if self._as_json else cycle_text(report, snapshot))


class _Follower:
    """Hands events to the printer until enough cycles are over, or somebody ends the program."""

    def __init__(self, events: "_Events", printer: _Printer, threads: Mapping[str, _ServiceThread]) -> None:
        self._events = events
        self._printer = printer
        self._threads = threads
        self._left: dict[str, int | None] = {}  # cycles, by site; None: no limit
        self._interrupted = False

    def interrupt(self) -> None:
        """Ends it; a signal handler may call it."""
        self._interrupted = True
        self._events.put(None)

    def follow(self, cycles: int | None) -> None:
        """Works until so many cycles of each site are over (None: no limit) or no service goes on.

        A site that has had its cycles is stopped, while others may still wait for their T3000.
        """
        left = self._left = dict.fromkeys(self._threads, cycles)
        while left and not self._interrupted and not self._printer.output.error:
            try:
                event = self._events.get(timeout=_WAIT_SLICE_S)
            except queue.Empty:
                if any(thread.is_alive() for thread in self._threads.values()):
                    continue
                return
            if event is None:
                continue
            self._print(event)
            left_of_site = left.get(event.site)
            if isinstance(event, ServiceStopped) or (isinstance(event, CycleFinished) and left_of_site == 1):
                left.pop(event.site, None)
                if left:
                    self._threads[event.site].stop()
            elif isinstance(event, CycleFinished) and left_of_site is not None:
                left[event.site] = left_of_site - 1

    def _print(self, event: SyncEvent) -> None:
        if not isinstance(event, CycleFinished) or event.site in self._left:
            self._printer.handle(event)  # else it began before the site was stopped: one more than was asked for

    def finish(self) -> int:
        """Once everything is closed: prints what is left, and gives the exit code."""
        output = self._printer.output
        while self._interrupted and not self._events.empty():  # the cycle that was ended has its line too
            if event := self._events.get():
                self._print(event)
        while not self._interrupted and not output.drain(_WAIT_SLICE_S):
            pass  # a reader may take its time
        output.drain(_LAST_WAIT_S)
        if output.left_out:
            _log.warning("⚠️ %d cycles were not printed, since nobody read the output", output.left_out)
        if self._interrupted:
            return exit_codes.INTERRUPTED
        return exit_codes.FAILED if output.error else self._printer.exit_code


_Events = queue.SimpleQueue[SyncEvent | None]  # None wakes the one who waits
