"""What all tables have in common: named constraints, aware UTC times, enums that are checked by the database."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    event,
    text,
)

from archive.looks import Happened
from archive.records import (
    ChangeKind,
    Entry,
    FileState,
    Health,
    Level,
    Modality,
    Outcome,
    Purpose,
    Reason,
    Role,
    RunStatus,
    State,
    TagKind,
    Tier,
    Trust,
    VisitState,
)
from archive.tables import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; give UTC, without the zone where the database has no such type."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give an aware UTC time."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def choice(members: type[StrEnum], name: str) -> Enum:
    """A text column that takes the members of an enum and nothing else."""
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        name=name,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
    )


class Base(DeclarativeBase):
    """The tables' common metadata: named constraints, one type for times."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        Outcome: choice(Outcome, "outcome"),
        Reason: choice(Reason, "reason"),
        Role: choice(Role, "role"),
        State: choice(State, "state"),
        Trust: choice(Trust, "trust"),
        Purpose: choice(Purpose, "purpose"),
        Entry: choice(Entry, "entry"),
        VisitState: choice(VisitState, "visit_state"),
        RunStatus: choice(RunStatus, "run_status"),
        FileState: choice(FileState, "file_state"),
        ChangeKind: choice(ChangeKind, "change_kind"),
        Level: choice(Level, "level"),
        TagKind: choice(TagKind, "tag_kind"),
        Modality: choice(Modality, "modality"),
        Tier: choice(Tier, "tier"),
        Happened: choice(Happened, "happened"),
        Health: choice(Health, "health"),
    }


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows that fulfil a condition, in both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={"where": where})


@event.listens_for(Base.metadata, "before_create")
def _tell_postgresql(metadata: MetaData, connection: Connection, **_: object) -> None:
    # Not when the index is declared: that would import all of PostgreSQL's drivers, 25 ms of each command's start.
    if connection.dialect.name == "postgresql":
        for table in metadata.tables.values():
            for index in table.indexes:
                if "where" in index.info:
                    index.dialect_kwargs["postgresql_where"] = text(index.info["where"])


BigKey = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a row id of INTEGER only."""
