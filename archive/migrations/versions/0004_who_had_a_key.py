"""Who had a key once is found by an index, as who has it now is: an import of old captures asks for it often."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_article_key_closed",
        "article_key",
        ["outlet_id", "scheme", "value"],
        sqlite_where=sa.text("until IS NOT NULL"),
        postgresql_where=sa.text("until IS NOT NULL"),
    )
