"""Has what the chosen series did in a stretch of time found out by all their readings; GUI thread."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.errors import MonitorError
from t3monitor.model.series_keys import SeriesKey, shift_of
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import Condition as Held
from t3monitor.ui.trend.holes.explainer import Explain, holes_of_series
from t3monitor.ui.trend.series.coverage import Request
from t3monitor.ui.trend.series.loader import Load, Spawn, Task, load_series
from t3monitor.ui.trend.stretch.stretch import Bounds, Condition
from t3monitor.ui.trend.stretch.stretch_told import Times, Told, tell, times_of
from t3monitor.ui.trend.time.time_range import TimeRange

MOST_READINGS = 2_000_000  # of one series; of more, what is told is by stretches of them, and says so
_REST_MS = 250  # without a movement
_SHARE = 4  # times as long as it takes it rests, while nothing but the time passes

InThread = Callable[..., Awaitable[Any]]  # a function and its arguments

_logger = logging.getLogger(__name__)


async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """For a view without threads."""
    return function(*arguments)


class Asked(NamedTuple):
    """What is to be found out."""

    keys: tuple[SeriesKey, ...]
    between: TimeRange
    a_s: float | None = None
    b_s: float | None = None
    condition: Condition | None = None
    bounds: Mapping[str, Bounds] = {}
    zone: tzinfo | None = None  # by whose clocks days are compared


class StretchMeter(QObject):
    """Reads one series after another; what is asked for anew supersedes what is being found out."""

    told_anew = Signal()

    def __init__(
        self,
        load: Load,
        explain: Explain,
        in_thread: InThread,
        clock: Callable[[], float],
        spawn: Spawn = asyncio.ensure_future,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._explain = explain
        self._in_thread = in_thread
        self._clock = clock
        self._spawn = spawn
        self._wanted: Asked | None = None
        self._task: Task | None = None
        self._took_s = 0.0
        self.asked: Asked | None = None  # what is told, or being found out
        self.told: Mapping[SeriesKey, Told] = {}
        self.problem = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None or self._timer.isActive()

    def want(self, asked: Asked, *, is_urgent: bool) -> None:
        """Finds it out when nothing moves any more; what is not urgent waits, so that most of the time it rests."""
        if not is_urgent and self.is_busy:
            return
        if asked != self._wanted or not is_urgent:
            self._wanted = asked
            rest_ms = _REST_MS if is_urgent else max(_REST_MS, round(_SHARE * self._took_s * 1000))
            self._timer.start(rest_ms)

    @Slot()
    def flush(self) -> None:
        """Begins to find out what is wanted."""
        self._timer.stop()
        if self._wanted is not None:
            self._end_task()
            self.asked = self._wanted
            self._task = self._spawn(self._run(self.asked))

    def forget(self) -> None:
        """Drops what is wanted and what is known."""
        self._timer.stop()
        self._end_task()
        self._wanted = self.asked = None
        self.told = {}

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, asked: Asked) -> None:
        began_s, found = time.monotonic(), {}
        self.problem = ""
        try:
            only, until_s = await self._held(asked)
            for key in asked.keys:
                times = self._times(asked, key, until_s)
                found[key] = await self._in_thread(
                    tell, *await self._read(asked, key, times), times, only, asked.bounds
                )
        except MonitorError as error:
            self.problem = str(error)
        except Exception:
            _logger.exception("Measuring a stretch failed")
            self.problem = self.tr("The history of this time cannot be read; the log tells why")
        self._took_s = time.monotonic() - began_s
        self._task = None
        self.told = found
        self.told_anew.emit()

    async def _held(self, asked: Asked) -> tuple[Held | None, float]:
        """When the condition holds, and up to when that is told."""
        if asked.condition is None:
            return None, asked.between.end_s
        times = self._times(asked, asked.condition.key, asked.between.end_s)
        parts, holes = await self._read(asked, asked.condition.key, times)
        until_s = min([times.between.end_s, *(part.told_until(times.now_s) for part in parts)])
        return await self._in_thread(times_of, parts, holes, asked.condition.state, times), until_s

    def _times(self, asked: Asked, key: SeriesKey, until_s: float) -> Times:
        start_s, end_s = asked.between
        now_s = self._clock()
        now_s += shift_of(key, asked.zone).ahead_s(now_s)
        return Times(TimeRange(start_s, max(start_s, min(end_s, until_s))), asked.a_s, asked.b_s, now_s)

    async def _read(self, asked: Asked, key: SeriesKey, times: Times) -> tuple[tuple[Series, ...], list[ExplainedHole]]:
        found = await load_series(self._load, Request((key,), *times.between, MOST_READINGS, asked.zone))
        holes = await holes_of_series(self._explain, (key,), asked.zone, *times.between)
        return found.get(key, ()), list(holes[key])
