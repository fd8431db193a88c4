"""The lines of the log as a table: time, level, text."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QSortFilterProxyModel, Qt
from PySide6.QtGui import QTextLayout
from typing_extensions import override

from t3monitor.model.events import SyncEvent
from t3monitor.sync.flow_log import FlowLines
from t3monitor.ui.activity.rows_model import Index, RowsModel
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.kit.texts import clock_text, local_time_text
from t3monitor.ui.kit.theme import current_theme

CAPACITY = 5000
_BLOCK = 500  # oldest lines go so many at a time, not one by one
translate = QCoreApplication.translate


class LogColumn(IntEnum):
    """The columns, from the left."""

    TIME = 0
    LEVEL = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, as it stands in FFI.log."""

    at: float  # UTC epoch seconds
    level: int  # of logging
    text: str

    @property
    def full_text(self) -> str:
        """The line with its time stamp, as it is copied."""
        return f"[{local_time_text(self.at)}] {self.text}"


class LogModel(RowsModel[LogLine]):
    """The newest 5,000 lines, oldest first, in the times of this computer as in FFI.log."""

    columns = numbers_from = len(LogColumn)  # none of them is a number

    def __init__(self, parent: QObject | None = None, utc_s: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._utc_s = utc_s
        self._flow = FlowLines()

    def append(self, events: tuple[SyncEvent, ...]) -> None:
        """Adds the lines of events that have just happened."""
        now = self._utc_s()
        self.append_lines(LogLine(now, level, text) for event in events for level, text in self._flow.of(event))

    def append_lines(self, lines: Iterable[LogLine]) -> None:
        """Adds lines, and drops the oldest when there are too many."""
        new = list(lines)[-CAPACITY:]
        if not new:
            return
        surplus = len(self._rows) + len(new) - CAPACITY
        if surplus > 0:
            dropped = min(len(self._rows), max(surplus, _BLOCK))
            self.beginRemoveRows(QModelIndex(), 0, dropped - 1)
            del self._rows[:dropped]
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
        self._rows += new
        self.endInsertRows()

    def _display(self, line: LogLine, column: int) -> str:
        match column:
            case LogColumn.TIME:
                return clock_text(line.at)
            case LogColumn.LEVEL:
                return level_text(line.level)
            case _:
                return _drawable(line.text)

    def _foreground(self, line: LogLine, column: int) -> Any:
        theme = current_theme()
        if column == LogColumn.TIME:
            return theme.muted
        if line.level >= logging.ERROR:
            return theme.bad
        if line.level >= logging.WARNING:
            return theme.warning
        return theme.muted if column == LogColumn.LEVEL else None

    @override
    def cell(self, row: LogLine, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._display(row, column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._foreground(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(row.full_text)
        return None

    @override
    def titles(self) -> tuple[str, ...]:
        ends = (self._rows[place].at for place in (0, -1) if self._rows)
        return self.zoned(self.tr("Time"), *ends), self.tr("Level"), self.tr("Text")


class LogFilter(QSortFilterProxyModel):
    """The lines of at least a level that hold a text."""

    def __init__(self, model: LogModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines = model
        self.setSourceModel(model)
        self._level = logging.NOTSET
        self._text = ""

    def set_level(self, level: int) -> None:
        """The lowest level that is shown."""
        self.beginFilterChange()
        self._level = level
        self.endFilterChange()

    def set_text(self, text: str) -> None:
        """What the lines must contain, in any case."""
        self.beginFilterChange()
        self._text = text.strip().casefold()
        self.endFilterChange()

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        line = self._lines.row(source_row)
        return line.level >= self._level and self._text in line.full_text.casefold()


def level_text(level: int) -> str:
    """Mark and word of a level."""
    if level >= logging.ERROR:
        return "✕ " + translate("LogModel", "Error")
    if level >= logging.WARNING:
        return "▲ " + translate("LogModel", "Warning")
    return translate("LogModel", "Info")


def _drawable(text: str) -> str:
    """The text without its leading emoji if no font of this computer has it: better nothing than a box."""
    emoji, space, rest = text.partition(" ")
    return text if not space or emoji.isascii() or _has_glyphs(emoji) else rest


@lru_cache(maxsize=64)
def _has_glyphs(text: str) -> bool:
    layout = QTextLayout(text)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return all(0 not in run.glyphIndexes() for run in layout.glyphRuns())
