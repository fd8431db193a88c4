"""What a user does with the axes of values, and what the plot draws because of it; GUI thread."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint, Slot

from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.holes.explainer import HoleExplainer
from t3monitor.ui.trend.holes.missing import faults
from t3monitor.ui.trend.plot.axis_choices import AxisKey, Limits, Per
from t3monitor.ui.trend.plot.axis_menu import AxisMenu
from t3monitor.ui.trend.plot.curves import axis_unit
from t3monitor.ui.trend.plot.plot import Drawn
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.series.increase_series import increase_series
from t3monitor.ui.trend.state import TrendState


class AxisControl(QObject):
    """Tells the state what was chosen at the axes of a plot, and applies it to what is to be drawn."""

    def __init__(
        self, plots: PlotStack, state: TrendState, explainer: HoleExplainer, clock: Callable[[], float], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._plots = plots
        self._state = state
        self._explainer = explainer
        self._clock = clock
        self._increases: dict[tuple[SeriesKey, int], tuple[object, Series]] = {}  # and what they were made of
        plots.limits_chosen.connect(self._choose_limits)
        plots.limits_moved.connect(state.move_axis)
        plots.axis_menu_asked.connect(self._open_menu)

    def applied(self, drawn: Iterable[Drawn]) -> list[Drawn]:
        """Counters as their increase, and when sensors were faulty, as far as that was chosen."""
        axes, before = self._state.shown.axes, self._increases
        self._increases = {}
        found = []
        for point in drawn:
            series = point.series
            if axes.increases:
                series = tuple(
                    (its, words) if words is not None else (self._increase(point, number, its, before), None)
                    for number, (its, words) in enumerate(series)
                )
            is_increase = any(new is not old for (new, _), (old, _) in zip(series, point.series, strict=True))
            found.append(
                replace(
                    point,
                    series=series,
                    style=point.style._replace(step=point.style.step or is_increase),
                    faulty=faults(self._explainer.told(point.key).pieces) if axes.without_faulty else None,
                )
            )
        return found

    def _increase(
        self, point: Drawn, number: int, series: Series, before: dict[tuple[SeriesKey, int], tuple[object, Series]]
    ) -> Series:
        per = self._state.shown.axes.increases.get(axis_unit(series, point.key))
        if per is None or not series.times_utc_s.size:
            return series
        key, now_s, zone = point.key, self._clock() + point.ahead_s, self._state.zone
        made_of = id(series), per, zone, series.known_until(now_s) < now_s
        known = before.get((key, number))
        if known is None or known[0] != made_of:
            known = made_of, increase_series(series, per, zone, now_s)
        self._increases[key, number] = known
        return known[1]

    @Slot(object, object)
    def _choose_limits(self, axis: AxisKey, limits: Limits | None) -> None:
        self._state.choose_axes(self._state.shown.axes.with_limits(axis, limits))

    @Slot(object, QPoint)
    def _open_menu(self, axis: AxisKey, at: QPoint) -> None:
        self.menu(axis).popup(at)

    def menu(self, axis: AxisKey) -> AxisMenu:
        """What can be done with an axis."""
        axes = self._state.shown.axes
        menu = AxisMenu(axis, self._plots.scale(axis), axes, self._plots)
        menu.limits_chosen.connect(partial(self._choose_limits, axis))
        menu.increase_chosen.connect(self._choose_increase)
        menu.faulty_toggled.connect(lambda without: self._state.choose_axes(replace(axes, without_faulty=without)))
        return menu

    @Slot(str, object)
    def _choose_increase(self, units: str, per: Per | None) -> None:
        self._state.choose_axes(self._state.shown.axes.with_increase(units, per))
