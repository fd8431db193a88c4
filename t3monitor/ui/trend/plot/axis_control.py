"""What a user does with the axes of values, and what the plot draws because of it; GUI thread."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint, Slot

from t3monitor.ui.trend.holes.explainer import HoleExplainer
from t3monitor.ui.trend.holes.missing import faults
from t3monitor.ui.trend.plot.axis_choices import AxisKey, Limits, Per
from t3monitor.ui.trend.plot.axis_menu import AxisMenu
from t3monitor.ui.trend.plot.drawn import Drawn
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.state import TrendState


class AxisControl(QObject):
    """Tells the state what was chosen at the axes of a plot, and applies it to what is to be drawn."""

    def __init__(self, plots: PlotStack, state: TrendState, explainer: HoleExplainer, parent: QObject) -> None:
        super().__init__(parent)
        self._plots = plots
        self._state = state
        self._explainer = explainer
        plots.limits_chosen.connect(self._choose_limits)
        plots.limits_moved.connect(state.move_axis)
        plots.axis_menu_asked.connect(self._open_menu)

    def applied(self, drawn: Iterable[Drawn]) -> list[Drawn]:
        """With the times in which sensors were faulty, if axes are to fit without them."""
        if not self._state.shown.axes.without_faulty:
            return list(drawn)
        return [replace(line, faulty=faults(self._explainer.told(line.key).pieces)) for line in drawn]

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
