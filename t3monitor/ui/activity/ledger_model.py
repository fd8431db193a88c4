"""The ledger as a table: how every cycle ended, newest first."""

import math
from enum import IntEnum
from functools import cached_property
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from typing_extensions import override

from t3monitor.model.events import CycleReport
from t3monitor.store.ledger import Cycles
from t3monitor.ui.activity.rows_model import RowsModel
from t3monitor.ui.kit.outcomes import outcome_colour, outcome_text
from t3monitor.ui.kit.table_text import Figure
from t3monitor.ui.kit.texts import duration_text, local_time_text, tooltip_text
from t3monitor.ui.progress.texts import way_out_text

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
    """The newest 2,000 cycles, or those about a time; or of those that stored nothing, of any age."""

    columns = len(LedgerColumn)
    numbers_from = LedgerColumn.DURATION

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.failed_only = False
        self.around_s: float | None = None  # the time about which they are wanted
        self.reaches_newest = True  # nothing newer is left out
        self.is_loaded = False  # all that the database holds of those that are wanted
        self.wanted = self.all = 0  # how many there are, shown or not
        self._live: list[CycleReport] = []  # ended since the stored ones were read, newest first

    def load(self, cycles: Cycles) -> None:
        """Shows stored cycles, newest first, below those that ended since they were read."""
        known = {(report.site, report.started_at) for report in cycles.reports}
        self._live = [
            report
            for report in self._live
            if (report.site, report.started_at) not in known and (report.run_id or math.inf) > cycles.newest
        ]
        live = list(filter(self._is_wanted, self._live))
        self.wanted, self.all, self.is_loaded = cycles.wanted + len(live), cycles.all + len(self._live), True
        self.reaches_newest = cycles.reaches_newest
        self._set_rows((live if self.reaches_newest else []) + cycles.reports)

    def show_failed(self, *, only: bool) -> None:
        """Whether only cycles that stored nothing are shown; until `load` has them, those of them that are here."""
        self.failed_only = only
        self._want_others()

    def show_around(self, time_s: float | None) -> bool:
        """About which time cycles are shown, None: the newest; returns whether others than those here are wanted."""
        rows = self._rows
        if not self.is_loaded:
            are_here = self.around_s == time_s  # or on their way
        elif time_s is None:
            are_here = self.reaches_newest
        else:
            is_new_enough = self.reaches_newest or time_s <= rows[0].finished_at
            are_here = is_new_enough and (len(rows) == self.wanted or rows[-1].finished_at < time_s)
        if are_here:
            return False
        self.around_s = time_s
        self._want_others()
        return True

    def _want_others(self) -> None:
        self.is_loaded = False
        here = {(report.started_at, report.site): report for report in (*self._rows, *self._live)}
        self._set_rows([here[key] for key in sorted(here, reverse=True) if self._is_wanted(here[key])])

    def add(self, report: CycleReport) -> None:
        """A cycle that has just ended."""
        self._live = [report, *self._live[: CAPACITY - 1]]
        self.all += 1
        if not self._is_wanted(report):
            return
        self.wanted += 1
        if not self.reaches_newest:
            return
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, report)
        self.endInsertRows()
        if len(self._rows) > CAPACITY:
            self.beginRemoveRows(QModelIndex(), CAPACITY, len(self._rows) - 1)
            del self._rows[CAPACITY:]
            self.endRemoveRows()

    def clear(self) -> None:
        """Forgets the cycles of a database that is no longer the one in use."""
        self._live, self.is_loaded, self.around_s, self.reaches_newest = [], False, None, True
        self.wanted = self.all = 0
        self._set_rows([])

    def row_of(self, report: CycleReport) -> int:
        """The row of a cycle; the newest, if it is not shown."""
        sought = report.site, report.started_at
        return next((row for row, its in enumerate(self._rows) if (its.site, its.started_at) == sought), 0)

    def row_at(self, time_s: float) -> int:
        """The row of the first cycle that ended at a time or after it; the newest, if none did."""
        return max((row for row, its in enumerate(self._rows) if its.finished_at >= time_s), default=0)

    def has_several_sites(self) -> bool:
        """Whether it has to be said which T3000 computer a cycle is of."""
        sites = (report.site for report in (*self._rows, *self._live))
        first = next(sites, None)
        return any(site != first for site in sites)

    def _is_wanted(self, report: CycleReport) -> bool:
        return not (self.failed_only and report.outcome.is_stored)

    def _set_rows(self, rows: list[CycleReport]) -> None:
        self.beginResetModel()
        self._rows = rows[:CAPACITY]
        self.endResetModel()

    def _tooltip(self, report: CycleReport) -> str:
        lines = [
            self.tr("Began %1, ended %2")
            .replace("%1", local_time_text(report.started_at, self.zone))
            .replace("%2", local_time_text(report.finished_at, self.zone)),
            result_text(report),
            way_out_text(report),
        ]
        if report.phases_ms:
            lines.append(phases_text(report))
        return tooltip_text(lines)

    def copied_titles(self) -> list[str]:
        """The headers over `copied`."""
        titles = list(self.titles())
        titles[LedgerColumn.DURATION] = self.tr("Duration, ms")
        return titles

    def copied(self, report: CycleReport) -> list[str]:
        """A row for a spreadsheet: times and numbers are such."""
        cells = [self._display(report, column) for column in LedgerColumn]
        cells[LedgerColumn.TIME] = Figure(cells[LedgerColumn.TIME])
        cells[LedgerColumn.DURATION] = f"{report.elapsed_ms:.0f}"
        for column in range(self.numbers_from, self.columns):
            cells[column] = Figure(cells[column].replace(",", ""))
        return cells

    @override
    def cell(self, row: CycleReport, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._display(row, column)
            case Qt.ItemDataRole.ForegroundRole if column == LedgerColumn.OUTCOME:
                return outcome_colour(row.outcome)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(row)
        return None

    @override
    def titles(self) -> tuple[str, ...]:
        ends = (self._rows[place].started_at for place in (0, -1) if self._rows)
        return self.zoned(self.tr("Time"), *ends), *self._further_titles

    @cached_property
    def _further_titles(self) -> tuple[str, ...]:
        """Translated once: Qt asks for titles thousands of times."""
        return (
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

    def _display(self, report: CycleReport, column: int) -> str:
        match column:
            case LedgerColumn.TIME:
                return local_time_text(report.started_at, self.zone)
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
