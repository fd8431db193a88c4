"""What is drawn over the whole of a box on the time axis, in pixels."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsRectItem

from t3monitor.ui.trend.time.time_range import TimeRange


class TimeItem(QGraphicsRectItem):
    """Its box keeps its place and its time; what it paints, it paints itself. Qt need not ask Python where it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)  # which would be around its place
        self.shown = TimeRange(0, 1)

    def x_of(self, time_s: float) -> float:
        """Where a time stands."""
        return (time_s - self.shown.start_s) / self.shown.length_s * self.rect().width()
