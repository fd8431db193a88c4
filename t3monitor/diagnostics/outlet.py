"""Output that nobody waits for: a pager that stands still, a pipe that nobody reads holds up its own thread alone."""

import io
import os
import sys
import threading
from collections import deque
from typing import TextIO

_MOST_WAITING = 200  # texts


class Outlet:
    """Writes texts to a stream, in a thread of its own that ends with the program.

    The newest 200 of those that wait stay. ``error`` is what ended it: the reader has gone, the disk is full.
    """

    def __init__(self, stream: TextIO) -> None:
        self.error: Exception | None = None
        self.left_out = 0  # texts so far
        self._stream = stream
        self._changed = threading.Condition()  # guards the following
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)
        self._is_writing = self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Hands on a text, to which a line end is added; never waits."""
        with self._changed:
            self.left_out += len(self._waiting) == _MOST_WAITING
            self._waiting.append(text)
            self._changed.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """Waits until everything is written, or cannot be any more; whether that is so."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self.error) or not (self._waiting or self._is_writing), timeout_s
            )

    def close(self) -> None:
        """Ends the thread, once it has written what waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while (text := self._next()) is not None:
            try:
                _write(self._stream, text + "\n")
            except (OSError, ValueError) as error:
                with self._changed:
                    self.error = error
                    self._changed.notify_all()
                return

    def _next(self) -> str | None:
        with self._changed:
            self._is_writing = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            self._is_writing = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None


def speak_utf8() -> None:
    """Output into a pipe or file is UTF-8, also on Windows; a console shows ? for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _write(stream: TextIO, text: str) -> None:
    """Past the stream's buffer, whose lock would hold up the end of the program while nobody reads."""
    try:
        file = None if sys.platform == "win32" and stream.isatty() else stream.fileno()
    except io.UnsupportedOperation:
        file = None
    if file is None:
        stream.write(text)
        stream.flush()
        return
    rest = text.replace("\n", os.linesep).encode(stream.encoding, stream.errors or "strict")
    while rest:
        rest = rest[os.write(file, rest) :]
