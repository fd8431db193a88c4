"""How wide the columns of the points table are, and which have room: as long as its user does not say it."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QTableView

from t3monitor.model.point_types import PointType
from t3monitor.ui.kit.columns import ColumnKeeper
from t3monitor.ui.kit.delegates import RIGHT_MARGIN, NumberDelegate
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.room import WIDTHS, columns_for, name_widths

_WHOLE = Column.LABEL, Column.VALUE, Column.STATUS, Column.AGE  # never cut
_MEASURED = 5000  # texts of a column, at most
_CELL_MARGIN = 8  # of a text and its cell


class ColumnWidths(QObject):
    """Of one table; columns become wider for the texts in sight, and never narrower by themselves."""

    def __init__(
        self,
        table: QTableView,
        columns: ColumnKeeper[Column],
        values: NumberDelegate,
        in_sight: Callable[[Column], set[str]],
    ) -> None:
        """``values`` paints the column of values; ``in_sight`` are the texts of a column that can be seen."""
        super().__init__(table)
        self._table = table
        self._columns = columns
        self._values = values
        self._in_sight = in_sight
        self._own_widths = self._own_choice = False  # whether the user resized columns, or chose them
        self._types: Sequence[PointType] = ()  # of the points that are shown
        self._wanted: dict[Column, int] = {}  # widths of what was in sight so far
        self._measured: dict[Column, set[str]] = {}  # which costs more than to remember it
        self._measuring = QTimer(self, singleShot=True, interval=0)
        self._measuring.timeout.connect(self._measure)
        columns.chosen.connect(self.on_columns_chosen)
        columns.dragged.connect(self.on_columns_dragged)

    def reset(self) -> None:
        """Order, widths and choice of columns as at first."""
        digit = self._table.fontMetrics().horizontalAdvance("0")
        self._wanted, self._measured = {}, {}
        self._columns.reset({column: digits * digit for column, digits in WIDTHS.items()}, hidden=())
        self._own_widths = self._own_choice = False
        self.use_room()
        self.measure_soon()

    def save_state(self) -> dict[str, Any]:
        """Columns from left to right, and what of them is the user's wish."""
        return {"columns": self._columns.save(), "own_widths": self._own_widths, "own_choice": self._own_choice}

    def restore_state(self, saved: dict[str, Any]) -> None:
        """From what `save_state` gave, as far as it can be used."""
        listed = saved.get("columns")
        self._columns.restore(listed)
        self._own_widths = isinstance(listed, list) and saved.get("own_widths") is not False
        self._own_choice = isinstance(listed, list) and saved.get("own_choice") is not False
        self.use_room()

    def set_types(self, types: Sequence[PointType]) -> None:
        """Of which types points are shown: other columns are empty."""
        if types != self._types:
            self._types = types
            self.use_room()

    @Slot()
    def measure_soon(self) -> None:
        """Other texts are in sight."""
        self._measuring.start()

    @Slot()
    def on_columns_chosen(self) -> None:
        """The user chose columns: nothing else does from now on."""
        self._own_choice = True
        self.use_room()

    @Slot()
    def on_columns_dragged(self) -> None:
        """The user made a column wider or narrower: the others keep their widths."""
        self._own_widths = True

    def use_room(self) -> None:
        """Shows the columns for which there is room, and gives what is left to names; the user's wish counts."""
        table = self._table
        digit, room = table.fontMetrics().horizontalAdvance("0"), table.viewport().width()
        widths = {column: digits * digit for column, digits in WIDTHS.items()}
        widths |= {column: max(widths[column], self._wanted.get(column, 0)) for column in _WHOLE}
        if not self._own_choice:
            shown = columns_for(room, widths, self._types)
            for column in Column:
                table.setColumnHidden(column, column not in shown)
        for column in _WHOLE:
            if widths[column] > table.columnWidth(column) and not table.isColumnHidden(column):
                self._columns.resize(column, widths[column])
        if not self._own_widths:
            names = name_widths(0, digit, {})
            shown = self._columns.shown()
            spare = room - sum(names.get(column, table.columnWidth(column)) for column in shown)
            wanted = {column: width for column, width in self._wanted.items() if column in shown}
            for column, width in name_widths(spare, digit, wanted).items():
                self._columns.resize(column, width)

    @Slot()
    def _measure(self) -> None:
        """Widens the columns in which values would be cut, or names beside free room."""
        before = dict(self._wanted)
        for column in (*_WHOLE, Column.PANEL, Column.FULL_LABEL):
            measured = self._measured.setdefault(column, set())
            new = self._in_sight(column) - measured
            self._wanted[column] = max((self._wanted.get(column, 0), *(self._needed(column, text) for text in new)))
            if len(measured) > _MEASURED:
                measured.clear()
            measured |= new
        if self._wanted != before:
            self.use_room()

    def _needed(self, column: Column, text: str) -> int:
        metrics = self._table.fontMetrics()
        if column is Column.VALUE:
            return self._values.width_of(text, metrics)
        return metrics.horizontalAdvance(text) + _CELL_MARGIN + (RIGHT_MARGIN if column.is_number else 0)
