"""The holes of the chosen series: known by their samples and the explainer, shown by the plot; GUI thread."""

from collections.abc import Callable
from math import inf
from operator import is_

from t3monitor.model.causes import Cause, sentence
from t3monitor.model.series_keys import SeriesKey
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.kit.texts import tooltip_text, translate
from t3monitor.ui.trend.holes.bands import bands, bands_of_days
from t3monitor.ui.trend.holes.explainer import HoleExplainer
from t3monitor.ui.trend.holes.hole_texts import incident_texts, whose
from t3monitor.ui.trend.holes.incidents import Incident, incidents
from t3monitor.ui.trend.holes.missing import CAUSES, Missing, Pieces, faults, missing, with_filled_as_one
from t3monitor.ui.trend.plot.drawn import HoleRow
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.series.coverage import Coverage
from t3monitor.ui.trend.series.trace import Names, Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState

_RECENT_S = 600.0  # by then a cause is recorded, if it is at all; what is stored late has all loaded anew
_NOT_SURE = {CAUSES.index(Cause.UNKNOWN), CAUSES.index(None)}


class ShownHoles:
    """Has plots show what its series lack, and tells of it."""

    def __init__(
        self,
        plots: PlotStack,
        state: TrendState,
        traces: Traces,
        explainer: HoleExplainer,
        clock: Callable[[], float],
    ) -> None:
        self._plots = plots
        self._state = state
        self._traces = traces
        self._explainer = explainer
        self._clock = clock
        self._held: Coverage | None = None
        self._missing: dict[SeriesKey, Missing] = {}
        self._made_of: dict[SeriesKey, tuple[object, ...]] = {}
        self._names: list[Names] = []  # of what is drawn
        self._parts: list[Pieces] = []
        self._bands = bands((), ())
        plots.tip_at = self.tip

    def draw(self, held: Coverage | None) -> None:
        """Shows what is missing of what is held, as of now."""
        self._held, now_s = held, self._clock()
        found: dict[SeriesKey, Missing] = {}
        last: Missing | None = None
        for key in self._traces.keys if held else ():
            if held and key in held.request.keys:
                found[key] = last = self._of(self._traces[key], held, now_s, last)
        self._missing, self._made_of = found, {key: self._made_of[key] for key in found}
        self._show(now_s)

    def pass_time(self) -> bool:
        """To be called every second: a hole goes on, or has just begun, and its cause may be recorded by now.

        Returns whether more is missing, or less, than a second ago.
        """
        before = self._missing
        self.draw(self._held)
        if not_sure := [since_s for key, its in self._missing.items() for since_s in self._not_sure(key, its.pieces)]:
            self._explainer.ask_again(min(not_sure))
        return list(self._missing.values()) != list(before.values())

    def has(self, key: SeriesKey, time_s: float | None = None) -> bool:
        """Whether the history of a series, or that of a time, is at hand, and so what it lacks."""
        its = self._missing.get(key)
        return its is not None and (time_s is None or its.between_s[0] <= time_s <= its.between_s[1])

    def pieces(self, key: SeriesKey, now_s: float) -> Pieces:
        """What a series lacks up to the present on its time axis; nothing, if that is not known."""
        its = self._missing.get(key)
        return its.pieces.until(now_s) if its else Pieces.none()

    def is_in(self, key: SeriesKey, time_s: float) -> bool:
        """Whether a time is known to lie in a hole of a series, or in a fault of its sensor."""
        its = self._missing.get(key)
        return its is not None and its.place_at(time_s) is not None

    def at(self, key: SeriesKey, time_s: float) -> ExplainedHole | None:
        """Why a series has no reading at a time; None if that is not known."""
        its = self._missing.get(key)
        return its.told_at(time_s) if its else None

    def incidents(self, key: SeriesKey, start_s: float, end_s: float) -> list[Incident]:
        """What of a series is missing in a time, the longest first."""
        its = self._missing.get(key)
        return incidents([its], start_s, end_s) if its else []

    def ask_about(self, key: SeriesKey, time_s: float) -> None:
        """Asks once more, if there is a hole then that could not be explained."""
        its = self._missing.get(key)
        places = its.pieces.places(time_s, time_s) if its else ()
        if its and any(its.told(place) is None for place in places):
            self._explainer.ask_again()

    def tip(self, time_s: float, reach_s: float, key: SeriesKey | None) -> str:
        """What is missing about a time, the longest first: of all shown series, or of one."""
        lines = self.told(time_s - reach_s, time_s + reach_s, key)
        if any(f": {sentence(Cause.FILLED)}" in line for line in lines):
            lines.append(
                translate("Holes", "Rings are single readings that T3000 logged; between them nothing is known")
            )
        return tooltip_text(lines)

    def told(
        self, start_s: float, end_s: float, key: SeriesKey | None = None, *, as_of_s: float | None = None
    ) -> list[str]:
        """A line for each hole of a time up to now, the longest first: of all shown series, or of one.

        ``as_of_s``: what comes after it is not told.
        """
        shown = [trace for trace in self._traces.shown if trace.key in self._missing and key in (None, trace.key)]
        days = [trace.shift.days for trace in shown]
        now_s = self._clock() if as_of_s is None else as_of_s
        found = incidents([self._missing[trace.key] for trace in shown], start_s, min(end_s, now_s), days)
        if as_of_s is not None:
            known = (one._replace(end_s=min(one.end_s, as_of_s)) for one in found)
            found = sorted(known, key=lambda one: -one.length_s)
        return incident_texts(found, shown, now_s, self._state.zone)

    def _of(self, trace: Trace, held: Coverage, now_s: float, like: Missing | None) -> Missing:
        its_now_s = now_s + trace.ahead_s(now_s)
        start_s, end_s = held.request.start_s, inf if trace.reaches_present else held.request.end_s
        goes_on = tuple(series.known_until(its_now_s) < series.told_until(its_now_s) for series in trace.series)
        made_of = trace.series, start_s, end_s, goes_on
        told, before = self._explainer.told(trace.key), self._missing.get(trace.key)
        if before and before.explained is told and self._made_of[trace.key] == made_of:
            return before
        self._made_of[trace.key] = made_of
        return missing(trace.series, told, start_s, end_s, its_now_s, like)

    def _not_sure(self, key: SeriesKey, pieces: Pieces) -> list[float]:
        """Since when a cause may still be recorded: of what goes on, and of what has none and is recent."""
        now_s, trace = self._clock(), self._traces[key]
        now_s += trace.ahead_s(now_s)
        recent_s, is_at_fault = now_s - _RECENT_S, faults(pieces).at(now_s) is not None
        since = [
            float(pieces.starts[place])
            for place in pieces.places(recent_s, now_s)
            if (pieces.ends[place] > now_s and not is_at_fault) or int(pieces.causes[place]) in _NOT_SURE
        ]
        if is_at_fault or (trace.is_faulty and trace.reaches_present):  # its end, or its begin, may be recorded by now
            since.append(recent_s)
        return since

    def _show(self, now_s: float) -> None:
        shown = [trace for trace in self._traces.shown if trace.key in self._missing]
        parts = [self._missing[trace.key].pieces for trace in shown]
        names = [trace.names for trace in shown]
        is_news = names != self._names or len(parts) != len(self._parts) or not all(map(is_, parts, self._parts))
        if is_news:
            self._names, self._parts, self._bands = (
                names,
                parts,
                bands_of_days(
                    [with_filled_as_one(part) for part in parts],
                    [trace.of.serial_number for trace in shown],
                    [trace.shift.days for trace in shown],
                ),
            )
        if is_news or any(its.ends[-1:].max(initial=0.0) > now_s for its in parts):
            self.show_on(self._plots, now_s)

    def show_on(self, plots: PlotStack, now_s: float) -> None:
        """Has plots show what was found last, as of now."""
        shown = [trace for trace in self._traces.shown if trace.key in self._missing]
        keys = [trace.key for trace in shown]
        plots.set_holes(
            self._bands.common.until(now_s),
            [
                HoleRow([keys[place] for place in row.series], whose(row.series, shown), row.pieces.until(now_s))
                for row in self._bands.rows
            ],
            {trace.key: self._missing[trace.key].pieces.until(now_s + trace.ahead_s(now_s)) for trace in shown},
        )
