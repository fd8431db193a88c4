"""The pane beneath the plot: what the chosen series did between A and B, else in sight."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSplitter, QToolButton, QWidget
from typing_extensions import override

from t3monitor.model.units import is_measured
from t3monitor.ui.kit.layout import stack
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.stretch.figures_table import FiguresTable
from t3monitor.ui.trend.stretch.stretch import Condition, Stretch
from t3monitor.ui.trend.stretch.stretch_meter import Asked, StretchMeter
from t3monitor.ui.trend.stretch.stretch_rows import Tables, copied, heading_text, spoken, tables
from t3monitor.ui.trend.stretch.stretch_told import Told

_SHARE = 0.45  # of the height, at most, as long as nobody chose another one
_LEAST_PX, _HIGHEST_PX = 80, 10_000
_GROWS_S = 600.0  # after the end of a stretch what is stored, or found out, may still be news


class FiguresSplitter(QSplitter):
    """The plot above its figures, which have the room of their rows until somebody moves the border."""

    def __init__(self, plot: QWidget, figures: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.chosen_px: int | None = None  # the height that somebody gave the figures
        self._figures = figures
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.addWidget(plot)
        self.addWidget(figures)
        self.setStretchFactor(0, 1)
        self.splitterMoved.connect(self._on_moved)

    @Slot()
    def fit(self) -> None:
        """Gives the figures their room."""
        if not self._figures.isHidden():
            wanted_px = self.chosen_px or min(self._figures.sizeHint().height(), round(_SHARE * self.height()))
            self.setSizes([self.height() - wanted_px, wanted_px])

    def restore(self, chosen_px: object) -> None:
        """Gives the figures the height that was saved; what is none is what they need."""
        self.chosen_px = chosen_px if isinstance(chosen_px, int) and 0 < chosen_px < _HIGHEST_PX else None
        self.fit()

    @Slot()
    def _on_moved(self) -> None:
        self.chosen_px = self.sizes()[1]

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


class StretchPane(QWidget):
    """Two tables, a condition, and the way out; it is open while the state says so."""

    filled = Signal()
    height_changed = Signal(int)  # in pixels that it wants, 0 while it is closed

    def __init__(self, state: TrendState, traces: Traces, meter: StretchMeter, clock: Callable[[], float]) -> None:
        super().__init__()
        self._state = state
        self._traces = traces
        self._meter = meter
        self._clock = clock
        self._asked_of: tuple[object, ...] = ()
        self._heading = ""
        self._told_px = 0
        self._shown = tables({}, traces.__getitem__, {})
        self.setAccessibleName(self.tr("Figures"))
        self.heading = Label()
        self.heading.setProperty("muted", True)
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.only = QComboBox()
        self.only.setAccessibleName(self.tr("Only while"))
        self.only.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.only.setToolTip(self.tr("Tell only of the time in which a point is in a state"))
        self.only.activated.connect(self._on_condition)
        self.copy_table = self._button(self.tr("Copy table"), self.tr("Copy all figures for a spreadsheet (Ctrl+C)"))
        self.copy_text = self._button(self.tr("Copy text"), self.tr("Copy all figures as lines of text"))
        self.shut = self._button("✕", self.tr("Close the figures (S)"))
        self.copy_table.clicked.connect(self.on_copy_table)
        self.copy_text.clicked.connect(self.on_copy_text)
        self.shut.clicked.connect(lambda: self._mark(is_told=False))
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(self.heading, 1)
        for widget in (self.only, self.copy_table, self.copy_text, self.shut):
            row.addWidget(widget)
        self.values = FiguresTable(self.tr("Figures of values"))
        self.states = FiguresTable(self.tr("Figures of states"))
        for table in (self.values, self.states):
            table.copy_asked.connect(self.on_copy_table)
        self.values.bound_typed.connect(self._on_bound)
        stack(self, row, self.values, self.states)
        self.setMinimumHeight(_LEAST_PX)  # less than the rows want: in a low window they scroll, for the plot
        meter.told_anew.connect(self.fill)
        self.hide()

    @property
    def told(self) -> tuple[Tables, str]:
        """The tables as they are shown, and of which time they are."""
        return self._shown, self._heading

    def refresh(self) -> None:
        """Takes what is shown now, and has it found out."""
        stretch = self._state.shown.stretch
        is_told = stretch.is_told and bool(self._state.series)
        self.setVisible(is_told)
        if not is_told:
            self._tell_height(0)
            self._asked_of = ()
            self._meter.forget()
            return
        keys = tuple(trace.key for trace in self._traces.shown)
        self._offer_conditions(stretch)
        is_there = stretch.condition is not None and stretch.condition.key in self._traces.keys
        asked = Asked(
            keys,
            stretch.between or self._state.time_range,
            stretch.a_s,
            stretch.b_s,
            stretch.condition if is_there else None,
            stretch.bounds,
            self._state.zone,
        )
        asked_of = self._state.shown, keys
        if asked_of != self._asked_of:
            self._asked_of = asked_of
            self._meter.want(asked, is_urgent=True)
            self._say(is_old=True)
        elif asked.between.end_s > self._clock() - _GROWS_S:
            self._meter.want(asked, is_urgent=False)

    def forget(self) -> None:
        """Drops what is known: the history is another one."""
        self._asked_of = ()
        self._meter.forget()

    @Slot()
    def fill(self) -> None:
        """Shows what was found out."""
        told = {key: its for key, its in self._meter.told.items() if key in self._traces.keys}
        self._shown = tables(told, self._traces.__getitem__, self._state.shown.stretch.bounds)
        colours = self._traces.colours()
        for widget, table in zip((self.values, self.states), self._shown, strict=True):
            widget.show_table(table, [colours[row.key] for row in table.rows])
        self._heading = self._time_text(list(told.values()))
        self._say(is_old=self._meter.is_busy)
        self._tell_height(self.sizeHint().height())
        self.filled.emit()

    def _tell_height(self, wanted_px: int) -> None:
        if wanted_px != self._told_px:
            self._told_px = wanted_px
            self.height_changed.emit(wanted_px)

    def _time_text(self, told: Sequence[Told]) -> str:
        asked = self._meter.asked
        a_s, b_s = (asked.a_s, asked.b_s) if asked else (None, None)
        text = heading_text(told, a_s, b_s, self._state.zone)
        return f"{text}, {self.only.currentText()}" if asked and asked.condition else text

    def _say(self, *, is_old: bool = False) -> None:
        """Of which time the figures are, which may be an old one."""
        text = self._meter.problem or self._heading
        self.heading.setText(" · ".join(filter(None, (text, self.tr("reading…") if is_old else ""))))
        self.heading.setToolTip(text)

    # -- what the user chooses -----------------------------------------------------------------------------------------

    def _offer_conditions(self, stretch: Stretch) -> None:
        offers = [(self.tr("at any time"), None)] + [
            (self.tr("only while %s is %s") % (trace.names.short, word), Condition(trace.key, state))
            for trace in map(self._traces.__getitem__, self._traces.keys)
            for state, word in _states(trace)
        ]
        if offers != [(self.only.itemText(place), self.only.itemData(place)) for place in range(self.only.count())]:
            self.only.clear()
            for text, condition in offers:
                self.only.addItem(text, condition)
        place = next((place for place, (_, its) in enumerate(offers) if its == stretch.condition), 0)
        self.only.setCurrentIndex(place)
        self.only.setVisible(len(offers) > 1)

    @Slot(int)
    def _on_condition(self, place: int) -> None:
        self._mark(condition=self.only.itemData(place))

    @Slot(str, str, object)
    def _on_bound(self, unit: str, name: str, value: float | None) -> None:
        self._state.mark(self._state.shown.stretch.with_bound(unit, name, value))

    def _mark(self, **choices: object) -> None:
        self._state.mark(replace(self._state.shown.stretch, **choices))  # type: ignore[arg-type]  # by their names

    @Slot()
    def on_copy_table(self) -> None:
        """Puts all figures on the clipboard, for a spreadsheet."""
        QGuiApplication.clipboard().setText(copied(self._shown, self._heading))

    @Slot()
    def on_copy_text(self) -> None:
        """Puts all figures on the clipboard, to be read."""
        QGuiApplication.clipboard().setText(spoken(self._shown, self._heading))

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip if text == "✕" else text)
        button.setAutoRaise(True)
        return button


def _states(trace: Trace) -> list[tuple[float, str]]:
    """The states in which a point can be, with all their words, the earliest first; of a measured one none."""
    series = trace.series[-1] if trace.series else None
    if series is None or is_measured(digital=series.digital, range_=series.range):
        return []
    parts = [part for part in trace.series if part.kind[:-1] == series.kind[:-1]]
    parts.sort(key=lambda part: float(part.times_utc_s[0]))
    states = {0.0, 1.0} if series.digital else {float(state) for part in parts for state, _ in part.words}
    if not states:
        known = series.values if series.stretches is None else np.concatenate(series.stretches[1:3])
        states = set(np.unique(np.round(known)).tolist())
    then = translate("Stretch", "%s, then %s")
    return [
        (state, reduce(lambda *words: then % words, dict.fromkeys(trace.text_of(part, state) for part in parts)))
        for state in sorted(states)
    ]
