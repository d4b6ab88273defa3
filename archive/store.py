"""From a reading to an article: which story it is, whether its text is new, and what must be told to readers."""

import hashlib
import unicodedata
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, select, update

from archive.database import insert_row
from archive.models import Article, ArticleKey, Body, Change, ReadingRow, ReadingSource, Version
from archive.records import ChangeKind, Key, Outcome, Reading, Role, State

ADDRESS = "address"
"""The scheme of the key that every article has: its canonical address."""

_HOLDER = select(ArticleKey.id, ArticleKey.article_id).where(
    ArticleKey.outlet_id == bindparam("outlet"),
    ArticleKey.scheme == bindparam("scheme"),
    ArticleKey.value == bindparam("value"),
    ArticleKey.until.is_(None),
)
_SAME_TEXT = (
    select(Article.id)
    .join(ReadingRow, ReadingRow.id == Article.reading_id)
    .where(ReadingRow.text_sha256 == bindparam("text_sha256"), Article.outlet_id == bindparam("outlet"))
    .order_by(Article.id)
    .limit(1)
)
_CURRENT = (
    select(*ReadingRow.__table__.c, Body.text, Body.removed)
    .join(Article, Article.reading_id == ReadingRow.id)
    .join(Body, Body.reading_id == ReadingRow.id)
    .where(Article.id == bindparam("article"))
)
_SOURCES = select(ReadingSource.capture_id).where(ReadingSource.reading_id == bindparam("reading"))
_SEEN = (
    update(Article)
    .where(Article.id == bindparam("article"), Article.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)
_UID = select(Article.uid).where(Article.id == bindparam("article"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The visit that a reading was made of."""

    visit_id: int
    outlet_id: int
    outlet: str
    address_id: int
    canonical: str
    at: datetime
    sources: tuple[tuple[int, Role], ...]
    """Ids of the captures that were read, and what each gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving a reading did."""

    outcome: Outcome
    uid: str
    text_sha256: str


def text_digest(reading: Reading) -> str:
    """Give the SHA-256 of what makes a text another text: headline and body, NFC, blanks collapsed.

    Typographic quotes and white space make no new version, so they are folded first.
    """
    folded = "\n".join((reading.title, *reading.body)).translate(_FOLDED_QUOTES)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", folded).split("\n"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_FOLDED_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})


def make_uid(outlet: str, canonical: str, ordinal: int) -> str:
    """Give the name of a story for ever: from outlet, address and how many stories stood there before.

    Two archives of the same outlet give the same story the same name. 80 bits: a million articles collide with a
    probability of 4e-13.
    """
    seed = f"{outlet}\0{canonical}\0{ordinal}".encode()
    return b32encode(hashlib.blake2b(seed, digest_size=10).digest()).decode().lower()


def save(connection: Connection, visited: Visited, reading: Reading) -> Saved:
    """Store a reading under its article: a new one, a new version of a known one, or one more sight of the same text."""
    text_sha256 = text_digest(reading)
    keys = (*reading.keys, Key(scheme=ADDRESS, value=visited.canonical))
    article_id = _find(connection, visited.outlet_id, keys)
    if article_id is None:
        article_id = _same_text(connection, visited.outlet_id, text_sha256)
    fresh = article_id is None
    if article_id is None:
        article_id = _new_article(connection, visited, reading)
    _claim_keys(connection, article_id, visited, keys)
    held = _current(connection, article_id)
    if held is not None and _same(held, reading):
        _add_sources(connection, held["id"], visited.sources)
        outcome, kind = Outcome.UNCHANGED, None
    else:
        outcome = Outcome.NEW if fresh else Outcome.UNCHANGED
        reading_id = _add_reading(connection, article_id, visited, reading, text_sha256)
        if held is None or held["text_sha256"] != text_sha256:
            outcome = Outcome.NEW if fresh else Outcome.REVISED
            insert_row(
                connection,
                Version,
                article_id=article_id,
                first_visit_id=visited.visit_id,
                reading_id=reading_id,
                text_sha256=text_sha256,
                since=visited.at,
            )
        connection.execute(
            update(Article)
            .where(Article.id == article_id)
            .values(
                reading_id=reading_id,
                published_date=reading.published_date,
                moment=_moment(reading, visited.at),
                state=State.LIVE,
            )
        )
        kind = ChangeKind.UPSERT
    connection.execute(_SEEN, {"article": article_id, "at": visited.at})
    uid = connection.execute(_UID, {"article": article_id}).scalar_one()
    if kind is not None:
        tell(connection, article_id, uid, kind, visited.at)
    return Saved(outcome=outcome, uid=uid, text_sha256=text_sha256)


def tell(connection: Connection, article_id: int, uid: str, kind: ChangeKind, now: datetime) -> None:
    """Add to the sequence that index, cursors and exports follow."""
    insert_row(connection, Change, article_id=article_id, uid=uid, kind=kind, at=now)


def _find(connection: Connection, outlet_id: int, keys: Sequence[Key]) -> int | None:
    """Give the article that is known by one of these keys, the address last.

    An address alone is no proof where the site numbers its stories: another number at an old address is another story.
    """
    numbered = {key.scheme for key in keys} - {ADDRESS}
    for key in keys:
        held = _holder(connection, outlet_id, key)
        if held is not None and (key.scheme != ADDRESS or not _is_known_by(connection, held.article_id, numbered)):
            return int(held.article_id)
    return None


def _holder(connection: Connection, outlet_id: int, key: Key) -> Any:
    """Give the open row of a key: its id and the article that holds it."""
    return connection.execute(_HOLDER, {"outlet": outlet_id, "scheme": key.scheme, "value": key.value}).first()


def _is_known_by(connection: Connection, article_id: int, schemes: set[str]) -> bool:
    known = select(ArticleKey.id).where(
        ArticleKey.article_id == article_id, ArticleKey.scheme.in_(schemes), ArticleKey.until.is_(None)
    )
    return connection.execute(known.limit(1)).first() is not None


def _same_text(connection: Connection, outlet_id: int, text_sha256: str) -> int | None:
    return connection.execute(_SAME_TEXT, {"outlet": outlet_id, "text_sha256": text_sha256}).scalar()


def _new_article(connection: Connection, visited: Visited, reading: Reading) -> int:
    ordinal = connection.execute(
        select(func.count()).where(Article.outlet_id == visited.outlet_id, Article.address_id == visited.address_id)
    ).scalar_one()
    return insert_row(
        connection,
        Article,
        uid=make_uid(visited.outlet, visited.canonical, ordinal),
        outlet_id=visited.outlet_id,
        address_id=visited.address_id,
        reading_id=None,
        state=State.LIVE,
        first_seen_at=visited.at,
        last_seen_at=visited.at,
        removed_at=None,
        published_date=reading.published_date,
        moment=_moment(reading, visited.at),
    )


def _claim_keys(connection: Connection, article_id: int, visited: Visited, keys: Sequence[Key]) -> None:
    """Give an article the keys it was seen under; a key that another article held is that one's no longer."""
    for key in keys:
        held = _holder(connection, visited.outlet_id, key)
        if held is not None and held.article_id == article_id:
            continue
        if held is not None:
            connection.execute(update(ArticleKey).where(ArticleKey.id == held.id).values(until=visited.at))
        insert_row(
            connection,
            ArticleKey,
            article_id=article_id,
            outlet_id=visited.outlet_id,
            scheme=key.scheme,
            value=key.value,
            since=visited.at,
            until=None,
        )


def _current(connection: Connection, article_id: int) -> RowMapping | None:
    return connection.execute(_CURRENT, {"article": article_id}).mappings().first()


def _columns(reading: Reading) -> dict[str, Any]:
    """Map a reading to its row, body apart."""
    return {
        "extractor": reading.extractor,
        "title": reading.title,
        "lead": reading.body[0] if reading.body else None,
        "word_count": sum(len(block.split()) for block in reading.body),
        "dateline": reading.dateline,
        "dateline_outlet": reading.dateline_outlet,
        "place": reading.place,
        "authors": list(reading.authors),
        "editors": list(reading.editors),
        "credit": reading.credit,
        "advertorial_mark": reading.advertorial_mark,
        "published_date": reading.published_date,
        "published_at": reading.published_at,
        "published_offset": _offset(reading.published_at),
        "published_source": reading.published_source,
        "modified_at": reading.modified_at,
        "modified_offset": _offset(reading.modified_at),
        "section": reading.section,
        "tags": list(reading.tags),
        "image_url": reading.image_url,
        "caption": reading.caption,
        "photo_credit": reading.photo_credit,
        "captions": list(reading.captions),
        "related": [asdict(link) for link in reading.related],
        "language": reading.language,
        "flags": list(reading.flags),
    }


def _body(reading: Reading) -> dict[str, Any]:
    return {"text": "\n\n".join(reading.body), "removed": [asdict(piece) for piece in reading.removed]}


def _same(held: RowMapping, reading: Reading) -> bool:
    wanted = _columns(reading) | _body(reading)
    return all(held[name] == value for name, value in wanted.items())


def _add_reading(connection: Connection, article_id: int, visited: Visited, reading: Reading, text_sha256: str) -> int:
    reading_id = insert_row(
        connection,
        ReadingRow,
        article_id=article_id,
        visit_id=visited.visit_id,
        text_sha256=text_sha256,
        **_columns(reading),
    )
    insert_row(connection, Body, reading_id=reading_id, **_body(reading))
    _add_sources(connection, reading_id, visited.sources)
    return reading_id


def _add_sources(connection: Connection, reading_id: int, sources: Sequence[tuple[int, Role]]) -> None:
    known = set(connection.execute(_SOURCES, {"reading": reading_id}).scalars())
    for capture_id, role in sources:
        if capture_id not in known:
            insert_row(connection, ReadingSource, reading_id=reading_id, capture_id=capture_id, role=role)


def _offset(moment: datetime | None) -> int | None:
    offset = moment.utcoffset() if moment else None
    return None if offset is None else round(offset.total_seconds() / 60)


def _moment(reading: Reading, seen: datetime) -> int:
    if reading.published_at is not None:
        return int(reading.published_at.timestamp())
    if reading.published_date is not None:
        return int(datetime.combine(reading.published_date, time(12), UTC).timestamp())
    return int(seen.timestamp())


def forget(connection: Connection, outlet_id: int) -> set[str]:
    """Empty the projections of one outlet and give the uids that it had; facts stay as they are."""
    mine = select(Article.id).where(Article.outlet_id == outlet_id)
    readings = select(ReadingRow.id).where(ReadingRow.article_id.in_(mine))
    uids = set(connection.execute(select(Article.uid).where(Article.outlet_id == outlet_id)).scalars())
    for table, condition in (
        (Version, Version.article_id.in_(mine)),
        (ReadingSource, ReadingSource.reading_id.in_(readings)),
        (Body, Body.reading_id.in_(readings)),
        (ReadingRow, ReadingRow.article_id.in_(mine)),
        (ArticleKey, ArticleKey.article_id.in_(mine)),
        (Article, Article.outlet_id == outlet_id),
    ):
        connection.execute(delete(table).where(condition))
    return uids


def bury(connection: Connection, outlet_id: int, before: set[str], now: datetime) -> int:
    """Tell readers of the articles that a rebuild did not bring back; give how many."""
    lost = before - set(connection.execute(select(Article.uid).where(Article.outlet_id == outlet_id)).scalars())
    for uid in sorted(lost):
        tell(connection, 0, uid, ChangeKind.TOMBSTONE, now)
    return len(lost)
