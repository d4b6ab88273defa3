"""Counts of articles: all of them, distinct stories, and those that were first, by outlet, time or what they name."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from archive.articles import conditions
from archive.models import Outlet
from archive.records import Filters, TagKind, TagRole
from archive.regions import places
from archive.stories import Article, Cluster, ReadingRow, Tag

UNKNOWN = "unknown"
"""The key of articles without a day, or of which nobody looked what they name."""
NONE = "none"
"""The key of articles that name no region, topic or actor."""


class By(StrEnum):
    """What articles are counted by; an article has one outlet and one day, and may name several regions."""

    OUTLET = "outlet"
    DAY = "day"
    WEEK = "week"
    """ISO weeks, which begin on Monday: `2024-W48`."""
    MONTH = "month"
    REGION = "region"
    """As `--region` finds them: what names a region counts in those that it lies in, too."""
    TOPIC = "topic"
    ACTOR = "actor"

    @property
    def several(self) -> bool:
        """Whether an article may count under more than one key."""
        return self in _KINDS

    @property
    def time(self) -> bool:
        """Whether the keys are times."""
        return self in _TIMES


_KINDS = {By.REGION: TagKind.REGION, By.TOPIC: TagKind.TOPIC, By.ACTOR: TagKind.ACTOR}
_NAMED = (By.REGION, By.ACTOR)
_TIMES = (By.DAY, By.WEEK, By.MONTH)
_DEPTHS = union_all(*(select(literal(size).label("size")) for size in (2, 5, 8))).subquery("depth")
"""How long official codes are: of a province, of a kabupaten or kota in it, of a kecamatan in that."""
_CODE = func.substr(Tag.value, 1, _DEPTHS.c.size)


class _Monday(FunctionElement[str]):
    """The Monday of a day's week, as ISO 8601 has both; each database has words of its own for it."""

    inherit_cache = True


@compiles(_Monday)
def _monday(element: _Monday, compiler: SQLCompiler, **said: Any) -> str:
    return f"date({compiler.process(element.clauses, **said)}, '-6 days', 'weekday 1')"


@compiles(_Monday, "postgresql")
def _monday_of_postgresql(element: _Monday, compiler: SQLCompiler, **said: Any) -> str:
    return f"to_char(date_trunc('week', {compiler.process(element.clauses, **said)}), 'YYYY-MM-DD')"


_KEYS: dict[By, ColumnElement[Any]] = {
    By.OUTLET: Outlet.slug.expression,
    By.DAY: cast(Article.published_date, String),
    By.WEEK: _Monday(Article.published_date),
    By.MONTH: func.substr(cast(Article.published_date, String), 1, 7),
    By.REGION: _CODE,
    By.TOPIC: Tag.value.expression,
    By.ACTOR: Tag.value.expression,
}


def counts(
    connection: Connection, filters: Filters, by: By | None = None, *, role: TagRole | None = None
) -> list[dict[str, Any]]:
    """Count the articles that pass the filters, under each key or all together, by one query.

    `articles` are all of them. `clusters` are distinct stories: a cluster counts once, as does an article in none.
    `firsts` are the articles that nobody had before: in no cluster, or the first of theirs. With `role`, regions and
    topics count only where they have it. Times come in order, other keys with the most articles first; what has no key
    comes last, under `none` or `unknown`.
    """
    key = literal("") if by is None else _KEYS[by]
    story = func.coalesce(Cluster.seed_id, Article.id)
    query = (
        select(
            key.label("key"),
            (func.max(Tag.name) if by in _NAMED else literal(None)).label("name"),
            (ReadingRow.codebook.is_(None) if by in _KINDS else literal(1)).label("unknown"),
            func.count(Article.id.distinct()).label("articles"),
            func.count(story.distinct()).label("clusters"),
            func.count(case((Cluster.seed_id.is_(None), Article.id)).distinct()).label("firsts"),
        )
        .select_from(Article)
        .join(Outlet)
        .outerjoin(Cluster, Cluster.article_id == Article.id)
        .where(*conditions(filters))
    )
    if by is not None:
        query = query.group_by("key")
    if by in _KINDS:
        query = query.join(ReadingRow, ReadingRow.id == Article.reading_id)
        query = _with_tags(query, by, role, outer=True)
        # One that has a key was looked through, so this parts none but those without.
        query = query.group_by("unknown")
    rows = connection.execute(query).all()
    if by is None:
        return [_sums(row) for row in rows]
    keyed = sorted((row for row in rows if row.key is not None), key=lambda row: _order(by, row))
    rest = sorted((row for row in rows if row.key is None), key=lambda row: bool(row.unknown))
    names = {place.code: place.name for place in places()} if by is By.REGION else {}
    return [
        {by.value: _printed(by, row.key)}
        | ({"name": names.get(row.key, row.name)} if by in _NAMED else {})
        | _sums(row)
        for row in keyed
    ] + [
        {by.value: UNKNOWN if row.unknown else NONE} | ({"name": None} if by in _NAMED else {}) | _sums(row)
        for row in rest
    ]


def by_day(
    connection: Connection, filters: Filters, by: By | None, keys: Collection[str], *, role: TagRole | None = None
) -> Sequence[Row[tuple[str | None, date | None, int]]]:
    """Count the articles of each day under each of some keys, and under None those of all other keys.

    An article counts once under a key, so an article of two other keys counts once under None; what has no key counts
    nowhere. Without `by` all articles count under None. Articles without a day have None for it.
    """
    key = null() if by is None else case((_KEYS[by].in_(keys), _KEYS[by]), else_=null())
    query = (
        select(
            key.label("key"), Article.published_date.label("day"), func.count(Article.id.distinct()).label("articles")
        )
        .select_from(Article)
        .join(Outlet)
        .where(*conditions(filters))
        .group_by("key", Article.published_date)
    )
    if by in _KINDS:
        query = _with_tags(query, by, role, outer=False)
    return connection.execute(query).all()


def _with_tags(query: Select[Any], by: By, role: TagRole | None, *, outer: bool) -> Select[Any]:
    """Join what articles name; with `outer`, those that name nothing stay."""
    held = and_(Tag.reading_id == Article.reading_id, Tag.kind == _KINDS[by])
    if role is not None:
        held = and_(held, Tag.role == role)
    query = query.join(Tag, held, isouter=outer)
    if by is By.REGION:
        query = query.join(_DEPTHS, func.length(Tag.value) >= _DEPTHS.c.size, isouter=outer)
    return query


def _order(by: By, row: Any) -> tuple[int, str]:
    return 0 if by in _TIMES else -row.articles, row.key


def _printed(by: By, key: str) -> str:
    if by is not By.WEEK:
        return key
    year, week, _ = date.fromisoformat(key).isocalendar()
    return f"{year}-W{week:02}"


def _sums(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("articles", "clusters", "firsts")}
