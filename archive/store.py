"""From a reading to an article: which story it is, whether its text is new, and what must be told to readers."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, case, select, update

from archive import history, orders, spots, tags
from archive.database import insert_row
from archive.identity import Visited, claim, new_uid, recognise
from archive.looks import MISSED
from archive.models import Visit
from archive.records import ChangeKind, Election, Outcome, Reading, Role, State, VisitState
from archive.spots import Spot
from archive.stories import Article, Body, ReadingRow, ReadingSource
from archive.union import tell, unite

_CURRENT = (
    select(*ReadingRow.__table__.c, Body.text, Body.removed)
    .join(Article, Article.reading_id == ReadingRow.id)
    .join(Body, Body.reading_id == ReadingRow.id)
    .where(Article.id == bindparam("article"))
)
_OF_TEXT = (
    select(ReadingRow.id)
    .where(ReadingRow.article_id == bindparam("article"), ReadingRow.text_sha256 == bindparam("text_sha256"))
    .order_by(ReadingRow.id)
    .limit(1)
)
_SOURCES = select(ReadingSource.capture_id).where(ReadingSource.reading_id == bindparam("reading"))
_SEEN = (
    update(Article)
    .where(Article.id == bindparam("article"), Article.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)
_MOVE = (
    update(Article)
    .where(Article.id == bindparam("article"), Article.address_id != bindparam("to"))
    .values(address_id=bindparam("to"))
)
_SHOW = (
    update(Article)
    .where(Article.id == bindparam("article"))
    .values(
        reading_id=bindparam("reading"),
        published_date=bindparam("day"),
        moment=bindparam("at"),
    )
)
_LAST = (
    select(Visit.reason)
    .join(Article, Article.address_id == Visit.address_id)
    .where(
        Article.id == bindparam("article"),
        Article.address_id != bindparam("here"),
        Visit.id < bindparam("visit"),
        Visit.state.in_([VisitState.READ, VisitState.REJECTED]),
    )
    .order_by(Visit.at.desc(), Visit.id.desc())
    .limit(1)
)
_UID = select(Article.uid).where(Article.id == bindparam("article"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving a reading did."""

    outcome: Outcome
    uid: str
    text_sha256: str


def text_digest(reading: Reading) -> str:
    """Give the SHA-256 of what makes a text another text: headline and body, NFC, blanks collapsed.

    Typographic quotes and white space make no new version, so they are folded first.
    """
    folded = "\n".join((reading.title, *reading.body)).translate(_FOLDED_QUOTES)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", folded).split("\n"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_FOLDED_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})


def save(connection: Connection, visited: Visited, reading: Reading, former: Mapping[str, int] | None = None) -> Saved:
    """Store a reading under its article: a new one, a new version of a known one, or one more sight of the same text.

    What was seen before the article was last looked at is history: it changes what the article was, not what it is.
    An article that was taken out to be read again has its `former` id, by its uid.

    Raises:
        RefusedError: the story was taken down; nothing is stored.
    """
    text_sha256 = text_digest(reading)
    known = recognise(connection, visited, reading, text_sha256)
    article_id = known.article_id
    fresh = article_id is None
    if article_id is None:
        orders.refuse(connection, visited.outlet_id, known.keys, reading, text_sha256)
        article_id = _new_article(connection, visited, reading, former or {})
    for other in known.others:
        unite(connection, article_id, other, visited.at)
    claim(connection, article_id, visited.outlet_id, known.keys, visited.at)
    first, last = history.seen(connection, article_id)
    late = visited.at < last
    proven = known.proven or (not late and _left(connection, article_id, visited))
    moved = proven and not late and _moved(connection, article_id, visited, known.home)
    held = _current(connection, article_id)
    # A visit that is read once more, since more is known of its story by now, shows what it showed.
    completes = held is not None and _completes(connection, held, visited, reading)
    if held is not None and late and not completes:
        outcome, kind = _save_late(connection, article_id, visited, reading, text_sha256, held)
    elif (
        held is not None
        and not moved
        and (_same(held, reading) or (visited.partial and held["text_sha256"] == text_sha256))
    ):
        more = _add_sources(connection, held["id"], visited.sources)
        outcome, kind = Outcome.UNCHANGED, ChangeKind.NOTED if more else None
    else:
        outcome = Outcome.NEW if fresh else Outcome.UNCHANGED
        reading_id = _add_reading(connection, article_id, visited, reading, text_sha256)
        if held is None or held["text_sha256"] == text_sha256:
            if held is None:
                history.begin(connection, article_id, _look(visited, text_sha256), reading_id)
            _show(connection, article_id, reading_id, reading)
        else:
            if completes:
                _note_whole(connection, visited, held, text_sha256)
            if history.rewrite(connection, article_id, _look(visited, text_sha256)) or completes:
                outcome = Outcome.REVISED
            _show_newest(connection, article_id)
        kind = ChangeKind.UPSERT
    if connection.execute(_SEEN, {"article": article_id, "at": visited.at}).rowcount:
        kind = kind or ChangeKind.NOTED
    if visited.at < first:
        moment = case((Article.published_date.is_(None), int(visited.at.timestamp())), else_=Article.moment)
        earlier = update(Article).where(Article.id == article_id)
        connection.execute(earlier.values(first_seen_at=visited.at, moment=moment))
        kind = ChangeKind.UPSERT
    uid = connection.execute(_UID, {"article": article_id}).scalar_one()
    if kind is not None:
        tell(connection, article_id, uid, kind, visited.at)
    return Saved(outcome=outcome, uid=uid, text_sha256=text_sha256)


def _completes(connection: Connection, held: RowMapping, visited: Visited, reading: Reading) -> bool:
    """Say whether a reading shows the whole of a text of which the beginning is held: nobody has changed anything.

    So it is where a visit is read again with a story's further pages, and where a feed gave a story's first page alone.
    """
    if held["visit_id"] == visited.visit_id:
        return True
    if not reading.parts or not "\n\n".join(reading.body).startswith(held["text"]):
        return False
    record = select(Visit.record).where(Visit.id == held["visit_id"])
    return "parts_missing" in held["flags"] or connection.execute(record).scalar() is not None


def _look(visited: Visited, text_sha256: str) -> history.Look:
    return visited.at, visited.visit_id, text_sha256


def _note_whole(connection: Connection, visited: Visited, held: RowMapping, text_sha256: str) -> None:
    """Note that looks which showed a text's beginning were looks at the whole of it."""
    began = (Visit.address_id == visited.address_id, Visit.text_sha256 == held["text_sha256"])
    connection.execute(update(Visit).where(*began).values(text_sha256=text_sha256))


def _moved(connection: Connection, article_id: int, visited: Visited, home: Spot | None) -> bool:
    """Note where an article stands; say whether it is another place than the one that was known."""
    address_id = visited.address_id
    if home is not None:
        address_id = spots.place(connection, visited.outlet_id, home, visited.at, met=home == visited.landed)
    return bool(connection.execute(_MOVE, {"article": article_id, "to": address_id}).rowcount)


def _left(connection: Connection, article_id: int, visited: Visited) -> bool:
    """Say whether a story was missed where it stood when it was last looked at there: its text elsewhere is the story."""
    last = connection.execute(_LAST, {"article": article_id, "here": visited.address_id, "visit": visited.visit_id})
    return last.scalar() in MISSED


def _save_late(
    connection: Connection, article_id: int, visited: Visited, reading: Reading, text_sha256: str, held: RowMapping
) -> tuple[Outcome, ChangeKind | None]:
    """Store a look that came before the last one: a text that is not held is a version more.

    Of a text that is held it may know what nobody said later: an API's bare record names no author, its page does.
    """
    kind = None
    known = connection.execute(_OF_TEXT, {"article": article_id, "text_sha256": text_sha256}).scalar()
    outcome = Outcome.UNCHANGED
    if known is None:
        _add_reading(connection, article_id, visited, reading, text_sha256)
    elif held["text_sha256"] == text_sha256 and not visited.partial and _fuller(held, reading):
        reading_id = _add_reading(connection, article_id, visited, reading, text_sha256)
        _show(connection, article_id, reading_id, reading)
        kind = ChangeKind.UPSERT
    elif held["text_sha256"] == text_sha256:
        kind = ChangeKind.NOTED if _add_sources(connection, held["id"], visited.sources) else None
    else:
        _add_sources(connection, known, visited.sources)
    if history.rewrite(connection, article_id, _look(visited, text_sha256)):
        outcome = Outcome.REVISED if known is None else outcome
        kind = ChangeKind.UPSERT
        if history.newest(connection, article_id).text_sha256 != held["text_sha256"]:
            _show_newest(connection, article_id)
    return outcome, kind


def _show_newest(connection: Connection, article_id: int) -> None:
    """Have an article show the last reading of its newest version."""
    row = history.newest(connection, article_id)
    _show(connection, article_id, row.id, row)


def _show(connection: Connection, article_id: int, reading_id: int, reading: Reading | Row[*tuple[Any, ...]]) -> None:
    """Have an article show a reading; without a day it keeps the time of first sight, whatever was edited since."""
    moment = _published(reading)
    if moment is None:
        moment = int(history.seen(connection, article_id)[0].timestamp())
    connection.execute(
        _SHOW, {"article": article_id, "reading": reading_id, "day": reading.published_date, "at": moment}
    )


def _new_article(connection: Connection, visited: Visited, reading: Reading, former: Mapping[str, int]) -> int:
    uid = new_uid(connection, visited)
    known = former.get(uid)
    free = known is not None and connection.execute(_UID, {"article": known}).first() is None
    return insert_row(
        connection,
        Article,
        **({"id": known} if free else {}),
        uid=uid,
        outlet_id=visited.outlet_id,
        address_id=visited.address_id,
        reading_id=None,
        state=State.LIVE,
        first_seen_at=visited.at,
        last_seen_at=visited.at,
        removed_at=None,
        published_date=reading.published_date,
        moment=_published(reading) or int(visited.at.timestamp()),
    )


def _current(connection: Connection, article_id: int) -> RowMapping | None:
    return connection.execute(_CURRENT, {"article": article_id}).mappings().first()


def _columns(reading: Reading) -> dict[str, Any]:
    """Map a reading to its row, body apart."""
    return {
        "extractor": reading.extractor,
        "title": reading.title,
        "lead": reading.body[0] if reading.body else None,
        "word_count": sum(len(block.split()) for block in reading.body),
        "dateline": reading.dateline,
        "dateline_outlet": reading.dateline_outlet,
        "place": reading.place,
        "authors": list(reading.authors),
        "editors": list(reading.editors),
        "credit": reading.credit,
        "advertorial_mark": reading.advertorial_mark,
        "published_date": reading.published_date,
        "published_at": reading.published_at,
        "published_offset": _offset(reading.published_at),
        "published_source": reading.published_source,
        "modified_at": reading.modified_at,
        "modified_offset": _offset(reading.modified_at),
        "section": reading.section,
        "tags": list(reading.tags),
        "image_url": reading.image_url,
        "caption": reading.caption,
        "photo_credit": reading.photo_credit,
        "captions": list(reading.captions),
        "related": [asdict(link) for link in reading.related],
        "language": reading.language,
        "flags": list(reading.flags),
        "election": _judgement(reading.election),
        "about_election": reading.election.about if reading.election else None,
        "phase": reading.phase,
        "codebook": reading.codebook,
    }


def _judgement(election: Election | None) -> dict[str, Any] | None:
    """What is kept of a judgement beside the column that filters ask."""
    if election is None:
        return None
    return {"score": election.score, "evidence": list(election.evidence), "pack": election.pack}


def _body(reading: Reading) -> dict[str, Any]:
    return {"text": "\n\n".join(reading.body), "removed": [asdict(piece) for piece in reading.removed]}


def _same(held: RowMapping, reading: Reading) -> bool:
    wanted = _columns(reading) | _body(reading)
    return all(held[name] == value for name, value in wanted.items())


def _fuller(held: RowMapping, reading: Reading) -> bool:
    """Say whether a reading says all that is held, and something that is not."""
    said = _columns(reading)
    other = [name for name in _SAID if held[name] != said[name]]
    return bool(other) and not any(held[name] for name in other)


_SAID = ("authors", "editors", "section", "tags", "image_url", "caption")
"""What a reading may leave out because its source does."""


def _add_reading(connection: Connection, article_id: int, visited: Visited, reading: Reading, text_sha256: str) -> int:
    reading_id = insert_row(
        connection,
        ReadingRow,
        article_id=article_id,
        visit_id=visited.visit_id,
        text_sha256=text_sha256,
        **_columns(reading),
    )
    insert_row(connection, Body, reading_id=reading_id, **_body(reading))
    tags.add(connection, reading_id, reading)
    _add_sources(connection, reading_id, visited.sources)
    return reading_id


def _add_sources(connection: Connection, reading_id: int, sources: Sequence[tuple[int, Role]]) -> bool:
    """Note which captures gave something to a reading; say whether any is new."""
    known = set(connection.execute(_SOURCES, {"reading": reading_id}).scalars())
    more = [(capture_id, role) for capture_id, role in sources if capture_id not in known]
    for capture_id, role in more:
        insert_row(connection, ReadingSource, reading_id=reading_id, capture_id=capture_id, role=role)
    return bool(more)


def _offset(moment: datetime | None) -> int | None:
    offset = moment.utcoffset() if moment else None
    return None if offset is None else round(offset.total_seconds() / 60)


def _published(reading: Reading | Row[*tuple[Any, ...]]) -> int | None:
    """Give the `moment` of a reading that says when it was published."""
    if reading.published_at is not None:
        return int(reading.published_at.timestamp())
    if reading.published_date is not None:
        return int(datetime.combine(reading.published_date, time(12), UTC).timestamp())
    return None
