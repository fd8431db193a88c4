"""The trend view: chosen points over time, with tool bar and legend; GUI thread.

It owns what is chosen and which time is shown, asks the loader for history before it comes into sight, and lets live
values continue the lines.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.points_mime import decode_point_keys
from t3monitor.ui.texts import local_time_text
from t3monitor.ui.theme import Theme, current_theme
from t3monitor.ui.trend.legend import ElidedLabel, Entry, Legend
from t3monitor.ui.trend.loader import Found, HistoryLoader, Load, Request, Spawn
from t3monitor.ui.trend.plot import Drawn, TrendPlot
from t3monitor.ui.trend.time_range import Preset, TimeRange
from t3monitor.ui.trend.toolbar import TrendToolBar
from t3monitor.ui.trend.trace import Trace

_FRAME_MS = 33  # what the mouse and the wheel ask for in the meantime is drawn together
_FASTEST_FOLLOW_MS, _SLOWEST_FOLLOW_MS = 1000, 10_000
_SAMPLES_PER_PX = 2  # the smallest and the largest
_MARGIN_WINDOWS = 1.0  # loaded on both sides of what is in sight
_APPENDED_AT_MOST = 2000  # then it is loaded again, and what has left the plot is forgotten
_PAN_SHARE = 0.1  # of the window, with a key
_KEY_ZOOM = 1.5


class _Loaded(NamedTuple):
    """What the traces hold."""

    request: Request
    reaches_present: bool  # live values continue it
    thinned: bool  # there is more to see when zooming in


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
        self._traces: dict[PointKey, Trace] = {}
        self._length_s = Preset.DAY.length_s
        self._follow = True
        self._range = TimeRange.ending(clock(), self._length_s)
        self._cursor_s: float | None = None
        self._loaded: _Loaded | None = None
        self._problem = ""

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
        self.message = QLabel(self.plot)
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
        return list(self._traces)

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
        return next((preset for preset in Preset if abs(preset.length_s - self._length_s) < 1), None)

    def trace(self, key: PointKey) -> Trace:
        """What is known of a chosen point."""
        return self._traces[key]

    @Slot(object)
    def add_points(self, keys: Iterable[PointKey]) -> None:
        """Plots these points too; their history follows in a moment."""
        new = [key for key in dict.fromkeys(keys) if key not in self._traces]
        if not new:
            return
        for key in new:
            self._traces[key] = Trace(key, self._free_colour())
        self._draw()
        self._want_history()
        self.loader.flush()
        self.points_changed.emit()

    @Slot(object)
    def remove_point(self, key: PointKey) -> None:
        """Takes a point off the plot."""
        if self._traces.pop(key, None):
            if not self._traces:
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
        if key in self._traces:
            self._traces[key].hidden = hidden
            self._draw()

    @Slot(object)
    def describe(self, snapshot: Snapshot) -> None:
        """Takes names and present values of the chosen points from a snapshot."""
        if not self._traces:
            return
        devices = {device.serial_number: device for device in snapshot.devices}
        for key, trace in self._traces.items():
            device = devices.get(key.serial_number)
            if device is None:
                continue
            for point_type, points, time_s in device.vectors():
                if point_type is key.point_type:
                    point = next((point for point in points if point.point_index == key.point_index), None)
                    if point:
                        trace.describe(device, point, time_s)
        if self._follow:
            self._range = TimeRange.ending(self._clock(), self._length_s)
        self._draw()
        self.draw_now()

    @Slot()
    def reload(self) -> None:
        """Forgets all history and loads it anew: the database is another one, or somebody else wrote to it."""
        self.loader.forget()
        self._loaded = None
        for trace in self._traces.values():
            trace.forget()
        self._draw()
        self._want_history()

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
        if time_s is not None and not (self._traces and self._range.start_s <= time_s <= self._range.end_s):
            time_s = None
        self._cursor_s = time_s
        self.plot.set_cursor(time_s, "" if time_s is None else local_time_text(time_s))
        self._fill_legend()

    def step_cursor(self, step: int) -> None:
        """Moves the crosshair to the next sample of a shown point (1) or the one before (-1)."""
        start_s, end_s = self._range
        from_s = self._cursor_s if self._cursor_s is not None else (end_s + 1 if step < 0 else start_s - 1)
        steps = [trace.next_sample_s(from_s, step) for trace in self._shown_traces()]
        found = [at_s for at_s in steps if at_s is not None]
        if found:
            to_s = min(found) if step > 0 else max(found)
            if start_s <= to_s <= end_s:
                self.set_cursor(to_s)

    # -- state -----------------------------------------------------------------------------------------------------

    def save_state(self) -> dict[str, Any]:
        """What the next start is to find as it was, for JSON."""
        preset = self.preset
        return {
            "points": [list(key) for key in self._traces],
            "hidden": [list(key) for key, trace in self._traces.items() if trace.hidden],
            "preset": preset.value if preset else None,
            "length_s": self._length_s,
            "end_s": None if self._follow else self._range.end_s,
            "follow": self._follow,
            "splitter": self.splitter.sizes(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Puts a saved state back; what cannot be used of it is left out."""
        length_s, end_s = state.get("length_s"), state.get("end_s")
        for preset in Preset:
            if preset.value == state.get("preset"):
                length_s = preset.length_s
        if isinstance(length_s, int | float) and length_s > 0:
            self._length_s = TimeRange(0.0, float(length_s)).zoomed(1, 0).length_s
        self._follow = bool(state.get("follow", True)) or not isinstance(end_s, int | float)
        self._range = TimeRange.ending(self._clock() if self._follow or end_s is None else float(end_s), self._length_s)
        sizes = state.get("splitter")
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) and size > 0 for size in sizes):
            self.splitter.setSizes(sizes)
        self.remove_all()
        self.add_points(_keys(state.get("points")))
        for key in _keys(state.get("hidden")):
            self.set_hidden(key, True)
        self.draw_now()

    # -- history ---------------------------------------------------------------------------------------------------

    def _want_history(self) -> None:
        """Asks for what is needed to draw the time in sight, unless it is there or on its way."""
        if not self._traces:
            return
        needed = Request(tuple(self._traces), *self._range, _SAMPLES_PER_PX * self.plot.width_px)
        pending = self.loader.pending
        if pending.covers(needed) if pending else self._holds(needed):
            return
        margin_s = _MARGIN_WINDOWS * self._range.length_s
        self.loader.request(
            Request(
                needed.keys,
                needed.start_s - margin_s,
                needed.end_s + margin_s,
                int(needed.max_points * (1 + 2 * _MARGIN_WINDOWS)),
            )
        )

    def _holds(self, needed: Request) -> bool:
        """Whether what is loaded is enough to draw it, and not much too much."""
        loaded = self._loaded
        if loaded is None:
            return False
        held = loaded.request
        if loaded.reaches_present:
            held = held._replace(end_s=max(held.end_s, needed.end_s))
            if max(trace.appended for trace in self._traces.values()) > _APPENDED_AT_MOST:
                return False
        if not loaded.thinned:
            held = held._replace(max_points=sys.maxsize)
        return held.covers(needed)

    @Slot(object, object)
    def _on_loaded(self, request: Request, found: Found) -> None:
        reaches_present = request.end_s >= self._clock()
        thinned = False
        for key, trace in self._traces.items():
            if key in request.keys:
                series = found.get(key, ())
                trace.set_history(series, reaches_present=reaches_present)
                thinned |= any(part.thinned for part in series)
        self._loaded = _Loaded(request, reaches_present, thinned)
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
        self.error_line.setToolTip(problem)
        self.error_line.setVisible(bool(problem))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _shown_traces(self) -> list[Trace]:
        return [trace for trace in self._traces.values() if not trace.hidden]

    def _free_colour(self) -> int:
        count = len(current_theme().curves)
        used = [trace.colour for trace in self._traces.values()]
        return min(range(count), key=lambda colour: (used.count(colour), colour))

    def _draw(self) -> None:
        colours = current_theme().curves
        shown = self._shown_traces()
        labels = [trace.names.label for trace in shown]
        self.plot.draw(
            [
                Drawn(
                    trace.key,
                    trace.names.label if labels.count(trace.names.label) == 1 else trace.names.short,
                    colours[trace.colour % len(colours)],
                    trace.series,
                )
                for trace in shown
            ],
            self._clock(),
        )
        self._fill_legend()
        self._say()

    @Slot()
    def draw_now(self) -> None:
        """Shows the time range that was asked for, before the next frame would."""
        self._frame_timer.stop()
        self.plot.set_range(self._range)
        self.toolbar.show_state(self._range, self.preset, follow=self._follow)
        if self._cursor_s is not None:
            self.set_cursor(self._cursor_s)
        self._time_follow()
        self._say()
        self._want_history()

    def _fill_legend(self) -> None:
        colours = current_theme().curves
        cursor_s = self._cursor_s
        nothing = self.tr("no data")
        self.legend.show_entries(
            [
                Entry(
                    trace.key,
                    trace.names,
                    colours[trace.colour % len(colours)],
                    trace.hidden,
                    trace.current_text,
                    "" if cursor_s is None else trace.text_at(cursor_s) or nothing,
                )
                for trace in self._traces.values()
            ],
            "" if cursor_s is None else local_time_text(cursor_s)[11:],
        )
        self.legend.setVisible(bool(self._traces))

    def _say(self) -> None:
        """The line in the middle of a plot without curves."""
        text = ""
        if not self._traces:
            text = self.tr("Double-click or drag a point here to plot it")
        elif self._loaded is None and not self._problem:
            text = self.tr("Loading history…")
        elif not self.loader.is_busy and not self._problem:
            without = [trace for trace in self._shown_traces() if not trace.has_samples(*self._range)]
            if without and len(without) == len(self._shown_traces()):
                names = ", ".join(trace.names.short for trace in without)
                text = self.tr("No history for this time: %s") % names
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self._place_message()

    @Slot()
    def _on_plot_resized(self) -> None:
        self._place_message()
        self._want_history()

    def _place_message(self) -> None:
        self.message.setGeometry(self.plot.rect().adjusted(40, 0, -40, 0))

    def _restyle(self) -> None:
        theme: Theme = current_theme()
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
        for key, trace in self._traces.items():
            removing.addAction(trace.names.short, partial(self.remove_point, key))
        removing.setEnabled(bool(self._traces))
        menu.addAction(self.tr("Remove all"), self.remove_all).setEnabled(bool(self._traces))
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


def _keys(saved: object) -> list[PointKey]:
    """Point keys of a saved list; what is none is left out."""
    found = []
    for item in saved if isinstance(saved, list) else ():
        match item:
            case [int(serial_number), str(point_type), int(point_index)] if point_type in PointType.__members__:
                found.append(PointKey(serial_number, PointType(point_type), point_index))
    return found
