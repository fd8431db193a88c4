"""Work on a database that takes long: how far it is, and whether it is still wanted."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from t3monitor.model.errors import MonitorError, Outcome

_STEPS = 10_000  # of SQLite's virtual machine, a millisecond or less


class CancelledWorkError(MonitorError):
    """It was ended before it was done."""

    outcome = Outcome.INTERRUPTED

    def __init__(self, left: str = "nothing of it is left behind") -> None:
        super().__init__(f"It was cancelled, and {left}")


class LongWork:
    """What somebody who waits for a work holds of it; for any thread.

    ``share`` is how much is done, from 0 to 1; None while that cannot be told.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._connections: set[sqlite3.Connection] = set()

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants it any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Has it end soon, with a CancelledWorkError."""
        self._cancelled.set()
        with self._lock:
            for connection in self._connections:
                connection.interrupt()

    def tell(self, share: float | None) -> None:
        """It is so far now; raises CancelledWorkError."""
        self.share = share
        if self.is_cancelled:
            raise CancelledWorkError

    def rest(self, seconds: float) -> None:
        """Leaves disk and processor to others for a while; raises CancelledWorkError."""
        if self._cancelled.wait(seconds):
            raise CancelledWorkError

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        """What this connection does in the block can be cancelled; raises CancelledWorkError then."""
        connection.set_progress_handler(lambda: self.is_cancelled, _STEPS)
        with self._lock:
            self._connections.add(connection)
        try:
            self.tell(self.share)
            yield
        except Exception:
            if self.is_cancelled:
                raise CancelledWorkError from None
            raise
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.set_progress_handler(None, 0)
