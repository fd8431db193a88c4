"""The tables of the baselines, beside those of `t3monitor.store.schema`: all points as they were at a time."""

from sqlalchemy import REAL, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from t3monitor.store.schema import metadata

baselines = Table(
    "BASELINES",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("taken_at", REAL, nullable=False),
    Column("author", Text, nullable=False),
    Index("BASELINES_NAME", "name", unique=True),
)

baseline_panels = Table(
    "BASELINE_PANELS",
    metadata,
    Column("baseline_id", Integer, nullable=False),
    Column("serial_number", Integer, nullable=False),
    Column("site", Text, nullable=False),
    Column("panel_id", Integer, nullable=False),
    Column("panel_name", Text, nullable=False),
    Column("online", Integer, nullable=False),  # 1: its values were of then
    Column("input_logging_time", Integer),  # of these three, null: never read
    Column("output_logging_time", Integer),
    Column("variable_logging_time", Integer),
    PrimaryKeyConstraint("baseline_id", "serial_number"),
)

# The points as their tables had them; one that was never read has no row.
baseline_points = Table(
    "BASELINE_POINTS",
    metadata,
    Column("baseline_id", Integer, nullable=False),
    Column("serial_number", Integer, nullable=False),
    Column("point_type", Text, nullable=False),
    Column("point_index", Integer, nullable=False),
    Column("point_id", Text, nullable=False),
    Column("full_label", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("value", REAL, nullable=False),
    Column("units", Text, nullable=False),
    Column("range", Integer, nullable=False),
    Column("auto_manual", Integer, nullable=False),
    Column("digital_analog", Integer, nullable=False),
    Column("status", Integer),
    Column("calibration", REAL),
    Column("filter", Integer),
    Column("jumper", Integer),
    Column("hw_switch_status", Integer),
    Column("words", Text, nullable=False),  # of the site for its states, JSON: [[state, word], ...]
    PrimaryKeyConstraint("baseline_id", "serial_number", "point_type", "point_index"),
)
