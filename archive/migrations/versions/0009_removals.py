"""What looks at an article proved of its being public, and what its outlet put in its place."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
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
_HAPPENED = ("suspected", "removed", "restored")


def _choice(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply: SQLite copies articles into a new table, since one of the columns is checked."""
    op.add_column("visit", sa.Column("notice", sa.Text(), nullable=True))
    with op.batch_alter_table("article") as batch:
        batch.add_column(sa.Column("seen_again_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("first_missed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("missed_because", _choice("reason", *_REASONS), nullable=True))
        batch.add_column(sa.Column("notice", sa.Text(), nullable=True))
    op.create_table(
        "event",
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("visit_id", _KEY, nullable=False),
        sa.Column("kind", _choice("happened", *_HAPPENED), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_event_article_id_article")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_event_visit_id_visit")),
        sa.PrimaryKeyConstraint("article_id", "visit_id", "kind", name=op.f("pk_event")),
    )
