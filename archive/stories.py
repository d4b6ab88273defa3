"""The tables of what is made of facts: dropped and made again by `pilkada db rebuild`, with the same result.

ARCHITECTURE.md says what a row of each is. Times are aware UTC; days are the outlet's.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint

from archive.looks import Happened
from archive.records import ChangeKind, Modality, Reason, Role, State, TagKind, Tier, Trust
from archive.schema import Base, BigKey, partial_index
from archive.tables import Mapped, mapped_column

ADDRESS = "address"
"""The scheme of the key that every article has: its canonical address."""
UID = "uid"
"""The scheme of the key that an article has for each one that became part of it: that one's `uid`."""


class Article(Base):
    """A story at an outlet; `moment` orders articles in time (IndexDocument)."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_moment", "moment"),
        Index("ix_article_outlet_published", "outlet_id", "published_date"),
        Index("ix_article_address", "address_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    reading_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[State]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    seen_again_at: Mapped[datetime | None]
    """When it was last seen by a look of which no bytes were kept, since it showed what was held."""
    first_missed_at: Mapped[datetime | None]
    """Of the looks since it was seen last, as are the next two; null while it is live."""
    missed_because: Mapped[Reason | None]
    notice: Mapped[str | None]
    """What the outlet put in its place to say that it was withdrawn."""
    removed_at: Mapped[datetime | None]
    published_date: Mapped[date | None]
    moment: Mapped[int] = mapped_column(BigInteger)


class ArticleKey(Base):
    """By which key an article is known, from when to when; one article holds an open key.

    The scheme `uid` names an article that became part of this one.
    """

    __tablename__ = "article_key"
    __table_args__ = (
        partial_index("uq_article_key_open", "outlet_id", "scheme", "value", where="until IS NULL", unique=True),
        partial_index("ix_article_key_closed", "outlet_id", "scheme", "value", where="until IS NOT NULL"),
        Index("ix_article_key_article", "article_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    scheme: Mapped[str]
    value: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ReadingRow(Base):
    """One extraction of what one visit showed; its body lies in `body`."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_article", "article_id"), Index("ix_reading_text", "text_sha256"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    extractor: Mapped[str]
    text_sha256: Mapped[str]
    title: Mapped[str]
    lead: Mapped[str | None]
    word_count: Mapped[int]
    dateline: Mapped[str | None]
    dateline_outlet: Mapped[str | None]
    place: Mapped[str | None]
    authors: Mapped[list[str]]
    editors: Mapped[list[str]]
    credit: Mapped[str | None]
    advertorial_mark: Mapped[str | None]
    published_date: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_offset: Mapped[int | None]
    """Minutes east of UTC that `published_at` was printed with."""
    published_source: Mapped[Trust | None]
    modified_at: Mapped[datetime | None]
    modified_offset: Mapped[int | None]
    section: Mapped[str | None]
    tags: Mapped[list[str]]
    image_url: Mapped[str | None]
    caption: Mapped[str | None]
    photo_credit: Mapped[str | None]
    captions: Mapped[list[str]]
    related: Mapped[list[Any]]
    language: Mapped[str | None]
    flags: Mapped[list[str]]
    election: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Score, evidence and the pack that judged; null where a version without packs read it, until a rebuild."""
    about_election: Mapped[bool | None]
    phase: Mapped[str | None]
    codebook: Mapped[str | None]
    """By which data its tags were made; null where none was, and what it is about is unknown until it is read again."""


class Body(Base):
    """The text of a reading, apart from the narrow rows that listings scan; blocks are joined by a blank line."""

    __tablename__ = "body"
    reading_id: Mapped[int] = mapped_column(BigKey, ForeignKey("reading.id"), primary_key=True)
    text: Mapped[str]
    removed: Mapped[list[Any]]


class Tag(Base):
    """A region, topic or actor that a reading names, by code, name or id; what is not told of its kind is null."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_value", "kind", "value"),)
    reading_id: Mapped[int] = mapped_column(BigKey, ForeignKey("reading.id"), primary_key=True)
    kind: Mapped[TagKind] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    """Its number among the reading's tags of the kind, those that weigh most first."""
    name: Mapped[str]
    level: Mapped[str | None]
    role: Mapped[str]
    """Main or mention; of an actor what the list says of it."""
    modality: Mapped[Modality | None]
    spans: Mapped[list[Any]]


class ReadingSource(Base):
    """A capture that gave something to a reading."""

    __tablename__ = "reading_source"
    reading_id: Mapped[int] = mapped_column(BigKey, ForeignKey("reading.id"), primary_key=True)
    capture_id: Mapped[int] = mapped_column(BigKey, ForeignKey("capture.id"), primary_key=True)
    role: Mapped[Role]


class Version(Base):
    """A run of visits that show the same text, known by the first of them."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("article_id", "first_visit_id"), Index("ix_version_reading", "reading_id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    first_visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    reading_id: Mapped[int] = mapped_column(ForeignKey("reading.id"))
    text_sha256: Mapped[str]
    since: Mapped[datetime]
    changed: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """What it changed against the version before (`records.Edited`), nothing in the first one; null where a version of
    Pilkada made it that did not ask, until it is made again."""
    note: Mapped[str | None]
    """How the outlet announced the change, as printed; null where it did not."""
    shrunken: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """When looks in its time showed too little of it to be an edit."""


class Event(Base):
    """What a look proved of an article's being public: suspected to be gone, removed, restored."""

    __tablename__ = "event"
    article_id: Mapped[int] = mapped_column(BigKey, ForeignKey("article.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), primary_key=True)
    kind: Mapped[Happened] = mapped_column(primary_key=True)


class Change(Base):
    """What readers of the archive (index, cursors, exports) must hear of, in order."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="positive"),
        Index("ix_change_uid", "uid", "sequence"),
        {"sqlite_autoincrement": True},
    )
    sequence: Mapped[int] = mapped_column(BigKey, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[str]
    kind: Mapped[ChangeKind]
    at: Mapped[datetime]


class Sketch(Base):
    """What near copies of an article are looked up by, and of which text it was made; `day` counts from 1970.

    This table and the three next refer to articles by no foreign key: they follow the change sequence, behind which an
    article may be gone, or taken out and stored again under its id.
    """

    __tablename__ = "sketch"
    article_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    day: Mapped[int]
    moment: Mapped[int] = mapped_column(BigInteger)
    text_sha256: Mapped[str]
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    """32-bit numbers, the lowest byte first."""


class SketchMark(Base):
    """One mark of a sketch, by which it is found; `period` is so many days, that what arrives lies together."""

    __tablename__ = "sketch_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class LikenessRow(Base):
    """Two articles, the lower id first, and the evidence that one source is behind both."""

    __tablename__ = "likeness"
    __table_args__ = (Index("ix_likeness_other", "other_id"),)
    one_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    tier: Mapped[Tier]
    c3: Mapped[float]
    c5: Mapped[float]
    unquoted: Mapped[float]
    figures: Mapped[list[str]]
    quote: Mapped[float]
    rule: Mapped[int]


class Cluster(Base):
    """The seed that an article is tied to; an article of a series is tied to none, and a seed has no row."""

    __tablename__ = "cluster"
    __table_args__ = (Index("ix_cluster_seed", "seed_id"),)
    article_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    seed_id: Mapped[int | None] = mapped_column(BigKey)
    tier: Mapped[Tier]


class Follower(Base):
    """How far what follows the change sequence inside the database has come."""

    __tablename__ = "follower"
    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
