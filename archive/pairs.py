"""Pairs of articles that share a source, as rows of an export: the earlier one first, and the evidence."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, or_, select

from archive.articles import BATCH, passing
from archive.clusters import surely_after
from archive.columns import SIDE
from archive.models import Outlet
from archive.records import Filters, Tier
from archive.stories import Article, Cluster, LikenessRow, ReadingRow
from archive.tables import aliased
from archive.times import printed

_EVIDENCE = ("c3", "c5", "unquoted", "figures", "quote", "rule", "cluster")


class _Side(NamedTuple):
    """One article of a pair; of two, the smaller one comes first in a cluster too."""

    moment: int
    uid: str
    outlet: str
    title: str
    published_date: date | None
    published_at: datetime | None
    published_offset: int | None

    @property
    def published(self) -> str | None:
        """When it was published, as exactly as is known."""
        at = printed(self.published_at, self.published_offset)
        return at or (self.published_date.isoformat() if self.published_date else None)


def rows(connection: Connection, filters: Filters) -> Iterator[dict[str, Any]]:
    """Give the pairs of which either article passes the filters.

    `first_certain` says whether the first is known to have been first; on one day without two times nobody can tell.
    `cluster` is the uid of the cluster that both are in, null where a pair ties nobody: two articles that are both
    like a third, or one that is a daily count. Pairs of one outlet, which show such a count, are left out.
    """
    one, other, seed = (aliased(Article) for _ in range(3))
    one_tie, other_tie = aliased(Cluster), aliased(Cluster)
    one_seed = func.coalesce(one_tie.seed_id, LikenessRow.one_id)
    other_seed = func.coalesce(other_tie.seed_id, LikenessRow.other_id)
    query = select(LikenessRow.__table__, seed.uid.label("cluster")).select_from(LikenessRow)
    for side, article, article_id in (("one", one, LikenessRow.one_id), ("two", other, LikenessRow.other_id)):
        outlet, reading = aliased(Outlet), aliased(ReadingRow)
        query = (
            query.join(article, article.id == article_id)
            .join(outlet, outlet.id == article.outlet_id)
            .join(reading, reading.id == article.reading_id)
            .add_columns(
                *(article.moment.label(f"{side}_moment"), article.uid.label(f"{side}_uid")),
                *(outlet.slug.label(f"{side}_outlet"), reading.title.label(f"{side}_title")),
                article.published_date.label(f"{side}_published_date"),
                reading.published_at.label(f"{side}_published_at"),
                reading.published_offset.label(f"{side}_published_offset"),
            )
        )
    query = (
        query.outerjoin(one_tie, one_tie.article_id == LikenessRow.one_id)
        .outerjoin(other_tie, other_tie.article_id == LikenessRow.other_id)
        .outerjoin(seed, and_(seed.id == one_seed, one_seed == other_seed))
        .where(LikenessRow.tier != Tier.SERIES)
        .order_by(LikenessRow.one_id, LikenessRow.other_id)
    )
    if filters != Filters():
        query = query.where(or_(one.id.in_(passing(filters)), other.id.in_(passing(filters))))
    for row in connection.execute(query.execution_options(yield_per=BATCH)):
        first, second = sorted(
            _Side(*(getattr(row, f"{side}_{name}") for name in _Side._fields)) for side in ("one", "two")
        )
        yield {
            **{f"first_{name}": getattr(first, name) for name in SIDE},
            **{f"other_{name}": getattr(second, name) for name in SIDE},
            "first_certain": surely_after(first, second),
            "tier": row.tier.value,
            **{name: getattr(row, name) for name in _EVIDENCE},
        }
