"""The table of points: live, filtered and sorted by itself; lives in the GUI thread.

There is no proxy model: with tens of thousands of rows, one that asks Python about each of them takes seconds.
"""

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QColor
from typing_extensions import override

from t3monitor.model.freshness import PanelState
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.rows import stretches
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.points.cells import cell_colours, cell_text
from t3monitor.ui.points.columns import (
    POINT_TEXTS,
    Column,
    explanation,
    title,
)
from t3monitor.ui.points.copied import cells
from t3monitor.ui.points.fading import Fading
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.mime import POINTS_MIME_TYPE, encode_point_keys
from t3monitor.ui.points.rows import Block, PointRows, Update
from t3monitor.ui.points.tips import cell_tip

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
_BACKGROUND = int(Qt.ItemDataRole.BackgroundRole)
_FOREGROUND = int(Qt.ItemDataRole.ForegroundRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NUMBER_COLUMNS = frozenset(int(column) for column in Column if column.is_number)
_PANEL, _AGE, _CHANGED = int(Column.PANEL), int(Column.AGE), int(Column.CHANGED)
_COLUMNS = len(Column)
_ROOT = QModelIndex()


_Index = QModelIndex | QPersistentModelIndex


class PointsModel(QAbstractTableModel):
    """Points of all panels or of one.

    A new value changes its cells and nothing else: rows move only when the user sorts or filters, when points appear
    or vanish, or when a point comes to fit a filter for states.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = PointRows()
        self._filter = PointFilter()
        self._sort_column: Column | None = None
        self._descending = False
        self._shown: list[int] = []  # row of the table -> row of self._rows
        self._places: list[int] = []  # and back; -1: not shown
        self._now_s, self._interval_s = 0.0, 0
        self.fading = Fading(self)
        self.fading.paled.connect(self._on_paled)

    @property
    def filter(self) -> PointFilter:
        """The filter in force."""
        return self._filter

    @property
    def sorting(self) -> tuple[Column, Qt.SortOrder] | None:
        """What the user sorted by last; None for T3000's order."""
        if self._sort_column is None:
            return None
        return self._sort_column, Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder

    @property
    def types(self) -> list[PointType]:
        """The types of which any point is shown."""
        return [
            kind
            for kind in PointType
            if any(self._is_any_shown(block) for block in self._rows.all_blocks if block.point_type is kind)
        ]

    def _is_any_shown(self, block: Block) -> bool:
        rows = block.rows
        return max(self._places[rows.start : rows.stop], default=-1) >= 0

    @property
    def total(self) -> int:
        """Points of the chosen panels, shown or not."""
        return self._rows.count(self._filter.serial_number)

    def apply(self, snapshot: Snapshot) -> None:
        """Takes over a snapshot. Points of panels that it lacks stay, as not answering."""
        update = self._rows.plan(snapshot)
        if update.restructures:
            self.beginResetModel()
            self._rows.carry_out(update)
            self._rows.freshen(self._now_s, self._interval_s)
            self.fading.stop()
            self._show(self._rows.matching(self._filter))
            self.endResetModel()
            self.fading.begin(update.changed)
            return
        answered = [block.answered for block in self._rows.all_blocks]
        self._rows.carry_out(update)
        aged, turned = self._rows.freshen(self._now_s, self._interval_s)
        for block, before in zip(self._rows.all_blocks, answered, strict=True):
            if block.answered is not before:
                turned += block.parts  # also what was never read, which is as fresh as before
        if self._reshow(update, turned=bool(turned)):
            self.fading.begin(update.changed)
            return
        self.fading.begin(update.changed)
        changed_rows = [block.rows for block in update.renamed] + [part.rows for part in turned]
        self._tell_rows(row for rows in changed_rows for row in rows)
        self._tell_rows(update.changed)
        if aged or turned:
            self._tell_clock(_AGE, _CHANGED if update.changed else _AGE)

    def clear(self) -> None:
        """Forgets all points: another T3000, another building."""
        self.beginResetModel()
        self.fading.stop()
        links_up = self._rows.links_up
        self._rows = PointRows()
        self._rows.links_up = links_up
        self._rows.freshen(self._now_s, self._interval_s)
        self._show([])
        self.endResetModel()

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Moves the ages on; cheap enough for every second: one signal for two columns, if a text changes at all."""
        moved = int(utc_s) != int(self._now_s)
        self._now_s, self._interval_s = utc_s, sync_interval_s
        self._freshen(moved=moved)

    def set_links_up(self, sites: Collection[str]) -> None:
        """Says of which sites readings keep coming; points of others are no more than held."""
        if sites != self._rows.links_up:
            self._rows.links_up = sites
            self._freshen(moved=False)

    def _freshen(self, *, moved: bool) -> None:
        aged, turned = self._rows.freshen(self._now_s, self._interval_s)
        if turned and self._reshow(None, turned=True):
            return
        if turned:
            self._tell_rows(row for part in turned for row in part.rows)
        changes = moved and any(self._rows.changed_at)
        if aged or changes:
            self._tell_clock(_AGE if aged else _CHANGED, _CHANGED if changes else _AGE)

    def set_filter(self, wanted: PointFilter) -> None:
        """Shows other points, sorted anew; what is known of a point does not change by it."""
        if wanted == self._filter:
            return
        rows = self._rows.matching(wanted)
        self.beginResetModel()
        self._filter = wanted
        self._show(rows)
        self.endResetModel()

    def sort_again(self) -> None:
        """Brings rows whose values have changed since to their place."""
        if self._sort_column is not None:
            self._resort()

    def key(self, row: int) -> PointKey:
        """What identifies the point in a row of the table."""
        return self._rows.key(self._shown[row])

    def row(self, key: PointKey) -> int | None:
        """The row of the table that shows a point; None if none does."""
        row = self._rows.row_of(key)
        place = -1 if row is None else self._places[row]
        return None if place < 0 else place

    def point(self, row: int) -> Point:
        """The point in a row of the table."""
        return self._rows.points[self._shown[row]]

    def name_of(self, key: PointKey) -> str:
        """What to call a point, shown or not, so that no other one is called like it."""
        return self._rows.name_of(key)

    def text(self, row: int, column: int) -> str:
        """What a cell says."""
        return cell_text(self._rows, self._shown[row], column)

    def copied(self, row: int, column: Column) -> tuple[str, ...]:
        """What is copied of a cell; of a value its unit as well."""
        return cells(self._rows, self._shown[row], column, self.text(row, column))

    @Slot(object)
    def _on_paled(self, rows: Iterable[int]) -> None:
        if places := [place for row in rows if (place := self._places[row]) >= 0]:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), _COLUMNS - 1), [_BACKGROUND])

    def _show(self, rows: list[int]) -> None:
        """Puts the given rows, which are in their own order, into the order that the user wants."""
        if self._sort_column is not None:
            rows = self._rows.sorted(rows, self._sort_column, descending=self._descending)
        self._shown = rows
        self._places = places = [-1] * len(self._rows.points)
        for place, row in enumerate(rows):
            places[row] = place

    def _reshow(self, update: Update | None, *, turned: bool) -> bool:
        """Lets points in that now fit the filter and those out that no longer do; whether there are any.

        What was found by its text stays although the text is another now.
        """
        points = self._rows.points
        needed = self._filter.has_states or any(
            old.in_use is not points[row].in_use for row, old in (update.changed.items() if update else ())
        )
        if not needed or not (update or turned):
            return False
        shown = set(self._shown)
        rows = self._rows.matching(self._filter, whatever_their_text=shown)
        if len(rows) == len(shown) and shown.issuperset(rows):
            return False
        self.beginResetModel()
        self._show(rows)
        self.endResetModel()
        return True

    def _resort(self) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [self._shown[index.row()] for index in before]
        self._show(sorted(self._shown))
        after = [self.index(self._places[row], index.column()) for row, index in zip(rows, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _tell_rows(self, rows: Iterable[int]) -> None:
        places = sorted({place for row in rows if (place := self._places[row]) >= 0})
        for first, last in stretches(places):
            self.dataChanged.emit(self.index(first, 0), self.index(last, _COLUMNS - 1))

    def _tell_clock(self, first: int, last: int) -> None:
        if self._shown:
            bottom = len(self._shown) - 1
            self.dataChanged.emit(self.index(0, first), self.index(bottom, last), [_DISPLAY])

    def _background(self, row: int, column: int) -> QColor | None:
        old = self.fading.before(row)
        if old is not None and self._differs(row, column, old):
            changed = QColor(current_theme().changed)
            changed.setAlphaF(self.fading.strength)
            return changed
        state = cell_colours(self._rows, row, column)
        return state.background if state else None

    def _differs(self, row: int, column: int, old: Point) -> bool:
        of_point = POINT_TEXTS.get(column)
        return of_point is not None and of_point(old) != of_point(self._rows.points[row])

    def _foreground(self, row: int, column: int) -> QColor | None:
        state = cell_colours(self._rows, row, column)
        if state:
            old = self.fading.before(row)
            return None if old is not None and self._differs(row, column, old) else state.text
        if (
            self._rows.parts[row].state is not PanelState.LIVE
            or column in (_PANEL, _AGE, _CHANGED)
            or not self._rows.points[row].in_use
        ):
            return current_theme().muted
        return None

    @override
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else _COLUMNS

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if not index.isValid():
            return None
        column = index.column()
        if role == _ALIGNMENT:
            return _RIGHT if column in _NUMBER_COLUMNS else _LEFT
        row = self._shown[index.row()]
        if role == _DISPLAY:
            return cell_text(self._rows, row, column)
        if role == _BACKGROUND:
            return self._background(row, column)
        if role == _FOREGROUND:
            return self._foreground(row, column)
        if role == _TOOL_TIP:
            return tooltip(cell_tip(self._rows, row, column, cell_text(self._rows, row, column))) or None
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < _COLUMNS:
            return None
        if role == _DISPLAY:
            return title(Column(section))
        if role == _TOOL_TIP:
            return explanation(Column(section))
        if role == _ALIGNMENT:
            return _RIGHT if section in _NUMBER_COLUMNS else _LEFT
        return None

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_column = Column(column) if 0 <= column < _COLUMNS else None
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._resort()

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _FLAGS

    @override
    def mimeTypes(self) -> list[str]:
        return [POINTS_MIME_TYPE]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return encode_point_keys(self.key(row) for row in sorted({index.row() for index in indexes}))


_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
