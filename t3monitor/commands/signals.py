"""Ctrl-C and the other ways in which a program is asked to end.

The first module of the program that is imported: until its handlers are there a signal makes a traceback.
"""

import atexit
import os
import signal
import sys
from collections.abc import Callable

INTERRUPTED = 130  # exit code
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last is Windows': Ctrl-Break, the console is closed


def on_end_signals(act: Callable[[int], object]) -> None:
    """Has ``act`` called with each of them from now on, in the main thread between any two of its steps.

    What was ignored when the program was started stays ignored, as nohup and shells' background jobs want it.
    """
    for number in _heeded():
        signal.signal(number, lambda signal_number, _: act(signal_number))


def end_at_once_on_signals() -> None:
    """As long as there is nothing to finish a signal ends the program without a word, wherever it stands.

    Once the exit code is known, none changes it.
    """
    on_end_signals(lambda _: os._exit(INTERRUPTED))
    if sys.platform == "win32":
        _heed_console()
    atexit.register(_ignore_signals)


if sys.platform == "win32":
    _LAST_EVENTS = 2, 5, 6  # the console is closed, the user logs off, the computer is shut down
    _WITHOUT_END = 0xFFFFFFFF
    _handlers: list[object] = []  # Windows does not keep them

    def _heed_console() -> None:
        import ctypes  # not before signals are heeded

        def on_event(event: int) -> bool:
            """Windows ends the process when it returns, or after 5 s: by then the main thread has ended it in order.

            The C library's own handler makes the signal and returns.
            """
            if event in _LAST_EVENTS:
                signal.raise_signal(signal.SIGBREAK)
                ctypes.windll.kernel32.Sleep(_WITHOUT_END)
            return False

        _handlers.append(ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(on_event))
        ctypes.windll.kernel32.SetConsoleCtrlHandler(_handlers[-1], True)


def _ignore_signals() -> None:
    for number in _heeded():
        signal.signal(number, signal.SIG_IGN)


def _heeded() -> list[signal.Signals]:
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
