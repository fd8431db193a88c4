"""One program at a time: the recorder of a database, and the window of a settings folder, hold a lock file beside it.

What counts is the operating system's lock on that file, which ends with the process, however that ends. The text in it
tells everybody else who holds it; a text without a lock is what a program left behind that was killed.
"""

import errno
import getpass
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from t3monitor.model.errors import DatabaseUnusableError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FRESHENED_EVERY_S = 60.0
_FRESH_S = 3 * FRESHENED_EVERY_S
_TRIES, _PAUSE_S = 5, 0.05  # whoever looks at a lock has it for a moment
_LOCKED_BYTE = 1 << 30  # far behind the text: what is locked on Windows cannot be read there
_MOST_BYTES = 4096


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A program that holds a lock; other programs of its computer reach it at the loopback ``port`` with ``key``.

    What imports or compacts alone has no port: it cannot be asked for anything, and ends by itself.
    """

    program: str
    pid: int
    user: str
    host: str
    port: int
    key: str

    @classmethod
    def of_this_process(cls, program: str, port: int, key: str) -> "Holder":
        """The running program, which answers at that port."""
        return cls(program=program, pid=os.getpid(), user=login_name(), host=socket.gethostname(), port=port, key=key)

    @property
    def is_here(self) -> bool:
        """Whether it runs on this computer."""
        return self.host == socket.gethostname()

    @property
    def records(self) -> bool:
        """Whether it records into the database."""
        return bool(self.port)

    @property
    def answers(self) -> bool:
        """Whether it can be asked to do something in place of this program."""
        return self.records and self.is_here

    def __str__(self) -> str:
        return f"{self.program} of {self.user} (process {self.pid}{'' if self.is_here else f' on {self.host}'})"


class HeldError(DatabaseUnusableError):
    """Another program has the lock; ``holder`` is None as long as it has not said who it is."""

    def __init__(self, subject: Path, holder: Holder | None, way_out: str = "") -> None:
        way_out = way_out or ("end that one first" if holder is None or holder.records else "wait until that is done")
        if holder is not None and not holder.is_here:
            way_out = f"a database is not opened from two computers; {way_out}"
        super().__init__(f"{subject} is in use by {holder or 'another program'}: {way_out}")
        self.subject, self.holder = subject, holder


class Lock:
    """The right to a database or a settings folder, held from construction to `release`."""

    def __init__(self, subject: Path, holder: Holder) -> None:
        """Takes it for ``holder``; raises HeldError, or OSError where no file can be made or locked."""
        self._subject = subject
        self._file = lock_file(subject)
        self._handle = _held(self._file, subject, holder)

    @property
    def is_in_place(self) -> bool:
        """Whether others find it: not where another drive or share was connected in the place of its folder."""
        return _is_at(lock_file(self._subject), self._handle)

    def freshen(self) -> None:
        """Shows to computers with which the file system shares no locks that the holder is alive."""
        with suppress(OSError):
            os.utime(self._file)

    def release(self) -> None:
        """Gives it back; the file goes as well."""
        with suppress(OSError):
            if sys.platform == "win32":  # where a file that somebody else has opened meanwhile stays
                os.close(self._handle)
                self._file.unlink()
            else:
                if _is_at(self._file, self._handle):
                    self._file.unlink()
                os.close(self._handle)


def lock_file(subject: Path) -> Path:
    """Beside the file itself, by whatever link to it that was named."""
    file = Path(os.path.realpath(subject))
    return file.with_name(f"{file.name}-lock")


def holder_of(subject: Path) -> Holder | None:
    """Who holds the lock of a database or settings folder; None if nobody does, or it cannot be told."""
    try:
        handle = os.open(lock_file(subject), os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _is_taken(handle) else _text(handle)
    except OSError:
        return None
    finally:
        os.close(handle)


def _held(file: Path, subject: Path, holder: Holder) -> int:
    """A handle of the file, locked and with the holder's text."""
    file.parent.mkdir(parents=True, exist_ok=True)
    other, way_out = None, ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_S)
        handle = _opened(file)
        is_ours = False
        try:
            if not _is_taken(handle):
                other = _text(handle)
            elif _is_at(file, handle):  # else the one before removed it, and this is no file any more
                other = _text(handle)
                if other is None or other.is_here or not _is_fresh(handle):
                    is_ours = _is_written(handle, holder)
                    if is_ours:
                        return handle
                    file.unlink()  # another user's, who was killed
                else:
                    way_out = f"if it was ended, wait {_FRESH_S / 60:g} minutes or delete {file}"
        finally:
            if not is_ours:
                os.close(handle)
    raise HeldError(subject, other, way_out)


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        return os.open(file, os.O_RDONLY)


def _is_taken(handle: int) -> bool:
    """Takes the lock of an open file; False if another one has it. Raises OSError where there are no locks."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True


def _is_at(file: Path, handle: int) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(handle))
    except OSError:
        return False


def _is_fresh(handle: int) -> bool:
    return time.time() - os.fstat(handle).st_mtime < _FRESH_S


def _text(handle: int) -> Holder | None:
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        return msgspec.json.decode(os.read(handle, _MOST_BYTES), type=Holder)
    except msgspec.MsgspecError:
        return None


def _is_written(handle: int, holder: Holder) -> bool:
    """Writes the text; False where the file may only be read."""
    try:
        os.ftruncate(handle, 0)
    except OSError:
        return False
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, msgspec.json.encode(holder))
    return True


def login_name() -> str:
    """Who runs this program, by the name for the computer."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError):  # no name is known for its number
        if sys.platform == "win32":
            return "?"
        return str(os.getuid())
