"""Baselines, and the instance of the BACnet device that a panel is."""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    'ALTER TABLE "DEVICES" ADD COLUMN object_instance INTEGER',
    """CREATE TABLE "BASELINES" (
        id INTEGER NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        taken_at REAL NOT NULL,
        author TEXT NOT NULL
    )""",
    'CREATE UNIQUE INDEX "BASELINES_NAME" ON "BASELINES" (name)',
    """CREATE TABLE "BASELINE_PANELS" (
        baseline_id INTEGER NOT NULL,
        serial_number INTEGER NOT NULL,
        site TEXT NOT NULL,
        panel_id INTEGER NOT NULL,
        panel_name TEXT NOT NULL,
        online INTEGER NOT NULL,
        input_logging_time INTEGER,
        output_logging_time INTEGER,
        variable_logging_time INTEGER,
        PRIMARY KEY (baseline_id, serial_number)
    )""",
    """CREATE TABLE "BASELINE_POINTS" (
        baseline_id INTEGER NOT NULL,
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        point_index INTEGER NOT NULL,
        point_id TEXT NOT NULL,
        full_label TEXT NOT NULL,
        label TEXT NOT NULL,
        value REAL NOT NULL,
        units TEXT NOT NULL,
        range INTEGER NOT NULL,
        auto_manual INTEGER NOT NULL,
        digital_analog INTEGER NOT NULL,
        status INTEGER,
        calibration REAL,
        filter INTEGER,
        jumper INTEGER,
        hw_switch_status INTEGER,
        words TEXT NOT NULL,
        PRIMARY KEY (baseline_id, serial_number, point_type, point_index)
    )""",
)


def upgrade() -> None:
    """Adds the tables and the column."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
