"""Which shape a database of T3000's has, told by its columns: no version stands in it, and files were carried along."""

import sqlite3
from typing import NamedTuple

from t3monitor.exchange.t3000_files.opening import OF_T3000S, OurOwnFileError, UnusableFileError

POINTS = "TRENDLOG_DATA"  # of old files the samples as well
SAMPLES = "TRENDLOG_DATA_DETAIL"
_FLAT_TABLES = "TRENDLOG_DATA_OLD", POINTS
_OURS = "TRENDLOG_LAYOUT_POINTS"
_OF_A_POINT = frozenset(("SerialNumber", "PanelId", "PointId", "PointType"))
_TIMES = frozenset(("LoggingTime", "LoggingTime_Fmt"))
_UNOWNED = "Trendlog_Input_ID"  # of August 2025: a place in a trend log, which no table ties to a panel


class Shape(NamedTuple):
    """A table of samples and its columns; ``is_split``: the points stand in a table of their own."""

    table: str
    columns: frozenset[str]
    is_split: bool

    @property
    def told(self) -> str:
        """What to call it."""
        return "a row for each sample" if self.is_split else "point and sample in one row"


def shapes_in(connection: sqlite3.Connection, name: str) -> list[Shape]:
    """The tables of samples that the file ``name`` has, the surest times first; raises UnusableFileError."""
    there = {
        table: _columns(connection, table)
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    }
    if _OURS in there:
        raise OurOwnFileError(name)
    shapes: list[Shape] = []
    for table in _FLAT_TABLES:
        columns = there.get(table, frozenset())
        if "Value" in columns:
            _check(table, columns, {*_OF_A_POINT, "Value"}, name)
            shapes.append(Shape(table, columns, is_split=False))
    if SAMPLES in there:
        _check(SAMPLES, there[SAMPLES], {"ParentId", "Value"}, name)
        _check(POINTS, there.get(POINTS, frozenset()), {*_OF_A_POINT, "id", "PointIndex"}, name, needs_time=False)
        shapes.append(Shape(SAMPLES, there[SAMPLES], is_split=True))
    if shapes:
        return shapes
    if _UNOWNED in there.get(POINTS, ()):
        raise UnusableFileError(
            f"{name} has the shape of August 2025, whose samples name no point of a panel: none can be imported; of "
            "that time captures of T3000's answers can (T3WebLog, T3Web/logs), if there are any"
        )
    if POINTS in there:
        raise UnusableFileError(
            f"{name} has a shape that this program does not know ({POINTS} without samples): it may be of a "
            "newer T3000; update this program"
        )
    raise UnusableFileError(
        f"{name} is no database of T3000's web service (it has no table {POINTS}): name {OF_T3000S}"
    )


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(column for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))


def _check(table: str, columns: frozenset[str], needed: set[str], name: str, *, needs_time: bool = True) -> None:
    missing = sorted(needed - columns)
    if needs_time and not columns & _TIMES:
        missing.append("LoggingTime_Fmt")
    if missing:
        raise UnusableFileError(
            f"{name} has a shape that this program does not know ({table} without {', '.join(missing)}): it may be of "
            "a newer T3000; update this program"
        )
