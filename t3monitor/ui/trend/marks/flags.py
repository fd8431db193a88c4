"""Flags above the plot on its time axis, each for one mark or for several that are close together."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from typing_extensions import override

from t3monitor.ui.kit.texts import local_time_text, tooltip_text, translate
from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.trend.marks.marks import Cluster, Mark, MarkKind, clusters
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.plot.time_item import TimeItem
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import TimeTick

FLAGS_PX = 18.0
_HALF_PX = 4.5  # of a flag
_APART_PX = 26.0  # a flag and its count
_COUNT_PX = 8.0  # a digit
_BAR_PX = 2.0
_MOST_TOLD = 12


class _Flags(TimeItem):
    def __init__(self) -> None:
        super().__init__()
        self.marks: Sequence[Mark] = ()
        self.stretches: list[tuple[float, float, Mark]] = []  # from when to when
        self._clusters: list[Cluster] = []
        self._times: list[float] = []
        self._s_per_px = 0.0

    def set_marks(self, marks: Sequence[Mark]) -> None:
        self.marks, self._s_per_px = marks, 0.0
        self.stretches = [(mark.time_s, mark.end_s, mark) for mark in marks if mark.end_s is not None]
        self.update()

    def within(self, start_s: float, end_s: float, s_per_px: float) -> list[Cluster]:
        """Those that stand there; they are the same however the time in sight is moved."""
        if s_per_px != self._s_per_px:
            self._s_per_px, self._clusters = s_per_px, clusters(self.marks, _APART_PX * s_per_px)
            self._times = [cluster.time_s for cluster in self._clusters]
        return self._clusters[bisect_left(self._times, start_s) : bisect_right(self._times, end_s)]

    def paint(self, painter: QPainter, *_: object) -> None:
        """Called by Qt."""
        shown, place = self.shown, self.rect()
        s_per_px = _s_per_px(shown, place.width())
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for since_s, until_s, _ in self.stretches:
            if since_s < shown.end_s and until_s > shown.start_s:
                left, right = max(self.x_of(since_s), place.left()), min(self.x_of(until_s), place.right())
                bar = QRectF(left, place.bottom() - _BAR_PX, max(right - left, _BAR_PX), _BAR_PX)
                painter.fillRect(bar, _colour(theme, MarkKind.NOTE))
        reach_s = _APART_PX * s_per_px
        for cluster in self.within(shown.start_s - reach_s, shown.end_s, s_per_px):
            painter.setBrush(_colour(theme, cluster.kind))
            painter.setPen(QPen(theme.muted, 1))
            at = QPointF(self.x_of(cluster.time_s), place.center().y())
            painter.drawPolygon(_shape(cluster.kind, at))
            if (count := len(cluster.marks)) > 1:
                painter.setPen(theme.text)
                width = _COUNT_PX * len(f"{count}")
                is_last = at.x() + 2 * _HALF_PX + width > place.right()
                left = at.x() - 2 * _HALF_PX - width if is_last else at.x() + 2 * _HALF_PX
                text = QRectF(left, place.top(), width, place.height())
                painter.drawText(text, Qt.AlignmentFlag.AlignCenter, f"{count}")


class FlagRow(TimeBox):
    """The flags; a click on one tells which marks it stands for."""

    chosen = Signal(object)  # Cluster

    def __init__(self) -> None:
        super().__init__()
        self.zone: tzinfo | None = None
        self._flags = _Flags()
        self.add(self._flags)

    @property
    def marks(self) -> Sequence[Mark]:
        """What is shown."""
        return self._flags.marks

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Shows these, which are in the order of their times."""
        self._flags.set_marks(marks)

    def cluster_at(self, time_s: float) -> Cluster | None:
        """The flag at a time, as far as one reaches."""
        s_per_px = _s_per_px(self.shown, max(1.0, self.size().width()))
        reach_s = (_HALF_PX + 2) * s_per_px
        found = self._flags.within(time_s - 2 * reach_s, time_s + reach_s, s_per_px)
        return min(found, key=lambda its: abs(its.time_s - time_s), default=None)

    def tip(self, time_s: float) -> str:
        """What the flag at a time stands for, and the notes of stretches that reach over it."""
        cluster = self.cluster_at(time_s)
        told = [*cluster.marks] if cluster else []
        over = (mark for since_s, until_s, mark in self._flags.stretches if since_s <= time_s <= until_s)
        told += [mark for mark in over if mark not in told]
        lines = [f"{local_time_text(mark.time_s, self.zone)}  {mark.text}" for mark in told[:_MOST_TOLD]]
        if len(told) > _MOST_TOLD:
            lines.append(translate("Marks", "and %d more") % (len(told) - _MOST_TOLD))
        return tooltip_text(lines)

    @override
    def set_times(self, ticks: Sequence[TimeTick]) -> None:
        """Without a grid."""

    def restyle(self, theme: Theme) -> None:
        """As any box."""
        super().restyle(theme)
        self._flags.update()

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802
        """Called by the scene."""
        cluster = self.cluster_at(self.time_at(ev.pos()))
        if ev.button() == Qt.MouseButton.LeftButton and cluster:
            ev.accept()
            self.chosen.emit(cluster)
        else:
            super().mouseClickEvent(ev)


def _s_per_px(shown: TimeRange, width: float) -> float:
    """The same wherever the time in sight is moved."""
    return float(f"{shown.length_s / width:.6g}")


def _colour(theme: Theme, kind: MarkKind) -> QColor:
    return {
        MarkKind.CHANGE: theme.muted,
        MarkKind.OVERRIDE: theme.overridden.background,
        MarkKind.RESTART: theme.warning,
        MarkKind.NOTE: theme.accent,
    }[kind]


def _shape(kind: MarkKind, at: QPointF) -> QPolygonF:
    """A diamond, a square, a triangle, a pennant."""
    half = _HALF_PX
    corners = {
        MarkKind.CHANGE: ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
        MarkKind.OVERRIDE: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        MarkKind.RESTART: ((0, -1.1), (1.2, 1), (-1.2, 1)),
        MarkKind.NOTE: ((-0.6, -1.5), (1.8, -0.6), (-0.2, 0.3), (-0.2, 1.8), (-0.6, 1.8)),
    }[kind]
    return QPolygonF([at + QPointF(x * half, y * half) for x, y in corners])
