"""Windows of a command that nobody is to see, where there need be no display."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import qasync
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from t3monitor.commands.window import make_application


@contextmanager
def off_screen() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of an application without a display."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # Qt reads it when it makes its application
    qInstallMessageHandler(print_qt_message)
    loop = qasync.QEventLoop(make_application())
    asyncio.set_event_loop(loop)
    with loop:
        yield loop


def print_qt_message(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """To stderr, but for what the platform says of every window."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)
