"""The tooltips of the tree of panels: what is known of a panel or a site, and why it is as it is."""

from t3monitor.model.freshness import PanelState
from t3monitor.model.recording import Recording
from t3monitor.ui.devices.panels import PanelRow, SiteState
from t3monitor.ui.kit.texts import moment_text, reading_time_text, tooltip_text, translate
from t3monitor.ui.progress.state import LinkState


def panel_tip(panel: PanelRow, site: SiteState | None, recording: Recording, note: str) -> str:
    """State, identity and times of a panel; ``site`` tells whether T3000 answers at all."""
    newest = panel.newest
    read = {
        "INPUT": _tr("Inputs read %s"),
        "OUTPUT": _tr("Outputs read %s"),
        "VARIABLE": _tr("Variables read %s"),
    }
    never = {
        "INPUT": _tr("Inputs never read"),
        "OUTPUT": _tr("Outputs never read"),
        "VARIABLE": _tr("Variables never read"),
    }
    lines = [
        f"{panel.name}: {_explanation(panel, site)}",
        panel.said,
        _tr("Panel %d, serial number %d, %s") % (newest.panel_id, newest.serial_number, newest.address or "–"),
    ]
    recorded = recording.has_panel(newest.serial_number)
    for point_type, _, logging_time in newest.vectors():
        line = never[point_type] if logging_time is None else read[point_type] % moment_text(logging_time)
        if recorded and not recording.has_type(newest.serial_number, point_type):
            line = _tr("%s, not recorded") % line
        lines.append(line)
    if recorded:
        lines.append(note[:1].upper() + note[1:])
    else:
        lines.append(_tr("Not recorded: its values are shown but not stored"))
    return tooltip_text(lines)


def site_tip(title: str, state: SiteState) -> str:
    """How the link to a site does, and why."""
    return tooltip_text([f"{title}: {state.text}", state.reason])


def _explanation(panel: PanelRow, site: SiteState | None) -> str:
    since = reading_time_text(panel.read_at)
    match panel.state:
        case PanelState.LIVE:
            return _tr("live")
        case PanelState.NO_ANSWER if panel.is_listed:
            return _tr("no answer; T3000 lists it") if panel.read_at else _tr("no answer; T3000 lists it, never read")
        case PanelState.NO_ANSWER if panel.answered:
            return _tr("no answer, T3000 never read it")
        case PanelState.NO_ANSWER:
            return _tr("no answer, it is missing in T3000's newest answer")
        case PanelState.HELD if site and site.state in (LinkState.FAILED, LinkState.WAITING) and site.reason:
            return _tr("held, not read since %s: %s") % (since, site.reason)
        case PanelState.HELD if site and site.state is LinkState.WAITING:
            return _tr("held. T3000 has not answered yet; the values are of %s") % since
        case PanelState.HELD:
            return _tr("held. Nothing is read while syncing is stopped; the values are of %s") % since
        case PanelState.STALE if panel.is_ahead:
            return _tr("stale. Its reading claims to be of %s, which is still to come: check the clocks") % since
        case PanelState.STALE if site and site.state is LinkState.LIVE:
            return _tr("stale. T3000 answers, but has not read this panel since %s; the values are from then") % since
        case PanelState.STALE if site and site.reason:
            return _tr("stale, not read since %s: %s") % (since, site.reason)
    return _tr("stale, not read since %s; the values are from then") % since


def _tr(text: str) -> str:
    return translate("DevicesModel", text)
