"""The log files of T3000's sync service (docs/t3000.md 13.4), in ``T3WebLog``: Initialize.log and FFI.log."""

import logging
import os
import sys
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from typing_extensions import override

from t3monitor.config.private import make_private_folder, mend, open_private
from t3monitor.diagnostics.outlet import Outlet

# Modules log with logging.getLogger(__name__): those land in Initialize.log; what belongs to the calls of T3000
# and to the cycles goes to the FFI logger.
PROGRAM_LOGGER = "t3monitor"
FFI_LOGGER = "t3monitor.ffi"
INITIALIZE_FILE = "Initialize.log"
FFI_FILE = "FFI.log"

OF_CYCLE = "t3monitor_of_cycle"  # attribute of a record that is in both files; stderr has it from the FFI logger alone

_MAX_BYTES = 5_000_000
_KEPT_FILES = 5
_LAST_WAIT_S = 1.0


class _StampedLines(logging.Formatter):
    """``[YYYY-MM-DD HH:MM:SS] text``, local time, for each line of a record: one record may hold several lines."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("[%Y-%m-%d %H:%M:%S] ", time.localtime(record.created))
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return stamp + text.replace("\n", "\n" + stamp)


class _LogFile(RotatingFileHandler):
    """A log file that gives up quietly: a full disk or a removed folder must not stop the service."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=_MAX_BYTES,
            backupCount=_KEPT_FILES,
            encoding="utf-8",
            errors="backslashreplace",  # file names may hold what is no text
            delay=True,
        )
        self.setFormatter(_StampedLines())

    @override
    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=open_private)

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Starts a new file; where that fails, the old one serves for as many bytes more.

        Windows renames no file that another process, such as a second t3monitor, has open.
        """
        try:
            super().doRollover()
            self.maxBytes = _MAX_BYTES
        except OSError:
            self.maxBytes += _MAX_BYTES

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Drops the record; the ledger has the outcome."""


class _Warnings(logging.Handler):
    """Warnings on stderr, where nobody may be reading them."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(logging.WARNING)
        self._outlet = outlet

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._outlet.write(self.format(record))

    @override
    def flush(self) -> None:
        self._outlet.drain(_LAST_WAIT_S)

    @override
    def close(self) -> None:
        self._outlet.close()
        super().close()


def start_logging(folder: Path, *, cycles_on_stderr: bool) -> None:
    """Opens the two log files in ``folder`` and sends warnings to stderr too; called once per process.

    Warnings about cycles go to stderr only on request: whoever prints each cycle's outcome has said it already.
    Without a folder that can be written to, stderr says so and is all there is.
    """
    program, ffi = logging.getLogger(PROGRAM_LOGGER), logging.getLogger(FFI_LOGGER)
    stderr = Outlet(sys.stderr) if sys.stderr is not None else None  # windowed programs have none
    for logger in (program, ffi):
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
        if stderr is not None and (logger is program or cycles_on_stderr):
            warnings = _Warnings(stderr)
            if logger is program:
                warnings.addFilter(lambda record: not hasattr(record, OF_CYCLE))
            logger.addHandler(warnings)
    try:
        make_private_folder(folder)
        for file in folder.glob("*.log*"):
            mend(file)
        for logger, name in ((program, INITIALIZE_FILE), (ffi, FFI_FILE)):
            os.close(open_private(str(folder / name), os.O_WRONLY | os.O_APPEND | os.O_CREAT))
            logger.addHandler(_LogFile(folder / name))
    except OSError as error:
        program.warning("⚠️ No log files: %s cannot be written to (%s).", folder, error.strerror)


def flush_logs() -> None:
    """Waits a moment for the warnings that are still on their way to stderr."""
    for name in (PROGRAM_LOGGER, FFI_LOGGER):
        for handler in logging.getLogger(name).handlers:
            handler.flush()
