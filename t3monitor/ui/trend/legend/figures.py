"""The figures of the chosen series in the time in sight, as their list shows them; GUI thread."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.units import is_counter, is_measured
from t3monitor.store.history.increases import increases
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import KNOWN_PLAIN, KNOWN_WELL, Statistics
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.legend.in_sight import InSight, ToMeasure, measure
from t3monitor.ui.trend.series.loader import Spawn, Task
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.stretch.stretch_meter import InThread, at_once
from t3monitor.ui.trend.time.time_range import TimeRange

_REST_MS = 150  # without a movement or anything new
_SAME_TIME = 0.01  # of its length: while the present is followed it moves by less until figures are measured anew

_logger = logging.getLogger(__name__)


class Figures(NamedTuple):
    """Texts, without the unit where it stands beside the value; empty where there is nothing to say."""

    minimum: str = ""
    mean: str = ""
    maximum: str = ""
    known: str = ""
    is_partial: bool = False  # they are of less time than what is known well

    @property
    def known_texts(self) -> tuple[str, str]:
        """How much is known, with the word for what is partial, and where there is no room with its mark."""
        if not self.is_partial:
            return self.known, self.known
        return translate("Figures", "partial %s") % self.known, f"◔ {self.known}"


def figures_of(trace: Trace, told: InSight | None) -> Figures:
    """What the list says of a series; of one that changed its unit in sight those in the newest, with that unit.

    Of two states the mean is the share of the second one, of a counter what it counted.
    """
    if told is None:
        return Figures()
    newest = told.newest
    known = sum(part.known for _, part in told.as_newest) if told.is_changed else told.known
    texts = Figures(known=share_text(known), is_partial=known < KNOWN_WELL)
    if newest is None:
        return texts
    series, statistics = newest
    if not is_measured(digital=series.digital, range_=series.range):
        return texts._replace(mean=_share_of_second_state(trace, series, told.as_newest))
    minimum, mean, maximum = (
        "" if value is None else trace.text_of(series, value, with_unit=told.is_changed)
        for value in (statistics.minimum, statistics.mean, statistics.maximum)
    )
    if is_counter(series.units):
        mean = _counted(trace, series, statistics, with_unit=told.is_changed)
    return texts._replace(minimum=minimum, mean=mean, maximum=maximum)


def share_text(share: float) -> str:
    """Never more than it is: less than all is not 100 %, and what is partial is not 90 %."""
    if 0 < share < 0.01:
        return "< 1 %"
    percent = math.floor(share * 1000 + 1e-6) / 10
    return f"{percent:.1f} %" if 99 <= percent < 100 else f"{math.floor(percent)} %"


def _share_of_second_state(trace: Trace, newest: Series, parts: Sequence[tuple[Series, Statistics]]) -> str:
    """How much of the known time it was what the second state is called now, whichever state that was before."""
    if not newest.digital:
        return ""
    word, spent_s = trace.text_of(newest, 1), 0.0
    for series, told in parts:
        shares = 1 - (told.mean or 0.0), told.mean or 0.0
        spent_s += told.known_s * sum(
            share for state, share in enumerate(shares) if trace.text_of(series, state) == word
        )
    share = spent_s / sum(told.known_s for _, told in parts)
    percent = round(100 * share)
    return f"{word} {min(max(percent, 1), 99) if 0 < share < 1 else percent} %"


def _counted(trace: Trace, series: Series, told: Statistics, *, with_unit: bool) -> str:
    counted = told.increase
    if is_by_stretches := counted is None:
        counted = float(increases(series, np.array([told.start_s, told.end_s]), told.end_s)[0])
    if counted is None or math.isnan(counted):
        return ""
    mark = "≥ " if told.known < KNOWN_PLAIN else "≈ " if is_by_stretches else ""
    return f"{mark}+{trace.text_of(series, counted, with_unit=with_unit)}"


class FiguresInSight(QObject):
    """Has the figures measured in another thread when nothing has moved for a moment.

    ``ask`` tells what is to be measured, ``tell`` makes texts of it. Until then there are none of another time.
    """

    computed = Signal()

    def __init__(
        self,
        ask: Callable[[], tuple[TimeRange, Mapping[SeriesKey, ToMeasure]]],
        tell: Callable[[SeriesKey, InSight | None], Figures],
        in_thread: InThread = at_once,
        spawn: Spawn = asyncio.ensure_future,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._tell = tell
        self._in_thread = in_thread
        self._spawn = spawn
        self._task: Task | None = None
        self._is_wanted = False  # again, when what is being measured is done
        self._of: Mapping[SeriesKey, Figures] = {}
        self._time = TimeRange(0.0, 0.0)
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def of(self, shown: TimeRange) -> Mapping[SeriesKey, Figures]:
        """Those of a time; none, if what was measured is of another one."""
        differ_s = max(abs(shown.start_s - self._time.start_s), abs(shown.end_s - self._time.end_s))
        return self._of if differ_s <= _SAME_TIME * shown.length_s else {}

    def want(self) -> None:
        """Something moved, or is known now."""
        self._timer.start()

    def compute_now(self) -> None:
        """Does not wait any longer, if there is anything to wait for."""
        shown, parts = self._ask()
        if self.is_busy or self._timer.isActive() or shown != self._time:
            self._timer.stop()
            self._take(shown, _measured(parts))

    def forget(self) -> None:
        """Drops what is known and what is being measured: the series are others."""
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._of = {}

    @Slot()
    def _begin(self) -> None:
        if self._task is not None:
            self._is_wanted = True
            return
        shown, parts = self._ask()
        if parts:
            self._task = self._spawn(self._run(shown, parts))
        else:
            self._take(shown, {})

    async def _run(self, shown: TimeRange, parts: Mapping[SeriesKey, ToMeasure]) -> None:
        try:
            found = await self._in_thread(_measured, parts)
        except Exception:
            _logger.exception("Measuring the time in sight failed")
            found = {}
        self._task = None
        self._take(shown, found)
        if self._is_wanted:
            self._is_wanted = False
            self.want()

    def _take(self, shown: TimeRange, found: Mapping[SeriesKey, InSight | None]) -> None:
        self._time = shown
        self._of = {key: self._tell(key, its) for key, its in found.items()}
        self.computed.emit()


def _measured(parts: Mapping[SeriesKey, ToMeasure]) -> dict[SeriesKey, InSight | None]:
    return {key: measure(its) for key, its in parts.items()}
