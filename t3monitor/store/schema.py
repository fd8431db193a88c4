"""The tables, as the newest migration leaves them; names and columns are a contract with users."""

from sqlalchemy import REAL, Column, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text

from t3monitor.model.point_types import PointType

SCHEMA_REVISION = "0004"  # the newest of migrations/versions

# data_source and created_by of docs/t3000.md 13.3.
DATA_SOURCE_FFI_SYNC = 1
DATA_SOURCE_MANUAL = 2
DATA_SOURCE_REALTIME = 3
CREATED_BY_FFI_SYNC_SERVICE = "ffi_sync_service"
CREATED_BY_MANUAL_ENTRY = "manual_entry"
CREATED_BY_REALTIME_SYNC = "realtime_sync"

metadata = MetaData()

devices = Table(
    "DEVICES",
    metadata,
    Column("serial_number", Integer, primary_key=True, autoincrement=False),
    Column("panel_id", Integer, nullable=False),
    Column("panel_name", Text, nullable=False),
    Column("building_name", Text),
    Column("address", Text),
    Column("status", Text, nullable=False),  # Online or Stale, as of last_seen; Offline: nothing of it is read
    Column("ip_address", Text),
    Column("port", Integer),
    Column("modbus_address", Integer),
    Column("bacnet_mstp_mac_id", Integer),
    Column("input_logging_time", Integer),  # of these and last_seen, null: never
    Column("output_logging_time", Integer),
    Column("variable_logging_time", Integer),
    Column("first_seen", Integer, nullable=False),
    Column("last_seen", Integer),
    Column("site", Text, nullable=False, server_default=""),  # the T3000 computer that tells of it
)


def _point_table(name: str, *own_columns: Column[int] | Column[float]) -> Table:
    return Table(
        name,
        metadata,
        Column("serial_number", Integer, nullable=False),
        Column("point_index", Integer, nullable=False),
        Column("point_id", Text, nullable=False),
        Column("panel", Integer, nullable=False),
        Column("full_label", Text, nullable=False),
        Column("label", Text, nullable=False),
        Column("value", REAL, nullable=False),
        Column("units", Text, nullable=False),
        Column("range", Integer, nullable=False),
        Column("auto_manual", Integer, nullable=False),
        Column("control", Integer, nullable=False),
        Column("digital_analog", Integer, nullable=False),
        Column("status", Integer),
        *own_columns,
        Column("logging_time", Integer, nullable=False),  # of the reading that last changed the row
        Column("updated_at", Integer, nullable=False),
        PrimaryKeyConstraint("serial_number", "point_index"),
    )


point_tables = {
    PointType.INPUT: _point_table(
        "INPUT_POINTS", Column("calibration", REAL), Column("filter", Integer), Column("jumper", Integer)
    ),
    PointType.OUTPUT: _point_table(
        "OUTPUT_POINTS",
        Column("low_voltage", REAL),
        Column("high_voltage", REAL),
        Column("hw_switch_status", Integer),
    ),
    PointType.VARIABLE: _point_table("VARIABLE_POINTS", Column("unused", Integer)),
}

sync_runs = Table(
    "SYNC_RUNS",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", REAL, nullable=False),
    Column("finished_at", REAL, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("devices", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("samples", Integer, nullable=False),
    Column("phases_ms", Text, nullable=False),  # JSON object; commit and validation come after the row is written
    Column("sync_interval", Integer, nullable=False),
    Column("data_source", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("site", Text, nullable=False, server_default=""),  # the T3000 computer that was asked
    Index("SYNC_RUNS_STARTED_AT", "started_at"),
)

trendlog_layouts = Table(
    "TRENDLOG_LAYOUTS",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("panel_id", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Index("TRENDLOG_LAYOUTS_FINGERPRINT", "serial_number", "point_type", "fingerprint", unique=True),
)

trendlog_layout_points = Table(
    "TRENDLOG_LAYOUT_POINTS",
    metadata,
    Column("layout_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("point_id", Text, nullable=False),
    Column("point_index", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("range", Integer, nullable=False),
    Column("units", Text, nullable=False),
    Column("digital_analog", Integer, nullable=False),
    PrimaryKeyConstraint("layout_id", "position"),
    sqlite_with_rowid=False,
)

trendlog_frames = Table(
    "TRENDLOG_FRAMES",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("logging_time", Integer, nullable=False),
    Column("run_id", Integer, nullable=False),
    Column("layout_id", Integer, nullable=False),
    Column("vals", Text, nullable=False),  # JSON array by layout position; null = missing
    Column("expected_spacing", Integer),  # seconds to the next reading, as of this one; null: of an older program
    PrimaryKeyConstraint("serial_number", "point_type", "logging_time", "run_id"),
    sqlite_with_rowid=False,
)

reading_times = Table(
    "READING_TIMES",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("t3000_time", Integer, nullable=False),  # of the newest stored reading, by T3000's own clock
    Column("logging_time", Integer, nullable=False),  # with which it is stored
    PrimaryKeyConstraint("serial_number", "point_type"),
    sqlite_with_rowid=False,
)

range_words = Table(
    "RANGE_WORDS",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("serial_number", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # digital, table or multistate
    Column("range", Integer, nullable=False),
    Column("words", Text, nullable=False),  # JSON: [[state, word], ...], of a table the unit
    Column("since", Integer, nullable=False),
    Index("RANGE_WORDS_RANGE", "serial_number", "kind", "range"),
)

trendlogs = Table(
    "TRENDLOGS",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("trendlog_id", Text, nullable=False),
    Column("panel_id", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("interval_seconds", Integer, nullable=False),
    Column("status", Text, nullable=False),  # ON or OFF
    Column("num_inputs", Integer, nullable=False),
    Column("an_inputs", Integer, nullable=False),
    Column("data_size_kb", REAL, nullable=False),
    Column("updated_at", Integer, nullable=False),
    PrimaryKeyConstraint("serial_number", "trendlog_id"),
)
