"""Things as a table, each in a row: what the models of the log and of the ledger are."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from t3monitor.model.zones import zone_names

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel, Generic[T]):
    """Base of a model; `row` gives the thing in a row, as does the user role."""

    columns: ClassVar[int]
    numbers_from: ClassVar[int]  # the first column of those that are right aligned, up to the last

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._rows: list[T] = []
        self.zone: tzinfo | None = None  # in which times are told; None: this computer's

    def set_zone(self, zone: tzinfo | None) -> None:
        """Tells all times in another zone, and names it."""
        self.zone = zone
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columns - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self.columns - 1))

    def zoned(self, title: str, *times_s: float) -> str:
        """A title of times, with the name of their zone from the first to the last: ``Time, EDT/EST``."""
        return f"{title}, {zone_names(min(times_s), max(times_s), self.zone)}" if times_s else title

    def row(self, number: int) -> T:
        """What stands in a row."""
        return self._rows[number]

    def titles(self) -> Sequence[str]:
        """What stands above the columns."""
        raise NotImplementedError

    def cell(self, row: T, column: int, role: int) -> Any:
        """What `data` gives, other than alignment and the row itself."""
        raise NotImplementedError

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column >= self.numbers_from else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else self.columns

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(index.column())
        return self.cell(row, index.column(), role)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            match role:
                case Qt.ItemDataRole.DisplayRole:
                    return self.titles()[section]
                case Qt.ItemDataRole.TextAlignmentRole:
                    return self._alignment(section)
        return None
