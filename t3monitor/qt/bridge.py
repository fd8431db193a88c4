"""Turns the services' events into a signal of the GUI thread."""

from PySide6.QtCore import QObject, Qt, Signal

from t3monitor.model.events import SyncEvent


class ServiceBridge(QObject):
    """Lives in the GUI thread; `publish` is a listener for the threads of all services."""

    happened = Signal(object)  # every SyncEvent, in its order
    _published = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._published.connect(self.happened, Qt.ConnectionType.QueuedConnection)

    def publish(self, event: SyncEvent) -> None:
        """From any thread."""
        self._published.emit(event)
