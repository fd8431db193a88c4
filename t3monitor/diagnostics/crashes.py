"""Crash reports: one file in the log folder for each program that runs, which outlives it only if there was an error.

While a program runs, its file is ``running-TIME-PID.txt`` and nobody else's: it is locked, or on Windows held open.
A file that is left behind with something in it becomes a report, ``crash-TIME-PID.txt``; an empty one (power cut, kill)
is no crash and goes. Nothing is sent anywhere.
"""

import faulthandler
import logging
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from typing_extensions import override

from t3monitor import __version__
from t3monitor.config.private import make_private_folder, open_private
from t3monitor.config.without_secrets import without_secrets
from t3monitor.diagnostics.logs import FFI_FILE, FFI_LOGGER, INITIALIZE_FILE, PROGRAM_LOGGER

_RUNNING, _STARTING, _CRASH = "running-", "starting-", "crash-"
_KEPT_REPORTS = 5
_MOST_ERRORS = 20  # an error that comes back every second must not fill the disk
_TAIL_LINES, _TAIL_BYTES = 30, 16_384

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What is known of a crash: all of it is in ``text``, without passwords and with ~ for the user's folder."""

    file: Path
    text: str


class CrashLog(logging.Handler):
    """The file of this program. Takes crashes by faulthandler, and every error that is logged with its traceback.

    Owns the file from construction to `end_well`. Whatever fails here fails quietly: a full disk is no second error.
    """

    def __init__(self, folder: Path, about: str) -> None:
        """Makes the file, and finds out what became of the programs before; ``about`` joins the facts of the program.

        Call it before the log files are opened: a report quotes their last lines.
        """
        super().__init__(logging.ERROR)
        self._folder = folder
        self._file: FileIO | None = None
        self._path: Path | None = None
        self._errors: set[str] = set()
        self._watching = False
        self.error_noted: Callable[[], None] = lambda: None  # called in the thread of the error
        self.last_crash = _newest_crash(folder)
        try:
            self._open(_about_this_program(about))
        except OSError as error:
            _log.warning("⚠️ Crashes leave no report: %s cannot be written to (%s)", folder, error.strerror)

    def watch(self) -> None:
        """From now on errors are noted; call it when logging has been started."""
        for name in (PROGRAM_LOGGER, FFI_LOGGER):
            logging.getLogger(name).addHandler(self)
        if self._file is not None:
            self._watching = True
            faulthandler.enable(self._file)

    def report(self) -> CrashReport | None:
        """What this program noted so far; None where there is no file."""
        return _report(self._path, self._folder) if self._path is not None else None

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Notes an error that has a traceback; each of them once."""
        if not record.exc_info or record.exc_info[1] is None or isinstance(record.exc_info[1], KeyboardInterrupt):
            return
        traceback = logging.Formatter().formatException(record.exc_info)
        if traceback in self._errors or len(self._errors) >= _MOST_ERRORS:
            return
        self._errors.add(traceback)
        if self._file is not None:
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
            text = f"{when} {record.getMessage()}\n{traceback}\n\n"
            with suppress(OSError):
                os.write(self._file.fileno(), text.encode("utf-8", "backslashreplace"))
        with suppress(RuntimeError):  # Qt's, of a window that has gone: the program is closing
            self.error_noted()

    def end_well(self) -> None:
        """The program ends as it should: its file goes, or stays as a report if it had errors.

        What faulthandler alone wrote is no crash then: on Windows it also takes down what was dealt with.
        """
        for name in (PROGRAM_LOGGER, FFI_LOGGER):
            logging.getLogger(name).removeHandler(self)
        if self._file is not None and self._path is not None:
            if self._watching:
                faulthandler.disable()
            self._file.close()
            with suppress(OSError):
                if self._errors:
                    _keep(self._path.rename(self._path.with_name(_named(self._path, _CRASH))), self._folder)
                else:
                    self._path.unlink()
            self._file = self._path = None

    def _open(self, header: str) -> None:
        make_private_folder(self._folder)
        name = time.strftime("%Y%m%d-%H%M%S") + f"-{os.getpid()}.txt"
        # Under another name until it is locked, else another program could take it for one that was left behind.
        path = self._folder / ((_RUNNING if sys.platform == "win32" else _STARTING) + name)
        file = open(path, "ab", buffering=0, opener=open_private)  # noqa: SIM115 - it stays open
        file.write(header.encode())
        if sys.platform != "win32":
            import fcntl

            with suppress(OSError):  # a network folder without locks: then no program takes another's file
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path = path.rename(self._folder / (_RUNNING + name))
        self._file, self._path = file, path


def _newest_crash(folder: Path) -> CrashReport | None:
    """Makes reports of what crashed programs left behind; the newest of them, None if no program crashed."""
    newest = None
    try:
        left_behind = sorted(folder.glob(f"{_RUNNING}*.txt"))
    except OSError:
        return None
    for file in left_behind:
        with suppress(OSError):
            if crash := _take(file):
                newest = _keep(crash, folder) or newest
    reports = sorted(folder.glob(f"{_CRASH}*.txt"))
    for old in reports[:-_KEPT_REPORTS]:
        with suppress(OSError):
            old.unlink()
    return newest


def _take(file: Path) -> Path | None:
    """Renames the file of a program that is gone; None while it runs, or if another program was faster."""
    target = file.with_name(_named(file, _CRASH))
    try:
        if sys.platform == "win32":
            return file.rename(target)  # refused while it is open
        import fcntl

        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file.rename(target)
    except OSError:
        return None


def _named(file: Path, prefix: str) -> str:
    return prefix + file.name.removeprefix(_RUNNING)


def _keep(file: Path, folder: Path) -> CrashReport | None:
    """Makes the report of a file whole, or removes the file if nothing happened but that the program ended."""
    _, _, happened = file.read_text("utf-8", "replace").partition("\n\n")
    if not happened.strip():
        file.unlink()
        return None
    report = _report(file, folder)
    file.write_text(report.text, encoding="utf-8")
    return report


def _report(file: Path, folder: Path) -> CrashReport:
    try:
        text = file.read_text("utf-8", "replace").rstrip() + "\n"
    except OSError as error:
        text = f"{file} cannot be read: {error.strerror}\n"
    for name in (INITIALIZE_FILE, FFI_FILE):
        if lines := list(_last_lines(folder / name)):
            text += f"\nThe last lines of {name}:\n" + "\n".join(lines) + "\n"
    return CrashReport(file, without_secrets(text))


def _last_lines(file: Path) -> Iterator[str]:
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - _TAIL_BYTES))
            yield from opened.read().decode("utf-8", "replace").splitlines()[-_TAIL_LINES:]
    except OSError:
        return


def _about_this_program(about: str) -> str:
    """The first lines of the file; the empty one ends them."""
    form = "frozen" if getattr(sys, "frozen", False) else "unfrozen"
    return (
        f"T3 Monitor {__version__}, {form}\n"
        f"Python {platform.python_version()}, {about}\n"
        f"{platform.platform()}\n"
        f"Started {time.strftime('%Y-%m-%d %H:%M:%S')}\n\n"
    )
