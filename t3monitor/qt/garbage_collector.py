"""Garbage collection in the GUI thread only."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot


class GarbageCollector(QObject):
    """Collects garbage in the GUI thread only: cycles that hold Qt objects must not be destroyed in another."""

    _YOUNG_MS = 1000
    _FULL_EVERY = 60

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what stands by now stays; looking at it again and again would stall the window
        self._turn = 0
        self._timer = QTimer(self, interval=self._YOUNG_MS)
        self._timer.timeout.connect(self.on_timeout)
        self._timer.start()

    def stop(self) -> None:
        """Gives collecting back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def on_timeout(self) -> None:
        """Young garbage each time, all of it once a minute."""
        self._turn += 1
        gc.collect(2 if self._turn % self._FULL_EVERY == 0 else 1)
