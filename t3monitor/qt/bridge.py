"""Turns the services' events into signals of the GUI thread."""

import threading
import time
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from t3monitor.model.events import SyncEvent

_TOGETHER_S = 0.004


class ServiceBridge(QObject):
    """Lives in the GUI thread; `publish` is a listener for the threads of all services.

    Each event is a signal of its own, in its order. A cycle of 100 panels has hundreds: after a few milliseconds of
    them the window paints and hears its user before the next ones.
    """

    happened = Signal(object)  # every SyncEvent
    _came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[SyncEvent] = deque()
        self._turn = QTimer(self, singleShot=True, interval=0)  # comes when what is to be painted is painted
        self._turn.timeout.connect(self.hand_on)
        self._came.connect(self._turn.start, Qt.ConnectionType.QueuedConnection)

    def publish(self, event: SyncEvent) -> None:
        """From any thread."""
        with self._lock:
            self._waiting.append(event)
            is_first = len(self._waiting) == 1
        if is_first:
            self._came.emit()

    @Slot()
    def hand_on(self) -> None:
        """Hands on what has come, or begins with it."""
        until_s = time.monotonic() + _TOGETHER_S
        while self._waiting:
            self.happened.emit(self._waiting.popleft())
            if time.monotonic() >= until_s:
                self._turn.start()
                return
