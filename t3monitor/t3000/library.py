"""The library link: ``BacnetWebView_HandleWebViewMsg`` in a shared library, called in a child process.

Owns the child. One thread uses it; deadlines and interruptions come from others, and all they do is kill the child
with all that it has started.
"""

import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.settings import LONGEST_REQUEST_BYTES, SHORTEST_REAL_INTERVAL_S
from t3monitor.model.errors import (
    BadReplyError,
    BusyError,
    CrashedError,
    InterruptedCycleError,
    LinkError,
    LinkTimeoutError,
    MonitorError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.t3000.actions import Action, check_request
from t3monitor.t3000.exports import decode_settings, decode_trend_logs, error_text
from t3monitor.t3000.library_child import (
    EXPORTS,
    HEADER,
    MESSAGE_EXPORT,
    PROGRAM_BITS,
    SETTINGS_EXPORT,
    TREND_LOGS_BYTES,
    TREND_LOGS_EXPORT,
    Call,
    Kind,
    serve,
)
from t3monitor.t3000.link import Answer, Link
from t3monitor.t3000.process_group import ProcessGroup
from t3monitor.t3000.text import BUSY, OFFLINE, path_text

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

_SETTINGS_BYTES = 4096
_NOT_READY, _BAD_ARGUMENTS = -2, -1
_GRACE_S = 1.0  # for a child to end by itself
_SLICE_S = 0.2
_LONGEST_REFUSAL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class LibraryReport:
    """What a library that can be loaded offers."""

    path: Path
    bits: int
    present: tuple[str, ...]  # exports that this program knows of
    absent: tuple[str, ...]


class _Reply(NamedTuple):
    kind: Kind
    code: int
    body: bytes


class LibraryLink(Link):
    """The child is started by the first call, kept between calls, replaced when it is lost.

    ``request`` is what the library finds in the buffer (empty: an empty buffer), ``buffer_bytes`` the longest answer
    including its terminator.
    """

    def __init__(self, library: Path, *, request: str, buffer_bytes: int) -> None:
        self._library = library.absolute()  # the library may change the folder of its process
        self._request = request
        self._call = Call(MESSAGE_EXPORT, Action.LOGGING_DATA.value, request.encode(), buffer_bytes)
        self._number = 0  # of the last call
        self._process: SpawnProcess | None = None
        self._group: ProcessGroup | None = None
        self._connection: Connection | None = None
        # Guards the three below; `_group` is set and unset under it, so that nobody kills one that is given back.
        self._lock = threading.Lock()
        self._calling = False
        self._verdict: MonitorError | None = None  # why the call in progress was ended, if it was

    @property
    def description(self) -> str:
        """``library`` and the path."""
        return f"library {path_text(self._library)}"

    def fetch(self, timeout_s: float) -> Answer:
        """One LOGGING_DATA answer; starting the child and loading the library are under the deadline too.

        Raises RefusedError, before anything is started, for a request that might do more than read.
        """
        if len(self._call.text) > LONGEST_REQUEST_BYTES:
            raise RefusedError(f"The request in the settings is longer than {LONGEST_REQUEST_BYTES} bytes: shorten it")
        check_request(self._request)
        body = self._ask(self._call, timeout_s)
        if body is None:
            self.close()  # a corrected file at the same path is loaded by the next call
            raise UnreachableError(
                f"{path_text(self._library)} has no export {MESSAGE_EXPORT}: "
                "it is not T3000's library, or of another version; choose the one that exports it"
            )
        if not body:
            raise NoNewDataError("T3000 returned an empty answer: look at the request in the settings if that stays so")
        if body == self._call.text:
            raise BadReplyError(
                "The library reported success but left the buffer untouched, with our request still in it: "
                "try an empty request in the settings, or another build of the library"
            )
        if len(body) <= _LONGEST_REFUSAL_BYTES and OFFLINE in error_text(body):
            raise BusyError(BUSY, SHORTEST_REAL_INTERVAL_S)
        return Answer(body)

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:
        """From ``GetDeviceBasicSettings``; None without that export.

        Raises RefusedError for an answer that is not of the panel with this serial number.
        ``GetDeviceNetworkConfig`` is not asked: its port is a constant and no panel's own (docs/t3000.md 7.10).
        """
        body = self._ask(Call(SETTINGS_EXPORT, panel_id, b"", _SETTINGS_BYTES), timeout_s)
        return None if body is None else decode_settings(body, serial_number)

    def trend_logs(self, panel_id: int, timeout_s: float) -> tuple[TrendLog, ...] | None:
        """From ``BacnetWebView_GetTrendlogList``; None without that export."""
        body = self._ask(Call(TREND_LOGS_EXPORT, panel_id, b"", TREND_LOGS_BYTES), timeout_s)
        return None if body is None else decode_trend_logs(body)

    def interrupt(self) -> None:
        """From any thread: ends the call in progress, also one that is still starting its child."""
        self._end_call(InterruptedCycleError("The call of T3000 was interrupted"))

    def close(self) -> None:
        """Ends the child: gently, after a second by force. May be called twice."""
        self._discard()

    def _ask(self, call: Call, timeout_s: float) -> bytes | None:
        """The text that an export answered with; None if there is no such export."""
        reply = self._exchange(call, timeout_s)
        if reply.kind is Kind.ABSENT:
            return None
        succeeded = reply.code == 0 if call.export == MESSAGE_EXPORT else reply.code > 0
        if not succeeded:
            raise _refusal(call, reply)
        if reply.kind is Kind.UNTERMINATED:
            raise BadReplyError(
                f"T3000 filled the buffer of {call.size} bytes and did not end its text: raise buffer_bytes"
            )
        return reply.body

    def _exchange(self, call: Call | None, timeout_s: float) -> _Reply:
        """One call and its reply, or the reason why there is none; after that the child is there and idle, or gone."""
        verdict = LinkTimeoutError(
            f"T3000 gave no answer within {timeout_s:g} s: look whether it hangs, or raise the timeout"
        )
        # A thread of its own, since a transfer that stops half-way blocks this one: only the child's end ends that.
        deadline = threading.Timer(timeout_s, self._end_call, [verdict])
        deadline.daemon = True
        with self._lock:
            self._calling, self._verdict = True, None
        deadline.start()
        reply, exit_code = None, None
        try:
            reply = self._transfer(call, timeout_s)
        except (EOFError, OSError):
            pass  # the child is gone; why is found out below
        finally:
            deadline.cancel()
            deadline.join()  # a late one must not hit the next call
            with self._lock:
                self._calling = False
            if self._verdict or not reply or reply.kind in (Kind.UNLOADABLE, Kind.CRASHED):
                exit_code = self._discard()
        if self._verdict:
            raise self._verdict
        if not reply:
            raise CrashedError(f"The library {_death(exit_code)}; the next call starts it afresh")
        if reply.kind is Kind.UNLOADABLE:
            raise UnreachableError(reply.body.decode())
        if reply.kind is Kind.CRASHED:
            raise CrashedError(f"The library crashed ({reply.body.decode()}); the next call starts it afresh")
        return reply

    def _transfer(self, call: Call | None, timeout_s: float) -> _Reply:
        if self._process is None or self._connection is None:
            process, connection = self._start()
        else:
            process, connection = self._process, self._connection
        self._number += 1
        connection.send((self._number, call))
        until_s = time.monotonic() + timeout_s + _GRACE_S
        while True:
            # The sentinel as well: on Windows a child that ends before it has taken over its side of the pipe leaves
            # that side open. In slices, since a library that left a copy of itself behind holds both open.
            if connection not in wait([connection, process.sentinel], _SLICE_S):
                if process.exitcode is not None or time.monotonic() > until_s:
                    raise EOFError
                continue
            number, kind, code = HEADER.unpack(connection.recv_bytes(HEADER.size))
            body = connection.recv_bytes()
            if number == self._number:  # else a late one, of a call that nobody waits for any more
                return _Reply(Kind(kind), code, body)

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        with theirs:
            arguments = (theirs, str(self._library), self._call.size)
            process = context.Process(target=serve, args=arguments, name="t3000-library", daemon=True)
            try:
                with _ctrl_c_blocked():
                    process.start()
            except OSError as error:
                ours.close()
                raise UnreachableError(
                    f"No process can be started for the library ({error}): close other programs"
                ) from None
        group = ProcessGroup(process)
        with self._lock:
            self._process, self._group, self._connection = process, group, ours
            if self._verdict:  # it came before there was anything to kill
                group.kill()
        return process, ours

    def _end_call(self, verdict: MonitorError) -> None:
        """From any thread: makes the call in progress, if any, end with ``verdict``; the first one counts."""
        with self._lock:
            if self._calling and not self._verdict:
                self._verdict = verdict
                if self._group:
                    self._group.kill()

    def _discard(self) -> int | None:
        """Ends the child, if there is one, and gives everything back; its exit code."""
        with self._lock:
            process, group, connection = self._process, self._group, self._connection
            self._process = self._group = self._connection = None
        if process is None or group is None or connection is None:
            return None
        connection.close()  # an idle child ends at that
        process.join(_GRACE_S)
        group.close()
        if process.exitcode is None:
            process.join(_GRACE_S)
        exit_code = process.exitcode
        if exit_code is not None:  # else the system holds it in a call of its own, and it ends after that
            process.close()
        return exit_code


def inspect_library(path: Path, timeout_s: float = 10.0) -> LibraryReport:
    """Loads a library in a child process of its own and says which exports are there.

    Raises UnreachableError (never for a missing export), LinkTimeoutError or CrashedError.
    """
    link = LibraryLink(path, request="", buffer_bytes=TREND_LOGS_BYTES)
    try:
        present = link._exchange(None, timeout_s).body.decode().split()
    finally:
        link.close()
    absent = (name for name in EXPORTS if name not in present)
    return LibraryReport(path.absolute(), PROGRAM_BITS, tuple(present), tuple(absent))


def _refusal(call: Call, reply: _Reply) -> LinkError:
    # With bad arguments the buffer is left as it was, with our request in it.
    text = "" if reply.body == call.text else error_text(reply.body)
    if reply.code == _NOT_READY:
        text = text or "it answers nobody yet"
        return NotReadyError(f"T3000 is starting (-2): {text}; wait, it takes calls once its main window is there")
    way_out = "look at the request in the settings"
    if reply.code == _BAD_ARGUMENTS and not text:
        text = f"bad arguments, or the answer does not fit into the buffer of {call.size} bytes"
        way_out = "raise buffer_bytes, or correct the request"
    return RefusedError(f"T3000 refused the call ({reply.code}): {text or 'it gave no reason'}; {way_out}")


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """A child that is started meanwhile never hears of it: in a terminal it comes to all, and is the parent's."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # Python's own, whose start unblocks it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _death(exit_code: int | None) -> str:
    """How a child ended: ``crashed (SIGSEGV)``."""
    if exit_code is None:
        return "does not answer"
    if exit_code < 0:
        try:
            return f"crashed ({signal.Signals(-exit_code).name})"
        except ValueError:
            return f"crashed (signal {-exit_code})"
    if exit_code >= 0xC0000000:  # Windows: a status such as 0xC0000005, access violation
        return f"crashed (0x{exit_code:08X})"
    return f"ended its process (exit code {exit_code})"
