"""``t3monitor``: the window."""

import argparse
import asyncio
import locale
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

import qasync
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion
from PySide6.QtWidgets import QApplication

from t3monitor import __version__
from t3monitor.app import MonitorApp
from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.commands.signals import on_end_signals
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import user_paths
from t3monitor.config.private import make_private_folder
from t3monitor.config.settings import LinkName
from t3monitor.diagnostics.crashes import CrashLog
from t3monitor.diagnostics.logs import start_logging
from t3monitor.store.lock import Holder, holder_of
from t3monitor.sync.handover import UnansweredError, show
from t3monitor.ui.crash_dialog import CrashNotice
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import message_box

_log = logging.getLogger(__name__)

# The window's thread takes Python's lock a dozen times to paint a row, and may wait so long each time that another
# thread computes: with Python's own 5 ms, a cycle of 100 panels held it up twice as long.
_SWITCH_S = 0.0005


def window(args: argparse.Namespace) -> int:
    """Opens the window and returns when it was closed; ``--demo`` has the simulated building and folders of its own."""
    try:
        paths = user_paths().for_demo() if args.demo else user_paths()
        settings, warnings = settings_in_force(args, paths)
    except SettingsError as error:
        if sys.stderr is None:  # a windowed program of Windows, with nowhere to print to
            application = make_application()
            message_box(application.applicationName(), str(error)).exec()
        raise
    if args.demo:
        settings = settings.with_values(link=LinkName.DEMO)
    if (holder := holder_of(paths.window_state_file)) is not None and holder.is_here:
        return _show_other(holder)
    with suppress(OSError):  # saving the settings says it
        make_private_folder(paths.config)
    # Before the log files, of which it quotes the last lines.
    crash_log = CrashLog(paths.log_folder, f"Qt {qVersion()}")
    start_logging(paths.log_folder, cycles_on_stderr=False)
    crash_log.watch()
    _log.info("🚀 Starting all services...")
    for warning in warnings:
        _log.warning("⚠️ %s", warning)
    sys.excepthook = _log_error

    application = make_application()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(_log_loop_error)
    threading.excepthook = lambda args: _log_error(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    with loop:
        program = MonitorApp(paths, settings, warnings)
        CrashNotice(crash_log, program.window)
        ending = Ending(program, crash_log)
        on_end_signals(ending.on_signal)
        application.commitDataRequest.connect(program.memory.save)
        application.aboutToQuit.connect(ending.on_quit)
        qInstallMessageHandler(ending.on_qt_message)
        loop.run_until_complete(program.run())
    crash_log.end_well()  # not reached by an error that ends the program: the next start mentions it
    return ending.exit_code


class Ending:
    """The ways in which a window ends without a click, and the exit code."""

    def __init__(self, program: MonitorApp, crash_log: CrashLog) -> None:
        self.exit_code = exit_codes.GOOD
        self._program = program
        self._crash_log = crash_log

    def on_signal(self, number: int) -> None:
        """Ctrl-C, or another program's wish."""
        if number == signal.SIGINT:
            self.exit_code = exit_codes.INTERRUPTED
        self._program.on_closed()

    def on_quit(self) -> None:
        """The loop has ended: the program has, or the user logs off, and Windows ends the process any moment."""
        self._end_at_once()

    def on_qt_message(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        """What Qt has to say goes to the log; of a display that has gone it says so, and then ends the process."""
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            _log.warning("⚠️ Qt: %s", text)
        if "connection broke" in text:
            self._end_at_once()

    def _end_at_once(self) -> None:
        if not self._program.is_closing:
            self._program.end_at_once()
            self._crash_log.end_well()
            logging.shutdown()
            os._exit(self.exit_code)


def _show_other(holder: Holder) -> int:
    """Brings the window that is open already to the front."""
    try:
        asyncio.run(show(holder))
        sentence, code = f"T3 Monitor is open already (process {holder.pid}); its window comes to the front", 0
    except UnansweredError as error:
        sentence, code = f"T3 Monitor is open already, but {error}: end that process", exit_codes.FAILED
    if sys.stdout is not None:
        print(sentence)
    return code


def make_application() -> QApplication:
    """The QApplication with the program's name on it."""
    sys.setswitchinterval(_SWITCH_S)
    application = QApplication(sys.argv[:1])
    # Qt gives C libraries the language of the desktop too; by a comma as decimal point a SQLite as Debian 12 has it
    # reads 18.5 in JSON, which the readings of an hour stand in, as 18.
    locale.setlocale(locale.LC_NUMERIC, "C")
    application.setStyle("Fusion")  # what the themes are made for
    application.setApplicationName("T3 Monitor")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("t3monitor")  # the desktop finds the entry of an installed program by it
    application.setWindowIcon(icon("app"))
    application.setQuitOnLastWindowClosed(False)  # the loop ends when everything has stopped, not before
    return application


def _log_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _log.error("❌ An error in this program: %s", context["message"], exc_info=context.get("exception"))


def _log_error(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    _log.error("❌ An error in this program", exc_info=(kind, error, traceback))
