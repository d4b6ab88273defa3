"""What a run's process took, runs that were not taken, what sources said of their number, how outlets do."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATUSES = ("running", "ok", "partial", "blocked", "failed", "held")


def _choice(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply; SQLite copies the runs into a new table."""
    with op.batch_alter_table("run") as batch:
        batch.alter_column(
            "status",
            existing_type=_choice("run_status", *_STATUSES),
            type_=_choice("run_status", *_STATUSES, "skipped"),
        )
        batch.add_column(sa.Column("exit_status", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("memory_mb", sa.Integer(), nullable=True))
    op.create_table(
        "source_total",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_source_total_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_total")),
    )
    op.create_index("ix_source_total_outlet", "source_total", ["outlet_id", "since"])
    op.create_table(
        "health_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("state", _choice("health", "ok", "degraded", "silent", "blocked", "dead"), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_health_change_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_change")),
    )
    op.create_index("ix_health_change_outlet", "health_change", ["outlet_id"])
