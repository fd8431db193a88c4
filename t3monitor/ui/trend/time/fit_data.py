"""Finding the time that has data, in all of the history."""

import logging
from collections.abc import Callable, Sequence
from itertools import chain

from t3monitor.model.errors import MonitorError
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.series.coverage import Request
from t3monitor.ui.trend.series.loader import Load, Spawn, Task, load_series
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.time_range import EARLIEST_S

_POINTS = 1000  # the first and the last reading are told however few there are

_logger = logging.getLogger(__name__)


class FitData:
    """Shows all readings of the series that are not hidden, when it knows their time."""

    def __init__(
        self, load: Load, spawn: Spawn, state: TrendState, clock: Callable[[], float], failed: Callable[[str], None]
    ) -> None:
        self._load = load
        self._spawn = spawn
        self._state = state
        self._clock = clock
        self._failed = failed
        self._task: Task | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it looks."""
        return self._task is not None

    def show(self) -> None:
        """Looks for the data, and shows their time."""
        self.forget()
        shown = (chosen.key for chosen in self._state.series if not chosen.hidden)
        # what is computed has no more than its points, and they are found without reading all of them
        keys = tuple(dict.fromkeys(chain.from_iterable(_sources(key) for key in shown)))
        if keys:
            self._task = self._spawn(self._run(keys))

    def forget(self) -> None:
        """Looks no longer."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, keys: tuple[SeriesKey, ...]) -> None:
        try:
            found = await load_series(self._load, Request(keys, EARLIEST_S, self._clock(), _POINTS, self._state.zone))
        except MonitorError as error:
            self._failed(str(error))
        except Exception:
            _logger.exception("Looking for data failed")
            self._failed(translate("FitData", "History cannot be loaded; the log tells why"))
        else:
            parts = [part for series in found.values() for part in series]
            if parts:
                first_s = min(float(part.times_utc_s[0]) for part in parts)
                self._state.show_data(first_s, max(float(part.ends_utc_s[-1]) for part in parts))
        self._task = None


def _sources(key: SeriesKey) -> Sequence[SeriesKey]:
    match key:
        case ComputedKey(_, points):
            return points
        case ComparedKey(ComputedKey(_, points), days):
            return [ComparedKey(point, days) for point in points]
    return (key,)
