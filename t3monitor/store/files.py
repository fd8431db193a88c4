"""The files of a database: the one that its URL names, and the -wal and -shm that SQLite keeps beside it."""

from pathlib import Path

from t3monitor.config.database_url import sqlite_path
from t3monitor.model.errors import DatabaseUnusableError

_SHOWN_LETTERS = 200  # of a URL that is none


def database_file(url: str) -> Path:
    """The file of a database URL that a user typed; raises DatabaseUnusableError if it names none."""
    path = sqlite_path(url)
    if path is None:
        named = repr(url if len(url) <= _SHOWN_LETTERS else f"{url[:_SHOWN_LETTERS]}…")
        raise DatabaseUnusableError(
            f"{named} is no database this program can use; write it as sqlite:///FILE, for example "
            "sqlite:///history.db or sqlite:////var/lib/history.db, with %3F for a ? in the name"
        )
    return path


def has_journal(path: Path) -> bool:
    """Whether there are transactions beside the file, which it needs to be read right."""
    return any(path.with_name(f"{path.name}{ending}").exists() for ending in ("-wal", "-journal"))
