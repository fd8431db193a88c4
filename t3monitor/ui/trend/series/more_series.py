"""What can be made of the series on the plot: themselves on other days, computed series, and X/Y plots; GUI thread."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey, difference
from t3monitor.model.zones import local
from t3monitor.ui.kit.plain import add_action, menu_text, tooltip
from t3monitor.ui.trend.export.page import PaintXY
from t3monitor.ui.trend.series.day_dialog import DayDialog
from t3monitor.ui.trend.series.expression_dialog import ExpressionDialog
from t3monitor.ui.trend.series.loader import Load, Spawn
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState

if TYPE_CHECKING:
    from t3monitor.ui.trend.series.xy_window import XYWindow

Comparable = PointKey | ComputedKey


class MoreSeries(QObject):
    """Offers it in menus."""

    def __init__(
        self, state: TrendState, traces: Traces, load: Load, spawn: Spawn, clock: Callable[[], float], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._traces = traces
        self._load = load
        self._spawn = spawn
        self._clock = clock
        self._widget = parent
        self.xy: XYWindow | None = None

    def refresh(self) -> None:
        """Goes along with what is in sight."""
        self._traces.set_zone(self._state.zone)
        if self.xy is not None:
            self.xy.follow()

    @property
    def is_busy(self) -> bool:
        """Whether the X/Y plot waits for readings."""
        return self.xy is not None and self.xy.is_busy

    def offer_in(self, menu: QMenu) -> None:
        """Adds what can be made of all points, and of each."""
        comparing = menu.addMenu(self.tr("Compare"))
        comparing.setEnabled(self._offer_comparisons(comparing))
        self._offer_others(menu)

    def make_menu(self, parent: QWidget) -> QMenu:
        """All of it, as it is when it is opened; comparisons are in it at once."""
        menu = QMenu(parent)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        return menu

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        if self._offer_comparisons(menu):
            menu.addSeparator()
        self._offer_others(menu)

    def _offer_comparisons(self, menu: QMenu) -> bool:
        """Returns whether there is a series to be compared."""
        keys = [chosen.key for chosen in self._state.series if not isinstance(chosen.key, ComparedKey)]
        if keys:
            self._offer_days(menu, keys)
            menu.addSeparator()
        for key in keys if len(keys) > 1 else ():
            name = self._traces[key].names.everywhere
            entry = menu.addMenu(menu_text(name))
            entry.menuAction().setToolTip(tooltip(name))
            self._offer_beside(key, entry)
        return bool(keys)

    def _offer_others(self, menu: QMenu) -> None:
        menu.addAction(self.tr("Computed series…"), lambda: self.expression_dialog().open())
        menu.addAction(self.tr("X/Y plot…"), self.show_xy).setEnabled(bool(self._state.series))

    def offer_of(self, key: SeriesKey, menu: QMenu) -> None:
        """Adds what can be made of one series."""
        if isinstance(key, ComputedKey):
            menu.addAction(self.tr("Change the expression…"), lambda: self.expression_dialog(key).open())
            menu.addSeparator()
        if not isinstance(key, ComparedKey):
            self._offer_beside(key, menu)
            menu.addSeparator()

    def day_dialog(self, keys: Sequence[Comparable]) -> DayDialog:
        """In which the day is chosen on which these series are shown as well."""
        zone, now_s = self._state.zone, self._clock()
        start_s, end_s = self._state.time_range
        shown = local(max(start_s, end_s - 1), zone).date()
        dialog = DayDialog(shown, local(now_s, zone).date(), self._widget)
        dialog.accepted.connect(lambda: self._compare(keys, dialog.days))
        return dialog

    def expression_dialog(self, changed: ComputedKey | None = None) -> ExpressionDialog:
        """In which a computed series is written, or changed."""
        dialog = ExpressionDialog(
            self._traces.point_names(), self._state.points, self._traces.present_points(), self._widget
        )
        if changed:
            dialog.edit(changed)
        dialog.accepted.connect(lambda: self._take(dialog.key, changed))
        return dialog

    def paint_xy(self) -> PaintXY | None:
        """Paints the X/Y plot that is open."""
        return self.xy.paint_on if self.xy is not None and self.xy.isVisible() else None

    def show_xy(self) -> None:
        """Opens the X/Y plot, with what was chosen there."""
        if self.xy is None:
            from t3monitor.ui.trend.series.xy_window import XYWindow  # it is rarely wanted, and looks at the tool bar

            self.xy = XYWindow(self._state, self._traces, self._load, self._spawn, self._clock, self._widget)
        self.xy.show()
        self.xy.raise_()
        self.xy.refresh()

    def _offer_beside(self, key: Comparable, menu: QMenu) -> None:
        """What a series can be shown beside: itself on other days, and a point's difference to others of its unit."""
        self._offer_days(menu, [key])
        if isinstance(key, PointKey):
            for other in self._traces.subtrahends(key):
                text = self.tr("Minus %s") % self._traces[other].names.everywhere
                add_action(menu, text, partial(self._state.add, [difference(key, other)]))

    def _offer_days(self, menu: QMenu, keys: Sequence[Comparable]) -> None:
        for days, text in ((1, self.tr("The day before")), (7, self.tr("The same weekday a week before"))):
            menu.addAction(text, partial(self._compare, keys, days))
        menu.addAction(self.tr("Another day…"), lambda: self.day_dialog(keys).open())

    def _compare(self, keys: Sequence[Comparable], days: int) -> None:
        self._state.add(ComparedKey(key, days) for key in keys)

    def _take(self, key: ComputedKey | None, changed: ComputedKey | None) -> None:
        if key is None:
            return
        if changed is None:
            self._state.add([key])
        else:
            self._state.exchange(changed, key)
