"""What the view knows of a chosen difference of two points: both of them, and what history makes of them."""

from collections.abc import Collection

from typing_extensions import override

from t3monitor.model.freshness import PanelState
from t3monitor.model.series_keys import DifferenceKey
from t3monitor.model.units import value_text
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.trace import Names, Trace

_WORSE = list(PanelState).index


class DifferenceTrace(Trace):
    """One chosen difference.

    Its samples are computed where all readings of both are at hand, which is where history is read: snapshots tell its
    present value alone, and that there is more to load (`behind_s`).
    """

    def __init__(self, key: DifferenceKey) -> None:
        super().__init__(key)
        self._minuend, self._subtrahend = self.parts = Trace(key.minuend), Trace(key.subtrahend)
        self._loading_s = self._loaded_s = 0.0  # how far snapshots had come when the reading of it began

    @property
    @override
    def names(self) -> Names:
        minuend, subtrahend = self._minuend.names, self._subtrahend.names
        other = subtrahend.label if minuend.panel == subtrahend.panel else subtrahend.short
        label = f"{minuend.label} − {other}"
        if self.series and not (self._minuend.point and self._subtrahend.point):
            label = self.series[-1].label
        labels = [name.full_label for name in (minuend, subtrahend) if name.full_label]
        site = minuend.site if minuend.site == subtrahend.site else f"{minuend.site} − {subtrahend.site}"
        return Names(minuend.panel, label, " − ".join(labels), site)

    @property
    @override
    def current_text(self) -> str:
        point, other = self._minuend.point, self._subtrahend.point
        if not (point and other) or self._minuend.unit != self._subtrahend.unit:
            return ""
        of_type = self._minuend.of.point_type
        return value_text(point.value - other.value, point.units, point_type=of_type, digital=False, range_=point.range)

    @property
    @override
    def behind_s(self) -> float:
        return self._told_s - self._loaded_s if self.reaches_present else 0.0

    @property
    def _told_s(self) -> float:
        return max(part.read_at_s for part in self.parts)

    @override
    def forget(self) -> None:
        super().forget()
        for part in self.parts:
            part.forget()

    @override
    def begin_loading(self) -> None:
        self._loading_s = self._told_s

    @override
    def set_history(self, series: tuple[Series, ...], *, reaches_present: bool) -> None:
        super().set_history(series, reaches_present=reaches_present)
        self._loaded_s = self._loading_s

    @override
    def judge(self, now_s: float, interval_s: int, links_up: Collection[str] | None = None) -> bool:
        news = [part.judge(now_s, interval_s, links_up) for part in self.parts]
        self.state = max((part.state for part in self.parts), key=_WORSE)
        return any(news)
