"""Why the chosen series have holes, read beside their history; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import chain
from math import inf

from PySide6.QtCore import QObject, Signal

from t3monitor.model.causes import Cause, sentence
from t3monitor.model.errors import MonitorError
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, SeriesKey, points_of, shift_of
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.trend.holes.missing import Explained
from t3monitor.ui.trend.series.loader import Spawn, Task

Explain = Callable[  # points, start, end
    [Sequence[PointKey], float, float], Awaitable[Mapping[PointKey, tuple[ExplainedHole, ...]]]
]

ASK_AGAIN_S = 10.0  # causes are recorded with the cycle
_NOTHING = Explained.of()
Times = tuple[float, float]

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
        self._zone: tzinfo | None = None
        self._told: dict[SeriesKey, Explained] = {}
        self._known: dict[SeriesKey, Times] = {}  # from when to when that is all there is

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

    def request(self, keys: Sequence[SeriesKey], start_s: float, end_s: float, zone: tzinfo | None = None) -> None:
        """Has the holes of these series between two times explained, as far as they are not yet.

        Days are compared by the clocks of a zone.
        """
        if zone != self._zone:
            self._zone = zone
            self._told = {key: its for key, its in self._told.items() if not isinstance(key, ComparedKey)}
        self._asked = tuple(keys), start_s, end_s
        self._told = {key: self._told[key] for key in keys if key in self._told}
        parts: dict[Times, list[SeriesKey]] = {}
        for key in keys:
            for part in self._unknown(key, start_s, end_s):
                parts.setdefault(part, []).append(key)
        self._ask(parts)

    def ask_again(self, since_s: float = -inf) -> None:
        """Asks once more for those since a time, though not every moment: causes are recorded as time passes.

        While lines go on with live values, that time may be after all that was asked for.
        """
        if self._asked and not self._task and abs(self._clock() - self._asked_at_s) >= ASK_AGAIN_S:
            keys, start_s, end_s = self._asked
            if since_s > start_s:
                end_s = max(end_s, *map(self._now_s, keys))
            self._ask({(max(since_s, start_s), end_s): list(keys)})

    def forget(self) -> None:
        """Drops what was requested and what is known."""
        self._end_task()
        self._asked = None
        self._told = {}

    def _end_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _unknown(self, key: SeriesKey, start_s: float, end_s: float) -> list[Times]:
        """What of a time was not asked for yet; all of it, if it lies apart from what was."""
        known_s, until_s = self._known.get(key, (inf, -inf))
        if key not in self._told or end_s < known_s or until_s < start_s:
            self._told.pop(key, None)
            return [(start_s, end_s)]
        parts = (start_s, known_s), (until_s, min(end_s, self._now_s(key)))
        return [part for part in parts if part[0] < part[1]]

    def _ask(self, parts: Mapping[Times, list[SeriesKey]]) -> None:
        self._end_task()
        if parts:
            self._asked_at_s = self._clock()
            self._task = self._spawn(self._run(parts))

    async def _run(self, parts: Mapping[Times, list[SeriesKey]]) -> None:
        try:
            for (start_s, end_s), keys in parts.items():
                await self._explain_part(keys, start_s, end_s)
        except MonitorError as error:
            _logger.warning("⚠️ %s", error)  # the history of the same file could be read
        except Exception:
            _logger.exception("Explaining holes failed")
        self._task = None
        self.explained.emit()

    async def _explain_part(self, keys: Sequence[SeriesKey], start_s: float, end_s: float) -> None:
        asked_s = {key: self._now_s(key) for key in keys}
        for key, holes in (await holes_of_series(self._explain, keys, self._zone, start_s, end_s)).items():
            found, until_s = Explained.of(holes, asked_s[key]), min(end_s, self._now_s(key))
            is_new = key not in self._told
            self._told[key] = found if is_new else self._told[key].renewed(start_s, end_s, found)
            known_s, known_until_s = (inf, -inf) if is_new else self._known[key]
            self._known[key] = min(known_s, start_s), max(known_until_s, until_s)

    def _now_s(self, key: SeriesKey) -> float:
        """Where the present of a series stands on the time axis."""
        now_s = self._clock()
        return now_s + shift_of(key, self._zone).ahead_s(now_s)


async def holes_of_series(
    explain: Explain, keys: Sequence[SeriesKey], zone: tzinfo | None, start_s: float, end_s: float
) -> dict[SeriesKey, Sequence[ExplainedHole]]:
    """Why these series have holes between two times of the axis; days are compared by the clocks of a zone."""
    found: dict[SeriesKey, Sequence[ExplainedHole]] = {}
    for shift in dict.fromkeys(shift_of(key, zone) for key in keys):
        alike = [key for key in keys if shift_of(key, zone) == shift]
        points = list(dict.fromkeys(chain.from_iterable(map(points_of, alike))))
        holes: dict[PointKey, list[ExplainedHole]] = {point: [] for point in points}
        before_s = start_s
        for part in shift.parts(start_s, end_s):
            taken_s = part.start_s - part.by_s, part.end_s - part.by_s
            told = await explain(points, *taken_s)
            for point, its in holes.items():
                its += _without_counterpart(before_s, part.start_s)
                its += (hole.within(*taken_s).shifted(part.by_s) for hole in told.get(point, ()))
            before_s = part.end_s
        for key in alike:
            own = [holes[point] for point in points_of(key)]
            its = own[0] if len(own) == 1 else list(_one_after_the_other(chain.from_iterable(own)))
            found[key] = [*its, *_without_counterpart(before_s, end_s)]
    return found


def _without_counterpart(start_s: float, end_s: float) -> list[ExplainedHole]:
    """Times of day that were not on the day that is compared."""
    if start_s >= end_s:
        return []
    return [ExplainedHole(start_s, end_s, Cause.NO_SUCH_TIME, sentence(Cause.NO_SUCH_TIME), ())]


def _one_after_the_other(holes: Iterable[ExplainedHole]) -> Iterator[ExplainedHole]:
    """The holes of several points without what the one before covers already."""
    covered_s = float("-inf")
    for hole in sorted(holes):
        if hole.end_s > covered_s:
            yield hole.within(covered_s, hole.end_s)
            covered_s = hole.end_s
