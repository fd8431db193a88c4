"""Points with states as compact lanes of steps, each state at its own height.

There is a band below a state that is not 0 and nothing in a hole; where states change too fast to be seen, a pale band
is as high as the lane. A single reading of T3000's own history is a ring.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from t3monitor.model.units import MULTISTATE, state_words
from t3monitor.model.words import Words
from t3monitor.store.history.series import Floats, Series
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.holes.missing import MOMENT_S, are_filled
from t3monitor.ui.trend.plot.axes import axis_font
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.plot.time_item import TimeItem
from t3monitor.ui.trend.time.time_range import TimeRange

LANE_PX, LEAST_LANE_PX = 20.0, 15.0  # a word has room in either
LANE_INSET_PX = 3.5
RING_PX = 2.5  # radius of a reading that is not our own
_TEXT_ROOM_PX = 10.0
_BAND, _SEVERAL, _DIMMED, _GROUND = 0.30, 0.15, 0.35, 0.75  # of a colour


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
    shift_s: float = 0.0  # how much later than its readings it stands


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Times during which a state held, in pixels or seconds."""

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    states: NDArray[np.float64]  # NaN where it was several, one after the other

    def taken(self, which: NDArray[np.bool_]) -> "Stretches":
        """These of them."""
        return Stretches(self.starts[which], self.ends[which], self.states[which])


def stretches(series: Series, now_s: float) -> Stretches:
    """The known states of a series: each lasts until the next reading or a hole, as its line does."""
    line = drawn_line(series, now_s)
    known = ~np.isnan(line.values)
    states = np.where(line.lows == line.highs, line.values, np.nan)[known]
    starts, ends = line.times_s[known], np.append(line.times_s[1:], line.times_s[-1])[known]
    changes = (states[1:] != states[:-1]) & ~(np.isnan(states[1:]) & np.isnan(states[:-1]))
    first = np.r_[True, changes | (starts[1:] != ends[:-1])]
    return Stretches(starts[first], ends[np.r_[first[1:], True]], states[first])


class _Part(NamedTuple):
    """What of a lane has the same words."""

    series: Series
    words: LaneWords
    read: Stretches  # up to the newest reading
    levels: Mapping[float, float]  # of each state: how high it stands, 0 to 1

    @classmethod
    def of(cls, series: Series, words: LaneWords) -> "_Part":
        read = stretches(series, -math.inf)
        states = np.unique(read.states[~np.isnan(read.states)]).tolist()
        others = sorted({float(state) for state in words.known if state} | {state for state in states if state})
        return cls(series, words, read, {0.0: 0.0} | {state: (n + 1) / len(others) for n, state in enumerate(others)})

    def until(self, now_s: float) -> Stretches:
        """With its newest state for as long as that holds."""
        until_s = self.series.known_until(now_s)
        if not self.read.ends.size or until_s <= self.read.ends[-1]:
            return self.read
        return replace(self.read, ends=np.append(self.read.ends[:-1], until_s))


class LanesItem(TimeItem):
    """Draws all lanes."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes: list[tuple[Lane, list[_Part]]] = []
        self._active: Sequence[bool] | None = None
        self._filled_s: Sequence[Floats] = ()  # of each lane
        self._now_s = 0.0

    def set_lanes(self, lanes: Sequence[Lane], now_s: float, active: Sequence[bool] | None = None) -> None:
        """Shows these lanes, the first on top, as of now; those that are not active are dimmed, unless that is None."""
        known = {id(part.series): part for _, parts in self._lanes for part in parts}
        self._lanes = [
            (
                lane,
                [
                    old if (old := known.get(id(series))) and old.words == words else _Part.of(series, words)
                    for series, words in lane.series
                ],
            )
            for lane in lanes
        ]
        self._active = active
        self.set_now(now_s)

    def set_filled(self, begins_s: Sequence[Floats]) -> None:
        """When holes begin after single readings of T3000's own history, of each lane."""
        self._filled_s = begins_s
        self.update()

    def set_now(self, now_s: float) -> None:
        """The newest states hold up to now, if they are not too old."""
        self._now_s = now_s
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        if not self._lanes:
            return
        place = self.rect()
        painter.setFont(axis_font())
        lane_px = place.height() / len(self._lanes)
        for number, (lane, parts) in enumerate(self._lanes):
            row = QRectF(place.left(), place.top() + number * lane_px, place.width(), lane_px)
            painter.setOpacity(1.0 if self._active is None or self._active[number] else _DIMMED)
            filled_s = self._filled_s[number] if number < len(self._filled_s) else np.empty(0)
            for part in parts:
                held = part.until(self._now_s + lane.shift_s)
                if filled_s.size:
                    is_filled = (held.ends - held.starts <= MOMENT_S) & are_filled(held.starts, filled_s)
                    _paint_rings(painter, row, part, held.taken(is_filled), lane.colour, self.shown)
                    held = held.taken(~is_filled)
                _paint(painter, row, part, held, lane.colour, self.shown)


def _paint_rings(
    painter: QPainter, row: QRectF, part: _Part, read: Stretches, colour: QColor, shown: TimeRange
) -> None:
    """One for each pixel and state at most."""
    inside = read.taken((read.starts >= shown.start_s) & (read.starts <= shown.end_s))
    if not inside.starts.size:
        return
    x = np.floor((inside.starts - shown.start_s) * row.width() / shown.length_s) + row.left() + 0.5
    heights = np.array([part.levels.get(state, 1.0) for state in inside.states.tolist()])
    y = row.bottom() - LANE_INSET_PX - heights * (row.height() - 2 * LANE_INSET_PX)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(current_theme().base)
    painter.setPen(QPen(colour, 1))
    for place in np.unique(np.column_stack((x, y)), axis=0).tolist():
        painter.drawEllipse(QPointF(*place), RING_PX, RING_PX)
    painter.restore()


def _paint(painter: QPainter, row: QRectF, part: _Part, held: Stretches, colour: QColor, shown: TimeRange) -> None:
    first = int(np.searchsorted(held.ends, shown.start_s))
    last = int(np.searchsorted(held.starts, shown.end_s, side="right"))
    if first >= last:
        return
    scale = row.width() / shown.length_s
    left, right = (
        np.clip((edges[first:last] - shown.start_s) * scale, -1, row.width() + 1) + row.left()
        for edges in (held.starts, held.ends)
    )
    left, right, states = _seen(left, right, held.states[first:last])
    bottom, most_px = row.bottom() - LANE_INSET_PX, row.height() - 2 * LANE_INSET_PX
    is_several = np.isnan(states)
    heights = np.array([part.levels.get(state, 1.0) for state in states.tolist()]) * most_px
    tops, widths = bottom - heights, np.maximum(right - left, 1.0)
    band = QColor(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    for its, alpha in ((~is_several & (heights > 0), _BAND), (is_several, _SEVERAL)):
        band.setAlphaF(alpha)
        painter.setBrush(band)
        painter.drawRects(list(starmap(QRectF, _rows(left[its], tops[its], widths[its], heights[its]))))
    joined = np.flatnonzero((np.abs(left[1:] - right[:-1]) < 1) & ~is_several[1:] & ~is_several[:-1])
    one = ~is_several
    painter.setPen(QPen(colour, 1))
    painter.drawLines(
        [
            *starmap(QLineF, _rows(left[one], tops[one], (left + widths)[one], tops[one])),
            *starmap(QLineF, _rows(left[joined + 1], tops[joined], left[joined + 1], tops[joined + 1])),
        ]
    )
    _paint_words(painter, row, (left[one], right[one], states[one], tops[one]), part, colour)


def _rows(*columns: NDArray[np.float64]) -> list[list[float]]:
    found: list[list[float]] = np.column_stack(columns).tolist()
    return found


def _seen(
    left: NDArray[np.float64], right: NDArray[np.float64], states: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What can be told apart: of many changes within a pixel, that it was several states."""
    pixel = np.floor(left)
    is_first = np.r_[True, pixel[1:] != pixel[:-1]]
    which = np.cumsum(is_first) - 1
    is_short = right - left < 1
    is_several = is_short & (np.bincount(which)[which] > 1)
    seen = is_first | ~is_short
    return left[seen], np.where(is_several, pixel + 1, right)[seen], np.where(is_several, np.nan, states)[seen]


def _paint_words(
    painter: QPainter,
    row: QRectF,
    found: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    part: _Part,
    colour: QColor,
) -> None:
    """The word of each stretch that has room for it."""
    left, right, states, tops = found
    metrics = QFontMetricsF(axis_font())
    present, which = np.unique(states, return_inverse=True)
    texts = [part.words.of(state) for state in present.tolist()]
    widths = np.array([metrics.horizontalAdvance(text) + _TEXT_ROOM_PX for text in texts])
    roomy = np.flatnonzero(np.minimum(right, row.right()) - np.maximum(left, row.left()) >= widths[which])
    ground = QColor(current_theme().base)
    ground.setAlphaF(_GROUND)
    painter.setPen(colour)
    for n in roomy.tolist():
        x, end = max(float(left[n]), row.left()), min(float(right[n]), row.right())
        top = float(tops[n])  # of the band: the word is in it, or else above it
        place = QRectF(x + 4, top, end - x - 8, row.bottom() - LANE_INSET_PX - top)
        if place.height() < metrics.height() - 3:
            place.setCoords(place.left(), row.top() + 1, place.right(), max(top, row.top() + metrics.height()))
            if place.bottom() > top:  # the line goes through it
                painter.fillRect(QRectF(x + 2, place.top(), float(widths[which[n]]) - 6, place.height()), ground)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, texts[which[n]])
