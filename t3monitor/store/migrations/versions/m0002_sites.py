"""Several T3000 computers: panels and cycles carry the name of their site, empty where there is but one."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the columns."""
    for table in ("DEVICES", "SYNC_RUNS"):
        op.execute(f"ALTER TABLE \"{table}\" ADD COLUMN site TEXT NOT NULL DEFAULT ''")
