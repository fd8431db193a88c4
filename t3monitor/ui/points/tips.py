"""The tooltips of the points table: what a cell says in full, and why it is as it is."""

from t3monitor.model.freshness import PanelState, is_ahead
from t3monitor.ui.kit.texts import moment_text, reading_time_text, translate
from t3monitor.ui.points.columns import Column, override_reason, range_tip, unit_tip
from t3monitor.ui.points.rows import Block, Part, PointRows


def cell_tip(rows: PointRows, row: int, column: int, text: str) -> str:
    """What the tooltip of a cell says, which itself says ``text``; empty for none."""
    block, point, part = rows.blocks[row], rows.points[row], rows.parts[row]
    match column:
        case Column.AGE:
            return _age_tip(block, part, rows.now_s)
        case Column.CHANGED:
            changed_at = rows.changed_at[row]
            return _tr("Last changed %s") % moment_text(changed_at) if changed_at else ""
        case Column.VALUE:
            read = _tr("Read %s") % reading_time_text(part.read_at)
            return "\n".join(filter(None, (point.full_label or point.label, text, unit_tip(point), read)))
        case Column.STATUS | Column.AUTO_MANUAL | Column.HW_SWITCH if point.is_overridden:
            return f"{text}: {override_reason(point)}"
        case Column.RANGE:
            return range_tip(point)
        case Column.PANEL:
            serial_number = _tr("Serial number %d") % block.panel.serial_number
            return "\n".join(filter(None, (text, serial_number, block.panel.address)))
    return text


def _age_tip(block: Block, part: Part, now_s: float) -> str:
    read = _tr("T3000 read it %s") % reading_time_text(part.read_at)
    if not block.answered:
        return _tr("No answer: the panel is missing in T3000's newest answer") + f"\n{read}"
    if part.read_at is not None and is_ahead(part.read_at, now_s):
        return _tr("Stale: this time is still to come; check the clocks") + f"\n{read}"
    if part.state is PanelState.HELD:
        return _tr("Held: nothing newer comes while the link is stopped or fails") + f"\n{read}"
    return _tr("Stale: T3000 reads this panel no longer") + f"\n{read}" if part.stale else read


def _tr(text: str) -> str:
    return translate("PointsModel", text)
