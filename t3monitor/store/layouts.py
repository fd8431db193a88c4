"""Layouts: which point stands at which position of a history vector.

A vector's values mean something only beside the layout in force when they were read. A point that changes its id,
label, range or unit makes a new layout, so the change has a date and two units never share a line.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Cursor
from typing import NamedTuple

import msgspec

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.store import statements
from t3monitor.store.schema import CREATED_BY_FFI_SYNC_SERVICE, DATA_SOURCE_FFI_SYNC

_LAYOUTS_LOOKED_AT = 8

RowVector = tuple[int, str]  # serial number and type of a vector, as rows have them
Source = tuple[int, str]  # data_source and created_by of the samples
RECORDED: Source = DATA_SOURCE_FFI_SYNC, CREATED_BY_FFI_SYNC_SERVICE


class LayoutPoint(NamedTuple):
    """What a layout knows of a point; the field names are the column names."""

    point_id: str
    point_index: int
    label: str
    range: int
    units: str
    digital_analog: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A stored layout and its points by position."""

    id: int
    panel_id: int
    points: tuple[LayoutPoint, ...]

    def holds(self, points: Collection[LayoutPoint], within: Collection[int] | None) -> bool:
        """Whether all of these points stand in it, and none whose number is not ``within`` those that there may be."""
        return set(points) <= set(self.points) and (
            within is None or all(point.point_index in within for point in self.points)
        )

    def values(self, points: Sequence[Point]) -> list[float | None]:
        """The points' values by position; None at positions that no point stands at."""
        if len(points) == len(self.points):
            return [point.value for point in points]
        by_index = {point.point_index: point.value for point in points}
        return [by_index.get(point.point_index) for point in self.points]


def layout_point(point: Point) -> LayoutPoint:
    """What of a point belongs to its layout."""
    return LayoutPoint(point.point_id, point.point_index, point.label, point.range, point.units, point.digital_analog)


def points_of_vector(panel: Panel, kind: PointType) -> tuple[tuple[Point, ...], frozenset[int] | None]:
    """The points that stand in a vector of this type, also where not all were read, and the numbers that may be there.

    Those are the points in use of a panel that is read in parts; of any other one all points, and any number (None).
    """
    if kind not in panel.groups:
        return panel.points_in_groups(kind, lambda _: True), None
    numbers = frozenset(
        number for group in panel.groups[kind] if group.in_use for number in range(group.first, group.last + 1)
    )
    return panel.points_in_groups(kind, lambda group: group.in_use), numbers


def fingerprint_of(panel_id: int, entries: Sequence[LayoutPoint], source: Source = RECORDED) -> str:
    """By what a layout is found again."""
    told = (panel_id, entries) if source == RECORDED else (panel_id, entries, source)
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=16).hexdigest()


def find_or_insert(
    cursor: Cursor,
    serial_number: int,
    point_type: PointType,
    panel_id: int,
    entries: tuple[LayoutPoint, ...],
    *,
    within: Collection[int] | None = None,
    source: Source = RECORDED,
) -> Layout:
    """The layout of these points, which are in the order of their numbers.

    That is the layout of the same fingerprint; else, since T3000 may have left out some this time, the newest that has
    all these points and more; else a new one. ``within`` are the numbers of all points that there may be, None: any.
    """
    fingerprint = fingerprint_of(panel_id, entries, source)
    vector = (serial_number, point_type.value)
    same = cursor.execute(
        "SELECT id FROM TRENDLOG_LAYOUTS WHERE serial_number = ? AND point_type = ? AND fingerprint = ?",
        (*vector, fingerprint),
    ).fetchone()
    if same:
        return Layout(same[0], panel_id, entries)
    for larger in _newest(cursor, *vector, panel_id, *source):
        if larger.holds(entries, within):
            return larger
    (layout_id,) = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM TRENDLOG_LAYOUTS").fetchone()
    cursor.execute(statements.INSERT_LAYOUT, (layout_id, *vector, panel_id, fingerprint, *source))
    cursor.executemany(
        statements.INSERT_LAYOUT_POINT, [(layout_id, position, *entry) for position, entry in enumerate(entries)]
    )
    return Layout(layout_id, panel_id, entries)


def points_of_layout(cursor: Cursor, layout_id: int) -> tuple[LayoutPoint, ...]:
    """The points of a stored layout, by position."""
    rows = cursor.execute(
        "SELECT point_id, point_index, label, range, units, digital_analog FROM TRENDLOG_LAYOUT_POINTS"
        " WHERE layout_id = ? ORDER BY position",
        (layout_id,),
    )
    return tuple(LayoutPoint(*row) for row in rows)


def _newest(
    cursor: Cursor, serial_number: int, point_type: str, panel_id: int, data_source: int, created_by: str
) -> Iterator[Layout]:
    """The layouts that the vector had of late, the newest first; no time tells that, for clocks may have been wrong."""
    rows = cursor.execute(
        "SELECT id FROM TRENDLOG_LAYOUTS WHERE serial_number = ? AND point_type = ? AND panel_id = ?"
        " AND data_source = ? AND created_by = ? ORDER BY id DESC LIMIT ?",
        (serial_number, point_type, panel_id, data_source, created_by, _LAYOUTS_LOOKED_AT),
    ).fetchall()
    for (layout_id,) in rows:
        yield Layout(layout_id, panel_id, points_of_layout(cursor, layout_id))
