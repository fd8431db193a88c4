"""Which columns the points table shows in how much room, and how wide they are; plain numbers, no widgets."""

from collections.abc import Collection, Mapping

from t3monitor.model.point_types import PointType
from t3monitor.ui.points.columns import Column

# In widths of a digit, so that they fit any font.
WIDTHS = {
    Column.PANEL: 12,
    Column.POINT_ID: 6,
    Column.FULL_LABEL: 15,
    Column.LABEL: 9,
    Column.AUTO_MANUAL: 7,
    Column.VALUE: 14,
    Column.STATUS: 11,
    Column.RANGE: 12,
    Column.CALIBRATION: 11,
    Column.FILTER: 7,
    Column.SIGNAL: 10,
    Column.LOW_VOLTAGE: 8,
    Column.HIGH_VOLTAGE: 8,
    Column.HW_SWITCH: 11,
    Column.AGE: 12,
    Column.CHANGED: 10,
}
# The others are always shown: they fit beside the panels in a window of half a screen.
_IF_ROOM = (
    Column.FULL_LABEL,
    Column.AUTO_MANUAL,
    Column.RANGE,
    Column.SIGNAL,
    Column.CALIBRATION,
    Column.FILTER,
    Column.HW_SWITCH,
    Column.CHANGED,
    Column.LOW_VOLTAGE,
    Column.HIGH_VOLTAGE,
)
# What these tell, points of other types have not.
_ONLY_OF = dict.fromkeys((Column.CALIBRATION, Column.FILTER, Column.SIGNAL), PointType.INPUT) | dict.fromkeys(
    (Column.LOW_VOLTAGE, Column.HIGH_VOLTAGE, Column.HW_SWITCH), PointType.OUTPUT
)
_AFTER_NAMES = Column.FILTER, Column.CHANGED, Column.LOW_VOLTAGE, Column.HIGH_VOLTAGE  # which had more room by then
_WIDEST_NAME = 40  # of panels and points, in digits: further away, the eye loses the row
_LEAST = {Column.PANEL: 7, Column.FULL_LABEL: 8}  # in digits; many have short names


def columns_for(room: int, widths: Mapping[Column, int], types: Collection[PointType] = ()) -> list[Column]:
    """The columns for which there is room, those that matter most first; widths in pixels, as the room.

    Names of panels and full labels give way to labels and values, and of points of some ``types`` alone, columns that
    would be empty come last.
    """
    shown = [column for column in Column if column not in _IF_ROOM]
    left = room - sum(widths[column] for column in shown)
    given_px = sum(widths[column] * (1 - least / WIDTHS[column]) for column, least in _LEAST.items())
    to_be_left = dict.fromkeys(_AFTER_NAMES, float(widths[Column.PANEL])) | {Column.FULL_LABEL: -given_px}
    for column in sorted(_IF_ROOM, key=lambda column: bool(types) and _ONLY_OF.get(column) not in (None, *types)):
        left -= widths[column]
        if left < to_be_left.get(column, 0):
            break
        shown.append(column)
    return shown


def name_widths(spare: int, digit: int, wanted: Mapping[Column, int]) -> dict[Column, int]:
    """How wide names of panels and points are with some pixels to spare: first as they are ``wanted``, then wider."""
    widths = {column: least * digit for column, least in _LEAST.items()}
    most = _WIDEST_NAME * digit
    as_wanted = {column: min(wanted.get(column, 0), most) for column in _LEAST}
    usual = min(as_wanted[Column.FULL_LABEL], WIDTHS[Column.FULL_LABEL] * digit)
    for limits in ({Column.FULL_LABEL: usual}, as_wanted, {Column.FULL_LABEL: most}):
        for column, limit in limits.items():
            more = min(max(0, limit - widths[column]), max(0, spare))
            widths[column] += more
            spare -= more
    return widths
