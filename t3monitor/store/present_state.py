"""The present state as the tables hold it, for a window that opens before the first cycle."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select

from t3monitor.model.identity import Identity, StoredIdentity
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store.migrate import schema_revision
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import devices, point_tables
from t3monitor.store.words import words_in_force


def read_present_state(url: str, utc_s: Callable[[], float] = time.time) -> Snapshot | None:
    """Every panel and point as last stored, received when the newest panel was; None if there are none.

    Panels that never answered are among the silent ones; a file of an older schema has no sites or words yet.
    Raises DatabaseError.
    """
    if schema_revision(url) is None:
        return None
    with reading(url) as connection:
        stored_panels = stored_rows(connection, devices)
        if stored_panels is None:
            return None
        panels = connection.execute(stored_panels.order_by(devices.c.panel_id)).all()
        words = words_in_force(connection)
        points: dict[tuple[int, PointType], list[Point]] = defaultdict(list)
        for point_type, table in point_tables.items():
            names = [name for name in Point._fields if name in table.c]
            query = select(table.c.serial_number, *(table.c[name] for name in names))
            for serial, *values in connection.execute(query.order_by(*table.primary_key.columns)):
                point = Point(point_type=point_type, **dict(zip(names, values, strict=True)))
                points[serial, point_type].append(_in_words(point, words.get(serial, NO_WORDS)))
    if not panels:
        return None
    received_at = max(row.last_seen or row.first_seen for row in panels)
    return Snapshot(
        min(received_at, int(utc_s())),  # our clock may have been wrong then
        tuple(_panel(row, points) for row in panels if row.last_seen is not None),
        silent=tuple(_panel(row, points) for row in panels if row.last_seen is None),
    )


def _in_words(point: Point, words: RangeWords) -> Point:
    its_words = words.of_states(digital=point.is_digital, range_=point.range)
    unit = words.unit(point.point_type, digital=point.is_digital, range_=point.range)
    return point._replace(words=its_words, units=unit or point.units) if its_words or unit else point


def stored_identities(url: str) -> list[StoredIdentity]:
    """What the panels were called when they were stored last; raises DatabaseError."""
    columns = devices.c
    query = select(
        columns.serial_number, columns.panel_id, columns.panel_name, columns.address, columns.last_seen, columns.site
    )
    with reading(url) as connection:
        rows = connection.execute(query).all()
    return [
        StoredIdentity(serial, Identity(panel_id, name, address or ""), seen_at, site)
        for serial, panel_id, name, address, seen_at, site in rows
    ]


def _panel(row: Row[Any], points: dict[tuple[int, PointType], list[Point]]) -> Panel:
    serial = row.serial_number
    return Panel(
        serial_number=serial,
        panel_id=row.panel_id,
        panel_name=row.panel_name,
        inputs=tuple(points[serial, PointType.INPUT]),
        outputs=tuple(points[serial, PointType.OUTPUT]),
        variables=tuple(points[serial, PointType.VARIABLE]),
        input_logging_time=row.input_logging_time,
        output_logging_time=row.output_logging_time,
        variable_logging_time=row.variable_logging_time,
        address=row.address or "",
        building_name=row.building_name or "",
        settings=PanelSettings(
            row.ip_address, row.port, row.modbus_address, row.bacnet_mstp_mac_id, row.object_instance
        ),
        site=row.site,
    )
