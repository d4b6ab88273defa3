"""Which articles of several outlets share a source: looked up by the marks of their texts, and always verified.

What is done follows the change sequence inside the database, in batches of one transaction each: a kill costs a batch,
and nothing is held between two runs. An article whose text or day is another than its sketch's is done once more.

Pairs join articles of two outlets. Two pieces of one outlet are its own business, but where they show that it runs the
same piece again with other figures, a daily count or a schedule: such a pair keeps both out of all clusters.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive import changes, seeds, sketches, union
from archive.copies import RULE, Text, compare, recur
from archive.database import Database
from archive.records import ChangeKind
from archive.stories import Article, Body, Change, Cluster, Follower, LikenessRow, ReadingRow, Sketch, SketchMark

BATCH = 200
"""Changes that one transaction looks at."""
REMEMBERED = 256
"""Texts that stay at hand while changes are followed, of some 50 KB each."""

_NAME = "duplicates"
_EPOCH = date(1970, 1, 1).toordinal()
_FOLLOWED = select(Follower.sequence).where(Follower.name == _NAME)
_CHANGES = (
    select(Change.sequence, Change.uid, Change.kind, Change.at)
    .where(Change.sequence > bindparam("sequence"))
    .order_by(Change.sequence)
    .limit(BATCH)
)
_NOW = (
    select(
        Article.id,
        Article.uid,
        Article.moment,
        Article.published_date,
        ReadingRow.text_sha256,
        Sketch.article_id.label("held"),
        Sketch.text_sha256.label("of"),
        Sketch.moment.label("at"),
        Sketch.day,
    )
    .join(ReadingRow, ReadingRow.id == Article.reading_id)
    .outerjoin(Sketch, Sketch.uid == Article.uid)
    .where(Article.uid.in_(bindparam("uids", expanding=True)))
)
_BODIES = (
    select(Article.id, Article.outlet_id, Article.moment, Article.published_date, Body.text)
    .join(Body, Body.reading_id == Article.reading_id)
    .where(Article.id.in_(bindparam("articles", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class _Story:
    """An article's text at hand, and what else says whether it is compared with another."""

    outlet_id: int
    day: int
    text: Text


def catch_up(database: Database) -> int:
    """Look at all articles that changed since the last time; give how many had another text or day."""
    matcher, done = _Matcher(), 0
    while True:
        with database.read() as connection:
            if _followed(connection) >= changes.newest(connection):
                return done
        with database.write() as connection:
            done += matcher.follow(connection)


def clear(connection: Connection, now: datetime) -> None:
    """Forget all marks, pairs and clusters; who catches up next makes them again from the first change on."""
    tied = select(Cluster.article_id)
    changes.note(connection, Article.id.in_(tied) | Article.id.in_(select(Cluster.seed_id)), now)
    for table in (Cluster, LikenessRow, SketchMark, Sketch, Follower):
        connection.execute(delete(table))


class _Matcher:
    """What follows the changes, with the texts that it looked at last."""

    def __init__(self) -> None:
        self._stories: dict[int, _Story] = {}

    def follow(self, connection: Connection) -> int:
        """Look at the next changes; give how many articles had another text or day."""
        rows = connection.execute(_CHANGES, {"sequence": _followed(connection)}).all()
        if not rows:
            return 0
        last = {row.uid: row.kind for row in rows if row.kind is not ChangeKind.NOTED}
        others, gone = _others(connection, [uid for uid, kind in last.items() if kind is ChangeKind.UPSERT])
        gone |= _sketched(connection, [uid for uid, kind in last.items() if kind is ChangeKind.TOMBSTONE])
        left = {one for article_id in gone for one in seeds.leave(connection, article_id)}
        reached = _forget(connection, gone) - gone
        if others:
            reached |= self._match(connection, others)
        gone -= {row.id for row in others}
        left |= seeds.settle(connection, reached)
        # Who is tied to whom may be as before, and who comes before whom among them another.
        moved = {row.id for row in others if row.held == row.id and (row.moment, _day(row)) != (row.at, row.day)}
        _tell(connection, (left | seeds.circle(connection, moved)) - gone, rows[-1].at)
        _follow(connection, rows[-1].sequence)
        return len(others)

    def _match(self, connection: Connection, others: Collection[Any]) -> set[int]:
        """Find what is like some articles; give all articles whose pairs or time may have changed."""
        ids = {row.id for row in others}
        reached = _forget(connection, ids) | ids
        self._load(connection, ids, again=True)
        book = sketches.Sketchbook(connection)
        pairs: list[dict[str, Any]] = []
        by_day: dict[int, list[Any]] = {}
        for row in sorted(others, key=lambda row: (row.moment, row.uid)):
            by_day.setdefault(_day(row), []).append(row)
        for day, today in sorted(by_day.items()):
            stories = {row.id: self._stories[row.id] for row in today}
            marks = {held: story.text.marks() if story.text.counts else [] for held, story in stories.items()}
            book.open(day, (mark for some in marks.values() for mark in some))
            for row in today:
                alike = book.add(
                    article_id=row.id,
                    uid=row.uid,
                    day=day,
                    moment=row.moment,
                    text_sha256=row.text_sha256,
                    marks=marks[row.id],
                )
                self._load(connection, alike)
                pairs.extend(filter(None, (self._pair(row.id, stories[row.id], other_id) for other_id in alike)))
        book.write()
        if pairs:
            connection.execute(insert(LikenessRow), pairs)
        reached.update(held for pair in pairs for held in (pair["one_id"], pair["other_id"]))
        while len(self._stories) > REMEMBERED:
            del self._stories[next(iter(self._stories))]
        return reached

    def _pair(self, article_id: int, story: _Story, other_id: int) -> dict[str, Any] | None:
        """Give the row of two articles that are like each other."""
        other = self._stories[other_id]
        if story.outlet_id != other.outlet_id:
            found = compare(story.text, other.text)
        else:
            found = recur(story.text, other.text) if story.day != other.day else None
        if found is None:
            return None
        ids = {"one_id": min(article_id, other_id), "other_id": max(article_id, other_id)}
        said = {name: getattr(found, name) for name in ("tier", "c3", "c5", "unquoted", "quote")}
        return {**ids, **said, "figures": list(found.figures), "rule": RULE}

    def _load(self, connection: Connection, article_ids: Iterable[int], *, again: bool = False) -> None:
        """Have the texts of some articles at hand, those that were looked at before last."""
        held = {article_id: self._stories.pop(article_id, None) for article_id in article_ids}
        self._stories |= {article_id: story for article_id, story in held.items() if story is not None and not again}
        for some in seeds.parted(held.keys() - self._stories.keys()):
            for row in connection.execute(_BODIES, {"articles": some}):
                self._stories[row.id] = _Story(row.outlet_id, _day(row), Text(row.text))


def _others(connection: Connection, uids: Sequence[str]) -> tuple[list[Any], set[int]]:
    """Give those of some articles whose text or time is not their sketch's, and the ids that sketches had instead."""
    others = [
        row
        for row in connection.execute(_NOW, {"uids": uids})
        if (row.text_sha256, row.moment, _day(row)) != (row.of, row.at, row.day) or row.id != row.held
    ]
    return others, {row.held for row in others if row.held not in (None, row.id)}


def _sketched(connection: Connection, uids: Sequence[str]) -> set[int]:
    """Give the ids that articles have or had when they were sketched."""
    return set(connection.execute(select(Sketch.article_id).where(Sketch.uid.in_(uids))).scalars()) if uids else set()


def _day(row: Any) -> int:
    """Give the day of an article as a number: that of its outlet, else that of UTC when it was seen first."""
    published: date = row.published_date or datetime.fromtimestamp(row.moment, UTC).date()
    return published.toordinal() - _EPOCH


def _forget(connection: Connection, article_ids: Collection[int]) -> set[int]:
    """Drop sketches and pairs of some articles; give the articles that they were like."""
    reached = seeds.neighbours(connection, article_ids)
    sketches.forget(connection, article_ids)
    for some in seeds.parted(article_ids):
        for table, column in ((LikenessRow, LikenessRow.one_id), (LikenessRow, LikenessRow.other_id)):
            connection.execute(delete(table).where(column.in_(some)))
    return reached


def _tell(connection: Connection, article_ids: Collection[int], at: datetime) -> None:
    """Tell readers of the archive that the cluster of some articles is another."""
    for some in seeds.parted(article_ids):
        rows = connection.execute(
            select(Article.id, Article.uid).where(Article.id.in_(some)).order_by(Article.id)
        ).all()
        for row in rows:
            union.tell(connection, row.id, row.uid, ChangeKind.UPSERT, at)


def _followed(connection: Connection) -> int:
    return connection.execute(_FOLLOWED).scalar() or 0


def _follow(connection: Connection, sequence: int) -> None:
    held = update(Follower).where(Follower.name == _NAME).values(sequence=sequence)
    if not connection.execute(held).rowcount:
        connection.execute(insert(Follower).values(name=_NAME, sequence=sequence))
