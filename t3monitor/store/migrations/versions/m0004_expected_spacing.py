"""With each reading its spacing: after how many seconds the next was expected; null of what older programs stored."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the column, which rewrites no row."""
    op.execute('ALTER TABLE "TRENDLOG_FRAMES" ADD COLUMN expected_spacing INTEGER')
