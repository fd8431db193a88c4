"""What the cells of the points table say, and in which colours."""

from t3monitor.model.freshness import PanelState
from t3monitor.model.points import HW_SWITCH_BY_HAND, MANUAL
from t3monitor.ui.kit.texts import age_text
from t3monitor.ui.kit.theme import StateColours, current_theme
from t3monitor.ui.points.columns import POINT_TEXTS, Column, words
from t3monitor.ui.points.rows import PointRows

# As numbers: thousands of cells ask.
_PANEL, _VALUE, _STATUS = int(Column.PANEL), int(Column.VALUE), int(Column.STATUS)
_AUTO_MANUAL, _HW_SWITCH = int(Column.AUTO_MANUAL), int(Column.HW_SWITCH)
_AGE, _CHANGED = int(Column.AGE), int(Column.CHANGED)
_ALARM_WORD = "Alarm"


def cell_text(rows: PointRows, row: int, column: int) -> str:
    """What a cell says."""
    of_point = POINT_TEXTS.get(column)
    if of_point is not None:
        return of_point(rows.points[row])
    block = rows.blocks[row]
    if column == _PANEL:
        return block.panel_name
    if column == _AGE:
        part = rows.parts[row]
        if not block.answered:
            return words().no_answer
        if part.read_at is None:
            return words().never_read
        if part.state is PanelState.HELD:
            return f"{words().held} {part.age}"
        return f"{words().stale} {part.age}" if part.stale else part.age
    changed_at = rows.changed_at[row]
    return age_text(rows.now_s - changed_at) if changed_at else ""


def cell_colours(rows: PointRows, row: int, column: int) -> StateColours | None:
    """Those of a cell whose text names a state."""
    point, theme = rows.points[row], current_theme()
    if column == _STATUS:
        return theme.fault if point.fault else theme.overridden if point.is_overridden else None
    if column == _AUTO_MANUAL:
        return theme.overridden if point.auto_manual == MANUAL else None
    if column == _HW_SWITCH:
        return theme.overridden if point.hw_switch_status in HW_SWITCH_BY_HAND else None
    if column == _AGE:
        if not rows.blocks[row].answered:
            return theme.down
        return theme.stale if rows.parts[row].stale else None
    if column == _VALUE:
        return theme.alarm if point.state_word == _ALARM_WORD else None
    return None
