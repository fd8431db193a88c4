"""The list of chosen points beside the plot: colour, names, value now and under the crosshair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QEnterEvent, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.model.freshness import PanelState
from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.devices.columns import state_word
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label, tooltip
from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.trend.trace import Names

_SWATCH = QSize(12, 12)
_MARKS = {PanelState.HELD: "◉", PanelState.STALE: "◐", PanelState.NO_ANSWER: "○"}  # as in the tree of panels


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row shows."""

    key: SeriesKey
    names: Names
    colour: QColor
    hidden: bool
    now: str  # value with unit or state word
    state: PanelState  # of the panel that the value is from
    recorded: bool
    at_cursor: str  # empty while there is no crosshair


class ElidedLabel(Label):
    """One line that is cut with an ellipsis where there is no room; the whole text is its tooltip."""

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter.drawText(room, self.alignment(), text)


class _Row(QFrame):
    """One point."""

    def __init__(self, key: SeriesKey, legend: "Legend") -> None:
        super().__init__()
        self.key = key
        self._legend = legend
        self._entry: Entry | None = None
        self._tip: list[str] = []  # what does not change with the time in sight
        self.shown = QCheckBox()
        self.shown.setChecked(True)
        self.shown.setIconSize(_SWATCH)
        self.name = ElidedLabel(Qt.TextElideMode.ElideMiddle)  # panel and label: its end tells it from the others
        self.full_name = ElidedLabel()
        self.full_name.setProperty("muted", True)
        self.now, self.at_cursor = Label(), ElidedLabel()
        self.at_cursor.setProperty("muted", True)
        self.remove = QToolButton()
        self.remove.setAutoRaise(True)
        self.remove.setIcon(icon("close"))
        self.remove.setIconSize(_SWATCH)
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 3, 2, 3)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self.shown, 0, 0)
        layout.addWidget(self.name, 0, 1)
        layout.addWidget(self.now, 0, 2, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.remove, 0, 3)
        below = QHBoxLayout()
        below.addWidget(self.full_name, 1)
        below.addWidget(self.at_cursor)
        layout.addLayout(below, 1, 1, 1, 2)
        self.shown.toggled.connect(lambda checked: legend.hidden_changed.emit(key, not checked))
        self.remove.clicked.connect(lambda: legend.remove_asked.emit(key))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._legend.menu_asked.emit(self.key, event.globalPos())

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._show_tip(self._legend.in_sight(self.key))
        super().enterEvent(event)

    def _show_tip(self, in_sight: Sequence[str] = ()) -> None:
        tip = tooltip_text([*self._tip, *in_sight])
        self.name.setToolTip(tip)
        self.full_name.setToolTip(tip)

    def show_entry(self, entry: Entry) -> None:
        """Shows what changed."""
        old, self._entry = self._entry, entry
        if old is None or old.colour != entry.colour:
            self.shown.setIcon(_swatch(entry.colour))
        if old is None or old.names != entry.names or old.hidden != entry.hidden:
            name = entry.names.short
            self.name.setText(name)
            self.shown.setAccessibleName(self.tr("Show %s") % name)
            self.shown.setToolTip(tooltip(self.tr("Show or hide %s") % name))
            self.remove.setAccessibleName(self.tr("Remove %s") % name)
            self.remove.setToolTip(tooltip(self.tr("Remove %s from the plot") % name))
            self.shown.blockSignals(True)
            self.shown.setChecked(not entry.hidden)
            self.shown.blockSignals(False)
            self.name.setEnabled(not entry.hidden)
        if old is None or (old.now, old.state) != (entry.now, entry.state):
            mark = _MARKS.get(entry.state)
            self.now.setText(f"{mark} {entry.now}" if mark else entry.now)
            self.now.setProperty("muted", mark is not None)
            self.now.style().polish(self.now)
        if old is None or (old.names, old.state, old.recorded) != (entry.names, entry.state, entry.recorded):
            word = state_word(entry.state) if entry.state in _MARKS else ""  # where it leaves the name its room
            not_recorded = "" if entry.recorded else self.tr("not recorded")
            names = entry.names
            self.full_name.setText(" · ".join(filter(None, (word, not_recorded, names.site, names.full_label))))
            why = "" if entry.recorded else self.tr("Not recorded: its values are shown but not stored")
            self._tip = [names.short, names.site, names.full_label, why]
            self._show_tip()
        if old is None or old.at_cursor != entry.at_cursor:
            self.at_cursor.setText(entry.at_cursor)
            self.full_name.setVisible(self.at_cursor.sizeHint().width() < self.width() / 2)
            self.at_cursor.setToolTip(tooltip_text([entry.at_cursor]))


class Legend(QScrollArea):
    """All chosen series, in the order of adding."""

    hidden_changed = Signal(object, bool)  # SeriesKey, hidden
    remove_asked = Signal(object)  # SeriesKey
    menu_asked = Signal(object, QPoint)  # SeriesKey, global position

    def __init__(self, in_sight: Callable[[SeriesKey], Sequence[str]], parent: QWidget | None = None) -> None:
        """``in_sight`` tells what a series did in the time in sight, in lines; it is asked when the mouse comes."""
        super().__init__(parent)
        self.in_sight = in_sight
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(170)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # after a click into it the keys are still the plot's
        self.setAccessibleName(self.tr("Plotted points"))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(0)
        heading = QHBoxLayout()
        heading.setContentsMargins(8, 0, 8, 0)
        self.heading = Label(self.tr("Points"))
        self.heading.setProperty("heading", True)
        self.cursor_time = Label()
        self.cursor_time.setProperty("muted", True)
        heading.addWidget(self.heading)
        heading.addStretch(1)
        heading.addWidget(self.cursor_time)
        layout.addLayout(heading)
        self._layout = QVBoxLayout()
        self._layout.setSpacing(0)
        layout.addLayout(self._layout)
        layout.addStretch(1)
        self.setWidget(content)
        self._rows: dict[SeriesKey, _Row] = {}

    def row(self, key: SeriesKey) -> _Row:
        """The row of a point."""
        return self._rows[key]

    def show_entries(self, entries: Sequence[Entry], cursor_time: str) -> None:
        """Shows these points and the time of the crosshair."""
        self.cursor_time.setText(cursor_time)
        wanted = [entry.key for entry in entries]
        for key in self._rows.keys() - set(wanted):
            row = self._rows.pop(key)
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, entry in enumerate(entries):
            if entry.key not in self._rows:
                self._rows[entry.key] = _Row(entry.key, self)
                self._layout.insertWidget(place, self._rows[entry.key])
            self._rows[entry.key].show_entry(entry)


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(_SWATCH * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(0, 0, _SWATCH.width(), _SWATCH.height(), 3, 3)
    painter.end()
    return QIcon(pixmap)
