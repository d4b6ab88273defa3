"""Asking one source of stories once, and reading a few of the stories that it tells of."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.errors import ArchiveError
from archive.frontier import Hint
from archive.records import Reading, Rejection
from crawler.declaration import Declaration
from crawler.discovery import SOURCES, Answer, Met, NotThisSourceError, Reply, Sitemaps, Source, Span, Story, Use
from crawler.errands.told import Heard, Seen
from crawler.errands.visitor import NoAnswerError, Visitor
from crawler.materials import DEEPEST, deeper_than, records_of, told_by
from crawler.reading import Job, Material, Page, ReadingPool, Record, Site

FEW = 5
"""Stories that the REST interface is asked for, instead of a hundred."""
PLACES = 2
"""Places at which a sitemap is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a source answered, and with what words."""

    heard: Heard
    stories: tuple[Story, ...] = ()
    reply: Reply | None = None


def source_of(visitor: Visitor, kind: str, declared: type[Declaration], base_url: str, timezone: str) -> Source:
    """Make a source that knows of no earlier crawl."""
    return SOURCES[kind](
        Use(
            declared=declared,
            base_url=base_url,
            timezone=timezone,
            marks={},
            span=Span(),
            now=datetime.now(UTC),
            sitemaps=visitor.sitemaps,
        )
    )


async def hear(visitor: Visitor, source: Source, reply: Reply | None = None) -> Telling:
    """Ask a source once, of a sitemap's list also one of its files; `reply` is an answer that came already.

    Raises:
        NoAnswerError: the errand must end.
    """
    asks = [ask for ask in source.begin() if ask.page == 1][:1]
    why, tried = "there is nothing to ask for", 0
    path = ""
    while asks:
        ask = asks.pop()
        path = path or _path(ask.url)
        tried += 1
        try:
            given = reply or await visitor.ask(_few(ask.url), ask.headers)
            answer = source.read(ask, given)
        except NoAnswerError as error:
            if error.final:
                raise
            why = str(error)
        except NotThisSourceError as error:
            why = str(error)
        else:
            path = _path(ask.url)
            if answer.further and tried <= PLACES + 1:
                asks = list(source.go_on(ask, answer, met=Met(), now=datetime.now(UTC)).asks)[:1]
                why = "its list of files could not be followed"
                continue
            return _telling(source, path, answer, given)
        if isinstance(source, Sitemaps) and tried < PLACES and (elsewhere := source.instead()):
            asks = [elsewhere]
    return Telling(heard=Heard(source=source.kind, path=path, answers=False, said=why))


def _telling(source: Source, path: str, answer: Answer, reply: Reply) -> Telling:
    number = answer.total if answer.total is not None else len(answer.stories)
    some = "" if answer.total is not None or not answer.more else " and more"
    answers = bool(answer.stories)
    said = f"{number} stories{some}" if answers else "answers, and tells of no story"
    heard = Heard(source=source.kind, path=path, answers=answers, said=said, stories=number)
    return Telling(heard=heard, stories=answer.stories, reply=reply)


def _few(url: str) -> str:
    return re.sub(r"\bper_page=\d+", f"per_page={FEW}", url)


def _path(url: str) -> str:
    return urlsplit(url).path or "/"


def chosen(tellings: Sequence[Telling], number: int) -> list[list[tuple[Telling, Story]]]:
    """The first stories of the first source that answers, each as all that sources told of it."""
    first = next((telling for telling in tellings if telling.stories), None)
    if first is None:
        return []
    told: dict[str, list[tuple[Telling, Story]]] = {}
    for telling in tellings:
        for story in telling.stories:
            told.setdefault(_key(story.url), []).append((telling, story))
    return [told[key] for key in list(dict.fromkeys(_key(story.url) for story in first.stories))[:number]]


def _key(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One story as it was looked at: what a reader made of it, its page, and what sources told of it."""

    seen: Seen
    reply: Reply | None = None
    hints: tuple[Hint, ...] = ()


async def look_at(visitor: Visitor, pool: ReadingPool, site: Site, told: Sequence[tuple[Telling, Story]]) -> Looked:
    """Fetch one story's page and read it, with the record and the times that sources gave.

    Raises:
        NoAnswerError: the errand must end.
    """
    url = told[0][1].url
    hints = tuple(
        Hint(source=telling.heard.source, published=story.published, section=story.section, capture_id=None)
        for telling, story in told
    )
    try:
        reply = await visitor.ask(url)
    except NoAnswerError as error:
        if error.final:
            raise
        return Looked(seen=Seen(url=url, rejected=str(error)), hints=hints)
    if reply.status != 200:
        return Looked(seen=Seen(url=url, rejected=f"answered {reply.status}"), reply=reply, hints=hints)
    material = Material(
        site=site,
        url=reply.url,
        fetched_at=reply.at,
        record=next(filter(None, (_record(telling, story) for telling, story in told)), None),
        page=Page(url=reply.url, body=reply.body, status=reply.status, content_type=reply.headers.get("content-type")),
        told=told_by(hints, ZoneInfo(site.timezone)),
    )
    (result,) = await asyncio.wrap_future(pool.submit(Job(sources=(material,))))
    return Looked(seen=_seen(url, result), reply=reply, hints=hints)


def _seen(url: str, result: Reading | Rejection) -> Seen:
    if isinstance(result, Rejection):
        return Seen(url=url, rejected=f"{result.reason.value}: {result.detail}")
    published = result.published_at or result.published_date
    return Seen(
        url=url,
        title=result.title,
        body=sum(map(len, result.body)),
        published=published.isoformat() if published else None,
        published_source=result.published_source.value if result.published_source else None,
        authors=list(result.authors),
        section=result.section,
        tags=list(result.tags),
        caption=result.caption,
        image=result.image_url,
    )


def _record(telling: Telling, story: Story) -> Record | None:
    if story.record is None or telling.reply is None:
        return None
    try:
        payload = records_of(telling.reply.body).get(story.record)
    except ArchiveError:
        return None
    return Record(payload) if isinstance(payload, dict) and not deeper_than(payload, DEEPEST) else None
