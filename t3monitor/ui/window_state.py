"""What the window remembers from one start to the next, apart from the settings; it may be lost."""

import json
import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from t3monitor.config.files import write_whole
from t3monitor.ui.main_window import MainWindow

_log = logging.getLogger(__name__)

_SAVE_MS = 3000  # a change is on disk within five seconds, whatever ends the program then


class WindowMemory(QObject):
    """Brings a window back as it was left, and keeps how it looks, since power and sessions may end in a hurry."""

    def __init__(self, window: MainWindow, file: Path, *, keeps: bool) -> None:
        """``keeps`` is False for a window that is only looked at."""
        super().__init__(window)
        self._window = window
        self._file = file
        self._saved: dict[str, Any] = {}
        self._keeps = keeps
        self._timer = QTimer(self, interval=_SAVE_MS)
        self._timer.timeout.connect(self.save)

    def restore(self) -> None:
        """Puts back what can be read of the remembered state, and keeps it up to date from now on."""
        try:
            state = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = None
        self._window.restore_state(state if isinstance(state, dict) else {})
        self._timer.start()

    @Slot()
    def save(self) -> None:
        """Keeps what the window is to look like at the next start; a failure is logged and costs nothing else."""
        state = self._window.save_state()
        if not self._keeps or state == self._saved:
            return
        self._saved = state
        try:
            write_whole(self._file, json.dumps(state, indent=1))
        except OSError as error:
            _log.warning("⚠️ The state of the window was not saved: %s", error)

    def close(self) -> None:
        """Saves it for the last time."""
        self._timer.stop()
        self.save()
