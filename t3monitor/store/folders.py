"""In which folders the databases are: by that a file that was removed is told from a drive that is not connected."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from t3monitor.config.files import write_whole
from t3monitor.model.errors import DatabaseError


class KnownFolders:
    """The folder of each database that was open once, by its number in the file system; for any thread.

    A share that is not mounted leaves no folder behind, or the empty one that it is mounted over.
    """

    def __init__(self, file: Path | None = None) -> None:
        """``file`` keeps them for the next run of the program."""
        self._file = file
        self._lock = threading.Lock()
        self._folders: dict[str, int] = {}
        if file:
            with suppress(OSError, msgspec.DecodeError):
                self._folders = msgspec.json.decode(file.read_bytes(), type=dict[str, int])

    def check(self, database: Path) -> None:
        """Raises DatabaseError for a file that is missing together with its folder: no other one is to be begun."""
        known = self._folders.get(_name(database))
        if known is not None and _number_of_folder(database) != known and not os.access(database, os.F_OK):
            raise DatabaseError(
                f"The database {database} is not there, and neither is the folder that it was in; connect its drive or "
                "share again, or make an empty file of that name to begin anew"
            )

    def note(self, database: Path) -> None:
        """A database is open in its folder."""
        name, number = _name(database), _number_of_folder(database)
        with self._lock:
            if number is not None and self._folders.get(name) != number:
                self._folders[name] = number
                if self._file:
                    with suppress(OSError):  # then it is known in this run
                        write_whole(self._file, msgspec.json.encode(self._folders).decode())


def _name(database: Path) -> str:
    """Its path as a text that JSON takes: it may hold bytes that are none."""
    return os.fsencode(database).decode("utf-8", "backslashreplace")


def _number_of_folder(database: Path) -> int | None:
    try:
        return database.resolve().parent.stat().st_ino
    except OSError:
        return None
