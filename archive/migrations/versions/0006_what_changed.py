"""A version knows what it changed against the one before, how that was announced, and which looks showed too little.

Versions that an older Pilkada made stay without, until their article is edited again or made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; SQLite and PostgreSQL add the columns in place."""
    op.add_column("version", sa.Column("changed", sa.JSON(), nullable=True))
    op.add_column("version", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("version", sa.Column("shrunken", sa.JSON(), nullable=True))
