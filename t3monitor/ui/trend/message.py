"""What the trend says in words: why its plot is empty, and what went wrong."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from t3monitor.ui.kit.notice import Tone, set_tone
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState

_MARGIN_PX = 40


class PlotMessage(Label):
    """Says why the plot above which it lies is empty; hidden while it is not."""

    def __init__(self, plot: QWidget) -> None:
        super().__init__(parent=plot)
        self._plot = plot
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setProperty("muted", True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(
        self, state: TrendState, traces: Traces, *, loading: bool, complete: bool, now_s: float, whole: bool = True
    ) -> None:
        """Tells it what is shown, whether the first history is still to come, whether all is there, and is drawn."""
        if not whole:
            text = self.tr(
                "This cannot be drawn: an error in this program, of which its log tells. "
                "Choose another time, or remove a point."
            )
        elif not state.series:
            text = self.tr("Double-click or drag a point here to plot it")
        elif not traces.shown:
            text = self.tr("All points are hidden: tick one in the list")
        elif loading:
            text = self.tr("Loading history…")
        else:
            text = self._why_empty(state, traces, now_s) if complete else ""
        self.setText(text)
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Takes the room that the plot has."""
        self.setGeometry(self._plot.rect().adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0))

    def _why_empty(self, state: TrendState, traces: Traces, now_s: float) -> str:
        empty = traces.without_samples(state.time_range, now_s)
        recorded = [trace.names.everywhere for trace in empty if traces.is_recorded(trace)]
        others = [trace.names.everywhere for trace in empty if not traces.is_recorded(trace)]
        lines = []
        if recorded:
            lines.append(self.tr("No history for this time: %s") % ", ".join(recorded))
        if others:
            lines.append(self.tr("Not recorded, its values are shown but not stored: %s") % ", ".join(others))
        return "\n".join(lines)


class ProblemLine(Label):
    """One sentence of what went wrong, cut where there is no room; hidden while all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(8, 2, 8, 2)
        set_tone(self, Tone.BAD)
        self.hide()

    def say(self, problem: str) -> None:
        """Shows a problem, or (empty) none."""
        self.setText(problem)
        self.setToolTip(tooltip_text([problem]))
        self.setVisible(bool(problem))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, self.alignment(), text)
