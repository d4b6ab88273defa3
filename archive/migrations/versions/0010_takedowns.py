"""What a person ordered to be taken down, what is left of it, and records that lie in no file any more."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASONS = (
    "password",
    "listing",
    "not_found",
    "soft_404",
    "not_html",
    "challenge",
    "unreadable",
    "offsite",
    "robots",
    "http",
    "network",
    "gone",
    "withdrawn",
    "home",
    "unproven",
)


def _choice(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply: SQLite copies the altered tables into new ones, PostgreSQL alters them in place."""
    op.create_table(
        "takedown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("level", _choice("level", "lifted", "hidden", "text", "bytes"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("traces", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_takedown_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
    )
    op.create_index("ix_takedown_uid", "takedown", ["uid"])
    op.create_table(
        "takedown_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_takedown_key_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown_key")),
    )
    op.create_index("ix_takedown_key_value", "takedown_key", ["outlet_id", "scheme", "value"])
    op.create_table(
        "kept_reading",
        sa.Column("visit_id", _KEY, nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_kept_reading_visit_id_visit")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_kept_reading")),
    )
    for table, column in (("visit", "reason"), ("disposition", "reason"), ("article", "missed_because")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column,
                existing_type=_choice("reason", *_REASONS),
                type_=_choice("reason", *_REASONS, "taken_down"),
            )
    with op.batch_alter_table("capture") as batch:
        batch.alter_column("offset", existing_type=sa.BigInteger(), nullable=True)
        batch.add_column(sa.Column("takedown_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_capture_takedown_id_takedown"), "takedown", ["takedown_id"], ["id"])
    taken = sa.text("takedown_id IS NOT NULL")
    op.create_index("ix_capture_takedown", "capture", ["takedown_id"], sqlite_where=taken, postgresql_where=taken)
