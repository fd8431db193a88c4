"""What the window remembers from one start to the next, apart from the settings; it may be lost."""

import json
import logging
from pathlib import Path
from typing import Any

from t3monitor.config.files import write_whole

_log = logging.getLogger(__name__)


def load_window_state(path: Path) -> dict[str, Any]:
    """The remembered state; empty if there is none or it cannot be read."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def save_window_state(path: Path, state: dict[str, Any]) -> None:
    """Remembers a state; a failure is logged and costs nothing else."""
    try:
        write_whole(path, json.dumps(state, indent=1))
    except OSError as error:
        _log.warning("⚠️ The state of the window was not saved: %s", error)
