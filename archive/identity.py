"""Which story a reading tells of: the names by which its outlet knows it, and the text where names are no proof.

The rules, surest first. A number or guid together with the address, or alone with a text that is akin, is the story. A
number that is met at another address with a text of another day that has nothing to do with the held one is another
story (a re-installed system counts from one again). Another number at an old address is another story, unless text and
day are those of the held one (a move between systems gives new numbers). Without numbers an address is the story that
was there, unless headline and text have nothing to do with it and either the day is another or the page was gone in
between; all else is an edit. A redirect and a canonical link join two addresses only where the texts are akin, since
sites also redirect what is gone to something else, and templates name one address for all stories.
"""

import hashlib
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from archive import orders
from archive.database import insert_row
from archive.likeness import akin, alien
from archive.looks import MISSED
from archive.models import AddressAlias, Visit
from archive.records import Key, Reading, Role
from archive.spots import Spot
from archive.stories import ADDRESS, UID, Article, ArticleKey, Body, ReadingRow

_HOLDER = select(ArticleKey.id, ArticleKey.article_id, ArticleKey.since).where(
    ArticleKey.outlet_id == bindparam("outlet"),
    ArticleKey.scheme == bindparam("scheme"),
    ArticleKey.value == bindparam("value"),
    ArticleKey.until.is_(None),
)
_FORMER_HOLDERS = (
    select(ArticleKey.article_id)
    .where(
        ArticleKey.outlet_id == bindparam("outlet"),
        ArticleKey.scheme == bindparam("scheme"),
        ArticleKey.value == bindparam("value"),
        ArticleKey.until > bindparam("at"),
    )
    .order_by(ArticleKey.id)
)
_NAMED = select(Article.id).where(Article.uid == bindparam("uid"))
_SAME_TEXT = (
    select(Article.id)
    .join(ReadingRow, ReadingRow.id == Article.reading_id)
    .where(ReadingRow.text_sha256 == bindparam("text_sha256"), Article.outlet_id == bindparam("outlet"))
    .order_by(Article.id)
    .limit(1)
)
_HELD = (
    select(ReadingRow.text_sha256, ReadingRow.title, ReadingRow.published_date, Body.text, Article.last_seen_at)
    .join(Article, Article.reading_id == ReadingRow.id)
    .join(Body, Body.reading_id == ReadingRow.id)
    .where(Article.id == bindparam("article"))
)
_NAMES = select(ArticleKey.scheme, ArticleKey.value).where(
    ArticleKey.article_id == bindparam("article"), ArticleKey.until.is_(None), ArticleKey.scheme.not_in([ADDRESS, UID])
)
_FORMER = (
    select(AddressAlias.raw)
    .where(AddressAlias.address_id == bindparam("address"), AddressAlias.raw.startswith("/"))
    .order_by(AddressAlias.id)
)
_GONE = (
    select(Visit.id)
    .where(
        Visit.address_id == bindparam("address"),
        Visit.id < bindparam("visit"),
        Visit.at > bindparam("seen"),
        Visit.at <= bindparam("at"),
        Visit.reason.in_(MISSED),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The visit that a reading was made of."""

    visit_id: int
    outlet_id: int
    outlet: str
    address_id: int
    canonical: str
    at: datetime
    sources: tuple[tuple[int, Role], ...]
    """Ids of the captures that were read, and what each gave."""
    landed: Spot | None = None
    """Where redirects led; None where the story stands at the address that was visited."""
    claimed: Spot | None = None
    """The address that the page names as its own, where that is one of the outlet's and not the one it was read at."""
    partial: bool = False
    """Whether what was read cannot know all that the story's page knows: an API's record without author and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The story of a reading: `article_id` is None for one that is not held."""

    article_id: int | None
    others: tuple[int, ...] = ()
    """Articles that prove to be the same story."""
    keys: tuple[Key, ...]
    """By which it is known from now on."""
    home: Spot | None
    """Where it stands, if not at the address that was visited."""
    proven: bool
    """Whether it is known that the story stands there, and not only that its text does."""


def make_uid(outlet: str, canonical: str, ordinal: int) -> str:
    """Give the name of a story for ever: from outlet, address and how many stories stood there before.

    Two archives of the same outlet give the same story the same name. 80 bits: a million articles collide with a
    probability of 4e-13.
    """
    seed = f"{outlet}\0{canonical}\0{ordinal}".encode()
    return b32encode(hashlib.blake2b(seed, digest_size=10).digest()).decode().lower()


def recognise(connection: Connection, visited: Visited, reading: Reading, text_sha256: str) -> Recognised:
    """Say which article a reading is of, and by which keys it is known from now on."""
    here = _key(visited.landed.canonical if visited.landed else visited.canonical)
    came = _key(visited.canonical)
    claimed = _key(visited.claimed.canonical) if visited.claimed else None
    holders: dict[Key, int] = {}
    ways: dict[int, set[Key]] = {}
    before: dict[int, set[Key]] = {}
    for key in dict.fromkeys((*reading.keys, here, *([claimed] if claimed else []), came)):
        if (held := _holder(connection, visited.outlet_id, key)) is not None:
            holders[key] = held.article_id
            ways.setdefault(held.article_id, set()).add(key)
            for article_id in _former_holders(connection, visited, key) if held.since > visited.at else ():
                before.setdefault(article_id, set()).add(key)
    found: list[int] = []
    for article_id, keys in (*ways.items(), *before.items()):
        if article_id in found or (found and article_id not in ways):
            continue
        candidate = _Candidate(connection, article_id, keys, visited, reading, text_sha256)
        if candidate.is_it(here, came) and (not found or candidate.akin()):
            found.append(article_id)
    believed = claimed is not None and holders.get(claimed) in (None, *found)
    known_by = [*reading.keys, *([claimed] if claimed and believed else []), here]
    if holders.get(came) in (None, *found):
        known_by.append(came)
    home = visited.claimed if believed else visited.landed
    named = any(holders.get(key) in found for key in reading.keys)
    same_text = None if found else _same_text(connection, visited.outlet_id, text_sha256)
    return Recognised(
        article_id=min(found, default=same_text),
        others=tuple(sorted(found)[1:]),
        keys=tuple(dict.fromkeys(known_by)),
        home=home if home and home.canonical != visited.canonical else None,
        proven=named or home is not None,
    )


def are_one(connection: Connection, article_ids: tuple[int, int]) -> bool:
    """Say whether two articles at one address are one story: as for a reading, what is held of each being compared."""
    names: list[dict[str, set[str]]] = [{}, {}]
    for told, article_id in zip(names, article_ids, strict=True):
        for scheme, value in connection.execute(_NAMES, {"article": article_id}):
            told.setdefault(scheme, set()).add(value)
    one, other = (connection.execute(_HELD, {"article": article_id}).first() for article_id in article_ids)
    if one is None or other is None:
        return False
    if any(not values & names[1].get(scheme, values) for scheme, values in names[0].items()):
        return one.published_date == other.published_date is not None and akin(one.text, other.text)
    apart = None not in (one.published_date, other.published_date) and one.published_date != other.published_date
    return not (apart and alien((one.title, other.title), (one.text, other.text)))


class _Candidate:
    """An article that is known by some of a reading's keys."""

    def __init__(
        self,
        connection: Connection,
        article_id: int,
        keys: set[Key],
        visited: Visited,
        reading: Reading,
        text_sha256: str,
    ) -> None:
        self._connection = connection
        self._article_id = article_id
        self._keys = keys
        self._visited = visited
        self._reading = reading
        self._body = "\n\n".join(reading.body)
        self._held = connection.execute(_HELD, {"article": article_id}).first()
        self._same = self._held is None or self._held.text_sha256 == text_sha256

    def is_it(self, here: Key, came: Key) -> bool:
        """Say whether the reading is of this article; the rules stand at the top of this module."""
        named = bool(self._keys & set(self._reading.keys))
        if self._same or (named and self._keys & {here, came}):
            return True
        renamed = self._is_named_otherwise()
        if named:
            return self.akin() if renamed else self._on_same_day() is True or not self._alien()
        if renamed:
            return self._on_same_day() is True and self.akin()
        if here in self._keys:
            return not (self._alien() and (self._on_same_day() is False or self._was_gone()))
        return self.akin()

    def akin(self) -> bool:
        """Say whether the text was made of the held one by editing."""
        return self._same or akin(self._held.text, self._body)  # type: ignore[union-attr]

    def _alien(self) -> bool:
        assert self._held is not None
        return alien((self._held.title, self._reading.title), (self._held.text, self._body))

    def _on_same_day(self) -> bool | None:
        """Say whether both were published on one day; None where that is not known of both."""
        days: tuple[date | None, ...] = (self._held.published_date, self._reading.published_date)  # type: ignore[union-attr]
        return None if None in days else days[0] == days[1]

    def _is_named_otherwise(self) -> bool:
        """Say whether the outlet knows this article by another number or guid than the reading's."""
        told: dict[str, set[str]] = {}
        for key in self._reading.keys:
            told.setdefault(key.scheme, set()).add(key.value)
        held: dict[str, set[str]] = {}
        for scheme, value in self._connection.execute(_NAMES, {"article": self._article_id}) if told else ():
            held.setdefault(scheme, set()).add(value)
        return any(not values & told[scheme] for scheme, values in held.items() if scheme in told)

    def _was_gone(self) -> bool:
        """Say whether a visit found nothing at the address since the article was seen there."""
        assert self._held is not None
        visited = self._visited
        asked = {
            "address": visited.address_id,
            "visit": visited.visit_id,
            "seen": self._held.last_seen_at,
            "at": visited.at,
        }
        return self._connection.execute(_GONE, asked).first() is not None


def claim(connection: Connection, article_id: int, outlet_id: int, keys: Iterable[Key], at: datetime) -> None:
    """Give an article the keys it was seen under; a key that another article held is that one's no longer.

    What was seen before another article had a key says what was before: the other one keeps it.
    """
    for key in keys:
        held = _holder(connection, outlet_id, key)
        late = held is not None and held.since > at
        if held is not None and held.article_id == article_id:
            if late:
                connection.execute(update(ArticleKey).where(ArticleKey.id == held.id).values(since=at))
            continue
        if held is not None and late and _had(connection, article_id, key):
            continue
        if held is not None and not late:
            connection.execute(update(ArticleKey).where(ArticleKey.id == held.id).values(until=at))
        insert_row(
            connection,
            ArticleKey,
            article_id=article_id,
            outlet_id=outlet_id,
            scheme=key.scheme,
            value=key.value,
            since=at,
            until=held.since if held is not None and late else None,
        )


def _had(connection: Connection, article_id: int, key: Key) -> bool:
    """Say whether an article was known by a key once."""
    had = select(ArticleKey.id).where(
        ArticleKey.article_id == article_id, ArticleKey.scheme == key.scheme, ArticleKey.value == key.value
    )
    return connection.execute(had.limit(1)).first() is not None


def new_uid(connection: Connection, visited: Visited) -> str:
    """Give a story that was first seen at an address its name, which no other story has or had.

    Where newer rules made an address another one, the name is still made of what it was: a rebuild gives it again.
    """
    seeds = list(connection.execute(_FORMER, {"address": visited.address_id}).scalars()) or [visited.canonical]
    return next(
        uid
        for ordinal in count()
        for seed in seeds
        if not _is_taken(connection, visited.outlet_id, uid := make_uid(visited.outlet, seed, ordinal))
    )


def _is_taken(connection: Connection, outlet_id: int, uid: str) -> bool:
    if connection.execute(_NAMED, {"uid": uid}).first() is not None or orders.is_name(connection, outlet_id, uid):
        return True
    return _holder(connection, outlet_id, Key(scheme=UID, value=uid)) is not None


def _key(canonical: str) -> Key:
    return Key(scheme=ADDRESS, value=canonical)


def _holder(connection: Connection, outlet_id: int, key: Key) -> Any:
    """Give the open row of a key: its id, the article that holds it, and since when."""
    return connection.execute(_HOLDER, {"outlet": outlet_id, "scheme": key.scheme, "value": key.value}).first()


def _former_holders(connection: Connection, visited: Visited, key: Key) -> list[int]:
    """Give the articles that had a key after a visit and have it no more: a slug was used again since."""
    asked = {"outlet": visited.outlet_id, "scheme": key.scheme, "value": key.value, "at": visited.at}
    return list(connection.execute(_FORMER_HOLDERS, asked).scalars())


def _same_text(connection: Connection, outlet_id: int, text_sha256: str) -> int | None:
    return connection.execute(_SAME_TEXT, {"outlet": outlet_id, "text_sha256": text_sha256}).scalar()
