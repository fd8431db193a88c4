"""The present state as the tables hold it, for a window that opens before the first cycle."""

import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select

from t3monitor.model.identity import Identity, StoredIdentity
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, Vector
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store.migrate import schema_revision
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import devices, point_tables, trendlog_layout_points, trendlog_layouts
from t3monitor.store.words import words_in_force

_layouts, _entries = trendlog_layouts.c, trendlog_layout_points.c
_NEWEST_ENTRIES = (
    select(
        *(_layouts.serial_number, _layouts.panel_id, _layouts.point_type, _entries.point_index, _entries.point_id),
        *(_entries.label, _entries.units, _entries.range, _entries.digital_analog),
        func.max(_layouts.id),  # SQLite takes all of the row that has it
    )
    .join_from(trendlog_layouts, trendlog_layout_points, _layouts.id == _entries.layout_id)
    .group_by(_layouts.serial_number, _layouts.point_type, _entries.point_index)
)


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
        points: dict[Vector, list[Point]] = defaultdict(list)
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


def present_panels(url: str) -> dict[int, Panel]:
    """All panels of the present state by serial number, those that never answered as well; raises DatabaseError."""
    known = read_present_state(url)
    return {panel.serial_number: panel for panel in (*known.panels, *known.silent)} if known else {}


def every_panel(url: str) -> dict[int, Panel]:
    """All panels by serial number, also those and their points that only the history knows, as imports leave them.

    Such a point is what its newest layout says and has no value (NaN); such a panel was never read and has no name of
    its own. Raises DatabaseError.
    """
    if schema_revision(url) is None:
        return {}
    panels = present_panels(url)
    there = {(panel.serial_number, *point[:2]) for panel in panels.values() for point in panel.points()}
    past: dict[Vector, list[Point]] = defaultdict(list)
    with reading(url) as connection:
        words = words_in_force(connection)
        for serial, number, kind, index, *told, _ in connection.execute(_NEWEST_ENTRIES):
            if (serial, point_type := PointType(kind), index) not in there:
                point = _of_history(point_type, index, number, *told)
                past[serial, point_type].append(_in_words(point, words.get(serial, NO_WORDS)))
                panels.setdefault(serial, Panel(serial, number, f"Panel {number}", (), (), (), None, None, None))
    for serial in {serial for serial, _ in past}:
        panel = panels[serial]
        panels[serial] = replace(
            panel,
            inputs=(*panel.inputs, *past[serial, PointType.INPUT]),
            outputs=(*panel.outputs, *past[serial, PointType.OUTPUT]),
            variables=(*panel.variables, *past[serial, PointType.VARIABLE]),
        )
    return panels


def _of_history(
    kind: PointType, index: int, panel_id: int, point_id: str, label: str, units: str, range_: int, digital_analog: int
) -> Point:
    return Point(kind, index, point_id, panel_id, "", label, math.nan, units, range_, 0, 0, digital_analog)


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


def _panel(row: Row[Any], points: dict[Vector, list[Point]]) -> Panel:
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
