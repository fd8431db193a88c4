"""``t3monitor``: the window."""

import argparse
import asyncio
import logging
import signal
import sys
import threading
from types import TracebackType
from typing import Any

import qasync
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication

from t3monitor import __version__
from t3monitor.app import MonitorApp
from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import LinkName, SettingsError
from t3monitor.diagnostics.crashes import CrashLog
from t3monitor.diagnostics.logs import start_logging
from t3monitor.ui.crash_dialog import CrashNotice
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import message_box

_log = logging.getLogger(__name__)


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
        program = MonitorApp(paths, settings)
        CrashNotice(crash_log, program.window)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: program.window.close())
        loop.run_until_complete(program.run())
    crash_log.end_well()  # not reached by an error that ends the program: the next start mentions it
    return exit_codes.GOOD


def make_application() -> QApplication:
    """The QApplication with the program's name on it."""
    application = QApplication(sys.argv[:1])
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
