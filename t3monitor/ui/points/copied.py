"""What is copied of the points table for a spreadsheet: values without their units, and times, since ages pass."""

import re

from t3monitor.model.numbers import typed
from t3monitor.model.points import Point
from t3monitor.ui.kit.table_text import Figure
from t3monitor.ui.kit.texts import local_time_text, translate
from t3monitor.ui.points.columns import Column, title
from t3monitor.ui.points.rows import PointRows

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
_HOURS = re.compile(r"-?\d+:\d\d:\d\d")  # of a variable of the range Time


def titles(column: Column) -> tuple[str, ...]:
    """The headers over what is copied of a column."""
    return {
        Column.VALUE: (title(column), translate("PointsTable", "Unit")),
        Column.AGE: (translate("PointsTable", "Read at"),),
        Column.CHANGED: (translate("PointsTable", "Changed at"),),
    }.get(column, (title(column),))


def cells(rows: PointRows, row: int, column: Column, text: str) -> tuple[str, ...]:
    """What is copied of a cell that says ``text``, beneath those headers."""
    match column:
        case Column.VALUE:
            return _value(rows.points[row], text)
        case Column.AGE:
            return (_time(rows.parts[row].read_at),)
        case Column.CHANGED:
            return (_time(rows.changed_at[row]),)
    return (Figure(text) if column.is_number and _is_number(text) else text,)


def _value(point: Point, text: str) -> tuple[str, str]:
    number, _, unit = typed(text).partition(" ")
    is_figure = _is_number(number) or _HOURS.fullmatch(number)
    if point.state_word is not None or not is_figure:
        return text, ""
    return Figure(number), unit


def _time(time_s: int | None) -> str:
    return Figure(local_time_text(time_s)) if time_s else ""


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
