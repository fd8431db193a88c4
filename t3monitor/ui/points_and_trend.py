"""Points above the trend, which share the height until somebody moves the border between them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget
from typing_extensions import override

_TREND_PX = 210  # without its figures: in a low window, points give way for that
_FIGURES_SHARE = 0.25  # of the height, at most


class PointsAndTrend(QSplitter):
    """Points and plot are as high as each other, and the figures of a stretch are beside that."""

    def __init__(self, points: QWidget, trend: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.is_chosen = False  # somebody moved the border
        self._figures_px = 0
        self._points = points
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for pane in (points, trend):
            self.addWidget(pane)
            self.setStretchFactor(self.indexOf(pane), 1)
        self.splitterMoved.connect(self._on_moved)

    @Slot(int)
    def set_figures(self, wanted_px: int) -> None:
        """How high the figures want to be, 0 while they are closed."""
        self._figures_px = wanted_px
        self._fit()

    @Slot()
    def _on_moved(self) -> None:
        self.is_chosen = True

    def _fit(self) -> None:
        if not (self.is_chosen or self._points.isHidden()):
            height = self.height() - self.handleWidth()
            beside = height - min(self._figures_px, round(_FIGURES_SHARE * height))
            points = max(0, min(beside // 2, beside - _TREND_PX))
            self.setSizes([points, height - points])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
