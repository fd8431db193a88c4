"""The ledger of cycles, each explained, and the way from one to its time in the trend."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout, QPushButton, QWidget
from typing_extensions import override

from t3monitor.model.events import CycleReport
from t3monitor.store.ledger import Cycles
from t3monitor.ui.activity.ledger_model import LedgerColumn, LedgerModel, phases_text, result_text
from t3monitor.ui.kit.notice import Notice
from t3monitor.ui.kit.pages import add_key, lay_out_page, table
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.table_text import table_text
from t3monitor.ui.progress.texts import way_out_text

_REASON = 32  # in digits, at least
_LESS_TOLD = (  # in that order columns make room for reasons
    *(LedgerColumn.BYTES, LedgerColumn.POINTS, LedgerColumn.ATTEMPTS),
    *(LedgerColumn.SAMPLES, LedgerColumn.SKIPPED, LedgerColumn.PANELS),
)


class CyclesPage(QWidget):
    """The ledger, with the selected cycle explained below it; whoever owns it reads what it wants of the database."""

    others_wanted = Signal()  # see `LedgerModel.failed_only` and `around_s`
    time_chosen = Signal(float)  # of a cycle that is to be seen in the trend

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LedgerModel(self)
        self._sought: CycleReport | float | None = None  # one, that at a time, or (None) the newest
        self._seeks = False  # as soon as it is there
        self.view = table(self.model, self.tr("Cycles, newest first"), stretched=LedgerColumn.REASON)
        width = self.fontMetrics().horizontalAdvance
        self.view.setColumnWidth(LedgerColumn.TIME, width("0000-00-00 00:00:00 AEDT") + 12)
        self.view.setColumnWidth(LedgerColumn.SITE, width("A building's name") + 24)
        self.view.setColumnWidth(LedgerColumn.OUTCOME, width("▲ no new data") + 24)
        for column in range(LedgerColumn.DURATION, len(LedgerColumn)):
            self.view.setColumnWidth(column, width("104,857,600" if column == LedgerColumn.BYTES else "Attempts") + 24)
        self._widths = {column: self.view.columnWidth(column) for column in LedgerColumn}  # Qt tells none when hidden
        self.failed_only = QCheckBox(self.tr("Failed &only"))
        self.failed_only.setToolTip(self.tr("Only the cycles that stored nothing: each is a hole in the history"))
        self.failed_only.toggled.connect(self.on_failed_only_toggled)
        self.newest = QPushButton(self.tr("Ne&west"))
        self.newest.setToolTip(self.tr("Back to the newest cycles"))
        self.newest.clicked.connect(lambda: self.select_cycle())
        self.count = Label()
        self.count.setProperty("muted", True)
        self.details = Label(wordWrap=True, margin=6)
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.details.setAccessibleName(self.tr("The selected cycle"))
        self.details.hide()
        self.notice = Notice(self.view)
        controls = QHBoxLayout()
        controls.addWidget(self.failed_only)
        controls.addWidget(self.newest)
        controls.addStretch()
        controls.addWidget(self.count)
        lay_out_page(self, controls, self.view, self.details)
        self.model.rowsInserted.connect(self.on_rows_inserted)
        self.view.selectionModel().currentRowChanged.connect(self.on_current_row_changed)
        self.model.modelReset.connect(self.on_cycles_changed)
        self.view.doubleClicked.connect(self.on_cycle_chosen)
        show = self.tr("Show in the trend")
        add_key(self.view, Qt.Key.Key_Return, lambda: self.on_cycle_chosen(self.view.currentIndex()), show)
        add_key(self.view, QKeySequence.StandardKey.Copy, self.on_copy, self.tr("Copy"))
        self.on_cycles_changed()

    def load(self, cycles: Cycles) -> None:
        """Takes the stored cycles that are wanted."""
        self.model.load(cycles)
        if self._seeks:
            self._select_sought()

    def add(self, report: CycleReport) -> None:
        """A cycle has ended."""
        self.model.add(report)
        self.on_cycles_changed()

    def select_cycle(self, report: CycleReport | None = None) -> None:
        """Selects a cycle, or the one that ended last, so that it is explained."""
        self._seek(report, None)

    def select_at(self, time_s: float) -> None:
        """Selects the cycle that ran at a time, or came next, however old it is."""
        self._seek(time_s, time_s)

    def _seek(self, sought: CycleReport | float | None, around_s: float | None) -> None:
        self.failed_only.setChecked(False)
        if self.model.show_around(around_s):
            self.others_wanted.emit()
        self._sought, self._seeks = sought, not self.model.is_loaded
        self._select_sought()
        self.view.setFocus()

    def _select_sought(self) -> None:
        self._seeks = self._seeks and not self.model.is_loaded
        match self._sought:
            case None:
                row = 0
            case float():
                row = self.model.row_at(self._sought)
            case _:
                row = self.model.row_of(self._sought)
        self.view.selectRow(row)
        self.view.scrollTo(self.model.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    @Slot(QModelIndex)
    def on_cycle_chosen(self, index: QModelIndex) -> None:
        """Asks for the trend at the time of a cycle."""
        if index.isValid():
            self.time_chosen.emit(self.model.row(index.row()).finished_at)

    @Slot()
    def on_copy(self) -> None:
        """Puts the selected cycles on the clipboard, for a spreadsheet."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        if rows:
            text = table_text(self.model.copied_titles(), (self.model.copied(self.model.row(row)) for row in rows))
            QGuiApplication.clipboard().setText(text)

    @Slot(bool)
    def on_failed_only_toggled(self, failed_only: bool) -> None:
        """Hides the good cycles, or shows them again."""
        self.model.show_failed(only=failed_only)
        self.others_wanted.emit()

    @Slot(QModelIndex, int, int)
    def on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        """What the user reads further down stays in its place."""
        bar = self.view.verticalScrollBar()
        if bar.value() > 0:
            self.view.executeDelayedItemsLayout()
            bar.setValue(bar.value() + last - first + 1)

    @Slot()
    def on_cycles_changed(self) -> None:
        """There are more or other cycles, shown or not."""
        model, shown = self.model, self.model.rowCount()
        if shown:
            self.notice.hide()
        elif model.all and not model.is_loaded:
            self.notice.say(self.tr("Reading the cycles…"))
        elif model.all:
            self.notice.say(self.tr("No cycle failed."))
        else:
            self.notice.say(self.tr("No cycle has ended yet. How each one ends will be a row here."))
        counts = [self.tr("Cycles shown: %s") % f"{shown:,}"]
        if model.is_loaded and model.wanted > shown:
            others = self.tr("older, not shown: %s") if model.reaches_newest else self.tr("others, not shown: %s")
            counts.append(others % f"{model.wanted - shown:,}")
        if model.is_loaded and model.all > model.wanted:
            counts.append(self.tr("good, not shown: %s") % f"{model.all - model.wanted:,}")
        self.count.setText(" · ".join(counts))
        self.newest.setVisible(not model.reaches_newest)
        # The site of each cycle is shown where there is more than one.
        self.view.setColumnHidden(LedgerColumn.SITE, not model.has_several_sites())
        self._use_room()
        self.on_current_row_changed(self.view.currentIndex())

    @Slot(QModelIndex)
    def on_current_row_changed(self, current: QModelIndex) -> None:
        """Explains the cycle."""
        self.details.setVisible(current.isValid())
        if current.isValid():
            report: CycleReport = current.data(Qt.ItemDataRole.UserRole)
            phases = phases_text(report)
            what_to_do = way_out_text(report)
            self.details.setText("\n".join(filter(None, (result_text(report), what_to_do, phases))))
            self.details.setAccessibleDescription(self.details.text())  # which its name would hide

    def _use_room(self) -> None:
        shown = set(LedgerColumn) - {LedgerColumn.REASON}
        if self.view.isColumnHidden(LedgerColumn.SITE):
            shown.remove(LedgerColumn.SITE)
        left = self.width() - sum(self._widths[column] for column in shown)
        for column in _LESS_TOLD:
            is_hidden = left < _REASON * self.fontMetrics().horizontalAdvance("0")
            self.view.setColumnHidden(column, is_hidden)
            left += is_hidden * self._widths[column]

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._use_room()
