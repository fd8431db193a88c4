"""Turns the services' events into signals of the GUI thread, in batches."""

import threading

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from t3monitor.model.events import Committed, CycleFinished, SyncEvent

BATCH_MS = 100


class ServiceBridge(QObject):
    """Lives in the GUI thread; `publish` is a listener for the threads of all services.

    Events are handed on at most every 100 ms, however many there are: a cycle of 100 panels has hundreds.
    """

    events_arrived = Signal(object)  # tuple of SyncEvent, in their order
    phase_changed = Signal(object)  # the newest SyncEvent of a batch
    snapshot_applied = Signal(object, str, str)  # Snapshot: it is committed; its site; URL of the database that has it
    cycle_finished = Signal(object)  # CycleFinished
    _published = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: list[SyncEvent] = []  # guarded by the lock
        self._timer = QTimer(self, singleShot=True, interval=BATCH_MS)
        self._timer.timeout.connect(self.flush)
        self._published.connect(self._start_timer, Qt.ConnectionType.QueuedConnection)

    def publish(self, event: SyncEvent) -> None:
        """From any thread."""
        with self._lock:
            first = not self._waiting
            self._waiting.append(event)
        if first:
            self._published.emit()

    @Slot()
    def _start_timer(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Hands on what has been published so far."""
        with self._lock:
            events, self._waiting = tuple(self._waiting), []
        if not events:
            return
        self.events_arrived.emit(events)
        self.phase_changed.emit(events[-1])
        for event in events:
            match event:
                case Committed(snapshot=snapshot, database=database):
                    self.snapshot_applied.emit(snapshot, event.site, database)
                case CycleFinished():
                    self.cycle_finished.emit(event)
