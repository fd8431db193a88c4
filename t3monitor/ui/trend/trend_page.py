"""What the trend shows, as a page: the plots anew in the size and the colours of paper, with what is told of them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt

from t3monitor import __version__
from t3monitor.config.without_secrets import without_secrets
from t3monitor.exchange.table import Separators, Table, TableSeries
from t3monitor.ui.kit.texts import local_time_text, translate
from t3monitor.ui.kit.theme import LIGHT, drawn_in
from t3monitor.ui.trend.export.page import Page, PaintXY
from t3monitor.ui.trend.holes.shown_holes import ShownHoles
from t3monitor.ui.trend.legend.legend_model import plot_name
from t3monitor.ui.trend.legend.readout import Readout
from t3monitor.ui.trend.marks.shown_marks import ShownMarks
from t3monitor.ui.trend.plot.axis_control import AxisControl
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Shown
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.stretch.stretch_rows import Tables
from t3monitor.ui.trend.time.range_text import range_text
from t3monitor.ui.trend.time.time_range import TimeRange

_PANELS = 4  # named in a title, at most


def nothing() -> None:
    """What is not shown."""


class TrendPage:
    """Makes a page of one view."""

    def __init__(
        self,
        state: TrendState,
        traces: Traces,
        readout: Readout,
        holes: ShownHoles,
        axis_control: AxisControl,
        marks: ShownMarks,
        clock: Callable[[], float],
    ) -> None:
        self.state = state
        self._traces = traces
        self._readout = readout
        self._holes = holes
        self._axis_control = axis_control
        self._marks = marks
        self._clock = clock
        self.site_name = ""  # what is watched, where a point does not say of which of several sites it is
        self.view_name: Callable[[], str] = str  # of the named view that is shown
        self.is_read: Callable[[], bool] = lambda: True  # what is to be shown, with why it has holes
        self.figures: Callable[[], tuple[Tables, str] | None] = nothing  # of the stretch, and of which time they are
        self.xy: Callable[[], PaintXY | None] = nothing  # the X/Y plot that is open

    @property
    def has_series(self) -> bool:
        """Whether anything is plotted."""
        return bool(self._traces.shown)

    @property
    def site(self) -> str:
        """Of which site the points are, or sites."""
        sites = dict.fromkeys(trace.names.site for trace in self._traces.shown if trace.names.site)
        return ", ".join(sites) or self.site_name

    @property
    def title(self) -> str:
        """The name of the view, else what its points belong to."""
        panels = list(dict.fromkeys(trace.names.panel for trace in self._traces.shown))
        more = len(panels) - _PANELS
        if more > 0:
            panels = [*panels[:_PANELS], translate("Picture", "%d more") % more]
        return self.view_name() or ", ".join(panels) or translate("Picture", "Trend")

    def make(self, *, tells_when: bool = True) -> Page:
        """The page as of now; if it is not to tell when it is made, as of the end of the time in sight."""
        state = self.state
        now_s = self._clock() if tells_when else min(self._clock(), state.time_range.end_s)
        self._readout.figures.compute_now()
        with drawn_in(LIGHT):
            entries = [entry for entry in self._readout.entries() if not entry.hidden]
        figures = self.figures() if state.shown.stretch.is_told else None
        made = f"T3 Monitor {__version__}"
        if tells_when:
            made = translate("Picture", "%s, made %s") % (made, local_time_text(now_s, state.zone))
        return Page(
            self.title,
            range_text(state.time_range, state.zone),
            self.site,
            made,
            entries,
            [plot_name(entry.plot) for entry in entries] if state.shown.plot_count > 1 else (),
            [*map(without_secrets, self._holes.told(*state.time_range, as_of_s=None if tells_when else now_s))],
            partial(
                self._make_plot,
                state.shown,
                state.drawn_range,
                now_s,
                without_present=None if tells_when else state.time_range,
            ),
            figures,
            self.xy(),
        )

    def table(self, separators: Separators, *, drawn: bool) -> Table:
        """The values of the time in sight: as drawn, or all readings."""
        shown, now_s = self.state.time_range, self._clock()
        lines = self._axis_control.applied(self._traces.drawn(now_s)) if drawn else ()
        return Table(
            [_named(trace) for trace in self._traces.shown],
            shown.start_s,
            min(shown.end_s, now_s),
            now_s,
            self.state.zone,
            separators,
            {line.key: tuple(series for series, _ in line.series) for line in lines} if drawn else None,
        )

    def _make_plot(
        self, shown: Shown, drawn: TimeRange, now_s: float, size: QSize, *, without_present: TimeRange | None
    ) -> PlotStack:
        """A line stands at ``now_s``, but in a time that is shown ``without_present``."""
        zone = self.state.zone
        plot = PlotStack(are_axes_wide=True)  # on paper nobody points at a series
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(size)
        plot.show()
        plot.set_axes(shown.axes)
        plot.set_range(drawn, zone, now_s)
        plot.draw(self._axis_control.applied(self._traces.drawn(now_s)), now_s)
        if without_present:
            plot.set_range(without_present, zone)
        self._holes.show_on(plot, now_s)
        plot.set_marks(self._marks.shown)
        plot.set_cursors(shown.stretch.cursors)
        return plot


def _named(trace: Trace) -> TableSeries:
    names = trace.names
    return TableSeries(trace.key, names.site, names.panel, trace.point_id, names.label)
