"""Which program this is, and what it runs on."""

import platform
import sqlite3
import struct
from importlib import metadata

from t3monitor import __version__

_PACKAGES = ("PySide6-Essentials", "SQLAlchemy", "alembic", "msgspec", "pyqtgraph", "qasync")


def versions() -> dict[str, str]:
    """By their names; a package that tells none has a ``?``."""
    return {
        "t3monitor": __version__,
        "Python": f"{platform.python_version()} ({struct.calcsize('P') * 8} bits)",
        "SQLite": sqlite3.sqlite_version,
        **{package: _version(package) for package in _PACKAGES},
        platform.system(): platform.release(),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "?"
