"""The child process of the library link: owns the loaded library and the one buffer that it answers into.

A foreign call that hangs cannot be cancelled in a thread, and one that crashes takes its process along; here both cost
nothing but this process. It imports little more than the standard library and the model, since it may
have to start every cycle.
"""

import contextlib
import ctypes
import mmap
import os
import signal
import struct
import sys
from enum import IntEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from t3monitor.model.errors import UnreachableError
from t3monitor.t3000.process_group import lead_group

MESSAGE_EXPORT = "BacnetWebView_HandleWebViewMsg"
SETTINGS_EXPORT = "GetDeviceBasicSettings"
NETWORK_EXPORT = "GetDeviceNetworkConfig"  # never called: nothing of what it tells is measured and used here
TREND_LOGS_EXPORT = "BacnetWebView_GetTrendlogList"
EXPORTS = (MESSAGE_EXPORT, SETTINGS_EXPORT, NETWORK_EXPORT, TREND_LOGS_EXPORT)

PROGRAM_BITS = 8 * struct.calcsize("P")
HEADER = struct.Struct("<Iii")  # before each reply: number of its call, Kind, return code
TREND_LOGS_BYTES = 1_048_576  # the largest answer of an optional export
_SLACK_BYTES = 65_536  # behind the buffer, so that a small overrun stays ours
_TEXT_BYTES = 4096  # enough of an unterminated text to tell what it was


class Call(NamedTuple):
    """One call of an export; all of them are ``int export(int argument, char* buffer, int size)``."""

    export: str
    argument: int  # the action, or a panel number
    text: bytes  # found in the buffer by the library
    size: int  # bytes, what the library is told


class Kind(IntEnum):
    """What a reply is; its body is a text of the library, except as noted."""

    RETURNED = 0
    UNTERMINATED = 1  # no NUL within the size; the body is the text's beginning
    ABSENT = 2  # no such export; no body
    EXPORTS = 3  # the body names the exports that are there, separated by spaces
    UNLOADABLE = 4  # the body is a sentence for the user
    CRASHED = 5  # the body is the operating system's word for it


def serve(connection: Connection, path: str, buffer_bytes: int) -> None:
    """Entry point of the child: answers one `Call` after the other (None: which exports are there) until the end.

    Each comes with a number, which its reply repeats. It ends when the parent closes its side or is gone, and after a
    library that cannot be loaded. The library is loaded when the first call has come, so that a load that hangs is
    under that call's deadline.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    lead_group()
    _leave_stdout_alone()
    try:
        call: Call | None
        number, call = connection.recv()
        try:
            library = _Library(Path(path), max(buffer_bytes, TREND_LOGS_BYTES))
        except UnreachableError as error:
            _reply(connection, number, Kind.UNLOADABLE, 0, _encoded(str(error)))
            return
        while True:
            if call is None:
                _reply(connection, number, Kind.EXPORTS, 0, _encoded(" ".join(library.exports())))
            else:
                library.answer(call, connection, number)
            number, call = connection.recv()
    except (EOFError, ConnectionError):
        pass  # the parent has closed its side


class _Library:
    """The library and its buffer. Raises UnreachableError if there is nothing to call."""

    def __init__(self, path: Path, buffer_bytes: int) -> None:
        _check_file(path)
        try:
            self._functions = ctypes.CDLL(str(path))
        except OSError as error:
            raise UnreachableError(
                f"The library {path} cannot be loaded ({_loader_text(error, path)}): "
                "install what it needs, or choose another build of it"
            ) from None
        try:
            # Pages come into being when they are written to; a ctypes string buffer would fill them all at once.
            self._buffer = mmap.mmap(-1, buffer_bytes + _SLACK_BYTES)
        except OSError as error:
            raise UnreachableError(
                f"No memory for a buffer of {buffer_bytes} bytes ({error}): choose a smaller buffer"
            ) from None
        self._view = memoryview(self._buffer)
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(self._buffer))

    def exports(self) -> list[str]:
        """Those of EXPORTS that the library has."""
        return [name for name in EXPORTS if hasattr(self._functions, name)]

    def answer(self, call: Call, connection: Connection, number: int) -> None:
        """Makes one call and sends what came of it; the buffer is all zeros before and after."""
        function = getattr(self._functions, call.export, None)
        if function is None:
            _reply(connection, number, Kind.ABSENT)
            return
        process = os.getpid()
        function.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
        function.restype = ctypes.c_int
        self._buffer[: len(call.text)] = call.text
        try:
            code = function(call.argument, self._address, call.size)
        except OSError as error:  # an access violation on Windows; what it left behind is not to be called again
            _reply(connection, number, Kind.CRASHED, 0, _encoded(str(error)))
            raise EOFError from None
        if os.getpid() != process:  # a copy that the library made of itself, and that came back as well
            os._exit(0)
        end = self._buffer.find(b"\0", 0, call.size)
        if end >= 0:
            _reply(connection, number, Kind.RETURNED, code, self._view[:end])
        else:
            end = call.size + _SLACK_BYTES
            _reply(connection, number, Kind.UNTERMINATED, code, self._view[: min(call.size, _TEXT_BYTES)])
        # No further than was written, else every page of the buffer would come into being after all.
        ctypes.memset(self._address, 0, max(end, len(call.text)))


def _loader_text(error: OSError, path: Path) -> str:
    """What the loader says without the path, which both systems begin with or quote."""
    text = str(error).removeprefix(f"{path}: ")
    return "it, or a library that it needs, is not there or of another bitness" if str(path) in text else text


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # paths may hold what is no text


def _reply(connection: Connection, number: int, kind: Kind, code: int = 0, body: bytes | memoryview = b"") -> None:
    connection.send_bytes(HEADER.pack(number, kind, code))
    connection.send_bytes(body)


def _leave_stdout_alone() -> None:
    """Sends what the library prints to stderr: stdout belongs to the program's own output."""
    try:
        os.dup2(2, 1)
    except OSError:  # a windowed program on Windows has neither
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if sys.platform == "win32":
        import msvcrt

        # A crash shall end this process, not wait for somebody to close a dialog.
        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)


def _check_file(path: Path) -> None:
    """Raises UnreachableError for what the loader would refuse in words that help nobody."""
    if path.is_dir():
        raise UnreachableError(f"{path} is a folder: choose the library file in it")
    try:
        system, bits = _read_header(path) if path.is_file() or not path.exists() else (None, 0)  # a pipe may never end
    except FileNotFoundError:
        raise UnreachableError(f"The library {path} does not exist: check the path in the settings") from None
    except OSError as error:
        raise UnreachableError(
            f"The library {path} cannot be read ({error.strerror}): give yourself permission to read it"
        ) from None
    if system is None:
        raise UnreachableError(f"{path} is not a shared library: choose the file that exports {MESSAGE_EXPORT}")
    if bits != PROGRAM_BITS:
        way_out = f"choose a {PROGRAM_BITS}-bit build of it"
        if system == "Windows":
            way_out += "; T3000.exe itself is 32-bit and cannot be loaded into this program"
        raise UnreachableError(f"{path} is a {bits}-bit library and this program is {PROGRAM_BITS}-bit: {way_out}")
    if (system == "Windows") != (sys.platform == "win32"):
        raise UnreachableError(f"{path} is a {system} library: choose the one built for this system")


def _read_header(path: Path) -> tuple[str | None, int]:
    """System and bitness that a library file says it is for; (None, 0) if it is no library."""
    with path.open("rb") as file:
        start = file.read(64)
        if start[:4] == b"\x7fELF" and start[4:5] in (b"\1", b"\2"):
            return "Linux", 32 * start[4]
        if start[:2] == b"MZ" and len(start) == 64:
            file.seek(int.from_bytes(start[60:64], "little"))
            signature, machine = file.read(4), int.from_bytes(file.read(2), "little")
            if signature == b"PE\0\0":
                return "Windows", 32 if machine in (0x014C, 0x01C4) else 64  # x86, 32-bit ARM
    return None, 0
