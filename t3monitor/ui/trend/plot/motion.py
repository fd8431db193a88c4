"""When curves are painted for speed and when for looks: while a hand moves them, and a moment afterwards."""

from PySide6.QtCore import QObject, QTimer, Slot

from t3monitor.ui.trend.plot.curves import CurvesItem
from t3monitor.ui.trend.plot.time_box import TimeBox

_RESTS_AFTER_MS = 150  # without a movement


class Motion(QObject):
    """Of the curves of one plot, its ``item``."""

    def __init__(self, box: TimeBox, parent: QObject) -> None:
        super().__init__(parent)
        self.item = CurvesItem(box, self._rest_soon)
        self._until_rest = QTimer(self, singleShot=True, interval=_RESTS_AFTER_MS)
        self._refining = QTimer(self, interval=0)  # a part of the picture at a time
        self._until_rest.timeout.connect(self._refining.start)
        self._refining.timeout.connect(self._refine)

    def move(self) -> None:
        """Something moves: for a moment speed counts, not looks."""
        self._refining.stop()
        self.item.set_moving(True)
        self._until_rest.start()

    def rest(self) -> None:
        """See `PlotStack.rest`."""
        self.stop()
        self.item.set_moving(False)

    def stop(self) -> None:
        """Nothing is painted any more."""
        self._until_rest.stop()
        self._refining.stop()

    def _rest_soon(self) -> None:
        if not self._until_rest.isActive():
            self._refining.start()

    @Slot()
    def _refine(self) -> None:
        if not self.item.refine():
            self._refining.stop()
