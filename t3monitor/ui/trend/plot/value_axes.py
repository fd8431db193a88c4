"""The axes of values around a plot, one for each unit, and the scales that fit what is in sight."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsGridLayout

from t3monitor.ui.kit.theme import Theme
from t3monitor.ui.trend.plot.axes import NARROW_PX, ValueAxis, widest_px
from t3monitor.ui.trend.plot.axis_choices import Limits
from t3monitor.ui.trend.plot.curve import Curve
from t3monitor.ui.trend.plot.ticks import Fit, Scale, fit, still_fits
from t3monitor.ui.trend.time.time_range import TimeRange

_NO_FIT = Fit(4, {})
_SHARE = 1 / 3  # of the plot, for all axes that are wide


class ValueAxes(QObject):
    """One axis for each unit in the order of the curves: left, right, further right.

    Those for which there is no room beside a readable plot are narrow, as long as none of their curves is active. The
    plot is no narrower for the active one.
    """

    limits_chosen = Signal(str, object)  # unit, limits or None: it fits what is in sight
    limits_moved = Signal(str, object)  # the same, by a hand that goes on
    menu_asked = Signal(str, QPoint)  # unit, global position

    def __init__(self, layout: QGraphicsGridLayout, row: int, parent: QObject) -> None:
        """The axes take two rows of the layout, the first of them for the units."""
        super().__init__(parent)
        self.fit = _NO_FIT
        self.by_unit: dict[str, ValueAxis] = {}
        self.limits: Mapping[str, Limits] = {}
        self.are_all_wide = False  # whatever room they take
        self.right_px = 0.0  # what they take at most, whichever is active
        self._layout = layout
        self._row = row
        self._plot_px, self._height_px = 5000.0, 0.0
        self._spread_for: object = None  # widths and the active units
        self._asked: object = None  # what the fit was chosen for, or kept
        self._active: frozenset[str] = frozenset()

    def arrange(self, curves: Iterable[Curve], active: Collection[Curve]) -> None:
        """Has an axis for each unit of these, strong where one of its curves is active."""
        curves = list(curves)
        units = list(dict.fromkeys(curve.unit for curve in curves))
        self._active = frozenset(curve.unit for curve in active)
        if units != list(self.by_unit):
            for axis in self.by_unit.values():
                self._layout.removeItem(axis)
                axis.scene().removeItem(axis)
            self.by_unit = {unit: self._made(unit, number) for number, unit in enumerate(units)}
            self.fit, self._asked = _NO_FIT, None
        for unit, axis in self.by_unit.items():
            colours: list[QColor] = []
            for curve in curves:
                if curve.unit == unit and curve.colour not in colours:
                    colours.append(curve.colour)
            axis.set_curves(colours, active=unit in self._active)
        self._spread()

    def fit_to(self, curves: Sequence[Curve], shown: TimeRange, height_px: float, *, anew: bool = False) -> bool:
        """Chooses the scales for what is in sight, and returns whether they are others.

        It keeps the old ones while they serve, at the same height.
        """
        extents: dict[str, tuple[float, float]] = {}
        for curve in curves:
            if extent := curve.extent(shown):
                low, high = extents.get(curve.unit, extent)
                extents[curve.unit] = min(low, extent[0]), max(high, extent[1])
        for unit in self.by_unit.keys() - extents.keys():  # as it was before
            extents[unit] = self.fit.scales[unit][::2] if unit in self.fit.scales else (0.0, 1.0)
        is_news = self._fit_is_other(extents, height_px) or anew
        for curve in curves:
            curve.scale = self.fit.scales[curve.unit]
        if is_news:
            self._set_scales()
        return is_news

    def _fit_is_other(self, extents: Mapping[str, tuple[float, float]], height_px: float) -> bool:
        asked = extents, height_px, self.limits
        if asked == self._asked:  # as mostly while the time moves
            return False
        fresh = fit(extents, height_px, self.limits)
        is_other = height_px != self._height_px or not still_fits(self.fit, extents, fresh, self.limits)
        if is_other:
            self.fit, self._height_px = fresh, height_px
        self._asked = asked
        return is_other

    @property
    def drawn_px(self) -> tuple[float, float]:
        """How wide they are now, left and right of the plot."""
        first, *others = (axis.minimumWidth() for axis in self.by_unit.values()) if self.by_unit else (0.0,)
        return first, sum(others)

    @property
    def levels(self) -> list[float]:
        """Where the lines of the grid are, as parts of the height: at the marks of the active axis, else of most."""
        scales = [self.fit.scales[unit] for unit in self.by_unit if unit in self._active] or [
            self.fit.scales[unit] for unit in self.by_unit if unit not in self.limits
        ]
        scales = scales or list(self.fit.scales.values())
        return [(mark - scales[0].lowest) / scales[0].span for mark in scales[0].marks] if scales else []

    def set_plot_width(self, width_px: float) -> None:
        """An axis takes a fifth of the plot at most."""
        self._plot_px = width_px
        self._set_scales()

    def _set_scales(self) -> None:
        for unit, axis in self.by_unit.items():
            if unit in self.fit.scales:
                axis.set_scale(self.fit.scales[unit], widest_px(self._plot_px))
        self._spread()

    def _spread(self) -> None:
        widths = {unit: axis.wide_px for unit, axis in self.by_unit.items()}
        asked = widths, self._plot_px, self._active
        if asked == self._spread_for:
            return
        self._spread_for = asked
        wide = self._wide(widths, self._active)
        for unit, axis in self.by_unit.items():
            axis.set_narrow(unit not in wide)
        ways = [self._wide(widths, {unit}) for unit in widths]
        self.right_px = max((_right_px(widths, way) for way in ways), default=0.0)

    def _wide(self, widths: Mapping[str, float], active: Collection[str]) -> Collection[str]:
        """Which axes have room for their labels: the left one, that of the active series, others in their order."""
        if self.are_all_wide:
            return widths
        left = next(iter(widths), "")
        wide = {left, *active}
        for unit in widths:
            if widths[left] + _right_px(widths, wide | {unit}) <= _SHARE * self._plot_px:
                wide.add(unit)
        return wide

    def restyle(self, theme: Theme) -> None:
        """Takes the colours of a theme."""
        for axis in self.by_unit.values():
            axis.restyle(theme)

    def _made(self, unit: str, number: int) -> ValueAxis:
        axis = ValueAxis(unit, on_left=number == 0)
        self._layout.addItem(axis, self._row, 0 if number == 0 else number + 1, 2, 1, Qt.AlignmentFlag.AlignRight)
        axis.zoomed.connect(lambda factor, share: self._zoom(unit, factor, share))
        axis.dragged.connect(lambda share: self._move(unit, share))
        axis.reset.connect(lambda: self.limits_chosen.emit(unit, None))
        axis.menu_asked.connect(lambda at: self.menu_asked.emit(unit, at))
        return axis

    def _zoom(self, unit: str, factor: float, share: float) -> None:
        scale = self._scale(unit)
        self.limits_moved.emit(unit, scale.zoomed(factor, scale.lowest + share * scale.span))

    def _move(self, unit: str, share: float) -> None:
        scale = self._scale(unit)
        self.limits_moved.emit(unit, (scale.lowest + share * scale.span, scale.highest + share * scale.span))

    def _scale(self, unit: str) -> Scale:
        """As it will be drawn next: a hand may be quicker."""
        return self.fit.scales[unit]._replace(
            **dict(zip(("lowest", "highest"), self.limits.get(unit, ()), strict=False))
        )


def _right_px(widths: Mapping[str, float], wide: Collection[str]) -> float:
    """What the axes right of the plot take, if these are wide."""
    return sum(width if unit in wide else NARROW_PX for unit, width in list(widths.items())[1:])
