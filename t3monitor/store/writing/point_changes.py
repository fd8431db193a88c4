"""What changed at the points, with when: label, range, unit, mode, switch, calibration, filter, sensor, words."""

import json
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

from sqlalchemy import bindparam, null, select

from t3monitor.model.causes import PointChange
from t3monitor.model.point_types import PointType
from t3monitor.model.points import INPUT_STATUS_WORDS, Point, Vector
from t3monitor.model.units import UNUSED
from t3monitor.model.words import Words
from t3monitor.store import statements
from t3monitor.store.schema import point_tables
from t3monitor.store.words import words_of_panel

_SEEN_LATER_S = 3600  # two that look at a point see the same change at two times


class Settings(NamedTuple):
    """What of a point is looked at; fields of `Point`, which a table of another type may not have."""

    label: str
    full_label: str
    range: int
    digital_analog: int
    units: str
    auto_manual: int
    hw_switch_status: int | None
    calibration: float | None
    filter: int | None
    status: int | None
    words: Words


_Known = Mapping[int, tuple[Any, ...]]  # settings by a point's number
_Change = tuple[PointChange, str | None, str]
_SIMPLE = {
    PointChange.UNITS: "units",
    PointChange.MODE: "auto_manual",
    PointChange.SWITCH: "hw_switch_status",
    PointChange.CALIBRATION: "calibration",
    PointChange.FILTER: "filter",
}
_STORED = Settings._fields[:-1]
_STORED_SETTINGS = {
    point_type: statements.sql_text(
        select(
            table.c.point_index, *(table.c[name] if name in table.c else null().label(name) for name in _STORED)
        ).where(table.c.serial_number == bindparam("serial_number"))
    )
    for point_type, table in point_tables.items()
}
_TOLD_STATUS = """SELECT new FROM POINT_CHANGES
    WHERE serial_number = ? AND point_type = ? AND point_index = ? AND what = 'status' ORDER BY at DESC LIMIT 1"""

_OF_CHANGE = """FROM POINT_CHANGES
    WHERE serial_number = ? AND point_type = ? AND point_index = ? AND what = ? AND at"""
_BEFORE = f"SELECT new {_OF_CHANGE} <= ? ORDER BY at DESC LIMIT 1"
_AFTER = f"SELECT old, new {_OF_CHANGE} > ? AND at < ? + {_SEEN_LATER_S} ORDER BY at LIMIT 1"
Row = tuple[int, str, int, int, str, str | None, str | None]  # of POINT_CHANGES

settings_of = itemgetter(*map(Point._fields.index, Settings._fields))  # of a point; as a tuple like `Settings`


def stored_settings(cursor: Cursor, vector: Vector) -> dict[int, tuple[Any, ...]]:
    """What the tables say of the points of a panel and type, by their numbers."""
    serial, point_type = vector
    rows = cursor.execute(_STORED_SETTINGS[point_type], (serial,)).fetchall()
    words = words_of_panel(cursor, serial) if rows else None
    digital, range_ = 1 + Settings._fields.index("digital_analog"), 1 + Settings._fields.index("range")
    return {
        row[0]: (*row[1:], words.of_states(digital=row[digital] == 0, range_=row[range_]) if words else ())
        for row in rows
    }


def write_changes(
    cursor: Cursor, vector: Vector, known: _Known, points: Iterable[tuple[Point, int]], *, from_tables: bool
) -> None:
    """Adds what is other at these points than ``known``, at the time of each; a sensor first seen faulty as well.

    ``from_tables``: what is known may be from before changes were written.
    """
    serial, point_type = vector
    rows = []
    for point, at in points:
        old, new = known.get(point.point_index), settings_of(point)
        may_be_untold = point.status and (from_tables or old is None) and point.fault
        if old == new and not may_be_untold:
            continue
        key = serial, point_type.value, point.point_index
        for what, was, now in _changes(point_type, Settings(*old) if old else None, Settings(*new)):
            rows.append((*key, at, what.value, was, now))
        if may_be_untold and (old is None or _status(Settings(*old)) == f"{point.status}"):
            told = cursor.execute(_TOLD_STATUS, key).fetchone()
            if told is None or told[0] != f"{point.status}":
                rows.append((*key, at, PointChange.STATUS.value, told and told[0], f"{point.status}"))
    cursor.executemany(statements.UPSERT_POINT_CHANGE, rows)


def add_others(cursor: Cursor, rows: Iterable[Row], *, dry: bool = False) -> int:
    """Adds changes that others saw, in the order of time, unless they are known; returns how many are added.

    Known is what the one before came to already, or the one after, if that was soon seen.
    """
    added = 0
    for row in rows:
        *point, at, what, old, new = row
        if cursor.execute(_BEFORE, (*point, what, at)).fetchone() == (new,):
            continue
        if cursor.execute(_AFTER, (*point, what, at, at)).fetchone() == (old, new):
            continue
        added += 1
        if not dry:
            cursor.execute(statements.UPSERT_POINT_CHANGE, row)
    return added


def _changes(point_type: PointType, old: Settings | None, new: Settings) -> Iterator[_Change]:
    if old is None:
        return
    if old.label != new.label:
        yield PointChange.LABEL, old.label, new.label
    elif old.full_label != new.full_label:
        yield PointChange.LABEL, old.full_label, new.full_label
    if _range(old) != _range(new):
        yield PointChange.RANGE, _range(old), _range(new)
    elif old.words and new.words and old.words != new.words:
        yield PointChange.WORDS, _words(old), _words(new)
    for what, name in _SIMPLE.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now and was is not None and now is not None:  # not every link tells all of them
            yield what, f"{was}", f"{now}"
    if point_type is PointType.INPUT and _status(old) != _status(new):
        yield PointChange.STATUS, _status(old), _status(new)


def _range(settings: Settings) -> str:
    return f"{settings.range}" if settings.digital_analog else f"{settings.range} digital"


def _words(settings: Settings) -> str:
    return json.dumps(settings.words, ensure_ascii=False)


def _status(settings: Settings) -> str:
    """Of an input; nobody has wired one that is not used."""
    known = settings.range != UNUSED and settings.status in INPUT_STATUS_WORDS
    return f"{settings.status}" if known else "0"
