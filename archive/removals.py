"""What becomes of an article when a look at it is settled: its standing, made again from all looks at its addresses.

Whoever writes down how a look ended calls `settle` in the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Row, Select, and_, bindparam, delete, select, union_all, update

from archive.database import insert_row
from archive.looks import MISSED, Look, Place, Rule, Standing, standing
from archive.models import Address, Capture, Visit
from archive.records import ChangeKind, Purpose, VisitState
from archive.stories import Article, ArticleKey, Event, ReadingRow
from archive.tables import aliased
from archive.times import utc
from archive.union import tell

_MINE = aliased(ArticleKey)
_ADDRESS = ArticleKey.scheme == "address"
_AT = and_(ArticleKey.value == Address.canonical, ArticleKey.outlet_id == Address.outlet_id)
_OPEN = ArticleKey.until.is_(None)


def _either(keys: Select[Any]) -> CompoundSelect[Any]:
    """Ask for open keys and for closed ones: each kind has an index of its own, which no query of both can use."""
    return union_all(keys.where(_OPEN), keys.where(ArticleKey.until.is_not(None)))


_KNOWN = _either(
    select(ArticleKey.article_id)
    .select_from(Address)
    .join(ArticleKey, _AT)
    .where(Address.id == bindparam("address"), _ADDRESS)
)
_SHARES = _either(
    select(ArticleKey.article_id)
    .select_from(_MINE)
    .join(
        ArticleKey,
        and_(
            ArticleKey.outlet_id == _MINE.outlet_id,
            ArticleKey.scheme == _MINE.scheme,
            ArticleKey.value == _MINE.value,
        ),
    )
    .where(_MINE.article_id == bindparam("article"), _MINE.scheme == "address")
)
_VISIT = select(Visit.address_id).where(Visit.id == bindparam("visit"))
_LOOKS = (
    select(
        Visit.id,
        Visit.at,
        Visit.url,
        Address.canonical,
        Visit.address_id,
        Visit.state,
        Visit.reason,
        Visit.notice,
        Visit.capture_id,
        Visit.purpose,
        Visit.text_sha256.in_(
            select(ReadingRow.text_sha256).where(ReadingRow.article_id == bindparam("article"))
        ).label("shows_it"),
        ArticleKey.since,
        ArticleKey.until,
    )
    .join(Address, Address.id == Visit.address_id)
    .join(ArticleKey, _AT)
    .where(
        ArticleKey.article_id == bindparam("article"),
        _ADDRESS,
        Visit.text_sha256.is_not(None) | Visit.reason.in_(MISSED),
        Visit.state.in_([VisitState.READ, VisitState.REJECTED]),
    )
)
_ARTICLE = (
    select(
        Article.uid,
        Article.address_id,
        Article.state,
        Article.seen_again_at,
        Article.first_missed_at,
        Article.missed_because,
        Article.notice,
        Article.removed_at,
        ArticleKey.since,
        select(Event.visit_id).where(Event.article_id == Article.id).exists().label("has_events"),
    )
    .join(Address, Address.id == Article.address_id)
    .outerjoin(ArticleKey, and_(_AT, _ADDRESS, ArticleKey.article_id == Article.id))
    .where(Article.id == bindparam("article"))
    .order_by(ArticleKey.since)
    .limit(1)
)
_HELD = (
    select(ArticleKey.id)
    .select_from(Address)
    .join(ArticleKey, _AT)
    .where(Address.id == bindparam("address"), _ADDRESS, _OPEN)
    .limit(1)
)
_EVENTS = select(Event.visit_id, Event.kind).where(Event.article_id == bindparam("article"))


def settle(connection: Connection, visit_id: int, rule: Rule, *, now: datetime) -> None:
    """Have the articles that a look may speak of stand as all looks at them say, this one included."""
    address_id = connection.execute(_VISIT, {"visit": visit_id}).scalar_one()
    for article_id in _concerned(connection, address_id):
        _stand(connection, article_id, rule, now)


def settle_addresses(connection: Connection, address_ids: Collection[int], rule: Rule, *, now: datetime) -> None:
    """Have the articles that are or were known at some addresses stand as all looks at them say."""
    for article_id in {one for address_id in address_ids for one in _concerned(connection, address_id)}:
        _stand(connection, article_id, rule, now)


def is_held(connection: Connection, address_id: int) -> bool:
    """Say whether a story is known at an address: what is not there now is missed, and not only never found."""
    return connection.execute(_HELD, {"address": address_id}).first() is not None


def of(connection: Connection, uid: str) -> dict[str, Any]:
    """Give what is known of an article's being public: `removal`, null while it is live, and all `events`, oldest first.

    The outlet explained itself where a notice stands, or stood, in the story's place.
    """
    row = connection.execute(
        select(Article.first_missed_at, Article.removed_at, Article.missed_because, Article.notice).where(
            Article.uid == uid
        )
    ).one()
    removal = None
    if row.first_missed_at is not None:
        removal = {
            "first_missed_at": utc(row.first_missed_at),
            "removed_at": utc(row.removed_at),
            "because": row.missed_because.value if row.missed_because else None,
            "explained": row.notice is not None,
            "notice": row.notice,
        }
    rows = connection.execute(
        select(Event.kind, Visit.at, Visit.reason, Visit.detail, Visit.notice, Visit.url, Capture.record_id)
        .join(Article, Article.id == Event.article_id)
        .join(Visit, Visit.id == Event.visit_id)
        .outerjoin(Capture, Capture.id == Visit.capture_id)
        .where(Article.uid == uid)
        .order_by(Visit.at, Visit.id, Event.kind.desc())  # one look can make a story suspected and removed
    )
    events = [
        {
            "event": event.kind.value,
            "at": utc(event.at),
            "because": event.reason.value if event.reason else None,
            "detail": event.detail,
            "notice": event.notice,
            "url": event.url,
            "record_id": event.record_id,
        }
        for event in rows
    ]
    return {"removal": removal, "events": events}


def _concerned(connection: Connection, address_id: int) -> set[int]:
    """Give the articles that are or were known at an address, and those that share another address with one of them.

    A look at one address may have given another one of its story's to it, which was another article's before.
    """
    found = set(connection.execute(_KNOWN, {"address": address_id}).scalars())
    shares = (connection.execute(_SHARES, {"article": article_id}).scalars() for article_id in tuple(found))
    return found.union(*shares)


def _looks(connection: Connection, article_id: int) -> list[tuple[Look, Row[*tuple[Any, ...]]]]:
    """Give the looks that saw an article or missed it, with their rows.

    What showed another story's text at its address says nothing of this one. A look of which no bytes were kept showed
    what was held there then; its digest may be one that other rules for reading gave.
    """
    found: dict[int, tuple[Look, Row[*tuple[Any, ...]]]] = {}
    for row in connection.execute(_LOOKS, {"article": article_id}):
        its = row.since <= row.at and (row.until is None or row.at < row.until)
        read = row.state is VisitState.READ
        if read:
            counts = (row.shows_it is True) or (row.capture_id is None and its)
        else:
            # A public page that is not there beside a record that is says nothing of the story.
            counts = its and row.purpose is not Purpose.EVIDENCE
        if counts:
            look = Look(
                at=row.at,
                visit_id=row.id,
                address_id=row.address_id,
                missed=None if read else row.reason,
                notice=None if read else row.notice,
            )
            found[row.id] = (look, row)
    return list(found.values())


def _home(looks: Sequence[tuple[Look, Row[*tuple[Any, ...]]]], home: int) -> int:
    """Say where an article stands by all looks: where it was seen last, if it is missed where it stood.

    So it has moved without a word.
    """
    ordered = sorted(looks, key=lambda one: (one[0].at, one[0].visit_id))
    last = {look.address_id: look for look, _ in ordered}
    # An address that leads on shows what stands elsewhere.
    seen = [look.address_id for look, row in ordered if look.missed is None and row.url.endswith(row.canonical)]
    moved = seen and home in last and last[home].missed is not None and last[seen[-1]].missed is None
    return seen[-1] if moved else home


def _stand(connection: Connection, article_id: int, rule: Rule, now: datetime) -> None:
    """Write down how an article stands; readers hear of it where that is another way than before."""
    held = connection.execute(_ARTICLE, {"article": article_id}).one()
    looks = _looks(connection, article_id)
    if moved := (home := _home(looks, held.address_id)) != held.address_id:
        connection.execute(update(Article).where(Article.id == article_id).values(address_id=home))
        held = connection.execute(_ARTICLE, {"article": article_id}).one()
    found = standing((look for look, _ in looks), rule, Place(address_id=held.address_id, since=held.since))
    again = [look.at for look, row in looks if look.missed is None and row.capture_id is None]
    values = _columns(found) | {"seen_again_at": max(again, default=None)}
    changed = {name for name, value in values.items() if getattr(held, name) != value}
    if changed:
        connection.execute(update(Article).where(Article.id == article_id).values(**values))
    before = {tuple(row) for row in connection.execute(_EVENTS, {"article": article_id})} if held.has_events else set()
    after = {(look.visit_id, kind) for kind, look in found.events}
    if before != after:
        connection.execute(delete(Event).where(Event.article_id == article_id))
        for visit_id, kind in sorted(after):
            insert_row(connection, Event, article_id=article_id, visit_id=visit_id, kind=kind)
    if before != after or changed - {"seen_again_at"}:
        tell(connection, article_id, held.uid, ChangeKind.UPSERT, now)
    elif changed or moved:
        tell(connection, article_id, held.uid, ChangeKind.NOTED, now)


def _columns(found: Standing) -> dict[str, Any]:
    return {
        "state": found.state,
        "first_missed_at": found.first_missed,
        "missed_because": found.reason,
        "notice": found.notice,
        "removed_at": found.removed_at,
    }
