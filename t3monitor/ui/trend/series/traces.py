"""The traces of the chosen series, and what of them goes to plot and legend; GUI thread."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import tzinfo
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from PySide6.QtGui import QColor

from t3monitor.model.freshness import PanelState
from t3monitor.model.points import Point, PointKey
from t3monitor.model.recording import Recording
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey, points_of
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.brief_names import brief_names
from t3monitor.ui.kit.panel_names import PanelNames
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend.figures import Figures
from t3monitor.ui.trend.legend.legend_model import Entry, Told
from t3monitor.ui.trend.plot.axis_choices import Per
from t3monitor.ui.trend.plot.drawn import Drawn
from t3monitor.ui.trend.plot.lanes import lane_words
from t3monitor.ui.trend.plot.ticks import axis_unit
from t3monitor.ui.trend.series.computed_trace import ComputedTrace
from t3monitor.ui.trend.series.coverage import Coverage, Request
from t3monitor.ui.trend.series.loader import Found
from t3monitor.ui.trend.series.point_names import Named, PointNames
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.shown import Chosen
from t3monitor.ui.trend.time.time_range import TimeRange


class Apart(NamedTuple):
    """What tells series with the same label apart, empty where that is not needed."""

    panel: str = ""
    site: str = ""
    point_id: str = ""

    def beside(self, label: str) -> str:
        """Together with that label, or (empty) by itself."""
        panel = " ".join(filter(None, (self.panel, label)))
        return " · ".join(filter(None, (panel, self.site))) + (f" ({self.point_id})" if self.point_id else "")


class Traces:
    """What is known of the chosen series; the one without samples knows nothing yet."""

    def __init__(self) -> None:
        self._series: tuple[Chosen, ...] = ()
        self._traces: dict[SeriesKey, Trace] = {}
        self._names = PanelNames()
        self._zone: tzinfo | None = None
        self._snapshot: Snapshot | None = None
        self.recording = Recording()
        self._judged_at: tuple[float, int] | None = None
        self.links_up: Collection[str] | None = None  # the sites of which readings keep coming; None: nobody has said

    def __getitem__(self, key: SeriesKey) -> Trace:
        return self._traces[key]

    def get(self, key: SeriesKey) -> Trace | None:
        """The trace of a series, if it is chosen."""
        return self._traces.get(key)

    @property
    def keys(self) -> list[SeriesKey]:
        """The series, in the order of adding."""
        return list(self._traces)

    def name_of(self, point: PointKey) -> str:
        """How a point is called of which any of the series is made."""
        parts = chain.from_iterable(trace.parts for trace in self._traces.values())
        return next((part.names.everywhere for part in parts if part.of == point), f"{point.serial_number}")

    @property
    def shown(self) -> list[Trace]:
        """Those that are not hidden."""
        return [self[chosen.key] for chosen in self._series if not chosen.hidden]

    @property
    def appended(self) -> int:
        """Live samples that the longest line got since it was loaded."""
        return max((trace.appended for trace in self._traces.values()), default=0)

    @property
    def behind_s(self) -> float:
        """How much newer the present is than what must be loaded to show it."""
        return max((trace.behind_s for trace in self._traces.values()), default=0.0)

    def point_names(self) -> PointNames:
        """What all points are called that are in use, or on the plot."""
        told = {
            PointKey(panel.serial_number, point.point_type, point.point_index): point.label
            for panel in (self._snapshot.panels if self._snapshot else ())
            for point in panel.points()
            if point.in_use
        }
        for trace in chain.from_iterable(chosen.parts for chosen in self._traces.values()):
            told.setdefault(trace.of, trace.point.label if trace.point else "")
        plotted = {point for key in self._traces for point in points_of(key)}
        named = (Named(key, self._names.of_site(key.serial_number), label) for key, label in told.items())
        return PointNames(named, plotted)

    def present_points(self) -> dict[PointKey, Point]:
        """All points as the newest snapshot tells them."""
        return {
            PointKey(panel.serial_number, point.point_type, point.point_index): point
            for panel in (self._snapshot.panels if self._snapshot else ())
            for point in panel.points()
        }

    def set_zone(self, zone: tzinfo | None) -> None:
        """By whose clocks days are compared."""
        self._zone = zone
        for trace in self._traces.values():
            trace.set_zone(zone)

    def keep(self, series: tuple[Chosen, ...], increases: Mapping[str, Per] = MappingProxyType({})) -> None:
        """Has a trace for each of these and for nothing else; counters of these units are shown as their increase."""
        self._series = series
        self._traces = {chosen.key: self._traces.get(chosen.key) or _trace(chosen.key) for chosen in series}
        for trace in self._traces.values():
            trace.increases = increases
        self.set_zone(self._zone)
        self._tell_ids()

    def describe(self, snapshot: Snapshot) -> None:
        """Gives each its names and present value."""
        self._names.learn(snapshot)
        self._snapshot = snapshot
        panels = {panel.serial_number: panel for panel in snapshot.panels}
        has_several_sites = len({panel.site for panel in snapshot.panels}) > 1
        for trace in chain.from_iterable(chosen.parts for chosen in self._traces.values()):
            of = trace.of
            trace.answered = of.serial_number in panels
            if panel := panels.get(of.serial_number):
                points = next(points for kind, points, _ in panel.vectors() if kind is of.point_type)
                point = next((point for point in points if point.point_index == of.point_index), None)
                read_at = panel.point_read_at(of.point_type, of.point_index)
                if point and read_at is not None:
                    name, site = self._names.of_site(of.serial_number), panel.site if has_several_sites else ""
                    delay_s = snapshot.received_at - read_at
                    trace.describe(panel, point, read_at, delay_s, panel_name=name, site=site)
                missed_at = panel.read_without(of.point_type, of.point_index)
                if missed_at is not None:
                    trace.miss(missed_at)
        self._tell_ids()

    def _tell_ids(self) -> None:
        """Points that are called alike are told apart by their ids, wherever they are named."""
        parts = [part for trace in self._traces.values() for part in trace.parts]
        alike: dict[tuple[str, str, str], set[PointKey]] = {}
        for part in parts:
            alike.setdefault(part.called, set()).add(part.of)
        for part in parts:
            part.tells_id = len(alike[part.called]) > 1

    def site_zone(self, zones: Mapping[str, tzinfo]) -> tzinfo | None:
        """The zone of the first series whose site has one, of those by name of site."""
        points = chain.from_iterable(map(points_of, self._traces))
        return next((zone for point in points if (zone := zones.get(self._names.site(point.serial_number)))), None)

    def data_since_s(self) -> float | None:
        """When the first reading of what is shown was, as far as it is loaded."""
        return min((float(series.times_utc_s[0]) for trace in self.shown for series in trace.series), default=None)

    def judge(self, now_s: float, interval_s: int) -> bool:
        """Whether their values are of the present, as of now; returns whether any is news."""
        self._judged_at = now_s, interval_s
        return self.judge_again()

    def judge_again(self) -> bool:
        """The same as of when it was asked last, since something else is known of them."""
        if self._judged_at is None:
            return False
        now_s, interval_s = self._judged_at
        news = [
            trace.judge(now_s, interval_s, self.links_up) for trace in self._traces.values()
        ]  # of each, not only up to the first
        return any(news)

    def begin_loading(self) -> None:
        """History is being read."""
        for trace in self._traces.values():
            trace.begin_loading()

    def set_history(self, request: Request, found: Found, now_s: float) -> Coverage:
        """Gives those of the request that are still chosen their history; returns what they hold now."""
        held = {key: found.get(key, ()) for key in request.keys if key in self._traces}
        for key, series in held.items():
            self[key].set_history(series, reaches_present=request.end_s >= now_s + self[key].ahead_s(now_s))
        self._tell_ids()
        return Coverage(
            request._replace(keys=tuple(held)),
            all(self[key].reaches_present for key in held),
            any(part.thinned for series in held.values() for part in series),
        )

    def forget(self) -> None:
        """Drops all samples, present values and names."""
        self._names.clear()
        self._snapshot = None
        for trace in self._traces.values():
            trace.forget()

    def next_sample_s(self, time_s: float, step: int) -> float | None:
        """Time of the nearest sample of a shown point after (step 1) or before (-1) a time."""
        found = [at_s for trace in self.shown if (at_s := trace.next_sample_s(time_s, step)) is not None]
        return (min if step > 0 else max)(found) if found else None

    def without_samples(self, shown: TimeRange, now_s: float) -> list[Trace]:
        """The shown points, if none of them has anything to draw in that time, as of now."""
        traces = self.shown
        return [] if any(trace.has_samples(*shown, now_s) for trace in traces) else traces

    def drawn(self, now_s: float) -> list[Drawn]:
        """What the plot draws now; lanes of equal labels tell their panel as well, then their site, then the point."""
        traces = self.shown
        shown = [chosen for chosen in self._series if not chosen.hidden]
        found = []
        for trace, apart, chosen in zip(traces, self._apart(traces), shown, strict=True):
            ahead_s = trace.ahead_s(now_s)
            lines = trace.lines(now_s + ahead_s)
            is_increase = any(line is not series for line, series in zip(lines, trace.series, strict=True))
            style = chosen.style._replace(step=chosen.style.step or is_increase)
            with_words = tuple((line, lane_words(line, line.words)) for line in lines)
            name = apart.beside(trace.names.label)
            found.append(Drawn(trace.key, name, _colour(chosen), style, with_words, ahead_s, plot=chosen.plot))
        return found

    def colours(self) -> dict[SeriesKey, QColor]:
        """In which colour each is drawn."""
        return {chosen.key: _colour(chosen) for chosen in self._series}

    def _apart(self, traces: Sequence[Trace]) -> list[Apart]:
        """What has to be told beside the label of each so that no two are called alike, and no more."""

        def whole(trace: Trace) -> Apart:
            return Apart(self._names.briefly(trace.of.serial_number), trace.names.site, trace.point_id)

        found = list(map(whole, traces))
        for told in (2, 1, 0):  # parts of it
            shorter = [Apart(*its[:told]) for its in found]
            names = Counter((trace.names.label, *its) for trace, its in zip(traces, shorter, strict=True))
            found = [
                short if names[trace.names.label, *short] == 1 else its
                for trace, its, short in zip(traces, found, shorter, strict=True)
            ]
        return found

    def entries(
        self,
        tell: Callable[[Trace], Told],
        figures: Mapping[SeriesKey, Figures] = MappingProxyType({}),
        *,
        is_present: bool = True,
    ) -> list[Entry]:
        """The rows of the legend with what ``tell`` says of each series, of the present or of another time."""
        traces = list(self._traces.values())
        apart = [its.beside("") for its in self._apart(traces)]
        return [
            Entry(
                chosen.key,
                trace.names,
                _colour(chosen),
                chosen.style,
                chosen.hidden,
                tell(trace),
                trace.state if is_present else PanelState.LIVE,
                self.is_recorded(trace),
                _unit(trace),
                figures.get(chosen.key, Figures()),
                chosen.plot,
                its_apart,
                brief,
            )
            for chosen, trace, its_apart, brief in zip(
                self._series, traces, apart, brief_names(tuple(apart)), strict=True
            )
        ]

    def is_recorded(self, trace: Trace) -> bool:
        """Whether what it shows is stored."""
        return all(map(self.recording.has_point, points_of(trace.key)))

    def subtrahends(self, key: PointKey) -> list[PointKey]:
        """The other points that it can be compared with, since they are measured in the same unit."""
        unit = self[key].unit
        others = [other for other in self._traces if isinstance(other, PointKey) and other != key]
        return [other for other in others if unit is not None and self[other].unit == unit]


def _trace(key: SeriesKey) -> Trace:
    match key:
        case ComputedKey(expression) | ComparedKey(ComputedKey(expression)):
            return ComputedTrace(key, expression)
    return Trace(key)


def _unit(trace: Trace) -> str | None:
    """The unit of the axis on which it is drawn; None of states, and as long as nothing is known of it."""
    if trace.unit is None or not trace.series:
        return trace.unit
    unit = axis_unit(trace.series[-1], trace.key)
    per = trace.increases.get(unit)
    return per.unit(unit) if per else unit


def _colour(chosen: Chosen) -> QColor:
    colours = current_theme().curves
    return colours[chosen.style.colour % len(colours)]
