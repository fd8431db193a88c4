"""The statements of the writer, compiled once to SQL text and run with tuples in column order.

SQLAlchemy builds them from the schema; handing the driver ready tuples spares its work per row and column.
"""

from collections.abc import Collection

from sqlalchemy import ClauseElement, Table, bindparam, func, literal_column, or_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from t3monitor.model.point_types import PointType
from t3monitor.store import baseline_tables, schema

_DIALECT = sqlite.dialect(paramstyle="qmark")


def sql_text(statement: ClauseElement) -> str:
    """What the driver takes; the parameters stand in the order of their names in the statement."""
    return str(statement.compile(dialect=_DIALECT))


def _sql(statement: sqlite.Insert, table: Table) -> str:
    compiled = statement.compile(dialect=_DIALECT)
    names = [column.name for column in table.columns]
    if compiled.positiontup != names:
        raise AssertionError(f"{table.name}: parameters {compiled.positiontup} do not follow the columns {names}")
    return str(compiled)


def _insert(table: Table) -> str:
    return _sql(insert(table), table)


def _upsert(
    table: Table, *, kept: Collection[str] = (), known: Collection[str] = (), named: Collection[str] = ()
) -> str:
    """Insert or update by primary key; ``kept`` columns are never updated, ``known`` ones never to null.

    ``named`` ones are never updated to an empty text.
    """
    new = insert(table)
    values = {
        column.name: func.coalesce(new.excluded[column.name], column)
        if column.name in known
        else func.coalesce(func.nullif(new.excluded[column.name], literal_column("''")), column)
        if column.name in named
        else new.excluded[column.name]
        for column in table.columns
        if not column.primary_key and column.name not in kept
    }
    return _sql(new.on_conflict_do_update(index_elements=table.primary_key.columns, set_=values), table)


def _upsert_changed(table: Table) -> str:
    """Insert, or update where anything but the two times differs: an unchanged row is not written."""
    new = insert(table)
    values = {column.name: new.excluded[column.name] for column in table.columns if not column.primary_key}
    changed = or_(
        *(
            table.c[name].is_distinct_from(value)
            for name, value in values.items()
            if name not in ("logging_time", "updated_at")
        )
    )
    statement = new.on_conflict_do_update(index_elements=table.primary_key.columns, set_=values, where=changed)
    return _sql(statement, table)


def _update_value(table: Table) -> str:
    """Value, logging time and time of update of a row, then its key."""
    columns = "value", "logging_time", "updated_at"
    new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    key = (column == bindparam(f"its_{column.name}") for column in table.primary_key.columns)
    return sql_text(update(table).values(new).where(*key))


_KNOWN = (
    *("building_name", "address", "ip_address", "port", "modbus_address", "bacnet_mstp_mac_id", "object_instance"),
    *("input_logging_time", "output_logging_time", "variable_logging_time", "last_seen"),
)
UPSERT_DEVICE = _upsert(schema.devices, kept=("first_seen",), known=_KNOWN)
UPSERT_SILENT_DEVICE = _upsert(schema.devices, kept=("first_seen",), known=_KNOWN, named=("panel_name",))
UPSERT_POINT: dict[PointType, str] = {
    point_type: _upsert_changed(table) for point_type, table in schema.point_tables.items()
}
UPDATE_VALUE: dict[PointType, str] = {
    point_type: _update_value(table) for point_type, table in schema.point_tables.items()
}
UPSERT_TREND_LOG = _upsert(schema.trendlogs)
INSERT_FRAME = _insert(schema.trendlog_frames)
INSERT_BLOCK = _insert(schema.trendlog_blocks)
INSERT_SEGMENT = _insert(schema.trendlog_segments)
INSERT_LAYOUT = _insert(schema.trendlog_layouts)
INSERT_LAYOUT_POINT = _insert(schema.trendlog_layout_points)
UPSERT_READING_TIME = _upsert(schema.reading_times)
INSERT_WORDS = _insert(schema.range_words)
INSERT_RUN = _insert(schema.sync_runs)
INSERT_COVERAGE = _insert(schema.coverage)
INSERT_EVENT = _insert(schema.sync_events)
UPSERT_POINT_CHANGE = _upsert(schema.point_changes, kept=("old",))
UPSERT_NOTE = _upsert(schema.notes)
INSERT_DAY = _insert(schema.trendlog_days)
INSERT_BASELINE = _insert(baseline_tables.baselines)
INSERT_BASELINE_PANEL = _insert(baseline_tables.baseline_panels)
INSERT_BASELINE_POINT = _insert(baseline_tables.baseline_points)
