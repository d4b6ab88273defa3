"""Addresses at which stories turn out to stand: after a redirect, by their page's word, or as a part of another."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from archive import frontier
from archive.frontier import Sight
from archive.models import Address
from archive.stories import ArticleKey

_STORY = select(ArticleKey.id).where(
    ArticleKey.outlet_id == bindparam("outlet"),
    ArticleKey.scheme == "address",
    ArticleKey.value == bindparam("value"),
    ArticleKey.until.is_(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An address of the outlet: its canonical form, the rules that made that, and how it was written."""

    canonical: str
    raw: str
    rules_version: int


def of_whole(connection: Connection, outlet_id: int, told: Sight) -> Sight:
    """Give a sighting as one of the whole story, where it is of a part of one that is held."""
    if told.whole is None or connection.execute(_STORY, {"outlet": outlet_id, "value": told.whole}).first() is None:
        return told
    return replace(told, canonical=told.whole, whole=None)


def is_story(connection: Connection, outlet_id: int, told: Sight) -> bool:
    """Say whether a source told of an address that may be a part's as a story's, and no whole one is held."""
    known = select(Address.id).where(Address.outlet_id == outlet_id, Address.canonical == told.canonical)
    return of_whole(connection, outlet_id, told) is told and connection.execute(known).first() is not None


def is_known(connection: Connection, outlet_id: int, spot: Spot) -> bool:
    """Say whether anything told of an address."""
    known = select(Address.id).where(Address.outlet_id == outlet_id, Address.canonical == spot.canonical)
    return connection.execute(known).first() is not None


def place(connection: Connection, outlet_id: int, spot: Spot, now: datetime, *, met: bool) -> int:
    """Give the address at which a story turned out to stand, whether or not a source told of it.

    `met` says that its page was fetched, by a redirect, and not only named.
    """
    address_id, _ = frontier.address(connection, outlet_id, spot.canonical, rules_version=spot.rules_version, now=now)
    if met:
        frontier.note_alias(connection, address_id, spot.raw)
    return address_id
