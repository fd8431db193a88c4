"""The figures of the chosen series in the time in sight, as their list shows them; GUI thread."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.units import is_measured
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import KNOWN_WELL, Statistics
from t3monitor.ui.trend.legend.in_sight import InSight
from t3monitor.ui.trend.series.trace import Trace

_REST_MS = 150  # without a movement or anything new


class Figures(NamedTuple):
    """Texts, without the unit that stands beside the value; empty where there is nothing to say."""

    minimum: str = ""
    mean: str = ""
    maximum: str = ""
    known: str = ""
    is_partial: bool = False  # they are of less time than what is known well


def figures_of(trace: Trace, told: InSight | None) -> Figures:
    """What the list says of a series; of one that changed its unit in sight no more than how much is known."""
    if told is None:
        return Figures()
    is_partial = told.known < KNOWN_WELL
    texts = Figures(known=f"{'◔ ' if is_partial else ''}{share_text(told.known)}", is_partial=is_partial)
    with_readings = [(series, statistics) for series, statistics in told.parts if statistics.known]
    if len(with_readings) != 1:
        return texts
    series, statistics = with_readings[0]
    if not is_measured(digital=series.digital, range_=series.range):
        return texts._replace(mean=_share_of_second_state(trace, series, statistics))
    bare = replace(series, units="")
    minimum, mean, maximum = (
        "" if value is None else trace.text_of(bare, value)
        for value in (statistics.minimum, statistics.mean, statistics.maximum)
    )
    return texts._replace(minimum=minimum, mean=mean, maximum=maximum)


def share_text(share: float) -> str:
    """Never more than it is: less than all is not 100 %, and what is partial is not 90 %."""
    if 0 < share < 0.01:
        return "< 1 %"
    percent = math.floor(share * 1000 + 1e-6) / 10
    return f"{percent:.1f} %" if 99 <= percent < 100 else f"{math.floor(percent)} %"


def _share_of_second_state(trace: Trace, series: Series, statistics: Statistics) -> str:
    if statistics.mean is None or not series.digital:
        return ""
    percent = round(100 * statistics.mean)
    if 0 < statistics.mean < 1:
        percent = min(max(percent, 1), 99)
    return f"{trace.text_of(series, 1)} {percent} %"


class FiguresInSight(QObject):
    """Has the figures computed by ``compute`` when nothing has moved for a moment: never while it is painted."""

    computed = Signal()

    def __init__(self, compute: Callable[[], Mapping[SeriesKey, Figures]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compute = compute
        self.of: Mapping[SeriesKey, Figures] = {}
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self.compute_now)

    def want(self) -> None:
        """Something moved, or is known now."""
        self._timer.start()

    @Slot()
    def compute_now(self) -> None:
        """Does not wait any longer."""
        self._timer.stop()
        self.of = self._compute()
        self.computed.emit()
