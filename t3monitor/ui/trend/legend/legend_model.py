"""The rows of the list of chosen series: for each its looks, its names, a value and the figures in sight."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor
from typing_extensions import override

from t3monitor.model.freshness import PanelState
from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.devices.columns import state_word
from t3monitor.ui.kit.columns import NamedColumn
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.rows import stretches
from t3monitor.ui.kit.texts import tooltip_text, translate
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend.figures import Figures
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.series.trace import Names

SERIES_MIME_TYPE = "application/x-t3monitor-series"
_MARKS = {PanelState.HELD: "◉", PanelState.STALE: "◐", PanelState.NO_ANSWER: "○"}  # as in the tree of panels
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()


class Column(NamedColumn):
    """What stands beside each other; the figures in the order in which they are given up where there is no room."""

    SHOWN = 0
    LOOKS = 1
    NAME = 2
    VALUE = 3
    MINIMUM = 4
    MEAN = 5
    MAXIMUM = 6
    KNOWN = 7
    REMOVE = 8


FIGURES = {Column.MINIMUM: 0, Column.MEAN: 1, Column.MAXIMUM: 2, Column.KNOWN: 3}  # places in `Figures`


class Told(NamedTuple):
    """What a series says at the cursor or now."""

    text: str  # a value with unit or state word; or that there is no reading, and why
    is_missing: bool = False
    shorter: tuple[str, ...] = ()  # the same in less room, the longest first
    aside: str = ""  # what was read before, or though it says nothing


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row shows."""

    key: SeriesKey
    names: Names
    colour: QColor
    style: Style
    hidden: bool
    told: Told
    state: PanelState  # of the panel that a value of the present is from
    recorded: bool
    unit: str | None  # of its axis; None: it has states, or nothing is known of it yet
    figures: Figures
    plot: int = 0  # of those above each other, from the top
    apart: str = ""  # the panel, where another series has the same label
    brief: str = ""  # as much of that as tells it apart

    @property
    def value_text(self) -> str:
        """The value, marked if it is none of the present."""
        mark = None if self.told.is_missing else _MARKS.get(self.state)
        return f"{mark} {self.told.text}" if mark and self.told.text else self.told.text


Row = Entry | str  # a text is the heading of a group


class LegendModel(QAbstractTableModel):
    """Series in their order; in groups, those of one plot, of one unit or of both follow each other beneath it."""

    hidden_changed = Signal(object, bool)  # SeriesKey, hidden
    moved = Signal(object, object, int)  # SeriesKey, the one before which it is to stand (None: behind all), plot

    def __init__(self, in_sight: Callable[[SeriesKey], Sequence[str]], parent: QObject | None = None) -> None:
        """``in_sight`` tells what a series did in the time in sight, in lines; it is asked for the tooltip."""
        super().__init__(parent)
        self._in_sight = in_sight
        self._entries: Sequence[Entry] = ()
        self.heading = ""  # of when the values are
        self.rows: list[Row] = []

    def show(self, entries: Sequence[Entry], heading: str, *, grouped: bool) -> None:
        """Shows these series, their values under this heading."""
        self._entries = entries
        rows = list(self._grouped(by_unit=grouped))
        before, self.rows = self.rows, rows
        if list(map(_identity, rows)) != list(map(_identity, before)):
            self.beginResetModel()
            self.endResetModel()
        else:
            changed = [place for place, row in enumerate(rows) if row != before[place]]
            its_values = all(_differ_in_value(rows[place], before[place]) for place in changed)
            left, right = (Column.NAME, Column.VALUE) if its_values else (Column.SHOWN, Column.REMOVE)
            for first, last in stretches(changed):
                self.dataChanged.emit(self.index(first, left), self.index(last, right))
        self.heading = heading  # told by no signal: it would have all rows laid out anew with each movement

    def entry(self, index: _Index) -> Entry | None:
        """The series of a row; None for a heading, and for none."""
        row = self.rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Entry) else None

    def row_of(self, key: SeriesKey | None) -> int | None:
        """Where a series stands."""
        found = (place for place, row in enumerate(self.rows) if isinstance(row, Entry) and row.key == key)
        return next(found, None)

    def move(self, place: int, to: int) -> None:
        """Asks for the series of a row to stand where another row begins."""
        moved = self.rows[place]
        below = self.rows[to] if to < len(self.rows) else None
        above = self.rows[to - 1] if to else None
        if not isinstance(moved, Entry):
            return
        if isinstance(below, Entry):
            self.moved.emit(moved.key, below.key, below.plot)
        elif isinstance(above, Entry):  # at the end of its group
            after = self._entries.index(above) + 1
            before = self._entries[after].key if after < len(self._entries) else None
            self.moved.emit(moved.key, before, above.plot)

    def _grouped(self, *, by_unit: bool) -> Iterator[Row]:
        by_plot = len({entry.plot for entry in self._entries}) > 1

        def group(entry: Entry) -> tuple[int, str | None]:
            return entry.plot if by_plot else 0, entry.unit if by_unit else None

        for its in sorted(dict.fromkeys(map(group, self._entries)), key=lambda its: its[0]):
            plot, unit = its
            unit_text = self.tr("States") if unit is None else unit or self.tr("Without a unit")
            headings = [plot_name(plot)] * by_plot + [unit_text] * by_unit
            if headings:
                yield " · ".join(headings)
            yield from (entry for entry in self._entries if group(entry) == its)

    # -- for Qt ----------------------------------------------------------------------------------------------------

    @override
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == _Role.DisplayRole:
            return {Column.VALUE: self.heading, Column.REMOVE: "⋯"}.get(column, "" if column < 2 else title(column))
        if role == _Role.ToolTipRole:
            return header_tip(column)
        if role == _Role.AccessibleTextRole:
            return title(column)
        if role == _Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column == Column.NAME else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled  # between rows, never on one
        if self.entry(index) is None:
            return Qt.ItemFlag.ItemIsEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == Column.SHOWN else flags

    @override
    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        column, entry = Column(index.column()), self.entry(index)
        if entry is None:
            return self._data_of_heading(str(self.rows[index.row()]), column, role)
        if role == _Role.CheckStateRole and column == Column.SHOWN:
            return Qt.CheckState.Unchecked if entry.hidden else Qt.CheckState.Checked
        if role == _Role.DisplayRole:
            return _text(entry, column)
        if role == _Role.TextAlignmentRole and column >= Column.VALUE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.ForegroundRole:
            return current_theme().muted if is_muted(entry, column) else None
        if role == _Role.ToolTipRole:
            return self._tip(entry, column)
        if role == _Role.AccessibleTextRole:
            return self._spoken(entry, column)
        return None

    @override
    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        entry = self.entry(index)
        if entry is None or role != _Role.CheckStateRole:
            return False
        self.hidden_changed.emit(entry.key, not entry.hidden)
        return True

    @override
    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    @override
    def mimeTypes(self) -> list[str]:
        return [SERIES_MIME_TYPE]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(SERIES_MIME_TYPE, QByteArray(str(indexes[0].row()).encode()))
        return data

    @override
    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:  # False: the view has nothing to take away
        self.move(int(data.data(SERIES_MIME_TYPE).data()), len(self.rows) if row < 0 else row)
        return False

    def _data_of_heading(self, text: str, column: Column, role: int) -> Any:
        if column != Column.SHOWN:
            return None
        return text if role in (_Role.DisplayRole, _Role.AccessibleTextRole) else None

    def _tip(self, entry: Entry, column: Column) -> str:
        name = entry.names.short
        match column:
            case Column.SHOWN:
                return tooltip(self.tr("Show or hide %s") % name)
            case Column.LOOKS:
                return tooltip(self.tr("Colour and line of %s") % name)
            case Column.REMOVE:
                return tooltip(self.tr("Remove %s from the plot") % name)
        not_recorded = "" if entry.recorded else self.tr("Not recorded: its values are shown but not stored")
        why = entry.told.text if entry.told.is_missing else ""
        names = name, entry.names.site, entry.names.full_label
        return tooltip_text([*names, not_recorded, why, entry.told.aside, *self._in_sight(entry.key)])

    def _spoken(self, entry: Entry, column: Column) -> str | None:
        name = entry.names.short
        match column:
            case Column.SHOWN:
                return self.tr("Show %s") % name
            case Column.LOOKS:
                return self.tr("Colour and line of %s") % name
            case Column.NAME:
                figures = [f"{title(of)} {text}" for of in FIGURES if (text := figure_text(entry, of))]
                value = f"{self.heading} {entry.value_text}" if entry.told.text else ""
                return ", ".join(filter(None, (name, small_text(entry), value, *figures)))
            case Column.REMOVE:
                return self.tr("Remove %s") % name
        return None


def plot_name(plot: int) -> str:
    """What one of several plots is called."""
    return translate("Legend", "Plot %d") % (plot + 1)


def is_muted(entry: Entry, column: Column) -> bool:
    """Whether a text steps back: of a hidden series, of figures of little known time, of no value of the present."""
    if column == Column.VALUE and (entry.told.is_missing or entry.state in _MARKS):
        return True
    return entry.hidden or (column in FIGURES and entry.figures.is_partial)


def small_text(entry: Entry) -> str:
    """What stands small behind the label; first what tells it apart."""
    word = state_word(entry.state) if entry.state in _MARKS else ""
    not_recorded = "" if entry.recorded else translate("Legend", "not recorded")
    names = (entry.names.panel, entry.names.site) if not entry.apart else ()
    return " · ".join(filter(None, (entry.apart, word, not_recorded, *names, entry.names.full_label)))


@cache
def title(column: Column) -> str:
    """What a column is called in its heading and in the menu of columns."""
    return {
        Column.SHOWN: translate("Legend", "Shown"),
        Column.LOOKS: translate("Legend", "Line"),
        Column.NAME: translate("Legend", "Point"),
        Column.VALUE: translate("Legend", "Value"),
        Column.MINIMUM: translate("Legend", "Min"),
        Column.MEAN: translate("Legend", "Mean"),
        Column.MAXIMUM: translate("Legend", "Max"),
        Column.KNOWN: translate("Legend", "Known"),
        Column.REMOVE: translate("Legend", "Columns and groups"),
    }[column]


@cache
def header_tip(column: Column) -> str:
    """What a heading means."""
    return {
        Column.VALUE: translate("Legend", "The value at the cursor; without one, the present value"),
        Column.MINIMUM: translate("Legend", "The lowest reading of the time in sight"),
        Column.MEAN: translate(
            "Legend",
            "The mean of the time in sight, weighted by time; of two states the share of the second one, "
            "of a counter what it counted",
        ),
        Column.MAXIMUM: translate("Legend", "The highest reading of the time in sight"),
        Column.KNOWN: translate("Legend", "How much of the time in sight is known; below 90 % the figures are partial"),
        Column.REMOVE: translate("Legend", "Columns and groups"),
    }.get(column, "")


def figure_text(entry: Entry, column: Column) -> str:
    """What one of the columns of figures says."""
    return entry.figures.known_texts[0] if column is Column.KNOWN else str(entry.figures[FIGURES[column]])


def _text(entry: Entry, column: Column) -> str:
    if column in FIGURES:
        return figure_text(entry, column)
    return {Column.NAME: entry.names.label, Column.VALUE: entry.value_text}.get(column, "")


def _differ_in_value(row: Row, other: Row) -> bool:
    """Whether two rows differ in nothing else, as they do when the cursor moves."""
    if not (isinstance(row, Entry) and isinstance(other, Entry)):
        return False
    return replace(row, told=other.told, state=other.state) == other


def _identity(row: Row) -> SeriesKey | str:
    return row.key if isinstance(row, Entry) else row
