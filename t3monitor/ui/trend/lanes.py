"""Points with states as compact step lanes: a band while the state is not 0, a line while it is, nothing in a hole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from t3monitor.model.units import MULTISTATE, state_words
from t3monitor.model.words import Words
from t3monitor.store.history.series import Series
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.axes import axis_font
from t3monitor.ui.trend.line import drawn_line

LANE_PX = 20.0
LANE_ALONE_PX = 32.0  # where there are no curves
LANE_INSET_PX = 3.5
_TEXT_ROOM_PX = 10.0


class LaneWords(NamedTuple):
    """What the states of a lane are called."""

    known: Mapping[int, str]
    otherwise: str  # for all others, with a place for the number

    def of(self, state: float) -> str:
        """The word of a state."""
        return self.known.get(round(state)) or self.otherwise.format(f"{state:g}")


def lane_words(series: Series, site: Words) -> LaneWords | None:
    """The words of a series, those of the site before the neutral ones; None if it is a line and no lane."""
    if series.digital:
        neutral = dict(enumerate(state_words(series.range) or ()))
        return LaneWords(neutral | dict(site), "{}")
    return LaneWords(dict(site), translate("Lanes", "State {}")) if series.range in MULTISTATE else None


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its name, colour, and samples (several series: its states had other words before)."""

    name: str
    colour: QColor
    series: tuple[tuple[Series, LaneWords], ...]
    now_s: float  # the newest state holds until then, if it is not too old


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Times during which a state held, in pixels or seconds."""

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    states: NDArray[np.float64]


def stretches(series: Series, now_s: float) -> Stretches:
    """The known states of a series: each lasts until the next reading or a hole, as its line does."""
    times, values, _ = drawn_line(series, now_s)
    known = ~np.isnan(values)
    starts, ends, states = times[known], np.append(times[1:], times[-1])[known], values[known]
    first = np.r_[True, (states[1:] != states[:-1]) | (starts[1:] != ends[:-1])]
    return Stretches(starts[first], ends[np.r_[first[1:], True]], states[first])


class LanesItem(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws all lanes in pixels of its view box, whose Y range is the number of lanes."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes: list[tuple[Lane, list[tuple[Stretches, LaneWords]]]] = []

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        """Shows these lanes, the first on top."""
        self._lanes = [
            (lane, [(stretches(series, lane.now_s), words) for series, words in lane.series]) for lane in lanes
        ]
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        if not self._lanes:
            return
        shown = self.boundingRect()
        place = painter.transform().mapRect(shown)
        painter.save()
        painter.resetTransform()
        painter.setClipRect(place)
        painter.setFont(axis_font())
        lane_px = place.height() / len(self._lanes)
        for number, (lane, parts) in enumerate(self._lanes):
            row = QRectF(place.left(), place.top() + number * lane_px, place.width(), lane_px)
            for part, words in parts:
                _paint(painter, row, part, words, lane.colour, (shown.left(), shown.width()))
        painter.restore()


def _paint(
    painter: QPainter,
    row: QRectF,
    part: Stretches,
    words: LaneWords,
    colour: QColor,
    shown: tuple[float, float],
) -> None:
    first = int(np.searchsorted(part.ends, shown[0]))
    last = int(np.searchsorted(part.starts, shown[0] + shown[1], side="right"))
    if first >= last:
        return
    scale = row.width() / shown[1]
    left = np.clip((part.starts[first:last] - shown[0]) * scale, -1, row.width() + 1) + row.left()
    right = np.clip((part.ends[first:last] - shown[0]) * scale, -1, row.width() + 1) + row.left()
    states = part.states[first:last]
    pixel = np.floor(left)
    visible = np.r_[True, pixel[1:] != pixel[:-1]] | (right - left >= 1)  # many changes within a pixel look like one
    left, right, states = left[visible], right[visible], states[visible]
    top, bottom = row.top() + LANE_INSET_PX, row.bottom() - LANE_INSET_PX

    is_on = states != 0
    band = QColor(colour)
    band.setAlphaF(0.30)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(band)
    on = [(x, max(end - x, 1.0)) for x, end in zip(left[is_on].tolist(), right[is_on].tolist(), strict=True)]
    painter.drawRects([QRectF(x, top, width, bottom - top) for x, width in on])
    painter.setPen(QPen(colour, 1))
    painter.drawLines([QLineF(x, top, x + width, top) for x, width in on])
    off = zip(left[~is_on].tolist(), right[~is_on].tolist(), strict=True)
    painter.drawLines([QLineF(x, bottom, max(end, x + 1), bottom) for x, end in off])
    joined = np.flatnonzero(np.abs(left[1:] - right[:-1]) < 1) + 1
    painter.drawLines([QLineF(x, top, x, bottom) for x in left[joined].tolist()])
    _paint_words(painter, row, (left, right, states), words, colour)


def _paint_words(
    painter: QPainter,
    row: QRectF,
    found: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    words: LaneWords,
    colour: QColor,
) -> None:
    """The word of each stretch that has room for it."""
    left, right, states = found
    metrics = QFontMetricsF(axis_font())
    present, which = np.unique(states, return_inverse=True)
    texts = [words.of(state) for state in present.tolist()]
    widths = np.array([metrics.horizontalAdvance(text) + _TEXT_ROOM_PX for text in texts])
    roomy = np.flatnonzero(np.minimum(right, row.right()) - np.maximum(left, row.left()) >= widths[which])
    painter.setPen(colour)
    for n in roomy.tolist():
        x, end = max(float(left[n]), row.left()), min(float(right[n]), row.right())
        place = QRectF(x + 4, row.top(), end - x - 8, row.height() - (0 if states[n] else 2))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, texts[which[n]])
