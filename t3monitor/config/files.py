"""Files that are there whole or not at all."""

import os
import tempfile
import time
from pathlib import Path

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
