"""The tree of panels below their buildings; lives in the GUI thread."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from t3monitor.model.freshness import PanelState, is_link_up
from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.model.successions import Succession
from t3monitor.ui.devices.cells import panel_colours, panel_texts, site_colour, total_texts
from t3monitor.ui.devices.columns import DeviceColumn, state_word, title
from t3monitor.ui.devices.paint import NOTE_ROLE, mark
from t3monitor.ui.devices.panels import Group, PanelRow, SiteState, grouped, shown_state
from t3monitor.ui.devices.tips import panel_tip, site_tip
from t3monitor.ui.kit.panel_names import PanelNames, sentence_about
from t3monitor.ui.kit.rows import stretches
from t3monitor.ui.kit.texts import Ages, translate
from t3monitor.ui.kit.theme import current_theme

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_DECORATION = int(Qt.ItemDataRole.DecorationRole)
_FOREGROUND, _BACKGROUND = int(Qt.ItemDataRole.ForegroundRole), int(Qt.ItemDataRole.BackgroundRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_TOOL_TIP, _ACCESSIBLE_TEXT = int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)
_SERIAL = int(Qt.ItemDataRole.UserRole)
_ROLES = frozenset(
    (_DISPLAY, _DECORATION, _FOREGROUND, _BACKGROUND, _ALIGNMENT, _TOOL_TIP, _ACCESSIBLE_TEXT, NOTE_ROLE, _SERIAL)
)
_GROUP_FLAGS = Qt.ItemFlag.ItemIsEnabled
_ALL_FLAGS = _GROUP_FLAGS | Qt.ItemFlag.ItemIsSelectable
_PANEL_FLAGS = _ALL_FLAGS | Qt.ItemFlag.ItemNeverHasChildren
_COLUMNS = len(DeviceColumn)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROOT = QModelIndex()
_SHOWING_STATE = DeviceColumn.NAME, DeviceColumn.AGE  # by mark and colour
_TOP_LEVEL = 0  # internal id; that of a panel is the row of its group, which is never 0

_Index = QModelIndex | QPersistentModelIndex
_LEFT_ALIGNED = tuple(column for column in DeviceColumn if not column.is_number)


class DevicesModel(QAbstractItemModel):
    """First row: all panels; then the sites and buildings, with their panels below.

    A panel that is missing in a snapshot stays, as one that does not answer.
    """

    SERIAL_ROLE = _SERIAL  # serial number; None for all panels and for a group

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._site_name = ""
        self._panels: dict[int, PanelRow] = {}
        self._names = PanelNames()
        self._conflicts: frozenset[int] = frozenset()
        self._groups: list[Group] = []
        self._site_states: dict[str, SiteState] = {}
        self._recording = Recording()
        self._replaced: dict[int, int] = {}  # by serial number of the successor
        self._successors: dict[int, int] = {}  # the other way round
        self._texts: dict[int, list[str]] = {}  # what the cells of each panel say
        self._now_s, self._interval_s = 0.0, 0
        self._all_texts = total_texts(())
        self._marks = {state: mark(state) for state in PanelState}

    def set_site_name(self, name: str) -> None:
        """Names the group of panels that have no building name."""
        self._site_name = name
        self._regroup()

    def set_sites(self, names: Sequence[str]) -> None:
        """Forgets the states of all other sites."""
        self._site_states = {name: state for name, state in self._site_states.items() if name in names}
        self._regroup()

    def set_site_state(self, site: str, state: SiteState) -> None:
        """Says how the link to a site does."""
        before = self._site_states.get(site)
        if state == before:
            return
        self._site_states[site] = state
        if before is None:
            self._regroup()
            return
        if state.is_up is not before.is_up:
            self._refresh()
        for row, group in enumerate(self._groups, start=1):
            if group.site == site:
                self._tell(_TOP_LEVEL, {column: [row] for column in _SHOWING_STATE})

    def set_recording(self, recording: Recording) -> None:
        """Says at the panels what of them is recorded."""
        self._recording = recording
        self._tell_of_panels()

    def _tell_of_panels(self) -> None:
        """Something else stands beside their names."""
        for row in range(1, self.rowCount()):
            group = self.index(row, 0)
            if last := self.rowCount(group):
                self.dataChanged.emit(self.index(0, 0, group), self.index(last - 1, 0, group))

    def set_successions(self, known: Iterable[Succession]) -> None:
        """Says at the panels which took the place of which."""
        self._replaced = {its.successor: its.serial_number for its in known}
        self._successors = {old: new for new, old in self._replaced.items()}
        self._tell_of_panels()

    def replaced_by(self, serial_number: int) -> int | None:
        """The panel whose place one took."""
        return self._replaced.get(serial_number)

    def successor_of(self, panel: PanelRow) -> int | None:
        """The panel that took its place."""
        return self._successors.get(panel.newest.serial_number)

    @property
    def panels(self) -> Collection[PanelRow]:
        """All that are known."""
        return self._panels.values()

    def name_of(self, serial_number: int) -> str:
        """What a panel is called among the others."""
        return self._names.of_site(serial_number)

    def set_conflicts(self, serial_numbers: Collection[int]) -> None:
        """Says of which panels another controller with the same serial number answers."""
        self._conflicts = frozenset(serial_numbers)

    def is_in_conflict(self, serial_number: int) -> bool:
        """Whether another controller with the panel's serial number answers."""
        return serial_number in self._conflicts

    def is_recorded(self, serial_number: int) -> bool:
        """Whether anything of a panel is recorded."""
        return self._recording.has_panel(serial_number)

    def apply(self, snapshot: Snapshot) -> None:
        """Takes over a snapshot."""
        answering = {newest.serial_number for newest in snapshot.panels}
        listed = {newest.serial_number: newest for newest in snapshot.silent}
        regroups = False
        self._names.learn(snapshot)
        for newest in (*snapshot.panels, *self._never_answered(listed, answering)):
            panel = self._panels.get(newest.serial_number)
            if panel is None:
                self._panels[newest.serial_number] = PanelRow(newest)
                regroups = True
                continue
            before = panel.newest
            panel.take(newest)
            places = [(newest.site, newest.building_name, newest.panel_id) for newest in (before, newest)]
            regroups = regroups or places[0] != places[1]
        for serial_number, panel in self._panels.items():
            panel.answered, panel.is_listed = serial_number in answering, serial_number in listed
            panel.name = self._names.of_site(serial_number)
            panel.said = sentence_about(panel.newest, snapshot.skipped_panels)
        if regroups:
            self._regroup()
        else:
            self._refresh()

    def clear(self) -> None:
        """Forgets all panels."""
        self._panels = {}
        self._names.clear()
        self._regroup()

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Moves the ages on; only cells that read differently by it are told of."""
        self._now_s, self._interval_s = utc_s, sync_interval_s
        self._refresh()

    def texts(self, column: DeviceColumn) -> set[str]:
        """All that a column says; names with the notes behind them."""
        groups = {self._text(self.index(row, column)) for row in range(self.rowCount())}
        if column == DeviceColumn.NAME:
            return groups | {f"{its.name} {self._note(its)}" for its in self._panels.values()}
        return groups | {texts[column] for texts in self._texts.values()}

    def panel(self, index: _Index) -> PanelRow | None:
        """The panel of a row; None for all panels and for a group."""
        if not index.isValid() or index.internalId() == _TOP_LEVEL:
            return None
        return self._groups[index.internalId() - 1].panels[index.row()]

    def index_of(self, serial_number: int | None) -> QModelIndex:
        """The row of a panel, or of all panels; invalid if there is no such panel."""
        if serial_number is None:
            return self.index(0, 0)
        for number, group in enumerate(self._groups, start=1):
            for row, panel in enumerate(group.panels):
                if panel.newest.serial_number == serial_number:
                    return self.createIndex(row, 0, number)
        return QModelIndex()

    def _never_answered(self, listed: Mapping[int, Panel], answering: Collection[int]) -> list[Panel]:
        """Of the listed panels those of which nothing else is known; the others keep their older values."""
        return [
            newest
            for serial, newest in listed.items()
            if serial not in answering and (serial not in self._panels or self._panels[serial].read_at is None)
        ]

    def _regroup(self) -> None:
        self.beginResetModel()
        unnamed = self._site_name or _tr("Panels")
        self._groups = grouped(self._panels.values(), self._site_states, unnamed)
        self._judge()
        ages = Ages(self._now_s)
        self._texts = {serial: panel_texts(panel, ages) for serial, panel in self._panels.items()}
        self._all_texts = total_texts(self._panels.values())
        self.endResetModel()

    def _judge(self) -> None:
        told = {site for site, state in self._site_states.items() if state.is_up} if self._site_states else None
        for panel in self._panels.values():
            panel.judge(self._now_s, self._interval_s, link_is_up=is_link_up(panel.newest.site, told))

    def _refresh(self) -> None:
        """Finds the cells that say something else than before, and tells of them."""
        states = {serial: panel.state for serial, panel in self._panels.items()}
        self._judge()
        ages = Ages(self._now_s)
        for number, group in enumerate(self._groups, start=1):
            changed: dict[DeviceColumn, list[int]] = {column: [] for column in DeviceColumn}  # rows
            for row, panel in enumerate(group.panels):
                old, new = self._texts[panel.newest.serial_number], panel_texts(panel, ages)
                self._texts[panel.newest.serial_number] = new
                is_turned = states[panel.newest.serial_number] is not panel.state
                for column, rows in changed.items():
                    if old[column] != new[column] or (is_turned and column in _SHOWING_STATE):
                        rows.append(row)
            self._tell(number, changed)
        old = self._all_texts
        self._all_texts = total_texts(self._panels.values())
        self._tell(_TOP_LEVEL, {column: [0] for column in DeviceColumn if old[column] != self._all_texts[column]})

    def _tell(self, internal_id: int, changed: Mapping[DeviceColumn, Sequence[int]]) -> None:
        for column, rows in changed.items():
            for first, last in stretches(rows):
                self.dataChanged.emit(
                    self.createIndex(first, column, internal_id), self.createIndex(last, column, internal_id)
                )

    def _text(self, index: _Index) -> str:
        if panel := self.panel(index):
            return self._texts[panel.newest.serial_number][index.column()]
        if index.row() == 0:
            return self._all_texts[index.column()]
        if index.column() == DeviceColumn.AGE:
            state = self._shown_state(index)
            return state.text if state else ""
        return self._groups[index.row() - 1].title if index.column() == DeviceColumn.NAME else ""

    def _shown_state(self, index: _Index) -> SiteState | None:
        """What a group's row says of its site."""
        return shown_state(self._site_states, self._groups[index.row() - 1].site) if index.row() > 0 else None

    def _note(self, panel: PanelRow) -> str:
        serial_number, told = panel.newest.serial_number, []
        if not self._recording.has_panel(serial_number):
            told.append(_tr("not recorded"))
        if successor := self._successors.get(serial_number):
            told.append(_tr("replaced by %d") % successor)
        if replaced := self._replaced.get(serial_number):
            told.append(_tr("successor of %d") % replaced)
        return ", ".join(told)

    def _accessible_text(self, index: _Index) -> str | None:
        panel = self.panel(index)
        if index.column() != DeviceColumn.NAME:
            return None
        if panel is None:
            state = self._shown_state(index)
            return f"{self._text(index)}, {state.text}. {state.reason}" if state else None
        text = _tr("%s, %s, read %s ago") % (panel.name, state_word(panel.state), panel.age(self._now_s))
        if panel.read_at is None:
            text = _tr("%s, %s, never read") % (panel.name, state_word(panel.state))
        return ", ".join(filter(None, (text, self._note(panel))))

    def _tool_tip(self, index: _Index) -> str | None:
        if panel := self.panel(index):
            return panel_tip(panel, self._site_states.get(panel.newest.site), self._recording, self._note(panel))
        state = self._shown_state(index)
        return site_tip(self._groups[index.row() - 1].title, state) if state else None

    def _foreground(self, panel: PanelRow | None, index: _Index) -> QColor | None:
        column, muted = index.column(), current_theme().muted
        if panel is None:
            state = self._shown_state(index) if column == DeviceColumn.AGE else None
            if state and (colour := site_colour(state)):
                return colour
            return muted if column == DeviceColumn.AGE or index.row() > 0 else None
        if colours := panel_colours(panel, column):
            return colours.text
        return None if column == DeviceColumn.NAME and panel.answered else muted

    @override
    def index(self, row: int, column: int, parent: _Index = _ROOT) -> QModelIndex:
        if not (0 <= row < self.rowCount(parent) and 0 <= column < _COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() if parent.isValid() else _TOP_LEVEL)

    @override
    def parent(self, index: _Index | None = None) -> QModelIndex | QObject | None:  # type: ignore[override]
        if index is None:
            return super().parent()
        if not index.isValid() or index.internalId() == _TOP_LEVEL:
            return QModelIndex()
        return self.createIndex(index.internalId(), 0, _TOP_LEVEL)

    @override
    def rowCount(self, parent: _Index = _ROOT) -> int:
        if not parent.isValid():
            return 1 + len(self._groups)
        is_group = parent.internalId() == _TOP_LEVEL and parent.row() > 0 and parent.column() == 0
        return len(self._groups[parent.row() - 1].panels) if is_group else 0

    @override
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return _COLUMNS

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if role not in _ROLES or not index.isValid():
            return None
        column = index.column()
        if role == _DISPLAY:
            return self._text(index)
        if role == _ALIGNMENT:
            return _LEFT if column in _LEFT_ALIGNED else _RIGHT
        if role == _FOREGROUND:
            return self._foreground(self.panel(index), index)
        if role == _ACCESSIBLE_TEXT:
            return self._accessible_text(index)
        if role == _TOOL_TIP:
            return self._tool_tip(index)
        panel = self.panel(index)
        if panel is None:
            return None
        if role == NOTE_ROLE:
            return self._note(panel)
        if role == _DECORATION:
            return self._marks[panel.state] if column == DeviceColumn.NAME else None
        if role == _BACKGROUND:
            colours = panel_colours(panel, column)
            return colours.background if colours else None
        return panel.newest.serial_number  # of _SERIAL

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < _COLUMNS:
            return None
        if role == _DISPLAY:
            return title(DeviceColumn(section))
        if role == _ALIGNMENT:
            return _LEFT if section in _LEFT_ALIGNED else _RIGHT
        return None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.internalId() != _TOP_LEVEL:
            return _PANEL_FLAGS
        return _ALL_FLAGS if index.row() == 0 else _GROUP_FLAGS


def _tr(text: str) -> str:
    return translate("DevicesModel", text)
