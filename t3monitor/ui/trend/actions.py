"""What can be done with the trend: by its menu, and by keys."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.plain import add_action
from t3monitor.ui.trend.legend.legend_model import plot_name
from t3monitor.ui.trend.series.more_series import MoreSeries
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.local_calendar import Span

_PAN_SHARE = 0.1  # of the window, with a key
_KEY_ZOOM = 1.5
_Key = Qt.Key


class TrendMenu(QMenu):
    """What a click with the right button offers."""

    def __init__(
        self,
        state: TrendState,
        traces: Traces,
        more: MoreSeries,
        fit: Callable[[], None],
        note: Callable[[], None],
        parent: QWidget,
    ) -> None:
        """``fit`` shows the time that has data, ``note`` asks for one."""
        super().__init__(parent)
        follow = self.addAction(self.tr("Follow the present"))
        follow.setCheckable(True)
        follow.setChecked(state.follows)
        follow.toggled.connect(state.set_follow)
        for text, key, span, by in (
            (self.tr("Today"), "T", Span.DAY, 0),
            (self.tr("Yesterday"), "Y", Span.DAY, -1),
            (self.tr("This week"), "W", Span.WEEK, 0),
            (self.tr("Last week"), "", Span.WEEK, -1),
        ):
            self.addAction(f"{text}\t{key}", partial(state.show_calendar, span, by))
        self.addAction(self.tr("Fit data") + "\tF", fit).setEnabled(bool(state.series))
        self.addSeparator()
        self.addAction(self.tr("Zoom in"), lambda: state.zoom(1 / _KEY_ZOOM))
        self.addAction(self.tr("Zoom out"), lambda: state.zoom(_KEY_ZOOM))
        self.addSeparator()
        # the keys are a hint: `act_on_key` hears them
        self.addAction(self.tr("Undo") + "\tCtrl+Z", state.undo).setEnabled(state.can_undo)
        self.addAction(self.tr("Redo") + "\tCtrl+Y", state.redo).setEnabled(state.can_redo)
        self.addSeparator()
        self.addAction(self.tr("Note here…") + "\tN", note)
        marks = self.addAction(self.tr("Flags of changes, restarts and notes"))
        marks.setCheckable(True)
        marks.setChecked(state.shown.marks)
        marks.toggled.connect(state.set_marks)
        figures = self.addAction(self.tr("Figures of a stretch of time") + "\tS", partial(toggle_figures, state))
        figures.setCheckable(True)
        figures.setChecked(state.shown.stretch.is_told)
        without = self.addAction(self.tr("Remove the cursors A and B") + "\tEsc")
        without.triggered.connect(lambda: state.mark(state.shown.stretch.without_cursors()))
        without.setEnabled(bool(state.shown.stretch.cursors))
        self.addSeparator()
        more.offer_in(self)
        removing = self.addMenu(self.tr("Remove"))
        for chosen in state.series:
            add_action(removing, traces[chosen.key].names.everywhere, partial(state.remove, chosen.key))
        removing.setEnabled(bool(state.series))
        self.addAction(self.tr("Remove all"), state.remove_all).setEnabled(bool(state.series))


class SeriesMenu(QMenu):
    """What a click with the right button on a series in the list offers."""

    def __init__(
        self,
        state: TrendState,
        more: MoreSeries,
        key: SeriesKey,
        ask_style: Callable[[SeriesKey], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        more.offer_of(key, self)
        self.addAction(self.tr("Colour and line…") + "\tF2", partial(ask_style, key))
        self._offer_plots(state, key)
        self.addAction(self.tr("Remove") + "\tDel", partial(state.remove, key))

    def _offer_plots(self, state: TrendState, key: SeriesKey) -> None:
        own = next((chosen.plot for chosen in state.series if chosen.key == key), 0)
        plots = self.addMenu(self.tr("Show in"))
        for plot in range(state.shown.plot_count):
            its = plots.addAction(plot_name(plot), partial(state.show_in, key, plot))
            its.setCheckable(True)
            its.setChecked(plot == own)
        plots.addSeparator()
        for text, plot in ((self.tr("New plot above"), own), (self.tr("New plot below"), own + 1)):
            plots.addAction(text, partial(state.show_in, key, plot, anew=True))
        plots.setEnabled(len(state.series) > 1)


def open_menu(menu: QMenu, at: QPoint) -> None:
    """Shows a menu at a global position, once."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)


def act_on_key(
    event: QKeyEvent,
    state: TrendState,
    traces: Traces,
    fit: Callable[[], None],
    note: Callable[[], None],
    scroll: Callable[[int], None],
) -> bool:
    """Does what a key asks for; returns False if it asks for nothing here.

    ``fit`` shows the time that has data, ``note`` asks for one, ``scroll`` goes down by so many steps.
    """
    with_control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    with_cursor = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
    stretch = state.shown.stretch
    pan_s = _PAN_SHARE * state.time_range.length_s
    if undo_on_key(event, state):
        return True
    match event.key():
        case _Key.Key_PageUp if with_control:
            state.move_days(-1)
        case _Key.Key_PageDown if with_control:
            state.move_days(1)
        case _Key.Key_Left if with_cursor:
            state.step_cursor(-1, traces.next_sample_s)
        case _Key.Key_Right if with_cursor:
            state.step_cursor(1, traces.next_sample_s)
        case _Key.Key_Left:
            state.pan(-pan_s)
        case _Key.Key_Right:
            state.pan(pan_s)
        case _Key.Key_PageUp:
            state.move_windows(-1)
        case _Key.Key_PageDown:
            state.move_windows(1)
        case _Key.Key_Up if not with_cursor:
            scroll(-1)
        case _Key.Key_Down if not with_cursor:
            scroll(1)
        case _Key.Key_Plus | _Key.Key_Equal:
            state.zoom(1 / _KEY_ZOOM)
        case _Key.Key_Minus:
            state.zoom(_KEY_ZOOM)
        case _Key.Key_Home:
            state.set_follow()
        case _Key.Key_T if not with_cursor:
            state.show_calendar(Span.DAY)
        case _Key.Key_Y if not with_cursor:
            state.show_calendar(Span.DAY, -1)
        case _Key.Key_W if not with_cursor:
            state.show_calendar(Span.WEEK)
        case _Key.Key_F if not with_cursor:
            fit()
        case _Key.Key_N if not with_cursor:
            note()
        case _Key.Key_A if not with_cursor:
            _set_cursor(state, "A", 1 / 4)
        case _Key.Key_B if not with_cursor:
            _set_cursor(state, "B", 3 / 4)
        case _Key.Key_S if not with_cursor:
            toggle_figures(state)
        case _Key.Key_Escape if state.cursor_s is not None or stretch.cursors:
            state.set_cursor(None)
            if stretch.cursors:
                state.mark(stretch.without_cursors())
        case _:
            return False
    return True


def undo_on_key(event: QKeyEvent, state: TrendState) -> bool:
    """Undoes or redoes if that is what a key asks for; returns whether it is."""
    if event.matches(QKeySequence.StandardKey.Undo):
        state.undo()
    elif event.matches(QKeySequence.StandardKey.Redo) or event.keyCombination() == (Qt.Modifier.CTRL | _Key.Key_Y):
        state.redo()
    else:
        return False
    return True


def toggle_figures(state: TrendState) -> None:
    """Opens the table of a stretch of time, or closes it."""
    stretch = state.shown.stretch
    state.mark(replace(stretch, is_told=not stretch.is_told))


def _set_cursor(state: TrendState, name: str, share: float) -> None:
    """Stands cursor A or B where the crosshair is, else at a share of the time in sight."""
    at_s = state.time_range.start_s + share * state.time_range.length_s if state.cursor_s is None else state.cursor_s
    if state.series:
        state.mark(state.shown.stretch.with_cursor(name, at_s))
