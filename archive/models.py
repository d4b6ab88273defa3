"""The tables of facts, which are appended and never depend on the extractor; `stories.py` has what is made of them.

ARCHITECTURE.md says what a row of each table is and what its key is. Times are aware UTC; days are the outlet's.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint

from archive.records import (
    Entry,
    FileState,
    Health,
    Level,
    Outcome,
    Purpose,
    Reason,
    RunStatus,
    VisitState,
)
from archive.schema import Base, BigKey, partial_index
from archive.tables import Mapped, mapped_column


class ArchiveName(Base):
    """How cursors and backups call this archive: one row, drawn by chance when the table was made."""

    __tablename__ = "archive_name"
    name: Mapped[str] = mapped_column(primary_key=True)


class Label(Base):
    """What a person or a program coded of an article, elsewhere; of several with one code by one coder the last counts."""

    __tablename__ = "label"
    __table_args__ = (Index("ix_label_uid", "uid"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uid: Mapped[str]
    coder: Mapped[str]
    code: Mapped[str]
    value: Mapped[str | None]
    """Null where it was withdrawn."""
    at: Mapped[datetime]
    source: Mapped[str]
    """The name of the file that said so."""


class Outlet(Base):
    """An outlet; `fence` rises with each crawl that takes the outlet's lock, so that a superseded one is refused."""

    __tablename__ = "outlet"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    fence: Mapped[int] = mapped_column(default=0)


class OutletDeclaration(Base):
    """What an outlet was declared as, since when; one that returns to an earlier declaration has a row more."""

    __tablename__ = "outlet_declaration"
    __table_args__ = (Index("ix_outlet_declaration_outlet", "outlet_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    digest: Mapped[str]
    declared: Mapped[dict[str, Any]]
    since: Mapped[datetime]


class Host(Base):
    """Politeness of one host: not before when it is asked again, and the copy of robots.txt in force."""

    __tablename__ = "host"
    __table_args__ = (UniqueConstraint("scheme", "host", "port"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    not_before: Mapped[datetime | None]
    robots_status: Mapped[int | None]
    robots_fetched_at: Mapped[datetime | None]
    robots_capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))


class Source(Base):
    """A source of addresses of an outlet, and how far it has been read (`marks`)."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("outlet_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    kind: Mapped[str]
    marks: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]


class SourceTotal(Base):
    """How many public stories a source said that there are, all or those published between two times (until: exclusive)."""

    __tablename__ = "source_total"
    __table_args__ = (Index("ix_source_total_outlet", "outlet_id", "since"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    source: Mapped[str]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    total: Mapped[int]
    at: Mapped[datetime]


class HealthChange(Base):
    """What an outlet's health became, when and why; the newest of an outlet is how it does."""

    __tablename__ = "health_change"
    __table_args__ = (Index("ix_health_change_outlet", "outlet_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    state: Mapped[Health]
    cause: Mapped[str]
    """By which rule; empty where it is well."""
    detail: Mapped[str]
    example: Mapped[str | None]
    """An address that shows it."""
    since: Mapped[datetime]
    """When it began, by the facts."""
    at: Mapped[datetime]
    """When it was noticed."""
    told_at: Mapped[datetime | None]
    """When those who are to be told were; null where nobody was yet."""


class Address(Base):
    """One story address that we were told of, in canonical form: path and what identifies within it, without host."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("outlet_id", "canonical"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    canonical: Mapped[str]
    rules_version: Mapped[int]
    first_seen_at: Mapped[datetime]


class AddressAlias(Base):
    """A raw form in which an address was met; one that begins with `/` is the canonical form that older rules gave it."""

    __tablename__ = "address_alias"
    __table_args__ = (UniqueConstraint("address_id", "raw"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    raw: Mapped[str]


class Sighting(Base):
    """A source told us of an address: when first and last, what it said of it, and the capture that said so."""

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("address_id", "source"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    source: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    published_said: Mapped[str | None]
    modified_said: Mapped[str | None]
    title_said: Mapped[str | None]
    section_said: Mapped[str | None]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    """The feed or listing that said so."""


class Due(Base):
    """What is to be fetched and why; at most one entry an address and purpose."""

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("address_id", "purpose"),
        Index("ix_due_outlet_next", "outlet_id", "next_at", "priority"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    purpose: Mapped[Purpose]
    next_at: Mapped[datetime]
    priority: Mapped[int]
    tries: Mapped[int]
    lease_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))


class Spending(Base):
    """How many requests visits to held articles have cost an outlet on a day of its zone, each noted before it is sent."""

    __tablename__ = "spending"
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int]


class Run(Base):
    """A run made, or one that was due and not taken."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_outlet_started", "outlet_id", "started_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    kind: Mapped[str]
    cause: Mapped[str]
    planned_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[RunStatus]
    detail: Mapped[str]
    counts: Mapped[dict[str, Any]]
    version: Mapped[str]
    settings_digest: Mapped[str]
    pid: Mapped[int | None]
    fence: Mapped[int]
    exit_status: Mapped[int | None]
    """Of the child process, as Python gives it: negative is the signal that ended it."""
    memory_mb: Mapped[int | None]
    """The most that the child process held at once (resident)."""


class Disposition(Base):
    """What became of one address in one run; without an outcome it is left to the next."""

    __tablename__ = "disposition"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    address_id: Mapped[int] = mapped_column(BigKey, ForeignKey("address.id"), primary_key=True)
    entry: Mapped[Entry]
    outcome: Mapped[Outcome | None]
    reason: Mapped[Reason | None]
    detail: Mapped[str | None]


class WarcFile(Base):
    """A WARC file: one an outlet and day, appended to while open, never written again once closed but by a takedown."""

    __tablename__ = "warc_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    name: Mapped[str] = mapped_column(unique=True)
    day: Mapped[date]
    state: Mapped[FileState]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]


class Capture(Base):
    """One record in a WARC file: `sha256` is that of its gzip member as it lies there, `payload_sha256` of the body.

    A record that a takedown removed lies nowhere: its row names the order, and what it was goes on standing there.
    """

    __tablename__ = "capture"
    __table_args__ = (
        UniqueConstraint("warc_file_id", "offset"),
        partial_index("ix_capture_takedown", "takedown_id", where="takedown_id IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    warc_file_id: Mapped[int] = mapped_column(ForeignKey("warc_file.id"))
    record_id: Mapped[str] = mapped_column(unique=True)
    record_type: Mapped[str]
    offset: Mapped[int | None] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    url: Mapped[str | None]
    status: Mapped[int | None]
    content_type: Mapped[str | None]
    payload_sha256: Mapped[str | None]
    fetched_at: Mapped[datetime]
    origin: Mapped[str]
    takedown_id: Mapped[int | None] = mapped_column(ForeignKey("takedown.id"))


class Visit(Base):
    """One look at an address: at its own page, or at its record (`record`) inside an API response."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_address", "address_id"),
        partial_index("ix_visit_unread", "outlet_id", where="state = 'unread'"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    purpose: Mapped[Purpose]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    record: Mapped[str | None]
    url: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[int | None]
    state: Mapped[VisitState]
    reason: Mapped[Reason | None]
    detail: Mapped[str | None]
    notice: Mapped[str | None]
    """What stood there of the story's withdrawal, once read."""
    text_sha256: Mapped[str | None]


class Takedown(Base):
    """What a person ordered of an article, why and when; of several orders the last stands. Without a text.

    `left` are digests of what there was, `traces` those by which its text is known where it turns up (`archive.traces`),
    fewer once its bytes are gone.
    """

    __tablename__ = "takedown"
    __table_args__ = (Index("ix_takedown_uid", "uid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    uid: Mapped[str]
    level: Mapped[Level]
    reason: Mapped[str]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    """When all of it was carried out; null where that was cut short and is still to be done."""
    left: Mapped[dict[str, Any]]
    traces: Mapped[dict[str, Any]]


class TakedownKey(Base):
    """By what an article that was taken down is known: addresses, the system's names, uids and digests of texts."""

    __tablename__ = "takedown_key"
    __table_args__ = (Index("ix_takedown_key_value", "outlet_id", "scheme", "value"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    uid: Mapped[str]
    scheme: Mapped[str]
    value: Mapped[str]
    until: Mapped[datetime | None]
    """When the order was lifted."""


class KeptReading(Base):
    """What was read of a visit whose record a takedown of another article removed: nobody can read it again."""

    __tablename__ = "kept_reading"
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), primary_key=True, autoincrement=False)
    reading: Mapped[dict[str, Any]]
    sources: Mapped[list[Any]]
    """Ids of the captures that were read, and what each gave."""


class Request(Base):
    """What a person asked of the daemon."""

    __tablename__ = "request"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    action: Mapped[str]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class Agenda(Base):
    """When an outlet's work is due next: the table that outlives the daemon."""

    __tablename__ = "agenda"
    __table_args__ = (UniqueConstraint("outlet_id", "work"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    work: Mapped[str]
    expression: Mapped[str]
    next_at: Mapped[datetime]
