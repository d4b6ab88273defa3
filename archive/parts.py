"""Further pages of stories: addresses that hang on their story's own, kept beside its first page and read with it.

Such an address is `/a/b/#2` for the second page of `/a/b/`: no address that a source tells of has a `#`. It is no story,
takes no part in a run's sums, and becomes due as evidence does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, exists, func, select, update

from archive.frontier import address, enter, make_due, note_alias
from archive.models import Address, Visit
from archive.orders import KEPT
from archive.records import Entry, Part, Purpose, VisitState
from archive.runs import RunTicket
from archive.stories import Article, Body
from archive.tables import aliased
from archive.visits import UnreadVisit, add

MARK = "#"
PRIORITY = 2
"""Before any other story: nothing of one is stored until its further pages were asked for."""

_HELD = (
    select(Address.canonical, Visit.capture_id, Visit.url)
    .join(Visit, Visit.address_id == Address.id)
    .where(
        Address.outlet_id == bindparam("outlet"),
        Address.canonical.in_(bindparam("forms", expanding=True)),
        KEPT,
        Visit.status.between(200, 299),
        Visit.at < bindparam("before"),
    )
    .order_by(Visit.at, Visit.id)
)
_PAGE = aliased(Address)
_NEXT = select(func.min(Visit.at)).where(
    Visit.address_id == bindparam("address"),
    Visit.at > bindparam("at"),
    Visit.record.is_(None),
    Visit.capture_id.is_not(None),
    Visit.status.between(200, 299),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPart:
    """A further page that is kept: its number, where it was fetched, and its capture."""

    number: int
    url: str
    capture_id: int


def form(canonical: str, number: int) -> str:
    """Give the address of a story's further page."""
    return f"{canonical}{MARK}{number}"


def story_of(canonical: str) -> str | None:
    """Give the story of which an address is a further page; None for any other address."""
    story, mark, number = canonical.rpartition(MARK)
    return story if mark and story.startswith("/") and number.isdigit() else None


def held(connection: Connection, outlet_id: int, visits: Sequence[UnreadVisit], most: int) -> dict[int, list[KeptPart]]:
    """Give the further pages that are read with some visits, by visit and in order; one that has none is left out.

    They are those that were seen until the story's own page was fetched again, of each the newest: what others fetched
    may be learned of in any order.
    """
    second = {form(visit.canonical, 2) for visit in visits}
    several = set(
        connection.execute(
            select(Address.canonical).where(Address.outlet_id == outlet_id, Address.canonical.in_(second))
        ).scalars()
    )
    found: dict[int, list[KeptPart]] = {}
    for visit in visits:
        if form(visit.canonical, 2) not in several:
            continue
        numbers = {form(visit.canonical, number): number for number in range(2, most + 1)}
        after = connection.execute(_NEXT, {"address": visit.address_id, "at": visit.at}).scalar()
        rows = connection.execute(_HELD, {"outlet": outlet_id, "forms": list(numbers), "before": after or _NEVER}).all()
        newest = {
            numbers[row.canonical]: KeptPart(number=numbers[row.canonical], url=row.url, capture_id=row.capture_id)
            for row in rows
        }
        if newest:
            found[visit.visit_id] = [newest[number] for number in sorted(newest)]
    return found


_NEVER = datetime.max.replace(tzinfo=UTC)


def ask_for(
    connection: Connection,
    ticket: RunTicket,
    visit: UnreadVisit,
    pages: Iterable[Part],
    *,
    rules_version: int,
    now: datetime,
    again: bool = True,
) -> set[int]:
    """Make the further pages due that were not asked for since a visit; give their addresses' ids.

    Without `again` only those become due that were never asked for.
    """
    waited: set[int] = set()
    for page in pages:
        canonical = form(visit.canonical, page.number)
        address_id, fresh = address(connection, ticket.outlet_id, canonical, rules_version=rules_version, now=now)
        if not fresh and _asked_for(connection, address_id, visit.visit_id if again else 0):
            continue
        note_alias(connection, address_id, page.url)
        make_due(connection, ticket, address_id, Purpose.EVIDENCE, priority=PRIORITY, now=now)
        waited.add(address_id)
    return waited


def learn(
    connection: Connection,
    ticket: RunTicket,
    canonical: str,
    *,
    url: str,
    at: datetime,
    status: int | None,
    capture_id: int,
    rules_version: int,
) -> None:
    """Note a further page that others fetched; the looks at its story that it may complete are read once more."""
    story = str(story_of(canonical))
    # By the second page `held` knows a story of several.
    address(connection, ticket.outlet_id, form(story, 2), rules_version=rules_version, now=at)
    address_id, fresh = address(connection, ticket.outlet_id, canonical, rules_version=rules_version, now=at)
    if fresh:
        note_alias(connection, address_id, url)
    add(
        connection,
        ticket,
        address_id=address_id,
        purpose=Purpose.EVIDENCE,
        url=url,
        at=at,
        status=status,
        capture_id=capture_id,
        state=VisitState.READ,
    )
    _read_with(connection, ticket, story, at)


def _read_with(connection: Connection, ticket: RunTicket, story: str, at: datetime) -> None:
    """Have a story's page read again as it was when a further one was seen, and as it was seen since."""
    looks = (
        select(Visit.id, Visit.address_id, Visit.at)
        .join(Address, Address.id == Visit.address_id)
        .where(
            Address.outlet_id == ticket.outlet_id,
            Address.canonical == story,
            Visit.record.is_(None),
            Visit.state == VisitState.READ,
        )
    )
    rows = connection.execute(looks.order_by(Visit.at)).all()
    since = max((row.at for row in rows if row.at <= at), default=at)
    again = [row for row in rows if row.at >= since]
    if again:
        enter(connection, ticket, again[0].address_id, Entry.CARRIED)
        connection.execute(update(Visit).where(Visit.id.in_([row.id for row in again])).values(state=VisitState.UNREAD))


def begins_as_held(connection: Connection, outlet_id: int, canonical: str, text: str) -> bool | None:
    """Say whether a text is the beginning of what is held of a story in several pages; None of any other story."""
    row = connection.execute(
        select(Body.text)
        .join(Article, Article.reading_id == Body.reading_id)
        .join(Address, Address.id == Article.address_id)
        .where(Address.outlet_id == outlet_id, Address.canonical == canonical)
        .where(exists().where(_PAGE.outlet_id == outlet_id, _PAGE.canonical == form(canonical, 2)))
        .order_by(Article.id.desc())
        .limit(1)
    ).first()
    return None if row is None else row.text.startswith(text)


def read_again(connection: Connection, ticket: RunTicket, story: str) -> int:
    """Have a story's newest page read once more, since a further one came after all; give how many are to be read.

    Where a record tells more of the story by now, or its page waits to be read anyway, there is nothing to do.
    """
    newest = connection.execute(
        select(Visit.id, Visit.address_id, Visit.record, Visit.state)
        .join(Address, Address.id == Visit.address_id)
        .where(
            Address.outlet_id == ticket.outlet_id,
            Address.canonical == story,
            Visit.state.in_([VisitState.READ, VisitState.UNREAD]),
        )
        .order_by(Visit.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.record is not None or newest.state is VisitState.UNREAD:
        return 0
    enter(connection, ticket, newest.address_id, Entry.CARRIED)
    connection.execute(update(Visit).where(Visit.id == newest.id).values(state=VisitState.UNREAD))
    return 1


def _asked_for(connection: Connection, address_id: int, since: int) -> bool:
    asked = select(Visit.id).where(Visit.address_id == address_id, Visit.id > since).limit(1)
    return connection.execute(asked).first() is not None
