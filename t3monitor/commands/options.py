"""From the settings file and a command's options to the settings in force."""

import argparse

from t3monitor.config import settings as settings_file
from t3monitor.config.paths import Paths, whole_path
from t3monitor.config.settings import Settings, SettingsError

_OPTIONS = {
    "link": "link",
    "library": "library",
    "url": "sites",
    "file": "replay",
    "interval": "sync_interval_secs",
    "timeout": "timeout_seconds",
    "retries": "retry_attempts",
}
_CHOOSING = {"file": "replay", "url": "webapi", "library": "library"}  # options that choose a link, the last one first


def settings_in_force(args: argparse.Namespace, paths: Paths) -> tuple[Settings, list[str]]:
    """The stored settings with the command's options on top, and a sentence for each thing worth a warning.

    A library, URL or file of recordings that is named chooses its link. Raises SettingsError for a bad option.
    """
    settings, warnings = settings_file.load(paths.settings_file)
    given = {option: value for option in _OPTIONS if (value := getattr(args, option, None)) is not None}
    if "link" not in given:
        given |= {"link": link for option, link in _CHOOSING.items() if option in given}
    if "url" in given:
        given["url"] = [{"url": given["url"]}]
    for option in given.keys() & {"library", "file"}:
        given[option] = str(whole_path(given[option], f"--{option}"))
    for option, value in given.items():
        try:
            settings = settings.with_values(**{_OPTIONS[option]: value})
        except SettingsError as error:
            raise SettingsError(f"--{option}: {error}") from None
    return settings, warnings + settings.cautions()
