"""Plot and list side by side."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget
from typing_extensions import override

_SHARE, NARROW_PX, _WIDE_PX = 0.36, 240, 560  # of the trend's width, at first


class LegendSplitter(QSplitter):
    """Plot and list side by side; until somebody moves the border, the list has its share of the room."""

    def __init__(self, plot: QWidget, legend: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.is_chosen = False
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for place, pane in enumerate((plot, legend)):
            self.addWidget(pane)
            self.setStretchFactor(place, 1 - place)
        self.splitterMoved.connect(self._on_moved)

    def choose(self, sizes: Sequence[int]) -> None:
        """Keeps the list as wide as it was."""
        self.is_chosen = True
        self.setSizes(list(sizes))

    @Slot()
    def _on_moved(self) -> None:
        self.is_chosen = True

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.is_chosen:
            legend_px = min(max(round(self.width() * _SHARE), NARROW_PX), _WIDE_PX)
            self.setSizes([self.width() - legend_px, legend_px])
