"""A reading knows whether it is about an election, what says so, and the election's phase on its day.

What older versions read stays without; `pilkada db rebuild` reads it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; SQLite and PostgreSQL add the columns in place."""
    op.add_column("reading", sa.Column("election", sa.JSON(), nullable=True))
    op.add_column("reading", sa.Column("about_election", sa.Boolean(), nullable=True))
    op.add_column("reading", sa.Column("phase", sa.Text(), nullable=True))
