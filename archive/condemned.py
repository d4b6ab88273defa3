"""What is known of an article that a person orders to be taken down: its names, its visits, digests of its texts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from archive import articles, orders
from archive.errors import NotFoundError
from archive.models import Address, Outlet, Sighting, Visit
from archive.orders import ADDRESS
from archive.records import Level
from archive.stories import UID, Article, ArticleKey, Body, ReadingRow
from archive.times import utc
from archive.traces import Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is known of an article that is to be taken down, or was."""

    uid: str
    outlet_id: int
    slug: str
    article_id: int | None
    """None where it is taken down already."""
    level: Level
    """How far it is taken down."""
    keys: tuple[tuple[str, str], ...]
    visit_ids: tuple[int, ...]
    traces: Traces
    left: dict[str, Any]


def find(connection: Connection, name: str) -> Story:
    """Give an article by id, uid or address, taken down or not."""
    named = orders.named(connection, name)
    if named is not None:
        return taken(connection, named)
    uid = articles.resolve(connection, name)
    if uid is None:
        raise NotFoundError(f"there is no article {name} in this archive")
    row = connection.execute(
        select(Article.id, Article.outlet_id, Article.published_date, Outlet.slug)
        .join(Outlet, Outlet.id == Article.outlet_id)
        .where(Article.uid == uid)
    ).one()
    readings = connection.execute(
        select(ReadingRow.title, ReadingRow.text_sha256, Body.text, Visit.at)
        .join(Body, Body.reading_id == ReadingRow.id)
        .join(Visit, Visit.id == ReadingRow.visit_id)
        .where(ReadingRow.article_id == row.id)
        .order_by(Visit.at, ReadingRow.id)
    ).all()
    seen: dict[str, datetime] = {}
    for reading in readings:
        seen.setdefault(reading.text_sha256, reading.at)
    held = connection.execute(
        select(ArticleKey.scheme, ArticleKey.value, ArticleKey.since)
        .where(ArticleKey.article_id == row.id, ArticleKey.until.is_(None))
        .order_by(ArticleKey.id)
    ).all()
    homes = {key.value: key.since for key in held if key.scheme == ADDRESS}
    address_ids = addresses(connection, row.outlet_id, list(homes))
    headlines = connection.execute(
        select(Sighting.title_said).where(Sighting.address_id.in_(address_ids), Sighting.title_said.is_not(None))
    ).scalars()
    texts = [*((orders.TEXT, sha256) for sha256 in seen), (UID, uid)]
    return Story(
        uid=uid,
        outlet_id=row.outlet_id,
        slug=row.slug,
        article_id=row.id,
        level=Level.LIFTED,
        keys=(*((key.scheme, key.value) for key in held), *texts),
        visit_ids=_visits(connection, row.id, address_ids, min(homes.values(), default=None), list(seen)),
        traces=Traces.of(
            [*(reading.title for reading in readings), *headlines], [reading.text for reading in readings]
        ),
        left={
            "published_date": row.published_date.isoformat() if row.published_date else None,
            "texts": [{"text_sha256": sha256, "first_seen_at": utc(at)} for sha256, at in seen.items()],
        },
    )


def taken(connection: Connection, uid: str) -> Story:
    """Give an article that is taken down, from its order."""
    order = orders.last(connection, uid)
    return Story(
        uid=uid,
        outlet_id=order.outlet_id,
        slug=connection.execute(select(Outlet.slug).where(Outlet.id == order.outlet_id)).scalar_one(),
        article_id=None,
        level=order.level,
        keys=tuple(orders.keys(connection, uid)),
        visit_ids=tuple(connection.execute(select(Visit.id).where(*orders.shown_by(uid))).scalars()),
        traces=Traces.read(order.traces),
        left=order.left,
    )


def addresses(connection: Connection, outlet_id: int, canonicals: list[str]) -> list[int]:
    """Give the ids of addresses and of those of further pages that hang on them."""
    here = or_(
        Address.canonical.in_(canonicals),
        *(Address.canonical.startswith(f"{canonical}#", autoescape=True) for canonical in canonicals),
    )
    return list(connection.execute(select(Address.id).where(Address.outlet_id == outlet_id, here)).scalars())


def _visits(
    connection: Connection, article_id: int, address_ids: list[int], since: datetime | None, texts: list[str]
) -> tuple[int, ...]:
    """Give the visits with bytes that showed an article, also such as wait to be read or could not be.

    What an address showed of another story, before or since, is left: those looks tell another text.
    """
    read = select(ReadingRow.visit_id).where(ReadingRow.article_id == article_id)
    part = select(Address.id).where(Address.id == Visit.address_id, Address.canonical.contains("#")).exists()
    blank = Visit.text_sha256.is_(None) & Visit.status.between(200, 299) & (Visit.at >= since)
    at_home = Visit.address_id.in_(address_ids) & or_(Visit.text_sha256.in_(texts), part, blank)
    rows = select(Visit.id).where(Visit.capture_id.is_not(None), or_(Visit.id.in_(read), at_home))
    return tuple(connection.execute(rows.order_by(Visit.id)).scalars())
