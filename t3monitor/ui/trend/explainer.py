"""Why the chosen series have holes, read beside their history; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import inf

from PySide6.QtCore import QObject, Signal

from t3monitor.model.errors import MonitorError
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey, points_of, shift_of
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.trend.loader import Spawn, Task
from t3monitor.ui.trend.missing import Explained

Explain = Callable[  # points, start, end
    [Sequence[PointKey], float, float], Awaitable[Mapping[PointKey, tuple[ExplainedHole, ...]]]
]

ASK_AGAIN_S = 10.0  # causes are recorded with the cycle
_NOTHING = Explained.of()

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
        self._told: dict[SeriesKey, Explained] = {}

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def told(self, key: SeriesKey) -> Explained:
        """What is known of the holes of a series; of a difference, of both its points."""
        return self._told.get(key, _NOTHING)

    def within(self, key: SeriesKey, start_s: float, end_s: float) -> list[ExplainedHole]:
        """What is known of the holes of a series between two times, cut there."""
        return self.told(key).within(start_s, end_s)

    def request(self, keys: Sequence[SeriesKey], start_s: float, end_s: float) -> None:
        """Has the holes of these series between two times explained."""
        self._asked = tuple(keys), start_s, end_s
        self._ask(start_s)

    def ask_again(self, since_s: float = -inf) -> None:
        """Asks once more for those since a time, though not every moment: causes are recorded as time passes."""
        if self._asked and not self._task and abs(self._clock() - self._asked_at_s) >= ASK_AGAIN_S:
            self._ask(max(since_s, self._asked[1]))

    def forget(self) -> None:
        """Drops what was requested and what is known."""
        self._end_task()
        self._asked = None
        self._told = {}

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _ask(self, since_s: float) -> None:
        assert self._asked  # noqa: S101 - for the type checker
        self._end_task()
        keys, start_s, end_s = self._asked
        self._asked_at_s = self._clock()
        self._task = self._spawn(self._run(keys, since_s, end_s, is_all=since_s == start_s))

    async def _run(self, keys: tuple[SeriesKey, ...], start_s: float, end_s: float, *, is_all: bool) -> None:
        found: dict[SeriesKey, Explained] = {}
        try:
            for shift_s in dict.fromkeys(map(shift_of, keys)):
                shown = [key for key in keys if shift_of(key) == shift_s]
                points = list(dict.fromkeys(chain.from_iterable(map(points_of, shown))))
                holes = await self._explain(points, start_s - shift_s, end_s - shift_s)
                for key in shown:
                    own = [holes.get(point, ()) for point in points_of(key)]
                    its = own[0] if len(own) == 1 else tuple(_one_after_the_other(chain.from_iterable(own)))
                    found[key] = Explained.of([hole.shifted(shift_s) for hole in its] if shift_s else its)
        except MonitorError as error:
            _logger.warning("⚠️ %s", error)  # the history of the same file could be read
        except Exception:
            _logger.exception("Explaining holes failed")
        self._task = None
        if is_all:
            self._told = found
        else:
            self._told |= {key: self.told(key).renewed(start_s, newer) for key, newer in found.items()}
        self.explained.emit()


def _one_after_the_other(holes: Iterable[ExplainedHole]) -> Iterator[ExplainedHole]:
    """The holes of several points without what the one before covers already."""
    covered_s = float("-inf")
    for hole in sorted(holes):
        if hole.end_s > covered_s:
            yield hole.within(covered_s, hole.end_s)
            covered_s = hole.end_s
