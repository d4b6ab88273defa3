"""Addresses that older rules made, brought to the newest: what is one address by now becomes one, and the other way round.

An address keeps, as an alias, each canonical form that older rules gave it; an article keeps its `uid`, which was made
of it. Sightings, dues, visits and outcomes in runs go with the address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from archive import changes, removals
from archive.database import insert_row
from archive.identity import are_one
from archive.looks import Rule
from archive.models import Address, AddressAlias, Disposition, Due, Sighting, Visit
from archive.parts import story_of
from archive.records import Entry, Purpose
from archive.seeds import parted
from archive.stories import ADDRESS, Article, ArticleKey, ReadingRow
from archive.union import unite

Forms = Callable[[str], tuple[str, str | None] | None]
"""From an address as written: its canonical form by the newest rules, and that of the story of which it may be a part."""


@dataclass(frozen=True, slots=True)
class _Old:
    """An address that older rules made, and what each form in which it was met is by the newest ones."""

    id: int
    canonical: str
    targets: Mapping[str, str]

    @property
    def primary(self) -> str:
        """What the form is in which it was met first."""
        return next(iter(self.targets.values()), self.canonical)


def rekey(connection: Connection, outlet_id: int, *, version: int, forms: Forms, now: datetime, rule: Rule) -> int:
    """Bring an outlet's addresses to the newest rules; give how many became other ones.

    Where all are new, that is one look at the table, 11 ms for 100,000 addresses; to renew those takes 1.8 s, once.
    """
    older = (Address.outlet_id == outlet_id, Address.rules_version < version)
    if connection.execute(select(Address.id).where(*older).limit(1)).first() is None:
        return 0
    changed = [old for old in _old(connection, older, forms) if set(old.targets.values()) - {old.canonical}]
    # What gives its form up goes first, so that whoever is to have it finds it free.
    moves = [
        _Move(connection, outlet_id, old, version, forms, now)
        for old in sorted(changed, key=lambda old: old.canonical in old.targets.values())
    ]
    for move in moves:
        move.make()
    places = {place for move in moves for place in move.places()}
    for some in parted(places):
        changes.note(connection, Article.address_id.in_(some), now)
    removals.settle_addresses(connection, places, rule, now=now)
    connection.execute(update(Address).where(*older).values(rules_version=version))
    return len(changed)


def _old(connection: Connection, older: tuple[Any, ...], forms: Forms) -> Iterator[_Old]:
    """Give the addresses that older rules made; those that are no address of the outlet have nothing to become."""
    rows = connection.execute(
        select(Address.id, Address.canonical, func.coalesce(AddressAlias.raw, Address.canonical).label("raw"))
        .outerjoin(AddressAlias, (AddressAlias.address_id == Address.id) & ~AddressAlias.raw.startswith("/"))
        .where(*older, Address.canonical.startswith("/"))
        .order_by(Address.id, AddressAlias.id)
    ).all()
    for (address_id, canonical), met in groupby(rows, key=lambda row: (row.id, row.canonical)):
        if (story := story_of(canonical)) is not None:
            yield _hanging(address_id, canonical, story, forms)
            continue
        made = {row.raw: form for row in met if (form := forms(row.raw)) is not None}
        own = {exact for exact, _ in made.values()}
        targets = {}
        for raw, (exact, whole) in made.items():
            part = whole is not None and (whole in own or _stands(connection, older, address_id, whole, forms))
            targets[raw] = whole if part and whole is not None else exact
        yield _Old(id=address_id, canonical=canonical, targets=targets)


def _hanging(address_id: int, canonical: str, story: str, forms: Forms) -> _Old:
    """Give a story's further page, which goes where the story does."""
    made = forms(story)
    target = made[0] + canonical.removeprefix(story) if made is not None else canonical
    return _Old(id=address_id, canonical=canonical, targets={target: target})


def _stands(connection: Connection, older: tuple[Any, ...], besides: int, form: str, forms: Forms) -> bool:
    """Say whether an article is held at a canonical form, and not only parts of it were met."""
    outlet = older[0]
    row = connection.execute(
        select(Address.id)
        .join(ArticleKey, (ArticleKey.outlet_id == Address.outlet_id) & (ArticleKey.value == Address.canonical))
        .where(outlet, Address.canonical == form, Address.id != besides)
        .where(ArticleKey.scheme == ADDRESS, ArticleKey.until.is_(None))
    ).first()
    if row is None:
        return False
    met = connection.execute(select(AddressAlias.raw).where(AddressAlias.address_id == row.id)).scalars()
    return any((made := forms(raw)) is not None and made[0] == form for raw in met if not raw.startswith("/"))


class _Move:
    """What becomes of one address."""

    def __init__(
        self, connection: Connection, outlet_id: int, old: _Old, version: int, forms: Forms, now: datetime
    ) -> None:
        self._connection = connection
        self._outlet_id = outlet_id
        self._old = old
        self._version = version
        self._forms = forms
        self._now = now
        self._places = {old.primary: old.id}

    def make(self) -> None:
        """Part what is several addresses by now, then give the rest its new form, alone or with the one that has it."""
        old = self._old
        for target in dict.fromkeys(old.targets.values()):
            if target != old.primary:
                self._part(target)
        if old.primary != old.canonical:
            held = self._address(old.primary)
            if held is None:
                self._note_former(old.id, old.canonical)
                self._set(update(Address).where(Address.id == old.id), canonical=old.primary)
            else:
                self._join(held)
        self._articles()

    def places(self) -> Iterable[int]:
        """Give the addresses to which all that the old one had was moved."""
        return self._places.values()

    def _part(self, target: str) -> None:
        """Take what was met at one form out of the address."""
        old = self._old
        held = self._address(target)
        seen = self._connection.execute(select(Address.first_seen_at).where(Address.id == old.id)).scalar_one()
        place = held or insert_row(
            self._connection,
            Address,
            outlet_id=self._outlet_id,
            canonical=target,
            rules_version=self._version,
            first_seen_at=seen,
        )
        if held is not None:
            self._note_former(held, target)
        self._note_former(place, old.canonical)
        self._places[target] = place
        self._aliases(place, [raw for raw, other in old.targets.items() if other == target])
        mine = [
            row.id
            for row in self._connection.execute(select(Visit.id, Visit.url).where(Visit.address_id == old.id))
            if self._target(row.url) == target
        ]
        for number in mine:
            self._set(update(Visit).where(Visit.id == number), address_id=place)
        if held is None and not mine:
            insert_row(
                self._connection,
                Due,
                outlet_id=self._outlet_id,
                address_id=place,
                purpose=Purpose.ARTICLE,
                next_at=self._now,
                priority=1,
                tries=0,
            )

    def _target(self, url: str) -> str | None:
        made = self._forms(url)
        return self._old.targets.get(url) or (made[0] if made is not None else None)

    def _join(self, held: int) -> None:
        """Give all that the address has to the one that has its form."""
        old_id = self._old.id
        self._places[self._old.primary] = held
        first = dict(
            self._connection.execute(
                select(Address.id, Address.first_seen_at).where(Address.id.in_([old_id, held]))
            ).all()
        )
        forms = ((first[old_id], old_id, self._old.canonical), (first[held], held, self._old.primary))
        for _, _, form in sorted(forms):
            self._note_former(held, form)
        self._set(update(Address).where(Address.id == held), first_seen_at=min(first.values()))
        raws = self._connection.execute(select(AddressAlias.raw).where(AddressAlias.address_id == old_id)).scalars()
        self._aliases(held, raws.all())
        self._sightings(held)
        self._dues(held)
        self._set(update(Visit).where(Visit.address_id == old_id), address_id=held)
        self._set(update(Article).where(Article.address_id == old_id), address_id=held)
        if self._outcomes(held):
            return  # two outcomes of one run: the row stays for what it was told
        self._connection.execute(delete(Address).where(Address.id == old_id))

    def _aliases(self, place: int, raws: Iterable[str]) -> None:
        for raw in raws:
            self._note_former(place, raw)
            self._connection.execute(
                delete(AddressAlias).where(AddressAlias.address_id == self._old.id, AddressAlias.raw == raw)
            )

    def _note_former(self, place: int, form: str) -> None:
        if story_of(form) is not None:
            return  # nobody is named by it, and it is no address to be fetched
        held = select(AddressAlias.id).where(AddressAlias.address_id == place, AddressAlias.raw == form)
        if self._connection.execute(held).first() is None:
            insert_row(self._connection, AddressAlias, address_id=place, raw=form)

    def _sightings(self, place: int) -> None:
        """A source told of both: it did so first when it first told of either, and said what it said last."""
        there = {row.source: row for row in self._rows(Sighting, place)}
        for row in self._rows(Sighting, self._old.id):
            other = there.get(row.source)
            if other is None:
                self._set(update(Sighting).where(Sighting.id == row.id), address_id=place)
                continue
            later = max(row, other, key=lambda one: one.last_at)
            said = {name: getattr(later, f"{name}_said") for name in ("published", "modified", "title", "section")}
            self._set(
                update(Sighting).where(Sighting.id == other.id),
                first_at=min(row.first_at, other.first_at),
                last_at=later.last_at,
                capture_id=later.capture_id,
                **{f"{name}_said": value for name, value in said.items()},
            )
            self._connection.execute(delete(Sighting).where(Sighting.id == row.id))

    def _dues(self, place: int) -> None:
        there = {row.purpose: row for row in self._rows(Due, place)}
        for row in self._rows(Due, self._old.id):
            other = there.get(row.purpose)
            if other is None:
                self._set(update(Due).where(Due.id == row.id), address_id=place)
                continue
            self._set(
                update(Due).where(Due.id == other.id),
                next_at=min(row.next_at, other.next_at),
                priority=max(row.priority, other.priority),
            )
            self._connection.execute(delete(Due).where(Due.id == row.id))

    def _outcomes(self, place: int) -> bool:
        """Move what became of the address in runs; say whether any stays, since both had an outcome in one run."""
        there = {row.run_id: row for row in self._rows(Disposition, place)}
        stays = False
        for row in self._rows(Disposition, self._old.id):
            mine = (Disposition.run_id == row.run_id, Disposition.address_id == self._old.id)
            other = there.get(row.run_id)
            if other is None:
                self._set(update(Disposition).where(*mine), address_id=place)
                continue
            if row.outcome is not None and other.outcome is not None:
                stays = True
                continue
            told = row if row.outcome is not None else other
            entry = Entry.DISCOVERED if Entry.DISCOVERED in (row.entry, other.entry) else Entry.CARRIED
            self._set(
                update(Disposition).where(Disposition.run_id == row.run_id, Disposition.address_id == place),
                entry=entry,
                outcome=told.outcome,
                reason=told.reason,
                detail=told.detail,
            )
            self._connection.execute(delete(Disposition).where(*mine))
        return stays

    def _articles(self) -> None:
        """Have the articles stand where their visits are, known by the new form; two that are one story become one."""
        keys = self._connection.execute(
            select(ArticleKey.id, ArticleKey.article_id, ArticleKey.until, Visit.address_id)
            .join(Article, Article.id == ArticleKey.article_id)
            .outerjoin(ReadingRow, ReadingRow.id == Article.reading_id)
            .outerjoin(Visit, Visit.id == ReadingRow.visit_id)
            .where(ArticleKey.outlet_id == self._outlet_id, ArticleKey.scheme == ADDRESS)
            .where(ArticleKey.value == self._old.canonical)
            .order_by(ArticleKey.until.is_not(None), ArticleKey.article_id)
        ).all()
        forms = {place: form for form, place in self._places.items()}
        for key in keys:
            form = forms.get(key.address_id, self._old.primary)
            place = self._places[form]
            self._set(
                update(Article).where(Article.id == key.article_id, Article.address_id == self._old.id),
                address_id=place,
            )
            self._rename(key.id, key.article_id, form, key.until)

    def _rename(self, key_id: int, article_id: int, form: str, until: datetime | None) -> None:
        """Have an article known by the new form of an address: for ever if no other is, else as the same story or not."""
        if form == self._old.canonical:
            return
        known = self._connection.execute(
            select(ArticleKey.article_id).where(
                ArticleKey.outlet_id == self._outlet_id,
                ArticleKey.scheme == ADDRESS,
                ArticleKey.value == form,
                ArticleKey.until.is_(None),
            )
        ).scalar()
        taken = known is not None and until is None
        self._set(update(ArticleKey).where(ArticleKey.id == key_id), value=form, until=self._now if taken else until)
        if known is not None and known != article_id and are_one(self._connection, (known, article_id)):
            kept, other = sorted((known, article_id))
            unite(self._connection, kept, other, self._now)

    def _address(self, form: str) -> int | None:
        return self._connection.execute(
            select(Address.id).where(Address.outlet_id == self._outlet_id, Address.canonical == form)
        ).scalar()

    def _rows(self, model: Any, address_id: int) -> list[Any]:
        return list(self._connection.execute(select(*model.__table__.c).where(model.address_id == address_id)).all())

    def _set(self, statement: Any, **values: Any) -> None:
        self._connection.execute(statement.values(**values))
