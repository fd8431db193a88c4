"""What can be made of the points on the plot: themselves on other days, and their differences; GUI thread."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, difference
from t3monitor.model.zones import local
from t3monitor.ui.kit.plain import add_action, menu_text, tooltip
from t3monitor.ui.trend.day_dialog import DayDialog
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.traces import Traces


class MoreSeries(QObject):
    """Offers it in menus."""

    def __init__(self, state: TrendState, traces: Traces, clock: Callable[[], float], parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self._traces = traces
        self._clock = clock
        self._widget = parent

    def offer_in(self, menu: QMenu) -> None:
        """Adds what can be made of all points, and of each."""
        points = [chosen.key for chosen in self._state.series if isinstance(chosen.key, PointKey)]
        comparing = menu.addMenu(self.tr("Compare"))
        if len(points) > 1:
            self._offer_days(comparing, points)
            comparing.addSeparator()
        for point in points:
            name = self._traces[point].names.everywhere
            entry = comparing.addMenu(menu_text(name))
            entry.menuAction().setToolTip(tooltip(name))
            self.offer_of(point, entry)
        comparing.setEnabled(bool(points))

    def offer_of(self, point: PointKey, menu: QMenu) -> None:
        """Adds what a point can be shown beside: itself on other days, and its difference to others of its unit."""
        self._offer_days(menu, [point])
        for other in self._traces.subtrahends(point):
            text = self.tr("Minus %s") % self._traces[other].names.everywhere
            add_action(menu, text, partial(self._state.add, [difference(point, other)]))

    def day_dialog(self, points: Sequence[PointKey]) -> DayDialog:
        """In which the day is chosen on which these points are shown as well."""
        zone, now_s = self._state.zone, self._clock()
        start_s, end_s = self._state.time_range
        shown = local(max(start_s, end_s - 1), zone).date()
        dialog = DayDialog(shown, local(now_s, zone).date(), self._widget)
        dialog.accepted.connect(lambda: self._compare(points, dialog.days))
        return dialog

    def _offer_days(self, menu: QMenu, points: Sequence[PointKey]) -> None:
        for days, text in ((1, self.tr("The day before")), (7, self.tr("The same weekday a week before"))):
            menu.addAction(text, partial(self._compare, points, days))
        menu.addAction(self.tr("Another day…"), lambda: self.day_dialog(points).open())

    def _compare(self, points: Sequence[PointKey], days: int) -> None:
        self._state.add(ComparedKey(point, days) for point in points)
