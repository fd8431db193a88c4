"""Samples of measured values as lines and dots in the plot."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from t3monitor.model.units import written_unit
from t3monitor.store.history.series import Floats, Series
from t3monitor.ui.trend.line import drawn_line
from t3monitor.ui.trend.styles import DASHES, Style
from t3monitor.ui.trend.time_range import TimeRange

_ALONE_PX = 4


def axis_unit(series: Series) -> str:
    """Title of the axis on which a series is drawn: all percentages (%RH, %Open) share one."""
    return "%" if series.units.startswith("%") else written_unit(series.units)


class Curve:
    """One series as a line; samples with holes on both sides are dots."""

    def __init__(self, box: pg.ViewBox) -> None:
        self._box = box
        self.line = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False, antialias=False)
        self.dots = pg.ScatterPlotItem(size=_ALONE_PX, pxMode=True, pen=None)
        for item in (self.line, self.dots):
            box.addItem(item, ignoreBounds=True)
        self.unit = ""
        self.colour = QColor()
        self._style = Style()
        self._times: Floats = np.empty(0)
        self._values: Floats = np.empty(0)
        self._alone = np.empty(0, dtype=np.intp)
        self._drawn: tuple[Series, float] | None = None  # and until when its newest reading holds
        self._scale: tuple[float, float] | None = None

    def set_series(self, series: Series, colour: QColor, now_s: float, style: Style) -> None:
        """Takes samples; they are drawn by `scale`."""
        self.unit = axis_unit(series)
        drawn = series, series.known_until(now_s)
        if drawn != self._drawn:
            self._drawn = drawn
            self._times, self._values, self._alone = drawn_line(series, now_s)
            self._scale = None
        if style.step != self._style.step:
            self._scale = None
        if (colour, style) != (self.colour, self._style):
            self.colour, self._style = QColor(colour), style
            self.line.setPen(pg.mkPen(colour, width=style.width, dash=DASHES[style.dash] or None))
            self.dots.setBrush(pg.mkBrush(colour))

    def extent(self, shown: TimeRange) -> tuple[float, float] | None:
        """Smallest and largest value in sight; None if there is nothing."""
        first, last = np.searchsorted(self._times, shown)
        if first == last:  # between two samples, if anywhere
            first, last = max(first - 1, 0), last + 1
        inside = self._values[first:last]
        if not inside.size:
            return None
        low, high = np.fmin.reduce(inside), np.fmax.reduce(inside)
        return None if np.isnan(low) else (float(low), float(high))

    def scale(self, lowest: float, step: float) -> None:
        """Draws the samples in divisions of the grid."""
        if self._scale != (lowest, step):
            self._scale = lowest, step
            heights = (self._values - lowest) / step
            if self._style.step:
                self.line.setData(np.repeat(self._times, 2)[1:], np.repeat(heights, 2)[:-1])
            else:
                self.line.setData(self._times, heights)
            self.dots.setData(self._times[self._alone], heights[self._alone])

    def remove(self) -> None:
        """Takes it off the plot."""
        for item in (self.line, self.dots):
            self._box.removeItem(item)
