"""Whether the database holds what was stored: step 11 counts it back, and SQLite looks at the pages."""

import json
import sqlite3
from threading import Timer
from typing import cast

from sqlalchemy.exc import OperationalError

from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.failures import damaged
from t3monitor.store.files import database_file
from t3monitor.store.reading import reading
from t3monitor.store.schema import point_tables

_COUNT_POINTS = {
    point_type: f"SELECT serial_number, count(*) FROM {table.name} GROUP BY serial_number"  # noqa: S608 - our own names
    for point_type, table in point_tables.items()
}
_COUNT_SAMPLES = """
    SELECT count(*), coalesce(sum(
        json_array_length(frame.vals) - (length(frame.vals) - length(replace(frame.vals, 'null', ''))) / 4
    ), 0)
    FROM json_each(?) AS vector
    CROSS JOIN TRENDLOG_FRAMES AS frame
        ON frame.serial_number = json_extract(vector.value, '$[0]')
        AND frame.point_type = json_extract(vector.value, '$[1]')
        AND frame.logging_time = json_extract(vector.value, '$[2]')
        AND frame.run_id = ?
"""


def count_back(url: str, snapshot: Snapshot, run_id: int) -> dict[int, dict[PointType, int]]:
    """How many points of each type the database holds of each panel of the snapshot, by serial number.

    It counts as another program sees them: over a connection of its own.

    Raises DatabaseError if a panel, a point or a sample of the cycle is not there.
    """
    vectors = [
        (device.serial_number, point_type.value, time_s)
        for device in snapshot.devices
        for point_type, points, time_s in device.vectors()
        if points
    ]
    with reading(url) as connection:
        query = connection.exec_driver_sql
        known = {serial for (serial,) in query("SELECT serial_number FROM DEVICES")}
        counted: dict[PointType, dict[int, int]] = {
            point_type: dict(map(tuple, query(sql))) for point_type, sql in _COUNT_POINTS.items()
        }
        frames, samples = query(_COUNT_SAMPLES, (json.dumps(vectors), run_id)).one()
    result = {}
    for device in snapshot.devices:
        serial = device.serial_number
        if serial not in known:
            raise DatabaseError(f"Validation failed: device {serial} is not in the database after the commit")
        result[serial] = {point_type: counted[point_type].get(serial, 0) for point_type in PointType}
        for point_type, points, _ in device.vectors():
            if result[serial][point_type] < len(points):  # more is right: points of earlier answers stay
                raise DatabaseError(
                    f"Validation failed: of device {serial} the database holds {result[serial][point_type]} "
                    f"{point_type} points after the commit, {len(points)} were stored"
                )
    if frames != len(vectors) or samples != snapshot.point_count:
        raise DatabaseError(
            f"Validation failed: the history holds {samples} samples of this cycle after the commit, "
            f"{snapshot.point_count} were stored"
        )
    return result


def check_pages(url: str, within_s: float | None = None) -> None:
    """Has SQLite look whether the file is well formed, at every page or at as many as it can ``within_s``.

    Raises DatabaseUnusableError if it is not, DatabaseError if it cannot be read.
    """
    with reading(url) as connection:
        reader = cast(sqlite3.Connection, connection.connection.driver_connection)
        timer = Timer(within_s, reader.interrupt) if within_s else None
        if timer:
            timer.start()
        try:
            finding = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
                raise
            finding = "ok"
        finally:
            if timer:
                timer.cancel()
                timer.join()
    if finding != "ok":
        raise damaged(database_file(url), finding.splitlines()[-1])
