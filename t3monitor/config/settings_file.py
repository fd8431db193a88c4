"""The file that the settings live in: read as far as it can be used, written whole or not at all."""

import errno
import json
import stat
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from t3monitor.config.errors import SettingsError
from t3monitor.config.files import write_whole
from t3monitor.config.private import make_private_folder, mend
from t3monitor.config.settings import GROUPS, Settings, checked


def load(path: Path) -> tuple[Settings, list[str]]:
    """The settings of a file, and a sentence for each thing in it that could not be used.

    A missing file is the defaults; a bad value falls back to its default; a broken file is set aside. A ``database``
    that is no text is kept as what stands there: its default would begin another file, as text it is refused.
    """
    if not _may_be_read(path):
        return Settings(), [
            f"The settings {path} are no file, so they are neither read nor written; the defaults are in force until "
            "it is removed"
        ]
    for private in (path.parent, path):
        mend(private)
    try:
        stored = json.loads(path.read_bytes())
        if not isinstance(stored, dict):
            raise ValueError("it is not a JSON object")  # noqa: TRY004 - one kind of broken file
    except FileNotFoundError:
        return Settings(), []
    except OSError as error:
        return Settings(), [f"The settings {path} cannot be read ({error.strerror}); the defaults are in force"]
    except (ValueError, RecursionError) as error:
        return Settings(), [f"The settings {path} are broken ({error}); {_set_aside(path)}; the defaults are in force"]
    values = {}
    forgets_nothing = False
    warnings = [
        f"{group} cannot be {stored[group]!r}: it is a group of settings; their defaults are in force"
        for group in GROUPS
        if not isinstance(stored.get(group, {}), dict)
    ]
    for name, value in _by_name(stored).items():
        try:
            values[name] = checked(name, value)
        except SettingsError as error:
            if name == "database":
                values[name] = value if isinstance(value, str) else json.dumps(value)
                continue
            warnings.append(f"{error}; the default is in force")
            if name in GROUPS["history"]:
                forgets_nothing = True
    if forgets_nothing:  # the others would delete what the bad one may have kept
        values = {name: value for name, value in values.items() if name not in GROUPS["history"]}
        warnings.append("No history is deleted until that is corrected")
    return Settings(**values), warnings


def save(path: Path, settings: Settings) -> None:
    """Writes the settings whole or not at all; keys in the file that this version does not know stay.

    A file that was broken meanwhile is set aside. Raises OSError, also for what is no file and might be a device.
    """
    if not _may_be_read(path):
        raise OSError(errno.EINVAL, "it is no file", str(path))
    document: dict[str, Any] = {}
    try:
        stored = json.loads(path.read_bytes())
        document = {key: value for key, value in stored.items() if key not in Settings.__struct_fields__}
    except FileNotFoundError:
        pass
    except (ValueError, RecursionError, AttributeError):
        _set_aside(path)
    values = msgspec.to_builtins(settings)
    for group, names in GROUPS.items():
        others = document.get(group)
        document[group] = (others if isinstance(others, dict) else {}) | {name: values[name] for name in names}
    make_private_folder(path.parent)
    write_whole(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _by_name(stored: dict[str, Any]) -> dict[str, Any]:
    """What a file says of each setting; one outside of its group is of an older version, which wrote it last."""
    found: dict[str, Any] = {}
    for group, names in GROUPS.items():
        if isinstance(values := stored.get(group, {}), dict):
            found |= values
        elif "database" in names:  # not to be known; its default would begin another file
            found["database"] = values
    return {name: value for name, value in (found | stored).items() if name in Settings.__struct_fields__}


def _may_be_read(path: Path) -> bool:
    """Whether there is a file, a folder or nothing; a pipe would hold up whoever opens it, a device may never end."""
    try:
        mode = path.stat().st_mode
    except OSError:  # reading it will say what is wrong
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _set_aside(path: Path) -> str:
    names = (f"{path.name}.broken{number or ''}" for number in count())
    aside = next(free for name in names if not (free := path.with_name(name)).exists())
    try:
        path.replace(aside)
    except OSError as error:
        return f"they could not be set aside ({error.strerror})"
    return f"they were set aside as {aside.name}"
