"""Panels that took the place of others."""

from alembic import op

revision = "0007"
down_revision = "0006"

_TABLE = """CREATE TABLE "PANEL_SUCCESSORS" (
    serial_number INTEGER NOT NULL,
    successor INTEGER NOT NULL,
    since INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (successor),
    UNIQUE (serial_number)
)"""


def upgrade() -> None:
    """Adds the table."""
    op.get_bind().exec_driver_sql(_TABLE)
