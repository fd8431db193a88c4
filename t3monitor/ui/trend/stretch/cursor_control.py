"""What the mouse does with the cursors A and B of a plot; GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.state import TrendState


class CursorControl(QObject):
    """Tells the state what the mouse does with the cursors; no cursor stands in the future."""

    def __init__(self, plots: PlotStack, state: TrendState, clock: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._plots = plots
        self._state = state
        self._clock = clock
        plots.cursor_dragged.connect(self._move)
        plots.stretch_marked.connect(self._mark)
        plots.cursor_asked.connect(self._set_next)

    def draw(self) -> None:
        """Shows the cursors that there are."""
        self._plots.set_cursors(self._state.shown.stretch.cursors if self._state.series else {})

    @Slot(str, float)
    def _move(self, name: str, to_s: float) -> None:
        self._state.mark(self._state.shown.stretch.with_cursor(name, self._past(to_s)), by_hand=True)

    @Slot(float, float)
    def _mark(self, from_s: float, to_s: float) -> None:
        self._state.mark(self._state.shown.stretch.marking(self._past(from_s), self._past(to_s)), by_hand=True)

    @Slot(float)
    def _set_next(self, at_s: float) -> None:
        self._state.mark(self._state.shown.stretch.with_next(self._past(at_s)))

    def _past(self, time_s: float) -> float:
        return min(time_s, self._clock())
