"""Which held articles are due to be looked at again, what is known of each, and what a day's looks have cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, insert, select, update

from archive import frontier, removals, visits
from archive.frontier import Sight
from archive.ladder import VisitRule
from archive.looks import Rule
from archive.models import Address, AddressAlias, Due, Sighting, Spending, Visit
from archive.orders import KEPT
from archive.records import NUMBER, Purpose, State, VisitState
from archive.runs import RunTicket
from archive.stories import Article, ArticleKey, ReadingRow
from archive.tables import aliased

SAYS = (VisitState.READ, VisitState.UNREAD, VisitState.REJECTED)
"""States of looks that say something of what was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held article that is due: where it stands, and what it showed last."""

    article_id: int
    uid: str
    address_id: int
    canonical: str
    url: str
    """The newest form in which its address was met; empty where it was only named, by a canonical link say."""
    state: State
    text_sha256: str
    tries: int
    seen_at: datetime
    """When it was seen last."""

    @property
    def due(self) -> frontier.DueAddress:
        """Its entry among what is due."""
        return frontier.DueAddress(
            address_id=self.address_id,
            purpose=Purpose.RECHECK,
            canonical=self.canonical,
            url=self.url,
            tries=self.tries,
        )


LAST = select(func.max(Visit.at)).where(Visit.address_id == Article.address_id, Visit.state.in_(SAYS))
_RETITLED = (
    select(Sighting.address_id)
    .join(Address, Address.id == Sighting.address_id)
    .where(
        Address.outlet_id == bindparam("outlet"),
        Address.canonical == bindparam("canonical"),
        Sighting.source == bindparam("source"),
        Sighting.title_said != bindparam("title"),
    )
)
_FORM = (
    select(AddressAlias.raw)
    .where(AddressAlias.address_id == Article.address_id)
    .order_by(AddressAlias.id.desc())
    .limit(1)
    .scalar_subquery()
)
_WANTED = aliased(Due)
_LOOKS = select(func.count()).where(Visit.address_id == Article.address_id).scalar_subquery()


def due(connection: Connection, ticket: RunTicket, now: datetime) -> list[Held]:
    """Give all articles that are due, in the order in which a budget is spent on them.

    First those whose removal is to be confirmed, then those that were looked at least often, then by when they were due.
    """
    condition = and_(Due.next_at <= now, Due.outlet_id == ticket.outlet_id)
    order = (case((Article.state == State.SUSPECTED, 0), else_=1), _LOOKS, Due.next_at, Due.id)
    return _held(connection, condition, order, outer=False)


def of_days(
    connection: Connection, ticket: RunTicket, rule: VisitRule, since: date | None, until: date | None
) -> list[Held]:
    """Give all articles of some days that the rule visits at all, whether due or not, those looked at longest ago first."""
    wanted = [
        Article.outlet_id == ticket.outlet_id,
        *([Article.published_date >= since] if since else []),
        *([Article.published_date <= until] if until else []),
        *([ReadingRow.about_election.is_(True)] if rule.articles == "election" else []),
    ]
    order = (
        case((Article.state == State.SUSPECTED, 0), else_=1),
        LAST.scalar_subquery().asc().nulls_first(),
        Article.id,
    )
    return _held(connection, and_(*wanted), order, outer=True)


def newest_live(connection: Connection, ticket: RunTicket, besides: int, limit: int) -> list[Held]:
    """Give the articles that were published last and are not missed, but one: what shows whether an outlet works."""
    wanted = and_(Article.outlet_id == ticket.outlet_id, Article.state == State.LIVE, Article.id != besides)
    order = (Article.moment.desc(), Article.id.desc())
    return _held(connection, wanted, order, outer=True, limit=limit)


def _held(
    connection: Connection,
    condition: ColumnElement[bool],
    order: Sequence[Any],
    *,
    outer: bool,
    limit: int | None = None,
) -> list[Held]:
    unread = select(Visit.id).where(Visit.address_id == Article.address_id, Visit.state == VisitState.UNREAD).exists()
    wanted = select(_WANTED.id).where(_WANTED.address_id == Article.address_id, _WANTED.purpose == Purpose.ARTICLE)
    rows = connection.execute(
        select(
            Article.id.label("article_id"),
            Article.uid,
            Article.address_id,
            Address.canonical,
            func.coalesce(_FORM, "").label("url"),
            Article.state,
            ReadingRow.text_sha256,
            func.coalesce(Due.tries, 0).label("tries"),
            Article.last_seen_at.label("seen_at"),
        )
        .join(Address, Address.id == Article.address_id)
        .join(ReadingRow, ReadingRow.id == Article.reading_id)
        .join(Due, and_(Due.address_id == Article.address_id, Due.purpose == Purpose.RECHECK), isouter=outer)
        .where(condition, ~unread, ~wanted.exists())
        .order_by(*order)
        .limit(limit)
    )
    return [Held(**row._mapping) for row in rows]


def numbers(connection: Connection, article_ids: Sequence[int]) -> dict[int, str]:
    """Give the numbers by which a WordPress knows some articles now."""
    rows = connection.execute(
        select(ArticleKey.article_id, ArticleKey.value).where(
            ArticleKey.article_id.in_(article_ids), ArticleKey.scheme == NUMBER, ArticleKey.until.is_(None)
        )
    )
    return {row.article_id: row.value for row in rows}


def seen(connection: Connection, ticket: RunTicket, held: Held, rule: Rule, *, at: datetime, **look: Any) -> None:
    """Write down a look that showed the text that is held: a row, no bytes. What was missed is live again by it."""
    visit_id = visits.add(
        connection,
        ticket,
        address_id=held.address_id,
        purpose=Purpose.RECHECK,
        at=at,
        capture_id=None,
        state=VisitState.READ,
        **look,
    )
    connection.execute(update(Visit).where(Visit.id == visit_id).values(text_sha256=held.text_sha256))
    removals.settle(connection, visit_id, rule, now=at)


def hasten(connection: Connection, outlet_id: int, told: Iterable[Sight], now: datetime) -> None:
    """Have planned visits made now of stories that a list calls otherwise than before; to be called before that is noted.

    A source that knows times of change says so by these.
    """
    for one in told:
        if one.title is None or one.modified is not None:
            continue
        held = {"outlet": outlet_id, "canonical": one.canonical, "source": one.source, "title": one.title}
        address_id = connection.execute(_RETITLED, held).scalar()
        if address_id is not None:
            here = (Due.address_id == address_id, Due.purpose == Purpose.RECHECK, Due.next_at > now)
            connection.execute(update(Due).where(*here).values(next_at=now))


def spend(connection: Connection, outlet_id: int, day: date, budget: int) -> bool:
    """Note a request before it is sent; False, and nothing noted, where the day's budget is spent."""
    here = (Spending.outlet_id == outlet_id, Spending.day == day)
    if budget < 1:
        return False
    if connection.execute(select(Spending.requests).where(*here)).scalar() is None:
        connection.execute(insert(Spending).values(outlet_id=outlet_id, day=day, requests=0))
    more = update(Spending).where(*here, Spending.requests < budget).values(requests=Spending.requests + 1)
    return connection.execute(more).rowcount == 1


def spent(connection: Connection, outlet_id: int, day: date) -> int:
    """Give how many requests a day's visits have cost."""
    here = (Spending.outlet_id == outlet_id, Spending.day == day)
    return connection.execute(select(Spending.requests).where(*here)).scalar() or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is kept of an address: its newest page, and whether the text that is held came from an API's record."""

    page: visits.KeptPage | None
    record_at: datetime | None
    """When the record was seen of which the text is; None where it was read from a page."""
    newest: bool = False
    """Whether nothing that is kept is newer than that page."""


def looked(connection: Connection, held: Held) -> Looked:
    """Give what is kept of an article's address."""
    here = (Visit.address_id == held.address_id, KEPT, Visit.status.between(200, 299))
    kept = select(Visit.id, Visit.address_id, Visit.url, Visit.at, Visit.capture_id, Visit.text_sha256, Visit.record)
    rows = connection.execute(kept.where(*here, Visit.state == VisitState.READ).order_by(Visit.at, Visit.id)).all()
    pages = [row for row in rows if row.record is None]
    page = None
    if pages:
        last = pages[-1]
        page = visits.KeptPage(address_id=last.address_id, url=last.url, at=last.at, capture_id=last.capture_id)
    records = [row.at for row in rows if row.record is not None and row.text_sha256 == held.text_sha256]
    return Looked(page=page, record_at=max(records, default=None), newest=bool(pages) and pages[-1].id == rows[-1].id)


def last_whole(connection: Connection, address_id: int) -> datetime | None:
    """Give when a page was last answered whole, and not by `304`."""
    whole = (Visit.address_id == address_id, Visit.record.is_(None), Visit.status.between(200, 299))
    return connection.execute(select(func.max(Visit.at)).where(*whole)).scalar()


def told(connection: Connection, address_ids: Sequence[int], source: str) -> dict[int, tuple[str | None, datetime]]:
    """Give by which time of change, and when, a source told of some addresses last; `source` is how its name begins."""
    rows = connection.execute(
        select(Sighting.address_id, Sighting.modified_said, Sighting.last_at)
        .where(Sighting.address_id.in_(address_ids), Sighting.source.startswith(source, autoescape=True))
        .order_by(Sighting.last_at)
    )
    return {row.address_id: (row.modified_said, row.last_at) for row in rows}
