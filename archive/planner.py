"""When held articles are visited next: entries in `due`, made again from an article when it changes and after each look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from archive import frontier, sources
from archive.changes import newest
from archive.ladder import VisitRule
from archive.models import Address, Due
from archive.rechecks import LAST, Held
from archive.records import ChangeKind, Purpose, State, TagKind, TagRole
from archive.runs import RunTicket
from archive.stories import Article, Change, ReadingRow, Tag

MARKS = "visits"
"""Under which name it is noted by which rule an outlet's visits are planned, and of which changes they know."""
BATCH = 500

_PLANNED = (
    select(
        Article.id,
        Article.address_id,
        Article.state,
        Article.moment,
        Article.published_date,
        Article.first_seen_at,
        Article.last_seen_at,
        Article.reading_id,
        ReadingRow.about_election,
        LAST.scalar_subquery().label("looked_at"),
    )
    .join(ReadingRow, ReadingRow.id == Article.reading_id)
    .where(Article.outlet_id == bindparam("outlet"))
)
_REGIONS = select(Tag.reading_id, Tag.value).where(
    Tag.reading_id.in_(bindparam("readings", expanding=True)), Tag.kind == TagKind.REGION, Tag.role == TagRole.MAIN
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """The days after polling as their beginnings, by the code of the region that votes; `""` for all others."""

    days: dict[str, tuple[datetime, ...]]

    def of(self, regions: Iterable[str]) -> set[datetime]:
        """Give those of some regions, and of the regions that these lie in."""
        parts = (code.split(".") for code in regions)
        wider = [".".join(part[:end]) for part in parts for end in range(1, len(part) + 1)]
        return {day for code in wider for day in self.days.get(code, ())} or set(self.days.get("", ()))


class Planner:
    """Plans the visits of one outlet by its rule."""

    def __init__(self, ticket: RunTicket, rule: VisitRule, polls: Polls) -> None:
        self._ticket, self._rule, self._polls = ticket, rule, polls

    def follow(self, connection: Connection, now: datetime) -> None:
        """Plan the articles that changed since the last time, or all where the rule is another."""
        held = sources.marks(connection, self._ticket.outlet_id, MARKS)
        sequence, rule = newest(connection), repr((self._rule.ladder, self._rule.articles))
        if held.get("rule") != rule:
            ours = select(Address.id).where(Address.outlet_id == self._ticket.outlet_id)
            connection.execute(delete(Due).where(Due.address_id.in_(ours), Due.purpose == Purpose.RECHECK))
            self._plan(connection, connection.execute(_PLANNED, {"outlet": self._ticket.outlet_id}).all())
        elif held.get("sequence") != sequence:
            since = Change.sequence > int(held.get("sequence", 0))
            changed = select(Change.uid).where(since, Change.kind != ChangeKind.NOTED)
            rows = connection.execute(_PLANNED.where(Article.uid.in_(changed)), {"outlet": self._ticket.outlet_id})
            self._plan(connection, rows.all())
            self._drop_moved(connection)
        else:
            return
        sources.set_marks(connection, self._ticket, MARKS, {"rule": rule, "sequence": sequence}, now)

    def settle(self, connection: Connection, article_id: int, now: datetime, *, missed: bool = False) -> None:
        """Plan an article anew after a look that said something of it; `missed` where it was not there."""
        rows = connection.execute(_PLANNED.where(Article.id == article_id), {"outlet": self._ticket.outlet_id}).all()
        self._plan(connection, rows, looked=now, missed=missed)

    def leave_out(self, connection: Connection, some: Sequence[Held], now: datetime, morrow: datetime | None) -> None:
        """Move what was left out to its next rung; what has none, or is to be confirmed, waits for the morrow if any."""
        wait = {one.article_id for one in some if one.state is State.SUSPECTED}
        for ids in _batches([one.article_id for one in some]):
            rows = connection.execute(_PLANNED.where(Article.id.in_(ids)), {"outlet": self._ticket.outlet_id}).all()
            main = self._regions(connection, rows)
            for row in rows:
                due = None if row.id in wait else self._next(row, main.get(row.reading_id, ()), now)
                _put(connection, self._ticket, row.address_id, due or morrow)

    def _plan(
        self,
        connection: Connection,
        rows: Sequence[Any],
        *,
        looked: datetime | None = None,
        missed: bool = False,
    ) -> None:
        for some in _batches(rows):
            main = self._regions(connection, some)
            for row in some:
                due = None
                if self._rule.articles == "all" or (self._rule.articles == "election" and row.about_election):
                    last = max(filter(None, (row.looked_at, row.last_seen_at, looked)))
                    if row.state is State.SUSPECTED or (missed and row.state is not State.REMOVED):
                        due = last + self._rule.confirming
                    else:
                        due = self._next(row, main.get(row.reading_id, ()), last)
                _put(connection, self._ticket, row.address_id, due)

    def _next(self, row: Any, regions: Iterable[str], last: datetime) -> datetime | None:
        """Give an article's next rung after a time; a day alone is taken for its midday (`Article.moment`)."""
        found = row.first_seen_at
        born = datetime.fromtimestamp(row.moment, found.tzinfo)
        return self._rule.ladder.next(born=min(born, found), found=found, last=last, polls=self._polls.of(regions))

    def _regions(self, connection: Connection, rows: Sequence[Any]) -> dict[int, list[str]]:
        """Give the codes of the main regions of readings, where polling days are asked for."""
        main: dict[int, list[str]] = {}
        if self._rule.ladder.polls:
            for reading_id, code in connection.execute(_REGIONS, {"readings": [row.reading_id for row in rows]}):
                main.setdefault(reading_id, []).append(code)
        return main

    def _drop_moved(self, connection: Connection) -> None:
        """Forget entries at addresses at which no article stands any more."""
        stands = select(Article.id).where(Article.address_id == Due.address_id).exists()
        connection.execute(
            delete(Due).where(Due.outlet_id == self._ticket.outlet_id, Due.purpose == Purpose.RECHECK, ~stands)
        )


def _put(connection: Connection, ticket: RunTicket, address_id: int, due: datetime | None) -> None:
    """Have an article due at a time, or not at all."""
    here = (Due.address_id == address_id, Due.purpose == Purpose.RECHECK)
    if due is None:
        connection.execute(delete(Due).where(*here))
    elif not connection.execute(update(Due).where(*here).values(next_at=due, tries=0, lease_run_id=None)).rowcount:
        frontier.make_due(connection, ticket, address_id, Purpose.RECHECK, priority=0, now=due)


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
