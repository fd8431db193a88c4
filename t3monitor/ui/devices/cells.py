"""What the cells of the tree of panels say, and in which colours."""

from collections.abc import Collection

from PySide6.QtGui import QColor

from t3monitor.model.freshness import PanelState
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.devices.panels import PanelRow, SiteState
from t3monitor.ui.kit.texts import Ages, translate
from t3monitor.ui.kit.theme import StateColours, current_theme
from t3monitor.ui.progress.state import LinkState


def panel_texts(panel: PanelRow, ages: Ages) -> list[str]:
    """What the cells of a panel say, in the order of the columns."""
    newest = panel.newest
    age = ages[panel.read_at]
    if panel.state is PanelState.NO_ANSWER:
        age = _tr("no answer")
    elif panel.state is PanelState.STALE:
        age = _tr("stale %s") % age
    elif panel.state is PanelState.HELD:
        age = _tr("held %s") % age
    return [
        panel.name,
        age,
        str(newest.panel_id),
        str(newest.serial_number),
        newest.address,
        *(ages[logging_time] for _, _, logging_time in newest.vectors()),
        str(panel.in_use),
        str(panel.overridden),
        str(panel.faults),
    ]


def total_texts(panels: Collection[PanelRow]) -> list[str]:
    """The same of all panels together."""
    texts = [""] * len(DeviceColumn)
    texts[DeviceColumn.NAME] = _tr("All panels")
    if panels:
        live = sum(panel.state is PanelState.LIVE for panel in panels)
        texts[DeviceColumn.AGE] = _tr("%d/%d live") % (live, len(panels))
        texts[DeviceColumn.IN_USE] = f"{sum(panel.in_use for panel in panels):,}"
        texts[DeviceColumn.OVERRIDDEN] = f"{sum(panel.overridden for panel in panels):,}"
        texts[DeviceColumn.FAULTS] = f"{sum(panel.faults for panel in panels):,}"
    return texts


def panel_colours(panel: PanelRow, column: int) -> StateColours | None:
    """Those of a cell whose text names a state."""
    theme = current_theme()
    if column == DeviceColumn.AGE:
        return {PanelState.STALE: theme.stale, PanelState.NO_ANSWER: theme.down}.get(panel.state)
    if column == DeviceColumn.OVERRIDDEN:
        return theme.overridden if panel.overridden else None
    if column == DeviceColumn.FAULTS:
        return theme.fault if panel.faults else None
    return None


def site_colour(site: SiteState) -> QColor | None:
    """That of the text that says how the link to a site does."""
    theme = current_theme()
    return {LinkState.FAILED: theme.bad, LinkState.WAITING: theme.warning}.get(site.state)


def _tr(text: str) -> str:
    return translate("DevicesModel", text)
