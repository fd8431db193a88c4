"""The first schema: present state, history as vectors with its view, ledger, trend log configuration."""

from alembic import op

revision = "0001"
down_revision = None

_POINT_COLUMNS = """
        serial_number INTEGER NOT NULL,
        point_index INTEGER NOT NULL,
        point_id TEXT NOT NULL,
        panel INTEGER NOT NULL,
        full_label TEXT NOT NULL,
        label TEXT NOT NULL,
        value REAL NOT NULL,
        units TEXT NOT NULL,
        range INTEGER NOT NULL,
        auto_manual INTEGER NOT NULL,
        control INTEGER NOT NULL,
        digital_analog INTEGER NOT NULL,
        status INTEGER,
"""
_POINT_END = """
        logging_time INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (serial_number, point_index)
"""

_STATEMENTS = (
    """CREATE TABLE "DEVICES" (
        serial_number INTEGER NOT NULL PRIMARY KEY,
        panel_id INTEGER NOT NULL,
        panel_name TEXT NOT NULL,
        building_name TEXT,
        address TEXT,
        status TEXT NOT NULL,
        ip_address TEXT,
        port INTEGER,
        modbus_address INTEGER,
        bacnet_mstp_mac_id INTEGER,
        input_logging_time INTEGER NOT NULL,
        output_logging_time INTEGER NOT NULL,
        variable_logging_time INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL
    )""",
    f"""CREATE TABLE "INPUT_POINTS" ({_POINT_COLUMNS}
        calibration REAL,
        filter INTEGER,
        jumper INTEGER,
        {_POINT_END})""",
    f"""CREATE TABLE "OUTPUT_POINTS" ({_POINT_COLUMNS}
        low_voltage REAL,
        high_voltage REAL,
        hw_switch_status INTEGER,
        {_POINT_END})""",
    f"""CREATE TABLE "VARIABLE_POINTS" ({_POINT_COLUMNS}
        unused INTEGER,
        {_POINT_END})""",
    """CREATE TABLE "SYNC_RUNS" (
        id INTEGER NOT NULL PRIMARY KEY,
        started_at REAL NOT NULL,
        finished_at REAL NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT,
        attempts INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        devices INTEGER NOT NULL,
        skipped INTEGER NOT NULL,
        points INTEGER NOT NULL,
        samples INTEGER NOT NULL,
        phases_ms TEXT NOT NULL,
        sync_interval INTEGER NOT NULL,
        data_source INTEGER NOT NULL,
        created_by TEXT NOT NULL
    )""",
    'CREATE INDEX "SYNC_RUNS_STARTED_AT" ON "SYNC_RUNS" (started_at)',
    """CREATE TABLE "TRENDLOG_LAYOUTS" (
        id INTEGER NOT NULL PRIMARY KEY,
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        panel_id INTEGER NOT NULL,
        fingerprint TEXT NOT NULL
    )""",
    """CREATE UNIQUE INDEX "TRENDLOG_LAYOUTS_FINGERPRINT"
        ON "TRENDLOG_LAYOUTS" (serial_number, point_type, fingerprint)""",
    """CREATE TABLE "TRENDLOG_LAYOUT_POINTS" (
        layout_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        point_id TEXT NOT NULL,
        point_index INTEGER NOT NULL,
        label TEXT NOT NULL,
        range INTEGER NOT NULL,
        units TEXT NOT NULL,
        digital_analog INTEGER NOT NULL,
        PRIMARY KEY (layout_id, position)
    ) WITHOUT ROWID""",
    """CREATE TABLE "TRENDLOG_FRAMES" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        logging_time INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        layout_id INTEGER NOT NULL,
        vals TEXT NOT NULL,
        PRIMARY KEY (serial_number, point_type, logging_time, run_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE "TRENDLOGS" (
        serial_number INTEGER NOT NULL,
        trendlog_id TEXT NOT NULL,
        panel_id INTEGER NOT NULL,
        label TEXT NOT NULL,
        interval_seconds INTEGER NOT NULL,
        status TEXT NOT NULL,
        num_inputs INTEGER NOT NULL,
        an_inputs INTEGER NOT NULL,
        data_size_kb REAL NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (serial_number, trendlog_id)
    )""",
    # CROSS JOIN fixes the order of the loops: frames are walked in the order of their key, so that
    # "ORDER BY logging_time DESC LIMIT n" for a panel's inputs stops after n rows, however old the file is.
    """CREATE VIEW "TRENDLOG_DATA" AS
        SELECT frame.serial_number, layout.panel_id, point.point_id, frame.point_type, point.point_index,
               frame.logging_time, CAST(sample.value AS REAL) AS value, point.range, point.units,
               run.data_source, run.sync_interval, run.created_by
        FROM "TRENDLOG_FRAMES" AS frame
        CROSS JOIN "SYNC_RUNS" AS run ON run.id = frame.run_id
        CROSS JOIN "TRENDLOG_LAYOUTS" AS layout ON layout.id = frame.layout_id
        CROSS JOIN json_each(frame.vals) AS sample
        CROSS JOIN "TRENDLOG_LAYOUT_POINTS" AS point
            ON point.layout_id = frame.layout_id AND point.position = sample.key
        WHERE sample.value IS NOT NULL""",
)


def upgrade() -> None:
    """Creates everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
