"""The drawer at the window's bottom: the log as it is written, and the ledger of cycles."""

import logging
import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from PySide6.QtCore import QModelIndex, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from t3monitor.model.events import CycleFinished, CycleReport, SyncEvent
from t3monitor.ui.activity.cycles_page import CyclesPage
from t3monitor.ui.activity.log_model import LogColumn, LogFilter, LogLine, LogModel
from t3monitor.ui.baselines.page import BaselinesPage
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.layout import stack
from t3monitor.ui.kit.notice import Notice
from t3monitor.ui.kit.pages import add_key, lay_out_page, table, tool_button
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.tabs import Tabs
from t3monitor.ui.notes.page import NotesPage

_TOGETHER_MS = 100


class ActivityPane(QWidget):
    """Four tabs, Log, Cycles, Notes and Baselines; whoever owns it feeds it and decides whether it is open."""

    close_requested = Signal()

    def __init__(self, log_folder: Path, parent: QWidget | None = None, utc_s: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self.log = LogPage(log_folder, self, utc_s)
        self.cycles = CyclesPage(self)
        self.notes = NotesPage(self)
        self.baselines = BaselinesPage(self)
        self._tabs = Tabs()
        self._tabs.setDocumentMode(True)
        self._tabs.setAccessibleName(self.tr("Activity"))
        self._tabs.addTab(self.log, self.tr("&Log"))
        self._tabs.addTab(self.cycles, self.tr("&Cycles"))
        self._tabs.addTab(self.notes, self.tr("&Notes"))
        self._tabs.addTab(self.baselines, self.tr("&Baselines"))
        self._close = QToolButton(autoRaise=True)
        self._close.setIcon(icon("close"))
        self._close.setToolTip(self.tr("Close the activity pane"))
        self._close.setAccessibleName(self.tr("Close the activity pane"))
        self._close.clicked.connect(self.close_requested)
        self._tabs.setCornerWidget(self._close)
        stack(self, self._tabs)
        self._waiting: list[SyncEvent] = []
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._timer.timeout.connect(self.flush)

    def take(self, event: SyncEvent) -> None:
        """Puts a cycle that ended into the ledger, and the lines of an event into the log.

        The log takes those of a tenth of a second together: a cycle of 100 panels has hundreds.
        """
        if isinstance(event, CycleFinished):
            self.cycles.add(event.report)
        self._waiting.append(event)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Shows the lines that wait."""
        events, self._waiting = tuple(self._waiting), []
        self.log.model.append(events)

    @Slot(object)
    def set_zone(self, zone: tzinfo | None) -> None:
        """Tells all but the log in the times of the trend, which leads to them; the log has those of its file."""
        for page in (self.cycles, self.notes, self.baselines):
            page.model.set_zone(zone)

    def show_log(self) -> None:
        """Turns to the log."""
        self._tabs.setCurrentWidget(self.log)

    def show_notes(self) -> None:
        """Turns to the notes."""
        self._tabs.setCurrentWidget(self.notes)

    def show_baselines(self) -> None:
        """Turns to the baselines."""
        self._tabs.setCurrentWidget(self.baselines)

    def show_cycle(self, report: CycleReport | None = None) -> None:
        """Turns to the cycles with one explained, or the newest."""
        self._tabs.setCurrentWidget(self.cycles)
        self.cycles.select_cycle(report)

    def show_cycle_at(self, time_s: float) -> None:
        """Turns to the cycles with the one explained that ran at a time, or came next."""
        self._tabs.setCurrentWidget(self.cycles)
        self.cycles.select_at(time_s)


class LogPage(QWidget):
    """The log: follows its end unless the user scrolled up."""

    def __init__(self, log_folder: Path, parent: QWidget | None, utc_s: Callable[[], float]) -> None:
        super().__init__(parent)
        self._log_folder = log_folder
        self.model = LogModel(self, utc_s)
        self._filter = LogFilter(self.model, self)
        self.view = table(self._filter, self.tr("Log lines"), stretched=LogColumn.TEXT)
        self.view.setColumnWidth(LogColumn.TIME, self.fontMetrics().horizontalAdvance("00:00:00 AEDT") + 12)
        self.view.setColumnWidth(LogColumn.LEVEL, self.fontMetrics().horizontalAdvance("▲ Warning") + 24)
        add_key(self.view, QKeySequence.StandardKey.Copy, self.on_copy, self.tr("Copy"))

        self.levels = QComboBox()
        self.levels.setToolTip(self.tr("Which lines are shown"))
        self.levels.setAccessibleName(self.tr("Level"))
        self.levels.addItem(self.tr("All"), logging.NOTSET)
        self.levels.addItem(self.tr("Warnings and errors"), logging.WARNING)
        self.levels.addItem(self.tr("Errors"), logging.ERROR)
        self.levels.currentIndexChanged.connect(self.on_level_chosen)
        self.search = QLineEdit(placeholderText=self.tr("Search the log…"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Search the log"))
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(self.on_search_changed)
        self.follow = tool_button(self.tr("Follow"), self.tr("Keep the newest line in sight"), "follow")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.toggled.connect(self.on_follow_toggled)
        self.copy = tool_button(self.tr("Copy"), self.tr("Copy the selected lines, or all that are shown"), "copy")
        self.copy.clicked.connect(self.on_copy)
        self.folder = tool_button(self.tr("Open log folder"), str(log_folder), "folder")
        self.folder.clicked.connect(self.on_open_folder)
        self.note = Label()
        self.note.setProperty("muted", True)

        self.notice = Notice(self.view)
        controls = QHBoxLayout()
        controls.addWidget(self.levels)
        controls.addWidget(self.search, 1)
        controls.addWidget(self.note)
        controls.addStretch()
        for button in (self.follow, self.copy, self.folder):
            controls.addWidget(button)
        lay_out_page(self, controls, self.view)

        self._filter.rowsInserted.connect(self.on_rows_inserted)
        self._filter.rowsRemoved.connect(self.on_rows_removed)
        self.view.verticalScrollBar().valueChanged.connect(self.on_scrolled)
        self.view.verticalScrollBar().rangeChanged.connect(self.on_range_changed)
        self._moved_by_us = False
        self._say_why_empty()

    @Slot(int)
    def on_level_chosen(self, index: int) -> None:
        """Shows the lines of that level and above."""
        self._filter.set_level(self.levels.itemData(index))
        self._after_filtering()

    @Slot(str)
    def on_search_changed(self, text: str) -> None:
        """Shows the lines with that text."""
        self._filter.set_text(text)
        self._after_filtering()

    @Slot(bool)
    def on_follow_toggled(self, following: bool) -> None:
        """Goes to the newest line, or stays where it is."""
        if following:
            self._go_to_end()

    @Slot()
    def on_copy(self) -> None:
        """Puts the selected lines, or all that are shown, on the clipboard as they stand in FFI.log."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        shown = rows or range(self._filter.rowCount())
        QGuiApplication.clipboard().setText("\n".join(self._line(row).full_text for row in shown))

    @Slot()
    def on_open_folder(self) -> None:
        """Opens the folder of the log files in the desktop's file manager."""
        opened = self._log_folder.is_dir() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))
        self.note.setText("" if opened else self.tr("The log files are in %s") % self._log_folder)

    @Slot()
    def on_scrolled(self) -> None:
        """Follows from now on if the end is in sight, and else no more."""
        if not self._moved_by_us:
            bar = self.view.verticalScrollBar()
            self.follow.setChecked(bar.value() >= bar.maximum())

    @Slot()
    def on_range_changed(self) -> None:
        """More or fewer lines, or a pane of another height: the end stays in sight if it is followed."""
        if self.follow.isChecked():
            self._go_to_end()

    @Slot(QModelIndex, int, int)
    def on_rows_inserted(self, _parent: QModelIndex, _first: int, _last: int) -> None:
        """New lines have come."""
        self._say_why_empty()
        if self.follow.isChecked():
            self._go_to_end()

    @Slot(QModelIndex, int, int)
    def on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Old lines have gone: what the user reads stays in its place."""
        if not self.follow.isChecked():
            self._move_to(max(0, self.view.verticalScrollBar().value() - (last - first + 1)))
        self._say_why_empty()

    def _line(self, row: int) -> LogLine:
        return self.model.row(self._filter.mapToSource(self._filter.index(row, 0)).row())

    def _after_filtering(self) -> None:
        self._say_why_empty()
        if self.follow.isChecked():
            self._go_to_end()

    def _go_to_end(self) -> None:
        self._move_to(None)

    def _move_to(self, value: int | None) -> None:
        """Scrolls without that counting as the user's scrolling; None is the end."""
        self._moved_by_us = True
        if value is None:
            self.view.scrollToBottom()
        else:
            self.view.verticalScrollBar().setValue(value)
        self._moved_by_us = False

    def _say_why_empty(self) -> None:
        if self._filter.rowCount():
            self.notice.hide()
        elif self.model.rowCount():
            self.notice.say(self.tr("No line has this level and this text."))
        else:
            self.notice.say(self.tr("Nothing has happened yet. Each step of a sync cycle will be a line here."))
