"""Of which archive a cursor is, what no search need hear of, and what others coded of articles."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINDS = ("upsert", "tombstone")


def _kind(*members: str) -> sa.Enum:
    return sa.Enum(*members, name="change_kind", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Apply: SQLite copies the changes into a new table, and their sequence goes on where it was."""
    name = op.create_table(
        "archive_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_archive_name")),
    )
    op.bulk_insert(name, [{"name": secrets.token_hex(6)}])
    op.create_table(
        "label",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("coder", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
    )
    op.create_index("ix_label_uid", "label", ["uid"])
    with op.batch_alter_table("change", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("kind", existing_type=_kind(*_KINDS), type_=_kind(*_KINDS, "noted"))
    op.create_index("ix_change_uid", "change", ["uid", "sequence"])
