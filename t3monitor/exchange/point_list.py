"""The points of panels as a list, with their settings and what they said last; for any thread."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo

from t3monitor.exchange.cells import csv_bytes, number_cell, text_cell
from t3monitor.exchange.table import Kind, Separators
from t3monitor.exchange.told import meaning
from t3monitor.exchange.wall_clock import WallClock
from t3monitor.model.point_types import PointType
from t3monitor.model.points import HW_SWITCH_WORDS, INPUT_STATUS_WORDS, JUMPER_WORDS, MANUAL, Point
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.model.units import hours_minutes_seconds

_TITLES = (
    *("Site", "Panel", "Panel number", "Serial number", "Point", "Full label", "Label", "Signal kind"),
    *("Range", "Unit", "States", "Mode", "HW switch", "Value", "Status", "Calibration", "Filter", "Signal"),
    *("Low V", "High V", "Read at", "UTC offset", "Remark"),
)
_OF_VALUES = {"Value", "Status", "Read at", "UTC offset", "Remark"}
_NEVER_READ, _PAST = "never read", "known of the past alone"


def panels_of(snapshot: Snapshot) -> list[Panel]:
    """All panels by their numbers, those that never answered as well, with their points in use."""
    return [with_points(panel, lambda point: point.in_use) for panel in in_order((*snapshot.panels, *snapshot.silent))]


def in_order(panels: Iterable[Panel]) -> list[Panel]:
    """As lists have them: by site and number."""
    return sorted(panels, key=lambda panel: (panel.site, panel.panel_id, panel.serial_number))


def with_points(panel: Panel, wanted: Callable[[Point], bool]) -> Panel:
    """The panel with some of its points."""
    kinds = (tuple(filter(wanted, points)) for points in (panel.inputs, panel.outputs, panel.variables))
    inputs, outputs, variables = kinds
    return replace(panel, inputs=inputs, outputs=outputs, variables=variables)


def point_list_csv(
    panels: Sequence[Panel], separators: Separators, zone: tzinfo | None, *, has_values: bool = True
) -> bytes:
    """A row for each point of these panels, and one for a panel without any, which says why.

    A value that was never read is no zero: its cell is empty. Times are by the clock of ``zone``. ``has_values``: what
    points said last is told as well, and when.
    """
    left_out = set() if any(panel.site for panel in panels) else {"Site"}
    left_out |= set() if has_values else _OF_VALUES
    columns = [place for place, title in enumerate(_TITLES) if title not in left_out]
    times = [time_s for panel in panels for _, _, time_s in panel.vectors() if time_s is not None] or [0]
    clock = WallClock(zone, min(times), max(times))
    rows = (row for panel in panels for row in _rows(panel, clock, separators.decimal))
    return csv_bytes(([row[place] for place in columns] for row in (_TITLES, *rows)), separators.cells)


def _rows(panel: Panel, clock: WallClock, decimal: str) -> Iterator[tuple[str, ...]]:
    names = text_cell(panel.site), text_cell(panel.panel_name), f"{panel.panel_id}", f"{panel.serial_number}"
    for point in panel.points():
        read_at = None if point.is_past else panel.point_read_at(point.point_type, point.point_index)
        yield *names, *_cells(point, read_at, clock, decimal)
    if not panel.point_count:
        remark = _NEVER_READ if panel.read_at is None else "no point in use"
        yield *names, *[""] * (len(_TITLES) - len(names) - 1), remark


def _cells(point: Point, read_at: int | None, clock: WallClock, decimal: str) -> Iterable[str]:
    is_number, is_time, unit = meaning(Kind(point.units, point.range, point.is_digital), point.point_type)
    return (
        point.point_id,
        *map(text_cell, (point.full_label, point.label)),
        "digital" if point.is_digital else "analog",
        *map(text_cell, (point.range_name, unit, point.states_text)),
        "" if point.is_past else "Manual" if point.auto_manual == MANUAL else "Auto",
        "" if point.hw_switch_status is None else HW_SWITCH_WORDS.get(point.hw_switch_status, HW_SWITCH_WORDS[1]),
        "" if read_at is None else _value(point, decimal, is_number=is_number, is_time=is_time),
        _status(point),
        *(_optional(number, decimal) for number in (point.calibration, point.filter)),
        "" if point.jumper is None or not point.in_use else text_cell(JUMPER_WORDS.get(point.jumper, "")),
        *(_optional(number, decimal) for number in (point.low_voltage, point.high_voltage)),
        *(("", "") if read_at is None else clock.cells(read_at)),
        _PAST if point.is_past else _NEVER_READ if read_at is None else "",
    )


def _value(point: Point, decimal: str, *, is_number: bool, is_time: bool) -> str:
    if is_time:
        return hours_minutes_seconds(point.value)
    return number_cell(point.value, decimal) if is_number else text_cell(point.value_text)


def _status(point: Point) -> str:
    if point.is_past:
        return ""
    normal = INPUT_STATUS_WORDS[0] if point.point_type is PointType.INPUT and point.in_use else ""
    return ", ".join(filter(None, (point.fault or normal, "Overridden" if point.is_overridden else "")))


def _optional(number: float | None, decimal: str) -> str:
    return "" if number is None else number_cell(number, decimal)
