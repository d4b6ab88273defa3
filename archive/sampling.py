"""Samples of articles: drawn by strata, in proportion, the same for the same archive and seed whatever the order."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from archive.articles import BATCH, conditions
from archive.models import Outlet
from archive.records import Filters, TagKind, TagRole
from archive.statistics import NONE, UNKNOWN
from archive.stories import Article, ReadingRow, Tag

Stratum: TypeAlias = tuple[str, ...]
"""The values of the keys by which articles are parted; empty where there are none."""
_KABUPATEN = 5
"""Signs of a kabupaten's or kota's official code."""


class Key(StrEnum):
    """What articles are parted by; each has one value of it."""

    OUTLET = "outlet"
    MONTH = "month"
    REGION = "region"
    """The kabupaten or kota of the first region that the text is about; a province where it names no smaller one."""
    TOPIC = "topic"
    """The first topic that the text is about."""
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The articles that were drawn, in the order in which they were listed, and of each stratum how many of how many."""

    uids: tuple[str, ...]
    total: int
    strata: tuple[tuple[Stratum, int, int], ...]
    """Stratum, its articles, and those of them that were drawn; sorted."""


def draw(listed: Callable[[], Iterable[tuple[str, Stratum]]], number: int, seed: int) -> Sample:
    """Draw so many articles, or all where there are no more; `listed` gives the same ones each time.

    Each stratum gives in proportion to its size, by the largest remainder. Which of its articles are drawn is told by
    a digest of seed and uid, so neither the order nor other articles decide. It is listed twice, so that only what is
    drawn is held in memory.
    """
    sizes = Counter(stratum for _, stratum in listed())
    shares = shared(sizes, number)
    drawn: dict[Stratum, list[tuple[int, int, str]]] = {stratum: [] for stratum in sizes}
    for place, (uid, stratum) in enumerate(listed()):
        held, entry = drawn[stratum], (-_lot(seed, uid), place, uid)
        if len(held) < shares[stratum]:
            heapq.heappush(held, entry)
        elif held:
            heapq.heappushpop(held, entry)
    placed = sorted((place, uid) for held in drawn.values() for _, place, uid in held)
    return Sample(
        uids=tuple(uid for _, uid in placed),
        total=sizes.total(),
        strata=tuple((stratum, sizes[stratum], shares[stratum]) for stratum in sorted(sizes)),
    )


def shared(sizes: Mapping[Stratum, int], number: int) -> dict[Stratum, int]:
    """Share a number out in proportion to sizes (largest remainder, Hamilton); equal remainders go to larger strata.

    The shares' sum is the number, or all that there is; none is larger than its stratum.
    """
    total = sum(sizes.values())
    number = min(number, total)
    shares = {stratum: number * size // total for stratum, size in sizes.items()}
    rest = sorted(sizes, key=lambda stratum: (-(number * sizes[stratum] % total), -sizes[stratum], stratum))
    for stratum in rest[: number - sum(shares.values())]:
        shares[stratum] += 1
    return shares


def _lot(seed: int, uid: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{uid}".encode()).digest()[:8])


def strata(
    connection: Connection, keys: Sequence[Key], filters: Filters, *, among: Sequence[str] | None = None
) -> Iterator[tuple[str, Stratum]]:
    """Give the uids of the articles that pass the filters, in order of their id, and the stratum that each is in.

    With `among`, at most `BATCH` uids, only of these.
    """
    wanted = [*conditions(filters), *([] if among is None else [Article.uid.in_(among)])]
    columns = [_COLUMNS[key].label(key.value) for key in keys]
    query = (
        select(Article.uid, ReadingRow.codebook, *columns)
        .select_from(Article)
        .join(Outlet, Outlet.id == Article.outlet_id)
        .join(ReadingRow, ReadingRow.id == Article.reading_id)
        .where(*wanted)
        .order_by(Article.id)
    )
    rows = connection.execute(query.execution_options(yield_per=BATCH))
    for row in rows:
        yield row.uid, tuple(_value(row, key) for key in keys)


def _value(row: Any, key: Key) -> str:
    value = getattr(row, key.value)
    if value is None:
        return NONE if key in (Key.REGION, Key.TOPIC) and row.codebook is not None else UNKNOWN
    return str(value)


def _first(kind: TagKind) -> ColumnElement[Any]:
    held = select(Tag.value).where(
        Tag.reading_id == Article.reading_id, Tag.kind == kind, Tag.role == TagRole.MAIN.value
    )
    return held.order_by(Tag.place).limit(1).correlate(Article).scalar_subquery()


_COLUMNS: dict[Key, ColumnElement[Any]] = {
    Key.OUTLET: Outlet.slug.expression,
    Key.MONTH: func.substr(cast(Article.published_date, String), 1, 7),
    Key.REGION: func.substr(_first(TagKind.REGION), 1, _KABUPATEN),
    Key.TOPIC: _first(TagKind.TOPIC),
    Key.STATE: Article.state.expression,
}
