"""Why the chosen series have holes, read beside their history; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from PySide6.QtCore import QObject, Signal

from t3monitor.model.errors import MonitorError
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey, points_of, shift_of
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.trend.loader import Spawn, Task

Explain = Callable[  # points, start, end
    [Sequence[PointKey], float, float], Awaitable[Mapping[PointKey, tuple[ExplainedHole, ...]]]
]

ASK_AGAIN_S = 10.0  # causes are recorded with the cycle

_logger = logging.getLogger(__name__)


async def no_causes(
    _keys: Sequence[PointKey], _start_s: float, _end_s: float
) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
    """For a view that is shown without a database."""
    return {}


class HoleExplainer(QObject):
    """Asks ``explain`` for the causes of holes; a newer request supersedes an older one."""

    explained = Signal()

    def __init__(
        self,
        explain: Explain,
        clock: Callable[[], float],
        spawn: Spawn = asyncio.ensure_future,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explain = explain
        self._clock = clock
        self._spawn = spawn
        self._task: Task | None = None
        self._asked: tuple[tuple[SeriesKey, ...], float, float] | None = None
        self._asked_at_s = 0.0
        self._holes: dict[SeriesKey, tuple[ExplainedHole, ...]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def at(self, key: SeriesKey, time_s: float) -> ExplainedHole | None:
        """Why there is no reading at a time; None if that is not known."""
        return next((hole for hole in self._holes.get(key, ()) if hole.start_s <= time_s < hole.end_s), None)

    def within(self, key: SeriesKey, start_s: float, end_s: float) -> list[ExplainedHole]:
        """What is known of the holes of a series between two times, cut there; of a difference, of both its points."""
        own = self._holes.get(key, ())
        return [hole.within(start_s, end_s) for hole in own if hole.start_s < end_s and start_s < hole.end_s]

    def request(self, keys: Sequence[SeriesKey], start_s: float, end_s: float) -> None:
        """Has the holes of these series between two times explained."""
        self._end_task()
        self._asked, self._asked_at_s = (tuple(keys), start_s, end_s), self._clock()
        self._task = self._spawn(self._run(*self._asked))

    def ask_again(self) -> None:
        """Asks once more, though not every moment: causes are recorded as time passes."""
        if self._asked and not self._task and abs(self._clock() - self._asked_at_s) >= ASK_AGAIN_S:
            self.request(*self._asked)

    def forget(self) -> None:
        """Drops what was requested and what is known."""
        self._end_task()
        self._asked = None
        self._holes = {}

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, keys: tuple[SeriesKey, ...], start_s: float, end_s: float) -> None:
        found: dict[SeriesKey, tuple[ExplainedHole, ...]] = {}
        try:
            for shift_s in dict.fromkeys(map(shift_of, keys)):
                shown = [key for key in keys if shift_of(key) == shift_s]
                points = list(dict.fromkeys(chain.from_iterable(map(points_of, shown))))
                holes = await self._explain(points, start_s - shift_s, end_s - shift_s)
                for key in shown:
                    own = chain.from_iterable(holes.get(point, ()) for point in points_of(key))
                    found[key] = tuple(hole.shifted(shift_s) for hole in _one_after_the_other(own))
        except MonitorError as error:
            _logger.warning("⚠️ %s", error)  # the history of the same file could be read
        except Exception:
            _logger.exception("Explaining holes failed")
        self._task = None
        self._holes = found
        self.explained.emit()


def _one_after_the_other(holes: Iterable[ExplainedHole]) -> Iterator[ExplainedHole]:
    """The holes of several points without what the one before covers already."""
    covered_s = float("-inf")
    for hole in sorted(holes):
        if hole.end_s > covered_s:
            yield hole.within(covered_s, hole.end_s)
            covered_s = hole.end_s
