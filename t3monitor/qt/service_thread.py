"""The QThread that runs the sync service."""

from PySide6.QtCore import QObject, QThread
from typing_extensions import override

from t3monitor.sync.service import SyncService

_WAIT_SLICE_MS = 50


class ServiceThread(QThread):
    """Runs a service until it is closed; its owner starts it, and closes it before it is destroyed."""

    def __init__(self, service: SyncService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sync")
        self._service = service

    def close(self) -> None:
        """Closes the service, a call of T3000 that hangs included, and waits for the thread's end."""
        while self.isRunning():
            self._service.close()  # again: a call that began a moment after the last time is to end as well
            self.wait(_WAIT_SLICE_MS)

    @override
    def run(self) -> None:
        self._service.run()
