"""Where the program keeps its files; the only module that asks appdirs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import appdirs

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.errors import SettingsError
from t3monitor.config.settings import LinkName, Settings

HOME_VARIABLE = "T3MONITOR_HOME"
DATABASE_NAME = "webview_t3_device.db"
PORTABLE_FOLDER = "portable"
_APP_NAME = "T3 Monitor"


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's folders; none of them need exist."""

    config: Path
    data: Path
    logs: Path

    @property
    def settings_file(self) -> Path:
        """The settings."""
        return self.config / "settings.json"

    @property
    def window_state_file(self) -> Path:
        """What the window remembers; may be lost."""
        return self.config / "window.json"

    @property
    def known_folders_file(self) -> Path:
        """In which folders databases were; may be lost."""
        return self.config / "folders.json"

    @property
    def log_folder(self) -> Path:
        """Folder of Initialize.log and FFI.log."""
        return self.logs / "T3WebLog"

    def database_file(self, link: LinkName | None) -> Path:
        """The default database of a link; simulated and recorded answers have their own."""
        return (self.data / link if link in (LinkName.DEMO, LinkName.REPLAY) else self.data) / DATABASE_NAME

    def database_url(self, settings: Settings) -> str:
        """The database of these settings; the one they name is for a real T3000, whose history nothing else joins."""
        if settings.database and settings.is_real:
            return settings.database
        return sqlite_url(self.database_file(settings.link))

    def for_demo(self) -> "Paths":
        """For a program that only watches the simulated building: settings and logs of its own."""
        return Paths(self.config / "demo", self.data, self.logs / "demo")


def user_paths() -> Paths:
    """The per-user folders, all moved by T3MONITOR_HOME; data in the local, not the roaming folder of Windows.

    A frozen program with a folder ``portable`` beside it keeps everything in that one. Raises SettingsError if
    T3MONITOR_HOME names no folder.
    """
    root = _home_folder(home) if (home := os.environ.get(HOME_VARIABLE)) else _portable_folder()
    if root is not None:
        return Paths(root / "config", root / "data", root / "logs")
    return Paths(
        Path(appdirs.user_config_dir(_APP_NAME, appauthor=False)),
        Path(appdirs.user_data_dir(_APP_NAME, appauthor=False)),
        Path(appdirs.user_log_dir(_APP_NAME, appauthor=False)),
    )


def _home_folder(home: str) -> Path:
    folder = whole_path(home, HOME_VARIABLE)
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{HOME_VARIABLE}: {folder} is no folder; name one, which need not be there yet")
    return folder


def _portable_folder() -> Path | None:
    folder = Path(sys.executable).parent / PORTABLE_FOLDER
    return folder if getattr(sys, "frozen", False) and folder.is_dir() else None


def whole_path(path: str, named_by: str) -> Path:
    """A path that someone typed, from the root on; raises SettingsError for the home of a user who is not known."""
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:
        shown = repr(path).replace("\\\\", "\\")  # a path of Windows is shown as it is
        raise SettingsError(f"{named_by}: the home folder in {shown} is not known; give the whole path") from None
