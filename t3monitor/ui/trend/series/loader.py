"""Loading history without ever holding the window up: coroutines on the loop of the GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.errors import MonitorError
from t3monitor.model.series_keys import SeriesKey, StoredKey, stored_key
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.series.coverage import Coverage, Request, with_margins

Load = Callable[  # keys, start, end, points at most
    [Sequence[StoredKey], float, float, int], Awaitable[Mapping[StoredKey, tuple[Series, ...]]]
]
Found = Mapping[SeriesKey, tuple[Series, ...]]

DEBOUNCE_MS = 100

_logger = logging.getLogger(__name__)


class Task(Protocol):
    """What the loader needs of an asyncio.Task."""

    def cancel(self) -> object:
        """Asks it to end."""


Spawn = Callable[[Coroutine[Any, Any, None]], Task]


class HistoryLoader(QObject):
    """Asks ``load`` for history; a newer request supersedes an older one, whose answer nobody sees.

    Whoever takes an answer says in ``held`` what is there now.
    """

    begun = Signal()  # what comes from now on may lack in the answer
    loaded = Signal(object, object)  # Request, Found
    failed = Signal(object, str)  # Request, one sentence

    def __init__(self, load: Load, spawn: Spawn = asyncio.ensure_future, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.held: Coverage | None = None
        self._load = load
        self._spawn = spawn
        self._wanted: Request | None = None
        self._newest: Request | None = None  # being loaded
        self._task: Task | None = None
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def pending(self) -> Request | None:
        """The request whose answer is still to come."""
        return self._wanted or self._newest

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.pending is not None

    def want(self, needed: Request, appended: int, *, anew: bool = False) -> None:
        """Requests what is needed and a margin, unless it is on its way or, but for ``anew``, held.

        ``appended``: see `Coverage.holds`.
        """
        if self.pending:
            if self.pending.covers(needed):
                return
        elif not anew and self.held and self.held.holds(needed, appended):
            return
        self.request(with_margins(needed))

    def request(self, request: Request) -> None:
        """Loads in a moment, unless another request comes until then."""
        self._wanted = request
        self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Begins to load what was requested."""
        self._timer.stop()
        if self._wanted is None:
            return
        request, self._wanted = self._wanted, None
        self._end_task()
        self._newest = request
        self.begun.emit()
        self._task = self._spawn(self._run(request))

    def cancel(self) -> None:
        """Drops whatever was requested."""
        self._timer.stop()
        self._wanted = self._newest = None
        self._end_task()

    def forget(self) -> None:
        """Drops whatever was requested, and what is held."""
        self.cancel()
        self.held = None

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, request: Request) -> None:
        problem, found = "", None
        try:
            found = await load_series(self._load, request)
        except MonitorError as error:
            problem = str(error)
        except Exception:
            _logger.exception("Loading history failed")
            problem = self.tr("History cannot be loaded; the log tells why")
        if request is not self._newest:
            return
        self._newest = self._task = None
        if found is None:
            self.failed.emit(request, problem)
        else:
            self.loaded.emit(request, found)


async def load_series(load: Load, request: Request) -> Found:
    """Reads what the series show, each of the time that it shows."""
    stored = {key: stored_key(key, request.start_s, request.end_s, request.zone) for key in request.keys}
    read = await load(list(dict.fromkeys(stored.values())), request.start_s, request.end_s, request.max_points)
    return {key: read.get(of, ()) for key, of in stored.items()}
