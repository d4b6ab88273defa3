"""Stories that older rules read: which visits must be read together so that they give what a rebuild of all would."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from archive.models import Address, KeptReading, Visit
from archive.records import Reason, VisitState
from archive.stories import ADDRESS, Article, ArticleKey, ReadingRow
from archive.tables import aliased
from archive.visits import readable

AGAIN = "; read again by "
"""What stands before the extractor in the detail of a visit that showed no text the second time either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what an outlet's stories are read today: the extractor, and the data by which is told what they are about."""

    extractor: str
    pack: str | None
    codebook: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Addresses whose visits are read together, and the articles that were made of them."""

    address_ids: tuple[int, ...]
    article_ids: tuple[int, ...]


def stories(
    connection: Connection,
    outlet_id: int,
    rules: Rules,
    *,
    since: date | None,
    zone: ZoneInfo,
    landed: Callable[[str], str | None],
) -> list[Story]:
    """Give the stories of an outlet of which other rules than today's read anything, or nobody could read anything.

    With `since` those published on that day or later; where that is not known, first seen. `landed` gives the address
    at which a visit ended, in canonical form. Where nothing is stale this costs a look at each reading; else 100 bytes
    of memory an address.
    """
    articles = set(connection.execute(select(Article.id).where(*_stale(outlet_id, rules, since, zone))).scalars())
    addresses = set(
        connection.execute(select(Visit.address_id).where(*_unread(outlet_id, rules, since, zone))).scalars()
    )
    if not articles and not addresses:
        return []
    groups = _Groups()
    for address_id, article_id in _ties(connection, outlet_id):
        groups.join(address_id, -article_id)
    for one, other in (*_renamed(connection, outlet_id), *_led(connection, outlet_id, landed)):
        groups.join(one, other)
    wanted = {groups.first(-one) for one in articles} | {groups.first(one) for one in addresses}
    members: dict[int, list[int]] = defaultdict(list)
    for one in {*groups.known(), *addresses}:
        if (first := groups.first(one)) in wanted:
            members[first].append(one)
    made = [
        Story(
            address_ids=tuple(sorted(one for one in group if one > 0)),
            article_ids=tuple(sorted(-one for one in group if one < 0)),
        )
        for group in members.values()
    ]
    return sorted(made, key=lambda story: story.address_ids)


def _stale(outlet_id: int, rules: Rules, since: date | None, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """Say which articles of an outlet have a reading that today's rules did not make."""
    other = or_(
        ReadingRow.extractor != rules.extractor,
        ReadingRow.election["pack"].as_string().is_distinct_from(rules.pack),
        ReadingRow.codebook.is_distinct_from(rules.codebook),
    )
    # What is kept of a record that was taken down can be read no better.
    kept = select(KeptReading.visit_id).where(KeptReading.visit_id == ReadingRow.visit_id).exists()
    wanted = [Article.outlet_id == outlet_id, select(ReadingRow.id).where(_OF_ARTICLE, other, ~kept).exists()]
    if since is not None:
        seen = and_(Article.published_date.is_(None), Article.first_seen_at >= _midnight(since, zone))
        wanted.append(or_(Article.published_date >= since, seen))
    return wanted


_OF_ARTICLE = ReadingRow.article_id == Article.id


def _unread(outlet_id: int, rules: Rules, since: date | None, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """Say which visits showed nothing that could be read, unless today's extractor tried it a second time."""
    wanted = [
        *readable(outlet_id),
        Visit.state == VisitState.REJECTED,
        Visit.reason == Reason.UNREADABLE,
        func.coalesce(Visit.detail, "").not_like(f"%{AGAIN}{rules.extractor}"),
    ]
    return wanted if since is None else [*wanted, Visit.at >= _midnight(since, zone)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _ties(connection: Connection, outlet_id: int) -> Iterable[tuple[int, int]]:
    """Give addresses with the articles that they led to, were read for, or showed the text of."""
    mine = Article.outlet_id == outlet_id
    known = (
        select(Address.id, ArticleKey.article_id)
        .join(ArticleKey, and_(ArticleKey.value == Address.canonical, ArticleKey.outlet_id == Address.outlet_id))
        .where(Address.outlet_id == outlet_id, ArticleKey.scheme == ADDRESS)
    )
    stands = select(Article.address_id, Article.id).where(mine)
    read = select(Visit.address_id, ReadingRow.article_id).join(ReadingRow, ReadingRow.visit_id == Visit.id)
    shown = (
        select(Visit.address_id, ReadingRow.article_id)
        .join(ReadingRow, ReadingRow.text_sha256 == Visit.text_sha256)
        .join(Article, Article.id == ReadingRow.article_id)
        .where(mine)
    )
    for pairs in (known, stands, read.where(Visit.outlet_id == outlet_id), shown.where(Visit.outlet_id == outlet_id)):
        for row in connection.execute(pairs.distinct()):
            yield row[0], row[1]


def _renamed(connection: Connection, outlet_id: int) -> Iterable[tuple[int, int]]:
    """Give articles that had the same name one after the other: a number that was used again."""
    former, other = aliased(ArticleKey), aliased(ArticleKey)
    rows = connection.execute(
        select(former.article_id, other.article_id)
        .join(other, and_(other.scheme == former.scheme, other.value == former.value))
        .where(
            former.outlet_id == outlet_id,
            other.outlet_id == outlet_id,
            former.until.is_not(None),
            former.article_id != other.article_id,
        )
    )
    for one, another in rows:
        yield -one, -another


def _led(connection: Connection, outlet_id: int, landed: Callable[[str], str | None]) -> Iterable[tuple[int, int]]:
    """Give addresses with those to which a visit was led from them."""
    elsewhere: dict[str, set[int]] = defaultdict(set)
    for address_id, canonical, url in connection.execute(
        select(Visit.address_id, Address.canonical, Visit.url)
        .join(Address, Address.id == Visit.address_id)
        .where(*readable(outlet_id))
    ):
        if not url.endswith(canonical) and (there := landed(url)) not in (None, canonical):
            elsewhere[str(there)].add(address_id)
    for address_id, canonical in (
        connection.execute(select(Address.id, Address.canonical).where(Address.outlet_id == outlet_id))
        if elsewhere
        else ()
    ):
        for other in elsewhere.get(canonical, ()):
            yield address_id, other


class _Groups:
    """Numbers that belong together, directly or by others."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def first(self, one: int) -> int:
        """Give the number that stands for all that one belongs with."""
        above = self._above
        while (higher := above.get(one, one)) != one:
            above[one] = above.get(higher, higher)
            one = above[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Note that two belong together."""
        self._above.setdefault(one, one)
        self._above.setdefault(other, other)
        self._above[self.first(one)] = self.first(other)

    def known(self) -> Iterable[int]:
        """Give all that were joined."""
        return self._above
