"""The settings in force as they may be shown to anybody: no password, no folder of a user."""

from collections.abc import Sequence
from typing import Any

import msgspec

from t3monitor.config.database_url import sqlite_path
from t3monitor.config.settings import GROUPS, Settings
from t3monitor.config.without_secrets import without_secrets


def told_settings(settings: Settings, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """By their groups, as in the settings file; what that has beside them is not told.

    Before them stand the ``warnings`` about what of it cannot be used.
    """
    values = msgspec.to_builtins(settings)
    values["database"] = _database(settings.database)
    if settings.request != Settings().request:  # it may hold anything
        values["request"] = f"(one's own, {len(settings.request)} characters)"
    told = {group: {name: _clean(values[name]) for name in names} for group, names in GROUPS.items()}
    return {"not in force": [without_secrets(warning) for warning in warnings], **told} if warnings else told


def _database(url: str) -> str:
    """The file; of what names none, and may be the URL of a server with a password, nothing."""
    path = sqlite_path(url)
    return f"{path}" if path else "(names no file)" if url else ""


def _clean(value: Any) -> Any:
    match value:
        case str():
            return without_secrets(value)
        case list() | tuple():
            return [_clean(each) for each in value]
        case dict():
            return {name: _clean(each) for name, each in value.items()}
    return value
