"""What stands on the page on which the trend leaves the window; plain data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter

from t3monitor.ui.trend.legend.legend_model import Entry
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.stretch.stretch_rows import Tables

PaintXY = Callable[[QPainter, QRectF], None]  # in the theme that is then in force


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on it; ``make_plot`` makes the plots for a size, in the theme that is then in force."""

    title: str
    time: str  # with the zone
    site: str
    made: str  # when, and by which program
    entries: Sequence[Entry]  # in light colours
    plots: Sequence[str]  # a name for each of several plots, in which the entries are
    holes: Sequence[str]  # a line each, the longest first
    make_plot: Callable[[QSize], PlotStack]
    figures: tuple[Tables, str] | None = None  # between A and B, with the time
    paint_xy: PaintXY | None = None
