"""Points and series that are dragged onto the plots: each goes to the plot beneath it, or to a new one."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QRubberBand, QWidget
from typing_extensions import override

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.points.mime import decode_point_keys
from t3monitor.ui.trend.legend.legend_model import SERIES_MIME_TYPE
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.state import TrendState


class Drops(QObject):
    """Shows where what is dragged over a view would go, and has the state take it."""

    def __init__(
        self, view: QWidget, plots: PlotStack, state: TrendState, series_of: Callable[[int], SeriesKey | None]
    ) -> None:
        """``series_of`` tells the series of a row of the list."""
        super().__init__(view)
        self._view = view
        self._plots = plots
        self._state = state
        self._series_of = series_of
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view)
        view.setAcceptDrops(True)
        view.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self._band.hide()
        elif isinstance(event, QDragMoveEvent):  # as it enters, too
            self._drag(event)
        elif isinstance(event, QDropEvent):
            self._drop(event)
        else:
            return False
        return True

    def _drag(self, event: QDropEvent) -> None:
        event.setAccepted(bool(self._keys(event)))
        if event.isAccepted() and self._state.series:
            self._band.setGeometry(self._target(event)[1])
            self._band.show()

    def _drop(self, event: QDropEvent) -> None:
        self._band.hide()
        keys, (plot, _) = self._keys(event), self._target(event)
        event.setAccepted(bool(keys))
        if event.mimeData().hasFormat(SERIES_MIME_TYPE):
            for key in keys:
                self._state.show_in(key, plot)
        elif keys:
            self._state.add(keys, plot)

    def _keys(self, event: QDropEvent) -> Sequence[SeriesKey]:
        data = event.mimeData()
        if not data.hasFormat(SERIES_MIME_TYPE):
            return decode_point_keys(data)
        key = self._series_of(int(data.data(SERIES_MIME_TYPE).data()))
        return [] if key is None else [key]

    def _target(self, event: QDropEvent) -> tuple[int, QRect]:
        at = self._plots.mapFrom(self._view, event.position().toPoint())
        plot, place = self._plots.place_at(at)
        return plot, QRect(self._plots.mapTo(self._view, place.topLeft()), place.size())
