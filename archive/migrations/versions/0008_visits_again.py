"""Held articles are visited again: the purpose, the reasons why one was not there, and what a day's visits have cost."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PURPOSES = ("article", "evidence")
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
)
_MORE_REASONS = ("gone", "withdrawn", "home", "unproven")


def _choice(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply: SQLite copies the tables into new ones, PostgreSQL alters them in place."""
    for table in ("due", "visit"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "purpose",
                existing_type=_choice("purpose", *_PURPOSES),
                type_=_choice("purpose", *_PURPOSES, "recheck"),
            )
    for table in ("visit", "disposition"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "reason",
                existing_type=_choice("reason", *_REASONS),
                type_=_choice("reason", *_REASONS, *_MORE_REASONS),
            )
    op.create_table(
        "spending",
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.id"], name=op.f("fk_spending_outlet_id_outlet")),
        sa.PrimaryKeyConstraint("outlet_id", "day", name=op.f("pk_spending")),
    )
    # What is due is joined to the article that stands there: a scan of all articles for each without it.
    op.create_index("ix_article_address", "article", ["address_id"])
