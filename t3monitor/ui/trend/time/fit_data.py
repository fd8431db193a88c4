"""Finding the time that has data, in all of the history."""

import logging
from collections.abc import Callable, Sequence
from itertools import chain

from t3monitor.model.errors import MonitorError
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.series.coverage import Request
from t3monitor.ui.trend.series.loader import Load, Spawn, Task, load_series
from t3monitor.ui.trend.shown import Shown
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.connected import around, connected
from t3monitor.ui.trend.time.time_range import EARLIEST_S, TimeRange

_POINTS = 1000  # the first and the last reading and all holes are told however few there are

_logger = logging.getLogger(__name__)


def fit_tip() -> str:
    """What it shows, for tooltips."""
    return translate(
        "FitData",
        "The readings connected with those in sight: until a week is without any. Once more: all of them",
    )


class FitData:
    """Shows the readings of the series that are not hidden, when it knows their time.

    Those that are connected with what is in sight (see `connected`), lest a day of months ago makes a dot of the
    others; asked once more, all of them.
    """

    def __init__(
        self, load: Load, spawn: Spawn, state: TrendState, clock: Callable[[], float], failed: Callable[[str], None]
    ) -> None:
        self._load = load
        self._spawn = spawn
        self._state = state
        self._clock = clock
        self._failed = failed
        self._task: Task | None = None
        self._fitted: Shown | None = None  # what was in sight afterwards

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
            stretches = connected(chain.from_iterable(found.values()))
            is_again = self._state.shown == self._fitted
            shown = TimeRange(EARLIEST_S, self._clock()) if is_again else self._state.time_range
            if fitting := around(stretches, shown):
                self._state.show_data(*fitting)
                self._fitted = self._state.shown
        self._task = None


def _sources(key: SeriesKey) -> Sequence[SeriesKey]:
    match key:
        case ComputedKey(_, points):
            return points
        case ComparedKey(ComputedKey(_, points), days):
            return [ComparedKey(point, days) for point in points]
    return (key,)
