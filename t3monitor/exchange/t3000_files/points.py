"""The points that own the samples of a file, by whatever its rows name them."""

import sqlite3
from typing import NamedTuple

from t3monitor.exchange.t3000_files.shapes import POINTS
from t3monitor.model.point_types import parse_point_id
from t3monitor.model.points import PointKey
from t3monitor.sync.logged.known import Known
from t3monitor.sync.logged.points import Pace, SourcePoint, layout_point, point_named, whole
from t3monitor.t3000.text import clean
from t3monitor.t3000.wire_json import WireError
from t3monitor.t3000.wire_points import LABEL_SIZE, serial_number

_ID_COLUMNS = {"INPUTS": "InputId", "OUTPUTS": "OutputId", "VARIABLES": "VariableId"}


class _Row(NamedTuple):
    serial: object
    panel_id: object
    point_id: object
    point_type: object
    digital_analog: object
    range: object
    point_index: object


class SourcePoints:
    """The points of a file, by whatever its rows name them; of unusable ones the sentence that says so."""

    def __init__(self, connection: sqlite3.Connection, known: Known) -> None:
        self._known = known
        self._labels = _labels(connection)
        self._paces: dict[PointKey, Pace] = {}
        self._indexes: dict[tuple[PointKey, int], set[object]] = {}  # by the panel's number as well
        self._by_row: dict[_Row, SourcePoint | str] = {}

    @property
    def keys(self) -> set[PointKey]:
        """All that samples were looked up for."""
        return set(self._paces)

    @property
    def twins(self) -> int:
        """How many of them are counted from 0 and from 1."""
        return sum(len(indexes) > 1 for indexes in self._indexes.values())

    def of(self, *row: object) -> SourcePoint | str:
        """The point of serial number, panel, id, type, digital_analog, range and index."""
        named = _Row(*row)
        found = self._by_row.get(named)
        if found is None:
            found = self._by_row[named] = self._found(named)
        return found

    def _found(self, row: _Row) -> SourcePoint | str:
        named = point_named(row.point_id, row.point_type)
        if named is None:
            return "it names no point"
        kind, number = named
        try:
            serial = serial_number(int(str(row.serial)))
            panel_id = int(str(row.panel_id))
        except (ValueError, WireError):
            return "it names no panel"
        if not serial:
            return "its panel told no serial number"
        key = PointKey(serial, kind, number)
        digital, range_ = str(row.digital_analog).strip() == "0", whole(row.range)
        entry = layout_point(key, self._labels.get(key, ""), range_, digital=digital, known=self._known)
        self._indexes.setdefault((key, panel_id), set()).add(row.point_index)
        by_service = whole(row.point_index, number) == number - 1
        pace = self._paces.setdefault(key, Pace())
        return SourcePoint(key, panel_id, entry, pace, self._known.kept_since(serial, kind), by_service=by_service)


def parents(connection: sqlite3.Connection, points: SourcePoints) -> dict[int, SourcePoint | str]:
    """The points of a file with a table of them, by their ids.

    A row without a range takes that of its twin: it was written before the browser knew.
    """
    rows = connection.execute(
        f"""SELECT id, SerialNumber, PanelId, PointId, PointType, {_optional(connection, "Digital_Analog")},
            {_optional(connection, "Range_Field")}, PointIndex FROM {POINTS} ORDER BY id"""  # noqa: S608 - of constants
    ).fetchall()
    ranges: dict[tuple[object, ...], tuple[object, object]] = {}
    for _, *who, digital_analog, range_, _ in rows:
        if whole(range_):
            ranges[tuple(who)] = digital_analog, range_
    found: dict[int, SourcePoint | str] = {}
    for row_id, *who, digital_analog, range_, index in rows:
        described = (digital_analog, range_) if whole(range_) else ranges.get(tuple(who), (digital_analog, range_))
        found[row_id] = points.of(*who, *described, index)
    return found


def _optional(connection: sqlite3.Connection, column: str) -> str:
    there = connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (POINTS, column)).fetchone()
    return column if there else "NULL"


def _labels(connection: sqlite3.Connection) -> dict[PointKey, str]:
    """What the points are called now, as far as the file tells it."""
    labels: dict[PointKey, str] = {}
    for table, column in _ID_COLUMNS.items():
        there = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        if not {"SerialNumber", column, "Label"} <= there:
            continue
        for serial, point_id, label in connection.execute(f"SELECT SerialNumber, {column}, Label FROM {table}"):  # noqa: S608 - of constants
            parsed = parse_point_id(str(point_id).strip().upper())
            if parsed and isinstance(serial, int) and label:
                labels[PointKey(serial % 2**32, *parsed)] = clean(str(label), LABEL_SIZE)
    return labels
