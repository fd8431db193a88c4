"""The list beside a trend as its user sees it: a row is read and clicked by the key of its series."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.legend.legend import Legend
from t3monitor.ui.trend.legend.legend_model import Column, LegendModel, small_text


class LegendRow:
    """Texts and cells of one series, as they are when they are asked for."""

    def __init__(self, legend: Legend, key: SeriesKey) -> None:
        self._legend, self._key = legend, key

    def data(self, column: Column, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._legend.cell(self._key, column).data(role)

    @property
    def label(self) -> str:
        return str(self.data(Column.NAME))

    @property
    def small(self) -> str:
        model = self._legend.model()
        assert isinstance(model, LegendModel)
        entry = model.entry(self._legend.cell(self._key, Column.NAME))
        assert entry
        return small_text(entry)

    @property
    def value(self) -> str:
        return str(self.data(Column.VALUE))

    @property
    def figures(self) -> list[str]:
        return [str(self.data(column)) for column in (Column.MINIMUM, Column.MEAN, Column.MAXIMUM, Column.KNOWN)]

    @property
    def tip(self) -> str:
        return str(self.data(Column.NAME, Qt.ItemDataRole.ToolTipRole))

    @property
    def value_is_muted(self) -> bool:
        return self.data(Column.VALUE, Qt.ItemDataRole.ForegroundRole) == current_theme().muted

    @property
    def y(self) -> int:
        return self._legend.visualRect(self._legend.cell(self._key, Column.NAME)).y()

    def click(self, column: Column) -> None:
        """With the left button, in the middle of a cell."""
        at = self._legend.visualRect(self._legend.cell(self._key, column)).center()
        QTest.mouseClick(self._legend.viewport(), Qt.MouseButton.LeftButton, pos=at)
