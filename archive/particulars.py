"""What is said of an article above its text, line by line, wherever it is shown to people."""

from collections.abc import Iterator, Mapping
from typing import Any

from archive import looks
from archive.difference import told
from archive.tagwords import actors_line, regions_line, topics_line


def of(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give name and text of each line that has something to say; an article with its history and members is wanted."""
    for name, value in _all(record):
        if value:
            yield name, ", ".join(value) if isinstance(value, list) else str(value)


def _all(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "uid", record["uid"]
    yield "outlet", f"{record['outlet_name']} ({record['outlet']})"
    yield "address", record["canonical_url"]
    yield "published", when(record)
    yield "modified", record["modified_at"] if record["modified_at"] != record["published_at"] else None
    for name in ("place", "authors", "editors", "section", "tags", "caption", "flags"):
        yield name, record[name]
    if judged := record["election"]:
        yield "election", [f"{'yes' if judged['about'] else 'no'} ({judged['score']:.2f})", *judged["evidence"]]
    yield "phase", record["phase"]
    yield "regions", regions_line(record["regions"] or ())
    yield "topics", topics_line(record["topics"] or ())
    yield "actors", actors_line(record["actors"] or ())
    yield "cluster", _cluster(record)
    yield "labels", [f"{one['code']} = {one['value']} ({one['coder']})" for one in record["labels"]]
    yield "state", f"{record['state']}, version {record['version']} of {record['versions']}"
    yield from looks.told(record)
    for version in record["history"][1:]:
        yield "edited", f"version {version['version']}, {told(version)}"


def when(record: Mapping[str, Any]) -> str | None:
    """Give when an article was published, as exactly as is known."""
    held: str | None = record["published_at"] or record["published_date"]
    return held


def _cluster(record: Mapping[str, Any]) -> str | None:
    """Say of whom an article is a copy or who copied it, its place among them, and how certain it is who was first."""
    cluster, members = record["cluster"], record["members"]
    if not cluster:
        return None
    first, *others = members
    if cluster["rank"] == 1:
        named = ", ".join(dict.fromkeys(f"{member['outlet']} ({member['tier']})" for member in others))
        place, unsure = f"first of {cluster['size']}, then {named}", not cluster["first_certain"]
    else:
        place = (
            f"{cluster['tier']} of {first['uid']} ({first['outlet']}), number {cluster['rank']} of {cluster['size']}"
        )
        unsure = any(member["uid"] == record["uid"] and not member["after_first"] for member in others)
        if not unsure and not cluster["first_certain"]:
            return f"{place}; it was not first, and which of the others was is not certain"
    return f"{place}; which was first is not certain" if unsure else place
