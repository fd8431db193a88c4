"""Files that are there whole or not at all."""

import errno
import hashlib
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from t3monitor.config.databases import must_be_free

if sys.platform != "win32":
    import fcntl

_TRIES, _PAUSE_S = 5, 0.05
_PRIVATE = 0o600  # for its owner alone
_COMPUTER = hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()
_OF_THIS_COMPUTER = f".t3monitor-{_COMPUTER}-*.tmp"  # locks may not be seen from another one, on a share
_LOCK = "lock"


def write_whole(path: Path, text: str) -> None:
    """Puts a text in the place of a file, readable by its owner alone, and makes the folder if there is none.

    A file that was there stays until the new one is on the disk. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with WholeFiles(private=True) as files:
        files.begin(path).write(text.encode("utf-8", "surrogatepass"))


def open_file(path: Path) -> BinaryIO:
    """A file to read that a user named; raises OSError, also for a pipe or a device, which might never end."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is neither a file nor a folder", str(path))
    return path.open("rb")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write whatever is to stand in the place of another one, which stays if that fails or is given up.

    Who may read it is decided by its folder, as of any document. Raises OSError.
    """
    with WholeFiles() as files:
        yield files.begin(path)


class Files(Protocol):
    """Where files are written, one after the other."""

    def begin(self, path: Path) -> BinaryIO:
        """The next one, to write; the one before is finished. Raises OSError."""


class WholeFiles:
    """Files, one after the other, that are put in their places together when the block ends well, else none is.

    Until then they stand in a hidden folder beside them. What a program left there that was killed goes with the next
    file that is written into the same folder.
    """

    def __init__(self, *, private: bool = False) -> None:
        """``private``: readable by their owner alone."""
        self._mode = _PRIVATE if private else 0o666
        self._temporary: dict[Path, Path] = {}
        self._workplaces: dict[Path, _Workplace] = {}  # by the folder that it is in
        self._open: BinaryIO | None = None

    @property
    def paths(self) -> list[Path]:
        """Of those that were begun."""
        return list(self._temporary)

    def begin(self, path: Path) -> BinaryIO:
        """The next one, to write; the one before is finished. Raises OSError, also for the place of a database."""
        if self._mode != _PRIVATE:  # where that is, a user said
            must_be_free(path)
        self._finish()
        temporary = self.workplace(path) / f"{len(self._temporary)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), self._mode)
        self._open = file = os.fdopen(handle, "wb")
        self._temporary[path] = temporary
        return file

    def workplace(self, path: Path) -> Path:
        """A folder on the disk of a file for what is needed until the block ends; raises OSError."""
        if path.parent not in self._workplaces:
            _sweep(path.parent)
            self._workplaces[path.parent] = _Workplace(path.parent)
        return self._workplaces[path.parent].folder

    def _finish(self) -> None:
        if self._open is not None:
            self._open.flush()
            os.fsync(self._open.fileno())
            self._open.close()
            self._open = None

    def __enter__(self) -> "WholeFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
                for path, temporary in self._temporary.items():
                    _put_in_place(temporary, path)
        finally:
            if self._open is not None:
                self._open.close()
            for workplace in self._workplaces.values():
                workplace.remove()


class _Workplace:
    """A hidden folder, known to be in use by a file in it that is open and locked as long as its process lives."""

    def __init__(self, parent: Path) -> None:
        """Makes it; raises OSError."""
        self.folder = parent / _OF_THIS_COMPUTER.replace("*", secrets.token_hex(4))
        self.folder.mkdir()
        self._handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT)
        with suppress(OSError):  # where there are no locks nothing is swept either
            _lock(self._handle)

    def remove(self) -> None:
        """With whatever is in it."""
        os.close(self._handle)
        shutil.rmtree(self.folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Removes what programs of this computer left that were killed."""
    for folder in parent.glob(_OF_THIS_COMPUTER):
        with suppress(OSError):
            handle = os.open(folder / _LOCK, os.O_RDWR)
            try:
                _lock(handle)
            finally:
                os.close(handle)
            (folder / _LOCK).unlink()  # on Windows it cannot be while it is open
            shutil.rmtree(folder, ignore_errors=True)


def _lock(handle: int) -> None:
    """Raises OSError if another one has it locked; Windows needs no lock."""
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _put_in_place(file: Path, path: Path) -> None:
    """Windows replaces no file that is open: who reads it, another program or a virus scanner, soon has done."""
    for _ in range(_TRIES - 1):
        try:
            file.replace(path)
        except PermissionError:
            time.sleep(_PAUSE_S)
        else:
            return
    file.replace(path)
