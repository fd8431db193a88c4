"""The columns of the tree of panels, and the words for the states of panels."""

from PySide6.QtCore import QCoreApplication

from t3monitor.model.freshness import PanelState
from t3monitor.ui.kit.columns import NamedColumn


class DeviceColumn(NamedColumn):
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
    def is_number(self) -> bool:
        """Whether its cells are right aligned."""
        return self not in (DeviceColumn.NAME, DeviceColumn.ADDRESS)


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


def state_word(state: PanelState) -> str:
    """The state in one or two words."""
    return {
        PanelState.LIVE: _tr("live"),
        PanelState.HELD: _tr("held"),
        PanelState.STALE: _tr("stale"),
        PanelState.NO_ANSWER: _tr("no answer"),
    }[state]


def _tr(text: str) -> str:
    return QCoreApplication.translate("DevicesModel", text)
