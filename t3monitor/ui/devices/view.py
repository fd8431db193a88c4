"""The devices pane: the tree of panels, from which the user chooses whose points to see."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import Snapshot
from t3monitor.model.successions import Succession
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.devices.paint import NOTE_ROLE
from t3monitor.ui.devices.panels import SiteState
from t3monitor.ui.devices.tree import PanelTree
from t3monitor.ui.kit.columns import pop_up
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.layout import head, stack
from t3monitor.ui.kit.notice import Notice
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.search import SearchBox, all_found, words_of
from t3monitor.ui.kit.texts import natural_key


class DevicesView(QWidget):
    """Owns the devices model. The owner hands it snapshots and, every second, the time."""

    panel_chosen = Signal(object)  # serial number, None for all panels
    points_asked = Signal()  # of the chosen panel
    same_controller_said = Signal(object)  # serial number of a panel whose other controller is the same one
    successor_asked = Signal(object)  # serial number of a panel that took the place of another one
    successor_revoked = Signal(object)  # of one that did not
    record_toggled = Signal(object, bool)  # serial number (too large for a signal's int), whether it is recorded

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DevicesModel(self)
        self.tree = PanelTree(self.model)
        self.filter_box = SearchBox(self.tr("Name, number or address"))
        self.filter_box.setAccessibleName(self.tr("Filter panels"))
        self.filter_button = QToolButton()
        self._chosen: int | None = None
        self._wanted: int | None = None  # chosen, but not seen yet
        self._collapsed: set[str] = set()
        self._resetting = False
        self._notice = Notice(self.tree)
        self._notice.say(self.tr("No panel yet"))
        self._arrange()
        self.model.modelAboutToBeReset.connect(self.on_about_to_be_reset)
        self.model.modelReset.connect(self.on_reset)
        self.tree.selectionModel().selectionChanged.connect(self.on_selection_changed)
        self.tree.activated.connect(self.on_activated)
        self.tree.menu_asked.connect(self.on_tree_menu)
        self.tree.collapsed.connect(self.on_collapsed)
        self.tree.expanded.connect(self.on_expanded)
        self.filter_box.textChanged.connect(self.on_filter_edited)
        self.filter_box.left_downwards.connect(self.on_filter_left)
        self.filter_button.toggled.connect(self.on_filter_toggled)
        self._select(None)

    @property
    def chosen(self) -> int | None:
        """Serial number of the chosen panel; None for all panels."""
        return self._chosen

    def apply(self, snapshot: Snapshot) -> None:
        """Takes over a snapshot."""
        self.model.apply(snapshot)

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Moves the ages on."""
        self.model.set_now(utc_s, sync_interval_s)

    def set_site_name(self, name: str) -> None:
        """Names the group of panels that have no building name."""
        self.model.set_site_name(name)

    def set_sites(self, names: Sequence[str]) -> None:
        """Which T3000 computers there are; what is known of the links to others is forgotten."""
        self.model.set_sites(names)

    def set_site_state(self, site: str, state: SiteState) -> None:
        """How the link to a site does; said in the row of its panels."""
        self.model.set_site_state(site, state)

    def set_recording(self, recording: Recording) -> None:
        """What is recorded, and what is only shown."""
        self.model.set_recording(recording)

    def set_successions(self, known: Sequence[Succession]) -> None:
        """Which panels took the place of others."""
        self.model.set_successions(known)

    def replaceable_by(self, serial_number: int) -> dict[int, str]:
        """The panels whose place one may have taken, with their names; those that do not answer first."""
        others = [
            panel
            for panel in self.model.panels
            if panel.newest.serial_number != serial_number and self.model.successor_of(panel) is None
        ]
        others.sort(key=lambda panel: (panel.answered, natural_key(panel.name) or ()))
        return {panel.newest.serial_number: f"{panel.name} ({panel.newest.serial_number})" for panel in others}

    def set_conflicts(self, serial_numbers: Collection[int]) -> None:
        """Serial numbers of the panels of which another controller with the same one answers."""
        self.model.set_conflicts(serial_numbers)

    def clear(self) -> None:
        """Forgets all panels; all panels are chosen then."""
        self.model.clear()
        self.choose(None)

    def choose(self, serial_number: int | None) -> None:
        """Chooses a panel, or all; one that is not known yet is chosen when it appears."""
        if self.model.index_of(serial_number).isValid():
            self._wanted = None
            self._select(serial_number)
        else:
            self._wanted = serial_number

    def save_state(self) -> dict[str, Any]:
        """Columns, collapsed buildings and the chosen panel, for a JSON file."""
        chosen = self._chosen if self._wanted is None else self._wanted
        return {"columns": self.tree.columns.save(), "collapsed": sorted(self._collapsed), "chosen": chosen}

    def restore_state(self, saved: dict[str, Any]) -> None:
        """From what `save_state` gave, as far as it can be used."""
        self.tree.columns.restore(saved.get("columns"))
        self.tree.use_room()
        collapsed = saved.get("collapsed")
        if isinstance(collapsed, list):
            self._collapsed = {name for name in collapsed if isinstance(name, str)}
            self._expand()
        chosen = saved.get("chosen")
        if chosen is None or isinstance(chosen, int):
            self.choose(chosen)

    @Slot(QModelIndex)
    def on_activated(self, index: QModelIndex) -> None:
        """Enter, or a double-click: to the points of the panel."""
        if index.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.points_asked.emit()

    @Slot()
    def on_selection_changed(self) -> None:
        """The user, or `choose`, selected a row."""
        if self._resetting:
            return
        indexes = self.tree.selectionModel().selectedRows()
        if not indexes:
            return
        self._wanted = None
        serial_number = indexes[0].data(DevicesModel.SERIAL_ROLE)
        if serial_number != self._chosen:
            self._chosen = serial_number
            self.panel_chosen.emit(serial_number)

    @Slot()
    def on_about_to_be_reset(self) -> None:
        """Panels come: the selection goes with its rows, the choice stays."""
        self._resetting = True

    @Slot()
    def on_reset(self) -> None:
        """Panels came: selects the chosen one again, or the one that was waited for."""
        self._expand()
        self._filter(self.filter_box.text())
        self._select(self._chosen)
        self._resetting = False
        self._notice.setVisible(not self._groups())
        if self._wanted is not None and self.model.index_of(self._wanted).isValid():
            self.choose(self._wanted)

    @Slot(QModelIndex)
    def on_collapsed(self, index: QModelIndex) -> None:
        """Remembered by name."""
        self._collapsed.add(str(index.data()))

    @Slot(QModelIndex)
    def on_expanded(self, index: QModelIndex) -> None:
        """Forgotten again."""
        self._collapsed.discard(str(index.data()))

    @Slot()
    def on_filter_left(self) -> None:
        """From the filter box to the first panel that was found."""
        self.tree.setFocus()
        found = (
            self.model.index(row, 0, group)
            for group in self._groups()
            for row in range(self.model.rowCount(group))
            if not self.tree.isRowHidden(row, group)
        )
        if self.filter_box.text() and (first := next(found, None)):
            self.tree.setCurrentIndex(first)

    @Slot(bool)
    def on_filter_toggled(self, shown: bool) -> None:
        """Shows the filter box, or takes it and the filter away."""
        self.filter_box.setVisible(shown)
        if shown:
            self.filter_box.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.filter_box.clear()

    @Slot(str)
    def on_filter_edited(self, text: str) -> None:
        """Hides what does not match."""
        self._filter(text)

    @Slot(QModelIndex, QPoint)
    def on_tree_menu(self, index: QModelIndex, position: QPoint) -> None:
        """A right click on the tree, or the menu key."""
        panel = self.model.panel(index)
        menu = self.make_panel_menu(panel.newest.serial_number) if panel else self.tree.columns.make_menu(self.tree)
        pop_up(menu, self.tree.viewport(), position)

    def make_panel_menu(self, serial_number: int) -> QMenu:
        """What can be done with a panel, and the columns."""
        menu = QMenu(self)
        record = menu.addAction(self.tr("&Record this panel"))
        record.setCheckable(True)
        record.setChecked(self.model.is_recorded(serial_number))
        record.toggled.connect(partial(self.record_toggled.emit, serial_number))
        same = menu.addAction(self.tr("&This is the same controller"))
        same.setToolTip(
            self.tr("Another controller with this serial number answers; says that it is this panel, moved and renamed")
        )
        same.setEnabled(self.model.is_in_conflict(serial_number))
        same.triggered.connect(partial(self.same_controller_said.emit, serial_number))
        if before := self.model.replaced_by(serial_number):
            text = self.tr("&No longer successor of %d") % before
            menu.addAction(text).triggered.connect(partial(self.successor_revoked.emit, serial_number))
        else:
            successor = menu.addAction(self.tr("&Successor of…"))
            successor.setToolTip(
                self.tr("This panel took the place of another one, with whose readings its points go on")
            )
            successor.triggered.connect(partial(self.successor_asked.emit, serial_number))
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addMenu(self.tree.columns.make_menu(menu))
        return menu

    def _select(self, serial_number: int | None) -> None:
        index = self.model.index_of(serial_number)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _groups(self) -> list[QModelIndex]:
        return [self.model.index(row, 0) for row in range(1, self.model.rowCount())]

    def _expand(self) -> None:
        blocker = QSignalBlocker(self.tree)
        for group in self._groups():
            self.tree.setExpanded(group, group.data() not in self._collapsed)
        del blocker

    def _filter(self, text: str) -> None:
        words = words_of(text)
        for group in self._groups():
            shown = 0
            for row in range(self.model.rowCount(group)):
                panel = self.model.panel(self.model.index(row, 0, group))
                assert panel is not None  # noqa: S101 - below a group are panels
                newest = panel.newest
                note = self.model.index(row, 0, group).data(NOTE_ROLE)
                found_in = f"{panel.name}\n{newest.panel_id}\n{newest.serial_number}\n{newest.address}\n{note}".lower()
                matches = all_found(words, found_in)
                self.tree.setRowHidden(row, group, not matches)
                shown += matches
            self.tree.setRowHidden(group.row(), QModelIndex(), bool(words) and not shown)
            if words and shown:
                blocker = QSignalBlocker(self.tree)
                self.tree.expand(group)
                del blocker

    def _arrange(self) -> None:
        heading = Label(self.tr("Devices"))
        heading.setProperty("heading", True)
        self.filter_button.setIcon(icon("search"))
        self.filter_button.setCheckable(True)
        self.filter_button.setAutoRaise(True)
        self.filter_button.setToolTip(self.tr("Filter panels"))
        self.filter_button.setAccessibleName(self.tr("Show the filter for panels"))
        self.filter_box.hide()
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.filter_button)
        stack(self, head(top, self.filter_box), self.tree)
