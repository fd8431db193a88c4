"""Loading history without ever holding the window up: coroutines on the loop of the GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.errors import MonitorError
from t3monitor.model.points import PointKey
from t3monitor.store.series import Series

Found = Mapping[PointKey, tuple[Series, ...]]
Load = Callable[[Sequence[PointKey], float, float, int], Awaitable[Found]]  # keys, start, end, points at most

DEBOUNCE_MS = 100
_FINE_ENOUGH = 1.5

_logger = logging.getLogger(__name__)


class Task(Protocol):
    """What the loader needs of an asyncio.Task."""

    def cancel(self) -> object:
        """Asks it to end."""


Spawn = Callable[[Coroutine[Any, Any, None]], Task]


class Request(NamedTuple):
    """What is to be loaded; times in UTC epoch seconds."""

    keys: tuple[PointKey, ...]
    start_s: float
    end_s: float
    max_points: int

    def covers(self, other: "Request") -> bool:
        """Whether its answer holds what the other asks for, and nearly as finely."""
        return (
            set(self.keys) >= set(other.keys)
            and self.start_s <= other.start_s
            and self.end_s >= other.end_s
            and self.s_per_point <= _FINE_ENOUGH * other.s_per_point
        )

    @property
    def length_s(self) -> float:
        """How much time it asks for."""
        return self.end_s - self.start_s

    @property
    def s_per_point(self) -> float:
        """How finely it asks."""
        return self.length_s / self.max_points


class HistoryLoader(QObject):
    """Asks ``load`` for history; a newer request supersedes an older one, whose answer nobody sees."""

    loaded = Signal(object, object)  # Request, Found
    failed = Signal(object, str)  # Request, one sentence

    def __init__(self, load: Load, spawn: Spawn = asyncio.ensure_future, parent: QObject | None = None) -> None:
        super().__init__(parent)
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
        self._task = self._spawn(self._run(request))

    def forget(self) -> None:
        """Drops whatever was requested."""
        self._timer.stop()
        self._wanted = self._newest = None
        self._end_task()

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, request: Request) -> None:
        problem, found = "", None
        try:
            found = await self._load(request.keys, request.start_s, request.end_s, request.max_points)
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
