"""What was never read has no time; readings keep T3000's own time; the site's own words for its ranges."""

from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = (
    "serial_number, panel_id, panel_name, building_name, address, status, ip_address, port, modbus_address, "
    "bacnet_mstp_mac_id, input_logging_time, output_logging_time, variable_logging_time, first_seen, last_seen, site"
)
_STATEMENTS = (
    # SQLite cannot make a column nullable; nothing refers to the table, so that it can be made anew.
    """CREATE TABLE "DEVICES_0003" (
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
        input_logging_time INTEGER,
        output_logging_time INTEGER,
        variable_logging_time INTEGER,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER,
        site TEXT NOT NULL DEFAULT ''
    )""",
    f'INSERT INTO "DEVICES_0003" ({_COLUMNS}) SELECT {_COLUMNS} FROM "DEVICES"',  # noqa: S608 - our own names
    'DROP TABLE "DEVICES"',
    'ALTER TABLE "DEVICES_0003" RENAME TO "DEVICES"',
    """CREATE TABLE "READING_TIMES" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        t3000_time INTEGER NOT NULL,
        logging_time INTEGER NOT NULL,
        PRIMARY KEY (serial_number, point_type)
    ) WITHOUT ROWID""",
    """CREATE TABLE "RANGE_WORDS" (
        id INTEGER NOT NULL PRIMARY KEY,
        serial_number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        range INTEGER NOT NULL,
        words TEXT NOT NULL,
        since INTEGER NOT NULL
    )""",
    'CREATE INDEX "RANGE_WORDS_RANGE" ON "RANGE_WORDS" (serial_number, kind, range)',
)


def upgrade() -> None:
    """Makes DEVICES anew and adds the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
