"""Which articles of several outlets share a source: marks to look them up by, pairs with their evidence, clusters.

What is held already is looked at by the next command that brings the archive up to date.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _tier() -> sa.Enum:
    return sa.Enum("copy", "rewrite", "series", name="tier", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply; only new tables."""
    op.create_table(
        "sketch",
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_sketch")),
        sa.UniqueConstraint("uid", name=op.f("uq_sketch_uid")),
    )
    op.create_table(
        "sketch_mark",
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", "mark", "day", "article_id", name=op.f("pk_sketch_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "likeness",
        sa.Column("one_id", _KEY, nullable=False),
        sa.Column("other_id", _KEY, nullable=False),
        sa.Column("tier", _tier(), nullable=False),
        sa.Column("c3", sa.Double(), nullable=False),
        sa.Column("c5", sa.Double(), nullable=False),
        sa.Column("unquoted", sa.Double(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("quote", sa.Double(), nullable=False),
        sa.Column("rule", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_likeness")),
    )
    op.create_index("ix_likeness_other", "likeness", ["other_id"])
    op.create_table(
        "cluster",
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("seed_id", _KEY, nullable=True),
        sa.Column("tier", _tier(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_cluster")),
    )
    op.create_index("ix_cluster_seed", "cluster", ["seed_id"])
    op.create_table(
        "follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_follower")),
    )
