"""The mark on changed values, which stands for a moment and goes."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from t3monitor.model.points import Point

FADE_STEP_MS = 200
# Strength of the mark on a changed value after each step: it stands, then goes, and costs a repaint only while it goes.
FADE_STRENGTHS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0)


class Fading(QObject):
    """The rows whose values changed last; one timer for all of them, whatever their number."""

    paled = Signal(object)  # rows whose marks are weaker now

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._before: dict[int, Point] = {}
        self._step = 0
        self._timer = QTimer(self, interval=FADE_STEP_MS)
        self._timer.timeout.connect(self.on_step)

    @property
    def strength(self) -> float:
        """Of the marks, as they are now."""
        return FADE_STRENGTHS[self._step]

    def before(self, row: int) -> Point | None:
        """The point before its change, while that is marked."""
        return self._before.get(row)

    def begin(self, changed: Mapping[int, Point]) -> None:
        """Marks rows, given what their points were; those that were marked just now stay."""
        if not changed:
            return
        self._before = {**changed, **self._before} if self._step == 0 else dict(changed)
        self._step = 0
        self._timer.start()

    def stop(self) -> None:
        """Takes all marks away."""
        self._before = {}
        self._step = 0
        self._timer.stop()

    @Slot()
    def on_step(self) -> None:
        """The next step, by the timer."""
        before = self.strength
        self._step += 1
        strength, rows = self.strength, list(self._before)
        if strength == 0.0:
            self.stop()
        if strength != before and rows:
            self.paled.emit(rows)
