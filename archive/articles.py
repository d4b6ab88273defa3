"""Articles as the outside sees them: the record of CONTRACT.md, put together from the tables, streamed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, or_, select

from archive import clusters, labels, tags, versions
from archive.columns import ARTICLE
from archive.models import Address, AddressAlias, Capture, Outlet, OutletDeclaration, Visit, WarcFile
from archive.records import Filters, State
from archive.stories import ADDRESS, UID, Article, ArticleKey, Body, ReadingRow, ReadingSource, Version
from archive.times import printed, utc

BATCH = 200
"""Articles that are put together at once: their captures and versions are fetched by one query each."""
UID_FORM = re.compile(r"[a-z2-7]{16}")
_PAGE_END = re.compile(r"(?:/(?:\w+/)?|/?[?&]\w+=)(\d{1,3})/?")

FIELDS = tuple(ARTICLE)
"""The fields of a record, in the order in which they are written."""
SHRUNKEN = "shrunken"
"""The flag of an article whose last look showed too little of its text to be an edit."""
LATER = ("regions", "topics", "actors", "cluster")
"""Null where nobody looked for them, which an empty list would not say, and where no other outlet has the text."""


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Give what an article must fulfil to pass the filters."""
    wanted: list[ColumnElement[bool]] = []
    if filters.outlets:
        wanted.append(Outlet.slug.in_(filters.outlets))
    if filters.after is not None:
        wanted.append(Article.published_date >= filters.after)
    if filters.before is not None:
        wanted.append(Article.published_date <= filters.before)
    if filters.state is not None:
        wanted.append(Article.state == filters.state)
    if filters.changed:
        several = select(Version.article_id).group_by(Version.article_id).having(func.count() > 1)
        wanted.append(Article.id.in_(several))
    if filters.election:
        about = select(ReadingRow.id).where(ReadingRow.id == Article.reading_id, ReadingRow.about_election.is_(True))
        wanted.append(about.correlate(Article).exists())
    return [*wanted, *tags.conditions(filters)]


def passing(filters: Filters) -> Select[int]:
    """Give the query for the ids of the articles that pass the filters."""
    return select(Article.id).join(Outlet).where(*conditions(filters))


def count(connection: Connection, filters: Filters) -> int:
    """Count the articles that pass the filters."""
    return connection.execute(
        select(func.count()).select_from(Article).join(Outlet).where(*conditions(filters))
    ).scalar_one()


def stream(connection: Connection, filters: Filters) -> Iterator[dict[str, Any]]:
    """Give the records that pass the filters, in order of their id, at constant memory."""
    last = 0
    while batch := _records(connection, *conditions(filters), Article.id > last, limit=BATCH):
        yield from batch
        last = batch[-1]["id"]


def stream_uids(connection: Connection, filters: Filters) -> Iterator[list[str]]:
    """Give the uids of the articles that pass the filters, in order of their id, some at a time."""
    query = select(Article.id, Article.uid).join(Outlet).where(*conditions(filters)).order_by(Article.id).limit(BATCH)
    last = 0
    while rows := connection.execute(query.where(Article.id > last)).all():
        yield [row.uid for row in rows]
        last = rows[-1].id


def by_uid(
    connection: Connection,
    uids: Sequence[str],
    filters: Filters = Filters(),  # noqa: B008 - frozen
) -> dict[str, dict[str, Any]]:
    """Give the records of some articles; those that are not there or do not pass the filters are left out."""
    found: dict[str, dict[str, Any]] = {}
    passed = conditions(filters)
    for start in range(0, len(uids), BATCH):
        some = uids[start : start + BATCH]
        found |= {row["uid"]: row for row in _records(connection, Article.uid.in_(some), *passed, limit=len(some))}
    return found


def listed(connection: Connection, batches: Iterable[Sequence[str]]) -> Iterator[dict[str, Any]]:
    """Give the records of articles in the order in which they are named; those that are not there are left out."""
    for some in batches:
        found = by_uid(connection, some)
        yield from (found[uid] for uid in some if uid in found)


def uids(connection: Connection, article_ids: Sequence[int]) -> list[str]:
    """Give the uids of some articles, in order of their ids."""
    return list(
        connection.execute(select(Article.uid).where(Article.id.in_(article_ids)).order_by(Article.id)).scalars()
    )


def of_version(connection: Connection, uid: str, number: int) -> dict[str, Any] | None:
    """Give the record as it was read for one of an article's versions, counted from 1; None where it has not so many."""
    reading_id = versions.reading_of(connection, uid, number)
    if reading_id is None:
        return None
    (record,) = _records(connection, Article.uid == uid, limit=1, reading_id=reading_id)
    return record | {"version": number}


def resolve(connection: Connection, name: str) -> str | None:
    """Give the uid of an article from its id, its uid, or any address it was met at."""
    text = name.strip()
    if text.isascii() and text.isdigit():
        return connection.execute(select(Article.uid).where(Article.id == int(text[:18]))).scalar()
    if UID_FORM.fullmatch(text):
        held = connection.execute(select(Article.uid).where(Article.uid == text)).scalar()
        return held or _part_of(connection, text)
    return _resolve_address(connection, text) or _resolve_address(connection, re.sub(r"[?#].*", "", text))


def _part_of(connection: Connection, uid: str) -> str | None:
    """Give the uid of the article that another one became part of."""
    return connection.execute(
        select(Article.uid)
        .join(ArticleKey, ArticleKey.article_id == Article.id)
        .where(ArticleKey.scheme == UID, ArticleKey.value == uid, ArticleKey.until.is_(None))
    ).scalar()


def _resolve_address(connection: Connection, text: str) -> str | None:
    """Give the uid of the article at an address: an address as it was met, else the same path at an outlet."""
    host, path = re.fullmatch(r"(?:https?://([^/]+))?(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    met = AddressAlias.raw == text
    # A path may be another outlet's too: the one that was met there comes first, then the one that is at home there.
    at_home = Address.outlet_id.in_(_outlets_at(connection, host) if host is not None else set())
    return connection.execute(
        select(Article.uid)
        .join(ArticleKey, ArticleKey.article_id == Article.id)
        .join(Address, (Address.canonical == ArticleKey.value) & (Address.outlet_id == ArticleKey.outlet_id))
        .outerjoin(AddressAlias, AddressAlias.address_id == Address.id)
        .where(ArticleKey.scheme == ADDRESS, or_(met, Address.canonical.in_({path, f"{path}/"})))
        .order_by(met.desc().nulls_last(), at_home.desc(), ArticleKey.until.is_not(None), Article.id)
        .limit(1)
    ).scalar()


def _outlets_at(connection: Connection, host: str) -> set[int]:
    """Give the outlets that are or once were declared at a host, with or without `www.` and whatever its port's default."""
    wanted = _plain_host(host)
    rows = connection.execute(select(OutletDeclaration.outlet_id, OutletDeclaration.declared))
    return {
        row.outlet_id for row in rows if _plain_host(re.sub(r"^https?://|/.*$", "", row.declared["base_url"])) == wanted
    }


def _plain_host(host: str) -> str:
    return re.sub(r":(80|443)$", "", host.lower()).removeprefix("www.")


def _records(
    connection: Connection, *wanted: ColumnElement[bool], limit: int, reading_id: int | None = None
) -> list[dict[str, Any]]:
    """Give the records of articles, as they are shown or, of one of them, as a reading of it has it."""
    rows = (
        connection.execute(
            select(
                *(
                    column
                    for column in ReadingRow.__table__.c
                    if column.name not in ("id", "article_id", "published_date")
                ),
                Article.id,
                Article.uid,
                ReadingRow.id.label("reading_id"),
                Article.state,
                Article.first_seen_at,
                Article.last_seen_at,
                Article.seen_again_at,
                Article.removed_at,
                Article.published_date,
                Article.outlet_id,
                Outlet.slug,
                Address.canonical,
                Visit.url,
                Body.text,
                Body.removed,
            )
            .select_from(Article)
            .join(Outlet, Outlet.id == Article.outlet_id)
            .join(ReadingRow, ReadingRow.id == (Article.reading_id if reading_id is None else reading_id))
            .join(Body, Body.reading_id == ReadingRow.id)
            .join(Address, Address.id == Article.address_id)
            .join(Visit, Visit.id == ReadingRow.visit_id)
            .where(*wanted)
            .order_by(Article.id)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    if not rows:
        return []
    declared = declarations(connection)
    captures = _captures(connection, {row["reading_id"]: row["url"] for row in rows})
    held = versions.looks_too_short(connection, [row["id"] for row in rows])
    about = tags.of(connection, [row["reading_id"] for row in rows])
    shared = clusters.of(connection, [row["id"] for row in rows])
    coded = labels.of(connection, [row["id"] for row in rows])
    return [
        _record(row, declared[row["outlet_id"]], captures.get(row["reading_id"], []), held.get(row["id"], [None]))
        | (about[row["reading_id"]] if row["codebook"] is not None else {})
        | {"cluster": shared.get(row["id"]), "labels": coded.get(row["id"], [])}
        for row in rows
    ]


def declarations(connection: Connection) -> dict[int, dict[str, Any]]:
    """Give what is declared of each outlet now, by the outlet's id."""
    rows = connection.execute(
        select(OutletDeclaration.outlet_id, OutletDeclaration.declared).order_by(OutletDeclaration.id)
    )
    return {row.outlet_id: row.declared for row in rows}


def _captures(connection: Connection, urls: Mapping[int, str]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        select(ReadingSource.reading_id, ReadingSource.role, Capture, WarcFile.name)
        .join(Capture, Capture.id == ReadingSource.capture_id)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(ReadingSource.reading_id.in_(list(urls)))
        .order_by(Capture.id)
    ):
        found.setdefault(row.reading_id, []).append(
            {
                "record_id": row.record_id,
                "file": row.name,
                "offset": row.offset,
                "length": row.length,
                "sha256": row.sha256,
                "fetched_at": utc(row.fetched_at),
                "role": row.role.value + _page_number(row.url, urls[row.reading_id]),
            }
        )
    return found


def _page_number(url: str | None, story: str) -> str:
    """Give what a capture's role has behind it: ` 2` for the second page of a story, told by the end of its address."""
    rest = (url or "").removeprefix(story.rstrip("/"))
    found = _PAGE_END.fullmatch(rest) if rest != url else None
    return f" {int(found[1])}" if found and int(found[1]) > 1 else ""


def _record(
    row: RowMapping, declared: dict[str, Any], captures: list[dict[str, Any]], shrunken: list[str | None]
) -> dict[str, Any]:
    versions = len(shrunken)
    published: date | None = row["published_date"]
    source = row["published_source"]
    state: State = row["state"]
    return {
        "id": row["id"],
        "uid": row["uid"],
        "url": row["url"],
        "canonical_url": declared["base_url"].rstrip("/") + row["canonical"],
        "outlet": row["slug"],
        "outlet_name": declared["name"],
        "title": row["title"],
        "body": row["text"],
        "removed": row["removed"],
        "lead": row["lead"],
        "dateline": row["dateline"],
        "dateline_outlet": row["dateline_outlet"],
        "place": row["place"],
        "authors": row["authors"],
        "editors": row["editors"],
        "credit": row["credit"],
        "advertorial_mark": row["advertorial_mark"],
        "published_date": published.isoformat() if published else None,
        "published_at": printed(row["published_at"], row["published_offset"]),
        "published_source": source.value if source else None,
        "modified_at": printed(row["modified_at"], row["modified_offset"]),
        "first_seen_at": utc(row["first_seen_at"]),
        "last_seen_at": utc(max(filter(None, (row["last_seen_at"], row["seen_again_at"])))),
        "removed_at": utc(row["removed_at"]),
        "section": row["section"],
        "tags": row["tags"],
        "image_url": row["image_url"],
        "caption": row["caption"],
        "photo_credit": row["photo_credit"],
        "captions": row["captions"],
        "related": row["related"],
        "language": row["language"],
        "word_count": row["word_count"],
        "election": _election(row),
        **dict.fromkeys(LATER),
        "phase": row["phase"],
        "flags": [*row["flags"], *([SHRUNKEN] if shrunken[-1] == utc(row["last_seen_at"]) else [])],
        "state": state.value,
        "version": versions,
        "versions": versions,
        "changed": versions > 1,
        "captures": captures,
        "extractor": row["extractor"],
    }


def _election(row: RowMapping) -> dict[str, Any] | None:
    held = row["election"]
    if held is None:
        return None
    return {"score": held["score"], "about": row["about_election"], "evidence": held["evidence"], "pack": held["pack"]}
