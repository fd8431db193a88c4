"""What differs from a baseline as a table."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from t3monitor.model.baselines import Aspect, Difference
from t3monitor.model.units import hours_minutes_seconds, shows_time
from t3monitor.ui.activity.rows_model import RowsModel
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.search import all_found, words_of
from t3monitor.ui.kit.table_text import Figure
from t3monitor.ui.kit.texts import translate


class DifferenceColumn(IntEnum):
    """Columns of the table."""

    PANEL = 0
    POINT = 1
    LABEL = 2
    WHAT = 3
    THEN = 4
    NOW = 5
    DELTA = 6


@cache
def what_text(what: Aspect) -> str:
    """What differs, in a word or two."""
    return {
        Aspect.PANEL: _tr("Panel"),
        Aspect.ONLINE: _tr("Online"),
        Aspect.NAME: _tr("Panel name"),
        Aspect.NUMBER: _tr("Panel number"),
        Aspect.POINT: _tr("Point"),
        Aspect.VALUE: _tr("Value"),
        Aspect.STATUS: _tr("Status"),
        Aspect.MODE: _tr("Mode"),
        Aspect.SWITCH: _tr("Switch"),
        Aspect.RANGE: _tr("Range"),
        Aspect.UNIT: _tr("Unit"),
        Aspect.WORDS: _tr("Words"),
        Aspect.LABEL: _tr("Label"),
        Aspect.FULL_LABEL: _tr("Full label"),
        Aspect.CALIBRATION: _tr("Calibration"),
        Aspect.FILTER: _tr("Filter"),
        Aspect.SIGNAL: _tr("Signal"),
    }[what]


class DifferencesModel(RowsModel[Difference]):
    """The differences that are of a kind and have some words in them, panel after panel."""

    columns = len(DifferenceColumn)
    numbers_from = DifferenceColumn.DELTA

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.found: Sequence[Difference] = ()
        self._sought: list[str] = []
        self._what: Aspect | None = None
        self._ends = "", ""

    @property
    def shown(self) -> Sequence[Difference]:
        """Those in the table."""
        return self._rows

    def show(self, found: Sequence[Difference], then: str, now: str) -> None:
        """Takes what was found between two states of these names."""
        self.found, self._ends = found, (then, now)
        self._fill()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columns - 1)

    def seek(self, text: str) -> None:
        """Shows those with all of these words."""
        self._sought = words_of(text)
        self._fill()

    def choose(self, what: Aspect | None) -> None:
        """Shows those of a kind, or (None) all."""
        self._what = what
        self._fill()

    def texts(self, difference: Difference) -> list[str]:
        """What stands in its row."""
        point = difference.point
        names = [point.point_id, point.label or point.full_label] if point else ["", ""]
        ends = [difference.then, difference.now]
        return [difference.panel.panel_name, *names, what_text(difference.what), *ends, _delta_text(difference)]

    def copied(self, difference: Difference) -> list[str]:
        """The same for a spreadsheet: what is a number is one, with its unit beside it."""
        *names, then, now, delta = self.texts(difference)
        number, _, unit = delta.partition(" ")
        ends: Iterable[str] = (then, now)
        if delta or difference.has_numbers:
            ends = (Figure(text.removesuffix(f" {unit}")) for text in ends)
        return [*names, *ends, Figure(number.removeprefix("+")), unit]

    def copied_titles(self) -> list[str]:
        """The titles over that."""
        return [*self.titles(), self.tr("Unit")]

    @override
    def titles(self) -> Sequence[str]:
        then, now = self._ends
        names = self.tr("Panel"), self.tr("Point"), self.tr("Label"), self.tr("What")
        return *names, then or self.tr("Then"), now or self.tr("Now"), self.tr("Difference")

    @override
    def cell(self, row: Difference, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.texts(row)[column] or (
                    "–" if column in (DifferenceColumn.THEN, DifferenceColumn.NOW) else ""
                )
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self.texts(row)[column])
        return None

    def _fill(self) -> None:
        self.beginResetModel()
        self._rows = [difference for difference in self.found if self._is_wanted(difference)]
        self.endResetModel()

    def _is_wanted(self, difference: Difference) -> bool:
        if self._what and difference.what != self._what:  # Qt makes a plain text of it
            return False
        if not self._sought:
            return True
        panel, point = difference.panel, difference.point
        more = (panel.site, f"{panel.serial_number}", point.full_label if point else "")
        return all_found(self._sought, "\n".join((*self.texts(difference), *more)).lower())


def _delta_text(difference: Difference) -> str:
    point, delta = difference.point, difference.delta
    if point is None or delta is None:
        return ""
    if shows_time(point.point_type, point.range):
        return hours_minutes_seconds(delta)
    return f"{delta:+.2f} {point.written_unit}".rstrip()


def _tr(text: str) -> str:
    return translate("Differences", text)
