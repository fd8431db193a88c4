"""Measured values as lines, dots and bands, painted once and moved with the time.

At rest lines have their full width and are smooth. While a hand moves the plot, and as curves appear, what has to be
painted anew is one pixel of the screen wide, which takes a tenth of the time; what was painted already is shifted. For
the rest, a part of the picture after the other is painted, so that nobody waits for the whole.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import create_qpolygonf, ndarray_from_qpolygonf
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from t3monitor.store.history.series import Floats
from t3monitor.ui.trend.export.paper import is_vectors
from t3monitor.ui.trend.legend.styles import DASHES
from t3monitor.ui.trend.plot.curve import Curve
from t3monitor.ui.trend.plot.extremes import Band, band_pixels
from t3monitor.ui.trend.plot.lanes import RING_PX
from t3monitor.ui.trend.plot.last_values import LastValue, paint_last_values
from t3monitor.ui.trend.plot.strokes import ANEW, strokes, within
from t3monitor.ui.trend.plot.ticks import Scale
from t3monitor.ui.trend.time.time_range import TimeRange

_ALONE_PX = 4.0
_FAR_PX = 30_000.0  # beyond this, places are drawn there: QPainter counts in few bits
_MARGIN_PX = 64  # painted on both sides of what is in sight
_STRETCHED, _THERE = 1.6, 0.9  # while it moves, a picture is drawn so much wider or narrower if it has so much of it
_PART_PX = 128  # painted at once of the picture at rest
_EDGE = 0.02  # of the time in sight, which the present may be away from it
_DIMMED = 0.25  # of the colour of curves while another one is active


class _Frame(NamedTuple):
    """What the picture of the curves shows; sizes in pixels that a scaled screen has several of."""

    start_s: float
    s_per_px: float
    width: float
    height: float
    device_ratio: float
    version: int

    def with_margins(self) -> "_Frame":
        """With what comes into sight when it is moved a little."""
        start_s = self.start_s - _MARGIN_PX * self.s_per_px
        return self._replace(start_s=start_s, width=self.width + 2 * _MARGIN_PX)


class CurvesItem(QGraphicsItem):
    """Paints curves over the whole of its parent, a box over the time axis.

    ``on_hasty`` is called whenever it was painted as it moves: `refine` is to be called then, as soon as it rests.
    """

    def __init__(self, box: QGraphicsItem, on_hasty: Callable[[], None] = lambda: None) -> None:
        super().__init__(box)
        self._on_hasty = on_hasty
        self._box = box
        self._curves: Sequence[Curve] = ()
        self._active: frozenset[Curve] | None = None
        self._range = TimeRange(0, 1)
        self._now_s = 0.0
        self._is_moving = False
        self._version = 0
        self._frame: _Frame | None = None  # as it was painted last, unless something is other now
        self._shown: tuple[_Frame, QPixmap] | None = None
        self._is_thin = False
        self._fine: tuple[_Frame, QPixmap, int] | None = None  # the picture at rest, and how much of it is painted
        self.setZValue(110)  # over the lines of the box as well
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def set_curves(self, curves: Sequence[Curve], active: Sequence[Curve] | None = None) -> None:
        """Shows these, in this order; those that are not active are dimmed, unless that is None."""
        self._curves, self._active = curves, None if active is None else frozenset(active)
        self.repaint()

    def set_time(self, shown: TimeRange, now_s: float) -> None:
        """Shows this time; newest readings hold up to now."""
        self._range, self._now_s, self._frame = shown, now_s, None
        self.update()

    def set_moving(self, moving: bool) -> None:
        """While it moves, speed counts; at rest, looks do."""
        self._is_moving, self._fine = moving, None
        self.update()

    def refine(self) -> bool:
        """Paints a part of the picture at rest; returns whether there is more to do.

        When it is whole it is shown, and nothing moves any more.
        """
        frame = self._frame
        if frame is None:  # it is painted first
            return False
        if not self._is_thin and self._moved(frame):
            self.set_moving(False)
            return False
        if self._fine is None or self._fine[0] != frame:
            self._fine = frame, _blank(frame), 0
        _, picture, left_px = self._fine
        was_thin, self._is_thin = self._is_thin, False
        self._fill(picture, frame, left_px, _PART_PX)
        if left_px + _PART_PX < frame.width:
            self._is_thin = was_thin
            self._fine = frame, picture, left_px + _PART_PX
            return True
        self._shown = frame, picture
        self.set_moving(False)
        return False

    def repaint(self) -> None:
        """Curves, scales or colours are others."""
        self._version += 1
        self._frame = None
        self.update()

    @override
    def boundingRect(self) -> QRectF:
        return QRectF(self._box.boundingRect())

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        rect = self.boundingRect()
        if not self._curves or rect.width() < 1 or rect.height() < 1:
            self._shown = None
            return
        ratio = painter.device().devicePixelRatio()
        frame = _Frame(
            self._range.start_s,
            self._range.length_s / rect.width(),
            rect.width(),
            rect.height(),
            ratio,
            self._version,
        )
        painter.setClipRect(rect)
        if is_vectors(painter):
            self._paint_part(painter, frame, 0, math.ceil(rect.width()))
            self._paint_tails(painter, rect)
            return
        self._frame = whole = frame.with_margins()
        picture = self._moved(whole)
        if picture is not None or not self._stretch(painter, frame):
            shown, picture = self._shown if picture and self._shown else self._painted(whole)
            left = (shown.start_s - frame.start_s) / frame.s_per_px
            painter.drawPixmap(QPointF(round(left * ratio) / ratio, 0), picture)
        self._paint_tails(painter, rect)
        if self._is_moving:
            self._on_hasty()

    def _moved(self, frame: _Frame) -> QPixmap | None:
        """The picture that is there, moved to another time and completed; None if it has to be painted anew."""
        if self._shown is None or (self._is_thin and not self._is_moving):
            return None
        shown, picture = self._shown
        if frame[2:] != shown[2:] or not math.isclose(frame.s_per_px, shown.s_per_px, rel_tol=1e-7):
            return None
        device_px = round((shown.start_s - frame.start_s) / shown.s_per_px * shown.device_ratio)
        if abs(device_px) <= _MARGIN_PX * shown.device_ratio:
            return picture
        if abs(device_px) > 0.8 * picture.width():
            return None
        picture.scroll(device_px, 0, picture.rect())
        frame = shown._replace(start_s=shown.start_s - device_px * shown.s_per_px / shown.device_ratio)
        bare_px = math.ceil(abs(device_px) / shown.device_ratio) + 1  # and what was cut there
        self._fill(picture, frame, 0 if device_px > 0 else math.floor(frame.width) - bare_px, bare_px)
        self._shown = frame, picture
        return picture

    def _stretch(self, painter: QPainter, frame: _Frame) -> bool:
        """Paints the picture that is there as wide as its time is now, and what it lacks at its sides, while it moves.

        Returns False if there would be too much of either.
        """
        if self._shown is None or not self._is_moving:
            return False
        shown, picture = self._shown
        factor = shown.s_per_px / frame.s_per_px
        left = (shown.start_s - frame.start_s) / frame.s_per_px
        right = left + shown.width * factor
        first, last = max(0.0, left), min(frame.width, right)
        is_there = last - first >= _THERE * min(1.0, factor) * frame.width
        if frame[3:] != shown[3:] or not 1 / _STRETCHED < factor < _STRETCHED or not is_there:
            return False
        of = QRectF((first - left) / factor, 0, (last - first) / factor, frame.height)
        ratio = frame.device_ratio
        painter.drawPixmap(
            QRectF(first, 0, last - first, frame.height),
            picture,
            QRectF(of.left() * ratio, 0, of.width() * ratio, of.height() * ratio),
        )
        was_thin, self._is_thin = self._is_thin, True
        for begin, end in ((0, math.ceil(first)), (math.floor(last), math.ceil(frame.width))):
            if end - begin > 1:
                self._paint_part(painter, frame, begin, end - begin)
        self._is_thin = was_thin
        return True

    def _painted(self, frame: _Frame) -> tuple[_Frame, QPixmap]:
        picture = _blank(frame)
        self._is_thin = self._is_moving
        self._fill(picture, frame, 0, math.ceil(frame.width))
        self._shown = frame, picture
        return self._shown

    # -- a part of the picture: from one pixel for so many, as on a screen that is not scaled --------------------------

    def _fill(self, picture: QPixmap, frame: _Frame, left_px: int, width_px: int) -> None:
        painter = QPainter(picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(QRect(left_px, 0, width_px, math.ceil(frame.height)), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        self._paint_part(painter, frame, left_px, width_px)
        painter.end()

    def _paint_part(self, painter: QPainter, frame: _Frame, left_px: int, width_px: int) -> None:
        painter.save()
        part = QRect(left_px, 0, width_px, math.ceil(frame.height))
        painter.setClipRect(part)
        size_px = 2 if self._is_thin else 1
        step_s = 2.0 ** round(math.log2(frame.s_per_px * size_px))
        time = TimeRange(
            frame.start_s + (left_px - 1) * frame.s_per_px, frame.start_s + (left_px + width_px + 1) * frame.s_per_px
        )
        places = [(curve, _Places.of(curve, time, frame, step_s)) for curve in self._in_order()]
        self._paint_bands(painter, places, part, size_px)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self._is_thin)
        for curve, its in places:
            self._paint_line(painter, curve, its)
        painter.restore()

    def _in_order(self) -> list[Curve]:
        """The active ones are painted last."""
        return sorted(self._curves, key=self._is_strong)

    def _is_strong(self, curve: Curve) -> bool:
        return self._active is not None and curve in self._active

    def _is_dimmed(self, curve: Curve) -> bool:
        return self._active is not None and curve not in self._active

    def _paint_bands(
        self, painter: QPainter, places: Sequence[tuple[Curve, "_Places"]], part: QRect, size_px: int
    ) -> None:
        bands = [
            (band._replace(lefts=band.lefts - part.left(), rights=band.rights - part.left()), curve.colour.rgb())
            for curve, its in places
            if (band := its.band) is not None and not self._is_dimmed(curve)
        ]
        if bands:
            width, height = math.ceil(part.width() / size_px), math.ceil(part.height() / size_px)
            pixels = band_pixels(bands, width, height, size_px)
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
            painter.drawImage(QRect(part.left(), part.top(), size_px * width, size_px * height), image)

    def _paint_line(self, painter: QPainter, curve: Curve, places: "_Places") -> None:
        pen = self._pen(curve)
        painter.setPen(pen)
        x, y = places.x, places.y
        if curve.style.step:
            x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
        width = 1.0 if self._is_thin else float(curve.style.width)
        lines = strokes(x, y, places.first, [length * width for length in DASHES[curve.style.dash]])
        if is_vectors(painter):
            lines = within(lines, self.boundingRect().width(), self.boundingRect().height())
        primitives = PrimitiveArray(QLineF, 4)
        primitives.resize(len(lines))
        primitives.ndarray()[:] = lines
        painter.drawLines(*primitives.drawargs())
        if places.alone.size:
            is_filled = curve.is_filled(places.alone_s)
            pen.setWidthF(_ALONE_PX)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            if (own := places.alone[~is_filled]).size:
                painter.drawPoints(_polygon(places.x[own], places.y[own]))
            pen.setWidthF(1.0)
            painter.setPen(pen)
            for place in places.alone[is_filled]:
                painter.drawEllipse(QPointF(places.x[place], places.y[place]), RING_PX, RING_PX)

    def _pen(self, curve: Curve) -> QPen:
        colour = QColor(curve.colour)
        if self._is_dimmed(curve):
            colour.setAlphaF(_DIMMED)
        pen = QPen(colour)
        pen.setWidthF(0.0 if self._is_thin else curve.style.width + self._is_strong(curve))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _paint_tails(self, painter: QPainter, rect: QRectF) -> None:
        """The newest readings up to the present, which passes while the picture stays; tagged if that is the edge."""
        shown, now_s = self._range, self._now_s
        is_edge = shown.start_s < now_s <= shown.end_s <= now_s + _EDGE * shown.length_s
        last_values = []
        for curve in self._in_order():
            if not curve.line.times_s.size or curve.line.times_s[-1] > shown.end_s:
                continue
            tail = curve.tail(now_s + curve.shift_s)
            if tail and tail[1] > shown.start_s:
                left, right = ((at_s - shown.start_s) / shown.length_s * rect.width() for at_s in tail[:2])
                y = float(_heights(np.array([tail[2]]), curve.scale, rect.height())[0])
                painter.setPen(self._pen(curve))
                end = QPointF(min(right, rect.width() + 1), y)
                painter.drawLine(QPointF(max(left, -1.0), y), end)
                is_told = curve.newest_value is not None and not curve.shift_s and not self._is_dimmed(curve)
                if is_edge and tail[1] >= now_s and is_told:
                    last_values.append(LastValue(end, tail[2], curve.value_text(tail[2]), curve.colour))
        paint_last_values(painter, rect, last_values)


def _blank(frame: _Frame) -> QPixmap:
    picture = QPixmap(math.ceil(frame.width * frame.device_ratio), math.ceil(frame.height * frame.device_ratio))
    picture.setDevicePixelRatio(frame.device_ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


class _Places(NamedTuple):
    """What of a curve is in a part of the picture, in pixels."""

    x: Floats
    y: Floats
    alone: NDArray[np.intp]
    alone_s: Floats  # when these are
    band: Band | None
    first: int  # of all places of the line

    @classmethod
    def of(cls, curve: Curve, time: TimeRange, frame: _Frame, step_s: float) -> "_Places":
        line = curve.as_fine(step_s)
        first, last = np.searchsorted(line.times_s, time).tolist()
        first, last = max(0, first - 1) // ANEW * ANEW, last + 1  # with the lines into this part and out of it
        part = slice(first, last)
        x = (line.times_s[part] - frame.start_s) / frame.s_per_px
        np.clip(x, -_FAR_PX, _FAR_PX, out=x)
        y = _heights(line.values[part], curve.scale, frame.height)
        alone = line.alone[slice(*np.searchsorted(line.alone, (first, last)))] - first
        alone_s = line.times_s[part][alone]
        if line.highs is line.values:
            return cls(x, y, alone, alone_s, None, first)
        has_band = np.flatnonzero(line.highs[part][:-1] > line.lows[part][:-1])
        tops, bottoms = _heights(np.stack((line.highs[part], line.lows[part]))[:, has_band], curve.scale, frame.height)
        band = Band(x[has_band], x[has_band + 1], tops, bottoms) if has_band.size else None
        return cls(x, y, alone, alone_s, band, first)


def _heights(values: Floats, scale: Scale, height: float) -> Floats:
    """How far below the upper edge values are, in pixels."""
    with np.errstate(over="ignore"):
        return np.clip(height * (1 - (values - scale.lowest) / scale.span), -_FAR_PX, _FAR_PX)


def _polygon(x: Floats, y: Floats) -> QPolygonF:
    polygon = create_qpolygonf(len(x))
    ndarray_from_qpolygonf(polygon)[:] = np.column_stack((x, y))
    return polygon  # type: ignore[no-any-return]  # pyqtgraph has no types
