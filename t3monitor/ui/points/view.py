"""The points pane: heading with count, search and filters, the table, and what stands in its place when it is empty."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QWidget

from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.layout import LEAST_TABLE_PX, head, stack
from t3monitor.ui.kit.notice import Notice
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.search import SearchBox
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.filter_bar import PointsFilterBar
from t3monitor.ui.points.model import PointsModel
from t3monitor.ui.points.table import PointsTable


class PointsView(QWidget):
    """Owns the points model. The owner hands it snapshots and, every second, the time."""

    plot_requested = Signal(object)  # list of PointKey

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PointsModel(self)
        self.table = PointsTable(self.model)
        self.table.setMinimumHeight(LEAST_TABLE_PX)
        self.search = SearchBox(self.tr("Search all columns"))
        self.search.setAccessibleName(self.tr("Search points"))
        self.search.setToolTip(
            self.tr("Points with all of these words, in any column (%s)")
            % QKeySequence("Ctrl+F").toString(QKeySequence.SequenceFormat.NativeText)
        )
        self.filter_bar = PointsFilterBar(self.search)
        self._heading = Label(self.tr("Points"))
        self._heading.setProperty("heading", True)
        self.count_label = Label()
        self.count_label.setProperty("muted", True)
        self._notice = Notice(self.table)
        self._notice_text = self._reason = ""
        self._arrange()
        self.filter_bar.filter_changed.connect(self.model.set_filter)
        self.table.plot_requested.connect(self.plot_requested)
        self.table.typed.connect(self.on_typed)
        self.search.textChanged.connect(self.on_searched)
        self.search.left_downwards.connect(self.on_search_left)
        self.model.modelReset.connect(self.on_points_shown)
        self._notice.button.clicked.connect(self.on_notice_clicked)
        self.on_points_shown()

    def apply(self, snapshot: Snapshot) -> None:
        """Takes over a snapshot."""
        self.model.apply(snapshot)

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Moves the ages on."""
        self.model.set_now(utc_s, sync_interval_s)

    def set_links_up(self, sites: Collection[str]) -> None:
        """Of which sites readings keep coming."""
        self.model.set_links_up(sites)

    def set_notice(self, text: str) -> None:
        """What is said while there are no points: why, and what brings them; empty for the way to get them."""
        self._notice_text = text
        self.on_points_shown()

    def set_reason(self, reason: str) -> None:
        """Why T3000 has told no point yet, which is said while there is no other notice; empty if nobody asks it."""
        if reason != self._reason:
            self._reason = reason
            self.on_points_shown()

    def clear(self) -> None:
        """Forgets all points."""
        self.model.clear()

    def selected_keys(self) -> list[PointKey]:
        """The selected points."""
        return self.table.selected_keys()

    def visible_points(self) -> frozenset[PointKey]:
        """Those of the chosen panel that are shown, or else those whose rows are in sight."""
        if self.filter_bar.filter.serial_number is None:
            return frozenset(self.table.keys_in_sight())
        return frozenset(map(self.model.key, range(self.model.rowCount())))

    def save_state(self) -> dict[str, Any]:
        """Columns, order and filters, for a JSON file."""
        return self.table.save_state() | {"filters": self.filter_bar.filter.to_dict()}

    def restore_state(self, saved: dict[str, Any]) -> None:
        """From what `save_state` gave, as far as it can be used."""
        self.table.restore_state(saved)
        filters = saved.get("filters")
        if isinstance(filters, dict):
            serial_number = self.filter_bar.filter.serial_number
            self.filter_bar.set_filter(replace(PointFilter.from_dict(filters), serial_number=serial_number))

    @Slot(object)
    def choose_panel(self, serial_number: int | None) -> None:
        """Shows the points of one panel, or of all."""
        self.filter_bar.set_filter(replace(self.filter_bar.filter, serial_number=serial_number))

    @Slot()
    def on_find(self) -> None:
        """Goes to the search box; what is typed next takes the place of what was looked for."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot(str)
    def on_typed(self, text: str) -> None:
        """Looks for what is typed while the table has the keys, in place of what was looked for."""
        self.on_find()
        self.search.setText(text)

    @Slot(str)
    def on_searched(self, text: str) -> None:
        """What is found is seen from its beginning; when the search ends the rows stay where they are."""
        if text:
            self.table.scrollToTop()

    @Slot()
    def on_search_left(self) -> None:
        """From the search box to what was found."""
        if self.model.rowCount():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            if not self.table.selectionModel().hasSelection():
                self.table.selectRow(0)

    @Slot()
    def on_notice_clicked(self) -> None:
        """The way out of an empty table."""
        wanted = self.filter_bar.filter
        self.filter_bar.set_filter(wanted.cleared() if wanted.narrows else replace(wanted, unused=True))

    @Slot()
    def on_points_shown(self) -> None:
        """Other rows: the count, and whether there is anything to see."""
        shown, total = self.model.rowCount(), self.model.total
        self.count_label.setText(self.tr("%s of %s points") % (f"{shown:,}", f"{total:,}") if total else "")
        if shown:
            self._notice.hide()
        elif not total:
            way_out = self.tr("No points yet: start syncing, or sync once")
            self._notice.say(self._notice_text or self._reason or way_out)
        elif self.model.filter.narrows:
            self._notice.say(self.tr("No point matches; clear the filters"), self.tr("Clear filters"))
        else:
            self._notice.say(self.tr("All of these points are unused"), self.tr("Show unused points"))

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._heading)
        top.addWidget(self.count_label)
        top.addStretch(1)
        self.search.setMinimumWidth(160)
        self.search.setMaximumWidth(360)
        top.addWidget(self.search, 3)
        stack(self, head(top, self.filter_bar), self.table)
