"""To which cluster an article belongs: each is tied to a seed, and never to a member, so that no chain is drawn.

Articles are taken in the order in which they were published (`moment`, then `uid`). One that is like an earlier seed is
tied to it: to one whose copy it is before one that it reworks, to the earliest of several. One that is like none is a
seed. So clusters are a function of the pairs alone: whatever the order in which articles arrived, and whichever were
edited or removed since, the same pairs make the same clusters. What a change can reach are later articles that are like
the changed one, and those that are like one of these where it became a seed or ceased to be one; nothing else is asked.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from sqlalchemy import Connection, bindparam, delete, select, union_all

from archive.database import insert_row
from archive.records import Tier
from archive.stories import Article, Cluster, LikenessRow

AT_ONCE = 500
"""Ids that one query asks for."""

_PAIRS = ((LikenessRow.one_id, LikenessRow.other_id), (LikenessRow.other_id, LikenessRow.one_id))
_TIES = union_all(
    *(
        select(Article.moment, Article.uid, Article.id, LikenessRow.tier, Cluster.article_id.is_(None).label("free"))
        .join(Article, Article.id == theirs)
        .outerjoin(Cluster, Cluster.article_id == theirs)
        .where(mine == bindparam("article"))
        for mine, theirs in _PAIRS
    )
)
_TIED = select(Cluster.seed_id, Cluster.tier).where(Cluster.article_id == bindparam("article"))
_LOOSEN = delete(Cluster).where(Cluster.article_id == bindparam("article"))


def parted(ids: Iterable[int]) -> Iterator[list[int]]:
    """Give ids, sorted, as many together as one query asks for."""
    held = sorted(ids)
    return (held[start : start + AT_ONCE] for start in range(0, len(held), AT_ONCE))


def neighbours(connection: Connection, article_ids: Iterable[int]) -> set[int]:
    """Give the articles that share text with any of some."""
    found: set[int] = set()
    for some in parted(article_ids):
        for mine, theirs in _PAIRS:
            found.update(connection.execute(select(theirs).where(mine.in_(some))).scalars())
    return found


def leave(connection: Connection, article_id: int) -> set[int]:
    """Loosen an article from its seed; give that one and all that are tied to it."""
    seed_id = connection.execute(select(Cluster.seed_id).where(Cluster.article_id == article_id)).scalar()
    connection.execute(_LOOSEN, {"article": article_id})
    return set() if seed_id is None else {seed_id} | _members(connection, [seed_id])


def circle(connection: Connection, article_ids: Iterable[int]) -> set[int]:
    """Give all articles of the clusters in which some are."""
    found: set[int] = set()
    for some in parted(article_ids):
        tied = select(Cluster.seed_id).where(Cluster.article_id.in_(some), Cluster.seed_id.is_not(None))
        leading = select(Cluster.seed_id).where(Cluster.seed_id.in_(some))
        found.update(filter(None, connection.execute(tied.union(leading)).scalars()))
    return found | _members(connection, found)


def settle(connection: Connection, article_ids: Iterable[int]) -> set[int]:
    """Tie articles whose pairs or time changed to their seeds, and all that follows from it; give whose cluster changed."""
    heap: list[tuple[int, str, int]] = []
    for some in parted(article_ids):
        rows = connection.execute(select(Article.moment, Article.uid, Article.id).where(Article.id.in_(some)))
        heap.extend((row.moment, row.uid, row.id) for row in rows)
    heapify(heap)
    touched: set[int] = set()
    last = None
    while heap:
        own = heappop(heap)
        if own == last:
            continue
        last, article_id = own, own[2]
        ties = connection.execute(_TIES, {"article": article_id}).all()
        held = connection.execute(_TIED, {"article": article_id}).first()
        before = None if held is None else (held.seed_id, held.tier)
        after: tuple[int | None, Tier] | None = None
        if any(tie.tier is Tier.SERIES for tie in ties):
            after = (None, Tier.SERIES)
        elif earlier := [tie for tie in ties if tie.free and (tie.moment, tie.uid) < own]:
            seed = min(earlier, key=lambda tie: (tie.tier is not Tier.COPY, tie.moment, tie.uid))
            after = (seed.id, seed.tier)
        if before == after:
            continue
        touched |= {article_id, *(told[0] for told in (before, after) if told and told[0] is not None)}
        connection.execute(_LOOSEN, {"article": article_id})
        if after is not None:
            insert_row(connection, Cluster, article_id=article_id, seed_id=after[0], tier=after[1])
        if (before is None) != (after is None):
            for tie in ties:
                if (later := (tie.moment, tie.uid, tie.id)) > own:
                    heappush(heap, later)
    return touched | _members(connection, touched)


def _members(connection: Connection, seed_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for some in parted(seed_ids):
        found.update(connection.execute(select(Cluster.article_id).where(Cluster.seed_id.in_(some))).scalars())
    return found
