"""Files that are there whole or not at all."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

_TRIES, _PAUSE_S = 5, 0.05


def write_whole(path: Path, text: str) -> None:
    """Puts a text in the place of a file, readable by its owner alone, and makes the folder if there is none.

    A file that was there stays until the new one is on the disk. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(Path(temporary), path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
    """Files, one after the other, that are put in their places together when the block ends well, else none is."""

    def __init__(self) -> None:
        self._temporary: dict[Path, Path] = {}
        self._open: BinaryIO | None = None

    @property
    def paths(self) -> list[Path]:
        """Of those that were begun."""
        return list(self._temporary)

    def begin(self, path: Path) -> BinaryIO:
        """The next one, to write; the one before is finished. Raises OSError."""
        self._finish()
        temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
        self._open = file = temporary.open("xb")
        self._temporary[path] = temporary
        return file

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
            for temporary in self._temporary.values():
                temporary.unlink(missing_ok=True)


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
