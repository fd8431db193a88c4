"""The plot in words, for those who hear the window instead of seeing it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from t3monitor.model.freshness import PanelState
from t3monitor.model.times import duration_text
from t3monitor.model.zones import local
from t3monitor.ui.devices.columns import state_word
from t3monitor.ui.kit.texts import clock_text, date_text, translate
from t3monitor.ui.trend.holes.shown_holes import ShownHoles
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState

_REST_MS = 700  # after the last change; while the plot moves nobody is told anything


class Spoken(QObject):
    """Describes the plot to assistive technology whenever it has come to rest."""

    def __init__(
        self,
        view: QWidget,
        state: TrendState,
        traces: Traces,
        holes: ShownHoles,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(view)
        self._view, self._state, self._traces = view, state, traces
        self._holes, self._clock = holes, clock
        self._resting = QTimer(self, singleShot=True, interval=_REST_MS)
        self._resting.timeout.connect(self.tell)

    def soon(self) -> None:
        """Something changed."""
        self._resting.start()

    @Slot()
    def tell(self) -> None:
        """Tells what is drawn now."""
        text = summary(self._state, self._traces, self._holes, self._clock())
        if text != self._view.accessibleDescription():
            self._view.setAccessibleDescription(text)


def summary(state: TrendState, traces: Traces, holes: ShownHoles, now_s: float) -> str:
    """Which points, from when to when, their last values, and what is missing."""
    if not state.series:
        return translate("Spoken", "Nothing is plotted")
    start_s, end_s = state.time_range.start_s, now_s if state.follows else min(state.time_range.end_s, now_s)
    # without seconds: while the present is followed nobody is told of each of them
    times = [
        f"{date_text(local(time_s, state.zone).date())} {clock_text(time_s, state.zone, seconds=False)}"
        for time_s in (start_s, end_s)
    ]
    head = translate("Spoken", "%1 to %2").replace("%1", times[0]).replace("%2", times[1])
    if state.follows:
        head += translate("Spoken", ", following the present")
    lines = [head, *(_about(trace, holes, start_s, end_s, now_s) for trace in traces.shown)]
    if hidden := len(state.series) - len(traces.shown):
        lines.append(translate("Spoken", "hidden: %d") % hidden)
    return ". ".join(lines)


def _about(trace: Trace, holes: ShownHoles, start_s: float, end_s: float, now_s: float) -> str:
    last = (end_s >= now_s and trace.text_now(now_s)) or trace.text_at(end_s, now_s)
    if not last or holes.is_in(trace.key, end_s):
        last = translate("Spoken", "no reading at the end")
    parts = [f"{trace.names.everywhere}: {last}"]
    if trace.state is not PanelState.LIVE:
        parts.append(state_word(trace.state))
    if found := holes.incidents(trace.key, start_s, end_s):
        missing_s = sum(min(one.end_s, end_s) - max(one.start_s, start_s) for one in found)
        text = translate("Spoken", "holes: %1, %2 in all, the longest: %3")
        text = text.replace("%1", str(len(found))).replace("%2", duration_text(missing_s))
        parts.append(text.replace("%3", found[0].sentence or translate("Spoken", "the cause is not known yet")))
    return ", ".join(parts)
