"""The foot of all plots that stand above each other: the strip of what is missing, and the time axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from PySide6.QtCore import QPointF
from typing_extensions import override

from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.holes.hole_items import LEAST_PX
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.holes.strip import STRIP_PX, Strip
from t3monitor.ui.trend.plot.axes import TimeAxis
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.plot.time_view import TimeView
from t3monitor.ui.trend.time.time_range import TimeRange

_BELOW_PX, _EDGE_PX = 4, 1


class Foot(TimeView):
    """Stays in sight, however many plots there are."""

    def __init__(self) -> None:
        super().__init__((6, 0, 8, _BELOW_PX))
        self.strip, self.time_axis = Strip(), TimeAxis()
        self.tip_at: Callable[[float, float], str] = lambda *_: ""
        self._add_box(self.strip, 0)
        self._layout.setRowFixedHeight(0, STRIP_PX)
        self._layout.addItem(self.time_axis, 1, 1)
        self.strip.resized.connect(self._mark_times)
        self.restyle()

    def set_pieces(self, parts: Sequence[Pieces]) -> None:
        """What is missing of each series, up to the present."""
        self.strip.set_pieces(parts)

    @override
    def set_range(self, shown: TimeRange, zone: tzinfo | None = None, now_s: float | None = None) -> None:
        super().set_range(shown, zone, now_s)
        self.time_axis.set_now(now_s)
        self._mark_times()

    @override
    def set_cursor(self, time_s: float | None, text: str = "") -> None:
        super().set_cursor(time_s)
        self.time_axis.set_cursor(time_s, text)

    @override
    def set_cursors(self, at: Mapping[str, float]) -> None:
        super().set_cursors(at)
        self.time_axis.set_cursors(at)

    @override
    def restyle(self) -> None:
        super().restyle()
        self.time_axis.restyle(current_theme())
        self.setFixedHeight(self.height_px)

    @property
    def height_px(self) -> int:
        """Of strip and axis."""
        return math.ceil(_EDGE_PX + STRIP_PX + self.time_axis.minimumHeight()) + _BELOW_PX

    def _mark_times(self) -> None:
        ticks = self._ticks(self.strip.size().width())
        self.time_axis.set_marks(self._range, ticks, self._zone)
        self.strip.set_times(ticks)

    @override
    def _tip(self, box: TimeBox, at: QPointF) -> str:
        reach_s = LEAST_PX / 2 * self._range.length_s / box.size().width()
        return self.tip_at(box.time_at(at), reach_s) or translate("TrendPlot", "Nothing is missing here")
