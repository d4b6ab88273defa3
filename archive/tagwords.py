"""Regions, topics and actors as people name them on a command line, and as they are shown to them."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archive import regions, tags
from archive.output import MisuseError
from archive.records import TagKind, TagRole

if TYPE_CHECKING:
    from archive.commands import App

_BETWEEN = re.compile(r"[_-]")
_LISTED = 30
"""Names in a complaint: all topics, and of a long list of actors the first."""


def meant(app: "App", kind: TagKind, wanted: Sequence[str]) -> tuple[str, ...]:
    """Give the values of the tags that a user means by value or name; of one name there may be several.

    Case makes no difference, nor whether a blank, `-` or `_` stands between words. What the election's data lists and
    no article has is no mistake: it finds nothing.

    Raises:
        MisuseError: neither an article nor the list has such a tag.
    """
    if not wanted:
        return ()
    with app.archive().database.read() as connection:
        known = tags.known(connection, kind)
    found: dict[str, None] = {}
    for name in wanted:
        asked = _folded(name)
        # An archive without any was filled by older rules: then nothing is no answer.
        values = _called(asked, known) or (_called(asked, app.listed(kind)) if known else [])
        if not values:
            held = list(dict.fromkeys(value for value, _ in known))
            listed = ", ".join(held[:_LISTED]) + ", …" * (len(held) > _LISTED)
            none = "none; `pilkada reextract` looks for them in what older rules read"
            raise MisuseError(f"there is no {kind} {name} in this archive; it has {listed or none}")
        found |= dict.fromkeys(values)
    return tuple(found)


def _called(asked: str, among: Sequence[tuple[str, str]]) -> list[str]:
    return [value for value, name in among if asked in (_folded(value), _folded(name))]


def _folded(name: str) -> str:
    return " ".join(_BETWEEN.sub(" ", name.casefold()).split())


def region_codes(wanted: Sequence[str]) -> tuple[str, ...]:
    """Give the codes of the regions that a user means by code or name.

    Raises:
        MisuseError: there is none, or a name means several.
    """
    return tuple(dict.fromkeys(_region(name) for name in wanted))


def _region(name: str) -> str:
    found = regions.called(name)
    if not found:
        raise MisuseError(f"--region: there is no region {name}; give its official code or name")
    if len(found) > 1:
        several = ", ".join(f"{code} {full}" for code, full in found[:9]) + ", …" * (len(found) > 9)
        raise MisuseError(f"--region: {name} may be {several}: give the code")
    return found[0][0]


def regions_line(named: Sequence[Mapping[str, Any]]) -> str:
    """Give the main regions, and those that are named on the way in brackets."""
    said: dict[str, list[str]] = {"main": [], "mention": []}
    for region in named:
        said[region["role"]].append(f"{region['name']} {region['code']}")
    main, mentions = (", ".join(names) for names in said.values())
    return f"{main} ({mentions})".lstrip() if mentions else main


def topics_line(topics: Sequence[Mapping[str, Any]]) -> str:
    """Give the main topics, then those that are said on the way, each with how it is spoken of."""
    said: dict[str, list[str]] = {role: [] for role in TagRole}
    for topic in topics:
        said[topic["role"]].append(topic["name"] + (f" [{topic['modality']}]" if topic["modality"] else ""))
    main, mentions = said.values()
    parts = [*([", ".join(main)] if main else ()), *([f"on the way: {', '.join(mentions)}"] if mentions else ())]
    return f"{'; '.join(parts)} (hints)" if parts else ""


def actors_line(actors: Sequence[Mapping[str, Any]]) -> str:
    """Give the actors, each with what the list says that they were."""
    return ", ".join(actor["name"] + (f" ({actor['role']})" if actor["role"] else "") for actor in actors)
