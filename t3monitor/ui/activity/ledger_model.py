"""The ledger as a table: how every cycle ended, newest first."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor
from typing_extensions import override

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.ui.kit.texts import local_time_text, tooltip_text
from t3monitor.ui.kit.theme import current_theme

CAPACITY = 2000
translate = QCoreApplication.translate
_Index = QModelIndex | QPersistentModelIndex


class LedgerColumn(IntEnum):
    """The columns, from the left."""

    TIME = 0
    SITE = 1
    OUTCOME = 2
    REASON = 3
    DURATION = 4
    ATTEMPTS = 5
    PANELS = 6
    SKIPPED = 7
    POINTS = 8
    SAMPLES = 9
    BYTES = 10


def outcome_word(outcome: Outcome) -> str:
    """The outcome in the user's language."""
    words: Mapping[Outcome, str] = {
        Outcome.OK: translate("Outcome", "ok"),
        Outcome.PARTIAL: translate("Outcome", "partial"),
        Outcome.NO_NEW_DATA: translate("Outcome", "no new data"),
        Outcome.NOT_READY: translate("Outcome", "not ready"),
        Outcome.TIMEOUT: translate("Outcome", "timeout"),
        Outcome.CRASHED: translate("Outcome", "crashed"),
        Outcome.UNREACHABLE: translate("Outcome", "unreachable"),
        Outcome.REFUSED: translate("Outcome", "refused"),
        Outcome.BAD_REPLY: translate("Outcome", "bad reply"),
        Outcome.DATABASE: translate("Outcome", "database"),
        Outcome.INTERRUPTED: translate("Outcome", "interrupted"),
        Outcome.FAILED: translate("Outcome", "failed"),
    }
    return words[outcome]


def outcome_text(outcome: Outcome) -> str:
    """Mark and word: ``✓ ok``, ``▲ no new data``, ``✕ timeout``."""
    mark = "✓" if outcome is Outcome.OK else "✕" if outcome.is_failure else "▲"
    return f"{mark} {outcome_word(outcome)}"


def outcome_colour(outcome: Outcome) -> QColor:
    """The colour that goes with the mark."""
    theme = current_theme()
    if outcome is Outcome.OK:
        return theme.good
    return theme.bad if outcome.is_failure else theme.warning


def duration_text(spent_ms: float) -> str:
    """Milliseconds up to a second, then seconds: ``143 ms``, ``2.4 s``."""
    if spent_ms < 999.5:
        return translate("Duration", "%d ms") % round(spent_ms)
    return translate("Duration", "%.1f s") % (spent_ms / 1000)


def result_text(report: CycleReport) -> str:
    """The outcome with its reason in full, and the site if it has a name: ``Office: ✕ timeout: No answer``."""
    return ": ".join(filter(None, (report.site, outcome_text(report.outcome), report.reason)))


def phases_text(report: CycleReport) -> str:
    """How long each phase took: ``fetch 12 ms, parse 3 ms``."""
    return ", ".join(f"{phase} {duration_text(spent_ms)}" for phase, spent_ms in report.phases_ms.items())


class LedgerModel(QAbstractTableModel):
    """The newest 2,000 cycles."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reports: list[CycleReport] = []

    def load(self, rows: Iterable[CycleReport]) -> None:
        """Shows stored cycles, newest first, below those that ended since they were read."""
        stored = list(rows)
        known = {(report.site, report.started_at) for report in stored}
        live = [report for report in self._reports if (report.site, report.started_at) not in known]
        self.beginResetModel()
        self._reports = (live + stored)[:CAPACITY]
        self.endResetModel()

    def add(self, report: CycleReport) -> None:
        """A cycle that has just ended."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._reports.insert(0, report)
        self.endInsertRows()
        if len(self._reports) > CAPACITY:
            self.beginRemoveRows(QModelIndex(), CAPACITY, len(self._reports) - 1)
            del self._reports[CAPACITY:]
            self.endRemoveRows()

    def clear(self) -> None:
        """Forgets the cycles of a database that is no longer the one in use."""
        self.beginResetModel()
        self._reports = []
        self.endResetModel()

    def has_several_sites(self) -> bool:
        """Whether it has to be said which T3000 computer a cycle is of."""
        sites = iter(self._reports)
        first = next(sites, None)
        return first is not None and any(report.site != first.site for report in sites)

    def report(self, row: int) -> CycleReport:
        """The cycle of a row."""
        return self._reports[row]

    def _tooltip(self, report: CycleReport) -> str:
        lines = [
            self.tr("Began %1, ended %2")
            .replace("%1", local_time_text(report.started_at))
            .replace("%2", local_time_text(report.finished_at)),
            result_text(report),
        ]
        if report.phases_ms:
            lines.append(phases_text(report))
        return tooltip_text(lines)

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._reports)

    @override
    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(LedgerColumn)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        report, column = self._reports[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _display(report, column)
            case Qt.ItemDataRole.ForegroundRole:
                return outcome_colour(report.outcome) if column == LedgerColumn.OUTCOME else None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column >= LedgerColumn.DURATION else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(report)
            case Qt.ItemDataRole.UserRole:
                return report
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section >= LedgerColumn.DURATION else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (
            self.tr("Time"),
            self.tr("Site"),
            self.tr("Outcome"),
            self.tr("Reason"),
            self.tr("Duration"),
            self.tr("Attempts"),
            self.tr("Panels"),
            self.tr("Skipped"),
            self.tr("Points"),
            self.tr("Samples"),
            self.tr("Bytes"),
        )
        return titles[section]


class LedgerFilter(QSortFilterProxyModel):
    """All cycles, or only those that stored nothing."""

    def __init__(self, model: LedgerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ledger = model
        self.setSourceModel(model)
        self._failed_only = False

    def set_failed_only(self, failed_only: bool) -> None:
        """Whether the good ones are hidden."""
        self.beginFilterChange()
        self._failed_only = failed_only
        self.endFilterChange()

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        return not self._failed_only or not self._ledger.report(source_row).outcome.is_stored


def _display(report: CycleReport, column: int) -> str:
    match column:
        case LedgerColumn.TIME:
            return local_time_text(report.started_at)
        case LedgerColumn.SITE:
            return report.site
        case LedgerColumn.OUTCOME:
            return outcome_text(report.outcome)
        case LedgerColumn.REASON:
            return report.reason or ""
        case LedgerColumn.DURATION:
            return duration_text(report.elapsed_ms)
        case LedgerColumn.ATTEMPTS:
            return str(report.attempts)
        case LedgerColumn.PANELS:
            return f"{report.devices:,}"
        case LedgerColumn.SKIPPED:
            return f"{report.skipped:,}"
        case LedgerColumn.POINTS:
            return f"{report.points:,}"
        case LedgerColumn.SAMPLES:
            return f"{report.samples:,}"
        case _:
            return f"{report.bytes:,}"
