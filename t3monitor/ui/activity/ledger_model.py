"""The ledger as a table: how every cycle ended, newest first."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QSortFilterProxyModel, Qt
from typing_extensions import override

from t3monitor.model.events import CycleReport
from t3monitor.ui.activity.rows_model import Index, RowsModel
from t3monitor.ui.kit.outcomes import outcome_colour, outcome_text
from t3monitor.ui.kit.texts import duration_text, local_time_text, tooltip_text

CAPACITY = 2000


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


def result_text(report: CycleReport) -> str:
    """The outcome with its reason in full, and the site if it has a name: ``Office: ✕ timeout: No answer``."""
    return ": ".join(filter(None, (report.site, outcome_text(report.outcome), report.reason)))


def phases_text(report: CycleReport) -> str:
    """How long each phase took: ``fetch 12 ms, parse 3 ms``."""
    return ", ".join(f"{phase} {duration_text(spent_ms)}" for phase, spent_ms in report.phases_ms.items())


class LedgerModel(RowsModel[CycleReport]):
    """The newest 2,000 cycles."""

    columns = len(LedgerColumn)
    numbers_from = LedgerColumn.DURATION

    def load(self, rows: Iterable[CycleReport]) -> None:
        """Shows stored cycles, newest first, below those that ended since they were read."""
        stored = list(rows)
        known = {(report.site, report.started_at) for report in stored}
        live = [report for report in self._rows if (report.site, report.started_at) not in known]
        self.beginResetModel()
        self._rows = (live + stored)[:CAPACITY]
        self.endResetModel()

    def add(self, report: CycleReport) -> None:
        """A cycle that has just ended."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, report)
        self.endInsertRows()
        if len(self._rows) > CAPACITY:
            self.beginRemoveRows(QModelIndex(), CAPACITY, len(self._rows) - 1)
            del self._rows[CAPACITY:]
            self.endRemoveRows()

    def clear(self) -> None:
        """Forgets the cycles of a database that is no longer the one in use."""
        self.beginResetModel()
        self._rows = []
        self.endResetModel()

    def has_several_sites(self) -> bool:
        """Whether it has to be said which T3000 computer a cycle is of."""
        sites = iter(self._rows)
        first = next(sites, None)
        return first is not None and any(report.site != first.site for report in sites)

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
    def cell(self, row: CycleReport, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _display(row, column)
            case Qt.ItemDataRole.ForegroundRole if column == LedgerColumn.OUTCOME:
                return outcome_colour(row.outcome)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(row)
        return None

    @override
    def titles(self) -> tuple[str, ...]:
        return (
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
    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return not self._failed_only or not self._ledger.row(source_row).outcome.is_stored


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
