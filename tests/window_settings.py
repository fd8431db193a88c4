"""What tests of the whole program with its window have in common: its settings, an answer, which actions it offers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from t3monitor.app import MonitorApp
from t3monitor.config.settings import LinkName, Settings

Does = Callable[[str], None]
PANELS = 2
DEMO = Settings(link=LinkName.DEMO, auto_start=False, demo_panels=PANELS)


def library_settings(library: Path, **values: Any) -> Settings:
    return Settings(auto_start=False).with_values(link="library", library=str(library), **values)


def enabled(program: MonitorApp) -> tuple[bool, bool, bool]:
    window = program.window
    actions = window.sync_once_action, window.start_action, window.stop_action
    return tuple(action.isEnabled() for action in actions)  # type: ignore[return-value]


ONE_PANEL = {
    "action": "LOGGING_DATA_RES",
    "data": [
        {
            "device_data": [
                {"type": "INPUT", "id": "IN1", "index": 0, "pid": 1, "value": 21500, "range": 3, "digital_analog": 1}
            ],
            "panel_id": 1,
            "panel_name": "AHU-1",
            "panel_serial_number": 237219,
        }
    ],
}
