"""Labels: what others coded of articles, kept as they said it; of several with one code by one coder the last counts.

They are facts: neither a rebuild nor a takedown drops them. What became part of another article has its labels there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, insert, select, union_all

from archive import changes
from archive.database import Database
from archive.models import Label, Outlet
from archive.stories import UID, Article, ArticleKey
from archive.times import utc

BATCH = 500
"""Labels that one transaction stores: 25 ms, after which a crawl may write."""

_IDS: BindParameter[Any] = bindparam("articles", expanding=True)
_NAMES = union_all(
    select(Article.id, Article.uid.label("name")).where(Article.id.in_(_IDS)),
    select(ArticleKey.article_id, ArticleKey.value).where(
        ArticleKey.article_id.in_(_IDS), ArticleKey.scheme == UID, ArticleKey.until.is_(None)
    ),
).subquery()
_TOLD = select(_NAMES.c.id.label("article_id"), *Label.__table__.c).join(Label, Label.uid == _NAMES.c.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What a file says in one of its lines; without a value a label is withdrawn."""

    line: int
    uid: str
    coder: str
    code: str
    value: str | None


@dataclass(slots=True, kw_only=True)
class Imported:
    """What became of the rows of a file."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    unknown: list[tuple[int, str]] = field(default_factory=list)
    """Lines whose article is not in the archive, and what they call it."""


def of(connection: Connection, article_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """Give the labels of some articles as records have them; those that have none are left out."""
    found: dict[int, list[dict[str, str]]] = {}
    for (article_id, coder, code), row in sorted(_standing(connection, article_ids).items()):
        found.setdefault(article_id, []).append({"coder": coder, "code": code, "value": row.value})
    return found


def stream(connection: Connection, passing: Select[int]) -> Iterator[dict[str, Any]]:
    """Give the labels of the articles whose ids a query gives, each with when and by which file it came."""
    coded = select(Label.uid)
    led = select(ArticleKey.article_id).where(ArticleKey.scheme == UID, ArticleKey.until.is_(None))
    labelled = Article.uid.in_(coded) | Article.id.in_(led.where(ArticleKey.value.in_(coded)))
    query = select(Article.id, Article.uid, Outlet.slug).join(Outlet).where(labelled, Article.id.in_(passing))
    last = 0
    while rows := connection.execute(query.where(Article.id > last).order_by(Article.id).limit(BATCH)).all():
        last = rows[-1].id
        named = {row.id: row for row in rows}
        for (article_id, coder, code), label in sorted(_standing(connection, list(named)).items()):
            yield {
                "uid": named[article_id].uid,
                "outlet": named[article_id].slug,
                "coder": coder,
                "code": code,
                "value": label.value,
                "at": utc(label.at),
                "source": label.source,
            }


def add(database: Database, rows: Iterable[Coded], *, source: str, now: datetime) -> Imported:
    """Store the labels that say something else than what stands; what a kill leaves out, the same call adds."""
    done, left = Imported(), iter(rows)
    while some := list(islice(left, BATCH)):
        with database.write() as connection:
            _add(connection, some, done, {"at": now, "source": source})
    return done


def _add(connection: Connection, rows: Sequence[Coded], done: Imported, said: Mapping[str, Any]) -> None:
    ids = _resolved(connection, {row.uid for row in rows})
    standing = {key: row.value for key, row in _standing(connection, list(set(ids.values()))).items()}
    stored: list[dict[str, Any]] = []
    told: set[int] = set()
    for row in rows:
        article_id = ids.get(row.uid)
        if article_id is None:
            done.unknown.append((row.line, row.uid))
            continue
        key = (article_id, row.coder, row.code)
        before = standing.get(key)
        if row.value == before:
            done.unchanged += 1
            continue
        done.new += before is None
        done.withdrawn += row.value is None
        done.changed += before is not None and row.value is not None
        standing[key] = row.value
        told.add(article_id)
        stored.append({"uid": row.uid, "coder": row.coder, "code": row.code, "value": row.value, **said})
    if stored:
        connection.execute(insert(Label), stored)
        changes.note(connection, Article.id.in_(told), said["at"])


def _resolved(connection: Connection, uids: set[str]) -> dict[str, int]:
    """Give the articles that some uids lead to."""
    led = select(ArticleKey.value, ArticleKey.article_id).where(
        ArticleKey.scheme == UID, ArticleKey.until.is_(None), ArticleKey.value.in_(uids)
    )
    own = select(Article.uid, Article.id).where(Article.uid.in_(uids))
    return {name: article_id for query in (led, own) for name, article_id in connection.execute(query)}


def _standing(connection: Connection, article_ids: Sequence[int]) -> dict[tuple[int, str, str], Any]:
    """Give the labels that count of some articles, by article, coder and code."""
    if not article_ids:
        return {}
    rows = connection.execute(_TOLD.order_by(Label.id), {"articles": article_ids})
    last = {(row.article_id, row.coder, row.code): row for row in rows}
    return {key: row for key, row in last.items() if row.value is not None}
