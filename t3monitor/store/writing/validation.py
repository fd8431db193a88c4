"""Whether the database holds what was stored: step 11 counts it back."""

import json
import sqlite3
from typing import cast

from sqlalchemy import bindparam, func, select

from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.reading import reading
from t3monitor.store.schema import devices, point_tables, trendlog_frames
from t3monitor.store.statements import sql_text

_KNOWN = sql_text(select(devices.c.serial_number))
_COUNT_POINTS = {
    point_type: sql_text(select(table.c.serial_number, func.count()).group_by(table.c.serial_number))
    for point_type, table in point_tables.items()
}
_frame = trendlog_frames.c
_vector = func.json_each(bindparam("vectors")).table_valued("value", name="vector")
_nulls = (func.length(_frame.vals) - func.length(func.replace(_frame.vals, "null", ""))) // 4
_COUNT_SAMPLES = (
    select(func.count(), func.coalesce(func.sum(func.json_array_length(_frame.vals) - _nulls), 0))
    .select_from(_vector)
    .join(
        trendlog_frames,
        (_frame.serial_number == func.json_extract(_vector.c.value, "$[0]"))
        & (_frame.point_type == func.json_extract(_vector.c.value, "$[1]"))
        & (_frame.logging_time == func.json_extract(_vector.c.value, "$[2]"))
        & (_frame.run_id == bindparam("run_id")),
    )
)


def count_back(url: str, snapshot: Snapshot, run_id: int) -> dict[int, dict[PointType, int]]:
    """How many points of each type the database holds of each panel of the snapshot, by serial number.

    It counts as another program sees them: over a connection of its own.

    Raises DatabaseError if a panel, a point or a sample of the cycle is not there.
    """
    vectors = [
        (panel.serial_number, point_type.value, time_s)
        for panel in snapshot.panels
        for point_type, points, time_s in panel.vectors()
        if points
    ]
    with reading(url) as connection:
        cursor = cast(sqlite3.Cursor, connection.connection.cursor())
        known = {serial for (serial,) in cursor.execute(_KNOWN)}
        counted: dict[PointType, dict[int, int]] = {
            point_type: dict(cursor.execute(query)) for point_type, query in _COUNT_POINTS.items()
        }
        frames, samples = connection.execute(_COUNT_SAMPLES, {"vectors": json.dumps(vectors), "run_id": run_id}).one()
    result = {}
    for panel in snapshot.panels:
        serial = panel.serial_number
        if serial not in known:
            raise DatabaseError(f"Validation failed: device {serial} is not in the database after the commit")
        result[serial] = {point_type: points.get(serial, 0) for point_type, points in counted.items()}
        for point_type, points, _ in panel.vectors():
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
