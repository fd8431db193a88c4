"""From the settings file and a command's options to the settings in force."""

import argparse
import sys
from typing import Any

from t3monitor.config import settings_file
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import Paths, user_paths, whole_path
from t3monitor.config.settings import LinkName, Settings

_OPTIONS = {
    "link": "link",
    "library": "library",
    "url": "sites",
    "file": "replay",
    "interval": "sync_interval_secs",
    "timeout": "timeout_seconds",
    "retries": "retry_attempts",
}
# Options that choose their link; the first wins.
_CHOOSING = {"library": LinkName.LIBRARY, "url": LinkName.WEBAPI, "file": LinkName.REPLAY}


def settings_in_force(args: argparse.Namespace, paths: Paths) -> tuple[Settings, list[str]]:
    """The stored settings with the command's options on top, and a sentence for each thing worth a warning.

    A library, URL or file of recordings that is named chooses its link. Raises SettingsError for a bad option.
    """
    settings, warnings = _stored(args, paths)
    return settings, warnings + settings.cautions()


def settings_told(args: argparse.Namespace) -> tuple[Settings, list[str]]:
    """The same for what does not sync, of the user's folders; what in the file cannot be used is said on stderr."""
    settings, warnings = _stored(args, user_paths())
    for warning in warnings:
        print(warning, file=sys.stderr, flush=True)
    return settings, warnings


def _stored(args: argparse.Namespace, paths: Paths) -> tuple[Settings, list[str]]:
    settings, warnings = settings_file.load(paths.settings_file)
    for option, value in _given(args).items():
        try:
            settings = settings.with_values(**{_OPTIONS[option]: value})
        except SettingsError as error:
            raise SettingsError(f"--{option}: {error}") from None
    return settings, warnings


def settings_by_option(args: argparse.Namespace) -> dict[str, str]:
    """The names of the settings that the command's options set, by those of the options."""
    return {option: _OPTIONS[option] for option in _given(args)}


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """The options that stand for settings, by their names; with the link that another one chooses."""
    given = {option: value for option in _OPTIONS if (value := getattr(args, option, None)) is not None}
    chosen = next((link for option, link in _CHOOSING.items() if option in given), None)
    if chosen and "link" not in given:
        given["link"] = chosen
    if "url" in given:
        given["url"] = [{"url": given["url"]}]
    for option in given.keys() & {"library", "file"}:
        given[option] = str(whole_path(given[option], f"--{option}"))
    return given
