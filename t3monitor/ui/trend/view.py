"""The trend view: chosen series over time, with tool bar and legend; GUI thread.

What is shown is known by its `TrendState`. The view draws it, asks the loader for history before it comes into sight,
and lets live values continue the lines.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override

from t3monitor.model.recording import Recording
from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.layout import stack
from t3monitor.ui.trend.actions import SeriesMenu, TrendMenu, act_on_key, open_menu
from t3monitor.ui.trend.drops import Drops
from t3monitor.ui.trend.export.export import Exporter, NoTables, Tables
from t3monitor.ui.trend.holes.explainer import Explain, HoleExplainer, no_causes
from t3monitor.ui.trend.holes.shown_holes import ShownHoles
from t3monitor.ui.trend.legend.legend import Legend
from t3monitor.ui.trend.legend.legend_splitter import LegendSplitter
from t3monitor.ui.trend.legend.readout import Readout
from t3monitor.ui.trend.marks.shown_marks import ReadMarks, ShownMarks, no_marks
from t3monitor.ui.trend.message import PlotMessage, ProblemLine
from t3monitor.ui.trend.plot.axis_control import AxisControl
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.series.coverage import Request, needed_for
from t3monitor.ui.trend.series.loader import Found, HistoryLoader, Load, Spawn
from t3monitor.ui.trend.series.more_series import MoreSeries
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.spoken import Spoken
from t3monitor.ui.trend.state import Change, TrendState
from t3monitor.ui.trend.stretch.cursor_control import CursorControl
from t3monitor.ui.trend.stretch.stretch_meter import InThread, StretchMeter, at_once
from t3monitor.ui.trend.stretch.stretch_pane import FiguresSplitter, StretchPane
from t3monitor.ui.trend.time.fit_data import FitData
from t3monitor.ui.trend.time.follow_timer import FollowTimer
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.toolbar import TrendToolBar
from t3monitor.ui.trend.trend_page import TrendPage
from t3monitor.ui.trend.views_menu import ViewsControl

_FRAME_MS = 33  # what the mouse and the wheel ask for in the meantime is drawn together


class TrendView(QWidget):
    """Plots any number of series; `load` gives the history of points, `clock` the present as UTC epoch seconds.

    ``load(keys, start, end, max_points)`` is a coroutine function that answers as `HistoryReader.read_many` does; it
    runs on the event loop of this thread and must not block it; ``explain`` does as much for `holes_of_points`,
    ``tables`` writes tables. `spawn` starts a coroutine there; ``in_thread`` has a function called in another
    thread, and is awaited.
    """

    points_changed = Signal()
    cycles_asked = Signal(float)  # what was recorded of a time
    note_asked = Signal(float, object)  # about a time, or up to another one (None)
    zone_changed = Signal(object)  # in whose times it is read; None: this computer's

    def __init__(
        self,
        load: Load,
        clock: Callable[[], float],
        parent: QWidget | None = None,
        *,
        explain: Explain = no_causes,
        read_marks: ReadMarks = no_marks,
        tables: Tables | None = None,
        spawn: Spawn = asyncio.ensure_future,
        in_thread: InThread = at_once,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._zones: Mapping[str, tzinfo] = {}

        self.state = TrendState(clock, self._on_changed, self.locale().firstDayOfWeek().value)
        self.traces = Traces()
        self.more = MoreSeries(self.state, self.traces, load, spawn, clock, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Trend"))
        self.fit_data = FitData(load, spawn, self.state, clock, lambda problem: self.problem.say(problem))
        self.plots = PlotStack()
        self.plot = self.plots.lowest
        self.loader = HistoryLoader(load, spawn, self)
        self.explainer = HoleExplainer(explain, clock, spawn, self)
        self.holes = ShownHoles(self.plots, self.state, self.traces, self.explainer, clock)
        self.marks = ShownMarks(self.plots, self.state, self.traces, read_marks, clock, spawn, self)
        self.readout = Readout(self.state, self.traces, self.holes, clock, self, in_thread, spawn)
        self.legend = Legend(self.readout.in_sight)
        self.axis_control = AxisControl(self.plots, self.state, self.explainer, self)
        self.page = TrendPage(self.state, self.traces, self.readout, self.holes, self.axis_control, self.marks, clock)
        self.page.is_read = lambda: not (self.loader.is_busy or self.explainer.is_busy)
        self.exporter = Exporter(self.page, tables or NoTables(), spawn, in_thread, self)
        self.views = ViewsControl(self.state, self.exporter, self)
        self.toolbar = TrendToolBar(self.state, clock, self.fit_data.show)
        self.toolbar.add_menu("ƒ", self.tr("Compare"), self.more.make_menu(self.toolbar))
        self.toolbar.add_menu("▤", self.tr("Views"), self.views.menu)
        self.toolbar.add_menu("⤓", self.tr("Export"), self.exporter.make_menu(self.toolbar))
        self.spoken = Spoken(self, self.state, self.traces, self.holes, clock)
        self.problem = ProblemLine()
        self.message = PlotMessage(self.plots)
        self.splitter = LegendSplitter(self.plots, self.legend)
        self.drops = Drops(self, self.plots, self.state, self.legend.series_of)
        self.cursors = CursorControl(self.plots, self.state, clock, self)
        self.meter = StretchMeter(load, explain, in_thread, clock, spawn, self)
        self.figures = StretchPane(self.state, self.traces, self.meter, clock)
        self.page.figures = lambda: self.figures.told
        self.page.xy = self.more.paint_xy
        self.panes = FiguresSplitter(self.splitter, self.figures)
        self.figures.filled.connect(self.panes.fit)
        stack(self, self.toolbar, self.problem, self.exporter.problem, self.panes)

        self._frame_timer = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._frame_timer.timeout.connect(self.draw_now)
        self._follow_timer = FollowTimer(self)
        self._follow_timer.timeout.connect(self.state.time_passed)
        self.loader.begun.connect(self.traces.begin_loading)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_failed)
        self.explainer.explained.connect(self._draw)
        self.plots.foot.strip.time_chosen.connect(self.cycles_asked)
        self.readout.figures.computed.connect(self._fill_legend)
        self.legend.hidden_changed.connect(self.state.set_hidden)
        self.legend.remove_asked.connect(self.state.remove)
        self.legend.menu_asked.connect(lambda key, at: open_menu(self.series_menu(key), at))
        self.legend.style_chosen.connect(self.state.set_style)
        self.legend.moved.connect(self.state.move)
        self.legend.grouped_changed.connect(self.state.set_grouped)
        self.legend.pointed_at.connect(self.plots.set_active)
        self.legend.walked_to.connect(self.plots.reveal)
        self.plots.dragged.connect(self.state.pan)
        self.plots.zoomed.connect(self.state.zoom)
        self.plots.heights_chosen.connect(self.state.set_heights)
        self.plots.hovered.connect(self.state.set_cursor)
        self.plots.menu_asked.connect(lambda at: open_menu(self.context_menu(), at))
        self.plots.resized.connect(self._on_plot_resized)
        self.plots.failed.connect(self._say)
        self._told_zone: tzinfo | None = None
        self._restyle()
        self.draw_now()

    def order_stops(self) -> None:
        """The Tab key goes as the eye does, from the tool bar to the plot; to be called when it is in its window."""
        self.setTabOrder(self.toolbar.last_button, self.legend)
        self.setTabOrder(self.toolbar.last_button, self)

    # -- told from outside -----------------------------------------------------------------------------------------

    @Slot(object)
    def describe(self, snapshot: Snapshot) -> None:
        """Takes names and present values of the chosen points from a snapshot."""
        self.views.snapshot = snapshot
        self.traces.describe(snapshot)
        if not self.state.series:
            return
        self.traces.judge_again()
        self._draw()
        self.marks.pass_time()
        self.state.time_passed()

    def set_recording(self, recording: Recording) -> None:
        """What is recorded, and what is only shown."""
        self.traces.recording = recording
        self._fill_legend()
        self._say()

    def set_zones(self, zones: Mapping[str, tzinfo]) -> None:
        """In which zones the sites stand, by their names; others in that of this computer."""
        self._zones = zones
        self._draw()

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Marks present values that have become old; to be called every second."""
        is_news = self.holes.pass_time()
        if self.traces.judge(utc_s, sync_interval_s) or is_news:
            self._draw_cursor()

    def set_links_up(self, sites: Collection[str]) -> None:
        """Of which sites readings keep coming; values of others are no more than held."""
        if sites != self.traces.links_up:
            self.traces.links_up = sites
            if self.traces.judge_again():
                self._fill_legend()

    @Slot()
    def reload(self) -> None:
        """Forgets history and present values and loads the history anew.

        The database is another one, or somebody else wrote to it; `describe` tells the present anew.
        """
        self.forget()
        self.traces.forget()
        self._want_history()
        self._draw()

    @property
    def is_busy(self) -> bool:
        """Whether history is being read, or why it has holes."""
        readers = self.loader, self.explainer, self.fit_data, self.meter, self.marks, self.exporter, self.more
        return self.readout.figures.is_busy or any(reader.is_busy for reader in readers)

    def forget(self) -> None:
        """Drops whatever is being read."""
        self.loader.forget()
        self.explainer.forget()
        self.marks.forget()
        self.fit_data.forget()
        self.figures.forget()
        self.readout.figures.forget()

    def save_state(self) -> dict[str, Any]:
        """What the next start is to find as it was, for JSON."""
        sizes = self.splitter.sizes() if self.splitter.is_chosen else ()
        return to_json(self.state.shown, sizes) | {
            "figures": self.legend.save_columns(),
            "export": self.exporter.save_state(),
            "views": self.views.views.to_json(),
            "stretch_px": self.panes.chosen_px,
        }

    def restore_state(self, saved: dict[str, Any]) -> None:
        """Puts a saved state back; what cannot be used of it is left out."""
        shown, sizes = from_json(saved)
        if sizes:
            self.splitter.choose(sizes)
        self.legend.restore_columns(saved.get("figures"))
        self.exporter.restore_state(saved.get("export"))
        self.views.views.restore(saved.get("views"))
        if not self.views.begin():
            self.state.restore(shown)
        self.panes.restore(saved.get("stretch_px"))

    @Slot(float)
    def show_time(self, time_s: float) -> None:
        """Moves the time in sight so that a time is in its middle, and marks it."""
        length_s = self.state.time_range.length_s
        self.state.show_range(TimeRange.ending(time_s + length_s / 2, length_s))
        self.state.set_cursor(time_s)

    # -- history ---------------------------------------------------------------------------------------------------

    def _want_history(self) -> None:
        """Asks for what is needed to draw the time in sight, unless it is there or on its way."""
        if not self.state.series:
            return
        is_behind = self.traces.behind_s > self.state.time_range.length_s / self.plot.width_px  # which can be seen
        self.loader.want(self._needed, self.traces.appended, anew=is_behind)

    @property
    def _needed(self) -> Request:
        return needed_for(self.traces.keys, self.state.looked_in, self.plot.width_px, self.state.zone)

    @Slot(object, object)
    def _on_loaded(self, request: Request, found: Found) -> None:
        self.loader.held = self.traces.set_history(request, found, self._clock())
        self.problem.say("")
        self.explainer.request(request.keys, request.start_s, request.end_s, request.zone)
        self.marks.request(request.start_s, request.end_s)
        self._draw()
        self._want_history()

    @Slot(object, str)
    def _on_failed(self, _request: Request, problem: str) -> None:
        self.problem.say(problem)
        self._say()

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _on_changed(self, change: Change) -> None:
        """Draws what changed: a hand's movements with the next frame, all else at once."""
        self.more.refresh()
        if Change.SERIES in change:
            self._take_series()
        if Change.CURSOR in change:
            self._draw_cursor()
        if Change.MOVING in change:
            if not self._frame_timer.isActive():
                self._frame_timer.start()
        elif Change.TIME in change:
            self.draw_now()

    def _take_series(self) -> None:
        before = self.traces.keys
        self.traces.keep(self.state.series, self.state.shown.axes.increases)
        after = self.traces.keys
        if not after:
            self.loader.forget()
            self.problem.say("")
        elif self.loader.held:
            self.loader.held = self.loader.held.of(after)
        self._want_history()
        if set(after) - set(before):
            self.loader.flush()
        self._draw()
        self.marks.show()
        if after != before:
            self.points_changed.emit()

    @Slot()
    def _draw(self) -> None:
        self.plots.draw(self.axis_control.applied(self.traces.drawn(self._clock())), self._clock())
        self.state.set_site_zone(self.traces.site_zone(self._zones))
        held = self.loader.held
        if held is None or held.holds(self._needed, self.traces.appended):  # else it stays until that is loaded
            self.state.set_data_since(self.traces.data_since_s() if held else None)
        self.readout.figures.want()
        self._draw_holes()
        self._say()

    def _draw_holes(self) -> None:
        self.spoken.soon()
        self.holes.draw(self.loader.held)
        self._draw_cursor()

    @Slot()
    def draw_now(self) -> None:
        """Shows the time that was asked for, before the next frame would."""
        self._frame_timer.stop()
        self.plots.set_axes(self.state.shown.axes)
        self.plots.set_heights(self.state.shown.heights)
        self.spoken.soon()
        self.plots.set_range(self.state.drawn_range, self.state.zone, self._clock())
        self.toolbar.refresh()
        if self.state.zone != self._told_zone:
            self._told_zone = self.state.zone
            self.zone_changed.emit(self.state.zone)
        self.cursors.draw()
        self.figures.refresh()
        self.readout.figures.want()
        self._time_follow()
        self._say()
        self._want_history()
        if not self.plots.is_whole:  # in this time it may be
            self._draw()

    @Slot()
    def _draw_cursor(self) -> None:
        self.plots.set_cursor(self.state.cursor_s, self.readout.cursor_text)
        self._fill_legend()

    @Slot()
    def _fill_legend(self) -> None:
        self.legend.show_entries(self.readout.entries(), self.readout.heading, grouped=self.state.shown.grouped)
        self.legend.setVisible(bool(self.state.series))

    @Slot()
    def _say(self) -> None:
        well = not self.problem.text()
        loading, complete = well and self.loader.held is None, well and not self.loader.is_busy
        now_s, whole = self._clock(), self.plots.is_whole
        self.message.say(self.state, self.traces, loading=loading, complete=complete, now_s=now_s, whole=whole)

    @Slot()
    def _on_plot_resized(self) -> None:
        self.message.place()
        self._want_history()

    def _restyle(self) -> None:
        self.plots.restyle()
        self._draw()

    def _time_follow(self) -> None:
        """Runs the timer of the present as often as it moves by a pixel, while it is followed in sight."""
        is_wanted = self.state.follows and self.isVisible()
        self._follow_timer.run(self.state.time_range.length_s / self.plot.width_px if is_wanted else None)

    @Slot()
    def ask_note(self) -> None:
        """Asks for a note about what is looked at."""
        self.note_asked.emit(*self.state.looked_at)

    # -- mouse and keys --------------------------------------------------------------------------------------------

    def context_menu(self) -> TrendMenu:
        """What can be done with the plot."""
        return TrendMenu(self.state, self.traces, self.more, self.fit_data.show, self.ask_note, self)

    def series_menu(self, key: SeriesKey) -> QMenu:
        """What can be done with one series."""
        return SeriesMenu(self.state, self.more, key, self.legend.ask_style, self)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not act_on_key(event, self.state, self.traces, self.fit_data.show, self.ask_note, self.plots.scroll_by):
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.plots.set_focused(True)
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.plots.set_focused(False)
        super().focusOutEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_follow_timer"):
            self._restyle()
        super().changeEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.state.time_passed()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow_timer.stop()
