"""What list and crosshair say of the chosen series: values at a time or now, and what they did in the time in sight."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject

from t3monitor.model.causes import SENSOR_FAULTS, Cause, sentence, word
from t3monitor.model.numbers import difference
from t3monitor.model.series_keys import ComparedKey, SeriesKey
from t3monitor.model.units import is_measured
from t3monitor.model.zones import local
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.kit.texts import clock_text, date_text, local_time_text, translate
from t3monitor.ui.trend.holes.missing import MOMENT_S
from t3monitor.ui.trend.holes.shown_holes import ShownHoles
from t3monitor.ui.trend.legend.figures import Figures, FiguresInSight, figures_of
from t3monitor.ui.trend.legend.in_sight import InSight, ToMeasure, in_sight
from t3monitor.ui.trend.legend.legend_model import Entry, Told
from t3monitor.ui.trend.series.loader import Spawn
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.stretch.stretch_meter import InThread, at_once
from t3monitor.ui.trend.time.time_range import Preset, TimeRange


class Readout:
    """Texts of the series of one view; GUI thread."""

    def __init__(
        self,
        state: TrendState,
        traces: Traces,
        holes: ShownHoles,
        clock: Callable[[], float],
        parent: QObject,
        in_thread: InThread = at_once,
        spawn: Spawn = asyncio.ensure_future,
    ) -> None:
        self._state = state
        self._traces = traces
        self._holes = holes
        self._clock = clock
        self.figures = FiguresInSight(self._all_to_measure, self._figures_of, in_thread, spawn, parent)

    @property
    def heading(self) -> str:
        """Of when the values are: the time of the crosshair, with its day where there are several, or now."""
        cursor_s, zone = self._state.cursor_s, self._state.zone
        if cursor_s is None:
            return translate("Readout", "Now")
        if self._state.time_range.length_s <= Preset.DAY.length_s:
            return clock_text(cursor_s, zone)
        return f"{date_text(local(cursor_s, zone).date(), year=False)} {clock_text(cursor_s, zone, seconds=False)}"

    @property
    def cursor_text(self) -> str:
        """The time of the crosshair, and why there is no reading of any series then; empty without one."""
        cursor_s = self._state.cursor_s
        if cursor_s is None:
            return ""
        return " · ".join(filter(None, (local_time_text(cursor_s, self._state.zone), self._why_none(cursor_s))))

    def entries(self) -> list[Entry]:
        """The rows of the list."""
        figures = self.figures.of(self._state.time_range)
        return self._traces.entries(self._tell, figures, is_present=self._state.cursor_s is None)

    def in_sight(self, key: SeriesKey) -> list[str]:
        """What a series did in the time in sight."""
        return in_sight(self._traces[key], self._to_measure(key))

    def _its_now_s(self, key: SeriesKey) -> float:
        now_s = self._clock()
        return now_s + self._traces[key].ahead_s(now_s)

    def _all_to_measure(self) -> tuple[TimeRange, dict[SeriesKey, ToMeasure]]:
        return self._state.time_range, {key: self._to_measure(key) for key in self._traces.keys}

    def _to_measure(self, key: SeriesKey) -> ToMeasure:
        now_s, trace = self._its_now_s(key), self._traces[key]
        pieces, is_loaded = self._holes.pieces(key, now_s), self._holes.has(key)
        return ToMeasure(trace.series, self._state.time_range, pieces, now_s, is_loaded, trace.lines(now_s))

    def _figures_of(self, key: SeriesKey, told: InSight | None) -> Figures:
        trace = self._traces.get(key)  # it may be gone since
        return figures_of(trace, told) if trace else Figures()

    def _tell(self, trace: Trace) -> Told:
        """The value at the crosshair or now; in a hole that there is no reading, and why, and nothing else."""
        key, at_s, now_s = trace.key, self._state.cursor_s, self._clock()
        if at_s is None and trace.shift.days > 0 and self._holes.has(key, now_s):
            at_s = now_s  # what is compared with the present
        time_s = self._its_now_s(key) if at_s is None else at_s
        value = trace.text_now(now_s) if at_s is None else trace.text_at(at_s, now_s)
        if value == "":  # nothing is told of the present
            return Told("")
        if value is None or self._holes.is_in(key, time_s):
            if (hole := self._holes.at(key, time_s)) is None:
                self._holes.ask_about(key, time_s)
            return self._missing(hole, value)
        if at_s is None or not isinstance(key, ComparedKey):
            if self._is_filled(key, at_s):
                return Told(
                    f"{value} ({translate('Readout', 'filled from T3000')})",
                    shorter=(f"{value} ({word(Cause.FILLED)})", value),
                )
            return Told(value)
        return Told(value + self._difference(key, at_s, now_s))

    def _is_filled(self, key: SeriesKey, at_s: float | None) -> bool:
        """Whether the reading at a time is a single one of T3000's own history."""
        after = None if at_s is None else self._holes.at(key, at_s + MOMENT_S)
        return after is not None and after.cause is Cause.FILLED

    def _missing(self, hole: ExplainedHole | None, value: str | None) -> Told:
        none, why = translate("Readout", "no reading"), translate("Readout", "no reading: %s")
        if hole is None:
            return Told(none, is_missing=True)
        if hole.cause is Cause.FILLED:  # around the crosshair there are readings, though none of this moment
            return Told(hole.sentence, True, (sentence(hole.cause), word(hole.cause)))
        ways = why % hole.sentence, why % sentence(hole.cause), why % word(hole.cause), word(hole.cause)
        aside = ""
        if value:
            is_fault = hole.cause in SENSOR_FAULTS
            aside = translate("Readout", "read all the same: %s") if is_fault else translate("Readout", "read last: %s")
        return Told(ways[0], True, ways[1:], aside and aside % value)

    def _difference(self, key: ComparedKey, time_s: float, now_s: float) -> str:
        """How much the series itself is above what it was on the day that is compared, if it is on the plot."""
        if (point := self._traces.get(key.of)) is None:
            return ""
        told, then = point.number_at(time_s, now_s), self._traces[key].number_at(time_s, now_s)
        if not (told and then) or told[0].units != then[0].units:
            return ""
        if not is_measured(digital=told[0].digital, range_=told[0].range):
            return ""
        text = point.text_of(told[0], difference(told[1], then[1]), with_unit=False)
        about = "" if told[2] and then[2] else "≈ "
        return f" ({about}{text if text.startswith('-') else f'+{text}'})".replace("-", "−")

    def _why_none(self, time_s: float) -> str:
        """The cause for which none of the shown series has a reading at a time, if it is one."""
        holes = [self._holes.at(trace.key, time_s) for trace in self._traces.shown]
        causes = {hole and hole.cause for hole in holes}
        if len(causes) > 1 or not (cause := causes.pop() if causes else None):
            return ""
        return sentence(cause) if cause is Cause.FILLED else translate("Readout", "no reading: %s") % sentence(cause)
