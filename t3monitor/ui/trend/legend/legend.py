"""The table of chosen series beside the plot: how each is drawn, its value, and what it did in the time in sight."""

from collections.abc import Callable, Sequence
from functools import cached_property

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)
from typing_extensions import override

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.columns import pop_up
from t3monitor.ui.kit.delegates import tabular
from t3monitor.ui.trend.legend.legend_model import FIGURES, Column, Entry, LegendModel, title
from t3monitor.ui.trend.legend.legend_painting import (
    PADDING_PX,
    RowHeight,
    RowPainter,
    apart_px,
    plain_value_px,
    small_font,
)
from t3monitor.ui.trend.legend.style_popup import StylePopup

NARROWEST_PX, _NARROWEST_NAME_PX = 190, 20
_WIDTHS = {Column.SHOWN: 24, Column.LOOKS: 28, Column.REMOVE: 22}
_LABEL = "SUP_TEMP"  # has room before any figure has
_LONG_LABEL = 12  # letters; of a longer one the middle may go before a figure does
_STATE = "Open 99 %"  # longer words have the room of the minimum, or none
_GIVEN_UP_LAST = (Column.KNOWN, Column.MEAN, Column.MINIMUM, Column.MAXIMUM)
_Key = Qt.Key
_Index = QModelIndex | QPersistentModelIndex


class Legend(QTreeView):
    """All chosen series; a click leaves the keys to the plot, the Tab key brings them here."""

    hidden_changed = Signal(object, bool)  # SeriesKey, hidden
    remove_asked = Signal(object)  # SeriesKey
    menu_asked = Signal(object, QPoint)  # SeriesKey, global position
    style_chosen = Signal(object, object)  # SeriesKey, Style
    moved = Signal(object, object, int)  # SeriesKey, the one before which it is to stand (None: behind all), plot
    grouped_changed = Signal(bool)
    pointed_at = Signal(object)  # SeriesKey under the mouse or the keys, else None
    walked_to = Signal(object)  # SeriesKey, by the keys

    def __init__(self, in_sight: Callable[[SeriesKey], Sequence[str]], parent: QWidget | None = None) -> None:
        """``in_sight`` tells what a series did in the time in sight, in lines; it is asked for a tooltip."""
        super().__init__(parent)
        self._rows = LegendModel(in_sight, self)
        self._grouped = False
        self._is_filling = False
        self._pointed_at: SeriesKey | None = None
        self._painter: RowPainter | None = None
        self._wanted = set(FIGURES)
        self._widest: dict[Column, int] = {}
        self._longest_px = 0  # a label and its value beside each other
        self._least_px: dict[SeriesKey, int] = {}  # the same of each row, with as few words as tell it apart
        self._in_two_lines: set[SeriesKey] = set()  # the value has one of its own beneath the label
        self._fitted: object = None  # to which texts the columns are
        self.setModel(self._rows)
        self.setItemDelegate(RowHeight(self, lambda index: self.lines_of(self._rows.entry(index))))
        self.setFont(tabular(self.font()))
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumWidth(NARROWEST_PX)
        self.setAccessibleName(self.tr("Plotted points"))
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(10)
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setStyleSheet(f"QHeaderView::section {{ padding: 3px {PADDING_PX}px 3px 2px; }}")
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: pop_up(self.make_menu(), header, at))
        header.sectionClicked.connect(self._on_header_clicked)
        self._rows.hidden_changed.connect(self.hidden_changed)
        self._rows.moved.connect(self.moved)
        self._rows.modelReset.connect(self._on_reset)
        self.clicked.connect(self._on_clicked)

    @cached_property
    def popup(self) -> StylePopup:
        """In which the style of a line is chosen; made when somebody asks for it."""
        popup = StylePopup(self)
        popup.chosen.connect(self.style_chosen)
        return popup

    def show_entries(self, entries: Sequence[Entry], heading: str, *, grouped: bool = False) -> None:
        """Shows these series; ``heading`` says of when their values are."""
        self._grouped = grouped
        self._is_filling = True
        self._rows.show(entries, heading, grouped=grouped)
        self._is_filling = False
        self.header().viewport().update()
        self._longest_px = max(self._longest_px, *map(self._row_px, entries), 0)
        fitted = len(heading), self._longest_px, [(entry.unit, entry.figures) for entry in entries]
        if fitted != self._fitted:
            self._fitted = fitted
            self._fit_columns()
        for entry in entries:
            self._least_px[entry.key] = max(self._least_px.get(entry.key, 0), self._row_px(entry, entry.brief))
        self._break_rows()

    def lines_of(self, entry: Entry | None) -> int:
        """Of how many lines a row is: of two where label and value have no room beside each other."""
        return 2 if entry and entry.key in self._in_two_lines else 1

    def _break_rows(self) -> None:
        """Rows do not become lower while their series are shown: nothing jumps when values change."""
        room_px = self.columnWidth(Column.NAME) + self.columnWidth(Column.VALUE)
        broken = {key for key, least_px in self._least_px.items() if least_px > room_px}
        if broken != self._in_two_lines:
            self._in_two_lines = broken
            self.scheduleDelayedItemsLayout()

    def cell(self, key: SeriesKey, column: Column) -> QModelIndex:
        """The cell of a series."""
        row = self._rows.row_of(key)
        return QModelIndex() if row is None else self._rows.index(row, column)

    def series_of(self, row: int) -> SeriesKey | None:
        """The series of a row, if it is one's."""
        entry = self._rows.entry(self._rows.index(row, 0))
        return entry.key if entry else None

    # -- columns ---------------------------------------------------------------------------------------------------

    def save_columns(self) -> list[str]:
        """The figures that are wanted, for JSON."""
        return [column.key for column in FIGURES if column in self._wanted]

    def restore_columns(self, saved: object) -> None:
        """From what `save_columns` gave; anything else is left as it is."""
        if isinstance(saved, list):
            self._wanted = {column for column in FIGURES if column.key in saved}
            self._fit_columns()

    def make_menu(self) -> QMenu:
        """Which figures are shown where there is room, and the groups."""
        menu = QMenu(self)
        for column in FIGURES:
            action = menu.addAction(title(column))
            action.setCheckable(True)
            action.setChecked(column in self._wanted)
            action.setData(int(column))
        menu.addSeparator()
        by_unit = menu.addAction(self.tr("Group by unit"))
        by_unit.setCheckable(True)
        by_unit.setChecked(self._grouped)
        menu.triggered.connect(self._on_menu)
        return menu

    @Slot(QAction)
    def _on_menu(self, action: QAction) -> None:
        if (column := action.data()) is None:
            self.grouped_changed.emit(action.isChecked())
        else:
            self._wanted ^= {Column(column)}
            self._fit_columns()

    def _row_px(self, entry: Entry, apart: str | None = None) -> int:
        """What label, panel and value want; why there is no reading is told in as many words as have room."""
        value = entry.told.shorter[-1] if entry.told.shorter else "" if entry.told.is_missing else entry.value_text
        texts = entry.names.label[:_LONG_LABEL], value
        texts_px = sum(map(QFontMetrics(self.font()).horizontalAdvance, texts))
        small = QFontMetrics(small_font(self.font()))
        return texts_px + apart_px(entry.apart if apart is None else apart, small) + 3 * PADDING_PX

    def _fit_columns(self) -> None:
        """Shows the wanted figures that have room beside name and value; columns do not get narrower by themselves."""
        metrics = QFontMetrics(self.font())
        around_px = 2 * PADDING_PX
        entries = [row for row in self._rows.rows if isinstance(row, Entry)]
        are_states = bool(entries) and all(entry.unit is None for entry in entries)
        for column, place in FIGURES.items():
            figures = [
                (entry.figures.known_texts[1] if column is Column.KNOWN else str(entry.figures[place]), entry.unit)
                for entry in entries
            ]
            states = [text for text, unit in figures if unit is None]
            texts = [title(column), *(text for text, unit in figures if unit is not None)]
            states_px = max(map(metrics.horizontalAdvance, states), default=0)
            if not are_states:  # whose means have the room of the minimum else
                states_px = min(states_px, metrics.horizontalAdvance(_STATE))
            widest_px = max(*map(metrics.horizontalAdvance, texts), states_px) + around_px
            self._widest[column] = max(widest_px, self._widest.get(column, 0))
        value_px = plain_value_px(metrics)
        room_px = self.viewport().width() - sum(_WIDTHS.values()) - value_px
        name_px = max(metrics.horizontalAdvance(_LABEL) + around_px, self._longest_px - value_px)
        fits, wanted = True, self._wanted - ({Column.MINIMUM, Column.MAXIMUM} if are_states else set())
        for column in (column for column in _GIVEN_UP_LAST if column in wanted):
            fits = fits and room_px - self._widest[column] >= name_px
            room_px -= self._widest[column] if fits else 0
            self.setColumnHidden(column, not fits)
        for column in FIGURES.keys() - wanted:
            self.setColumnHidden(column, True)
        shown_px = dict(self._widest)
        partial_px = around_px + max(
            (metrics.horizontalAdvance(its.figures.known_texts[0]) for its in entries), default=0
        )
        more_px = max(0, partial_px - shown_px[Column.KNOWN])
        if not self.isColumnHidden(Column.KNOWN) and room_px - more_px >= name_px:
            shown_px[Column.KNOWN] += more_px  # for the word beside its figure
            room_px -= more_px
        # A longer heading takes of the names, in whose room values may stand anyway: no figure comes or goes for it.
        heading_px = max(value_px, metrics.horizontalAdvance(self._rows.heading) + around_px)
        name_px = max(_NARROWEST_NAME_PX, room_px - (heading_px - value_px))
        widths = _WIDTHS | shown_px | {Column.NAME: name_px, Column.VALUE: room_px + value_px - name_px}
        for column, width in widths.items():
            if self.columnWidth(column) != width:
                self.setColumnWidth(column, width)
        self._break_rows()

    # -- what the user does ----------------------------------------------------------------------------------------

    @Slot(int)
    def _on_header_clicked(self, section: int) -> None:
        if section == Column.REMOVE:
            at = QPoint(self.header().sectionViewportPosition(section), self.header().height())
            pop_up(self.make_menu(), self.header(), at)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if entry := self._rows.entry(index):
            if index.column() == Column.LOOKS:
                self.ask_style(entry.key)
            elif index.column() == Column.REMOVE:
                self.remove_asked.emit(entry.key)

    def ask_style(self, key: SeriesKey) -> None:
        """Opens the choice of colour and line beneath the line of a series."""
        index = self.cell(key, Column.LOOKS)
        if entry := self._rows.entry(index):
            below = self.visualRect(index).bottomLeft() + QPoint(0, 2)
            self.popup.ask(key, entry.style, self.viewport().mapToGlobal(below), is_line=entry.unit is not None)

    def _point_at(self, index: _Index | None) -> None:
        entry = index and self._rows.entry(index)
        key = entry.key if entry else None
        if key != self._pointed_at:
            self._pointed_at = key
            self.pointed_at.emit(key)
            self.viewport().update()

    @override
    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus() and not self._is_filling:
            self._point_at(current)

    @Slot()
    def _on_reset(self) -> None:
        """The rows are others: the keys and the mouse stay with their series, as far as it is still there."""
        self._widest, self._longest_px, self._fitted = {}, 0, None
        self._least_px = {}
        for row, shown in enumerate(self._rows.rows):
            self.setFirstColumnSpanned(row, QModelIndex(), not isinstance(shown, Entry))
        place = self._rows.row_of(self._pointed_at)
        if place is None:
            self._point_at(None)
        elif self.hasFocus():
            self._set_current(place)

    def _set_current(self, row: int) -> None:
        choice = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._rows.index(row, Column.NAME), choice)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What this table has no use for is the plot's."""
        index = self.currentIndex()
        entry, row = self._rows.entry(index), index.row()
        moves = event.modifiers() & Qt.KeyboardModifier.AltModifier
        match event.key():
            case _Key.Key_Up if moves and row > 0:
                self._rows.move(row, row - 1)
            case _Key.Key_Down if moves and 0 <= row < len(self._rows.rows) - 1:
                self._rows.move(row, row + 2)
            case _Key.Key_Up | _Key.Key_Down:
                super().keyPressEvent(event)
                if walked := self._rows.entry(self.currentIndex()):
                    self.walked_to.emit(walked.key)
            case _Key.Key_Space if entry:
                self.hidden_changed.emit(entry.key, not entry.hidden)
            case _Key.Key_Delete if entry:
                self.remove_asked.emit(entry.key)
                self._set_current(min(row, len(self._rows.rows) - 1))
            case _Key.Key_F2 | _Key.Key_Return | _Key.Key_Enter if entry:
                self.ask_style(entry.key)
            case _:
                event.ignore()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        at = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if entry := self._rows.entry(index):
            self.menu_asked.emit(entry.key, at)
        else:
            pop_up(self.make_menu(), self.viewport(), self.viewport().mapFromGlobal(at))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rows:
            self._set_current(next(n for n, row in enumerate(self._rows.rows) if isinstance(row, Entry)))
        self._point_at(self.currentIndex())

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.indexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)  # which may be a whole drag

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(self.currentIndex() if self.hasFocus() else None)

    @override
    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """Ends when the row is dropped: the mouse is elsewhere then, and nothing else says so."""
        super().startDrag(supportedActions)
        at = self.viewport().mapFromGlobal(QCursor.pos())
        if self.viewport().rect().contains(at):
            self._point_at(self.indexAt(at))
        else:
            self._point_at(self.currentIndex() if self.hasFocus() else None)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_widest"):
            self._widest, self._longest_px, self._least_px = {}, 0, {}
            self._fit_columns()

    @override
    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: _Index) -> None:
        row = self._rows.rows[index.row()]
        painting = self._painter or RowPainter(self, self.viewport().rect())  # else Qt draws what is dragged
        painting.paint(
            painter,
            options.rect,
            row,
            is_pointed_at=isinstance(row, Entry) and row.key == self._pointed_at,
            is_chosen=self.hasFocus() and index.row() == self.currentIndex().row(),
            in_two_lines=isinstance(row, Entry) and self.lines_of(row) > 1,
        )

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._painter = RowPainter(self, event.rect())
        super().paintEvent(event)
        self._painter = None  # fonts, colours and columns may be others the next time
