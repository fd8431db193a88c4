"""One series as the plot has it: its line in values and seconds, and how it is drawn."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from t3monitor.store.history.series import Floats, Holes, Series
from t3monitor.ui.trend.holes.missing import are_filled
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.line import Line, drawn_line
from t3monitor.ui.trend.plot.ticks import Scale
from t3monitor.ui.trend.time.time_range import TimeRange

_NO_LINE = Line(np.empty(0), np.empty(0), np.empty(0), np.empty(0), np.empty(0, dtype=np.intp))


class Curve:
    """One series as a line; samples with holes on both sides are dots."""

    def __init__(self) -> None:
        self.unit = ""
        self.colour = QColor()
        self.style = Style()
        self.scale = Scale(0.0, 1.0, 1.0)
        self.shift_s = 0.0  # how much later than its readings it stands
        self.value_text: Callable[[float], str] = str  # a value without its unit
        self.line = _NO_LINE
        self._series: Series | None = None
        self._faulty: Holes | None = None
        self._filled_s: Floats = np.empty(0)
        self._coarse: tuple[float, Line] = (0.0, self.line)

    def set_series(self, series: Series, unit: str, colour: QColor, style: Style, faulty: Holes | None) -> bool:
        """Takes samples and how to draw them; returns whether it looks different.

        ``faulty``: when they tell nothing, so that scales need not hold them.
        """
        before = self._series, self.unit, self.colour, self.style
        if series is not self._series:
            self._series = series
            self.line = drawn_line(series, -math.inf)  # its newest reading is drawn by `tail`
            self._coarse = 0.0, self.line
        self.unit, self.colour, self.style, self._faulty = unit, QColor(colour), style, faulty
        return before != (series, unit, colour, style)

    def tail(self, now_s: float) -> tuple[float, float, float] | None:
        """From when to when the newest reading holds as of now, and its value; None if it does not hold.

        Of a stretch whose newest reading nobody knows the value is the mean, see `newest_value`.
        """
        if self._series is None or not self.line.times_s.size:
            return None
        since_s, until_s = float(self.line.times_s[-1]), self._series.known_until(now_s)
        newest = self.newest_value
        value = float(self.line.values[-1]) if newest is None else newest
        return (since_s, until_s, value) if until_s >= since_s and math.isfinite(value) else None

    @property
    def newest_value(self) -> float | None:
        """What the newest reading says; None where the mean of many is all that is known."""
        return self._series.newest_value if self._series is not None else None

    def extent(self, shown: TimeRange) -> tuple[float, float] | None:
        """Smallest and largest value in sight; None if there is nothing."""
        line = self.line
        first, last = np.searchsorted(line.times_s, shown)
        is_between = first == last  # two samples, if anywhere
        first = max(first - (is_between or self.style.step), 0)  # a step that began before lasts
        last += is_between and not self.style.step
        lows, highs = line.lows[first:last], line.highs[first:last]
        if self._faulty is not None:
            place = np.searchsorted(self._faulty.ends, line.times_s[first:last], side="right")
            well = np.append(self._faulty.starts, np.inf)[place] > line.times_s[first:last]
            lows, highs = (lows[well], highs[well]) if well.any() else (lows, highs)
        if not lows.size:
            return None
        low, high = np.fmin.reduce(lows), np.fmax.reduce(highs)
        return None if np.isnan(low) else (float(low), float(high))

    def set_filled(self, begins_s: Floats) -> bool:
        """When holes begin after single readings of T3000's own history; returns whether it looks different."""
        is_other = not np.array_equal(begins_s, self._filled_s)
        self._filled_s = begins_s
        return is_other

    def is_filled(self, times_s: Floats) -> NDArray[np.bool_]:
        """Which of single readings are T3000's own: the hole after one begins a moment after it."""
        return are_filled(times_s, self._filled_s)

    def as_fine(self, step_s: float) -> Line:
        """The line with no more than a place for each multiple of a time."""
        if self._coarse[0] != step_s:
            self._coarse = step_s, self.line.coarse(step_s)
        return self._coarse[1]
