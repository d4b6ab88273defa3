"""Clusters as the outside sees them: who is in one, who was first, how certain that is, and the evidence."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from archive.records import Tier
from archive.seeds import AT_ONCE, parted
from archive.stories import Article, Cluster, LikenessRow, ReadingRow
from archive.tables import aliased

_SEED = func.coalesce(Cluster.seed_id, Article.id)


def of(connection: Connection, article_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give `cluster` of some articles as records have it; those that are in none are left out.

    A cluster is called by its first article's uid. The first one has no tier: the others are copies or rewrites of it.
    """
    wanted = set(article_ids)
    bound = select(Cluster.seed_id).where(Cluster.article_id.in_(wanted), Cluster.seed_id.is_not(None))
    leading = select(Cluster.seed_id).where(Cluster.seed_id.in_(wanted))
    found: dict[int, dict[str, Any]] = {}
    seed_ids = {seed_id for seed_id in connection.execute(bound.union(leading)).scalars() if seed_id is not None}
    for rows in _members(connection, seed_ids):
        certain = all(surely_after(rows[0], row) for row in rows[1:])
        for rank, row in enumerate(rows, 1):
            if row.id in wanted:
                found[row.id] = {
                    "uid": rows[0].uid,
                    "size": len(rows),
                    "rank": rank,
                    "tier": row.tier.value if row.tier else None,
                    "first_certain": certain,
                }
    return found


def members(connection: Connection, uid: str) -> list[dict[str, Any]]:
    """Give the articles of the cluster that an article is in, first one first, with what each shares with the first."""
    seed = select(_SEED).select_from(Article).outerjoin(Cluster, Cluster.article_id == Article.id)
    seed_id = connection.execute(seed.where(Article.uid == uid)).scalar()
    return [
        {
            "rank": rank,
            "uid": row.uid,
            "tier": row.tier.value if row.tier else None,
            "after_first": surely_after(rows[0], row) if rank > 1 else None,
            "c3": row.c3,
            "c5": row.c5,
            "unquoted": row.unquoted,
            "figures": row.figures,
            "quote": row.quote,
        }
        for rows in _members(connection, set() if seed_id is None else {seed_id})
        for rank, row in enumerate(rows, 1)
    ]


def folded(connection: Connection, uids: Sequence[str]) -> dict[str, int]:
    """Give, in their order, the first of each cluster among some articles, and how many others of them it stands for.

    One query does: for a few of these, for many of all members there are, which takes 0.1 s where they are 30,000.
    """
    member, seed = aliased(Article), aliased(Article)
    query = (
        select(member.uid, seed.uid.label("seed"))
        .select_from(Cluster)
        .join(member, member.id == Cluster.article_id)
        .join(seed, seed.id == Cluster.seed_id)
    )
    if len(uids) <= AT_ONCE:
        query = query.where(member.uid.in_(uids))
    seeds = {row.uid: row.seed for row in connection.execute(query)}
    firsts: dict[str, str] = {}
    standing: dict[str, int] = {}
    for uid in uids:
        first = firsts.setdefault(seeds.get(uid, uid), uid)
        standing[first] = standing.get(first, -1) + 1
    return standing


def passing(connection: Connection, wanted: Select[int]) -> list[int]:
    """Give the seeds of the clusters in which any of the wanted articles is, the newest first."""
    seeds = (
        select(_SEED)
        .select_from(Article)
        .outerjoin(Cluster, Cluster.article_id == Article.id)
        .where(Article.id.in_(wanted))
    )
    leading = select(Cluster.seed_id).where(Cluster.seed_id.is_not(None))
    newest = select(Article.id).where(Article.id.in_(seeds), Article.id.in_(leading))
    return list(connection.execute(newest.order_by(Article.moment.desc(), Article.uid)).scalars())


def sums(connection: Connection, seed_ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Give of some clusters, by uid, what a list says of them: size, outlets, copies, rewrites, first and last day.

    They come in the order in which they are asked for.
    """
    found = {rows[0].seed_id: rows for rows in _members(connection, set(seed_ids))}
    return {
        rows[0].uid: {
            "uid": rows[0].uid,
            "size": len(rows),
            "outlets": len({row.outlet_id for row in rows}),
            "copies": sum(row.tier is Tier.COPY for row in rows),
            "rewrites": sum(row.tier is Tier.REWRITE for row in rows),
            "first": _day(rows[0]),
            "last": max(filter(None, map(_day, rows)), default=None),
            "first_certain": all(surely_after(rows[0], row) for row in rows[1:]),
        }
        for rows in (found[seed_id] for seed_id in seed_ids if seed_id in found)
    }


def _members(connection: Connection, seed_ids: set[int]) -> Iterator[list[Any]]:
    """Give the articles of each cluster with their evidence, in the order of time: the seed is the first."""
    for some in parted(seed_ids):
        found: dict[int, list[Any]] = {}
        bound = select(Cluster.article_id).where(Cluster.seed_id.in_(some))
        for row in connection.execute(
            select(
                _SEED.label("seed_id"),
                Article.id,
                Article.uid,
                Article.outlet_id,
                Article.published_date,
                ReadingRow.published_at,
                Cluster.tier,
                LikenessRow.c3,
                LikenessRow.c5,
                LikenessRow.unquoted,
                LikenessRow.figures,
                LikenessRow.quote,
            )
            .select_from(Article)
            .outerjoin(Cluster, Cluster.article_id == Article.id)
            .outerjoin(ReadingRow, ReadingRow.id == Article.reading_id)
            .outerjoin(
                LikenessRow,
                or_(
                    and_(LikenessRow.one_id == Cluster.article_id, LikenessRow.other_id == Cluster.seed_id),
                    and_(LikenessRow.other_id == Cluster.article_id, LikenessRow.one_id == Cluster.seed_id),
                ),
            )
            .where(or_(Article.id.in_(some), Article.id.in_(bound)))
            .order_by(Article.moment, Article.uid)
        ):
            found.setdefault(row.seed_id, []).append(row)
        yield from (found[seed_id] for seed_id in some if len(found.get(seed_id, ())) > 1)


def surely_after(first: Any, row: Any) -> bool:
    """Say whether one article is known to be later than another: on one day without two times, none is."""
    if first.published_at and row.published_at:
        return bool(first.published_at < row.published_at)
    return bool(first.published_date and row.published_date and first.published_date < row.published_date)


def _day(row: Any) -> str | None:
    return row.published_date.isoformat() if row.published_date else None
