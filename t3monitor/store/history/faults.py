"""When the sensor of a point was open or shorted, by what was recorded of its status."""

from itertools import pairwise
from math import inf
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.causes import Cause, PointChange
from t3monitor.model.points import PointKey

_CAUSES = {"1": Cause.SENSOR_OPEN, "2": Cause.SENSOR_SHORTED}  # by status
_CHANGES = """
    SELECT at, old, new FROM POINT_CHANGES
    WHERE serial_number = ? AND point_type = ? AND point_index = ? AND what = ? ORDER BY at"""
_LAST_BEFORE = """
    SELECT max(logging_time) FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ? AND logging_time < ?"""


class Fault(NamedTuple):
    """A time in which readings say nothing, UTC epoch seconds; its end is infinite while nothing told it."""

    start_s: float
    end_s: float
    cause: Cause


def faults_of(cursor: Cursor, key: PointKey) -> list[Fault]:
    """The faults of a sensor, oldest first, each from the reading that told it to that which told its end.

    Of one whose begin nobody recorded, as in files from before changes were, the last reading before its end is the
    only one that is known to be of it: what was long before may be good.
    """
    changes = cursor.execute(_CHANGES, (*key, PointChange.STATUS.value)).fetchall()
    found: list[Fault] = []
    before = None
    for (at_s, old, new), (until_s, *_) in pairwise([*changes, (inf, None, None)]):
        if old in _CAUSES and before not in _CAUSES:
            (last_s,) = cursor.execute(_LAST_BEFORE, (*key[:2], at_s)).fetchone()
            if last_s is not None:
                found.append(Fault(last_s, at_s, _CAUSES[old]))
        if new in _CAUSES:
            found.append(Fault(at_s, until_s, _CAUSES[new]))
        before = new
    return found
