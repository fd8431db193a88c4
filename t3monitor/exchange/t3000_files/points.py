"""The points that own the samples of a file: who they are, and how their raw numbers become values."""

import sqlite3
from collections import deque
from typing import NamedTuple

from t3monitor.exchange.t3000_files.known import Known
from t3monitor.exchange.t3000_files.shapes import POINTS
from t3monitor.model.holes import GAPS_TO_TELL, usual_spacing
from t3monitor.model.point_types import parse_point_id
from t3monitor.model.points import PointKey
from t3monitor.model.units import has_states, unit
from t3monitor.model.words import NO_WORDS
from t3monitor.store.layouts import LayoutPoint
from t3monitor.t3000.text import clean
from t3monitor.t3000.wire_json import WireError
from t3monitor.t3000.wire_points import LABEL_SIZE, serial_number

_SCALE = 1000  # of T3000's raw numbers
_LEAST, _MOST = -(2**31), 2**32  # of a raw number
_ID_COLUMNS = {"INPUTS": "InputId", "OUTPUTS": "OutputId", "VARIABLES": "VariableId"}


class UnreadableError(ValueError):
    """A row that says nothing; the text tells what it is."""


class Pace:
    """How often a point is read, whoever of T3000's parts reads it."""

    def __init__(self) -> None:
        self._last_s: int | None = None
        self._gaps: deque[int] = deque(maxlen=GAPS_TO_TELL)
        self._spacing_s: float | None = 0.0

    def take(self, time_s: int) -> None:
        """There is a reading of that time; of one that comes late nothing can be told."""
        if self._last_s is not None:
            if time_s <= self._last_s:
                return
            self._gaps.append(time_s - self._last_s)
            self._spacing_s = None
        self._last_s = time_s

    @property
    def spacing_s(self) -> int:
        """After how many seconds the next reading was to be expected; 0: that is not known yet."""
        if self._spacing_s is None:
            self._spacing_s = usual_spacing(self._gaps)
        return int(self._spacing_s)


class SourcePoint:
    """A point as some rows of the file describe it."""

    __slots__ = ("by_service", "entry", "has_states", "kept_since_s", "key", "pace", "panel_id", "vector")

    def __init__(
        self, key: PointKey, panel_id: int, entry: LayoutPoint, pace: Pace, kept_since_s: float, *, by_service: bool
    ) -> None:
        """``by_service``: T3000's sync service wrote it, not a browser; that counts points from 0."""
        self.key = key
        self.panel_id = panel_id
        self.vector = key.serial_number, key.point_type, panel_id
        self.entry = entry
        self.pace = pace
        self.kept_since_s = kept_since_s
        self.by_service = by_service
        self.has_states = has_states(digital=entry.digital_analog == 0, range_=entry.range)

    def value(self, raw: object) -> float:
        """What a raw number means: a state, or thousandths of a unit. Raises UnreadableError."""
        try:
            number = int(str(raw))
        except ValueError:
            try:
                number = int(as_float := float(str(raw)))
            except (ValueError, OverflowError):
                raise UnreadableError("its value is no number") from None
            if number != as_float:
                raise UnreadableError("its value is not whole, so its scale is not known") from None
        if not _LEAST <= number <= _MOST:
            raise UnreadableError("its value is no number of T3000's")
        return float(number != 0) if self.has_states else number / _SCALE


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
        parsed = parse_point_id(str(row.point_id).strip().upper())
        if parsed is None or parsed[0].value != str(row.point_type).strip().upper():
            return "it names no point"
        kind, number = parsed
        try:
            serial = serial_number(int(str(row.serial)))
            panel_id = int(str(row.panel_id))
        except (ValueError, WireError):
            return "it names no panel"
        if not serial:
            return "its panel told no serial number"
        key = PointKey(serial, kind, number)
        digital, range_ = str(row.digital_analog).strip() == "0", _whole(row.range)
        entry = LayoutPoint(
            f"{kind.prefix}{number}",
            number,
            self._labels.get(key, ""),
            range_,
            self._known.words.get(serial, NO_WORDS).unit(kind, digital=digital, range_=range_)
            or unit(kind, digital=digital, range_=range_),
            0 if digital else 1,
        )
        self._indexes.setdefault((key, panel_id), set()).add(row.point_index)
        by_service = _whole(row.point_index, number) == number - 1
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
        if _whole(range_):
            ranges[tuple(who)] = digital_analog, range_
    found: dict[int, SourcePoint | str] = {}
    for row_id, *who, digital_analog, range_, index in rows:
        described = (digital_analog, range_) if _whole(range_) else ranges.get(tuple(who), (digital_analog, range_))
        found[row_id] = points.of(*who, *described, index)
    return found


def _optional(connection: sqlite3.Connection, column: str) -> str:
    there = connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (POINTS, column)).fetchone()
    return column if there else "NULL"


def _whole(value: object, otherwise: int = 0) -> int:
    try:
        return int(str(value))
    except ValueError:
        return otherwise


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
