"""An article's versions, in the order of time: made again where a look at it was learned of late.

A version is a run of looks that show one text. No version begins with a look that differs from the one before in quotes,
dashes, blanks or reader counts only, or that another extractor read: whether the page changed or our eyes is unknown
until `pilkada reextract` reads both alike. Nor does one begin with a look that shows much less and nothing new, until a
second one at least six hours later shows so little too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from archive import edits
from archive.database import insert_row
from archive.edits import Shown
from archive.models import Address, Visit
from archive.records import Reading
from archive.stories import Article, ArticleKey, Body, ReadingRow, Version
from archive.times import utc

Look = tuple[datetime, int, str]
"""When an article was looked at, by which visit, and the digest of the text that it showed."""
CONFIRMED = timedelta(hours=6)
"""So much later a second look must find a text as short before that is an edit: a broken page is mended by then."""


@dataclass(slots=True)
class Run:
    """Looks that show one text: the first of them, the digest of the last, and looks between that showed too little."""

    first: Look
    text_sha256: str
    shrunken: list[datetime] = field(default_factory=list)


def begin(connection: Connection, article_id: int, look: Look, reading_id: int) -> None:
    """Write down the first version of a new article."""
    since, visit_id, sha256 = look
    row: tuple[Any, ...] = (visit_id, sha256, since, reading_id, [], None, [])
    insert_row(connection, Version, article_id=article_id, **dict(zip(_COLUMNS, row, strict=True)))


def rewrite(connection: Connection, article_id: int, look: Look | None = None) -> bool:
    """Make an article's versions again from all looks at it and `look`; say whether they begin elsewhere than before.

    What they are does not depend on the order in which we learned of the looks: an imported capture of last year goes
    before, between or into what we saw ourselves.
    """
    readings = connection.execute(_READINGS, {"article": article_id}).all()
    texts = {row.text_sha256: _shown(row) for row in readings}
    looks = _looks(connection, article_id, texts, look)
    runs = part(looks, texts, _readers(readings))
    before = [tuple(row) for row in connection.execute(_VERSIONS, {"article": article_id})]
    after = list(_rows(runs, readings))
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0][1:] != pair[1]), len(after))
    same = min(same, len(before), len(after))
    for row in before[same:]:
        connection.execute(delete(Version).where(Version.id == row[0]))
    for row in after[same:]:
        insert_row(connection, Version, article_id=article_id, **dict(zip(_COLUMNS, row, strict=True)))
    return [row[1] for row in before] != [row[0] for row in after]


def part(looks: Sequence[Look], texts: Mapping[str, Shown], readers: Mapping[str, set[str]]) -> list[Run]:
    """Part looks in the order of time into versions; `readers` are the extractors that read a text."""
    runs: list[Run] = []
    for at, look in enumerate(looks):
        when, _, sha256 = look
        if not runs:
            runs.append(Run(look, sha256))
            continue
        held = runs[-1].text_sha256
        if sha256 == held:
            continue
        if not readers[held] & readers[sha256] or edits.same_text(texts[held], texts[sha256]):
            runs[-1].text_sha256 = sha256
        elif _shrunken(texts, held, sha256) and not _confirmed(looks[at:], texts, held):
            runs[-1].shrunken.append(when)
        else:
            runs.append(Run(look, sha256))
    return runs


def _shrunken(texts: Mapping[str, Shown], held: str, sha256: str) -> bool:
    return edits.shrunken(texts[held], texts[sha256])


def _confirmed(looks: Sequence[Look], texts: Mapping[str, Shown], held: str) -> bool:
    """Say whether a text stays as short as the first of these looks shows it."""
    for when, _, sha256 in looks:
        if sha256 == held or not _shrunken(texts, held, sha256):
            return False
        if when - looks[0][0] >= CONFIRMED:
            return True
    return False


def _looks(connection: Connection, article_id: int, texts: Iterable[str], look: Look | None) -> list[Look]:
    addresses = (
        select(Address.id)
        .join(ArticleKey, (ArticleKey.value == Address.canonical) & (ArticleKey.outlet_id == Address.outlet_id))
        .where(ArticleKey.article_id == article_id, ArticleKey.scheme == "address")
    )
    # An address may have shown another story once: only this one's texts count.
    rows = connection.execute(
        select(Visit.at, Visit.id, Visit.text_sha256).where(
            Visit.address_id.in_(addresses),
            Visit.text_sha256.in_(list(texts)),
            Visit.id != (look[1] if look else 0),
        )
    )
    return sorted([*((row.at, row.id, str(row.text_sha256)) for row in rows), *([look] if look else [])])


def _rows(runs: Sequence[Run], readings: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    """Give the versions as rows: what each changed is told by the last reading of the text before and its own."""
    before: Shown | None = None
    for number, run in enumerate(runs):
        since, visit_id, _ = run.first
        until = runs[number + 1].first[0] if number + 1 < len(runs) else None
        own = [row for row in readings if row.text_sha256 == run.text_sha256]
        seen = [row for row in own if row.at >= since] or own[-1:]
        edit = edits.compare(before, _shown(seen[0])) if before else None
        yield (
            visit_id,
            run.text_sha256,
            since,
            seen[0].id,
            [kind.value for kind in edit.changed] if edit else [],
            edit.note if edit else None,
            [utc(when) for when in run.shrunken],
        )
        before = _shown(([row for row in seen if until is None or row.at < until] or seen)[-1])


_COLUMNS = ("first_visit_id", "text_sha256", "since", "reading_id", "changed", "note", "shrunken")
_VERSIONS = (
    select(Version.id, *(getattr(Version, name) for name in _COLUMNS))
    .where(Version.article_id == bindparam("article"))
    .order_by(Version.since, Version.first_visit_id)
)
_READINGS = (
    select(
        ReadingRow.id,
        ReadingRow.text_sha256,
        ReadingRow.extractor,
        ReadingRow.title,
        ReadingRow.authors,
        ReadingRow.editors,
        ReadingRow.credit,
        ReadingRow.published_date,
        ReadingRow.published_at,
        ReadingRow.published_source,
        ReadingRow.tags,
        ReadingRow.caption,
        ReadingRow.captions,
        Body.text,
        Body.removed,
        Visit.at,
        Visit.record,
    )
    .join(Body, Body.reading_id == ReadingRow.id)
    .join(Visit, Visit.id == ReadingRow.visit_id)
    .where(ReadingRow.article_id == bindparam("article"))
    .order_by(Visit.at, ReadingRow.id)
)


def _shown(row: Row[*tuple[Any, ...]]) -> Shown:
    return Shown(
        title=row.title,
        blocks=tuple(row.text.split("\n\n")),
        removed=tuple(piece["text"] for piece in row.removed),
        extractor=row.extractor,
        source="page" if row.record is None else "record",
        byline=(*row.authors, *row.editors),
        credit=row.credit,
        published_date=row.published_date,
        published_at=row.published_at,
        published_source=row.published_source,
        tags=tuple(row.tags),
        captions=tuple(filter(None, (row.caption, *row.captions))),
    )


def _readers(readings: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in readings:
        found.setdefault(row.text_sha256, set()).add(row.extractor)
    return found


def beside(connection: Connection, article_id: int, since: Sequence[datetime]) -> list[list[dict[str, Any]]]:
    """Give what changed beside the text in the time of each version that began at `since`: when, and the kinds."""
    found: list[list[dict[str, Any]]] = [[] for _ in since]
    held: dict[tuple[int, str], Shown] = {}
    for row in connection.execute(_READINGS, {"article": article_id}):
        number = max(sum(begun <= row.at for begun in since) - 1, 0)
        shown = _shown(row)
        before = held.get((number, row.text_sha256))
        changed = edits.metadata(before, shown) if before else ()
        if changed and since:
            found[number].append({"since": row.at, "changed": [kind.value for kind in changed]})
        held[number, row.text_sha256] = shown
    return found


def shows(connection: Connection, article_id: int, reading: Reading) -> bool:
    """Say whether a page shows what an article shows: the same text, and nothing else beside it that makes an edit."""
    both = _beside(connection, article_id, reading)
    return both is not None and edits.same_text(*both) and not edits.metadata(*both)


def shows_nothing_of(connection: Connection, article_id: int, reading: Reading) -> bool:
    """Say whether a page shows neither the headline nor any paragraph of an article, whose address may be used anew."""
    both = _beside(connection, article_id, reading)
    return both is not None and edits.strangers(*both)


def _beside(connection: Connection, article_id: int, reading: Reading) -> tuple[Shown, Shown] | None:
    """Give what an article shows, and what a page does."""
    shown = select(Article.reading_id).where(Article.id == article_id).scalar_subquery()
    held = connection.execute(_READINGS.where(ReadingRow.id == shown), {"article": article_id}).first()
    if held is None:
        return None
    new = Shown(
        title=reading.title,
        blocks=reading.body,
        extractor=reading.extractor,
        source="page",
        byline=(*reading.authors, *reading.editors),
        credit=reading.credit,
        published_date=reading.published_date,
        published_at=reading.published_at,
        published_source=reading.published_source,
        tags=reading.tags,
        captions=tuple(filter(None, (reading.caption, *reading.captions))),
    )
    return _shown(held), new


def newest(connection: Connection, article_id: int) -> Row[*tuple[Any, ...]]:
    """Give the reading that an article shows: the last one of its newest version's text."""
    text = (
        select(Version.text_sha256)
        .where(Version.article_id == article_id)
        .order_by(Version.since.desc(), Version.first_visit_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return connection.execute(
        select(ReadingRow.id, ReadingRow.text_sha256, ReadingRow.published_date, ReadingRow.published_at, Visit.at)
        .join(Visit, Visit.id == ReadingRow.visit_id)
        .where(ReadingRow.article_id == article_id, ReadingRow.text_sha256 == text)
        .order_by(Visit.at.desc(), ReadingRow.id.desc())
        .limit(1)
    ).one()


_SEEN = select(Article.first_seen_at, Article.last_seen_at).where(Article.id == bindparam("article"))


def seen(connection: Connection, article_id: int) -> tuple[datetime, datetime]:
    """Give when an article was seen first and last."""
    row = connection.execute(_SEEN, {"article": article_id}).one()
    return row.first_seen_at, row.last_seen_at
