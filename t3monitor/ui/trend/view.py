"""The trend view: chosen points over time, with tool bar and legend; GUI thread.

It owns what is chosen and which time is shown, asks the loader for history before it comes into sight, and lets live
values continue the lines.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.plain import Label, add_action
from t3monitor.ui.kit.recording import Recording
from t3monitor.ui.kit.texts import local_time_text, tooltip_text
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.points.mime import decode_point_keys
from t3monitor.ui.trend.chosen import ChosenPoints
from t3monitor.ui.trend.coverage import Coverage, needed_for, with_margins
from t3monitor.ui.trend.legend import ElidedLabel, Legend
from t3monitor.ui.trend.loader import Found, HistoryLoader, Load, Request, Spawn
from t3monitor.ui.trend.plot import TrendPlot
from t3monitor.ui.trend.saved import SavedView, saved_view
from t3monitor.ui.trend.time_range import Preset, TimeRange
from t3monitor.ui.trend.toolbar import TrendToolBar
from t3monitor.ui.trend.trace import Trace

_FRAME_MS = 33  # what the mouse and the wheel ask for in the meantime is drawn together
_FASTEST_FOLLOW_MS, _SLOWEST_FOLLOW_MS = 1000, 10_000
_PAN_SHARE = 0.1  # of the window, with a key
_KEY_ZOOM = 1.5


class TrendView(QWidget):
    """Plots any number of points; `load` gives their history, `clock` the present as UTC epoch seconds.

    ``load(keys, start, end, max_points)`` is a coroutine function that answers as `HistoryReader.read_many` does; it
    runs on the event loop of this thread and must not block it. `spawn` starts a coroutine there.
    """

    points_changed = Signal()

    def __init__(
        self,
        load: Load,
        clock: Callable[[], float],
        parent: QWidget | None = None,
        *,
        spawn: Spawn = asyncio.ensure_future,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._chosen = ChosenPoints()
        self._length_s = Preset.DAY.length_s
        self._follow = True
        self._range = TimeRange.ending(clock(), self._length_s)
        self._cursor_s: float | None = None
        self._loaded: Coverage | None = None
        self._problem = ""
        self._judged_at: tuple[float, int] | None = None  # time, sync interval

        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Trend"))
        self.toolbar = TrendToolBar()
        self.plot = TrendPlot()
        self.legend = Legend()
        self.loader = HistoryLoader(load, spawn, self)
        self.error_line = ElidedLabel()
        self.error_line.setContentsMargins(8, 2, 8, 2)
        self.error_line.hide()
        self.message = Label(parent=self.plot)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.message.setProperty("muted", True)
        self.message.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for widget, stretch in ((self.plot, 1), (self.legend, 0)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        self.splitter.setSizes([640, 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.error_line)
        layout.addWidget(self.splitter, 1)

        self._frame_timer = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._frame_timer.timeout.connect(self.draw_now)
        self._follow_timer = QTimer(self)
        self._follow_timer.timeout.connect(self._on_time_passed)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_failed)
        self.toolbar.preset_chosen.connect(self.show_preset)
        self.toolbar.range_chosen.connect(self.show_range)
        self.toolbar.moved.connect(self.move_windows)
        self.toolbar.follow_toggled.connect(self.set_follow)
        self.legend.hidden_changed.connect(self.set_hidden)
        self.legend.remove_asked.connect(self.remove_point)
        self.plot.dragged.connect(self._on_dragged)
        self.plot.zoomed.connect(self._on_zoomed)
        self.plot.hovered.connect(self.set_cursor)
        self.plot.menu_asked.connect(self._open_menu)
        self.plot.resized.connect(self._on_plot_resized)
        self._restyle()
        self.draw_now()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def points(self) -> list[PointKey]:
        """The chosen points in the order of adding."""
        return self._chosen.keys

    @property
    def time_range(self) -> TimeRange:
        """The time in sight."""
        return self._range

    @property
    def follows(self) -> bool:
        """Whether the right edge stays at the present."""
        return self._follow

    @property
    def preset(self) -> Preset | None:
        """The preset whose length is shown, if it is one."""
        return Preset.of_length(self._length_s)

    def trace(self, key: PointKey) -> Trace:
        """What is known of a chosen point."""
        return self._chosen[key]

    @Slot(object)
    def add_points(self, keys: Iterable[PointKey]) -> None:
        """Plots these points too; their history follows in a moment."""
        if self._chosen.add(keys):
            self._want_history()
            self.loader.flush()
            self._draw()
            self.points_changed.emit()

    @Slot(object)
    def remove_point(self, key: PointKey) -> None:
        """Takes a point off the plot."""
        if self._chosen.remove(key):
            if not self._chosen:
                self.loader.forget()
                self._loaded = None
                self._set_problem("")
            self._draw()
            self.points_changed.emit()

    @Slot()
    def remove_all(self) -> None:
        """Takes every point off the plot."""
        for key in self.points():
            self.remove_point(key)

    @Slot(object, bool)
    def set_hidden(self, key: PointKey, hidden: bool) -> None:
        """Hides or shows a point that stays chosen."""
        if key in self._chosen:
            self._chosen[key].hidden = hidden
            self._draw()

    @Slot(object)
    def describe(self, snapshot: Snapshot) -> None:
        """Takes names and present values of the chosen points from a snapshot."""
        self._chosen.describe(snapshot)
        if not self._chosen:
            return
        if self._judged_at:
            self._chosen.judge(*self._judged_at)
        if self._follow:
            self._range = TimeRange.ending(self._clock(), self._length_s)
        self._draw()
        self.draw_now()

    def set_recording(self, unrecorded: Collection[int], types: Collection[str]) -> None:
        """Serial numbers of the panels that are not recorded, and the point types that are."""
        self._chosen.recording = Recording.of(unrecorded, types)
        self._fill_legend()
        self._say()

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Marks present values that have become old; to be called every second."""
        self._judged_at = utc_s, sync_interval_s
        if self._chosen.judge(utc_s, sync_interval_s):
            self._fill_legend()

    @Slot()
    def reload(self) -> None:
        """Forgets history and present values and loads the history anew.

        The database is another one, or somebody else wrote to it; `describe` tells the present anew.
        """
        self.loader.forget()
        self._loaded = None
        self._chosen.forget()
        self._want_history()
        self._draw()

    # -- time ------------------------------------------------------------------------------------------------------

    @Slot(object)
    def show_preset(self, preset: Preset) -> None:
        """Shows that much time: up to the present if it is followed, else up to the end that is shown."""
        self._length_s = preset.length_s
        self._range = TimeRange.ending(self._clock() if self._follow else self._range.end_s, self._length_s)
        self.draw_now()

    @Slot(object)
    def show_range(self, shown: TimeRange) -> None:
        """Shows this time and does not follow the present."""
        self._follow = False
        self._length_s = shown.length_s
        self._range = shown
        self.draw_now()

    @Slot(bool)
    def set_follow(self, follow: bool = True) -> None:
        """Keeps the present at the right edge, or lets the time stand still."""
        self._follow = follow
        if follow:
            self._range = TimeRange.ending(self._clock(), self._length_s)
        self.draw_now()

    @Slot(int)
    def move_windows(self, windows: float) -> None:
        """Goes back (negative) or forward by what is shown; on reaching the present it follows it again."""
        moved = self._range.moved(windows * self._length_s)
        if windows > 0 and moved.end_s >= self._clock():
            self.set_follow(True)
        else:
            self.show_range(moved)

    def zoom(self, factor: float) -> None:
        """Shows ``factor`` times as much time around the crosshair, else around the middle."""
        around_s = self._cursor_s if self._cursor_s is not None else sum(self._range) / 2
        self._on_zoomed(factor, around_s)

    @Slot(object)
    def set_cursor(self, time_s: float | None) -> None:
        """Reads all points at a time, or none (None)."""
        if time_s is not None and not (self._chosen and self._range.start_s <= time_s <= self._range.end_s):
            time_s = None
        self._cursor_s = time_s
        self.plot.set_cursor(time_s, "" if time_s is None else local_time_text(time_s))
        self._fill_legend()

    def step_cursor(self, step: int) -> None:
        """Moves the crosshair to the next sample of a shown point (1) or the one before (-1)."""
        start_s, end_s = self._range
        from_s = self._cursor_s if self._cursor_s is not None else (end_s + 1 if step < 0 else start_s - 1)
        to_s = self._chosen.next_sample_s(from_s, step)
        if to_s is not None and start_s <= to_s <= end_s:
            self.set_cursor(to_s)

    # -- state -----------------------------------------------------------------------------------------------------

    def save_state(self) -> dict[str, Any]:
        """What the next start is to find as it was, for JSON."""
        return SavedView(
            tuple(self._chosen.keys),
            tuple(trace.key for trace in self._chosen if trace.hidden),
            self._length_s,
            None if self._follow else self._range.end_s,
            tuple(self.splitter.sizes()),
        ).to_json()

    def restore_state(self, state: dict[str, Any]) -> None:
        """Puts a saved state back; what cannot be used of it is left out."""
        saved = saved_view(state)
        self._length_s = saved.length_s
        self._follow = saved.end_s is None
        self._range = TimeRange.ending(self._clock() if saved.end_s is None else saved.end_s, self._length_s)
        if saved.splitter:
            self.splitter.setSizes(saved.splitter)
        self.remove_all()
        self.add_points(saved.points)
        for key in saved.hidden:
            self.set_hidden(key, True)
        self.draw_now()

    # -- history ---------------------------------------------------------------------------------------------------

    def _want_history(self) -> None:
        """Asks for what is needed to draw the time in sight, unless it is there or on its way."""
        if not self._chosen:
            return
        needed = needed_for(self._chosen.keys, self._range, self.plot.width_px)
        pending, loaded = self.loader.pending, self._loaded
        if pending:
            if pending.covers(needed):
                return
        elif loaded and loaded.holds(needed, self._chosen.appended):
            return
        self.loader.request(with_margins(needed))

    @Slot(object, object)
    def _on_loaded(self, request: Request, found: Found) -> None:
        reaches_present = request.end_s >= self._clock()
        thinned = self._chosen.set_history(request.keys, found, reaches_present=reaches_present)
        self._loaded = Coverage(request, reaches_present, thinned)
        self._set_problem("")
        self._draw()
        self._want_history()

    @Slot(object, str)
    def _on_failed(self, _request: Request, problem: str) -> None:
        self._set_problem(problem)
        self._say()

    def _set_problem(self, problem: str) -> None:
        self._problem = problem
        self.error_line.setText(problem)
        self.error_line.setToolTip(tooltip_text([problem]))
        self.error_line.setVisible(bool(problem))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        self.plot.draw(self._chosen.drawn(), self._clock())
        self._fill_legend()
        self._say()

    @Slot()
    def draw_now(self) -> None:
        """Shows the time range that was asked for, before the next frame would."""
        self._frame_timer.stop()
        self._range = self._range.within_history()
        self.plot.set_range(self._range)
        self.toolbar.show_state(self._range, self.preset, follow=self._follow)
        if self._cursor_s is not None:
            self.set_cursor(self._cursor_s)
        self._time_follow()
        self._say()
        self._want_history()

    def _fill_legend(self) -> None:
        cursor_s = self._cursor_s
        self.legend.show_entries(
            self._chosen.entries(cursor_s, self._clock(), self.tr("no data")),
            "" if cursor_s is None else local_time_text(cursor_s)[11:],
        )
        self.legend.setVisible(bool(self._chosen))

    def _say(self) -> None:
        """The line in the middle of a plot without curves."""
        text = ""
        if not self._chosen:
            text = self.tr("Double-click or drag a point here to plot it")
        elif not self._chosen.shown:
            text = self.tr("All points are hidden: tick one in the list")
        elif self._loaded is None and not self._problem:
            text = self.tr("Loading history…")
        elif not self.loader.is_busy and not self._problem:
            text = self._why_empty()
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self._place_message()

    def _why_empty(self) -> str:
        traces = self._chosen.without_samples(self._range, self._clock())
        recorded = [trace.names.everywhere for trace in traces if self._chosen.recording.has_point(trace.key)]
        others = [trace.names.everywhere for trace in traces if not self._chosen.recording.has_point(trace.key)]
        lines = []
        if recorded:
            lines.append(self.tr("No history for this time: %s") % ", ".join(recorded))
        if others:
            lines.append(self.tr("Not recorded, its values are shown but not stored: %s") % ", ".join(others))
        return "\n".join(lines)

    @Slot()
    def _on_plot_resized(self) -> None:
        self._place_message()
        self._want_history()

    def _place_message(self) -> None:
        self.message.setGeometry(self.plot.rect().adjusted(40, 0, -40, 0))

    def _restyle(self) -> None:
        theme = current_theme()
        for label, colour in ((self.error_line, theme.bad), (self.message, theme.muted)):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), colour)
            label.setPalette(palette)
        self.plot.restyle()
        self._draw()

    # -- mouse, keys, time -----------------------------------------------------------------------------------------

    @Slot(float)
    def _on_dragged(self, by_s: float) -> None:
        self._take_range(self._range.moved(by_s))

    @Slot(float, float)
    def _on_zoomed(self, factor: float, around_s: float) -> None:
        self._take_range(self._range.zoomed(factor, around_s))

    def _take_range(self, shown: TimeRange) -> None:
        """What the user's hand does: shown with the next frame."""
        self._follow = False
        self._range = shown
        self._length_s = shown.length_s
        if not self._frame_timer.isActive():
            self._frame_timer.start()

    def _time_follow(self) -> None:
        wanted = self._follow and self.isVisible()
        pixel_ms = int(self._length_s * 1000 / self.plot.width_px)
        interval = min(max(pixel_ms, _FASTEST_FOLLOW_MS), _SLOWEST_FOLLOW_MS)
        if not wanted:
            self._follow_timer.stop()
        elif not self._follow_timer.isActive() or self._follow_timer.interval() != interval:
            self._follow_timer.start(interval)

    @Slot()
    def _on_time_passed(self) -> None:
        self._range = TimeRange.ending(self._clock(), self._length_s)
        self.draw_now()

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        menu = self.context_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def context_menu(self) -> QMenu:
        """What can be done with the plot."""
        menu = QMenu(self)
        follow = menu.addAction(self.tr("Follow the present"))
        follow.setCheckable(True)
        follow.setChecked(self._follow)
        follow.toggled.connect(self.set_follow)
        menu.addAction(self.tr("Zoom in"), lambda: self.zoom(1 / _KEY_ZOOM))
        menu.addAction(self.tr("Zoom out"), lambda: self.zoom(_KEY_ZOOM))
        menu.addSeparator()
        removing = menu.addMenu(self.tr("Remove"))
        for trace in self._chosen:
            add_action(removing, trace.names.everywhere, partial(self.remove_point, trace.key))
        removing.setEnabled(bool(self._chosen))
        menu.addAction(self.tr("Remove all"), self.remove_all).setEnabled(bool(self._chosen))
        return menu

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_cursor = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        key = Qt.Key
        match event.key():
            case key.Key_Left if with_cursor:
                self.step_cursor(-1)
            case key.Key_Right if with_cursor:
                self.step_cursor(1)
            case key.Key_Left:
                self._on_dragged(-_PAN_SHARE * self._length_s)
            case key.Key_Right:
                self._on_dragged(_PAN_SHARE * self._length_s)
            case key.Key_PageUp:
                self.move_windows(-1)
            case key.Key_PageDown:
                self.move_windows(1)
            case key.Key_Plus | key.Key_Equal:
                self.zoom(1 / _KEY_ZOOM)
            case key.Key_Minus:
                self.zoom(_KEY_ZOOM)
            case key.Key_Home:
                self.set_follow(True)
            case key.Key_Escape if self._cursor_s is not None:
                self.set_cursor(None)
            case _:
                super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if decode_point_keys(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if keys := decode_point_keys(event.mimeData()):
            event.acceptProposedAction()
            self.add_points(keys)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_follow_timer"):
            self._restyle()
        super().changeEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._follow:
            self._range = TimeRange.ending(self._clock(), self._length_s)
        self.draw_now()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow_timer.stop()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_message()
