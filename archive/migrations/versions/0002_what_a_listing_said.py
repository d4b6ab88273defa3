"""A sighting knows what a listing said of the section, and in which capture; a listing may be a source of a reading."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

capture_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def role(*members: str) -> sa.Enum:
    """Give the type of a role: a text that a CHECK constraint holds to these members."""
    return sa.Enum(*members, name="role", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply: SQLite copies both tables into new ones, PostgreSQL alters them in place."""
    with op.batch_alter_table("sighting") as sighting:
        sighting.add_column(sa.Column("section_said", sa.Text(), nullable=True))
        sighting.add_column(sa.Column("capture_id", capture_key, nullable=True))
        sighting.create_foreign_key(op.f("fk_sighting_capture_id_capture"), "capture", ["capture_id"], ["id"])
    with op.batch_alter_table("reading_source") as source:
        source.alter_column("role", existing_type=role("record", "page"), type_=role("record", "page", "listing"))
