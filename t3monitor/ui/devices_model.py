"""The tree of panels below their buildings; lives in the GUI thread."""

from enum import IntEnum

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QBrush, QIcon
from typing_extensions import override

from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.devices_marks import mark
from t3monitor.ui.devices_panels import Panel, PanelState
from t3monitor.ui.points_columns import natural_key
from t3monitor.ui.texts import age_text, local_time_text
from t3monitor.ui.theme import StateColours, current_theme

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROOT = QModelIndex()
_TOP_LEVEL = 0  # internal id; that of a panel is the row of its group, which is never 0

_Index = QModelIndex | QPersistentModelIndex


class DeviceColumn(IntEnum):
    """Columns of the tree."""

    NAME = 0
    AGE = 1
    PANEL = 2
    SERIAL = 3
    ADDRESS = 4
    INPUTS = 5
    OUTPUTS = 6
    VARIABLES = 7
    IN_USE = 8
    OVERRIDDEN = 9
    FAULTS = 10

    @property
    def key(self) -> str:
        """Its name in saved window states."""
        return self.name.lower()

    @property
    def is_number(self) -> bool:
        """Whether its cells are right aligned."""
        return self not in (DeviceColumn.NAME, DeviceColumn.ADDRESS)


_LAST = len(DeviceColumn) - 1
_LEFT_ALIGNED = tuple(column for column in DeviceColumn if not column.is_number)


class DevicesModel(QAbstractItemModel):
    """First row: all panels; then the buildings, with their panels below.

    A panel that is missing in a snapshot stays, as one that does not answer.
    """

    SERIAL_ROLE = int(Qt.ItemDataRole.UserRole)  # serial number; None for all panels and for a building

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._site_name = ""
        self._panels: dict[int, Panel] = {}
        self._groups: list[tuple[str, list[Panel]]] = []
        self._texts: dict[int, list[str]] = {}  # what the cells of each panel say
        self._all_texts: list[str] = []
        self._now_s, self._interval_s = 0.0, 0
        self._refresh_all_texts()
        self._take_colours()

    @property
    def panel_count(self) -> int:
        """Panels, answering or not."""
        return len(self._panels)

    def set_site_name(self, name: str) -> None:
        """Names the group of panels that have no building name."""
        self._site_name = name
        self._regroup()

    def apply(self, snapshot: Snapshot) -> None:
        """Takes over a snapshot."""
        answering = {device.serial_number for device in snapshot.devices}
        regroups = False
        for device in snapshot.devices:
            panel = self._panels.get(device.serial_number)
            if panel is None:
                self._panels[device.serial_number] = Panel(device)
                regroups = True
                continue
            before = panel.device
            panel.take(device)
            regroups = regroups or (before.building_name, before.panel_id) != (device.building_name, device.panel_id)
        for serial_number, panel in self._panels.items():
            panel.answered = serial_number in answering
        if regroups:
            self._regroup()
        else:
            self._refresh()

    def clear(self) -> None:
        """Forgets all panels."""
        self._panels = {}
        self._regroup()

    def set_now(self, utc_s: float, sync_interval_s: int) -> None:
        """Moves the ages on; only cells that read differently by it are told of."""
        self._now_s, self._interval_s = utc_s, sync_interval_s
        self._refresh()

    def panel(self, index: _Index) -> Panel | None:
        """The panel of a row; None for all panels and for a building."""
        if not index.isValid() or index.internalId() == _TOP_LEVEL:
            return None
        return self._groups[index.internalId() - 1][1][index.row()]

    def index_of(self, serial_number: int | None) -> QModelIndex:
        """The row of a panel, or of all panels; invalid if there is no such panel."""
        if serial_number is None:
            return self.index(0, 0)
        for group, (_, panels) in enumerate(self._groups, start=1):
            for row, panel in enumerate(panels):
                if panel.device.serial_number == serial_number:
                    return self.createIndex(row, 0, group)
        return QModelIndex()

    @Slot()
    def on_palette_changed(self) -> None:
        """Takes the colours of the theme now in force."""
        self._take_colours()
        roles = [Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.BackgroundRole, Qt.ItemDataRole.ForegroundRole]
        for parent in (QModelIndex(), *(self.index(row, 0) for row in range(1, self.rowCount()))):
            last = self.rowCount(parent) - 1
            self.dataChanged.emit(self.index(0, 0, parent), self.index(last, _LAST, parent), roles)

    def _take_colours(self) -> None:
        theme = current_theme()
        self._muted = QBrush(theme.muted)
        self._marks: dict[PanelState, QIcon] = {
            PanelState.LIVE: mark(PanelState.LIVE, theme.good),
            PanelState.STALE: mark(PanelState.STALE, theme.warning),
            PanelState.NO_ANSWER: mark(PanelState.NO_ANSWER, theme.bad),
        }
        self._state_colours = {PanelState.STALE: theme.stale, PanelState.NO_ANSWER: theme.down}
        self._overridden, self._fault = theme.overridden, theme.fault

    def _regroup(self) -> None:
        self.beginResetModel()
        groups: dict[str, list[Panel]] = {}
        for panel in sorted(self._panels.values(), key=lambda p: (p.device.panel_id, p.device.serial_number)):
            groups.setdefault(panel.device.building_name, []).append(panel)
        unnamed = self._site_name or _tr("Panels")
        named = [(name or unnamed, panels) for name, panels in groups.items()]
        self._groups = sorted(named, key=lambda group: natural_key(group[0]) or ())
        for panel in self._panels.values():
            panel.judge(self._now_s, self._interval_s)
        self._texts = {serial: self._texts_of(panel) for serial, panel in self._panels.items()}
        self._refresh_all_texts()
        self.endResetModel()

    def _refresh(self) -> None:
        """Finds the cells that say something else than before, and tells of them."""
        for group, (_, panels) in enumerate(self._groups, start=1):
            for row, panel in enumerate(panels):
                state = panel.state
                panel.judge(self._now_s, self._interval_s)
                old, new = self._texts[panel.device.serial_number], self._texts_of(panel)
                self._texts[panel.device.serial_number] = new
                changed = {column for column in DeviceColumn if old[column] != new[column]}
                if state is not panel.state:
                    changed |= {DeviceColumn.NAME, DeviceColumn.AGE}  # the mark, the colour
                self._tell(row, group, sorted(changed))
        old = self._all_texts
        self._refresh_all_texts()
        self._tell(0, _TOP_LEVEL, [column for column in DeviceColumn if old[column] != self._all_texts[column]])

    def _tell(self, row: int, internal_id: int, columns: list[DeviceColumn]) -> None:
        for column in columns:
            cell = self.createIndex(row, column, internal_id)
            self.dataChanged.emit(cell, cell)

    def _texts_of(self, panel: Panel) -> list[str]:
        device = panel.device
        age = panel.age(self._now_s)
        if panel.state is PanelState.NO_ANSWER:
            age = _tr("no answer")
        elif panel.state is PanelState.STALE:
            age = _tr("stale %s") % age
        return [
            panel.name,
            age,
            str(device.panel_id),
            str(device.serial_number),
            device.address,
            *(age_text(self._now_s - logging_time) for _, _, logging_time in device.vectors()),
            str(panel.in_use),
            str(panel.overridden),
            str(panel.faults),
        ]

    def _refresh_all_texts(self) -> None:
        panels = self._panels.values()
        texts = [""] * len(DeviceColumn)
        texts[DeviceColumn.NAME] = _tr("All panels")
        if panels:
            live = sum(panel.state is PanelState.LIVE for panel in panels)
            texts[DeviceColumn.AGE] = _tr("%d/%d live") % (live, len(panels))
            texts[DeviceColumn.IN_USE] = f"{sum(panel.in_use for panel in panels):,}"
            texts[DeviceColumn.OVERRIDDEN] = f"{sum(panel.overridden for panel in panels):,}"
            texts[DeviceColumn.FAULTS] = f"{sum(panel.faults for panel in panels):,}"
        self._all_texts = texts

    def _text(self, index: _Index) -> str:
        if panel := self.panel(index):
            return self._texts[panel.device.serial_number][index.column()]
        if index.row() == 0:
            return self._all_texts[index.column()]
        return self._groups[index.row() - 1][0] if index.column() == DeviceColumn.NAME else ""

    def _accessible_text(self, index: _Index) -> str | None:
        panel = self.panel(index)
        if panel is None or index.column() != DeviceColumn.NAME:
            return None
        return _tr("%s, %s, read %s ago") % (panel.name, state_word(panel.state), panel.age(self._now_s))

    def _tool_tip(self, panel: Panel) -> str:
        device = panel.device
        inputs, outputs, variables = (local_time_text(logging_time) for _, _, logging_time in device.vectors())
        lines = [
            f"{panel.name}: {state_explanation(panel.state)}",
            _tr("Panel %d, serial number %d, %s") % (device.panel_id, device.serial_number, device.address or "–"),
            _tr("Inputs read %s") % inputs,
            _tr("Outputs read %s") % outputs,
            _tr("Variables read %s") % variables,
        ]
        return "\n".join(lines)

    def _background(self, panel: Panel, column: int) -> QBrush | None:
        colours = self._colours(panel, column)
        return QBrush(colours.background) if colours else None

    def _foreground(self, panel: Panel | None, index: _Index) -> QBrush | None:
        column = index.column()
        if panel is None:
            return self._muted if column == DeviceColumn.AGE or index.row() > 0 else None
        colours = self._colours(panel, column)
        if colours:
            return QBrush(colours.text)
        return None if column == DeviceColumn.NAME and panel.answered else self._muted

    def _colours(self, panel: Panel, column: int) -> StateColours | None:
        if column == DeviceColumn.AGE:
            return self._state_colours.get(panel.state)
        if column == DeviceColumn.OVERRIDDEN:
            return self._overridden if panel.overridden else None
        if column == DeviceColumn.FAULTS:
            return self._fault if panel.faults else None
        return None

    @override
    def index(self, row: int, column: int, parent: _Index = _ROOT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
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
        return len(self._groups[parent.row() - 1][1]) if is_group else 0

    @override
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return len(DeviceColumn)

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if not index.isValid():
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(index)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _LEFT if column in _LEFT_ALIGNED else _RIGHT
            case Qt.ItemDataRole.ForegroundRole:
                return self._foreground(self.panel(index), index)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._accessible_text(index)
        panel = self.panel(index)
        if panel is None:
            return None
        match role:
            case Qt.ItemDataRole.DecorationRole if column == DeviceColumn.NAME:
                return self._marks[panel.state]
            case Qt.ItemDataRole.BackgroundRole:
                return self._background(panel, column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(panel)
            case self.SERIAL_ROLE:
                return panel.device.serial_number
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(DeviceColumn):
            return None
        if role == _DISPLAY:
            return title(DeviceColumn(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section in _LEFT_ALIGNED else _RIGHT
        return None

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.panel(index):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.row() == 0:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled


def title(column: DeviceColumn) -> str:
    """What stands in the header."""
    return {
        DeviceColumn.NAME: _tr("Name"),
        DeviceColumn.AGE: _tr("Age"),
        DeviceColumn.PANEL: _tr("Panel"),
        DeviceColumn.SERIAL: _tr("Serial"),
        DeviceColumn.ADDRESS: _tr("Address"),
        DeviceColumn.INPUTS: _tr("Inputs"),
        DeviceColumn.OUTPUTS: _tr("Outputs"),
        DeviceColumn.VARIABLES: _tr("Variables"),
        DeviceColumn.IN_USE: _tr("In use"),
        DeviceColumn.OVERRIDDEN: _tr("Overridden"),
        DeviceColumn.FAULTS: _tr("Faults"),
    }[column]


def longest_ages() -> list[str]:
    """The longest texts of the column of ages."""
    return [_tr("%d/%d live") % (100, 100), _tr("stale %s") % age_text(59 * 60), _tr("no answer")]


def state_word(state: PanelState) -> str:
    """The state in one or two words."""
    return {
        PanelState.LIVE: _tr("live"),
        PanelState.STALE: _tr("stale"),
        PanelState.NO_ANSWER: _tr("no answer"),
    }[state]


def state_explanation(state: PanelState) -> str:
    """The state in a sentence."""
    return {
        PanelState.LIVE: _tr("live"),
        PanelState.STALE: _tr("stale, T3000 has not read it for a while"),
        PanelState.NO_ANSWER: _tr("no answer, it is missing in T3000's newest answer"),
    }[state]


def _tr(text: str) -> str:
    return QCoreApplication.translate("DevicesModel", text)
