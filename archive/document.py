"""What the search index is given of an article: by whoever tells of changes, and to whoever writes the index."""

from dataclasses import dataclass
from datetime import date

from archive.records import State


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """What the search index holds of one article; `published` is the day in the outlet's zone.

    `moment` orders articles by time: publication as UTC seconds where a time is known, else midday UTC of the day,
    else the time of first sight.
    """

    uid: str
    outlet: str
    title: str
    body: str
    moment: int
    published: date | None = None
    authors: tuple[str, ...] = ()
    place: str | None = None
    tags: tuple[str, ...] = ()
    state: State = State.LIVE
    changed: bool = False
    """Whether it has more than one version."""
    election: bool = False
    """Whether it is about an election."""
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    actor_names: tuple[str, ...] = ()
