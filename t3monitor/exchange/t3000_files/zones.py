"""Whether readings were imported before with their local times read in another zone; of any thread.

Where anything was imported by another zone, what is there tells: the first times at which a measured point has a value
that it did not have before are looked for among what was imported, all of them so many hours earlier or later.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import tzinfo
from sqlite3 import Cursor
from typing import cast

from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.model.causes import EventKind
from t3monitor.model.times import duration_text
from t3monitor.store.migrate import schema_revision
from t3monitor.store.reading import reading
from t3monitor.store.schema import DATA_SOURCE_T3000_DATABASE
from t3monitor.store.writing.imported import ImportedFrame

_STEP_S, _MOST_S = 900, 86_400  # by which offsets of zones differ
_LEAST, _ENOUGH = 3, 20  # values of a panel and type that are not there in their own time
_MOST_OF, _FEW_OF = 0.8, 0.5  # of them so many are there at one shift, and fewer at any other one
_TRIED = 5  # at each shift; the others only where one of these is there
_HAS_IMPORTS = (
    """SELECT 1 FROM TRENDLOG_LAYOUTS WHERE serial_number = ? AND point_type = ? AND data_source = ? LIMIT 1"""
)
_VALUE = """SELECT value FROM TRENDLOG_DATA
    WHERE serial_number = ? AND point_type = ? AND point_index = ? AND logging_time = ? AND data_source = ?"""
_IMPORTS = "SELECT detail FROM SYNC_EVENTS WHERE kind = ?"
_NAMED, _ROWS = ", local times of ", re.compile(r", [0-9,]+ rows?$")  # of imports before zones were noted
_SHIFTS = sorted((by_s for by_s in range(_STEP_S - _MOST_S, _MOST_S, _STEP_S) if by_s), key=abs)

_Vector = tuple[int, str]  # serial number and type
_Value = tuple[int, int, float]  # of which point, when, and which


class OtherZoneError(UnusableFileError):
    """A file of which all is there, hours earlier or later."""


def zone_noted(zone: tzinfo | None) -> str:
    """What an import notes of its zone (None: that of this computer), at the end of what tells of it."""
    return f"{_NAMED}{zone or 'this computer'}"


class ZoneCheck:
    """Looks at the readings of a file before they are stored."""

    def __init__(self, url: str, zone: tzinfo | None, file: str) -> None:
        """``url`` is of the database they go into, which need not be there yet; an empty one has none."""
        self._url = url
        self._file = file  # how it is called
        self._had: set[tuple[_Vector, int, float]] = set()  # with its point and value
        self._is_open: dict[_Vector, bool] = {}  # of those that were seen: whether they are looked at still
        self._missing: dict[_Vector, list[_Value]] = {}
        self.is_needed = bool(url) and schema_revision(url) is not None and _has_others(url, zone_noted(zone))

    def take(self, frames: Collection[ImportedFrame], _: str) -> None:
        """These follow; raises OtherZoneError and DatabaseError."""
        with reading(self._url) as connection:
            cursor = cast(Cursor, connection.connection.cursor())
            for frame in frames:
                vector = frame.serial_number, frame.point_type.value
                if vector not in self._is_open:
                    self._is_open[vector] = _has_imports(cursor, vector)
                if self._is_open[vector]:
                    self._note(cursor, vector, frame)
            for vector, missing in self._missing.items():
                if self._is_open[vector] and len(missing) >= _LEAST and (by_s := _shift(cursor, vector, missing)):
                    when = f"{duration_text(abs(by_s))} {'later' if by_s > 0 else 'earlier'}"
                    raise OtherZoneError(
                        f"{self._file}: the readings of panel {vector[0]} are there already, {when}, since their local "
                        "times were read in another zone; so as not to have each of them twice nothing is added: "
                        "import it in the zone of the first time (--zone, or the T3000 computer's in the settings), "
                        "or into a new database if that was the wrong one"
                    )
                self._is_open[vector] &= len(missing) < _ENOUGH

    def _note(self, cursor: Cursor, vector: _Vector, frame: ImportedFrame) -> None:
        missing = self._missing.setdefault(vector, [])
        for point in frame.points:
            number, value = point.point_index, frame.values.get(point.point_index)
            if value is None or point.digital_analog == 0 or (vector, number, value) in self._had:
                continue
            if len(missing) < _ENOUGH:
                self._had.add((vector, number, value))
                its = number, frame.logging_time, value
                if not _is_there(cursor, vector, its):
                    missing.append(its)


def _has_others(url: str, noted: str) -> bool:
    """Whether there are imports of T3000's databases by another zone, or by one that nobody noted."""
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        details = [detail for (detail,) in cursor.execute(_IMPORTS, (EventKind.IMPORT.value,))]
    return any(not detail.endswith(noted) for detail in details if _NAMED in detail or _ROWS.search(detail))


def _has_imports(cursor: Cursor, vector: _Vector) -> bool:
    return cursor.execute(_HAS_IMPORTS, (*vector, DATA_SOURCE_T3000_DATABASE)).fetchone() is not None


def _is_there(cursor: Cursor, vector: _Vector, its: _Value, by_s: int = 0) -> bool:
    number, time_s, value = its
    of = *vector, number, time_s + by_s, DATA_SOURCE_T3000_DATABASE
    return (value,) in cursor.execute(_VALUE, of).fetchall()


def _shift(cursor: Cursor, vector: _Vector, missing: Sequence[_Value]) -> int:
    """How much later most of them are there; 0 where they are not, or at several: such values come again."""
    found: Counter[int] = Counter()
    for place, its in enumerate(missing):
        shifts = _SHIFTS if place < _TRIED else list(found)
        found.update(by_s for by_s in shifts if _is_there(cursor, vector, its, by_s))
    (by_s, count), *others = found.most_common(2) or [(0, 0)]
    is_clear = not others or others[0][1] < _FEW_OF * count
    return by_s if is_clear and count >= max(_LEAST, _MOST_OF * len(missing)) else 0
