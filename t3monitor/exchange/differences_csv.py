"""What differs from a baseline, as a CSV file that spreadsheets open."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import NamedTuple

from t3monitor.exchange.cells import csv_bytes, number_cell, text_cell
from t3monitor.exchange.table import Separators
from t3monitor.exchange.wall_clock import WallClock
from t3monitor.model.baselines import Difference
from t3monitor.model.units import hours_minutes_seconds, shows_time

_TITLES = ("Site", "Panel", "Panel number", "Serial number", "Point", "Label", "What")


class Compared(NamedTuple):
    """The two times; a name is that of a baseline, none means now."""

    name: str
    at_s: float
    later_name: str
    later_at_s: float


def differences_csv(
    differences: Iterable[Difference], compared: Compared, separators: Separators, zone: tzinfo | None
) -> bytes:
    """A row for each difference, under titles that say of which times; times are by the clock of ``zone``."""
    clock = WallClock(zone, *sorted((compared.at_s, compared.later_at_s)))
    times = (
        text_cell(f"{name or 'Now'}, {' '.join(clock.cells(time_s))}")
        for name, time_s in ((compared.name, compared.at_s), (compared.later_name, compared.later_at_s))
    )
    rows = (_row(difference, separators.decimal) for difference in differences)
    return csv_bytes(((*_TITLES, *times, "Difference", "Unit"), *rows), separators.cells)


def _row(difference: Difference, decimal: str) -> Iterator[str]:
    panel, point = difference.panel, difference.point
    yield from map(text_cell, (panel.site, panel.panel_name))
    yield from (f"{panel.panel_id}", f"{panel.serial_number}")
    yield from (point.point_id, text_cell(point.label or point.full_label)) if point else ("", "")
    yield text_cell(difference.what)
    if point is not None and difference.delta is not None:
        is_time = shows_time(point.point_type, point.range)
        for number in (point.value - difference.delta, point.value, difference.delta):
            yield hours_minutes_seconds(number) if is_time else number_cell(number, decimal)
        yield "" if is_time else text_cell(point.written_unit)
    else:
        for text in (difference.then, difference.now):
            yield number_cell(float(text), decimal) if difference.has_numbers else text_cell(text)
        yield from ("", "")
