"""What a command says came of it."""

import os
import sys

from t3monitor.model.errors import MonitorError


class UnprintableError(MonitorError):
    """The disk that it is written to is full, or its reader went away."""


def say(*lines: str) -> None:
    """Prints them at once; raises UnprintableError."""
    try:
        print(*lines, sep="\n", flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be written at the end
        raise UnprintableError(f"The result cannot be printed: {error.strerror}") from error
