"""What changed at a point: as it was recorded, and as its readings tell; for any thread."""

from collections.abc import Iterable, Iterator
from sqlite3 import Cursor
from typing import NamedTuple

import numpy as np
from sqlalchemy import bindparam, select

from t3monitor.model.causes import PointChange
from t3monitor.model.points import PointKey
from t3monitor.store.history.places import Place
from t3monitor.store.history.places_taken import AnyReadings, keys_of, read_vector
from t3monitor.store.schema import point_changes
from t3monitor.store.statements import sql_text

_change = point_changes.c
_HAS_CHANGES = f"PRAGMA table_info({point_changes.name})"
_CHANGES = sql_text(
    select(_change.at, _change.what, _change.old, _change.new).where(
        _change.serial_number == bindparam("serial_number"),
        _change.point_type == bindparam("point_type"),
        _change.point_index == bindparam("point_index"),
        _change.at.between(bindparam("start"), bindparam("end")),
    )
)
_WHAT_IT_WAS = """
    SELECT DISTINCT place.label, place.range, place.units, place.digital_analog
    FROM TRENDLOG_LAYOUTS AS layout JOIN TRENDLOG_LAYOUT_POINTS AS place ON place.layout_id = layout.id
    WHERE layout.serial_number = ? AND layout.point_type = ? AND place.point_index = ?"""


class Change(NamedTuple):
    """What of a point changed at a time; numbers as text, None: not known."""

    at_s: float
    what: PointChange
    old: str | None
    new: str | None


def changes(cursor: Cursor, statement: str, key: PointKey, start_s: float, end_s: float) -> list[Change]:
    """Those between two times, oldest first; ``statement`` reads frames.

    Changes of label, range and unit that nobody recorded are told by the readings: at the first one that has them.
    """
    has_changes = cursor.execute(_HAS_CHANGES).fetchone() is not None
    each = list(keys_of(cursor, key))
    rows = [
        row
        for own, span in (each if has_changes else ())
        for row in cursor.execute(_CHANGES, (*own, start_s, end_s))
        if span.start_s <= row[0] < span.end_s
    ]
    told: list[tuple[Change, float]] = []
    if len({was for own, _ in each for was in cursor.execute(_WHAT_IT_WAS, own)}) > 1:  # else all tell the same
        vector = read_vector(cursor, statement, key[:2], [key.point_index], start_s, end_s)
        told = list(_told(vector, key.point_index, start_s, end_s))
    recorded = [Change(at, PointChange(what), old, new) for at, what, old, new in rows]
    return sorted([*recorded, *(change for change, since_s in told if not _is_among(recorded, change, since_s))])


def _told(vector: AnyReadings, index: int, start_s: float, end_s: float) -> Iterator[tuple[Change, float]]:
    """The changes that the readings tell, and when it still was as before."""
    rows = vector.rows()
    rows = rows.part(rows.within(start_s, end_s))
    before: Place | None = None
    for row in [0, *(np.flatnonzero(np.diff(rows.layouts)) + 1).tolist()] if len(rows.times) else ():
        place = vector.places.get(int(rows.layouts[row]), {}).get(index)
        at_s = float(rows.times[row])
        if place and before and start_s <= at_s <= end_s:
            for what, old, new in (
                (PointChange.LABEL, before.label, place.label),
                (PointChange.RANGE, before.range_text, place.range_text),
                (PointChange.UNITS, before.units, place.units),
            ):
                if old != new:
                    yield Change(at_s, what, old, new), float(rows.times[row - 1])
        before = place or before


def _is_among(recorded: Iterable[Change], told: Change, since_s: float) -> bool:
    """Whether a change that readings tell was recorded."""
    return any(
        (change.what, change.new) == (told.what, told.new) and since_s < change.at_s <= told.at_s for change in recorded
    )
