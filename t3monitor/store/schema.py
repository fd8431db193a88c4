"""The tables, as the newest migration leaves them; names and columns are a contract with users."""

from sqlalchemy import (
    REAL,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal_column,
    text,
)

from t3monitor.model.point_types import PointType

SCHEMA_REVISION = "0008"  # the newest of migrations/versions

# data_source and created_by of docs/t3000.md 13.3.
DATA_SOURCE_FFI_SYNC = 1
DATA_SOURCE_MANUAL = 2
DATA_SOURCE_REALTIME = 3
DATA_SOURCE_T3000_DATABASE = 4  # imported, as the next two
DATA_SOURCE_CAPTURE = 5
DATA_SOURCE_OTHER_MONITOR = 6
DATA_SOURCE_T3000_HISTORY = 7  # of a hole of ours, filled from what T3000's web service had logged
CREATED_BY_FFI_SYNC_SERVICE = "ffi_sync_service"
CREATED_BY_MANUAL_ENTRY = "manual_entry"
CREATED_BY_REALTIME_SYNC = "realtime_sync"
# The run_id of frames that another T3 Monitor recorded: they count as recorded, and less than ours of the same time.
MERGED_RUN = -(2**30)
IMPORTED_RUN = -(2**31)  # the run_id of imported frames, or less: below all cycles, the made-up ones of the demo too
CREATED_BY_T3000_DATABASE = "t3000_database"
CREATED_BY_OTHER_MONITOR = "other_monitor"
CREATED_BY_T3000_HISTORY = "t3000_history"
CREATED_BY_CAPTURE = "t3000_capture"
CREATED_BY_CAPTURE_UNTIMED = "t3000_capture_untimed"  # T3000 told no time: that at which it was captured
CREATED_BY_REPEATED_HOUR = "t3000_database_repeated_hour"  # its local time came twice, and this is the first of both

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
    Column("object_instance", Integer),  # of the BACnet device that it is; null: never told
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

# Of cycles; by an index of its own, for of a year's million they are few, and asked for by themselves.
STORED_NOTHING = sync_runs.c.outcome.not_in([literal_column("'ok'"), literal_column("'partial'")])
Index("SYNC_RUNS_STORED_NOTHING", sync_runs.c.id, sqlite_where=STORED_NOTHING)

trendlog_layouts = Table(
    "TRENDLOG_LAYOUTS",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("panel_id", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    # Where the samples come from; an import has layouts of its own.
    Column("data_source", Integer, nullable=False, server_default=text(f"{DATA_SOURCE_FFI_SYNC}")),
    Column("created_by", Text, nullable=False, server_default=CREATED_BY_FFI_SYNC_SERVICE),
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
    Column("vals", Text, nullable=False),  # JSON array by layout position; null = missing; empty when packed
    Column("expected_spacing", Integer),  # seconds to the next reading, as of this one; null: of an older program
    # Seconds, in force then; null: of a packed frame the expected spacing, of a hot one of an older program what its
    # SYNC_RUNS row has.
    Column("sync_interval", Integer),
    Column("seq", Integer),  # null: hot; else the values are in segments, and this counts the packed ones
    PrimaryKeyConstraint("serial_number", "point_type", "logging_time", "run_id"),
    sqlite_with_rowid=False,
)
Index(
    "TRENDLOG_FRAMES_HOT",
    trendlog_frames.c.serial_number,
    trendlog_frames.c.point_type,
    trendlog_frames.c.logging_time,
    trendlog_frames.c.run_id,
    trendlog_frames.c.seq,  # without which frames are looked up to be counted
    sqlite_where=trendlog_frames.c.seq.is_(None),
)

# Packed frames: runs of them with one layout and one sync interval. The n-th has the time base + step * code, where
# code is that of times, or n if width is 0; in the same way its spacing. See `t3monitor.store.upkeep.packed`.
trendlog_blocks = Table(
    "TRENDLOG_BLOCKS",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("layout_id", Integer, nullable=False),
    Column("sync_interval", Integer, nullable=False),
    Column("first_time", Integer, nullable=False),
    Column("last_time", Integer, nullable=False),
    Column("last_run", Integer, nullable=False),  # of two readings of one time that of the later cycle counts
    Column("base", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("width", Integer, nullable=False),  # bits
    Column("times", LargeBinary),
    Column("spacing_base", Integer, nullable=False),  # expected spacings: all of them this, if spacing_width is 0
    Column("spacing_step", Integer, nullable=False),
    Column("spacing_width", Integer, nullable=False),
    Column("spacings", LargeBinary),
    PrimaryKeyConstraint("serial_number", "point_type", "first_seq"),
    Index("TRENDLOG_BLOCKS_LAST_TIME", "serial_number", "point_type", "last_time", "first_time"),
    sqlite_with_rowid=False,
)

# What a point had in a block: value = (base + step * code) / scale. A segment of width 0 holds until the next one.
trendlog_segments = Table(
    "TRENDLOG_SEGMENTS",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("position", Integer, nullable=False),  # in the layout of its block
    Column("first_seq", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("scale", Integer, nullable=False),
    Column("width", Integer),  # bits; null: codes is a JSON array of values that are no whole numbers at any scale
    Column("nullable", Integer, nullable=False),  # 1: code 0 is a missing value
    Column("top", Integer, nullable=False),  # the largest code
    Column("total", Integer, nullable=False),  # of the codes
    Column("known", Integer, nullable=False),  # how many values are not missing
    Column("codes", LargeBinary),
    PrimaryKeyConstraint("serial_number", "point_type", "position", "first_seq"),
    sqlite_with_rowid=False,
)

trendlog_bytes = Table(
    "TRENDLOG_BYTES",
    metadata,
    Column("b", LargeBinary, nullable=False),  # x'000102...ff': instr(b, byte) - 1 is a byte's value in plain SQL
)

# Why there is no reading; a row as long as one cause lasts, and only where there is a hole.
coverage = Table(
    "COVERAGE",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("serial_number", Integer),  # null: all panels of the site
    Column("point_type", Text),  # null: all types
    Column("since", REAL, nullable=False),
    Column("until", REAL, nullable=False),
    Column("class", Text, nullable=False),  # see `t3monitor.model.causes`
    Column("cause", Text, nullable=False),
    Column("reason", Text),
    Column("cycles", Integer, nullable=False),
    Column("longest_ms", REAL, nullable=False),  # of the cycles
    Index("COVERAGE_UNTIL", "until"),
)

sync_events = Table(
    "SYNC_EVENTS",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", REAL, nullable=False),
    Column("site", Text, nullable=False),
    Column("kind", Text, nullable=False),  # see `t3monitor.model.causes`
    Column("detail", Text, nullable=False),
    Index("SYNC_EVENTS_AT", "at"),
)

point_changes = Table(
    "POINT_CHANGES",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("point_index", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("what", Text, nullable=False),  # see `t3monitor.model.causes`
    Column("old", Text),  # null: not known
    Column("new", Text),
    PrimaryKeyConstraint("serial_number", "point_type", "point_index", "at", "what"),
    sqlite_with_rowid=False,
)

notes = Table(
    "NOTES",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("since", REAL, nullable=False),
    Column("until", REAL),  # null: about a moment
    Column("serial_number", Integer),  # null, as the next two: about the whole site
    Column("point_type", Text),
    Column("point_index", Integer),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", REAL, nullable=False),
    Column("changed_at", REAL, nullable=False),
    Index("NOTES_SINCE", "since"),
)

# A panel is in the place of another one; each has one successor at most, and is the successor of one at most.
panel_successors = Table(
    "PANEL_SUCCESSORS",
    metadata,
    Column("serial_number", Integer, nullable=False, unique=True),  # of the one that was replaced
    Column("successor", Integer, primary_key=True),
    Column("since", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("author", Text, nullable=False),
)

# What stays of the samples of a day, midnight to midnight of the computer's zone, that are no longer kept; of the day
# at which keeping begins a part may be here and a part among the samples.
trendlog_days = Table(
    "TRENDLOG_DAYS",
    metadata,
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("point_index", Integer, nullable=False),
    Column("day_start", Integer, nullable=False),
    Column("day_end", Integer, nullable=False),
    Column("units", Text, nullable=False),
    Column("range", Integer, nullable=False),
    Column("digital_analog", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("minimum", REAL, nullable=False),
    Column("maximum", REAL, nullable=False),
    Column("mean", REAL),  # weighted by time; of two states the share of the second one; null: of more states
    Column("known_s", REAL, nullable=False),
    Column("runtime_s", REAL),  # of states: how long not the first one
    Column("increase", REAL),  # of counters
    Column("counted_at", Integer),  # of counters: the time of the newest reading that is counted
    Column("counted_to", REAL),  # and the value up to which it is
    PrimaryKeyConstraint("serial_number", "point_type", "point_index", "day_start", "units", "range"),
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
