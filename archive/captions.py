"""What is said above and below a plot: what was counted, of which articles, and what the picture cannot show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from archive.phases import Phase, overlapping
from archive.records import Filters, TagRole
from archive.regions import places
from archive.series import MOST, Per, Series, Timeline
from archive.statistics import By
from archive.text import fitted, for_terminal

LONGEST = 40
"""Columns of a name on a plot: some outlets' and actors' names are whole sentences."""
NAMED = 5
"""Values of a filter that are named; of more there is the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """The words around a plot, each a line before it is wrapped."""

    title: str
    subtitle: str
    along: str
    """What stands along the days."""
    up: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn: counts, the words around them, the phases, and the days (inclusive) when nothing could be known."""

    timeline: Timeline
    caption: Caption
    phases: tuple[Phase, ...]
    down: tuple[tuple[date, date], ...] = ()
    """Hatched, so that days without a crawl do not look like days without articles."""

    @property
    def begin(self) -> date:
        """The first day of the first period."""
        return self.timeline.starts[0]

    @property
    def end(self) -> date:
        """The last day of the last period."""
        return self.timeline.per.end(self.timeline.starts[-1])


def short(text: str, most: int = LONGEST) -> str:
    """Give a name as one short line, without what steers or reorders text."""
    return fitted(" ".join(for_terminal(text).split()), most)


def label(line: Timeline, series: Series) -> str:
    """Give what a series is called, with the number of articles in it."""
    if series.key is None:
        name = f"lainnya / others ({line.others})" if line.by else "articles"
    elif line.by is By.REGION:
        name = f"{short(series.name)} {short(series.key)}"
    else:
        name = short(series.name)
    return f"{name}: {series.total:,}"


def caption(
    line: Timeline,
    filters: Filters,
    *,
    role: TagRole | None,
    election: str,
    phases: Sequence[Phase],
    lacking: Sequence[str] = (),
    made: date,
) -> Caption:
    """Say what a plot of a timeline shows; the phases are those of the `election`, `lacking` says what is not known."""
    by = f" by {line.by}" if line.by else ""
    which = f", {role} {line.by}s only" if role is not None else ""
    asked = "; ".join(_asked(filters)) or "none"
    when = f"{articles(line.articles)}, {line.first} to {line.last}"
    return Caption(
        title=f"Articles{by}, per {line.per}{which}",
        subtitle=f"{when}. Filters: {asked}. Query: none.",
        along=f"{line.per} of publication, in the outlet's zone",
        up=f"articles per {line.per}",
        notes=(*_notes(line, filters), *lacking, *_phases(line, election, phases), f"Made by Pilkada on {made}."),
    )


def _asked(filters: Filters) -> Iterable[str]:
    """Give the filters as a person says them."""
    if filters.election:
        yield "about an election"
    names = {place.code: f"{place.name} {place.code}" for place in places()} if filters.regions else {}
    regions = [names.get(code, code) for code in filters.regions]
    for kind, values in (
        ("outlet", filters.outlets),
        ("region", regions),
        ("topic", filters.topics),
        ("actor", filters.actors),
    ):
        if values:
            more = f" and {len(values) - NAMED} more" if len(values) > NAMED else ""
            yield f"{kind} {', '.join(map(short, values[:NAMED]))}{more}"
    if filters.state is not None:
        yield f"state {filters.state.value}"
    if filters.changed:
        yield "edited"
    if filters.after is not None:
        yield f"from {filters.after}"
    if filters.before is not None:
        yield f"until {filters.before}"


def _notes(line: Timeline, filters: Filters) -> Iterable[str]:
    if line.undated:
        yield f"{articles(line.undated)} {'has' if line.undated == 1 else 'have'} no date and cannot be shown."
    if line.by is not None and line.by.several:
        yield from _several(line, line.by)
    elif line.by is By.OUTLET:
        yield "Of an outlet nothing is known before its first article that is counted, or after its last: there nothing is drawn."
    if line.others:
        rest = "other one is" if line.others == 1 else f"other {line.others} together are"
        yield f'Shown are the {MOST} with most articles; the {rest} "lainnya / others".'
    yield from _cut(line, filters)


def _phases(line: Timeline, election: str, phases: Sequence[Phase]) -> Iterable[str]:
    if overlapping(phases, line.starts[0], line.per.end(line.starts[-1])):
        yield (
            f"Bands: phases of {short(election, 2 * LONGEST)}, the lowest rank on top; the plot is shaded by the one that goes before"
            " the others."
        )


def _several(line: Timeline, by: By) -> Iterable[str]:
    within = ", and in those that it lies in" if by is By.REGION else ""
    once = ", under others once" if line.others else ""
    yield f"An article counts under each {by} that it names{within}{once}."
    none, unknown = (line.nameless.get(key, 0) for key in ("none", "unknown"))
    said = [
        *([f"{articles(none)} name{'s' if none == 1 else ''} no {by}"] if none else []),
        *([f"of {articles(unknown)} nobody looked which {by}s"] if unknown else []),
    ]
    if said:
        yield f"Not shown: {'; '.join(said)}."


def _cut(line: Timeline, filters: Filters) -> Iterable[str]:
    """Say which period is counted in part, since days that were asked for end inside it."""
    if line.per is Per.DAY:
        return
    if filters.after is not None and filters.after > line.starts[0]:
        yield f"The first {line.per} is counted from {filters.after} on."
    if filters.before is not None and filters.before < line.per.end(line.starts[-1]):
        yield f"The last {line.per} is counted until {filters.before}."


def articles(number: int) -> str:
    """Give a number of articles in words."""
    return f"{number:,} article{'' if number == 1 else 's'}"
