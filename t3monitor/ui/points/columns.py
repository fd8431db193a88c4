"""The columns of the points table: their titles, what a cell says, and what they are sorted by."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication

from t3monitor.model.point_types import PointType
from t3monitor.model.points import (
    HW_SWITCH_BY_HAND,
    HW_SWITCH_WORDS,
    INPUT_STATUS_WORDS,
    JUMPER_WORDS,
    MANUAL,
    Point,
)
from t3monitor.model.units import state_words
from t3monitor.ui.kit.columns import NamedColumn
from t3monitor.ui.kit.texts import natural_key


class Column(NamedColumn):
    """In the order of T3000's own grids, but for the status, which says how far to believe the value beside it."""

    PANEL = 0
    POINT_ID = 1
    FULL_LABEL = 2
    LABEL = 3
    AUTO_MANUAL = 4
    VALUE = 5
    STATUS = 6
    RANGE = 7
    CALIBRATION = 8
    FILTER = 9
    SIGNAL = 10
    LOW_VOLTAGE = 11
    HIGH_VOLTAGE = 12
    HW_SWITCH = 13
    AGE = 14  # the last two run with the clock; they stay side by side
    CHANGED = 15

    @property
    def is_number(self) -> bool:
        """Whether its cells are right aligned."""
        return self in _NUMBERS


_NUMBERS = frozenset(
    {
        Column.VALUE,
        Column.CALIBRATION,
        Column.FILTER,
        Column.LOW_VOLTAGE,
        Column.HIGH_VOLTAGE,
        Column.AGE,
        Column.CHANGED,
    }
)
CLOCK_COLUMNS = (Column.AGE, Column.CHANGED)


class Words(NamedTuple):
    """Words of cells that T3000 has none for, in the user's language."""

    auto: str
    manual: str
    overridden: str
    held: str
    stale: str
    no_answer: str
    never_read: str


@cache
def words() -> Words:
    """Translated once: tens of thousands of cells are searched for them."""
    return Words(
        auto=_tr("Auto"),
        manual=_tr("Manual"),
        overridden=_tr("Overridden"),
        held=_tr("held"),
        stale=_tr("stale"),
        no_answer=_tr("no answer"),
        never_read=_tr("never read"),
    )


@cache
def title(column: Column) -> str:
    """What stands in the header."""
    return {
        Column.PANEL: _tr("Panel"),
        Column.POINT_ID: _tr("Id"),
        Column.FULL_LABEL: _tr("Full label"),
        Column.LABEL: _tr("Label"),
        Column.AUTO_MANUAL: _tr("A/M"),
        Column.VALUE: _tr("Value"),
        Column.RANGE: _tr("Range"),
        Column.CALIBRATION: _tr("Calibration"),
        Column.FILTER: _tr("Filter"),
        Column.STATUS: _tr("Status"),
        Column.SIGNAL: _tr("Signal"),
        Column.LOW_VOLTAGE: _tr("Low V"),
        Column.HIGH_VOLTAGE: _tr("High V"),
        Column.HW_SWITCH: _tr("HW switch"),
        Column.AGE: _tr("Age"),
        Column.CHANGED: _tr("Changed"),
    }[column]


@cache
def explanation(column: Column) -> str:
    """Tooltip of the header, where the title does not say it all."""
    return {
        Column.LABEL: _tr("T3000's short label"),
        Column.AUTO_MANUAL: _tr("Auto: the controller's program sets the value; Manual: somebody did"),
        Column.CALIBRATION: _tr("Already applied to the value by the controller"),
        Column.STATUS: _tr("Normal, Open or Shorted for inputs; Overridden if set by hand"),
        Column.SIGNAL: _tr("Signal type that the input's jumper selects"),
        Column.HW_SWITCH: _tr("Hand-off-auto switch of the output"),
        Column.AGE: _tr("Time since T3000 read the point from its panel"),
        Column.CHANGED: _tr("Time since the point last changed while this window was open"),
    }.get(column, title(column))


def status_text(point: Point) -> str:
    """The fault, or Normal for an input, and whether somebody overrides the point."""
    normal = INPUT_STATUS_WORDS[0] if point.point_type is PointType.INPUT and point.in_use else ""
    if not point.is_overridden:
        return point.fault or normal
    return ", ".join(filter(None, (point.fault, words().overridden)))


def override_reason(point: Point) -> str:
    """Why a point counts as overridden; empty if it does not."""
    reasons = []
    if point.auto_manual == MANUAL:
        reasons.append(_tr("set to manual"))
    if point.hw_switch_status in HW_SWITCH_BY_HAND:
        reasons.append(_tr("hardware switch at %s") % HW_SWITCH_WORDS[point.hw_switch_status])
    return ", ".join(reasons)


def _auto_manual_text(point: Point) -> str:
    return words().manual if point.auto_manual == MANUAL else words().auto


def _signal_text(point: Point) -> str:
    return JUMPER_WORDS.get(point.jumper, "") if point.jumper is not None and point.in_use else ""


def _hw_switch_text(point: Point) -> str:
    return "" if point.hw_switch_status is None else HW_SWITCH_WORDS.get(point.hw_switch_status, HW_SWITCH_WORDS[1])


def _range_text(point: Point) -> str:
    words = dict(point.words)
    if point.is_digital and words:
        neutral = state_words(point.range) or ("0", "1")
        return "/".join(words.get(state, neutral[state]) for state in (0, 1))
    return point.range_name


def range_tip(point: Point) -> str:
    """What the states of a point are called, a line for each; what the cell says if it has no words of the site."""
    return "\n".join(
        filter(None, [_range_text(point), *(f"{state}: {word}" for state, word in point.words), unit_tip(point)])
    )


def unit_tip(point: Point) -> str:
    """T3000's own word for a unit that is written in another way."""
    return _tr("T3000's unit: %s") % point.units if point.written_unit != point.units else ""


def _number_text(number: float | None, decimals: int = 1) -> str:
    return "" if number is None else f"{number:.{decimals}f}"


# Cells that a point alone decides; the panel's name and the clock's columns need more.
POINT_TEXTS: dict[int, Callable[[Point], str]] = {
    Column.POINT_ID: lambda point: point.point_id,
    Column.FULL_LABEL: lambda point: point.full_label,
    Column.LABEL: lambda point: point.label,
    Column.AUTO_MANUAL: _auto_manual_text,
    Column.VALUE: lambda point: point.value_text,
    Column.RANGE: _range_text,
    Column.CALIBRATION: lambda point: _number_text(point.calibration),
    Column.FILTER: lambda point: _number_text(point.filter, 0),
    Column.STATUS: status_text,
    Column.SIGNAL: _signal_text,
    Column.LOW_VOLTAGE: lambda point: _number_text(point.low_voltage),
    Column.HIGH_VOLTAGE: lambda point: _number_text(point.high_voltage),
    Column.HW_SWITCH: _hw_switch_text,
}

_TYPE_ORDER = {kind: 10_000 * place for place, kind in enumerate(PointType)}
_FAULTY_RANK, _OVERRIDDEN_RANK = 2, 1

# What a point is sorted by; None goes to the end, whatever the order.
POINT_SORT_KEYS: dict[int, Callable[[Point], Any]] = {
    Column.POINT_ID: lambda point: _TYPE_ORDER[point.point_type] + point.point_index,
    Column.FULL_LABEL: lambda point: natural_key(point.full_label),
    Column.LABEL: lambda point: natural_key(point.label),
    Column.AUTO_MANUAL: lambda point: point.auto_manual,
    Column.VALUE: lambda point: point.value,
    Column.RANGE: lambda point: natural_key(_range_text(point)),
    Column.CALIBRATION: lambda point: point.calibration,
    Column.FILTER: lambda point: point.filter,
    Column.STATUS: lambda point: _FAULTY_RANK if point.fault else _OVERRIDDEN_RANK if point.is_overridden else 0,
    Column.SIGNAL: lambda point: _signal_text(point) or None,
    Column.LOW_VOLTAGE: lambda point: point.low_voltage,
    Column.HIGH_VOLTAGE: lambda point: point.high_voltage,
    Column.HW_SWITCH: lambda point: point.hw_switch_status,
}

_SEARCHED = tuple(POINT_TEXTS.values())


def search_text(panel_name: str, serial_number: int, point: Point) -> str:
    """All that a cell of the point says and its panel's serial number, to find words in; ages are not, they pass."""
    return "\n".join((panel_name, str(serial_number), point.units, *[text(point) for text in _SEARCHED])).lower()


def _tr(text: str) -> str:
    return QCoreApplication.translate("PointsTable", text)
