"""What can be said of settings before they are tried: is the file there, can the database be made."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseLockedError, DatabaseUnusableError
from t3monitor.store.files import database_file, is_there
from t3monitor.store.reading import reading

translate = QCoreApplication.translate


def _never_raises(problem_of: Callable[[str], str]) -> Callable[[str], str]:
    """Half-typed paths are of any kind: too long, of no such user, without the right to look."""

    @wraps(problem_of)
    def problem(text: str) -> str:
        try:
            return problem_of(text)
        except OSError as error:
            return translate("Settings", "It cannot be read ({reason})").format(reason=error.strerror)
        except (RuntimeError, ValueError) as error:
            return translate("Settings", "This is no path ({reason})").format(reason=error)

    return problem


def path_of(text: str) -> str:
    """What is typed, with the home folder for ~; as it is where that is not known."""
    try:
        return str(Path(text).expanduser()) if text.startswith("~") else text
    except RuntimeError:
        return text


@_never_raises
def library_problem(text: str) -> str:
    """What is wrong with the library's path; empty if nothing is."""
    if not text:
        return translate("Settings", "Choose the library file")
    path = Path(text).expanduser()
    if path.is_dir():
        return translate("Settings", "This is a folder; choose the library file in it")
    if not (is_there(path) and path.is_file()):
        return translate("Settings", "There is no such file")
    return ""


@_never_raises
def replay_problem(text: str) -> str:
    """What is wrong with the path of the recording; empty if nothing is."""
    if not text:
        return translate("Settings", "Choose a file or folder of recorded answers")
    path = Path(text).expanduser()
    if not is_there(path):
        return translate("Settings", "There is no such file or folder")
    if path.is_dir() and not any(path.iterdir()):
        return translate("Settings", "This folder is empty")
    return ""


@_never_raises
def folder_problem(text: str) -> str:
    """What is wrong with the folder of the backups; empty if nothing is. None is made: its share may not be there."""
    if not text:
        return ""
    folder = Path(text).expanduser()
    if not is_there(folder):
        return translate("Settings", "There is no such folder")
    if not folder.is_dir():
        return translate("Settings", "This is no folder; choose another one")
    if not os.access(folder, os.W_OK):
        return translate("Settings", "{folder} cannot be written to").format(folder=folder)
    return ""


def database_url_of(text: str) -> str:
    """The URL of a database file that was typed as a path or as a URL; raises DatabaseUnusableError."""
    if not text:
        return ""
    if "://" in text:
        database_file(text)
        return text
    try:
        path = Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise DatabaseUnusableError(str(error)) from error
    return sqlite_url(path)


def database_text_of(url: str) -> str:
    """The path of a database URL, as it is shown; the URL itself if it names no file."""
    try:
        return str(database_file(url)) if url else ""
    except DatabaseUnusableError:
        return url


def usable_problem(url: str) -> str:
    """Why a stored URL names no database; empty if it names one, or means the default."""
    try:
        if url:
            database_file(url)
    except DatabaseUnusableError as error:
        return str(error)
    return ""


@_never_raises
def database_problem(text: str) -> str:
    """What is wrong with the database's path; empty if nothing is. Opens nothing for writing."""
    try:
        url = database_url_of(text)
        return _file_problem(database_file(url)) if url else ""
    except DatabaseUnusableError as error:
        return str(error)


def _file_problem(path: Path) -> str:
    if path.is_dir():
        return translate("Settings", "This is a folder; add the name of a file")
    if is_there(path):
        if not path.is_file():  # a pipe would hold up whoever opens it
            return translate("Settings", "This is no file; choose another name")
        # By SQLite's own means, which loses its locks on an open file when the same process closes it beside.
        with suppress(DatabaseLockedError), reading(sqlite_url(path), foreign=True) as connection:
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master")
        if not os.access(path, os.W_OK):
            return translate("Settings", "This file is read-only; choose another one")
        return ""
    folder = next((parent for parent in path.parents if parent.exists()), path.parent)
    if not folder.is_dir():
        return translate("Settings", "{folder} is not a folder").format(folder=folder)
    if not os.access(folder, os.W_OK):
        return translate("Settings", "{folder} cannot be written to").format(folder=folder)
    return ""


def library_filter() -> str:
    """The file name filter for libraries on this system."""
    pattern = "*.dll" if sys.platform == "win32" else "*.so"
    return translate("Settings", "Libraries ({pattern})").format(pattern=pattern)
