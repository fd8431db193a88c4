"""Notes of users about a time."""

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENTS = (
    """CREATE TABLE "NOTES" (
        id INTEGER NOT NULL PRIMARY KEY,
        since REAL NOT NULL,
        until REAL,
        serial_number INTEGER,
        point_type TEXT,
        point_index INTEGER,
        text TEXT NOT NULL,
        author TEXT NOT NULL,
        created_at REAL NOT NULL,
        changed_at REAL NOT NULL
    )""",
    'CREATE INDEX "NOTES_SINCE" ON "NOTES" (since)',
)


def upgrade() -> None:
    """Adds the table."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
