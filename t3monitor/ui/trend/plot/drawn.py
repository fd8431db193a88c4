"""What a plot is told to draw; plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtGui import QColor

from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.lanes import LaneWords


@dataclass(frozen=True, slots=True)
class Drawn:
    """A visible series: its lines and lanes are made of its samples."""

    key: SeriesKey
    name: str  # beside a lane
    colour: QColor
    style: Style  # of its lines; lanes have but the colour
    series: tuple[tuple[Series, LaneWords | None], ...]  # with words those that are a lane
    ahead_s: float = 0.0  # how far after the present its own stands on the time axis
    faulty: Holes | None = None  # when its sensor told nothing, so that the axis need not hold it
    plot: int = 0  # of those above each other, from the top


class HoleRow(NamedTuple):
    """Holes that some of the shown series alone have."""

    keys: Sequence[SeriesKey]
    name: str  # whose they are
    pieces: Pieces
