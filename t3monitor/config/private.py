"""Files and folders that their owner alone may read: settings and logs, which name addresses and people.

On Windows the folders of a user are so by themselves.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700


def make_private_folder(folder: Path) -> None:
    """Makes a folder, and the files in it private from the beginning; raises OSError."""
    folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    mend(folder)


def open_private(path: str, flags: int) -> int:
    """An opener for `open`."""
    return os.open(path, flags, _FILE)


def mend(path: Path) -> None:
    """Takes from everybody else what an earlier version let them read."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # there is none, or it is not ours
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            path.chmod(_FOLDER if stat.S_ISDIR(mode) else _FILE)
